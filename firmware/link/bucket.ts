// A bucket of tries: so many at once, and one more every so often.
// Why: two things must not be had without end, handshakes by strangers and openings under one root; they are rationed alike.
// Follows docs/protocol.md §2.2 and §3. It is forgotten with a restart.

import type { Millis, Transport } from "../platform.ts";

/** The tries that are left. */
export class Bucket {
  readonly #fullMillis: number;
  readonly #tryMillis: number;
  /** In milliseconds, a try costing tryMillis. */
  #left: number;
  #at: Millis;

  /** @param limits.atOnce tries in a full bucket   @param limits.tryMillis for one more */
  constructor(limits: { readonly atOnce: number; readonly tryMillis: number }, now: Millis) {
    this.#fullMillis = limits.atOnce * limits.tryMillis;
    this.#tryMillis = limits.tryMillis;
    this.#left = this.#fullMillis;
    this.#at = now;
  }

  /** Gives a bucket for each carrier: who floods one costs nobody at another a try. */
  static ofEach(limits: ConstructorParameters<typeof Bucket>[0], now: Millis): Readonly<Record<Transport, Bucket>> {
    return { ble: new Bucket(limits, now), tcp: new Bucket(limits, now), usb: new Bucket(limits, now) };
  }

  /** Takes one try, if there is one left. @returns whether there was */
  take(now: Millis): boolean {
    this.#left = Math.min(this.#fullMillis, this.#left + (now - this.#at));
    this.#at = now;
    if (this.#left < this.#tryMillis) return false;
    this.#left -= this.#tryMillis;
    return true;
  }
}
