// One TCP connection as frames: what came in part, what waits to be written, and when it is given up.
// Why: strangers on the network choose how fast they read and what they send; what one of them can hold is bounded here.
// Follows docs/protocol.md, "Carriers"; firmware/link/stream.ts finds the frames.

import type { Bytes } from "../bytes.ts";
import { Fault } from "../fault.ts";
import { checkFrame, FRAME_BYTES_MAX, FRAME_MEDIA, numberOf } from "../link/frame.ts";
import { createStreamReader, encodeStream, LENGTH_BYTES, type StreamReader } from "../link/stream.ts";
import { type Millis, millis } from "../platform.ts";
import type { Tcp, TcpClass } from "./ecma419.ts";
import type { Loop } from "./loop.ts";

/** For how long one may take nothing of what waits for it. */
export const STALL_MILLIS_MAX = 10_000;
/** For how long what was sent before a close may take to get away. */
export const LINGER_MILLIS_MAX = 2_000;
/** What is kept free of pictures, so that an answer passes one that is slow: the longest frame. */
export const RESERVE_BYTES = LENGTH_BYTES + FRAME_BYTES_MAX;

/** What a socket is made of. */
export interface SocketParts {
  readonly tcp: TcpClass;
  /** What a listener gave. */
  readonly from: Tcp;
  readonly loop: Loop;
  /** What may wait to be written, in bytes. */
  readonly queueBytesMax: number;
  received(frame: Bytes, now: Millis): void;
  /** It is over. @param isSudden whether it was not closed before */
  ended(isSudden: boolean, now: Millis): void;
}

/** A connection. It owns the SDK's socket: `close()` ends it behind what was sent, `abort()` at once; both are harmless twice. */
export class Socket {
  readonly #parts: SocketParts;
  readonly #tcp: Tcp;
  readonly #reader: StreamReader = createStreamReader();
  readonly #waiting: Bytes[] = [];
  #waitingBytes = 0;
  #sent = 0;
  #writable = 0;
  /** The picture of which a piece was dropped: the rest of it is worth nothing. */
  #droppedPicture: number | undefined;
  /** When the other end took something last, or had nothing to take. */
  #movedAt: Millis;
  /** When it is cut off, what waits or not; set once it is closed. */
  #lingerUntil: Millis | undefined;
  #isOver = false;

  /** @throws Error of the SDK where there is no memory for it */
  constructor(parts: SocketParts) {
    this.#parts = parts;
    const { tcp, from, loop } = parts;
    this.#movedAt = loop.uptime();
    this.#tcp = new tcp({
      from,
      nodelay: true,
      format: "buffer",
      onReadable: () => loop.call((now) => this.#read(now)),
      onWritable: (count) => loop.call((now) => this.#flush(count, now)),
      onError: () => loop.call((now) => this.#end(now)),
    });
  }

  /** Whether nothing passes any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it was closed, and only sends what was sent before. */
  get isLingering(): boolean {
    return this.#lingerUntil !== undefined;
  }

  /** Sends a frame, or drops it where there is no room: whole, and of a picture all that follows. */
  send(frame: Bytes): void {
    if (this.#isOver || this.isLingering) return;
    const isPicture = frame[0] === FRAME_MEDIA;
    if (isPicture && numberOf(frame) === this.#droppedPicture) return;
    const bytes = encodeStream(frame);
    const room = this.#parts.queueBytesMax - (isPicture ? RESERVE_BYTES : 0) - this.#waitingBytes;
    if (bytes.length > room) {
      if (isPicture) this.#droppedPicture = numberOf(frame);
      return;
    }
    if (this.#waiting.length === 0) this.#movedAt = this.#parts.loop.uptime();
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#write();
  }

  /** Ends it behind what was sent; nothing more is received or told. */
  close(): void {
    if (this.#isOver || this.isLingering) return;
    this.#lingerUntil = millis(this.#parts.loop.uptime() + LINGER_MILLIS_MAX);
    if (this.#waiting.length === 0) this.abort();
  }

  /** Ends it at once. */
  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#waiting.length = 0;
    this.#tcp.close();
  }

  /** Cuts off whoever takes nothing. */
  tick(now: Millis): void {
    if (!this.#isOver && now >= this.#deadline) this.#end(now);
  }

  /** When `tick` has something to do. */
  get nextTick(): Millis | undefined {
    return this.#isOver || this.#deadline === Number.POSITIVE_INFINITY ? undefined : millis(this.#deadline);
  }

  get #deadline(): number {
    const stall = this.#waiting.length > 0 ? this.#movedAt + STALL_MILLIS_MAX : Number.POSITIVE_INFINITY;
    return Math.min(stall, this.#lingerUntil ?? Number.POSITIVE_INFINITY);
  }

  #end(now: Millis): void {
    if (this.#isOver) return;
    const isSudden = !this.isLingering;
    this.abort();
    this.#parts.ended(isSudden, now);
  }

  #read(now: Millis): void {
    if (this.#isOver) return;
    const came = this.#tcp.read();
    // What comes behind a close is taken from the stack, so that it does not end the connection before the last answer is away.
    if (came === undefined || this.isLingering) return;
    try {
      this.#reader.push(new Uint8Array(came));
      for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
        // A stream spoils nothing: whoever sends what is no frame is no phone.
        checkFrame(frame);
        this.#parts.received(frame, now);
        if (this.#isOver || this.isLingering) return;
      }
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.#end(now);
    }
  }

  #flush(count: number, now: Millis): void {
    if (this.#isOver) return;
    // The stack tells it where the other end took something.
    if (count > this.#writable) this.#movedAt = now;
    this.#writable = count;
    this.#write();
    if (this.#waiting.length === 0 && this.isLingering) this.#end(now);
  }

  #write(): void {
    for (let first = this.#waiting[0]; first !== undefined && this.#writable > 0; first = this.#waiting[0]) {
      const piece = first.subarray(this.#sent, this.#sent + this.#writable);
      if (!this.#hand(piece)) return;
      this.#sent += piece.length;
      if (this.#sent < first.length) return;
      this.#waiting.shift();
      this.#waitingBytes -= first.length;
      this.#sent = 0;
    }
  }

  /** @returns whether the stack took it; one that is breaking says so by `onError` */
  #hand(piece: Uint8Array): boolean {
    try {
      this.#tcp.write(piece);
    } catch {
      this.#writable = 0;
      return false;
    }
    this.#writable -= piece.length;
    return true;
  }
}
