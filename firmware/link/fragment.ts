// Frames over Bluetooth: cut into what one notification or write holds, and put together again.
// Why: a frame is longer than an ATT payload (20 bytes at worst), and GATT keeps the order of a connection's packets
// but a stack may drop one when its buffers are full.
// Follows docs/protocol.md, "Carriers": one header byte (bit 7 first, bit 6 last, bits 0..5 a counter from 0, modulo
// 64), then the bytes.

import type { Bytes } from "../bytes.ts";
import { assert } from "../fault.ts";
import { FRAME_BYTES_MAX } from "./frame.ts";
import { Pieces } from "./pieces.ts";

/** The least and the most that one fragment may hold, header included: ATT_MTU 23..247 less 3. */
export const FRAGMENT_BYTES_MIN = 20;
export const FRAGMENT_BYTES_MAX = 244;

const FIRST = 0x80;
const LAST = 0x40;
const COUNTER = 0x3f;

/** Puts fragments together, for one connection. */
export interface Reassembler {
  /** Takes a fragment, and gives the frame (a copy) that it completes. A fragment out of order, oversize, empty or with
   *  no first before it is dropped together with what it would have continued; a first always starts anew. */
  push(fragment: Uint8Array): Bytes | undefined;
}

/** Cuts one fragment out of a frame: a board sends one at a time, and the 128 of a long frame would take 19 KB of its memory.
 *  @param frame 1..2,425 bytes   @param fragmentBytes 20..244, header included   @param index from 0
 *  @returns a new byte string, or undefined behind the last one */
export function fragmentAt(frame: Uint8Array, fragmentBytes: number, index: number): Bytes | undefined {
  assert(frame.length >= 1 && frame.length <= FRAME_BYTES_MAX, "a frame is 1..2,425 bytes");
  const isSized = fragmentBytes >= FRAGMENT_BYTES_MIN && fragmentBytes <= FRAGMENT_BYTES_MAX;
  assert(Number.isInteger(fragmentBytes) && isSized, "a fragment is 20..244 bytes");
  const step = fragmentBytes - 1;
  const start = index * step;
  if (start >= frame.length) return undefined;
  const body = frame.subarray(start, start + step);
  const piece = new Uint8Array(1 + body.length);
  piece[0] = (index & COUNTER) | (index === 0 ? FIRST : 0) | (start + step >= frame.length ? LAST : 0);
  piece.set(body, 1);
  return piece;
}

/** Gives an empty reassembler. */
export function createReassembler(): Reassembler {
  return new Assembly();
}

class Assembly implements Reassembler {
  private readonly held = new Pieces(FRAME_BYTES_MAX);
  private fragmentCount = 0;
  private isOpen = false;

  push(fragment: Uint8Array): Bytes | undefined {
    const header = fragment[0];
    if (fragment.length >= 2 && (header & FIRST) !== 0) {
      this.isOpen = true;
      this.held.drop();
      this.fragmentCount = 0;
    }
    if (!this.isOpen || !this.continues(fragment) || !this.held.add(fragment.subarray(1))) {
      this.isOpen = false;
      this.held.drop();
      return undefined;
    }
    this.fragmentCount += 1;
    if ((header & LAST) === 0) return undefined;
    this.isOpen = false;
    return this.held.take();
  }

  private continues(fragment: Uint8Array): boolean {
    return (
      fragment.length >= 2 &&
      fragment.length <= FRAGMENT_BYTES_MAX &&
      (fragment[0] & COUNTER) === (this.fragmentCount & COUNTER)
    );
  }
}
