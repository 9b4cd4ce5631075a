// The event loop of a fake board: callbacks that come later, one after the other, never from within another call.
// Why: the SDK's classes call back from the engine's loop only; what a driver does must not depend on anything sooner, and a test
// decides itself when the loop turns.
// Follows Ecma-419 §9: "callbacks are invoked from the event loop".

import type { Loop as BoardLoop } from "../../firmware/io/loop.ts";
import { type Millis, millis } from "../../firmware/platform.ts";

/** Has something done at the loop's next turn. */
export type Defer = (callback: () => void) => void;

/** Callbacks of one turn of `run`: whoever makes more of them goes round in circles. */
const CALLBACKS_MAX = 200_000;

/** Callbacks that wait, and the clock of the board that they belong to. It is the loop of firmware/io/loop.ts as well: an event
 *  that comes from within another one is served after it. */
export class Loop implements BoardLoop {
  readonly defer: Defer = (callback) => {
    this.#callbacks.push(callback);
  };
  #callbacks: (() => void)[] = [];
  #waiting: ((now: Millis) => void)[] = [];
  #isInside = false;
  #now = millis(0);

  uptime(): Millis {
    return this.#now;
  }

  call(event: (now: Millis) => void): void {
    this.#waiting.push(event);
    if (this.#isInside) return;
    this.#isInside = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next(this.#now);
    this.#isInside = false;
  }

  /** Turns until nothing waits. @throws Error where that never comes */
  run(): void {
    for (let count = 0; this.#callbacks.length > 0; ) {
      const callbacks = this.#callbacks;
      this.#callbacks = [];
      count += callbacks.length;
      if (count > CALLBACKS_MAX) throw new Error("loop: it goes round in circles");
      for (const callback of callbacks) callback();
    }
  }

  /** Lets time pass. @param duration in milliseconds */
  pass(duration: number): void {
    this.#now = millis(this.#now + duration);
  }
}
