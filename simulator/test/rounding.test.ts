// Goal: every engine rounds alike, or a simulation is another one on each.
// Method: values on both sides of each power of two from 2^0 to 2^52, with fractions that are exact; the whole part is kept
// apart as an integer, so that the right answer needs no rounding. The first rows are a bug of a C library, as it was found.

import { test } from "uvu";
import * as assert from "uvu/assert";

const FOUND: readonly (readonly [number, number, number])[] = [
  [2_097_151.25, 2_097_151, 2_097_152],
  [2_097_152.25, 2_097_152, 2_097_153],
  [2_160_000.001, 2_160_000, 2_160_001],
  [-2_160_000.001, -2_160_001, -2_160_000],
];

for (const [value, below, above] of FOUND) {
  test(`${value} lies between ${below} and ${above}`, () => {
    assert.is(Math.floor(value), below);
    assert.is(Math.ceil(value), above);
  });
}

test("floor, ceil, trunc and round agree with whole numbers, up to 2^50 and both ways from zero", () => {
  for (let bit = 0; bit <= 50; bit++) {
    for (const whole of [2 ** bit - 1, 2 ** bit, 2 ** bit + 1]) {
      for (const fraction of [0.25, 0.5, 0.75]) {
        const value = whole + fraction;
        assert.is(Math.floor(value), whole, `floor ${value}`);
        assert.is(Math.ceil(value), whole + 1, `ceil ${value}`);
        assert.is(Math.trunc(-value), -whole, `trunc ${-value}`);
        assert.is(Math.floor(-value), -whole - 1, `floor ${-value}`);
        assert.is(Math.round(value), fraction < 0.5 ? whole : whole + 1, `round ${value}`);
      }
      assert.is(Math.floor(whole), whole);
      assert.is(Math.ceil(-whole), -whole);
    }
  }
});

test("zero keeps its sign, and so does what rounds to it", () => {
  assert.ok(Object.is(Math.floor(-0), -0));
  assert.ok(Object.is(Math.ceil(-0.5), -0));
  assert.ok(Object.is(Math.floor(0.5), 0));
  assert.is(Math.floor(Number.NEGATIVE_INFINITY), Number.NEGATIVE_INFINITY);
  assert.ok(Number.isNaN(Math.ceil(Number.NaN)));
});

test.run();
