// What the lock remembers: the journal, the state that is its fold, and the clock that stands on it.
// Why: there is one way to change the state, and it goes through flash: a record is durable and read back before it counts.
// Follows docs/protocol.md §4 and §6.

import type { Bytes } from "../firmware/bytes.ts";
import { modeAt, secondsToChange } from "../firmware/codes/user.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { encodeReceipt, type Receipt } from "../firmware/evidence/receipt.ts";
import { assert, Fault } from "../firmware/fault.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import { encodeCheckpoint } from "../firmware/journal/checkpoint.ts";
import {
  type CLOCK_INSIDE,
  CLOCK_OWNER,
  type CLOCK_QUORUM,
  CLOCK_SET_BACK,
  type Entry,
  type WritableEntry,
} from "../firmware/journal/entry.ts";
import type { Geometry } from "../firmware/journal/journal.ts";
import { placeOf, readEntry } from "../firmware/journal/payload.ts";
import { ACCESS, NOTICES, type RecordTime, type Region, STATE } from "../firmware/journal/record.ts";
import type { LockState } from "../firmware/journal/state.ts";
import { fetchedIn, Store } from "../firmware/journal/store.ts";
import type { Head } from "../firmware/journal/walk.ts";
import { RECORDS_BYTES_MAX, type Head as RegionHead } from "../firmware/link/message.ts";
import { type Flash, type Millis, millis, type Seconds, seconds } from "../firmware/platform.ts";
import type { Mode } from "../firmware/policy/configuration.ts";
import { withSequence } from "../firmware/policy/keyring.ts";
import { at, type Clock, type ClockResult, type Interval, jumpLeft, startClock } from "../firmware/time/clock.ts";
import type { Identity } from "./identity.ts";
import { HASTE_MAX, HASTE_OF_START } from "./ration.ts";

/** How often lo is written down; a power cut loses at most so much of it. */
export const WATERMARK_MILLIS = 900_000;
/** By how much lo may rise within the interval that is known without a record: a day of drift, and some. */
const NARROWED_SECONDS_MAX = 30;
/** Records of 128 bytes that are kept free for owners and the ends of visits: guests, and noise, are refused before. */
export const RESERVED_RECORDS = 64;
/** Of these, for whatever ends a thief's key or brings the lock back. */
const RESERVED_FOR_OWNERS = 24;
/** Records of 128 bytes that are kept free for alarms, which are 64 alarms: more than a sector, so that one which an alarm had to begin
 *  takes no noise. */
const RESERVED_FOR_ALARMS = 32;
/** So many notices back, and so long, a start looks for what it need not write again: more than there are kinds. */
const RECENT_NOTICES = 32;
const RECENT_SECONDS = 3_600;
const RECORD_PAYLOAD_BYTES = 96;
/** Where no payload of so many bytes fits in a sector any more, what the next one needs is done while no drive runs. The longest is a list of
 *  what an owner takes back. */
const AHEAD_BYTES = 1_040;
/** For so long what happened at the door is kept from noise: 90 days. */
const KEPT_SECONDS = 7_776_000;
/** Of the access ring, one part in so many may fill at once, however much noise there is. */
const BURST_PART = 12;

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
  readonly #store: Store;
  /** Sectors of access that may be filled at once. */
  readonly #burst: number;
  /** Seconds that each sector must last, else. */
  readonly #pace: number;
  #clock: Clock;
  #watermarkAt: Millis;

  /** Recovers everything from flash, and writes down that the lock has started. */
  constructor(options: MemoryOptions, now: Millis) {
    const { crypto, identity } = options;
    this.#crypto = crypto;
    this.#identity = identity;
    this.#store = new Store({ ...options, lockId: identity.lockId });
    const sectors = options.geometry.sectors[ACCESS];
    this.#burst = Math.max(1, Math.floor(sectors / BURST_PART));
    this.#pace = KEPT_SECONDS / Math.max(1, sectors - 1 - this.#burst);
    this.state = this.#store.state;
    this.#clock = startClock({
      watermark: this.state.watermark,
      buildTime: options.buildTime,
      driftPpm: options.clockPartsPerMillion,
      now,
    });
    this.#watermarkAt = now;
    this.#noteStart(options.resetReason, now);
  }

  /** Writes down that the lock has started. Not in the constructor: each name in it takes of the stack on which the recovery stands. */
  #noteStart(reason: number, now: Millis): void {
    const { state } = this;
    const isWritten = this.tryWrite({ kind: "boot", reason, ...startOf(state) }, now);
    // The end of privacy may be what is lost, or could not be written: an empty house must not shut its owner out.
    if (state.configuration.mode === "privacy" && !(isWritten && this.isWhole)) this.endPrivacy(now);
  }

  /** What the time surely is. */
  interval(now: Millis): Interval {
    return at(this.#clock, now);
  }

  /** The operating mode in force: a holiday's, or the configured one. By a journal that is not whole no door stands in passage: what
   *  ended that may be what is lost. */
  mode(now: Millis): Mode {
    const { codes, configuration } = this.state;
    const mode =
      codes.holidays.length === 0 ? configuration.mode : modeAt(configuration.mode, codes.holidays, this.interval(now));
    return mode === "passage" && !this.isWhole ? "normal" : mode;
  }

  get clock(): Clock {
    return this.#clock;
  }

  /** By how much an owner may move the clock forward with nobody inside, in seconds. */
  jumpSecondsMax(now: Millis): number {
    return jumpLeft(this.state.jumped, this.interval(now).lo);
  }

  /** Takes what somebody's word made of the clock, and writes it down where it moved or was unknown before.
   *  @returns false where that cannot be written; the clock is then as it was */
  trySetClock(
    result: Extract<ClockResult, { clock: Clock }>,
    now: Millis,
    source: typeof CLOCK_OWNER | typeof CLOCK_INSIDE | typeof CLOCK_QUORUM,
  ): boolean {
    const { lo, hi } = at(result.clock, now);
    assert(hi !== undefined, "whoever tells the time bounds it on both sides");
    const before = this.#clock;
    this.#clock = result.clock;
    if (before.hi !== undefined && result.kind === "narrowed") {
      // What it learnt must not be lost with the power, nor moved by in many words; and who vouches for the time ends what was moved.
      const isNews = lo - at(before, now).lo > NARROWED_SECONDS_MAX;
      if (!isNews && (source === CLOCK_OWNER || this.state.jumped <= lo)) return true;
    }
    const entry = { kind: "clock", source: result.kind === "back" ? CLOCK_SET_BACK : source, lo, hi } as const;
    if (this.tryWrite(entry, now)) return true;
    this.#clock = before;
    return false;
  }

  /** Notes the number of a statement that was obeyed though it could not be written, so that whoever carried it cannot play
   *  it again. It is lost with a restart, and so is the session that it is good for. */
  spendUnwritten(kid: Bytes, sequence: number): void {
    this.state.keyring = withSequence(this.#crypto, this.state.keyring, { kid, sequence });
  }

  /** Writes one record durably, and only then lets it count. One that overwrites records which no owner has fetched is
   *  preceded by one that says so.
   *  @throws Fault journal.full, journal.unwritable, journal.size; nothing has changed then */
  write(entry: WritableEntry, now: Millis): Head {
    return this.#store.append(entry, this.#recordTime(now));
  }

  /** Writes one record if that can be done, and noise only as `writeNoise` does. @returns whether it was */
  tryWrite(entry: WritableEntry, now: Millis, isNoise = false): boolean {
    try {
      if (isNoise) this.writeNoise(entry, now);
      else this.write(entry, now);
      return true;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return false;
    }
  }

  /** Writes what may happen often, while that leaves the room that owners, the ends of visits and alarms need, and overwrites
   *  nothing that no owner has fetched; in access it shortens no record of 90 days either (docs/attacks.md T45).
   *  @returns as `write`, which is so a tail call and takes no more of a board's stack   @throws Fault journal.full, journal.unwritable */
  writeNoise(entry: WritableEntry, now: Millis): Head {
    const isAccess = placeOf(entry.kind).region === ACCESS;
    const hasRoom = isAccess ? this.#hasRoomForNoise(now) : this.#room(NOTICES) >= RESERVED_FOR_ALARMS;
    if (!hasRoom) throw new Fault("journal.full");
    return this.write(entry, now);
  }

  /** Ends privacy, since somebody left the house: for good where that can be written, else until the next start. */
  endPrivacy(now: Millis): void {
    if (this.tryWrite({ kind: "door", event: "privacy-ended", count: 1 }, now)) return;
    this.state.configuration = { ...this.state.configuration, mode: "normal" };
  }

  /** Whether nothing is lost or broken that no owner knows of. */
  get isWhole(): boolean {
    const { acknowledged } = this.state;
    return this.#store.damages.every(
      (damage, region) => damage.length === 0 || this.#crypto.isEqual(damage, acknowledged[region]),
    );
  }

  /** Whether no record is lost that could have said who owns the lock. */
  get isCustodyWhole(): boolean {
    return this.#store.damages[ACCESS].length === 0;
  }

  get isWritable(): boolean {
    return this.#store.journal.isWritable;
  }

  /** Whether a guest's opening can be recorded to its end, and overwrites nothing that no owner has fetched. */
  get isReadyForGuests(): boolean {
    return this.isWhole && this.isWritable && this.#room(ACCESS) >= RESERVED_RECORDS;
  }

  /** Whether an owner's statement overwrites nothing that no owner has fetched, and leaves room for the last ones. */
  get hasRoomForOwners(): boolean {
    return this.#room(ACCESS) >= RESERVED_FOR_OWNERS;
  }

  /** Hands over the notices of the last hour that no owner has fetched: what was written before a restart need not be written again behind
   *  it. Without the time each start is in the same hour, so what was fetched must not keep the next one from being written.
   *  @param hear is given views that hold until it returns */
  recentNotices(hear: (entry: Entry) => void, now: Millis): void {
    const { lo } = this.interval(now);
    try {
      this.#store.journal.records(NOTICES, Math.max(1, this.head(NOTICES).seq + 1 - RECENT_NOTICES), ({ record }) => {
        const isRecent = record.seq > this.state.fetchedNotices && record.lo + RECENT_SECONDS > lo;
        if (isRecent) hear(readEntry(record.region, record.type, record.payload));
        return true;
      });
    } catch (fault) {
      // What cannot be read is no loss: it is written once more.
      if (!(fault instanceof Fault)) throw fault;
    }
  }

  /** Notes what an owner holds, verified, where it is more than is known: records up to there may make room.
   *  @returns why not, or undefined */
  fetched(heads: readonly RegionHead[], now: Millis): Denial | undefined {
    const { state } = this;
    let { fetched: through, fetchedNotices: notices } = state;
    for (const { region, lastSeq, link } of heads) {
      if (lastSeq <= fetchedIn(state, region)) continue;
      if (lastSeq > this.head(region).seq || !this.#isLinkOf(region, lastSeq, link)) return "journal";
      if (region === ACCESS) through = lastSeq;
      else notices = lastSeq;
    }
    if (through === state.fetched && notices === state.fetchedNotices) return undefined;
    return this.tryWrite({ kind: "fetched", through, notices }, now) ? undefined : "journal";
  }

  /** Notes that an owner knows of the damage that was found at the start, and of no other. @throws Fault journal.* */
  acknowledge(now: Millis): void {
    this.write({ kind: "acknowledged", digests: this.#store.damages }, now);
  }

  head(region: Region): Head {
    return this.#store.journal.head(region);
  }

  /** Gives raw records from a number on, as many as one answer carries.
   *  @throws Fault flash.io */
  records(region: Region, from: number): { first: number; previousLink: Bytes; bytes: Bytes } {
    // One buffer: an answer is the largest thing that a board holds beside its snapshot, and no part of it should be held twice.
    const bytes = new Uint8Array(RECORDS_BYTES_MAX);
    let size = 0;
    const { firstSeq, prevLink } = this.#store.journal.exportRegion(region, from, {
      bytesMax: RECORDS_BYTES_MAX,
      emit: (record) => {
        bytes.set(record, size);
        size += record.length;
      },
    });
    return { first: firstSeq, previousLink: prevLink, bytes: bytes.subarray(0, size) };
  }

  /** Signs the heads of all regions. */
  checkpoint(now: Millis): Bytes {
    const { lo, hi } = this.interval(now);
    const { signingSeed: seed, signingKey: publicKey, lockId } = this.#identity;
    const heads = [this.head(STATE), this.head(ACCESS), this.head(NOTICES)] as const;
    return encodeCheckpoint(this.#crypto, { seed, publicKey }, { lockId, heads, boots: this.state.boots, lo, hi });
  }

  /** Signs what a visit came to, as the journal stands now. */
  receipt(visit: Omit<Receipt, "lockId" | "lo" | "hi" | "head">, now: Millis): Bytes {
    const { lo, hi } = this.interval(now);
    const { signingSeed: seed, signingKey: publicKey, lockId } = this.#identity;
    return encodeReceipt(this.#crypto, { seed, publicKey }, { ...visit, lockId, lo, hi, head: this.head(ACCESS) });
  }

  /** Takes the snapshot that a next sector needs, and writes the watermark when it is due and the time is known.
   *  @param isDriving a drive is looked at often: no snapshot is taken meanwhile */
  tick(now: Millis, isDriving: boolean): void {
    const nearEnd = isDriving ? undefined : this.#store.journal.nearEnd(AHEAD_BYTES);
    if (nearEnd !== undefined) this.#prepare(nearEnd);
    if (now < this.#watermarkAt + WATERMARK_MILLIS) return;
    this.#watermarkAt = now;
    if (this.interval(now).hi !== undefined) this.tryWrite({ kind: "watermark" }, now);
  }

  /** When a snapshot or the watermark is due, or a holiday may begin or surely be over: then the door has another mode, though nothing
   *  happened. */
  nextTick(now: Millis, isDriving: boolean): Millis {
    if (!isDriving && this.#store.journal.nearEnd(AHEAD_BYTES) !== undefined) return now;
    const { holidays } = this.state.codes;
    const watermarkAt = this.#watermarkAt + WATERMARK_MILLIS;
    if (holidays.length === 0) return millis(watermarkAt);
    return millis(Math.min(watermarkAt, now + 1_000 * secondsToChange(holidays, this.interval(now))));
  }

  /** What fails then is told by whoever writes next. */
  #prepare(region: Region): void {
    try {
      this.#store.journal.prepare(region);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
    }
  }

  /** Whether the ring turns so slowly that noise may turn it: a ring that filled faster than in 90 days takes none until time
   *  has caught up. At 50 openings a day or fewer it so always spans 90 days. A sector from before the clock was set back counts too: it
   *  would keep noise out for as long as the clock was ahead. */
  #hasRoomForNoise(now: Millis): boolean {
    if (this.#room(ACCESS) < RESERVED_RECORDS) return false;
    const began = this.#store.journal.timeBack(ACCESS, this.#burst);
    return began === undefined || Math.abs(this.interval(now).lo - began) > this.#burst * this.#pace;
  }

  #room(region: Region): number {
    return this.#store.journal.room(region, RECORD_PAYLOAD_BYTES, fetchedIn(this.state, region));
  }

  /** Whether the chain's link of a record is that; not where it is not kept, or cannot be read. */
  #isLinkOf(region: Region, seq: number, link: Bytes): boolean {
    const head = this.head(region);
    if (seq === head.seq) return this.#crypto.isEqual(head.link, link);
    let isSame = false;
    try {
      this.#store.journal.records(region, seq, (entry) => {
        isSame = entry.record.seq === seq && this.#crypto.isEqual(entry.link, link);
        return false;
      });
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
    }
    return isSame;
  }

  #recordTime(now: Millis): RecordTime {
    const { lo, hi } = this.interval(now);
    return { lo, width: hi === undefined ? undefined : seconds(hi - lo) };
  }
}

/** What a start adds to the state. Who wires a lock that nobody owns yet starts it as often as he likes. */
function startOf({ boots, haste, keyring }: LockState): Pick<Extract<Entry, { kind: "boot" }>, "boots" | "haste"> {
  const isOwned = keyring.owners.length > 0;
  return { boots: boots + 1, haste: isOwned ? Math.min(haste + HASTE_OF_START, HASTE_MAX) : 0 };
}
