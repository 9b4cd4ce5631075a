// Goal: whatever stands on flash, the journal opens in bounded time; it never believes a changed record, and it never
// stays silent where one is missing, save the very last (a flipped bit there and a torn tail look alike: a phone's
// checkpoint tells them apart).
// Damage has a digest that stays while nothing more is lost, and changes with the next record that is.
// Method: every bit of a small part that was programmed, and one of each erased byte, flipped in turn; damage done by
// hand with what must be kept; a second bit flipped behind the first; seeded images.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { Stream } from "../../../simulator/random.ts";
import { type Bytes, concat, fromHex, toHex } from "../../bytes.ts";
import { seconds } from "../../platform.ts";
import { foldDigest, withNote } from "../damage.ts";
import type { Journal } from "../journal.ts";
import { ACCESS, encodeSectorHeader, NOTICES, newPage, REGIONS, type Region, STATE } from "../record.ts";
import { appendNext, createDesk, type Desk, describe, inOrder, planned, SECTOR_BYTES, type Written } from "./desk.ts";

const SEED = 45;
const TINY = [4, 4, 4] as const;
const RECORDS = 11;
const IMAGES = 300;
const ACCESS_BASE = TINY[0] * SECTOR_BYTES;
const PAIRS = 400;
const NOW = { lo: seconds(5), width: undefined };

/** The damage of all regions as one text. */
function digests(journal: Journal): string {
  return journal.damages.map(({ region, digest }) => `${region}:${toHex(digest)}`).join();
}

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

/** Opens twice, and checks what must hold on any part: bounded reads, damage that stays; and no write the second time, save
 *  where the part is spoilt in many places at once. */
function openTwice(desk: Desk, where: string, isSpoilt = false): boolean {
  const { reads, words: before } = desk.flash;
  const journal = desk.open(true);
  assert.ok(desk.flash.reads - reads <= 3 * desk.flash.sectors + 5 * 3, `${where}: ${desk.flash.reads - reads} reads`);
  const { words } = desk.flash;
  const isDamaged = journal.damages.length > 0;
  // Where nothing was written, a second recovery sees the very same cells.
  if (words === before) return isDamaged;
  const again = desk.open(true);
  if (isSpoilt) return isDamaged;
  assert.is(desk.flash.words, words, `${where}: a second recovery writes`);
  assert.is(digests(again), digests(journal), `${where}: damage is forgotten`);
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
    const desk = createDesk([3, 5, 3]);
    const journal = desk.open();
    for (let seq = 1; seq <= 9; seq++) journal.append(ACCESS, seq, new Uint8Array(20).fill(0xff), NOW);
    const cells = desk.flash.snapshot();
    for (const offset of clear) cells[3 * SECTOR_BYTES + offset] = 0;
    if (name === "a length") cells[3 * SECTOR_BYTES + 66] = 0x30;
    desk.flash.load(cells);
    let digest: string | undefined;
    for (let boot = 0; boot < 2; boot++) {
      const again = desk.open(boot === 0);
      digest ??= digests(again);
      assert.is(digests(again), digest);
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
    assert.is(digests(last), digest);
    assert.equal(
      desk.seen.at(-1),
      describe({ region: ACCESS, type: 10, seq: nextSeq, ...NOW, payload: new Uint8Array(20) }),
    );
    assert.equal(last.head(ACCESS), again.head(ACCESS));
  });
}

/** Nine records in each region, three to a sector, and a fourth sector to go on in. */
function createNine(): Desk {
  const desk = createDesk([6, 6, 6]);
  const journal = desk.open();
  for (const region of REGIONS) {
    for (let seq = 1; seq <= 9; seq++) journal.append(region, seq, new Uint8Array(20).fill(0xff), NOW);
  }
  return desk;
}

/** Clears bytes of a region. */
function clear(desk: Desk, region: Region, offsets: readonly number[]): void {
  const cells = desk.flash.snapshot();
  for (const offset of offsets) cells[6 * region * SECTOR_BYTES + offset] = 0;
  desk.flash.load(cells);
}

/** What is cleared first, and what later; in sectors of a header and three records of 64 bytes. */
const LATER: readonly (readonly [name: string, first: readonly number[], later: readonly number[]])[] = [
  ["an older record", [612], [100]],
  ["an older record of the same sector", [612 + 64], [612]],
  ["a newer record", [100], [612]],
  ["the record behind it", [100], [164]],
  ["the record behind it, the last of its sector", [164], [228]],
  ["the record before it", [164], [100]],
  ["an older header", [612], [256]],
  ["its own header", [356], [256]],
  ["the first record behind a header that is lost", [256], [356]],
  ["the last record before a header that is lost", [256], [228]],
];
for (const region of REGIONS) {
  for (const [name, first, later] of LATER) {
    test(`region ${region}: ${name} is new damage`, () => {
      const desk = createNine();
      clear(desk, region, first);
      const known = digests(desk.open(true));
      assert.is(digests(desk.open(true)), known);
      assert.match(known, new RegExp(`^${region}:[0-9a-f]{16}$`));
      clear(desk, region, later);
      const found = digests(desk.open());
      const { words } = desk.flash;
      assert.match(found, new RegExp(`^${region}:[0-9a-f]{16}$`));
      assert.is.not(found, known);
      assert.is(digests(desk.open()), found);
      assert.is(desk.flash.words, words, "a second recovery writes");
    });
  }
}

test("the digest of damage is as protocol.md says", () => {
  const first = { cause: "header", afterSeq: 3, throughSeq: 3, offset: 0x1000 } as const;
  const second = { cause: "fork", afterSeq: 0x01020304, throughSeq: 7, offset: 0xf0000000 } as const;
  const [once, twice] = ["0003000000030000000010" + "0000", "02" + "04030201" + "07000000" + "000000f0"].map(fromHex);
  const damage = withNote(crypto, ACCESS, undefined, first);
  assert.equal(damage, { region: ACCESS, ...first, digest: crypto.sha256(once).slice(0, 8) });
  const both = withNote(crypto, ACCESS, damage, second);
  assert.equal(both, { region: ACCESS, ...second, digest: crypto.sha256(concat(damage.digest, twice)).slice(0, 8) });
  assert.equal(foldDigest(crypto, damage.digest, twice), both.digest);
});

test(`a record that is lost behind known damage is new damage (seed ${SEED})`, () => {
  const desk = createNine();
  const cells = desk.flash.snapshot();
  const random = new Stream(SEED, "pairs");
  const count = { same: 0, fresh: 0 };
  for (let pair = 0; pair < PAIRS; pair++) {
    const region = ([STATE, ACCESS, NOTICES] as const)[pair % 3];
    // The first three sectors of the region: those that are full of records.
    const draw = () => 6 * region * SECTOR_BYTES * 8 + random.below(3 * SECTOR_BYTES * 8);
    const [first, second] = [draw(), draw()];
    const where = `seed ${SEED}, bits ${first} and ${second}`;
    desk.flash.load(cells);
    desk.flash.flip(first);
    const journal = desk.open(true);
    if (journal.damages.length === 0) continue;
    for (let more = 0; more < 2; more++) journal.append(region, 1, new Uint8Array(20), NOW);
    const known = digests(desk.open(true));
    assert.is(known, digests(journal), where);
    const before = desk.seen.length;
    desk.flash.flip(second);
    const isSame = digests(desk.open(true)) === known;
    if (desk.seen.length < before) assert.not.ok(isSame, where);
    count[isSame ? "same" : "fresh"] += 1;
  }
  assert.ok(count.same > PAIRS / 30 && count.fresh > PAIRS / 3, JSON.stringify(count));
});

test("nothing is appended to a sector that is not read again", () => {
  const desk = createDesk([6, 6, 6]);
  desk.open().append(ACCESS, 1, new Uint8Array(20), NOW);
  const cells = desk.flash.snapshot();
  const base = 6 * SECTOR_BYTES;
  // The header of a second sector that claims to begin with record 1, in a part whose first has it already.
  const page = newPage(64);
  const prevLink = new Uint8Array(32);
  encodeSectorHeader(crypto, page, { region: ACCESS, sectorSeq: 1, firstSeq: 1, eraseCount: 1, prevLink });
  cells.set(page.bytes, base + SECTOR_BYTES);
  desk.flash.load(cells);
  const journal = desk.open();
  const known = digests(journal);
  assert.equal(
    journal.damages.map(({ cause }) => cause),
    ["fork"],
  );
  assert.is(journal.append(ACCESS, 2, new Uint8Array(20), NOW).seq, 2);
  assert.is(digests(desk.open()), known);
  assert.is(desk.seen.length, 2);
});

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
    openTwice(desk, where, true);
    const digest = digests(desk.open());
    assert.ok(
      desk.seen.every((line) => known.has(line)),
      where,
    );
    const again = desk.open();
    const next = planned(image);
    {
      const before = desk.seen.slice();
      const written = appendNext(again, image);
      assert.is(written.seq, again.head(next.region).seq, where);
      assert.is(digests(desk.open()), digest, `${where}: what is appended changes the damage`);
      assert.equal([...desk.seen].sort(), [...before, describe(written)].sort(), where);
    }
  }
});

test.run();
