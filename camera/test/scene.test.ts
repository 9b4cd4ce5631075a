// Goal: each class is reached by its act in a drawn hall, alarms wait, and nothing is proven without an approved reference.
// Method: reduced pictures of the simulated sensor at 2 Hz; seeds are fixed here, and drawn anew by `npm run scenes`.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { millis } from "../../firmware/platform.ts";
import { Stream } from "../../simulator/random.ts";
import { applyTool, type Tool } from "../../simulator/sensor/lens.ts";
import { Sensor, type Shot } from "../../simulator/sensor/sensor.ts";
import { LUMA_BYTES } from "../luma.ts";
import { type Approved, type Look, SceneWatch } from "../scene.ts";
import { SCENE } from "../thresholds.ts";

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
