// Goal: a door in passage stands unlocked for whoever comes, is not counted, and ends when its calendar says so.
// Method: a shop's door on a desk, with a clerk's grant and a holiday.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { KIND_CONFIGURE, KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { type Seconds, seconds } from "../../firmware/platform.ts";
import { Desk } from "../../simulator/desk.ts";
import { HOUR, House } from "./house.ts";
import { alarms, enter, heard, scene } from "./scene.ts";

const MODE = 3;
const PASSAGE = 4;
const RELOCK_SECONDS = 30;
/** What the clock may be wide, and a drive takes. */
const SOON_SECONDS = 90;

/** A door that an owner lets stand unlocked, and that a clerk has opened. */
function shop(): House {
  const house = new House();
  const { desk } = house;
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: MODE, value: PASSAGE }] }), "yes");
  desk.passTime(61);
  assert.is(desk.open(desk.grant({ to: desk.person("clerk") })), "yes");
  desk.passTime(2);
  return house;
}

test("whoever comes and goes in passage is no alarm", () => {
  const { desk } = shop();
  for (let cycle = 0; cycle < 6; cycle++) {
    assert.ok(desk.openDoor());
    desk.passTime(2);
    desk.shutDoor();
    desk.passTime(20);
  }
  assert.not(desk.entries("alarm").some(({ alarm }) => alarm === "cycles"));
});

test("a camera that fails in passage is an alarm, and nobody is told that the door is locked for it", () => {
  const it = scene();
  const { desk, camera } = it;
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: MODE, value: PASSAGE }] }), "yes");
  const owner = desk.ownerSession();
  const guest = enter(it);
  camera.pass(4_000);
  camera.isSilent = true;
  camera.pass(10_000);
  assert.equal([desk.rig.bolt, alarms(desk)], ["retracted", "camera"]);
  assert.equal([heard(guest), heard(owner)], ["unlocked", "unlocked alarm"]);
});

test("a door in passage is locked soon after a holiday begins that lets no guest in", () => {
  const house = shop();
  const { desk } = house;
  const from = seconds(desk.time + HOUR + 61);
  const holidays = [{ from, until: seconds(from + 9 * HOUR), mode: "vacation" as const }];
  assert.is(house.set({ kind: "holidays", holidays }), "yes");
  desk.passTime(from - desk.time - 60);
  assert.is(desk.rig.bolt, "retracted");
  desk.passTime(60 + RELOCK_SECONDS + SOON_SECONDS);
  assert.is(desk.rig.bolt, "thrown");
});

/** No keypad is there, whose reports would wake the lock. */
function quietShop(): Desk {
  const desk = new Desk({ crypto });
  desk.adopt();
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: MODE, value: PASSAGE }] }), "yes");
  desk.passTime(61);
  assert.is(desk.open(desk.grant({ to: desk.person("clerk") })), "yes");
  desk.passTime(2);
  return desk;
}

function vacation(desk: Desk, from: Seconds): void {
  const owner = desk.ownerSession();
  const holidays = [{ from, until: seconds(desk.time + 9 * HOUR), mode: "vacation" as const }];
  assert.is(owner.ask({ kind: "holidays", holidays })?.kind, "yes");
  owner.leave();
}

test("a door in passage is locked soon where the holiday that is set has begun already", () => {
  const desk = quietShop();
  vacation(desk, seconds(desk.time - HOUR));
  desk.passTime(RELOCK_SECONDS + 2);
  assert.is(desk.rig.bolt, "thrown");
});

test("a door in passage is locked soon where its owner tells a time that is in the holiday", () => {
  const desk = quietShop();
  vacation(desk, seconds(desk.time + 2 * HOUR));
  const caller = desk.ownerSession();
  const issuedAt = seconds(desk.time + 3 * HOUR);
  assert.is(caller.state({ kind: KIND_SET_CLOCK, isBackwards: false }, { issuedAt }), "yes");
  caller.leave();
  desk.passTime(RELOCK_SECONDS + 2);
  assert.is(desk.rig.bolt, "thrown");
});

test("a door whose holiday is over stands unlocked again for the next who comes", () => {
  const house = shop();
  const { desk } = house;
  const until = seconds(desk.time + HOUR);
  const holidays = [{ from: desk.time, until, mode: "normal" as const }];
  assert.is(house.set({ kind: "holidays", holidays }), "yes");
  desk.passTime(RELOCK_SECONDS + SOON_SECONDS);
  assert.is(desk.rig.bolt, "thrown");
  desk.passTime(HOUR);
  assert.is(desk.open(desk.grant({ to: desk.person("customer") })), "yes");
  desk.passTime(RELOCK_SECONDS + SOON_SECONDS);
  assert.is(desk.rig.bolt, "retracted");
});

test.run();
