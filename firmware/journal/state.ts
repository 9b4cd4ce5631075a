// All that the lock knows, as the fold of its journal.
// Why: each record changes the state in one way only, whether it was just written or is read at boot, so a power cut can
// neither lose what was acknowledged nor invent what was not.
// Follows docs/protocol.md §4.

import { type Bytes, held, NO_BYTES } from "../bytes.ts";
import type { CodeUse } from "../codes/credential.ts";
import {
  type CodeState,
  emptyCodes,
  withCodeUse,
  withCredential,
  withoutCodeUse,
  withoutCredential,
  withSecret,
  withUser,
} from "../codes/state.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Fault, unreachable } from "../fault.ts";
import { withName } from "../grant/names.ts";
import type { RevocationList } from "../grant/revocation.ts";
import { type Seconds, seconds } from "../platform.ts";
import { type Configuration, defaultConfiguration } from "../policy/configuration.ts";
import { COUNTERS_MAX, type Counter, Counters } from "../policy/counters.ts";
import { emptyKeyring, type Keyring } from "../policy/keyring.ts";
import { afterJump } from "../time/clock.ts";
import type { CodeEntry } from "./codes.ts";
import { applyStatement } from "./custody.ts";
import { CLOCK_OWNER, CLOCK_SET_BACK, type Entry, type SpentUse } from "./entry.ts";
import { type Region, STATE } from "./record.ts";

/** Faces that the lock remembers, so that their names are written once: `who` records. */
export const FACES_MAX = 32;

/** An opening that has not been closed in the journal. */
export interface OpenVisit {
  /** The number of its intent (or of the owner's statement) in the access region. */
  readonly intent: number;
  /** The key that came, 8 bytes; none where somebody came with a code. */
  readonly actor: Bytes;
  /** What it spent: given back if the bolt never moved. */
  readonly spends: readonly SpentUse[];
  /** The code that opened, where it was its first use: given back likewise. */
  readonly code: CodeUse | undefined;
}

/** What is left of the guesses where no record says: all of it. */
export const BUDGET_FULL = 0xffff_ffff;

/** The fold. Only `applyEntry` writes to it, and memory.ts where what must be so could not be written. */
export interface LockState {
  keyring: Keyring;
  /** The newest list of each owner that sent one. */
  lists: readonly RevocationList[];
  configuration: Configuration;
  counters: Counters;
  visit: OpenVisit | undefined;
  codes: CodeState;
  /** What was left of the guesses when it was last written, in units of 1e-12. */
  budget: number;
  /** The highest lo that was ever recorded; falls only when an owner at the door sets the clock back. */
  watermark: Seconds;
  /** The lock's time at which nothing counts any more of what owners moved the clock by with nobody inside (time/clock.ts, afterJump). */
  jumped: Seconds;
  boots: number;
  /** How hastily the lock was started of late: so many quarters of an hour of uptime until that is forgotten. */
  haste: number;
  /** The damage that an owner knows of, by its digests: state, access, notices. */
  acknowledged: readonly [state: Bytes, access: Bytes, notices: Bytes];
  /** Records that verified and made no sense, by their digests: 8 bytes, or none. */
  senseless: readonly [state: Bytes, access: Bytes, notices: Bytes];
  /** The last access record that an owner has fetched and verified. */
  fetched: number;
  /** The last notice that an owner has. */
  fetchedNotices: number;
  /** The last access record that changed who owns the lock: both snapshots hold it, or are about to. */
  custody: number;
  /** link8 of grants whose names are in the journal, 8 bytes each, the newest last. */
  faces: Bytes;
}

/** Gives the state of a lock that has never run. */
export function emptyState(): LockState {
  return {
    keyring: emptyKeyring(),
    lists: [],
    configuration: defaultConfiguration(),
    counters: new Counters(),
    visit: undefined,
    codes: emptyCodes(),
    budget: BUDGET_FULL,
    watermark: seconds(0),
    jumped: seconds(0),
    boots: 0,
    haste: 0,
    acknowledged: [NO_BYTES, NO_BYTES, NO_BYTES],
    senseless: [NO_BYTES, NO_BYTES, NO_BYTES],
    fetched: 0,
    fetchedNotices: 0,
    custody: 0,
    faces: NO_BYTES,
  };
}

/** Folds one record into the state. The regions are independent of each other, since they are read one after the other.
 *  A record was checked before it was written; only where damage took others can it break a bound.
 *  @throws Fault journal.corrupt where a table has no room for it; nothing has changed then
 *  @param record its region, its number there, and the lo of its header */
export function applyEntry(
  crypto: Crypto,
  state: LockState,
  entry: Entry,
  record: { readonly region: Region; readonly seq: number; readonly lo: Seconds },
): void {
  switch (entry.kind) {
    case "boot":
    case "watermark":
    case "clock":
    case "acknowledged":
    case "fetched":
      applyMark(state, entry);
      break;
    case "list":
      applyList(crypto, state, entry.list);
      break;
    case "intent":
      applyIntent(crypto, state, entry, record);
      break;
    case "code":
    case "user":
    case "credential":
    case "secret":
    case "holidays":
    case "budget":
    case "code-refusal":
      applyCodeEntry(crypto, state, entry, record);
      break;
    case "closing":
      closeVisit(crypto, state, entry);
      break;
    case "statement":
      applyStatement(crypto, state, entry, record.seq);
      break;
    case "who":
      state.faces = withName(state.faces, entry.leaf, FACES_MAX);
      break;
    case "door":
      // Somebody left a house in privacy: the mode is over, and stays so through a power cut.
      if (entry.event === "privacy-ended") state.configuration = { ...state.configuration, mode: "normal" };
      break;
    case "refusal":
    case "inside":
    case "overwritten":
    case "network":
    case "alarm":
    case "stranger":
    case "camera":
    case "other":
      break;
    default:
      unreachable(entry);
  }
  // Behind it, since how far owners moved the clock counts from where it was. Only the state region counts: there alone a setting back
  // stands in order with the marks around it.
  if (record.region === STATE && record.lo > state.watermark) state.watermark = record.lo;
}

type Mark = Extract<Entry, { kind: "boot" | "watermark" | "clock" | "acknowledged" | "fetched" }>;

/** Folds what stands in the state region alone, but for lists and codes. */
function applyMark(state: LockState, entry: Mark): void {
  switch (entry.kind) {
    case "boot":
      ({ boots: state.boots, haste: state.haste } = entry);
      break;
    case "watermark":
      // A quarter of an hour without a start.
      if (state.haste > 0) state.haste--;
      break;
    case "clock":
      applyClock(state, entry);
      break;
    case "acknowledged":
      state.acknowledged = [held(entry.digests[0]), held(entry.digests[1]), held(entry.digests[2])];
      break;
    case "fetched":
      state.fetched = Math.max(state.fetched, entry.through);
      state.fetchedNotices = Math.max(state.fetchedNotices, entry.notices);
      break;
    default:
  }
}

function applyClock(state: LockState, { source, lo }: Extract<Entry, { kind: "clock" }>): void {
  // Whoever stands inside, and two servers, vouch for the time: what was moved before is forgotten.
  state.jumped = source === CLOCK_OWNER ? afterJump(state.jumped, state.watermark, lo) : seconds(0);
  if (source === CLOCK_SET_BACK) state.watermark = lo;
}

function applyList(crypto: Crypto, state: LockState, list: RevocationList): void {
  state.lists = [...state.lists.filter((former) => !crypto.isEqual(former.owner, list.owner)), list];
}

function applyIntent(
  crypto: Crypto,
  state: LockState,
  entry: Extract<Entry, { kind: "intent" }>,
  record: { readonly seq: number; readonly lo: Seconds },
): void {
  const root = entry.root.slice();
  const spends = entry.spends.map((spend) => ({ ...spend, link8: spend.link8.slice() }));
  for (const spend of spends) state.counters = withUse(crypto, state.counters, { ...spend, root8: root }, record.lo);
  state.visit = { intent: record.seq, actor: entry.actor.slice(), spends, code: undefined };
}

/** Folds a record of codes. */
function applyCodeEntry(
  crypto: Crypto,
  state: LockState,
  entry: CodeEntry,
  record: { readonly seq: number; readonly lo: Seconds },
): void {
  switch (entry.kind) {
    case "code": {
      const { codes, isFirst } = withCodeUse(crypto, state.codes, entry.use, record.lo);
      state.codes = codes;
      if (entry.isHalf) break;
      state.visit = { intent: record.seq, actor: NO_BYTES, spends: [], code: isFirst ? entry.use : undefined };
      break;
    }
    case "user":
      state.codes = withUser(crypto, state.codes, entry);
      break;
    case "credential": {
      const { credential, slot } = entry;
      state.codes =
        credential === undefined ? withoutCredential(state.codes, slot) : withCredential(state.codes, credential);
      break;
    }
    case "secret":
      state.codes = withSecret(crypto, state.codes, { owner: entry.actor, sealed: entry.sealed });
      break;
    case "holidays":
      state.codes = { ...state.codes, holidays: entry.holidays };
      break;
    case "budget":
      state.budget = entry.level;
      break;
    case "code-refusal":
      break;
    default:
      unreachable(entry);
  }
}

function closeVisit(crypto: Crypto, state: LockState, closing: Extract<Entry, { kind: "closing" }>): void {
  const { visit } = state;
  if (visit === undefined || visit.intent !== closing.intent) return;
  state.visit = undefined;
  if (closing.outcome !== "not-moved") return;
  if (visit.code !== undefined) state.codes = withoutCodeUse(crypto, state.codes, visit.code);
  for (const spend of visit.spends) {
    if (state.counters.usedOf(crypto, spend.link8) !== spend.used) continue;
    state.counters = state.counters.withoutUse(crypto, spend.link8);
  }
}

/** Puts a counter in its place. What has expired goes only when the table is full: the clock may be set back by an owner
 *  at the door, and an expired grant that lives again must not be fresh. */
function withUse(crypto: Crypto, counters: Counters, use: Counter, lo: Seconds): Counters {
  if (counters.usedOf(crypto, use.link8) !== undefined) return counters.with(crypto, use);
  const kept = counters.count < COUNTERS_MAX ? counters : counters.live(lo);
  if (kept.count >= COUNTERS_MAX) throw new Fault("journal.corrupt");
  return kept.with(crypto, use);
}
