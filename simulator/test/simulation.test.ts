// Goal: a simulated day is a function of its seed, and holds every invariant.
// Method: the same seed twice, different seeds, and the verdict's line; the long suite runs many more.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { simulate, verdictLine } from "../simulation.ts";

const SEED = 20_261_214;

test("a seed gives the same trace twice, and people that act", () => {
  const lines: string[] = [];
  const first = simulate(crypto, { seed: SEED, days: 1 });
  const second = simulate(crypto, { seed: SEED, days: 1, print: (line) => lines.push(line) });
  assert.equal(first, second);
  assert.is(first.violation, undefined, `seed ${SEED}`);
  assert.ok(first.tally.visits > 0 && first.tally.refusals > 0 && first.tally.audits === 1, `seed ${SEED}`);
  assert.ok(lines.length > 100);
});

test("another seed gives another trace", () => {
  const hashes = new Set([SEED, SEED + 1].map((seed) => simulate(crypto, { seed, days: 1 }).hash));
  assert.is(hashes.size, 2);
});

test("the last line is the verdict", () => {
  const result = { violation: undefined, step: 7, hash: "ab", tally: { visits: 0, refusals: 0, audits: 0 } };
  assert.is(verdictLine({ seed: 3, days: 1 }, result), "PASSED ab");
  assert.is(
    verdictLine({ seed: 3, days: 1 }, { ...result, violation: "the watermark fell" }),
    "FAILED seed 3 step 7: the watermark fell",
  );
});

test.run();
