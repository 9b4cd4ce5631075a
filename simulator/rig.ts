// The door of a desk: a leaf, a bolt that takes time to travel, and the pins of a motor, all moved by hand.
// Why: a test of the lock asks what its pins did and when, and needs a bolt that can be stuck, but no house around it.
// It knows nothing of the lock but the pins of firmware/platform.ts. Limits: one speed, and the leaf moves at once.

import type { Battery, Indicator, Input, Output, Signal } from "../firmware/platform.ts";

/** For the whole way of the bolt. */
export const TRAVEL_MILLIS = 300;
/** From the moment that a driven bolt stands still until the motor's current says so. */
const STALL_MILLIS = 50;

/** What the motor is told. */
export type Drive = "retract" | "throw" | "rest";

/** How the bolt is stuck: not at all; where it is; it is drawn no further than half of its way; or it is thrown no further
 *  than that, against tape in the keeper. */
export type Jam = "free" | "stuck" | "halfway" | "taped";

/** One change of the motor's pins. */
export interface Driven {
  readonly drive: Drive;
  /** Time on the desk, in milliseconds. */
  readonly at: number;
}

/** A door with a motor lock, and the hands that move it. */
export class Rig implements Battery, Indicator {
  millivolts = 6_000;
  jam: Jam = "free";
  /** Every change of the motor's pins since the desk was set up. */
  readonly drives: Driven[] = [];
  readonly signals: Signal[] = [];
  /** Called at each change of the motor's pins, before anything moves. */
  onDrive: ((driven: Driven) => void) | undefined;
  readonly retractPin: Output = { write: (isActive) => this.#drive("retract", isActive) };
  readonly throwPin: Output = { write: (isActive) => this.#drive("throw", isActive) };
  readonly thrownSensor: Input;
  readonly retractedSensor: Input;
  readonly stallSensor: Input;
  leaf: "open" | "closed" = "closed";
  /** Whether somebody's magnet sits on the contact, which then tells of a leaf that is shut. */
  hasMagnet = false;
  readonly #now: () => number;
  /** 0 is retracted. */
  #position = TRAVEL_MILLIS;
  #since = 0;
  #active: Drive = "rest";

  /** @param now the time on the desk, in milliseconds */
  constructor(now: () => number) {
    const rig = this;
    this.#now = now;
    this.thrownSensor = {
      get isActive() {
        return rig.bolt === "thrown";
      },
    };
    this.retractedSensor = {
      get isActive() {
        return rig.bolt === "retracted";
      },
    };
    this.stallSensor = {
      get isActive() {
        return rig.#isStalled;
      },
    };
  }

  /** Where the bolt is. */
  get bolt(): "thrown" | "retracted" | "between" {
    const position = this.#positionNow();
    return position === 0 ? "retracted" : position === TRAVEL_MILLIS ? "thrown" : "between";
  }

  /** What the contact in the frame tells. */
  get contact(): "open" | "closed" {
    return this.hasMagnet ? "closed" : this.leaf;
  }

  /** How often the bolt was told to retract since the desk was set up. */
  get retractions(): number {
    return this.drives.filter(({ drive }) => drive === "retract").length;
  }

  signal(signal: Signal): void {
    this.signals.push(signal);
  }

  /** Turns the thumbturn. */
  turn(to: "thrown" | "retracted"): void {
    this.#position = to === "thrown" ? TRAVEL_MILLIS : 0;
    this.#since = this.#now();
  }

  /** Power is gone: nothing drives. */
  release(): void {
    this.#drive("retract", false);
    this.#drive("throw", false);
  }

  get #isStalled(): boolean {
    if (this.#active === "rest") return false;
    const way = Math.abs(this.#goal() - this.#position);
    return this.#now() - this.#since >= way + STALL_MILLIS;
  }

  #drive(drive: "retract" | "throw", isActive: boolean): void {
    if (isActive === (this.#active === drive)) return;
    const at = this.#now();
    this.#position = this.#positionNow();
    this.#since = at;
    this.#active = isActive ? drive : "rest";
    const driven: Driven = { drive: this.#active, at };
    this.drives.push(driven);
    this.onDrive?.(driven);
  }

  /** Where the present drive brings the bolt, if it runs for long enough. */
  #goal(): number {
    if (this.#active === "rest" || this.jam === "stuck") return this.#position;
    const goal = this.#active === "throw" ? TRAVEL_MILLIS : 0;
    const half = TRAVEL_MILLIS / 2;
    if (this.jam === "taped") return goal !== 0 && this.#position <= half ? half : goal;
    return this.jam === "halfway" && goal === 0 && this.#position >= half ? half : goal;
  }

  #positionNow(): number {
    const goal = this.#goal();
    const moved = this.#now() - this.#since;
    const way = goal - this.#position;
    if (Math.abs(way) <= moved) return goal;
    return this.#position + (way > 0 ? moved : -moved);
  }
}
