// The two wires of a servo: pulses that say an angle, and its supply.
// Why: the pulses must stand before the supply comes, and must not outlast it: a servo without a supply draws what it can get from
// its signal's pin, twitches by it, and drains the battery.
// Follows docs/design.md, "Bolts"; it is the `angle` and `power` of firmware/door/servo.ts. Pulses of 50 Hz, as every hobby servo
// takes them.

import { assert } from "../fault.ts";
import type { Level, Output } from "../platform.ts";
import type { Pwm, PwmClass } from "./ecma419.ts";

const HERTZ = 50;
const PERIOD_MICROS = 1_000_000 / HERTZ;
/** 1.2 µs a step, and what every ESP32 can do at 50 Hz. */
const RESOLUTION = 14;

/** The wiring of a servo, and what its pulses mean. */
export interface ServoOptions {
  readonly io: PwmClass;
  readonly pin: number;
  /** The switch of its supply, off by now. */
  readonly supply: Output;
  /** The width of a pulse at either end of its way, 400..2,600. */
  readonly pulseMicrosMin: number;
  readonly pulseMicrosMax: number;
  /** The angles there. */
  readonly degreesMin: number;
  readonly degreesMax: number;
}

/** A servo's wires: no pulse and no supply until they are written. */
export class ServoPins {
  /** Takes degrees within the servo's way; another angle is the programmer's mistake. */
  readonly angle: Level;
  readonly power: Output;
  readonly #options: ServoOptions;
  readonly #pwm: Pwm;

  /** @throws Error of the SDK where the pin is taken or no channel is left */
  constructor(options: ServoOptions) {
    const { pulseMicrosMin, pulseMicrosMax, degreesMin, degreesMax } = options;
    assert(pulseMicrosMin >= 400 && pulseMicrosMax <= 2_600, "servo: a pulse is 400 to 2,600 µs");
    assert(pulseMicrosMin < pulseMicrosMax && degreesMin < degreesMax, "servo: its way has two ends");
    this.#options = options;
    options.supply.write(false);
    this.#pwm = new options.io({ pin: options.pin, hz: HERTZ, resolution: RESOLUTION });
    this.angle = { write: (degrees) => this.#turn(degrees) };
    this.power = { write: (isActive) => this.#power(isActive) };
  }

  /** Takes the supply away and gives the pin back. Twice is harmless. */
  close(): void {
    this.#options.supply.write(false);
    this.#pwm.close();
  }

  #turn(degrees: number): void {
    const { pulseMicrosMin, pulseMicrosMax, degreesMin, degreesMax } = this.#options;
    assert(degrees >= degreesMin && degrees <= degreesMax, "servo: an angle is within its way");
    const part = (degrees - degreesMin) / (degreesMax - degreesMin);
    const micros = pulseMicrosMin + part * (pulseMicrosMax - pulseMicrosMin);
    this.#pwm.write(Math.round((micros * 2 ** this.#pwm.resolution) / PERIOD_MICROS));
  }

  #power(isActive: boolean): void {
    this.#options.supply.write(isActive);
    if (!isActive) this.#pwm.write(0);
  }
}
