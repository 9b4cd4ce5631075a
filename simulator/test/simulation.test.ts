// Goal: a simulated day is a function of its seed, and holds every invariant, with everything that can go wrong.
// Method: the same seed twice, different seeds, faults left out, and the verdict's line; the long suite runs many more.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { FAULT_KINDS } from "../faults.ts";
import { addCounts, countsOf, summaryLines } from "../report.ts";
import { simulate, verdictLine } from "../simulation.ts";

const SEED = 20_261_214;
const ALL = { kinds: FAULT_KINDS };

test("a seed gives the same trace twice, and people that act", () => {
  const lines: string[] = [];
  const first = simulate(crypto, { seed: SEED, days: 1, faults: ALL });
  const second = simulate(crypto, { seed: SEED, days: 1, faults: ALL, print: (line) => lines.push(line) });
  assert.equal(first, second);
  assert.is(first.violation, undefined, `seed ${SEED}`);
  assert.ok(
    first.tally.visits > 0 && first.tally.refusals > 0 && first.tally.audits > 0 && first.tally.codes > 2,
    `seed ${SEED}`,
  );
  assert.ok(first.faults.length > 8 && first.struck.length > 4, `seed ${SEED}`);
  assert.ok(lines.length > 100);
});

test("another seed, or one fault less, gives another trace", () => {
  const { faults, hash } = simulate(crypto, { seed: SEED, days: 1, faults: ALL });
  const only = faults.filter(({ kind }) => kind !== "tears").map(({ number }) => number);
  const fewer = simulate(crypto, { seed: SEED, days: 1, faults: { ...ALL, only } });
  assert.equal(
    fewer.faults,
    faults.filter(({ kind }) => kind !== "tears"),
  );
  const other = simulate(crypto, { seed: SEED + 1, days: 1, faults: ALL });
  const none = simulate(crypto, { seed: SEED, days: 1 });
  assert.equal(none.struck, []);
  assert.is(new Set([hash, fewer.hash, other.hash, none.hash]).size, 4);
});

test("the last line is the verdict", () => {
  const result = { violation: undefined, step: 7, hash: "ab" };
  assert.is(verdictLine({ seed: 3 }, result), "PASSED ab");
  assert.is(
    verdictLine({ seed: 3 }, { ...result, violation: "the watermark fell" }),
    "FAILED seed 3 step 7: the watermark fell",
  );
});

test("a summary says what people did and what struck, over many runs", () => {
  const tally = { visits: 2, refusals: 0, audits: 1, codes: 3, acknowledged: 0 };
  const flash = { turns: 1, snapshots: 2 };
  const counts = countsOf({ tally, flash, step: 9, struck: [["tears", 3]] });
  assert.equal(summaryLines(addCounts([counts, counts])), [
    "4 visits, 0 refusals, 2 audits, 6 codes, 0 acknowledged, 2 sectors reused, 4 snapshots, 18 events",
    "struck: 6 tears",
  ]);
  assert.is(summaryLines(countsOf({ tally, flash, step: 9, struck: [] }))[1], "no faults");
});

test.run();
