// Goal: each class is reached by its act in a drawn hall, alarms wait, and nothing is proven without an approved reference.
// Method: reduced pictures of the simulated sensor at 2 Hz; seeds are fixed here, and drawn anew by `npm run scenes`.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { millis } from "../../firmware/platform.ts";
import { Stream } from "../../simulator/random.ts";
import { applyTool, type Tool } from "../../simulator/sensor/lens.ts";
import { Sensor, type Shot } from "../../simulator/sensor/sensor.ts";
import { LUMA_BYTES } from "../luma.ts";
import { type Approved, classify, type Look, type Measures, SceneWatch } from "../scene.ts";
import { PATIENCE, SCENE } from "../thresholds.ts";

const SEED = 0x4a11;
const DAY: Shot = { people: [], lightPermille: 1_000, noiseTenths: 25 };
const FILE_BYTES = 40_000;

const SENSOR = new Sensor(SEED);

/** A hall, its camera and a watch over it; two frames a second. */
class Stage {
  readonly sensor = SENSOR;
  readonly watch = new SceneWatch();
  readonly luma = new Uint8Array(LUMA_BYTES);
  now = 0;

  show(shot: Shot, { fileBytes = FILE_BYTES } = {}): Look {
    this.sensor.reduce(shot, this.luma);
    return this.judge(this.luma, fileBytes, shot.isInfrared === true);
  }

  judge(luma: Uint8Array, fileBytes = FILE_BYTES, isInfrared = false): Look {
    this.now += 500;
    return this.watch.step({ luma, fileBytes, isInfrared, now: millis(this.now) });
  }

  learn(shot: Shot): Approved {
    const learning = new SceneWatch();
    this.sensor.reduce(shot, this.luma);
    learning.step({ luma: this.luma, fileBytes: FILE_BYTES, isInfrared: shot.isInfrared === true, now: millis(0) });
    assert.ok(learning.isJudgeable);
    return learning.snapshot();
  }
}

const APPROVED: Approved[] = [];

function approvedStage(): Stage {
  const stage = new Stage();
  if (APPROVED.length === 0) APPROVED.push(stage.learn(DAY), stage.learn({ ...DAY, isInfrared: true }));
  stage.watch.approve(APPROVED);
  return stage;
}

const shotOf = (tool: Tool): Shot => ({ ...DAY, applied: applyTool(new Stream(SEED, tool), tool) });

const ACTS: readonly (readonly [string, Shot, Look])[] = [
  ["a black cover", shotOf("black"), "blind"],
  ["dark tape", shotOf("dark-tape"), "covered"],
  ["a hand", shotOf("hand"), "covered"],
  ["paper", shotOf("paper"), "covered"],
  ["spray", shotOf("spray"), "covered"],
  ["a torch", shotOf("torch"), "bright"],
  ["paper over a part", shotOf("part"), "partial"],
];
for (const [name, shot, look] of ACTS) {
  test(`takes ${name} for ${look}, at once, and raises the alarm after three seconds`, () => {
    const stage = approvedStage();
    assert.is(stage.show(DAY), "ok");
    assert.is(stage.watch.isProven, true);
    assert.is(stage.show(shot), look);
    for (let frame = 0; frame < 5; frame++) {
      stage.judge(stage.luma);
      assert.is(stage.watch.alarm, undefined, `frame ${frame}`);
    }
    stage.judge(stage.luma);
    assert.is(stage.watch.alarm, look);
    assert.is(stage.show(DAY), "ok", "the reference did not follow the cover");
    assert.is(stage.watch.alarm, undefined);
  });

  test(`proves nothing where ${name} was there before the visit began`, () => {
    const stage = approvedStage();
    stage.show(shot);
    for (let frame = 0; frame < 8; frame++) {
      assert.not.equal(stage.judge(stage.luma), "ok");
      assert.is(stage.watch.isProven, false);
    }
  });

  test(`proves nothing where ${name} was there and no reference was approved`, () => {
    const stage = new Stage();
    stage.show(shot);
    for (let frame = 0; frame < 8; frame++) stage.judge(stage.luma);
    assert.is(stage.watch.isProven, false);
  });
}

test("proves nothing of an open lens without an approved reference, or with one of other light", () => {
  const stage = new Stage();
  for (let frame = 0; frame < 4; frame++) assert.is(stage.show(DAY), "ok");
  assert.is(stage.watch.isProven, false);
  stage.watch.approve([stage.learn(DAY)]);
  stage.show({ ...DAY, isInfrared: true });
  assert.is(stage.watch.isProven, false);
  stage.show(DAY);
  assert.is(stage.watch.isProven, true);
});

test("proves a scene anew after each beginning and each change of light", () => {
  const stage = approvedStage();
  stage.show(DAY);
  stage.watch.begin();
  assert.is(stage.watch.isProven, false);
  stage.show(DAY);
  assert.is(stage.watch.isProven, true);
  assert.is(stage.show({ ...DAY, isInfrared: true }), "ok");
  assert.is(stage.watch.isProven, true);
  stage.show({ ...shotOf("paper"), isInfrared: true });
  assert.is(stage.watch.look, "covered");
});

test("takes a camera that looks elsewhere for moved, partial or covered", () => {
  const stage = approvedStage();
  stage.show(DAY);
  const look = stage.show({ ...DAY, turned: 9_000, tilted: 900 });
  assert.ok(["moved", "partial", "covered"].includes(look), look);
});

test("does not recognise a wall of the same plan, whatever it takes it for", () => {
  for (const turned of [-9_800, -8_000, -6_500, 6_500, 8_000, 9_800]) {
    const stage = approvedStage();
    stage.show(DAY);
    assert.is(stage.watch.isProven, true);
    stage.show({ ...DAY, turned });
    assert.is(stage.watch.isProven, false, `turned by ${turned}`);
  }
});

test("tells lights off from a black cover while structure is left, and calls no alarm", () => {
  const stage = approvedStage();
  stage.show(DAY);
  stage.show({ ...DAY, lightPermille: 110, noiseTenths: 30 });
  for (let frame = 0; frame < 20; frame++) {
    assert.is(stage.judge(stage.luma), "lights-off");
    assert.is(stage.watch.alarm, undefined);
  }
  assert.is(stage.show(DAY), "ok");
});

test("follows dusk without an alarm, and finds paper at its end", () => {
  const stage = approvedStage();
  stage.show(DAY);
  for (let light = 1_000; light >= 250; light -= 50) {
    assert.is(
      stage.show({ ...DAY, lightPermille: light, noiseTenths: 40 }, { fileBytes: 20_000 + 20 * light }),
      "ok",
      `${light}`,
    );
  }
  assert.is(stage.show({ ...shotOf("paper"), lightPermille: 250 }, { fileBytes: 9_000 }), "covered");
});

test("calls smeared what is all in its place, and has lost its bytes", () => {
  const stage = approvedStage();
  stage.show(DAY);
  assert.is(stage.show(DAY, { fileBytes: Math.ceil((FILE_BYTES * SCENE.smearedBytes) / 100) }), "ok");
  assert.is(stage.show(DAY, { fileBytes: Math.ceil((FILE_BYTES * SCENE.smearedBytes) / 100) - 401 }), "smeared");
});

/** Measures of frames that `npm run scenes` took wrongly, in halls of seeds 101 and 202, and of the nearest that are something else. */
const MEASURED: readonly (readonly [string, Partial<Measures>, Look])[] = [
  ["a torch whose veil leaves the corners", { kept: 69, lost: 30, energy: 6, gain: 120, saturated: 37 }, "bright"],
  ["a torch that leaves half", { kept: 50, lost: 50, energy: 5, gain: 120, saturated: 14 }, "bright"],
  ["a veil of no light of its own", { kept: 69, lost: 30, energy: 6, gain: 95 }, "covered"],
  ["half as much light again", { kept: 97, lost: 2, energy: 68, gain: 120, fileBytes: 103 }, "ok"],
  ["a smear under half as much light again", { kept: 97, lost: 2, energy: 68, gain: 120, fileBytes: 55 }, "smeared"],
  ["a smear of ten pixels", { kept: 97, energy: 63, gain: 96, fileBytes: 90 }, "smeared"],
  ["a visitor close by", { kept: 50, energy: 67, gain: 67, fileBytes: 90 }, "ok"],
];
for (const [name, measures, look] of MEASURED) {
  test(`takes ${name} for ${look}`, () => {
    const plain = { kept: 100, lost: 0, energy: 100, gain: 100, saturated: 0, fileBytes: 100, isDark: false };
    assert.is(classify({ ...plain, ...measures }, SCENE.structuredBlocksMin), look);
  });
}

test("raises an alarm over a cover that is slid on class by class", () => {
  const stage = approvedStage();
  stage.show(DAY);
  let alarms = 0;
  const [part, paper] = [new Uint8Array(LUMA_BYTES), new Uint8Array(LUMA_BYTES)];
  stage.sensor.reduce(shotOf("part"), part);
  stage.sensor.reduce(shotOf("paper"), paper);
  for (let turn = 0; turn < 16; turn++) {
    stage.judge(turn % 4 < 2 ? part : paper);
    if (stage.watch.alarm !== undefined) alarms += 1;
  }
  assert.ok(alarms >= 4, `${alarms}`);
});

/** A grey board over so many of the 40 columns. */
function boardOver(hall: Uint8Array, columns: number, random: Stream): Uint8Array {
  return hall.map((level, at) => (at % 40 < columns ? 110 + random.below(3) : level));
}
const bytesUnder = (columns: number) => Math.round(FILE_BYTES * (1 - (0.9 * columns) / 40));

for (const framesPerColumn of [8, 20, 40, 80]) {
  test(`follows no board that is slid on by a column in ${framesPerColumn} frames`, () => {
    const stage = approvedStage();
    const random = new Stream(SEED, "board");
    // Four frames of the hall's noise are enough: the board matters.
    const halls = Array.from({ length: 4 }, () => {
      stage.sensor.reduce(DAY, stage.luma);
      return stage.luma.slice();
    });
    let [proven, silent] = [0, 0];
    for (let frame = 0; frame < 40 * framesPerColumn; frame++) {
      const columns = Math.floor(frame / framesPerColumn);
      stage.judge(boardOver(halls[frame & 3] as Uint8Array, columns, random), bytesUnder(columns));
      if (stage.watch.isProven) proven = Math.max(proven, columns);
      if (stage.watch.alarm === undefined) silent = Math.max(silent, columns);
    }
    // Put on in one go it is taken for `partial` from 16 columns on, give or take noise.
    assert.ok(proven <= 20, `proven under ${proven} columns`);
    assert.ok(silent <= 21, `no alarm under ${silent} columns`);
  });
}

test("raises an alarm where what was proven is in order and not recognised for long", () => {
  const stage = approvedStage();
  stage.sensor.reduce(DAY, stage.luma);
  const hall = stage.luma.slice();
  // The same blocks, most of them elsewhere: nothing is lost, and little is kept.
  const other = hall.map((level, at) => (at % 40 < 15 ? level : (hall[(at + 600) % LUMA_BYTES] as number)));
  assert.is(stage.judge(other), "ok");
  assert.is(stage.watch.isProven, false);
  for (let frame = 0; frame < 60; frame++) stage.judge(other);
  assert.is(stage.watch.alarm, undefined, "nothing was proven before");
  stage.judge(hall);
  assert.is(stage.watch.isProven, true);
  for (let frame = 1; frame < PATIENCE.unprovenMillis / 500; frame++) stage.judge(other);
  assert.is(stage.watch.alarm, undefined);
  stage.judge(other);
  assert.is(stage.watch.alarm, "unproven");
  stage.judge(hall);
  assert.is(stage.watch.alarm, undefined);
});

for (const [period, open] of [
  [6, 1],
  [2, 1],
  [3, 1],
] as const) {
  test(`raises an alarm over paper that is taken off for ${open} frame in ${period}`, () => {
    const stage = approvedStage();
    const [hall, paper] = [new Uint8Array(LUMA_BYTES), new Uint8Array(LUMA_BYTES)];
    stage.sensor.reduce(DAY, hall);
    stage.sensor.reduce(shotOf("paper"), paper);
    let alarms = 0;
    for (let frame = 0; frame < 120; frame++) {
      stage.judge(frame % period < open ? hall : paper);
      if (stage.watch.alarm !== undefined) alarms += 1;
    }
    assert.ok(alarms >= 20, `${alarms}`);
  });
}

test("forgets a hand before the lens after a while in order", () => {
  const stage = approvedStage();
  const [hall, hand] = [new Uint8Array(LUMA_BYTES), new Uint8Array(LUMA_BYTES)];
  stage.sensor.reduce(DAY, hall);
  stage.sensor.reduce(shotOf("hand"), hand);
  for (let frame = 0; frame < 160; frame++) {
    stage.judge(frame % 16 === 5 || frame % 16 === 6 ? hand : hall);
    assert.is(stage.watch.alarm, undefined, `${frame}`);
  }
});

test("raises an alarm over a cover that came in the dark, once its own lamp is lit", () => {
  const stage = approvedStage();
  for (let frame = 0; frame < 4; frame++) stage.show(DAY);
  stage.show({ ...DAY, lightPermille: 110, noiseTenths: 30 });
  for (let frame = 0; frame < 6; frame++) assert.is(stage.judge(stage.luma), "lights-off");
  stage.show(shotOf("black"));
  for (let frame = 0; frame < 10; frame++) stage.judge(stage.luma);
  stage.show({ ...shotOf("black"), isInfrared: true });
  for (let frame = 0; frame < 6; frame++) stage.judge(stage.luma, FILE_BYTES, true);
  assert.is(stage.watch.alarm, "blind");
  stage.show({ ...DAY, isInfrared: true });
  assert.is(stage.watch.alarm, undefined);
});

test("keeps an alarm, and the time towards one, over a switch of light", () => {
  const stage = approvedStage();
  stage.show(DAY);
  stage.show(shotOf("black"));
  for (let frame = 0; frame < 4; frame++) stage.judge(stage.luma);
  assert.is(stage.watch.alarm, undefined);
  stage.show({ ...shotOf("black"), isInfrared: true });
  assert.is(stage.watch.alarm, undefined);
  stage.judge(stage.luma, FILE_BYTES, true);
  assert.is(stage.watch.alarm, "blind");
  stage.show(shotOf("black"));
  assert.is(stage.watch.alarm, "blind");
  stage.watch.begin();
  stage.judge(stage.luma);
  assert.is(stage.watch.alarm, "blind", "a knock uncovers no lens");
});

test("does not approve a blank wall, and judges it by light and bytes alone", () => {
  const stage = new Stage();
  const wall = new Uint8Array(LUMA_BYTES).fill(140);
  assert.is(stage.judge(wall), "ok");
  assert.is(stage.watch.isJudgeable, false);
  assert.is(stage.judge(wall, FILE_BYTES * 0.3), "covered");
  stage.watch.approve([{ luma: wall, fileBytes: FILE_BYTES, isInfrared: false }]);
  stage.judge(wall);
  assert.is(stage.watch.isProven, false);
});

test("refuses a picture of another size", () => {
  assert.throws(() => new Stage().judge(new Uint8Array(LUMA_BYTES - 1)), /whole picture/);
});

test.run();
