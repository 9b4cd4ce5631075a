// How often guests may open under one root: so often that nobody notices, and not so often that the journal fills.
// Why: every opening is a record, and a use comes back when the bolt never moved; a guest who leans on the door and asks
// again and again would fill the access region within hours, and then nobody is let in (attacks.md T45, T48).
// Follows docs/protocol.md §2.2, denial `rate`. It is forgotten with a restart, which costs an attacker more than it gives.

import { type Bytes, toHex } from "../firmware/bytes.ts";
import type { Millis } from "../firmware/platform.ts";
import { Bucket } from "./bucket.ts";

/** Openings under one root at once, and how long until there is one more: 72 a day. A company's couriers share them. */
const OPENINGS = Object.freeze({ atOnce: 24, tryMillis: 1_200_000 });
/** Roots that are told apart; the one that was quiet for longest makes room. */
const ROOTS_MAX = 32;

/** The openings that are left to each root. */
export class Ration {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes one opening, if there is one left. @param root8 8 bytes @returns whether there was */
  take(root8: Bytes, now: Millis): boolean {
    const root = toHex(root8);
    const bucket = this.#buckets.get(root) ?? new Bucket(OPENINGS, now);
    // Set anew each time, so that the map's first is the one that was quiet for longest.
    this.#buckets.delete(root);
    this.#buckets.set(root, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > ROOTS_MAX && oldest !== undefined) this.#buckets.delete(oldest);
    return bucket.take(now);
  }
}
