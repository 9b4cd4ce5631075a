// One pass over the records of a region: what stands on flash, in order, and where something is missing.
// Why: recovery, fetching and export must find the very same records by the very same rules, and tell a torn tail from a loss.
// Follows docs/protocol.md §4, "Recovery". What a snapshot covers needs no record any more: damage there is no loss of the lock's.

import type { Bytes } from "../bytes.ts";
import { type Damage, type DamageNote, withNote } from "./damage.ts";
import { isRestBlank, type Medium } from "./medium.ts";
import type { Region, SectorHeader, StoredRecord } from "./record.ts";
import {
  claimedBytes,
  decodeRecord,
  decodeSectorHeader,
  isBegun,
  RECORD_HEADER_BYTES,
  RECORD_TIME_OFFSET,
  SECTOR_HEADER_BYTES,
} from "./record.ts";

const SCAN_STEP_BYTES = 32;

/** The run of sectors that a region owns. */
export interface Extent {
  readonly region: Region;
  readonly firstSector: number;
  readonly sectors: number;
}

/** The newest record of a region: seq 0 and link_0 before the first. */
export interface Head {
  readonly seq: number;
  /** 32 bytes; not to be written to. */
  readonly link: Bytes;
}

/** A record with its place in the chain. */
export interface Entry {
  /** Its payload is a view that holds until the visitor returns. */
  readonly record: StoredRecord;
  readonly prevLink: Bytes;
  readonly link: Bytes;
}

/** Receives one valid record. @returns whether to go on */
export type Visit = (entry: Entry) => boolean;

/** The sector in which a walk ended. */
export interface Reached {
  readonly sectorSeq: number;
  readonly eraseCount: number;
  /** In the sector: the first byte after the last record. */
  readonly offset: number;
  readonly isAppendable: boolean;
}

/** Gives the first byte of a sector: sector q of a region stands at place q mod (sectors of the region). */
export function baseOf({ flash }: Medium, { firstSector, sectors }: Extent, sectorSeq: number): number {
  return (firstSector + (sectorSeq % sectors)) * flash.sectorBytes;
}

/** Reads the header of the sector at that place; undefined where there is none. @throws Fault flash.io */
export function readSectorHeader(medium: Medium, extent: Extent, sectorSeq: number): SectorHeader | undefined {
  const { crypto, flash, sector } = medium;
  flash.read(baseOf(medium, extent, sectorSeq), sector.bytes.subarray(0, SECTOR_HEADER_BYTES));
  return decodeSectorHeader(crypto, sector, extent.region);
}

/** Reads the time of the first record of the sector at that place, as it stands there: nothing of it is verified.
 *  @returns u32 seconds; 0 where there is none @throws Fault flash.io */
export function readFirstTime(medium: Medium, extent: Extent, sectorSeq: number): number {
  const { flash, sector } = medium;
  const header = sector.bytes.subarray(0, RECORD_HEADER_BYTES);
  flash.read(baseOf(medium, extent, sectorSeq) + SECTOR_HEADER_BYTES, header);
  return isBegun(sector, 0) ? sector.view.getUint32(RECORD_TIME_OFFSET, true) : 0;
}

/** What a walk starts from. */
export interface WalkStart {
  /** What a snapshot holds of the region, and its damage: seq 0 and link_0 where there is none. */
  readonly covered: Head;
  readonly damage: Damage | undefined;
  /** Whether the first sector must go on from `covered`; else it says itself where the chain is. */
  readonly isAnchored: boolean;
  readonly visit: Visit;
}

/** The state of one pass over the records. */
export class Walk {
  seq: number;
  link: Bytes;
  damage: Damage | undefined;
  readonly #medium: Medium;
  readonly #extent: Extent;
  readonly #covered: Head;
  readonly #visit: Visit;
  /** False until a header or a snapshot says where the chain is. */
  #isAnchored: boolean;
  /** False after a gap, until a header or a snapshot gives the link again. */
  #isLinked = true;
  #isStopped = false;
  /** Whether a sector has joined. */
  #hasEntered = false;
  /** Whether the walk stood at what the snapshot holds, or behind it. */
  #hasReached = false;

  constructor(medium: Medium, extent: Extent, start: WalkStart) {
    this.#medium = medium;
    this.#extent = extent;
    this.#covered = start.covered;
    this.#visit = start.visit;
    this.#isAnchored = start.isAnchored;
    this.seq = start.covered.seq;
    this.link = start.covered.link;
    this.damage = start.damage;
  }

  /** Walks the sectors from..to, both included. A sector that is missing is judged by the one after it: if that one
   *  continues the chain, nothing was lost. @returns the last sector that has anything @throws Fault flash.io */
  sectors(from: number, to: number): Reached | undefined {
    const medium = this.#medium;
    const { crypto, flash, sector } = medium;
    let reached: Reached | undefined;
    for (let sectorSeq = from; sectorSeq <= to && !this.#isStopped; sectorSeq++) {
      flash.read(baseOf(medium, this.#extent, sectorSeq), sector.bytes);
      const header = decodeSectorHeader(crypto, sector, this.#extent.region);
      const isHere = header?.sectorSeq === sectorSeq;
      const { seq } = this;
      if (!isHere && (header !== undefined || !this.#joinsBare(sectorSeq))) {
        // Numbers that were seen there are not given again, so the sector before takes no more.
        if (this.seq !== seq && reached !== undefined) reached = { ...reached, isAppendable: false };
        continue;
      }
      const eraseCount = header?.eraseCount ?? reached?.eraseCount ?? 1;
      const isJoined = this.#enter(header, sectorSeq);
      const offset = isJoined ? this.#records(sectorSeq) : SECTOR_HEADER_BYTES;
      // What is appended to a sector that is not read again would be lost.
      const isAppendable = isHere && isJoined && isRestBlank(medium, sector, offset);
      reached = { sectorSeq, eraseCount, offset, isAppendable };
    }
    return reached;
  }

  /** Ends a recovery: what a snapshot holds was there, so a region that ends before it, or of which nothing joins, has lost
   *  its end. @returns whether it stood at what the snapshot holds */
  reachCovered(): boolean {
    const { seq, link } = this.#covered;
    if (seq === 0 || this.#hasReached) return true;
    this.#note({ cause: "gap", throughSeq: seq, offset: this.#extent.firstSector * this.#medium.flash.sectorBytes });
    this.seq = seq;
    this.link = link;
    return false;
  }

  /** Whether the sector in the page has lost its header only. Its first record is the next one, or a later one with a gap
   *  before it, or, where nothing was read yet, one that a snapshot holds, which gives the link again further on. What an
   *  erase was cut in has older records only. A sector whose first record is gone too is not believed, but told of. */
  #joinsBare(sectorSeq: number): boolean {
    const { crypto, sector } = this.#medium;
    const at = { offset: SECTOR_HEADER_BYTES, region: this.#extent.region };
    const seq = this.#isAnchored ? decodeRecord(crypto, sector, at)?.seq : undefined;
    const base = baseOf(this.#medium, this.#extent, sectorSeq);
    if (seq === this.seq + 1) return true;
    if (seq !== undefined && seq > this.seq && seq <= this.#seqBound) {
      this.#noteLost({ cause: "gap", throughSeq: seq - 1, offset: base });
      this.#isLinked = false;
      this.#moveTo(seq - 1, this.link, base);
      return true;
    }
    if (seq !== undefined && !this.#hasEntered && seq <= this.#covered.seq) {
      this.seq = seq - 1;
      this.#isLinked = false;
      return true;
    }
    const isBlank = isRestBlank(this.#medium, sector, 0);
    if (this.#isAnchored && !isBlank) this.#countLost(SECTOR_HEADER_BYTES, base);
    return false;
  }

  /** No number above it can stand in the sector behind the one that was read last. */
  get #seqBound(): number {
    return this.seq + this.#medium.sector.bytes.length / SCAN_STEP_BYTES;
  }

  /** Joins a sector to the walk. @returns whether its records follow; those of an older history do not */
  #enter(header: SectorHeader | undefined, sectorSeq: number): boolean {
    const offset = baseOf(this.#medium, this.#extent, sectorSeq);
    this.#hasEntered = true;
    if (header === undefined) {
      this.#noteLost({ cause: "header", throughSeq: this.seq, offset });
      return true;
    }
    const throughSeq = header.firstSeq - 1;
    if (this.#isAnchored) {
      const isSame = this.#medium.crypto.isEqual(header.prevLink, this.link);
      const isNext = throughSeq === this.seq && (isSame || !this.#isLinked);
      const cause = throughSeq > this.seq ? "gap" : "fork";
      if (!isNext) this.#noteLost({ cause, throughSeq, offset });
      if (!isNext && throughSeq < this.seq) return false;
    }
    this.#isLinked = true;
    this.#isAnchored = true;
    this.#moveTo(throughSeq, header.prevLink, offset);
    return true;
  }

  /** Walks the records of the sector in the page. @returns the first byte after the last of them */
  #records(sectorSeq: number): number {
    const { crypto, chain, sector } = this.#medium;
    const { region } = this.#extent;
    const base = baseOf(this.#medium, this.#extent, sectorSeq);
    let offset = SECTOR_HEADER_BYTES;
    while (offset + RECORD_HEADER_BYTES <= sector.bytes.length && isBegun(sector, offset) && !this.#isStopped) {
      const record = decodeRecord(crypto, sector, { offset, region });
      if (record?.seq === this.seq + 1) {
        const prevLink = this.link;
        this.#moveTo(record.seq, chain.next(prevLink, record.digest), base + offset);
        if (this.seq > this.#covered.seq) this.#isStopped = !this.#visit({ record, prevLink, link: this.link });
        offset += record.size;
        continue;
      }
      // A bad record is stepped over by its own length only, and only onto the very next number. A tear leaves a length
      // too great, never too small, so this never lands in a payload, where a stranger's bytes could pose as a record.
      const step = claimedBytes(sector, offset);
      if (step === undefined) break;
      if (decodeRecord(crypto, sector, { offset: offset + step, region })?.seq !== this.seq + 2) break;
      this.#noteLost({ cause: "gap", throughSeq: this.seq + 1, offset: base + offset });
      this.#isLinked = false;
      this.#moveTo(this.seq + 1, this.link, base + offset);
      offset += step;
    }
    if (!this.#isStopped && !isRestBlank(this.#medium, sector, offset)) this.#countLost(offset, base + offset);
    return offset;
  }

  /** Moves on to a record. Where a snapshot holds the link of that number, the two must agree; after a gap among what it
   *  covers, it gives the link again. */
  #moveTo(seq: number, link: Bytes, offset: number): void {
    const covered = this.#covered;
    this.seq = seq;
    this.link = link;
    if (seq >= covered.seq) this.#hasReached = true;
    if (seq !== covered.seq || seq === 0) return;
    if (this.#isLinked && !this.#medium.crypto.isEqual(link, covered.link)) {
      this.#note({ cause: "fork", throughSeq: seq, offset });
    }
    this.link = covered.link;
    this.#isLinked = true;
  }

  /** Tells a torn tail from records that were lost: behind a torn one nothing valid stands. What stands there is not
   *  believed, but its numbers are never given again. @param from in the page @param at in the part, for the note */
  #countLost(from: number, at: number): void {
    const { crypto, sector } = this.#medium;
    const { region } = this.#extent;
    const bound = this.#seqBound;
    let highest = this.seq;
    for (let offset = from; offset + RECORD_HEADER_BYTES <= sector.bytes.length; offset += SCAN_STEP_BYTES) {
      const seq = decodeRecord(crypto, sector, { offset, region })?.seq;
      if (seq !== undefined && seq > highest && seq <= bound) highest = seq;
    }
    if (highest === this.seq) return;
    this.#noteLost({ cause: "gap", throughSeq: highest, offset: at });
    this.#isLinked = false;
    this.#moveTo(highest, this.link, at);
  }

  /** Notes a loss, unless a snapshot holds all that was lost. */
  #noteLost(note: Omit<DamageNote, "afterSeq">): void {
    if (note.throughSeq > this.#covered.seq || this.#covered.seq === 0) this.#note(note);
  }

  #note(note: Omit<DamageNote, "afterSeq">): void {
    const { crypto } = this.#medium;
    this.damage = withNote(crypto, this.#extent.region, this.damage, { ...note, afterSeq: this.seq });
  }
}
