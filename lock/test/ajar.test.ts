// Goal: nobody is told that a door is locked whose leaf stands open: a bolt that is thrown beside its keeper locks nothing.
// Method: a visit in which somebody turns the thumbturn while the door stands open, and whoever asks or listens then.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import { OPERATION_LOCK } from "../../firmware/grant/holder.ts";
import type { Caller } from "../../simulator/caller.ts";
import type { Desk } from "../../simulator/desk.ts";
import { House } from "./house.ts";
import { enter, heard, outcome, scene, UNLOCK } from "./scene.ts";

/** A courier has opened; somebody throws the bolt into the air. */
function thrown(): { house: House; desk: Desk; owner: Caller; guest: Caller } {
  const house = new House();
  const { desk } = house;
  const owner = desk.ownerSession();
  const guest = desk.call();
  assert.is(guest.prove(desk.grant({ to: desk.person("courier") }), UNLOCK), "yes");
  desk.passTime(1);
  assert.ok(desk.openDoor());
  desk.passTime(1);
  desk.turn("thrown");
  desk.passTime(1);
  return { house, desk, owner, guest };
}

test("a bolt that is thrown while the leaf stands open is told to nobody as a door that is locked", () => {
  const { desk, owner, guest } = thrown();
  assert.equal([heard(guest), heard(owner)], ["unlocked opened", "unlocked opened"]);
  desk.turn("retracted");
  desk.passTime(1);
  desk.shutDoor();
  desk.passTime(10);
  assert.is(outcome(desk), "secured");
  assert.ok(heard(guest).endsWith("closed locked"), heard(guest));
  assert.ok(heard(owner).endsWith("closed locked"), heard(owner));
});

test("whoever asks to lock then is not told that it is", () => {
  const { desk, owner } = thrown();
  assert.is(owner.state({ kind: KIND_ACT, operation: OPERATION_LOCK }), "yes");
  desk.passTime(5);
  assert.is(heard(owner), "unlocked opened");
});

test("outside of a visit, too", () => {
  const { desk } = thrown();
  desk.passTime(43_200);
  assert.is(outcome(desk), "held-open");
  const lockings = () => desk.entries("door").filter(({ event }) => event === "locked").length;
  const before = lockings();
  const again = desk.ownerSession();
  assert.is(again.state({ kind: KIND_ACT, operation: OPERATION_LOCK }), "yes");
  desk.turn("retracted");
  desk.passTime(1);
  desk.turn("thrown");
  desk.passTime(5);
  assert.is(heard(again), "unlocked");
  assert.is(lockings(), before);
});

test("nor where the camera fails, and somebody inside is on the way out", () => {
  const it = scene();
  const { desk, camera } = it;
  const owner = desk.ownerSession();
  const guest = enter(it);
  camera.pass(2_000);
  desk.pressInside();
  camera.isSilent = true;
  camera.pass(5_000);
  assert.ok(desk.openDoor(), "who leaves is not shut in");
  camera.pass(1_000);
  assert.equal([heard(guest), heard(owner)], ["unlocked unlocked opened", "unlocked unlocked alarm opened"]);
  desk.shutDoor();
  camera.pass(12_000);
  assert.is(outcome(desk), "camera");
  assert.is(heard(guest), "unlocked unlocked opened closed locked");
});

test("the lock key says no then", () => {
  const { house } = thrown();
  assert.is(house.typist.ask({ kind: "lock" }), "no");
});

test("and whoever was told by it to wait, waits until the door is locked: a keypad says yes as soon as it may show a bolt that is thrown", () => {
  const { house, desk } = thrown();
  desk.turn("retracted");
  desk.passTime(1);
  assert.is(house.typist.ask({ kind: "lock" }), "wait");
  desk.turn("thrown");
  desk.passTime(1);
  assert.is(house.typist.hear()?.isThrown, false);
  desk.turn("retracted");
  desk.passTime(1);
  desk.shutDoor();
  desk.passTime(10);
  assert.is(house.typist.hear()?.isThrown, true);
});

test.run();
