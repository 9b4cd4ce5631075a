// The battery's voltage, over a divider, measured when it is asked for.
// Why: the lock opens for a guest only where the charge is enough to lock again (lock/power.ts), and a battery that is nearly empty
// tells so only under load: a reading at rest is no better than the last one under load.
// Follows the Battery of firmware/platform.ts, where 0 means mains: nothing that is measured here is ever 0.

import { assert } from "../fault.ts";
import type { Battery, Millis } from "../platform.ts";
import { measure, type VoltageOptions } from "./voltage.ts";

/** For so long a reading at rest stands; and for so long from a load on there is none at rest. */
const REMEMBERED_MILLIS = 5_000;
/** These are other cells: what a load found does not count for them. Cells that recover from a load rise by less, new ones by more. */
export const RISE_MILLIVOLTS = 500;
/** What a battery counts as that cannot be measured: empty. */
const EMPTY_MILLIVOLTS = 1;

/** A board without a battery. */
export const MAINS: Battery = Object.freeze({ millivolts: 0 });

/** The divider that each board's wiring has: a third of the voltage is at the pin (docs/hardware.md). */
export const THIRD_DIVIDER = Object.freeze({ upperOhms: 200_000, lowerOhms: 100_000 });

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
  /** What the last load found, and the last voltage at rest before it, or else the first one after it. */
  #loaded: { readonly millivolts: number; readonly rest: number | undefined } | undefined;
  #loadedAt: Millis | undefined;
  /** The last voltage that was measured at rest. */
  #rest: number | undefined;

  /** @throws Error of the SDK where the pin is taken, or cannot be measured */
  constructor(options: BatteryOptions) {
    assert(options.upperOhms >= 0 && options.lowerOhms > 0, "battery: a divider has a lower resistor");
    measure(options);
    this.#options = options;
  }

  get millivolts(): number {
    const now = this.#options.now();
    if (this.#resting === undefined || (now - this.#resting.at >= REMEMBERED_MILLIS && !this.#isLoaded(now))) {
      const millivolts = this.#measure();
      this.#resting = { millivolts: millivolts ?? EMPTY_MILLIVOLTS, at: now };
      if (millivolts !== undefined) this.#rested(millivolts, now);
    }
    return Math.min(this.#resting.millivolts, this.#loaded?.millivolts ?? this.#resting.millivolts);
  }

  /** Hears that a motor gets its power: a reading from here on, in its inrush too, says nothing of the cells at rest. */
  begin(): void {
    this.#loadedAt = this.#options.now();
  }

  /** Measures while the motor runs, behind its inrush. What it finds stands until the next load, or until the cells are others: a
   *  measurement that fails finds nothing. */
  load(): void {
    const millivolts = this.#measure();
    if (millivolts !== undefined) this.#loaded = { millivolts, rest: this.#rest };
    this.begin();
  }

  #isLoaded(now: Millis): boolean {
    return this.#loadedAt !== undefined && now - this.#loadedAt < REMEMBERED_MILLIS;
  }

  /** Forgets the last load where the cells are others. */
  #rested(millivolts: number, now: Millis): void {
    if (this.#isLoaded(now)) return;
    this.#rest = millivolts;
    if (this.#loaded === undefined) return;
    const { rest = millivolts } = this.#loaded;
    this.#loaded = millivolts - rest < RISE_MILLIVOLTS ? { ...this.#loaded, rest } : undefined;
  }

  /** @returns millivolts, at least 1; undefined where it fails */
  #measure(): number | undefined {
    const { upperOhms, lowerOhms } = this.#options;
    const atPin = measure(this.#options);
    if (atPin === undefined) return undefined;
    return Math.max(EMPTY_MILLIVOLTS, Math.round((atPin * (upperOhms + lowerOhms)) / lowerOhms));
  }
}
