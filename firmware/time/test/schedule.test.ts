// Goal: an instant of the clock's range is found iff one lies in the hours of every link, on switch nights too.
// Method: rows with named hours, and seeded cases against a plain search that asks the wall clock at every minute.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Seconds, seconds } from "../../platform.ts";
import { daysFromCivil } from "../calendar.ts";
import { firstAllowedInstant, isInWeeklies, RANGE_SECONDS_MAX, type Weeklies } from "../schedule.ts";
import { parseZone, toLocal } from "../zone.ts";

const BERLIN = parseZone("CET-1CEST,M3.5.0,M10.5.0/3");
const LORD_HOWE = parseZone("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
const ZONES = [
  BERLIN,
  LORD_HOWE,
  parseZone("UTC0"),
  parseZone("AEST-10AEDT,M10.1.0,M4.1.0/3"),
  parseZone("IST-1GMT0,M10.5.0,M3.5.0/1"),
  parseZone("EST5EDT,M3.2.0,M11.1.0"),
  parseZone("<-02>2<-01>,M3.5.0/-1,M10.5.0/0"),
];

const MONDAY = 1;
const SATURDAY = 32;
const SUNDAY = 64;
const DAILY = 127;

/** Minutes after midnight. */
function clock(hours: number, minutes = 0): number {
  return hours * 60 + minutes;
}

/** UTC, as year, month, day, hour, minute, second. */
function utc(text: string): Seconds {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split(/[- :]/).map(Number);
  return seconds(daysFromCivil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second);
}

// 23 November 2026 is a Monday, and Berlin an hour east of UTC.
const NINE_TO_FIVE = [MONDAY, clock(9), 480] as const;
const NIGHT = [MONDAY, clock(22), 480] as const;
const WHOLE_DAY = [MONDAY, 0, 1_440] as const;
const LATE_DAY = [SUNDAY, 1_439, 1_440] as const;
const READINGS: readonly (readonly [string, Weeklies, number, number, boolean])[] = [
  ["no windows at all", [], 3, 700, true],
  ["the first minute", NINE_TO_FIVE, 0, clock(9), true],
  ["the minute before", NINE_TO_FIVE, 0, clock(9) - 1, false],
  ["the last minute", NINE_TO_FIVE, 0, clock(17) - 1, true],
  ["the minute after", NINE_TO_FIVE, 0, clock(17), false],
  ["the day after", NINE_TO_FIVE, 1, clock(9), false],
  ["the day before", NINE_TO_FIVE, 6, clock(9), false],
  ["the evening of a night", NIGHT, 0, clock(23, 59), true],
  ["the morning of a night", NIGHT, 1, 0, true],
  ["the last minute of a night", NIGHT, 1, clock(6) - 1, true],
  ["the end of a night", NIGHT, 1, clock(6), false],
  ["the morning before a night", NIGHT, 0, clock(5), false],
  ["the first minute of a whole day", WHOLE_DAY, 0, 0, true],
  ["the last minute of a whole day", WHOLE_DAY, 0, 1_439, true],
  ["the midnight after a whole day", WHOLE_DAY, 1, 0, false],
  ["a whole day from the last minute of Sunday", LATE_DAY, 6, 1_439, true],
  ["its last minute on Monday", LATE_DAY, 0, 1_438, true],
  ["its end on Monday", LATE_DAY, 0, 1_439, false],
  ["the second of two windows", [...NINE_TO_FIVE, DAILY, clock(20), 30], 4, clock(20, 29), true],
  ["between two windows", [...NINE_TO_FIVE, DAILY, clock(20), 30], 0, clock(18), false],
];

for (const [name, weeklies, weekday, minuteOfDay, expected] of READINGS) {
  test(`${name} is ${expected ? "inside" : "outside"}`, () => {
    assert.is(isInWeeklies(weeklies, weekday, minuteOfDay), expected);
  });
}

type Row = readonly [string, readonly Weeklies[], string, string, string | undefined];
const RANGES: readonly Row[] = [
  [
    "finds the start of the range where it is allowed",
    [NINE_TO_FIVE],
    "2026-11-23 10:00:07",
    "2026-11-23 10:05:00",
    "2026-11-23 10:00:07",
  ],
  [
    "finds the start of a window in the range",
    [NINE_TO_FIVE],
    "2026-11-23 07:55:07",
    "2026-11-23 08:05:00",
    "2026-11-23 08:00:00",
  ],
  [
    "finds a window that starts with the last second",
    [NINE_TO_FIVE],
    "2026-11-23 07:55:00",
    "2026-11-23 08:00:00",
    "2026-11-23 08:00:00",
  ],
  ["finds none that starts a second later", [NINE_TO_FIVE], "2026-11-23 07:55:00", "2026-11-23 07:59:59", undefined],
  [
    "finds the last second of a window",
    [NINE_TO_FIVE],
    "2026-11-23 15:59:59",
    "2026-11-23 16:05:00",
    "2026-11-23 15:59:59",
  ],
  ["finds none at its end", [NINE_TO_FIVE], "2026-11-23 16:00:00", "2026-11-23 16:10:00", undefined],
  [
    "finds a window that starts after the next midnight",
    [[2, 5, 10]],
    "2026-11-23 22:50:00",
    "2026-11-23 23:10:00",
    "2026-11-23 23:05:00",
  ],
  [
    "finds none on the wrong side of midnight",
    [[MONDAY, 5, 10]],
    "2026-11-23 22:50:00",
    "2026-11-23 23:10:00",
    undefined,
  ],
  [
    "finds a window at midnight itself",
    [[2, 0, 1]],
    "2026-11-23 22:50:00",
    "2026-11-23 23:10:00",
    "2026-11-23 23:00:00",
  ],
  [
    "finds the minute that two links share",
    [
      [DAILY, clock(9), 5],
      [DAILY, clock(9, 4), 5],
    ],
    "2026-11-23 08:00:00",
    "2026-11-23 08:09:00",
    "2026-11-23 08:04:00",
  ],
  [
    "finds none where two links only touch",
    [
      [DAILY, clock(9), 5],
      [DAILY, clock(9, 5), 5],
    ],
    "2026-11-23 08:00:00",
    "2026-11-23 08:10:00",
    undefined,
  ],
  [
    "finds none where two links are allowed at different instants",
    [
      [DAILY, clock(9), 1],
      [DAILY, clock(9, 3), 1],
    ],
    "2026-11-23 08:00:00",
    "2026-11-23 08:10:00",
    undefined,
  ],
  [
    "finds the minute of three links",
    [
      [DAILY, clock(9), 9],
      [DAILY, clock(9, 4), 9],
      [DAILY, clock(9, 8), 9],
    ],
    "2026-11-23 08:00:00",
    "2026-11-23 08:10:00",
    "2026-11-23 08:08:00",
  ],
  [
    "passes a link without hours",
    [[], NINE_TO_FIVE, []],
    "2026-11-23 07:55:00",
    "2026-11-23 08:05:00",
    "2026-11-23 08:00:00",
  ],
  ["allows all without links", [], "2026-11-23 03:00:00", "2026-11-23 03:00:00", "2026-11-23 03:00:00"],
  ["finds none in an empty range", [], "2026-11-23 03:00:01", "2026-11-23 03:00:00", undefined],
  ["searches a whole hour", [NINE_TO_FIVE], "2026-11-23 07:00:00", "2026-11-23 08:00:00", "2026-11-23 08:00:00"],
  // Berlin, 29 March 2026: 02:00 to 03:00 is left out.
  [
    "finds none in an hour that is left out",
    [[SUNDAY, clock(2), 60]],
    "2026-03-29 00:30:00",
    "2026-03-29 01:30:00",
    undefined,
  ],
  [
    "finds the rest of a window that begins in the hour left out",
    [[SUNDAY, clock(2, 30), 60]],
    "2026-03-29 00:30:00",
    "2026-03-29 01:30:00",
    "2026-03-29 01:00:00",
  ],
  [
    "finds none in that window's hour after",
    [[SUNDAY, clock(2, 30), 60]],
    "2026-03-29 01:30:00",
    "2026-03-29 02:30:00",
    undefined,
  ],
  [
    "ends a night at the hour on the wall, an hour early",
    [[SATURDAY, clock(22), 480]],
    "2026-03-29 04:00:00",
    "2026-03-29 04:10:00",
    undefined,
  ],
  [
    "holds that night's last second",
    [[SATURDAY, clock(22), 480]],
    "2026-03-29 03:59:59",
    "2026-03-29 04:10:00",
    "2026-03-29 03:59:59",
  ],
  // Berlin, 25 October 2026: 02:00 to 03:00 comes twice.
  [
    "finds a window in the hour's first passing",
    [[SUNDAY, clock(2, 30), 10]],
    "2026-10-25 00:20:00",
    "2026-10-25 00:40:00",
    "2026-10-25 00:30:00",
  ],
  [
    "finds it again in the second passing",
    [[SUNDAY, clock(2, 30), 10]],
    "2026-10-25 01:20:00",
    "2026-10-25 01:40:00",
    "2026-10-25 01:30:00",
  ],
  ["finds none between the two", [[SUNDAY, clock(2, 30), 10]], "2026-10-25 00:40:00", "2026-10-25 01:29:59", undefined],
  [
    "begins a window again at the change itself",
    [[SUNDAY, clock(2), 10]],
    "2026-10-25 00:10:00",
    "2026-10-25 01:05:00",
    "2026-10-25 01:00:00",
  ],
  [
    "ends a night at the hour on the wall, an hour late",
    [[SATURDAY, clock(22), 480]],
    "2026-10-25 04:59:59",
    "2026-10-25 05:10:00",
    "2026-10-25 04:59:59",
  ],
  ["and not later", [[SATURDAY, clock(22), 480]], "2026-10-25 05:00:00", "2026-10-25 05:10:00", undefined],
];

for (const [name, links, from, to, expected] of RANGES) {
  test(`in Berlin, ${name}`, () => {
    const range = { from: utc(from), to: utc(to) };
    assert.is(firstAllowedInstant(BERLIN, links, range), expected === undefined ? undefined : utc(expected));
  });
}

test("half an hour that is left out in Lord Howe is in no window", () => {
  const range = { from: utc("2026-10-03 15:00:00"), to: utc("2026-10-03 16:00:00") };
  assert.is(firstAllowedInstant(LORD_HOWE, [[SUNDAY, clock(2), 30]], range), undefined);
  assert.is(firstAllowedInstant(LORD_HOWE, [[SUNDAY, clock(2), 31]], range), utc("2026-10-03 15:30:00"));
});

const MISTAKES = [
  ["a range a second wider than an hour", () => ({ links: [], to: RANGE_SECONDS_MAX + 1 })],
  ["four links", () => ({ links: [[], [], [], []], to: 0 })],
  ["nine windows", () => ({ links: [new Array(27).fill(1)], to: 0 })],
] as const;

for (const [name, make] of MISTAKES) {
  test(`${name} is the programmer's mistake`, () => {
    const { links, to } = make();
    assert.throws(() => firstAllowedInstant(BERLIN, links, { from: seconds(0), to: seconds(to) }), /schedule/);
  });
}

/** A multiplicative generator (Park and Miller), whole numbers only. */
function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state % bound;
  };
}

/** Every minute of the week that a link allows, window by window. */
function minutesOfWeek(weeklies: Weeklies): Uint8Array {
  const minutes = new Uint8Array(7 * 1_440);
  if (weeklies.length === 0) minutes.fill(1);
  for (let index = 0; index < weeklies.length; index += 3) {
    const [days = 0, start = 0, length = 0] = weeklies.slice(index, index + 3);
    for (let day = 0; day < 7; day++) {
      if (((days >> day) & 1) === 0) continue;
      for (let minute = 0; minute < length; minute++) minutes[(day * 1_440 + start + minute) % (7 * 1_440)] = 1;
    }
  }
  return minutes;
}

// Nights on which some zone above changes, and an ordinary one.
const NIGHTS = [
  "2026-03-28",
  "2026-03-29",
  "2026-10-24",
  "2026-10-25",
  "2026-10-03",
  "2026-04-04",
  "2026-03-08",
  "2026-11-01",
  "2026-07-01",
];

for (const seed of [3, 1_999, 424_242]) {
  test(`agrees with asking the wall clock at every minute, seed ${seed}`, () => {
    const next = generator(seed);
    let found = 0;
    for (let index = 0; index < 150; index++) {
      const zone = ZONES[next(ZONES.length)] ?? BERLIN;
      const links: number[][] = [];
      for (let link = 1 + next(3); link > 0; link--) {
        const weeklies: number[] = [];
        for (let window = next(5); window > 0; window--) {
          weeklies.push(1 + next(127), next(1_440), next(3) === 0 ? 1 + next(1_440) : 1 + next(120));
        }
        links.push(weeklies);
      }
      const allowed = links.map(minutesOfWeek);
      const from = utc(`${NIGHTS[next(NIGHTS.length)]} 00:00:00`) + next(86_400);
      const to = from + next(RANGE_SECONDS_MAX + 1);
      let expected: number | undefined;
      for (let instant = from; instant <= to && expected === undefined; instant += 60 - (instant % 60)) {
        const { weekday, minuteOfDay } = toLocal(zone, seconds(instant));
        if (allowed.every((minutes) => minutes[weekday * 1_440 + minuteOfDay] === 1)) expected = instant;
      }
      if (expected !== undefined) found++;
      const range = { from: seconds(from), to: seconds(to) };
      assert.is(firstAllowedInstant(zone, links, range), expected, `seed ${seed}, case ${index}`);
    }
    assert.ok(found > 20 && found < 130, `seed ${seed}: ${found} of 150 were found, which tells too little`);
  });
}

test.run();
