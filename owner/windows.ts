// Window codes on their owner's side: which one covers a wish, what its digits are, and what is to be said of it.
// Why: nothing is exchanged with the lock, so everything must be right by itself: no code twice, no two codes alike, and no
// window of which its giver believes something else than the lock does.
// Follows docs/protocol.md §7, LP1.

import { crypto } from "#crypto";
import { fromBase64url } from "../firmware/bytes.ts";
import {
  codeDigits,
  deriveWindowKey,
  endOf,
  FIRST_USE_HOURS_MAX,
  firstUseHours,
  HOUR_SECONDS,
  SERIALS,
  WINDOW_CLASSES,
  type Window,
  windowCode,
} from "../firmware/codes/window.ts";
import type { RevokedCode } from "../firmware/grant/revocation.ts";
import { type Seconds, seconds } from "../firmware/platform.ts";
import type { CodeBook, GivenCode, OwnedLock } from "./person.ts";

/** Gives the digits of a window's code. */
export type Digits = (window: Window) => string;

/** What a wish comes to. */
export interface Choice {
  readonly window: Window;
  /** The code that was given out already and has the digits of the serial that was passed over. */
  readonly twin: GivenCode | undefined;
}

/** When a code opens. */
export interface Opening {
  readonly from: Seconds;
  readonly until: Seconds;
  /** Until when it must have been used for the first time; undefined where that is its whole window. */
  readonly firstUseBy: Seconds | undefined;
}

/** How a code stands by the time alone. */
export type CodePhase = "not yet" | "open" | "open if begun" | "over";

/** How often a code that the lock has on its table is hit by one guess: `live` in 10,000,000,000. */
export const CODES_OF_TEN_DIGITS = 10_000_000_000;
const GROUPS = /^(\d{3})(\d{3})(\d{4})$/;

/** Gives the digits of a lock's codes. */
export function digitsOf({ id, codes }: { readonly id: string; readonly codes: Pick<CodeBook, "secret"> }): Digits {
  const key = deriveWindowKey(crypto, fromBase64url(codes.secret), id);
  return (window) => codeDigits(windowCode(crypto, key, window));
}

/** Groups ten digits for reading aloud: "482 915 0377". */
export function groupDigits(digits: string): string {
  return digits.replace(GROUPS, "$1 $2 $3");
}

/** Chooses a serial that was not given out and not taken back, whose digits are no other live code's.
 *  @returns undefined where both serials of that class and start are gone */
export function chooseSerial(
  wish: Pick<Window, "windowClass" | "startHour">,
  lock: Pick<OwnedLock, "revocation"> & { readonly given: readonly GivenCode[] },
  { digits, now }: { readonly digits: Digits; readonly now: Seconds },
): Choice | undefined {
  const live = lock.given.filter((code) => code.isOver !== true && endOf(code) >= now);
  const { codes: revoked = [] } = lock.revocation;
  let twin: GivenCode | undefined;
  for (let serial = 0; serial < SERIALS; serial++) {
    const window = { ...wish, serial };
    if (live.some((code) => isSameCode(code, window)) || revoked.some((code) => isRevokedCode(code, window))) continue;
    const mine = digits(window);
    const other = live.find((code) => digits(code) === mine);
    if (other === undefined) return { window, twin };
    twin = other;
  }
  return undefined;
}

/** Gives the next longer window of the same kind and start of which a serial is free. */
export function nextFree(
  { windowClass, startHour }: Pick<Window, "windowClass" | "startHour">,
  lock: Parameters<typeof chooseSerial>[1],
  by: Parameters<typeof chooseSerial>[2],
): Choice | undefined {
  const { isOnce, hours } = WINDOW_CLASSES[windowClass];
  const longer = WINDOW_CLASSES.findIndex((each) => each.isOnce === isOnce && each.hours > hours);
  if (longer < 0) return undefined;
  const wish = { windowClass: longer, startHour };
  return chooseSerial(wish, lock, by) ?? nextFree(wish, lock, by);
}

/** Gives when a code opens. */
export function openingOf(window: Window): Opening {
  const from = seconds(window.startHour * HOUR_SECONDS);
  const isLong = WINDOW_CLASSES[window.windowClass].hours > FIRST_USE_HOURS_MAX;
  const firstUseBy = isLong ? seconds(from + FIRST_USE_HOURS_MAX * HOUR_SECONDS) : undefined;
  return { from, until: endOf(window), firstUseBy };
}

/** Tells how a code stands by the time alone: whether it was used, only the lock knows. */
export function phaseOf(window: Window, now: Seconds): CodePhase {
  const { from, until, firstUseBy } = openingOf(window);
  if (now < from) return "not yet";
  if (now >= until) return "over";
  return firstUseBy !== undefined && now >= firstUseBy ? "open if begun" : "open";
}

/** Gives the most codes that may open at one time: every class has as many starts as hours in which it may first be used, and
 *  one more where the clock's width lies across an hour. Stays that have begun come on top, 32 at most.
 *  @param devices owners whose devices make codes, 1..4 */
export function liveCodes(devices: number): number {
  const starts = WINDOW_CLASSES.reduce((sum, _, windowClass) => sum + firstUseHours(windowClass) + 1, 0);
  return devices * SERIALS * starts;
}

/** Whether two name the same code. */
export function isSameCode(left: Window, right: Window): boolean {
  const isSame = left.windowClass === right.windowClass && left.serial === right.serial;
  return isSame && left.startHour === right.startHour;
}

/** Whether an entry of a revocation list names a code. */
export function isRevokedCode({ codeClass, serial, start }: RevokedCode, window: Window): boolean {
  return isSameCode({ windowClass: codeClass, serial, startHour: start }, window);
}

/** Finds a code by its digits among all whose window is not over and begins within 28 days: one that another copy of the same
 *  keystore has given out is found too. */
export function findWindow(digits: Digits, wanted: string, now: Seconds): Window | undefined {
  const hour = Math.floor(now / HOUR_SECONDS);
  const reach = Math.max(...WINDOW_CLASSES.map(({ hours }) => hours));
  for (let startHour = hour - reach; startHour <= hour + reach; startHour++) {
    for (let row = 0; row < WINDOW_CLASSES.length * SERIALS; row++) {
      const window = { windowClass: Math.floor(row / SERIALS), serial: row % SERIALS, startHour };
      if (endOf(window) >= now && digits(window) === wanted) return window;
    }
  }
  return undefined;
}
