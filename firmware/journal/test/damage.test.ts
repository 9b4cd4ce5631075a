// Goal: whatever stands on flash, the journal opens in bounded time; it never believes a changed record, and it never
// stays silent where one is missing, save the very last (a flipped bit there and a torn tail look alike: a phone's
// checkpoint tells them apart).
// Method: every bit of a small part that was programmed, and one of each erased byte, flipped in turn; damage done by
// hand with what must be kept; seeded images.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Stream } from "../../../simulator/random.ts";
import type { Bytes } from "../../bytes.ts";
import { seconds } from "../../platform.ts";
import { ACCESS } from "../record.ts";
import { appendNext, createDesk, type Desk, describe, inOrder, planned, SECTOR_BYTES, type Written } from "./desk.ts";

const SEED = 45;
const TINY = [3, 3, 2] as const;
const RECORDS = 11;
const IMAGES = 300;
const ACCESS_BASE = TINY[0] * SECTOR_BYTES;
const NOW = { lo: seconds(5), width: undefined };

/** A tiny part with records in every region, a turned sector, and a torn tail that was closed. */
function createTorn(): { readonly desk: Desk; readonly written: readonly Written[] } {
  const desk = createDesk(TINY);
  const journal = desk.open();
  const written: Written[] = [];
  for (let count = 0; count < RECORDS - 1; count++) {
    if (count !== 4) written.push(appendNext(journal, count));
  }
  desk.flash.write(224, new Uint8Array(12));
  written.push(appendNext(desk.open(), RECORDS - 1));
  assert.equal(desk.open().damages, []);
  assert.equal(desk.seen, inOrder(written));
  return { desk, written };
}

/** Opens twice, and checks what must hold on any part: bounded reads, no write the second time, damage that stays. */
function openTwice(desk: Desk, where: string): boolean {
  const { reads, words: before } = desk.flash;
  const journal = desk.open(true);
  assert.ok(desk.flash.reads - reads <= 2 * desk.flash.sectors + 5 * 3, `${where}: ${desk.flash.reads - reads} reads`);
  const { words } = desk.flash;
  const isDamaged = journal.damages.length > 0;
  // Where nothing was written, a second recovery sees the very same cells.
  if (words === before) return isDamaged;
  const again = desk.open(true);
  assert.is(desk.flash.words, words, `${where}: a second recovery writes`);
  assert.is(again.damages.length > 0, isDamaged, `${where}: damage is forgotten`);
  return isDamaged;
}

test("every bit flipped is detected or harmless", () => {
  const { desk, written } = createTorn();
  const expected = inOrder(written);
  const cells = desk.flash.snapshot();
  const newest = new Set([0, 1, 2].map((region) => expected.filter((line) => line.startsWith(`${region}/`)).at(-1)));
  const count = { detected: 0, harmless: 0, last: 0 };
  for (let bit = 0; bit < cells.length * 8; bit++) {
    // Of eight erased bits in a byte one stands for all: none of them carries anything.
    if (cells[bit >> 3] === 0xff && (bit & 7) !== (bit >> 3) % 8) continue;
    desk.flash.load(cells);
    desk.flash.flip(bit);
    const isDamaged = openTwice(desk, `bit ${bit}`);
    const kept = new Set(desk.seen);
    const missing = expected.filter((line) => !kept.has(line));
    assert.equal(
      desk.seen,
      expected.filter((line) => kept.has(line)),
      `bit ${bit}: a record is changed`,
    );
    if (isDamaged) count.detected += 1;
    else if (missing.length === 0) count.harmless += 1;
    else count.last += 1;
    if (isDamaged) continue;
    assert.ok(missing.length <= 1 && missing.every((line) => newest.has(line)), `bit ${bit}: ${missing.length} lost`);
  }
  assert.ok(count.detected > 3000 && count.harmless > 1000 && count.last < 3000, JSON.stringify(count));
});

interface Row {
  readonly name: string;
  /** Bytes of the access region to clear. */
  readonly clear: readonly number[];
  readonly cause: string | undefined;
  /** Which of the nine records are still handed over. */
  readonly kept: readonly number[];
  /** The number of the next record. */
  readonly nextSeq: number;
}

/** Nine records of 64 bytes: three in each of three sectors, and a fourth sector to go on in. */
const ROWS: readonly Row[] = [
  { name: "nothing", clear: [], cause: undefined, kept: [1, 2, 3, 4, 5, 6, 7, 8, 9], nextSeq: 10 },
  { name: "a payload", clear: [100], cause: "gap", kept: [2, 3, 4, 5, 6, 7, 8, 9], nextSeq: 10 },
  { name: "a length", clear: [66], cause: "gap", kept: [4, 5, 6, 7, 8, 9], nextSeq: 10 },
  { name: "two payloads in a row", clear: [100, 164], cause: "gap", kept: [4, 5, 6, 7, 8, 9], nextSeq: 10 },
  { name: "the last record of a sector", clear: [228], cause: "gap", kept: [1, 2, 4, 5, 6, 7, 8, 9], nextSeq: 10 },
  { name: "the first header", clear: [0], cause: "header", kept: [1, 2, 3, 4, 5, 6, 7, 8, 9], nextSeq: 10 },
  { name: "a header between", clear: [256], cause: "header", kept: [1, 2, 3, 4, 5, 6, 7, 8, 9], nextSeq: 10 },
  { name: "the newest header", clear: [512], cause: "header", kept: [1, 2, 3, 4, 5, 6, 7, 8, 9], nextSeq: 10 },
  { name: "a header and its record", clear: [256, 356], cause: "gap", kept: [1, 2, 3, 7, 8, 9], nextSeq: 10 },
  { name: "a length in the newest sector", clear: [578], cause: "gap", kept: [1, 2, 3, 4, 5, 6], nextSeq: 10 },
  { name: "the newest record", clear: [740], cause: undefined, kept: [1, 2, 3, 4, 5, 6, 7, 8], nextSeq: 9 },
  { name: "padding", clear: [127], cause: undefined, kept: [1, 2, 3, 4, 5, 6, 7, 8, 9], nextSeq: 10 },
];
for (const { name, clear, cause, kept, nextSeq } of ROWS) {
  test(`after damage to ${name}: keeps ${kept.length} of 9, tells, goes on with ${nextSeq}`, () => {
    const desk = createDesk([2, 5, 2]);
    const journal = desk.open();
    for (let seq = 1; seq <= 9; seq++) journal.append(ACCESS, seq, new Uint8Array(20).fill(0xff), NOW);
    const cells = desk.flash.snapshot();
    for (const offset of clear) cells[2 * SECTOR_BYTES + offset] = 0;
    if (name === "a length") cells[2 * SECTOR_BYTES + 66] = 0x30;
    desk.flash.load(cells);
    for (let boot = 0; boot < 2; boot++) {
      const again = desk.open(boot === 0);
      assert.equal(
        again.damages.map((damage) => damage.cause),
        cause === undefined ? [] : [cause],
      );
      assert.equal(
        desk.seen.map((line) => Number(line.slice(2, 3))),
        kept,
      );
      assert.ok(again.isWritable);
    }
    const again = desk.open();
    assert.is(again.append(ACCESS, 10, new Uint8Array(20), NOW).seq, nextSeq);
    const last = desk.open();
    assert.is(last.damages.length, cause === undefined ? 0 : 1);
    assert.equal(
      desk.seen.at(-1),
      describe({ region: ACCESS, type: 10, seq: nextSeq, ...NOW, payload: new Uint8Array(20) }),
    );
    assert.equal(last.head(ACCESS), again.head(ACCESS));
  });
}

test("a record inside the payload of a torn one is not believed", () => {
  const desk = createDesk(TINY);
  const journal = desk.open();
  journal.append(ACCESS, 1, new Uint8Array(32), NOW);
  journal.append(ACCESS, 2, new Uint8Array(32), NOW);
  const cells = desk.flash.snapshot();
  const second = cells.slice(ACCESS_BASE + 128, ACCESS_BASE + 192);
  cells.fill(0xff, ACCESS_BASE + 128, ACCESS_BASE + 192);
  desk.flash.load(cells);
  const payload = new Uint8Array(96);
  payload.set(second, 32);
  desk.open().append(ACCESS, 3, payload, NOW);
  const torn = desk.flash.snapshot();
  torn[ACCESS_BASE + 128] = 0;
  desk.flash.load(torn);
  desk.open();
  assert.is(desk.seen.length, 1);
});

/** Gives a part filled from a seed in one of four ways. */
function seeded(desk: Desk, random: Stream, cells: Bytes): Bytes {
  const image = cells.slice();
  const way = random.below(4);
  if (way === 0) random.fill(image);
  for (let left = way === 1 ? 40 : 0; left > 0; left--) image[random.below(image.length)] = random.below(256);
  for (let left = way === 2 ? 6 : 0; left > 0; left--) {
    const [from, to] = [random.below(desk.flash.sectors), random.below(desk.flash.sectors)];
    image.set(cells.subarray(from * SECTOR_BYTES, (from + 1) * SECTOR_BYTES), to * SECTOR_BYTES);
  }
  for (let left = way === 3 ? 6 : 0; left > 0; left--) {
    const [from, to] = [random.below(image.length >> 5), random.below(image.length >> 5)];
    image.set(cells.subarray(from << 5, (from + 1) << 5), to << 5);
  }
  return image;
}

test(`any image opens in bounded time, and believes only what was written (seed ${SEED})`, () => {
  const desk = createDesk();
  const journal = desk.open();
  const written: Written[] = [];
  for (let count = 0; count < 40; count++) written.push(appendNext(journal, count));
  const cells = desk.flash.snapshot();
  const random = new Stream(SEED, "images");
  const known = new Set(written.map(describe));
  for (let image = 0; image < IMAGES; image++) {
    const where = `seed ${SEED}, image ${image}`;
    desk.flash.load(seeded(desk, random, cells));
    openTwice(desk, where);
    assert.ok(
      desk.seen.every((line) => known.has(line)),
      where,
    );
    const again = desk.open();
    const next = planned(image);
    if (again.room(next.region, next.payload.length) > 0) {
      assert.is(appendNext(again, image).seq, again.head(next.region).seq, where);
    }
  }
});

test.run();
