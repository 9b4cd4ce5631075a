// Goal: a start takes the older snapshot first and the newer last, whichever slot it lies in, and says how far the newest reaches
// that is taken; the older where the newer makes no sense.
// Method: images of one byte each, the number of their writing; then one slot after the other is spoilt.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { NorFlash } from "../../../simulator/flash.ts";
import { Fault } from "../../fault.ts";
import type { Medium } from "../medium.ts";
import { Chain, newPage } from "../record.ts";
import { type CoveredHeads, encodeSnapshot, Snapshots, type WriteImage } from "../snapshot.ts";
import { LOCK_ID, SECTOR_BYTES } from "./desk.ts";

const SECTORS = 2;

function snapshotsOn(flash: NorFlash): Snapshots {
  const pages = { sector: newPage(SECTOR_BYTES), readBack: new Uint8Array(100) };
  const medium: Medium = { crypto, flash, chain: new Chain(crypto, LOCK_ID), ...pages };
  return new Snapshots(medium, { firstSector: 0, sectors: SECTORS }, LOCK_ID);
}

function snapshotOf(number: number): readonly [CoveredHeads, WriteImage] {
  const head = { seq: number, link: new Uint8Array(32).fill(number), damage: new Uint8Array(0) };
  return [[head, head, head], (writer) => void writer.uint(number)];
}

function write(snapshots: Snapshots, heads: CoveredHeads, image: WriteImage): void {
  snapshots.write(snapshots.nextSlot(), heads, encodeSnapshot(heads, image, snapshots.payloadBytesMax));
}

/** Writes so many snapshots, one after the other. */
function written(count: number): NorFlash {
  const flash = new NorFlash({ sectors: 2 * SECTORS, sectorBytes: SECTOR_BYTES });
  const snapshots = snapshotsOn(flash);
  for (let number = 1; number <= count; number++) write(snapshots, ...snapshotOf(number));
  return flash;
}

/** Starts. @returns the images that were taken, in their order, and the number that the newest reaches */
function start(
  flash: NorFlash,
  senseless: readonly number[] = [],
): readonly [taken: readonly number[], newest: number] {
  const taken: number[] = [];
  const heads = snapshotsOn(flash).recover(([number]) => {
    if (senseless.includes(number)) throw new Fault("journal.corrupt");
    taken.push(number);
  });
  return [taken, heads?.[0].seq ?? 0];
}

for (const [count, taken, newest] of [
  [0, [], 0],
  [1, [1], 1],
  [2, [1, 2], 2],
  [3, [2, 3], 3],
  [4, [3, 4], 4],
] as const) {
  test(`after ${count} were written, a start takes ${taken.join(" and then ") || "none"}`, () => {
    assert.equal(start(written(count)), [taken, newest]);
  });
}

test("a state that does not fit in a slot is refused, and the other snapshot holds", () => {
  const flash = written(1);
  const snapshots = snapshotsOn(flash);
  snapshots.recover(() => {});
  const [heads] = snapshotOf(2);
  const large: WriteImage = (writer) => void writer.bytes(new Uint8Array(SECTORS * SECTOR_BYTES));
  assert.throws(
    () => write(snapshots, heads, large),
    (fault: unknown) => fault instanceof Fault && fault.code === "journal.size",
  );
  assert.equal(start(flash), [[1], 1]);
});

test("where the newer one makes no sense, the older one counts; where neither does, none", () => {
  for (const count of [4, 5]) {
    assert.equal(start(written(count), [count]), [[count - 1], count - 1]);
    assert.equal(start(written(count), [count - 1]), [[count], count]);
    assert.equal(start(written(count), [count, count - 1]), [[], 0]);
  }
});

test.run();
