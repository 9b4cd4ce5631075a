// Frames on a serial line: byte-stuffed, so that a zero byte is always the end of a frame and never within one.
// Why: a wire past a door picks up noise; after any damage the next zero finds the frames again, and what was hit is
// dropped in silence, since every frame proves itself later.
// Follows Cheshire and Baker, "Consistent Overhead Byte Stuffing" (IEEE/ACM Transactions on Networking, 1999); see
// docs/protocol.md, "Carriers". A delimiter stands on both sides of a frame, so that noise on an idle line costs none.

import type { Bytes } from "../bytes.ts";
import { assert } from "../fault.ts";
import { FRAME_BYTES_MAX } from "./frame.ts";
import { Pieces } from "./pieces.ts";

/** How fast each serial line of a board is, in baud. At this rate a port's 128 bytes last for 33 ms: as long as a board may be busy before
 *  it loses what comes. */
export const SERIAL_BAUD = 38_400;

/** Zero bytes before a frame that may find the other end asleep (firmware/io/rest.ts): it loses what comes in its first two milliseconds or so,
 *  and these last for eight. */
export const WAKE_BYTES = 32;

// One code byte before each run of up to 254 bytes.
const RUN_BYTES_MAX = 254;
const STUFFED_BYTES_MAX = FRAME_BYTES_MAX + Math.ceil((FRAME_BYTES_MAX + 1) / RUN_BYTES_MAX);

/** Takes a serial line apart: `push` a chunk, then ask `next` for frames until there is none. */
export interface SerialReader {
  /** Takes the next bytes that came, a view that is let go when `next` has given undefined. */
  push(chunk: Uint8Array): void;
  /** Gives the next whole frame, a copy, or undefined where more bytes are needed. */
  next(): Bytes | undefined;
}

/** Puts a frame onto the line. @param frame 1..2,425 bytes   @returns a new byte string, zero first and zero last */
export function encodeSerial(frame: Uint8Array): Bytes {
  assert(frame.length >= 1 && frame.length <= FRAME_BYTES_MAX, "a frame is 1..2,425 bytes");
  const encoded = new Uint8Array(STUFFED_BYTES_MAX + 2);
  let size = 1;
  let start = 0;
  while (start <= frame.length) {
    const zero = frame.indexOf(0, start);
    const end = Math.min(zero < 0 ? frame.length : zero, start + RUN_BYTES_MAX);
    encoded[size] = end - start + 1;
    encoded.set(frame.subarray(start, end), size + 1);
    size += end - start + 1;
    // A full run stands for no zero of its own, so it takes none away; and it needs no empty run after it at the end.
    const isFull = end - start === RUN_BYTES_MAX;
    if (isFull && end === frame.length) break;
    start = isFull ? end : end + 1;
  }
  return encoded.slice(0, size + 1);
}

/** Puts a frame onto a line on which nothing was said for a while: a board that sleeps wakes by it. To a reader it is the frame alone.
 *  @param frame 1..2,425 bytes   @returns a new byte string */
export function encodeWaking(frame: Uint8Array): Bytes {
  const encoded = encodeSerial(frame);
  const waking = new Uint8Array(WAKE_BYTES + encoded.length);
  waking.set(encoded, WAKE_BYTES);
  return waking;
}

/** Gives a reader for one line. */
export function createSerialReader(): SerialReader {
  return new Reader();
}

class Reader implements SerialReader {
  private readonly held = new Pieces(STUFFED_BYTES_MAX);
  /** Whether what is held has outgrown every frame, so that it counts for nothing until the next zero. */
  private isLost = false;
  private chunk: Uint8Array | undefined = undefined;
  private offset = 0;

  push(chunk: Uint8Array): void {
    assert(this.chunk === undefined, "a chunk is read to its end before the next one");
    this.chunk = chunk;
    this.offset = 0;
  }

  next(): Bytes | undefined {
    while (this.chunk !== undefined) {
      const zero = this.chunk.indexOf(0, this.offset);
      this.hold(this.chunk.subarray(this.offset, zero < 0 ? this.chunk.length : zero));
      if (zero < 0) {
        this.chunk = undefined;
        return undefined;
      }
      this.offset = zero + 1;
      const frame = this.isLost ? undefined : unstuff(this.held.take());
      this.isLost = false;
      if (frame !== undefined) return frame;
    }
    return undefined;
  }

  private hold(bytes: Uint8Array): void {
    if (this.isLost || this.held.add(bytes)) return;
    this.isLost = true;
    this.held.drop();
  }
}

/** Gives the frame that was stuffed, or undefined for what no frame stuffs to. @param stuffed is written over: a frame is never longer */
function unstuff(stuffed: Bytes): Bytes | undefined {
  let size = 0;
  let offset = 0;
  while (offset < stuffed.length) {
    const end = offset + stuffed[offset];
    if (end > stuffed.length) return undefined;
    stuffed.copyWithin(size, offset + 1, end);
    size += end - offset - 1;
    // Every run but a full one and the last stands for a zero.
    if (end < stuffed.length && end - offset <= RUN_BYTES_MAX) {
      stuffed[size] = 0;
      size += 1;
    }
    offset = end;
  }
  return size >= 1 && size <= FRAME_BYTES_MAX ? stuffed.slice(0, size) : undefined;
}
