// HKDF with SHA-256: one secret into keys for several uses.
// Why: codes, links and stored PINs each need a key of their own, and no backend need know how they are made.
// Follows RFC 5869.

import type { Bytes } from "../bytes.ts";
import { Fault } from "../fault.ts";
import { type Crypto, HASH_BYTES } from "./crypto.ts";

/** The most that one expansion gives: 255 blocks. RFC 5869 §2.3. */
export const HKDF_BYTES_MAX = 255 * HASH_BYTES;

/** What binds derived bytes to their use. */
export interface HkdfOptions {
  /** Any length; empty counts as 32 zeros (RFC 5869 §2.2). */
  readonly salt: Uint8Array;
  /** Any length. */
  readonly info: Uint8Array;
  /** Bytes to give, 1..8160. */
  readonly size: number;
}

/** Derives `size` bytes from a secret. RFC 5869 §2.
 *  @param secret input keying material, any length   @returns a new byte string of `size` bytes
 *  @throws Fault crypto.size */
export function hkdf(crypto: Crypto, secret: Uint8Array, options: HkdfOptions): Bytes {
  const pseudorandomKey = hkdfExtract(crypto, options.salt, secret);
  try {
    return hkdfExpand(crypto, pseudorandomKey, options);
  } finally {
    crypto.wipe(pseudorandomKey);
  }
}

/** Concentrates a secret into a pseudorandom key. RFC 5869 §2.2.
 *  @returns 32 bytes */
export function hkdfExtract(crypto: Crypto, salt: Uint8Array, secret: Uint8Array): Bytes {
  return crypto.hmacSha256(salt, secret);
}

/** Expands a pseudorandom key. RFC 5869 §2.3.
 *  @param pseudorandomKey at least 32 bytes   @returns a new byte string of `options.size` bytes
 *  @throws Fault crypto.size */
export function hkdfExpand(
  crypto: Crypto,
  pseudorandomKey: Uint8Array,
  options: Pick<HkdfOptions, "info" | "size">,
): Bytes {
  const { info, size } = options;
  if (pseudorandomKey.length < HASH_BYTES) throw new Fault("crypto.size");
  if (!Number.isInteger(size) || size < 1 || size > HKDF_BYTES_MAX) throw new Fault("crypto.size");
  const expanded = new Uint8Array(size);
  // T(i-1) ‖ info ‖ i, with T(0) empty: the first block leaves its place for T out.
  const input = new Uint8Array(HASH_BYTES + info.length + 1);
  input.set(info, HASH_BYTES);
  for (let counter = 1, offset = 0; offset < size; counter++, offset += HASH_BYTES) {
    input[input.length - 1] = counter;
    const block = crypto.hmacSha256(pseudorandomKey, counter === 1 ? input.subarray(HASH_BYTES) : input);
    input.set(block);
    const rest = size - offset;
    expanded.set(rest < HASH_BYTES ? block.subarray(0, rest) : block, offset);
    crypto.wipe(block);
  }
  crypto.wipe(input);
  return expanded;
}
