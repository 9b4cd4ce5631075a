// Goal: a servo's pulses mean its angle, stand before its supply and end with it.
// Method: what the wires do is kept in order; angles are compared with pulses that are worked out here in microseconds.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { PinOutput } from "../output.ts";
import { ServoPins } from "../servo.ts";
import { desk } from "./desk.ts";

const WAY = { pulseMicrosMin: 500, pulseMicrosMax: 2_500, degreesMin: 0, degreesMax: 180 };

function made() {
  const { chip } = desk();
  chip.pull(5, "down");
  const seen: string[] = [];
  chip.watch((pin) => seen.push(`${pin}:${pin === 3 && chip.level(3) === 1 ? "pulses" : chip.level(pin)}`));
  const supply = new PinOutput({ io: chip.Digital, pin: 5 });
  const servo = new ServoPins({ io: chip.PWM, pin: 3, supply, ...WAY });
  return { chip, servo, seen };
}

test("no pulse and no supply until they are written", () => {
  const { chip, seen } = made();
  assert.equal([chip.level(3), chip.level(5)], [0, 0]);
  assert.not(seen.includes("3:pulses"));
  assert.not(seen.includes("5:1"));
});

test("an angle is a pulse of its width, to two microseconds", () => {
  const { chip, servo } = made();
  for (let degrees = 0; degrees <= 180; degrees += 5) {
    servo.angle.write(degrees);
    const pulse = chip.pulse(3);
    assert.is(pulse?.hz, 50);
    const micros = Number(pulse?.duty) * 20_000;
    assert.ok(Math.abs(micros - (500 + (degrees * 2_000) / 180)) <= 2, `${degrees}: ${micros}`);
  }
});

test("an angle beyond the way is refused, and changes nothing", () => {
  const { chip, servo } = made();
  servo.angle.write(90);
  const before = chip.pulse(3);
  for (const degrees of [-1, 181, Number.NaN]) assert.throws(() => servo.angle.write(degrees), /way/);
  assert.equal(chip.pulse(3), before);
});

test("the pulses stand before the supply and end behind it", () => {
  const { servo, seen } = made();
  seen.length = 0;
  servo.angle.write(90);
  servo.power.write(true);
  servo.power.write(false);
  assert.equal(seen, ["3:pulses", "5:1", "5:0", "3:0"]);
});

test("closing takes the supply away; a way without two ends is refused", () => {
  const { chip, servo } = made();
  servo.angle.write(90);
  servo.power.write(true);
  servo.close();
  assert.equal([chip.level(3), chip.level(5)], [0, 0]);
  const supply = { write: () => {} };
  for (const wrong of [
    { pulseMicrosMin: 300 },
    { pulseMicrosMax: 2_700 },
    { degreesMax: 0 },
    { pulseMicrosMax: 500 },
  ]) {
    assert.throws(() => new ServoPins({ io: chip.PWM, pin: 4, supply, ...WAY, ...wrong }), /servo/);
  }
});

test.run();
