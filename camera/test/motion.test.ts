// Goal: whoever walks is seen in the zone where he walks; noise, dusk and a lamp that is switched are not motion.
// Method: reduced pictures of the simulated sensor at 2 Hz.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { millis } from "../../firmware/platform.ts";
import { Sensor, type Shot } from "../../simulator/sensor/sensor.ts";
import { LUMA_BYTES } from "../luma.ts";
import { CELLS_ACROSS, CELLS_DOWN, MotionWatch, type Zone } from "../motion.ts";

const SEED = 0x307;
const SHOT: Shot = { people: [], lightPermille: 1_000, noiseTenths: 25 };
const SENSOR = new Sensor(SEED);
const CELLS = CELLS_ACROSS * CELLS_DOWN;

/** The columns from `left` on, `right` not included. */
function columns(left: number, right: number): Zone {
  return new Uint8Array(CELLS).map((_cell, at) => (at % CELLS_ACROSS >= left && at % CELLS_ACROSS < right ? 1 : 0));
}

function play(watch: MotionWatch, shots: readonly Shot[]): number[] {
  const luma = new Uint8Array(LUMA_BYTES);
  return shots.map((shot, frame) => {
    SENSOR.reduce(shot, luma);
    return watch.step(luma, millis(frame * 500));
  });
}

const times = (count: number, shot: (frame: number) => Shot) =>
  Array.from({ length: count }, (_none, frame) => shot(frame));
const walker = (x: number): Shot => ({ ...SHOT, people: [{ x, y: 6_900, height: 4_200, stride: x & 7, who: 5 }] });

for (const noiseTenths of [0, 25, 80]) {
  test(`sees no motion in a still hall at a noise of ${noiseTenths / 10} levels`, () => {
    const seen = play(
      new MotionWatch(),
      times(16, () => ({ ...SHOT, noiseTenths })),
    );
    assert.ok(seen.every((zones) => zones === 0));
  });
}

test("sees a walker from the second frame on", () => {
  const seen = play(new MotionWatch(), [...times(4, () => SHOT), ...times(12, (frame) => walker(2_000 + 500 * frame))]);
  assert.equal(seen.slice(0, 5), [0, 0, 0, 0, 0]);
  assert.ok(
    seen.slice(5).every((zones) => zones === 1),
    seen.join(),
  );
});

test("sees a walker in the zone where he is, and in no other", () => {
  const watch = new MotionWatch([columns(0, 6), columns(10, 16)]);
  const shots = [
    ...times(4, () => SHOT),
    ...times(3, (frame) => walker(1_000 + 600 * frame)),
    ...times(12, () => SHOT),
  ];
  const seen = play(watch, [...shots, ...times(3, (frame) => walker(7_800 + 600 * frame))]);
  assert.is(seen[6], 0b01);
  assert.is(seen[18], 0);
  assert.is(seen.at(-1), 0b10);
});

test("takes no lamp for motion that is switched, and no dusk", () => {
  for (const light of [(frame: number) => (frame < 6 ? 1_000 : 750), (frame: number) => 1_000 - 20 * frame]) {
    const seen = play(
      new MotionWatch(),
      times(16, (frame) => ({ ...SHOT, lightPermille: light(frame) })),
    );
    assert.ok(
      seen.every((zones) => zones === 0),
      seen.join(),
    );
  }
});

test("sees a walker again a second after the lamp", () => {
  const seen = play(new MotionWatch(), [
    ...times(4, () => SHOT),
    ...times(8, (frame) => ({ ...walker(2_000 + 700 * frame), lightPermille: 700 })),
  ]);
  assert.equal([seen[4], seen[5]], [0, 0]);
  assert.is(seen.at(-1), 1);
});

for (const period of [1, 2, 3]) {
  test(`sees a walker though a torch flashes each ${period + 1} frames`, () => {
    const flash = (frame: number) => (frame % (period + 1) === 0 ? 1_500 : 1_000);
    const seen = play(
      new MotionWatch(),
      times(60, (frame) => ({ ...walker(1_000 + 130 * frame), lightPermille: flash(frame) })),
    );
    const moving = seen.slice(20).filter((zones) => zones === 1).length;
    assert.ok(moving >= 5, `${moving} of 40 frames: ${seen.join("")}`);
  });
}

test("begins anew after a reset, as at a change of light", () => {
  const watch = new MotionWatch();
  const luma = new Uint8Array(LUMA_BYTES);
  SENSOR.reduce(SHOT, luma);
  watch.step(luma, millis(0));
  watch.reset();
  for (let frame = 1; frame < 6; frame++) {
    SENSOR.reduce({ ...SHOT, isInfrared: true }, luma);
    assert.is(watch.step(luma, millis(500 * frame)), 0);
  }
});

test("refuses zones of another size, or too many", () => {
  assert.throws(() => new MotionWatch([new Uint8Array(CELLS - 1)]), /zones/);
  assert.throws(() => new MotionWatch(Array.from({ length: 5 }, () => columns(0, 1))), /zones/);
});

test.run();
