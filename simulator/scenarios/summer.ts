// When the clocks of central Europe go forward and back.
// Why: the plain model knows local time only as an offset, and the year of a house has two switches.
// Follows Directive 2000/84/EC: at 01:00 UTC on the last Sundays of March and of October. It reads no zone rule, since the
// lock's own reader of those is what the model is to check.

import { type Seconds, seconds } from "../../firmware/platform.ts";
import { daysFromCivil, weekdayFromDays } from "../../firmware/time/calendar.ts";

const HOUR = 3_600;
const DAY = 86_400;
const SUNDAY = 6;
const MARCH = 3;
const OCTOBER = 10;

/** The last days of the two months are the 31st. */
function lastSunday(year: number, month: number): number {
  let day = daysFromCivil(year, month, 31);
  while (weekdayFromDays(day) !== SUNDAY) day--;
  return day;
}

/** Gives the switches of some years, in order, with the seconds by which local time is ahead of UTC from then on. */
export function switches(from: number, to: number): readonly { readonly at: Seconds; readonly aheadSeconds: number }[] {
  const found: { readonly at: Seconds; readonly aheadSeconds: number }[] = [];
  for (let year = from; year <= to; year++) {
    found.push({ at: seconds(lastSunday(year, MARCH) * DAY + HOUR), aheadSeconds: 2 * HOUR });
    found.push({ at: seconds(lastSunday(year, OCTOBER) * DAY + HOUR), aheadSeconds: HOUR });
  }
  return found;
}
