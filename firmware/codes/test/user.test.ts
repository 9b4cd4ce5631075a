// Goal: a user comes in exactly when Matter's text says so: type by schedule by what the clock knows by former use.
// Method: one table whose answers were written down from the text (Matter Application Cluster Specification 1.4,
// §5.2.6.18, UserTypeEnum), 810 rows; both nights on which Berlin's clocks change; every bound of a record on both sides.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Denial } from "../../grant/denial.ts";
import { type Seconds, seconds } from "../../platform.ts";
import type { Mode } from "../../policy/configuration.ts";
import type { Interval } from "../../time/clock.ts";
import type { Weeklies } from "../../time/schedule.ts";
import { parseZone } from "../../time/zone.ts";
import {
  checkHoliday,
  checkUser,
  type Holiday,
  judgeUser,
  modeAt,
  RULES,
  type Span,
  secondsToChange,
  USER_TYPES,
  type User,
  type UserType,
} from "../user.ts";

const BERLIN = parseZone("CET-1CEST,M3.5.0,M10.5.0/3");
const W = 600;
const MONDAY = 1;
const TUESDAY = 2;
const SATURDAY = 32;
const SUNDAY = 64;

function utc(text: string): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split(/[- :]/).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1_000;
}

function interval(lo: number, hi: number | undefined): Interval {
  return { lo: seconds(lo), hi: hi === undefined ? undefined : seconds(hi) };
}

function span(from: number, until: number): Span {
  return { from: seconds(from), until: seconds(until) };
}

const GUEST: User = {
  index: 1,
  name: "Dog sitter",
  type: "unrestricted",
  rule: "single",
  isEnabled: true,
  camera: 0,
  holder: undefined,
  weekDays: [],
  yearDays: [],
  expiryMinutes: 60,
  firstUsed: undefined,
  creator: new Uint8Array(8),
  modifier: new Uint8Array(8),
};

// Monday 23 November 2026; Berlin's wall clock shows a minute to ten.
const NOW = utc("2026-11-23 08:59:00");
const TEN = NOW + 60;
const UNTIL_TEN: Weeklies = [MONDAY, 8 * 60, 120];
const ON_TUESDAY: Weeklies = [TUESDAY, 8 * 60, 240];
const THIS_HOUR = span(NOW - 3_600, NOW + 3_600);
const BEFORE = span(NOW - 3_600, NOW);
const FROM_TEN = span(TEN, TEN + 3_600);

const SCHEDULES: readonly (readonly [name: string, weekDays: Weeklies, yearDays: readonly Span[]])[] = [
  ["no schedule", [], []],
  ["a week day that holds", UNTIL_TEN, []],
  ["a week day that does not", ON_TUESDAY, []],
  ["a year day that holds", [], [THIS_HOUR]],
  ["a year day that does not", [], [BEFORE]],
  ["both, and both hold", UNTIL_TEN, [THIS_HOUR]],
  ["both, and the week day alone holds", UNTIL_TEN, [BEFORE]],
  ["both, and the year day alone holds", ON_TUESDAY, [THIS_HOUR]],
  ["both, and they follow one another", UNTIL_TEN, [FROM_TEN]],
];

const TIMES: readonly (readonly [name: string, interval: Interval])[] = [
  ["a known time", interval(NOW, NOW + 120)],
  ["an unknown time", interval(NOW, undefined)],
  ["a time wider than W", interval(NOW - W, NOW + 1)],
];

const USES: readonly (readonly [name: string, firstUsed: Seconds | undefined])[] = [
  ["never used", undefined],
  ["used half an hour ago", seconds(NOW - 1_800)],
  ["used a day ago", seconds(NOW - 86_400)],
];

/** Yes, and the reasons. */
const ANSWERS: Readonly<Record<string, Denial | undefined>> = {
  ".": undefined,
  h: "hours",
  t: "time-unknown",
  p: "permission",
  u: "uses",
  x: "expired",
};

const always = (row: string): readonly string[] => SCHEDULES.map(() => row);

/** A line for each schedule; in it three uses at a known time, three at an unknown one, and three at one too wide. */
const TABLE: Readonly<Record<UserType, readonly string[]>> = {
  // §5.2.6.18.1: access at all hours.
  unrestricted: always("... ... ..."),
  // §5.2.6.18.2: denied where no year day is set; granted only within one of them, whatever week days say.
  yearDaySchedule: [
    "hhh hhh hhh",
    "hhh hhh hhh",
    "hhh hhh hhh",
    "... ttt ttt",
    "hhh ttt ttt",
    "... ttt ttt",
    "hhh ttt ttt",
    "... ttt ttt",
    "... ttt ttt",
  ],
  // §5.2.6.18.3: denied where no week day is set; granted only within one of them, whatever year days say.
  weekDaySchedule: [
    "hhh hhh hhh",
    "... ttt ttt",
    "hhh ttt ttt",
    "hhh hhh hhh",
    "hhh hhh hhh",
    "... ttt ttt",
    "... ttt ttt",
    "hhh ttt ttt",
    "... ttt ttt",
  ],
  // §5.2.6.18.4: programs and operates; in all else like the unrestricted.
  programming: always("... ... ..."),
  // §5.2.6.18.5: is known, and opens nothing.
  nonAccess: always("ppp ppp ppp"),
  // §5.2.6.18.6: opens, and is reported silently.
  forced: always("... ... ..."),
  // §5.2.6.18.7: opens once, and is disabled then.
  disposable: always(".uu .uu .uu"),
  // §5.2.6.18.8: opens for some minutes from the first use on. Here 60; the end is as certain as the clock.
  expiring: always("..x ttx ttx"),
  // §5.2.6.18.9: denied where none is set; of each kind that is set one must hold, both at the same instant.
  scheduleRestricted: [
    "hhh hhh hhh",
    "... ttt ttt",
    "hhh ttt ttt",
    "... ttt ttt",
    "hhh ttt ttt",
    "... ttt ttt",
    "hhh ttt ttt",
    "hhh ttt ttt",
    "hhh ttt ttt",
  ],
  // §5.2.6.18.10: its code counts in commands over the network only.
  remoteOnly: always("ppp ppp ppp"),
};

for (const type of USER_TYPES) {
  for (const [line, [schedule, weekDays, yearDays]] of SCHEDULES.entries()) {
    const answers = TABLE[type][line].replaceAll(" ", "");
    for (const [column, [time, clock]] of TIMES.entries()) {
      for (const [place, [use, firstUsed]] of USES.entries()) {
        const answer = ANSWERS[answers.charAt(column * USES.length + place)];
        const user = { ...GUEST, type, weekDays, yearDays, firstUsed };
        const moment = { interval: clock, zone: BERLIN, widthMax: W };
        test(`${type}, ${schedule}, ${time}, ${use}: ${answer ?? "yes"}`, () => {
          assert.is(judgeUser(user, moment), answer);
          assert.is(judgeUser({ ...user, isEnabled: false }, moment), "code");
        });
      }
    }
  }
}

type Night = readonly [name: string, weekDays: Weeklies, yearDays: readonly Span[], at: string, isOpen: boolean];

// Berlin, 29 March 2026: after 01:59:59 comes 03:00:00 (01:00 UTC). 25 October: after 02:59:59 comes 02:00:00 (01:00 UTC).
const SPRING = [SUNDAY, 60, 120] as const;
const LOST_HOUR = [SUNDAY, 135, 30] as const;
const NIGHT = [SATURDAY, 22 * 60, 480] as const;
const TWO_TO_THREE = [SUNDAY, 120, 60] as const;
const FIRST_TIME = span(utc("2026-10-25 00:00:00"), utc("2026-10-25 01:00:00"));
const NIGHTS: readonly Night[] = [
  ["spring, 01:00 to 03:00, before it", SPRING, [], "2026-03-28 23:59:59", false],
  ["spring, 01:00 to 03:00, its first second", SPRING, [], "2026-03-29 00:00:00", true],
  ["spring, 01:00 to 03:00, its last second, after one hour", SPRING, [], "2026-03-29 00:59:59", true],
  ["spring, 01:00 to 03:00, at the change", SPRING, [], "2026-03-29 01:00:00", false],
  ["spring, in an hour that is left out, before", LOST_HOUR, [], "2026-03-29 00:59:59", false],
  ["spring, in an hour that is left out, after", LOST_HOUR, [], "2026-03-29 01:00:00", false],
  ["spring, in an hour that is left out, a quarter later", LOST_HOUR, [], "2026-03-29 01:15:00", false],
  ["spring, a night of eight hours, its first second", NIGHT, [], "2026-03-28 21:00:00", true],
  ["spring, a night of eight hours, its last second after seven", NIGHT, [], "2026-03-29 03:59:59", true],
  ["spring, a night of eight hours, its end", NIGHT, [], "2026-03-29 04:00:00", false],
  ["autumn, 02:00 to 03:00, before it", TWO_TO_THREE, [], "2026-10-24 23:59:59", false],
  ["autumn, 02:00 to 03:00, the first time", TWO_TO_THREE, [], "2026-10-25 00:00:00", true],
  ["autumn, 02:00 to 03:00, the second time", TWO_TO_THREE, [], "2026-10-25 01:00:00", true],
  ["autumn, 02:00 to 03:00, its last second", TWO_TO_THREE, [], "2026-10-25 01:59:59", true],
  ["autumn, 02:00 to 03:00, its end", TWO_TO_THREE, [], "2026-10-25 02:00:00", false],
  ["autumn, the first time only, by a year day", TWO_TO_THREE, [FIRST_TIME], "2026-10-25 00:59:59", true],
  ["autumn, the second time, by a year day that is over", TWO_TO_THREE, [FIRST_TIME], "2026-10-25 01:00:00", false],
  ["autumn, a night of eight hours, its last second after nine", NIGHT, [], "2026-10-25 04:59:59", true],
  ["autumn, a night of eight hours, its end", NIGHT, [], "2026-10-25 05:00:00", false],
];

for (const [name, weekDays, yearDays, text, isOpen] of NIGHTS) {
  const user: User = { ...GUEST, type: "scheduleRestricted", weekDays, yearDays };
  const judge = (lo: number, hi: number): Denial | undefined =>
    judgeUser(user, { interval: interval(lo, hi), zone: BERLIN, widthMax: W });
  test(`${name}: ${isOpen ? "yes" : "hours"}`, () => {
    const at = utc(text);
    assert.is(judge(at, at), isOpen ? undefined : "hours");
    if (isOpen) assert.is(judge(at, at + W), undefined, "with a clock that may be W late");
    if (isOpen) assert.is(judge(at - W, at), undefined, "with a clock that may be W early");
    assert.is(judge(at - 1, at + W), "time-unknown", "with a clock wider than W");
  });
}

const SECOND = utc("2026-11-23 10:00:00");
const EXPIRY: readonly (readonly [string, number, number | undefined, Denial | undefined])[] = [
  ["in the second of the first use", SECOND, SECOND, undefined],
  ["in the last second", SECOND + 3_599, SECOND + 3_599, undefined],
  ["at the end", SECOND + 3_600, SECOND + 3_600, "expired"],
  ["at the end, with no upper bound", SECOND + 3_600, undefined, "expired"],
  ["perhaps W after the end", SECOND + 3_599, SECOND + 3_599 + W, undefined],
  ["in a clock wider than W", SECOND + 3_000, SECOND + 3_001 + W, "time-unknown"],
  ["with a clock that was set back", SECOND - 86_400, SECOND - 86_400, "not-yet"],
];

for (const [name, lo, hi, answer] of EXPIRY) {
  test(`an hour after the first use, ${name}: ${answer ?? "yes"}`, () => {
    const user: User = { ...GUEST, type: "expiring", firstUsed: seconds(SECOND) };
    assert.is(judgeUser(user, { interval: interval(lo, hi), zone: BERLIN, widthMax: W }), answer);
  });
}

test("an expiring user without minutes never comes in", () => {
  for (const firstUsed of [undefined, seconds(NOW)]) {
    const user: User = { ...GUEST, type: "expiring", expiryMinutes: undefined, firstUsed };
    assert.is(judgeUser(user, { interval: interval(NOW, NOW), zone: BERLIN, widthMax: W }), "expired");
  }
});

test("the second of two year days lets in as well", () => {
  const user: User = { ...GUEST, type: "yearDaySchedule", yearDays: [BEFORE, THIS_HOUR] };
  assert.is(judgeUser(user, { interval: interval(NOW, NOW), zone: BERLIN, widthMax: W }), undefined);
});

const FROM = 10_000;
const UNTIL = 20_000;
const HOLIDAY: readonly (readonly [string, Mode, readonly Holiday["mode"][], number, number | undefined, Mode])[] = [
  ["no holiday", "normal", [], FROM, FROM, "normal"],
  ["vacation, a second early", "normal", ["vacation"], FROM - 9, FROM - 1, "normal"],
  ["vacation that may have begun", "normal", ["vacation"], FROM - 600, FROM, "vacation"],
  ["vacation", "normal", ["vacation"], FROM, FROM + 600, "vacation"],
  ["vacation that may be over", "normal", ["vacation"], UNTIL - 1, UNTIL + 600, "vacation"],
  ["vacation that is over", "normal", ["vacation"], UNTIL, UNTIL, "normal"],
  ["vacation at an unknown time in it or later", "normal", ["vacation"], FROM, undefined, "vacation"],
  ["vacation at an unknown time before it", "normal", ["vacation"], FROM - 1, undefined, "normal"],
  ["vacation at an unknown time after it", "normal", ["vacation"], UNTIL, undefined, "normal"],
  ["vacation inside of a wide clock", "normal", ["vacation"], FROM - 9_000, UNTIL + 9_000, "vacation"],
  ["noRemote that may have begun", "normal", ["noRemote"], FROM - 600, FROM, "noRemote"],
  ["normal, a second early", "vacation", ["normal"], FROM - 1, FROM - 1, "vacation"],
  ["normal that may have begun", "vacation", ["normal"], FROM - 1, FROM, "vacation"],
  ["normal that surely has", "vacation", ["normal"], FROM, UNTIL - 1, "normal"],
  ["normal that may be over", "vacation", ["normal"], FROM, UNTIL, "vacation"],
  ["normal at an unknown time", "vacation", ["normal"], FROM, undefined, "vacation"],
  ["noRemote that surely ends a vacation", "vacation", ["noRemote"], FROM, FROM, "noRemote"],
  ["noRemote that may not end a vacation yet", "vacation", ["noRemote"], FROM - 1, FROM, "vacation"],
  ["normal on a passage", "passage", ["normal"], FROM, FROM, "normal"],
  ["normal and vacation at once", "normal", ["normal", "vacation"], FROM, FROM, "vacation"],
  ["vacation and noRemote at once", "normal", ["vacation", "noRemote"], FROM, FROM, "vacation"],
  ["noRemote and normal at once", "vacation", ["noRemote", "normal"], FROM, FROM, "noRemote"],
  ["vacation", "privacy", ["vacation"], FROM, FROM, "privacy"],
  ["vacation that may have begun", "privacy", ["vacation"], FROM - 1, FROM, "privacy"],
  ["normal", "privacy", ["normal"], FROM, FROM, "privacy"],
  ["normal at an unknown time", "privacy", ["normal"], FROM, undefined, "privacy"],
];

for (const [name, configured, modes, lo, hi, mode] of HOLIDAY) {
  test(`${configured} with ${name}: ${mode}`, () => {
    const holidays = modes.map((each) => ({ ...span(FROM, UNTIL), mode: each }));
    assert.is(modeAt(configured, holidays, interval(lo, hi)), mode);
  });
}

const CHANGES: readonly (readonly [string, number, number | undefined, number])[] = [
  ["long before", FROM - 1_000, FROM - 900, 900],
  ["while it may have begun", FROM - 10, FROM + 20, 10],
  ["in it", FROM, FROM + 50, UNTIL - FROM - 50],
  ["while it may be over", UNTIL - 5, UNTIL + 5, 5],
  ["when it is over", UNTIL, UNTIL + 5, Number.POSITIVE_INFINITY],
  ["at an unknown time before it", FROM - 10, undefined, 10],
];

for (const [name, lo, hi, expected] of CHANGES) {
  test(`tells when a mode may change: ${name}`, () => {
    assert.is(secondsToChange([{ ...span(FROM, UNTIL), mode: "vacation" }], interval(lo, hi)), expected);
  });
}

test("tells of no change where there is no holiday", () => {
  assert.is(secondsToChange([], interval(FROM, FROM)), Number.POSITIVE_INFINITY);
});

const EIGHT = new Uint8Array(8);
const GOOD: readonly (readonly [string, Partial<User>])[] = [
  ["the least user", {}],
  ["index 20", { index: 20 }],
  ["a name of one byte", { name: "x" }],
  ["a name of 32 bytes", { name: "x".repeat(32) }],
  ["a name of 32 bytes in 16 letters", { name: "ö".repeat(16) }],
  ["a name of 32 bytes in 8 pictures", { name: "🚪".repeat(8) }],
  ["camera rule 2", { camera: 2 }],
  ["a holder and its rule", { rule: "with-grant", holder: EIGHT }],
  ["four week days", { weekDays: [1, 0, 1, 127, 1_439, 1_440, 2, 3, 4, 5, 6, 7] }],
  ["two year days", { yearDays: [span(0, 1), span(5, 0xffff_ffff)] }],
  ["expiry in a minute", { type: "expiring", expiryMinutes: 1 }],
  ["expiry in two days", { type: "expiring", expiryMinutes: 2_880 }],
  ["minutes that mean nothing", { type: "forced", expiryMinutes: 5 }],
  ["a first use", { firstUsed: seconds(0xffff_ffff) }],
];

const BAD: readonly (readonly [string, Partial<User>])[] = [
  ["index 0", { index: 0 }],
  ["index 21", { index: 21 }],
  ["index 1.5", { index: 1.5 }],
  ["no name", { name: "" }],
  ["a name of 33 bytes", { name: "x".repeat(33) }],
  ["a name of 34 bytes in 17 letters", { name: "ö".repeat(17) }],
  ["half a picture for a name", { name: "\ud83d" }],
  ["a type that is none", { type: "guest" as UserType }],
  ["a rule that is none", { rule: "triple" as User["rule"] }],
  ["camera rule 3", { camera: 3 as User["camera"] }],
  ["a holder of 7 bytes", { holder: new Uint8Array(7) }],
  ["a grant's rule without a holder", { rule: "with-grant" }],
  ["five week days", { weekDays: Array.from({ length: 15 }, () => 1) }],
  ["a week day of two numbers", { weekDays: [1, 1] }],
  ["no day of the week", { weekDays: [0, 1, 1] }],
  ["eight days of the week", { weekDays: [128, 1, 1] }],
  ["minute 1,440", { weekDays: [1, 1_440, 1] }],
  ["no minutes", { weekDays: [1, 0, 0] }],
  ["more minutes than a day", { weekDays: [1, 0, 1_441] }],
  ["three year days", { yearDays: [span(0, 1), span(0, 1), span(0, 1)] }],
  ["an empty year day", { yearDays: [span(5, 5)] }],
  ["a year day beyond u32", { yearDays: [span(5, 2 ** 32)] }],
  ["a year day before 1970", { yearDays: [span(-1, 5)] }],
  ["expiry without minutes", { type: "expiring", expiryMinutes: undefined }],
  ["expiry in no minutes", { expiryMinutes: 0 }],
  ["expiry in 2,881 minutes", { expiryMinutes: 2_881 }],
  ["a first use beyond u32", { firstUsed: seconds(2 ** 32) }],
  ["a creator of 9 bytes", { creator: new Uint8Array(9) }],
  ["a name that rings a terminal's bell", { name: "Ana\u0007" }],
  ["a name that turns the writing round", { name: "\u202eanA" }],
  ["a modifier of 7 bytes", { modifier: new Uint8Array(7) }],
];

for (const [name, change] of GOOD) test(`takes ${name}`, () => assert.ok(checkUser({ ...GUEST, ...change })));
for (const [name, change] of BAD) test(`takes no ${name}`, () => assert.not.ok(checkUser({ ...GUEST, ...change })));

test("takes every rule, and holidays of three modes only", () => {
  for (const rule of RULES) assert.ok(checkUser({ ...GUEST, rule, holder: EIGHT }), rule);
  for (const mode of ["normal", "vacation", "noRemote"] as const)
    assert.ok(checkHoliday({ ...span(0, 1), mode }), mode);
  for (const mode of ["privacy", "passage", "party"] as unknown as readonly Holiday["mode"][]) {
    assert.not.ok(checkHoliday({ ...span(0, 1), mode }), mode);
  }
  assert.not.ok(checkHoliday({ ...span(1, 1), mode: "normal" }));
});

test.run();
