// Goal: an output is inactive until it is written active, through construction, reset and close.
// Method: every level that the wire ever had is kept and looked at.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { PinOutput } from "../output.ts";
import { desk } from "./desk.ts";

for (const isActiveLow of [false, true]) {
  const name = isActiveLow ? "low" : "high";
  const active = isActiveLow ? 0 : 1;
  const idle = 1 - active;

  test(`active ${name}: a pin with its resistor never leaves its inactive level before it is written`, () => {
    const { chip } = desk();
    chip.pull(3, isActiveLow ? "up" : "down");
    const levels: number[] = [];
    chip.watch((pin) => levels.push(chip.level(pin)));
    const output = new PinOutput({ io: chip.Digital, pin: 3, isActiveLow });
    output.write(false);
    assert.not(levels.includes(active));
    assert.is(chip.level(3), idle);
    output.write(true);
    assert.is(chip.level(3), active);
    output.write(true);
    output.write(false);
    assert.is(chip.level(3), idle);
    assert.equal(levels, [active, idle]);
  });

  test(`active ${name}: a reset and a close make it inactive`, () => {
    const { chip } = desk();
    chip.pull(3, isActiveLow ? "up" : "down");
    const output = new PinOutput({ io: chip.Digital, pin: 3, isActiveLow });
    output.write(true);
    chip.reset();
    assert.is(chip.level(3), idle);
    const again = new PinOutput({ io: chip.Digital, pin: 3, isActiveLow });
    again.write(true);
    again.close();
    again.close();
    assert.is(chip.level(3), idle);
    assert.throws(() => again.write(true), /invalid host object/);
    assert.is(chip.level(3), idle);
  });
}

test("without a resistor the chip itself pulls a closed pin up: why every actuator has one", () => {
  const { chip } = desk();
  const output = new PinOutput({ io: chip.Digital, pin: 3 });
  assert.is(chip.level(3), 0);
  output.close();
  assert.is(chip.level(3), 1);
});

test.run();
