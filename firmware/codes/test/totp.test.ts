// Holds one-time codes to the values that RFC 4226 (appendix D) and RFC 6238 (appendix B) print, and the steps to the clock.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromAscii, toAscii } from "../../bytes.ts";
import { BACKENDS, flip, Seeded } from "../../crypto/test/checks.ts";
import { seconds } from "../../platform.ts";
import { TOTP_WIDTH_SECONDS_MAX } from "../../time/clock.ts";
import { hotp, totpSteps } from "../totp.ts";

const SEED = 20261021;
const SECRET = fromAscii("12345678901234567890");

// RFC 4226 appendix D: counters 0 to 9.
const HOTP = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];

// RFC 6238 appendix B, the rows of SHA1.
const TOTP: readonly (readonly [time: number, step: number, code: string])[] = [
  [59, 1, "94287082"],
  [1_111_111_109, 0x23523ec, "07081804"],
  [1_111_111_111, 0x23523ed, "14050471"],
  [1_234_567_890, 0x273ef07, "89005924"],
  [2_000_000_000, 0x3f940aa, "69279037"],
  [20_000_000_000, 0x27bc86aa, "65353130"],
];

for (const [backend, crypto] of BACKENDS) {
  for (const [counter, code] of HOTP.entries()) {
    test(`${backend}: gives ${code} for counter ${counter}, as RFC 4226 prints it`, () => {
      assert.is(toAscii(hotp(crypto, SECRET, counter, 6)), code);
      assert.is.not(toAscii(hotp(crypto, flip(SECRET, 0), counter, 6)), code);
      assert.is(toAscii(hotp(crypto, SECRET, counter, 8)).slice(2), code);
    });
  }

  for (const [time, step, code] of TOTP) {
    test(`${backend}: gives ${code} at ${time}, as RFC 6238 prints it`, () => {
      assert.is(Math.floor(time / 30), step);
      assert.is(toAscii(hotp(crypto, SECRET, step, 8)), code);
    });
  }

  test(`${backend}: counts beyond 2^32 as the RFC's eight bytes do`, () => {
    const source = new Seeded(SEED);
    const counters = [2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40 + 7, 2 ** 53 - 1];
    for (let round = 0; round < 20; round++) counters.push(source.below(2 ** 21) * 2 ** 32 + source.below(2 ** 32));
    for (const counter of counters) {
      const message = new Uint8Array(8);
      new DataView(message.buffer).setBigUint64(0, BigInt(counter));
      const mac = crypto.hmacSha1(SECRET, message);
      const view = new DataView(mac.buffer);
      const expected = (view.getUint32(mac[19] & 15) & 0x7fff_ffff) % 100_000_000;
      assert.is(toAscii(hotp(crypto, SECRET, counter, 8)), String(expected).padStart(8, "0"), `${counter}`);
    }
  });

  test(`${backend}: gives no code for a counter that is none, or of digits that are too few`, () => {
    for (const counter of [-1, 0.5, 2 ** 53, Number.NaN])
      assert.throws(() => hotp(crypto, SECRET, counter, 6), /totp: /);
    for (const digits of [5, 9]) assert.throws(() => hotp(crypto, SECRET, 0, digits), /totp: /);
  });
}

const STEPS: readonly (readonly [string, number, number | undefined, readonly number[]])[] = [
  ["a clock that knows the second", 3_000, 3_000, [99, 100, 101]],
  ["the last second of a step", 3_029, 3_029, [99, 100, 101]],
  ["two seconds over a boundary", 3_029, 3_030, [99, 100, 101, 102]],
  ["an owner's minute", 2_970, 3_030, [98, 99, 100, 101, 102]],
  ["an owner's minute off the boundary", 2_980, 3_040, [98, 99, 100, 101, 102]],
  ["W", 3_000, 3_300, [99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111]],
  ["a second more than W", 3_000, 3_301, []],
  ["no upper bound", 3_000, undefined, []],
  ["the beginning of time", 0, 10, [0, 1]],
];

for (const [name, lo, hi, steps] of STEPS) {
  test(`tries ${steps.length} steps for ${name}`, () => {
    const interval = { lo: seconds(lo), hi: hi === undefined ? undefined : seconds(hi) };
    assert.equal([...totpSteps(interval, TOTP_WIDTH_SECONDS_MAX)], [...steps]);
  });
}

test("tries exactly the steps that share an instant with the clock and half a minute around it", () => {
  for (let lo = 900; lo < 960; lo += 7) {
    for (let width = 0; width <= 300; width += 11) {
      const found = totpSteps({ lo: seconds(lo), hi: seconds(lo + width) }, 300);
      const expected = new Set<number>();
      for (let instant = lo - 30; instant <= lo + width + 30; instant++) expected.add(Math.floor(instant / 30));
      assert.equal([...found], [...expected], `${lo}, ${width} wide`);
    }
  }
});

test.run();
