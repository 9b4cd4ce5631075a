// The numbers of connections, each given once.
// Why: a lock hears phones over Bluetooth and over the network by the same number; one that came again would let a new phone into what an
// old one has proven.
// Follows firmware/platform.ts, Carrier.

/** Gives numbers from 1 on. All carriers of one board share it. */
export class Numbers {
  #last = 0;

  /** Gives the next one; at a thousand a second they last for 285,000 years. */
  next(): number {
    this.#last += 1;
    return this.#last;
  }
}
