// An electric strike, fail-secure: with power its keeper gives way, without power it holds the latch.
// Why: a rented flat or an office door keeps its lock, and only the keeper in the frame changes.
// Follows docs/design.md, "Bolts"; one of the three drives behind the interface in bolt.ts.

import { assert, unreachable } from "../fault.ts";
import type { Input, Millis, Output } from "../platform.ts";
import {
  type Bolt,
  type BoltCommand,
  type BoltPosition,
  type BoltReport,
  DRIVE_MILLIS_MAX,
  sensed,
  type Witness,
} from "./bolt.ts";

/** How long a keeper takes to fall back and its contact to say so, debounced; one that does not hold by then is held open. */
export const KEEPER_MILLIS = 300;
/** A look that is later than this behind the one before follows a pause of the program, in which no contact was debounced. */
const PAUSE_MILLIS = 100;

/** The wiring and the time of a strike. */
export interface StrikeParts {
  /** The coil. */
  readonly coil: Output;
  /** Active while the keeper holds the latch, which the inside handle draws out of it; many strikes have no such contact. */
  readonly keeper?: Input;
  /** How long it gives way, unless it is thrown before; 1..5,000. */
  readonly holdMillis: number;
}

/** Drives an electric strike; its coil is off from here on, until a command. `retract` and `pullLatch` give way for the
 *  hold time, `throw` and `releaseLatch` end it: to push the door is all that a strike's latch needs. */
export class Strike implements Bolt {
  readonly #parts: StrikeParts;
  #heldSince: Millis | undefined;
  /** Without power already, and waiting for the keeper's contact: since when, who asked for it, and when it was looked at last. */
  #falling: { since: Millis; readonly isAsked: boolean; lookedAt: Millis } | undefined;
  #position: BoltPosition;
  #isBootTold = false;
  #isClosed = false;

  constructor(parts: StrikeParts) {
    assert(parts.holdMillis > 0 && parts.holdMillis <= DRIVE_MILLIS_MAX, "strike: it gives way for at most 5 s");
    this.#parts = parts;
    this.#release();
    this.#position = this.#sense();
  }

  get position(): BoltPosition {
    return this.#position;
  }

  get isDriving(): boolean {
    return this.#heldSince !== undefined || this.#falling !== undefined;
  }

  drive(command: BoltCommand, now: Millis): BoltReport | undefined {
    assert(!this.#isClosed, "strike: no command after close");
    switch (command) {
      case "retract":
      case "pullLatch":
        // A hold that runs is not stretched: the hardware ends it 5 s after the coil's edge, and would not see a second one.
        this.#falling = undefined;
        if (this.#heldSince === undefined) {
          this.#parts.coil.write(true);
          this.#heldSince = now;
        }
        this.#position = "retracted";
        // The coil acts at once, and what it does is seen only when somebody pushes.
        return command === "pullLatch"
          ? { kind: "pulled" }
          : { kind: "reached", position: "retracted", witness: "none" };
      case "throw":
      case "releaseLatch":
        this.#letGo(now, true);
        return this.#fallen(now);
      case "stop":
        this.#release();
        this.#position = this.#sense();
        return undefined;
      default:
        return unreachable(command);
    }
  }

  tick(now: Millis): BoltReport | undefined {
    assert(!this.#isClosed, "strike: no tick after close");
    if (this.#heldSince !== undefined) {
      if (now - this.#heldSince < this.#parts.holdMillis) return undefined;
      this.#letGo(now, false);
    }
    if (this.#falling !== undefined) return this.#fallen(now);
    if (!this.#isBootTold) {
      this.#isBootTold = true;
      this.#position = this.#sense();
      return sensed(this.#position, "boot");
    }
    if (this.#parts.keeper === undefined) return undefined;
    const before = this.#position;
    this.#position = this.#sense();
    return this.#position === before ? undefined : sensed(this.#position, "manual");
  }

  close(): void {
    this.#isClosed = true;
    this.#release();
  }

  #letGo(now: Millis, isAsked: boolean): void {
    this.#release();
    this.#falling = { since: now, isAsked, lookedAt: now };
  }

  /** Tells what came of the power's end, as soon as it is known. Without a contact the keeper holds by its spring, which is how it is
   *  built and not something seen. */
  #fallen(now: Millis): BoltReport | undefined {
    const falling = this.#falling;
    if (falling === undefined) return undefined;
    if (now - falling.lookedAt > PAUSE_MILLIS) falling.since = now;
    falling.lookedAt = now;
    const { keeper } = this.#parts;
    const position = keeper === undefined ? "thrown" : this.#sense();
    if (position !== "thrown" && now - falling.since < KEEPER_MILLIS) return undefined;
    this.#falling = undefined;
    this.#position = position;
    const witness: Witness = keeper === undefined ? "none" : "sensor";
    if (!falling.isAsked) return { kind: "sensed", position, witness, cause: "auto" };
    return position === "thrown"
      ? { kind: "reached", position, witness }
      : { kind: "failed", reason: "stall", position };
  }

  #sense(): BoltPosition {
    const { keeper } = this.#parts;
    if (keeper === undefined) return "unknown";
    return keeper.isActive ? "thrown" : "retracted";
  }

  #release(): void {
    this.#parts.coil.write(false);
    this.#heldSince = undefined;
    this.#falling = undefined;
  }
}
