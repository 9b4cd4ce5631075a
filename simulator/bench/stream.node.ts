// Feeds a whole camera with real files of 1920 by 1080 as fast as they come, and says how many that are in a second.
// Why: ten frames a second at 1080p must be sustained by the simulator with a whole camera in it; and of what that takes the
// camera's own part must be told apart from drawing and encoding.
// The camera's time goes on by 100 ms a frame, whatever the desk's does. While sharp encodes one frame, the next is drawn. Node only.

import { performance } from "node:perf_hooks";
import { JpegReader } from "../../camera/jpeg.ts";
import type { Bytes } from "../../firmware/bytes.ts";
import { crypto } from "../../firmware/crypto/node.ts";
import { Lookout } from "../lookout.ts";
import { Canvas } from "../sensor/canvas.ts";
import { encodePicture } from "../sensor/picture.node.ts";
import { Sensor, type Shot } from "../sensor/sensor.ts";

const WIDTH = 1_920;
const HEIGHT = 1_080;
const FRAME_MILLIS = 100;
const FRAMES_A_SECOND = 10;
/** Until the compiler has seen enough, and the knock has become a visit. */
const KNOCK_FRAMES = 60;
const FRAMES = 100;
/** Six seconds of files of some 300 kB. */
const RING_BYTES = 24_000_000;
const EMPTY: Shot = { people: [], lightPermille: 1_000, noiseTenths: 25 };

/** What the stream came to. */
export interface Streaming {
  readonly frames: number;
  readonly frameBytes: number;
  /** Frames a second of the desk's clock, with drawing and encoding. */
  readonly rate: number;
  /** Of one core, at ten frames a second: the camera alone, and all of it. */
  readonly cameraShare: number;
  readonly wholeShare: number;
  /** What went to the card, in bytes, of as many in the files. */
  readonly filmedBytes: number;
  readonly givenBytes: number;
  /** Whether it filmed to the end, and found everything in order. */
  readonly isWell: boolean;
}

/** Films 100 frames of a visit after six seconds of a knock. */
export async function stream(): Promise<Streaming> {
  const studio = new Studio();
  const scene = await studio.next();
  const options = { width: WIDTH, height: HEIGHT, ringBytes: RING_BYTES };
  const lookout = new Lookout({ crypto, reader: new JpegReader(), scene, options }).pair();
  let cameraMillis = 0;
  let givenBytes = 0;
  const film = async (frames: number) => {
    let coming = studio.next();
    for (let left = frames; left > 0; left--) {
      const file = await coming;
      coming = studio.next();
      const before = performance.now();
      lookout.step(FRAME_MILLIS, file);
      cameraMillis += performance.now() - before;
      givenBytes += file.length;
    }
    await coming;
  };
  lookout.purpose = "knock";
  await film(KNOCK_FRAMES);
  lookout.purpose = "visit";
  cameraMillis = 0;
  givenBytes = 0;
  const began = performance.now();
  const used = process.cpuUsage();
  await film(FRAMES);
  const millis = performance.now() - began;
  const { user, system } = process.cpuUsage(used);
  const { isRecording, verdict } = lookout.camera.snapshot;
  return {
    frames: FRAMES,
    frameBytes: Math.round(givenBytes / FRAMES),
    rate: (1_000 * FRAMES) / millis,
    cameraShare: (cameraMillis / FRAMES / 1_000) * FRAMES_A_SECOND,
    wholeShare: ((user + system) / FRAMES / 1_000_000) * FRAMES_A_SECOND,
    ...{ filmedBytes: lookout.card.bytes, givenBytes, isWell: isRecording && verdict === "ok" },
  };
}

/** Draws a hall through which somebody walks now and then, in colour, with noise in each pixel. */
class Studio {
  readonly #sensor = new Sensor(1);
  readonly #canvas = new Canvas(WIDTH, HEIGHT, true);
  #frames = 0;

  next(): Promise<Bytes> {
    this.#frames += 1;
    const step = this.#frames % 40;
    const walker = { x: 300 * step, y: 7_000, height: 5_200, stride: step % 8, who: 9 };
    this.#sensor.expose(this.#canvas, step > 20 ? { ...EMPTY, people: [walker] } : EMPTY);
    return encodePicture(this.#canvas);
  }
}
