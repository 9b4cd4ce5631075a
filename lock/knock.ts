// Somebody at the door whom nothing but the camera keeps out: the camera has some seconds to prove itself. And a code for which it
// has, and which waits for a phone or a second code: it stays awake, so that it can prove itself again.
// Why: a camera that sleeps between visits proves nothing at the moment of the knock, so the knock wakes it; and whoever covers
// it must not learn more from that, nor fill the journal, than by one refusal (docs/attacks.md T26).
// Follows docs/visit.md, "knocked".

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { type Millis, millis } from "../firmware/platform.ts";
import type { Knocker } from "./guest.ts";

/** For so long the camera may take to prove itself. */
export const KNOCK_MILLIS = 15_000;

/** One knock, or none. */
export class Knock {
  readonly #crypto: Crypto;
  #knocker: Knocker | undefined;
  #until: Millis = millis(0);
  /** Until when it stays awake for a code that waits. */
  #heldUntil: Millis | undefined;

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
  }

  /** Whether the camera is needed, for somebody who knocks or for a code that waits. */
  get isOpen(): boolean {
    return this.#knocker !== undefined || this.#heldUntil !== undefined;
  }

  /** The grant for which the camera is asked; undefined for a code, and without a knock. */
  get grant(): Bytes | undefined {
    return this.#knocker?.grant;
  }

  /** Begins one, or goes on with it where the same comes again; another's gives way, with its refusal. The clock goes on: two who
   *  knock by turns before a covered lens must not put off for ever what owners are told. */
  begin(knocker: Knocker, now: Millis): void {
    if (this.#isOf(knocker.name)) return;
    if (this.#knocker === undefined) this.#until = millis(now + KNOCK_MILLIS);
    this.end(now);
    this.#knocker = { ...knocker, name: knocker.name.slice(), grant: knocker.grant?.slice() };
  }

  /** Keeps the camera awake for a code that waits. Its own knock has come to its end, with no refusal; another's goes on. */
  hold(name: Bytes, until: Millis): void {
    if (this.#isOf(name)) this.#knocker = undefined;
    this.#heldUntil = until;
  }

  /** Ends it, since whoever knocked is let in; another's with its refusal. @param name of who is let in; undefined for an owner */
  admit(name: Bytes | undefined, now: Millis): void {
    this.#heldUntil = undefined;
    if (name !== undefined && this.#isOf(name)) this.#knocker = undefined;
    else this.end(now);
  }

  /** Ends it with its one refusal. Twice is harmless. */
  end(now: Millis): void {
    const knocker = this.#knocker;
    this.#knocker = undefined;
    knocker?.refuse(now);
  }

  /** When its time is over; undefined without one. */
  get until(): Millis | undefined {
    return this.#knocker === undefined ? undefined : this.#until;
  }

  /** When the wait of a code is over; undefined without one. */
  get heldUntil(): Millis | undefined {
    return this.#heldUntil;
  }

  /** Ends the wait of a code, with no word of it. Twice is harmless. */
  release(): void {
    this.#heldUntil = undefined;
  }

  #isOf(name: Bytes): boolean {
    return this.#knocker !== undefined && this.#crypto.isEqual(this.#knocker.name, name);
  }
}
