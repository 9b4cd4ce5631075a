// A listener that comes and goes with the network, and takes whoever dials, a few at a time.
// Why: a board has a listener for each thing that it serves, and what is done with those that wait is the same for all of them.
// Follows Ecma-419 §9.11.

import { type Millis, millis } from "../platform.ts";
import type { Listener, ListenerClass, Tcp } from "./ecma419.ts";
import type { Loop } from "./loop.ts";
import { earlier } from "./pump.ts";

/** When a listener that could not be opened is tried again. */
export const RETRY_MILLIS = 5_000;
/** How long after the network went a listener is closed: one that comes back before finds it as it was. */
export const CLOSE_MILLIS = 1_000;
/** Who waits and is taken or hung up on in one turn of the loop, and when the next ones are: all others who are due come between. */
export const ACCEPTS_MAX = 16;
const TURN_MILLIS = 1;

/** What an acceptor is made of. */
export interface AcceptorParts {
  readonly listener: ListenerClass;
  readonly loop: Loop;
  readonly port: number;
  /** Takes somebody who dialled while there is a network, or closes him. */
  take(from: Tcp, now: Millis): void;
}

/** One listener. It owns the chip's: `close()` ends it, and twice is harmless. */
export class Acceptor {
  readonly #parts: AcceptorParts;
  #listener: Listener | undefined;
  /** Whether there is a network. */
  #isUp = false;
  /** When the listener is opened, or closed, whichever it is not. */
  #changeAt: Millis | undefined;
  /** When more are accepted, since more waited than one turn takes. */
  #acceptAt: Millis | undefined;

  constructor(parts: AcceptorParts) {
    this.#parts = parts;
  }

  /** Whether somebody can connect. */
  get isListening(): boolean {
    return this.#listener !== undefined;
  }

  /** Hears that there is a network, or none any more. A listener is opened for each network. @returns whether that is news */
  networkChanged(isUp: boolean, now: Millis): boolean {
    if (isUp === this.#isUp) return false;
    this.#isUp = isUp;
    if (isUp) this.#open(now);
    else this.#changeAt = this.#listener === undefined ? undefined : millis(now + CLOSE_MILLIS);
    return true;
  }

  /** Listens no more. */
  close(): void {
    this.#isUp = false;
    this.#changeAt = undefined;
    this.#closeListener();
  }

  /** Does what is due. */
  tick(now: Millis): void {
    if (this.#acceptAt !== undefined && now >= this.#acceptAt) this.#accept(now);
    if (this.#changeAt === undefined || now < this.#changeAt) return;
    if (this.#isUp) this.#open(now);
    else {
      this.#changeAt = undefined;
      this.#closeListener();
    }
  }

  /** When `tick` has something to do. */
  get nextTick(): Millis | undefined {
    return earlier(this.#acceptAt, this.#changeAt);
  }

  #open(now: Millis): void {
    this.#changeAt = undefined;
    if (this.#listener !== undefined) return;
    const { listener, loop, port } = this.#parts;
    try {
      this.#listener = new listener({ port, onReadable: () => loop.call((then) => this.#accept(then)) });
    } catch {
      // No network after all, no memory, or the port is not free yet.
      this.#changeAt = millis(now + RETRY_MILLIS);
    }
  }

  #closeListener(): void {
    this.#listener?.close();
    this.#listener = undefined;
    this.#acceptAt = undefined;
  }

  /** Takes who waits, and the rest of them a turn later: of who is left nothing is told but with the next one that comes. */
  #accept(now: Millis): void {
    this.#acceptAt = undefined;
    for (let count = 0; count < ACCEPTS_MAX; count++) {
      const from = this.#listener?.read();
      if (from === undefined) return;
      if (this.#isUp) this.#parts.take(from, now);
      else from.close();
    }
    if (this.#listener !== undefined) this.#acceptAt = millis(now + TURN_MILLIS);
  }
}
