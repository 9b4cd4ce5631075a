// The two ends of a TCP connection in a fake network: what is on the way, what waits to be read, and who has hung up.
// Why: a slow reader fills its window, then the sender's queue, and a driver must bear both; this keeps the bytes, sockets.ts the classes.
// Follows what lwIP does below firmware/io/tcplinks.c: a queue and a window of 5,744 bytes on the ESP32-S3 and the ESP32-C3.
// A socket that is closed with bytes unread is reset by Linux; here, as at a board, the other end sees an ordinary end.

import type { Defer } from "./loop.ts";

/** What may be written before anything is acknowledged, and what may wait at the other end. */
export const STREAM_BYTES = 5_744;

/** What an end tells its socket; each is called in a turn of the loop. */
export interface StreamListener {
  readable(): void;
  writable(): void;
  failed(): void;
}

/** What lies between the ends. */
export interface Way {
  readonly defer: Defer;
  /** Whether nothing passes between these two. */
  isBlocked(from: string, to: string): boolean;
  /** Waits until something may pass again. */
  whenPassable(resume: () => void): void;
}

/** One end. */
export class StreamEnd {
  readonly address: string;
  /** Whether it can be written to. */
  isReady = false;
  /** Whether the other end hung up or the connection broke, and that was told to the socket. */
  isBroken = false;
  listener: StreamListener | undefined;
  readonly #way: Way;
  #other: StreamEnd | undefined;
  #received: number[] = [];
  #sending: number[] = [];
  #isMoving = false;
  #isClosed = false;
  /** Whether nothing more will come. */
  #isEnded = false;

  constructor(way: Way, address: string) {
    this.#way = way;
    this.address = address;
  }

  get readable(): number {
    return this.#received.length;
  }

  get writable(): number {
    return STREAM_BYTES - this.#sending.length;
  }

  get remoteAddress(): string | undefined {
    return this.#other?.address;
  }

  /** Joins two ends: both may write. */
  static join(one: StreamEnd, other: StreamEnd): void {
    one.#other = other;
    other.#other = one;
    one.isReady = true;
    other.isReady = true;
    // Whoever hung up before it was connected says so now.
    one.#move();
    other.#move();
  }

  /** Gives bytes that came. @param byteLength at most `readable` */
  read(byteLength: number): ArrayBuffer {
    const bytes = Uint8Array.from(this.#received.splice(0, byteLength)).buffer;
    if (this.#other !== undefined) this.#other.#move();
    this.#tellEnd();
    return bytes;
  }

  /** Takes bytes to send. @param bytes at most `writable` */
  write(bytes: Uint8Array): void {
    for (const byte of bytes) this.#sending.push(byte);
    this.#move();
  }

  /** Hangs up behind what was written. */
  close(): void {
    this.#isClosed = true;
    this.listener = undefined;
    this.#move();
  }

  /** Breaks both ends, as a reset does: what is on the way is lost, what came is still read. */
  reset(): void {
    for (const end of [this, this.#other]) {
      if (end === undefined) continue;
      end.#sending = [];
      end.#end();
    }
  }

  /** Nobody is there who could take the connection. */
  refuse(): void {
    this.#end();
  }

  #end(): void {
    this.#isEnded = true;
    this.#tellEnd();
  }

  #move(): void {
    if (this.#isMoving) return;
    this.#isMoving = true;
    this.#way.defer(() => {
      this.#isMoving = false;
      const other = this.#other;
      if (other === undefined || this.#isEnded) return;
      if (this.#way.isBlocked(this.address, other.address)) {
        this.#way.whenPassable(() => this.#move());
        return;
      }
      const moved = this.#sending.splice(0, STREAM_BYTES - other.#received.length);
      if (!other.#isClosed) for (const byte of moved) other.#received.push(byte);
      if (moved.length > 0) {
        other.listener?.readable();
        this.listener?.writable();
      }
      if (this.#isClosed && this.#sending.length === 0) other.#end();
    });
  }

  /** That the other end hung up is told behind all that came. */
  #tellEnd(): void {
    if (!this.#isEnded || this.isBroken) return;
    this.#way.defer(() => {
      if (this.isBroken || this.#received.length > 0) return;
      this.isBroken = true;
      this.isReady = false;
      this.listener?.failed();
    });
  }
}
