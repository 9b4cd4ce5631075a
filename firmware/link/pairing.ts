// The lock that a board belongs to: offered for, taken once, kept, and forgotten by a hand at the opened case.
// Why: a keypad or camera that was taken home must be useless there, and one that was bought used must be usable; so it belongs
// to the first lock that answers, and only somebody who has opened its case can end that.
// Follows docs/protocol.md §3.2, "Pairing".

import type { Bytes } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import type { Identity } from "../identity.ts";
import type { Constants } from "../platform.ts";
import { bodyOf, checkFrame, encodePlain, FRAME_ENROLLED, FRAME_OFFER } from "./frame.ts";
import { encodeEnrolled, encodeOffer, type PairedLock, parseEnrolled } from "./introduction.ts";

/** How often a board without a lock offers itself. */
export const OFFER_MILLIS = 10_000;

/** For so long a lock that was just taken may take to prove itself. Its answer names no board, so whoever is new on the same wire takes
 *  what was meant for another. */
export const UNPROVEN_MILLIS = 60_000;

const LOCK = "lock";
const OPENED = "opened";

/** What a pairing is made of. */
export interface PairingParts {
  readonly crypto: Crypto;
  /** The board's own; the names `lock` and `opened` are the pairing's. */
  readonly constants: Constants;
  readonly identity: Identity;
  /** 1 keypad, 2 camera, 3 bridge. */
  readonly role: number;
}

/** The pairing, in the board's constants. */
export class Pairing {
  readonly #crypto: Crypto;
  readonly #constants: Constants;
  readonly #identity: Identity;
  readonly #role: number;
  #lock: PairedLock | undefined;

  /** @throws Fault flash.io */
  constructor({ crypto, constants, identity, role }: PairingParts) {
    this.#crypto = crypto;
    this.#constants = constants;
    this.#identity = identity;
    this.#role = role;
    this.#lock = readLock(constants);
  }

  get lock(): PairedLock | undefined {
    return this.#lock;
  }

  /** The frame by which a board without a lock makes itself known. */
  get offer(): Bytes {
    const { agreementKey, signingKey } = this.#identity;
    return encodePlain(FRAME_OFFER, encodeOffer({ role: this.#role, agreementKey, signingKey }));
  }

  /** Takes a lock's answer. It is kept once that lock has proven itself: one that never does is gone with the power.
   *  @throws Fault link.*, cbor.* for any other frame, crypto.zero for a key that no lock has; none is taken then */
  take(frame: Bytes): PairedLock {
    if (checkFrame(frame) !== FRAME_ENROLLED) throw new Fault("link.shape");
    const lock = parseEnrolled(bodyOf(frame).slice());
    this.#crypto.wipe(this.#crypto.agree(this.#identity.agreementSecret, lock.agreementKey));
    this.#lock = lock;
    return lock;
  }

  /** Keeps the lock that was taken, durably: it has proven itself. @returns whether the constants keep it */
  keep(): boolean {
    const lock = this.#lock;
    if (lock === undefined) return false;
    try {
      this.#constants.write(LOCK, encodeEnrolled(lock));
      return true;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return false;
    }
  }

  /** Gives up a lock that never proved itself, or that the constants do not keep. */
  giveUp(): void {
    this.#lock = undefined;
  }

  /** Forgets the lock, durably, and keeps before that its case stands open: the next lock has to hear of it.
   *  @throws Fault flash.io: the lock is kept */
  forget(): void {
    this.#constants.write(OPENED, Uint8Array.of(1));
    this.#constants.erase(LOCK);
    this.#lock = undefined;
  }

  /** Whether a lock was forgotten behind the open case since a lock was last told that it was open. */
  get hasOpened(): boolean {
    return this.#constants.read(OPENED) !== undefined;
  }

  /** The lock was told. @throws Fault flash.io: it will be told again after the next start */
  told(): void {
    if (this.hasOpened) this.#constants.erase(OPENED);
  }
}

/** What cannot be read is no lock: the board then offers itself, and its own lock answers. */
function readLock(constants: Constants): PairedLock | undefined {
  const stored = constants.read(LOCK);
  try {
    return stored === undefined ? undefined : parseEnrolled(stored);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return undefined;
  }
}
