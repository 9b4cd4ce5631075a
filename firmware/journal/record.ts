// The bytes of the journal: a record, the header of a sector, and the chain that binds records to their lock and region.
// Why: recovery on the lock and verification at the owner's desk must read the very same bytes by the very same rules.
// Follows docs/protocol.md, "Journal": all integers little-endian, records in multiples of 32 bytes.

import type { Bytes } from "../bytes.ts";
import { fromAscii } from "../bytes.ts";
import { LOCK_ID_CHARACTERS } from "../cose/key.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { HASH_BYTES } from "../crypto/crypto.ts";
import { assert } from "../fault.ts";
import type { Seconds } from "../platform.ts";
import { seconds } from "../platform.ts";

/** 0 state, 1 access, 2 notices: each has its own sectors, numbers and chain. */
export type Region = 0 | 1 | 2;

export const STATE = 0 satisfies Region;
export const ACCESS = 1 satisfies Region;
export const NOTICES = 2 satisfies Region;
export const REGIONS: readonly Region[] = Object.freeze([STATE, ACCESS, NOTICES] as const);

export const SECTOR_HEADER_BYTES = 64;
export const RECORD_HEADER_BYTES = 32;
export const PAYLOAD_BYTES_MAX = 2048;
/** The last number that a record or a sector may have. */
export const SEQ_MAX = 0xfffffff0;

/** Where a record's `lo` stands in it. */
export const RECORD_TIME_OFFSET = 8;

const RECORD_ALIGN_BYTES = 32;
const RECORD_VERSION = 1;
const RECORD_ZERO_OFFSET = 21;
const RECORD_CHECK_OFFSET = 16;
const WIDTH_UNKNOWN = 0xfffffffe;
const SECTOR_MAGIC = 0x314a4b4c; // "LKJ1".
const SECTOR_FORMAT = 2;
const SECTOR_CHECK_OFFSET = 60;
const ERASED_WORD = 0xffffffff;

/** When something happened: at `lo` or up to `width` later. */
export interface RecordTime {
  /** NumericDate, u32. */
  readonly lo: Seconds;
  /** Undefined where the latest possible time is unknown; else `lo + width` is that time. */
  readonly width: Seconds | undefined;
}

/** What is written about one event. */
export interface RecordFields extends RecordTime {
  readonly region: Region;
  /** u8; its meaning is not the journal's. */
  readonly type: number;
  /** The first record of a region has 1. */
  readonly seq: number;
  /** Opaque; at most 2,048 bytes. */
  readonly payload: Uint8Array;
}

/** A record that was read and whose check value holds. */
export interface StoredRecord extends RecordFields {
  /** A view into the page that it was read from. */
  readonly payload: Bytes;
  /** SHA-256 of header (check field zero) and payload. */
  readonly digest: Bytes;
  /** Bytes that it takes on flash, padding included. */
  readonly size: number;
}

/** What the header of a sector says. */
export interface SectorHeader {
  readonly region: Region;
  /** Counts the sectors that were started in this region, from 0. */
  readonly sectorSeq: number;
  /** The number of the first record that stands here, or would. */
  readonly firstSeq: number;
  readonly eraseCount: number;
  /** The chain's link before that record; a copy. */
  readonly prevLink: Bytes;
}

/** Bytes with a DataView on them, made once. */
export interface Page {
  readonly bytes: Bytes;
  readonly view: DataView<ArrayBuffer>;
}

/** Gives a page over `bytes`, which stay the caller's. */
export function pageOver(bytes: Bytes): Page {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** Gives a page of `size` zero bytes. */
export function newPage(size: number): Page {
  return pageOver(new Uint8Array(size));
}

/** Gives the bytes that a record with that payload takes on flash. */
export function recordBytes(payloadBytes: number): number {
  return (RECORD_HEADER_BYTES + payloadBytes + RECORD_ALIGN_BYTES - 1) & -RECORD_ALIGN_BYTES;
}

/** Gives where records that stand one behind the other begin by their lengths, and the numbers that they say they have; whether they
 *  hold is verified later.
 *  @param records as a lock hands them out: what is no whole header at the end is none */
export function* headersIn(records: Uint8Array): Generator<{ readonly offset: number; readonly seq: number }> {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  for (let offset = 0; offset + RECORD_HEADER_BYTES <= records.length; ) {
    yield { offset, seq: view.getUint32(offset + 4, true) };
    offset += recordBytes(view.getUint16(offset + 2, true));
  }
}

/** Counts records by their lengths, for whoever fetches on. @param records as of headersIn */
export function countRecords(records: Uint8Array): number {
  return [...headersIn(records)].length;
}

/** Encodes a record at the start of `page`, padding included.
 *  @returns its digest, for the chain */
export function encodeRecord(crypto: Crypto, page: Page, record: RecordFields): Bytes {
  const { bytes, view } = page;
  const { type, lo, width = WIDTH_UNKNOWN, payload } = record;
  const end = RECORD_HEADER_BYTES + payload.length;
  // Each claim is tested before the call, since a call costs more than the test.
  if (type >>> 0 !== type || type > 255) assert(false, "a record's type is a u8");
  if (lo >>> 0 !== lo || width >>> 0 !== width) assert(false, "a record's time is of u32 seconds");
  bytes.fill(0, 0, recordBytes(payload.length));
  bytes[0] = type;
  bytes[1] = RECORD_VERSION;
  view.setUint16(2, payload.length, true);
  view.setUint32(4, record.seq, true);
  view.setUint32(8, lo, true);
  view.setUint32(12, width, true);
  bytes[20] = record.region;
  bytes.set(payload, RECORD_HEADER_BYTES);
  const digest = crypto.sha256(bytes.subarray(0, end));
  view.setUint32(RECORD_CHECK_OFFSET, firstWord(digest), true);
  return digest;
}

/** Reads the record of `region` at `offset`.
 *  @returns undefined where no valid one stands there; the page is left as it was */
export function decodeRecord(
  crypto: Crypto,
  page: Page,
  at: { offset: number; region: Region },
): StoredRecord | undefined {
  const { bytes, view } = page;
  const { offset, region } = at;
  const size = claimedBytes(page, offset);
  if (size === undefined || bytes[offset + 1] !== RECORD_VERSION || bytes[offset + 20] !== region) return undefined;
  if (!isRecordZero(page, offset)) return undefined;
  const end = offset + RECORD_HEADER_BYTES + view.getUint16(offset + 2, true);
  const digest = digestAround(crypto, page, { offset, end, check: offset + RECORD_CHECK_OFFSET });
  const width = view.getUint32(offset + 12, true);
  const seq = view.getUint32(offset + 4, true);
  if (digest === undefined || width > WIDTH_UNKNOWN || seq > SEQ_MAX) return undefined;
  return {
    region,
    type: bytes[offset],
    seq,
    lo: seconds(view.getUint32(offset + 8, true)),
    width: width === WIDTH_UNKNOWN ? undefined : seconds(width),
    payload: bytes.subarray(offset + RECORD_HEADER_BYTES, end),
    digest,
    size,
  };
}

/** Gives the bytes that the header at `offset` claims for its record, right or wrong.
 *  @returns undefined where there is no room for them before the page ends, or above the payload's bound */
export function claimedBytes(page: Page, offset: number): number | undefined {
  if (offset + RECORD_HEADER_BYTES > page.bytes.length) return undefined;
  const payloadBytes = page.view.getUint16(offset + 2, true);
  const size = recordBytes(payloadBytes);
  return payloadBytes > PAYLOAD_BYTES_MAX || offset + size > page.bytes.length ? undefined : size;
}

/** Whether programming has begun at `offset`: the first word of a record is never 0xFFFFFFFF. */
export function isBegun(page: Page, offset: number): boolean {
  return page.view.getUint32(offset, true) !== ERASED_WORD;
}

/** Encodes a sector's header at the start of `page`. */
export function encodeSectorHeader(crypto: Crypto, page: Page, header: SectorHeader): void {
  const { bytes, view } = page;
  bytes.fill(0, 0, SECTOR_HEADER_BYTES);
  view.setUint32(0, SECTOR_MAGIC, true);
  bytes[4] = SECTOR_FORMAT;
  bytes[5] = header.region;
  view.setUint32(8, header.sectorSeq, true);
  view.setUint32(12, header.firstSeq, true);
  view.setUint32(16, header.eraseCount, true);
  bytes.set(header.prevLink, 20);
  view.setUint32(SECTOR_CHECK_OFFSET, firstWord(crypto.sha256(bytes.subarray(0, SECTOR_HEADER_BYTES))), true);
}

/** Reads a sector's header at the start of `page`.
 *  @returns undefined where none of `region` stands there; the page is left as it was */
export function decodeSectorHeader(crypto: Crypto, page: Page, region: Region): SectorHeader | undefined {
  const { bytes, view } = page;
  if (view.getUint32(0, true) !== SECTOR_MAGIC || bytes[4] !== SECTOR_FORMAT || bytes[5] !== region) return undefined;
  if (view.getUint16(6, true) !== 0 || view.getUint32(52, true) !== 0 || view.getUint32(56, true) !== 0)
    return undefined;
  const isSound = digestAround(crypto, page, { offset: 0, end: SECTOR_HEADER_BYTES, check: SECTOR_CHECK_OFFSET });
  const sectorSeq = view.getUint32(8, true);
  const firstSeq = view.getUint32(12, true);
  if (isSound === undefined || sectorSeq > SEQ_MAX || firstSeq === 0 || firstSeq > SEQ_MAX) return undefined;
  return {
    region,
    sectorSeq,
    firstSeq,
    eraseCount: view.getUint32(16, true),
    prevLink: bytes.slice(20, 20 + HASH_BYTES),
  };
}

/** The chain: link_n = SHA-256("lj1" ‖ link_{n-1} ‖ digest of record n), link_0 = SHA-256("lj1" ‖ u8 region ‖ lock-id).
 *  Since link_0 names region and lock, no record fits in anywhere else. */
export class Chain {
  readonly #crypto: Crypto;
  readonly #lockId: Bytes;
  readonly #message = new Uint8Array(3 + 2 * HASH_BYTES);

  /** @param lockId 11 characters
   *  @throws Fault bytes.encoding */
  constructor(crypto: Crypto, lockId: string) {
    assert(lockId.length === LOCK_ID_CHARACTERS, "a lock-id has 11 characters");
    this.#crypto = crypto;
    this.#lockId = fromAscii(lockId);
    this.#message.set(fromAscii("lj1"));
  }

  /** Gives link_0 of a region: 32 bytes, the caller's own. */
  start(region: Region): Bytes {
    const message = this.#message.slice(0, 4 + LOCK_ID_CHARACTERS);
    message[3] = region;
    message.set(this.#lockId, 4);
    return this.#crypto.sha256(message);
  }

  /** Gives the link after `link`: 32 bytes, the caller's own. @param link 32 bytes @param digest 32 bytes */
  next(link: Uint8Array, digest: Uint8Array): Bytes {
    this.#message.set(link, 3);
    this.#message.set(digest, 3 + HASH_BYTES);
    return this.#crypto.sha256(this.#message);
  }
}

/** Hashes a span with its check field zero, puts the field back, and gives the digest if its first word stands there. */
function digestAround(
  crypto: Crypto,
  page: Page,
  span: { offset: number; end: number; check: number },
): Bytes | undefined {
  const stored = page.view.getUint32(span.check, true);
  page.view.setUint32(span.check, 0, true);
  const digest = crypto.sha256(page.bytes.subarray(span.offset, span.end));
  page.view.setUint32(span.check, stored, true);
  return firstWord(digest) === stored ? digest : undefined;
}

function firstWord(digest: Bytes): number {
  return (digest[0] | (digest[1] << 8) | (digest[2] << 16) | (digest[3] << 24)) >>> 0;
}

function isRecordZero({ bytes, view }: Page, offset: number): boolean {
  const at = offset + RECORD_ZERO_OFFSET;
  const isHeadZero = bytes[at] === 0 && view.getUint16(at + 1, true) === 0;
  return isHeadZero && view.getUint32(at + 3, true) === 0 && view.getUint32(at + 7, true) === 0;
}
