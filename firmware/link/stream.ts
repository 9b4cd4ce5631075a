// Frames on a byte stream (TCP): each one behind its length.
// Why: a stream has no edges of its own; the reader holds one frame at most, however the bytes are cut.
// Follows docs/protocol.md, "Carriers": u16 big-endian length, then the frame. A wrong length cannot be recovered from,
// so it ends the connection.

import type { Bytes } from "../bytes.ts";
import { assert, Fault } from "../fault.ts";
import { FRAME_BYTES_MAX } from "./frame.ts";

/** Bytes before each frame. */
export const LENGTH_BYTES = 2;

/** Takes a stream apart: `push` a chunk, then ask `next` for frames until there is none. */
export interface StreamReader {
  /** Takes the next bytes that came, a view that is let go when `next` has given undefined. */
  push(chunk: Uint8Array): void;
  /** Gives the next whole frame, a copy, or undefined where more bytes are needed.
   *  @throws Fault link.shape at a length of zero or above 2,425; and for ever after */
  next(): Bytes | undefined;
}

/** Puts a frame onto the stream. @param frame 1..2,425 bytes   @returns a new byte string */
export function encodeStream(frame: Uint8Array): Bytes {
  assert(frame.length >= 1 && frame.length <= FRAME_BYTES_MAX, "a frame is 1..2,425 bytes");
  const encoded = new Uint8Array(LENGTH_BYTES + frame.length);
  encoded[0] = frame.length >> 8;
  encoded[1] = frame.length;
  encoded.set(frame, LENGTH_BYTES);
  return encoded;
}

/** Gives a reader for one connection. */
export function createStreamReader(): StreamReader {
  return new Reader();
}

class Reader implements StreamReader {
  private readonly held = new Uint8Array(LENGTH_BYTES + FRAME_BYTES_MAX);
  private heldSize = 0;
  private chunk: Uint8Array | undefined = undefined;
  private offset = 0;

  push(chunk: Uint8Array): void {
    assert(this.chunk === undefined, "a chunk is read to its end before the next one");
    this.chunk = chunk;
    this.offset = 0;
  }

  next(): Bytes | undefined {
    if (!this.fill(LENGTH_BYTES)) return undefined;
    const size = (this.held[0] << 8) | this.held[1];
    if (size === 0 || size > FRAME_BYTES_MAX) {
      // The wrong length stays held, so it is what every later call finds too.
      this.chunk = undefined;
      throw new Fault("link.shape");
    }
    if (!this.fill(LENGTH_BYTES + size)) return undefined;
    this.heldSize = 0;
    return this.held.slice(LENGTH_BYTES, LENGTH_BYTES + size);
  }

  /** Moves bytes of the chunk until `size` are held. @returns whether they are */
  private fill(size: number): boolean {
    if (this.chunk !== undefined && this.heldSize < size) {
      const taken = this.chunk.subarray(this.offset, this.offset + size - this.heldSize);
      this.held.set(taken, this.heldSize);
      this.heldSize += taken.length;
      this.offset += taken.length;
    }
    if (this.heldSize >= size) return true;
    this.chunk = undefined;
    return false;
  }
}
