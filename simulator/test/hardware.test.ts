// Goal: the door obeys wood and iron: travel takes time, a leaf and a bolt cannot be in one place, hands are strong.
// Method: pins driven by hand in virtual time; rows say what is felt and when.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { millis, seconds } from "../../firmware/platform.ts";
import { Door, USUAL_DOOR } from "../hardware.ts";
import { World } from "../world.ts";

interface Bench {
  readonly world: World;
  readonly door: Door;
  readonly felt: string[];
  wait(delay: number): void;
}

function createBench(): Bench {
  const world = new World(crypto, { seed: 1, start: seconds(0) });
  const door = new Door(world, USUAL_DOOR);
  const felt: string[] = [];
  door.watch({
    drives: (drive) => felt.push(`${world.now} ${drive}`),
    boltAt: (place) => felt.push(`${world.now} ${place}`),
    leafIs: (leaf) => felt.push(`${world.now} ${leaf}`),
    stalls: (isStalled) => felt.push(`${world.now} ${isStalled ? "stall" : "free"}`),
  });
  return { world, door, felt, wait: (delay) => world.advance(millis(world.now + delay)) };
}

const ROWS: readonly { name: string; play: (bench: Bench) => void; felt: readonly string[] }[] = [
  {
    name: "retracts in its travel time and stalls at the end",
    play({ door, wait }) {
      door.retractPin.write(true);
      wait(2000);
      door.retractPin.write(false);
    },
    felt: ["0 retract", "0 between", "1200 retracted", "1350 stall", "2000 rest", "2000 free"],
  },
  {
    name: "hears a pin that says the same again no second time",
    play({ door }) {
      door.retractPin.write(false);
      door.retractPin.write(true);
      door.retractPin.write(true);
    },
    felt: ["0 retract", "0 between"],
  },
  {
    name: "goes back half the way in half the time",
    play({ door, wait }) {
      door.retractPin.write(true);
      wait(600);
      door.retractPin.write(false);
      door.throwPin.write(true);
      wait(601);
      door.throwPin.write(false);
    },
    felt: ["0 retract", "0 between", "600 rest", "600 throw", "1200 thrown", "1201 rest"],
  },
  {
    // As in seed 6037 of a house with a camera: the jam came before the bolt's own event of the same millisecond.
    name: "has arrived where it is jammed in the very millisecond of its arrival",
    play({ world, door, wait }) {
      world.after(1_200, () => door.jam(true));
      door.retractPin.write(true);
      wait(1_200);
      door.retractPin.write(false);
      door.jam(false);
      door.throwPin.write(true);
      wait(1);
    },
    felt: ["0 retract", "0 between", "1200 retracted", "1200 rest", "1200 throw", "1200 between"],
  },
  {
    name: "stalls at once where it is jammed, and moves when it is freed",
    play({ door, wait }) {
      door.jam(true);
      door.retractPin.write(true);
      wait(1000);
      door.jam(false);
      wait(1200);
      door.retractPin.write(false);
    },
    felt: ["0 retract", "150 stall", "1000 free", "1000 between", "2200 retracted", "2200 rest"],
  },
  {
    name: "yields to the hand on the thumbturn",
    play({ door, wait }) {
      door.turn("retracted");
      wait(10);
      door.turn("thrown");
    },
    felt: ["0 retracted", "10 thrown"],
  },
  {
    name: "lets a hand win against the motor, which then drives on",
    play({ door, wait }) {
      door.throwPin.write(true);
      wait(100);
      door.turn("retracted");
      wait(1300);
      door.throwPin.write(false);
    },
    felt: ["0 throw", "100 retracted", "100 between", "1300 thrown", "1400 rest"],
  },
  {
    name: "stops driving when power is gone",
    play({ door, wait }) {
      door.retractPin.write(true);
      wait(600);
      door.release();
      wait(5000);
    },
    felt: ["0 retract", "0 between", "600 rest"],
  },
];

for (const { name, play, felt } of ROWS) {
  test(name, () => {
    const bench = createBench();
    play(bench);
    assert.equal(bench.felt, felt);
  });
}

test("opens only with the bolt retracted, and shuts only so", () => {
  const { door } = createBench();
  assert.is(door.open(), false);
  door.turn("retracted");
  assert.is(door.shut(), false);
  assert.is(door.open(), true);
  assert.is(door.open(), false);
  door.turn("thrown");
  assert.equal([door.shut(), door.leaf, door.leafSensor.isActive], [false, "open", false]);
  door.turn("retracted");
  assert.equal([door.shut(), door.leaf, door.leafSensor.isActive], [true, "closed", true]);
});

test("gives way to a crowbar with the bolt still thrown", () => {
  const { door } = createBench();
  door.force();
  assert.equal([door.leaf, door.bolt], ["open", "thrown"]);
});

test("does not shut while a wedge is under the leaf", () => {
  const { door } = createBench();
  door.turn("retracted");
  door.hold(true);
  assert.equal([door.open(), door.shut(), door.leaf], [true, false, "open"]);
  door.hold(false);
  assert.equal([door.shut(), door.leaf], [true, "closed"]);
});

test("a magnet makes the contact say shut, whatever the leaf does, and tells no change that it does not see", () => {
  const { door } = createBench();
  const told: string[] = [];
  door.watch({ contactIs: (leaf) => told.push(leaf) });
  door.magnet(true);
  door.turn("retracted");
  door.open();
  assert.equal([door.leaf, door.contact, door.leafSensor.isActive], ["open", "closed", true]);
  door.magnet(false);
  assert.equal([door.contact, door.leafSensor.isActive], ["open", false]);
  door.magnet(true);
  door.shut();
  door.magnet(false);
  assert.equal(told, ["open", "closed"]);
});

test("lets nobody turn a jammed bolt", () => {
  const { door } = createBench();
  door.jam(true);
  assert.equal([door.turn("retracted"), door.bolt], [false, "thrown"]);
});

test("shows both end contacts off while the bolt is between", () => {
  const { door, wait } = createBench();
  door.retractPin.write(true);
  wait(500);
  assert.equal([door.thrownSensor.isActive, door.retractedSensor.isActive], [false, false]);
});

test("leaves every level in the trace", () => {
  const hashes = [0, 100].map((delay) => {
    const { world, door, wait } = createBench();
    door.retractPin.write(true);
    wait(1400 + delay);
    door.retractPin.write(false);
    return world.trace.hash();
  });
  assert.is.not(hashes[0], hashes[1]);
});

test.run();
