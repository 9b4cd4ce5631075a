// Goal: of a list that fails, what is left fails too, and nothing more can be left out.
// Method: lists that fail where they hold certain items, in every place.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { shrink } from "../shrink.ts";

const ITEMS = Array.from({ length: 37 }, (_, index) => index);
const RUNS_MAX = 500;

const ROWS: readonly { name: string; needs: readonly number[] }[] = [
  { name: "nothing at all", needs: [] },
  { name: "the first", needs: [0] },
  { name: "the last", needs: [36] },
  { name: "two that are far apart", needs: [1, 35] },
  { name: "three side by side", needs: [17, 18, 19] },
  { name: "every other", needs: ITEMS.filter((item) => item % 2 === 0) },
  { name: "all", needs: ITEMS },
];

for (const { name, needs } of ROWS) {
  test(`finds ${name}`, () => {
    let tried = 0;
    const fails = (part: readonly number[]) => {
      tried++;
      return needs.every((item) => part.includes(item));
    };
    const { kept, runs, isShortest } = shrink(ITEMS, fails, RUNS_MAX);
    assert.equal([kept, isShortest, runs], [needs, true, tried]);
    assert.ok(runs <= 4 * ITEMS.length, `${runs} runs`);
  });
}

test("finds a short list where either of two is enough", () => {
  const { kept } = shrink(ITEMS, (part) => part.includes(3) || part.includes(30), RUNS_MAX);
  assert.equal(kept, [30]);
});

test("leaves out what could go only after another was gone", () => {
  const fails = (part: readonly number[]) => part.includes(9) && (part.includes(20) || !part.includes(30));
  assert.equal(shrink(ITEMS, fails, RUNS_MAX).kept, [9]);
});

test("keeps what it has when the runs are used up", () => {
  const { kept, runs, isShortest } = shrink(ITEMS, (part) => part.includes(0) && part.includes(36), 5);
  assert.is(isShortest, false);
  assert.is(runs, 5);
  assert.ok(kept.includes(0) && kept.includes(36) && kept.length < ITEMS.length);
});

test("an empty list is as short as it gets", () => {
  assert.equal(
    shrink([], () => true, RUNS_MAX),
    { kept: [], runs: 0, isShortest: true },
  );
});

test.run();
