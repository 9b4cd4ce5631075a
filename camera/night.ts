// Decides when the infrared lamp is lit and the filter taken away: night or day, with hysteresis.
// Why: in the dark a lens that is covered looks like one that is not; by its own light the camera sees the difference. The
// lamp lights the picture too, so dawn must be brighter than dusk, and the filter is a part that wears.
// After each switch the scene is another one: its watchers begin anew, against the reference of that light.

import type { Millis } from "../firmware/platform.ts";
import { NIGHT } from "./thresholds.ts";

/** What to do after a frame. */
export type NightStep = "stay" | "to-night" | "to-day";

/** The state of lamp and filter. */
export class NightMode {
  #isNight = false;
  #since: number | undefined;
  #switched: number | undefined;
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
  }

  /** Takes the brightness of a frame.
   *  @param mean of its luma, 0..255   @param gainPercent the sensor's gain, 100 at least: what it amplified is taken out */
  step(mean: number, gainPercent: number, now: Millis): NightStep {
    const level = Math.floor((mean * 100) / Math.max(100, gainPercent));
    const isWanted = this.#isNight ? level > NIGHT.dawnLevel : level < NIGHT.duskLevel;
    if (!isWanted) {
      this.#since = undefined;
      this.#isWaking = false;
      return "stay";
    }
    this.#since ??= now;
    if (now - this.#since < (this.#isWaking ? NIGHT.wakeMillis : NIGHT.settleMillis)) return "stay";
    if (this.#switched !== undefined && now - this.#switched < NIGHT.dwellMillis) return "stay";
    this.#isNight = !this.#isNight;
    this.#switched = now;
    this.#since = undefined;
    this.#isWaking = false;
    return this.#isNight ? "to-night" : "to-day";
  }
}
