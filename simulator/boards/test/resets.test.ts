// Goal: no start, whatever caused it, and no failure at a start makes an actuator's pin active by itself (docs/attacks.md T36, T53), and
// a cut of power at any moment leaves a lock that works (T35).
// Method: the lock's own program over a chip; power is cut at moments drawn from a seed, and every change of a pin that moves the bolt
// is looked at.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { KIND_ACT } from "../../../firmware/grant/body.ts";
import { LOCK_PINS } from "../../../lock/pins.ts";
import { Stream } from "../../random.ts";
import { Hallway, HOME } from "../hallway.ts";
import { LOCK_IMAGE } from "../lockrig.ts";
import { adopted } from "./visits.ts";

const UNLOCK = 0;
const CUTS = 24;

test("a lock whose keys are spoilt moves nothing, sounds its alarm, and tries again after a minute", () => {
  const hall = new Hallway(crypto);
  hall.lock.rig.storage.plant("latchkey", "sign", new ArrayBuffer(7));
  hall.lock.powerOn();
  hall.pass(5_000);
  assert.ok(hall.lock.tones.includes(3_000), "no alarm");
  assert.is(hall.lock.rig.resetReason, 1);
  hall.pass(58_000);
  assert.is(hall.lock.rig.resetReason, 3, "it did not start anew");
  assert.equal(hall.lock.drives, []);
  assert.is(hall.lock.rig.isConfirmed, false, "an image that cannot run was called well");
});

for (const pin of ["door", "boltThrown", "light", "piezo", "battery"] as const) {
  test(`a lock that is refused its ${pin} pin holds its drive low, and tries again after a minute`, () => {
    const hall = new Hallway(crypto);
    const { rig } = hall.lock;
    rig.chip.take(LOCK_PINS.esp32s3[pin]);
    hall.lock.powerOn();
    hall.pass(1_000);
    for (const name of ["retract", "throw"] as const) {
      assert.ok(rig.chip.isTaken(LOCK_PINS.esp32s3.motor[name]), "the drive's pins were not the first");
    }
    assert.is(
      hall.lock.tones.includes(3_000),
      pin !== "piezo" && pin !== "light" && pin !== "boltThrown" && pin !== "battery",
    );
    hall.pass(57_000);
    assert.is(rig.resetReason, 1, "it started anew at once");
    hall.pass(3_000);
    assert.is(rig.resetReason, 3, "it did not start anew");
    assert.equal(hall.lock.drives, []);
  });
}

test("a lock that starts anew by software in a drive ends it before all else, and silences what sounded", () => {
  const hall = new Hallway(crypto);
  const { rig } = hall.lock;
  hall.lock.powerOn();
  hall.pass(2_000);
  assert.is(hall.adopt(), "yes");
  hall.pressInside();
  assert.ok(hall.passUntil(() => hall.lock.isDriving, 1_000));
  const changed: number[] = [];
  rig.chip.watch((pin) => changed.push(pin));
  rig.restart();
  const { wake = -1, retract } = LOCK_PINS.esp32s3.motor;
  assert.equal(changed.slice(0, 2), [wake, retract]);
  assert.equal([hall.lock.isDriving, rig.chip.level(wake)], [false, 0]);
  assert.is(rig.chip.pulse(LOCK_PINS.esp32s3.piezo), undefined);
});

const BREAKAGES: readonly (readonly [name: string, spoil: (hall: Hallway) => void])[] = [
  ["whose keys are spoilt", ({ lock }) => lock.rig.storage.plant("latchkey", "sign", new ArrayBuffer(7))],
  ["that is refused its door pin", ({ lock }) => lock.rig.chip.take(LOCK_PINS.esp32s3.door)],
  ["that is refused its light pin", ({ lock }) => lock.rig.chip.take(LOCK_PINS.esp32s3.light)],
  ["that is refused its battery pin", ({ lock }) => lock.rig.chip.take(LOCK_PINS.esp32s3.battery)],
  ["that is refused its cover pin", ({ lock }) => lock.rig.chip.take(LOCK_PINS.esp32s3.cover)],
];
for (const [name, spoil] of BREAKAGES) {
  test(`a lock ${name} is opened from inside all the same, and its drive ends`, () => {
    const hall = new Hallway(crypto);
    spoil(hall);
    hall.lock.powerOn();
    hall.pass(5_000);
    assert.equal(hall.lock.drives, []);
    assert.is(hall.lock.bolt, "thrown");
    hall.pressInside();
    hall.pass(4_000);
    assert.is(hall.lock.bolt, "retracted");
    for (const drive of ["retract", "throw"] as const)
      assert.is(hall.lock.rig.chip.level(LOCK_PINS.esp32s3.motor[drive]), 0, `${drive} stays on`);
    hall.pass(20_000);
    assert.is(hall.lock.bolt, "retracted", "nothing throws it again");
    assert.is(hall.lock.rig.resetReason, 1);
  });
}

test("a lock that is refused the pin of its button sounds its alarm all the same, and tries again after a minute", () => {
  const hall = new Hallway(crypto);
  hall.lock.rig.chip.take(LOCK_PINS.esp32s3.button);
  hall.lock.powerOn();
  hall.pass(5_000);
  assert.ok(hall.lock.tones.includes(3_000), "no alarm");
  hall.pass(58_000);
  assert.is(hall.lock.rig.resetReason, 3, "it did not start anew");
  assert.equal(hall.lock.drives, []);
});

test("an image that names no drive moves nothing, and does not start anew at once", () => {
  const hall = new Hallway(crypto);
  hall.lock.image = { ...LOCK_IMAGE, drive: "magnet" as never };
  hall.lock.powerOn();
  hall.pass(58_000);
  assert.is(hall.lock.rig.resetReason, 1);
  assert.equal(hall.lock.drives, []);
});

test("a lock whose radio fails does not take its noise for granted, and opens from inside", () => {
  const hall = new Hallway(crypto);
  hall.lock.powerOn();
  hall.pass(1_000);
  assert.is(hall.lock.isFed, true);
  hall.lock.rig.cutPower();
  hall.lock.hasBrokenRadio = true;
  hall.lock.powerOn();
  hall.pass(1_000);
  assert.is(hall.lock.isFed, false, "no radio feeds the random generator");
  assert.ok(hall.lock.tones.includes(3_000), "no alarm");
  hall.pressInside();
  hall.pass(2_000);
  assert.is(hall.lock.bolt, "retracted");
});

test("a lock whose Bluetooth fails beside its Wi-Fi takes that radio's noise, and feeds its generator by no converter under it", () => {
  const hall = new Hallway(crypto);
  hall.lock.powerOn();
  hall.pass(2_000);
  assert.is(hall.adopt(), "yes");
  assert.is(hall.tellNetwork()[0], "yes");
  hall.lock.rig.cutPower();
  hall.lock.hasBrokenRadio = true;
  hall.lock.powerOn();
  hall.pass(10_000);
  assert.is(hall.lock.rig.wifi.joined?.SSID, HOME.SSID, "no network");
  assert.is(hall.lock.isFed, true);
});

test("a board that loses its power in the moment of its start is told nothing more of its lines", () => {
  const hall = new Hallway(crypto);
  for (const board of [hall.lock, hall.keypad, hall.camera]) {
    board.powerOn();
    board.rig.cutPower();
  }
  hall.pass(1_000);
  assert.not(hall.keypad.rig.hasPower);
});

test("a keypad whose keys are spoilt shows red, and tries again after a minute", () => {
  const hall = new Hallway(crypto);
  const { rig } = hall.keypad;
  rig.storage.plant("latchkey", "sign", new ArrayBuffer(7));
  hall.keypad.powerOn();
  hall.pass(1_000);
  assert.equal(hall.keypad.lamps, { red: 1, green: 0, blue: 0 });
  hall.pass(57_000);
  assert.is(rig.resetReason, 1, "it started anew at once");
  hall.pass(3_000);
  assert.is(rig.resetReason, 3, "it did not start anew");
});

test("a lock without its journal's flash moves nothing at its start, and opens from inside", () => {
  const hall = new Hallway(crypto);
  hall.lock.rig.partitions.fails = "all";
  hall.lock.powerOn();
  hall.pass(5_000);
  assert.equal(hall.lock.drives, []);
  hall.pressInside();
  hall.pass(2_000);
  assert.is(hall.lock.bolt, "retracted");
});

test("power that is cut at any moment of an opening takes the drive's pins with it, and no start retracts by itself", () => {
  const random = new Stream(35, "cuts");
  for (let cut = 0; cut < CUTS; cut++) {
    const hall = adopted(() => new Hallway(crypto, { seed: cut + 1 }));
    const owner = hall.ownerSession();
    assert.is(owner.state({ kind: KIND_ACT, operation: UNLOCK }), "yes");
    hall.pass(random.below(40_000));
    hall.lock.rig.cutPower();
    assert.is(hall.lock.isDriving, false, "a pin of the drive is active without power");
    hall.pass(200);
    hall.lock.drives.splice(0);
    hall.lock.powerOn();
    hall.pass(45_000);
    assert.ok(!hall.lock.drives.some(({ pin }) => pin === "retract"), "it opened by itself");
    assert.is(hall.lock.isDriving, false);
    assert.is(hall.lock.bolt, "thrown", "it did not lock behind a shut door");
    hall.pressInside();
    hall.pass(2_000);
    assert.is(hall.lock.bolt, "retracted", "it does not open from inside any more");
  }
});

test.run();
