// The inside button: it always opens (lock.ts), and for a minute it vouches that somebody stands inside.
// Why: owner keys and first adoption change only with presence at the door; a guest who is in the house must not be able
// to give it, so a press during a visit opens and vouches for nothing (docs/attacks.md T52).
// Follows docs/protocol.md §2.3, "Presence".

import type { Millis } from "../firmware/platform.ts";

/** How long a press vouches. */
export const PRESENCE_MILLIS = 60_000;

/** How long nobody outside may lock the door before whoever pressed. */
export const LEAVING_MILLIS = 10_000;

/** Somebody inside, or nobody known to be. */
export class Presence {
  #lastPress: Millis | undefined;
  #lastExit: Millis | undefined;

  /** Takes a press. @param isGuestInside whether a guest may be inside: then it vouches for nobody */
  press(isGuestInside: boolean, now: Millis): void {
    this.#lastExit = now;
    if (!isGuestInside) this.#lastPress = now;
  }

  /** Whether somebody inside has just asked to get out. */
  isLeaving(now: Millis): boolean {
    return this.#lastExit !== undefined && now - this.#lastExit <= LEAVING_MILLIS;
  }

  /** Ends it: a visit begins. */
  end(): void {
    this.#lastPress = undefined;
  }

  /** Whether a press within the last minute vouches for somebody inside. */
  isKnown(now: Millis): boolean {
    return this.#lastPress !== undefined && now - this.#lastPress <= PRESENCE_MILLIS;
  }
}
