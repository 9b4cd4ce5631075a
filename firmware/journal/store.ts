// The journal together with the state that is its fold: what is written counts, and nothing else does.
// Why: there is one way to change the state, for the lock and for the tests that tear its flash: a record that is durable.
// Follows docs/protocol.md §4. It knows no clock and no lock; memory.ts in lock/ does.

import type { Bytes } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import type { Flash } from "../platform.ts";
import { foldDigest } from "./damage.ts";
import type { WritableEntry } from "./entry.ts";
import { decodeImage, writeImage } from "./image.ts";
import { type Geometry, Journal } from "./journal.ts";
import { encodeEntry, placeOf, readEntry } from "./payload.ts";
import { ACCESS, NOTICES, type RecordTime, type Region, SEQ_MAX, STATE, type StoredRecord } from "./record.ts";
import { applyEntry, emptyState, type LockState } from "./state.ts";
import type { Head } from "./walk.ts";

/** What a store stands on. */
export interface StoreOptions {
  readonly crypto: Crypto;
  readonly flash: Flash;
  readonly geometry: Geometry;
  /** 11 characters. */
  readonly lockId: string;
  /** Whether power was away since the journal was last open. */
  readonly isPowerOn: boolean;
}

/** One lock's journal and state. */
export class Store {
  readonly journal: Journal;
  /** Written to by records only, and by the lock where what must be so could not be written. */
  readonly state: LockState;
  /** What was wrong with each region at the start: 8 bytes, or none. Damage, and after it records that verified and made no
   *  sense; a region that has both is named by SHA-256(damage || senseless). */
  readonly damages: readonly [state: Bytes, access: Bytes, notices: Bytes];
  readonly #crypto: Crypto;

  /** Recovers everything from flash. @throws Fault bytes.encoding for a lock-id that is not ASCII */
  constructor(options: StoreOptions) {
    const { crypto } = options;
    const state = emptyState();
    this.#crypto = crypto;
    this.state = state;
    this.journal = Journal.open({
      ...options,
      restore: (image) => void Object.assign(state, decodeImage(crypto, image)),
      mayOverwrite: (region, lastSeq) => lastSeq <= fetchedIn(state, region),
      image: (writer) => writeImage(writer, crypto, state),
      visit: ({ record }) => applyRecord(crypto, state, record),
    });
    this.damages = [this.#damageOf(STATE), this.#damageOf(ACCESS), this.#damageOf(NOTICES)];
    this.#secureCustody();
  }

  #damageOf(region: Region): Bytes {
    const digest = this.journal.damages.find((damage) => damage.region === region)?.digest;
    const senseless = this.state.senseless[region];
    if (digest === undefined) return senseless;
    return senseless.length === 0 ? digest : foldDigest(this.#crypto, digest, senseless);
  }

  /** Writes one record durably, and only then lets it count. One in access that overwrites records which no owner has
   *  fetched is preceded by one that says so; one that changes who owns the lock is followed by both snapshots.
   *  @throws Fault journal.full, journal.unwritable, journal.size; the state is as it was then */
  append(entry: WritableEntry, time: RecordTime): Head {
    const { region, type } = placeOf(entry.kind);
    const payload = encodeEntry(entry);
    if (region === ACCESS) this.#tellOverwritten(payload.length, time);
    const head = this.journal.append(region, type, payload, time);
    applyEntry(this.#crypto, this.state, entry, { region, seq: head.seq, lo: time.lo });
    this.#secureCustody();
    return head;
  }

  /** Puts what changed who owns the lock into both snapshots, now or at the next start: a bit that flips in its record must
   *  not undo it. Where that cannot be written, the record itself stands, and the journal says that it is unwritable. */
  #secureCustody(): void {
    const { journal, state } = this;
    if (!journal.isWritable || journal.coveredByBoth(ACCESS) >= state.custody) return;
    try {
      journal.snapshot();
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
    }
  }

  #tellOverwritten(payloadBytes: number, time: RecordTime): void {
    const overwritten = this.journal.overwrittenBy(ACCESS, payloadBytes);
    const { fetched } = this.state;
    if (overwritten === undefined || overwritten.lastSeq <= fetched) return;
    const firstSeq = Math.max(overwritten.firstSeq, fetched + 1);
    const { region, type } = placeOf("overwritten");
    const payload = encodeEntry({ kind: "overwritten", firstSeq, lastSeq: overwritten.lastSeq });
    this.journal.append(region, type, payload, time);
  }
}

/** Gives the last record of a region that an owner has: up to there it may make room. Of the state region any may, since snapshots
 *  hold what it did. */
export function fetchedIn(state: LockState, region: Region): number {
  if (region === STATE) return SEQ_MAX;
  return region === ACCESS ? state.fetched : state.fetchedNotices;
}

/** Folds a record as it stands in the journal. */
function applyRecord(crypto: Crypto, state: LockState, record: StoredRecord): void {
  try {
    // The view ends with the visit; the state keeps parts of it.
    const entry = readEntry(record.region, record.type, record.payload.slice());
    applyEntry(crypto, state, entry, record);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    noteSenseless(crypto, state, record);
  }
}

/** Notes a record that verified and makes no sense: written by another version, or by nobody honest.
 *  @param record its region, and the digest that covers its region, its number and its bytes */
function noteSenseless(
  crypto: Crypto,
  state: LockState,
  record: { readonly region: Region; readonly digest: Bytes },
): void {
  const [inState, inAccess, inNotices] = state.senseless.map((before, region) =>
    region === record.region ? foldDigest(crypto, before, record.digest) : before,
  );
  state.senseless = [inState, inAccess, inNotices];
}
