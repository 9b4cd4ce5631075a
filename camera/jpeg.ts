// Reads a baseline JPEG at an eighth of its size: the mean of each block of 8 by 8 luma values, gathered into a grid.
// Why: whether a lens is covered can be told from 1,200 values; decoding a whole frame costs the chip fifty times as much.
// This is the reference that the native helper of a board is compared with, and what runs where there is none.
// Follows ITU-T T.81, baseline sequential (SOF0) with Huffman codes, 8 bits, grey or YCbCr in the four samplings of cameras.
//
// The work is bounded by the file: a block takes two bits at least, so a size that its bytes cannot hold is refused at once,
// and every loop below takes bits or bytes of it.

import { Fault } from "../firmware/fault.ts";
import { ScanBits } from "./bits.ts";
import {
  acEntry,
  advanceOf,
  bitsOf,
  END_OF_BLOCK,
  HuffmanCache,
  type HuffmanTable,
  LOOK_BITS,
  longCode,
  symbolOf,
} from "./huffman.ts";
import { LUMA_HEIGHT, LUMA_WIDTH, type LumaReader } from "./luma.ts";

/** Bytes of a frame, above what any of the sensors gives at 1920 by 1080. */
export const JPEG_BYTES_MAX = 2_097_152;

/** Columns or rows of a frame. */
export const JPEG_SIDE_MAX = 4_096;

const BLOCK_BITS_MIN = 2;
const SEGMENTS_MAX = 256;
const TABLES_MAX = 16;
const COMPONENTS_MAX = 3;
const AC_COUNT = 63;
const DC_BOUND = 1_024;

const MARKER = Object.freeze({
  SOF0: 0xc0,
  DHT: 0xc4,
  DAC: 0xcc,
  SOF15: 0xcf,
  SOI: 0xd8,
  EOI: 0xd9,
  SOS: 0xda,
  DQT: 0xdb,
  DRI: 0xdd,
  APP14: 0xee,
  TEM: 0x01,
});

/** Horizontal and vertical factors of a component, as SOF0 has them in one byte: all that 4:4:4, 4:2:2, 4:4:0, 4:2:0 take. */
const SAMPLINGS: readonly number[] = Object.freeze([0x11, 0x21, 0x12, 0x22]);

interface Component {
  id: number;
  across: number;
  down: number;
  quantiser: number;
  dc: HuffmanTable | undefined;
  ac: HuffmanTable | undefined;
  predicted: number;
}

/** Reads JPEG files into a grid of luma. Its memory is fixed and used again for each file. */
export class JpegReader implements LumaReader {
  /** Blocks that were read of the last file, and tables that were ever built: what the work is proportional to. */
  blocks = 0;
  readonly #columns: number;
  readonly #rows: number;
  readonly #sums: Int32Array;
  readonly #counts: Int32Array;
  readonly #cache = new HuffmanCache();
  readonly #bits = new ScanBits();
  readonly #components: readonly Component[] = Array.from({ length: COMPONENTS_MAX }, emptyComponent);
  readonly #quantisers = new Int32Array(4);
  readonly #tables: (HuffmanTable | undefined)[] = new Array(8).fill(undefined);
  #count = 0;
  #width = 0;
  #height = 0;
  #interval = 0;
  #tablesRead = 0;

  /** @param columns, rows of the grid: 40 by 30 for the analysis */
  constructor(columns = LUMA_WIDTH, rows = LUMA_HEIGHT) {
    this.#columns = columns;
    this.#rows = rows;
    this.#sums = new Int32Array(columns * rows);
    this.#counts = new Int32Array(columns * rows);
  }

  /** Huffman tables that were built since this reader was made. */
  get tablesBuilt(): number {
    return this.#cache.built;
  }

  /** Columns of the last file, 1..4,096. */
  get width(): number {
    return this.#width;
  }

  /** Rows of the last file, 1..4,096. */
  get height(): number {
    return this.#height;
  }

  read(jpeg: Uint8Array, luma: Uint8Array): void {
    if (luma.length !== this.#sums.length) throw new Fault("image.bound");
    if (jpeg.length > JPEG_BYTES_MAX) throw new Fault("image.bound");
    this.#reset();
    if (jpeg.length < 2) throw new Fault("image.truncated");
    if (jpeg[0] !== 0xff || jpeg[1] !== MARKER.SOI) throw new Fault("image.shape");
    const scan = this.#readSegments(jpeg);
    this.#readScan(jpeg, scan);
    this.#write(luma);
  }

  #reset(): void {
    this.blocks = 0;
    this.#count = 0;
    this.#width = 0;
    this.#height = 0;
    this.#interval = 0;
    this.#tablesRead = 0;
    this.#quantisers.fill(0);
    this.#tables.fill(undefined);
    this.#sums.fill(0);
    this.#counts.fill(0);
  }

  /** Reads all before the scan. @returns where the bits of the scan begin */
  #readSegments(jpeg: Uint8Array): number {
    let at = 2;
    for (let segment = 0; segment < SEGMENTS_MAX; segment++) {
      if (at >= jpeg.length) throw new Fault("image.truncated");
      if (jpeg[at] !== 0xff) throw new Fault("image.shape");
      while (jpeg[at + 1] === 0xff) at += 1;
      const marker = jpeg[at + 1];
      if (marker === undefined || at + 4 > jpeg.length) throw new Fault("image.truncated");
      if (marker <= MARKER.TEM || (marker >= 0xd0 && marker <= MARKER.EOI)) throw new Fault("image.shape");
      const end = at + 2 + word(jpeg, at + 2);
      if (end < at + 4) throw new Fault("image.shape");
      if (end > jpeg.length) throw new Fault("image.truncated");
      const body = jpeg.subarray(at + 4, end);
      if (marker === MARKER.SOS) {
        this.#readScanHeader(body);
        this.#checkSize(jpeg.length - end);
        return end;
      }
      this.#readSegment(marker, body);
      at = end;
    }
    throw new Fault("image.bound");
  }

  #readSegment(marker: number, body: Uint8Array): void {
    if (marker === MARKER.DQT) this.#readQuantisers(body);
    else if (marker === MARKER.DHT) this.#readTables(body);
    else if (marker === MARKER.SOF0) this.#readFrame(body);
    else if (marker >= MARKER.SOF0 && marker <= MARKER.SOF15) throw new Fault("image.unsupported");
    else if (marker === MARKER.DRI) {
      if (body.length !== 2) throw new Fault("image.shape");
      this.#interval = word(body, 0);
    } else if (marker === MARKER.APP14) refuseRgb(body);
  }

  #readQuantisers(body: Uint8Array): void {
    let at = 0;
    while (at < body.length) {
      const head = body[at] as number;
      if (head >> 4 !== 0) throw new Fault("image.unsupported");
      if (head > 3 || at + 65 > body.length) throw new Fault("image.shape");
      const first = body[at + 1] as number;
      if (first === 0) throw new Fault("image.shape");
      this.#quantisers[head] = first;
      at += 65;
    }
  }

  #readTables(body: Uint8Array): void {
    let at = 0;
    while (at < body.length) {
      const head = body[at] as number;
      const number = head & 15;
      if (head >> 4 > 1 || number > 3 || at + 17 > body.length) throw new Fault("image.shape");
      let symbols = 0;
      for (let length = 1; length <= 16; length++) symbols += body[at + length] as number;
      const end = at + 17 + symbols;
      if (symbols > 256 || end > body.length) throw new Fault("image.shape");
      this.#tablesRead += 1;
      if (this.#tablesRead > TABLES_MAX) throw new Fault("image.bound");
      this.#tables[(head >> 4) * 4 + number] = this.#cache.find(head >> 4 === 1, body.subarray(at + 1, end));
      at = end;
    }
  }

  /** Reads SOF0. T.81 §B.2.2. */
  #readFrame(body: Uint8Array): void {
    if (this.#count !== 0 || body.length < 9) throw new Fault("image.shape");
    if (body[0] !== 8) throw new Fault("image.unsupported");
    this.#height = word(body, 1);
    this.#width = word(body, 3);
    // A height of 0 is told after the first scan (DNL); no camera does so.
    if (this.#height === 0) throw new Fault("image.unsupported");
    if (this.#width === 0) throw new Fault("image.shape");
    if (this.#width > JPEG_SIDE_MAX || this.#height > JPEG_SIDE_MAX) throw new Fault("image.bound");
    const count = body[5] as number;
    if (count !== 1 && count !== 3) throw new Fault("image.unsupported");
    if (body.length !== 6 + 3 * count) throw new Fault("image.shape");
    for (let index = 0; index < count; index++) {
      const component = this.#components[index] as Component;
      const factors = body[7 + 3 * index] as number;
      component.id = body[6 + 3 * index] as number;
      component.quantiser = body[8 + 3 * index] as number;
      component.across = factors >> 4;
      component.down = factors & 15;
      if (component.quantiser > 3) throw new Fault("image.shape");
      if (!SAMPLINGS.includes(factors)) throw new Fault("image.unsupported");
      // Luma must be whole; some encoders write 2 by 2 beside 1 by 2 where others write 2 by 1 beside 1 by 1.
      const luma = this.#components[0] as Component;
      if (component.across > luma.across || component.down > luma.down) throw new Fault("image.unsupported");
    }
    this.#count = count;
    const [red, green, blue] = this.#components as readonly [Component, Component, Component];
    if (count === 3 && (red.id === green.id || red.id === blue.id || green.id === blue.id))
      throw new Fault("image.shape");
    // Without a word about colours, these three letters for names say that they are not YCbCr.
    if (count === 3 && red.id === 0x52 && green.id === 0x47 && blue.id === 0x42) throw new Fault("image.unsupported");
  }

  /** Reads SOS of the scan that holds luma, alone or with the colours. T.81 §B.2.3. */
  #readScanHeader(body: Uint8Array): void {
    if (this.#count === 0) throw new Fault("image.shape");
    const count = body[0];
    if (count === undefined || count === 0 || body.length !== 4 + 2 * count) throw new Fault("image.shape");
    const at = 1 + 2 * count;
    if (body[at] !== 0 || body[at + 1] !== AC_COUNT || body[at + 2] !== 0) throw new Fault("image.unsupported");
    if (count !== 1 && count !== this.#count) throw new Fault("image.unsupported");
    for (let index = 0; index < count; index++) {
      const component = this.#components[index] as Component;
      const tables = body[2 + 2 * index] as number;
      if (body[1 + 2 * index] !== component.id) throw new Fault("image.unsupported");
      component.dc = this.#tables[tables >> 4];
      component.ac = this.#tables[4 + (tables & 15)];
      if (tables >> 4 > 3 || (tables & 15) > 3) throw new Fault("image.shape");
      if (component.dc === undefined || component.ac === undefined) throw new Fault("image.shape");
    }
    // A component alone in its scan lies there block by block, whatever its factors (T.81 §A.2.2).
    if (count === 1) {
      const luma = this.#components[0] as Component;
      luma.across = 1;
      luma.down = 1;
      this.#count = 1;
    }
    if (this.#quantisers[(this.#components[0] as Component).quantiser] === 0) throw new Fault("image.shape");
  }

  /** Refuses a size that the rest of the file cannot hold. */
  #checkSize(bytes: number): void {
    const { across, down } = this.#components[0] as Component;
    const units = Math.ceil(this.#width / (8 * across)) * Math.ceil(this.#height / (8 * down));
    let blocks = 0;
    for (let index = 0; index < this.#count; index++) {
      const component = this.#components[index] as Component;
      blocks += units * component.across * component.down;
    }
    if (blocks * BLOCK_BITS_MIN > bytes * 8) throw new Fault("image.truncated");
  }

  #readScan(jpeg: Uint8Array, scan: number): void {
    const bits = this.#bits;
    bits.begin(jpeg, scan);
    const { across, down } = this.#components[0] as Component;
    const unitsAcross = Math.ceil(this.#width / (8 * across));
    const unitsDown = Math.ceil(this.#height / (8 * down));
    this.#forget();
    for (let unit = 0; unit < unitsAcross * unitsDown; unit++) {
      if (this.#interval > 0 && unit > 0 && unit % this.#interval === 0) {
        bits.restart(unit / this.#interval - 1);
        this.#forget();
      }
      this.#readUnit((unit % unitsAcross) * across, Math.floor(unit / unitsAcross) * down);
      if (bits.isOverrun) throw new Fault("image.truncated");
    }
    bits.end();
  }

  #forget(): void {
    for (const component of this.#components) component.predicted = 0;
  }

  /** Reads one MCU: the blocks of luma from a column and row of blocks on, then those of colour. */
  #readUnit(column: number, row: number): void {
    const luma = this.#components[0] as Component;
    const quantiser = this.#quantisers[luma.quantiser] as number;
    for (let y = row; y < row + luma.down; y++) {
      for (let x = column; x < column + luma.across; x++) {
        this.#readBlock(luma);
        this.#gather(x, y, meanOf(luma.predicted * quantiser));
      }
    }
    for (let index = 1; index < this.#count; index++) {
      const colour = this.#components[index] as Component;
      for (let block = colour.across * colour.down; block > 0; block--) this.#readBlock(colour);
    }
  }

  /** Reads a block: adds its DC to the prediction, and passes over the rest. T.81 §F.2.2. */
  #readBlock(component: Component): void {
    const bits = this.#bits;
    const { dc, ac } = component as { dc: HuffmanTable; ac: HuffmanTable };
    const short = dc.single[bits.peek(LOOK_BITS)] as number;
    const entry = short !== 0 ? short : longCode(dc, bits.peek(16));
    if (entry === 0) throw new Fault(bits.isOverrun ? "image.truncated" : "image.shape");
    bits.skip(bitsOf(entry));
    const category = symbolOf(entry);
    const value = bits.take(category);
    component.predicted += category > 0 && value < 1 << (category - 1) ? value - (1 << category) + 1 : value;
    let passed = 0;
    while (passed < AC_COUNT) {
      const look = bits.peek(LOOK_BITS);
      let next = ac.several[look] as number;
      if (passed + advanceOf(next) >= AC_COUNT) next = ac.single[look] as number;
      if (next === 0) {
        const long = longCode(ac, bits.peek(16));
        if (long === 0) throw new Fault("image.shape");
        next = acEntry(bitsOf(long), symbolOf(long));
      }
      bits.skip(bitsOf(next));
      passed += advanceOf(next);
      if ((next & END_OF_BLOCK) !== 0) break;
      if (passed > AC_COUNT) throw new Fault("image.shape");
    }
    this.blocks += 1;
  }

  /** Adds a block to its cell. Blocks that only fill the last MCU up are no part of the picture. */
  #gather(x: number, y: number, value: number): void {
    const across = (this.#width + 7) >> 3;
    const down = (this.#height + 7) >> 3;
    if (x >= across || y >= down) return;
    const column = Math.floor((x * this.#columns) / across);
    const row = Math.floor((y * this.#rows) / down);
    const cell = row * this.#columns + column;
    this.#sums[cell] = (this.#sums[cell] as number) + value;
    this.#counts[cell] = (this.#counts[cell] as number) + 1;
  }

  /** Writes the means. A cell that no block fell into (a picture below the grid's size) takes the one before it. */
  #write(luma: Uint8Array): void {
    const across = (this.#width + 7) >> 3;
    const down = (this.#height + 7) >> 3;
    for (let row = 0; row < this.#rows; row++) {
      const y = Math.floor((Math.floor((row * down) / this.#rows) * this.#rows) / down);
      for (let column = 0; column < this.#columns; column++) {
        const x = Math.floor((Math.floor((column * across) / this.#columns) * this.#columns) / across);
        const own = row * this.#columns + column;
        const cell = (this.#counts[own] as number) > 0 ? own : y * this.#columns + x;
        const count = this.#counts[cell] as number;
        luma[own] = Math.floor(((this.#sums[cell] as number) + (count >> 1)) / count);
      }
    }
  }
}

function emptyComponent(): Component {
  return { id: 0, across: 1, down: 1, quantiser: 0, dc: undefined, ac: undefined, predicted: 0 };
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** The mean of a block from its DC coefficient, as libjpeg rounds it at an eighth of the size. @returns 0..255 */
function meanOf(coefficient: number): number {
  const bounded = Math.max(-DC_BOUND, Math.min(DC_BOUND, coefficient));
  return Math.max(0, Math.min(255, ((bounded + 4) >> 3) + 128));
}

/** Refuses what Adobe's segment says to be RGB: no luma lies in it. */
function refuseRgb(body: Uint8Array): void {
  const adobe = [0x41, 0x64, 0x6f, 0x62, 0x65];
  if (body.length >= 12 && adobe.every((byte, index) => body[index] === byte) && body[11] === 0)
    throw new Fault("image.unsupported");
}
