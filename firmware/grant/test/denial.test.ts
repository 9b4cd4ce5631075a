// Goal: each reason keeps the number that docs/protocol.cddl's `denial` gives it, both ways, and no other number has one.
// Method: the table of docs/protocol.md §2.5, typed in again, and every number of the range.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Denial, denialNumber, denialOf } from "../denial.ts";

// biome-ignore format: the table reads as the page does.
const TABLE: Readonly<Record<Denial, number>> = {
  signature: 1, "unknown-key": 2, lock: 3, challenge: 4,
  expired: 5, "not-yet": 6, "time-unknown": 7, hours: 8,
  permission: 9, depth: 10, uses: 11, revoked: 12,
  generation: 13, holder: 14, quota: 15, camera: 16,
  power: 17, mode: 18, journal: 19, door: 20,
  presence: 21, sequence: 22, "not-adopted": 23, malformed: 24,
  visit: 25, unsupported: 26, rate: 27, target: 28,
  clock: 29, limit: 30, code: 31,
};
const REASONS = Object.keys(TABLE) as Denial[];

for (const reason of REASONS) {
  test(`gives ${reason} its number, and finds it again`, () => {
    assert.is(denialNumber(reason), TABLE[reason]);
    assert.is(denialOf(TABLE[reason]), reason);
  });
}

test("knows 31 reasons and no other number", () => {
  assert.is(REASONS.length, 31);
  for (const number of [-1, 0, 0.5, 32, 63, 64, 2 ** 32, Number.NaN]) assert.is(denialOf(number), undefined);
});

test("stops on a reason that is none", () => {
  assert.throws(() => denialNumber("maybe" as Denial), /assertion/);
});

test.run();
