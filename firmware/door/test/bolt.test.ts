// Goal: no drive can be made that outlasts its hardware, and none leaves an output on.
// Method: constructors that must refuse, and a seeded walk of commands, inputs and time over all drives.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { millis } from "../../platform.ts";
import { type Bolt, positionOf } from "../bolt.ts";
import { Motor } from "../motor.ts";
import { Servo } from "../servo.ts";
import { Strike } from "../strike.ts";
import { bench, COMMANDS, OWN, pin, STRIKE, TIMES, TURNS } from "./bench.ts";

test("end contacts tell a position, or nothing where they disagree with themselves", () => {
  const ends = (thrown: boolean, retracted: boolean) => ({
    thrown: { isActive: thrown },
    retracted: { isActive: retracted },
  });
  assert.is(positionOf(undefined), "unknown");
  assert.is(positionOf(ends(true, false)), "thrown");
  assert.is(positionOf(ends(false, true)), "retracted");
  assert.is(positionOf(ends(false, false)), "unknown");
  assert.is(positionOf(ends(true, true)), "unknown");
});

const PINS = { isActive: false, isOn: false, write() {} };
const MISTAKES: readonly (readonly [string, () => Bolt])[] = [
  [
    "a motor that may run for more than 5 s",
    () => new Motor({ retract: PINS, throw: PINS, stall: PINS, ...TIMES, driveMillis: 5_001 }),
  ],
  ["a motor that may not run", () => new Motor({ retract: PINS, throw: PINS, stall: PINS, ...TIMES, driveMillis: 0 })],
  [
    "a servo that may run for more than 5 s",
    () => new Servo({ angle: PINS, power: PINS, ...TURNS, driveMillis: 5_001 }),
  ],
  ["a servo whose turn outlasts its drive", () => new Servo({ angle: PINS, power: PINS, ...TURNS, moveMillis: 4_001 })],
  ["a strike that gives way for more than 5 s", () => new Strike({ coil: PINS, holdMillis: 5_001 })],
  ["a strike that never gives way", () => new Strike({ coil: PINS, holdMillis: 0 })],
];

for (const [name, make] of MISTAKES) {
  test(`${name} is the programmer's mistake`, () => {
    assert.throws(make);
  });
}

for (const seed of [5, 31_337]) {
  test(`no output stays on without a drive, and none beyond 5 s, in any order, seed ${seed}`, () => {
    let state = seed;
    const next = (bound: number) => {
      state = (state * 48_271) % 0x7fff_ffff;
      return state % bound;
    };
    for (const [make, own] of OWN) {
      const { bolt, inputs, outputs } = bench(make, []);
      let now = 0;
      let since = 0;
      for (let index = 0; index < 3_000; index++) {
        now += next(4) === 0 ? next(2_000) : 10;
        const name = ["thrown", "retracted", "stall", "keeper"][next(8)];
        if (name !== undefined) pin(inputs, name).isActive = next(2) === 0;
        const command = next(20) === 0 ? COMMANDS[next(COMMANDS.length)] : undefined;
        if (command !== undefined) since = now;
        const report = command === undefined ? bolt.tick(millis(now)) : bolt.drive(command, millis(now));
        const on = own.filter((name) => outputs[name]?.isOn);
        const place = `seed ${seed}, ${own}, step ${index}`;
        assert.ok(on.length === 0 || (bolt.isDriving && on.length === 1), `${place}: ${on} on`);
        assert.ok(on.length === 0 || now - since < 5_000, `${place}: ${on} on for ${now - since} ms`);
        if (report?.kind === "reached" && report.witness === "sensor" && make !== STRIKE) {
          assert.ok(pin(inputs, report.position).isActive, `${place}: nothing was sensed`);
        }
        if (command === "stop" || report?.kind === "failed") assert.equal(on, [], place);
      }
    }
  });
}

test.run();
