// The world: virtual time, the queue of what is to happen, and the trace of what did.
// Why: one ordered queue replaces every clock and timer of the real world, so a simulation is one function of its seed;
// in the real-time house the same world is driven by the wall clock instead.
// It knows no board and no door: those hang themselves on it with at() and after().

import type { Crypto } from "../firmware/crypto/crypto.ts";
import { assert } from "../firmware/fault.ts";
import { type Millis, millis, type Seconds, seconds } from "../firmware/platform.ts";
import { Stream } from "./random.ts";
import { type Entry, Trace } from "./trace.ts";

const EVENTS_MAX = 4096;

/** Something that will happen; cancelling it twice, or after it happened, is harmless. */
export interface Event {
  readonly time: Millis;
  cancel(): void;
}

interface Queued extends Event {
  action: (() => void) | undefined;
}

/** What a world starts from. */
export interface WorldOptions {
  /** u32; every random stream of the world is derived from it. */
  readonly seed: number;
  /** The true time at virtual time 0. */
  readonly start: Seconds;
  /** Receives a line for each entry of the trace. */
  readonly print?: (line: string) => void;
}

/** Virtual time and the events in it, in order of time and then of being planned. */
export class World {
  readonly trace: Trace;
  readonly seed: number;
  readonly #start: Seconds;
  readonly #queue: Queued[] = [];
  readonly #observers: (() => void)[] = [];
  #now: Millis = millis(0);
  #step = 0;
  #isHalted = false;

  constructor(crypto: Crypto, options: WorldOptions) {
    this.seed = options.seed;
    this.#start = options.start;
    this.trace = new Trace(crypto, options.print);
  }

  /** Milliseconds since the world began. */
  get now(): Millis {
    return this.#now;
  }

  /** The true time, as a perfect clock shows it. */
  get time(): Seconds {
    return seconds(this.#start + Math.floor(this.#now / 1000));
  }

  /** How many events have happened: what a failure names, beside the seed. */
  get step(): number {
    return this.#step;
  }

  /** The time of the next event, or undefined when nothing is planned. */
  get nextEvent(): Millis | undefined {
    return this.#queue[0]?.time;
  }

  /** Gives the random stream of one subsystem. @param name one for each user, so that streams are independent */
  stream(name: string): Stream {
    return new Stream(this.seed, name);
  }

  /** Plans `action` for a time that is not past. */
  at(time: Millis, action: () => void): Event {
    assert(time >= this.#now, "the past cannot be planned");
    assert(this.#queue.length < EVENTS_MAX, "the queue of events is bounded");
    const queue = this.#queue;
    const event: Queued = {
      time,
      action,
      cancel() {
        if (event.action === undefined) return;
        event.action = undefined;
        queue.splice(queue.indexOf(event), 1);
      },
    };
    queue.splice(placeOf(queue, time), 0, event);
    return event;
  }

  /** Plans `action` for `delay` milliseconds from now. */
  after(delay: number, action: () => void): Event {
    return this.at(millis(this.#now + delay), action);
  }

  /** Calls `observer` after every event: a checker. */
  watch(observer: () => void): void {
    this.#observers.push(observer);
  }

  /** Lets nothing more happen: something went wrong, and the present is what is to be looked at. */
  halt(): void {
    this.#isHalted = true;
  }

  /** Adds to the trace at the present time. */
  record(entry: Entry): void {
    this.trace.add(this.#now, entry);
  }

  /** Lets everything happen that is planned up to `until`, and sets the time to it. */
  advance(until: Millis): void {
    while (!this.#isHalted) {
      const event = this.#queue[0];
      if (event === undefined || event.time > until) break;
      this.#queue.shift();
      this.#now = event.time;
      this.#step++;
      const action = event.action;
      event.action = undefined;
      action?.();
      for (const observer of this.#observers) observer();
    }
    if (!this.#isHalted) this.#now = until;
  }
}

/** Gives the place behind every event of the same time or an earlier one. */
function placeOf(queue: readonly Queued[], time: Millis): number {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((queue[middle] as Queued).time <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
