// Touch keys: fingers are told, water is not, and what stays becomes the new "not touched".

import { test } from "uvu";
import * as assert from "uvu/assert";
import { millis } from "../../firmware/platform.ts";
import { RECALIBRATE_MILLIS, Touch, type TouchController } from "../touch.ts";

/** Electrodes as they lie on a real board: from the other corner. */
const ELECTRODES = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];

class Controller implements TouchController {
  touched: number | undefined = 0;
  recalibrations = 0;

  readTouched(): number | undefined {
    return this.touched;
  }

  recalibrate(): void {
    this.recalibrations++;
    this.touched = 0;
  }
}

function create(): { controller: Controller; touch: Touch } {
  const controller = new Controller();
  return { controller, touch: new Touch(controller, ELECTRODES) };
}

for (let electrode = 0; electrode < 12; electrode++) {
  test(`electrode ${electrode} is its key`, () => {
    const { controller, touch } = create();
    controller.touched = 1 << electrode;
    assert.is(touch.scan(millis(0)), 1 << (11 - electrode));
  });
}

const SETS: readonly (readonly [name: string, touched: number | undefined, reading: number | undefined])[] = [
  ["nothing", 0, 0],
  ["two fingers", 0b11, 0b1100_0000_0000],
  ["three", 0b111, 0b1110_0000_0000],
  ["four: a palm", 0b1111, undefined],
  ["rain on everything", 0xfff, undefined],
  ["a bus without an answer", undefined, undefined],
];

for (const [name, touched, reading] of SETS) {
  test(`${name} is read as ${reading === undefined ? "uncertain" : reading}`, () => {
    const { controller, touch } = create();
    controller.touched = touched;
    assert.is(touch.scan(millis(0)), reading);
  });
}

for (const [name, touched] of [
  ["rain", 0xfff],
  ["a drop", 1],
] as const) {
  test(`${name} that stays for 30 s becomes what is not touched, and not earlier`, () => {
    const { controller, touch } = create();
    controller.touched = touched;
    touch.scan(millis(1_000));
    touch.scan(millis(1_000 + RECALIBRATE_MILLIS - 1));
    assert.is(controller.recalibrations, 0);
    touch.scan(millis(1_000 + RECALIBRATE_MILLIS));
    assert.is(controller.recalibrations, 1);
    assert.is(touch.scan(millis(1_000 + RECALIBRATE_MILLIS + 5)), 0);
  });
}

test("keys that change do not recalibrate, nor does nothing at all", () => {
  const { controller, touch } = create();
  for (let at = 0; at < 10 * RECALIBRATE_MILLIS; at += 10_000) {
    controller.touched = (at / 10_000) % 2;
    touch.scan(millis(at));
  }
  controller.touched = 0;
  for (let at = 10; at < 20; at++) touch.scan(millis(at * RECALIBRATE_MILLIS));
  assert.is(controller.recalibrations, 0);
});

test.run();
