// No board moves, opens, lights or feeds anything while its chip starts, and every pin can do what it is wired for.
// Method: the wires of each board and drive against the facts of its chip; the exceptions are named, and each has its reason.
// docs/attacks.md T36: this is the part of it that a table can show; the rest needs a board (docs/hardware.md).

import { test } from "uvu";
import * as assert from "uvu/assert";
import { CAMERA_PINS } from "../../../camera/pins.ts";
import { KEYPAD_PINS } from "../../../keypad/pins.ts";
import { LOCK_PINS } from "../../../lock/pins.ts";
import { CHIPS, type ChipPins } from "./chips.ts";
import { BUILDS, type Wire } from "./wires.ts";

/** The rules that a wire breaks. */
function faultsOf({ name, pin, use }: Wire, chip: ChipPins): readonly string[] {
  const faults: string[] = [];
  if (!chip.free.includes(pin)) faults.push(`${name}: the board does not give away pin ${pin}`);
  if (use === "actuator" && chip.strapping.includes(pin)) faults.push(`${name}: strapping pin ${pin}`);
  if (use === "actuator" && chip.loud.includes(pin)) faults.push(`${name}: pin ${pin} may be high while it starts`);
  if (use === "analog" && !chip.adc1.includes(pin)) faults.push(`${name}: pin ${pin} has no ADC1`);
  if ((use === "actuator" || use === "output") && chip.inputOnly.includes(pin))
    faults.push(`${name}: pin ${pin} only reads`);
  return faults;
}

for (const { board, target, drive, wires } of BUILDS) {
  const build = `${board} on ${target}${drive === undefined ? "" : ` with a ${drive}`}`;

  test(`${build}: no pin has two wires`, () => {
    const pins = wires.map(({ pin }) => pin);
    assert.equal(
      pins.filter((pin, index) => pins.indexOf(pin) !== index),
      [],
    );
  });

  test(`${build}: every pin can do what it is wired for, and no actuator stirs while it starts`, () => {
    assert.equal(
      wires.flatMap((wire) => faultsOf(wire, CHIPS[target])),
      [],
    );
  });

  test(`${build}: no contact hangs on a pin without a pull-up`, () => {
    const { inputOnly } = CHIPS[target];
    assert.equal(
      wires.filter(({ use, pin }) => use === "input" && inputOnly.includes(pin)),
      [],
    );
  });
}

test("the drives of a lock are the only wires that may share a pin", () => {
  for (const { motor, servo, strike, ...rest } of Object.values(LOCK_PINS)) {
    const others = [rest.boltThrown, rest.boltRetracted, rest.door, rest.button, rest.cover, rest.light, rest.piezo];
    for (const pin of [motor.retract, motor.throw, servo.signal, servo.supply, strike.coil]) {
      assert.not.ok(others.includes(pin), `pin ${pin}`);
    }
  }
});

const BROKEN: readonly (readonly [claim: string, wire: Wire, fault: RegExp])[] = [
  ["a motor on a strapping pin", { name: "retract", pin: 12, use: "actuator" }, /strapping pin 12/],
  ["a motor on the console's output", { name: "retract", pin: 1, use: "actuator" }, /may be high/],
  ["a light on a pin that only reads", { name: "light", pin: 34, use: "output" }, /only reads/],
  ["a battery on ADC2", { name: "battery", pin: 25, use: "analog" }, /no ADC1/],
  ["a contact on the flash", { name: "door contact", pin: 6, use: "input" }, /does not give away/],
];
for (const [claim, wire, fault] of BROKEN) {
  test(`the rules find ${claim}`, () => {
    assert.match(faultsOf(wire, CHIPS.nodemcu).join(), fault);
  });
}

test("the tables cannot be changed", () => {
  for (const { motor, keypad, ...pins } of Object.values(LOCK_PINS)) {
    assert.ok(Object.isFrozen(motor) && Object.isFrozen(keypad) && Object.isFrozen(pins.terminal));
  }
  assert.ok(Object.values(LOCK_PINS).every(Object.isFrozen));
  assert.ok(Object.values(KEYPAD_PINS).every((pins) => Object.isFrozen(pins) && Object.isFrozen(pins.rows)));
  assert.ok(Object.values(CAMERA_PINS).every((pins) => Object.isFrozen(pins) && Object.isFrozen(pins.sensor.data)));
});

test.run();
