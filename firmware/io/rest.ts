// When a board's chip may sleep, and who is told of the pin that woke it.
// Why: a tone, a drive or a line to a keypad is lost to a chip that sleeps in the middle of it; so whoever has something under way says
// so, and the chip sleeps only where nobody does.
// Follows docs/hardware.md, "Light sleep". The classes that say so are in resting.ts.

import { type Millis, millis } from "../platform.ts";
import type { Loop } from "./loop.ts";
import type { Timed } from "./pump.ts";
import type { Sleeper } from "./sleep.ts";

/** For how long the chip stays awake behind a byte on a line, in milliseconds: 128 that wait are away by then, and it is longer than the
 *  silence after which the other end wakes it anew (cable.ts). */
export const AWAKE_MILLIS = 250;

/** What rests. */
export interface RestParts {
  readonly sleeper: Sleeper;
  /** Whether the time must go on by a crystal. */
  readonly needsCrystal: boolean;
  /** The board's, which is its time as well. */
  readonly loop: Loop;
}

interface Watched {
  readonly pin: number;
  tell(): void;
}

/** Whether and when one chip sleeps. It is ticked by the board's pump, which calls `settle` whenever all is done. */
export class Rest implements Timed {
  readonly #sleeper: Sleeper;
  readonly #loop: Loop;
  readonly #watched: Watched[] = [];
  /** Pins of lines on which others may speak at any time: low begins a byte. */
  readonly #lines: number[] = [];
  readonly #busy: (() => boolean)[] = [];
  /** How many hold it awake. */
  #held = 0;
  #awakeUntil: Millis;
  #isAllowed = false;

  private constructor({ sleeper, loop }: RestParts) {
    this.#sleeper = sleeper;
    this.#loop = loop;
    this.#awakeUntil = loop.uptime();
  }

  /** @returns undefined where the chip cannot sleep: then the board does without */
  static start(parts: RestParts): Rest | undefined {
    const rest = new Rest(parts);
    return parts.sleeper.start(parts.needsCrystal, (pin) => rest.#fired(pin)) ? rest : undefined;
  }

  /** Lets a pin stay as it is while the chip sleeps. */
  keep(pin: number): void {
    this.#sleeper.keep(pin);
  }

  /** Adds who is told when a pin has come to the level that it was watched for; for good, as inputs are opened. */
  add(pin: number, tell: () => void): void {
    this.#watched.push({ pin, tell });
  }

  /** Watches a pin for a level, until it is told. */
  watch(pin: number, level: 0 | 1): void {
    this.#sleeper.watch(pin, level);
  }

  /** Adds a line on which somebody may speak: the chip wakes at the first low level, which begins a byte. */
  addLine(pin: number): void {
    this.#lines.push(pin);
    // In the loop, which then knows when that is over.
    this.add(pin, () => this.#loop.call(() => this.stir()));
  }

  /** Adds somebody who says at each look whether something is under way. */
  addBusy(isBusy: () => boolean): void {
    this.#busy.push(isBusy);
  }

  /** Stays awake until as many times `release` was called. */
  hold(): void {
    this.#held += 1;
    this.#allow(false);
  }

  release(): void {
    this.#held -= 1;
  }

  /** Stays awake for a while behind what was said on a line. */
  stir(): void {
    this.#awakeUntil = millis(this.#loop.uptime() + AWAKE_MILLIS);
    this.#allow(false);
  }

  /** Nothing: what it waits for is `settle`. */
  tick(): void {}

  /** The uptime at which it is awake for long enough; undefined where it sleeps, or waits for others. */
  get nextTick(): Millis | undefined {
    return this.#isAllowed || this.#loop.uptime() >= this.#awakeUntil ? undefined : this.#awakeUntil;
  }

  /** Sleeps where nothing is under way: called each time that all is done. */
  settle(): void {
    const isIdle = this.#held === 0 && this.#loop.uptime() >= this.#awakeUntil;
    this.#allow(isIdle && !this.#busy.some((isBusy) => isBusy()));
  }

  #fired(pin: number): void {
    for (const watched of this.#watched) if (watched.pin === pin) watched.tell();
  }

  #allow(isAllowed: boolean): void {
    if (isAllowed === this.#isAllowed) return;
    this.#isAllowed = isAllowed;
    if (isAllowed) for (const pin of this.#lines) this.#sleeper.watch(pin, 0);
    this.#sleeper.allow(isAllowed);
  }
}
