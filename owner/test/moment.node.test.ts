// Goal: times and hours mean what the person meant, on the lock's wall clock, or are refused with what to write.
// Method: tables; the zone is Berlin's rule, whose clock changed on 29 March and 25 October 2026.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Seconds, seconds } from "../../firmware/platform.ts";
import { parseZone } from "../../firmware/time/zone.ts";
import { parseMoment, parseWeekly, sayDuration, sayMoment, sayWeekly, type Weekly } from "../moment.ts";
import { doubtAboutOwnZone, doubtAboutZone, findZone, ownZone } from "../timezone.ts";

const BERLIN = parseZone("CET-1CEST,M3.5.0,M10.5.0/3");
const NOW = at("2026-11-23T10:00:00Z");
const RECKONING = { zone: BERLIN, now: NOW };

function at(iso: string): Seconds {
  return seconds(Date.parse(iso) / 1_000);
}

const MOMENTS: readonly (readonly [text: string, start: string, end: string])[] = [
  ["now", "2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"],
  ["+2h", "2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z"],
  ["+90m", "2026-11-23T11:30:00Z", "2026-11-23T11:30:00Z"],
  ["+3d", "2026-11-26T10:00:00Z", "2026-11-26T10:00:00Z"],
  ["+1w", "2026-11-30T10:00:00Z", "2026-11-30T10:00:00Z"],
  ["today 14:00", "2026-11-23T13:00:00Z", "2026-11-23T13:00:00Z"],
  ["14:00", "2026-11-23T13:00:00Z", "2026-11-23T13:00:00Z"],
  ["Tomorrow 9:00", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z"],
  ["today", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z"],
  ["2026-12-24", "2026-12-23T23:00:00Z", "2026-12-24T23:00:00Z"],
  ["2026-12-24 14:00", "2026-12-24T13:00:00Z", "2026-12-24T13:00:00Z"],
  ["2026-12-24T14:00", "2026-12-24T13:00:00Z", "2026-12-24T13:00:00Z"],
  ["2026-12-24 24:00", "2026-12-24T23:00:00Z", "2026-12-24T23:00:00Z"],
  ["2027-07-01 12:00", "2027-07-01T10:00:00Z", "2027-07-01T10:00:00Z"],
  ["2026-12-24T14:00:30Z", "2026-12-24T14:00:30Z", "2026-12-24T14:00:30Z"],
  ["2026-12-24T14:00+05:30", "2026-12-24T08:30:00Z", "2026-12-24T08:30:00Z"],
  // 02:30 comes twice in that night: a beginning means the first, an end the second.
  ["2026-10-25 02:30", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"],
];
for (const [text, start, end] of MOMENTS) {
  test(`reads the time "${text}"`, () => {
    assert.is(parseMoment(text, RECKONING), at(start));
    assert.is(parseMoment(text, RECKONING, true), at(end));
  });
}

/** Where the clock goes on from midnight to one: that day begins at one, and the one before it ends then. */
const SKIPPED: readonly (readonly [rule: string, text: string, start: string, end: string])[] = [
  ["EET-2EEST,M4.5.5/0,M10.5.4/24", "2027-04-30", "2027-04-29T22:00:00Z", "2027-04-30T21:00:00Z"],
  ["EET-2EEST,M4.5.5/0,M10.5.4/24", "2027-04-29", "2027-04-28T22:00:00Z", "2027-04-29T22:00:00Z"],
  ["<-04>4<-03>,M9.1.6/24,M4.1.6/24", "2026-09-06", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"],
];
for (const [rule, text, start, end] of SKIPPED) {
  test(`reads the day ${text} where the clock leaves out its midnight, or the next: ${rule}`, () => {
    const reckoning = { zone: parseZone(rule), now: NOW };
    assert.is(parseMoment(text, reckoning), at(start));
    assert.is(parseMoment(text, reckoning, true), at(end));
    assert.throws(() => parseMoment("2027-04-30 00:30", { ...reckoning, zone: parseZone(SKIPPED[0]?.[0] ?? "") }));
  });
}

const NO_MOMENTS: readonly (readonly [text: string, what: RegExp])[] = [
  ["", /no time/],
  ["soon", /no time/],
  ["2h", /no time/],
  ["+2y", /no time/],
  ["24.12.2026 14:00", /no time/],
  ["2026-13-01", /no date/],
  ["2026-02-29", /no date/],
  ["2026-02-30 10:00", /no date/],
  ["today 25:00", /no time of day/],
  ["today 10:60", /no time of day/],
  ["2026-02-30T10:00Z", /no date/],
  ["2026-12-24T25:00Z", /years that a lock knows/],
  ["+999999w", /years that a lock knows/],
  ["2027-03-28 02:30", /left out by the clock change/],
];
for (const [text, what] of NO_MOMENTS) {
  test(`refuses the time "${text}"`, () => assert.throws(() => parseMoment(text, RECKONING), what));
}

const WEEKLIES: readonly (readonly [text: string, weekly: Weekly, said: string])[] = [
  ["mon-fri 09:00-12:00", [0b0011111, 540, 180], "Mon-Fri 09:00-12:00"],
  ["Sat,Sun 8:00 - 20:00", [0b1100000, 480, 720], "Sat,Sun 08:00-20:00"],
  ["sat 22:00-02:00", [0b0100000, 1_320, 240], "Sat 22:00-02:00 (next day)"],
  ["daily 00:00-24:00", [127, 0, 1_440], "daily all day"],
  ["mon 20:00-24:00", [1, 1_200, 240], "Mon 20:00-24:00"],
  ["sat-mon,wed 10:00-11:00", [0b1100101, 600, 60], "Mon,Wed,Sat,Sun 10:00-11:00"],
];
for (const [text, weekly, said] of WEEKLIES) {
  test(`reads the hours "${text}"`, () => {
    assert.equal(parseWeekly(text), weekly);
    assert.is(sayWeekly(weekly), said);
  });
}

const NO_WEEKLIES: readonly (readonly [text: string, what: RegExp])[] = [
  ["", /no weekly hours/],
  ["09:00-12:00", /no weekly hours/],
  ["mon-fri", /no weekly hours/],
  ["monday 09:00-12:00", /no day/],
  ["mon--fri 09:00-12:00", /no day/],
  ["mon,,fri 09:00-12:00", /no day/],
  ["mon 09:00-25:00", /no time of day/],
  ["mon 24:00-25:00", /no time of day/],
  ["mon 24:00-01:00", /before 24:00/],
  ["mon 09:00-09:00", /same time/],
];
for (const [text, what] of NO_WEEKLIES) {
  test(`refuses the hours "${text}"`, () => assert.throws(() => parseWeekly(text), what));
}

test("says an instant with its offset, on both sides of a clock change", () => {
  assert.is(sayMoment(BERLIN, at("2026-10-25T00:30:00Z")), "Sun 25 Oct 2026 02:30 (UTC+02:00)");
  assert.is(sayMoment(BERLIN, at("2026-10-25T01:30:00Z")), "Sun 25 Oct 2026 02:30 (UTC+01:00)");
  assert.is(sayMoment(parseZone("NST3:30"), at("2026-01-01T00:00:00Z")), "Wed 31 Dec 2025 20:30 (UTC-03:30)");
});

const DURATIONS: readonly (readonly [duration: number, said: string])[] = [
  [0, "0 s"],
  [59, "59 s"],
  [60, "1 min"],
  [3_600, "1 h"],
  [3_900, "1 h 5 min"],
  [86_400, "1 d"],
  [93_600, "1 d 2 h"],
];
for (const [duration, said] of DURATIONS) {
  test(`says ${duration} seconds as "${said}"`, () => assert.is(sayDuration(duration), said));
}

test("takes a POSIX rule as it is, and refuses what is neither name nor rule", () => {
  assert.equal(findZone("CET-1CEST,M3.5.0,M10.5.0/3"), { rule: "CET-1CEST,M3.5.0,M10.5.0/3", name: undefined });
  assert.throws(() => findZone("Europe/Atlantis", "owner/test"), /no time zone of that name/);
  assert.throws(() => findZone("../etc/passwd", "owner/test"), /no time zone of that name/);
  assert.throws(() => findZone("Europe/Berlin", "owner/test/missing"), /no time zone database/);
  assert.is(ownZone("owner/test/missing").rule, "UTC0");
});

for (const [text, ahead, behind] of [
  ["UTC+2", "<+02>-2", "<-02>2"],
  ["gmt-3", "<+03>-3", "<-03>3"],
  ["UTC+5:30", "<+0530>-5:30", "<-0530>5:30"],
  ["UTC-11", "<+11>-11", "<-11>11"],
] as const) {
  test(`takes no ${text}, which says by POSIX what nobody means, and names both rules`, () => {
    assert.throws(
      () => findZone(text),
      ({ message }: Error) => message.includes(`"${ahead}"`) && message.includes(`"${behind}"`),
    );
    for (const rule of [ahead, behind]) assert.is(findZone(rule).rule, rule);
    const hours = (rule: string) => sayMoment(parseZone(rule), NOW).slice(-11);
    assert.match(hours(ahead), /UTC\+/);
    assert.match(hours(behind), /UTC-/);
  });
}

test("takes a rule of UTC itself", () => {
  for (const rule of ["UTC0", "UTC+0", "GMT-00:00", "EST5EDT,M3.2.0,M11.1.0"])
    assert.is(findZone(rule, "owner/test/missing").rule, rule);
});

test("tells of a zone whose clock no rule can say, and of no other", () => {
  const summer = at("2026-07-01T00:00:00Z");
  assert.match(
    doubtAboutZone({ rule: "<+01>-1", name: "Africa/Casablanca" }, summer) ?? "",
    /near (?:Sun 7|Mon 8) Feb 2027 /,
  );
  const others = [
    ["CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Berlin"],
    ["IST-1GMT0,M10.5.0,M3.5.0/1", "Europe/Dublin"],
    ["<-04>4<-03>,M9.1.6/24,M4.1.6/24", "America/Santiago"],
    ["<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "Australia/Lord_Howe"],
    ["UTC0", "UTC"],
    ["<+01>-1", undefined],
    ["<+01>-1", "Nowhere/Land"],
  ] as const;
  for (const [rule, name] of others) assert.is(doubtAboutZone({ rule, name }, summer), undefined, name);
});

/** Runs with another $TZ. */
function inZone<Result>(name: string, act: () => Result): Result {
  const former = process.env["TZ"];
  process.env["TZ"] = name;
  try {
    return act();
  } finally {
    if (former === undefined) delete process.env["TZ"];
    else process.env["TZ"] = former;
  }
}

const BERLINS = "/usr/share/zoneinfo/Europe/Berlin";
test("takes any $TZ: the file that it names, and UTC where the engine knows no zone by it", () => {
  for (const name of ["Nowhere/Land", "UTC+3", "/no such file", ":/no such file", "Europe/Berlin "])
    assert.is(inZone(name, ownZone).rule, "UTC0", name);
  const { rule } = findZone("Europe/Berlin");
  for (const name of ["Europe/Berlin", ":Europe/Berlin", BERLINS, `:${BERLINS}`])
    assert.is(inZone(name, ownZone).rule, rule, name);
});

test("says that UTC is taken where the system has no rule of this computer's zone, and not where that is UTC's or is found", () => {
  const missing = "owner/test/missing";
  for (const name of ["Europe/Berlin", "Europe/London"]) {
    const said = inZone(name, () => doubtAboutOwnZone(NOW, missing)) ?? "";
    assert.match(said, new RegExp(`time zone, ${name}, in ${missing}, so UTC is taken for it: say --zone`));
    assert.is(
      inZone(name, () => doubtAboutOwnZone(NOW)),
      undefined,
      name,
    );
  }
  for (const name of ["UTC", "Africa/Abidjan", "Nowhere/Land"])
    assert.is(
      inZone(name, () => doubtAboutOwnZone(NOW, missing)),
      undefined,
      name,
    );
});

test.run();
