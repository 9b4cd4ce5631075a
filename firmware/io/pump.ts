// The one loop of a board: events go in one at a time, with their time, and whoever has something to do is called when it is due.
// Why: a core is never called from within itself, whatever the SDK's callbacks do meanwhile, and one timer is enough for everybody.
// Follows docs/design.md, "The world is handed in": this stands between the SDK's event loop and all that knows no timer.

import { assert } from "../fault.ts";
import type { Millis } from "../platform.ts";
import type { TimerModule } from "./ecma419.ts";
import { POLL_MILLIS } from "./poll.ts";

/** Whoever has something to do at a certain time. */
export interface Timed {
  tick(now: Millis): void;
  /** The uptime by which `tick` must be called; undefined where nothing is due. */
  readonly nextTick: Millis | undefined;
}

/** Gives the earlier of two times, of which either may be none. */
export function earlier(one: Millis | undefined, other: Millis | undefined): Millis | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one < other ? one : other;
}

/** What a pump stands on. */
export interface PumpParts {
  readonly timer: TimerModule;
  /** Milliseconds since the start. */
  uptime(): Millis;
}

/** Something that happened. */
export type PumpEvent = (now: Millis) => void;

/** The longest sleep: a timer takes no more than 2^31 - 1 ms, and an hour costs nothing. */
const SLEEP_MILLIS_MAX = 3_600_000;
/** Events that wait while another one is served: each comes from a call that an event itself made, so there are few. */
export const WAITING_MAX = 64;
/** Rounds of ticks that one event may bring forth; what is due at once again after so many waits for the next turn of the loop. */
const ROUNDS_MAX = 8;

/** Runs a board. */
export class Pump {
  /** As in Loop; set before the first driver is made. */
  pollMillis = POLL_MILLIS;
  readonly #timer: TimerModule;
  readonly #uptime: () => Millis;
  readonly #timed: Timed[] = [];
  readonly #waiting: PumpEvent[] = [];
  #isInside = false;
  #isStopped = false;
  readonly #idle: (() => void)[] = [];
  #wake: unknown;

  constructor({ timer, uptime }: PumpParts) {
    this.#timer = timer;
    this.#uptime = uptime;
  }

  /** Milliseconds since the start. */
  uptime(): Millis {
    return this.#uptime();
  }

  /** Adds somebody who is called when it is time; in the order of adding. */
  add(...timed: readonly Timed[]): void {
    this.#timed.push(...timed);
  }

  /** Calls `idle` each time that everything is done, before the loop waits; in the order of adding. */
  whenIdle(idle: () => void): void {
    this.#idle.push(idle);
  }

  /** Serves nothing any more: what it runs cannot go on. */
  stop(): void {
    this.#isStopped = true;
    if (this.#wake !== undefined) this.#timer.clear(this.#wake);
    this.#wake = undefined;
  }

  /** Serves an event, then all that is due. One that comes from within another is served after it.
   *  @throws Error where more than WAITING_MAX wait: the board restarts */
  call(event: PumpEvent): void {
    if (this.#isStopped) return;
    if (this.#isInside) {
      assert(this.#waiting.length < WAITING_MAX, "pump: no event brings forth that many");
      this.#waiting.push(event);
      return;
    }
    this.#isInside = true;
    event(this.#uptime());
    this.#serveWaiting();
    for (let round = 0; round < ROUNDS_MAX && this.#isDue; round++) {
      for (const timed of this.#timed) {
        const now = this.#uptime();
        if (timed.nextTick !== undefined && timed.nextTick <= now) timed.tick(now);
        this.#serveWaiting();
      }
    }
    for (const idle of this.#idle) idle();
    this.#isInside = false;
    this.#plan();
  }

  get #isDue(): boolean {
    const next = this.#next;
    return next !== undefined && next <= this.#uptime();
  }

  /** When somebody has something to do. */
  get #next(): Millis | undefined {
    let next: Millis | undefined;
    for (const { nextTick } of this.#timed) next = earlier(next, nextTick);
    return next;
  }

  #serveWaiting(): void {
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) event(this.#uptime());
  }

  #plan(): void {
    if (this.#wake !== undefined) this.#timer.clear(this.#wake);
    const next = this.#next ?? this.#uptime() + SLEEP_MILLIS_MAX;
    const delay = Math.min(Math.max(0, next - this.#uptime()), SLEEP_MILLIS_MAX);
    this.#wake = this.#timer.set(() => {
      this.#wake = undefined;
      this.call(() => {});
    }, delay);
  }
}
