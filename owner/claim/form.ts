// A claim as a file: what a lock recorded of one visit, with all that somebody else needs to verify it.
// Why: an owner who shows what happened must not have to show everything that ever happened. So the records of the visit stand
// here whole, and of all others, up to the end that the lock signed, the digests alone: they keep the chain whole and say nothing.
// Follows docs/protocol.cddl, `claim`.

import type { Bytes } from "../../firmware/bytes.ts";
import { NONE, Reader } from "../../firmware/cbor/decode.ts";
import { Writer } from "../../firmware/cbor/encode.ts";
import { HASH_BYTES, KEY_BYTES } from "../../firmware/crypto/crypto.ts";
import { Fault } from "../../firmware/fault.ts";
import { ACCESS, NOTICES, PAYLOAD_BYTES_MAX, RECORD_HEADER_BYTES } from "../../firmware/journal/record.ts";

/** The most bytes of a claim: the digests of a flash full of records are a tenth of that. */
export const CLAIM_BYTES_MAX = 4 * 1_048_576;
/** The most clips of one visit. */
export const CLIPS_MAX = 16;

const VERSION = 1;
const U32_MAX = 0xffff_ffff;
const RECORD_BYTES_MAX = RECORD_HEADER_BYTES + PAYLOAD_BYTES_MAX;
const PIECES_MAX = 65_536;
const SIGNED_BYTES_MAX = 1_600;
const NAME_BYTES_MAX = 255;
const BYTE_STRING = 2;
const MANDATORY_KEYS = 6;
const KEYS_MAX = 9;
const KEY_GRANT = 7;
const KEY_CLIPS = 8;
const KEY_RECEIPT = 9;

/** A record as the lock wrote it, or the digests of records that are not shown, one after the other. */
export type Piece =
  | { readonly kind: "whole"; readonly record: Bytes }
  | { readonly kind: "hidden"; readonly digests: Bytes };

/** Part of a region, up to the end that the lock signed. */
export interface Slice {
  readonly region: typeof ACCESS | typeof NOTICES;
  /** The number of its first record, or of the next to come where there is none. */
  readonly firstSeq: number;
  /** The link before it, 32 bytes. */
  readonly prevLink: Bytes;
  readonly pieces: readonly Piece[];
}

/** A film of the visit, as it lay on the claimant's disk. */
export interface ClaimedClip {
  /** Of the file, without folders. */
  readonly name: string;
  /** SHA-256 of the file, and its size in bytes. */
  readonly hash: Bytes;
  readonly size: number;
  /** The camera's signed note; undefined where there is none, as of a film that lost its end. */
  readonly manifest: Bytes | undefined;
  /** What the claimant found of its pictures; undefined where they could not be looked at. */
  readonly found: ClipCount | undefined;
}

/** What came of a film's pictures. */
export interface ClipCount {
  readonly isOk: boolean;
  readonly frames: number;
  /** How many of them are as the camera signed them. */
  readonly sound: number;
}

/** Everything that a claim has. Nothing in it is verified. */
export interface Claim {
  /** The lock's Ed25519 key, 32 bytes. */
  readonly lockKey: Bytes;
  /** The number of the access record that began the visit. */
  readonly visit: number;
  readonly checkpoint: Bytes;
  readonly access: Slice;
  readonly notices: Slice;
  /** The grant that was shown, or its root, and the key of the owner who signed that. */
  readonly grant: { readonly token: Bytes; readonly ownerKey: Bytes } | undefined;
  readonly clips: readonly ClaimedClip[];
  readonly receipt: Bytes | undefined;
}

/** Gives the file. */
export function encodeClaim(claim: Claim): Bytes {
  const { lockKey, visit, checkpoint, access, notices, grant, clips, receipt } = claim;
  const optional = [grant, clips[0], receipt].filter((each) => each !== undefined).length;
  const writer = new Writer(CLAIM_BYTES_MAX);
  writer
    .map(MANDATORY_KEYS + optional)
    .uint(1)
    .uint(VERSION);
  writer.uint(2).bytes(lockKey).uint(3).uint(visit).uint(4).bytes(checkpoint);
  writeSlice(writer.uint(5), access);
  writeSlice(writer.uint(6), notices);
  if (grant !== undefined) writer.uint(KEY_GRANT).array(2).bytes(grant.token).bytes(grant.ownerKey);
  if (clips.length > 0) writer.uint(KEY_CLIPS).array(clips.length);
  for (const clip of clips) writeClip(writer, clip);
  if (receipt !== undefined) writer.uint(KEY_RECEIPT).bytes(receipt);
  return writer.finish();
}

/** Reads a file; nothing of it is verified.
 *  @returns byte strings are views into `bytes`
 *  @throws Fault journal.corrupt, cbor.* */
export function decodeClaim(bytes: Bytes): Claim {
  const reader = new Reader(bytes, CLAIM_BYTES_MAX);
  const count = reader.readMap(MANDATORY_KEYS, KEYS_MAX);
  expectKey(reader, 1);
  expect(reader.readUint(U32_MAX) === VERSION);
  expectKey(reader, 2);
  const lockKey = reader.readView(KEY_BYTES, KEY_BYTES);
  expectKey(reader, 3);
  const visit = reader.readUint(U32_MAX);
  expectKey(reader, 4);
  const checkpoint = reader.readView(1, SIGNED_BYTES_MAX);
  expectKey(reader, 5);
  const access = readSlice(reader, ACCESS);
  expectKey(reader, 6);
  const notices = readSlice(reader, NOTICES);
  const optional = readOptional(reader, count - MANDATORY_KEYS);
  reader.end();
  return { lockKey, visit, checkpoint, access, notices, ...optional };
}

function readOptional(reader: Reader, count: number): Pick<Claim, "grant" | "clips" | "receipt"> {
  let grant: Claim["grant"];
  let clips: readonly ClaimedClip[] = [];
  let receipt: Bytes | undefined;
  let key = MANDATORY_KEYS;
  for (let left = count; left > 0; left--) {
    key = reader.readKey(key);
    if (key === KEY_GRANT) {
      reader.readArray(2, 2);
      grant = { token: reader.readView(1, SIGNED_BYTES_MAX), ownerKey: reader.readView(KEY_BYTES, KEY_BYTES) };
    } else if (key === KEY_CLIPS) clips = readClips(reader);
    else if (key === KEY_RECEIPT) receipt = reader.readView(1, SIGNED_BYTES_MAX);
    else throw new Fault("journal.corrupt");
  }
  return { grant, clips, receipt };
}

function writeSlice(writer: Writer, { firstSeq, prevLink, pieces }: Slice): void {
  writer.array(3).uint(firstSeq).bytes(prevLink).array(pieces.length);
  for (const piece of pieces) {
    if (piece.kind === "whole") writer.bytes(piece.record);
    else writer.array(1).bytes(piece.digests);
  }
}

function readSlice(reader: Reader, region: Slice["region"]): Slice {
  reader.readArray(3, 3);
  const firstSeq = reader.readUint(U32_MAX);
  const prevLink = reader.readView(HASH_BYTES, HASH_BYTES);
  const pieces: Piece[] = [];
  for (let left = reader.readArray(0, PIECES_MAX); left > 0; left--) {
    if (reader.nextMajorType() === BYTE_STRING) {
      pieces.push({ kind: "whole", record: reader.readView(RECORD_HEADER_BYTES, RECORD_BYTES_MAX) });
      continue;
    }
    reader.readArray(1, 1);
    const digests = reader.readView(HASH_BYTES, CLAIM_BYTES_MAX);
    expect(digests.length % HASH_BYTES === 0);
    pieces.push({ kind: "hidden", digests });
  }
  return { region, firstSeq, prevLink, pieces };
}

function writeClip(writer: Writer, { name, hash, size, manifest, found }: ClaimedClip): void {
  writer.array(5).text(name).bytes(hash).uint(size);
  if (manifest === undefined) writer.array(0);
  else writer.bytes(manifest);
  if (found === undefined) writer.array(0);
  else
    writer
      .array(3)
      .uint(found.isOk ? 1 : 0)
      .uint(found.frames)
      .uint(found.sound);
}

function readClips(reader: Reader): ClaimedClip[] {
  const clips: ClaimedClip[] = [];
  for (let left = reader.readArray(1, CLIPS_MAX); left > 0; left--) {
    reader.readArray(5, 5);
    const name = reader.readText(1, NAME_BYTES_MAX);
    // It is looked for beside the claim, and nowhere else.
    expect(!/[/\\]/.test(name) && !name.includes("\0") && name !== "." && name !== "..");
    const hash = reader.readView(HASH_BYTES, HASH_BYTES);
    const size = reader.readUint(U32_MAX);
    const manifest = reader.take(NONE) ? undefined : reader.readView(1, SIGNED_BYTES_MAX);
    const items = reader.readArray(0, 3);
    expect(items === 0 || items === 3);
    const found =
      items === 0
        ? undefined
        : { isOk: reader.readUint(1) === 1, frames: reader.readUint(U32_MAX), sound: reader.readUint(U32_MAX) };
    clips.push({ name, hash, size, manifest, found });
  }
  return clips;
}

function expectKey(reader: Reader, key: number): void {
  expect(reader.readInt() === key);
}

function expect(isAsSpecified: boolean): asserts isAsSpecified {
  if (!isAsSpecified) throw new Fault("journal.corrupt");
}
