// The primitives, as one interface that three backends give: libsodium on a board and in XS on the desk (native.ts),
// node:crypto in Node (node.ts), tweetnacl and noble where neither exists (portable.ts).
// Why: one decision must come out the same wherever it is made, so all three accept exactly what libsodium accepts.
// Follows RFC 8032 (Ed25519), RFC 7748 (X25519), RFC 8439 (ChaCha20-Poly1305), RFC 2104 and RFC 5869 (HMAC, HKDF). SHA-1 is
// here for one-time codes alone, since most authenticator apps know nothing else (RFC 6238 §1.2).

import type { Bytes } from "../bytes.ts";

export const KEY_BYTES = 32;
export const HASH_BYTES = 32;
export const SIGNATURE_BYTES = 64;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
/** What HMAC-SHA-1 gives. */
export const SHA1_MAC_BYTES = 20;
/** The widest entry of a table that `find` searches. */
export const ENTRY_BYTES_MAX = 32;

/** A SHA-256 that is given its message piece by piece: a file is longer than any memory. */
export interface Hash {
  /** Goes on with more of the message. @param piece any length; read before this returns */
  update(piece: Uint8Array): void;
  /** Gives the hash of all pieces, 32 bytes. The object must not be used afterwards. */
  finish(): Bytes;
}

/** Every primitive that the firmware uses. Each argument's size is checked; results are new byte strings.
 *  @throws Fault crypto.size for an argument of the wrong length, on every member */
export interface Crypto {
  /** SHA-256 (FIPS 180-4). @returns 32 bytes */
  sha256(message: Uint8Array): Bytes;
  /** SHA-256 of what comes in pieces (FIPS 180-4). */
  startSha256(): Hash;
  /** SHA-512 (FIPS 180-4): what Roughtime hashes with. @returns 64 bytes */
  sha512(message: Uint8Array): Bytes;
  /** HMAC-SHA-256 (RFC 2104). @param key any length @returns 32 bytes */
  hmacSha256(key: Uint8Array, message: Uint8Array): Bytes;
  /** HMAC-SHA-1 (RFC 2104), for one-time codes only. @param key any length @returns 20 bytes */
  hmacSha1(key: Uint8Array, message: Uint8Array): Bytes;
  /** Whether an Ed25519 signature holds, by libsodium's rules: S < L, y(A) < p, neither A nor R of small order,
   *  cofactorless equation. Never throws for bad bytes of the right length. RFC 8032 §5.1.7.
   *  @param publicKey 32 bytes @param signature 64 bytes */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** Signs with Ed25519. RFC 8032 §5.1.6. @param seed 32 bytes, the private key @returns 64 bytes */
  sign(seed: Uint8Array, message: Uint8Array): Bytes;
  /** Gives the Ed25519 public key of a seed. RFC 8032 §5.1.5. @param seed 32 bytes @returns 32 bytes */
  signingPublicKey(seed: Uint8Array): Bytes;
  /** Gives the X25519 shared secret. RFC 7748 §5. @param secret 32 bytes @param publicKey 32 bytes @returns 32 bytes
   *  @throws Fault crypto.zero when the result is all zero (RFC 7748 §6.1) */
  agree(secret: Uint8Array, publicKey: Uint8Array): Bytes;
  /** Gives the X25519 public key of a secret. RFC 7748 §6.1. @param secret 32 bytes @returns 32 bytes */
  agreementPublicKey(secret: Uint8Array): Bytes;
  /** Seals with ChaCha20-Poly1305. RFC 8439 §2.8. @param key 32 bytes @param nonce 12 bytes
   *  @returns ciphertext followed by the 16-byte tag */
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Bytes;
  /** Opens with ChaCha20-Poly1305. RFC 8439 §2.8. @param sealed ciphertext and tag, at least 16 bytes
   *  @returns the plaintext, or undefined when the tag does not verify */
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Bytes | undefined;
  /** Whether two byte strings are equal, in a time that depends on their lengths only. */
  isEqual(left: Uint8Array, right: Uint8Array): boolean;
  /** Finds an entry in a table of entries of one width, in a time that depends on the sizes only: every entry is looked at, and
   *  each in the same way. @param table a multiple of `width` @param width 1..32 bytes @param wanted `width` bytes
   *  @returns the index of the last entry that is equal, or -1 */
  find(table: Uint8Array, width: number, wanted: Uint8Array): number;
  /** Overwrites a secret with zeros. */
  wipe(secret: Bytes): void;
}
