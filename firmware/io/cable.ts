// The cable between a lock and its keypad: whole frames over a serial port, and nothing kept for long.
// Why: a UART takes 128 bytes at a time, and a cable past a door can be cut, shorted or held; a frame that did not get away in time is
// one that its sender has already replaced, so it goes whole, and never in part.
// Follows docs/protocol.md, "Carriers"; firmware/link/serial.ts makes bytes of frames. A damaged frame is dropped there.

import type { Bytes } from "../bytes.ts";
import { createSerialReader, encodeSerial, type SerialReader } from "../link/serial.ts";
import type { Millis, Wire } from "../platform.ts";
import type { Serial, SerialClass } from "./ecma419.ts";
import type { Loop } from "./loop.ts";

/** Frames that wait. */
export const FRAMES_MAX = 8;
/** What they may hold, in bytes: two of the longest. */
export const QUEUE_BYTES_MAX = 4_880;
/** For how long a frame waits: a command is sent again after a second. */
export const WAIT_MILLIS_MAX = 1_000;

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/** What a cable is made of. */
export interface CableParts {
  /** The SDK's Serial, the port, and its pins. */
  readonly io: SerialClass;
  readonly port: number;
  /** At 38,400 baud the port's 128 bytes last for 33 ms: as long as a board may be busy before it loses what comes. */
  readonly baud: number;
  readonly receive: number;
  readonly transmit: number;
  readonly loop: Loop;
  /** Takes each frame that came. */
  received(frame: Bytes, now: Millis): void;
  /** Hears that somebody pressed Enter: line ends came, and nothing else. */
  typed?(): void;
}

interface Waiting {
  readonly bytes: Bytes;
  readonly since: Millis;
}

/** One end of the cable. It owns the port: `close()` gives it back, and twice is harmless; it is not for the port's own callbacks. */
export class Cable implements Wire {
  readonly #parts: CableParts;
  readonly #serial: Serial;
  readonly #reader: SerialReader = createSerialReader();
  #waiting: Waiting[] = [];
  /** How much of the first one is away. */
  #sent = 0;
  #writable = 0;
  #isClosed = false;

  /** @throws Error of the SDK where the port cannot be opened */
  constructor(parts: CableParts) {
    this.#parts = parts;
    const { io, port, baud, receive, transmit, loop } = parts;
    this.#serial = new io({
      port,
      baud,
      receive,
      transmit,
      format: "buffer",
      onReadable: () => loop.call((now) => this.#read(now)),
      onWritable: (count) => loop.call((now) => this.#flush(count, now)),
    });
  }

  /** Sends a frame, or drops it where too many wait. @param frame 1..2,425 bytes */
  send(frame: Bytes): void {
    if (this.#isClosed) return;
    this.#queue(encodeSerial(frame));
  }

  /** Sends text between the frames, for whoever reads along; whole, or not at all. @param text without a zero, 1..4,880 bytes */
  say(text: Bytes): void {
    if (!this.#isClosed) this.#queue(text);
  }

  /** Gives the port back. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = [];
    this.#serial.close();
  }

  #queue(bytes: Bytes): void {
    const now = this.#parts.loop.uptime();
    this.#forgetOld(now);
    const held = this.#waiting.reduce((sum, waiting) => sum + waiting.bytes.length, 0);
    if (this.#waiting.length >= FRAMES_MAX || held + bytes.length > QUEUE_BYTES_MAX) return;
    this.#waiting.push({ bytes, since: now });
    this.#write();
  }

  #read(now: Millis): void {
    if (this.#isClosed) return;
    const came = this.#serial.read();
    if (came === undefined) return;
    const bytes = new Uint8Array(came);
    if (bytes.every((byte) => byte === CARRIAGE_RETURN || byte === LINE_FEED)) this.#parts.typed?.();
    this.#reader.push(bytes);
    for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
      this.#parts.received(frame, now);
    }
  }

  #flush(count: number, now: Millis): void {
    if (this.#isClosed) return;
    this.#writable = count;
    this.#forgetOld(now);
    this.#write();
  }

  /** Drops what has waited for too long. What has begun goes on: half of a frame would spoil the one behind it. */
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
