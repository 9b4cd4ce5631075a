// An owner's acknowledgement lets guests in over the damage that was there, and over no other: not over damage to an older
// record, nor in another region, nor over another record without sense.
// Method: records are damaged by hand, one bit at a time, under a lock that was in order; each time the door is tried.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromHex } from "../../firmware/bytes.ts";
import {
  KIND_ACKNOWLEDGE,
  KIND_ACT,
  KIND_ADD_OWNER,
  KIND_CONFIGURE,
  KIND_REMOVE_OWNER,
  KIND_SET_CLOCK,
} from "../../firmware/grant/body.ts";
import { OPERATION_UNLOCK } from "../../firmware/grant/holder.ts";
import { Journal } from "../../firmware/journal/journal.ts";
import { ACCESS, decodeRecord, NOTICES, pageOver, REGIONS, type Region, STATE } from "../../firmware/journal/record.ts";
import { NO_SNAPSHOT } from "../../firmware/journal/test/desk.ts";
import type { Token } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";

const RECORD_STEP_BYTES = 32;
const MODE = 3;
const NORMAL = 0;
const PRIVACY = 2;
const PASSAGE = 4;
const GEOMETRY = { firstSector: 0, sectors: [6, 120, 3], snapshotSectors: 5, payloadBytesMax: 2_048 } as const;
const NAMES = ["state", "access", "notices"] as const;
/** Of each region a record that changes nothing, and one that verifies and makes no sense: type and payload. */
const HARMLESS = [
  [1, "83010100"],
  [21, "8101"],
  [33, "820101"],
] as const;
const SENSELESS = [
  [1, "ff"],
  [16, "ff"],
  [32, "ff"],
] as const;

interface Door {
  readonly desk: Desk;
  readonly token: Token;
}

/** A lock with an owner, and a guest who may come often. */
function adopted(): Door {
  const desk = new Desk({ crypto });
  desk.adopt();
  desk.passTime(61);
  return { desk, token: desk.grant({ to: desk.person("courier") }) };
}

/** Resets the lock, lets something happen to the flash meanwhile, and tells the time. Power stays: else a sector would be
 *  closed, and a snapshot would hold what is to be damaged. */
function rebootAfter(desk: Desk, happens: () => void = () => {}): void {
  desk.cutPower();
  happens();
  desk.boot(false);
  assert.is(desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }), "yes");
}

/** Writes one record without the lock. @returns its number */
function append(desk: Desk, region: Region, [type, payload]: readonly [number, string]): number {
  const { flash, lockId, time: lo } = desk;
  const journal = Journal.open({ crypto, flash, geometry: GEOMETRY, lockId, isPowerOn: false, ...NO_SNAPSHOT });
  return journal.append(region, type, fromHex(payload), { lo, width: undefined }).seq;
}

/** Flips the lowest bit of a record's time. */
function damage(desk: Desk, region: Region, seq: number): void {
  const page = pageOver(desk.flash.snapshot());
  for (let offset = 0; offset < page.bytes.length; offset += RECORD_STEP_BYTES) {
    if (decodeRecord(crypto, page, { offset, region })?.seq !== seq) continue;
    desk.flash.flip((offset + 8) * 8);
    return;
  }
  throw new Error(`no record ${seq} in region ${region}`);
}

function isWhole(desk: Desk): boolean {
  const session = desk.ownerSession();
  const answer = session.ask({ kind: "status" });
  session.leave();
  if (answer?.kind !== "status") throw new Error("no status");
  return answer.status.isJournalWhole;
}

function requireRefused({ desk, token }: Door, where: string): void {
  assert.not.ok(isWhole(desk), where);
  assert.is(desk.open(token), "no", where);
  assert.is(desk.refusal(), "journal", where);
  desk.passTime(1);
  assert.is(desk.rig.bolt, "thrown", where);
}

function requireServed({ desk, token }: Door, where: string): void {
  assert.ok(isWhole(desk), where);
  assert.is(desk.open(token), "yes", where);
  desk.passTime(40);
}

/** The owner acknowledges; guests come in, and still do after two more reboots, which find nothing new. */
function requireHealed(door: Door, where: string): void {
  const { desk } = door;
  assert.is(desk.state({ kind: KIND_ACKNOWLEDGE }), "yes", where);
  requireServed(door, where);
  const alarms = desk.entries("alarm").length;
  for (let boot = 1; boot <= 2; boot++) {
    rebootAfter(desk);
    requireServed(door, `${where}, boot ${boot}`);
  }
  assert.is(desk.entries("alarm").length, alarms, where);
}

test("a grant for one use does not open twice when its intent is lost behind acknowledged damage", () => {
  const door = adopted();
  const { desk } = door;
  const once = desk.grant({ to: desk.person("plumber"), uses: 1 });
  assert.is(desk.open(once), "yes");
  desk.passTime(40);
  const [intent] = desk.journal().filter(({ entry }) => entry.kind === "intent");
  const later = append(desk, ACCESS, HARMLESS[ACCESS]);
  append(desk, ACCESS, HARMLESS[ACCESS]);
  rebootAfter(desk, () => damage(desk, ACCESS, later));
  requireRefused(door, "first damage");
  requireHealed(door, "first damage");
  assert.is(desk.open(once), "no");
  assert.is(desk.refusal(), "uses");
  rebootAfter(desk, () => damage(desk, ACCESS, intent.seq));
  assert.is(desk.open(once), "no");
  assert.is(desk.refusal(), "journal");
  requireRefused(door, "second damage");
  assert.is(desk.entries("alarm").at(-1)?.alarm, "journal");
  requireHealed(door, "second damage");
});

test("a door does not stand in passage again where what ended that is lost, before its owner knows of it", () => {
  const { desk } = adopted();
  const setMode = (mode: number) => desk.state({ kind: KIND_CONFIGURE, settings: [{ key: MODE, value: mode }] });
  assert.is(setMode(PASSAGE), "yes");
  assert.is(setMode(NORMAL), "yes");
  const ended =
    desk
      .journal()
      .filter(({ entry }) => entry.kind === "statement")
      .at(-1)?.seq ?? 0;
  append(desk, ACCESS, HARMLESS[ACCESS]);
  rebootAfter(desk, () => damage(desk, ACCESS, ended));
  assert.is(desk.state({ kind: KIND_ACT, operation: OPERATION_UNLOCK }), "yes");
  desk.passTime(1);
  assert.is(desk.rig.bolt, "retracted");
  desk.passTime(40);
  assert.is(desk.rig.bolt, "thrown");
});

test("privacy does not come back where what ended it is lost: the house may be empty, and its owner outside", () => {
  const { desk } = adopted();
  desk.pressInside();
  desk.passTime(34);
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: MODE, value: PRIVACY }] }), "yes");
  desk.passTime(61);
  desk.pressInside();
  desk.passTime(40);
  const ended = desk
    .journal()
    .filter(({ entry }) => entry.kind === "door" && entry.event === "privacy-ended")
    .at(-1);
  append(desk, ACCESS, HARMLESS[ACCESS]);
  rebootAfter(desk, () => damage(desk, ACCESS, ended?.seq ?? 0));
  assert.not.ok(isWhole(desk));
  const unlock = { kind: KIND_ACT, operation: OPERATION_UNLOCK } as const;
  assert.is(desk.state(unlock), "yes");
  desk.passTime(40);
  assert.is(desk.state({ kind: KIND_ACKNOWLEDGE }), "yes");
  rebootAfter(desk);
  assert.is(desk.state(unlock), "yes", "for good");
});

for (const first of REGIONS) {
  for (const later of REGIONS) {
    test(`damage in ${NAMES[first]}, acknowledged, does not hide older damage in ${NAMES[later]}`, () => {
      const door = adopted();
      const { desk } = door;
      const older = append(desk, later, HARMLESS[later]);
      const newer = append(desk, first, HARMLESS[first]);
      append(desk, first, HARMLESS[first]);
      append(desk, later, HARMLESS[later]);
      rebootAfter(desk);
      requireServed(door, "no damage");
      rebootAfter(desk, () => damage(desk, first, newer));
      requireRefused(door, "first damage");
      requireHealed(door, "first damage");
      rebootAfter(desk, () => damage(desk, later, older));
      requireRefused(door, "later damage");
      requireHealed(door, "later damage");
    });
  }
}

for (const region of REGIONS) {
  test(`a record without sense in ${NAMES[region]}, acknowledged, does not hide another, nor damage`, () => {
    const door = adopted();
    const { desk } = door;
    const older = append(desk, region, HARMLESS[region]);
    for (const where of ["first record", "second record"]) {
      rebootAfter(desk, () => append(desk, region, SENSELESS[region]));
      requireRefused(door, where);
      requireHealed(door, where);
    }
    rebootAfter(desk, () => damage(desk, region, older));
    requireRefused(door, "damage");
    requireHealed(door, "damage");
    rebootAfter(desk, () => append(desk, region, SENSELESS[region]));
    requireRefused(door, "third record");
    requireHealed(door, "third record");
  });
}

test("an acknowledgement without damage covers none that comes", () => {
  const door = adopted();
  const { desk } = door;
  const older = append(desk, STATE, HARMLESS[STATE]);
  append(desk, NOTICES, HARMLESS[NOTICES]);
  rebootAfter(desk);
  requireHealed(door, "no damage");
  rebootAfter(desk, () => damage(desk, STATE, older));
  requireRefused(door, "damage");
  requireHealed(door, "damage");
});

test("damage that comes while the lock runs is not covered by an acknowledgement before the next start", () => {
  const door = adopted();
  const { desk } = door;
  const [older, newer] = [0, 1, 2].map(() => append(desk, ACCESS, HARMLESS[ACCESS]));
  rebootAfter(desk, () => damage(desk, ACCESS, newer));
  damage(desk, ACCESS, older);
  assert.is(desk.state({ kind: KIND_ACKNOWLEDGE }), "yes");
  rebootAfter(desk);
  requireRefused(door, "damage while running");
  requireHealed(door, "damage while running");
});

test("an acknowledgement that is lost itself covers nothing", () => {
  const door = adopted();
  const { desk } = door;
  const older = append(desk, ACCESS, HARMLESS[ACCESS]);
  append(desk, ACCESS, HARMLESS[ACCESS]);
  rebootAfter(desk, () => damage(desk, ACCESS, older));
  requireHealed(door, "damage");
  const acknowledged = desk.journal().filter(({ entry }) => entry.kind === "acknowledged");
  assert.is(acknowledged.length, 1);
  rebootAfter(desk, () => damage(desk, STATE, acknowledged[0].seq));
  requireRefused(door, "no acknowledgement");
  requireHealed(door, "no acknowledgement");
});

/** Damages every record of a region that still stands, one bit each. */
function damageAll(desk: Desk, region: Region): void {
  const page = pageOver(desk.flash.snapshot());
  for (let offset = 0; offset < page.bytes.length; offset += RECORD_STEP_BYTES) {
    if (decodeRecord(crypto, page, { offset, region }) !== undefined) desk.flash.flip((offset + 8) * 8);
  }
}

test("what both snapshots hold needs no record: a removed owner stays out, and a spent use spent", () => {
  const door = adopted();
  const { desk } = door;
  const once = desk.grant({ to: desk.person("plumber"), uses: 1 });
  assert.is(desk.open(once), "yes");
  desk.passTime(40);
  const thief = desk.person("thief");
  assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: thief.publicKey }), "yes");
  assert.is(desk.stateInside({ kind: KIND_REMOVE_OWNER, ownerKid: thief.kid }), "yes");
  desk.passTime(61);
  rebootAfter(desk, () => damageAll(desk, ACCESS));
  assert.is.not(desk.call().own(thief), "yes");
  requireHealed(door, "history lost");
  assert.is(desk.open(once), "no");
  assert.is(desk.refusal(), "uses");
});

test("one snapshot that is lost is written anew, and changes nothing", () => {
  const { desk, token } = adopted();
  const slots = [129, 134].map((sector) => sector * desk.flash.sectorBytes);
  for (const slot of slots) {
    rebootAfter(desk, () => desk.flash.flip((slot + 60) * 8));
    assert.is(desk.open(token), "yes");
    desk.passTime(40);
  }
});

test("with both snapshots lost, what records remain are believed, and guests wait for an owner", () => {
  const door = adopted();
  const { desk } = door;
  rebootAfter(desk, () => {
    for (const sector of [129, 134]) desk.flash.flip((sector * desk.flash.sectorBytes + 60) * 8);
  });
  requireServed(door, "no record was overwritten yet");
});

test.run();
