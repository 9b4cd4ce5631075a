// Goal: a PIN is kept under its length and its key, slips of the finger are all found, and the PINs that people try first
// are refused while nearly all others are not.
// Method: values that another implementation (Python's hmac) printed, and tables of both kinds.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, fromAscii, toAscii, toHex } from "../../bytes.ts";
import { ascending, flip, Seeded, throwsFault } from "../../crypto/test/checks.ts";
import { isAnyNear, isGuessable, MAC_BYTES, PIN_DIGITS_MAX, PIN_DIGITS_MIN, pinMac } from "../pin.ts";

const SEED = 20261022;
const KEY = ascending(0, 32);
const NEAR_MAX = 2_000;

const KEPT: readonly (readonly [digits: string, mac: string])[] = [
  ["123456", "49df466a69492fb5cb3935eed2d25173"],
  ["000000", "c033edc643c58d6325e2489717b4b3bb"],
  ["987654321012", "95478c824174561f7261f426b61a94bb"],
];

for (const [digits, mac] of KEPT) {
  test(`keeps ${digits} as another HMAC does`, () => {
    const kept = pinMac(crypto, KEY, fromAscii(digits));
    assert.is(kept.length, MAC_BYTES);
    assert.is(kept.buffer.byteLength, MAC_BYTES);
    assert.is(toHex(kept), mac);
    assert.is.not(toHex(pinMac(crypto, flip(KEY, 0), fromAscii(digits))), mac);
  });
}

test("leaves the digits as they are", () => {
  const digits = fromAscii("246813");
  pinMac(crypto, KEY, digits);
  assert.is(toAscii(digits), "246813");
});

const NO_PINS: readonly (readonly [string, Bytes, "bytes.size" | "bytes.encoding"])[] = [
  ["nothing", new Uint8Array(0), "bytes.size"],
  ["five digits", fromAscii("12345"), "bytes.size"],
  ["thirteen digits", fromAscii("1234567890123"), "bytes.size"],
  ["a letter", fromAscii("12345a"), "bytes.encoding"],
  ["what stands before 0", fromAscii("12345/"), "bytes.encoding"],
  ["what stands behind 9", fromAscii(":23456"), "bytes.encoding"],
  ["numbers for digits", ascending(0, 6), "bytes.encoding"],
];

for (const [name, digits, fault] of NO_PINS) {
  test(`takes ${name} for no PIN`, () => {
    throwsFault(() => pinMac(crypto, KEY, digits), fault);
    throwsFault(() => isAnyNear(digits, 6, () => false), fault);
    throwsFault(() => isGuessable(digits), fault);
  });
}

/** What comes of a text by one slip of the finger, in words of texts. */
function slipsOf(text: string): readonly string[] {
  const slips: string[] = [text];
  for (let place = 0; place <= text.length; place++) {
    const [before, after] = [text.slice(0, place), text.slice(place)];
    if (after !== "") slips.push(before + after.slice(1));
    for (const digit of "0123456789") {
      slips.push(before + digit + after);
      if (after !== "") slips.push(before + digit + after.slice(1));
    }
  }
  return slips;
}

function foundBeside(text: string, size: number): ReadonlySet<string> {
  const found = new Set<string>();
  const isAny = isAnyNear(fromAscii(text), size, (near) => {
    found.add(toAscii(near));
    return false;
  });
  assert.is(isAny, false);
  return found;
}

for (const text of ["482913", "9000009", "00112233", "710293846501"]) {
  for (let size = PIN_DIGITS_MIN; size <= PIN_DIGITS_MAX; size++) {
    test(`finds whatever of ${size} digits a slip makes of ${text}, and what a slip makes ${text} of`, () => {
      const found = foundBeside(text, size);
      const typed = slipsOf(text).filter((slip) => slip.length >= size);
      for (const slip of typed) assert.ok(found.has(slip.slice(slip.length - size)), slip);
      for (const near of found) {
        assert.match(near, new RegExp(`^[0-9]{${size}}$`));
        const isOf = typed.some((slip) => slip.endsWith(near));
        assert.ok(isOf || slipsOf(near).some((slip) => slip.endsWith(text)), near);
      }
      // Whoever types the other of two and slips: where it is no longer than by one digit.
      if (size !== text.length) return;
      for (const dropped of slipsOf(text).filter((slip) => slip.length < size)) {
        for (const digit of "0123456789") assert.ok(found.has(digit + dropped));
      }
    });
  }
  test(`finds what stands one digit before ${text} and another wrong in it`, () => {
    if (text.length === PIN_DIGITS_MAX) return;
    const found = foundBeside(text, text.length + 1);
    for (const changed of slipsOf(text).filter((slip) => slip.length === text.length)) {
      for (const digit of "0123456789") assert.ok(found.has(digit + changed), digit + changed);
    }
  });
}

test("ends with the first that is found, and keeps no digit", () => {
  const seen: Uint8Array[] = [];
  const isAny = isAnyNear(fromAscii("482913"), 6, (near) => seen.push(near) === 3);
  assert.is(isAny, true);
  assert.is(seen.length, 3);
  for (const near of seen) assert.ok(near.every((byte) => byte === 0));
});

test("asks no more often than a board can bear", () => {
  let count = 0;
  for (let size = PIN_DIGITS_MIN; size <= PIN_DIGITS_MAX; size++) {
    isAnyNear(fromAscii("710293846501"), size, () => {
      count++;
      return false;
    });
  }
  assert.ok(count <= NEAR_MAX, String(count));
});

// What people take: each kind at its ends.
const REFUSED = [
  ...["000000", "999999999999", "111112", "989898", "112211", "100000", "121212121212"],
  ...["123456", "012345", "987654", "543210", "890123", "321098", "135791", "246802", "1234567", "098765432109"],
  ...["123123", "456456", "1231231", "12341234", "907907907", "123412341234"],
  ...["311299", "010170", "123199", "991231", "700101", "199912", "121999", "202609", "092026"],
  ...["19700101", "20261231", "31121999", "12311999", "20993112"],
];

const ACCEPTED = [
  ...["482913", "703958", "590271", "135790", "554433", "123457", "556557", "479302", "329950", "001234"],
  ...["3905716", "32131999", "18991231", "21000101", "482913570", "1234554320", "710293846501"],
];

for (const digits of REFUSED) test(`refuses ${digits}`, () => assert.ok(isGuessable(fromAscii(digits))));
for (const digits of ACCEPTED) test(`accepts ${digits}`, () => assert.not.ok(isGuessable(fromAscii(digits))));

test("leaves most of the PINs there are", () => {
  const source = new Seeded(SEED);
  const count = (length: number): number => {
    let refused = 0;
    for (let round = 0; round < 1_000; round++) {
      const digits = Uint8Array.from({ length }, () => 0x30 + source.below(10));
      if (isGuessable(digits)) refused++;
    }
    return refused;
  };
  assert.ok(count(6) < 200, `seed ${SEED}`);
  assert.ok(count(8) < 50, `seed ${SEED}`);
  assert.ok(count(10) < 10, `seed ${SEED}`);
});

test.run();
