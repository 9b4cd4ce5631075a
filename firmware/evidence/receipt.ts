// What a lock signs when a visit ends behind a thrown bolt: who had come, what the door did and when, who saw it, and where the
// camera's chain and the lock's own journal stood.
// Why: a courier can show that the door was locked behind him, and an owner which film belongs to which visit, long after the
// journal's ring has turned. It proves what the door did; who went out of it, no lock knows.
// Follows RFC 9052 §4.4, docs/protocol.cddl, receipt (typ 65107), and docs/visit.md.

import type { Bytes } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { encodeHeader, readHeader } from "../cose/header.ts";
import { KID_BYTES, kid8, readLockId } from "../cose/key.ts";
import { parseSign1, type Sign1, sign1, verifySign1 } from "../cose/sign1.ts";
import { type Crypto, HASH_BYTES } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import { LINK8_BYTES } from "../grant/chain.ts";
import { NAME_BYTES_MAX } from "../grant/grant.ts";
import { TYP_RECEIPT } from "../grant/typ.ts";
import { type ClipHead, OUTCOMES } from "../journal/entry.ts";
import { ACCESS } from "../journal/record.ts";
import type { Head } from "../journal/walk.ts";
import { type Seconds, seconds } from "../platform.ts";
import { CLIP_BYTES } from "./footage.ts";

const CLAIM_AUDIENCE = 3;
const CLAIM_VISIT = -65_543;
const KEYS = 13;
const U32_MAX = 0xffff_ffff;
const WITNESSES_MAX = 7;
const CAMERA_PROOF_MAX = 2;

/** Whose visit it was. */
export interface ReceiptGrant {
  /** The grant that came, 8 bytes, and the key of its holder, 8 bytes. */
  readonly leaf: Bytes;
  readonly holder: Bytes;
  /** Its name, for people: at most 32 bytes, or empty. */
  readonly name: string;
}

/** What a lock says of a visit that ended with the bolt in its keeper, behind a shut door. */
export interface Receipt {
  /** 11 characters. */
  readonly lockId: string;
  /** The number of its intent in the access region, u32. */
  readonly visit: number;
  /** Undefined where somebody came with a code: the intent says with which. */
  readonly grant: ReceiptGrant | undefined;
  /** What the lock knew of the time when the bolt was thrown; `hi` is undefined where it knew no end. */
  readonly lo: Seconds;
  readonly hi: Seconds | undefined;
  /** Seconds from the intent to the first opening of the leaf, and to its last shutting; undefined where that was not seen. The
   *  door's contact is what saw them. */
  readonly openedAfter: number | undefined;
  readonly closedAfter: number | undefined;
  /** Seconds from the intent to the throw of the bolt. */
  readonly securedAfter: number;
  /** Who vouches for the throw, as bits: 0 door contact, 1 bolt sensor, 2 motor current. */
  readonly witnesses: number;
  /** `camera`: the lock ended it, since the camera failed. */
  readonly outcome: "secured" | "camera";
  /** What the camera had proven at the intent: 0 nothing, 1 that it records, 2 live and unobstructed. */
  readonly cameraProof: number;
  /** Where the chain of the visit's clip stood first and last, as the camera said; undefined where it said nothing. */
  readonly first: ClipHead | undefined;
  readonly last: ClipHead | undefined;
  /** The access region's last record, which closes the visit, and its link. */
  readonly head: Head;
}

/** Gives the signed receipt: 200 to 380 bytes.
 *  @param lock its Ed25519 key pair: seed and public key, 32 bytes each */
export function encodeReceipt(
  crypto: Crypto,
  lock: { readonly seed: Uint8Array; readonly publicKey: Uint8Array },
  receipt: Receipt,
): Bytes {
  const { grant, openedAfter, closedAfter, securedAfter, head } = receipt;
  assert(securedAfter < U32_MAX, "a visit ends");
  const writer = new Writer();
  writer.map(2).uint(CLAIM_AUDIENCE).text(receipt.lockId).int(CLAIM_VISIT);
  writer.map(KEYS).uint(1).uint(receipt.visit).uint(2);
  if (grant === undefined) writer.array(0);
  else writer.array(3).bytes(grant.leaf).bytes(grant.holder).text(grant.name);
  writer.uint(3).uint(receipt.lo);
  writer.uint(4).uint(receipt.hi ?? U32_MAX);
  writer.uint(5).uint(openedAfter === undefined ? 0 : openedAfter + 1);
  writer.uint(6).uint(closedAfter === undefined ? 0 : closedAfter + 1);
  writer.uint(7).uint(securedAfter).uint(8).uint(receipt.witnesses);
  writer.uint(9).uint(OUTCOMES.indexOf(receipt.outcome)).uint(10).uint(receipt.cameraProof);
  writeClip(writer.uint(11), receipt.first);
  writeClip(writer.uint(12), receipt.last);
  writer.uint(13).array(3).uint(ACCESS).uint(head.seq).bytes(head.link);
  const header = encodeHeader({ kid: kid8(crypto, lock.publicKey), typ: TYP_RECEIPT });
  return sign1(crypto, lock.seed, { protected: header, payload: writer.finish() });
}

/** Verifies a receipt of the lock with that key.
 *  @param lockKey Ed25519, 32 bytes  @param message at most 1,600 bytes
 *  @returns byte strings are views into `message`
 *  @throws Fault cose.shape, cose.algorithm, cose.key, cose.signature, bytes.encoding, cbor.* */
export function verifyReceipt(crypto: Crypto, lockKey: Uint8Array, message: Bytes): Receipt {
  const signed = parseSign1(message);
  const reader = new Reader(message);
  const header = readHeader(reader, signed);
  if (header.typ !== TYP_RECEIPT || header.kid === undefined) throw new Fault("cose.shape");
  if (!crypto.isEqual(header.kid, kid8(crypto, lockKey))) throw new Fault("cose.key");
  if (!verifySign1(crypto, signed, { publicKey: lockKey })) throw new Fault("cose.signature");
  return readClaims(reader, signed);
}

/** Reads what a receipt claims, and verifies nothing: for whoever has the text and no key. @param message at most 1,600 bytes
 *  @throws Fault cose.shape, cose.algorithm, bytes.encoding, cbor.* */
export function readReceipt(message: Bytes): Receipt {
  const signed = parseSign1(message);
  const reader = new Reader(message);
  if (readHeader(reader, signed).typ !== TYP_RECEIPT) throw new Fault("cose.shape");
  return readClaims(reader, signed);
}

function readClaims(reader: Reader, { payloadStart, payloadEnd }: Sign1): Receipt {
  reader.moveTo(payloadStart, payloadEnd);
  reader.readMap(2, 2);
  expect(reader.readInt() === CLAIM_AUDIENCE);
  const lockId = readLockId(reader);
  expect(reader.readInt() === CLAIM_VISIT);
  reader.readMap(KEYS, KEYS);
  const visit = uintAt(reader, 1);
  expect(reader.readInt() === 2);
  const grant = readGrant(reader);
  const lo = seconds(uintAt(reader, 3));
  const end = uintAt(reader, 4);
  const hi = end === U32_MAX ? undefined : seconds(end);
  const openedAfter = afterAt(reader, 5);
  const closedAfter = afterAt(reader, 6);
  const securedAfter = uintAt(reader, 7);
  const witnesses = uintAt(reader, 8, WITNESSES_MAX);
  const outcome = OUTCOMES[uintAt(reader, 9, OUTCOMES.length - 1)];
  const cameraProof = uintAt(reader, 10, CAMERA_PROOF_MAX);
  const first = clipAt(reader, 11);
  const last = clipAt(reader, 12);
  const head = headAt(reader, 13);
  reader.end();
  expect(outcome === "secured" || outcome === "camera");
  expect(
    lo <= end && (openedAfter ?? 0) <= securedAfter && (closedAfter ?? 0) <= securedAfter && securedAfter < U32_MAX,
  );
  const times = { lo, hi, openedAfter, closedAfter, securedAfter };
  return { lockId, visit, grant, ...times, witnesses, outcome, cameraProof, first, last, head };
}

function readGrant(reader: Reader): ReceiptGrant | undefined {
  const items = reader.readArray(0, 3);
  if (items === 0) return undefined;
  expect(items === 3);
  const leaf = reader.readView(LINK8_BYTES, LINK8_BYTES);
  const holder = reader.readView(KID_BYTES, KID_BYTES);
  return { leaf, holder, name: reader.readText(0, NAME_BYTES_MAX) };
}

function writeClip(writer: Writer, clip: ClipHead | undefined): void {
  if (clip === undefined) writer.array(0);
  else writer.array(3).bytes(clip.clip).uint(clip.frame).bytes(clip.chain);
}

function clipAt(reader: Reader, key: number): ClipHead | undefined {
  expect(reader.readInt() === key);
  const items = reader.readArray(0, 3);
  if (items === 0) return undefined;
  expect(items === 3);
  const clip = reader.readView(CLIP_BYTES, CLIP_BYTES);
  const frame = reader.readUint(U32_MAX);
  return { clip, frame, chain: reader.readView(HASH_BYTES, HASH_BYTES) };
}

function headAt(reader: Reader, key: number): Head {
  expect(reader.readInt() === key);
  reader.readArray(3, 3);
  expect(reader.readUint(U32_MAX) === ACCESS);
  const seq = reader.readUint(U32_MAX);
  return { seq, link: reader.readView(HASH_BYTES, HASH_BYTES) };
}

function afterAt(reader: Reader, key: number): number | undefined {
  const after = uintAt(reader, key);
  return after === 0 ? undefined : after - 1;
}

function uintAt(reader: Reader, key: number, max = U32_MAX): number {
  expect(reader.readInt() === key);
  return reader.readUint(max);
}

function expect(isAsSpecified: boolean): asserts isAsSpecified {
  if (!isAsSpecified) throw new Fault("cose.shape");
}
