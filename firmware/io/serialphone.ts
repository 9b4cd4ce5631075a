// A phone, or a computer, at the board's own serial port: the one carrier whose other end must stand before the board.
// Why: a line has no connections, so each is made up here: from the first frame on, until the core ends it or the line says nothing more.
// Follows docs/protocol.md, "Carriers".

import type { Bytes } from "../bytes.ts";
import { type Carrier, type Millis, millis } from "../platform.ts";
import type { Numbers } from "./numbers.ts";
import type { Host } from "./streams.ts";

/** After so long without a frame whoever was there is gone. */
export const SILENCE_MILLIS = 150_000;

/** What it is made of. */
export interface SerialPhoneParts {
  /** Where frames go out. */
  send(frame: Bytes): void;
  readonly numbers: Numbers;
  readonly host: Host;
}

/** Whoever is at the serial port: nobody, or one. */
export class SerialPhone implements Carrier {
  readonly #parts: SerialPhoneParts;
  #connection: number | undefined;
  #heardAt: Millis = millis(0);

  constructor(parts: SerialPhoneParts) {
    this.#parts = parts;
  }

  /** Takes a frame that came over the line. */
  received(frame: Bytes, now: Millis): void {
    const { numbers, host } = this.#parts;
    this.#heardAt = now;
    if (this.#connection === undefined) {
      this.#connection = numbers.next();
      host.connected(this.#connection, now);
    }
    // The core may have ended it at once.
    if (this.#connection !== undefined) host.received(this.#connection, frame, now);
  }

  send(connection: number, frame: Bytes): void {
    if (connection === this.#connection) this.#parts.send(frame);
  }

  /** Ends it: the next frame is another one's. */
  close(connection: number): void {
    if (connection === this.#connection) this.#connection = undefined;
  }

  /** Ends it where the line has been silent for too long. */
  tick(now: Millis): void {
    const connection = this.#connection;
    if (connection === undefined || now - this.#heardAt < SILENCE_MILLIS) return;
    this.#connection = undefined;
    this.#parts.host.disconnected(connection, now);
  }

  get nextTick(): Millis | undefined {
    return this.#connection === undefined ? undefined : millis(this.#heardAt + SILENCE_MILLIS);
  }
}
