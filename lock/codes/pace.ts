// How fast entries are taken: one in five seconds from each keypad, and none in the first five after a start.
// Why: a pace keeps a machine at the keys slow and a restart from being a way round it; it is each keypad's own, so that
// nobody who plays with one keeps people waiting at another. What guesses cost is counted for all of them together (guess.ts).
// Follows docs/protocol.md §7.

import { type Bytes, toHex } from "../../firmware/bytes.ts";
import { type Millis, millis } from "../../firmware/platform.ts";
import { BOARDS_MAX } from "../../firmware/policy/keyring.ts";

/** One entry of a keypad at most in this time, and none sooner after a start: a restart is no way to guess faster. */
export const ENTRY_MILLIS = 5_000;

/** The pace of every keypad of one lock. */
export class Pace {
  readonly #from: Millis;
  /** When each keypad's last entry was taken, by its kid in hexadecimal; only as long as it counts. */
  readonly #takenAt = new Map<string, Millis>();

  /** @param now the start */
  constructor(now: Millis) {
    this.#from = millis(now + ENTRY_MILLIS);
  }

  /** Takes an entry of a keypad, if it may come now; one that comes too soon puts nothing off. @param kid 8 bytes
   *  @returns whether it may */
  take(kid: Bytes, now: Millis): boolean {
    for (const [name, at] of this.#takenAt) if (now - at >= ENTRY_MILLIS) this.#takenAt.delete(name);
    const name = toHex(kid);
    // More keypads than may be enrolled: some were changed within seconds, and the new one waits for them.
    if (now < this.#from || this.#takenAt.has(name) || this.#takenAt.size >= BOARDS_MAX) return false;
    this.#takenAt.set(name, now);
    return true;
  }
}
