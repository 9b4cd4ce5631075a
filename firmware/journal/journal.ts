// The lock's memory: three append-only logs on raw NOR flash, each with its own numbers and hash chain.
// Why: what was decided must be durable before the bolt moves, found again after any cut, and be nobody's to rewrite.
// Follows docs/protocol.md, "Journal". What a payload means is payload.ts's and the lock's; here it is bytes.

import type { Bytes } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import type { Flash } from "../platform.ts";
import { type Damage, withNote } from "./damage.ts";
import type { Entry, Head, Medium, Visit } from "./log.ts";
import { RegionLog } from "./log.ts";
import type { RecordTime, Region } from "./record.ts";
import {
  Chain,
  newPage,
  PAYLOAD_BYTES_MAX,
  RECORD_HEADER_BYTES,
  REGIONS,
  recordBytes,
  SECTOR_HEADER_BYTES,
} from "./record.ts";

const BLANK_BYTES = 512;
const SECTORS_MIN = 2;
const SECTOR_ALIGN_BYTES = 32;

/** How the part is divided: three runs of sectors, one after the other from `firstSector`. */
export interface Geometry {
  readonly firstSector: number;
  /** Sectors of state, access and notices; at least 2 each. */
  readonly sectors: readonly [state: number, access: number, notices: number];
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
  /** Receives every record that stands, once: state, then access, then notices, each oldest first. It must not call the
   *  journal, and an entry's views hold until it returns. */
  readonly visit?: (entry: Entry) => void;
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
  readonly #damages: Damage[] = [];
  #isWritable = true;
  #isVisiting = false;

  private constructor(medium: Medium, geometry: Geometry) {
    this.#geometry = geometry;
    let firstSector = geometry.firstSector;
    const logs: RegionLog[] = [];
    for (const region of REGIONS) {
      logs.push(new RegionLog(medium, { region, firstSector, sectors: geometry.sectors[region] }));
      firstSector += geometry.sectors[region];
    }
    this.#logs = logs;
  }

  /** Recovers the journal from flash in one pass, whatever stands there. A part that cannot be read or written gives a
   *  journal that says so; that is no exception, since the door must still answer from inside.
   *  @throws Fault bytes.encoding for a lock-id that is not ASCII */
  static open(options: JournalOptions): Journal {
    const { crypto, flash, geometry, lockId } = options;
    requireGeometry(flash, geometry);
    const medium: Medium = {
      crypto,
      flash,
      chain: new Chain(crypto, lockId),
      sector: newPage(flash.sectorBytes),
      record: newPage(Math.max(recordBytes(geometry.payloadBytesMax), SECTOR_HEADER_BYTES)),
      blank: new Uint8Array(Math.min(BLANK_BYTES, flash.sectorBytes)).fill(0xff),
    };
    const journal = new Journal(medium, geometry);
    for (const region of REGIONS) journal.#recover(region, options);
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
    assert(!this.#isVisiting, "a visitor does not write");
    if (!this.#isWritable) throw new Fault("journal.unwritable");
    if (payload.length > this.#geometry.payloadBytesMax) throw new Fault("journal.size");
    try {
      return this.#logs[region].append(type, payload, time);
    } catch (error) {
      if (!(error instanceof Fault) || error.code === "journal.full") throw error;
      this.#isWritable = false;
      throw new Fault("journal.unwritable");
    }
  }

  /** Gives how many records with payloads of `payloadBytes` still fit in, if nothing else is written. */
  room(region: Region, payloadBytes: number): number {
    return this.#logs[region].room(payloadBytes);
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

  #recover(region: Region, { crypto, isPowerOn, visit }: JournalOptions): void {
    const log = this.#logs[region];
    const visitAll = (entry: Entry): boolean => {
      visit?.(entry);
      return true;
    };
    try {
      const damage = log.recover(visitAll);
      if (damage !== undefined) this.#damages.push(damage);
    } catch (error) {
      if (!isOfFlash(error)) throw error;
      this.#isWritable = false;
      const { seq } = log.head;
      const note = { cause: "unreadable", afterSeq: seq, throughSeq: seq, offset: 0 } as const;
      this.#damages.push(withNote(crypto, region, undefined, note));
    }
    if (!this.#isWritable) return;
    try {
      log.close(isPowerOn);
    } catch (error) {
      if (!isOfFlash(error)) throw error;
      this.#isWritable = false;
    }
  }
}

/** Whether the part failed; a visitor's own Fault is not the journal's to keep. */
function isOfFlash(error: unknown): boolean {
  return error instanceof Fault && (error.code === "flash.io" || error.code === "journal.unwritable");
}

function requireGeometry(flash: Flash, { firstSector, sectors, payloadBytesMax }: Geometry): void {
  const total = sectors[0] + sectors[1] + sectors[2];
  assert(flash.sectorBytes % SECTOR_ALIGN_BYTES === 0, "a sector is a multiple of 32 bytes");
  assert(Math.min(...sectors) >= SECTORS_MIN, "a region has at least two sectors");
  assert(firstSector >= 0 && firstSector + total <= flash.sectors, "the regions fit in the flash");
  assert(payloadBytesMax > 0 && payloadBytesMax <= payloadBytesIn(flash.sectorBytes), "a payload fits in a sector");
}
