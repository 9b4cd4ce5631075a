// What stands in a lock's flash, record by record: for whoever looks at it from outside.
// Why: a test must see what was written, by the bytes alone, however the lock remembers it.
// Follows docs/protocol.md §4.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import type { Entry } from "../firmware/journal/entry.ts";
import { type Geometry, Journal } from "../firmware/journal/journal.ts";
import { readEntry } from "../firmware/journal/payload.ts";
import type { Region } from "../firmware/journal/record.ts";
import type { Seconds } from "../firmware/platform.ts";
import { NorFlash } from "./flash.ts";

/** A record as it stands in flash. */
export interface Written {
  readonly region: Region;
  readonly seq: number;
  /** Bytes that it takes in flash. */
  readonly size: number;
  readonly lo: Seconds;
  readonly entry: Entry;
}

/** Reads a whole part: state, then access, then notices. */
export function readWritten(part: {
  readonly crypto: Crypto;
  readonly lockId: string;
  readonly geometry: Geometry;
  readonly sectorBytes: number;
  readonly sectors: number;
  /** Its bytes; not changed. */
  readonly flash: Bytes;
}): readonly Written[] {
  const { crypto, lockId, geometry, sectorBytes, sectors } = part;
  const copy = new NorFlash({ sectorBytes, sectors });
  copy.load(part.flash);
  const written: Written[] = [];
  Journal.open({
    crypto,
    flash: copy,
    geometry,
    lockId,
    isPowerOn: false,
    // No snapshot is taken, so that every record is visited.
    restore: () => {
      throw new Fault("journal.corrupt");
    },
    image: (writer) => writer.array(0),
    visit: ({ record }) => {
      const { region, seq, type, lo, payload } = record;
      const size = 32 + Math.ceil(payload.length / 32) * 32;
      written.push({ region, seq, size, lo, entry: read(region, type, payload.slice()) });
    },
  });
  return written;
}

/** Reads an entry; one that makes no sense is of no kind that is known. */
function read(region: Region, type: number, payload: Bytes): Entry {
  try {
    return readEntry(region, type, payload);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return { kind: "other", type };
  }
}
