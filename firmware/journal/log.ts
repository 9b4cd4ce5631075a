// One region of the journal: an append-only log over a run of NOR sectors, and what is read back of it after a cut.
// Why: a record must be whole and found again, or not there at all, wherever the power failed.
// Follows docs/protocol.md, "Journal": sector q of a region stands at place q mod (sectors of the region); recovery.

import type { Bytes } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import type { Flash } from "../platform.ts";
import { type Damage, type DamageNote, withNote } from "./damage.ts";
import type { Chain, Page, RecordFields, Region, SectorHeader, StoredRecord } from "./record.ts";
import {
  claimedBytes,
  decodeRecord,
  decodeSectorHeader,
  encodeRecord,
  encodeSectorHeader,
  isBegun,
  RECORD_HEADER_BYTES,
  recordBytes,
  SECTOR_HEADER_BYTES,
  SEQ_MAX,
} from "./record.ts";

const SCAN_STEP_BYTES = 32;
/** Above this a power-on reset closes the sector; below it, power cycling cannot flush the history quickly. */
const POWER_ON_KEEP_BYTES = 1024;

/** What the three regions share: the part, the primitives, and buffers made once. */
export interface Medium {
  readonly crypto: Crypto;
  readonly flash: Flash;
  readonly chain: Chain;
  /** One sector long: what was read last. */
  readonly sector: Page;
  /** What is written next. */
  readonly record: Page;
  /** Erased bytes to compare with. */
  readonly blank: Bytes;
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

/** A sector that takes more records, from `offset` in it. */
interface OpenTail {
  readonly kind: "open";
  readonly sectorSeq: number;
  readonly eraseCount: number;
  offset: number;
}

/** Where the next record goes: into a sector that is not started yet, into this one, or into the one after it. */
type Tail =
  | { readonly kind: "blank" }
  | OpenTail
  | { readonly kind: "closed"; readonly sectorSeq: number; readonly eraseCount: number };

/** The state of one pass over the records. */
interface Walk {
  readonly visit: Visit;
  seq: number;
  link: Bytes;
  /** False until the first header says where the chain begins. */
  isAnchored: boolean;
  /** False after a gap, until a header gives the link again. */
  isLinked: boolean;
  isStopped: boolean;
  damage: Damage | undefined;
}

/** The sector in which a walk ended. */
interface Reached {
  readonly sectorSeq: number;
  readonly eraseCount: number;
  /** In the sector: the first byte after the last record. */
  readonly offset: number;
  readonly isAppendable: boolean;
}

/** The run of sectors that a region owns. */
export interface Extent {
  readonly region: Region;
  readonly firstSector: number;
  readonly sectors: number;
}

/** One region. A write throws Fault flash.io where the part says that it failed, and journal.unwritable where what was
 *  programmed reads back otherwise. */
export class RegionLog {
  readonly #medium: Medium;
  readonly #extent: Extent;
  #seq = 0;
  #link: Bytes;
  #lowestSectorSeq = 0;
  #tail: Tail = { kind: "blank" };

  constructor(medium: Medium, extent: Extent) {
    this.#medium = medium;
    this.#extent = extent;
    this.#link = medium.chain.start(extent.region);
  }

  get head(): Head {
    return { seq: this.#seq, link: this.#link };
  }

  get isBlank(): boolean {
    return this.#tail.kind === "blank";
  }

  /** Finds what stands on flash and hands over each record once, oldest first. It only reads, at most twice the sectors of
   *  the region and two more.
   *  @returns the newest damage, if there is any, with the digest of all of it
   *  @throws Fault flash.io */
  recover(visit: Visit): Damage | undefined {
    const newest = this.#findNewest();
    this.#lowestSectorSeq = newest === undefined ? 0 : Math.max(0, newest - this.#extent.sectors + 1);
    const walk = this.#newWalk(visit);
    walk.isAnchored = this.#lowestSectorSeq === 0;
    const reached = this.#walkSectors(walk, this.#lowestSectorSeq, newest === undefined ? 0 : newest + 1);
    this.#seq = walk.seq;
    this.#link = walk.link;
    if (reached !== undefined) this.#tail = this.#settle(reached);
    return walk.damage;
  }

  /** Closes the newest sector where it does not take more, by starting the next one while there is one.
   *  @param isPowerOn whether power was away, so that a torn bit may read as erased
   *  @throws Fault flash.io, journal.unwritable */
  close(isPowerOn: boolean): void {
    const tail = this.#tail;
    const isAtRisk = isPowerOn && tail.kind === "open" && tail.offset > POWER_ON_KEEP_BYTES;
    if ((isAtRisk || tail.kind === "closed") && this.#nextSectorSeq() < this.#extent.sectors) this.#startSector();
  }

  /** Hands over the records from `fromSeq`, or from the oldest that is kept, until the visitor has enough.
   *  @throws Fault flash.io */
  visit(fromSeq: number, visit: Visit): void {
    if (this.#tail.kind === "blank") return;
    const walk = this.#newWalk((entry) => entry.record.seq < fromSeq || visit(entry));
    const from = this.#findSectorOf(fromSeq, this.#tail.sectorSeq);
    walk.isAnchored = from === 0;
    this.#walkSectors(walk, from, this.#tail.sectorSeq);
  }

  /** Writes one record with one program, reads it back, and only then counts it.
   *  @throws Fault flash.io, journal.full, journal.unwritable; the head is then as it was */
  append(type: number, payload: Uint8Array, time: Pick<RecordFields, "lo" | "width">): Head {
    const { crypto, chain, record } = this.#medium;
    const size = recordBytes(payload.length);
    const seq = this.#seq + 1;
    if (seq > SEQ_MAX) throw new Fault("journal.full");
    const open = this.#tail;
    const hasRoom = open.kind === "open" && open.offset + size <= this.#medium.flash.sectorBytes;
    const tail = hasRoom ? open : this.#startSector();
    const fields = { region: this.#extent.region, type, seq, lo: time.lo, width: time.width, payload };
    const link = chain.next(this.#link, encodeRecord(crypto, record, fields));
    this.#program(this.#baseOf(tail.sectorSeq) + tail.offset, size);
    tail.offset += size;
    this.#seq = seq;
    this.#link = link;
    return { seq, link };
  }

  /** Gives how many records with payloads of that size still fit in. */
  room(payloadBytes: number): number {
    const tail = this.#tail;
    const { sectorBytes } = this.#medium.flash;
    const size = recordBytes(payloadBytes);
    const freeSectors = Math.max(0, this.#extent.sectors - this.#nextSectorSeq());
    const here = tail.kind === "open" ? Math.floor((sectorBytes - tail.offset) / size) : 0;
    return here + freeSectors * Math.floor((sectorBytes - SECTOR_HEADER_BYTES) / size);
  }

  #newWalk(visit: Visit): Walk {
    const link = this.#medium.chain.start(this.#extent.region);
    return { visit, seq: 0, link, isAnchored: true, isLinked: true, isStopped: false, damage: undefined };
  }

  #baseOf(sectorSeq: number): number {
    const { firstSector, sectors } = this.#extent;
    return (firstSector + (sectorSeq % sectors)) * this.#medium.flash.sectorBytes;
  }

  #nextSectorSeq(): number {
    return this.#tail.kind === "blank" ? 0 : this.#tail.sectorSeq + 1;
  }

  /** Reads the header of the sector at that place; undefined where it is none, or of another turn of the ring. */
  #readHeader(sectorSeq: number): SectorHeader | undefined {
    const { crypto, flash, sector } = this.#medium;
    flash.read(this.#baseOf(sectorSeq), sector.bytes.subarray(0, SECTOR_HEADER_BYTES));
    return decodeSectorHeader(crypto, sector, this.#extent.region);
  }

  #findNewest(): number | undefined {
    let newest: number | undefined;
    for (let place = 0; place < this.#extent.sectors; place++) {
      const sectorSeq = this.#readHeader(place)?.sectorSeq;
      if (sectorSeq === undefined || sectorSeq % this.#extent.sectors !== place) continue;
      if (newest === undefined || sectorSeq > newest) newest = sectorSeq;
    }
    return newest;
  }

  /** Gives the newest sector that begins at or before `seq`, or the oldest that is kept. */
  #findSectorOf(seq: number, newest: number): number {
    for (let sectorSeq = newest; sectorSeq > this.#lowestSectorSeq; sectorSeq--) {
      const header = this.#readHeader(sectorSeq);
      if (header?.sectorSeq === sectorSeq && header.firstSeq <= seq) return sectorSeq;
    }
    return this.#lowestSectorSeq;
  }

  /** Walks the sectors from..to, both included. A sector that is missing is judged by the one after it: if that one
   *  continues the chain, nothing was lost. @returns the last sector that has anything */
  #walkSectors(walk: Walk, from: number, to: number): Reached | undefined {
    const { crypto, flash, sector } = this.#medium;
    let reached: Reached | undefined;
    for (let sectorSeq = from; sectorSeq <= to && !walk.isStopped; sectorSeq++) {
      flash.read(this.#baseOf(sectorSeq), sector.bytes);
      const header = decodeSectorHeader(crypto, sector, this.#extent.region);
      const isHere = header?.sectorSeq === sectorSeq;
      if (!isHere && (header !== undefined || !this.#isContinuedBare(walk))) continue;
      const eraseCount = header?.eraseCount ?? reached?.eraseCount ?? 1;
      const isJoined = this.#enter(walk, header, sectorSeq);
      const offset = isJoined ? this.#walkRecords(walk, sectorSeq) : SECTOR_HEADER_BYTES;
      // What is appended to a sector that is not read again would be lost.
      reached = { sectorSeq, eraseCount, offset, isAppendable: isHere && isJoined && this.#isRestBlank(offset) };
    }
    return reached;
  }

  /** Whether the sector in the page has lost its header only: its first record is the next one. */
  #isContinuedBare(walk: Walk): boolean {
    const at = { offset: SECTOR_HEADER_BYTES, region: this.#extent.region };
    return walk.isAnchored && decodeRecord(this.#medium.crypto, this.#medium.sector, at)?.seq === walk.seq + 1;
  }

  /** Joins a sector to the walk. @returns whether its records follow; those of an older history do not */
  #enter(walk: Walk, header: SectorHeader | undefined, sectorSeq: number): boolean {
    if (header === undefined) {
      this.#note(walk, { cause: "header", throughSeq: walk.seq, offset: this.#baseOf(sectorSeq) });
      return true;
    }
    if (walk.isAnchored) {
      const isSame = this.#medium.crypto.isEqual(header.prevLink, walk.link);
      const isNext = header.firstSeq === walk.seq + 1 && (isSame || !walk.isLinked);
      const cause = header.firstSeq > walk.seq + 1 ? "gap" : "fork";
      if (!isNext) this.#note(walk, { cause, throughSeq: header.firstSeq - 1, offset: this.#baseOf(sectorSeq) });
      if (!isNext && header.firstSeq <= walk.seq) return false;
    }
    walk.isLinked = true;
    walk.isAnchored = true;
    walk.seq = header.firstSeq - 1;
    walk.link = header.prevLink;
    return true;
  }

  /** Walks the records of the sector in the page. @returns the first byte after the last of them */
  #walkRecords(walk: Walk, sectorSeq: number): number {
    const { crypto, chain, sector } = this.#medium;
    const { region } = this.#extent;
    let offset = SECTOR_HEADER_BYTES;
    while (offset + RECORD_HEADER_BYTES <= sector.bytes.length && isBegun(sector, offset) && !walk.isStopped) {
      const record = decodeRecord(crypto, sector, { offset, region });
      if (record?.seq === walk.seq + 1) {
        const prevLink = walk.link;
        walk.link = chain.next(prevLink, record.digest);
        walk.seq = record.seq;
        walk.isStopped = !walk.visit({ record, prevLink, link: walk.link });
        offset += record.size;
        continue;
      }
      // A bad record is stepped over by its own length only, and only onto the very next number. A tear leaves a length
      // too great, never too small, so this never lands in a payload, where a stranger's bytes could pose as a record.
      const step = claimedBytes(sector, offset);
      if (step === undefined) break;
      if (decodeRecord(crypto, sector, { offset: offset + step, region })?.seq !== walk.seq + 2) break;
      this.#note(walk, { cause: "gap", throughSeq: walk.seq + 1, offset: this.#baseOf(sectorSeq) + offset });
      walk.seq += 1;
      walk.isLinked = false;
      offset += step;
    }
    if (!walk.isStopped && !this.#isRestBlank(offset)) this.#countLost(walk, sectorSeq, offset);
    return offset;
  }

  /** Tells a torn tail from records that were lost: behind a torn one nothing valid stands. What stands there is not
   *  believed, but its numbers are never given again. */
  #countLost(walk: Walk, sectorSeq: number, from: number): void {
    const { crypto, sector } = this.#medium;
    const { region } = this.#extent;
    const bound = walk.seq + sector.bytes.length / SCAN_STEP_BYTES;
    let highest = walk.seq;
    for (let offset = from; offset + RECORD_HEADER_BYTES <= sector.bytes.length; offset += SCAN_STEP_BYTES) {
      const seq = decodeRecord(crypto, sector, { offset, region })?.seq;
      if (seq !== undefined && seq > highest && seq <= bound) highest = seq;
    }
    if (highest === walk.seq) return;
    this.#note(walk, { cause: "gap", throughSeq: highest, offset: this.#baseOf(sectorSeq) + from });
    walk.seq = highest;
    walk.isLinked = false;
  }

  #note(walk: Walk, note: Omit<DamageNote, "afterSeq">): void {
    const { crypto } = this.#medium;
    walk.damage = withNote(crypto, this.#extent.region, walk.damage, { ...note, afterSeq: walk.seq });
  }

  /** Whether the page is erased from `offset` to its end. */
  #isRestBlank(offset: number): boolean {
    const { crypto, sector, blank } = this.#medium;
    for (let from = offset; from < sector.bytes.length; from += blank.length) {
      const to = Math.min(from + blank.length, sector.bytes.length);
      if (!crypto.isEqual(sector.bytes.subarray(from, to), blank.subarray(0, to - from))) return false;
    }
    return true;
  }

  /** Decides whether the newest sector takes more: only if its rest is erased on two reads. */
  #settle({ sectorSeq, eraseCount, offset, isAppendable }: Reached): Tail {
    const { flash, sector } = this.#medium;
    flash.read(this.#baseOf(sectorSeq), sector.bytes);
    const isOpen = isAppendable && this.#isRestBlank(offset);
    return isOpen ? { kind: "open", sectorSeq, eraseCount, offset } : { kind: "closed", sectorSeq, eraseCount };
  }

  /** Erases the next sector, sees that it is erased, and writes its header.
   *  @throws Fault flash.io, journal.full, journal.unwritable */
  #startSector(): OpenTail {
    const { crypto, flash, sector, record } = this.#medium;
    const { region, firstSector, sectors } = this.#extent;
    const sectorSeq = this.#nextSectorSeq();
    if (sectorSeq >= sectors) throw new Fault("journal.full");
    const erasedBefore = this.#readHeader(sectorSeq)?.eraseCount;
    const erasedLikewise = this.#tail.kind === "blank" ? 1 : this.#tail.eraseCount;
    const eraseCount = erasedBefore === undefined ? erasedLikewise : (erasedBefore + 1) >>> 0;
    flash.erase(firstSector + (sectorSeq % sectors));
    flash.read(this.#baseOf(sectorSeq), sector.bytes);
    if (!this.#isRestBlank(0)) throw new Fault("journal.unwritable");
    const firstSeq = this.#seq + 1;
    encodeSectorHeader(crypto, record, { region, sectorSeq, firstSeq, eraseCount, prevLink: this.#link });
    this.#program(this.#baseOf(sectorSeq), SECTOR_HEADER_BYTES);
    const tail: OpenTail = { kind: "open", sectorSeq, eraseCount, offset: SECTOR_HEADER_BYTES };
    this.#tail = tail;
    return tail;
  }

  /** Programs the start of the record page in one call and reads it back.
   *  @throws Fault flash.io, journal.unwritable */
  #program(offset: number, size: number): void {
    const { crypto, flash, sector, record } = this.#medium;
    assert(size <= record.bytes.length, "a record fits in its page");
    const written = record.bytes.subarray(0, size);
    const readBack = sector.bytes.subarray(0, size);
    flash.write(offset, written);
    flash.read(offset, readBack);
    if (!crypto.isEqual(readBack, written)) throw new Fault("journal.unwritable");
  }
}
