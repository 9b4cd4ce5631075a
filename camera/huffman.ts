// Tables that find a Huffman code by its first twelve bits, for the two things that the JPEG reader does with codes.
// Why: the coefficients above DC are thrown away, so one look may pass over several of them at once; a camera never changes
// its tables, so they are built once and found again by their content.
// Follows ITU-T T.81 (JPEG) §C, F.2.2.3 and F.1.2.2.

import { Fault } from "../firmware/fault.ts";

/** Bits that one look takes. */
export const LOOK_BITS = 12;

/** Where a code is longer than LOOK_BITS, an entry is 0 and the code is found by `longCode`. */
const LOOKS = 1 << LOOK_BITS;
const CODE_BITS_MAX = 16;
const SYMBOLS_MAX = 256;
const DC_CATEGORY_MAX = 11;
/** Coefficients of a block above DC; a run may not lead beyond. */
const AC_COUNT = 63;
/** Slots of the cache: a baseline JPEG has at most four tables at a time. */
const CACHE_TABLES = 8;

// An entry: bits to pass over (5 bits), coefficients passed over (6 bits, at 5), end of block (bit 11).
const ADVANCE_SHIFT = 5;
/** Bit of an entry that says: the block ends with it. */
export const END_OF_BLOCK = 1 << 11;

/** One table, in memory that a later one may take over. */
export interface HuffmanTable {
  /** Counts of codes of each length and the symbols, as a DHT segment has them. */
  readonly content: Uint8Array;
  contentBytes: number;
  isAc: boolean;
  /** For each look: bits of the code (DC: at 0) and its symbol (at 5); for AC the entry of one symbol. */
  readonly single: Uint16Array;
  /** For each look, AC only: the entry of all symbols that lie in it whole. */
  readonly several: Uint16Array;
  /** For each length 1..16: the first code beyond those of that length; -1 where there are none. */
  readonly limit: Int32Array;
  /** For each length: what is added to a code to find its symbol. */
  readonly offset: Int32Array;
  /** When it was last asked for. */
  used: number;
}

/** The tables of the last few DHT segments, found by what they contain. Fixed memory: 8 tables of 17 kB. */
export class HuffmanCache {
  /** Tables built so far, for tests and bounds. */
  built = 0;
  readonly #tables: readonly HuffmanTable[] = Array.from({ length: CACHE_TABLES }, emptyTable);
  #clock = 0;

  /** Gives the table of a DHT segment's part.
   *  @param isAc its class   @param content 16 counts and their symbols, a view that is copied
   *  @throws Fault image.shape */
  find(isAc: boolean, content: Uint8Array): HuffmanTable {
    this.#clock += 1;
    let oldest = this.#tables[0] as HuffmanTable;
    for (const table of this.#tables) {
      if (table.isAc === isAc && isSame(table, content)) {
        table.used = this.#clock;
        return table;
      }
      if (table.used < oldest.used) oldest = table;
    }
    oldest.contentBytes = 0;
    build(oldest, isAc, content);
    oldest.content.set(content);
    oldest.contentBytes = content.length;
    oldest.used = this.#clock;
    this.built += 1;
    return oldest;
  }
}

/** Bits that an entry of an AC table passes over: of the code, or codes, and of the values behind them. */
export function bitsOf(entry: number): number {
  return entry & 31;
}

/** Coefficients that an entry of an AC table passes over, 0..63. */
export function advanceOf(entry: number): number {
  return (entry >> ADVANCE_SHIFT) & 63;
}

/** The symbol of an entry of a DC table. */
export function symbolOf(entry: number): number {
  return entry >> ADVANCE_SHIFT;
}

/** Finds a code by sixteen bits, without the looks.
 *  @returns its length, and its symbol at bit 5; 0 where no code begins so */
export function longCode(table: HuffmanTable, sixteen: number): number {
  for (let length = 1; length <= CODE_BITS_MAX; length++) {
    const code = sixteen >> (CODE_BITS_MAX - length);
    if (code < (table.limit[length] as number)) {
      return length | ((table.content[16 + code + (table.offset[length] as number)] as number) << ADVANCE_SHIFT);
    }
  }
  return 0;
}

/** Makes an AC table's entry from a symbol. T.81 §F.1.2.2.
 *  @returns 0 where the symbol takes more than an entry can say */
export function acEntry(codeBits: number, symbol: number): number {
  const run = symbol >> 4;
  const size = symbol & 15;
  if (size === 0 && run !== 15) return codeBits | END_OF_BLOCK;
  return (codeBits + size) | ((run + 1) << ADVANCE_SHIFT);
}

function emptyTable(): HuffmanTable {
  return {
    content: new Uint8Array(16 + SYMBOLS_MAX),
    contentBytes: 0,
    isAc: false,
    single: new Uint16Array(LOOKS),
    several: new Uint16Array(LOOKS),
    limit: new Int32Array(CODE_BITS_MAX + 1),
    offset: new Int32Array(CODE_BITS_MAX + 1),
    used: 0,
  };
}

function isSame(table: HuffmanTable, content: Uint8Array): boolean {
  if (table.contentBytes !== content.length) return false;
  for (let index = 0; index < content.length; index++) if (table.content[index] !== content[index]) return false;
  return true;
}

/** Lays the codes out in canonical order. T.81 §C.2: no code is all ones, and none is beyond its length. */
function build(table: HuffmanTable, isAc: boolean, content: Uint8Array): void {
  table.isAc = isAc;
  table.single.fill(0);
  table.several.fill(0);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= CODE_BITS_MAX; length++) {
    const count = content[length - 1] as number;
    table.offset[length] = place - code;
    for (let each = 0; each < count; each++, code++, place++) {
      const symbol = content[16 + place] as number;
      if (!isAc && symbol > DC_CATEGORY_MAX) throw new Fault("image.shape");
      if (length <= LOOK_BITS) layOut(table, { code, length, symbol });
    }
    if (code >= 1 << length) throw new Fault("image.shape");
    table.limit[length] = count > 0 ? code : -1;
    code <<= 1;
  }
  if (isAc) gather(table);
}

function layOut(table: HuffmanTable, { code, length, symbol }: { code: number; length: number; symbol: number }): void {
  const entry = table.isAc ? acEntry(length, symbol) : length | (symbol << ADVANCE_SHIFT);
  const first = code << (LOOK_BITS - length);
  table.single.fill(entry, first, first + (1 << (LOOK_BITS - length)));
}

/** Adds to each look the symbols that follow in it, as long as the code of each lies in it whole. */
function gather(table: HuffmanTable): void {
  for (let look = 0; look < LOOKS; look++) {
    let entry = table.single[look] as number;
    let bits = bitsOf(entry);
    let advance = advanceOf(entry);
    while (entry !== 0 && (entry & END_OF_BLOCK) === 0 && bits < LOOK_BITS) {
      const next = table.single[(look << bits) & (LOOKS - 1)] as number;
      // The zeros that are shifted in behind the look are no code: the next one must end within it, values may reach out.
      if (next === 0 || bits + bitsOf(next) > LOOK_BITS || advance + advanceOf(next) > AC_COUNT) break;
      bits += bitsOf(next);
      advance += advanceOf(next);
      entry = next;
    }
    table.several[look] = entry === 0 ? 0 : bits | (advance << ADVANCE_SHIFT) | (entry & END_OF_BLOCK);
  }
}
