// What a lock finds of itself when it starts: its keys, its memory, and whether a reset was cut.
// Why: it stands apart from what is built on it, since whoever recovers a journal needs most of a small board's stack for that.
// Follows docs/protocol.md §4, "Recovery", and docs/ownership.md.

import { type Bytes, fromAscii } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { selfTest } from "../firmware/crypto/selftest.ts";
import type { ChainContext } from "../firmware/grant/chain.ts";
import type { Millis } from "../firmware/platform.ts";
import { findOwner } from "../firmware/policy/keyring.ts";
import { type Identity, openIdentity } from "./identity.ts";
import { Memory } from "./memory.ts";
import type { LockOptions, LockPlatform } from "./options.ts";
import { finishReset } from "./reset.ts";

/** What a lock is from the start on. */
export interface Recovered {
  readonly identity: Identity;
  readonly memory: Memory;
  /** Whether a reset was begun that the flash did not let come to its end. */
  readonly isStuck: boolean;
  readonly now: Millis;
}

/** Tests the primitives, ends a reset that was cut, and finds the keys and the memory.
 *  @throws Fault crypto.selftest, crypto.key, flash.io */
export function recover(platform: LockPlatform, options: LockOptions, now: Millis): Recovered {
  const { crypto, flash } = platform;
  selfTest(crypto);
  const isStuck = !finishReset({ ...platform, geometry: options.geometry });
  const identity = openIdentity(crypto, platform.constants, platform.random);
  const memory = new Memory({ ...options, crypto, flash, identity }, now);
  return { identity, isStuck, memory, now };
}

/** Whose grants hold at this lock: those of its owners, as the memory has them now. */
export class OwnersOf implements ChainContext {
  /** 11 bytes of ASCII. */
  readonly lockId: Bytes;
  readonly #crypto: Crypto;
  readonly #memory: Memory;

  constructor(crypto: Crypto, memory: Memory, lockId: string) {
    this.lockId = fromAscii(lockId);
    this.#crypto = crypto;
    this.#memory = memory;
  }

  ownerKey(kid: Bytes): Bytes | undefined {
    return findOwner(this.#crypto, this.#memory.state.keyring, kid)?.publicKey;
  }
}
