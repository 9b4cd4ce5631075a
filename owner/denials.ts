// Why a lock said no, as sentences that say what to do.
// Why: an owner session carries the reason's number, and a number helps nobody at a door; a guest gets not even that.
// Follows docs/protocol.md §2.5.

import { fromBase64url } from "../firmware/bytes.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import { parseZone } from "../firmware/time/zone.ts";
import { likelyReasons, readAllowance } from "./allowance.ts";
import { EXIT, Failure } from "./failure.ts";
import { presentSeconds } from "./moment.ts";
import { ownZone } from "./timezone.ts";

/** What reasons mean to whoever sets codes and users. */
export const CODE_REASONS: Partial<Readonly<Record<Denial, string>>> = Object.freeze({
  rate: "too many changes of codes in a short time: wait ten minutes.",
  limit: "there is no room for it, or the user has an authenticator already.",
  target: "somebody else has changed its users or codes at the same time, so run the command again.",
  malformed: "it does not take such a user: is its firmware older than this tool?",
});

const SENTENCES: Readonly<Record<Denial, string>> = Object.freeze({
  signature: "a signature does not verify: ask for the grant or the file again.",
  "unknown-key": "it does not know the key: is this the right lock, and is your key still an owner's?",
  lock: "this was made for another lock: choose the right one with --lock.",
  challenge: "this was made for another conversation: run the command again.",
  expired: "the time is over: ask for a new grant.",
  "not-yet": "it is too early: wait for the time of the grant.",
  "time-unknown": 'it does not know the time well enough: run "latchkey time".',
  hours: "it is outside the weekly hours of the grant.",
  permission: "the grant does not allow this.",
  depth: "the grant may not be passed on as far as this.",
  uses: "all uses of the grant are spent.",
  revoked: "the grant was taken back.",
  generation: "all grants of that time were taken back.",
  holder: "the holder's key was taken back.",
  quota: "it counts too many grants already: take back some that are not needed.",
  camera: "the camera does not see what the grant demands.",
  power: "its battery is too weak to open and lock again: change the battery.",
  mode: 'its operating mode forbids it: "latchkey status" shows the mode, "latchkey config --mode normal" ends it, or "latchkey schedules holiday clear" where it is a holiday\'s.',
  journal: 'its journal is damaged or full: run "latchkey log", then "latchkey config --acknowledge".',
  door: "the bolt is busy, jammed, or not thrown as privacy needs it: close the door fully, lock it, then try again.",
  presence: "somebody must stand inside: press the button on the inside, then run the command again within a minute.",
  sequence: "a newer statement came before this one: run the command again.",
  "not-adopted": 'it has no owner yet: run "latchkey adopt SETUP".',
  malformed: "it did not understand the message: is its firmware older than this tool?",
  visit: "a visit is going on: wait until the door is locked again.",
  unsupported: "it has no part for that, or its firmware is too old.",
  rate: "too many tries in a short time, or too many starts of the lock: wait ten seconds; if it still says no, ten minutes.",
  target: "there is nothing of that name there.",
  clock:
    "your clock and the lock's differ too much: check this computer's clock, or run \"latchkey time --back\" with presence.",
  limit: "its table is full, the key is or was an owner's there already, or it would be the last owner's.",
  code: "it does not take this code: it is somebody's already, easily guessed, or a slip of the finger away from a code for duress.",
});

/** Gives the sentence of a reason, after "The lock said no: ". @param denial undefined where the lock gave none */
export function sayDenial(denial: Denial | undefined): string {
  return denial === undefined ? "it gives no reason to people whom it does not know." : SENTENCES[denial];
}

/** Gives the failure of a request that the lock refused.
 *  @param here what a reason means to whoever asked just this, where that is more than it means in general */
export function refused(denial: Denial | undefined, here: Partial<typeof SENTENCES> = {}): Failure {
  const said = (denial === undefined ? undefined : here[denial]) ?? sayDenial(denial);
  return new Failure(EXIT.REFUSED, `The lock said no: ${said}`);
}

/** Gives the failure of a guest's request: the lock gives no reason, so the likely ones are told from the grant.
 *  @param token the whole grant, base64url @param operation a permission's bit number
 *  @param others how many more of the guest's invitations were refused after it */
export function refusedGuest(token: string, operation: number, others = 0): Failure {
  const at = { zone: parseZone(ownZone().rule), now: presentSeconds() };
  const reasons = likelyReasons(readAllowance(fromBase64url(token)), operation, at);
  if (others > 0)
    reasons.push(`Your ${others} other invitation${others === 1 ? " to it was" : "s to it were"} refused too.`);
  return new Failure(
    EXIT.REFUSED,
    ["The lock said no, and gives no reason. By the grant itself:", ...reasons].join("\n  "),
  );
}
