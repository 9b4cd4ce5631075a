// What the lock remembers: the journal, the state that is its fold, and the clock that stands on it.
// Why: there is one way to change the state, and it goes through flash: a record is durable and read back before it counts.
// Follows docs/protocol.md §4 and §6.

import { type Bytes, concat } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { assert, Fault } from "../firmware/fault.ts";
import { encodeCheckpoint } from "../firmware/journal/checkpoint.ts";
import { foldDigest } from "../firmware/journal/damage.ts";
import { type Geometry, Journal } from "../firmware/journal/journal.ts";
import type { Head } from "../firmware/journal/log.ts";
import { encodeEntry, placeOf, readEntry, type WritableEntry } from "../firmware/journal/payload.ts";
import { ACCESS, NOTICES, type RecordTime, type Region, STATE } from "../firmware/journal/record.ts";
import { applyEntry, emptyState, type LockState } from "../firmware/journal/state.ts";
import { RECORDS_BYTES_MAX } from "../firmware/link/message.ts";
import { type Flash, type Millis, millis, type Seconds, seconds } from "../firmware/platform.ts";
import { withSequence } from "../firmware/policy/keyring.ts";
import { at, type Clock, type ClockResult, type Interval, startClock } from "../firmware/time/clock.ts";
import type { Identity } from "./identity.ts";

/** How often lo is written down; a power cut loses at most so much of it. */
export const WATERMARK_MILLIS = 900_000;
/** Records of 128 bytes that are kept free for owners and the ends of visits: guests, and noise, are refused before. */
export const RESERVED_RECORDS = 64;
/** Of these, for whatever ends a thief's key or brings the lock back. */
const RESERVED_FOR_OWNERS = 24;
/** The same for notices, which are few: an alarm must not find them full of strangers. */
const RESERVED_NOTICES = 16;
const RECORD_PAYLOAD_BYTES = 96;

/** What the memory stands on. */
export interface MemoryOptions {
  readonly crypto: Crypto;
  readonly flash: Flash;
  readonly geometry: Geometry;
  readonly identity: Identity;
  readonly isPowerOn: boolean;
  readonly resetReason: number;
  readonly buildTime: Seconds;
  readonly clockPartsPerMillion: number;
}

/** The lock's memory. */
export class Memory {
  readonly state: LockState;
  readonly #crypto: Crypto;
  readonly #identity: Identity;
  readonly #journal: Journal;
  #clock: Clock;
  #watermarkAt: Millis;
  /** What was wrong with each region at the start: 8 bytes, or none. Damage, and after it records that verified and made no
   *  sense, written by another version or by nobody honest. */
  readonly #damages: readonly [state: Bytes, access: Bytes, notices: Bytes];

  /** Recovers everything from flash, and writes down that the lock has started. */
  constructor(options: MemoryOptions, now: Millis) {
    const { crypto, flash, geometry, identity, isPowerOn } = options;
    this.#crypto = crypto;
    this.#identity = identity;
    const state = emptyState();
    this.state = state;
    const damages: [Bytes, Bytes, Bytes] = [new Uint8Array(0), new Uint8Array(0), new Uint8Array(0)];
    this.#journal = Journal.open({
      crypto,
      flash,
      geometry,
      lockId: identity.lockId,
      isPowerOn,
      visit: ({ record }) => {
        try {
          // The view ends with the visit; the state keeps parts of it.
          applyEntry(crypto, state, readEntry(record.region, record.type, record.payload.slice()), record);
        } catch (fault) {
          if (!(fault instanceof Fault)) throw fault;
          // The record's digest covers its region, its number and its bytes.
          damages[record.region] = foldDigest(crypto, damages[record.region], record.digest);
        }
      },
    });
    for (const { region, digest } of this.#journal.damages) {
      const senseless = damages[region];
      damages[region] = senseless.length === 0 ? digest : foldDigest(crypto, digest, senseless);
    }
    this.#damages = damages;
    this.#clock = startClock({
      watermark: state.watermark,
      buildTime: options.buildTime,
      driftPpm: options.clockPartsPerMillion,
      now,
    });
    this.#watermarkAt = now;
    const isWritten = this.tryWrite({ kind: "boot", reason: options.resetReason, boots: state.boots + 1 }, now);
    // The end of privacy may be what could not be written: an empty house must not shut its owner out.
    if (!isWritten && state.configuration.mode === "privacy")
      state.configuration = { ...state.configuration, mode: "normal" };
  }

  /** What the time surely is. */
  interval(now: Millis): Interval {
    return at(this.#clock, now);
  }

  get clock(): Clock {
    return this.#clock;
  }

  /** Takes what an owner's word made of the clock, and writes it down where it moved or was unknown before.
   *  @returns false where that cannot be written; the clock is then as it was */
  trySetClock(result: Extract<ClockResult, { clock: Clock }>, now: Millis): boolean {
    const { lo, hi } = at(result.clock, now);
    assert(hi !== undefined, "an owner's word bounds the time on both sides");
    const before = this.#clock;
    this.#clock = result.clock;
    if (before.hi !== undefined && result.kind === "narrowed") return true;
    if (this.tryWrite({ kind: "clock", source: result.kind === "back" ? 2 : 1, lo, hi }, now)) return true;
    this.#clock = before;
    return false;
  }

  /** Notes the number of a statement that was obeyed though it could not be written, so that whoever carried it cannot play
   *  it again. It is lost with a restart, and so is the session that it is good for. */
  spendUnwritten(kid: Bytes, sequence: number): void {
    this.state.keyring = withSequence(this.#crypto, this.state.keyring, { kid, sequence });
  }

  /** Writes one record durably, and only then lets it count.
   *  @throws Fault journal.full, journal.unwritable, journal.size; nothing has changed then */
  write(entry: WritableEntry, now: Millis): Head {
    const { region, type } = placeOf(entry.kind);
    const time = this.#recordTime(now);
    const head = this.#journal.append(region, type, encodeEntry(entry), time);
    applyEntry(this.#crypto, this.state, entry, { region, seq: head.seq, lo: time.lo });
    return head;
  }

  /** Writes one record if that can be done. @returns whether it was */
  tryWrite(entry: WritableEntry, now: Millis): boolean {
    try {
      this.write(entry, now);
      return true;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return false;
    }
  }

  /** Writes what may happen often, while that leaves the room that owners and the ends of visits need.
   *  @throws Fault journal.full, journal.unwritable */
  writeNoise(entry: WritableEntry, now: Millis): void {
    if (!this.#hasRoom(placeOf(entry.kind).region)) throw new Fault("journal.full");
    this.write(entry, now);
  }

  /** Ends privacy, since somebody left the house: for good where that can be written, else until the next start. */
  endPrivacy(now: Millis): void {
    if (this.tryWrite({ kind: "door", event: "privacy-ended", count: 1 }, now)) return;
    this.state.configuration = { ...this.state.configuration, mode: "normal" };
  }

  /** Whether nothing is lost or broken that no owner knows of. */
  get isWhole(): boolean {
    const { acknowledged } = this.state;
    return this.#damages.every(
      (damage, region) => damage.length === 0 || this.#crypto.isEqual(damage, acknowledged[region]),
    );
  }

  get isWritable(): boolean {
    return this.#journal.isWritable;
  }

  /** Whether a guest's opening can be recorded to its end. */
  get isReadyForGuests(): boolean {
    return this.isWhole && this.isWritable && this.#hasRoom(STATE) && this.#hasRoom(ACCESS);
  }

  /** Whether there is more room than must be kept for the last statements of owners. */
  get hasRoomForOwners(): boolean {
    return this.#journal.room(ACCESS, RECORD_PAYLOAD_BYTES) >= RESERVED_FOR_OWNERS;
  }

  /** Notes that an owner knows of the damage that was found at the start, and of no other. @throws Fault journal.* */
  acknowledge(now: Millis): void {
    this.write({ kind: "acknowledged", digests: this.#damages }, now);
  }

  head(region: Region): Head {
    return this.#journal.head(region);
  }

  /** Gives raw records from a number on, as many as one answer carries.
   *  @throws Fault flash.io */
  records(region: Region, from: number): { first: number; previousLink: Bytes; bytes: Bytes } {
    const parts: Bytes[] = [];
    const { firstSeq, prevLink } = this.#journal.exportRegion(region, from, {
      bytesMax: RECORDS_BYTES_MAX,
      emit: (record) => parts.push(record.slice()),
    });
    return { first: firstSeq, previousLink: prevLink, bytes: concat(...parts) };
  }

  /** Signs the heads of all regions. */
  checkpoint(now: Millis): Bytes {
    const { lo, hi } = this.interval(now);
    const { signingSeed: seed, signingKey: publicKey, lockId } = this.#identity;
    const heads = [this.head(STATE), this.head(ACCESS), this.head(NOTICES)] as const;
    return encodeCheckpoint(this.#crypto, { seed, publicKey }, { lockId, heads, boots: this.state.boots, lo, hi });
  }

  /** Writes the watermark when it is due and the time is known. */
  tick(now: Millis): void {
    if (now < this.nextTick) return;
    this.#watermarkAt = now;
    if (this.interval(now).hi !== undefined && this.#hasRoom(STATE)) this.tryWrite({ kind: "watermark" }, now);
  }

  get nextTick(): Millis {
    return millis(this.#watermarkAt + WATERMARK_MILLIS);
  }

  #hasRoom(region: Region): boolean {
    const reserved = region === NOTICES ? RESERVED_NOTICES : RESERVED_RECORDS;
    return this.#journal.room(region, RECORD_PAYLOAD_BYTES) >= reserved;
  }

  #recordTime(now: Millis): RecordTime {
    const { lo, hi } = this.interval(now);
    return { lo, width: hi === undefined ? undefined : seconds(hi - lo) };
  }
}
