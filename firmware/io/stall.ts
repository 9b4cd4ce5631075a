// Whether a motor is blocked, by the current that it draws.
// Why: a bolt without end contacts knows its stop by nothing else, and one with them knows a jam by it before its time is over.
// Follows docs/design.md, "Bolts"; it is the `stall` of firmware/door/motor.ts. A driver that tells by a line of its own is a
// LevelInput. Either is held for a while before it counts: a bolt that arrives is blocked as well, and the contact that tells so
// is debounced.

import { assert } from "../fault.ts";
import type { Input, Millis } from "../platform.ts";
import { measure, NARROW, type VoltageOptions } from "./voltage.ts";

/** The wiring of a current's measurement. */
export interface StallOptions extends VoltageOptions {
  /** What a blocked motor's current makes at the pin, and a running one's does not; 101..949. */
  readonly thresholdMillivolts: number;
}

/** The current as an input: measured anew each time that it is asked for. */
export class CurrentStall implements Input {
  readonly #options: StallOptions;

  /** @throws Error of the SDK where the pin is taken, or cannot be measured: here, and not in the first drive */
  constructor(options: StallOptions) {
    measure(options, NARROW);
    this.#options = options;
  }

  /** A measurement that fails is no stall: then the drive ends by its contact or by its time. */
  get isActive(): boolean {
    const millivolts = measure(this.#options, NARROW);
    return millivolts !== undefined && millivolts >= this.#options.thresholdMillivolts;
  }
}

/** A reading that is older than this says nothing of what was between. */
const GAP_MILLIS = 100;
/** What the time between two readings counts for at most: where the chip computed something else meanwhile, the end contacts are only
 *  about to be debounced. */
const STEP_MILLIS = 20;

/** A sign of a blocked motor, and for how long it must be seen. */
export interface HeldStallOptions {
  readonly sign: Input;
  /** Longer than the debounce of the end contacts and two ticks, and than any spike; 1..1,000. */
  readonly holdMillis: number;
  now(): Millis;
}

/** A stall that has lasted. It is asked every 10 ms while a motor runs, and else not. */
export class HeldStall implements Input {
  readonly #options: HeldStallOptions;
  /** For how long it was seen; undefined while it is not. */
  #heldMillis: number | undefined;
  #askedAt: Millis | undefined;

  constructor(options: HeldStallOptions) {
    assert(options.holdMillis > 0 && options.holdMillis <= 1_000, "stall: it is held for 1 to 1,000 ms");
    this.#options = options;
  }

  get isActive(): boolean {
    const { sign, holdMillis } = this.#options;
    const now = this.#options.now();
    const gap = this.#askedAt === undefined ? GAP_MILLIS + 1 : now - this.#askedAt;
    this.#askedAt = now;
    if (!sign.isActive) {
      this.#heldMillis = undefined;
      return false;
    }
    const held = gap > GAP_MILLIS ? undefined : this.#heldMillis;
    this.#heldMillis = held === undefined ? 0 : held + Math.min(gap, STEP_MILLIS);
    return this.#heldMillis >= holdMillis;
  }
}
