// Goal: what goes wrong is planned from the seed alone, each kind for itself, and a part of a plan is that very part.
// Method: plans of many days, compared with each other.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { describeFault, FAULT_KINDS, HABITS, planFaults, QUIET_MILLIS } from "../faults.ts";

const SEED = 7;
const DAYS = 100;
const DAY_MILLIS = 86_400_000;
const whole = planFaults(SEED, DAYS, { kinds: FAULT_KINDS });

test("every kind and form comes, in order of time, and none in the last hour", () => {
  assert.equal([...new Set(whole.map(({ kind }) => kind))].sort(), [...FAULT_KINDS].sort());
  for (const kind of FAULT_KINDS) {
    const forms = whole.filter((fault) => fault.kind === kind).map(({ form }) => form);
    assert.equal([...new Set(forms)].sort(), [...new Set<string>(HABITS[kind].forms)].sort(), kind);
  }
  for (const [index, { number, at, lastsMillis, kind }] of whole.entries()) {
    assert.is(number, index);
    assert.ok(index === 0 || at >= whole[index - 1].at);
    assert.ok(at < DAYS * DAY_MILLIS - QUIET_MILLIS);
    assert.ok(lastsMillis >= HABITS[kind].lasts[0] && lastsMillis <= HABITS[kind].lasts[1]);
  }
});

test("a write in flight is cut ten times as often as a quiet moment", () => {
  const count = (kind: string) => whole.filter((fault) => fault.kind === kind).length;
  const ratio = count("tears") / count("cuts");
  assert.ok(ratio > 7 && ratio < 13, `${ratio}`);
});

test("a choice of kinds or numbers leaves every other fault as it is", () => {
  assert.equal(planFaults(SEED, DAYS, { kinds: FAULT_KINDS }), whole);
  assert.equal(
    planFaults(SEED, DAYS, { kinds: ["tears", "rot"] }),
    whole.filter(({ kind }) => kind === "tears" || kind === "rot"),
  );
  assert.equal(planFaults(SEED, DAYS, { kinds: FAULT_KINDS, only: [3, 17, 1_000_000] }), [whole[3], whole[17]]);
  assert.equal(planFaults(SEED, DAYS, { kinds: [] }), []);
  assert.equal(planFaults(SEED, DAYS, { kinds: FAULT_KINDS, only: [] }), []);
});

test("another seed is another plan", () => {
  assert.not.equal(planFaults(SEED + 1, DAYS, { kinds: FAULT_KINDS }), whole);
});

test("a fault is described with its number, its form and its time", () => {
  const [fault] = planFaults(SEED, DAYS, { kinds: ["brownouts"] });
  const { number, form, lastsMillis } = fault;
  const text = describeFault(fault);
  assert.ok(text.startsWith(`${number} brownouts (${form}), `) && text.endsWith(` for ${lastsMillis} ms`), text);
});

test.run();
