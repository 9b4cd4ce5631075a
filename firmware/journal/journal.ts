// The lock's memory: three append-only logs on raw NOR flash, each with its own numbers and hash chain.
// Why: what was decided must be durable before the bolt moves, found again after any cut, and be nobody's to rewrite.
// Follows docs/protocol.md, "Journal". What a payload means is payload.ts's and the lock's; here it is bytes.

import { type Bytes, NO_BYTES } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { assert, Fault, type FaultCode } from "../fault.ts";
import type { Flash, Seconds } from "../platform.ts";
import { type Damage, formerDamage, withNote } from "./damage.ts";
import { type Overwritten, RegionLog } from "./log.ts";
import { type Medium, READ_BACK_BYTES } from "./medium.ts";
import type { RecordTime, Region } from "./record.ts";
import {
  ACCESS,
  Chain,
  NOTICES,
  newPage,
  PAYLOAD_BYTES_MAX,
  RECORD_HEADER_BYTES,
  REGIONS,
  SECTOR_HEADER_BYTES,
  SEQ_MAX,
  STATE,
} from "./record.ts";
import { type CoveredHead, type CoveredHeads, encodeSnapshot, Snapshots, type WriteImage } from "./snapshot.ts";
import type { Entry, Head, Visit } from "./walk.ts";

const SECTORS_MIN = 3;
const SECTOR_ALIGN_BYTES = 32;
/** With the state that does not fit in a snapshot: a region then stays as it is. */
const FLASH_FAULTS: readonly FaultCode[] = Object.freeze(["flash.io", "journal.unwritable", "journal.size"]);

/** How the part is divided: three runs of sectors, one after the other from `firstSector`, then the two snapshots. */
export interface Geometry {
  readonly firstSector: number;
  /** Sectors of state, access and notices; at least 3 each. */
  readonly sectors: readonly [state: number, access: number, notices: number];
  /** Sectors of each snapshot; at least 1, and enough for the state. */
  readonly snapshotSectors: number;
  /** At most 2,048, and at most what an empty sector holds (its size less 96). */
  readonly payloadBytesMax: number;
}

/** What a journal needs from outside. */
export interface JournalOptions {
  readonly crypto: Crypto;
  readonly flash: Flash;
  readonly geometry: Geometry;
  /** 11 characters; begins every chain. */
  readonly lockId: string;
  /** Whether power was away since the journal was last open. */
  readonly isPowerOn: boolean;
  /** Takes the state of the newest snapshot, before any record, or throws Fault where it makes no sense; nothing may have
   *  changed then. */
  readonly restore: (image: Bytes) => void;
  /** Receives every record that stands and is not in that snapshot, once: state, then access, then notices, each oldest
   *  first. It must not call the journal, and an entry's views hold until it returns. */
  readonly visit: (entry: Entry) => void;
  /** Whether a start may overwrite the records of a region up to that one; it may where this is left out. It is asked after
   *  the visits. Where it may not, the next sector waits for the record that needs it. */
  readonly mayOverwrite?: (region: Region, lastSeq: number) => boolean;
  /** Writes the state as it is after all records that were visited or written: what a snapshot holds. It is asked for in
   *  the middle of `open` (after the visits) and of `append`, and must not call the journal. */
  readonly image: WriteImage;
}

/** What an export begins from and reaches. */
export interface ExportSpan {
  readonly region: Region;
  /** The link before the first record that was emitted: 32 bytes. */
  readonly prevLink: Bytes;
  /** The first record that was emitted, or the next one to come where there is none. */
  readonly firstSeq: number;
  /** The last record that was emitted, or the newest where there is none. */
  readonly lastSeq: number;
}

/** Gives the greatest payload that a sector of that size allows. */
export function payloadBytesIn(sectorBytes: number): number {
  return Math.min(PAYLOAD_BYTES_MAX, sectorBytes - SECTOR_HEADER_BYTES - RECORD_HEADER_BYTES);
}

/** The three regions. After a write that failed it is unwritable for good: nothing more is acknowledged, and the way back
 *  is to open the journal anew, which finds what did reach the flash. */
export class Journal {
  readonly #geometry: Geometry;
  readonly #logs: readonly RegionLog[];
  readonly #snapshots: Snapshots;
  readonly #image: WriteImage;
  readonly #damages: Damage[] = [];
  /** Of each region whether the snapshot before its next sector was taken ahead, as bits. */
  #ahead = 0;
  #isWritable = true;
  #isVisiting = false;

  private constructor(medium: Medium, { geometry, lockId, image }: JournalOptions) {
    this.#geometry = geometry;
    this.#image = image;
    let firstSector = geometry.firstSector;
    const logs: RegionLog[] = [];
    for (const region of REGIONS) {
      logs.push(new RegionLog(medium, { region, firstSector, sectors: geometry.sectors[region] }));
      firstSector += geometry.sectors[region];
    }
    this.#logs = logs;
    this.#snapshots = new Snapshots(medium, { firstSector, sectors: geometry.snapshotSectors }, lockId);
  }

  /** Recovers the journal from flash in one pass, whatever stands there. A part that cannot be read or written gives a
   *  journal that says so; that is no exception, since the door must still answer from inside.
   *  @throws Fault bytes.encoding for a lock-id that is not ASCII */
  static open(options: JournalOptions): Journal {
    requireGeometry(options.flash, options.geometry);
    const journal = new Journal(mediumOf(options), options);
    const heads = journal.#snapshots.recover(options.restore);
    journal.#recover(STATE, heads, options);
    journal.#recover(ACCESS, heads, options);
    journal.#recover(NOTICES, heads, options);
    journal.#trustSnapshots();
    journal.#settle(options);
    return journal;
  }

  /** Whether records can still be written and believed. */
  get isWritable(): boolean {
    return this.#isWritable;
  }

  /** The newest damage of each region that has any, as found when the journal was opened, with the digest of all of it.
   *  It is found again at every start; an owner's act covers it if the act's record names that digest. */
  get damages(): readonly Damage[] {
    return this.#damages;
  }

  /** Whether no region holds anything: a new part, or one that holds no journal. */
  get isBlank(): boolean {
    return this.#logs.every((log) => log.isBlank);
  }

  /** Gives the newest record's number and link; seq 0 and link_0 before the first. */
  head(region: Region): Head {
    return this.#logs[region].head;
  }

  /** Writes one record durably: when it returns, the record was read back from flash.
   *  @param type u8  @param payload at most `payloadBytesMax` bytes  @param time u32 seconds
   *  @throws Fault journal.size, journal.full (nothing is overwritten), journal.unwritable */
  append(region: Region, type: number, payload: Uint8Array, time: RecordTime): Head {
    this.#requireWritable(payload.length);
    const log = this.#logs[region];
    try {
      if (log.beginsSector(payload.length)) {
        this.#cover(log);
        this.#ahead &= ~(1 << region);
      }
      return log.append(type, payload, time);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Gives a region of which a record with a payload of that size would have to take a snapshot first; undefined where none is. */
  nearEnd(payloadBytes: number): Region | undefined {
    if (!this.#isWritable) return undefined;
    const isNear = (log: RegionLog) => !log.isBlank && (this.#ahead & (1 << log.region)) === 0;
    return this.#logs.find((log) => isNear(log) && log.beginsSector(payloadBytes))?.region;
  }

  /** Takes the snapshot before a region's next sector ahead, so that the record that begins it does not wait for one: of a full state it
   *  takes a board half a second, and more where its flash is old.
   *  @throws Fault journal.unwritable, journal.size */
  prepare(region: Region): void {
    this.#requireWritable(0);
    try {
      this.#cover(this.#logs[region]);
      this.#ahead |= 1 << region;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Writes both snapshots: what the state is now, no loss of a single record or snapshot can undo.
   *  @throws Fault journal.unwritable, journal.size */
  snapshot(): void {
    assert(!this.#isVisiting, "a visitor does not write");
    if (!this.#isWritable) throw new Fault("journal.unwritable");
    try {
      this.#snapshot();
      this.#snapshot();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Gives the last record of a region that both snapshots hold; 0 where there are not two. */
  coveredByBoth(region: Region): number {
    return this.#snapshots.coveredByBoth(region);
  }

  /** Gives the time of the first record of the sector so many before the one that is written now, as it stands there;
   *  undefined where there is none. */
  timeBack(region: Region, sectors: number): Seconds | undefined {
    return this.#logs[region].timeBack(sectors);
  }

  /** Gives how many records with payloads of `payloadBytes` fit in, if nothing else is written, before one above
   *  `keptAboveSeq` is overwritten; it counts to 128. */
  room(region: Region, payloadBytes: number, keptAboveSeq: number = SEQ_MAX): number {
    return this.#logs[region].room(payloadBytes, keptAboveSeq);
  }

  /** Gives the records that one with a payload of that size overwrites; undefined where it overwrites none. */
  overwrittenBy(region: Region, payloadBytes: number): Overwritten | undefined {
    const log = this.#logs[region];
    return log.beginsSector(payloadBytes) ? log.nextOverwritten : undefined;
  }

  /** Hands over the records from `fromSeq` on, or from the oldest kept, until `visit` returns false.
   *  @throws Fault flash.io */
  records(region: Region, fromSeq: number, visit: Visit): void {
    assert(!this.#isVisiting, "a visitor does not read");
    this.#isVisiting = true;
    try {
      this.#logs[region].visit(fromSeq, visit);
    } finally {
      this.#isVisiting = false;
    }
  }

  /** Hands over raw records from `fromSeq` on, while they fit in `bytesMax` together, for `verifyExport`.
   *  `emit` receives a view that holds until it returns.
   *  @throws Fault flash.io */
  exportRegion(
    region: Region,
    fromSeq: number,
    { bytesMax, emit }: { readonly bytesMax: number; readonly emit: (record: Bytes) => void },
  ): ExportSpan {
    const { seq, link } = this.head(region);
    let span: ExportSpan = { region, prevLink: link, firstSeq: seq + 1, lastSeq: seq };
    let bytesLeft = bytesMax;
    this.records(region, fromSeq, ({ record, prevLink }) => {
      const { payload, size } = record;
      if (size > bytesLeft) return false;
      const isFirst = bytesLeft === bytesMax;
      bytesLeft -= size;
      const raw = new Uint8Array(payload.buffer, payload.byteOffset - RECORD_HEADER_BYTES, size);
      // Padding is outside the check value, so a bit that aged there must not look like a forgery.
      raw.fill(0, RECORD_HEADER_BYTES + payload.length);
      emit(raw);
      span = isFirst
        ? { region, prevLink, firstSeq: record.seq, lastSeq: record.seq }
        : { ...span, lastSeq: record.seq };
      return true;
    });
    return span;
  }

  #recover(region: Region, heads: CoveredHeads | undefined, options: JournalOptions): void {
    const covered = heads?.[region] ?? { ...this.#logs[region].head, damage: NO_BYTES };
    const damage = formerDamage(region, covered.damage, covered.seq);
    try {
      const visit = (entry: Entry) => {
        options.visit(entry);
        return true;
      };
      const found = this.#logs[region].recover({ covered, damage, visit });
      if (found !== undefined) this.#damages.push(found);
    } catch (error) {
      if (!isOfFlash(error)) throw error;
      this.#isWritable = false;
      this.#damages.push(this.#unreadable(options.crypto, region, damage));
    }
  }

  #unreadable(crypto: Crypto, region: Region, former: Damage | undefined): Damage {
    const { seq } = this.#logs[region].head;
    return withNote(crypto, region, former, { cause: "unreadable", afterSeq: seq, throughSeq: seq, offset: 0 });
  }

  /** Takes the journal for unwritable where the state is not known: the snapshots could not be read, or neither holds though
   *  records made room for what they held. What is written then would take the place of what may still be there. */
  #trustSnapshots(): void {
    const isLost = this.#snapshots.isEmpty && this.#logs.some((log) => log.hasMadeRoom);
    if (this.#snapshots.isUnreadable || isLost) this.#isWritable = false;
  }

  /** Starts the next sector where the newest takes no more, and writes a snapshot anew that was lost. */
  #settle({ isPowerOn, mayOverwrite }: JournalOptions): void {
    if (!this.#isWritable) return;
    try {
      for (const log of this.#logs) {
        if (!log.isClosed(isPowerOn)) continue;
        const lastSeq = log.nextOverwritten?.lastSeq;
        if (lastSeq !== undefined && mayOverwrite?.(log.region, lastSeq) === false) {
          log.close();
          continue;
        }
        this.#cover(log);
        log.startSector();
      }
      if (this.#snapshots.isHalf) this.#snapshot();
    } catch (error) {
      if (!isOfFlash(error)) throw error;
      this.#isWritable = false;
    }
  }

  /** Prepares the start of a region's next sector: a snapshot at each, and no record is overwritten that both do not hold. */
  #cover(log: RegionLog): void {
    if (log.isBlank) return;
    if ((this.#ahead & (1 << log.region)) === 0) this.#snapshot();
    const lastSeq = log.nextOverwritten?.lastSeq ?? 0;
    if (this.#snapshots.coveredByBoth(log.region) < lastSeq) this.#snapshot();
  }

  #snapshot(): void {
    const heads = [this.#covered(STATE), this.#covered(ACCESS), this.#covered(NOTICES)] as const;
    const slot = this.#snapshots.nextSlot();
    const payload = encodeSnapshot(heads, this.#image, this.#snapshots.payloadBytesMax);
    this.#snapshots.write(slot, heads, payload);
  }

  #covered(region: Region): CoveredHead {
    const damage = this.#damages.find((known) => known.region === region);
    return { ...this.#logs[region].head, damage: damage?.digest ?? NO_BYTES };
  }

  #requireWritable(payloadBytes: number): void {
    assert(!this.#isVisiting, "a visitor does not write");
    if (!this.#isWritable) throw new Fault("journal.unwritable");
    if (payloadBytes > this.#geometry.payloadBytesMax) throw new Fault("journal.size");
  }

  /** Takes what stopped a write. @returns what its caller is told */
  #failed(error: unknown): unknown {
    if (!(error instanceof Fault) || error.code === "journal.full") return error;
    this.#isWritable = false;
    return new Fault("journal.unwritable");
  }
}

function mediumOf({ crypto, flash, lockId }: JournalOptions): Medium {
  return {
    crypto,
    flash,
    chain: new Chain(crypto, lockId),
    sector: newPage(flash.sectorBytes),
    readBack: new Uint8Array(READ_BACK_BYTES),
  };
}

/** Whether the part failed; a visitor's own Fault is not the journal's to keep. */
function isOfFlash(error: unknown): boolean {
  return error instanceof Fault && FLASH_FAULTS.includes(error.code);
}

function requireGeometry(flash: Flash, { firstSector, sectors, snapshotSectors, payloadBytesMax }: Geometry): void {
  const total = sectors[0] + sectors[1] + sectors[2] + 2 * snapshotSectors;
  assert(flash.sectorBytes % SECTOR_ALIGN_BYTES === 0, "a sector is a multiple of 32 bytes");
  assert(Math.min(...sectors) >= SECTORS_MIN, "a region has at least three sectors");
  assert(snapshotSectors >= 1, "a snapshot has at least one sector");
  assert(firstSector >= 0 && firstSector + total <= flash.sectors, "the regions fit in the flash");
  assert(payloadBytesMax > 0 && payloadBytesMax <= payloadBytesIn(flash.sectorBytes), "a payload fits in a sector");
}
