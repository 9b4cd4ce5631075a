// What nobody can have without end: a place, handshakes, verifications, time to hold a statement back.
// Method: callers on a desk, one thing too many each.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { KIND_ACT, KIND_ADD_OWNER, KIND_CONFIGURE, KIND_REMOVE_OWNER } from "../../firmware/grant/body.ts";
import type { Caller } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";
import type { DeskOptions } from "../../simulator/table.ts";
import { SEEING } from "./onlooker.ts";
import { scene, UNLOCK } from "./scene.ts";

function adopted(options: Partial<DeskOptions> = {}): Desk {
  const desk = new Desk({ crypto, ...options });
  desk.adopt();
  desk.passTime(61);
  return desk;
}

/** A guest who has locked the door by a grant. */
function guestOf(desk: Desk, name: string): Caller {
  const caller = desk.call();
  assert.is(caller.prove(desk.grant({ to: desk.person(name) }), 1), "yes");
  return caller;
}

test("a guest who goes on asking keeps the place no longer", () => {
  const desk = adopted();
  const busy = [guestOf(desk, "first"), guestOf(desk, "second")];
  for (let second = 0; second < 10; second++) {
    desk.passTime(1);
    for (const guest of busy) guest.ask({ kind: "status" });
  }
  assert.ok(desk.dial().isConnected);
  assert.not(busy[0].isConnected);
});

test("a guest has one place, and the newest proof holds it", () => {
  const desk = adopted();
  const token = desk.grant({ to: desk.person("courier") });
  const first = desk.call("tcp");
  const second = desk.call("ble");
  assert.is(first.prove(token, 1), "yes");
  assert.is(second.prove(token, 1), "yes");
  assert.not(first.isConnected);
  assert.ok(second.isConnected);
});

test("a stranger does not put out who knocks while the camera looks, nor does who knocks hold the place for longer than a guest", () => {
  const { desk, camera, token } = scene();
  camera.beat = { ...SEEING, okMillis: 0 };
  camera.pass(3_000);
  const guest = desk.call();
  assert.is(guest.prove(token, UNLOCK), "no");
  for (let second = 1; second < 10; second++) {
    camera.pass(1_000);
    desk.dial();
    assert.ok(guest.isConnected, `put out after ${second} s`);
  }
  camera.pass(1_000);
  // The first takes a stranger's place.
  desk.dial();
  desk.dial();
  assert.not(guest.isConnected);
});

test("whoever knocks has one place too, and does not keep an owner out by two", () => {
  const { desk, camera, token } = scene();
  camera.beat = { ...SEEING, okMillis: 0 };
  camera.pass(3_000);
  const first = desk.call();
  assert.is(first.prove(token, UNLOCK), "no");
  const second = desk.call();
  assert.is(second.prove(token, UNLOCK), "no");
  assert.not(first.isConnected);
  assert.ok(second.isConnected);
  assert.ok(desk.dial().isConnected);
  camera.pass(1_000);
  assert.is(second.prove(token, UNLOCK), "no");
  assert.ok(second.isConnected);
});

test("strangers on the network cost the owner at the door no handshake", () => {
  const desk = adopted();
  for (let count = 0; count < 40; count++) desk.dial("tcp").shake();
  assert.ok(desk.dial("ble").shake());
});

test("a stranger who shakes hands a fourth time is gone", () => {
  const desk = adopted();
  const caller = desk.dial();
  for (let count = 0; count < 3; count++) assert.ok(caller.shake());
  caller.shake();
  assert.not(caller.isConnected);
});

test("a statement that a guest's phone held back for a minute does nothing (T44)", () => {
  const desk = adopted();
  const unlock = { kind: KIND_ACT, operation: 0 } as const;
  const prompt = guestOf(desk, "prompt");
  desk.passTime(59);
  assert.is(prompt.state(unlock), "yes");
  const slow = guestOf(desk, "slow");
  desk.passTime(61);
  assert.is(slow.state(unlock), "no");
});

test("whoever has proven no owner key has three statements that fail", () => {
  const desk = adopted();
  const unlock = { kind: KIND_ACT, operation: 0 } as const;
  const patient = desk.call();
  for (let count = 0; count < 2; count++) assert.is(patient.carry(new Uint8Array(1)), "no");
  assert.is(patient.state(unlock), "yes");
  const greedy = desk.call("tcp");
  for (let count = 0; count < 3; count++) assert.is(greedy.carry(new Uint8Array(1)), "no");
  assert.is(greedy.state(unlock), "no");
});

test("an owner key has so many statements, and no more: a thief cannot fill the journal with it (T43)", () => {
  const desk = adopted();
  const thief = desk.ownerSession();
  let served = 0;
  while (served < 200 && thief.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 60 }] }) === "yes") served++;
  assert.ok(served >= 40 && served <= 48, `${served} statements`);
  desk.passTime(600);
  assert.is(desk.state({ kind: KIND_ACT, operation: 0 }), "yes");
});

test("an owner key has so many lists", () => {
  const desk = adopted();
  let served = 0;
  while (served < 60 && desk.revoke({}) === "yes") served++;
  assert.is(served, 24);
  desk.passTime(10_800);
  assert.is(desk.revoke({}), "yes");
});

test("whoever removes an owner in time finds room for it", () => {
  const desk = adopted({ sectors: [6, 5, 3] });
  const thief = desk.person("thief");
  assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: thief.publicKey }), "yes");
  const refused = () =>
    desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 60 }] }, { by: thief }) === "journal";
  for (let count = 0; count < 400 && !refused(); count++) desk.passTime(600);
  assert.ok(refused());
  assert.is(desk.stateInside({ kind: KIND_REMOVE_OWNER, ownerKid: thief.kid }), "yes");
});

test("an owner who waits for a press keeps the place for as long as the lock waits too (T49)", () => {
  const desk = adopted();
  const partner = desk.person("partner");
  const owner = desk.ownerSession(desk.owner, "tcp");
  const add = { kind: KIND_ADD_OWNER, ownerKey: partner.publicKey } as const;
  for (let second = 0; second < 45; second++) {
    assert.is(owner.state(add), "presence");
    desk.passTime(1);
  }
  desk.dial("tcp");
  desk.dial("tcp");
  assert.ok(owner.isConnected);
  desk.pressInside();
  assert.is(owner.state(add), "yes");
});

test("an owner's own visit does not hide that somebody stands inside, a guest's does", () => {
  const desk = adopted();
  assert.is(desk.state({ kind: KIND_ACT, operation: 0 }), "yes");
  desk.pressInside();
  assert.ok(desk.lock.snapshot.hasPresence);
  desk.passTime(120);
  assert.is(desk.open(desk.grant({ to: desk.person("guest") })), "yes");
  desk.pressInside();
  assert.not(desk.lock.snapshot.hasPresence);
});

test("a visit that nobody ends is over after twelve hours", () => {
  const desk = adopted();
  assert.is(desk.open(desk.grant({ to: desk.person("guest") })), "yes");
  desk.passTime(1);
  desk.openDoor();
  desk.passTime(43_200);
  assert.not(desk.lock.snapshot.isVisitOpen);
  assert.is(desk.entries("closing").at(-1)?.outcome, "held-open");
});

test("an owner's session that proves a grant besides still ends with the owner's key", () => {
  const desk = adopted();
  const partner = desk.person("partner");
  assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: partner.publicKey }), "yes");
  const session = desk.ownerSession(partner);
  session.prove(desk.grant({ to: partner }), 1);
  desk.passTime(20);
  assert.is(desk.stateInside({ kind: KIND_REMOVE_OWNER, ownerKid: partner.kid }), "yes");
  assert.not(session.isConnected);
});

test("nobody outside locks the door before whoever has just pressed inside", () => {
  const desk = adopted();
  const token = desk.grant({ to: desk.person("guest") });
  desk.pressInside();
  desk.passTime(1);
  assert.is(desk.ask(token, 1), "no");
  assert.is(desk.state({ kind: KIND_ACT, operation: 1 }), "door");
  assert.is(desk.rig.bolt, "retracted");
  desk.passTime(11);
  assert.is(desk.ask(token, 1), "yes");
});

test("a guest who stays longer than the grant allows is an alarm, once", () => {
  const desk = adopted();
  assert.is(desk.open(desk.grant({ to: desk.person("courier"), dwellMinutes: 5 })), "yes");
  desk.passTime(1);
  desk.openDoor();
  desk.passTime(298);
  assert.not(desk.entries("alarm").some(({ alarm }) => alarm === "dwell"));
  desk.passTime(2);
  assert.is(desk.entries("alarm").filter(({ alarm }) => alarm === "dwell").length, 1);
  desk.passTime(7_200);
  assert.is(desk.entries("alarm").filter(({ alarm }) => alarm === "dwell").length, 1);
});

test("an owner who listens is told of a guest who stays too long", () => {
  const desk = adopted();
  const owner = desk.ownerSession(desk.owner, "tcp");
  assert.is(desk.open(desk.grant({ to: desk.person("courier"), dwellMinutes: 5 })), "yes");
  desk.passTime(1);
  desk.openDoor();
  for (let minute = 0; minute < 6; minute++) {
    desk.passTime(60);
    owner.ask({ kind: "status" });
  }
  assert.ok(owner.notices.some(({ event }) => event === "alarm"));
});

test("strangers leave room for the alarm", () => {
  const desk = adopted({ sectors: [12, 5, 3] });
  for (let hour = 0; hour < 400; hour++) {
    const caller = desk.call();
    caller.prove(desk.person("stranger"), 15);
    caller.leave();
    desk.passTime(3_601);
  }
  desk.turn("retracted");
  desk.openDoor();
  desk.passTime(3_600);
  const counts = [desk.entries("alarm").length, desk.entries("stranger").length];
  assert.ok(counts[0] > 0 && counts[1] > 50, counts.join(" "));
});

test.run();
