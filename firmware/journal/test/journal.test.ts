// Goal: the journal keeps what it acknowledged, in order, over sector turns and restarts, and says when it cannot.
// Method: a small part that can be exhausted, and one with sectors of 4,096 bytes for the rule that needs them.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Wear } from "../../../simulator/flash.ts";
import { toHex } from "../../bytes.ts";
import { Fault } from "../../fault.ts";
import { seconds } from "../../platform.ts";
import { type Geometry, Journal, payloadBytesIn } from "../journal.ts";
import { ROOM_MAX } from "../log.ts";
import { ACCESS, Chain, NOTICES, REGIONS, STATE } from "../record.ts";
import {
  appendNext,
  createDesk,
  describe,
  inOrder,
  LOCK_ID,
  NO_SNAPSHOT,
  planned,
  SECTOR_BYTES,
  type Written,
} from "./desk.ts";

const NOW = { lo: seconds(1_790_000_000), width: seconds(1) };
const BIG_SECTOR_BYTES = 4096;

function isFault(code: string): (error: Error) => boolean {
  return (error) => error instanceof Fault && error.code === code;
}

const isClaim = (error: Error) => !(error instanceof Fault) && error.message.startsWith("assertion");

/** Gives the lines of a region's records from `fromSeq`. */
function listOf(journal: Journal, region: 0 | 1 | 2, fromSeq = 1): string[] {
  const lines: string[] = [];
  journal.records(region, fromSeq, ({ record }) => lines.push(describe(record)) > 0);
  return lines;
}

/** The number of the oldest record that is kept. */
function oldestOf(journal: Journal, region: 0 | 1 | 2): number {
  let oldest = 0;
  journal.records(region, 1, ({ record }) => {
    oldest = record.seq;
    return false;
  });
  return oldest;
}

test("a new part is blank: no head, no damage, and no write", () => {
  const desk = createDesk();
  const journal = desk.open(true);
  assert.ok(journal.isBlank && journal.isWritable);
  assert.equal(journal.damages, []);
  assert.is(desk.flash.words, 0);
  for (const region of REGIONS) {
    const { seq, link } = journal.head(region);
    assert.is(seq, 0);
    assert.is(toHex(link), toHex(new Chain(crypto, LOCK_ID).start(region)));
    assert.equal(listOf(journal, region), []);
  }
});

test("keeps sixty records over sector turns and a restart after each", () => {
  const desk = createDesk();
  const written: Written[] = [];
  for (let count = 0; count < 60; count++) {
    const journal = desk.open(count % 2 === 0);
    assert.equal(desk.seen, inOrder(written));
    assert.equal(journal.damages, []);
    written.push(appendNext(journal, count));
  }
});

test("recovers the heads that it had, and writes nothing while nothing changed", () => {
  const desk = createDesk();
  const journal = desk.open();
  for (let count = 0; count < 60; count++) appendNext(journal, count);
  const { words } = desk.flash;
  for (const isPowerOn of [true, false]) {
    const again = desk.open(isPowerOn);
    for (const region of REGIONS) assert.equal(again.head(region), journal.head(region));
  }
  assert.is(desk.flash.words, words);
});

test("acknowledges with the number and the link that it then has", () => {
  const journal = createDesk().open();
  for (let seq = 1; seq <= 9; seq++) {
    const head = journal.append(ACCESS, 1, new Uint8Array(seq), NOW);
    assert.is(head.seq, seq);
    assert.equal(journal.head(ACCESS), head);
    assert.is(journal.head(STATE).seq, 0);
  }
});

test("programs a record in one call and reads it back: a record of 96 bytes is 24 words", () => {
  const { flash, open } = createDesk();
  const journal = open();
  journal.append(ACCESS, 1, new Uint8Array(64), NOW);
  const { words, reads } = flash;
  journal.append(ACCESS, 1, new Uint8Array(64), NOW);
  assert.equal([flash.words - words, flash.reads - reads], [24, 1]);
});

test("hands over records from any number on, and stops when told", () => {
  const journal = createDesk().open();
  for (let count = 0; count < 60; count++) appendNext(journal, count);
  for (const region of REGIONS) {
    const all = listOf(journal, region);
    assert.is(all.length, journal.head(region).seq);
    for (let seq = 0; seq <= all.length + 1; seq++) {
      assert.equal(listOf(journal, region, seq), all.slice(Math.max(0, seq - 1)));
      let count = 0;
      journal.records(region, seq, () => ++count < 2);
      assert.ok(count <= 2);
    }
  }
});

test("each entry carries the links before and after it", () => {
  const journal = createDesk().open();
  for (let count = 0; count < 60; count++) appendNext(journal, count);
  const chain = new Chain(crypto, LOCK_ID);
  for (const region of REGIONS) {
    let link = chain.start(region);
    journal.records(region, 1, (entry) => {
      assert.is(toHex(entry.prevLink), toHex(link));
      link = chain.next(link, entry.record.digest);
      return toHex(entry.link) === toHex(link);
    });
    assert.is(toHex(link), toHex(journal.head(region).link));
  }
});

test("says exactly how many records fit in before one is overwritten that must be kept", () => {
  for (const payloadBytes of [0, 1, 33, payloadBytesIn(SECTOR_BYTES)]) {
    for (const kept of [0, 5, 16]) {
      const desk = createDesk();
      const journal = desk.open();
      for (let count = 0; count < 20; count++) journal.append(STATE, 1, new Uint8Array(40), NOW);
      for (let left = journal.room(STATE, payloadBytes, kept); left > 0; left--) {
        if (left < ROOM_MAX) assert.is(journal.room(STATE, payloadBytes, kept), left);
        const { lastSeq } = journal.overwrittenBy(STATE, payloadBytes) ?? { lastSeq: 0 };
        assert.ok(lastSeq <= kept);
        journal.append(STATE, 1, new Uint8Array(payloadBytes), NOW);
      }
      assert.ok((journal.overwrittenBy(STATE, payloadBytes)?.lastSeq ?? 0) > kept, `${payloadBytes} above ${kept}`);
      assert.ok(oldestOf(journal, STATE) <= kept + 1);
      journal.append(STATE, 1, new Uint8Array(payloadBytes), NOW);
      assert.ok(oldestOf(journal, STATE) > kept + 1);
    }
  }
});

test("refuses a payload above the bound, and takes the greatest", () => {
  const journal = createDesk().open();
  const bound = payloadBytesIn(SECTOR_BYTES);
  assert.throws(() => journal.append(ACCESS, 1, new Uint8Array(bound + 1), NOW), isFault("journal.size"));
  assert.ok(journal.isWritable);
  assert.is(journal.append(ACCESS, 1, new Uint8Array(bound), NOW).seq, 1);
  assert.equal([payloadBytesIn(1024), payloadBytesIn(4096)], [928, 2048]);
});

const GEOMETRIES: readonly (readonly [string, Partial<Geometry>])[] = [
  ["with a region of two sectors", { sectors: [12, 18, 2] }],
  ["without snapshots", { snapshotSectors: 0 }],
  ["larger than the part", { sectors: [12, 18, 8] }],
  ["with snapshots larger than the part", { snapshotSectors: 3 }],
  ["pushed out of the part", { firstSector: 1 }],
  ["before the part", { firstSector: -1 }],
  ["with payloads larger than a sector", { payloadBytesMax: payloadBytesIn(SECTOR_BYTES) + 1 }],
  ["without payloads", { payloadBytesMax: 0 }],
];
for (const [name, change] of GEOMETRIES) {
  test(`refuses a geometry ${name}`, () => {
    const { flash, geometry } = createDesk();
    const options = { crypto, flash, geometry: { ...geometry, ...change }, lockId: LOCK_ID, isPowerOn: false };
    assert.throws(() => Journal.open({ ...NO_SNAPSHOT, ...options }), isClaim);
  });
}

test("leaves the sectors before its own alone", () => {
  const { flash } = createDesk();
  const geometry: Geometry = { firstSector: 4, sectors: [4, 4, 4], snapshotSectors: 2, payloadBytesMax: 64 };
  const open = () => Journal.open({ crypto, flash, geometry, lockId: LOCK_ID, isPowerOn: false, ...NO_SNAPSHOT });
  const journal = open();
  for (const region of REGIONS) journal.append(region, 1, new Uint8Array(5), NOW);
  assert.equal([...flash.eraseCounts].slice(0, 14), [0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0]);
  for (const region of REGIONS) assert.equal(open().head(region), journal.head(region));
});

const POWER_ON: readonly (readonly [string, number, boolean, number])[] = [
  ["1 KB used: the sector goes on", 15, true, 1],
  ["over 1 KB used: the sector is closed", 16, true, 2],
  ["over 1 KB used, but power never left: the sector goes on", 16, false, 1],
];
for (const [name, records, isPowerOn, sectorsStarted] of POWER_ON) {
  test(`after a power-on with ${name}`, () => {
    const desk = createDesk([3, 3, 3], BIG_SECTOR_BYTES);
    const journal = desk.open();
    for (let count = 0; count < records; count++) journal.append(ACCESS, 1, new Uint8Array(32), NOW);
    const again = desk.open(isPowerOn);
    assert.is(desk.flash.eraseCounts[3] + desk.flash.eraseCounts[4], sectorsStarted);
    const { words } = desk.flash;
    desk.open(isPowerOn);
    assert.is(desk.flash.words, words);
    assert.is(again.append(ACCESS, 1, new Uint8Array(32), NOW).seq, records + 1);
    assert.is(desk.open().head(ACCESS).seq, records + 1);
  });
}

test("a torn tail closes the sector once, and is no damage", () => {
  const desk = createDesk();
  desk.open().append(ACCESS, 1, new Uint8Array(8), NOW);
  const base = 12 * SECTOR_BYTES;
  desk.flash.write(base + 64 + 64 + 32, new Uint8Array(4));
  const journal = desk.open();
  assert.equal(journal.damages, []);
  assert.is(desk.flash.eraseCounts[13], 1);
  const { words } = desk.flash;
  assert.is(desk.open().append(ACCESS, 1, new Uint8Array(8), NOW).seq, 2);
  assert.is(desk.flash.words - words, 16);
  assert.equal(desk.open().damages, []);
});

test("a torn tail in the last sector of the part closes it, and the first is used again", () => {
  const desk = createDesk([3, 3, 3]);
  const journal = desk.open();
  for (let count = 0; count < 8; count++) journal.append(NOTICES, 1, new Uint8Array(32), NOW);
  desk.flash.write(9 * SECTOR_BYTES - 64, new Uint8Array(4));
  const again = desk.open(true);
  assert.equal([oldestOf(again, NOTICES), again.head(NOTICES).seq, again.isWritable], [4, 8, true]);
  assert.is(again.append(NOTICES, 1, new Uint8Array(0), NOW).seq, 9);
  assert.equal(again.damages, []);
});

test("how old each sector is, is known after a start as before", () => {
  const desk = createDesk([3, 3, 6]);
  const journal = desk.open();
  for (let count = 0; count < 24; count++) {
    journal.append(NOTICES, 1, new Uint8Array(96), { ...NOW, lo: seconds(1_000 + count) });
  }
  const timesOf = (each: typeof journal) => Array.from({ length: 6 }, (_, back) => each.timeBack(NOTICES, back));
  const times = timesOf(journal);
  assert.is(new Set(times).size, 6, times.join());
  assert.equal(timesOf(desk.open()), times);
});

const WORN: readonly (readonly [Wear, string])[] = [
  ["refuses", "an error"],
  ["loses", "silence"],
  ["unreadable", "no reading"],
];
for (const [wear, name] of WORN) {
  test(`flash that answers a write with ${name}: nothing is acknowledged until it is opened anew`, () => {
    for (const count of [0, 1, 5]) {
      const desk = createDesk();
      const journal = desk.open();
      for (let index = 0; index < count; index++) appendNext(journal, index);
      const heads = REGIONS.map((region) => journal.head(region));
      desk.flash.wear = wear;
      assert.throws(() => appendNext(journal, count), isFault("journal.unwritable"));
      assert.not.ok(journal.isWritable);
      desk.flash.wear = "sound";
      assert.throws(() => appendNext(journal, count), isFault("journal.unwritable"));
      assert.equal(
        REGIONS.map((region) => journal.head(region)),
        heads,
      );
      const again = desk.open();
      assert.ok(again.isWritable);
      assert.equal(again.damages, []);
      assert.is(appendNext(again, count).seq, heads[planned(count).region].seq + 1);
    }
  });
}

test("flash that cannot be read at the start gives a journal that says so", () => {
  const desk = createDesk();
  appendNext(desk.open(), 0);
  desk.flash.wear = "unreadable";
  const journal = desk.open();
  assert.not.ok(journal.isWritable);
  assert.equal(
    journal.damages.map(({ region, cause }) => [region, cause]),
    [0, 1, 2].map((region) => [region, "unreadable"]),
  );
});

test("flash that cannot be written at the start still gives what it holds", () => {
  const desk = createDesk();
  appendNext(desk.open(), 0);
  desk.flash.write(12 * SECTOR_BYTES + 128, new Uint8Array(4));
  desk.flash.wear = "refuses";
  const journal = desk.open();
  assert.not.ok(journal.isWritable);
  assert.equal(journal.damages, []);
  assert.equal(desk.seen, inOrder([{ ...planned(0), seq: 1 }]));
});

test("a visitor's own mistake is not taken for the flash's", () => {
  const { flash, geometry, open } = createDesk();
  appendNext(open(), 0);
  for (const thrown of [new Fault("cbor.type"), new Error("other")]) {
    const visit = () => {
      throw thrown;
    };
    const options = { crypto, flash, geometry, lockId: LOCK_ID, isPowerOn: false, ...NO_SNAPSHOT, visit };
    assert.throws(
      () => Journal.open(options),
      (error: Error) => error === thrown,
    );
  }
});

test("a visitor does not write or read", () => {
  const journal = createDesk().open();
  appendNext(journal, 0);
  assert.throws(() => journal.records(ACCESS, 1, () => appendNext(journal, 1).seq > 0), isClaim);
  assert.throws(() => journal.records(ACCESS, 1, () => listOf(journal, ACCESS).length > 0), isClaim);
  assert.is(appendNext(journal, 1).seq, 1);
});

test("a journal of another lock is seen as damage, and so is a region in the place of another", () => {
  const desk = createDesk([4, 4, 4]);
  const journal = desk.open();
  for (const region of REGIONS) journal.append(region, 1, new Uint8Array(8), NOW);
  const { flash, geometry } = desk;
  const other = Journal.open({ crypto, flash, geometry, lockId: "AAECAwQFBgg", isPowerOn: false, ...NO_SNAPSHOT });
  assert.equal(
    other.damages.map(({ region, cause }) => [region, cause]),
    [0, 1, 2].map((region) => [region, "fork"]),
  );
  const image = flash.snapshot();
  image.set(image.slice(0, 4 * SECTOR_BYTES), 4 * SECTOR_BYTES);
  flash.load(image);
  const moved = desk.open();
  assert.equal([moved.head(ACCESS).seq, moved.isBlank], [0, false]);
});

test.run();
