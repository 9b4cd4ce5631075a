// Goal: numbers and rows come back as they were put, and what is taken out is a row, never a byte more or less.
// Method: numbers at the edges of each byte, and rows of three bytes at every place of a table.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Bytes, toHex } from "../bytes.ts";
import { filterRows, putU32, u32At, withoutRow } from "../rows.ts";

const NUMBERS: readonly (readonly [value: number, hex: string])[] = [
  [0, "00000000"],
  [255, "000000ff"],
  [256, "00000100"],
  [0x1234_5678, "12345678"],
  [0x7fff_ffff, "7fffffff"],
  [0x8000_0000, "80000000"],
  [0xffff_ffff, "ffffffff"],
];

for (const [value, hex] of NUMBERS) {
  test(`${value} stands as ${hex}, and nothing beside it changes`, () => {
    const bytes = new Uint8Array(6).fill(0xaa);
    putU32(bytes, 1, value);
    assert.is(toHex(bytes), `aa${hex}aa`);
    assert.is(u32At(bytes, 1), value);
  });
}

const ROWS: Bytes = Uint8Array.of(1, 11, 21, 2, 12, 22, 3, 13, 23);

for (const [at, left] of [
  [0, "020c16030d17"],
  [3, "010b15030d17"],
  [6, "010b15020c16"],
] as const) {
  test(`without the row at ${at}`, () => {
    assert.is(toHex(withoutRow(ROWS, at, 3)), left);
  });
}

test("keeps what is to be kept, in its order, in a byte string of its own", () => {
  assert.is(toHex(filterRows(ROWS, 3, (at) => ROWS[at] !== 2)), "010b15030d17");
  assert.is(filterRows(ROWS, 3, () => false).length, 0);
  const all = filterRows(ROWS, 3, () => true);
  assert.equal(all, ROWS);
  assert.is.not(all.buffer, ROWS.buffer);
  const filtered = filterRows(ROWS, 3, (at) => at === 0);
  assert.is(filtered.buffer.byteLength, 3);
});

test.run();
