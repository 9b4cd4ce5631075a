// How often somebody may do what is written down: so often that nobody notices, and not so often that the journal fills.
// Why: a guest who leans on the door gets each use back and asks again, and a thief with an owner's key can configure without
// end; either would fill a region within hours, and then nobody is let in, nor the thief's key removed (docs/attacks.md T43, T45).
// Follows docs/protocol.md §2.2 and §2.3, denial `rate`. It is forgotten with a restart, which costs an attacker more than it
// gives.

import { type Bytes, toHex } from "../firmware/bytes.ts";
import { Bucket } from "../firmware/link/bucket.ts";
import type { Millis } from "../firmware/platform.ts";

/** So many at once, and how long until there is one more. */
export interface Share {
  readonly atOnce: number;
  readonly tryMillis: number;
}

/** Openings by guests under one root: 72 a day. A company's couriers share them. */
export const OPENINGS: Share = Object.freeze({ atOnce: 24, tryMillis: 1_200_000 });
/** Statements of one owner key: 144 a day. */
export const STATEMENTS: Share = Object.freeze({ atOnce: 48, tryMillis: 600_000 });
/** Revocation lists of one owner key, of a kilobyte at most: 8 a day. */
export const LISTS: Share = Object.freeze({ atOnce: 24, tryMillis: 10_800_000 });
/** Requests of one key that need somebody inside, each of which sounds the alarm: 144 a day would be a weapon too. */
export const ANNOUNCEMENTS: Share = Object.freeze({ atOnce: 4, tryMillis: 1_800_000 });
/** Tickets to look through the camera under one root: who looks all the time asks once in 45 s. */
export const VIEWS: Share = Object.freeze({ atOnce: 8, tryMillis: 30_000 });
/** Names that are told apart; the one that was quiet for longest makes room. */
const NAMES_MAX = 32;

/** What is left to each of many. */
export class Ration {
  readonly #share: Share;
  readonly #buckets = new Map<string, Bucket>();

  constructor(share: Share) {
    this.#share = share;
  }

  /** Takes one try, if there is one left. @param name 8 bytes: a root, or a key @returns whether there was */
  take(name: Bytes, now: Millis): boolean {
    const key = toHex(name);
    const bucket = this.#buckets.get(key) ?? new Bucket(this.#share, now);
    // Set anew each time, so that the map's first is the one that was quiet for longest.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > NAMES_MAX && oldest !== undefined) this.#buckets.delete(oldest);
    return bucket.take(now);
  }
}

/** What everybody has left of each. */
export class Rations {
  readonly openings = new Ration(OPENINGS);
  readonly statements = new Ration(STATEMENTS);
  readonly lists = new Ration(LISTS);
  readonly announcements = new Ration(ANNOUNCEMENTS);
}
