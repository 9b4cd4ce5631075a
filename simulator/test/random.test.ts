// Goal: a seed gives the same numbers on every engine, spread as numbers should be.
// Method: the first draws are written down (every engine must repeat them), and counts of many draws are bounded.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Stream } from "../random.ts";

const SEED = 7;
// Our own numbers: xoshiro128** publishes no vectors for this seeding.
const FIRST = [87874873, 350892287, 3247247325];

test("repeats its numbers on every engine", () => {
  const stream = new Stream(SEED, "fixed");
  assert.equal([stream.next(), stream.next(), stream.next()], FIRST);
});

test("gives each name a stream of its own", () => {
  assert.is.not(new Stream(SEED, "a").next(), new Stream(SEED, "b").next());
  assert.is.not(new Stream(SEED, "a").next(), new Stream(SEED + 1, "a").next());
});

const BOUNDS = [1, 2, 3, 1000, 86_400_000, 0x80000000];
for (const bound of BOUNDS) {
  test(`stays below ${bound}`, () => {
    const stream = new Stream(SEED, "bound");
    for (let count = 0; count < 200; count++) {
      const drawn = stream.below(bound);
      assert.ok(Number.isInteger(drawn) && drawn >= 0 && drawn < bound, `${drawn} of ${bound}, seed ${SEED}`);
    }
  });
}

for (const bound of [0, 0x80000001]) {
  test(`refuses the bound ${bound}`, () => {
    assert.throws(() => new Stream(SEED, "bound").below(bound), /bound/);
  });
}

test("spreads evenly over ten buckets", () => {
  const stream = new Stream(SEED, "even");
  const counts = new Array<number>(10).fill(0);
  for (let count = 0; count < 2000; count++) counts[stream.below(10)] += 1;
  for (const count of counts) assert.ok(count > 140 && count < 260, `${counts}, seed ${SEED}`);
});

test("includes both ends of a range", () => {
  const stream = new Stream(SEED, "ends");
  const drawn = new Set<number>();
  for (let count = 0; count < 100; count++) drawn.add(stream.between(-1, 1));
  assert.equal([...drawn].sort(), [-1, 0, 1]);
});

test("is never sure at 0 and always sure at 1,000 per mille", () => {
  const stream = new Stream(SEED, "chance");
  for (let count = 0; count < 100; count++) assert.equal([stream.chance(0), stream.chance(1000)], [false, true]);
});

for (const size of [0, 1, 3, 4, 5, 32]) {
  test(`fills ${size} bytes and no more`, () => {
    const target = new Uint8Array(size + 2);
    new Stream(SEED, "fill").fill(target.subarray(1, size + 1));
    assert.equal([target[0], target[size + 1]], [0, 0]);
    if (size >= 4) assert.ok(target.some((byte) => byte !== 0));
  });
}

test.run();
