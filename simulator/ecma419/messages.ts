// XS's queue of messages, by which an interrupt reaches the event loop of a board.
// Why: it has so many places; an interrupt that finds it full loses its message, and the SDK's classes take it for sent all the same.
// Follows modMessagePostToMachineFromISR of the SDK 8.2.3 (xs/platforms/esp/xsHost.c).

import type { Defer } from "./loop.ts";

/** The places, as manifest.json has them (`task.queueLength`). */
export const MESSAGES_MAX = 64;

/** The queue of one board. */
export class Messages {
  /** Messages that were lost. */
  lost = 0;
  /** Whether what others sent takes all places. */
  isCrowded = false;
  readonly #defer: Defer;
  #count = 0;

  constructor(defer: Defer) {
    this.#defer = defer;
  }

  /** Has a callback run from the event loop, unless there is no place: then nobody is told. */
  post(callback: () => void): void {
    if (this.isCrowded || this.#count === MESSAGES_MAX) {
      this.lost += 1;
      return;
    }
    this.#count += 1;
    this.#defer(() => {
      this.#count -= 1;
      callback();
    });
  }
}
