// Goal: repeated files, loops of them and stills encoded anew are seen; what lives is not.
// Method: hashes made by hand, and reduced pictures of the simulated sensor with as little noise as any sensor has.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Stream } from "../../simulator/random.ts";
import { Sensor, type Shot } from "../../simulator/sensor/sensor.ts";
import { FreezeWatch } from "../freeze.ts";
import { LUMA_BYTES } from "../luma.ts";
import { PATIENCE } from "../thresholds.ts";

const SEED = 0xf0;
const SENSOR = new Sensor(SEED);
const SHOT: Shot = { people: [], lightPermille: 1_000, noiseTenths: 25 };

function hashOf(number: number): Uint8Array {
  const hash = new Uint8Array(32);
  new Stream(number, "hash").fill(hash);
  return hash;
}

test("calls three equal files in a row frozen, and two not", () => {
  const watch = new FreezeWatch();
  assert.equal(
    [1, 1, 2, 2, 3, 3, 3, 3, 4].map((number) => watch.takeHash(hashOf(number))),
    [...["none", "none", "none", "none", "none", "none", "frozen", "frozen", "none"]],
  );
});

for (const length of [2, 3, 10, 100, PATIENCE.loopFrames]) {
  test(`calls a loop of ${length} files looped at its third repeat`, () => {
    const watch = new FreezeWatch();
    for (let frame = 0; frame < length + 2; frame++)
      assert.is(watch.takeHash(hashOf(frame % length)), "none", `${frame}`);
    assert.is(watch.takeHash(hashOf((length + 2) % length)), "looped");
  });
}

test("calls old files in any order looped, even between fresh ones", () => {
  const watch = new FreezeWatch();
  for (let frame = 0; frame < 100; frame++) watch.takeHash(hashOf(frame));
  const shown = [90, 1_000, 13, 1_001, 44].map((number) => watch.takeHash(hashOf(number)));
  assert.equal(shown, ["none", "none", "none", "none", "looped"]);
});

test("counts repeats anew once the sensor had no power, and remembers what it gave before", () => {
  // As in seed 6017 of a house with a camera: an hour after a loop an honest courier was refused for the eight seconds that 16 pictures take.
  const watch = new FreezeWatch();
  const luma = new Uint8Array(LUMA_BYTES);
  const show = (number: number) => {
    new Stream(number, "luma").fill(luma);
    return [watch.takeHash(hashOf(number)), watch.takeLuma(luma, false)];
  };
  for (let frame = 0; frame < 12; frame++) show(frame % 4);
  assert.equal(show(12 % 4), ["looped", "looped"]);
  watch.wake();
  for (let frame = 100; frame < 120; frame++) assert.equal(show(frame), ["none", "none"], `${frame}`);
  watch.wake();
  assert.equal([3, 2, 1].map(show), [
    ["none", "none"],
    ["none", "none"],
    ["looped", "looped"],
  ]);
});

test("forgets what is older than the files that it remembers", () => {
  const watch = new FreezeWatch();
  for (let frame = 0; frame < 3 * (PATIENCE.loopFrames + 1); frame++) {
    assert.is(watch.takeHash(hashOf(frame % (PATIENCE.loopFrames + 1))), "none");
  }
});

test("tells files by all of the eight bytes that are kept", () => {
  const watch = new FreezeWatch();
  for (let frame = 0; frame < 9; frame++) {
    const hash = new Uint8Array(8).fill(7);
    hash[frame & 7] = 8 + frame;
    assert.is(watch.takeHash(hash), "none");
  }
});

test("calls a still that is encoded anew still at its fifth pair", () => {
  const random = new Stream(SEED, "still");
  const watch = new FreezeWatch();
  const still = new Uint8Array(LUMA_BYTES);
  SENSOR.reduce(SHOT, still);
  for (let frame = 0; frame <= 6; frame++) {
    const shown = still.slice();
    // A hundredth of the pixels is rounded otherwise.
    for (let pixel = 0; pixel < 10; pixel++) shown[random.below(LUMA_BYTES)] = still[0] as number;
    for (let at = 0; at < LUMA_BYTES; at++) {
      if (Math.abs((shown[at] as number) - (still[at] as number)) > 1) shown[at] = (still[at] as number) ^ 1;
    }
    assert.is(watch.takeLuma(shown, false), frame >= PATIENCE.stillPairs ? "still" : "none", `${frame}`);
  }
});

for (const noiseTenths of [25, 40, 70]) {
  test(`sees an empty hall live at a noise of ${noiseTenths / 10} levels`, () => {
    const sensor = SENSOR;
    const watch = new FreezeWatch();
    const luma = new Uint8Array(LUMA_BYTES);
    for (let frame = 0; frame < 16; frame++) {
      sensor.reduce({ ...SHOT, noiseTenths }, luma);
      assert.is(watch.takeLuma(luma, false), "none");
    }
  });
}

/** Somebody walks before a wall: a bar of 10 cells. @param noisePercent cells that are a level off */
function walkBefore(watch: FreezeWatch, noisePercent: number): string[] {
  const random = new Stream(SEED, "wall");
  return Array.from({ length: 30 }, (_none, frame) => {
    const luma = new Uint8Array(LUMA_BYTES).map(() => (random.below(100) < noisePercent ? 121 : 120));
    for (let row = 10; row < 20; row++) luma[row * 40 + frame] = 60;
    return watch.takeLuma(luma, false);
  });
}

test("does not call a film still in which somebody walks, at half a level of noise", () => {
  assert.ok(walkBefore(new FreezeWatch(), 3).every((said) => said === "none"));
});

test("calls a film without any noise still, whatever walks in it", () => {
  assert.ok(
    walkBefore(new FreezeWatch(), 0)
      .slice(PATIENCE.stillPairs)
      .every((said) => said === "still"),
  );
});

for (const [name, cells, step] of [
  ["one cell", 1, 4],
  ["a clock in the corner", 30, 90],
  ["a strip of live film", 240, 40],
] as const) {
  test(`is not kept from calling a picture still by ${name} that changes each fifth frame`, () => {
    const watch = new FreezeWatch();
    const luma = new Uint8Array(LUMA_BYTES);
    SENSOR.reduce(SHOT, luma);
    const said = Array.from({ length: 60 }, (_none, frame) => {
      const isOdd = Math.floor(frame / 5) % 2 === 1;
      const shown = luma.map((level, at) => (at < cells && isOdd ? level ^ step : level));
      return watch.takeLuma(shown, false);
    });
    assert.ok(
      said.slice(PATIENCE.stillPairs).every((each) => each !== "none"),
      said.join(),
    );
  });
}

test("sees a dim still, where the picture is not so dark and even that it says nothing", () => {
  const watch = new FreezeWatch();
  const dim = new Uint8Array(LUMA_BYTES).map((_none, at) => (at % 40 < 14 ? 20 + ((at * 7) % 60) : 4 + (at % 3)));
  for (let frame = 0; frame < PATIENCE.stillPairs; frame++) assert.is(watch.takeLuma(dim, false), "none");
  assert.is(watch.takeLuma(dim, false), "still");
});

test("sees a loop by its pictures, though every file differs by a byte", () => {
  const watch = new FreezeWatch();
  const film = Array.from({ length: 10 }, () => {
    const luma = new Uint8Array(LUMA_BYTES);
    SENSOR.reduce(SHOT, luma);
    return luma;
  });
  const said = Array.from({ length: 13 }, (_none, frame) => {
    assert.is(watch.takeHash(hashOf(frame)), "none");
    return watch.takeLuma(film[frame % 10] as Uint8Array, false);
  });
  assert.equal(said, [...Array(12).fill("none"), "looped"]);
});

test("says nothing of the dark", () => {
  const watch = new FreezeWatch();
  for (let frame = 0; frame < 30; frame++) {
    assert.is(watch.takeLuma(new Uint8Array(LUMA_BYTES).fill(6 + (frame & 1)), true), "none");
  }
});

test.run();
