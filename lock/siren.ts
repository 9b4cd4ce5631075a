// The lock's light and sound, and whether an alarm has just sounded.
// Why: a keypad shows outside what the lock sounds inside, so one place must know both.
// Follows docs/protocol.md §3.2 (`view`).

import { type Indicator, type Millis, millis, type Signal } from "../firmware/platform.ts";

/** For so long keypads show an alarm. */
const ALARM_MILLIS = 10_000;

/** An indicator that remembers its last alarm. */
export class Siren implements Indicator {
  readonly #indicator: Indicator;
  readonly #now: () => Millis;
  #alarmAt: Millis | undefined;
  /** Whether the keypads were told of the alarm. */
  #isShown = false;

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

  /** Whether an alarm has begun or ended since this was asked last: then keypads must be told. */
  tick(): boolean {
    const { isAlarm } = this;
    if (!isAlarm) this.#alarmAt = undefined;
    const hasChanged = isAlarm !== this.#isShown;
    this.#isShown = isAlarm;
    return hasChanged;
  }

  /** When `tick` has something to do: an alarm that has begun is shown at once, and taken back when it is over. */
  get nextTick(): Millis | undefined {
    const at = this.#alarmAt;
    return at === undefined || !this.#isShown ? at : millis(at + ALARM_MILLIS);
  }
}
