// Runs the confusion table over real JPEG files: drawn halls from a seed, and the photographs of ../shared/pictures.
// Why: bytes and tables of a real encoder, and scenes that nobody drew, are what the thresholds must hold for. Node only.

import { existsSync, readdirSync } from "node:fs";
import { JpegReader } from "../../camera/jpeg.ts";
import { LUMA_BYTES } from "../../camera/luma.ts";
import { Stream } from "../random.ts";
import { Canvas } from "./canvas.ts";
import { encodePicture, readPicture } from "./picture.node.ts";
import { Sensor } from "./sensor.ts";
import { type Counts, emptyTable, playScene } from "./table.ts";

const WIDTH = 640;
const HEIGHT = 480;
const PICTURES = "../shared/pictures";

/** Plays scenes through the encoder and the reader, and gives the table.
 *  @param options.halls how many are drawn   @param frames of each row and hall   @param seed u32 */
export async function tabulateHalls(options: {
  seed: number;
  halls: number;
  frames: number;
}): Promise<readonly Counts[]> {
  const table = emptyTable();
  const random = new Stream(options.seed, "halls");
  for (let hall = 0; hall < options.halls; hall++) {
    const seed = random.next();
    await play(table, new Sensor(seed), { seed, frames: options.frames, hasTints: true });
  }
  return table;
}

/** The same over photographs. @returns undefined where there are none */
export async function tabulatePhotographs(options: {
  seed: number;
  frames: number;
  folder?: string;
}): Promise<readonly Counts[] | undefined> {
  const folder = options.folder ?? PICTURES;
  if (!existsSync(folder)) return undefined;
  const names = readdirSync(folder)
    .filter((name) => /\.(?:jpe?g|png)$/i.test(name))
    .sort();
  if (names.length < 2) return undefined;
  const table = emptyTable();
  const pictures = await Promise.all(names.map((name) => photograph(`${folder}/${name}`)));
  for (const [index, here] of pictures.entries()) {
    const elsewhere = pictures[strangerOf(names, index)] as Canvas;
    const sensor = new Sensor(options.seed + index, { here, elsewhere });
    await play(table, sensor, {
      seed: options.seed + index,
      frames: options.frames,
      hasTints: false,
    });
  }
  return table;
}

/** The next picture of another name: those that differ by their digits alone are frames of one film. */
function strangerOf(names: readonly string[], index: number): number {
  const subject = (at: number) => (names[at % names.length] as string).replaceAll(/\d/g, "");
  let other = index + 1;
  while (other < index + names.length - 1 && subject(other) === subject(index)) other += 1;
  return other % names.length;
}

async function photograph(file: string): Promise<Canvas> {
  const canvas = new Canvas(WIDTH, HEIGHT);
  canvas.luma.set(await readPicture(file, WIDTH, HEIGHT));
  return canvas;
}

interface Play {
  readonly seed: number;
  readonly frames: number;
  readonly hasTints: boolean;
}

async function play(table: readonly Counts[], sensor: Sensor, { hasTints, ...options }: Play): Promise<void> {
  const canvas = new Canvas(WIDTH, HEIGHT, hasTints);
  const reader = new JpegReader();
  const luma = new Uint8Array(LUMA_BYTES);
  const scene = playScene(table, options);
  for (let step = scene.next(); step.done !== true; ) {
    sensor.expose(canvas, step.value);
    const jpeg = await encodePicture(canvas);
    reader.read(jpeg, luma);
    step = scene.next({ luma, fileBytes: jpeg.length });
  }
}
