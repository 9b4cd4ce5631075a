// Goal: the wall clock is right on every night that a zone can have, and a rule that is not one is refused.
// Method: named hours around both switch nights of zones of every form; each good rule cut, extended and bent.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Fault } from "../../fault.ts";
import { type Seconds, seconds } from "../../platform.ts";
import { civilFromDays, daysFromCivil, isLeapYear, weekdayFromDays } from "../calendar.ts";
import { offsetAt, parseZone, toLocal } from "../zone.ts";

const BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3";
const SYDNEY = "AEST-10AEDT,M10.1.0,M4.1.0/3";
const NEW_YORK = "EST5EDT,M3.2.0,M11.1.0";
const DUBLIN = "IST-1GMT0,M10.5.0,M3.5.0/1";
const LORD_HOWE = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0";
const SANTIAGO = "<-04>4<-03>,M9.1.6/24,M4.1.6/24";
const NUUK = "<-02>2<-01>,M3.5.0/-1,M10.5.0/0";
const GAZA = "EET-2EEST,M3.4.4/50,M10.4.4/50";
const JULIAN = "XYZ-3XDT,J60/1,J300/2";
const ORDINAL = "XYZ-3XDT,59/1,300/2";

/** UTC, as year, month, day, hour, minute, second. */
function utc(text: string): Seconds {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split(/[- :]/).map(Number);
  return seconds(daysFromCivil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second);
}

const WEEKDAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function wallClock(rule: string, epoch: Seconds): string {
  const { year, month, day, weekday, minuteOfDay } = toLocal(parseZone(rule), epoch);
  const time = `${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}`;
  return `${WEEKDAYS[weekday]} ${year}-${two(month)}-${two(day)} ${time}`;
}

const HOURS = [
  // Berlin: 02:00 becomes 03:00 on 29 March 2026, 03:00 becomes 02:00 on 25 October.
  [BERLIN, "2026-03-29 00:59:59", "Su 2026-03-29 01:59"],
  [BERLIN, "2026-03-29 01:00:00", "Su 2026-03-29 03:00"],
  [BERLIN, "2026-10-25 00:00:00", "Su 2026-10-25 02:00"],
  [BERLIN, "2026-10-25 00:59:59", "Su 2026-10-25 02:59"],
  [BERLIN, "2026-10-25 01:00:00", "Su 2026-10-25 02:00"],
  [BERLIN, "2026-10-25 02:00:00", "Su 2026-10-25 03:00"],
  [BERLIN, "2026-12-31 23:00:00", "Fr 2027-01-01 00:00"],
  [BERLIN, "2028-02-29 12:00:00", "Tu 2028-02-29 13:00"],
  // Sydney: summer over the new year.
  [SYDNEY, "2026-10-03 15:59:59", "Su 2026-10-04 01:59"],
  [SYDNEY, "2026-10-03 16:00:00", "Su 2026-10-04 03:00"],
  [SYDNEY, "2026-12-31 13:00:00", "Fr 2027-01-01 00:00"],
  [SYDNEY, "2026-01-01 00:00:00", "Th 2026-01-01 11:00"],
  [SYDNEY, "2026-04-04 15:59:59", "Su 2026-04-05 02:59"],
  [SYDNEY, "2026-04-04 16:00:00", "Su 2026-04-05 02:00"],
  // New York: both times are left out of the rule.
  [NEW_YORK, "2026-03-08 06:59:59", "Su 2026-03-08 01:59"],
  [NEW_YORK, "2026-03-08 07:00:00", "Su 2026-03-08 03:00"],
  [NEW_YORK, "2026-11-01 05:59:59", "Su 2026-11-01 01:59"],
  [NEW_YORK, "2026-11-01 06:00:00", "Su 2026-11-01 01:00"],
  // Dublin: its standard time is the summer's, and the daylight time of the rule is the winter's.
  [DUBLIN, "2026-03-29 00:59:59", "Su 2026-03-29 00:59"],
  [DUBLIN, "2026-03-29 01:00:00", "Su 2026-03-29 02:00"],
  [DUBLIN, "2026-10-25 00:59:59", "Su 2026-10-25 01:59"],
  [DUBLIN, "2026-10-25 01:00:00", "Su 2026-10-25 01:00"],
  // Lord Howe: half an hour.
  [LORD_HOWE, "2026-10-03 15:29:59", "Su 2026-10-04 01:59"],
  [LORD_HOWE, "2026-10-03 15:30:00", "Su 2026-10-04 02:30"],
  [LORD_HOWE, "2026-04-04 14:59:59", "Su 2026-04-05 01:59"],
  [LORD_HOWE, "2026-04-04 15:00:00", "Su 2026-04-05 01:30"],
  // Santiago: at 24:00 of a Saturday; its names are quoted.
  [SANTIAGO, "2026-09-06 03:59:59", "Sa 2026-09-05 23:59"],
  [SANTIAGO, "2026-09-06 04:00:00", "Su 2026-09-06 01:00"],
  [SANTIAGO, "2026-04-05 02:59:59", "Sa 2026-04-04 23:59"],
  [SANTIAGO, "2026-04-05 03:00:00", "Sa 2026-04-04 23:00"],
  // Nuuk: an hour before the midnight at which the day of the rule begins.
  [NUUK, "2026-03-29 00:59:59", "Sa 2026-03-28 22:59"],
  [NUUK, "2026-03-29 01:00:00", "Su 2026-03-29 00:00"],
  // Fifty hours after the fourth Thursday began.
  [GAZA, "2026-03-27 23:59:59", "Sa 2026-03-28 01:59"],
  [GAZA, "2026-03-28 00:00:00", "Sa 2026-03-28 03:00"],
  // J60 is 1 March in every year; 59 is 1 March in a common year and 29 February in a leap year.
  [JULIAN, "2026-02-28 21:59:59", "Su 2026-03-01 00:59"],
  [JULIAN, "2026-02-28 22:00:00", "Su 2026-03-01 02:00"],
  [JULIAN, "2028-02-29 21:59:59", "We 2028-03-01 00:59"],
  [JULIAN, "2028-02-29 22:00:00", "We 2028-03-01 02:00"],
  [ORDINAL, "2026-02-28 22:00:00", "Su 2026-03-01 02:00"],
  [ORDINAL, "2028-02-28 21:59:59", "Tu 2028-02-29 00:59"],
  [ORDINAL, "2028-02-28 22:00:00", "Tu 2028-02-29 02:00"],
  // Daylight saving all year (RFC 9636 §3.3.2).
  ["EST5EDT,0/0,J365/25", "2026-01-01 05:00:00", "Th 2026-01-01 01:00"],
  ["EST5EDT,0/0,J365/25", "2026-07-01 04:00:00", "We 2026-07-01 00:00"],
  ["XXX3EDT4,0/0,J365/23", "2026-12-31 23:59:59", "Th 2026-12-31 19:59"],
  ["XXX3EDT4,0/0,J365/23", "2027-01-01 04:00:00", "Fr 2027-01-01 00:00"],
  // A change that a rule's 167 hours push into the next year, and one that they pull into the last.
  ["XYZ0XDT,J1/-167,J180/0", "2026-12-25 00:59:59", "Fr 2026-12-25 00:59"],
  ["XYZ0XDT,J1/-167,J180/0", "2026-12-25 01:00:00", "Fr 2026-12-25 02:00"],
  ["XYZ0XDT,J180/0,J365/167", "2027-01-06 21:59:59", "We 2027-01-06 22:59"],
  ["XYZ0XDT,J180/0,J365/167", "2027-01-06 22:00:00", "We 2027-01-06 22:00"],
  // No daylight saving, and the ends of u32.
  ["UTC0", "1970-01-01 00:00:00", "Th 1970-01-01 00:00"],
  ["UTC0", "2106-02-07 06:28:15", "Su 2106-02-07 06:28"],
  ["<+0545>-5:45", "2026-06-01 00:00:00", "Mo 2026-06-01 05:45"],
  ["EST5", "1970-01-01 00:00:00", "We 1969-12-31 19:00"],
  [NEW_YORK, "1970-01-01 00:00:00", "We 1969-12-31 19:00"],
  ["JST-9", "2106-02-07 06:28:15", "Su 2106-02-07 15:28"],
  ["LMT-0:53:28", "2026-06-01 00:00:00", "Mo 2026-06-01 00:53"],
] as const;

for (const [rule, instant, expected] of HOURS) {
  test(`${rule} shows ${expected} at ${instant} UTC`, () => {
    assert.is(wallClock(rule, utc(instant)), expected);
  });
}

const OFFSETS = [
  [BERLIN, 3_600, 7_200],
  [DUBLIN, 3_600, 0],
  [NEW_YORK, -18_000, -14_400],
  [LORD_HOWE, 37_800, 39_600],
  ["ABC+24:59:59", -89_999, undefined],
  ["ABC-24", 86_400, undefined],
  ["<a-1>-00:00:01", 1, undefined],
] as const;

for (const [rule, standard, daylight] of OFFSETS) {
  test(`${rule} lies ${standard} s east, and ${daylight} s in its other half`, () => {
    const zone = parseZone(rule);
    assert.is(zone.standardOffset, standard);
    assert.is(zone.daylight?.offset, daylight);
  });
}

const REFUSED = [
  ["an empty rule", ""],
  ["a name alone", "CET"],
  ["a name of two letters", "CE-1"],
  ["a digit in an unquoted name", "CE1-1"],
  ["an open quote", "<+03-3"],
  ["an empty quote", "<>-3"],
  ["a quoted name of two", "<+3>-3"],
  ["a quoted name with a space", "<+ 3>-3"],
  ["an offset of 25 hours", "CET-25"],
  ["an offset of three digits", "CET-001"],
  ["sixty minutes", "CET-1:60"],
  ["one digit of minutes", "CET-1:5"],
  ["sixty seconds", "CET-1:00:60"],
  ["two signs", "CET--1"],
  ["a trailing colon", "CET-1:"],
  ["daylight saving without dates", "CET-1CEST"],
  ["dates without daylight saving", "CET-1,M3.5.0,M10.5.0"],
  ["one date", "CET-1CEST,M3.5.0"],
  ["three dates", "CET-1CEST,M3.5.0,M10.5.0,M11.5.0"],
  ["month 0", "CET-1CEST,M0.5.0,M10.5.0"],
  ["month 13", "CET-1CEST,M13.5.0,M10.5.0"],
  ["week 0", "CET-1CEST,M3.0.0,M10.5.0"],
  ["week 6", "CET-1CEST,M3.6.0,M10.5.0"],
  ["weekday 7", "CET-1CEST,M3.5.7,M10.5.0"],
  ["day J0", "CET-1CEST,J0,J300"],
  ["day J366", "CET-1CEST,J366,J300"],
  ["day 366", "CET-1CEST,0,366"],
  ["a negative day", "CET-1CEST,-1,300"],
  ["168 hours", "CET-1CEST,M3.5.0/168,M10.5.0"],
  ["-168 hours", "CET-1CEST,M3.5.0/-168,M10.5.0"],
  ["an empty time", "CET-1CEST,M3.5.0/,M10.5.0"],
  ["two times", "CET-1CEST,M3.5.0/2/3,M10.5.0"],
  ["a space", "CET-1CEST, M3.5.0,M10.5.0"],
  ["a newline at the end", "CET-1CEST,M3.5.0,M10.5.0\n"],
  ["a leading colon", ":Europe/Berlin"],
  ["a zone's name", "Europe/Berlin"],
  ["a letter that is not ASCII", "CÉT-1"],
  ["65 characters", `${"A".repeat(63)}-1`],
] as const;

function refuses(rule: string): void {
  try {
    parseZone(rule);
  } catch (error) {
    assert.ok(error instanceof Fault && error.code === "time.zone", rule);
    return;
  }
  assert.unreachable(`accepted ${rule}`);
}

for (const [name, rule] of REFUSED) test(`refuses ${name}`, () => refuses(rule));

test("reads a rule of 64 characters", () => {
  assert.is(parseZone(`${"A".repeat(62)}-1`).standardOffset, 3_600);
});

test("a good rule with one character more is refused, or is another time", () => {
  for (const rule of [BERLIN, NUUK, GAZA, JULIAN, ORDINAL]) {
    for (const extra of [",", "/", ".", ":", " ", "x"]) refuses(rule + extra);
  }
});

test("a good rule is read or refused with any one bit flipped, and nothing else is thrown", () => {
  for (const rule of [BERLIN, LORD_HOWE, NUUK, JULIAN]) {
    for (let index = 0; index < rule.length; index++) {
      for (let bit = 0; bit < 7; bit++) {
        const bent = String.fromCharCode(rule.charCodeAt(index) ^ (1 << bit));
        try {
          parseZone(rule.slice(0, index) + bent + rule.slice(index + 1));
        } catch (error) {
          assert.instance(error, Fault);
        }
      }
      if (index > 0) {
        try {
          parseZone(rule.slice(0, index));
        } catch (error) {
          assert.instance(error, Fault);
        }
      }
    }
  }
});

test("an offset holds until the instant it names, and no longer", () => {
  for (const rule of [BERLIN, SYDNEY, NEW_YORK, DUBLIN, LORD_HOWE, SANTIAGO, NUUK, GAZA, JULIAN, ORDINAL]) {
    const zone = parseZone(rule);
    let instant = utc("2024-01-01 00:00:00");
    for (let changes = 0; changes < 20; changes++) {
      const { offset, until } = offsetAt(zone, instant);
      assert.ok(until !== undefined && until > instant, `${rule} goes on`);
      if (until === undefined) return;
      assert.is(offsetAt(zone, seconds(until - 1)).offset, offset, rule);
      assert.is.not(offsetAt(zone, seconds(until)).offset, offset, rule);
      instant = seconds(until);
    }
    assert.ok(instant > utc("2033-01-01 00:00:00") && instant < utc("2034-06-01 00:00:00"), rule);
  }
});

test("the calendar is the Gregorian one, day by day for two centuries", () => {
  let [year, month, day] = [1969, 12, 31];
  const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  for (let days = -1; days < 50_000; days++) {
    const date = civilFromDays(days);
    if (date.year !== year || date.month !== month || date.day !== day || daysFromCivil(year, month, day) !== days) {
      assert.unreachable(`day ${days} is ${year}-${month}-${day}`);
    }
    const length = month === 2 && isLeapYear(year) ? 29 : (lengths[month - 1] ?? 0);
    day = day === length ? 1 : day + 1;
    if (day === 1) month = month === 12 ? 1 : month + 1;
    if (day === 1 && month === 1) year++;
  }
  assert.is(year, 2106);
  assert.is(weekdayFromDays(-1), 2);
  assert.is(weekdayFromDays(0), 3);
  assert.is(weekdayFromDays(daysFromCivil(2026, 11, 23)), 0);
});

test.run();
