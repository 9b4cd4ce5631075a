// Goal: a cut of power at any word of any operation loses nothing that was acknowledged and invents nothing (T35).
// Method: a trace of 60 operations on a small part; before each the cells are kept, then the operation is cut at each of
// its words, by turns with a clean prefix and with seeded random bits, and the journal is recovered, compared, carried on.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { PowerCut, type Tear } from "../../../simulator/flash.ts";
import { Stream } from "../../../simulator/random.ts";
import type { Journal } from "../journal.ts";
import { appendNext, createDesk, type Desk, describe, inOrder, planned, type Written } from "./desk.ts";

const SEED = 35;
const OPERATIONS = 60;
/** Every so many operations, the recovery from a tear is cut at each of its own words too. */
const OPERATIONS_APART = 3;
/** Every so many operations are cut at each of their words. */
const APART = 1;
const WORDS_BEFORE_TEAR = 5;

/** Runs `act` until power fails in it. @returns whether it came to its end first */
function isDoneBefore(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    return false;
  }
}

/** Recovers and checks I1, I2 and I7: what was acknowledged is there, at most one more, and a second run writes nothing. */
function requireWhole(desk: Desk, acknowledged: readonly Written[], next: Written, where: string): Journal {
  const before = desk.flash.words;
  const journal = desk.open(true);
  const hasNext = desk.seen.length > acknowledged.length;
  assert.equal(desk.seen, inOrder(hasNext ? [...acknowledged, next] : acknowledged), where);
  assert.equal(journal.damages, [], where);
  assert.ok(journal.isWritable, where);
  const { words } = desk.flash;
  // Where nothing was written, a second recovery sees the very same cells.
  if (words === before) return journal;
  const again = desk.open(true);
  assert.is(desk.flash.words, words, `${where}: a second recovery writes`);
  assert.equal(again.head(next.region), journal.head(next.region), where);
  return again;
}

/** Tears one operation at one word and carries the trace on from there. */
function tear(desk: Desk, written: readonly Written[], { at, kind }: { at: number; kind: Tear["kind"] }): boolean {
  const where = `seed ${SEED}, operation ${written.length}, word ${at}, ${kind}`;
  const next = nextOf(written);
  const journal = desk.open();
  desk.flash.cutAfterWords(at, kind === "prefix" ? { kind } : { kind, random: new Stream(SEED, where) });
  const isDone = isDoneBefore(() => appendNext(journal, written.length));
  desk.flash.restore();
  if (isDone) return true;
  const recovered = requireWhole(desk, written, next, where);
  const afterwards = desk.seen.length > written.length ? [...written, next] : [...written];
  const later = { ...planned(OPERATIONS), region: next.region };
  const { seq } = recovered.append(later.region, later.type, later.payload, later);
  const reopened = desk.open();
  assert.equal(desk.seen, inOrder([...afterwards, { ...later, seq }]), where);
  assert.equal(reopened.damages, [], where);
  return false;
}

function nextOf(written: readonly Written[]): Written {
  const record = planned(written.length);
  return { ...record, seq: written.filter(({ region }) => region === record.region).length + 1 };
}

test(`keeps what was acknowledged when power fails at any word (seed ${SEED})`, () => {
  const desk = createDesk();
  const written: Written[] = [];
  let tears = 0;
  for (let count = 0; count < OPERATIONS; count++) {
    if (count % APART !== 0) {
      appendNext(desk.open(), count);
      written.push(nextOf(written));
      continue;
    }
    const before = desk.flash.snapshot();
    for (let at = 0; !tear(desk, written, { at, kind: (count + at) % 2 === 0 ? "prefix" : "bits" }); at++) {
      tears += 1;
      desk.flash.load(before);
    }
    written.push(nextOf(written));
  }
  assert.ok(tears > 1000 / APART, `${tears} tears`);
});

test(`keeps it too when power fails again during the recovery (seed ${SEED})`, () => {
  const desk = createDesk();
  const written: Written[] = [];
  for (let count = 0; count < OPERATIONS; count++) {
    const next = nextOf(written);
    if (count % (OPERATIONS_APART * APART) === 0) tearTwice(desk, written, next);
    appendNext(desk.open(), count);
    written.push(next);
  }
});

/** Tears one operation in the middle, then each word of the recovery. */
function tearTwice(desk: Desk, written: readonly Written[], next: Written): void {
  const before = desk.flash.snapshot();
  const where = `seed ${SEED}, operation ${written.length}`;
  desk.flash.cutAfterWords(WORDS_BEFORE_TEAR, { kind: "bits", random: new Stream(SEED, where) });
  isDoneBefore(() => appendNext(desk.open(), written.length));
  desk.flash.restore();
  const torn = desk.flash.snapshot();
  for (let at = 0, isDone = false; !isDone; at++) {
    desk.flash.load(torn);
    desk.flash.cutAfterWords(at, { kind: "bits", random: new Stream(SEED, `${where}, again at ${at}`) });
    isDone = isDoneBefore(() => void desk.open(true));
    desk.flash.restore();
    requireWhole(desk, written, next, `${where}, again at ${at}`);
  }
  desk.flash.load(before);
}

test("every line of a trace is its own", () => {
  const lines = Array.from({ length: OPERATIONS }, (_, count) => describe({ ...planned(count), seq: count }));
  assert.is(new Set(lines).size, OPERATIONS);
});

test.run();
