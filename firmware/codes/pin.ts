// Stored PINs: what the lock keeps of one, and which ones a tool should refuse.
// Why: the lock must recognise a PIN and never be able to tell it. A slow hash would not save six digits, so the key does.
// Follows docs/protocol.md, "Codes"; HMAC-SHA-256 (RFC 2104).

import { type Bytes, fromAscii } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";

export const PIN_DIGITS_MIN = 6;
export const PIN_DIGITS_MAX = 12;
/** What is kept of a PIN. */
export const MAC_BYTES = 16;

const LABEL = fromAscii("PIN");
const DIGIT_ZERO = 0x30;
/** A PIN of fewer different digits is read off the keys that are worn. */
const DISTINCT_MIN = 3;
const YEAR_MIN = 1900;
const YEAR_MAX = 2099;

/** Gives what the lock keeps of a PIN: HMAC-SHA-256(key, "PIN" ‖ length u8 ‖ digits), the first 16 bytes.
 *  @param key the lock's own for PINs   @param digits ASCII, 6 to 12   @returns 16 bytes
 *  @throws Fault bytes.size, bytes.encoding */
export function pinMac(crypto: Crypto, key: Uint8Array, digits: Uint8Array): Bytes {
  checkDigits(digits);
  const message = new Uint8Array(LABEL.length + 1 + digits.length);
  message.set(LABEL);
  message[LABEL.length] = digits.length;
  message.set(digits, LABEL.length + 1);
  const mac = crypto.hmacSha256(key, message);
  const kept = mac.slice(0, MAC_BYTES);
  crypto.wipe(mac);
  crypto.wipe(message);
  return kept;
}

/** Tells whether a test holds for any PIN of a length that one slip of the finger turns a PIN into, or that one turns into it:
 *  a digit is another, is missing, or is one too many. Of what is typed the end counts, so the ends of slips are tried too.
 *  Of a PIN that is longer by two digits or more, what stands in front cannot be tried: there are too many.
 *  @param digits ASCII, 6 to 12   @param size of the others, 6 to 12   @param test is shown at most 1,500 for each length, in
 *    bytes that are wiped afterwards
 *  @throws Fault bytes.size, bytes.encoding */
export function isAnyNear(digits: Uint8Array, size: number, test: (near: Bytes) => boolean): boolean {
  checkDigits(digits);
  const near = new Uint8Array(size);
  const end = (count: number): Uint8Array => digits.subarray(digits.length - count);
  const spare = digits.length - size;
  try {
    if (spare >= 0 && isAnyChanged(near, end(size), test)) return true;
    if (spare >= 1 && isAnyShortened(near, { end: end(size + 1), at: 0 }, test)) return true;
    if (spare >= -1 && isAnyLengthened(near, end(size - 1), test)) return true;
    if (spare === -1 && isAnyChangedBehind(near, digits, test)) return true;
    if (spare !== 0) return false;
    // Whoever types these and one digit too many has typed the PIN at the end.
    for (let digit = DIGIT_ZERO; digit < DIGIT_ZERO + 10; digit++) {
      near[0] = digit;
      if (isAnyShortened(near, { end: digits, at: 1 }, test)) return true;
    }
    return false;
  } finally {
    near.fill(0);
  }
}

/** All with one digit more in front, and another one of the rest wrong: typed so, the end of the longer one counts. */
function isAnyChangedBehind(near: Bytes, digits: Uint8Array, test: (near: Bytes) => boolean): boolean {
  const behind = near.subarray(1);
  for (let digit = DIGIT_ZERO; digit < DIGIT_ZERO + 10; digit++) {
    near[0] = digit;
    if (isAnyChanged(behind, digits, () => test(near))) return true;
  }
  return false;
}

/** The end itself, and all in which one digit is another. */
function isAnyChanged(near: Bytes, end: Uint8Array, test: (near: Bytes) => boolean): boolean {
  near.set(end);
  if (test(near)) return true;
  for (let place = 0; place < end.length; place++) {
    for (let digit = DIGIT_ZERO; digit < DIGIT_ZERO + 10; digit++) {
      near[place] = digit;
      if (digit !== end[place] && test(near)) return true;
    }
    near[place] = end[place];
  }
  return false;
}

/** All that lack one digit. @param from.at where they are put */
function isAnyShortened(
  near: Bytes,
  { end, at }: { readonly end: Uint8Array; readonly at: number },
  test: (near: Bytes) => boolean,
): boolean {
  for (let place = 0; place < end.length; place++) {
    near.set(end.subarray(0, place), at);
    near.set(end.subarray(place + 1), at + place);
    if (test(near)) return true;
  }
  return false;
}

/** All that have one digit more, in front and behind too. */
function isAnyLengthened(near: Bytes, end: Uint8Array, test: (near: Bytes) => boolean): boolean {
  for (let place = 0; place <= end.length; place++) {
    near.set(end.subarray(0, place));
    near.set(end.subarray(place), place + 1);
    for (let digit = DIGIT_ZERO; digit < DIGIT_ZERO + 10; digit++) {
      near[place] = digit;
      if (test(near)) return true;
    }
  }
  return false;
}

/** Tells whether somebody might try a PIN before others: few different digits, equal steps (111111, 123456, 086420), a short
 *  part repeated, or a date.
 *  @param digits ASCII, 6 to 12
 *  @throws Fault bytes.size, bytes.encoding */
export function isGuessable(digits: Uint8Array): boolean {
  checkDigits(digits);
  const values = digits.map((digit) => digit - DIGIT_ZERO);
  const isOne = isWorn(values) || hasEqualSteps(values) || hasShortPeriod(values) || isDate(values);
  values.fill(0);
  return isOne;
}

function isWorn(values: Uint8Array): boolean {
  let distinct = 0;
  for (let index = 0; index < values.length; index++) if (values.indexOf(values[index]) === index) distinct++;
  return distinct < DISTINCT_MIN;
}

/** Around the ten, so that 890123 is one too. */
function hasEqualSteps(values: Uint8Array): boolean {
  const step = (values[1] - values[0] + 10) % 10;
  return values.every((value, index) => index === 0 || (value - values[index - 1] + 10) % 10 === step);
}

function hasShortPeriod(values: Uint8Array): boolean {
  for (let period = 1; period <= values.length >> 1; period++) {
    if (values.every((value, index) => index < period || value === values[index - period])) return true;
  }
  return false;
}

/** A day, month and year in any usual order, with two digits or four for the year; or a month and such a year. */
function isDate(values: Uint8Array): boolean {
  const read = (from: number, count: number): number =>
    values.subarray(from, from + count).reduce((sum, value) => sum * 10 + value, 0);
  const isDay = (from: number): boolean => read(from, 2) >= 1 && read(from, 2) <= 31;
  const isMonth = (from: number): boolean => read(from, 2) >= 1 && read(from, 2) <= 12;
  const isYear = (from: number): boolean => read(from, 4) >= YEAR_MIN && read(from, 4) <= YEAR_MAX;
  const isDayAndMonth = (from: number): boolean =>
    (isDay(from) && isMonth(from + 2)) || (isMonth(from) && isDay(from + 2));
  if (values.length === 6) {
    return isDayAndMonth(0) || isDayAndMonth(2) || (isYear(0) && isMonth(4)) || (isMonth(0) && isYear(2));
  }
  if (values.length !== 8) return false;
  return (isYear(0) && isDayAndMonth(4)) || (isDayAndMonth(0) && isYear(4));
}

function checkDigits(digits: Uint8Array): void {
  if (digits.length < PIN_DIGITS_MIN || digits.length > PIN_DIGITS_MAX) throw new Fault("bytes.size");
  for (let index = 0; index < digits.length; index++) {
    if (digits[index] < DIGIT_ZERO || digits[index] > DIGIT_ZERO + 9) throw new Fault("bytes.encoding");
  }
}
