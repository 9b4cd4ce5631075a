// What the lock does at an owner's word: a statement is judged, written, and only then obeyed.
// Why: it is the only way in which access ever widens, so it stands apart from the way of guests, and reads in one sitting.
// Follows docs/protocol.md §2.3 and §6.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Door } from "../firmware/door/state.ts";
import { Fault } from "../firmware/fault.ts";
import {
  KIND_ACKNOWLEDGE,
  KIND_ACT,
  KIND_ADOPT,
  KIND_CANCEL_RESET,
  KIND_CONFIGURE,
  KIND_FACTORY_RESET,
  KIND_REMOVE_OWNER,
  KIND_SET_CLOCK,
  KIND_TRANSFER,
} from "../firmware/grant/body.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import { OPERATION_LOCK } from "../firmware/grant/holder.ts";
import { judgeSuccession, verifyRevocations } from "../firmware/grant/revocation.ts";
import { type Statement, verifyStatement } from "../firmware/grant/statement.ts";
import { TYP_REVOCATIONS, typOf } from "../firmware/grant/typ.ts";
import { CLOCK_INSIDE, CLOCK_OWNER, type WritableEntry } from "../firmware/journal/entry.ts";
import type { Indicator, Millis } from "../firmware/platform.ts";
import { findOwner, statementKey } from "../firmware/policy/keyring.ts";
import { type Clock, type ClockResult, intersect, ownerEvidence, setByOwner } from "../firmware/time/clock.ts";
import { judgeStatement } from "./acts.ts";
import type { Origin } from "./desk.ts";
import type { Presence } from "./inside.ts";
import type { Memory } from "./memory.ts";
import type { HouseNetwork } from "./network.ts";
import type { Ration } from "./ration.ts";
import type { Recorder } from "./recorder.ts";
import type { Reset } from "./reset.ts";
import { beginVisit, type Visit } from "./visit.ts";

/** What an owner's word may reach in the lock. */
export interface OwnerDesk {
  readonly crypto: Crypto;
  /** 11 bytes of ASCII. */
  readonly lockId: Bytes;
  readonly memory: Memory;
  readonly recorder: Recorder;
  readonly indicator: Indicator;
  readonly canUnlatch: boolean;
  readonly door: Door;
  readonly hasPresence: boolean;
  /** Whether somebody inside has just asked to get out. */
  readonly isLeaving: boolean;
  readonly presence: Presence;
  readonly reset: Reset;
  readonly network: HouseNetwork;
  /** What each key has left of statements, and of revocation lists. */
  readonly statements: Ration;
  readonly lists: Ration;
  /** What each key has left of requests that sound the alarm. */
  readonly announcements: Ration;
  /** Begins the owner's visit, whose statement is durable. */
  begin(visit: Visit, now: Millis): void;
  /** Asks the door: 0 unlock, 1 lock, 4 unlatch. */
  act(operation: number, now: Millis): void;
  /** Ends the sessions of a key that is none any more, and those of all guests. @param kid 8 bytes */
  ownerRemoved(kid: Bytes): void;
  /** Ends all sessions: the lock is another's. */
  handedOver(): void;
  /** Lets the door see its new settings. */
  settingsChanged(now: Millis): void;
}

/** How old the challenge may be of a statement that tells the time with nobody inside: the width in which grants are judged. */
const HELD_MILLIS_MAX = 600_000;
/** What is obeyed though the journal does not take it. */
const UNWRITTEN_KINDS: readonly number[] = Object.freeze([KIND_ACT, KIND_FACTORY_RESET, KIND_CANCEL_RESET]);

/** What somebody's word makes of the clock. */
type Told = Extract<ClockResult, { clock: Clock }>;

interface Moment {
  readonly from: Origin;
  readonly now: Millis;
}

/** Obeys a statement, or takes a revocation list. @returns why not, or undefined
 *  @throws Fault statement.shape, cose.*, cbor.*; nothing has changed then */
export function serveStatement(desk: OwnerDesk, message: Bytes, moment: Moment): Denial | undefined {
  if (typOf(message) === TYP_REVOCATIONS) return takeList(desk, message, moment.now);
  const statement = verify(desk, message, moment.from);
  if (typeof statement === "string") return statement;
  let denial = judge(desk, statement, moment);
  if (denial === undefined && !desk.statements.take(statement.kid, moment.now)) denial = "rate";
  denial ??= obey(desk, statement, moment);
  // The clock's own need of it is found out last.
  return denial === "presence" ? announce(desk, statement, moment.now) : denial;
}

function verify({ crypto, lockId, memory }: OwnerDesk, message: Bytes, { challenge }: Origin): Statement | Denial {
  const keyOf = (kid: Bytes): Bytes | undefined => statementKey(crypto, memory.state.keyring, kid);
  return verifyStatement(crypto, message, { lockId, challenge, keyOf });
}

function judge(desk: OwnerDesk, statement: Statement, { from, now }: Moment): Denial | undefined {
  const { memory } = desk;
  const { keyring, configuration } = memory.state;
  return judgeStatement(statement, {
    ...desk,
    keyring,
    configuration,
    mode: memory.mode(now),
    isAnswered: (kid) => desk.presence.isAnswered(kid, now),
    isResetRunning: desk.reset.isRunning,
    isCustodyWhole: memory.isCustodyWhole,
    hasRoom: memory.hasRoomForOwners,
    source: from.transport === "ble" ? "owner" : "remote",
  });
}

/** Tells everybody in the house that an owner's key asks for what needs somebody inside: who knows of no such thing does not
 *  press. @returns presence; or rate, where another's request waits for the same press, or this key has asked too often */
function announce(desk: OwnerDesk, { body, kid }: Statement, now: Millis): Denial {
  const { announcements, indicator, presence, recorder } = desk;
  // A lock that is new from the factory has no owner's key: whoever tries to adopt it is a stranger, and sounds nothing.
  if (body.kind === KIND_ADOPT) return "presence";
  const waits = presence.waitsFor(kid, now);
  if (waits === "this") return "presence";
  if (waits === "another" || !announcements.take(kid, now)) return "rate";
  presence.announce(kid, now);
  indicator.signal("alarm");
  recorder.alarm("presence", now);
  return "presence";
}

/** The statement is written first; then it acts. */
function obey(desk: OwnerDesk, statement: Statement, moment: Moment): Denial | undefined {
  const { memory } = desk;
  const { body } = statement;
  const { now } = moment;
  const clock = judgeClock(desk, statement, moment);
  if (typeof clock === "string") return clock;
  try {
    // Locking needs no record, so it takes none of the last room.
    if (isLocking(body) && !memory.hasRoomForOwners) memory.spendUnwritten(statement.kid, statement.sequence);
    else {
      // From here, and not from a function of its own: what writes needs the stack.
      const { seq } = memory.write(entryOf(statement), now);
      if (body.kind === KIND_ACT && !isLocking(body)) desk.begin(ownerVisit(seq, body.operation, moment), now);
      if (body.kind === KIND_ACKNOWLEDGE) memory.acknowledge(now);
    }
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    // A door that only its owner can open must open though the flash is dead or full, and say so; and a reset, which
    // erases the journal anyway, is the way out of both, so it must be possible to begin it and to stop it.
    if (!UNWRITTEN_KINDS.includes(body.kind)) return "journal";
    memory.spendUnwritten(statement.kid, statement.sequence);
    desk.indicator.signal("alarm");
  }
  const isTold = clock === undefined || memory.trySetClock(clock, now, desk.hasPresence ? CLOCK_INSIDE : CLOCK_OWNER);
  if (!isTold && body.kind === KIND_SET_CLOCK) return "journal";
  return act(desk, statement, now);
}

function isLocking(body: Statement["body"]): boolean {
  return body.kind === KIND_ACT && body.operation === OPERATION_LOCK;
}

function entryOf({ kid: actor, sequence, body, encodedBody }: Statement): WritableEntry {
  return { kind: "statement", actor, sequence, body, encodedBody };
}

/** The visit that an owner's word begins. @param seq the number of its statement */
function ownerVisit(seq: number, operation: number, { from, now }: Moment): Visit {
  const { connection } = from;
  return beginVisit(seq, { leaf: undefined, operation, connection, dwellMinutes: undefined }, now);
}

/** Does what a statement says that is durable, or need not be. @returns why not, or undefined */
function act(desk: OwnerDesk, { body, kid }: Statement, now: Millis): Denial | undefined {
  switch (body.kind) {
    case KIND_ACT:
      desk.act(body.operation, now);
      break;
    case KIND_REMOVE_OWNER:
      desk.ownerRemoved(body.ownerKid.slice());
      desk.reset.ended(desk.crypto, body.ownerKid);
      break;
    case KIND_ADOPT:
      desk.network.handedOver();
      desk.reset.ended(desk.crypto);
      break;
    case KIND_TRANSFER:
      desk.handedOver();
      desk.network.handedOver();
      desk.reset.ended(desk.crypto);
      desk.settingsChanged(now);
      break;
    case KIND_CONFIGURE:
      desk.settingsChanged(now);
      break;
    case KIND_CANCEL_RESET:
      desk.reset.cancel(now);
      break;
    case KIND_FACTORY_RESET:
      return beginReset(desk, kid, now);
    default:
  }
  return undefined;
}

/** An owner's word starts the loud delay; the key on paper waits for nothing. */
function beginReset({ crypto, memory, reset }: OwnerDesk, kid: Bytes, now: Millis): Denial | undefined {
  if (findOwner(crypto, memory.state.keyring, kid) !== undefined) {
    reset.begin(kid.slice(), now);
    return undefined;
  }
  try {
    reset.decide(now);
    return undefined;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return "journal";
  }
}

/** What a statement's `iat` makes of the clock: an act to set it must succeed; any other tells the time in passing. */
function judgeClock(desk: OwnerDesk, { body, issuedAt }: Statement, { from, now }: Moment): Told | Denial | undefined {
  const { hasPresence, memory, recorder } = desk;
  const heldMillis = now - from.since;
  // Held for so long it says less than a grant is judged by, and would leave a gap that the next word moves the clock by.
  if (heldMillis > HELD_MILLIS_MAX && !hasPresence) return body.kind === KIND_SET_CLOCK ? "challenge" : undefined;
  const telling = { now, hasPresence, jumpSecondsMax: memory.jumpSecondsMax(now) };
  if (body.kind === KIND_SET_CLOCK) {
    const result = setByOwner(memory.clock, issuedAt, { ...telling, heldMillis, isBack: body.isBackwards });
    if (result.kind === "needs-presence") return "presence";
    return result.kind === "alarm" ? "clock" : result;
  }
  const result = intersect(memory.clock, ownerEvidence(issuedAt, heldMillis), telling);
  if (result.kind === "alarm") recorder.alarm("clock", now);
  return "clock" in result ? result : undefined;
}

function takeList(
  { crypto, lockId, memory, lists: ration }: OwnerDesk,
  message: Bytes,
  now: Millis,
): Denial | undefined {
  const { keyring, lists } = memory.state;
  const ownerKey = (kid: Bytes) => findOwner(crypto, keyring, kid)?.publicKey;
  const list = verifyRevocations(crypto, message, { lockId, ownerKey });
  if (typeof list === "string") return list;
  const former = lists.find((stored) => crypto.isEqual(stored.owner, list.owner));
  const denial = judgeSuccession(former, list);
  if (denial !== undefined) return denial;
  if (!ration.take(list.owner, now)) return "rate";
  // It is kept whole, expired entries too: an owner at the door may set the clock back, and what was revoked must stay so.
  return memory.tryWrite({ kind: "list", list }, now) ? undefined : "journal";
}
