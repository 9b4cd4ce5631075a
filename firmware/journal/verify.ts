// The owner's check of an exported log: every record from the first to the one that the lock signed.
// Why: whoever holds the lock, the flash or the wire may drop, change, reorder or splice records, and the owner must be
// told where, offline and without trusting any of them.
// Follows docs/protocol.md, "Journal": the check value finds damage, the numbers find gaps, the chain finds everything else.

import type { Bytes } from "../bytes.ts";
import { type Crypto, HASH_BYTES } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { verifyCheckpoint } from "./checkpoint.ts";
import type { Page, Region, StoredRecord } from "./record.ts";
import { Chain, decodeRecord, pageOver, RECORD_HEADER_BYTES, REGIONS } from "./record.ts";
import type { Head } from "./walk.ts";

/** One region as it was exported. */
export interface ExportedRegion {
  readonly region: Region;
  /** The number of the first record, or of the next to come where there is none. */
  readonly firstSeq: number;
  /** The link before it: 32 bytes. */
  readonly prevLink: Uint8Array;
  /** Raw records, one after the other. */
  readonly records: Uint8Array;
}

/** What is to be verified, and by whose key. */
export interface ExportedLog {
  /** 11 characters. */
  readonly lockId: string;
  /** Ed25519, 32 bytes. */
  readonly lockKey: Uint8Array;
  /** State, access and notices, each once. */
  readonly regions: readonly ExportedRegion[];
  /** The newest one, signed. */
  readonly checkpoint: Bytes;
  /** Those that the owner kept from before, signed; they show that the lock's whole past was exchanged. */
  readonly earlier?: readonly Bytes[];
  /** Receives each record that stands, in order, before the verdict is known. Its payload is a view. */
  readonly visit?: (record: StoredRecord) => void;
}

/** A region in which nothing is wrong. */
export interface WholeRegion {
  readonly region: Region;
  /** One above `lastSeq` where nothing was exported. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Up to here the lock has signed; records above are chained but not yet signed. */
  readonly signedSeq: number;
}

/** The first thing that is wrong, or `whole`. */
export type Verdict =
  | { readonly kind: "whole"; readonly checkpoint: Checkpoint; readonly regions: readonly WholeRegion[] }
  /** A checkpoint is not this lock's or its signature fails: 0 is the newest, 1 the first of `earlier`. */
  | { readonly kind: "checkpoint"; readonly index: number }
  /** A region is missing or there twice. */
  | { readonly kind: "region"; readonly region: Region }
  /** The link before the first record is none, or record 1 does not follow this lock's and this region's beginning. */
  | { readonly kind: "start"; readonly region: Region }
  /** What stands in the place of record `seq` is no record of this region: changed, cut short or from another region.
   *  `offset`: in `records`. */
  | { readonly kind: "record"; readonly region: Region; readonly seq: number; readonly offset: number }
  /** Record `foundSeq` stands where `expectedSeq` belongs. */
  | { readonly kind: "gap"; readonly region: Region; readonly expectedSeq: number; readonly foundSeq: number }
  /** The records are in order, but by `seq` they are not the ones that the lock signed; the change is above `agreedSeq`. */
  | { readonly kind: "fork"; readonly region: Region; readonly agreedSeq: number; readonly seq: number }
  /** The lock signed record `signedSeq`, but the export, or what the lock signs now, ends at `lastSeq`. */
  | { readonly kind: "short"; readonly region: Region; readonly lastSeq: number; readonly signedSeq: number };

/** Verifies an export whole: signatures, check values, numbers, chains. The link before the first record needs no proof
 *  of its own, since the signed link hashes it in. Total: whatever is wrong is a verdict.
 *  @returns the first thing that is wrong, by region and place */
export function verifyExport(crypto: Crypto, log: ExportedLog): Verdict {
  const checkpoints = readCheckpoints(crypto, log);
  if ("kind" in checkpoints) return checkpoints;
  const regions: WholeRegion[] = [];
  for (const region of REGIONS) {
    const verdict = judgeRegion(crypto, log, { region, checkpoints });
    if ("kind" in verdict) return verdict;
    regions.push(verdict);
  }
  return { kind: "whole", checkpoint: checkpoints[0], regions };
}

/** Gives the regions in which something is wrong; all of them where a checkpoint does not hold. Total. */
export function brokenRegions(crypto: Crypto, log: Omit<ExportedLog, "visit">): readonly Region[] {
  const checkpoints = readCheckpoints(crypto, log);
  if ("kind" in checkpoints) return REGIONS;
  return REGIONS.filter((region) => "kind" in judgeRegion(crypto, log, { region, checkpoints }));
}

function judgeRegion(
  crypto: Crypto,
  log: ExportedLog,
  { region, checkpoints }: { readonly region: Region; readonly checkpoints: readonly Checkpoint[] },
): WholeRegion | Verdict {
  const [exported, second] = log.regions.filter((candidate) => candidate.region === region);
  if (exported === undefined || second !== undefined) return { kind: "region", region };
  const anchors = checkpoints.map((checkpoint) => checkpoint.heads[region]);
  return verifyRegion({ crypto, chain: new Chain(crypto, log.lockId), exported, anchors, visit: log.visit });
}

function readCheckpoints(crypto: Crypto, log: ExportedLog): readonly Checkpoint[] | Verdict {
  const checkpoints: Checkpoint[] = [];
  for (const signed of [log.checkpoint, ...(log.earlier ?? [])]) {
    const checkpoint = readCheckpoint(crypto, log, signed);
    if (checkpoint === undefined) return { kind: "checkpoint", index: checkpoints.length };
    checkpoints.push(checkpoint);
  }
  return checkpoints;
}

function readCheckpoint(crypto: Crypto, { lockId, lockKey }: ExportedLog, signed: Bytes): Checkpoint | undefined {
  try {
    const checkpoint = verifyCheckpoint(crypto, lockKey, signed);
    return checkpoint.lockId === lockId ? checkpoint : undefined;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

interface RegionCheck {
  readonly crypto: Crypto;
  readonly chain: Chain;
  readonly exported: ExportedRegion;
  /** What the lock signed, the newest first. */
  readonly anchors: readonly Head[];
  readonly visit: ((record: StoredRecord) => void) | undefined;
}

function verifyRegion({ crypto, chain, exported, anchors, visit }: RegionCheck): WholeRegion | Verdict {
  const { region, prevLink, firstSeq } = exported;
  const page = pageOver(exported.records.slice());
  const signedSeq = anchors[0].seq;
  if (firstSeq < 1) return { kind: "gap", region, expectedSeq: 1, foundSeq: firstSeq };
  if (firstSeq > signedSeq + 1) return { kind: "gap", region, expectedSeq: signedSeq + 1, foundSeq: firstSeq };
  const isLink = prevLink.length === HASH_BYTES;
  const isStart = isLink && (firstSeq > 1 || crypto.isEqual(prevLink, chain.start(region)));
  if (!isStart) return { kind: "start", region };
  let seq = firstSeq - 1;
  let agreedSeq = seq;
  let link: Uint8Array = prevLink;
  for (let offset = 0; ; ) {
    for (const anchor of anchors) {
      if (anchor.seq !== seq) continue;
      if (!crypto.isEqual(anchor.link, link)) return { kind: "fork", region, agreedSeq, seq };
      agreedSeq = seq;
    }
    if (offset === page.bytes.length) break;
    const record = decodeRecord(crypto, page, { offset, region });
    if (record === undefined || !isPaddedWithZeros(page, offset, record)) {
      return { kind: "record", region, seq: seq + 1, offset };
    }
    if (record.seq !== seq + 1) return { kind: "gap", region, expectedSeq: seq + 1, foundSeq: record.seq };
    visit?.(record);
    link = chain.next(link, record.digest);
    offset += record.size;
    seq = record.seq;
  }
  const newestSigned = anchors.reduce((newest, anchor) => Math.max(newest, anchor.seq), 0);
  // Records that the owner kept may stand behind the end of a lock that was put back: what it signs now must be the newest.
  const lastSeq = Math.min(seq, signedSeq);
  if (newestSigned > lastSeq) return { kind: "short", region, lastSeq, signedSeq: newestSigned };
  return { region, firstSeq, lastSeq: seq, signedSeq };
}

/** Padding is outside the check value; an export has none but zeros. */
function isPaddedWithZeros(page: Page, offset: number, record: StoredRecord): boolean {
  const payloadEnd = offset + RECORD_HEADER_BYTES + record.payload.length;
  return page.bytes.subarray(payloadEnd, offset + record.size).every((byte) => byte === 0);
}
