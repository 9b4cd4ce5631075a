// The lock that a board belongs to: offered for, taken once, kept, and forgotten by a hand at the opened case.
// Why: a keypad or camera that was taken home must be useless there, and one that was bought used must be usable; so it belongs
// to the first lock that answers, and only somebody who has opened its case can end that.
// Follows docs/protocol.md §3.2, "Pairing".

import type { Bytes } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import type { Identity } from "../identity.ts";
import { type Constants, type Millis, millis } from "../platform.ts";
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

/** The pairing, in the board's constants, and when a board without a lock of its own does what. */
export class Pairing {
  readonly #crypto: Crypto;
  readonly #constants: Constants;
  readonly #identity: Identity;
  readonly #role: number;
  #lock: PairedLock | undefined;
  /** Until when the lock that was taken must have proven itself; undefined once it has. */
  #unprovenUntil: Millis | undefined;
  #offerAt: Millis;

  /** @throws Fault flash.io */
  constructor({ crypto, constants, identity, role }: PairingParts, now: Millis) {
    this.#crypto = crypto;
    this.#constants = constants;
    this.#identity = identity;
    this.#role = role;
    this.#lock = readLock(constants);
    this.#offerAt = now;
  }

  get lock(): PairedLock | undefined {
    return this.#lock;
  }

  /** The uptime by which `tick` must be called; undefined while the lock is one that has proven itself. */
  get nextTick(): Millis | undefined {
    return this.#lock === undefined ? this.#offerAt : this.#unprovenUntil;
  }

  /** Gives up a lock that has not proven itself in time. What a board without a lock then does is `offer`.
   *  @returns whether a lock was given up */
  tick(now: Millis): boolean {
    if (this.#unprovenUntil === undefined || now < this.#unprovenUntil) return false;
    this.#part(now);
    return true;
  }

  /** Gives the frame by which a board without a lock makes itself known, where it is due: each 10 s. */
  offer(now: Millis): Bytes | undefined {
    if (this.#lock !== undefined || now < this.#offerAt) return undefined;
    this.#offerAt = millis(now + OFFER_MILLIS);
    const { agreementKey, signingKey } = this.#identity;
    return encodePlain(FRAME_OFFER, encodeOffer({ role: this.#role, agreementKey, signingKey }));
  }

  /** Takes a lock's answer. It is kept once that lock has proven itself: one that never does is gone with the power, or given up.
   *  @throws Fault link.*, cbor.* for any other frame, crypto.zero for a key that no lock has; none is taken then */
  take(frame: Bytes, now: Millis): PairedLock {
    if (checkFrame(frame) !== FRAME_ENROLLED) throw new Fault("link.shape");
    const lock = parseEnrolled(bodyOf(frame).slice());
    this.#crypto.wipe(this.#crypto.agree(this.#identity.agreementSecret, lock.agreementKey));
    this.#lock = lock;
    this.#unprovenUntil = millis(now + UNPROVEN_MILLIS);
    return lock;
  }

  /** Hears that the lock has proven itself, at each of its sessions, and keeps one that was just taken, durably.
   *  @returns false where the constants do not keep it: there is no lock then, and the offer goes on */
  proved(now: Millis): boolean {
    const lock = this.#lock;
    if (lock === undefined || this.#unprovenUntil === undefined) return lock !== undefined;
    this.#unprovenUntil = undefined;
    try {
      this.#constants.write(LOCK, encodeEnrolled(lock));
      return true;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.#part(millis(now + OFFER_MILLIS));
      return false;
    }
  }

  /** Forgets the lock, durably, and keeps before that its case stands open: the next lock has to hear of it.
   *  @throws Fault flash.io: the lock is kept */
  forget(now: Millis): void {
    this.#constants.write(OPENED, Uint8Array.of(1));
    this.#constants.erase(LOCK);
    this.#part(now);
  }

  /** Whether a lock was forgotten behind the open case since a lock was last told that it was open. */
  get hasOpened(): boolean {
    return this.#constants.read(OPENED) !== undefined;
  }

  /** The lock was told. @throws Fault flash.io: it will be told again after the next start */
  told(): void {
    if (this.hasOpened) this.#constants.erase(OPENED);
  }

  #part(offerAt: Millis): void {
    this.#lock = undefined;
    this.#unprovenUntil = undefined;
    this.#offerAt = offerAt;
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
