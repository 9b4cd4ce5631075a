// What a camera's judgement costs on the chip: the reduced picture of a frame looked at by each of its watchers, and the reading
// of a file, in JavaScript and in C.
// Why: a chip of 160 million instructions a second must judge a frame twice a second beside its other work.

import { FreezeWatch } from "../../camera/freeze.ts";
import { JpegReader } from "../../camera/jpeg.ts";
import { LUMA_BYTES } from "../../camera/luma.ts";
import { MotionWatch } from "../../camera/motion.ts";
import { NativeLumaReader } from "../../camera/native.ts";
import { SceneWatch } from "../../camera/scene.ts";
import type { Bytes } from "../../firmware/bytes.ts";
import { millis } from "../../firmware/platform.ts";
import { Sensor, type Shot } from "../sensor/sensor.ts";
import { growthOf, type Host, instructionsOf } from "./host.ts";

const SHOT: Shot = { people: [], lightPermille: 1_000, noiseTenths: 25 };

/** Instructions, and bytes of heap. */
export interface EyeCosts {
  readonly rows: readonly (readonly [string, number])[];
  /** Scene, stillness and motion of one frame. */
  readonly frame: number;
  readonly heapKept: number;
  /** The file of flat blocks read in C; undefined where the host was built without picojpeg. */
  readonly native: number | undefined;
}

/** Measures the camera's judgement of one frame. */
export function measureEye(host: Host): EyeCosts {
  const sensor = new Sensor(1);
  const luma = new Uint8Array(LUMA_BYTES);
  sensor.reduce(SHOT, luma);
  const jpeg = sensor.mosaic(SHOT);
  const reader = new JpegReader();
  const target = new Uint8Array(LUMA_BYTES);
  const hash = new Uint8Array(32);
  const [scene, freeze, motion] = [new SceneWatch(), new FreezeWatch(), new MotionWatch()];
  let frames = 0;
  const judge = () => {
    frames += 1;
    scene.step({ luma, fileBytes: jpeg.length, isInfrared: false, now: millis(500 * frames) });
  };
  const remember = () => {
    hash[0] = frames & 255;
    hash[1] = frames >> 8;
    frames += 1;
    freeze.takeHash(hash);
  };
  const move = () => motion.step(luma, millis(500 * frames));
  const whole = () => {
    judge();
    remember();
    freeze.takeLuma(luma, false);
    move();
  };
  whole();
  reader.read(jpeg, target);
  const idle = growthOf(host, () => undefined);
  return {
    rows: [
      ["scene, its reference followed", instructionsOf(host, judge)],
      ["hash among the last 512", instructionsOf(host, remember)],
      ["stillness", instructionsOf(host, () => freeze.takeLuma(luma, false))],
      ["motion", instructionsOf(host, move)],
      ["a VGA file of flat blocks read in JavaScript", instructionsOf(host, () => reader.read(jpeg, target))],
    ],
    frame: instructionsOf(host, whole),
    heapKept: growthOf(host, whole).kept - idle.kept,
    native: measureNative(host, jpeg, target),
  };
}

function measureNative(host: Host, jpeg: Bytes, target: Bytes): number | undefined {
  const reader = new NativeLumaReader();
  try {
    reader.read(jpeg, target);
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
  return instructionsOf(host, () => reader.read(jpeg, target));
}
