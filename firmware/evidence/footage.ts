// The camera's signed checkpoint: which frames it took within about a second, in which order, for which visit.
// Why: a chain of hashes shows that something was changed; a list of them, signed, shows which frame, and whose camera.
// Follows RFC 9052 §4.4 and docs/protocol.cddl, footage (typ 65108).

import type { Bytes } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { encodeHeader, readHeader } from "../cose/header.ts";
import { kid8, readLockId } from "../cose/key.ts";
import { parseSign1, type Sign1, sign1, verifySign1 } from "../cose/sign1.ts";
import { type Crypto, HASH_BYTES } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import { TYP_FOOTAGE } from "../grant/typ.ts";
import { type Seconds, seconds } from "../platform.ts";

/** The most frames of one checkpoint, those that were not kept among them. */
export const FOOTAGE_FRAMES_MAX = 60;
/** How much of a frame's hash stands in a checkpoint. */
export const SHORT_HASH_BYTES = 16;
/** A clip's name: random bytes. */
export const CLIP_BYTES = 16;
/** Random bytes of the lock, as a session's challenge and a heartbeat have them. */
export const NONCE_BYTES = 16;

const CLAIM_AUDIENCE = 3;
const CLAIM_FOOTAGE = -65_544;
const U32_MAX = 0xffff_ffff;
const LINK8_BYTES = 8;
const MANDATORY_KEYS = 9;
const KEYS_MAX = 13;
const KEY_VISIT = 10;
const KEY_GRANT = 11;
const KEY_TOLD = 12;
const KEY_NONCE = 13;

/** What the lock said about the time, and when: `ms` milliseconds since the clip's first frame. */
export interface ToldTime {
  readonly lo: Seconds;
  /** Not before `lo`; 4294967295 where the lock does not know. */
  readonly hi: Seconds;
  readonly ms: number;
}

/** Why a clip is made: what binds its frames to a door, and to one visit. */
export interface Occasion {
  /** The lock's name: 11 characters. */
  readonly lockId: string;
  /** 16 random bytes: the clip's name. */
  readonly clip: Bytes;
  /** The number of the lock's intent record (receipt, 1); undefined outside of a visit. */
  readonly visit?: number | undefined;
  /** The link8 of the grant that was shown: 8 bytes. */
  readonly grant?: Bytes | undefined;
}

/** One checkpoint of a clip. */
export interface Footage extends Occasion {
  /** Its place in the clip, from 0 on. */
  readonly number: number;
  /** The number of its first frame. */
  readonly first: number;
  /** The first 16 bytes of each frame's hash; 16 zeros for a frame that was taken and not kept. 1..60 of them. */
  readonly hashes: Bytes;
  /** Milliseconds of the last frame that was kept. */
  readonly ms: number;
  /** The chain before its first frame and behind its last: 32 bytes each. */
  readonly before: Bytes;
  readonly chain: Bytes;
  /** How often the sensor was switched since the camera was made: the number of the newest rail record. */
  readonly power: number;
  /** Whether the clip ends here. */
  readonly isLast: boolean;
  readonly told?: ToldTime | undefined;
  /** The newest nonce of the lock, 16 bytes: these frames were signed after it was drawn. */
  readonly nonce?: Bytes | undefined;
}

/** Gives the number of the frame behind a checkpoint's last. */
export function endOf({ first, hashes }: Pick<Footage, "first" | "hashes">): number {
  return first + hashes.length / SHORT_HASH_BYTES;
}

/** Gives the signed checkpoint: about 300 bytes and 16 for each frame.
 *  @param camera its Ed25519 key pair: seed and public key, 32 bytes each */
export function encodeFootage(
  crypto: Crypto,
  camera: { readonly seed: Uint8Array; readonly publicKey: Uint8Array },
  footage: Footage,
): Bytes {
  const { lockId, clip, number, first, hashes, ms, before, chain, power, isLast } = footage;
  const count = hashes.length / SHORT_HASH_BYTES;
  assert(Number.isInteger(count) && count >= 1 && count <= FOOTAGE_FRAMES_MAX, "a checkpoint covers 1..60 frames");
  const { visit, grant, told, nonce } = footage;
  const optional = [visit, grant, told, nonce].filter((each) => each !== undefined).length;
  const writer = new Writer();
  writer.map(2).uint(CLAIM_AUDIENCE).text(lockId).int(CLAIM_FOOTAGE);
  writer
    .map(MANDATORY_KEYS + optional)
    .uint(1)
    .bytes(clip);
  writer.uint(2).uint(number).uint(3).uint(first).uint(4).bytes(hashes).uint(5).uint(ms);
  writer.uint(6).bytes(before).uint(7).bytes(chain).uint(8).uint(power);
  writer.uint(9).uint(isLast ? 1 : 0);
  if (visit !== undefined) writer.uint(KEY_VISIT).uint(visit);
  if (grant !== undefined) writer.uint(KEY_GRANT).bytes(grant);
  if (told !== undefined) writer.uint(KEY_TOLD).array(3).uint(told.lo).uint(told.hi).uint(told.ms);
  if (nonce !== undefined) writer.uint(KEY_NONCE).bytes(nonce);
  const header = encodeHeader({ kid: kid8(crypto, camera.publicKey), typ: TYP_FOOTAGE });
  return sign1(crypto, camera.seed, { protected: header, payload: writer.finish() });
}

/** Verifies a checkpoint of the camera with that key.
 *  @param cameraKey Ed25519, 32 bytes  @param message at most 1,600 bytes
 *  @returns byte strings are views into `message`
 *  @throws Fault cose.shape, cose.algorithm, cose.key, cose.signature, bytes.encoding, cbor.* */
export function verifyFootage(crypto: Crypto, cameraKey: Uint8Array, message: Bytes): Footage {
  const signed = parseSign1(message);
  const reader = new Reader(message);
  const header = readHeader(reader, signed);
  if (header.typ !== TYP_FOOTAGE || header.kid === undefined) throw new Fault("cose.shape");
  if (!crypto.isEqual(header.kid, kid8(crypto, cameraKey))) throw new Fault("cose.key");
  if (!verifySign1(crypto, signed, { publicKey: cameraKey })) throw new Fault("cose.signature");
  return readClaims(reader, signed);
}

function readClaims(reader: Reader, { payloadStart, payloadEnd }: Sign1): Footage {
  reader.moveTo(payloadStart, payloadEnd);
  reader.readMap(2, 2);
  expect(reader.readInt() === CLAIM_AUDIENCE);
  const lockId = readLockId(reader);
  expect(reader.readInt() === CLAIM_FOOTAGE);
  const count = reader.readMap(MANDATORY_KEYS, KEYS_MAX);
  const clip = bytesAt(reader, 1, CLIP_BYTES);
  const number = uintAt(reader, 2);
  const first = uintAt(reader, 3);
  expect(reader.readInt() === 4);
  const hashes = reader.readView(SHORT_HASH_BYTES, FOOTAGE_FRAMES_MAX * SHORT_HASH_BYTES);
  expect(hashes.length % SHORT_HASH_BYTES === 0 && first + hashes.length / SHORT_HASH_BYTES - 1 <= U32_MAX);
  const ms = uintAt(reader, 5);
  const before = bytesAt(reader, 6, HASH_BYTES);
  const chain = bytesAt(reader, 7, HASH_BYTES);
  const power = uintAt(reader, 8);
  const end = uintAt(reader, 9);
  expect(end <= 1);
  const optional = readOptional(reader, count - MANDATORY_KEYS);
  reader.end();
  return { lockId, clip, number, first, hashes, ms, before, chain, power, isLast: end === 1, ...optional };
}

function readOptional(reader: Reader, count: number): Pick<Footage, "visit" | "grant" | "told" | "nonce"> {
  const found: { visit?: number; grant?: Bytes; told?: ToldTime; nonce?: Bytes } = {};
  let key = MANDATORY_KEYS;
  for (let left = count; left > 0; left--) {
    key = reader.readKey(key);
    if (key === KEY_VISIT) found.visit = reader.readUint(U32_MAX);
    else if (key === KEY_GRANT) found.grant = reader.readView(LINK8_BYTES, LINK8_BYTES);
    else if (key === KEY_TOLD) found.told = readTold(reader);
    else if (key === KEY_NONCE) found.nonce = reader.readView(NONCE_BYTES, NONCE_BYTES);
    else throw new Fault("cose.shape");
  }
  return found;
}

function readTold(reader: Reader): ToldTime {
  reader.readArray(3, 3);
  const lo = seconds(reader.readUint(U32_MAX));
  const hi = seconds(reader.readUint(U32_MAX));
  expect(hi >= lo);
  return { lo, hi, ms: reader.readUint(U32_MAX) };
}

function uintAt(reader: Reader, key: number): number {
  expect(reader.readInt() === key);
  return reader.readUint(U32_MAX);
}

function bytesAt(reader: Reader, key: number, size: number): Bytes {
  expect(reader.readInt() === key);
  return reader.readView(size, size);
}

function expect(isAsSpecified: boolean): asserts isAsSpecified {
  if (!isAsSpecified) throw new Fault("cose.shape");
}
