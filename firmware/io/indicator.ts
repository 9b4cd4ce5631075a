// The lock's own light and sound: what each signal looks and sounds like, in time. One light, for an ESP32-C3 has no pin for two.
// Why: whoever stands inside or before the lock must tell "yes", "no", "wait" and an alarm apart; and an alarm must outlast the small
// signals between, or a failed try at the door would silence it.
// Follows the Indicator of firmware/platform.ts. The lock signals no end of most alarms, so one ends by itself after a while.

import { type Indicator, type Millis, millis, type Output, type Signal } from "../platform.ts";
import type { Sounder } from "./tone.ts";

interface Step {
  readonly isLit: boolean;
  /** 0 is silence. */
  readonly hertz: number;
  readonly duration: number;
}

/** For so long an alarm sounds, unless it is signalled again. */
export const ALARM_MILLIS = 180_000;

/** Steps that one tick makes up for; a board that slept longer begins anew. */
const STEPS_MAX = 32;
const DARK = step(false, 0, 0);

function step(isLit: boolean, hertz: number, duration: number): Step {
  return Object.freeze({ isLit, hertz, duration });
}

/** The steps of each signal; an alarm's begin anew while it lasts. */
const PATTERNS: Readonly<Record<Exclude<Signal, "quiet">, readonly Step[]>> = Object.freeze({
  wait: Object.freeze([step(true, 1_200, 60), step(false, 0, 240), step(true, 0, 60), step(false, 0, 240)]),
  yes: Object.freeze([step(true, 1_800, 120), step(true, 0, 60), step(true, 2_600, 220), step(true, 0, 600)]),
  no: Object.freeze([step(true, 400, 120), step(false, 0, 60), step(true, 400, 220), step(false, 0, 600)]),
  alarm: Object.freeze([step(true, 3_000, 250), step(false, 2_200, 250)]),
});

/** The light, what beeps, and the time. */
export interface IndicatorParts {
  readonly light: Output;
  readonly sounder: Sounder;
  now(): Millis;
}

/** Shows and sounds the last signal; dark and silent from here on, until one comes. */
export class LampIndicator implements Indicator {
  readonly #parts: IndicatorParts;
  #pattern: Exclude<Signal, "quiet"> | undefined;
  #index = 0;
  /** When the present step ends. */
  #until: Millis | undefined;
  #alarmUntil: Millis | undefined;

  constructor(parts: IndicatorParts) {
    this.#parts = parts;
    this.#show(DARK);
  }

  signal(signal: Signal): void {
    const now = this.#parts.now();
    if (signal === "quiet") this.#alarmUntil = undefined;
    if (signal === "alarm") this.#alarmUntil = millis(now + ALARM_MILLIS);
    // An alarm that sounds goes on in its rhythm.
    if (signal === "alarm" && this.#pattern === "alarm") return;
    this.#begin(signal === "quiet" ? undefined : signal, now);
  }

  /** Goes on to the step that is due. */
  tick(now: Millis): void {
    for (let steps = 0; this.#until !== undefined && now >= this.#until; steps++) {
      if (steps < STEPS_MAX) this.#advance(this.#until);
      else this.#rest(now);
    }
  }

  /** The uptime by which `tick` must be called; undefined where it is dark. */
  get nextTick(): Millis | undefined {
    return this.#until;
  }

  #begin(pattern: Exclude<Signal, "quiet"> | undefined, now: Millis): void {
    this.#pattern = pattern;
    this.#enter(0, now);
  }

  #enter(index: number, now: Millis): void {
    const at = this.#pattern === undefined ? DARK : (PATTERNS[this.#pattern][index] ?? DARK);
    this.#index = index;
    this.#until = this.#pattern === undefined ? undefined : millis(now + at.duration);
    this.#show(at);
  }

  #advance(now: Millis): void {
    const pattern = this.#pattern;
    if (pattern !== undefined && this.#index + 1 < PATTERNS[pattern].length) this.#enter(this.#index + 1, now);
    else this.#rest(now);
  }

  /** Behind a pattern: the alarm, while it lasts, and else nothing. */
  #rest(now: Millis): void {
    const isAlarm = this.#alarmUntil !== undefined && now < this.#alarmUntil;
    if (!isAlarm) this.#alarmUntil = undefined;
    this.#begin(isAlarm ? "alarm" : undefined, now);
  }

  #show({ isLit, hertz }: Step): void {
    this.#parts.light.write(isLit);
    this.#parts.sounder.sound(hertz);
  }
}
