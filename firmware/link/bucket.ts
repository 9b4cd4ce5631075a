// A bucket of tries: so many at once, and one more every so often.
// Why: two things must not be had without end, handshakes by strangers and openings under one root; they are rationed alike.
// Follows docs/protocol.md §2.2 and §3. It is forgotten with a restart. How much is in it is known by when it is full again, as in
// the generic cell rate algorithm (ITU-T I.371).

import { type Millis, millis, type Transport } from "../platform.ts";

/** So many at once, and how long until there is one more. */
export interface Share {
  readonly atOnce: number;
  readonly tryMillis: number;
}

/** Takes one try out of a bucket. @param fullAt when it is full again; one that is full has any moment of the past
 *  @returns when it is full again now, or undefined where no try is left */
export function takeTry(fullAt: number, { atOnce, tryMillis }: Share, now: Millis): Millis | undefined {
  const next = (fullAt > now ? fullAt : now) + tryMillis;
  return next - now > atOnce * tryMillis ? undefined : millis(next);
}

/** The tries that are left. */
export class Bucket {
  readonly #share: Share;
  #fullAt: Millis;

  constructor(share: Share, now: Millis) {
    this.#share = share;
    this.#fullAt = now;
  }

  /** Gives a bucket for each carrier: who floods one costs nobody at another a try. */
  static ofEach(share: Share, now: Millis): Readonly<Record<Transport, Bucket>> {
    return { ble: new Bucket(share, now), tcp: new Bucket(share, now), usb: new Bucket(share, now) };
  }

  /** Takes one try, if there is one left. @returns whether there was */
  take(now: Millis): boolean {
    const fullAt = takeTry(this.#fullAt, this.#share, now);
    if (fullAt === undefined) return false;
    this.#fullAt = fullAt;
    return true;
  }

  /** Takes one try, be there one or not: what comes next waits the longer. */
  owe(now: Millis): void {
    this.#fullAt = millis(Math.max(this.#fullAt, now) + this.#share.tryMillis);
  }

  /** When there is a try. */
  get readyAt(): Millis {
    const { atOnce, tryMillis } = this.#share;
    return millis(Math.max(0, this.#fullAt - (atOnce - 1) * tryMillis));
  }
}
