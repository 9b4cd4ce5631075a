// A board's own keys: made on the board at first boot, and never given out.
// Why: no default secret exists anywhere (docs/attacks.md T06, T37), so two units never share a key and an image holds none.
// Follows RFC 8032 and RFC 7748 for the keys, RFC 9679 for the name; two keys, since one key serves one purpose.

import type { Bytes } from "./bytes.ts";
import { kid8 } from "./cose/key.ts";
import { type Crypto, KEY_BYTES } from "./crypto/crypto.ts";
import { Fault } from "./fault.ts";
import type { Constants, Random } from "./platform.ts";

const SIGNING_SEED = "sign";
const AGREEMENT_SECRET = "agree";

/** Who a board is. Seed and secret stay inside it. */
export interface Identity {
  /** 8 bytes: the name of the signing key. */
  readonly kid: Bytes;
  /** Ed25519 seed, 32 bytes, secret. */
  readonly signingSeed: Bytes;
  /** Ed25519, 32 bytes. */
  readonly signingKey: Bytes;
  /** X25519, 32 bytes, secret. */
  readonly agreementSecret: Bytes;
  /** X25519, 32 bytes. */
  readonly agreementKey: Bytes;
}

/** Reads a board's keys, or makes them where there are none yet, durably before they are used.
 *  @throws Fault flash.io, crypto.key where a stored key has the wrong size: a board never makes itself a new identity */
export function openIdentity(crypto: Crypto, constants: Constants, random: Random): Identity {
  const signingSeed = openSecret(SIGNING_SEED, constants, random);
  const agreementSecret = openSecret(AGREEMENT_SECRET, constants, random);
  const signingKey = crypto.signingPublicKey(signingSeed);
  const kid = kid8(crypto, signingKey);
  return { kid, signingSeed, signingKey, agreementSecret, agreementKey: crypto.agreementPublicKey(agreementSecret) };
}

/** Forgets both keys: whoever opens an identity afterwards is another board. @throws Fault flash.io */
export function forgetIdentity(constants: Constants): void {
  constants.erase(SIGNING_SEED);
  constants.erase(AGREEMENT_SECRET);
}

/** Reads a secret, or makes one of 32 bytes where there is none yet, durably before it is used.
 *  @param name at most 15 characters   @throws Fault flash.io, crypto.key where what is stored has another size */
export function openSecret(name: string, constants: Constants, random: Random): Bytes {
  const stored = constants.read(name);
  if (stored !== undefined) {
    if (stored.length !== KEY_BYTES) throw new Fault("crypto.key");
    return stored;
  }
  const secret = new Uint8Array(KEY_BYTES);
  random.fill(secret);
  constants.write(name, secret);
  return secret;
}
