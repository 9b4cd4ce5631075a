// Goal: an entry of a table is found wherever it stands, nothing else is, and a table or entry of a wrong size is refused.
// Method: each place of a small table on both backends; seeded tables against a plain search.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Bytes } from "../../bytes.ts";
import { ENTRY_BYTES_MAX } from "../crypto.ts";
import { ascending, BACKENDS, flip, lengthen, Seeded, shorten, throwsFault } from "./checks.ts";

const SEED = 20261019;
const WIDTHS = [1, 3, 4, 5, 8, 16, ENTRY_BYTES_MAX];
const ENTRIES = 9;

/** Gives the last place of an entry, by its bytes one after the other. */
function placeIn(table: Uint8Array, wanted: Uint8Array): number {
  const width = wanted.length;
  for (let place = table.length / width - 1; place >= 0; place--) {
    let same = 0;
    while (same < width && table[place * width + same] === wanted[same]) same++;
    if (same === width) return place;
  }
  return -1;
}

for (const [backend, crypto] of BACKENDS) {
  for (const width of WIDTHS) {
    test(`${backend}: finds each entry of ${width} bytes, and none that differs by a bit`, () => {
      const table = new Seeded(SEED + width).bytes(width * ENTRIES);
      for (let index = 0; index < ENTRIES; index++) {
        table[index * width] = index;
        const wanted = table.slice(index * width, (index + 1) * width);
        assert.is(crypto.find(table, width, wanted), placeIn(table, wanted));
        assert.ok(width === 1 || placeIn(table, wanted) === index);
        for (let bit = 0; bit < width * 8; bit++) {
          const near = flip(wanted, bit);
          assert.is(crypto.find(table, width, near), placeIn(table, near), `bit ${bit}`);
        }
      }
    });

    test(`${backend}: gives the last of equal entries of ${width} bytes`, () => {
      const table = new Uint8Array(width * ENTRIES).fill(0xff);
      assert.is(crypto.find(table, width, table.slice(0, width)), ENTRIES - 1);
      table[table.length - 1] = 0;
      assert.is(crypto.find(table, width, table.slice(0, width)), ENTRIES - 2);
    });

    test(`${backend}: finds nothing of ${width} bytes in an empty table`, () => {
      assert.is(crypto.find(new Uint8Array(0), width, new Uint8Array(width)), -1);
    });
  }

  test(`${backend}: finds no entry across two`, () => {
    const table = Uint8Array.of(1, 2, 3, 4, 5, 6);
    assert.is(crypto.find(table, 3, Uint8Array.of(2, 3, 4)), -1);
    assert.is(crypto.find(table, 3, Uint8Array.of(4, 5, 6)), 1);
  });

  test(`${backend}: reads views of a larger room`, () => {
    const room = ascending(0, 40);
    assert.is(crypto.find(room.subarray(5, 35), 5, room.subarray(15, 20)), 2);
  });

  const table = ascending(0, 20);
  const wanted = ascending(5, 5);
  const REFUSED: readonly (readonly [string, Bytes, number, Bytes])[] = [
    ["a table one byte short", shorten(table), 5, wanted],
    ["a table one byte long", lengthen(table), 5, wanted],
    ["an entry one byte short", table, 5, shorten(wanted)],
    ["an entry one byte long", table, 5, lengthen(wanted)],
    ["an entry that fits the table and not the width", table, 5, ascending(5, 4)],
    ["a width of 0", table, 0, new Uint8Array(0)],
    ["a width of 33", new Uint8Array(66), 33, new Uint8Array(33)],
    ["a width of 2.5", table, 2.5, ascending(0, 2)],
    ["no number for a width", table, Number.NaN, wanted],
  ];
  for (const [name, entries, width, entry] of REFUSED) {
    test(`${backend}: refuses ${name}`, () => throwsFault(() => crypto.find(entries, width, entry), "crypto.size"));
  }

  test(`${backend}: agrees with a plain search in seeded tables`, () => {
    const source = new Seeded(SEED);
    for (let round = 0; round < 200; round++) {
      const width = 1 + source.below(3);
      const seeded = source.bytes(width * source.below(300));
      const entry = source.bytes(width);
      assert.is(crypto.find(seeded, width, entry), placeIn(seeded, entry), `seed ${SEED}, round ${round}`);
    }
  });
}

test.run();
