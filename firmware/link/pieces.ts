// A frame that comes piece by piece, and says nowhere how long it is: room grows with what came, and is given back with the frame.
// Why: a lock has two serial lines and a few Bluetooth phones, most of them idle; room for the longest frame on each took 2.5 KB of its memory.

import { type Bytes, NO_BYTES } from "../bytes.ts";

/** The pieces of one frame. */
export class Pieces {
  readonly #bytesMax: number;
  #room: Bytes = NO_BYTES;
  #size = 0;

  /** @param bytesMax of all pieces together */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Adds a piece: a view that is not kept. @returns whether it fits; nothing has changed where it does not */
  add(piece: Uint8Array): boolean {
    // The room of no bytes is one for everybody, and on a board in ROM: even nothing cannot be written into it.
    if (piece.length === 0) return true;
    const size = this.#size + piece.length;
    if (size > this.#bytesMax) return false;
    if (size > this.#room.length) {
      // Twice as much each time, so that a frame of small pieces is not copied once for each of them.
      const larger = new Uint8Array(Math.min(this.#bytesMax, Math.max(size, 2 * this.#size)));
      larger.set(this.#room.subarray(0, this.#size));
      this.#room = larger;
    }
    this.#room.set(piece, this.#size);
    this.#size = size;
    return true;
  }

  /** Gives all that has come, which is the taker's now, and begins anew. */
  take(): Bytes {
    const taken = this.#size === this.#room.length ? this.#room : this.#room.slice(0, this.#size);
    this.drop();
    return taken;
  }

  /** Forgets what has come. */
  drop(): void {
    this.#room = NO_BYTES;
    this.#size = 0;
  }
}
