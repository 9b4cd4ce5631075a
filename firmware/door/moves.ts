// What a transition of the door can begin: each function tells the drive or the listener, and gives the state it leads to.
// Why: a state and the effects that belong to it are made in one place, so that no transition has one without the other.
// Follows docs/design.md, "Door".

import { assert } from "../fault.ts";
import { type Millis, millis } from "../platform.ts";
import type { Witness } from "./bolt.ts";
import type { Act, DoorSettings, Effect } from "./event.ts";
import type { BoltState, Cause, ContactState } from "./state.ts";

/** After this many more attempts the bolt is jammed. */
export const RETRIES_MAX = 2;
/** When a bolt that jammed on its way out is thrown again, first and at most. */
const AGAIN_MILLIS = 300_000;
const AGAIN_MILLIS_MAX = 3_600_000;

/** What a transition works with; `effects` is filled on the way. */
export interface Turn {
  readonly contact: ContactState;
  readonly now: Millis;
  readonly settings: DoorSettings;
  readonly effects: Effect[];
}

/** A bolt in one of its states. */
export type BoltAt<At extends BoltState["at"]> = Extract<BoltState, { at: At }>;

/** Tells whether a bolt may be thrown: the leaf is shut, or no contact is fitted that could ever tell. */
export function isShut({ contact, settings }: Pick<Turn, "contact" | "settings">): boolean {
  return contact.is === "closed" || (contact.is === "unknown" && settings.isRelockBlind);
}

/** Begins to retract; a first attempt. */
export function retract(
  why: { readonly cause: Cause; readonly isUnlatchWanted: boolean },
  turn: Turn,
): BoltAt<"unlocking"> {
  turn.effects.push({ kind: "drive", command: "retract" });
  return { at: "unlocking", ...why, attempt: 0, isLockWanted: false, deadline: driveEnd(turn) };
}

/** Begins to throw; only onto a door that is shut. */
export function throwBolt(why: { readonly cause: Cause; readonly attempt: number }, turn: Turn): BoltAt<"locking"> {
  assert(isShut(turn), "door: no bolt is thrown onto a door that may be open");
  turn.effects.push({ kind: "drive", command: "throw" });
  return { at: "locking", phase: "throwing", ...why, deadline: driveEnd(turn) };
}

/** Begins to pull the latch. */
export function pull(turn: Turn): BoltAt<"unlatching"> {
  turn.effects.push({ kind: "drive", command: "pullLatch" });
  return {
    at: "unlatching",
    phase: "pulling",
    isLockWanted: false,
    deadline: after(turn.settings.unlatchMillis, turn),
  };
}

/** Begins to let the latch out. */
export function release({ isLockWanted }: BoltAt<"unlatching">, turn: Turn): BoltAt<"unlatching"> {
  turn.effects.push({ kind: "drive", command: "releaseLatch" });
  return { at: "unlatching", phase: "releasing", isLockWanted, deadline: driveEnd(turn) };
}

/** A bolt that jammed on its way, and is thrown once more after five minutes, then after twice as long each time, an hour at most, for as
 *  long as the leaf is shut: of these nothing is told but the one that succeeds. */
export type Jammed = Extract<BoltState, { readonly during: "retract" | "throw" }>;

/** Gives up on the latch, with the alarm. */
export function jamLatch(turn: Turn): BoltAt<"jammed"> {
  turn.effects.push({ kind: "drive", command: "stop" }, { kind: "alarm", alarm: "jammed" });
  return { at: "jammed", during: "latch" };
}

/** Gives up on a bolt that is not drawn back, with the alarm. Whoever pressed has minutes to press again before it is thrown. */
export function jamIn(turn: Turn): Jammed {
  turn.effects.push({ kind: "drive", command: "stop" }, { kind: "alarm", alarm: "jammed" });
  const jammed = { at: "jammed", during: "retract", cause: "auto", attempt: RETRIES_MAX } as const;
  return { ...jammed, relockAt: throwAgainAt(jammed, turn) };
}

/** Gives up on a bolt that does not come into its keeper, with the alarm where it is the first time. */
export function jamOut({ cause, phase, attempt: made }: BoltAt<"locking">, turn: Turn): Jammed {
  const isFirst = made <= RETRIES_MAX;
  const attempt = Math.max(made, RETRIES_MAX);
  if (isFirst) reportFailed(phase === "returning" ? "unlock" : "lock", { cause, hasLeft: true }, turn);
  turn.effects.push({ kind: "drive", command: "stop" });
  if (isFirst) turn.effects.push({ kind: "alarm", alarm: "jammed" });
  return { at: "jammed", during: "throw", cause, attempt, relockAt: throwAgainAt({ cause, attempt }, turn) };
}

/** Gives when a bolt that jammed is thrown again, or undefined where it may not be. What was asked for, or did not come back, is wanted
 *  locked. */
export function throwAgainAt(
  { cause, attempt }: { readonly cause: Cause; readonly attempt: number },
  turn: Turn,
): Millis | undefined {
  const wait = AGAIN_MILLIS * 2 ** (attempt - RETRIES_MAX);
  return relockAt(cause !== "auto", Math.min(wait, AGAIN_MILLIS_MAX), turn);
}

/** Tells that the bolt is in its keeper. */
export function lock(
  { cause, witness }: { readonly cause: Cause; readonly witness: Witness },
  turn: Turn,
): BoltAt<"locked"> {
  turn.effects.push({ kind: "report", what: "locked", cause, witness });
  return { at: "locked", witness };
}

/** Tells that the bolt is retracted, and sets its timer. */
export function rest(
  {
    cause,
    witness,
    isLockWanted,
  }: { readonly cause: Cause; readonly witness: Witness; readonly isLockWanted: boolean },
  turn: Turn,
): BoltAt<"unlocked"> {
  turn.effects.push({ kind: "report", what: "unlocked", cause, witness });
  // Whoever pressed inside has the time to leave, whatever somebody else wished meanwhile.
  const delay = isLockWanted && cause !== "inside" ? 0 : turn.settings.relockMillis;
  return { at: "unlocked", witness, isLockWanted, relockAt: relockAt(isLockWanted, delay, turn) };
}

/** Gives when the bolt is to be thrown by itself, or undefined where it may not be, or nobody wants it. */
export function relockAt(isLockWanted: boolean, delayMillis: number, turn: Turn): Millis | undefined {
  return mayRelock(isLockWanted, turn) ? after(delayMillis, turn) : undefined;
}

/** Tells whether a bolt out of its keeper is to be thrown by itself. */
export function mayRelock(isLockWanted: boolean, { contact, settings }: Pick<Turn, "contact" | "settings">): boolean {
  const { isAutoRelock, mode } = settings;
  return isShut({ contact, settings }) && (isLockWanted || (isAutoRelock && mode !== "passage"));
}

/** Tells that an act failed. */
export function reportFailed(act: Act, how: { readonly cause: Cause; readonly hasLeft: boolean }, turn: Turn): void {
  turn.effects.push({ kind: "report", what: "failed", act, ...how });
}

/** Gives the deadline of a drive that begins now. */
export function driveEnd(turn: Turn): Millis {
  return after(turn.settings.driveMillis, turn);
}

function after(delayMillis: number, { now }: Turn): Millis {
  return millis(now + delayMillis);
}
