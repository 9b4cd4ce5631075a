// A journal that is full, worn, damaged, without sense or gone: whom the lock still serves, and what it never does.
// Method: flash is broken by hand under a lock that was in order, and the door is tried.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { concat } from "../../firmware/bytes.ts";
import { KIND_ACKNOWLEDGE, KIND_ACT, KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { Journal } from "../../firmware/journal/journal.ts";
import { ACCESS, STATE } from "../../firmware/journal/record.ts";
import { NO_SNAPSHOT } from "../../firmware/journal/test/desk.ts";
import type { Token } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";
import type { DeskOptions } from "../../simulator/table.ts";

const LOCK = 1;
const SECTOR_BYTES = 4_096;

function adopted(options: Partial<DeskOptions> = {}): Desk {
  const desk = new Desk({ crypto, ...options });
  desk.adopt();
  desk.passTime(61);
  return desk;
}

/** Tells the lock the time, as it needs after a power cut. */
function tellTime(desk: Desk): void {
  assert.is(desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }), "yes");
}

/** One whole opening, until the bolt is thrown by itself. */
function visit(desk: Desk, token: Token): string {
  const verdict = desk.open(token);
  desk.passTime(40);
  return verdict;
}

test("a full journal refuses guests, and serves the owner and the inside to the end", () => {
  const desk = adopted({ sectors: [6, 5, 3] });
  const courier = desk.person("courier");
  let openings = 0;
  while (openings < 200 && visit(desk, desk.grant({ to: courier })) === "yes") openings++;
  assert.ok(openings > 20 && openings < 100, `${openings} openings`);
  const room = desk.journal().length;
  let acts = 0;
  for (; acts < 200; acts++) {
    assert.is(desk.state({ kind: KIND_ACT, operation: 0 }), "yes", `act ${acts}`);
    desk.passTime(1);
    assert.is(desk.rig.bolt, "retracted", `act ${acts}`);
    desk.passTime(600);
  }
  assert.ok(desk.journal().length > room + 60);
  desk.pressInside();
  desk.passTime(1);
  assert.is(desk.rig.bolt, "retracted");
});

test("noise takes no room from owners: a contact that flaps for weeks", () => {
  const desk = adopted({ sectors: [6, 5, 3] });
  for (let count = 0; count < 500; count++) {
    desk.openDoor();
    desk.shutDoor();
    desk.turn("retracted");
    desk.turn("thrown");
    desk.passTime(3_600);
  }
  const { length } = desk.entries("door");
  assert.ok(length > 50 && length < 250, `${length} records`);
  for (let act = 0; act < 40; act++) {
    assert.is(desk.state({ kind: KIND_ACT, operation: 0 }), "yes", `act ${act}`);
    desk.passTime(40);
  }
  assert.ok(desk.journal().some(({ entry }) => entry.kind === "statement"));
});

test("a journal that cannot be written refuses guests", () => {
  for (const wear of ["refuses", "loses"] as const) {
    const desk = adopted();
    const token = desk.grant({ to: desk.person("courier") });
    desk.flash.wear = wear;
    for (let count = 0; count < 3; count++) assert.is(desk.open(token), "no");
    desk.passTime(1);
    assert.is(desk.rig.bolt, "thrown");
  }
});

test("a damaged journal refuses guests until an owner knows, and then for good", () => {
  const desk = adopted();
  const token = desk.grant({ to: desk.person("courier") });
  for (let count = 0; count < 3; count++) assert.is(visit(desk, token), "yes");
  // A bit of the payload of the first intent, deep in the access region.
  desk.flash.flip((6 * SECTOR_BYTES + 64 + 550) * 8 + 3);
  desk.reboot();
  tellTime(desk);
  assert.is(desk.entries("alarm").at(-1)?.alarm, "journal");
  assert.is(desk.open(token), "no");
  assert.is(desk.refusal(), "journal");
  assert.is(desk.state({ kind: KIND_ACT, operation: LOCK }), "yes");
  assert.is(desk.state({ kind: KIND_ACKNOWLEDGE }), "yes");
  assert.is(visit(desk, token), "yes");
  desk.reboot();
  tellTime(desk);
  assert.is(visit(desk, token), "yes");
});

test("a record without sense refuses guests until an owner knows, and then for good", () => {
  const desk = adopted();
  const token = desk.grant({ to: desk.person("courier") });
  desk.cutPower();
  const journal = Journal.open({
    crypto,
    flash: desk.flash,
    geometry: { firstSector: 0, sectors: [6, 120, 3], snapshotSectors: 5, payloadBytesMax: 2_048 },
    ...NO_SNAPSHOT,
    lockId: desk.lockId,
    isPowerOn: true,
  });
  for (const region of [STATE, ACCESS] as const) {
    const type = region === STATE ? 1 : 16;
    journal.append(region, type, new Uint8Array([0xff]), { lo: desk.time, width: undefined });
  }
  desk.boot();
  tellTime(desk);
  assert.is(desk.open(token), "no");
  assert.is(desk.refusal(), "journal");
  assert.is(desk.state({ kind: KIND_ACKNOWLEDGE }), "yes");
  assert.is(visit(desk, token), "yes");
  desk.reboot();
  tellTime(desk);
  assert.is(visit(desk, token), "yes");
});

test("an erased or unreadable flash opens for no guest, and the inside opens", () => {
  const desk = adopted();
  const token = desk.grant({ to: desk.person("courier") });
  desk.cutPower();
  for (let sector = 0; sector < desk.flash.sectors; sector++) desk.flash.erase(sector);
  desk.boot();
  assert.is(desk.open(token), "no");
  assert.not(desk.lock.snapshot.isAdopted);
  desk.flash.wear = "unreadable";
  desk.reboot();
  assert.is(desk.open(token), "no");
  desk.pressInside();
  desk.passTime(1);
  assert.is(desk.rig.bolt, "retracted");
});

test("a lock without power keeps its keys, and never makes new ones", () => {
  const desk = adopted();
  const { lockId, agreementKey, signingKey } = desk.lock;
  desk.reboot();
  assert.is(desk.lock.lockId, lockId);
  assert.equal(concat(desk.lock.agreementKey, desk.lock.signingKey), concat(agreementKey, signingKey));
  desk.constants.write("sign", new Uint8Array(31));
  assert.throws(() => desk.reboot(), /crypto.key/);
});

test.run();
