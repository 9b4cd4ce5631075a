// Instants and weekly hours as people type them, on the wall clock of a lock, and back into words.
// Why: a grant that is an hour off lets nobody in; whatever is not perfectly clear is refused with an example.
// Follows ISO 8601 for dates, and docs/protocol.md ("weekly") for hours that go past midnight.

import { type Seconds, seconds } from "../firmware/platform.ts";
import { civilFromDays, daysFromCivil } from "../firmware/time/calendar.ts";
import { offsetAt, toLocal, type Zone } from "../firmware/time/zone.ts";
import { usage } from "./failure.ts";
import { printable } from "./terminal.ts";

/** One weekly window, as a grant carries it: days (bit 0 is Monday), start (minutes, 0..1439), length (1..1440). */
export type Weekly = readonly [days: number, start: number, minutes: number];

/** The wall clock by which a text is read, and the present. */
export interface Reckoning {
  readonly zone: Zone;
  readonly now: Seconds;
}

const DAY_MINUTES = 1_440;
const DAY_SECONDS = 86_400;
const ALL_DAYS = 127;
const U32_MAX = 0xffff_ffff;
const UNITS: Readonly<Record<string, number>> = Object.freeze({ m: 60, h: 3_600, d: DAY_SECONDS, w: 7 * DAY_SECONDS });
const DAYS: readonly string[] = Object.freeze(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
const DAY_NAMES: readonly string[] = Object.freeze(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]);
const MONTH_NAMES: readonly string[] = Object.freeze("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" "));
const EXAMPLES = '"2026-12-24 14:00", "today 14:00", "tomorrow 9:00", "+2h", "+3d" or "now"';

/** Reads an instant. A date alone is its start, or with `isEnd` the end of that day.
 *  @throws Failure where it is none */
export function parseMoment(text: string, { zone, now }: Reckoning, isEnd = false): Seconds {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === "now") return now;
  const ahead = /^\+(\d{1,6}) ?([mhdw])$/.exec(trimmed);
  if (ahead !== null) return checked(now + Number(ahead[1]) * (UNITS[ahead[2] ?? ""] ?? 0), text);
  const absolute = /^(\d{4}-\d{2}-\d{2})[t ](\d{2}:\d{2}(?::\d{2})?) ?(z|[+-]\d{2}:\d{2})$/.exec(trimmed);
  if (absolute !== null) {
    const [, date = "", time = "", offset = ""] = absolute;
    daysOfDate(date, text);
    return checked(Date.parse(`${date}T${time}${offset.toUpperCase()}`) / 1_000, text);
  }
  const local = /^(today|tomorrow|\d{4}-\d{2}-\d{2})(?:[t ]+(\d{1,2}:\d{2}))?$/.exec(trimmed);
  if (local === null) {
    const clock = /^\d{1,2}:\d{2}$/.test(trimmed);
    if (clock) return parseMoment(`today ${trimmed}`, { zone, now }, isEnd);
    throw usage(`"${printable(text)}" is no time: write ${EXAMPLES}.`);
  }
  const [, day = "", time] = local;
  const here = toLocal(zone, now);
  const today = daysFromCivil(here.year, here.month, here.day);
  const days = day === "today" ? today : day === "tomorrow" ? today + 1 : daysOfDate(day, text);
  const minutes = time === undefined ? (isEnd ? DAY_MINUTES : 0) : parseClock(time);
  return instantOf({ zone, local: days * DAY_SECONDS + minutes * 60, isEnd, isDay: time === undefined }, text);
}

/** Reads weekly hours such as "mon-fri 09:00-12:00", "sat,sun 22:00-02:00" or "daily 08:00-20:00".
 *  @throws Failure where they are none */
export function parseWeekly(text: string): Weekly {
  const match = /^([a-z,-]+) +(\d{1,2}:\d{2}) ?- ?(\d{1,2}:\d{2})$/.exec(text.trim().toLowerCase());
  if (match === null) {
    throw usage(`"${printable(text)}" are no weekly hours: write "mon-fri 09:00-12:00" or "sat,sun 22:00-02:00".`);
  }
  const [, dayText = "", startText = "", endText = ""] = match;
  const startMinute = parseClock(startText);
  const end = parseClock(endText);
  if (startMinute === DAY_MINUTES) throw usage("Weekly hours start before 24:00: write 00:00 of the next day.");
  if (end === startMinute)
    throw usage("Weekly hours start and end at the same time: for a whole day write 00:00-24:00.");
  return [parseDays(dayText), startMinute, end > startMinute ? end - startMinute : end + DAY_MINUTES - startMinute];
}

/** Says an instant: "Thu 24 Dec 2026 14:00 (UTC+01:00)". */
export function sayMoment(zone: Zone, at: Seconds): string {
  const { year, month, day, weekday, minuteOfDay, offset } = toLocal(zone, at);
  const date = `${DAY_NAMES[weekday]} ${day} ${MONTH_NAMES[month - 1]} ${year}`;
  return `${date} ${sayClock(minuteOfDay)} (${sayOffset(offset)})`;
}

/** Gives an instant as it may be typed, with its offset: "2026-12-24 14:00+01:00". */
export function typeMoment(zone: Zone, at: Seconds): string {
  const { year, month, day, minuteOfDay, offset } = toLocal(zone, at);
  return `${year}-${pad(month)}-${pad(day)} ${sayClock(minuteOfDay)}${sayOffset(offset).slice("UTC".length)}`;
}

/** Says weekly hours: "Mon-Fri 09:00-12:00". */
export function sayWeekly([days, startMinute, minutes]: Weekly): string {
  const end = (startMinute + minutes) % DAY_MINUTES;
  const isWhole = startMinute === 0 && minutes === DAY_MINUTES;
  const isPastMidnight = startMinute + minutes > DAY_MINUTES;
  const clock = `${sayClock(startMinute)}-${end === 0 ? "24:00" : sayClock(end)}`;
  return `${sayDays(days)} ${isWhole ? "all day" : clock}${isPastMidnight ? " (next day)" : ""}`;
}

/** Says a duration in its two largest units: "2 h 5 min". */
export function sayDuration(duration: number): string {
  const minutes = Math.round(duration / 60);
  if (duration < 60) return `${duration} s`;
  if (minutes < 60) return `${minutes} min`;
  if (minutes < DAY_MINUTES) return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? "" : ` ${minutes % 60} min`}`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d${hours % 24 === 0 ? "" : ` ${hours % 24} h`}`;
}

/** Says the present as a lock's clock would, in whole seconds. */
export function presentSeconds(): Seconds {
  return seconds(Math.floor(Date.now() / 1_000));
}

interface Reading {
  readonly zone: Zone;
  /** What the wall clock reads, in seconds. */
  readonly local: number;
  readonly isEnd: boolean;
  /** A date alone: the midnight is not typed, and may be one that the clock change leaves out. */
  readonly isDay: boolean;
}

/** Gives the instant at which a wall clock reads `local`. Of an hour that comes twice it is the first, for an end the
 *  second, so that what was said lies inside what is meant. A day whose midnight is left out begins as the clock changes,
 *  and one whose midnight comes twice at the first: the day before is over then. */
function instantOf({ zone, local, isEnd, isDay }: Reading, text: string): Seconds {
  const offsets = [zone.standardOffset, zone.daylight?.offset ?? zone.standardOffset];
  const instants = offsets
    .filter((offset) => local >= offset && offsetAt(zone, seconds(local - offset)).offset === offset)
    .map((offset) => local - offset);
  if (instants.length === 0 && isDay) return checked(local - Math.min(...offsets), text);
  if (instants.length === 0) {
    throw usage(
      `"${printable(text)}" is left out by the clock change of that night: give a time an hour earlier or later.`,
    );
  }
  return checked(isEnd && !isDay ? Math.max(...instants) : Math.min(...instants), text);
}

function checked(at: number, text: string): Seconds {
  if (!Number.isInteger(at) || at < 0 || at >= U32_MAX) {
    throw usage(`"${printable(text)}" is outside the years that a lock knows (1970 to 2105): write ${EXAMPLES}.`);
  }
  return seconds(at);
}

function daysOfDate(date: string, text: string): number {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  if (year >= 1970 && year <= 2105) {
    const days = daysFromCivil(year, month, day);
    const civil = civilFromDays(days);
    if (civil.year === year && civil.month === month && civil.day === day) return days;
  }
  throw usage(`"${printable(text)}" is no date of the calendar between 1970 and 2105: write ${EXAMPLES}.`);
}

/** Reads 0:00 to 24:00 as minutes. @param text digits and a colon @throws Failure */
export function parseClock(text: string): number {
  const [hours = 0, minutes = 0] = text.split(":").map(Number);
  const total = hours * 60 + minutes;
  if (minutes > 59 || total > DAY_MINUTES) throw usage(`"${text}" is no time of day: write 00:00 to 24:00.`);
  return total;
}

function parseDays(text: string): number {
  if (text === "daily") return ALL_DAYS;
  let days = 0;
  for (const part of text.split(",")) {
    const [first = "", last = first, ...more] = part.split("-");
    const start = DAYS.indexOf(first);
    const end = DAYS.indexOf(last);
    if (start < 0 || end < 0 || more.length > 0) {
      throw usage(
        `"${printable(part)}" is no day: write mon, tue, wed, thu, fri, sat, sun, a range such as mon-fri, or daily.`,
      );
    }
    for (let day = start; ; day = (day + 1) % 7) {
      days |= 1 << day;
      if (day === end) break;
    }
  }
  return days;
}

function sayDays(days: number): string {
  if (days === ALL_DAYS) return "daily";
  const parts: string[] = [];
  for (let day = 0; day < 7; day++) {
    if ((days & (1 << day)) === 0) continue;
    let last = day;
    while (last < 6 && (days & (1 << (last + 1))) !== 0) last++;
    const names = DAY_NAMES.slice(day, last + 1);
    parts.push(names.length > 2 ? `${names[0]}-${names.at(-1)}` : names.join(","));
    day = last;
  }
  return parts.join(",");
}

/** Says a time of day: "09:05". */
export function sayClock(minuteOfDay: number): string {
  return `${pad(Math.floor(minuteOfDay / 60))}:${pad(minuteOfDay % 60)}`;
}

function sayOffset(offset: number): string {
  const minutes = Math.abs(offset) / 60;
  return `UTC${offset < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60))}:${pad(Math.floor(minutes % 60))}`;
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
