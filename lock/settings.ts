// How the door behaves under the configuration in force, on this board.
// Why: an owner sets seconds and a mode; the state machine wants every duration, and the board's facts with it.
// Follows docs/protocol.md §2.4.

import type { DoorSettings } from "../firmware/door/event.ts";
import type { Configuration, Mode } from "../firmware/policy/configuration.ts";
import type { LockOptions } from "./options.ts";

/** From the closing of the leaf to the throw of the bolt: the leaf comes to rest, a hand comes off the handle. */
const CLOSED_MILLIS = 2_000;
/** A drive that never reports is ended; the hardware one-shot ends it at 5 s whatever happens. */
const DRIVE_MILLIS = 4_800;
/** The second alarm of an open door. */
const HELD_OPEN_TIMES = 3;

/** Gives the door's settings. @param mode in force */
export function doorSettings(configuration: Configuration, mode: Mode, options: LockOptions): DoorSettings {
  const { relockSeconds, ajarSeconds, unlatchMillis } = configuration;
  return {
    mode,
    isAutoRelock: relockSeconds > 0,
    relockMillis: relockSeconds * 1_000,
    closedMillis: CLOSED_MILLIS,
    // Without a contact nobody knows whether the door is shut: the timer alone may throw the bolt, as the owner set it.
    isRelockBlind: !options.hasContact,
    ajarMillis: ajarSeconds * 1_000,
    heldOpenMillis: ajarSeconds * HELD_OPEN_TIMES * 1_000,
    driveMillis: DRIVE_MILLIS,
    unlatchMillis,
    canUnlatch: options.canUnlatch,
    isForcedUnsensed: false,
  };
}
