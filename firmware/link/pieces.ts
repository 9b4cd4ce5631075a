// A frame that comes piece by piece, and says nowhere how long it is: room grows with what came, and is given back with the frame.
// Why: a board has up to eight such lines, most of them idle; room for the longest frame on each took 20 KB of its memory.

import { type Bytes, NO_BYTES } from "../bytes.ts";

/** The pieces of one frame. How many bytes there may be is for whoever adds them to say. */
export class Pieces {
  #room: Bytes = NO_BYTES;
  #size = 0;

  /** How many bytes have come. */
  get size(): number {
    return this.#size;
  }

  /** Adds a piece: a view that is not kept. */
  add(piece: Uint8Array): void {
    // The room of no bytes is one for everybody, and on a board in ROM: even nothing cannot be written into it.
    if (piece.length === 0) return;
    const size = this.#size + piece.length;
    if (size > this.#room.length) {
      // Twice as much each time, so that a frame of small pieces is not copied once for each of them.
      const larger = new Uint8Array(Math.max(size, 2 * this.#size));
      larger.set(this.#room.subarray(0, this.#size));
      this.#room = larger;
    }
    this.#room.set(piece, this.#size);
    this.#size = size;
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
