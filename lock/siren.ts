// The lock's light and sound, and whether an alarm has just sounded.
// Why: a keypad shows outside what the lock sounds inside, so one place must know both.
// Follows docs/protocol.md §3.2 (`view`).

import type { Indicator, Millis, Signal } from "../firmware/platform.ts";

/** For so long keypads show an alarm. */
const ALARM_MILLIS = 10_000;

/** An indicator that remembers its last alarm. */
export class Siren implements Indicator {
  readonly #indicator: Indicator;
  readonly #now: () => Millis;
  #alarmAt: Millis | undefined;

  constructor(indicator: Indicator, now: () => Millis) {
    this.#indicator = indicator;
    this.#now = now;
  }

  signal(signal: Signal): void {
    if (signal === "alarm") this.#alarmAt = this.#now();
    this.#indicator.signal(signal);
  }

  get isAlarm(): boolean {
    return this.#alarmAt !== undefined && this.#now() - this.#alarmAt < ALARM_MILLIS;
  }
}
