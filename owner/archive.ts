// The log of a lock as it is kept and handed on: raw records of three regions, and what the lock signed about them.
// Why: whoever doubts what happened verifies this file alone, years later, against the lock's public key.
// Follows docs/protocol.md §4; the file is JSON with byte strings in base64url.

import { crypto } from "#crypto";
import { type Bytes, concat, fromBase64url, toBase64url } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";
import { verifyCheckpoint } from "../firmware/journal/checkpoint.ts";
import {
  ACCESS,
  Chain,
  countRecords,
  decodeRecord,
  headersIn,
  NOTICES,
  pageOver,
  REGIONS,
  type Region,
  SEQ_MAX,
  type StoredRecord,
} from "../firmware/journal/record.ts";
import { brokenRegions, type Verdict, verifyExport } from "../firmware/journal/verify.ts";
import type { Head } from "../firmware/link/message.ts";
import { headsOf } from "../firmware/link/status.ts";
import { EXIT, Failure } from "./failure.ts";
import type { Asking } from "./wire.ts";

/** How many checkpoints of the past are kept: the newest ones. */
const EARLIER_MAX = 8;
/** More answers than a full flash needs; each brings a record at least. */
const ANSWERS_MAX = 100_000;
const LINK_BYTES = 32;

/** One region's records, whole and in order. */
export interface ArchivedRegion {
  readonly region: Region;
  /** The number of the first record, or of the next to come where there is none. */
  readonly firstSeq: number;
  /** The link before it, 32 bytes. */
  readonly prevLink: Bytes;
  readonly records: Bytes;
}

/** A lock's log. */
export interface Archive {
  readonly lockId: string;
  /** Ed25519, 32 bytes. */
  readonly lockKey: Bytes;
  readonly regions: readonly ArchivedRegion[];
  readonly checkpoint: Bytes;
  /** Signed before, the newest first. */
  readonly earlier: readonly Bytes[];
}

/** Fetches what is new since `former`, up to a checkpoint signed just before.
 *  @throws Failure where the lock stops or refuses */
export async function fetchArchive(
  conversation: Asking,
  lock: { readonly lockId: string; readonly lockKey: Bytes },
  former: Archive | undefined,
): Promise<Archive> {
  const signed = await conversation.ask({ kind: "checkpoint" });
  if (signed.kind !== "checkpoint") throw new Failure(EXIT.REFUSED, "The lock cannot sign its log now: try again.");
  const regions: ArchivedRegion[] = [];
  for (const region of REGIONS) {
    regions.push(
      await fetchRegion(
        conversation,
        region,
        former?.regions.find((kept) => kept.region === region),
      ),
    );
  }
  const earlier = former === undefined ? [] : [former.checkpoint, ...former.earlier].slice(0, EARLIER_MAX);
  return cutToSigned({ ...lock, regions, checkpoint: signed.message.slice(), earlier }).archive;
}

/** Leaves out what stands behind the end that the lock signed: the chain has no secret, so anybody goes on with it.
 *  @returns all where the checkpoint does not hold, which verification says */
export function cutToSigned(archive: Archive): { readonly archive: Archive; readonly cut: number } {
  if (!isCheckpointOf(archive.lockKey, archive.checkpoint)) return { archive, cut: 0 };
  const { heads } = verifyCheckpoint(crypto, archive.lockKey, archive.checkpoint);
  let cut = 0;
  const regions = archive.regions.map((each) => {
    for (const { offset, seq } of headersIn(each.records)) {
      if (seq <= heads[each.region].seq) continue;
      cut += countRecords(each.records.subarray(offset));
      return { ...each, records: each.records.slice(0, offset) };
    }
    return each;
  });
  return { archive: { ...archive, regions }, cut };
}

/** Whether nothing that was kept of the door is missing in a newer archive: its access region begins with the former's
 *  records. The other regions turn within weeks, and hold nothing that an owner would miss. */
export function isContinued(former: Archive, newer: Archive): boolean {
  return former.regions.every(({ region, firstSeq, records }) => {
    if (region !== ACCESS) return true;
    const next = newer.regions.find((each) => each.region === region);
    if (next === undefined || records.length === 0) return records.length === 0;
    const isLong = next.firstSeq === firstSeq && next.records.length >= records.length;
    return isLong && crypto.isEqual(next.records.subarray(0, records.length), records);
  });
}

/** Gives the first and the last notice that made room before they were fetched here; undefined where none did. They may have been
 *  alarms, and nothing but their numbers is left of them. */
export function missedNotices(former: Archive | undefined, newer: Archive): readonly [number, number] | undefined {
  const kept = former?.regions.find(({ region }) => region === NOTICES);
  const next = kept === undefined ? 1 : kept.firstSeq + countRecords(kept.records);
  const found = newer.regions.find(({ region }) => region === NOTICES);
  return found !== undefined && found.firstSeq > next ? [next, found.firstSeq - 1] : undefined;
}

/** Verifies an archive. @param visit receives each record that stands, in order */
export function verifyArchive(archive: Archive, visit?: (record: StoredRecord) => void): Verdict {
  const { lockId, lockKey, regions, checkpoint, earlier } = archive;
  return verifyExport(crypto, {
    lockId,
    lockKey,
    regions,
    checkpoint,
    earlier,
    ...(visit === undefined ? {} : { visit }),
  });
}

/** Fetches once more, from their first record on, the regions of an archive in which something is wrong. A lock that was put back has
 *  another past there than what was kept and fetched on from, and of that only the end has come.
 *  @param archive its newest checkpoint holds @returns the same, with the lock's own past where that is another
 *  @throws Failure where the lock stops or refuses */
export async function fetchBroken(conversation: Asking, former: Archive, archive: Archive): Promise<Archive> {
  const broken = brokenRegions(crypto, archive);
  const regions: ArchivedRegion[] = [];
  for (const each of archive.regions) {
    const kept = former.regions.find(({ region }) => region === each.region);
    const own = broken.includes(each.region) ? await fetchRegion(conversation, each.region, undefined) : each;
    regions.push(kept === undefined || isPastOf(kept, own) ? each : own);
  }
  // What it signed before, it signed of the other past.
  const isOther = regions.some((each) => !archive.regions.includes(each));
  return cutToSigned({ ...archive, regions, earlier: isOther ? [] : archive.earlier }).archive;
}

/** Whether no record that was kept is another one in what the lock hands out. */
function isPastOf(kept: ArchivedRegion, own: ArchivedRegion): boolean {
  const records = new Map([...recordsIn(own)]);
  return [...recordsIn(kept)].every(([seq, record]) => crypto.isEqual(records.get(seq) ?? record, record));
}

function* recordsIn({ records }: ArchivedRegion): Generator<readonly [seq: number, record: Bytes]> {
  const headers = [...headersIn(records)];
  for (const [place, { offset, seq }] of headers.entries())
    yield [seq, records.subarray(offset, headers[place + 1]?.offset)];
}

/** Gives what goes on from an archive that does not hold: each region in which something is wrong begins anew behind the end that
 *  the lock has just signed, since nothing before can be joined to what comes.
 *  @param archive its newest checkpoint holds */
export function beginAnew(archive: Archive): Archive {
  const { heads } = verifyCheckpoint(crypto, archive.lockKey, archive.checkpoint);
  const broken = brokenRegions(crypto, archive);
  const regions = archive.regions.map((each) => {
    if (!broken.includes(each.region)) return each;
    const { seq, link } = heads[each.region];
    return { region: each.region, firstSeq: seq + 1, prevLink: link.slice(), records: new Uint8Array(0) };
  });
  return { ...archive, regions, earlier: [] };
}

/** Hands over each record whose own bytes hold, whether or not it is joined to the others. */
export function visitStanding({ regions }: Pick<Archive, "regions">, visit: (record: StoredRecord) => void): void {
  for (const { region, records } of regions) {
    const page = pageOver(records);
    for (let offset = 0; offset < records.length; ) {
      const record = decodeRecord(crypto, page, { offset, region });
      if (record === undefined) break;
      visit(record);
      offset += record.size;
    }
  }
}

/** Walks one region of which no end was signed: check values, numbers, and the beginning where it is there.
 *  @returns the number of the first record that does not stand; undefined where all do */
export function walkRegion(
  lockId: string,
  { region, firstSeq, prevLink, records }: ArchivedRegion,
  visit: (record: StoredRecord) => void,
): number | undefined {
  const start = new Chain(crypto, lockId).start(region);
  if (firstSeq < 1 || (firstSeq === 1 && !crypto.isEqual(prevLink, start))) return firstSeq;
  const page = pageOver(records);
  let seq = firstSeq;
  for (let offset = 0; offset < records.length; seq++) {
    const record = decodeRecord(crypto, page, { offset, region });
    if (record === undefined || record.seq !== seq) return seq;
    visit(record);
    offset += record.size;
  }
  return undefined;
}

/** Says what is wrong. */
export function sayVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case "whole":
      return `The log holds: records ${verdict.regions.map(({ firstSeq, lastSeq }) => `${firstSeq}-${lastSeq}`).join(", ")} of state, access and notices.`;
    case "checkpoint":
      return verdict.index === 0
        ? "The lock's signature under the log does not hold."
        : "What the lock signed at an earlier visit is not from this lock.";
    case "region":
      return "A part of the log is missing.";
    case "start":
      return "The log does not begin as this lock's log begins.";
    case "record":
      return `Record ${verdict.seq} of region ${verdict.region} was changed or cut short.`;
    case "gap":
      return `Records ${verdict.expectedSeq} to ${verdict.foundSeq - 1} of region ${verdict.region} are missing.`;
    case "fork":
      return `At record ${verdict.seq} of region ${verdict.region} the log is not the one that the lock signed; up to ${verdict.agreedSeq} it is.`;
    case "short":
      return `The lock signed record ${verdict.signedSeq} of region ${verdict.region}, and the log ends at ${verdict.lastSeq}: its end was cut off, or the lock was put back.`;
  }
}

/** Gives the file. */
export function encodeArchive({ lockId, lockKey, regions, checkpoint, earlier }: Archive): string {
  return JSON.stringify({
    latchkey: "log",
    version: 1,
    lockId,
    lockKey: toBase64url(lockKey),
    checkpoint: toBase64url(checkpoint),
    earlier: earlier.map(toBase64url),
    regions: regions.map(({ region, firstSeq, prevLink, records }) => ({
      region,
      firstSeq,
      prevLink: toBase64url(prevLink),
      records: toBase64url(records),
    })),
  });
}

/** Reads a file; nothing of it is verified. @throws Failure */
export function parseArchive(text: string): Archive {
  try {
    const file = JSON.parse(text) as Record<string, unknown>;
    const { lockId, regions } = file;
    if (file["latchkey"] !== "log" || file["version"] !== 1 || typeof lockId !== "string") throw new TypeError();
    if (!Array.isArray(regions) || !Array.isArray(file["earlier"])) throw new TypeError();
    return {
      lockId,
      lockKey: bytes(file["lockKey"], LINK_BYTES),
      checkpoint: bytes(file["checkpoint"]),
      earlier: file["earlier"].map((each) => bytes(each)),
      regions: regions.map(parseRegion),
    };
  } catch (error) {
    const isShape = error instanceof SyntaxError || error instanceof TypeError || error instanceof Fault;
    if (!isShape) throw error;
    throw new Failure(
      EXIT.UNVERIFIED,
      'That is no exported log, or it is damaged: make it with "latchkey log --export FILE".',
    );
  }
}

/** Gives the ends of the regions as the lock signed them, of an archive that was verified: what its owner now holds. */
export function endsOf({ lockKey, checkpoint }: Archive): readonly Head[] {
  return headsOf(verifyCheckpoint(crypto, lockKey, checkpoint));
}

/** Whether a checkpoint is of that lock. @param lockKey Ed25519, 32 bytes */
export function isCheckpointOf(lockKey: Bytes, checkpoint: Bytes): boolean {
  try {
    verifyCheckpoint(crypto, lockKey, checkpoint);
    return true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

function parseRegion(value: unknown): ArchivedRegion {
  const { region, firstSeq, prevLink, records } = value as Record<string, unknown>;
  const found = REGIONS.find((known) => known === region);
  if (found === undefined || typeof firstSeq !== "number") throw new TypeError();
  return { region: found, firstSeq, prevLink: bytes(prevLink, LINK_BYTES), records: bytes(records) };
}

function bytes(value: unknown, size?: number): Bytes {
  if (typeof value !== "string") throw new TypeError();
  const read = fromBase64url(value);
  if (size !== undefined && read.length !== size) throw new TypeError();
  return read;
}

/** Fetches one region from the lock, after what is kept of it. @throws Failure where the lock stops or refuses */
export async function fetchRegion(
  conversation: Asking,
  region: Region,
  former: ArchivedRegion | undefined,
): Promise<ArchivedRegion> {
  let { firstSeq, prevLink } = former ?? { firstSeq: 1, prevLink: undefined };
  let parts: Bytes[] = former === undefined ? [] : [former.records];
  let next = firstSeq + (former === undefined ? 0 : countRecords(former.records));
  let hasCome = false;
  for (let count = 0; count < ANSWERS_MAX; count++) {
    const answer = await conversation.ask({ kind: "fetch", region, from: next });
    if (answer.kind !== "records")
      throw new Failure(EXIT.REFUSED, "The lock does not hand out its log now: try again.");
    const { first, previousLink } = answer;
    if (prevLink === undefined || (first !== next && answer.bytes.length > 0 && !hasCome)) {
      // The lock has overwritten what lies between: what was kept no longer joins, and the log begins anew. What is missing behind
      // records that came in this very talk is a loss, and stays to be seen.
      prevLink = previousLink.slice();
      firstSeq = first;
      next = first;
      parts = [];
    }
    if (answer.bytes.length === 0) return { region, firstSeq, prevLink, records: concat(...parts) };
    parts.push(answer.bytes.slice());
    hasCome = true;
    next = lastSeqIn(answer.bytes) + 1;
  }
  throw new Failure(EXIT.REFUSED, "The lock's log has no end: its firmware is not what it says.");
}

/** Gives the number that the last record says it has: where one between is lost, counting them would ask for some again. */
function lastSeqIn(records: Bytes): number {
  let last = 0;
  for (const { seq } of headersIn(records)) last = Math.min(seq, SEQ_MAX);
  return last;
}
