// One TCP connection: what waits to be written, and when it is given up, whatever is spoken over it.
// Why: strangers on the network choose how fast they read; what one of them can hold of the board, and for how long, is bounded here.
// Follows Ecma-419 §9.10; what is spoken is socket.ts's affair, or camera/homecaller.ts's.

import type { Bytes } from "../bytes.ts";
import { type Millis, millis } from "../platform.ts";
import type { Tcp, TcpClass } from "./ecma419.ts";
import type { Loop } from "./loop.ts";

/** For how long one may take nothing of what waits for it. */
export const STALL_MILLIS_MAX = 10_000;
/** For how long what was sent before a close may take to get away. */
export const LINGER_MILLIS_MAX = 2_000;

/** What a connection is made of. */
export interface ConnectionParts {
  readonly tcp: TcpClass;
  /** What a listener gave. */
  readonly from: Tcp;
  readonly loop: Loop;
}

/** A connection. It owns the SDK's socket: `close()` ends it behind what was sent, `abort()` at once; both are harmless twice. */
export abstract class Connection {
  readonly #loop: Loop;
  readonly #tcp: Tcp;
  readonly #waiting: Bytes[] = [];
  #waitingBytes = 0;
  #sent = 0;
  #writable = 0;
  /** When the other end took something last, or had nothing to take. */
  #movedAt: Millis;
  /** When it is cut off, what waits or not; set once it is closed. */
  #lingerUntil: Millis | undefined;
  #isOver = false;

  /** @throws Error of the SDK where there is no memory for it */
  constructor({ tcp, from, loop }: ConnectionParts) {
    this.#loop = loop;
    this.#movedAt = loop.uptime();
    this.#tcp = new tcp({
      from,
      nodelay: true,
      format: "buffer",
      onReadable: () => loop.call((now) => this.#read(now)),
      onWritable: (count) => loop.call((now) => this.#flush(count, now)),
      onError: () => loop.call((now) => this.end(now)),
    });
  }

  /** Takes what came, unless it is over or closed. @param bytes not empty; the taker's own */
  protected abstract came(bytes: Bytes, now: Millis): void;

  /** Hears that it is over. @param isSudden whether it was not closed before */
  protected abstract ended(isSudden: boolean, now: Millis): void;

  /** Whether nothing passes any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it was closed, and only sends what was sent before. */
  get isLingering(): boolean {
    return this.#lingerUntil !== undefined;
  }

  /** How much waits to be written. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Milliseconds since the board's start. */
  protected get uptime(): Millis {
    return this.#loop.uptime();
  }

  /** Ends it behind what was sent; nothing more is received. Where nothing of that waits it is over at once, and `ended` is not called.
   *  @param lingerMillisMax for how long that may take */
  close(lingerMillisMax = LINGER_MILLIS_MAX): void {
    if (this.#isOver || this.isLingering) return;
    this.#lingerUntil = millis(this.uptime + lingerMillisMax);
    if (this.#waiting.length === 0) this.abort();
  }

  /** Ends it at once, without a word to `ended`. */
  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#waiting.length = 0;
    this.#tcp.close();
  }

  /** Cuts off whoever takes nothing. */
  tick(now: Millis): void {
    if (!this.#isOver && now >= this.#deadline) this.end(now);
  }

  /** When `tick` has something to do. */
  get nextTick(): Millis | undefined {
    return this.#isOver || this.#deadline === Number.POSITIVE_INFINITY ? undefined : millis(this.#deadline);
  }

  /** Sends bytes behind those that wait; whether there is room for them was seen before. @param bytes kept until they are away */
  protected push(bytes: Bytes): void {
    if (this.#waiting.length === 0) this.#movedAt = this.uptime;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#write();
  }

  /** Ends it at once, and says so. */
  protected end(now: Millis): void {
    if (this.#isOver) return;
    const isSudden = !this.isLingering;
    this.abort();
    this.ended(isSudden, now);
  }

  get #deadline(): number {
    const stall = this.#waiting.length > 0 ? this.#movedAt + STALL_MILLIS_MAX : Number.POSITIVE_INFINITY;
    return Math.min(stall, this.#lingerUntil ?? Number.POSITIVE_INFINITY);
  }

  #read(now: Millis): void {
    if (this.#isOver) return;
    const came = this.#tcp.read();
    // What comes behind a close is taken from the stack, so that it does not end the connection before the last answer is away.
    if (came === undefined || this.isLingering) return;
    this.came(new Uint8Array(came), now);
  }

  #flush(count: number, now: Millis): void {
    if (this.#isOver) return;
    // The stack tells it where the other end took something.
    if (count > this.#writable) this.#movedAt = now;
    this.#writable = count;
    this.#write();
    if (this.#waiting.length === 0 && this.isLingering) this.end(now);
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
