// Goal: "ok" is said only of a live, open and recognised picture; each thing against it has its word, and comes first.
// Method: whole files of the simulated sensor, read by the reference reader, at 2 Hz.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { millis } from "../../firmware/platform.ts";
import { Stream } from "../../simulator/random.ts";
import { applyTool, type Tool } from "../../simulator/sensor/lens.ts";
import { Sensor, type Shot } from "../../simulator/sensor/sensor.ts";
import { Eye, VERDICTS, type Verdict } from "../eye.ts";
import { JpegReader } from "../jpeg.ts";

const SEED = 0xe4e;
const SENSOR = new Sensor(SEED);
const DAY: Shot = { people: [], lightPermille: 1_000, noiseTenths: 25 };
const FILES = Array.from({ length: 4 }, () => SENSOR.mosaic(DAY));
const FILE = FILES[0] as Uint8Array;
const over = (tool: Tool): Shot => ({ ...DAY, applied: applyTool(new Stream(SEED, tool), tool) });

/** An eye and its clock. */
class Stage {
  readonly eye = new Eye(new JpegReader());
  frames = 0;

  show(jpeg: Uint8Array, hash = this.frames): Verdict {
    this.frames += 1;
    this.eye.note(new Uint8Array(8).fill(hash + 1));
    return this.eye.judge({ jpeg, isInfrared: false, now: millis(500 * this.frames) });
  }
}

function approvedStage(): Stage {
  const learning = new Stage();
  learning.show(FILE);
  const stage = new Stage();
  stage.eye.approve([learning.eye.scene.snapshot()]);
  return stage;
}

test("says ok of a live scene that its owner approved, and of no other", () => {
  const stage = approvedStage();
  assert.is(stage.eye.verdict, "unproven");
  for (const file of FILES) assert.is(stage.show(file), "ok");
  assert.is(new Stage().show(FILE), "unproven");
  assert.not.equal(stage.show(new Sensor(SEED + 1).mosaic(DAY)), "ok");
});

for (const tool of ["black", "dark-tape", "hand", "paper", "spray"] as const) {
  test(`never says ok of a lens under ${tool} before the visit began`, () => {
    const file = SENSOR.mosaic(over(tool));
    for (const stage of [approvedStage(), new Stage()]) {
      for (let frame = 0; frame < 4; frame++) assert.not.equal(stage.show(file), "ok");
    }
  });
}

test("says frozen of the third equal file, at once as an alarm, and ok when it lives again", () => {
  const stage = approvedStage();
  const verdicts = [1, 2, 2, 2, 3].map((hash, frame) => stage.show(FILES[frame & 3] as Uint8Array, hash));
  assert.equal(verdicts, ["ok", "ok", "ok", "frozen", "ok"]);
  stage.show(FILE, 3);
  stage.show(FILE, 3);
  assert.is(stage.eye.alarm, "frozen");
});

test("says looped of old files", () => {
  const stage = approvedStage();
  assert.equal(
    [1, 2, 3, 4, 1, 2, 3].map((hash, frame) => stage.show(FILES[frame & 3] as Uint8Array, hash)),
    ["ok", "ok", "ok", "ok", "ok", "ok", "looped"],
  );
});

test("says still of one picture whose files differ", () => {
  const stage = approvedStage();
  const verdicts = Array.from({ length: 7 }, () => stage.show(FILE));
  assert.equal(verdicts, ["ok", "ok", "ok", "ok", "ok", "still", "still"]);
  assert.is(stage.eye.alarm, "still");
});

test("calls a file that cannot be read unreadable, and raises the alarm after three seconds of such", () => {
  const stage = approvedStage();
  assert.is(stage.show(FILE), "ok");
  for (let frame = 0; frame < 6; frame++) {
    assert.is(stage.show(FILE.slice(0, -9)), "unreadable");
    assert.is(stage.eye.verdict, "unreadable");
    assert.is(stage.eye.scene.isProven, false);
    assert.is(stage.eye.alarm, undefined, `${frame}`);
  }
  stage.show(FILE.slice(0, -9));
  assert.is(stage.eye.alarm, "unreadable");
  assert.is(stage.show(FILE), "ok");
  assert.is(stage.eye.alarm, undefined);
});

test("raises an alarm over unreadable files with a readable one now and then", () => {
  const stage = approvedStage();
  let alarms = 0;
  for (let frame = 0; frame < 40; frame++) {
    const live = FILES[(frame / 5) & 3] as Uint8Array;
    stage.show(frame % 5 === 0 ? live : FILE.slice(0, -9));
    if (stage.eye.alarm === "unreadable") alarms += 1;
  }
  assert.ok(alarms > 10, `${alarms}`);
});

test("lets through what a reader did wrong itself", () => {
  const eye = new Eye({
    read() {
      throw new TypeError("broken");
    },
  });
  assert.throws(() => eye.judge({ jpeg: FILE, isInfrared: false, now: millis(0) }), /broken/);
});

test("proves itself again after a knock", () => {
  const stage = approvedStage();
  stage.show(FILE);
  stage.eye.begin();
  assert.is(stage.eye.verdict, "unproven");
  assert.not.equal(stage.show(SENSOR.mosaic(over("paper"))), "ok");
  assert.is(stage.show(FILE), "ok");
});

test("keeps the number of each verdict", () => {
  assert.equal(VERDICTS, [
    ...["ok", "lights-off", "blind", "bright", "covered", "partial", "moved", "smeared"],
    ...["unproven", "frozen", "looped", "still", "unreadable", "unanswered"],
  ]);
});

test.run();
