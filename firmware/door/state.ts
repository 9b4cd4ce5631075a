// The door's states as values, and what can be read off them.
// Why: the lock, its status answer and its receipts read the door without stepping it.
// Follows docs/design.md, "Door"; the states are the Matter door lock's, with the ones in between.

import { type Millis, millis } from "../platform.ts";
import type { Witness } from "./bolt.ts";
import type { DoorSettings } from "./event.ts";
import { mayRelock } from "./moves.ts";

/** Why the bolt is where it is, or moves. `auto`: relock, or a return after a drive that failed. */
export type Cause = "request" | "inside" | "manual" | "auto" | "boot";

/** The bolt. A state that moves has a `deadline` at which it ends without a report; one that rests with the bolt out of
 *  its keeper has `relockAt`, once a timer runs. `isLockWanted`: somebody asked to lock, as soon as the door is shut. */
export type BoltState =
  | { readonly at: "unknown"; readonly isLockWanted: boolean; readonly relockAt: Millis | undefined }
  | { readonly at: "locked"; readonly witness: Witness }
  | {
      readonly at: "unlocking";
      readonly cause: Cause;
      readonly attempt: number;
      readonly isUnlatchWanted: boolean;
      readonly isLockWanted: boolean;
      readonly deadline: Millis;
    }
  | {
      readonly at: "unlocked";
      readonly witness: Witness;
      readonly isLockWanted: boolean;
      readonly relockAt: Millis | undefined;
    }
  /** `pulling`: on the way to the latch's stop. `holding`: there. `releasing`: on the way back. */
  | {
      readonly at: "unlatching";
      readonly phase: "pulling" | "holding" | "releasing";
      readonly isLockWanted: boolean;
      readonly deadline: Millis;
    }
  /** `throwing`: into the keeper. `backing`: out again for another attempt. `returning`: after an unlocking that failed. */
  | {
      readonly at: "locking";
      readonly phase: "throwing" | "backing" | "returning";
      readonly cause: Cause;
      readonly attempt: number;
      readonly deadline: Millis;
    }
  | { readonly at: "jammed"; readonly during: "latch" }
  /** Whoever leaned on the leaf is gone some time, so it is thrown again. */
  | {
      readonly at: "jammed";
      readonly during: "retract" | "throw";
      readonly cause: Cause;
      readonly attempt: number;
      readonly relockAt: Millis | undefined;
    };

/** The door leaf; `unknown` where no contact is fitted, or it was not read yet. `warned`: the last alarm it gave. */
export type ContactState =
  | { readonly is: "unknown" }
  | { readonly is: "closed" }
  | { readonly is: "open"; readonly since: Millis; readonly warned: "none" | "ajar" | "heldOpen" };

/** A door as a value. */
export interface Door {
  readonly bolt: BoltState;
  readonly contact: ContactState;
}

/** Gives the door after a reset: nothing is known until it is sensed. */
export function startDoor(): Door {
  return { bolt: { at: "unknown", isLockWanted: false, relockAt: undefined }, contact: { is: "unknown" } };
}

/** Gives the uptime at which the next tick is due, 0 where it is due already, or undefined where the door waits for nothing. */
export function nextTick(door: Door, settings: DoorSettings): Millis | undefined {
  const { bolt, contact } = door;
  let next: number | undefined;
  if ("deadline" in bolt) next = bolt.deadline;
  if ("relockAt" in bolt) next = lacksTimer(door, settings) ? 0 : bolt.relockAt;
  if (contact.is === "open" && contact.warned !== "heldOpen" && settings.mode !== "passage") {
    const limit = contact.warned === "none" ? settings.ajarMillis : settings.heldOpenMillis;
    next = next === undefined ? contact.since + limit : Math.min(next, contact.since + limit);
  }
  return next === undefined ? undefined : millis(next);
}

/** What vouches that the door is secured; nothing does while it is not locked or known to be open (docs/attacks.md T51). */
export function witnesses(door: Door): { readonly contact: boolean; readonly bolt: Witness } {
  if (door.bolt.at !== "locked" || door.contact.is === "open") return { contact: false, bolt: "none" };
  return { contact: door.contact.is === "closed", bolt: door.bolt.witness };
}

/** Whether a tick sets a timer that could not be set before: passage is over, or auto-relock has begun. */
function lacksTimer({ bolt, contact }: Door, settings: DoorSettings): boolean {
  if (!("relockAt" in bolt) || bolt.relockAt !== undefined) return false;
  // What somebody asked for waits for the leaf, and for nothing else.
  if (bolt.at !== "jammed") return !bolt.isLockWanted && mayRelock(false, { contact, settings });
  return mayRelock(bolt.cause !== "auto" && settings.mode !== "passage", { contact, settings });
}
