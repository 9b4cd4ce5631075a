// The fixed keys and names of the examples.
// Why: the examples must come out the same for everybody; these keys are printed here, so they open nothing.
// Follows docs/protocol.md; the seeds are 32 times one byte.

import type { Bytes } from "../../firmware/bytes.ts";
import { kid8, lockIdOf } from "../../firmware/cose/key.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import type { Sign } from "../../firmware/grant/issue.ts";
import { seconds } from "../../firmware/platform.ts";

/** A byte string of one byte over and over. */
export function repeated(byte: number, size: number): Bytes {
  return new Uint8Array(size).fill(byte);
}

/** Somebody with an Ed25519 key. */
export interface Signer {
  readonly seed: Bytes;
  readonly publicKey: Bytes;
  readonly kid: Bytes;
  readonly sign: Sign;
}

/** Who and what the examples are about. */
export interface Cast {
  readonly crypto: Crypto;
  readonly lock: Signer;
  readonly lockId: string;
  readonly lockAgreementKey: Bytes;
  readonly owner: Signer;
  readonly recovery: Signer;
  readonly company: Signer;
  readonly courier: Signer;
  readonly camera: Signer;
  readonly challenge: Bytes;
  readonly handshakeHash: Bytes;
}

/** Monday, 2 November 2026, 09:00:00 UTC. */
export const NOW = seconds(1_793_610_000);
export const DAY_SECONDS = 86_400;

/** Gives the cast. */
export function castOf(crypto: Crypto): Cast {
  const lock = signerOf(crypto, 1);
  return {
    crypto,
    lock,
    lockId: lockIdOf(crypto, lock.publicKey),
    lockAgreementKey: crypto.agreementPublicKey(repeated(2, 32)),
    owner: signerOf(crypto, 3),
    recovery: signerOf(crypto, 4),
    company: signerOf(crypto, 5),
    courier: signerOf(crypto, 6),
    camera: signerOf(crypto, 7),
    challenge: repeated(0xc0, 16),
    handshakeHash: repeated(0xaa, 32),
  };
}

function signerOf(crypto: Crypto, byte: number): Signer {
  const seed = repeated(byte, 32);
  const publicKey = crypto.signingPublicKey(seed);
  return { seed, publicKey, kid: kid8(crypto, publicKey), sign: (message) => crypto.sign(seed, message) };
}
