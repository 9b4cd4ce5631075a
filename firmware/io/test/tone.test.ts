// Goal: lamps take their brightness and tones their hertz, on as few channels as a C3 has.
// Method: what the wires pulse at.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { DimmedLamp, SwitchedLamp } from "../lamp.ts";
import { PinOutput } from "../output.ts";
import { Buzzer, Piezo } from "../tone.ts";
import { desk } from "./desk.ts";

test("a lamp has its brightness, and a common anode's the rest of it", () => {
  for (const isActiveLow of [false, true]) {
    const { chip } = desk();
    const lamp = new DimmedLamp({ io: chip.PWM, pin: 3, isActiveLow });
    for (const value of [0, 0.1, 0.5, 1]) {
      lamp.write(value);
      const lit = isActiveLow ? 1 - Number(chip.pulse(3)?.duty) : Number(chip.pulse(3)?.duty);
      assert.ok(Math.abs(lit - value) < 0.002, `${value}`);
    }
    assert.throws(() => lamp.write(1.1), /brightness/);
    assert.throws(() => lamp.write(-0.1), /brightness/);
  }
});

test("a lamp is dark when it is made: all off or all on, no flicker between", () => {
  const { chip } = desk();
  new DimmedLamp({ io: chip.PWM, pin: 3 });
  new DimmedLamp({ io: chip.PWM, pin: 4, isActiveLow: true });
  assert.equal([chip.pulse(3)?.duty, chip.pulse(4)?.duty], [0, 1]);
});

test("a lamp on a plain output is on at any brightness", () => {
  const { chip } = desk();
  const lamp = new SwitchedLamp(new PinOutput({ io: chip.Digital, pin: 3 }));
  for (const [value, level] of [
    [0, 0],
    [0.04, 1],
    [1, 1],
    [0, 0],
  ] as const) {
    lamp.write(value);
    assert.is(chip.level(3), level);
  }
  assert.throws(() => lamp.write(2), /brightness/);
});

test("a piezo sounds each tone at its hertz, half the time on, and is low between", () => {
  const { chip } = desk();
  const piezo = new Piezo({ io: chip.PWM, pin: 3 });
  assert.not(chip.isFloating(3));
  assert.is(chip.level(3), 0);
  for (const hertz of [300, 1_800, 2_600, 0, 2_600, 3_000, 0, 0]) {
    piezo.sound(hertz);
    assert.equal(chip.pulse(3), hertz === 0 ? undefined : { hz: hertz, duty: 0.5 });
    if (hertz === 0) assert.is(chip.level(3), 0);
    assert.is(chip.isTaken(3), hertz !== 0, "a silent piezo holds no channel");
  }
  piezo.sound(400);
  piezo.close();
  piezo.close();
  assert.is(chip.pulse(3), undefined);
});

test("a tone of a lamp's own hertz, too, leaves the lamp and takes its pin off its channel", () => {
  const { chip } = desk();
  const lamp = new DimmedLamp({ io: chip.PWM, pin: 4 });
  lamp.write(0.5);
  const piezo = new Piezo({ io: chip.PWM, pin: 3 });
  piezo.sound(1_024);
  piezo.sound(0);
  new DimmedLamp({ io: chip.PWM, pin: 5 }).write(1);
  assert.is(chip.level(3), 0, "the piezo follows somebody else's channel");
  assert.ok(Number(chip.pulse(4)?.duty) > 0.4);
});

test("a lamp of three colours and a piezo take four channels: a C3 has them where the manifest says so, and else not", () => {
  const open = (channelMap: number) => {
    const { chip } = desk(undefined, channelMap);
    for (const pin of [4, 5, 6]) new DimmedLamp({ io: chip.PWM, pin }).write(1);
    new Piezo({ io: chip.PWM, pin: 3 }).sound(1_000);
  };
  open(0x3f);
  assert.throws(() => open(0xf0), /can't configure/);
});

test("a buzzer sounds in the rhythm of the tones", () => {
  const { chip } = desk();
  const buzzer = new Buzzer(new PinOutput({ io: chip.Digital, pin: 3 }));
  for (const hertz of [0, 400, 3_000, 0]) {
    buzzer.sound(hertz);
    assert.is(chip.level(3), hertz > 0 ? 1 : 0);
  }
});

test.run();
