// Twelve touch electrodes behind a capacitive controller, which is asked over I2C which of them are touched.
// Why: glass has no holes for the rain; but rain, a sleeve and a cold morning look like fingers, so many at once are none,
// and what does not go away becomes the new "not touched".

import type { Millis } from "../firmware/platform.ts";
import { countKeys, type Keys } from "./keys.ts";

/** Electrodes at once that a hand may touch; more are water, a sleeve or a palm. */
export const TOUCHES_MAX = 3;
/** After how long an unchanged touch is taken for what the world is like now. */
export const RECALIBRATE_MILLIS = 30_000;

/** A controller such as the MPR121. */
export interface TouchController {
  /** A bit for each of twelve electrodes that is touched; undefined where the bus gives no answer. */
  readTouched(): number | undefined;
  /** Takes what is measured now as not touched. */
  recalibrate(): void;
}

/** Touch keys. */
export class Touch implements Keys {
  readonly #controller: TouchController;
  /** The electrode of each key, in the order of KEYS. */
  readonly #electrodes: readonly number[];
  #touched = 0;
  #since: Millis | undefined;

  /** @param electrodes of each key, in the order of KEYS: 0..11, each once */
  constructor(controller: TouchController, electrodes: readonly number[]) {
    this.#controller = controller;
    this.#electrodes = electrodes;
  }

  scan(now: Millis): number | undefined {
    const touched = this.#controller.readTouched();
    if (touched === undefined) return undefined;
    this.#adapt(touched, now);
    if (countKeys(touched) > TOUCHES_MAX) return undefined;
    let reading = 0;
    for (const [key, electrode] of this.#electrodes.entries()) reading |= ((touched >> electrode) & 1) << key;
    return reading;
  }

  #adapt(touched: number, now: Millis): void {
    if (touched !== this.#touched || this.#since === undefined) {
      this.#touched = touched;
      this.#since = now;
    }
    if (touched === 0 || now - this.#since < RECALIBRATE_MILLIS) return;
    this.#controller.recalibrate();
    this.#since = now;
  }
}
