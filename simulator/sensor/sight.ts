// A sensor whose files cost nothing: each is drawn once for its shot, and gets noise of its own when it is read.
// Why: the core is tried over thousands of frames, on XS too; that real files lead to the same, a test of its own shows.

import { LUMA_BYTES, type LumaReader } from "../../camera/luma.ts";
import { type Bytes, concat } from "../../firmware/bytes.ts";
import { Fault } from "../../firmware/fault.ts";
import { Stream } from "../random.ts";
import { Sensor, type Shot } from "./sensor.ts";

const FILE_BYTES = 3_000;
const START = Uint8Array.of(0xff, 0xd8, 0xff, 0xfe);
const NUMBER_AT = START.length;

/** Makes files, and reads them. */
export class Sight implements LumaReader {
  readonly #sensor: Sensor;
  readonly #noise: Stream;
  readonly #shots: Shot[] = [];
  readonly #lumas: Uint8Array[] = [];
  #files = 0;

  constructor(seed: number) {
    this.#sensor = new Sensor(seed);
    this.#noise = new Stream(seed, "sight");
  }

  /** Gives a file that differs from all before. */
  file(shot: Shot): Bytes {
    if (!this.#shots.includes(shot)) this.#draw(shot);
    const bytes = concat(START, new Uint8Array(FILE_BYTES - START.length));
    const view = new DataView(bytes.buffer);
    view.setUint32(NUMBER_AT, this.#shots.indexOf(shot));
    view.setUint32(NUMBER_AT + 4, this.#files++);
    view.setUint16(FILE_BYTES - 2, 0xffd9);
    return bytes;
  }

  read(jpeg: Uint8Array, luma: Uint8Array): void {
    const base = jpeg.length === FILE_BYTES ? this.#lumas[new DataView(jpeg.buffer).getUint32(NUMBER_AT)] : undefined;
    if (base === undefined) throw new Fault("image.truncated");
    for (let at = 0; at < LUMA_BYTES; at += 16) {
      // Two bits of noise for each of sixteen cells: one up, one down, or none.
      let word = this.#noise.next();
      for (let cell = at; cell < at + 16; cell++, word >>>= 2) {
        const change = (word & 3) === 0 ? 1 : (word & 3) === 1 ? -1 : 0;
        luma[cell] = Math.max(0, Math.min(255, (base[cell] as number) + change));
      }
    }
  }

  #draw(shot: Shot): void {
    const luma = new Uint8Array(LUMA_BYTES);
    this.#sensor.reduce({ ...shot, noiseTenths: 0 }, luma);
    this.#shots.push(shot);
    this.#lumas.push(luma);
  }
}
