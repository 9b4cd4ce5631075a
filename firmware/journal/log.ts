// One region of the journal: an append-only log over a ring of NOR sectors, and what is read back of it after a cut.
// Why: a record must be whole and found again, or not there at all, wherever the power failed; and the oldest makes room.
// Follows docs/protocol.md §4: sector q of a region stands at place q mod (sectors of the region). When a sector may be
// erased is the journal's affair: both snapshots must cover it (journal.ts).

import type { Bytes } from "../bytes.ts";
import { assert, Fault } from "../fault.ts";
import { type Seconds, seconds } from "../platform.ts";
import type { Damage } from "./damage.ts";
import { eraseVerified, isRestBlank, type Medium, programVerified } from "./medium.ts";
import type { RecordFields, Region } from "./record.ts";
import { encodeRecord, encodeSectorHeader, recordBytes, SECTOR_HEADER_BYTES, SEQ_MAX } from "./record.ts";
import {
  baseOf,
  type Extent,
  type Head,
  type Reached,
  readFirstTime,
  readSectorHeader,
  type Visit,
  Walk,
  type WalkStart,
} from "./walk.ts";

/** Above this a power-on reset closes the sector; below it, power cycling cannot flush the history quickly. */
const POWER_ON_KEEP_BYTES = 1024;
/** `room` counts no further. */
export const ROOM_MAX = 128;
/** The number of a sector's first record, where its header is lost or it was never started. */
const UNKNOWN = 0;

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

/** What starting the next sector overwrites: records firstSeq..lastSeq. */
export interface Overwritten {
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** One region. A write throws Fault flash.io where the part says that it failed, and journal.unwritable where what was
 *  programmed reads back otherwise. */
export class RegionLog {
  readonly #medium: Medium;
  readonly #extent: Extent;
  /** The number of the first record of the sector at each place; then, as many places on, the time of that record, for whoever
   *  asks how old a sector is, not verified. One array, since each costs a board 120 bytes. */
  readonly #firsts: Uint32Array;
  #seq = 0;
  #link: Bytes;
  #lowestSectorSeq = 0;
  #tail: Tail = { kind: "blank" };

  constructor(medium: Medium, extent: Extent) {
    this.#medium = medium;
    this.#extent = extent;
    this.#link = medium.chain.start(extent.region);
    this.#firsts = new Uint32Array(2 * extent.sectors);
  }

  get region(): Region {
    return this.#extent.region;
  }

  get head(): Head {
    return { seq: this.#seq, link: this.#link };
  }

  get isBlank(): boolean {
    return this.#tail.kind === "blank";
  }

  /** Finds what stands on flash and hands over each record that `covered` does not hold, oldest first. It only reads: twice
   *  of each sector, once more of each that holds such records, and twice in all besides.
   *  @param start what the newest snapshot holds of the region
   *  @returns the newest damage, if there is any, with the digest of all of it
   *  @throws Fault flash.io */
  recover(start: Pick<WalkStart, "covered" | "damage" | "visit">): Damage | undefined {
    const newest = this.#readHeaders();
    this.#lowestSectorSeq = newest === undefined ? 0 : Math.max(0, newest - this.#extent.sectors + 1);
    const known = this.#findSectorOf(start.covered.seq, newest);
    const walk = new Walk(this.#medium, this.#extent, { ...start, isAnchored: known === undefined });
    const reached = walk.sectors(known ?? this.#lowestSectorSeq, newest === undefined ? 0 : newest + 1);
    const isReached = walk.reachCovered();
    this.#seq = walk.seq;
    this.#link = walk.link;
    if (newest !== undefined) this.#dropHalfErased(newest);
    if (reached !== undefined)
      this.#tail = this.#settle({ ...reached, isAppendable: reached.isAppendable && isReached });
    return walk.damage;
  }

  /** Whether the newest sector takes no more after a start, so that the next one is to be started.
   *  @param isPowerOn whether power was away, so that a torn bit may read as erased */
  isClosed(isPowerOn: boolean): boolean {
    const tail = this.#tail;
    return tail.kind === "closed" || (isPowerOn && tail.kind === "open" && tail.offset > POWER_ON_KEEP_BYTES);
  }

  /** Closes the newest sector: the next record begins another. */
  close(): void {
    if (this.#tail.kind === "open") this.#tail = { ...this.#tail, kind: "closed" };
  }

  /** Hands over the records from `fromSeq`, or from the oldest that is kept, until the visitor has enough.
   *  @throws Fault flash.io */
  visit(fromSeq: number, visit: Visit): void {
    if (this.#tail.kind === "blank") return;
    const from = this.#findSectorOf(fromSeq, this.#tail.sectorSeq) ?? this.#lowestSectorSeq;
    const walk = new Walk(this.#medium, this.#extent, {
      covered: { seq: 0, link: this.#medium.chain.start(this.#extent.region) },
      damage: undefined,
      isAnchored: from === 0,
      visit: (entry) => entry.record.seq < fromSeq || visit(entry),
    });
    walk.sectors(from, this.#tail.sectorSeq);
  }

  /** Whether records have made room for others. */
  get hasMadeRoom(): boolean {
    return this.#lowestSectorSeq > 0;
  }

  /** Gives the time of the first record of the sector so many before the newest; undefined where there is none. */
  timeBack(sectors: number): Seconds | undefined {
    if (this.#tail.kind === "blank") return undefined;
    const sectorSeq = this.#tail.sectorSeq - sectors;
    return sectorSeq < this.#lowestSectorSeq ? undefined : seconds(this.#firsts[this.#timePlace(sectorSeq)]);
  }

  /** Whether a record with a payload of that size begins a sector. */
  beginsSector(payloadBytes: number): boolean {
    const tail = this.#tail;
    return tail.kind !== "open" || tail.offset + recordBytes(payloadBytes) > this.#medium.flash.sectorBytes;
  }

  /** Gives what the next sector overwrites; undefined while the ring is not full. */
  get nextOverwritten(): Overwritten | undefined {
    return this.#overwrittenBy(this.#nextSectorSeq());
  }

  /** Writes one record with one program, reads it back, and only then counts it.
   *  @throws Fault flash.io, journal.full, journal.unwritable; the head is then as it was */
  append(type: number, payload: Uint8Array, time: Pick<RecordFields, "lo" | "width">): Head {
    const { crypto, chain, sector } = this.#medium;
    const seq = this.#seq + 1;
    if (seq > SEQ_MAX) throw new Fault("journal.full");
    const open = this.#tail;
    const tail = open.kind === "open" && !this.beginsSector(payload.length) ? open : this.startSector();
    const fields = { region: this.#extent.region, type, seq, lo: time.lo, width: time.width, payload };
    const link = chain.next(this.#link, encodeRecord(crypto, sector, fields));
    const size = recordBytes(payload.length);
    this.#program(baseOf(this.#medium, this.#extent, tail.sectorSeq) + tail.offset, size);
    if (tail.offset === SECTOR_HEADER_BYTES) this.#firsts[this.#timePlace(tail.sectorSeq)] = time.lo;
    tail.offset += size;
    this.#seq = seq;
    this.#link = link;
    return { seq, link };
  }

  /** Gives how many records with payloads of that size fit in before a record above `keptAboveSeq` is overwritten, counted
   *  to 128. */
  room(payloadBytes: number, keptAboveSeq: number): number {
    const tail = this.#tail;
    const { sectorBytes } = this.#medium.flash;
    const size = recordBytes(payloadBytes);
    const inSector = Math.floor((sectorBytes - SECTOR_HEADER_BYTES) / size);
    let count = tail.kind === "open" ? Math.floor((sectorBytes - tail.offset) / size) : 0;
    // The sector that is written now is not for overwriting.
    const last = this.#nextSectorSeq() + this.#extent.sectors - 1;
    for (let sectorSeq = this.#nextSectorSeq(); sectorSeq < last && count < ROOM_MAX; sectorSeq++) {
      const lastSeq = this.#overwrittenBy(sectorSeq)?.lastSeq ?? 0;
      if (lastSeq > keptAboveSeq) break;
      count += inSector;
    }
    return count;
  }

  /** Erases the next sector, sees that it is erased, and writes its header. What stood there is gone.
   *  @throws Fault flash.io, journal.full, journal.unwritable */
  startSector(): OpenTail {
    const medium = this.#medium;
    const { region, firstSector, sectors } = this.#extent;
    const sectorSeq = this.#nextSectorSeq();
    if (sectorSeq > SEQ_MAX) throw new Fault("journal.full");
    const erasedBefore = readSectorHeader(medium, this.#extent, sectorSeq)?.eraseCount;
    const erasedLikewise = this.#tail.kind === "blank" ? 1 : this.#tail.eraseCount;
    const eraseCount = erasedBefore === undefined ? erasedLikewise : (erasedBefore + 1) >>> 0;
    this.#firsts[sectorSeq % sectors] = UNKNOWN;
    this.#lowestSectorSeq = Math.max(this.#lowestSectorSeq, sectorSeq - sectors + 1);
    eraseVerified(medium, firstSector + (sectorSeq % sectors));
    const firstSeq = this.#seq + 1;
    encodeSectorHeader(medium.crypto, medium.sector, { region, sectorSeq, firstSeq, eraseCount, prevLink: this.#link });
    this.#program(baseOf(medium, this.#extent, sectorSeq), SECTOR_HEADER_BYTES);
    this.#firsts[sectorSeq % sectors] = firstSeq;
    const tail: OpenTail = { kind: "open", sectorSeq, eraseCount, offset: SECTOR_HEADER_BYTES };
    this.#tail = tail;
    return tail;
  }

  #timePlace(sectorSeq: number): number {
    const { sectors } = this.#extent;
    return sectors + (sectorSeq % sectors);
  }

  #nextSectorSeq(): number {
    return this.#tail.kind === "blank" ? 0 : this.#tail.sectorSeq + 1;
  }

  /** Reads every header. @returns the newest sector */
  #readHeaders(): number | undefined {
    const { sectors } = this.#extent;
    const found = new Map<number, { readonly sectorSeq: number; readonly firstSeq: number }>();
    let newest: number | undefined;
    for (let place = 0; place < sectors; place++) {
      const header = readSectorHeader(this.#medium, this.#extent, place);
      if (header === undefined || header.sectorSeq % sectors !== place) continue;
      found.set(place, header);
      this.#firsts[this.#timePlace(place)] = readFirstTime(this.#medium, this.#extent, place);
      if (newest === undefined || header.sectorSeq > newest) newest = header.sectorSeq;
    }
    this.#firsts.fill(UNKNOWN, 0, sectors);
    // A sector of an older turn, behind a gap, is none of this ring any more.
    for (const [place, { sectorSeq, firstSeq }] of found) {
      if (newest !== undefined && sectorSeq > newest - sectors) this.#firsts[place] = firstSeq;
    }
    return newest;
  }

  /** Forgets the oldest sector where its erase was cut, so that some of it still reads: what is left does not join what
   *  follows, and would look like a loss to whoever fetches it. */
  #dropHalfErased(newest: number): void {
    const { sectors, region } = this.#extent;
    const oldest = this.#lowestSectorSeq;
    const following = this.#firsts[(oldest + 1) % sectors];
    if (oldest !== newest - sectors + 1 || following === UNKNOWN) return;
    const covered = { seq: 0, link: this.#medium.chain.start(region) };
    const start = { covered, damage: undefined, isAnchored: false, visit: () => true };
    const walk = new Walk(this.#medium, this.#extent, start);
    walk.sectors(oldest, oldest);
    // Where its end joins, a record in between is lost, and whoever fetches it must see that.
    if (walk.seq === following - 1) return;
    this.#firsts[oldest % sectors] = UNKNOWN;
    this.#lowestSectorSeq++;
  }

  /** Gives the newest sector that begins at or before `seq`; undefined where none is known. */
  #findSectorOf(seq: number, newest: number | undefined): number | undefined {
    const { sectors } = this.#extent;
    for (let sectorSeq = newest ?? -1; sectorSeq >= this.#lowestSectorSeq; sectorSeq--) {
      const firstSeq = this.#firsts[sectorSeq % sectors];
      if (firstSeq !== UNKNOWN && firstSeq <= seq) return sectorSeq;
    }
    return undefined;
  }

  /** Gives what that sector overwrites when it is started. Where headers are lost, more rather than less. */
  #overwrittenBy(sectorSeq: number): Overwritten | undefined {
    const { sectors } = this.#extent;
    const old = sectorSeq - sectors;
    if (old < 0 || this.#tail.kind === "blank") return undefined;
    const newest = this.#tail.sectorSeq;
    let lastSeq = this.#seq;
    for (let later = old + 1; later <= newest; later++) {
      const firstSeq = this.#firsts[later % sectors];
      if (firstSeq === UNKNOWN) continue;
      lastSeq = firstSeq - 1;
      break;
    }
    const firstSeq = this.#firsts[old % sectors];
    return { firstSeq: firstSeq === UNKNOWN ? Math.min(1, lastSeq) : firstSeq, lastSeq };
  }

  /** Decides whether the newest sector takes more: only if its rest is erased on two reads. */
  #settle({ sectorSeq, eraseCount, offset, isAppendable }: Reached): Tail {
    const { flash, sector } = this.#medium;
    flash.read(baseOf(this.#medium, this.#extent, sectorSeq), sector.bytes);
    const isOpen = isAppendable && isRestBlank(this.#medium, sector, offset);
    return isOpen ? { kind: "open", sectorSeq, eraseCount, offset } : { kind: "closed", sectorSeq, eraseCount };
  }

  /** Programs the start of the page in one call and reads it back.
   *  @throws Fault flash.io, journal.unwritable */
  #program(offset: number, size: number): void {
    const { sector } = this.#medium;
    assert(size <= sector.bytes.length, "a record fits in a sector");
    programVerified(this.#medium, offset, sector.bytes.subarray(0, size));
  }
}
