// The door as a pure state machine: one event in, the next state and what must be done out.
// Why: what moves a bolt must be read in one sitting, tried in every state with every event, and replayed from a seed.
// Follows docs/design.md, "Door". Its laws: it throws onto no door that is open, or whose contact was not read yet; an inside
// press always retracts; no drive outlasts its deadline; and where the bolt is, it knows from a sensor or says that it
// does not know.

import { assert, unreachable } from "../fault.ts";
import type { Millis } from "../platform.ts";
import { type BoltReport, DRIVE_MILLIS_MAX } from "./bolt.ts";
import type { Act, DoorEvent, DoorSettings, Effect } from "./event.ts";
import {
  type BoltAt,
  driveEnd,
  isShut,
  type Jammed,
  jamIn,
  jamLatch,
  jamOut,
  lock,
  pull,
  RETRIES_MAX,
  release,
  relockAt,
  reportFailed,
  rest,
  retract,
  type Turn,
  throwAgainAt,
  throwBolt,
} from "./moves.ts";
import type { BoltState, Cause, ContactState, Door } from "./state.ts";

/** What follows from an event. */
export interface Step {
  readonly door: Door;
  readonly effects: readonly Effect[];
}

/** Gives the door after an event, and what it wants done. Total: every state takes every event.
 *  @param now uptime; not before that of the last step */
export function step(door: Door, event: DoorEvent, now: Millis, settings: DoorSettings): Step {
  assert(settings.driveMillis > 0 && settings.driveMillis <= DRIVE_MILLIS_MAX, "door: a drive ends within 5 s");
  assert(settings.unlatchMillis > 0 && settings.unlatchMillis < DRIVE_MILLIS_MAX, "door: a latch is held below 5 s");
  const { bolt } = door;
  const turn: Turn = { contact: afterContact(door.contact, event, now), now, settings, effects: [] };
  switch (event.kind) {
    case "request":
      return settle(turn, request(bolt, event.act, turn));
    case "inside":
      return settle(turn, press(bolt, turn));
    case "bolt":
      return settle(turn, hear(bolt, event.report, turn));
    case "contact":
      if (door.contact.is === event.is) return settle(turn, bolt);
      if (event.is === "closed") return settle(turn, shut(bolt, door.contact.is === "open", turn));
      return settle(turn, opened(bolt, door.contact.is === "closed", turn));
    case "tick":
      return settle({ ...turn, contact: warn(turn) }, tick(bolt, turn));
    default:
      return unreachable(event);
  }
}

function settle({ contact, effects }: Turn, bolt: BoltState): Step {
  return { door: { bolt, contact }, effects };
}

function afterContact(contact: ContactState, event: DoorEvent, now: Millis): ContactState {
  if (event.kind !== "contact" || event.is === contact.is) return contact;
  return event.is === "open" ? { is: "open", since: now, warned: "none" } : { is: "closed" };
}

function request(bolt: BoltState, act: Act, turn: Turn): BoltState {
  if (act === "lock") return requestLock(bolt, turn);
  if (act === "unlatch" && !turn.settings.canUnlatch) {
    turn.effects.push({ kind: "refused" });
    return bolt;
  }
  const isUnlatchWanted = act === "unlatch";
  switch (bolt.at) {
    case "unlocking":
      return {
        ...bolt,
        cause: bolt.cause === "inside" ? "inside" : "request",
        isUnlatchWanted: bolt.isUnlatchWanted || isUnlatchWanted,
        isLockWanted: false,
      };
    case "unlatching":
      // A second wish holds the latch no longer, or repeated ones would hold it beyond what the drive may take.
      return bolt.phase === "releasing" && isUnlatchWanted ? pull(turn) : { ...bolt, isLockWanted: false };
    case "unlocked":
      if (isUnlatchWanted) return pull(turn);
      return rest({ cause: "request", witness: bolt.witness, isLockWanted: false }, turn);
    case "unknown":
    case "locked":
    case "locking":
    case "jammed":
      return retract({ cause: "request", isUnlatchWanted }, turn);
    default:
      return unreachable(bolt);
  }
}

function requestLock(bolt: BoltState, turn: Turn): BoltState {
  switch (bolt.at) {
    case "locked":
      // Beside its keeper it locks nothing.
      if (turn.contact.is === "open") turn.effects.push({ kind: "deferred" });
      else turn.effects.push({ kind: "report", what: "locked", cause: "request", witness: bolt.witness });
      return bolt;
    case "locking":
      return bolt;
    case "unlocking":
    case "unlatching":
      return { ...bolt, isLockWanted: true };
    case "unknown":
    case "unlocked":
      if (isShut(turn)) return throwBolt({ cause: "request", attempt: 0 }, turn);
      turn.effects.push({ kind: "deferred" });
      return { ...bolt, isLockWanted: true, relockAt: undefined };
    case "jammed": {
      if (isShut(turn)) return throwBolt({ cause: "request", attempt: 0 }, turn);
      // A bolt that sticks out would keep the door from closing at all.
      turn.effects.push({ kind: "deferred" });
      const unlocking = retract({ cause: "auto", isUnlatchWanted: false }, turn);
      return { ...unlocking, isLockWanted: true };
    }
    default:
      return unreachable(bolt);
  }
}

/** The inside button: whatever the door does, it retracts. A retraction that runs already goes on to its own deadline, so
 *  that a button held down cannot stretch a drive; from now on it never turns back. */
function press(bolt: BoltState, turn: Turn): BoltState {
  const pressed = retreat(bolt, turn);
  // After the drive: what ends a mode is written down, and nobody waits for that.
  endPrivacy(turn);
  return pressed;
}

function retreat(bolt: BoltState, turn: Turn): BoltState {
  if (bolt.at === "unlocking") return { ...bolt, cause: "inside", isLockWanted: false };
  if (bolt.at === "locking" && bolt.phase === "backing") return outOfBacking(bolt, { cause: "inside" });
  return retract({ cause: "inside", isUnlatchWanted: false }, turn);
}

function hear(bolt: BoltState, report: BoltReport, turn: Turn): BoltState {
  switch (report.kind) {
    case "reached":
      return reach(bolt, report, turn);
    case "pulled":
      if (bolt.at !== "unlatching" || bolt.phase !== "pulling") return bolt;
      turn.effects.push({ kind: "report", what: "unlatched", cause: "request", witness: "none" });
      return { ...bolt, phase: "holding" };
    case "failed":
      return fail(bolt, report.position, turn);
    case "sensed":
      // While a drive runs, its own end decides.
      if ("deadline" in bolt) return bolt;
      return adopt(bolt, report, turn);
    default:
      return unreachable(report);
  }
}

function reach(bolt: BoltState, report: Extract<BoltReport, { kind: "reached" }>, turn: Turn): BoltState {
  const { position, witness } = report;
  const isRetracted = position === "retracted";
  switch (bolt.at) {
    case "unlocking":
      if (!isRetracted) return fail(bolt, position, turn);
      if (bolt.isUnlatchWanted) {
        turn.effects.push({ kind: "report", what: "unlocked", cause: bolt.cause, witness });
        return { ...pull(turn), isLockWanted: bolt.isLockWanted };
      }
      return rest({ cause: bolt.cause, witness, isLockWanted: bolt.isLockWanted }, turn);
    case "unlatching":
      if (bolt.phase !== "releasing") return bolt;
      if (!isRetracted) return lock({ cause: "auto", witness }, turn);
      return rest({ cause: "auto", witness, isLockWanted: bolt.isLockWanted }, turn);
    case "locking":
      if (bolt.phase === "backing" && isRetracted) {
        return throwBolt({ cause: bolt.cause, attempt: bolt.attempt + 1 }, turn);
      }
      if (bolt.phase === "backing" || isRetracted) return fail(bolt, position, turn);
      if (bolt.phase === "returning") reportFailed("unlock", { cause: bolt.cause, hasLeft: true }, turn);
      return lock({ cause: bolt.phase === "returning" ? "auto" : bolt.cause, witness }, turn);
    case "unknown":
    case "locked":
    case "unlocked":
    case "jammed":
      // The last word of a drive that was replaced or given up: a fact all the same.
      return adopt(bolt, { kind: "sensed", position, witness, cause: "auto" }, turn);
    default:
      return unreachable(bolt);
  }
}

/** A position that was sensed while nothing drives: a belief gives way to it. */
function adopt(
  bolt: BoltAt<"unknown" | "locked" | "unlocked" | "jammed">,
  { position, witness, cause }: Extract<BoltReport, { kind: "sensed" }>,
  turn: Turn,
): BoltState {
  if (cause === "manual" && position !== "thrown" && bolt.at === "locked") endPrivacy(turn);
  if (position === "thrown") {
    return bolt.at === "locked" ? { ...bolt, witness } : lock({ cause, witness }, turn);
  }
  if (position === "retracted") {
    if (bolt.at === "unlocked") return { ...bolt, witness };
    const isLockWanted = bolt.at === "unknown" && bolt.isLockWanted;
    // Nobody knows whose hand it was: who goes out has the time for it, whatever was asked for.
    const rested = rest({ cause, witness, isLockWanted: false }, turn);
    const relock = relockAt(isLockWanted, turn.settings.relockMillis, turn);
    return noLater({ ...rested, isLockWanted, relockAt: relock }, bolt);
  }
  if (bolt.at === "jammed") return bolt;
  if (bolt.at !== "unknown") turn.effects.push({ kind: "report", what: "moved", cause });
  const isLockWanted = bolt.at !== "locked" && bolt.isLockWanted;
  const relock = relockAt(isLockWanted, turn.settings.relockMillis, turn);
  return noLater({ at: "unknown", isLockWanted, relockAt: relock }, bolt);
}

/** Keeps the time at which it was to lock, where that is sooner: a contact that flickers puts it off no more than a hand at the
 *  thumbturn does. */
function noLater<Rest extends BoltAt<"unknown" | "unlocked">>(after: Rest, before: BoltState): Rest {
  if (before.at !== "unknown" && before.at !== "unlocked") return after;
  const { relockAt: at } = before;
  return at === undefined || after.relockAt === undefined || after.relockAt <= at ? after : { ...after, relockAt: at };
}

/** A drive that was blocked or ran out of time; resting states take it as the echo of one that was given up. */
function fail(bolt: BoltState, position: "thrown" | "retracted" | "unknown", turn: Turn): BoltState {
  switch (bolt.at) {
    case "unknown":
    case "locked":
    case "unlocked":
    case "jammed":
      return bolt;
    case "unlocking":
      return failRetract(bolt, position, turn);
    case "unlatching":
      if (bolt.phase === "releasing") return jamLatch(turn);
      if (bolt.phase === "pulling") reportFailed("unlatch", { cause: "request", hasLeft: true }, turn);
      return release(bolt, turn);
    case "locking":
      if (bolt.phase === "throwing" && bolt.attempt < RETRIES_MAX) {
        turn.effects.push({ kind: "drive", command: "retract" });
        return { ...bolt, phase: "backing", deadline: driveEnd(turn) };
      }
      return jamOut(bolt, turn);
    default:
      return unreachable(bolt);
  }
}

/** Somebody inside wants out: the bolt is pulled again, and never thrown against them. For anybody else a bolt half out
 *  of its keeper is the worst of both, neither open nor locked, and looks shut: it goes back to where it held, the alarm
 *  tells, and the next request begins anew. Where the door may stand open there is nothing to go back to. A bolt that never left
 *  its keeper, as is seen, holds whoever asked. */
function failRetract(bolt: BoltAt<"unlocking">, position: "thrown" | "retracted" | "unknown", turn: Turn): BoltState {
  const { cause } = bolt;
  if (cause === "inside" && bolt.attempt < RETRIES_MAX) {
    turn.effects.push({ kind: "drive", command: "retract" });
    return { ...bolt, attempt: bolt.attempt + 1, deadline: driveEnd(turn) };
  }
  const isInKeeper = position === "thrown" && turn.contact.is !== "open";
  if (!isInKeeper && (cause === "inside" || !isShut(turn))) {
    reportFailed("unlock", { cause, hasLeft: position !== "thrown" }, turn);
    return jamIn(turn);
  }
  turn.effects.push({ kind: "alarm", alarm: "jammed" });
  if (position === "thrown") {
    turn.effects.push({ kind: "drive", command: "stop" });
    reportFailed("unlock", { cause, hasLeft: false }, turn);
    return lock({ cause: "auto", witness: "sensor" }, turn);
  }
  turn.effects.push({ kind: "drive", command: "throw" });
  return { at: "locking", phase: "returning", cause, attempt: RETRIES_MAX, deadline: driveEnd(turn) };
}

/** However a door in privacy came open, who was inside may be gone, and privacy must not shut the owner out. */
function opened(bolt: BoltState, wasClosed: boolean, turn: Turn): BoltState {
  const after = open(bolt, wasClosed, turn);
  endPrivacy(turn);
  return after;
}

function open(bolt: BoltState, wasClosed: boolean, turn: Turn): BoltState {
  // Where the contact was not known before, nobody saw the door being opened.
  turn.effects.push({ kind: "report", what: "opened", cause: wasClosed ? "manual" : "boot" });
  switch (bolt.at) {
    case "unknown":
    case "unlocked":
      return { ...bolt, relockAt: undefined };
    case "unlocking":
    case "unlatching":
      return bolt;
    case "locked": {
      const isSensed = bolt.witness === "sensor";
      if (wasClosed && (isSensed || turn.settings.isForcedUnsensed)) {
        turn.effects.push({ kind: "alarm", alarm: "forced" });
      }
      // Without a sensor the open door itself disproves that the bolt was in its keeper.
      return isSensed ? bolt : { at: "unknown", isLockWanted: false, relockAt: undefined };
    }
    case "locking": {
      const isLockWanted = bolt.cause === "request" && bolt.phase !== "returning";
      if (isLockWanted) turn.effects.push({ kind: "deferred" });
      if (bolt.phase === "backing") return outOfBacking(bolt, { cause: "auto", isLockWanted });
      const cause = bolt.phase === "returning" ? bolt.cause : "auto";
      return { ...retract({ cause, isUnlatchWanted: false }, turn), isLockWanted };
    }
    case "jammed":
      // A bolt that was blocked on its way out is freed by the opening, and would keep the door from closing.
      return bolt.during === "throw" ? retract({ cause: "auto", isUnlatchWanted: false }, turn) : bolt;
    default:
      return unreachable(bolt);
  }
}

function shut(bolt: BoltState, wasOpen: boolean, turn: Turn): BoltState {
  // Where the contact was not known before, nobody saw the door being shut.
  turn.effects.push({ kind: "report", what: "closed", cause: wasOpen ? "manual" : "boot" });
  if (bolt.at === "jammed") return bolt.during === "latch" ? bolt : { ...bolt, relockAt: throwAgainAt(bolt, turn) };
  if (bolt.at !== "unknown" && bolt.at !== "unlocked") return bolt;
  return { ...bolt, relockAt: relockAt(bolt.isLockWanted, turn.settings.closedMillis, turn) };
}

function tick(bolt: BoltState, turn: Turn): BoltState {
  if ("deadline" in bolt) {
    return turn.now < bolt.deadline ? bolt : fail(bolt, "unknown", turn);
  }
  if (!("relockAt" in bolt)) return bolt;
  if (bolt.at === "jammed") return tickJammed(bolt, turn);
  // Passage may have ended, or auto-relock begun or become sooner, with the leaf shut all the while.
  const begun = relockAt(false, turn.settings.relockMillis, turn);
  if (bolt.relockAt === undefined) {
    return bolt.isLockWanted || begun === undefined ? bolt : { ...bolt, relockAt: begun };
  }
  if (turn.now < bolt.relockAt) {
    return begun === undefined || bolt.relockAt <= begun ? bolt : { ...bolt, relockAt: begun };
  }
  // The mode or the settings may have changed since the timer was set.
  if (relockAt(bolt.isLockWanted, 0, turn) === undefined) return { ...bolt, relockAt: undefined };
  return throwBolt({ cause: bolt.isLockWanted ? "request" : "auto", attempt: 0 }, turn);
}

/** Throws it again where that is due. Once the door is let stand unlocked nobody waits any more for what was asked before. */
function tickJammed(bolt: Jammed, turn: Turn): BoltState {
  const { attempt, relockAt: at } = bolt;
  const cause = turn.settings.mode === "passage" ? "auto" : bolt.cause;
  const isDue = at !== undefined && turn.now >= at;
  const next = throwAgainAt({ cause, attempt }, turn);
  if (isDue && next !== undefined) return throwBolt({ cause, attempt: attempt + 1 }, turn);
  return isDue || at === undefined ? { ...bolt, cause, relockAt: next } : bolt;
}

/** The two alarms of a door that stays open; in passage it may. */
function warn({ contact, now, settings, effects }: Turn): ContactState {
  if (contact.is !== "open" || settings.mode === "passage") return contact;
  let { warned } = contact;
  if (warned === "none" && now >= contact.since + settings.ajarMillis) {
    effects.push({ kind: "alarm", alarm: "ajar" });
    warned = "ajar";
  }
  if (warned === "ajar" && now >= contact.since + settings.heldOpenMillis) {
    effects.push({ kind: "alarm", alarm: "heldOpen" });
    warned = "heldOpen";
  }
  return warned === contact.warned ? contact : { ...contact, warned };
}

/** A lock that backs out for another attempt becomes an unlocking: the drive runs on, to the same deadline. */
function outOfBacking(
  { deadline }: BoltAt<"locking">,
  { cause, isLockWanted = false }: { readonly cause: Cause; readonly isLockWanted?: boolean },
): BoltAt<"unlocking"> {
  return { at: "unlocking", cause, attempt: 0, isUnlatchWanted: false, isLockWanted, deadline };
}

function endPrivacy({ settings, effects }: Turn): void {
  if (settings.mode === "privacy") effects.push({ kind: "mode", mode: "normal" });
}
