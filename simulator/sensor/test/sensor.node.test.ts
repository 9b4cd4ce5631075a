// Goal: one shot is the same picture whichever way it is taken, and the judgement holds over real files of drawn halls.
// Method: the reduced picture against the mosaic and against a real JPEG of VGA and of 1920 by 1080, both read by JpegReader; then
// a slice of the confusion table. `npm run scenes` plays the whole of it from a seed drawn anew.

import sharp from "sharp";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { JpegReader } from "../../../camera/jpeg.ts";
import { LUMA_BYTES } from "../../../camera/luma.ts";
import { Stream } from "../../random.ts";
import { Canvas } from "../canvas.ts";
import { applyTool, TOOLS } from "../lens.ts";
import { encodePicture } from "../picture.node.ts";
import { tabulateHalls } from "../scenes.node.ts";
import { Sensor, type Shot } from "../sensor.ts";
import { faultsOf, linesOf } from "../table.ts";

const SEED = 0x5e45;
const SHOT: Shot = {
  people: [{ x: 3_000, y: 6_800, height: 4_300, stride: 3, who: 8 }],
  lightPermille: 1_000,
  noiseTenths: 0,
};

const SHOTS: readonly (readonly [string, Shot])[] = [
  ["day", SHOT],
  ["dusk", { ...SHOT, lightPermille: 350 }],
  ["infrared", { ...SHOT, isInfrared: true }],
  ["turned", { ...SHOT, turned: 8_000, tilted: 700 }],
  ...TOOLS.map((tool) => [tool, { ...SHOT, applied: applyTool(new Stream(SEED, tool), tool) }] as const),
];

/** Mean difference of two pictures, and pixels that are far apart: at edges, which the smaller one draws coarser. */
function compare(left: Uint8Array, right: Uint8Array): { mean: number; far: number } {
  const steps = left.map((value, at) => Math.abs(value - (right[at] as number)));
  return {
    mean: steps.reduce((sum, step) => sum + step, 0) / steps.length,
    far: steps.filter((step) => step > 16).length,
  };
}

const sensor = new Sensor(SEED);
const reader = new JpegReader();
const [reduced, read] = [new Uint8Array(LUMA_BYTES), new Uint8Array(LUMA_BYTES)];

for (const [name, shot] of SHOTS) {
  test(`takes the same picture of ${name} reduced, as a mosaic, and as a JPEG of VGA`, async () => {
    sensor.reduce(shot, reduced);
    reader.read(sensor.mosaic(shot), read);
    assert.ok(
      reduced.every((value, at) => Math.abs(value - (read[at] as number)) <= 1),
      "mosaic",
    );
    const canvas = new Canvas(640, 480);
    sensor.expose(canvas, shot);
    reader.read(await encodePicture(canvas, 85), read);
    const { mean, far } = compare(reduced, read);
    assert.ok(mean <= 3 && far <= 36, `mean ${mean.toFixed(2)}, far ${far}`);
  });
}

test("takes pictures of 1920 by 1080 in colour, that another reader reads", async () => {
  const canvas = new Canvas(1_920, 1_080, true);
  sensor.expose(canvas, { ...SHOT, noiseTenths: 25 });
  const jpeg = await encodePicture(canvas);
  const { width, height, channels } = await sharp(jpeg).metadata();
  assert.equal([width, height, channels], [1_920, 1_080, 3]);
  reader.read(jpeg, read);
  assert.equal([reader.width, reader.height], [1_920, 1_080]);
});

test("draws the same from a seed, and another hall from another", () => {
  const again = new Uint8Array(LUMA_BYTES);
  new Sensor(SEED).reduce(SHOT, reduced);
  new Sensor(SEED).reduce(SHOT, again);
  assert.equal(again, reduced);
  new Sensor(SEED + 1).reduce(SHOT, again);
  assert.ok(compare(again, reduced).mean > 5);
});

test("no two frames of a live sensor are the same file", () => {
  const files = Array.from({ length: 20 }, () =>
    Buffer.from(sensor.mosaic({ ...SHOT, noiseTenths: 5 })).toString("hex"),
  );
  assert.is(new Set(files).size, 20);
});

test("has no false alarm, and finds every full cover, in two halls", async () => {
  const table = await tabulateHalls({ seed: SEED, halls: 2, frames: 2 });
  assert.equal(faultsOf(table), [], linesOf(table).join("\n"));
});

test.run();
