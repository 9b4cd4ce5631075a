// Goal: both sides make the same code of a window, digit by digit, and open it for exactly its hours.
// Method: codes that another implementation (Python's hmac and hashlib) printed, the remainder against BigInt, and each
// class at its first and last second, with a clock as narrow and as wide as W.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, concat, fromAscii, toHex } from "../../bytes.ts";
import { ascending, flip, lengthen, Seeded, shorten, throwsFault } from "../../crypto/test/checks.ts";
import { type Seconds, seconds } from "../../platform.ts";
import {
  CODE_BYTES,
  chooseWindow,
  codeDigits,
  deriveWindowKey,
  endOf,
  firstUseHours,
  isOpen,
  parseCode,
  SERIALS,
  secretFingerprint,
  WINDOW_CLASSES,
  type Window,
  windowCode,
} from "../window.ts";

const SEED = 20261020;
const HOUR = 3_600;
const W = 600;
const LOCK_ID = "Ip1fiNKMHIM";
const KEY = deriveWindowKey(crypto, ascending(0, 32), LOCK_ID);
/** Monday 30 November 2026, 09:00 UTC. */
const START = 498_885;

const PRINTED: readonly (readonly [windowClass: number, serial: number, startHour: number, digits: string])[] = [
  [0, 0, 0, "1659138746"],
  [0, 1, START, "1604904349"],
  [3, 0, START, "2839102214"],
  [11, 1, START, "6816150395"],
  [12, 0, START, "7197724020"],
  [21, 1, START, "6006364110"],
  [21, 0, 0xffff_ffff, "3567919100"],
];

test("derives the key that another HKDF prints, and another for another lock or secret", () => {
  assert.is(toHex(KEY), "c2b579f168c10fcf452c7c67a2c108a260c24862b1eafbf6b8077a36b1a817c7");
  assert.is.not(toHex(deriveWindowKey(crypto, ascending(0, 32), "Ip1fiNKMHIN")), toHex(KEY));
  assert.is.not(toHex(deriveWindowKey(crypto, flip(ascending(0, 32), 255), LOCK_ID)), toHex(KEY));
  for (const change of [shorten, lengthen]) {
    throwsFault(() => deriveWindowKey(crypto, change(ascending(0, 32)), LOCK_ID), "crypto.size");
  }
});

test("tells a secret by what another HKDF prints, and another secret or lock by something else", () => {
  const secret = ascending(0, 32);
  assert.is(toHex(secretFingerprint(crypto, secret, LOCK_ID)), "baad2088");
  assert.is.not(toHex(secretFingerprint(crypto, flip(secret, 255), LOCK_ID)), "baad2088");
  assert.is.not(toHex(secretFingerprint(crypto, secret, "Ip1fiNKMHIN")), "baad2088");
  assert.not(toHex(KEY).startsWith("baad2088"), "it is no part of the key");
  for (const change of [shorten, lengthen]) {
    throwsFault(() => secretFingerprint(crypto, change(secret), LOCK_ID), "crypto.size");
  }
});

for (const [windowClass, serial, startHour, digits] of PRINTED) {
  test(`makes ${digits} of class ${windowClass}, serial ${serial}, hour ${startHour}`, () => {
    const code = windowCode(crypto, KEY, { windowClass, serial, startHour });
    assert.is(code.length, CODE_BYTES);
    assert.is(codeDigits(code), digits);
    assert.equal(parseCode(fromAscii(digits)), code);
  });
}

/** The definition, in numbers of any size. */
function oracle(key: Bytes, { windowClass, serial, startHour }: Window): string {
  const start = Uint8Array.of(startHour >>> 24, startHour >>> 16, startHour >>> 8, startHour);
  const mac = crypto.hmacSha256(key, concat(fromAscii("LP1"), Uint8Array.of(windowClass, serial), start));
  const number = BigInt(`0x${toHex(mac.subarray(0, 8))}`) % BigInt(10) ** BigInt(10);
  return number.toString().padStart(10, "0");
}

test("takes the same remainder as numbers of any size do", () => {
  const source = new Seeded(SEED);
  for (let round = 0; round < 300; round++) {
    const key = source.bytes(32);
    const window = { windowClass: source.below(22), serial: source.below(2), startHour: source.below(600_000) };
    assert.is(codeDigits(windowCode(crypto, key, window)), oracle(key, window), `seed ${SEED}, round ${round}`);
  }
});

// The bytes of a MAC that a Crypto is made to give: where a remainder goes wrong first.
const EXTREMES: readonly (readonly [mac: string, digits: string])[] = [
  ["0000000000000000", "0000000000"],
  ["00000002540be3ff", "9999999999"],
  ["00000002540be400", "0000000000"],
  ["00000002540be401", "0000000001"],
  ["00000000ffffffff", "4294967295"],
  ["ffffffff00000000", "9414584320"],
  ["ffffffffffffffff", "3709551615"],
  ["0020000000000001", "9254740993"],
];

for (const [mac, digits] of EXTREMES) {
  test(`gives ${digits} for a MAC of ${mac}`, () => {
    assert.is((BigInt(`0x${mac}`) % BigInt(10) ** BigInt(10)).toString().padStart(10, "0"), digits);
    const bytes = Uint8Array.from({ length: 32 }, (_, index) =>
      Number.parseInt(mac.slice(index * 2, index * 2 + 2), 16),
    );
    const given = { ...crypto, hmacSha256: () => bytes };
    const code = windowCode(given, KEY, { windowClass: 0, serial: 0, startHour: 0 });
    assert.is(codeDigits(code), digits);
    assert.equal(parseCode(fromAscii(digits)), code);
  });
}

const UNREADABLE: readonly (readonly [string, Bytes, "bytes.size" | "bytes.encoding"])[] = [
  ["nine digits", fromAscii("123456789"), "bytes.size"],
  ["eleven digits", fromAscii("12345678901"), "bytes.size"],
  ["nothing", new Uint8Array(0), "bytes.size"],
  ["a letter", fromAscii("12345678a0"), "bytes.encoding"],
  ["what stands before 0", fromAscii("12345/7890"), "bytes.encoding"],
  ["what stands behind 9", fromAscii("123456789:"), "bytes.encoding"],
  ["a space", fromAscii(" 123456789"), "bytes.encoding"],
  ["numbers for digits", ascending(0, 10), "bytes.encoding"],
];

for (const [name, digits, fault] of UNREADABLE) {
  test(`reads no code from ${name}`, () => throwsFault(() => parseCode(digits), fault));
}

test("makes no code outside of its classes, serials and hours", () => {
  const window = { windowClass: 21, serial: 1, startHour: 0 };
  for (const wrong of [
    { windowClass: 22 },
    { windowClass: -1 },
    { serial: 2 },
    { startHour: -1 },
    { startHour: 2 ** 32 },
  ]) {
    assert.throws(() => windowCode(crypto, KEY, { ...window, ...wrong }), /window: /);
  }
});

test("has 22 classes: four of once, eight of hours and ten of days", () => {
  const once = WINDOW_CLASSES.filter(({ isOnce }) => isOnce).map(({ hours }) => hours);
  const usual = WINDOW_CLASSES.filter(({ isOnce }) => !isOnce).map(({ hours }) => hours);
  assert.is(WINDOW_CLASSES.length, 22);
  assert.equal(once, [1, 2, 4, 24]);
  assert.equal(usual, [1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 96, 120, 144, 168, 240, 336, 504, 672]);
  assert.ok(WINDOW_CLASSES.slice(0, 4).every(({ isOnce }) => isOnce));
  assert.is(SERIALS, 2);
});

const AT = START * HOUR;

function interval(lo: number, hi: number | undefined): { lo: Seconds; hi: Seconds | undefined } {
  return { lo: seconds(lo), hi: hi === undefined ? undefined : seconds(hi) };
}

for (const [windowClass, { hours, isOnce }] of WINDOW_CLASSES.entries()) {
  test(`class ${windowClass} (${isOnce ? "once, " : ""}${hours} h) opens from its first second to its last`, () => {
    const window = { windowClass, serial: 0, startHour: START };
    const firstUse = hours < 24 ? hours : 24;
    assert.is(firstUseHours(windowClass), firstUse);
    assert.is(endOf(window), AT + hours * HOUR);
    for (const isActive of [false, true]) {
      const end = AT + (isActive ? hours : firstUse) * HOUR;
      const opens = (lo: number, hi: number | undefined): boolean =>
        isOpen(window, interval(lo, hi), { widthMax: W, isActive });
      assert.is(opens(AT - 1, AT - 1), false, "a second early");
      assert.is(opens(AT, AT), true, "the first second");
      assert.is(opens(end - 1, end - 1), true, "the last second");
      assert.is(opens(end, end), false, "at the end");
      assert.is(opens(AT - W, AT), true, "W early, and perhaps not");
      assert.is(opens(AT - W - 1, AT), false, "a clock wider than W");
      assert.is(opens(AT - W, AT - 1), false, "surely early");
      assert.is(opens(end - 1, end - 1 + W), true, "perhaps W late");
      assert.is(opens(end - 1, end + W), false, "perhaps more than W late");
      assert.is(opens(end, end + W), false, "surely late");
      assert.is(opens(AT, undefined), false, "with no upper bound");
    }
  });
}

const WISHES: readonly (readonly [string, number, number, boolean, number | undefined, number])[] = [
  ["an hour", AT, AT + HOUR, false, 1, START],
  ["an hour and a second", AT, AT + HOUR + 1, false, 2, START],
  ["an hour from the half", AT + HOUR / 2, AT + HOUR * 1.5, false, 2, START],
  ["five hours", AT, AT + 5 * HOUR, false, 6, START],
  ["a day", AT, AT + 24 * HOUR, false, 24, START],
  ["a day from a second after", AT + 1, AT + 24 * HOUR + 1, false, 48, START],
  ["eight days", AT, AT + 8 * 24 * HOUR, false, 240, START],
  ["28 days", AT, AT + 672 * HOUR, false, 672, START],
  ["28 days and a second", AT, AT + 672 * HOUR + 1, false, undefined, START],
  ["no time", AT, AT, false, undefined, START],
  ["time that runs back", AT, AT - 1, false, undefined, START],
  ["a second before the hour", AT - 1, AT, false, 1, START - 1],
  ["once in an hour", AT, AT + HOUR, true, 1, START],
  ["once in three hours", AT, AT + 3 * HOUR, true, 4, START],
  ["once in five hours", AT, AT + 5 * HOUR, true, 24, START],
  ["once in 25 hours", AT, AT + 25 * HOUR, true, undefined, START],
];

for (const [name, from, until, isOnce, hours, startHour] of WISHES) {
  test(`chooses ${hours === undefined ? "nothing" : `${hours} h`} for ${name}`, () => {
    const chosen = chooseWindow(seconds(from), seconds(until), isOnce);
    if (hours === undefined || chosen === undefined) return assert.is(chosen, hours);
    assert.equal(WINDOW_CLASSES[chosen.windowClass], { hours, isOnce });
    assert.is(chosen.startHour, startHour);
  });
}

test.run();
