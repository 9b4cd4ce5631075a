// What stands before the lens of a simulated camera, and what a thief does to it: cover, turn, blind, freeze, loop.
// Why: the camera's board asks its sensor for one file after the other; what these show is the house's affair, and a thief's.
// Files are mosaics (sensor/mosaic.ts): the same on every engine, with noise in each, so that none comes twice by itself; or, for
// months of a house, files that cost nothing (sensor/sight.ts), each drawn once for its shot.

import { JpegReader } from "../camera/jpeg.ts";
import { LUMA_BYTES, type LumaReader } from "../camera/luma.ts";
import type { Settings } from "../camera/settings.ts";
import type { Bytes } from "../firmware/bytes.ts";
import { Stream } from "./random.ts";
import type { Canvas } from "./sensor/canvas.ts";
import type { Person } from "./sensor/hall.ts";
import { type Applied, applyTool, type Tool } from "./sensor/lens.ts";
import { Sensor, type Shot } from "./sensor/sensor.ts";
import { Sight } from "./sensor/sight.ts";

/** The hall by day. */
export const DAYLIGHT_PERMILLE = 1_000;
const LAMP_PERMILLE = 1_000;
const NOISE_TENTHS = 25;
/** How many files a thief keeps of an honest camera, to show them again. */
const LOOP_FILES = 24;
const TURN_LEAST = 6_500;
const TURN_MOST = 9_500;
const TILT_LEAST = 500;
const TILT_MOST = 1_500;

/** What happens to the files between sensor and board: nothing; the last one comes again and again; or a few old ones in turn. */
export type Tampering = "none" | "freeze" | "loop";

/** One hall, one lens, one sensor. */
export class Stage {
  lightPermille = DAYLIGHT_PERMILLE;
  people: readonly Person[] = [];
  tampering: Tampering = "none";
  /** Whether the camera's infrared lamp burns, and whether its filter is away: then it sees the lamp and the hall's light. */
  isLampLit = false;
  isFilterAway = false;
  /** What reads its files. */
  readonly reader: LumaReader;
  readonly #sensor: Sensor;
  readonly #sight: Sight | undefined;
  readonly #shots = new Map<string, Shot>();
  readonly #random: Stream;
  #hands = 0;
  #applied: Applied | undefined;
  #turned = 0;
  #tilted = 0;
  #files: Bytes[] = [];
  #shown = 0;

  /** @param seed of hall, noise and hands, u32 @param isCheap true: its files are drawn once for each shot */
  constructor(seed: number, isCheap = false) {
    this.#sensor = new Sensor(seed);
    this.#sight = isCheap ? new Sight(seed) : undefined;
    this.reader = this.#sight ?? new JpegReader();
    this.#random = new Stream(seed, "stage");
  }

  /** Whether a hand has changed what the lens sees. */
  get isSpoilt(): boolean {
    return this.#applied !== undefined || this.#turned !== 0;
  }

  /** Puts something over the lens, or takes it away. */
  cover(tool: Tool | undefined): void {
    this.#hands += 1;
    this.#applied = tool === undefined ? undefined : applyTool(this.#random, tool);
  }

  /** Turns the camera to the other wall, or back. */
  turn(isAway: boolean): void {
    this.#hands += 1;
    this.#turned = isAway ? this.#random.pick([-1, 1]) * this.#random.between(TURN_LEAST, TURN_MOST) : 0;
    this.#tilted = isAway ? this.#random.pick([-1, 1]) * this.#random.between(TILT_LEAST, TILT_MOST) : 0;
  }

  /** Has a camera know the hall as it is, by daylight and by its own lamp. */
  approveIn(settings: Settings): void {
    const { lightPermille } = this;
    for (const isInfrared of [false, true]) {
      const luma = new Uint8Array(LUMA_BYTES);
      this.#atNight(isInfrared, isInfrared ? 0 : lightPermille);
      const file = this.shoot();
      this.#atNight(false, lightPermille);
      this.reader.read(file, luma);
      settings.approve({ luma, fileBytes: file.length, isInfrared });
    }
  }

  /** Gives the next file of the sensor. */
  shoot(): Bytes {
    const shown = this.replay();
    if (shown !== undefined) return shown;
    const file = this.#sight === undefined ? this.#sensor.mosaic(this.#shot) : this.#sight.file(this.#known);
    this.keep(file);
    return file;
  }

  /** Takes the next picture of the sensor at full size, for whoever makes a file of it. */
  expose(canvas: Canvas): void {
    this.#sensor.expose(canvas, this.#shot);
  }

  /** Gives the file that whoever sits between sensor and board shows instead of the next one; undefined where nobody does. */
  replay(): Bytes | undefined {
    const last = this.#files.at(-1);
    if (this.tampering === "none" || last === undefined) return undefined;
    if (this.tampering === "freeze") return last;
    this.#shown += 1;
    return this.#files[this.#shown % this.#files.length];
  }

  /** Takes note of a file that the sensor gave: a thief may show it again. */
  keep(file: Bytes): void {
    this.#files = [...this.#files.slice(1 - LOOP_FILES), file];
  }

  #atNight(isNight: boolean, lightPermille: number): void {
    this.isLampLit = isNight;
    this.isFilterAway = isNight;
    this.lightPermille = lightPermille;
  }

  get #shot(): Shot {
    const infrared = { lightPermille: this.isLampLit ? LAMP_PERMILLE : 0, daylightPermille: this.lightPermille };
    return {
      people: this.people,
      ...(this.isFilterAway ? infrared : { lightPermille: this.lightPermille }),
      noiseTenths: NOISE_TENTHS,
      isInfrared: this.isFilterAway,
      applied: this.#applied,
      turned: this.#turned,
      tilted: this.#tilted,
    };
  }

  /** The shot, the same one for whatever looks the same. */
  get #known(): Shot {
    const shot = this.#shot;
    const people = this.people.map(({ x, y, stride, who }) => `${x} ${y} ${stride} ${who}`).join();
    const isSpoilt = this.isSpoilt ? this.#hands : 0;
    const light = `${shot.lightPermille} ${shot.daylightPermille} ${shot.isInfrared}`;
    const name = `${people} ${light} ${isSpoilt}`;
    const known = this.#shots.get(name) ?? shot;
    this.#shots.set(name, known);
    return known;
  }
}
