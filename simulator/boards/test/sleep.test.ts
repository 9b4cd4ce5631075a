// Goal: boards whose images are made to sleep do so whenever nothing is under way, and miss nothing by it.
// Method: the hallway, whose chips lose edges, bytes and pulses while they sleep and throw where a pin would be off (slumber.ts); all visits
// run there as well (visit.test.ts).

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromAscii } from "../../../firmware/bytes.ts";
import { RESTING_POLL_MILLIS } from "../../../firmware/io/poll.ts";
import { AWAKE_MILLIS } from "../../../firmware/io/rest.ts";
import { LOCK_PINS } from "../../../lock/pins.ts";
import { ANA } from "../../wish.ts";
import { Hallway } from "../hallway.ts";

const QUIET_MILLIS = 10_000;
const STEP_MILLIS = 5;

/** A lock of somebody's, with a keypad where that is wanted, and nobody there. */
function atNight({ hasKeypad = false } = {}): Hallway {
  const hall = new Hallway(crypto, { sleeps: true });
  hall.lock.powerOn();
  hall.pass(2_000);
  assert.is(hall.adopt(), "yes");
  if (hasKeypad) {
    hall.keypad.powerOn();
    hall.pass(1_000);
    assert.is(hall.enrol("keypad"), "yes");
    const owner = hall.ownerSession();
    const value = fromAscii("739164");
    assert.is(owner.ask({ kind: "user", index: 1, isNew: true, setting: ANA })?.kind, "yes");
    assert.is(owner.ask({ kind: "credential", slot: 1, credential: { user: 1, type: "pin", value } })?.kind, "yes");
    owner.leave();
  }
  hall.pass(90_000);
  assert.ok(
    hall.passUntil(() => hall.lock.rig.chip.slumber.isAsleep, QUIET_MILLIS),
    "the lock never slept",
  );
  return hall;
}

/** The part of the time in which a chip sleeps, in percent. */
function asleepPercent(hall: Hallway, board: "lock" | "keypad", duration: number): number {
  let asleep = 0;
  for (let at = 0; at < duration; at += STEP_MILLIS) {
    hall.pass(STEP_MILLIS);
    if (hall[board].rig.chip.slumber.isAsleep) asleep += STEP_MILLIS;
  }
  return (asleep * 100) / duration;
}

/** How often the program's timers wake a board. */
function wakesOf(hall: Hallway, board: "lock" | "keypad", duration: number): number {
  const { rig } = hall[board];
  const before = rig.timers;
  hall.pass(duration);
  return rig.timers - before;
}

test("a lock that nobody calls sleeps, and looks around each five seconds", () => {
  const hall = atNight();
  assert.is(asleepPercent(hall, "lock", 60_000), 100);
  const wakes = wakesOf(hall, "lock", 120_000);
  const looks = 120_000 / RESTING_POLL_MILLIS;
  assert.ok(wakes >= looks && wakes <= looks + 4, `${wakes} wakes`);
});

test("a keypad sleeps but for its report each minute, and so does its lock", () => {
  const hall = atNight({ hasKeypad: true });
  for (const board of ["lock", "keypad"] as const) {
    const percent = asleepPercent(hall, board, 120_000);
    const awakeMillis = ((100 - percent) * 60_000) / 100;
    assert.ok(awakeMillis > 0 && awakeMillis < 500, `${board} awake for ${awakeMillis} ms a minute`);
    const wakes = wakesOf(hall, board, 120_000);
    assert.ok(wakes <= 120_000 / RESTING_POLL_MILLIS + 16, `${board}: ${wakes} wakes`);
  }
});

test("the button inside wakes it, and the door's contact is noticed as soon as ever", () => {
  const hall = atNight();
  hall.lock.press(true);
  hall.pass(120);
  hall.lock.press(false);
  hall.pass(1_500);
  assert.is(hall.lock.bolt, "retracted");
  hall.pass(40_000);
  assert.is(hall.lock.bolt, "thrown");
  assert.ok(hall.passUntil(() => hall.lock.rig.chip.slumber.isAsleep, QUIET_MILLIS));
  hall.lock.tones.splice(0);
  // A leaf that opens with the bolt thrown was forced.
  hall.lock.moveLeaf("open");
  hall.pass(200);
  assert.ok(hall.lock.tones.includes(3_000), "no alarm was heard");
});

test("a code is taken by boards that sleep, as soon as by others", () => {
  const hall = atNight({ hasKeypad: true });
  assert.ok(hall.passUntil(() => hall.keypad.rig.chip.slumber.isAsleep, QUIET_MILLIS));
  hall.type("739164#");
  assert.ok(
    hall.passUntil(() => hall.lock.bolt === "retracted", 2_500),
    hall.lock.bolt,
  );
});

test("a tone is never slept over, and nor is a drive", () => {
  const hall = atNight();
  hall.lock.press(true);
  hall.pass(120);
  hall.lock.press(false);
  const { slumber } = hall.lock.rig.chip;
  let driven = 0;
  for (let at = 0; at < 45_000; at += STEP_MILLIS) {
    hall.pass(STEP_MILLIS);
    if (!hall.lock.isDriving) continue;
    driven += 1;
    assert.is(slumber.isAsleep, false);
  }
  assert.ok(driven > 0);
});

test("a pin whose message was lost is looked at in time", () => {
  const hall = atNight();
  const { messages } = hall.lock.rig.chip;
  hall.lock.tones.splice(0);
  messages.isCrowded = true;
  hall.lock.moveLeaf("open");
  hall.pass(STEP_MILLIS);
  messages.isCrowded = false;
  assert.ok(messages.lost > 0);
  hall.pass(2 * RESTING_POLL_MILLIS);
  assert.ok(hall.lock.tones.includes(3_000), "no alarm was heard");
  // And wakes the chip again afterwards.
  hall.lock.moveLeaf("closed");
  hall.pass(190_000);
  hall.lock.tones.splice(0);
  hall.lock.moveLeaf("open");
  hall.pass(200);
  assert.ok(hall.lock.tones.includes(3_000), "no alarm was heard the second time");
});

test("a lock without the crystal stays awake", () => {
  for (const hasCrystal of [false, true]) {
    const hall = new Hallway(crypto, { sleeps: true });
    hall.lock.rig.chip.slumber.hasCrystal = hasCrystal;
    hall.lock.powerOn();
    hall.pass(2_000);
    assert.is(hall.adopt(), "yes");
    hall.pass(QUIET_MILLIS);
    assert.is(hall.lock.rig.chip.slumber.sleeps > 0, hasCrystal);
  }
});

test("a line that is disturbed keeps it awake for as long as one on which something was said, and no longer", () => {
  const hall = atNight();
  const { slumber } = hall.lock.rig.chip;
  hall.cable.disturb("near", Uint8Array.of(0x55));
  hall.pass(AWAKE_MILLIS - 10);
  assert.is(slumber.isAsleep, false);
  hall.pass(30);
  assert.is(slumber.isAsleep, true);
});

test("a board that is nobody's stays awake, for whoever reads its label", () => {
  const hall = new Hallway(crypto, { sleeps: true });
  hall.lock.powerOn();
  hall.keypad.powerOn();
  hall.pass(QUIET_MILLIS);
  for (const { rig } of [hall.lock, hall.keypad]) assert.is(rig.chip.slumber.sleeps, 0);
});

test("a key whose message was lost is heard when it is looked at, and those behind it as ever", () => {
  const hall = atNight({ hasKeypad: true });
  const { keypad } = hall;
  assert.ok(hall.passUntil(() => keypad.rig.chip.slumber.isAsleep, QUIET_MILLIS));
  const { messages } = keypad.rig.chip;
  messages.isCrowded = true;
  keypad.press("1", true);
  hall.pass(STEP_MILLIS);
  messages.isCrowded = false;
  assert.ok(messages.lost > 0);
  keypad.press("1", false);
  hall.pass(RESTING_POLL_MILLIS);
  keypad.tones.splice(0);
  hall.type("4");
  assert.ok(keypad.tones.length > 0, "the column is deaf");
});

test("a line that is held low keeps it awake, and it does its work", () => {
  const hall = atNight();
  const { chip } = hall.lock.rig;
  chip.drive(LOCK_PINS.esp32s3.keypad.receive, 0);
  hall.pass(QUIET_MILLIS);
  const before = chip.slumber.sleeps;
  assert.ok(asleepPercent(hall, "lock", 30_000) < 2);
  assert.ok(chip.slumber.sleeps - before <= 30_000 / AWAKE_MILLIS, "it spins");
  hall.pressInside();
  assert.ok(hall.passUntil(() => hall.lock.bolt === "retracted", 2_000));
  hall.pass(40_000);
  chip.drive(LOCK_PINS.esp32s3.keypad.receive, undefined);
  hall.pass(QUIET_MILLIS);
  assert.is(asleepPercent(hall, "lock", 10_000), 100);
});

test.run();
