// The switch nights of central Europe, as the calendars printed for these years show them.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { switches } from "../scenarios/summer.ts";

const PRINTED: readonly (readonly [year: number, march: number, october: number])[] = [
  [2026, 1_774_746_000, 1_792_890_000],
  [2027, 1_806_195_600, 1_824_944_400],
  [2028, 1_837_645_200, 1_856_394_000],
];

for (const [year, march, october] of PRINTED) {
  test(`${year}: forward in March, back in October, at 01:00 UTC on a Sunday`, () => {
    assert.equal(switches(year, year), [
      { at: march, aheadSeconds: 7_200 },
      { at: october, aheadSeconds: 3_600 },
    ]);
  });
}

test.run();
