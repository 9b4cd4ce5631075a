// LP1: codes of ten digits that follow from an owner's secret and a window of time, made by the owner and known to the lock
// with no word between them.
// Why: a guest arrives with a number, not an app, and often there is no network on either side. The maths is public; every
// duration that a lock accepts is one more code that a guess may hit, so there are 22 classes and two codes of each.
// Follows docs/protocol.md, "Codes"; HMAC (RFC 2104) and HKDF (RFC 5869) with SHA-256.

import { type Bytes, fromAscii } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { HASH_BYTES } from "../crypto/crypto.ts";
import { hkdf } from "../crypto/kdf.ts";
import { assert, Fault } from "../fault.ts";
import { type Seconds, seconds } from "../platform.ts";
import { putU32, u32At } from "../rows.ts";
import { type Interval, judgeWindow } from "../time/clock.ts";

/** How many codes may be given out for one class and start. */
export const SERIALS = 2;
export const WINDOW_DIGITS = 10;
/** A code as bytes: the number, big-endian. */
export const CODE_BYTES = 5;
export const HOUR_SECONDS = 3_600;
/** What tells one secret from another. */
export const FINGERPRINT_BYTES = 4;
/** A code must be used for the first time within this many hours of its start, or it is dead. */
export const FIRST_USE_HOURS_MAX = 24;

const DAY_HOURS = 24;
const LABEL = fromAscii("LP1");
const FINGERPRINT_LABEL = fromAscii("LP1 fingerprint");
const MESSAGE_BYTES = 9;
const CODES = 10_000_000_000;
const WORD = 0x1_0000_0000;
const HALF_WORD = 0x1_0000;
const DIGIT_ZERO = 0x30;

/** How long a code of a class opens; one that is `once` opens a single time within it. */
export interface WindowClass {
  readonly hours: number;
  readonly isOnce: boolean;
}

/** Which code of an owner's it is. */
export interface Window {
  /** 0..21, a place in WINDOW_CLASSES. */
  readonly windowClass: number;
  /** 0..1. */
  readonly serial: number;
  /** Whole UTC hours since 1970, u32. */
  readonly startHour: number;
}

/** The classes, each at its number. A number once given keeps its meaning. */
export const WINDOW_CLASSES: readonly WindowClass[] = Object.freeze([
  ...[1, 2, 4, 24].map((hours) => Object.freeze({ hours, isOnce: true })),
  ...[1, 2, 3, 4, 6, 8, 12, 24].map((hours) => Object.freeze({ hours, isOnce: false })),
  ...[2, 3, 4, 5, 6, 7, 10, 14, 21, 28].map((days) => Object.freeze({ hours: days * DAY_HOURS, isOnce: false })),
]);

/** Gives the key of an owner's codes for one lock.
 *  @param secret the owner's code secret, 32 bytes   @param lockId ASCII   @returns 32 bytes
 *  @throws Fault crypto.size */
export function deriveWindowKey(crypto: Crypto, secret: Uint8Array, lockId: string): Bytes {
  if (secret.length !== HASH_BYTES) throw new Fault("crypto.size");
  return hkdf(crypto, secret, { salt: fromAscii(lockId), info: LABEL, size: HASH_BYTES });
}

/** Gives what an owner tells their secret by, so that both sides know whether they have the same: another HKDF of it, from which
 *  neither the secret nor a code follows.
 *  @param secret the owner's code secret, 32 bytes   @param lockId ASCII   @returns 4 bytes
 *  @throws Fault crypto.size */
export function secretFingerprint(crypto: Crypto, secret: Uint8Array, lockId: string): Bytes {
  if (secret.length !== HASH_BYTES) throw new Fault("crypto.size");
  return hkdf(crypto, secret, { salt: fromAscii(lockId), info: FINGERPRINT_LABEL, size: FINGERPRINT_BYTES });
}

/** Gives a window's code: the first 8 bytes of HMAC-SHA-256(key, "LP1" ‖ class u8 ‖ serial u8 ‖ start u32), modulo 10^10.
 *  The remainder prefers some codes to others by 6 in 10^10.
 *  @param key 32 bytes, of deriveWindowKey   @returns 5 bytes */
export function windowCode(crypto: Crypto, key: Uint8Array, window: Window): Bytes {
  checkWindow(window);
  const message = new Uint8Array(MESSAGE_BYTES);
  message.set(LABEL);
  message[3] = window.windowClass;
  message[4] = window.serial;
  putU32(message, 5, window.startHour);
  const mac = crypto.hmacSha256(key, message);
  // By 16 bits at a time no step leaves the whole numbers: 10^10 times 2^16 is below 2^50. 2^32 is below 10^10.
  let rest = u32At(mac, 0);
  rest = (rest * HALF_WORD + ((mac[4] << 8) | mac[5])) % CODES;
  rest = (rest * HALF_WORD + ((mac[6] << 8) | mac[7])) % CODES;
  const code = new Uint8Array(CODE_BYTES);
  code[0] = Math.floor(rest / WORD);
  putU32(code, 1, rest % WORD);
  return code;
}

/** Gives a code's ten digits. @param code 5 bytes */
export function codeDigits(code: Uint8Array): string {
  assert(code.length === CODE_BYTES, "window: a code has 5 bytes");
  const number = code[0] * WORD + u32At(code, 1);
  assert(number < CODES, "window: a code is below 10^10");
  return String(number).padStart(WINDOW_DIGITS, "0");
}

/** Reads ten digits. @param digits ASCII, 10 bytes   @returns 5 bytes
 *  @throws Fault bytes.size, bytes.encoding */
export function parseCode(digits: Uint8Array): Bytes {
  if (digits.length !== WINDOW_DIGITS) throw new Fault("bytes.size");
  let number = 0;
  for (let index = 0; index < WINDOW_DIGITS; index++) {
    const digit = digits[index] - DIGIT_ZERO;
    if (digit < 0 || digit > 9) throw new Fault("bytes.encoding");
    number = number * 10 + digit;
  }
  const code = new Uint8Array(CODE_BYTES);
  code[0] = Math.floor(number / WORD);
  putU32(code, 1, number % WORD);
  return code;
}

/** Gives the hours from a window's start within which it must be used for the first time.
 *  @param windowClass 0..21   @returns 1..24 */
export function firstUseHours(windowClass: number): number {
  const { hours } = WINDOW_CLASSES[windowClass];
  return hours < FIRST_USE_HOURS_MAX ? hours : FIRST_USE_HOURS_MAX;
}

/** Gives the first instant at which a window is over, whether it was used or not. */
export function endOf(window: Window): Seconds {
  return seconds((window.startHour + WINDOW_CLASSES[window.windowClass].hours) * HOUR_SECONDS);
}

/** Tells whether a code may open now: whether some instant of its window is possible, and the clock is at most W wide.
 *  @param options.widthMax W in seconds   @param options.isActive its first use is on record, so it lasts until its end */
export function isOpen(
  window: Window,
  interval: Interval,
  { widthMax, isActive }: { readonly widthMax: number; readonly isActive: boolean },
): boolean {
  const hours = isActive ? WINDOW_CLASSES[window.windowClass].hours : firstUseHours(window.windowClass);
  const notBefore = seconds(window.startHour * HOUR_SECONDS);
  const expiry = seconds(notBefore + hours * HOUR_SECONDS);
  return judgeWindow(interval, { notBefore, expiry }, widthMax) === "within";
}

/** Chooses the class and start that cover a wish with the least beyond it: the start is rounded down to the hour, and the
 *  shortest class that reaches `until` is taken.
 *  @param from, until u32 seconds   @param isOnce whether it may open a single time
 *  @returns undefined where no class is long enough (28 days at most, or 24 h for once), or the wish is empty */
export function chooseWindow(
  from: Seconds,
  until: Seconds,
  isOnce = false,
): Pick<Window, "windowClass" | "startHour"> | undefined {
  if (until <= from) return undefined;
  const startHour = Math.floor(from / HOUR_SECONDS);
  // The classes of a kind stand in the order of their length.
  const windowClass = WINDOW_CLASSES.findIndex(
    (each) => each.isOnce === isOnce && (startHour + each.hours) * HOUR_SECONDS >= until,
  );
  return windowClass < 0 ? undefined : { windowClass, startHour };
}

function checkWindow({ windowClass, serial, startHour }: Window): void {
  assert(windowClass in WINDOW_CLASSES, "window: a class of 0 to 21");
  assert(serial >= 0 && serial < SERIALS, "window: a serial of 0 to 1");
  assert(startHour >= 0 && startHour < WORD, "window: a start in u32");
}
