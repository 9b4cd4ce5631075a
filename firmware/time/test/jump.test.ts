// Goal: what an owner may move the clock by with nobody inside is a day in a day, however it is cut up.
// Method: rows of moves, by the lock's own count of time between them.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { seconds } from "../../platform.ts";
import { afterJump, jumpLeft } from "../clock.ts";

const WATERMARK = seconds(1_800_000_000);
const DAY = 86_400;

// Moves in the order in which they come: after how many seconds of the lock's own time, and by how many; what is left then.
const BUDGETS: readonly (readonly [string, readonly (readonly [passed: number, by: number])[], number])[] = [
  ["is a day at first", [], DAY],
  ["is a day less what was moved", [[0, 3_600]], DAY - 3_600],
  ["is nothing behind a day", [[0, DAY]], 0],
  [
    "counts every move",
    [
      [0, 3_600],
      [0, 7_200],
    ],
    DAY - 10_800,
  ],
  [
    "comes back with the time that passes, one for one",
    [
      [0, DAY],
      [3_600, 0],
    ],
    3_600,
  ],
  [
    "does not come back with the time that was told",
    [
      [0, DAY / 2],
      [0, DAY / 2],
    ],
    0,
  ],
  [
    "is a day again after as long",
    [
      [0, DAY],
      [DAY, 0],
    ],
    DAY,
  ],
  [
    "is never more",
    [
      [0, 3_600],
      [10 * DAY, 0],
    ],
    DAY,
  ],
  [
    "counts from now where what was moved is long over",
    [
      [0, 3_600],
      [10 * DAY, 7_200],
    ],
    DAY - 7_200,
  ],
];

for (const [claim, moves, left] of BUDGETS) {
  test(`T47: what an owner may move from afar ${claim}`, () => {
    let [lo, jumped] = [WATERMARK, seconds(0)];
    for (const [passed, by] of moves) {
      const from = seconds(lo + passed);
      lo = seconds(from + by);
      jumped = afterJump(jumped, from, lo);
    }
    assert.is(jumpLeft(jumped, lo), left);
  });
}

test("T47: a move at the end of time counts to there", () => {
  assert.is(afterJump(seconds(0), WATERMARK, seconds(0xffff_fffe)), 0xffff_fffe);
});

test.run();
