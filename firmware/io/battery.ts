// The battery's voltage, over a divider, measured when it is asked for.
// Why: the lock opens for a guest only where the charge is enough to lock again (lock/power.ts), and a battery that is nearly empty
// tells so only under load: a reading at rest is no better than the last one under load.
// Follows the Battery of firmware/platform.ts, where 0 means mains: nothing that is measured here is ever 0.

import { assert } from "../fault.ts";
import type { Battery, Millis } from "../platform.ts";
import { measure, type VoltageOptions } from "./voltage.ts";

/** For so long a reading at rest stands. */
const REMEMBERED_MILLIS = 5_000;
/** What a battery counts as that cannot be measured: empty. */
const EMPTY_MILLIVOLTS = 1;

/** A board without a battery. */
export const MAINS: Battery = Object.freeze({ millivolts: 0 });

/** The wiring of the measurement. */
export interface BatteryOptions extends VoltageOptions {
  /** The resistors from the battery to the pin, and from the pin to ground. */
  readonly upperOhms: number;
  readonly lowerOhms: number;
  now(): Millis;
}

/** A battery over a divider. */
export class DividedBattery implements Battery {
  readonly #options: BatteryOptions;
  #resting: { readonly millivolts: number; readonly at: Millis } | undefined;
  #loaded: number | undefined;

  /** @throws Error of the SDK where the pin is taken, or cannot be measured */
  constructor(options: BatteryOptions) {
    assert(options.upperOhms >= 0 && options.lowerOhms > 0, "battery: a divider has a lower resistor");
    measure(options);
    this.#options = options;
  }

  get millivolts(): number {
    const now = this.#options.now();
    if (this.#resting === undefined || now - this.#resting.at >= REMEMBERED_MILLIS) {
      this.#resting = { millivolts: this.#measure(), at: now };
    }
    return Math.min(this.#resting.millivolts, this.#loaded ?? this.#resting.millivolts);
  }

  /** Measures while the motor runs, behind its inrush. What it finds stands until the next load: a battery that is changed
   *  without a restart is believed after one drive. */
  load(): void {
    this.#loaded = this.#measure();
  }

  #measure(): number {
    const { upperOhms, lowerOhms } = this.#options;
    const atPin = measure(this.#options);
    if (atPin === undefined) return EMPTY_MILLIVOLTS;
    return Math.max(EMPTY_MILLIVOLTS, Math.round((atPin * (upperOhms + lowerOhms)) / lowerOhms));
  }
}
