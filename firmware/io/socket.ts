// One TCP connection as frames, both ways.
// Why: whoever sends what is no frame is no phone, and of a picture that has no room nothing more is worth sending.
// Follows docs/protocol.md, "Carriers"; firmware/link/stream.ts finds the frames.

import type { Bytes } from "../bytes.ts";
import { Fault } from "../fault.ts";
import { checkFrame, FRAME_BYTES_MAX, FRAME_MEDIA, numberOf } from "../link/frame.ts";
import { createStreamReader, encodeStream, LENGTH_BYTES, type StreamReader } from "../link/stream.ts";
import type { Millis } from "../platform.ts";
import { Connection, type ConnectionParts } from "./connection.ts";

/** What is kept free of pictures, so that an answer passes one that is slow: the longest frame. */
export const RESERVE_BYTES = LENGTH_BYTES + FRAME_BYTES_MAX;

/** What a socket is made of. */
export interface SocketParts extends ConnectionParts {
  /** What may wait to be written, in bytes. */
  readonly queueBytesMax: number;
  received(frame: Bytes, now: Millis): void;
  /** It is over. @param isSudden whether it was not closed before */
  ended(isSudden: boolean, now: Millis): void;
}

/** A connection of frames. */
export class Socket extends Connection {
  readonly #parts: SocketParts;
  readonly #reader: StreamReader = createStreamReader();
  /** The picture of which a piece was dropped: the rest of it is worth nothing. */
  #droppedPicture: number | undefined;

  /** @throws Error of the SDK where there is no memory for it */
  constructor(parts: SocketParts) {
    super(parts);
    this.#parts = parts;
  }

  /** Sends a frame, or drops it where there is no room: whole, and of a picture all that follows. */
  send(frame: Bytes): void {
    if (this.isOver || this.isLingering) return;
    const isPicture = frame[0] === FRAME_MEDIA;
    if (isPicture && numberOf(frame) === this.#droppedPicture) return;
    const bytes = encodeStream(frame);
    const room = this.#parts.queueBytesMax - (isPicture ? RESERVE_BYTES : 0) - this.waitingBytes;
    if (bytes.length > room) {
      if (isPicture) this.#droppedPicture = numberOf(frame);
      return;
    }
    this.push(bytes);
  }

  protected came(bytes: Bytes, now: Millis): void {
    try {
      this.#reader.push(bytes);
      for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
        // A stream spoils nothing: whoever sends what is no frame is no phone.
        checkFrame(frame);
        this.#parts.received(frame, now);
        if (this.isOver || this.isLingering) return;
      }
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.end(now);
    }
  }

  protected ended(isSudden: boolean, now: Millis): void {
    this.#parts.ended(isSudden, now);
  }
}
