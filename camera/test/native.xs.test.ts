// Goal: the reader in C gives what the reference gives, refuses what it refuses, and no bytes lead it out of its memory.
// Method: mosaics, small files of a real encoder, and both of them cut and changed, read by the two side by side; what is no byte
// string. Read here by a host without sanitizers: docs/camera.md tells what these said.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Bytes } from "../../firmware/bytes.ts";
import { Fault, type FaultCode } from "../../firmware/fault.ts";
import { Stream } from "../../simulator/random.ts";
import { encodeMosaic } from "../../simulator/sensor/mosaic.ts";
import type { Host } from "../../simulator/xs/host.d.ts";
import { JPEG_BYTES_MAX, JpegReader } from "../jpeg.ts";
import { LUMA_BYTES, type LumaReader } from "../luma.ts";
import { NativeLumaReader } from "../native.ts";
import { PICTURES } from "./pictures.ts";

declare const host: Host;

const SEED = 0x1a7c4;
const native = new NativeLumaReader();
const reference = new JpegReader();

/** Whether this host has the reader: it was built without where MODDABLE names no SDK. */
function isBuiltIn(): boolean {
  try {
    native.read(new Uint8Array(0), new Uint8Array(LUMA_BYTES));
  } catch (error) {
    return error instanceof Fault;
  }
  return true;
}

function outcome(reader: LumaReader, jpeg: Uint8Array, luma: Uint8Array): FaultCode | "none" {
  try {
    reader.read(jpeg, luma);
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
  return "none";
}

function mosaicOf(columns: number, rows: number, restart: number): Bytes {
  const random = new Stream(SEED, `${columns}x${rows}`);
  return encodeMosaic(
    new Uint16Array(columns * rows).map(() => random.below(2041)),
    { columns, rows, restart },
  );
}

const [expected, given] = [new Uint8Array(LUMA_BYTES), new Uint8Array(LUMA_BYTES)];

/** Reads by both. @returns what each said, and by how many levels they differ at most */
function readBoth(jpeg: Uint8Array): { wanted: string; said: string; difference: number } {
  const wanted = outcome(reference, jpeg, expected);
  const said = outcome(native, jpeg, given);
  let difference = 0;
  for (let cell = 0; wanted === said && wanted === "none" && cell < LUMA_BYTES; cell++) {
    difference = Math.max(difference, Math.abs((expected[cell] as number) - (given[cell] as number)));
  }
  return { wanted, said, difference };
}

const SIZES = [
  [1, 1, 0],
  [3, 2, 0],
  [40, 30, 7],
  [17, 9, 1],
  [60, 45, 60],
  [80, 60, 0],
  [240, 135, 240],
  [512, 31, 0],
] as const;

function addEqual(): void {
  for (const [columns, rows, restart] of SIZES) {
    test(`equals the reference for ${columns} by ${rows} blocks, restart interval ${restart}`, () => {
      const { wanted, said, difference } = readBoth(mosaicOf(columns, rows, restart));
      assert.equal([wanted, said, difference <= 1], ["none", "none", true]);
    });
  }
  for (const [words, jpeg] of PICTURES) {
    test(`equals the reference for cjpeg ${words}`, () => {
      const { wanted, said, difference } = readBoth(jpeg);
      assert.equal([wanted, said, difference <= 1], ["none", "none", true]);
      assert.ok(new Set(given).size > 5);
    });
  }
}

function changed(jpeg: Bytes, ...changes: readonly (readonly [number, number])[]): Bytes {
  const bytes = jpeg.slice();
  for (const [offset, byte] of changes) bytes[offset] = byte;
  return bytes;
}

const GOOD = mosaicOf(8, 8, 0);
const at = (jpeg: Bytes, marker: number) =>
  jpeg.findIndex((byte, index) => byte === 0xff && jpeg[index + 1] === marker);
const SOF = at(GOOD, 0xc0);
const SOS = at(GOOD, 0xda);
const DHT = at(GOOD, 0xc4);
const COLOUR = (PICTURES[0] as (typeof PICTURES)[number])[1];
const COLOUR_SOF = at(COLOUR, 0xc0);
const RGB = [0x52, 0x47, 0x42];

const REFUSED: readonly (readonly [string, Bytes, FaultCode])[] = [
  ["nothing", new Uint8Array(0), "image.truncated"],
  ["no SOI", GOOD.slice(2), "image.shape"],
  ["more bytes than a frame has", new Uint8Array(JPEG_BYTES_MAX + 1), "image.bound"],
  ["a progressive frame", changed(GOOD, [SOF + 1, 0xc2]), "image.unsupported"],
  ["twelve bits", changed(GOOD, [SOF + 4, 12]), "image.unsupported"],
  ["a side beyond the bound", changed(GOOD, [SOF + 5, 0x20]), "image.bound"],
  ["a forged size within the bound", changed(GOOD, [SOF + 5, 0x0f], [SOF + 7, 0x0f]), "image.truncated"],
  ["a height of 0", changed(GOOD, [SOF + 5, 0], [SOF + 6, 0]), "image.unsupported"],
  ["a width of 0", changed(GOOD, [SOF + 7, 0], [SOF + 8, 0]), "image.shape"],
  ["two components", changed(GOOD, [SOF + 9, 2]), "image.unsupported"],
  ["factors of 4", changed(GOOD, [SOF + 11, 0x41]), "image.unsupported"],
  ["a quantiser that is not there", changed(GOOD, [SOF + 12, 1]), "image.shape"],
  ["a scan before its frame", new Uint8Array([...GOOD.slice(0, SOF), ...GOOD.slice(SOS)]), "image.shape"],
  ["a table that is not there", changed(GOOD, [SOS + 6, 0x01]), "image.shape"],
  ["a spectral selection", changed(GOOD, [SOS + 8, 5]), "image.unsupported"],
  ["a symbol of DC beyond 11", changed(GOOD, [DHT + 21, 12]), "image.shape"],
  ["codes that are more than their lengths hold", changed(GOOD, [DHT + 5, 3]), "image.shape"],
  ["codes that are all ones", changed(GOOD, [DHT + 5, 2], [DHT + 6, 0]), "image.shape"],
  ["half of the scan", GOOD.slice(0, SOS + 30), "image.truncated"],
  ["a byte that no block takes", new Uint8Array([...GOOD.slice(0, -2), 0x55, 0xff, 0xd9]), "image.shape"],
  ["one restart marker too many", new Uint8Array([...GOOD.slice(0, -2), 0xff, 0xd0]), "image.shape"],
  [
    "RGB by its names",
    // Frame and scan name their components alike.
    COLOUR.map((byte, index) => {
      const [inFrame, inScan] = [index - COLOUR_SOF - 10, index - at(COLOUR, 0xda) - 5];
      if (inFrame >= 0 && inFrame < 9 && inFrame % 3 === 0) return RGB[inFrame / 3] as number;
      return inScan >= 0 && inScan < 6 && inScan % 2 === 0 ? (RGB[inScan / 2] as number) : byte;
    }),
    "image.unsupported",
  ],
];

/** What the reference reads and picojpeg cannot: it says so, and gives no other picture. */
const ONLY_REFERENCE: readonly (readonly [string, Bytes, FaultCode])[] = [
  ["more units than it counts", zeroScan(512, 129), "image.bound"],
  ["13 symbols of DC", thirteenSymbols(), "image.unsupported"],
];

/** A mosaic of equal blocks: of three zero bits each, in the codes of the mosaic. */
function zeroScan(columns: number, rows: number): Bytes {
  const scan = SOS + 10;
  const bits = 3 * columns * rows;
  assert.is(bits % 8, 0);
  const bytes = new Uint8Array(scan + bits / 8 + 2);
  bytes.set(GOOD.subarray(0, scan));
  bytes.set([(rows * 8) >> 8, (rows * 8) & 255, (columns * 8) >> 8, (columns * 8) & 255], SOF + 5);
  bytes.set([0xff, 0xd9], bytes.length - 2);
  return bytes;
}

/** The table of the mosaic with one symbol more, which no block uses. */
function thirteenSymbols(): Bytes {
  const table = at(GOOD, 0xc4);
  const counts = table + 5;
  const end = counts + 16 + 12;
  const longer = new Uint8Array([...GOOD.slice(0, end), 11, ...GOOD.slice(end)]);
  return changed(longer, [table + 3, 32], [counts + 9, 1]);
}

function addRefused(): void {
  for (const [name, jpeg, code] of REFUSED) {
    test(`refuses ${name}, as the reference does`, () => {
      const before = given.slice();
      const { wanted, said } = readBoth(jpeg);
      assert.equal([wanted, said], [code, code]);
      assert.equal(given, before);
    });
  }
  for (const [name, jpeg, code] of ONLY_REFERENCE) {
    test(`refuses ${name}, which the reference reads`, () => {
      const { wanted, said } = readBoth(jpeg);
      assert.equal([wanted, said], ["none", code]);
    });
  }
  test("refuses each file at every length, for the reason that the reference gives", () => {
    for (const jpeg of [GOOD, mosaicOf(8, 8, 5), ...PICTURES.map((row) => row[1])]) {
      for (let size = 0; size < jpeg.length; size++) {
        const cut = jpeg.slice(0, size);
        assert.is(outcome(reference, cut, expected), "image.truncated", `${size} of ${jpeg.length} bytes`);
        assert.is(outcome(native, cut, given), "image.truncated", `${size} of ${jpeg.length} bytes`);
      }
    }
  });
}

/** What it may say where the reference says the first: the same; and where a scan is broken, another reason, or, for a code that
 *  no table has, a picture. */
const MAY_SAY: readonly (readonly [string, readonly string[]])[] = [
  ["none", ["none"]],
  ["image.bound", ["image.bound"]],
  ["image.unsupported", ["image.unsupported"]],
  ["image.truncated", ["image.truncated", "image.shape", "image.unsupported"]],
  ["image.shape", ["image.shape", "image.truncated", "image.unsupported", "none"]],
];

function addDamaged(): void {
  test("gives a Fault or a result for 2,000 spoilt files, nearly always what the reference gives", () => {
    const random = new Stream(SEED, "spoil");
    const goods = [GOOD, mosaicOf(16, 8, 5), ...PICTURES.map((row) => row[1])];
    const counts = { taken: 0, other: 0, lenient: 0 };
    for (let index = 0; index < 2000; index++) {
      const jpeg = random.pick(goods).slice();
      for (let change = random.between(1, 3); change > 0; change--) jpeg[random.below(jpeg.length)] = random.below(256);
      const { wanted, said, difference } = readBoth(jpeg);
      const allowed = MAY_SAY.find(([code]) => code === wanted)?.[1] ?? [];
      assert.ok(allowed.includes(said), `seed ${SEED}, file ${index}: ${wanted}, but ${said}`);
      if (said !== "none") continue;
      if (wanted !== "none") counts.lenient += 1;
      // A mean beyond what 8 bits give wraps in picojpeg.
      else if (difference > 1) counts.other += 1;
      else counts.taken += 1;
    }
    assert.ok(counts.taken > 300 && counts.other < 20 && counts.lenient < 120, JSON.stringify(counts));
  });
  test("reads a good file after each bad one as before", () => {
    const random = new Stream(SEED, "again");
    readBoth(COLOUR);
    const once = given.slice();
    for (let index = 0; index < 300; index++) {
      const bad = COLOUR.slice(0, random.between(1, COLOUR.length));
      bad[random.below(bad.length)] = random.below(256);
      outcome(native, bad, given);
      assert.is(outcome(native, COLOUR, given), "none");
      assert.ok(once.every((value, cell) => value === given[cell]));
    }
  });
}

function detached(): unknown {
  const bytes = new Uint8Array(LUMA_BYTES);
  Reflect.apply(Reflect.get(bytes.buffer, "transfer"), bytes.buffer, []);
  return bytes;
}

const HOSTILE: readonly (readonly [string, () => unknown])[] = [
  ["undefined", () => undefined],
  ["null", () => null],
  ["a string", () => "x".repeat(LUMA_BYTES)],
  ["an array", () => new Array(LUMA_BYTES).fill(0)],
  ["an ArrayBuffer", () => new ArrayBuffer(LUMA_BYTES)],
  ["wider elements", () => new Uint16Array(LUMA_BYTES / 2)],
  ["an heir of Uint8Array's prototype", () => Object.create(Uint8Array.prototype)],
  ["a Proxy of a Uint8Array", () => new Proxy(new Uint8Array(LUMA_BYTES), {})],
  ["a detached buffer", detached],
];

function addHostile(): void {
  for (const [name, make] of HOSTILE) {
    test(`refuses ${name} for either argument`, () => {
      assert.is(outcome(native, make() as Bytes, given), "image.bound");
      assert.is(outcome(native, GOOD, make() as Bytes), "image.bound");
    });
  }
  test("refuses a luma of another size, and one that is read-only", () => {
    for (const size of [0, LUMA_BYTES - 1, LUMA_BYTES + 1]) {
      assert.is(outcome(native, GOOD, new Uint8Array(size)), "image.bound", `${size} bytes`);
    }
    const frozen = new Uint8Array(LUMA_BYTES);
    host.petrify(frozen.buffer);
    assert.is(outcome(native, GOOD, frozen), "image.bound");
  });
  test("reads a view into a buffer, and where luma is that buffer too", () => {
    const buffer = new ArrayBuffer(LUMA_BYTES + GOOD.length);
    const [luma, jpeg] = [new Uint8Array(buffer, 0, LUMA_BYTES), new Uint8Array(buffer, LUMA_BYTES)];
    jpeg.set(GOOD);
    readBoth(GOOD);
    assert.is(outcome(native, jpeg, luma), "none");
    assert.equal(luma, expected);
  });
  test("takes no heap", () => {
    const vga = mosaicOf(80, 60, 0);
    const grown = (work: () => void) => {
      work();
      host.collect();
      host.heapReset();
      work();
      return host.heapPeak();
    };
    const idle = grown(() => undefined);
    assert.ok(grown(() => native.read(vga, given)) - idle < 256);
  });
}

if (isBuiltIn()) {
  addEqual();
  addRefused();
  addDamaged();
  addHostile();
} else {
  console.log("MODDABLE names no SDK with modules/commodetto/picojpeg.c: the camera's native reader is left out");
}

test.run();
