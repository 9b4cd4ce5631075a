// The lock's own keys, the name that follows from them, and the secret of its codes.
// Why: grants, proofs and links name the lock by it; only a reset (reset.ts) makes a lock another one.
// Follows docs/protocol.md §2, "Names of keys and tokens", and §7, "Secrets".

import type { Bytes } from "../firmware/bytes.ts";
import { lockIdOf } from "../firmware/cose/key.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import {
  type Identity as BoardIdentity,
  forgetIdentity as forgetBoardIdentity,
  openIdentity as openBoardIdentity,
  openSecret,
} from "../firmware/identity.ts";
import type { Constants, Random } from "../firmware/platform.ts";

const CODE_SECRET = "codes";

/** Who the lock is. Seed and secrets stay inside the board. */
export interface Identity extends BoardIdentity {
  /** 11 characters. */
  readonly lockId: string;
  /** What stored codes are hashed and secrets are sealed with, 32 bytes, secret: it is on no flash that anybody fetches. */
  readonly codeSecret: Bytes;
}

/** Reads the lock's keys, or makes them where there are none yet, durably before they are used.
 *  @throws Fault flash.io, crypto.key where a stored key has the wrong size */
export function openIdentity(crypto: Crypto, constants: Constants, random: Random): Identity {
  const identity = openBoardIdentity(crypto, constants, random);
  const codeSecret = openSecret(CODE_SECRET, constants, random);
  return { ...identity, lockId: lockIdOf(crypto, identity.signingKey), codeSecret };
}

/** Forgets them all: whoever opens an identity afterwards is another lock. @throws Fault flash.io */
export function forgetIdentity(constants: Constants): void {
  forgetBoardIdentity(constants);
  constants.erase(CODE_SECRET);
}
