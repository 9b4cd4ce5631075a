// Lamps: one that takes any brightness, and one that is on or off.
// Why: an ESP32-C3 has six channels of pulses, of which the SDK uses two unless the manifest says otherwise; where they are short, a
// lamp goes on a plain output and whoever shows colours need not know.
// Follows Ecma-419 §9.5.

import { assert } from "../fault.ts";
import type { Level, Output } from "../platform.ts";
import type { Pwm, PwmClass } from "./ecma419.ts";

/** The SDK's usual hertz; all lamps of a board share one timer by it, and no tone shares it (tone.ts has other bits). */
const HERTZ = 1_024;
const RESOLUTION = 10;

/** The wiring of a lamp. */
export interface LampOptions {
  readonly io: PwmClass;
  readonly pin: number;
  /** Whether a low pin lights it, as with a common anode; then it flashes once as the board starts. */
  readonly isActiveLow?: boolean;
}

/** A lamp of any brightness, 0 to 1; dark from here on. */
export class DimmedLamp implements Level {
  readonly #pwm: Pwm;
  readonly #isActiveLow: boolean;

  /** @throws Error of the SDK where the pin is taken or no channel is left */
  constructor({ io, pin, isActiveLow = false }: LampOptions) {
    this.#isActiveLow = isActiveLow;
    this.#pwm = new io({ pin, hz: HERTZ, resolution: RESOLUTION });
    this.write(0);
  }

  write(value: number): void {
    assert(value >= 0 && value <= 1, "lamp: a brightness is 0 to 1");
    const greatest = 2 ** this.#pwm.resolution - 1;
    const lit = Math.round(value * greatest);
    this.#pwm.write(this.#isActiveLow ? greatest - lit : lit);
  }

  /** Gives the pin back. Twice is harmless. */
  close(): void {
    this.#pwm.close();
  }
}

/** A lamp that is on at any brightness but 0. */
export class SwitchedLamp implements Level {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
    output.write(false);
  }

  write(value: number): void {
    assert(value >= 0 && value <= 1, "lamp: a brightness is 0 to 1");
    this.#output.write(value > 0);
  }
}
