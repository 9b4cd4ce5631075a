// The numbers of frames: each is given once in a camera's life, whatever happens to its power.
// Why: a number that came twice would let one frame stand for another; one that never came shows that a frame is missing.
// Follows docs/protocol.md §9. Flash is written once for some thousand frames: what power loss takes away is never given
// again, and the next rail record says how many numbers that were.

import { FRAME_NUMBER_MAX } from "../firmware/evidence/segment.ts";
import { Fault } from "../firmware/fault.ts";
import type { Constants } from "../firmware/platform.ts";

/** How many numbers one write makes room for: seven minutes at ten frames a second. */
export const LEAP = 4_096;

const NAME = "frames";
const STORED_BYTES = 4;

/** Gives numbers. What is stored is always above all that were given. */
export class FrameNumbers {
  readonly #constants: Constants;
  #next: number;
  #limit: number;

  /** Begins with the first number that was surely never given. @throws Fault flash.io, also where none is left */
  constructor(constants: Constants) {
    this.#constants = constants;
    const stored = constants.read(NAME);
    if (stored !== undefined && stored.length !== STORED_BYTES) throw new Fault("flash.io");
    this.#next = stored === undefined ? 0 : new DataView(stored.buffer, stored.byteOffset).getUint32(0);
    if (this.#next >= FRAME_NUMBER_MAX) throw new Fault("flash.io");
    this.#limit = this.#next;
  }

  /** The number that comes next. */
  get next(): number {
    return this.#next;
  }

  /** Gives the next number. What is above it is stored first.
   *  @throws Fault flash.io, also where none is left, which good flash comes to in thirteen years at ten frames a second; no number
   *  is given then */
  take(): number {
    if (this.#next >= FRAME_NUMBER_MAX) throw new Fault("flash.io");
    if (this.#next >= this.#limit) {
      const limit = Math.min(this.#next + LEAP, FRAME_NUMBER_MAX);
      this.#store(limit);
      this.#limit = limit;
    }
    this.#next += 1;
    return this.#next - 1;
  }

  /** Goes on above what a signed record says was given, where what is stored is older than that. */
  raise(next: number): void {
    if (next <= this.#next) return;
    this.#next = next;
    this.#limit = next;
  }

  /** Gives back what was not used, when the sensor goes off in order: so no number is lost. @throws Fault flash.io */
  settle(): void {
    if (this.#limit === this.#next) return;
    this.#store(this.#next);
    this.#limit = this.#next;
  }

  #store(limit: number): void {
    const bytes = new Uint8Array(STORED_BYTES);
    new DataView(bytes.buffer).setUint32(0, limit);
    this.#constants.write(NAME, bytes);
  }
}
