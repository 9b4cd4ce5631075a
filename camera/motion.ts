// Sees that somebody moves, and in which zones of the picture.
// Why: a visit is followed in the journal, and an empty hall need not be recorded; light that changes is no visitor.
// Follows docs/camera.md: the picture against a background that follows fast, with brightness levelled out.

import { assert } from "../firmware/fault.ts";
import type { Millis } from "../firmware/platform.ts";
import { LUMA_BYTES, LUMA_HEIGHT, LUMA_WIDTH } from "./luma.ts";
import { MOTION } from "./thresholds.ts";

/** Cells in a row, and rows of cells. */
export const CELLS_ACROSS = 16;
export const CELLS_DOWN = 12;

/** Zones that an owner can draw. */
export const ZONES_MAX = 4;

const CELLS = CELLS_ACROSS * CELLS_DOWN;
const FRACTION = 8;
/** A ratio of brightness in 1/64, up to 4 times. */
const RATIO_ONE = 64;
const RATIOS = 4 * RATIO_ONE;
/** What takes a background's fraction and a ratio's away: their product stays below 2^24. */
const EXPECTED_SHIFT = 14;
/** Pixels too dark to have a ratio. */
const RATIO_LUMA_MIN = 8;
const PERCENT = 100;

/** A part of the picture: one byte for each cell, row by row, 0 where it does not belong to the zone. */
export type Zone = Uint8Array;

/** Watches for motion. Its memory is fixed; a frame allocates nothing. */
export class MotionWatch {
  /** Active cells of the last frame: one byte each, 0 or 1. A view. */
  readonly active = new Uint8Array(CELLS);
  readonly #background = new Int32Array(LUMA_BYTES);
  readonly #ratios = new Uint16Array(RATIOS);
  readonly #cellOf = new Uint8Array(LUMA_BYTES);
  readonly #changed = new Uint8Array(CELLS);
  readonly #zones: readonly Zone[];
  readonly #run: Uint8Array;
  #hasBackground = false;
  #quietUntil: number | undefined;
  /** Time that was kept quiet, less half of that which was not. Milliseconds. */
  #quiet = 0;
  #now: number | undefined;
  #gain = RATIO_ONE;

  /** @param zones at most ZONES_MAX, of CELLS_ACROSS * CELLS_DOWN bytes; none: the whole picture is the only one */
  constructor(zones: readonly Zone[] = []) {
    assert(zones.length <= ZONES_MAX && zones.every((zone) => zone.length === CELLS), "few and whole zones");
    this.#zones = zones.length > 0 ? zones : [new Uint8Array(CELLS).fill(1)];
    this.#run = new Uint8Array(this.#zones.length);
    for (let at = 0; at < LUMA_BYTES; at++) {
      const column = Math.floor(((at % LUMA_WIDTH) * CELLS_ACROSS) / LUMA_WIDTH);
      this.#cellOf[at] = Math.floor((Math.floor(at / LUMA_WIDTH) * CELLS_DOWN) / LUMA_HEIGHT) * CELLS_ACROSS + column;
    }
  }

  /** Looks at a frame. @returns zones with motion, a bit for each, the first at 0 */
  step(luma: Uint8Array, now: Millis): number {
    assert(luma.length === LUMA_BYTES, "a whole picture");
    if (!this.#hasBackground) return this.#begin(luma);
    const gain = this.#gainOf(luma);
    // Against the gain of the frame before: a step of light, not its being brighter for good.
    const isStep = Math.abs(gain - this.#gain) * PERCENT > MOTION.stepPercent * this.#gain;
    this.#gain = gain;
    this.#compare(luma, gain);
    const isQuiet = this.#keepQuiet(isStep, now);
    let moving = 0;
    for (let zone = 0; zone < this.#zones.length; zone++) {
      const seen = !isQuiet && this.#isActive(this.#zones[zone] as Zone);
      const run = seen ? Math.min((this.#run[zone] as number) + 1, MOTION.frames) : 0;
      this.#run[zone] = run;
      if (run >= MOTION.frames) moving |= 1 << zone;
    }
    return moving;
  }

  /** Forgets the background, as when the filter was switched. */
  reset(): void {
    this.#hasBackground = false;
  }

  /** A lamp that flashes on and on hides nobody: quiet is short, and rare. */
  #keepQuiet(isStep: boolean, now: Millis): boolean {
    const passed = Math.max(0, Math.min(now - (this.#now ?? now), MOTION.stepMillis));
    this.#now = now;
    if (isStep && this.#quiet + MOTION.stepMillis <= MOTION.quietMillis) this.#quietUntil = now + MOTION.stepMillis;
    const isQuiet = this.#quietUntil !== undefined && now < this.#quietUntil;
    if (!isQuiet) this.#quietUntil = undefined;
    this.#quiet = isQuiet ? this.#quiet + passed : Math.max(0, this.#quiet - passed / 2);
    return isQuiet;
  }

  #begin(luma: Uint8Array): number {
    for (let at = 0; at < LUMA_BYTES; at++) this.#background[at] = (luma[at] as number) << FRACTION;
    this.#hasBackground = true;
    this.#gain = RATIO_ONE;
    this.#run.fill(0);
    this.active.fill(0);
    return 0;
  }

  /** The median ratio of picture to background: whoever walks through moves it little. */
  #gainOf(luma: Uint8Array): number {
    const ratios = this.#ratios;
    ratios.fill(0);
    let count = 0;
    // Each second pixel of each second row is enough for a median.
    for (let row = 0; row < LUMA_HEIGHT; row += 2) {
      for (let at = row * LUMA_WIDTH; at < (row + 1) * LUMA_WIDTH; at += 2) {
        const was = (this.#background[at] as number) >> FRACTION;
        if (was < RATIO_LUMA_MIN) continue;
        const ratio = Math.min(RATIOS - 1, Math.floor(((luma[at] as number) * RATIO_ONE + (was >> 1)) / was));
        ratios[ratio] = (ratios[ratio] as number) + 1;
        count += 1;
      }
    }
    if (count === 0) return RATIO_ONE;
    let [left, ratio] = [count >> 1, 0];
    while (left >= (ratios[ratio] as number)) left -= ratios[ratio++] as number;
    return Math.max(1, ratio);
  }

  #compare(luma: Uint8Array, gain: number): void {
    const changed = this.#changed;
    const { difference } = MOTION;
    changed.fill(0);
    for (let at = 0; at < LUMA_BYTES; at++) {
      const own = luma[at] as number;
      const was = this.#background[at] as number;
      const change = own - ((was * gain) >> EXPECTED_SHIFT);
      if (change > difference || change < -difference) {
        const cell = this.#cellOf[at] as number;
        changed[cell] = (changed[cell] as number) + 1;
      }
      this.#background[at] = was + (((own << FRACTION) - was) >> MOTION.followShift);
    }
    for (let cell = 0; cell < CELLS; cell++) this.active[cell] = (changed[cell] as number) >= MOTION.cellPixels ? 1 : 0;
  }

  #isActive(zone: Zone): boolean {
    for (let cell = 0; cell < CELLS; cell++) if (zone[cell] !== 0 && this.active[cell] === 1) return true;
    return false;
  }
}
