// An Ed25519 public key as a COSE_Key, and the names that are made from it.
// Why: keys are handed on inside tokens, and a lock or an owner is named by a digest that anybody can compute from the
// key. A key has one byte form here, so it is matched and not parsed.
// Follows RFC 9053 §7.2 (OKP), RFC 9679 (thumbprint) and `docs/protocol.md` (the first 8 bytes of it as names).

import { type Bytes, fromBase64url, toBase64url } from "../bytes.ts";
import type { Reader } from "../cbor/decode.ts";
import { type Crypto, KEY_BYTES } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";

/** A key identifier: the first 8 bytes of the thumbprint. */
export const KID_BYTES = 8;
/** A lock's name: base64url of its 8-byte key identifier. */
export const LOCK_ID_CHARACTERS = 11;
/** The whole COSE_Key, 40 bytes. */
export const COSE_KEY_BYTES = 8 + KEY_BYTES;

/** {1: 1 (kty: OKP), -1: 6 (crv: Ed25519), -2: bstr of 32 (x)} up to its last key. */
const OKP_ED25519 = Object.freeze([0xa3, 0x01, 0x01, 0x20, 0x06, 0x21]);
/** The same, up to the first byte of x. */
const OKP_ED25519_HEAD = Object.freeze([0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20]);

/** Reads a COSE_Key that holds an Ed25519 public key and nothing else. RFC 9053 §7.2.
 *  @returns x, 32 bytes, a view into the reader's buffer; whether it is a point is the signature check's affair
 *  @throws Fault cose.key, and the cbor codes of a byte string */
export function readPublicKey(reader: Reader): Bytes {
  if (!reader.take(OKP_ED25519)) throw new Fault("cose.key");
  return reader.readView(KEY_BYTES, KEY_BYTES);
}

/** Gives the deterministic COSE_Key of an Ed25519 public key; it has the required members only, so it is also what the
 *  thumbprint is taken of. RFC 9053 §7.2, RFC 9679 §4.
 *  @param publicKey 32 bytes
 *  @returns 40 bytes */
export function encodePublicKey(publicKey: Uint8Array): Bytes {
  assert(publicKey.length === KEY_BYTES, "an Ed25519 public key has 32 bytes");
  const encoded = new Uint8Array(COSE_KEY_BYTES);
  encoded.set(OKP_ED25519_HEAD);
  encoded.set(publicKey, OKP_ED25519_HEAD.length);
  return encoded;
}

/** Gives the COSE Key Thumbprint with SHA-256. RFC 9679 §3.
 *  @param publicKey Ed25519, 32 bytes
 *  @returns 32 bytes */
export function thumbprint(crypto: Crypto, publicKey: Uint8Array): Bytes {
  return crypto.sha256(encodePublicKey(publicKey));
}

/** Gives the key identifier that headers carry: the first 8 bytes of the thumbprint.
 *  @param publicKey Ed25519, 32 bytes
 *  @returns 8 bytes, a view into a digest of its own */
export function kid8(crypto: Crypto, publicKey: Uint8Array): Bytes {
  return thumbprint(crypto, publicKey).subarray(0, KID_BYTES);
}

/** Gives a lock's name, which is the audience of everything that is signed for it.
 *  @param lockKey the lock's Ed25519 public key, 32 bytes
 *  @returns 11 characters of base64url */
export function lockIdOf(crypto: Crypto, lockKey: Uint8Array): string {
  return toBase64url(kid8(crypto, lockKey));
}

/** Reads a lock's name. Strangers write it and people are shown it, so what is no name is refused before anybody can print it.
 *  @returns 11 characters of base64url
 *  @throws Fault bytes.encoding, and the cbor codes of a text string */
export function readLockId(reader: Reader): string {
  const lockId = reader.readText(LOCK_ID_CHARACTERS, LOCK_ID_CHARACTERS);
  fromBase64url(lockId);
  return lockId;
}
