// What every drive of a bolt looks like to the lock: commands in, reports out, and a position that is known or unknown.
// Why: a motor, a servo on a thumbturn and an electric strike differ in what they can sense, and the door must never be
// told more than was sensed.
// Follows docs/design.md, "Bolts" and "Honest sensing". Beneath every drive stands hardware that ends it after 5 s by itself,
// and pull-downs that keep it off through a reset: software that hangs cannot hold a bolt (docs/attacks.md T36, T53).

import type { Input, Millis } from "../platform.ts";

/** The longest drive: what the hardware one-shot allows. */
export const DRIVE_MILLIS_MAX = 5_000;

/** For so long from when a drive is turned back its end contacts may tell of where the bolt was: longer than they are debounced. A drive
 *  that believed them would be over, with the bolt just out of its place. */
export const STALE_MILLIS = 60;

/** Where the bolt was sensed to be. */
export type BoltPosition = "thrown" | "retracted" | "unknown";

/** What can be asked of a drive. `retract` and `throw` move the bolt; `pullLatch` also holds the latch back until
 *  `releaseLatch`; `stop` takes the power away at once. A new command replaces the one that runs. */
export type BoltCommand = "retract" | "throw" | "pullLatch" | "releaseLatch" | "stop";

/** How a position is known: an end contact, the motor's current at its stop, or nothing but the time that passed. */
export type Witness = "sensor" | "current" | "none";

/** What a drive tells. After each but `sensed` it has ended and takes no power, save that `pulled` holds the latch. */
export type BoltReport =
  /** The command was carried out. */
  | { readonly kind: "reached"; readonly position: "thrown" | "retracted"; readonly witness: Witness }
  /** The latch is held back. */
  | { readonly kind: "pulled" }
  /** It was blocked, or its time ran out; `position` is where it was sensed to be afterwards. */
  | { readonly kind: "failed"; readonly reason: "stall" | "deadline"; readonly position: BoltPosition }
  /** The position with no drive running: at boot, after a hand at the thumbturn, or as a strike let go by itself. */
  | {
      readonly kind: "sensed";
      readonly position: BoltPosition;
      readonly witness: Witness;
      readonly cause: "boot" | "manual" | "auto";
    };

/** A drive. Its outputs are at their safe level from its construction on, and whenever no command runs. */
export interface Bolt {
  readonly position: BoltPosition;
  readonly isDriving: boolean;
  /** Begins a command. @returns a report where it is carried out at once */
  drive(command: BoltCommand, now: Millis): BoltReport | undefined;
  /** Looks at the sensors: about every 10 ms while driving, every 100 ms else. The first call tells the position at
   *  boot. @returns at most one report; what else there is, the next call tells */
  tick(now: Millis): BoltReport | undefined;
  /** Takes the power away for good. Twice is harmless; a later command is the programmer's mistake. */
  close(): void;
}

/** The end contacts of a bolt: each is active while the bolt is fully there. */
export interface EndContacts {
  readonly thrown: Input;
  readonly retracted: Input;
}

/** Gives the position that end contacts tell; both at once is a broken sensor, and tells nothing. */
export function positionOf(ends: EndContacts | undefined): BoltPosition {
  if (ends === undefined) return "unknown";
  const isThrown = ends.thrown.isActive;
  if (isThrown === ends.retracted.isActive) return "unknown";
  return isThrown ? "thrown" : "retracted";
}

/** Gives the report of a position with no drive running. */
export function sensed(position: BoltPosition, cause: "boot" | "manual"): BoltReport {
  return { kind: "sensed", position, witness: position === "unknown" ? "none" : "sensor", cause };
}
