// Frames on a byte stream (TCP): each one behind its length.
// Why: a stream has no edges of its own; the reader holds one frame at most, however the bytes are cut.
// Follows docs/protocol.md, "Carriers": u16 big-endian length, then the frame. A wrong length cannot be recovered from,
// so it ends the connection.

import { type Bytes, NO_BYTES } from "../bytes.ts";
import { assert, Fault } from "../fault.ts";
import { FRAME_BYTES_MAX } from "./frame.ts";

/** Bytes before each frame. */
export const LENGTH_BYTES = 2;

/** Takes a stream apart: `push` a chunk, then ask `next` for frames until there is none. */
export interface StreamReader {
  /** Takes the next bytes that came, a view that is let go when `next` has given undefined. */
  push(chunk: Uint8Array): void;
  /** Gives the next whole frame, which is the taker's own, or undefined where more bytes are needed.
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
  /** What has come of the next frame's length, and how many bytes of it. */
  private length = 0;
  private lengthBytes = 0;
  /** The frame whose length is known: made for it, since most lines are idle. */
  private frame: Bytes | undefined = undefined;
  private frameSize = 0;
  private chunk: Uint8Array | undefined = undefined;
  private offset = 0;

  push(chunk: Uint8Array): void {
    assert(this.chunk === undefined, "a chunk is read to its end before the next one");
    this.chunk = chunk;
    this.offset = 0;
  }

  next(): Bytes | undefined {
    const { chunk = NO_BYTES } = this;
    while (this.lengthBytes < LENGTH_BYTES && this.offset < chunk.length) {
      this.length = (this.length << 8) | chunk[this.offset++];
      this.lengthBytes += 1;
    }
    if (this.lengthBytes === LENGTH_BYTES) return this.fill(chunk);
    this.chunk = undefined;
    return undefined;
  }

  /** Takes more of the frame. @returns it where it is whole */
  private fill(chunk: Uint8Array): Bytes | undefined {
    if (this.length === 0 || this.length > FRAME_BYTES_MAX) {
      // The wrong length stays, so it is what every later call finds too.
      this.chunk = undefined;
      throw new Fault("link.shape");
    }
    this.frame ??= new Uint8Array(this.length);
    const { frame } = this;
    const taken = chunk.subarray(this.offset, this.offset + frame.length - this.frameSize);
    frame.set(taken, this.frameSize);
    this.frameSize += taken.length;
    this.offset += taken.length;
    if (this.frameSize < frame.length) {
      this.chunk = undefined;
      return undefined;
    }
    this.frame = undefined;
    this.frameSize = this.length = this.lengthBytes = 0;
    return frame;
  }
}
