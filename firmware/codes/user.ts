// A user of the keypad: ten types, schedules, expiry, and the one question whether such a user may come in now.
// Why: whoever stores codes for people must say when and how often each of them opens, and every lock that does so in an
// order of its own gets one of them wrong. This is Matter's, as one pure function.
// Follows the Matter Application Cluster Specification 1.4 §5.2.6.18 (UserTypeEnum). Week-day hours stand on the lock's
// wall clock, year-day windows in UTC; where the time is unknown, whoever needs it is denied.

import type { Bytes } from "../bytes.ts";
import { unreachable } from "../fault.ts";
import type { Denial } from "../grant/denial.ts";
import { isName } from "../grant/grant.ts";
import { type Seconds, seconds } from "../platform.ts";
import type { Mode } from "../policy/configuration.ts";
import { type Interval, judgeWindow } from "../time/clock.ts";
import { firstAllowedInstant, RANGE_SECONDS_MAX, type Weeklies } from "../time/schedule.ts";
import type { Zone } from "../time/zone.ts";

/** The user types, each at its Matter number. */
export const USER_TYPES = Object.freeze([
  "unrestricted",
  "yearDaySchedule",
  "weekDaySchedule",
  "programming",
  "nonAccess",
  "forced",
  "disposable",
  "expiring",
  "scheduleRestricted",
  "remoteOnly",
] as const);
export type UserType = (typeof USER_TYPES)[number];

/** What must come together before a user's code opens, each at its number. `dual`: the PIN and then the TOTP of the same user,
 *  typed as one entry. `two-person`: another user with this rule, within 60 s. `with-grant`: a proven grant of the user's
 *  holder key, within 60 s. */
export const RULES = Object.freeze(["single", "dual", "two-person", "with-grant"] as const);
export type Rule = (typeof RULES)[number];

export const USERS_MAX = 20;
export const CREDENTIALS_MAX = 32;
export const HOLIDAYS_MAX = 8;
export const NAME_BYTES_MAX = 32;
export const WEEK_DAYS_MAX = 4;
export const YEAR_DAYS_MAX = 2;
export const EXPIRY_MINUTES_MAX = 2_880;

const KID_BYTES = 8;
const CAMERA_RULE_MAX = 2;
const EPOCH_MAX = 0xffff_ffff;
const DAYS_MAX = 127;
const DAY_MINUTES = 1_440;
const NUMBERS_A_WINDOW = 3;

/** A stretch of time, half-open, in UTC seconds. */
export interface Span {
  readonly from: Seconds;
  readonly until: Seconds;
}

export interface User {
  /** 1..20. */
  readonly index: number;
  /** 1..32 bytes of UTF-8. */
  readonly name: string;
  readonly type: UserType;
  readonly rule: Rule;
  readonly isEnabled: boolean;
  /** What the camera must prove: 0 nothing, 1 that it records, 2 that it is live and unobstructed. */
  readonly camera: 0 | 1 | 2;
  /** The holder key whose grant `with-grant` asks for, as kid8; 8 bytes. */
  readonly holder: Bytes | undefined;
  /** At most 4 windows of three numbers each. */
  readonly weekDays: Weeklies;
  /** At most 2. */
  readonly yearDays: readonly Span[];
  /** From the first use on, 1..2,880; `expiring` must have it, and for all others it means nothing. */
  readonly expiryMinutes: number | undefined;
  readonly firstUsed: Seconds | undefined;
  /** The owner keys that made and last changed the user, as kid8. */
  readonly creator: Bytes;
  readonly modifier: Bytes;
}

/** A stretch of time in which the lock is in another mode. */
export interface Holiday extends Span {
  readonly mode: "normal" | "vacation" | "noRemote";
}

/** The moment of a request. */
export interface Moment {
  readonly interval: Interval;
  readonly zone: Zone;
  /** W in seconds, at most 3,600. */
  readonly widthMax: number;
}

/** Tells why a user whose code is right may not come in now; undefined where they may. The rule, the mode and the house are
 *  the caller's to ask. Matter Application Cluster Specification 1.4 §5.2.6.18. */
export function judgeUser(user: User, moment: Moment): Denial | undefined {
  if (!user.isEnabled) return "code";
  switch (user.type) {
    case "unrestricted":
    case "programming":
    case "forced":
      return undefined;
    case "nonAccess":
    // Its code goes over the network only, so that a courier service's number is none at the keypad.
    case "remoteOnly":
      return "permission";
    case "disposable":
      return user.firstUsed === undefined ? undefined : "uses";
    case "expiring":
      return judgeExpiry(user, moment);
    case "yearDaySchedule":
      return judgeSchedules([], user.yearDays, moment);
    case "weekDaySchedule":
      return judgeSchedules(user.weekDays, [], moment);
    case "scheduleRestricted":
      return judgeSchedules(user.weekDays, user.yearDays, moment);
    default:
      return unreachable(user.type);
  }
}

/** Gives the mode in force: of all instants that the clock allows, the most restricting one's. So a holiday that restricts
 *  counts as soon as it may have begun, and one that frees only once it surely has. Where two overlap, the more restricting
 *  counts. With no upper bound of time anything later may have begun; the holiday that the least possible time is in still
 *  counts, or a power cut would end it. Privacy is over all of them: it begins and ends at the inside, and holidays are set
 *  from afar. */
export function modeAt(configured: Mode, holidays: readonly Holiday[], { lo, hi }: Interval): Mode {
  if (configured === "privacy") return configured;
  let mode = modeAtInstant(configured, holidays, lo);
  if (hi === undefined) return stricter(configured, mode);
  for (const { from, until } of holidays) {
    for (const instant of [from, until]) {
      if (instant > lo && instant <= hi) mode = stricter(mode, modeAtInstant(configured, holidays, instant));
    }
  }
  return mode;
}

/** Gives after how many seconds another mode may be in force though nothing happens: when a bound of the clock comes to the next edge of a
 *  holiday. @returns 1 at least; Infinity where no edge is ahead */
export function secondsToChange(holidays: readonly Holiday[], interval: Interval): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { from, until } of holidays) {
    least = Math.min(least, secondsTo(from, interval), secondsTo(until, interval));
  }
  return least;
}

/** Tells whether every member is in its bounds, and what the type and the rule need is there. */
export function checkUser(user: User): boolean {
  const { index, name, camera, holder, expiryMinutes, firstUsed } = user;
  if (!isWithin(index, 1, USERS_MAX) || !isWithin(utf8Bytes(name), 1, NAME_BYTES_MAX) || !isName(name)) return false;
  if (!USER_TYPES.includes(user.type) || !RULES.includes(user.rule) || !isWithin(camera, 0, CAMERA_RULE_MAX))
    return false;
  if (holder !== undefined && holder.length !== KID_BYTES) return false;
  if (user.rule === "with-grant" && holder === undefined) return false;
  if (user.creator.length !== KID_BYTES || user.modifier.length !== KID_BYTES) return false;
  if (user.type === "expiring" && expiryMinutes === undefined) return false;
  if (expiryMinutes !== undefined && !isWithin(expiryMinutes, 1, EXPIRY_MINUTES_MAX)) return false;
  if (firstUsed !== undefined && !isWithin(firstUsed, 0, EPOCH_MAX)) return false;
  return areWeekDays(user.weekDays) && user.yearDays.length <= YEAR_DAYS_MAX && user.yearDays.every(isSpan);
}

/** Tells whether a holiday is in its bounds. */
export function checkHoliday(holiday: Holiday): boolean {
  return isSpan(holiday) && (holiday.mode === "normal" || holiday.mode === "vacation" || holiday.mode === "noRemote");
}

/** The first use starts the time; it needs a known one, or the end would be unknown too. */
function judgeExpiry({ firstUsed, expiryMinutes }: User, { interval, widthMax }: Moment): Denial | undefined {
  if (expiryMinutes === undefined) return "expired";
  if (firstUsed === undefined) {
    const { lo, hi } = interval;
    return hi === undefined || hi - lo > widthMax ? "time-unknown" : undefined;
  }
  const expiry = seconds(firstUsed + expiryMinutes * 60);
  switch (judgeWindow(interval, { notBefore: firstUsed, expiry }, widthMax)) {
    case "within":
      return undefined;
    case "late":
      return "expired";
    // A clock that was set back behind the first use cannot tell when the time is over.
    case "early":
      return "not-yet";
    case "unknown":
      return "time-unknown";
  }
}

/** Finds an instant that the clock allows and at which one schedule of each kind that is set holds. */
function judgeSchedules(weekDays: Weeklies, yearDays: readonly Span[], moment: Moment): Denial | undefined {
  if (weekDays.length === 0 && yearDays.length === 0) return "hours";
  const { interval, zone, widthMax } = moment;
  const { lo, hi } = interval;
  if (hi === undefined || hi - lo > widthMax || hi - lo > RANGE_SECONDS_MAX) return "time-unknown";
  const spans = yearDays.length === 0 ? [{ from: lo, until: seconds(hi + 1) }] : yearDays;
  for (const { from, until } of spans) {
    const range = { from: from > lo ? from : lo, to: until > hi ? hi : seconds(until - 1) };
    if (firstAllowedInstant(zone, [weekDays], range) !== undefined) return undefined;
  }
  return "hours";
}

function secondsTo(edge: Seconds, { lo, hi }: Interval): number {
  if (edge <= lo) return Number.POSITIVE_INFINITY;
  return hi === undefined || edge <= hi ? edge - lo : edge - hi;
}

function modeAtInstant(configured: Mode, holidays: readonly Holiday[], instant: number): Mode {
  let mode: Mode | undefined;
  for (const holiday of holidays) {
    if (instant < holiday.from || instant >= holiday.until) continue;
    mode = mode === undefined ? holiday.mode : stricter(mode, holiday.mode);
  }
  return mode ?? configured;
}

/** How much a mode restricts: whom it lets in, see firmware/door/mode.ts. */
function strictness(mode: Mode): number {
  switch (mode) {
    case "passage":
      return 0;
    case "normal":
      return 1;
    case "noRemote":
      return 2;
    case "vacation":
      return 3;
    case "privacy":
      return 4;
    default:
      return unreachable(mode);
  }
}

function stricter(left: Mode, right: Mode): Mode {
  return strictness(left) >= strictness(right) ? left : right;
}

function areWeekDays(weekDays: Weeklies): boolean {
  if (weekDays.length % NUMBERS_A_WINDOW !== 0 || weekDays.length > WEEK_DAYS_MAX * NUMBERS_A_WINDOW) return false;
  for (let index = 0; index < weekDays.length; index += NUMBERS_A_WINDOW) {
    if (!isWithin(weekDays[index], 1, DAYS_MAX)) return false;
    if (!isWithin(weekDays[index + 1], 0, DAY_MINUTES - 1)) return false;
    if (!isWithin(weekDays[index + 2], 1, DAY_MINUTES)) return false;
  }
  return true;
}

function isSpan({ from, until }: Span): boolean {
  return isWithin(from, 0, EPOCH_MAX) && isWithin(until, 0, EPOCH_MAX) && from < until;
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/** The size of a text's UTF-8; 0 where it has none, since it holds an unpaired surrogate. */
function utf8Bytes(text: string): number {
  let size = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) return 0;
    size += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x1_0000 ? 3 : 4;
  }
  return size;
}
