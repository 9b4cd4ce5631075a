// Decides when the infrared lamp is lit and the filter taken away: night or day, with hysteresis.
// Why: in the dark a lens that is covered looks like one that is not; by its own light the camera sees the difference. That light says
// nothing of the day, so the lamp is put out for a frame before it is called one; and the filter is a part that wears.
// After each switch the scene is another one: its watchers begin anew, against the reference of that light.

import type { Millis } from "../firmware/platform.ts";
import { NIGHT } from "./thresholds.ts";

/** What to do after a frame. "look": put the lamp out, and give the next frame without it to `look`. */
export type NightStep = "stay" | "to-night" | "look";

/** What a frame without the lamp has shown. */
export type DayStep = "stay" | "to-day";

/** The state of lamp and filter. */
export class NightMode {
  #isNight = false;
  #since: number | undefined;
  #switched: number | undefined;
  #looked: number | undefined;
  /** Whether every picture since the sensor has its power was of the other light. */
  #isWaking = false;

  /** Whether the lamp is lit and the filter away. */
  get isNight(): boolean {
    return this.#isNight;
  }

  /** Takes note that the sensor has its power again: what it was lit by before, a lens that was covered then or yesterday's evening, says
   *  nothing about now, and whoever knocks does not wait for it. */
  wake(): void {
    this.#isWaking = true;
    this.#since = undefined;
    this.#looked = undefined;
  }

  /** Takes the brightness of a frame, which the lamp has lit where it is night.
   *  @param mean of its luma, 0..255   @param gainPercent the sensor's gain, 100 at least: what it amplified is taken out */
  step(mean: number, gainPercent: number, now: Millis): NightStep {
    const level = levelOf(mean, gainPercent);
    const isWanted = this.#isNight ? level > NIGHT.dawnLevel : level < NIGHT.duskLevel;
    if (!isWanted) {
      this.#since = undefined;
      this.#isWaking = false;
      return "stay";
    }
    this.#since ??= now;
    if (now - this.#since < (this.#isWaking ? NIGHT.wakeMillis : NIGHT.settleMillis)) return "stay";
    if (isWithin(this.#switched, now) || isWithin(this.#looked, now)) return "stay";
    if (this.#isNight) {
      this.#looked = now;
      this.#since = undefined;
      return "look";
    }
    this.#switch(now);
    return "to-night";
  }

  /** Takes the brightness of a frame at night without the lamp. @param mean as in `step`   @param gainPercent likewise */
  look(mean: number, gainPercent: number, now: Millis): DayStep {
    this.#isWaking = false;
    if (levelOf(mean, gainPercent) <= NIGHT.dawnLevel) return "stay";
    this.#switch(now);
    return "to-day";
  }

  #switch(now: Millis): void {
    this.#isNight = !this.#isNight;
    this.#switched = now;
    this.#looked = undefined;
    this.#since = undefined;
    this.#isWaking = false;
  }
}

function levelOf(mean: number, gainPercent: number): number {
  return Math.floor((mean * 100) / Math.max(100, gainPercent));
}

function isWithin(since: number | undefined, now: Millis): boolean {
  return since !== undefined && now - since < NIGHT.dwellMillis;
}
