// A journal on a small part, and a trace of records to write to it; shared by the tests beside it.
// Why: recovery is only exhausted where the geometry is small, and every test must agree on what was written.
// Follows nothing but the journal's own interface.

import { crypto } from "#crypto";
import { NorFlash } from "../../../simulator/flash.ts";
import type { Bytes } from "../../bytes.ts";
import type { Writer } from "../../cbor/encode.ts";
import { Fault } from "../../fault.ts";
import { seconds } from "../../platform.ts";
import { type Geometry, Journal, payloadBytesIn } from "../journal.ts";
import { REGIONS, type RecordFields, type Region } from "../record.ts";

export const LOCK_ID = "AAECAwQFBgc";
export const SECTOR_BYTES = 256;
export const SNAPSHOT_SECTORS = 2;

/** Takes no snapshot, so that every record is visited; what is written holds no state. */
export const NO_SNAPSHOT = Object.freeze({
  restore(): void {
    throw new Fault("journal.corrupt");
  },
  visit(): void {},
  image: (writer: Writer): void => void writer.array(0),
});

/** The sectors of each region: state, access, notices. */
export const SMALL: Geometry["sectors"] = Object.freeze([12, 18, 7] as const);

/** One record as it was asked for. */
export type Written = RecordFields;

/** A part and the way to open a journal on it. */
export interface Desk {
  readonly flash: NorFlash;
  readonly geometry: Geometry;
  /** Opens it, collecting what recovery hands over into `seen`. */
  open(isPowerOn?: boolean): Journal;
  /** What the last `open` handed over, as `describe` writes it. */
  readonly seen: string[];
}

/** Sets up an erased part. */
export function createDesk(sectors = SMALL, sectorBytes = SECTOR_BYTES): Desk {
  const flash = new NorFlash({ sectorBytes, sectors: sectors[0] + sectors[1] + sectors[2] + 2 * SNAPSHOT_SECTORS });
  const payloadBytesMax = payloadBytesIn(sectorBytes);
  const geometry = { firstSector: 0, sectors, snapshotSectors: SNAPSHOT_SECTORS, payloadBytesMax };
  const seen: string[] = [];
  return {
    flash,
    geometry,
    seen,
    open(isPowerOn = false) {
      seen.length = 0;
      const visit = ({ record }: { readonly record: RecordFields }) => void seen.push(describe(record));
      return Journal.open({ crypto, flash, geometry, lockId: LOCK_ID, isPowerOn, ...NO_SNAPSHOT, visit });
    },
  };
}

/** Gives the n-th record of a trace: every region, payloads from none to two thirds of a small sector. */
export function planned(count: number): Omit<Written, "seq"> {
  const size = [11, 0, 32, 40, 96, 1, 64][count % 7];
  const payload: Bytes = new Uint8Array(size).fill(count + 1);
  const region = ([1, 0, 1, 2, 1, 0] as const)[count % 6];
  const width = count % 5 === 0 ? undefined : seconds(count);
  return { region, type: count % 256, lo: seconds(1_790_000_000 + count), width, payload };
}

/** Writes the n-th record of the trace. @returns what was acknowledged */
export function appendNext(journal: Journal, count: number): Written {
  const record = planned(count);
  const { seq } = journal.append(record.region, record.type, record.payload, record);
  return { ...record, seq };
}

/** Gives one line that holds everything of a record. */
export function describe({ region, seq, type, lo, width, payload }: RecordFields): string {
  return `${region}/${seq} type ${type} at ${lo}+${width} [${payload.join()}]`;
}

/** Gives the lines of `written` in the order in which recovery hands them over. */
export function inOrder(written: readonly Written[]): string[] {
  return REGIONS.flatMap((region: Region) => written.filter((record) => record.region === region)).map(describe);
}
