// Weekly hours on the lock's own wall clock, and the one question that a decision asks of them.
// Why: every link of a chain may carry its own hours, all of them must hold at the same instant, and the lock knows the
// instant only as a range; walking that range by seconds would cost more than the signatures.
// Follows docs/protocol.md, "weekly" and the interval rule: an instant is inside a window when its wall clock reading is.
// So a window lasts as the wall clock says: an hour that the spring change leaves out is in no window, and an hour that
// the autumn change repeats is in its window both times.

import { assert } from "../fault.ts";
import { type Seconds, seconds } from "../platform.ts";
import { weekdayFromDays } from "./calendar.ts";
import { offsetAt, type Zone } from "./zone.ts";

/** The widest range that is searched, in seconds: an hour, six times the widest clock interval that a grant accepts. */
export const RANGE_SECONDS_MAX = 3_600;

/** The most links of a chain, and the most numbers of a link: eight windows of three. */
const LINKS_MAX = 3;
const NUMBERS_MAX = 24;
const DAY_MINUTES = 1_440;
const DAY_SECONDS = 86_400;
/** A change of offset splits the range; more than these in one hour come from no rule that is a real one. */
const SPANS_MAX = 4;

/** One weekly window, as people write and read it; the bounds are those of `Weeklies`. */
export interface Weekly {
  readonly days: number;
  readonly startMinute: number;
  readonly minutes: number;
}

/** Weekly windows as a grant carries them on the lock, three numbers each: days (1..127, bit 0 is Monday, the day on which the window
 *  starts), start (0..1439 minutes after midnight), length (1..1440 minutes, over midnight if it must). Empty: no limit. */
export type Weeklies = readonly number[];

/** A range of instants, both ends included. */
export interface InstantRange {
  readonly from: Seconds;
  readonly to: Seconds;
}

/** Tells whether a wall clock reading lies in one of the windows, or there is none.
 *  @param weekday 0 is Monday   @param minuteOfDay 0..1439 */
export function isInWeeklies(weeklies: Weeklies, weekday: number, minuteOfDay: number): boolean {
  if (weeklies.length === 0) return true;
  const today = 1 << weekday;
  const yesterday = 1 << ((weekday + 6) % 7);
  for (let index = 0; index < weeklies.length; index += 3) {
    const days = weeklies[index] ?? 0;
    const since = minuteOfDay - (weeklies[index + 1] ?? 0);
    const minutes = weeklies[index + 2] ?? 0;
    if (since >= 0 && since < minutes && (days & today) !== 0) return true;
    // A window of at most a day that started yesterday reaches today's minute after one more day of minutes.
    if (since + DAY_MINUTES < minutes && (days & yesterday) !== 0) return true;
  }
  return false;
}

/** Gives the first instant of a range that lies in the weekly hours of every link, or undefined where there is none.
 *  It looks only at the start of the range and at the starts of windows inside it: an allowed stretch begins nowhere else.
 *  @param links each link's windows, at most 3 links of at most 8 windows
 *  @param range at most 3,600 s wide; `from` after `to` is empty */
export function firstAllowedInstant(zone: Zone, links: readonly Weeklies[], range: InstantRange): Seconds | undefined {
  const { from, to } = range;
  assert(to - from <= RANGE_SECONDS_MAX, "schedule: the range is at most an hour wide");
  assert(links.length <= LINKS_MAX, "schedule: a chain has at most three links");
  if (from > to) return undefined;
  let start = from;
  for (let count = 0; count < SPANS_MAX && start <= to; count++) {
    const { offset, until } = offsetAt(zone, start);
    const end = until === undefined || until > to ? to : seconds(until - 1);
    const instant = firstInSpan(links, offset, { from: start, to: end });
    if (instant !== undefined) return instant;
    start = seconds(end + 1);
  }
  return undefined;
}

/** The same over a stretch with one offset. */
function firstInSpan(links: readonly Weeklies[], offset: number, { from, to }: InstantRange): Seconds | undefined {
  const days = Math.floor((from + offset) / DAY_SECONDS);
  const secondOfDay = from + offset - days * DAY_SECONDS;
  if (isInAll(links, days, (secondOfDay / 60) | 0)) return from;
  const width = to - from;
  let first: number | undefined;
  // By index, here and below: this runs deep in a board's stack, where each iterator takes eight slots.
  for (let link = 0; link < links.length; link++) {
    const weeklies = links[link];
    assert(weeklies.length <= NUMBERS_MAX, "schedule: a link has at most eight windows");
    for (let index = 1; index < weeklies.length; index += 3) {
      const startMinute = weeklies[index] ?? 0;
      const secondsAway = startMinute * 60 - secondOfDay;
      const isTomorrow = secondsAway <= 0;
      const away = isTomorrow ? secondsAway + DAY_SECONDS : secondsAway;
      if (away > width || (first !== undefined && away >= first)) continue;
      if (isInAll(links, isTomorrow ? days + 1 : days, startMinute)) first = away;
    }
  }
  return first === undefined ? undefined : seconds(from + first);
}

function isInAll(links: readonly Weeklies[], days: number, minuteOfDay: number): boolean {
  const weekday = weekdayFromDays(days);
  for (let link = 0; link < links.length; link++) {
    if (!isInWeeklies(links[link], weekday, minuteOfDay)) return false;
  }
  return true;
}
