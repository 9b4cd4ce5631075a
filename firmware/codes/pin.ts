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

/** Gives every PIN that differs from one in exactly one digit: a slip of the finger.
 *  @param digits ASCII, 6 to 12   @returns 9 for each digit
 *  @throws Fault bytes.size, bytes.encoding */
export function neighbours(digits: Uint8Array): readonly Bytes[] {
  checkDigits(digits);
  const found: Bytes[] = [];
  for (let place = 0; place < digits.length; place++) {
    for (let digit = DIGIT_ZERO; digit < DIGIT_ZERO + 10; digit++) {
      if (digit === digits[place]) continue;
      const neighbour = new Uint8Array(digits);
      neighbour[place] = digit;
      found.push(neighbour);
    }
  }
  return found;
}

/** Tells whether somebody might try a PIN before others: few different digits, equal steps (111111, 123456, 086420), a short
 *  part repeated, or a date.
 *  @param digits ASCII, 6 to 12
 *  @throws Fault bytes.size, bytes.encoding */
export function isGuessable(digits: Uint8Array): boolean {
  checkDigits(digits);
  const values = Array.from(digits, (digit) => digit - DIGIT_ZERO);
  return new Set(values).size < DISTINCT_MIN || hasEqualSteps(values) || hasShortPeriod(values) || isDate(values);
}

/** Around the ten, so that 890123 is one too. */
function hasEqualSteps(values: readonly number[]): boolean {
  const step = (values[1] - values[0] + 10) % 10;
  return values.every((value, index) => index === 0 || (value - values[index - 1] + 10) % 10 === step);
}

function hasShortPeriod(values: readonly number[]): boolean {
  for (let period = 1; period <= values.length >> 1; period++) {
    if (values.every((value, index) => index < period || value === values[index - period])) return true;
  }
  return false;
}

/** A day, month and year in any usual order, with two digits or four for the year; or a month and such a year. */
function isDate(values: readonly number[]): boolean {
  const read = (from: number, count: number): number =>
    values.slice(from, from + count).reduce((sum, value) => sum * 10 + value, 0);
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
