// Goal: the reader gives each block's mean, refuses each thing that no camera sends, and does no more than the file pays for.
// Method: flat blocks (mosaic.ts) whose values are known, rows of changed bytes, and files that are spoilt from a seed.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Bytes } from "../../firmware/bytes.ts";
import { Fault, type FaultCode } from "../../firmware/fault.ts";
import { Stream } from "../../simulator/random.ts";
import { encodeMosaic } from "../../simulator/sensor/mosaic.ts";
import { JPEG_BYTES_MAX, JpegReader } from "../jpeg.ts";
import { LUMA_BYTES } from "../luma.ts";

const SEED = 0x5ce0e;

function levelsOf(columns: number, rows: number): Uint16Array {
  const random = new Stream(SEED, `${columns}x${rows}`);
  return new Uint16Array(columns * rows).map(() => random.below(2041));
}

function rounded(level: number): number {
  return Math.min(255, (level + 4) >> 3);
}

function codeOf(work: () => void): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
  return "none";
}

for (const [columns, rows, restart] of [
  ...([
    [1, 1, 0],
    [3, 2, 0],
    [40, 30, 0],
    [40, 30, 7],
    [80, 60, 0],
    [80, 60, 80],
    [17, 9, 1],
  ] as const),
]) {
  test(`gives every block of ${columns} by ${rows}, restart interval ${restart}`, () => {
    const levels = levelsOf(columns, rows);
    const plane = new Uint8Array(columns * rows);
    const reader = new JpegReader(columns, rows);
    reader.read(encodeMosaic(levels, { columns, rows, restart }), plane);
    assert.equal([...plane], [...levels].map(rounded));
    assert.equal([reader.width, reader.height, reader.blocks], [8 * columns, 8 * rows, columns * rows]);
  });
}

test("gathers four blocks of VGA into each cell", () => {
  const levels = levelsOf(80, 60);
  const luma = new Uint8Array(LUMA_BYTES);
  new JpegReader().read(encodeMosaic(levels, { columns: 80, rows: 60 }), luma);
  const cell = (at: number) => [0, 1, 80, 81].map((more) => rounded(levels[at + more] as number));
  const mean = (values: readonly number[]) => Math.floor((values.reduce((sum, value) => sum + value, 0) + 2) / 4);
  assert.is(luma[0], mean(cell(0)));
  assert.is(luma[LUMA_BYTES - 1], mean(cell(80 * 58 + 78)));
});

test("spreads a picture that is smaller than the grid", () => {
  const luma = new Uint8Array(LUMA_BYTES);
  new JpegReader().read(encodeMosaic([80, 800, 1600, 2000], { columns: 2, rows: 2 }), luma);
  assert.equal([luma[0], luma[19], luma[20], luma[LUMA_BYTES - 1]], [10, 10, 100, 250]);
});

test("builds the tables of one camera once", () => {
  const reader = new JpegReader();
  const luma = new Uint8Array(LUMA_BYTES);
  for (let frame = 0; frame < 5; frame++) reader.read(encodeMosaic(levelsOf(40, 30), { columns: 40, rows: 30 }), luma);
  assert.is(reader.tablesBuilt, 2);
});

const GOOD = encodeMosaic(levelsOf(8, 8), { columns: 8, rows: 8 });
const at = (marker: number) => GOOD.findIndex((byte, index) => byte === 0xff && GOOD[index + 1] === marker);
const SOF = at(0xc0);
const SOS = at(0xda);
const DHT = at(0xc4);

function changed(...changes: readonly (readonly [number, number])[]): Bytes {
  const bytes = GOOD.slice();
  for (const [offset, byte] of changes) bytes[offset] = byte;
  return bytes;
}

const REFUSED: readonly (readonly [string, Bytes, FaultCode])[] = [
  ["nothing", new Uint8Array(0), "image.truncated"],
  ["one byte", GOOD.slice(0, 1), "image.truncated"],
  ["no SOI", GOOD.slice(2), "image.shape"],
  ["more bytes than a frame has", new Uint8Array(JPEG_BYTES_MAX + 1), "image.bound"],
  ["a progressive frame", changed([SOF + 1, 0xc2]), "image.unsupported"],
  ["an extended frame", changed([SOF + 1, 0xc1]), "image.unsupported"],
  ["a lossless frame", changed([SOF + 1, 0xc3]), "image.unsupported"],
  ["arithmetic codes", changed([SOF + 1, 0xc9]), "image.unsupported"],
  ["twelve bits", changed([SOF + 4, 12]), "image.unsupported"],
  ["a height of 0", changed([SOF + 5, 0], [SOF + 6, 0]), "image.unsupported"],
  ["a width of 0", changed([SOF + 7, 0], [SOF + 8, 0]), "image.shape"],
  ["a side beyond the bound", changed([SOF + 5, 0x20]), "image.bound"],
  ["a forged size within the bound", changed([SOF + 5, 0x0f], [SOF + 7, 0x0f]), "image.truncated"],
  ["two components", changed([SOF + 9, 2]), "image.unsupported"],
  ["four components", changed([SOF + 9, 4]), "image.unsupported"],
  ["factors of 4", changed([SOF + 11, 0x41]), "image.unsupported"],
  ["a quantiser that is not there", changed([SOF + 12, 1]), "image.shape"],
  ["a scan before its frame", new Uint8Array([...GOOD.slice(0, SOF), ...GOOD.slice(SOS)]), "image.shape"],
  ["a table that is not there", changed([SOS + 6, 0x01]), "image.shape"],
  ["a spectral selection", changed([SOS + 8, 5]), "image.unsupported"],
  ["a symbol of DC beyond 11", changed([DHT + 21, 12]), "image.shape"],
  ["codes that are more than their lengths hold", changed([DHT + 5, 3]), "image.shape"],
  ["codes that are all ones", changed([DHT + 5, 2], [DHT + 6, 0]), "image.shape"],
  ["no marker at the end", GOOD.slice(0, -2), "image.truncated"],
  ["half a marker at the end", GOOD.slice(0, -1), "image.truncated"],
  ["half of the scan", GOOD.slice(0, SOS + 30), "image.truncated"],
  ["one restart marker too many", new Uint8Array([...GOOD.slice(0, -2), 0xff, 0xd0]), "image.shape"],
  ["a byte that no block takes", new Uint8Array([...GOOD.slice(0, -2), 0x55, 0xff, 0xd9]), "image.shape"],
];
for (const [name, bytes, code] of REFUSED) {
  test(`refuses ${name}`, () => {
    assert.is(
      codeOf(() => new JpegReader().read(bytes, new Uint8Array(LUMA_BYTES))),
      code,
    );
  });
}

test("refuses a restart marker that is missing, or out of turn", () => {
  const good = encodeMosaic(levelsOf(8, 8), { columns: 8, rows: 8, restart: 8 });
  const first = good.findIndex((byte, index) => byte === 0xff && good[index + 1] === 0xd0);
  const luma = new Uint8Array(LUMA_BYTES);
  assert.is(
    codeOf(() => new JpegReader().read(good, luma)),
    "none",
  );
  const turned = good.slice();
  turned[first + 1] = 0xd1;
  const gone = new Uint8Array([...good.slice(0, first), ...good.slice(first + 2)]);
  assert.is(
    codeOf(() => new JpegReader().read(turned, luma)),
    "image.shape",
  );
  assert.not.equal(
    codeOf(() => new JpegReader().read(gone, luma)),
    "none",
  );
});

test("refuses the good file at every length", () => {
  const reader = new JpegReader();
  const luma = new Uint8Array(LUMA_BYTES);
  for (let size = 0; size < GOOD.length; size++) {
    assert.is(
      codeOf(() => reader.read(GOOD.slice(0, size), luma)),
      "image.truncated",
      `${size} bytes`,
    );
  }
  assert.is(
    codeOf(() => reader.read(GOOD, luma)),
    "none",
  );
});

test("refuses a luma of another size", () => {
  assert.is(
    codeOf(() => new JpegReader().read(GOOD, new Uint8Array(LUMA_BYTES - 1))),
    "image.bound",
  );
});

test("gives a clean Fault or a result for a thousand spoilt files, with no more blocks than their bits", () => {
  const random = new Stream(SEED, "spoil");
  const reader = new JpegReader();
  const luma = new Uint8Array(LUMA_BYTES);
  const goods = [GOOD, encodeMosaic(levelsOf(16, 8), { columns: 16, rows: 8, restart: 5 })];
  const seen = new Set<string>();
  for (let index = 0; index < 1000; index++) {
    const bytes = random.pick(goods).slice();
    for (let change = random.between(1, 4); change > 0; change--) bytes[random.below(bytes.length)] = random.below(256);
    seen.add(
      codeOf(() => reader.read(bytes.slice(0, random.chance(200) ? random.below(bytes.length) : bytes.length), luma)),
    );
    assert.ok(reader.blocks <= 4 * bytes.length, `seed ${SEED}, file ${index}`);
  }
  assert.ok(seen.has("none") && seen.has("image.shape") && seen.has("image.truncated"), [...seen].join());
});

test.run();
