// How often somebody may do what is written down: so often that nobody notices, and not so often that the journal fills.
// Why: a guest who leans on the door gets each use back and asks again, and a thief with an owner's key can configure without
// end; either would fill a region within hours, and then nobody is let in, nor the thief's key removed (docs/attacks.md T43, T45).
// Follows docs/protocol.md §2.2 and §2.3, denial `rate` and "Starts". What is left is forgotten with a restart; so each start that comes
// soon after others begins with less: a stolen key and the plug would else turn a ring of 193 sectors in minutes, and take eight days.

import type { Bytes } from "../firmware/bytes.ts";
import { type Share, takeTry } from "../firmware/link/bucket.ts";
import type { Millis } from "../firmware/platform.ts";
import { u32At } from "../firmware/rows.ts";

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
/** Names that are told apart. One more takes the place of the one that has most left, with what that has left: so a crowd, however
 *  large, has no more than so many shares. */
export const NAMES_MAX = 32;
/** Where only owners' keys and the one on paper are told apart: five at a time, and the five before them after a transfer. */
export const OWNER_NAMES_MAX = 10;
/** A row: the name as two numbers of 32 bits, and when its bucket is full again. A row that nobody has used is as at the start. */
const ROW = 3;
const FULL_AT = 2;
/** What a start adds to the haste (state.ts), in quarters of an hour: after two hours of uptime it counts no more. */
export const HASTE_OF_START = 8;
/** So many starts too soon leave a few tries at least, for whoever has to tell the time, act, and remove a key; one more leaves none. */
const STARTS_MAX = 32;
const TRIES_MIN = 4;
export const HASTE_MAX = (STARTS_MAX + 1) * HASTE_OF_START;

/** What is left to each of many. It takes all of its memory from the start, 24 bytes for each name that there may be. */
export class Ration {
  readonly #share: Share;
  readonly #rows: Float64Array;

  /** @param fullAt when every name's share is full again */
  constructor(share: Share, namesMax: number = NAMES_MAX, fullAt = 0) {
    this.#share = share;
    this.#rows = new Float64Array(namesMax * ROW);
    for (let at = FULL_AT; at < this.#rows.length; at += ROW) this.#rows[at] = fullAt;
  }

  /** Takes one try, if there is one left. @param name 8 bytes: a root, or a key @returns whether there was */
  take(name: Bytes, now: Millis): boolean {
    const rows = this.#rows;
    const [high, low] = [u32At(name, 0), u32At(name, 4)];
    let row = 0;
    for (let at = 0; at < rows.length; at += ROW) {
      if (rows[at] === high && rows[at + 1] === low) return this.#takeAt(at, now);
      if (rows[at + FULL_AT] < rows[row + FULL_AT]) row = at;
    }
    rows.set([high, low], row);
    return this.#takeAt(row, now);
  }

  #takeAt(row: number, now: Millis): boolean {
    const fullAt = takeTry(this.#rows[row + FULL_AT], this.#share, now);
    if (fullAt === undefined) return false;
    this.#rows[row + FULL_AT] = fullAt;
    return true;
  }
}

/** What everybody has left of each. */
export class Rations {
  readonly openings: Ration;
  readonly statements: Ration;
  readonly lists = new Ration(LISTS, OWNER_NAMES_MAX);
  readonly announcements = new Ration(ANNOUNCEMENTS, OWNER_NAMES_MAX);

  /** @param haste of the lock's starts, with this one   @param now the start */
  constructor(haste: number, now: Millis) {
    this.openings = new Ration(OPENINGS, NAMES_MAX, fullAfter(OPENINGS, haste, now));
    this.statements = new Ration(STATEMENTS, OWNER_NAMES_MAX, fullAfter(STATEMENTS, haste, now));
  }
}

/** When a share is full again of which a start leaves all, and each start that came too soon before it half of the rest. */
function fullAfter({ atOnce, tryMillis }: Share, haste: number, now: Millis): number {
  const starts = Math.max(0, Math.floor(haste / HASTE_OF_START) - 1);
  const left = starts < STARTS_MAX ? Math.max(TRIES_MIN, Math.floor(atOnce / 2 ** starts)) : 0;
  return now + (atOnce - left) * tryMillis;
}
