// A serial port: whole messages out, bytes in, and nothing kept for long.
// Why: a UART takes 128 bytes at a time, and a cable past a door can be cut, shorted or held; a message that did not get away in time is
// one that its sender has already replaced, so it goes whole, and never in part.
// Follows Ecma-419 §9.7. What the bytes are, whoever owns the port knows: frames (cable.ts), or frames and text (terminal.ts). A port
// that tells nothing any more (poll.ts) is looked at by `tick`: it loses a frame or two, and no later one.

import type { Bytes } from "../bytes.ts";
import { type Millis, millis } from "../platform.ts";
import type { Serial, SerialClass } from "./ecma419.ts";
import type { Loop } from "./loop.ts";
import { pollAfter } from "./poll.ts";
import type { Timed } from "./pump.ts";

/** Messages that wait. */
export const MESSAGES_MAX = 8;
/** What they may hold, in bytes: two of the longest frames, and what wakes the other end before each. */
export const QUEUE_BYTES_MAX = 4_944;
/** For how long one waits: a command is sent again after a second. */
export const WAIT_MILLIS_MAX = 1_000;

/** What a UART takes at once where nothing is in it, in bytes. */
const WRITE_BYTES = 128;
/** When what waits is tried though the port has told of no room, in milliseconds: 128 bytes are away after 33. */
export const TRY_MILLIS = 40;
/** How often a port is read that had bytes and told nothing, before they overrun; and for how long, so that what its sender says again
 *  after a second is heard whole. */
export const LISTEN_MILLIS = 20;
export const LISTENING_MILLIS = 3_000;

/** What a port is made of. */
export interface PortParts {
  /** The SDK's Serial, the port, and its pins. */
  readonly io: SerialClass;
  readonly port: number;
  readonly baud: number;
  readonly receive: number;
  readonly transmit: number;
  readonly loop: Loop;
  /** Takes what came: a copy. */
  received(bytes: Bytes, now: Millis): void;
}

interface Waiting {
  readonly bytes: Bytes;
  readonly since: Millis;
}

/** The port. It is ticked by the board's pump; `close()` gives it back, and twice is harmless; it is not for the port's own callbacks. */
export class Port implements Timed {
  readonly #parts: PortParts;
  readonly #serial: Serial;
  readonly #pollMillis: number | undefined;
  #waiting: Waiting[] = [];
  /** How much of the first one is away. */
  #sent = 0;
  #writable = 0;
  #isClosed = false;
  /** When it was last looked at, and when it was last known how much may be written. */
  #now: Millis = millis(0);
  #triedAt: Millis = millis(0);
  /** When there were bytes of which nothing was told; undefined while it tells. */
  #missedAt: Millis | undefined;

  /** @throws Error of the SDK where the port cannot be opened */
  constructor(parts: PortParts) {
    this.#parts = parts;
    const { io, port, baud, receive, transmit, loop } = parts;
    this.#pollMillis = loop.pollMillis;
    this.#serial = new io({
      port,
      baud,
      receive,
      transmit,
      format: "buffer",
      onReadable: () =>
        loop.call((now) => {
          this.#missedAt = undefined;
          this.#read(now);
        }),
      onWritable: (count) => loop.call((now) => this.#flush(count, now)),
    });
  }

  /** Sends a message whole, or drops it where too many wait. @param bytes 1..4,944 */
  write(bytes: Bytes): void {
    if (this.#isClosed) return;
    const now = this.#parts.loop.uptime();
    this.#forgetOld(now);
    const held = this.#waiting.reduce((sum, waiting) => sum + waiting.bytes.length, 0);
    if (this.#waiting.length >= MESSAGES_MAX || held + bytes.length > QUEUE_BYTES_MAX) return;
    if (this.#waiting.length === 0) this.#triedAt = now;
    this.#waiting.push({ bytes, since: now });
    this.#write();
  }

  /** Looks whether bytes came of which nothing was told, and whether there is room again. */
  tick(now: Millis): void {
    if (this.#isClosed) return;
    this.#now = now;
    if (this.#read(now)) this.#missedAt = now;
    if (this.#missedAt !== undefined && now - this.#missedAt >= LISTENING_MILLIS) this.#missedAt = undefined;
    // A port that is full throws.
    if (this.#waiting.length > 0 && now - this.#triedAt >= TRY_MILLIS) this.#flush(WRITE_BYTES, now);
  }

  /** The uptime by which `tick` must be called; undefined for one that is closed. */
  get nextTick(): Millis | undefined {
    if (this.#isClosed) return undefined;
    const look = this.#missedAt === undefined ? pollAfter(this.#now, this.#pollMillis) : this.#now + LISTEN_MILLIS;
    return millis(this.#waiting.length === 0 ? look : Math.min(look, this.#triedAt + TRY_MILLIS));
  }

  /** Gives the port back. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = [];
    this.#serial.close();
  }

  /** @returns whether there was something */
  #read(now: Millis): boolean {
    const came = this.#isClosed ? undefined : this.#serial.read();
    if (came === undefined) return false;
    this.#parts.received(new Uint8Array(came), now);
    return true;
  }

  #flush(count: number, now: Millis): void {
    if (this.#isClosed) return;
    this.#writable = count;
    this.#triedAt = now;
    this.#forgetOld(now);
    this.#write();
  }

  /** Drops what has waited for too long. What has begun goes on: half of a message would spoil the one behind it. */
  #forgetOld(now: Millis): void {
    this.#waiting = this.#waiting.filter(
      ({ since }, index) => now - since < WAIT_MILLIS_MAX || (index === 0 && this.#sent > 0),
    );
  }

  #write(): void {
    for (let first = this.#waiting[0]; first !== undefined && this.#writable > 0; first = this.#waiting[0]) {
      const piece = first.bytes.slice(this.#sent, this.#sent + this.#writable);
      if (!this.#hand(piece)) return;
      this.#sent += piece.length;
      if (this.#sent < first.bytes.length) return;
      this.#waiting.shift();
      this.#sent = 0;
    }
  }

  /** @returns whether the port took it; where it has less room than it said, it tells when it has some again */
  #hand(piece: Bytes): boolean {
    try {
      this.#serial.write(piece.buffer);
    } catch {
      this.#writable = 0;
      return false;
    }
    this.#writable -= piece.length;
    return true;
  }
}
