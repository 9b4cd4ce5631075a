// A camera's sensor in a simulated hall: light, lens, noise, and the picture that comes of them at any size.
// Why: one description of a shot gives the reduced picture at once for thousands of frames, a mosaic file on any engine, and
// the full picture for a real JPEG; a test holds them to each other.

import { LUMA_BYTES, LUMA_HEIGHT, LUMA_WIDTH } from "../../camera/luma.ts";
import type { Bytes } from "../../firmware/bytes.ts";
import { Stream } from "../random.ts";
import { Canvas, type Shape, VIEW_HEIGHT, VIEW_WIDTH, type View } from "./canvas.ts";
import { hallShapes, type Person, personShapes } from "./hall.ts";
import { type Applied, cover } from "./lens.ts";
import { encodeMosaic } from "./mosaic.ts";

/** What one frame shows. */
export interface Shot {
  readonly people: readonly Person[];
  /** Light of the hall, 1,000 by day; in infrared the camera's own lamp. */
  readonly lightPermille: number;
  /** In infrared: what the hall has of daylight beside the lamp; none where it is left out. */
  readonly daylightPermille?: number;
  /** Levels that are added: a brighter exposure. */
  readonly offset?: number;
  readonly isInfrared?: boolean;
  /** Standard deviation of a pixel's noise, in tenths of a level. */
  readonly noiseTenths: number;
  readonly applied?: Applied | undefined;
  /** Scene units that the camera was turned by; a view is VIEW_WIDTH wide. */
  readonly turned?: number;
  /** Scene units that it was tilted down by: no hand turns a camera without. */
  readonly tilted?: number;
}

const NOISES = 4_096;
const SMALL_WIDTH = 4 * LUMA_WIDTH;
const SMALL_HEIGHT = 4 * LUMA_HEIGHT;

/** A camera in one hall. */
export class Sensor {
  readonly #shapes: readonly Shape[];
  readonly #random: Stream;
  /** Draws from a normal distribution, in 1/256 of its standard deviation. */
  readonly #noises = new Int16Array(NOISES);
  readonly #photographs: { readonly here: Canvas; readonly elsewhere: Canvas } | undefined;
  readonly #backgrounds = new Map<string, Canvas>();
  readonly #small = new Canvas(SMALL_WIDTH, SMALL_HEIGHT);

  /** @param seed of the hall and of the noise, u32
   *  @param photographs that stand for the hall and for what a turned camera sees, at the one size that is then drawn */
  constructor(seed: number, photographs?: { readonly here: Canvas; readonly elsewhere: Canvas }) {
    this.#photographs = photographs;
    this.#shapes = hallShapes(seed);
    this.#random = new Stream(seed, "sensor");
    // The sum of eight uniform draws of -256..255, whose deviation is 418.
    for (let at = 0; at < NOISES; at++) {
      let sum = 0;
      for (let draw = 0; draw < 2; draw++) {
        const word = this.#random.next();
        sum += (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510;
      }
      this.#noises[at] = Math.floor((sum * 256) / 209);
    }
  }

  /** Takes the reduced picture. */
  reduce(shot: Shot, luma: Uint8Array): void {
    const small = this.#small;
    this.draw(small, shot);
    const [turn, stride] = this.#drawNoise();
    for (let at = 0; at < LUMA_BYTES; at++) {
      const corner = Math.floor(at / LUMA_WIDTH) * 4 * SMALL_WIDTH + (at % LUMA_WIDTH) * 4;
      let sum = 0;
      for (let pixel = 0; pixel < 16; pixel++)
        sum += small.luma[corner + (pixel >> 2) * SMALL_WIDTH + (pixel & 3)] as number;
      // Of 256 pixels' noise a sixteenth is left in their mean; the sum is in sixteenths of a level.
      const noise = ((this.#noises[(at * stride + turn) & (NOISES - 1)] as number) * shot.noiseTenths) / 2_560;
      luma[at] = Math.max(0, Math.min(255, Math.floor((sum + noise + 8) / 16)));
    }
  }

  /** Takes the picture of a VGA frame as a file of flat blocks. */
  mosaic(shot: Shot): Bytes {
    const small = this.#small;
    this.draw(small, shot);
    const [columns, rows] = [SMALL_WIDTH / 2, SMALL_HEIGHT / 2];
    const levels = new Uint16Array(columns * rows);
    const [turn, stride] = this.#drawNoise();
    for (let at = 0; at < levels.length; at++) {
      const corner = Math.floor(at / columns) * 2 * SMALL_WIDTH + (at % columns) * 2;
      const pixels = small.luma;
      const upper = (pixels[corner] as number) + (pixels[corner + 1] as number);
      const lower = (pixels[corner + SMALL_WIDTH] as number) + (pixels[corner + SMALL_WIDTH + 1] as number);
      // Of 64 pixels' noise an eighth is left, and levels are in eighths.
      const noise = ((this.#noises[(at * stride + turn) & (NOISES - 1)] as number) * shot.noiseTenths) / 2_560;
      levels[at] = Math.max(0, Math.min(2_040, Math.floor(2 * (upper + lower) + noise)));
    }
    return encodeMosaic(levels, { columns, rows });
  }

  /** Takes a picture at full size, with noise in each pixel: 4 to 3 or 16 to 9. @param canvas with tints, or without */
  expose(canvas: Canvas, shot: Shot): void {
    this.draw(canvas, shot);
    const { luma, width } = canvas;
    // A level is whole: what is added to it may be rounded before, once for each draw instead of once for each pixel.
    const noises = this.#noises.map((noise) => Math.round((noise * shot.noiseTenths) / 2_560));
    for (let at = 0, end = width; at < luma.length; end += width) {
      const turn = this.#random.below(NOISES);
      for (; at < end; at++) {
        const level = (luma[at] as number) + (noises[(at + turn) & (NOISES - 1)] as number);
        luma[at] = level < 0 ? 0 : level > 255 ? 255 : level;
      }
    }
  }

  /** Draws a shot without noise. */
  draw(canvas: Canvas, shot: Shot): void {
    const {
      isInfrared = false,
      turned = 0,
      tilted = 0,
      offset = 0,
      lightPermille,
      daylightPermille = 0,
      applied,
    } = shot;
    const height = Math.floor((VIEW_WIDTH * canvas.height) / canvas.width);
    const view: View = { x: turned, y: Math.floor((VIEW_HEIGHT - height) / 2) + tilted, height };
    canvas.set(this.#background(canvas, view, isInfrared));
    const people = [...shot.people].sort((left, right) => left.y - right.y);
    for (const person of people) canvas.paint(personShapes(person), view, isInfrared);
    if (isInfrared) lampLight(canvas, lightPermille, daylightPermille);
    else if (lightPermille !== 1_000 || offset !== 0) {
      for (let at = 0; at < canvas.luma.length; at++) {
        const lit = Math.floor(((canvas.luma[at] as number) * lightPermille) / 1_000) + offset;
        canvas.luma[at] = Math.max(0, Math.min(255, lit));
      }
    }
    if (applied !== undefined) cover(canvas, applied, isInfrared ? lightPermille + daylightPermille : lightPermille);
  }

  /** Where in the table of noise a frame begins, and by which steps it goes on: 8 million ways, so that hours of frames differ. */
  #drawNoise(): readonly [turn: number, stride: number] {
    return [this.#random.below(NOISES), 2 * this.#random.below(NOISES / 2) + 1];
  }

  /** The hall without people, drawn once for each size, view and light. */
  #background(canvas: Canvas, view: View, isInfrared: boolean): Canvas {
    if (this.#photographs !== undefined) return view.x === 0 ? this.#photographs.here : this.#photographs.elsewhere;
    const hasTints = canvas.tints !== undefined;
    const name = `${canvas.width}x${canvas.height} ${view.x} ${view.y} ${isInfrared} ${hasTints}`;
    let drawn = this.#backgrounds.get(name);
    if (drawn === undefined) {
      drawn = new Canvas(canvas.width, canvas.height, hasTints);
      drawn.paint(this.#shapes, view, isInfrared);
      this.#backgrounds.set(name, drawn);
    }
    return drawn;
  }
}

/** The lamp beside the lens: full in the middle, a third in the corners; daylight comes to all of it. */
function lampLight(canvas: Canvas, lightPermille: number, daylightPermille: number): void {
  const { width, height, luma } = canvas;
  for (let row = 0, at = 0; row < height; row++) {
    const down = (2 * row) / height - 1;
    for (let column = 0; column < width; column++, at++) {
      const across = (2 * column) / width - 1;
      const share = 1 - (across * across + down * down) / 3;
      const light = share * lightPermille + daylightPermille;
      luma[at] = Math.min(255, Math.floor(((luma[at] as number) * light) / 1_000));
    }
  }
}
