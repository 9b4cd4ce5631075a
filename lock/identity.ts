// The lock's own keys, and the name that follows from them.
// Why: grants, proofs and links name the lock by it; only a reset (reset.ts) makes a lock another one.
// Follows docs/protocol.md §2, "Names of keys and tokens".

import { lockIdOf } from "../firmware/cose/key.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { type Identity as BoardIdentity, openIdentity as openBoardIdentity } from "../firmware/identity.ts";
import type { Constants, Random } from "../firmware/platform.ts";

/** Who the lock is. Seed and secret stay inside the board. */
export interface Identity extends BoardIdentity {
  /** 11 characters. */
  readonly lockId: string;
}

/** Reads the lock's keys, or makes them where there are none yet, durably before they are used.
 *  @throws Fault flash.io, crypto.key where a stored key has the wrong size */
export function openIdentity(crypto: Crypto, constants: Constants, random: Random): Identity {
  const identity = openBoardIdentity(crypto, constants, random);
  return { ...identity, lockId: lockIdOf(crypto, identity.signingKey) };
}
