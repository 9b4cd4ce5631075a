// Why the lock said no: every reason, and the number that it has in the journal and in an owner's session.
// Why: the owner must learn the one cause, an outsider none of them, and a number once written keeps its meaning.
// Follows docs/protocol.cddl (`denial`).

import { assert } from "../fault.ts";

/** The reasons, each at its number; a number is never used again for another reason, and 0 stands for none. */
const DENIALS = Object.freeze([
  undefined,
  "signature", // 1: a signature does not verify.
  "unknown-key", // 2: no owner key, and no cached leaf, of that name is here.
  "lock", // 3: it names another lock.
  "challenge", // 4: it answers another challenge.
  "expired", // 5
  "not-yet", // 6
  "time-unknown", // 7: it is bound to time, and the clock's interval is open or too wide.
  "hours", // 8: outside the weekly hours.
  "permission", // 9
  "depth", // 10: more links follow than one of them allows.
  "uses", // 11
  "revoked", // 12: a link of the chain is in a list.
  "generation", // 13: below the owner's floor.
  "holder", // 14: a holder key is in a list, or another key signed.
  "quota", // 15: the live counters are full.
  "camera", // 16
  "power", // 17: not enough to drive the bolt out and back.
  "mode", // 18: the operating mode refuses it.
  "journal", // 19: damaged, full or unwritable.
  "door", // 20: jammed or busy.
  "presence", // 21
  "sequence", // 22: not above the stored number, or too far above it.
  "not-adopted", // 23
  "malformed", // 24
  "visit", // 25
  "unsupported", // 26
  "rate", // 27
  "target", // 28: not for this lock's door, board or image.
  "clock", // 29: an interval that misses the lock's own.
  "limit", // 30: the table of owners or of boards is full.
  "code", // 31
] as const);

/** Every reason for which the lock refuses. */
export type Denial = Exclude<(typeof DENIALS)[number], undefined>;

/** Gives the number of a reason. docs/protocol.cddl, `denial`. @returns 1..31 */
export function denialNumber(denial: Denial): number {
  const number = DENIALS.indexOf(denial);
  assert(number > 0, "each reason has a number");
  return number;
}

/** Gives the reason that a number stands for. docs/protocol.cddl, `denial`.
 *  @param number any @returns undefined where this version knows no such reason */
export function denialOf(number: number): Denial | undefined {
  return DENIALS[number];
}
