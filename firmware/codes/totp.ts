// One-time codes of authenticator apps: HOTP, and TOTP's steps of 30 seconds as far as the lock's clock can tell them.
// Why: people have such an app already, and a code that changes every half minute cannot be read off the keys tomorrow.
// Follows RFC 4226 (HOTP) and RFC 6238 (TOTP) with HMAC-SHA-1, which every app knows.

import type { Bytes } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { assert } from "../fault.ts";
import type { Interval } from "../time/clock.ts";

/** What the lock asks for; RFC 4226 §5.3 asks for six at least. */
export const TOTP_DIGITS = 8;
export const TOTP_STEP_SECONDS = 30;

const DIGITS_MIN = 6;
const DIGITS_MAX = 8;
const COUNTER_BYTES = 8;
const WORD = 0x1_0000_0000;
const DIGIT_ZERO = 0x30;

/** Gives the one-time code of a counter. RFC 4226 §5.3.
 *  @param secret any length; 20 bytes are usual   @param counter a whole number below 2^53   @param digits 6..8
 *  @returns the digits in ASCII */
export function hotp(crypto: Crypto, secret: Uint8Array, counter: number, digits: number): Bytes {
  assert(Number.isSafeInteger(counter) && counter >= 0, "totp: a counter is a whole number");
  assert(digits >= DIGITS_MIN && digits <= DIGITS_MAX, "totp: a code has 6 to 8 digits");
  const message = new Uint8Array(COUNTER_BYTES);
  const view = new DataView(message.buffer);
  view.setUint32(0, Math.floor(counter / WORD));
  view.setUint32(4, counter % WORD);
  const mac = crypto.hmacSha1(secret, message);
  const offset = mac[mac.length - 1] & 15;
  let number = ((mac[offset] & 0x7f) << 24) | (mac[offset + 1] << 16) | (mac[offset + 2] << 8) | mac[offset + 3];
  const code = new Uint8Array(digits);
  for (let place = digits - 1; place >= 0; place--) {
    code[place] = DIGIT_ZERO + (number % 10);
    number = (number / 10) | 0;
  }
  crypto.wipe(mac);
  return code;
}

/** Gives the steps whose code may be shown by an app now: those that meet [lo - 30, hi + 30], since the app's clock may be
 *  off by a step too (RFC 6238 §5.2).
 *  @param widthMax W in seconds   @returns in ascending order; none where the clock is wider than W or has no upper bound */
export function totpSteps(interval: Interval, widthMax: number): readonly number[] {
  const { lo, hi } = interval;
  if (hi === undefined || hi - lo > widthMax) return [];
  const first = Math.floor((lo - TOTP_STEP_SECONDS) / TOTP_STEP_SECONDS);
  const last = Math.floor((hi + TOTP_STEP_SECONDS) / TOTP_STEP_SECONDS);
  const steps: number[] = [];
  for (let step = first < 0 ? 0 : first; step <= last; step++) steps.push(step);
  return steps;
}
