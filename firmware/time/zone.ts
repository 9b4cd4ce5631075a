// A time zone as one POSIX TZ rule, and the local wall clock that follows from it.
// Why: weekly hours are meant on the clock on the wall, the lock has no zone database, and a rule is 64 bytes of configuration.
// Follows POSIX.1-2024 §8.3 (TZ), with times of -167..167 h as in RFC 9636 §3.3.2. A rule with daylight saving but no
// dates is refused: its meaning is left to the implementation.

import { Fault } from "../fault.ts";
import type { Seconds } from "../platform.ts";
import { civilFromDays, daysFromCivil, isLeapYear, weekdayFromDays } from "./calendar.ts";

/** The longest rule that is read, in characters. */
export const RULE_CHARS_MAX = 64;

const DAY_SECONDS = 86_400;
const OFFSET_HOURS_MAX = 24;
const TIME_HOURS_MAX = 167;
/** When the time of a rule is left out, it is 02:00:00. */
const DEFAULT_TIME_SECONDS = 7_200;
/** A date may lie 167 h outside its own year, so a season that holds an instant starts at most two years before it. */
const SEASON_YEARS_BEFORE = 2;
const SEASON_YEARS_AFTER = 1;

/** The day and the local time of one yearly change. `time` is in seconds after the day's midnight, -167 h..168 h. */
export type ChangeRule =
  | {
      readonly form: "month"; // Mm.w.d: weekday `weekday` (0 is Sunday) of week `week` (5 is the last) of `month`.
      readonly month: number;
      readonly week: number;
      readonly weekday: number;
      readonly time: number;
    }
  | { readonly form: "julian"; readonly day: number; readonly time: number } // Jn: 1..365, never 29 February.
  | { readonly form: "ordinal"; readonly day: number; readonly time: number }; // n: 0..365, 29 February counted.

/** The other half of the year; Ireland's lies west of its standard time. */
export interface Daylight {
  readonly offset: number;
  readonly start: ChangeRule;
  readonly end: ChangeRule;
}

/** A time zone. Offsets are seconds east of UTC. */
export interface Zone {
  readonly standardOffset: number;
  readonly daylight: Daylight | undefined;
}

/** A stretch of time with one offset. */
export interface OffsetSpan {
  /** Seconds east of UTC. */
  readonly offset: number;
  /** The first instant at which the offset may differ; undefined where there is no daylight saving. */
  readonly until: number | undefined;
}

/** The wall clock at an instant. `weekday` 0 is Monday; `minuteOfDay` 0..1439; `offset` in seconds east of UTC. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly minuteOfDay: number;
  readonly offset: number;
}

/** Reads a POSIX TZ rule, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
 *  @param rule at most 64 characters   @throws Fault time.zone */
export function parseZone(rule: string): Zone {
  if (rule.length > RULE_CHARS_MAX) throw new Fault("time.zone");
  const parts = rule.split(",");
  const names =
    /^(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)([+-]?[0-9:]+)(?:((?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>))([+-]?[0-9:]+)?)?$/.exec(
      parts[0] ?? "",
    );
  if (names === null) throw new Fault("time.zone");
  const [, standardText = "", daylightName, daylightText] = names;
  // POSIX counts the offset westward: it is what must be added to local time to arrive at UTC.
  const standardOffset = 0 - parseTime(standardText, OFFSET_HOURS_MAX);
  if (daylightName === undefined) {
    if (parts.length !== 1) throw new Fault("time.zone");
    return Object.freeze({ standardOffset, daylight: undefined });
  }
  const [, startText, endText] = parts;
  if (parts.length !== 3 || startText === undefined || endText === undefined) throw new Fault("time.zone");
  const offset = daylightText === undefined ? standardOffset + 3_600 : 0 - parseTime(daylightText, OFFSET_HOURS_MAX);
  const daylight = Object.freeze({ offset, start: parseChange(startText), end: parseChange(endText) });
  return Object.freeze({ standardOffset, daylight });
}

/** Gives the offset at an instant, and until when it surely holds.
 *  @param epoch UTC seconds, u32 */
export function offsetAt(zone: Zone, epoch: Seconds): OffsetSpan {
  const { standardOffset, daylight } = zone;
  if (daylight === undefined) return { offset: standardOffset, until: undefined };
  const { year } = civilFromDays(Math.floor(epoch / DAY_SECONDS));
  if (isInsideYear(daylight.start) && isInsideYear(daylight.end))
    return spanInYear(standardOffset, daylight, { year, epoch });
  let offset = standardOffset;
  let until = epoch + 366 * DAY_SECONDS;
  let end = changeInstant(daylight.end, year - SEASON_YEARS_BEFORE, daylight.offset);
  for (let index = year - SEASON_YEARS_BEFORE; index <= year + SEASON_YEARS_AFTER; index++) {
    const start = changeInstant(daylight.start, index, standardOffset);
    const nextEnd = changeInstant(daylight.end, index + 1, daylight.offset);
    // South of the equator the season that starts in one year ends in the next.
    const seasonEnd = end > start ? end : nextEnd;
    if (start <= epoch && epoch < seasonEnd) offset = daylight.offset;
    if (epoch < start && start < until) until = start;
    if (epoch < seasonEnd && seasonEnd < until) until = seasonEnd;
    end = nextEnd;
  }
  return { offset, until };
}

/** Whether a change stands in the same year by any clock: of all real zones it does, and then two changes tell the offset, where
 *  else every season near the instant must be looked at. A time of a rule reaches a week beyond its day at most. */
function isInsideYear(rule: ChangeRule): boolean {
  return rule.form === "month" && rule.month >= 2 && rule.month <= 11;
}

function spanInYear(
  standardOffset: number,
  { start, end, offset }: Daylight,
  { year, epoch }: { readonly year: number; readonly epoch: Seconds },
): OffsetSpan {
  const toDaylight = changeInstant(start, year, standardOffset);
  const toStandard = changeInstant(end, year, offset);
  const isNorth = toDaylight < toStandard;
  const atTurnOfYear = isNorth ? standardOffset : offset;
  const first = isNorth ? toDaylight : toStandard;
  if (epoch < first) return { offset: atTurnOfYear, until: first };
  const second = isNorth ? toStandard : toDaylight;
  if (epoch < second) return { offset: isNorth ? offset : standardOffset, until: second };
  const next = isNorth ? changeInstant(start, year + 1, standardOffset) : changeInstant(end, year + 1, offset);
  return { offset: atTurnOfYear, until: next };
}

/** Gives the wall clock at an instant.
 *  @param epoch UTC seconds, u32 */
export function toLocal(zone: Zone, epoch: Seconds): LocalTime {
  const { offset } = offsetAt(zone, epoch);
  const local = epoch + offset;
  const days = Math.floor(local / DAY_SECONDS);
  const { year, month, day } = civilFromDays(days);
  const minuteOfDay = ((local - days * DAY_SECONDS) / 60) | 0;
  return { year, month, day, weekday: weekdayFromDays(days), minuteOfDay, offset };
}

/** Gives the instant of a rule in a year; `offset` is the one in force before the change. */
function changeInstant(rule: ChangeRule, year: number, offset: number): number {
  return changeDay(rule, year) * DAY_SECONDS + rule.time - offset;
}

/** Gives a rule's day in a year, in days since 1970-01-01. */
function changeDay(rule: ChangeRule, year: number): number {
  if (rule.form === "ordinal") return daysFromCivil(year, 1, 1) + rule.day;
  if (rule.form === "julian") {
    // Jn: 1 March is day 60 in every year.
    return daysFromCivil(year, 1, 1) + rule.day - 1 + (rule.day >= 60 && isLeapYear(year) ? 1 : 0);
  }
  const first = daysFromCivil(year, rule.month, 1);
  // The rule counts weekdays from Sunday, the calendar from Monday.
  const ahead = (rule.weekday + 6 - weekdayFromDays(first) + 7) % 7;
  const day = first + ahead + (rule.week - 1) * 7;
  if (rule.week < 5) return day;
  const next = rule.month === 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, rule.month + 1, 1);
  return day < next ? day : day - 7;
}

function parseChange(text: string): ChangeRule {
  const slash = text.indexOf("/");
  const date = slash < 0 ? text : text.slice(0, slash);
  const time = slash < 0 ? DEFAULT_TIME_SECONDS : parseTime(text.slice(slash + 1), TIME_HOURS_MAX);
  const month = /^M([0-9]{1,2})\.([1-5])\.([0-6])$/.exec(date);
  if (month !== null) {
    const rule = { month: Number(month[1]), week: Number(month[2]), weekday: Number(month[3]) };
    if (rule.month < 1 || rule.month > 12) throw new Fault("time.zone");
    return Object.freeze({ form: "month", ...rule, time });
  }
  const counted = /^(J?)([0-9]{1,3})$/.exec(date);
  if (counted === null) throw new Fault("time.zone");
  const day = Number(counted[2]);
  const isJulian = counted[1] === "J";
  if (day > 365 || (isJulian && day < 1)) throw new Fault("time.zone");
  return Object.freeze({ form: isJulian ? "julian" : "ordinal", day, time });
}

/** Reads [+|-]hh[:mm[:ss]] as seconds. */
function parseTime(text: string, hoursMax: number): number {
  const match = /^([+-]?)([0-9]{1,3})(?::([0-5][0-9])(?::([0-5][0-9]))?)?$/.exec(text);
  if (match === null) throw new Fault("time.zone");
  const [, sign, hoursText = "", minutes = "0", rest = "0"] = match;
  const hours = Number(hoursText);
  if (hours > hoursMax || hoursText.length > String(hoursMax).length) throw new Fault("time.zone");
  const total = hours * 3_600 + Number(minutes) * 60 + Number(rest);
  return sign === "-" ? 0 - total : total;
}
