// A reset that power cuts, anywhere: afterwards the lock is wholly the old one, or wholly a new one.
// Method: exhaustion on the smallest desk. A reset by the key on paper is cut at every word of flash and at every change of a
// constant, with two kinds of tears; then at pairs of boundaries, the second cut inside the recovery from the first.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Body, KIND_ACT, KIND_FACTORY_RESET } from "../../firmware/grant/body.ts";
import { verifyCheckpoint } from "../../firmware/journal/checkpoint.ts";
import { credentialsOf } from "../../simulator/antenna.ts";
import { Desk } from "../../simulator/desk.ts";
import type { Tear } from "../../simulator/flash.ts";
import { Stream } from "../../simulator/random.ts";

const RESET: Body = { kind: KIND_FACTORY_RESET };
const SECTORS = [3, 3, 3] as const;
/** With two snapshots of three. */
const SECTORS_ALL = 15;
/** Of the keys of an identity. */
const KEYS = ["sign", "agree"] as const;

/** One place at which power fails. */
type Cut = { readonly words: number; readonly tear: Tear } | { readonly changes: number; readonly isDone: boolean };

interface Before {
  readonly lockId: string;
  readonly signingKey: Uint8Array<ArrayBuffer>;
  readonly keys: readonly string[];
  readonly records: number;
}

/** An adopted lock whose key on paper has only to say it once more. */
function setUp(): { readonly desk: Desk; readonly before: Before; readonly reset: () => void } {
  const desk = new Desk({ crypto, sectors: SECTORS });
  desk.adopt();
  const owner = desk.ownerSession();
  assert.is(owner.ask({ kind: "joinNetwork", credentials: credentialsOf("home", "open sesame") })?.kind, "yes");
  owner.leave();
  desk.passTime(61);
  const session = desk.ownerSession(desk.recovery);
  assert.is(session.state(RESET, { by: desk.recovery }), "presence");
  desk.pressInside();
  const { lockId, signingKey } = desk;
  const before = { lockId, signingKey, keys: keysOf(desk), records: desk.journal().length };
  const reset = () => {
    session.state(RESET, { by: desk.recovery });
    desk.passTime(5);
  };
  return { desk, before, reset };
}

function keysOf({ constants }: Desk): string[] {
  return KEYS.map((name) => constants.read(name)?.join() ?? "");
}

function arm({ flash, constants }: Desk, cut: Cut): void {
  if ("words" in cut) flash.cutAfterWords(cut.words, cut.tear);
  else constants.cutAfterChanges(cut.changes, cut.isDone);
}

/** What must be so with the power gone, at whatever place it failed. */
function requireSafe(desk: Desk, before: Before, where: string): void {
  const cells = desk.flash.snapshot();
  const isBlank = cells.every((cell) => cell === 0xff);
  const isMarked = desk.constants.read("reset") !== undefined;
  const keys = keysOf(desk);
  const isOld = keys.every((key, index) => key === before.keys[index]);
  if (!isMarked && isOld) assert.ok(desk.journal().length >= before.records, `${where}: old keys, all records`);
  if (!isOld && isMarked) assert.ok(isBlank, `${where}: keys go after the records`);
  if (!isOld) assert.is(desk.constants.read("wifi"), undefined, `${where}: keys go after the network`);
  if (!isMarked && !isOld) {
    for (const [index, key] of keys.entries()) assert.is.not(key, before.keys[index], `${where}: both keys are gone`);
  }
}

/** What must be so when the lock runs again. */
function requireWhole(desk: Desk, before: Before, where: string): void {
  assert.is(desk.constants.read("reset"), undefined, where);
  assert.not.ok(
    desk.entries("alarm").some(({ alarm }) => alarm === "journal"),
    `${where}: no damage`,
  );
  if (desk.lockId === before.lockId) {
    assert.ok(desk.journal().length >= before.records, where);
    assert.is(desk.state({ kind: KIND_ACT, operation: 0 }), "yes", where);
    return;
  }
  for (const [index, key] of keysOf(desk).entries()) assert.is.not(key, before.keys[index], where);
  assert.is(desk.constants.read("wifi"), undefined, where);
  assert.not.ok(desk.lock.snapshot.isAdopted, where);
  assert.not.ok(
    desk.journal().some(({ entry }) => entry.kind === "statement"),
    where,
  );
  const farewell = desk.constants.read("farewell");
  assert.ok(farewell !== undefined, where);
  assert.is(verifyCheckpoint(crypto, before.signingKey, farewell).lockId, before.lockId);
  desk.passTime(90);
  assert.is(desk.adopt(), "yes", where);
}

function sayCut(cut: Cut): string {
  return "words" in cut
    ? `word ${cut.words}, ${cut.tear.kind}`
    : `change ${cut.changes}, ${cut.isDone ? "done" : "not done"}`;
}

/** How much work one reset is, and at which word each erase stands. */
function measure(): { readonly words: number; readonly changes: number; readonly erases: readonly number[] } {
  const { desk, reset } = setUp();
  const { flash, constants } = desk;
  const from = { words: flash.words, changes: constants.changes };
  const erases: number[] = [];
  const erase = flash.erase.bind(flash);
  flash.erase = (sector) => {
    erases.push(flash.words - from.words);
    erase(sector);
  };
  reset();
  return { words: flash.words - from.words, changes: constants.changes - from.changes, erases };
}

const WORK = measure();
const CHANGES: readonly Cut[] = Array.from({ length: WORK.changes }, (_, changes) => [
  { changes, isDone: false },
  { changes, isDone: true },
]).flat();

function tryCuts(cuts: readonly Cut[]): void {
  const { desk, before, reset } = setUp();
  const where = cuts.map(sayCut).join("; then ");
  const [first, ...others] = cuts;
  arm(desk, first);
  reset();
  assert.not.ok(desk.hasPower, `${where}: power failed`);
  requireSafe(desk, before, where);
  for (const cut of others) {
    desk.flash.restore();
    arm(desk, cut);
    desk.boot();
    desk.cutPower();
    requireSafe(desk, before, where);
  }
  desk.reboot();
  requireWhole(desk, before, where);
}

test("a reset is work that can be cut", () => {
  // The new lock erases the first sectors that it writes once more.
  assert.ok(WORK.erases.length > SECTORS_ALL);
  // The farewell twice and the mark; the network, three secrets and the mark erased; three new secrets.
  assert.is(WORK.changes, 11);
  assert.ok(WORK.words > 40);
});

test("a cut at each word of flash", () => {
  for (let words = 0; words < WORK.words; words++) {
    tryCuts([{ words, tear: { kind: "prefix" } }]);
    tryCuts([{ words, tear: { kind: "bits", random: new Stream(words, "tear") } }]);
  }
});

test("a cut before and after each change of a constant", () => {
  for (const cut of CHANGES) tryCuts([cut]);
});

test("a cut inside the recovery from a cut: each change of a constant, and three of the erases", () => {
  // Every erase is like the one before it; where the first level stands, the second begins with the first sector again.
  const erased: Cut[] = [0, SECTORS_ALL >> 1, SECTORS_ALL - 1]
    .map((sector) => WORK.erases[sector])
    .map((words) => ({ words, tear: { kind: "prefix" } }));
  const again: Cut[] = [0, SECTORS_ALL >> 1, SECTORS_ALL - 1].map((words) => ({ words, tear: { kind: "prefix" } }));
  const changed: Cut[] = [0, 1, 2, 3, 4].flatMap((changes) => [
    { changes, isDone: false },
    { changes, isDone: true },
  ]);
  for (const first of [...CHANGES.slice(2), ...erased]) {
    for (const second of [...again, ...changed]) tryCuts([first, second]);
  }
});

test.run();
