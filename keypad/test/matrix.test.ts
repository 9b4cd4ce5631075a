// Holds the matrix to never naming a key that nobody presses.
// Method: all 4,096 sets of pressed keys on the simulated copper (simulator/keyboard.ts), where current flows backwards
// through pressed keys; what must be seen is computed here by another way, from rectangles.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { reach } from "../../simulator/keyboard.ts";
import { Matrix } from "../matrix.ts";

const SETS = 1 << 12;

/** Whether three of the corners of any rectangle are in the set. */
function hasGhost(set: number): boolean {
  const at = (row: number, column: number) => (set >> (3 * row + column)) & 1;
  for (let upper = 0; upper < 4; upper++) {
    for (let lower = upper + 1; lower < 4; lower++) {
      for (const [left, right] of [[0, 1] as const, [0, 2] as const, [1, 2] as const]) {
        if (at(upper, left) + at(upper, right) + at(lower, left) + at(lower, right) >= 3) return true;
      }
    }
  }
  return false;
}

test("sees every set of keys as it is, or says that it cannot tell, and lets all rows float afterwards", () => {
  let closed = 0;
  let driven: number | undefined = 0;
  const matrix = new Matrix({
    driveRow: (row) => {
      driven = row;
    },
    // Wires that are not there pick up noise.
    readColumns: () => (driven === undefined ? 0 : reach(closed, driven)) | ~7,
  });
  assert.is(driven, undefined);
  for (closed = 0; closed < SETS; closed++) {
    assert.is(matrix.scan(), hasGhost(closed) ? undefined : closed, closed.toString(2));
    assert.is(driven, undefined);
  }
});

test("one key, and any two, are always told", () => {
  for (let first = 0; first < 12; first++) {
    for (let second = 0; second < 12; second++) assert.not(hasGhost((1 << first) | (1 << second)));
  }
});

test.run();
