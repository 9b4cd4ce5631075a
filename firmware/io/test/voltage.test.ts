// Goal: voltages are measured to a percent, the converter is free between measurements, and what cannot be measured is never good news.
// Method: voltages on a wire, and a converter that is busy.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Millis, millis } from "../../platform.ts";
import { DividedBattery, MAINS, RISE_MILLIVOLTS } from "../battery.ts";
import { CurrentStall, HeldStall } from "../stall.ts";
import { measure, NARROW } from "../voltage.ts";
import { desk } from "./desk.ts";

const PIN = 3;

test("a voltage is measured to the millivolt that the converter has", () => {
  const { chip } = desk();
  for (let millivolts = 0; millivolts <= 2_450; millivolts += 7) {
    chip.supply(PIN, millivolts);
    assert.ok(Math.abs(Number(measure({ io: chip.Analog, pin: PIN })) - millivolts) <= 1, `${millivolts}`);
  }
  chip.supply(PIN, 3_300);
  assert.is(measure({ io: chip.Analog, pin: PIN }), 2_450);
});

test("a small voltage is measured on a scale of its own, and what is larger is the end of it", () => {
  const { chip } = desk();
  for (let millivolts = 0; millivolts <= 950; millivolts += 7) {
    chip.supply(PIN, millivolts);
    assert.ok(Math.abs(Number(measure({ io: chip.Analog, pin: PIN }, NARROW)) - millivolts) <= 1, `${millivolts}`);
  }
  chip.supply(PIN, 2_450);
  assert.is(measure({ io: chip.Analog, pin: PIN }, NARROW), 950);
});

test("the mean of the readings counts, and those that fail do not", () => {
  const values = [1_000, undefined, 3_000, 2_000];
  class Sparse {
    readonly resolution = 12;
    read(): number | undefined {
      return values.shift();
    }
    close(): void {}
  }
  assert.is(measure({ io: Sparse, pin: PIN }), Math.round((2_000 * 2_450) / 4_095));
});

test("the converter is closed behind each measurement, and where a reading throws", () => {
  const { chip } = desk();
  measure({ io: chip.Analog, pin: PIN });
  assert.not(chip.isTaken(PIN));
  const { Analog } = chip;
  class Broken extends Analog {
    override read(): number {
      throw new Error("broken");
    }
  }
  assert.throws(() => measure({ io: Broken, pin: PIN }), /broken/);
  assert.not(chip.isTaken(PIN));
});

test("a current at the threshold is a stall, below it not, and what cannot be measured is none", () => {
  const { chip } = desk();
  const stall = new CurrentStall({ io: chip.Analog, pin: PIN, thresholdMillivolts: 600 });
  for (const [millivolts, expected] of [
    [0, false],
    [590, false],
    [610, true],
    [2_450, true],
  ] as const) {
    chip.supply(PIN, millivolts);
    assert.is(stall.isActive, expected, `${millivolts}`);
    assert.not(chip.isTaken(PIN));
  }
  chip.isConverterBusy = true;
  assert.is(stall.isActive, false);
});

/** Asks a stall that is held for 40 ms, with its sign as the letters say, every 10 ms; a space is a pause, an underscore a short one.
 *  @returns the answers */
function held(signs: string): string {
  let now: Millis = millis(0);
  const sign = { isActive: false };
  const stall = new HeldStall({ sign, holdMillis: 40, now: () => now });
  let answers = "";
  for (const letter of signs) {
    now = millis(now + (letter === " " ? 200 : letter === "_" ? 80 : 10));
    if (letter === " " || letter === "_") continue;
    sign.isActive = letter === "+";
    answers += stall.isActive ? "+" : "-";
  }
  return answers;
}

for (const [name, signs, expected] of [
  ["a stall counts when it has lasted", "-++++++", "-----++"],
  ["a spike is none, nor are many", "++++-++++-+-+-+++", "-----------------"],
  ["it ends at once", "++++++-+", "----++--"],
  ["what was before a pause does not count", "++++ +++++-", "--------+-"],
  ["a short pause counts for no more than two readings", "+_++++-", "---++-"],
] as const) {
  test(name, () => assert.is(held(signs), expected));
}

test("a pin that cannot be measured is refused at once, not in the first drive", () => {
  const { chip } = desk();
  assert.throws(() => new CurrentStall({ io: chip.Analog, pin: 10, thresholdMillivolts: 600 }), /not analog/);
  const options = { io: chip.Analog, pin: 10, upperOhms: 1, lowerOhms: 1, now: () => millis(0) };
  assert.throws(() => new DividedBattery(options), /not analog/);
});

/** A battery over 300 kΩ and 100 kΩ: a quarter of its voltage is at the pin. */
function battery() {
  const { chip } = desk();
  let now: Millis = millis(0);
  const it = new DividedBattery({ io: chip.Analog, pin: PIN, upperOhms: 300_000, lowerOhms: 100_000, now: () => now });
  return {
    chip,
    battery: it,
    charge: (millivolts: number) => chip.supply(PIN, millivolts / 4),
    pass: (duration: number) => {
      now = millis(now + duration);
    },
  };
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 4, `${actual} is not ${expected}`);
}

test("a battery's voltage is that before the divider", () => {
  const it = battery();
  it.charge(6_000);
  near(it.battery.millivolts, 6_000);
  assert.not(it.chip.isTaken(PIN));
});

test("a reading is remembered for five seconds", () => {
  const it = battery();
  it.charge(6_000);
  near(it.battery.millivolts, 6_000);
  it.charge(5_000);
  it.pass(4_999);
  near(it.battery.millivolts, 6_000);
  it.pass(1);
  near(it.battery.millivolts, 5_000);
});

test("what a battery had under the last load is not forgotten at rest", () => {
  const it = battery();
  it.charge(4_300);
  it.battery.load();
  it.charge(5_600);
  near(it.battery.millivolts, 4_300);
  it.pass(60_000);
  near(it.battery.millivolts, 4_300);
  it.charge(4_000);
  it.pass(60_000);
  near(it.battery.millivolts, 4_000);
  it.charge(5_900);
  it.battery.load();
  it.pass(60_000);
  near(it.battery.millivolts, 5_900);
});

test("a load that cannot be measured changes nothing", () => {
  const it = battery();
  it.charge(6_000);
  near(it.battery.millivolts, 6_000);
  it.chip.isConverterBusy = true;
  it.battery.load();
  near(it.battery.millivolts, 6_000);
  it.chip.isConverterBusy = false;
  it.charge(5_200);
  it.battery.load();
  it.chip.isConverterBusy = true;
  it.battery.load();
  it.chip.isConverterBusy = false;
  it.charge(6_000);
  it.pass(60_000);
  near(it.battery.millivolts, 5_200);
});

/** A battery at 5 V whose last load found 4.3 V. @param loads the rest before each, the last one 5 V */
function weak(loads: readonly number[]) {
  const it = battery();
  for (const rest of loads) {
    it.pass(60_000);
    it.charge(rest);
    near(it.battery.millivolts, Math.min(rest, rest === loads[0] ? rest : 4_300));
    it.charge(4_300);
    it.battery.load();
  }
  it.pass(60_000);
  return it;
}

for (const [name, loads] of [
  ["the last load", [5_000]],
  ["the last of two, whatever was before the first", [5_400, 5_000]],
] as const) {
  test(`cells that rise clearly above what they had before ${name} are new ones, and none that recover`, () => {
    const it = weak(loads);
    it.charge(5_000 + RISE_MILLIVOLTS - 10);
    near(it.battery.millivolts, 4_300);
    it.pass(60_000);
    it.charge(5_000 + RISE_MILLIVOLTS + 10);
    near(it.battery.millivolts, 5_000 + RISE_MILLIVOLTS + 10);
    it.pass(60_000);
    it.charge(5_000);
    near(it.battery.millivolts, 5_000);
  });
}

test("what is measured while the motor runs, or cannot be, is no rest to rise from", () => {
  const it = weak([5_000]);
  it.charge(4_300);
  it.battery.load();
  it.pass(4_999);
  near(it.battery.millivolts, 4_300);
  it.battery.load();
  it.chip.isConverterBusy = true;
  it.pass(60_000);
  assert.is(it.battery.millivolts, 1);
  it.chip.isConverterBusy = false;
  it.battery.load();
  it.charge(5_000);
  it.pass(60_000);
  near(it.battery.millivolts, 4_300);
});

test("what is asked for as a motor starts is what was at rest before, and no rest to rise from", () => {
  const it = weak([5_000]);
  it.charge(5_000);
  near(it.battery.millivolts, 4_300);
  it.pass(60_000);
  it.battery.begin();
  it.charge(3_900);
  near(it.battery.millivolts, 4_300);
  it.pass(200);
  it.charge(4_500);
  it.battery.load();
  near(it.battery.millivolts, 4_500);
  it.pass(60_000);
  it.charge(5_200);
  near(it.battery.millivolts, 4_500);
});

test("a battery that cannot be measured, or whose divider is broken, is empty and no mains", () => {
  const it = battery();
  it.charge(0);
  assert.is(it.battery.millivolts, 1);
  it.chip.isConverterBusy = true;
  it.charge(6_000);
  it.pass(60_000);
  assert.is(it.battery.millivolts, 1);
  it.battery.load();
  assert.is(it.battery.millivolts, 1);
  assert.is(MAINS.millivolts, 0);
});

test.run();
