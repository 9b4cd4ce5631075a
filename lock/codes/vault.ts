// The lock's own key for codes: what PINs are hashed with, and what secrets are sealed with.
// Why: records and snapshots hold neither a PIN nor a secret that makes codes, so whoever reads the flash or is sent the
// journal learns none; only the key could tell them, and that one stays in the board's constants (docs/attacks.md T22).
// Follows RFC 5869 (HKDF) and RFC 8439 (ChaCha20-Poly1305); docs/protocol.md §7.

import { type Bytes, concat, fromAscii } from "../../firmware/bytes.ts";
import { SEALING_BYTES } from "../../firmware/codes/credential.ts";
import { type Crypto, KEY_BYTES, NONCE_BYTES } from "../../firmware/crypto/crypto.ts";
import { hkdf } from "../../firmware/crypto/kdf.ts";
import { assert } from "../../firmware/fault.ts";
import type { Random } from "../../firmware/platform.ts";
import type { Identity } from "../identity.ts";

/** Keys for codes. */
export class Vault {
  /** What a stored PIN is hashed with, 32 bytes. */
  readonly pinKey: Bytes;
  /** What tells window codes apart in their table, 32 bytes. */
  readonly tagKey: Bytes;
  readonly #crypto: Crypto;
  readonly #random: Random;
  readonly #sealKey: Bytes;

  constructor(crypto: Crypto, random: Random, { codeSecret, lockId }: Pick<Identity, "codeSecret" | "lockId">) {
    const salt = fromAscii(lockId);
    this.#crypto = crypto;
    this.#random = random;
    this.pinKey = hkdf(crypto, codeSecret, { salt, info: fromAscii("PIN"), size: KEY_BYTES });
    this.tagKey = hkdf(crypto, codeSecret, { salt, info: fromAscii("tag"), size: KEY_BYTES });
    this.#sealKey = hkdf(crypto, codeSecret, { salt, info: fromAscii("seal"), size: KEY_BYTES });
  }

  /** Seals a secret. @param secret 16..32 bytes @param name what it belongs to: it opens under that name only
   *  @returns 28 bytes more: the nonce, the ciphertext and its tag */
  seal(secret: Uint8Array, name: Uint8Array): Bytes {
    const nonce = new Uint8Array(NONCE_BYTES);
    this.#random.fill(nonce);
    return concat(nonce, this.#crypto.seal(this.#sealKey, nonce, name, secret));
  }

  /** Opens what was sealed; the caller wipes it. @returns undefined where it was not sealed by this lock under that name: then
   *  no code comes of it */
  unseal(sealed: Bytes, name: Uint8Array): Bytes | undefined {
    assert(sealed.length > SEALING_BYTES, "what was sealed is longer than its nonce and tag");
    return this.#crypto.open(this.#sealKey, sealed.subarray(0, NONCE_BYTES), name, sealed.subarray(NONCE_BYTES));
  }
}

/** Gives the name under which the secret of a user's authenticator is sealed. */
export function totpName(slot: number, user: number): Bytes {
  return Uint8Array.of(slot, user);
}
