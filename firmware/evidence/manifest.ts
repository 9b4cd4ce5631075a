// The small signed note beside an encrypted clip: which file it is, for whom it was sealed, and which frames are in it.
// Why: whoever keeps the clips cannot look inside, and encryption says nothing of who wrote it. With the note, a clip that
// was exchanged, cut or sealed for somebody else is found out without being opened.
// Follows RFC 9052 §4.4 and docs/protocol.cddl, clip (typ 65109).

import type { Bytes } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { encodeHeader, readHeader } from "../cose/header.ts";
import { kid8, readLockId } from "../cose/key.ts";
import { parseSign1, type Sign1, sign1, verifySign1 } from "../cose/sign1.ts";
import { type Crypto, HASH_BYTES, KEY_BYTES } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import { TYP_CLIP } from "../grant/typ.ts";
import { CLIP_BYTES } from "./footage.ts";

/** The most recipients that a clip has. */
export const RECIPIENTS_MAX = 8;

const CLAIM_AUDIENCE = 3;
const CLAIM_CLIP = -65_545;
const KEYS = 7;
const U32_MAX = 0xffff_ffff;

/** What a camera says of a clip that it has ended. */
export interface ClipManifest {
  /** 11 characters. */
  readonly lockId: string;
  /** The clip's name, 16 bytes. */
  readonly clip: Bytes;
  /** SHA-256 of the encrypted file, and its size in bytes, u32. */
  readonly hash: Bytes;
  readonly size: number;
  /** X25519 public keys, 32 bytes each, 1..8 of them. */
  readonly recipients: readonly Bytes[];
  /** The number of the last checkpoint: they count from 0. */
  readonly lastCheckpoint: number;
  /** The numbers of the first and the last frame. */
  readonly firstFrame: number;
  readonly lastFrame: number;
}

/** Gives the signed manifest: about 220 bytes and 34 for each recipient.
 *  @param camera its Ed25519 key pair: seed and public key, 32 bytes each */
export function encodeManifest(
  crypto: Crypto,
  camera: { readonly seed: Uint8Array; readonly publicKey: Uint8Array },
  manifest: ClipManifest,
): Bytes {
  const { lockId, clip, hash, size, recipients, lastCheckpoint, firstFrame, lastFrame } = manifest;
  assert(recipients.length >= 1 && recipients.length <= RECIPIENTS_MAX, "a clip has 1..8 recipients");
  const writer = new Writer();
  writer.map(2).uint(CLAIM_AUDIENCE).text(lockId).int(CLAIM_CLIP);
  writer.map(KEYS).uint(1).bytes(clip).uint(2).bytes(hash).uint(3).uint(size);
  writer.uint(4).array(recipients.length);
  for (const recipient of recipients) writer.bytes(recipient);
  writer.uint(5).uint(lastCheckpoint).uint(6).uint(firstFrame).uint(7).uint(lastFrame);
  const header = encodeHeader({ kid: kid8(crypto, camera.publicKey), typ: TYP_CLIP });
  return sign1(crypto, camera.seed, { protected: header, payload: writer.finish() });
}

/** Verifies a manifest of the camera with that key.
 *  @param cameraKey Ed25519, 32 bytes  @param message at most 1,600 bytes
 *  @returns byte strings are views into `message`
 *  @throws Fault cose.shape, cose.algorithm, cose.key, cose.signature, bytes.encoding, cbor.* */
export function verifyManifest(crypto: Crypto, cameraKey: Uint8Array, message: Bytes): ClipManifest {
  const signed = parseSign1(message);
  const reader = new Reader(message);
  const header = readHeader(reader, signed);
  if (header.typ !== TYP_CLIP || header.kid === undefined) throw new Fault("cose.shape");
  if (!crypto.isEqual(header.kid, kid8(crypto, cameraKey))) throw new Fault("cose.key");
  if (!verifySign1(crypto, signed, { publicKey: cameraKey })) throw new Fault("cose.signature");
  return readClaims(reader, signed);
}

function readClaims(reader: Reader, { payloadStart, payloadEnd }: Sign1): ClipManifest {
  reader.moveTo(payloadStart, payloadEnd);
  reader.readMap(2, 2);
  expect(reader.readInt() === CLAIM_AUDIENCE);
  const lockId = readLockId(reader);
  expect(reader.readInt() === CLAIM_CLIP);
  reader.readMap(KEYS, KEYS);
  expect(reader.readInt() === 1);
  const clip = reader.readView(CLIP_BYTES, CLIP_BYTES);
  expect(reader.readInt() === 2);
  const hash = reader.readView(HASH_BYTES, HASH_BYTES);
  const size = uintAt(reader, 3);
  expect(reader.readInt() === 4);
  const recipients: Bytes[] = [];
  for (let left = reader.readArray(1, RECIPIENTS_MAX); left > 0; left--) {
    recipients.push(reader.readView(KEY_BYTES, KEY_BYTES));
  }
  const lastCheckpoint = uintAt(reader, 5);
  const firstFrame = uintAt(reader, 6);
  const lastFrame = uintAt(reader, 7);
  reader.end();
  expect(firstFrame <= lastFrame);
  return { lockId, clip, hash, size, recipients, lastCheckpoint, firstFrame, lastFrame };
}

function uintAt(reader: Reader, key: number): number {
  expect(reader.readInt() === key);
  return reader.readUint(U32_MAX);
}

function expect(isAsSpecified: boolean): asserts isAsSpecified {
  if (!isAsSpecified) throw new Fault("cose.shape");
}
