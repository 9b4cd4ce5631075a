// Goal: night and day are switched once each, late enough and not too often; a lamp that blinks is seen in the picture, and only
// where the picture is of here and now.
// Method: brightness by hand; reduced pictures of the simulated sensor with a lamp that adds light.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { millis } from "../../firmware/platform.ts";
import { Stream } from "../../simulator/random.ts";
import { Sensor, type Shot } from "../../simulator/sensor/sensor.ts";
import { BlinkChallenge } from "../blink.ts";
import { Features, meanOf, Reference } from "../features.ts";
import { LUMA_BYTES } from "../luma.ts";
import { NightMode } from "../night.ts";
import { BLINK, NIGHT } from "../thresholds.ts";

interface Light {
  readonly gain?: number;
  /** The means without the lamp; as with it where they are left out. */
  readonly unlit?: readonly number[];
}

/** Steps at 2 Hz through means, and looks without the lamp where that is asked for. @returns frames at which it was switched */
function switches(mode: NightMode, means: readonly number[], { gain = 100, unlit = means }: Light = {}): number[] {
  return means.flatMap((mean, frame) => {
    const now = millis(frame * 500);
    const step = mode.step(mean, gain, now);
    const isSwitched = step === "look" ? mode.look(unlit[frame] as number, gain, now) === "to-day" : step !== "stay";
    return isSwitched ? [frame] : [];
  });
}

const steady = (count: number, mean: number) => new Array(count).fill(mean) as number[];

test("goes to night after five seconds of dusk, and to day after five of dawn", () => {
  const mode = new NightMode();
  assert.equal(switches(mode, [...steady(20, 60), ...steady(80, 10), ...steady(30, 120)]), [30, 110]);
  assert.is(mode.isNight, false);
});

test("stays between dusk and dawn, in either mode", () => {
  const mode = new NightMode();
  const between = (NIGHT.duskLevel + NIGHT.dawnLevel) >> 1;
  assert.equal(switches(mode, [...steady(200, between), ...steady(11, 5), ...steady(400, between)]), [210]);
});

test("does not count a dusk that is broken by light", () => {
  assert.equal(switches(new NightMode(), [...steady(9, 5), 60, ...steady(9, 5), 60, ...steady(9, 5)]), []);
});

test("never switches twice within half a minute", () => {
  const flicker = Array.from({ length: 1_000 }, (_none, frame) => (frame % 40 < 20 ? 5 : 200));
  const seen = switches(new NightMode(), flicker);
  assert.ok(seen.length > 2);
  for (let index = 1; index < seen.length; index++) {
    assert.ok(500 * ((seen[index] as number) - (seen[index - 1] as number)) >= NIGHT.dwellMillis);
  }
});

test("takes its own lamp for no day, however bright a hall it lights, and puts it out for a frame each half minute at most", () => {
  const mode = new NightMode();
  assert.equal(switches(mode, steady(11, 5)), [10]);
  const looks: number[] = [];
  for (let frame = 11; frame < 611; frame++) {
    const now = millis(frame * 500);
    if (mode.step(140, 100, now) === "look") {
      looks.push(frame);
      assert.is(mode.look(4, 100, now), "stay");
    }
  }
  assert.is(looks.length, 10, looks.join(" "));
  assert.ok(
    looks.every((frame, index) => index === 0 || frame - (looks[index - 1] as number) >= NIGHT.dwellMillis / 500),
  );
  assert.is(mode.isNight, true);
  // And a sensor that wakes looks at once.
  mode.wake();
  const at = (frame: number) => millis(611_000 + frame * 500);
  assert.equal(
    [0, 1, 2].map((frame) => mode.step(140, 100, at(frame))),
    ["stay", "stay", "look"],
  );
  assert.is(mode.look(NIGHT.dawnLevel, 100, at(2)), "stay");
  mode.wake();
  assert.equal(
    [3, 4, 5].map((frame) => mode.step(140, 100, at(frame))),
    ["stay", "stay", "look"],
  );
  assert.is(mode.look(NIGHT.dawnLevel + 1, 100, at(5)), "to-day");
});

test("decides within a second of its sensor's power, by pictures that all say so, and then as ever", () => {
  // As in seed 18052 of a house with a camera: a lens that was covered at the last knock made night of the next day.
  const mode = new NightMode();
  mode.wake();
  assert.equal(
    switches(mode, [...steady(3, 5), ...steady(70, 200)]),
    [2, 62],
    "half a minute lies between two switches",
  );
  const other = new NightMode();
  other.wake();
  assert.equal(switches(other, [60, ...steady(20, 5)]), [11], "one picture of the old light");
  const third = new NightMode();
  third.wake();
  assert.equal(switches(third, [5, 5, 60, ...steady(9, 5)]), []);
});

test("takes out what the sensor amplified", () => {
  assert.equal(switches(new NightMode(), steady(20, 60), { gain: 400 }), [10]);
  assert.equal(switches(new NightMode(), steady(20, 60), { gain: 100 }), []);
});

const DIM: Shot = { people: [], lightPermille: 250, noiseTenths: 60 };
const LIT: Shot = { ...DIM, lightPermille: 330 };

const SENSOR = new Sensor(0xb11);
const features = new Features();
const reference = new Reference();

/** Sums of a few frames of one light: the noise of each is another. */
function framesOf(shot: Shot): readonly Int32Array[] {
  return Array.from({ length: 3 }, () => {
    const luma = new Uint8Array(LUMA_BYTES);
    SENSOR.reduce(shot, luma);
    features.measure(luma, 1, reference);
    return features.blockSums.slice();
  });
}

/** A hall that its lamp lights to 68 levels: its picture at night lies below dawn. */
const DARK_HALL = 28;

test("knows the day by what daylight adds to its own lamp, in a hall of dark colours too", () => {
  // As in seed 51021 of a house with a camera: a lens that was under black made night, and no day came any more.
  const lamp: Shot = { people: [], lightPermille: 1_000, noiseTenths: 0, isInfrared: true };
  const sensor = new Sensor(DARK_HALL);
  const [byLamp, byDay] = [levelOf(sensor, lamp), levelOf(sensor, { ...lamp, daylightPermille: 1_000 })];
  assert.equal(switches(new NightMode(), [...steady(20, 5), ...steady(200, byLamp), ...steady(20, byDay)]), [10, 230]);
});

function levelOf(sensor: Sensor, shot: Shot): number {
  const luma = new Uint8Array(LUMA_BYTES);
  sensor.reduce(shot, luma);
  return Math.floor(meanOf(luma));
}

const DIM_FRAMES = framesOf(DIM);
const LIT_FRAMES = framesOf(LIT);

interface Given {
  readonly dim?: readonly Int32Array[];
  readonly isNight?: boolean;
}

/** Asks a challenge and answers it. @param lit what the picture shows for a frame of the pattern */
function ask(seed: number, lit: (isLit: boolean, frame: number) => boolean, given: Given = {}) {
  const { dim = DIM_FRAMES, isNight = false } = given;
  const challenge = new BlinkChallenge();
  const random = new Stream(seed, "blink");
  challenge.ask(random, isNight);
  for (let frame = 0; challenge.answer === "asked"; frame++) {
    assert.ok(frame < BLINK.frames);
    challenge.take(random.pick(lit(challenge.isLit, frame) ? LIT_FRAMES : dim));
  }
  return challenge.answer;
}

test("sees its own pattern in a dim hall", () => {
  for (let seed = 1; seed <= 10; seed++)
    assert.is(
      ask(seed, (isLit) => isLit),
      "seen",
      `seed ${seed}`,
    );
});

const REPLAYS: readonly (readonly [string, (isLit: boolean, frame: number) => boolean])[] = [
  ["a lamp that never lights", () => false],
  ["a lamp that is always lit", () => true],
  ["a lamp that is lit when it should not be", (isLit) => !isLit],
  ["another pattern", (_isLit, frame) => frame % 2 === 0],
  ["a pattern that is right but for one frame", (isLit, frame) => (frame === 7 ? !isLit : isLit)],
];
for (const [name, lit] of REPLAYS) {
  test(`does not see it in ${name}`, () => {
    for (let seed = 1; seed <= 5; seed++) assert.is(ask(seed, lit), "unseen", `seed ${seed}`);
  });
}

test("cannot tell in daylight", () => {
  const bright: Shot = { ...DIM, lightPermille: 1_800 };
  assert.is(
    ask(1, () => false, { dim: framesOf(bright) }),
    "too-bright",
  );
});

test("takes no daylight for an excuse where the camera says that it is night", () => {
  const bright: Shot = { ...DIM, lightPermille: 1_800 };
  assert.is(
    ask(1, () => false, { dim: framesOf(bright), isNight: true }),
    "unseen",
  );
  assert.is(
    ask(1, (isLit) => isLit, { isNight: true }),
    "seen",
  );
});

test("lights half of the frames, in another order for each draw", () => {
  const patterns = new Set<string>();
  const random = new Stream(1, "patterns");
  const challenge = new BlinkChallenge();
  for (let draw = 0; draw < 50; draw++) {
    challenge.ask(random, false);
    const pattern: boolean[] = [];
    while (challenge.answer === "asked") {
      pattern.push(challenge.isLit);
      challenge.take(new Int32Array(48));
    }
    assert.is(pattern.filter(Boolean).length, BLINK.frames / 2);
    patterns.add(pattern.join());
  }
  assert.ok(patterns.size >= 49);
});

test("takes no frame before it is asked, or after it is answered", () => {
  assert.throws(() => new BlinkChallenge().take(new Int32Array(48)), /asked/);
});

test.run();
