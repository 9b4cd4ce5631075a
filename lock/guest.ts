// What the lock does at a guest's word: the grant is judged, its use is written, and only then the door is asked.
// Why: it is the way of most who come, and the only one that spends; it reads in one sitting, apart from the way of owners.
// Follows docs/protocol.md §2.2.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Door } from "../firmware/door/state.ts";
import { Fault } from "../firmware/fault.ts";
import type { Chain } from "../firmware/grant/chain.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import {
  OPERATION_LOCK,
  OPERATION_READ_LOG,
  OPERATION_TALK,
  OPERATION_UNLATCH,
  OPERATION_UNLOCK,
  OPERATION_VIEW,
} from "../firmware/grant/holder.ts";
import type { Battery, Millis } from "../firmware/platform.ts";
import type { Spend } from "../firmware/policy/counters.ts";
import { findOwner, listsOf } from "../firmware/policy/keyring.ts";
import { type Decision, decide } from "../firmware/policy/policy.ts";
import { modeAllowsGuest } from "./acts.ts";
import type { GrantDenial, GrantProof, Origin } from "./desk.ts";
import type { Faces } from "./faces.ts";
import type { Memory } from "./memory.ts";
import { hasChargeToRelock } from "./power.ts";
import type { Ration } from "./ration.ts";
import type { Recorder } from "./recorder.ts";
import { beginVisit, isRetry, type Visit } from "./visit.ts";

/** What the desk of guests knows of codes: who needs one beside the phone. */
export interface CodeRule {
  /** Whether a holder's grants open only with a code besides. @param holder 8 bytes */
  isBound(holder: Bytes): boolean;
  /** Whether that code has not come within the last minute. @param holder 8 bytes */
  isCodeMissing(holder: Bytes, now: Millis): boolean;
  /** What a holder's code asks of the camera: 0 nothing, or no code; 1 recording, 2 live. @param holder 8 bytes */
  cameraRule(holder: Bytes): number;
  /** Ends the wait of a code: its phone has come. */
  used(): void;
}

/** Somebody whom nothing but the camera keeps out. */
export interface Knocker {
  /** The grant that came, its link8, or the name of a code; 8 bytes. */
  readonly name: Bytes;
  /** The grant, for the camera's own record; undefined for a code. */
  readonly grant: Bytes | undefined;
  /** Of a code that is right, and waits for a phone or a second code: for so long the camera stays awake, and nobody is refused. */
  readonly heldUntil?: Millis | undefined;
  /** Writes the one refusal that comes of it. */
  refuse(now: Millis): void;
}

/** What a guest's request may reach in the lock. */
export interface GuestDesk {
  readonly crypto: Crypto;
  readonly battery: Battery;
  readonly memory: Memory;
  readonly recorder: Recorder;
  readonly faces: Faces;
  readonly ration: Ration;
  readonly canUnlatch: boolean;
  readonly door: Door;
  /** Whether somebody inside has just asked to get out. */
  readonly isLeaving: boolean;
  readonly visit: Visit | undefined;
  readonly codeRule: CodeRule;
  /** What the camera proves now: 0 nothing, 1 it records, 2 it is live and unobstructed; for a retry by the film of its own visit. */
  cameraProof(now: Millis, isRetry?: boolean): number;
  /** Has the camera prove itself, for somebody who asks again, or stay awake for whom a code waits for. @returns whether that is worth the wait: then nothing is written */
  knock(knocker: Knocker, now: Millis): boolean;
  /** Whether somebody who looked through the camera now would see. */
  isCameraSeeing(now: Millis): boolean;
  /** Begins a visit whose intent is durable. */
  begin(visit: Visit, now: Millis): void;
  /** Asks the door: 0 unlock, 1 lock, 4 unlatch. */
  act(operation: number, now: Millis): void;
}

interface Moment {
  readonly from: Origin;
  readonly now: Millis;
}

/** What nothing stands against. */
interface Allowed {
  readonly spends: readonly Spend[];
  readonly dwellMinutes: number | undefined;
  readonly cameraRule: number;
  /** Whether the same grant opened this visit already. */
  readonly isRetry: boolean;
}

type Intent = Allowed & { readonly proof: GrantProof };

/** Does what a proven grant asks, or records why not. @returns why not, or undefined */
export function serveGrant(desk: GuestDesk, proof: GrantProof, moment: Moment): GrantDenial | undefined {
  const denial = judgeAndDo(desk, proof, moment);
  if (denial === undefined) return undefined;
  if (denial === "camera" && knocks(desk, proof, moment.now)) return "knocking";
  desk.recorder.refusal(proof.chain, proof.operation, { denial, now: moment.now });
  return denial;
}

/** Has the camera prove itself for whoever would open, and is kept out by nothing else. @returns whether it is worth a wait */
function knocks(desk: GuestDesk, { chain, operation }: GrantProof, now: Millis): boolean {
  if (operation !== OPERATION_UNLOCK && operation !== OPERATION_UNLATCH) return false;
  const { link8 } = chain.leaf;
  const refuse = (at: Millis) => desk.recorder.refusal(chain, operation, { denial: "camera", now: at });
  return desk.knock({ name: link8, grant: link8, refuse }, now);
}

/** Judges once more, at this moment, whether the holder of a grant may look through the camera, or read the log. @returns why not, or
 *  undefined @param proof of `view` or `read-log`, honoured in the session that asks */
export function judgeAgain(desk: GuestDesk, proof: GrantProof, moment: Moment): Denial | undefined {
  // Whoever gave it may be an owner no more, and the session go on as another owner's.
  if (findOwner(desk.crypto, desk.memory.state.keyring, proof.chain.owner) === undefined) return "unknown-key";
  const decision = judge(desk, proof, moment);
  return decision.isAllowed ? undefined : decision.denial;
}

function judge(desk: GuestDesk, proof: GrantProof & { readonly isRetry?: boolean }, { from, now }: Moment): Decision {
  const { crypto, memory } = desk;
  const { chain, operation } = proof;
  const { state } = memory;
  const { configuration } = state;
  const isView = operation === OPERATION_VIEW;
  return decide(crypto, chain, {
    operation,
    now: {
      interval: memory.interval(now),
      zone: configuration.zone,
      widthSecondsMax: configuration.widthSeconds,
      lists: listsOf(crypto, state.keyring, state.lists),
      counters: state.counters,
      cameraProof: isView ? Number(desk.isCameraSeeing(now)) : desk.cameraProof(now, proof.isRetry),
      isModeOpen: modeAllowsGuest(memory.mode(now), from.transport),
      hasPower: hasChargeToRelock(desk.battery),
      isJournalReady: memory.isReadyForGuests,
      isDoorReady: desk.door.bolt.at !== "jammed",
      isRetry: proof.isRetry === true,
    },
  });
}

function judgeAndDo(desk: GuestDesk, proof: GrantProof, moment: Moment): Denial | undefined {
  const allowed = judgeWhole(desk, proof, moment);
  if (typeof allowed === "string") return allowed;
  switch (proof.operation) {
    case OPERATION_UNLOCK:
    case OPERATION_UNLATCH:
      return allowed.isRetry ? openAgain(desk, proof, moment) : openFirst(desk, { ...allowed, proof }, moment);
    case OPERATION_LOCK:
      if (desk.isLeaving) return "door";
      moveLine(desk, proof, moment.from);
      desk.act(proof.operation, moment.now);
      return undefined;
    case OPERATION_TALK:
      return "camera";
    // What it opens is asked for afterwards, in the same session.
    case OPERATION_VIEW:
    case OPERATION_READ_LOG:
      moveLine(desk, proof, moment.from);
      return undefined;
    default:
      return "unsupported";
  }
}

/** Judges a grant, and all that stands beside it: the code that its holder needs, and what that asks of the camera. */
function judgeWhole(desk: GuestDesk, proof: GrantProof, moment: Moment): Denial | Allowed {
  const { chain, operation } = proof;
  const { now } = moment;
  if (operation === OPERATION_UNLATCH && !desk.canUnlatch) return "unsupported";
  const retry = isRetry(desk.crypto, desk.visit, { leaf: chain.leaf.link8, operation, now });
  const decision = judge(desk, { ...proof, isRetry: retry }, moment);
  // Whoever passes a grant on passes the need of a code on with it; no camera is woken for a phone that needs one.
  const isOpening = operation === OPERATION_UNLOCK || operation === OPERATION_UNLATCH;
  const isMissing = () => isOpening && chain.links.some(({ kid8 }) => desk.codeRule.isCodeMissing(kid8, now));
  if (!decision.isAllowed && decision.denial === "camera" && isMissing()) return "code";
  if (!decision.isAllowed) return decision.denial;
  if (!retry && isMissing()) return "code";
  // What the camera proved for the code it must prove again for its phone: a minute may lie between them.
  if (isOpening && codeCameraRule(desk, chain) > desk.cameraProof(now, retry)) return "camera";
  return { ...decision, isRetry: retry };
}

/** A retry is covered by the intent of its visit: the bolt is where that one put it, or stuck on its way there. */
function openAgain(desk: GuestDesk, proof: GrantProof, { from, now }: Moment): undefined {
  if (desk.visit !== undefined) desk.visit.retries++;
  moveLine(desk, proof, from);
  desk.act(proof.operation, now);
}

/** Whoever is honoured in his own visit over a new line hears there what the door does: the former is dropped. */
function moveLine({ crypto, visit }: GuestDesk, { chain }: GrantProof, { connection }: Origin): void {
  if (visit?.leaf !== undefined && crypto.isEqual(visit.leaf, chain.leaf.link8)) visit.connection = connection;
}

/** What the codes that a chain's holders need ask of the camera, the strictest. */
function codeCameraRule({ codeRule }: GuestDesk, { links }: Chain): number {
  return Math.max(...links.map(({ kid8 }) => codeRule.cameraRule(kid8)));
}

/** Writes who comes and what it spends; when all of it is durable, the door is asked. @returns why not, or undefined */
function openFirst(desk: GuestDesk, intent: Intent, { from, now }: Moment): Denial | undefined {
  const { chain } = intent.proof;
  if (!desk.ration.take(chain.links[0].link8, now)) return "rate";
  const isBound = chain.links.some(({ kid8 }) => desk.codeRule.isBound(kid8));
  try {
    desk.recorder.face(desk.crypto, chain, now);
    const proof = desk.cameraProof(now);
    const source = isBound ? "keypad" : "phone";
    const { seq } = desk.recorder.intent({ ...intent.proof, spends: intent.spends, source, proof }, now);
    desk.begin(guestVisit(desk, intent, { seq, proof, connection: from.connection, now }), now);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return "journal";
  }
  if (isBound) desk.codeRule.used();
  desk.faces.keep(desk.crypto, chain);
  desk.act(intent.proof.operation, now);
  return undefined;
}

/** The visit whose intent has the number `seq`. */
function guestVisit(
  desk: GuestDesk,
  { proof: { chain, holder, operation }, dwellMinutes, cameraRule }: Intent,
  at: { readonly seq: number; readonly proof: number; readonly connection: number; readonly now: Millis },
): Visit {
  const { link8: leaf, grant } = chain.leaf;
  const { connection, proof } = at;
  const camera = { rule: Math.max(cameraRule, codeCameraRule(desk, chain)), proof };
  const who = { leaf, operation, dwellMinutes, connection, camera };
  return beginVisit(at.seq, { ...who, grant: { leaf, holder, name: grant.name } }, at.now);
}
