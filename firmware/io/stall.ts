// Whether a motor is blocked, by the current that it draws.
// Why: a bolt without end contacts knows its stop by nothing else, and one with them knows a jam by it before its time is over.
// Follows docs/design.md, "Bolts"; it is the `stall` of firmware/door/motor.ts. A driver that tells by a line of its own is a
// LevelInput.

import type { Input } from "../platform.ts";
import { measure, type VoltageOptions } from "./voltage.ts";

/** The wiring of a current's measurement. */
export interface StallOptions extends VoltageOptions {
  /** What a blocked motor's current makes at the pin, and a running one's does not; 1..2,449. */
  readonly thresholdMillivolts: number;
}

/** The current as an input: measured anew each time that it is asked for. */
export class CurrentStall implements Input {
  readonly #options: StallOptions;

  /** @throws Error of the SDK where the pin is taken, or cannot be measured: here, and not in the first drive */
  constructor(options: StallOptions) {
    measure(options);
    this.#options = options;
  }

  /** A measurement that fails is no stall: then the drive ends by its contact or by its time. */
  get isActive(): boolean {
    const millivolts = measure(this.#options);
    return millivolts !== undefined && millivolts >= this.#options.thresholdMillivolts;
  }
}
