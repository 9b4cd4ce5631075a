// Goal: no entry is compared that was not paid for, and what comes back is what uptime and right entries earn, to the unit.
// Method: rows of what a budget admits; a seeded run against a ledger in numbers of any size; a siege by the clock.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Millis, millis } from "../../../firmware/platform.ts";
import { Stream } from "../../../simulator/random.ts";
import { Budget, CAPACITY, type Lives, REFILL_PER_SECOND, RESERVE } from "../guess.ts";

const SEED = 20261023;
const DAY_MILLIS = 86_400_000;
const YEAR_SECONDS = 31_536_000;

function full(now = 0): Budget {
  return new Budget({ level: CAPACITY, now: millis(now) });
}

function lives(...rows: readonly (readonly [digits: number, live: number])[]): readonly Lives[] {
  return rows.map(([digits, live]) => ({ digits, live }));
}

test("holds one in 10,000, and earns less than half a percent in a year of uptime", () => {
  assert.is(CAPACITY / 1e12, 1e-4);
  assert.is((REFILL_PER_SECOND * YEAR_SECONDS) / 1e12 <= 0.0049, true);
  assert.is((REFILL_PER_SECOND * YEAR_SECONDS) / 1e12 > 0.0048, true);
});

type Row = readonly [
  claim: string,
  level: number,
  lives: readonly Lives[],
  tested: readonly number[],
  paused: readonly number[],
  cost: number,
];
const ROWS: readonly Row[] = [
  ["nothing where nothing lives", CAPACITY, [], [], [], 0],
  ["no length without live codes", CAPACITY, lives([6, 0], [10, 0]), [], [], 0],
  ["six digits at a millionth for each", CAPACITY, lives([6, 3]), [6], [], 3_000_000],
  ["twelve digits at one unit for each", CAPACITY, lives([12, 7]), [12], [], 7],
  ["ten digits of four owner devices", CAPACITY, lives([10, 2_824]), [10], [], 282_400],
  ["the longest first", CAPACITY, lives([6, 1], [12, 1], [8, 1], [10, 1]), [12, 10, 8, 6], [], 1_010_101],
  ["several kinds of one length together", CAPACITY, lives([10, 706], [10, 4], [6, 1]), [10, 6], [], 1_071_000],
  ["exactly what is left", 1_000_100, lives([10, 1], [6, 1]), [10, 6], [], 1_000_100],
  ["all but the length that a unit is missing for", 1_000_099, lives([10, 1], [6, 1]), [10], [6], 100],
  ["a shorter length where a longer one is too dear", 2_000_000, lives([8, 201], [6, 2]), [6], [8], 2_000_000],
  ["no length at all without a budget", 0, lives([12, 1], [6, 1]), [], [12, 6], 0],
  ["more codes than the capacity can hold never", CAPACITY, lives([6, 101]), [], [6], 0],
];

for (const [claim, level, given, tested, paused, cost] of ROWS) {
  test(`admits ${claim}`, () => {
    const budget = new Budget({ level, reserve: 0, now: millis(0) });
    const admission = budget.admit(given, millis(0));
    assert.equal({ ...admission, costs: [] }, { tested, paused, costs: [], cost });
    assert.is(
      admission.costs.reduce((sum, each) => sum + each, 0),
      cost,
    );
    assert.is(admission.costs.length, tested.length);
    assert.equal(budget.pausedLengths(given, millis(0)), paused);
    assert.is(budget.level(millis(0)), level, "nothing is charged");
  });
}

test("leaves a tenth to codes of ten digits and more", () => {
  const given = lives([12, 1], [10, 706], [8, 13], [6, 1]);
  const at = (level: number) => new Budget({ level, now: millis(0) }).admit(given, millis(0)).tested;
  const price = 1_000_000 + 130_000 + 70_600 + 1;
  assert.equal(at(RESERVE + price), [12, 10, 8, 6]);
  assert.equal(at(RESERVE + price - 1), [12, 10, 8]);
  assert.equal(at(RESERVE + 200_600), [12, 10]);
  assert.equal(at(RESERVE), [12, 10]);
  assert.equal(at(70_601), [12, 10]);
  assert.equal(at(70_600), [12]);
});

test("refuses lengths that have no price", () => {
  for (const digits of [0, -1, 13, 6.5]) assert.throws(() => full().admit(lives([digits, 1]), millis(0)), /guess: /);
  assert.throws(() => full().admit(lives([6, -1]), millis(0)), /guess: /);
});

test("takes a charge, and says beforehand what will be left", () => {
  const budget = full();
  assert.is(budget.levelAfter(1_000_000, millis(0)), 99_000_000);
  assert.is(budget.level(millis(0)), CAPACITY);
  budget.charge(1_000_000, millis(0));
  assert.is(budget.level(millis(0)), 99_000_000);
});

test("takes no charge that it does not hold", () => {
  const budget = full();
  assert.throws(() => budget.charge(CAPACITY + 1, millis(0)), /guess: /);
  assert.throws(() => budget.charge(-1, millis(0)), /guess: /);
  assert.throws(() => budget.charge(0.5, millis(0)), /guess: /);
  budget.charge(CAPACITY, millis(0));
  assert.throws(() => budget.charge(1, millis(0)), /guess: /);
});

test("gives a right entry's cost back, and never more than the capacity", () => {
  const budget = full();
  budget.charge(5_000_000, millis(0));
  budget.giveBack(5_000_000, millis(0));
  assert.is(budget.level(millis(0)), CAPACITY);
  budget.charge(1_000, millis(0));
  budget.giveBack(5_000_000, millis(0));
  assert.is(budget.level(millis(0)), CAPACITY);
});

test("earns by uptime alone: a start begins with what was written", () => {
  const before = new Budget({ level: 1_000, now: millis(0) });
  assert.is(before.level(millis(60_000)), 1_000 + 60 * REFILL_PER_SECOND);
  const after = new Budget({ level: before.level(millis(60_000)), now: millis(0) });
  assert.is(after.level(millis(0)), 10_300);
  assert.is(new Budget({ level: CAPACITY * 2, now: millis(0) }).level(millis(0)), CAPACITY);
});

test("stops on an uptime that runs backwards", () => {
  const budget = full(10);
  assert.throws(() => budget.level(millis(9)), /guess: /);
});

/** Types entries of a length every half minute. @returns how many were tested, and for how long */
function besiege(
  budget: Budget,
  siege: { readonly lives: readonly Lives[]; readonly from: Millis; readonly until: Millis },
): number {
  let tested = 0;
  for (let now = siege.from; now < siege.until; now = millis(now + 30_000)) {
    const admission = budget.admit(siege.lives, now);
    if (admission.tested.length === 0) continue;
    budget.charge(admission.cost, now);
    tested++;
  }
  return tested;
}

const SIEGES: readonly (readonly [string, readonly Lives[], burst: number, day: number])[] = [
  ["ten stored PINs of six digits", lives([6, 10]), 10, 1],
  ["ten digits of one owner device", lives([10, 738]), 1_536, 181],
  ["ten digits of four owner devices", lives([10, 2_856]), 397, 46],
  ["twelve digits", lives([12, 20]), 2_880, 2_880],
];

for (const [name, given, burst, daily] of SIEGES) {
  test(`a siege of ${name}: ${burst} entries on the first day, ${daily} on each later one`, () => {
    const budget = full();
    const first = besiege(budget, { lives: given, from: millis(0), until: millis(DAY_MILLIS) });
    const second = besiege(budget, { lives: given, from: millis(DAY_MILLIS), until: millis(2 * DAY_MILLIS) });
    assert.ok(Math.abs(first - burst) <= burst * 0.01 + 2, `${first}`);
    assert.ok(Math.abs(second - daily) <= 1, `${second}`);
  });
}

test("keeps to a ledger of thousandths in any order of charges, gifts, waits and starts", () => {
  const stream = new Stream(SEED, "budget");
  let budget = full();
  let parts = BigInt(CAPACITY) * BigInt(1_000);
  let now = 0;
  let at = 0;
  const limit = parts;
  for (let round = 0; round < 2_000; round++) {
    const waited = stream.below(stream.chance(20) ? 2 ** 31 : 20_000);
    now += waited;
    parts += BigInt(waited) * BigInt(REFILL_PER_SECOND);
    if (parts > limit) parts = limit;
    const given = lives(
      [6, stream.below(12)],
      [8, stream.below(100)],
      [10, stream.below(2_900)],
      [12, stream.below(9)],
    );
    const { cost } = budget.admit(given, millis(now - at));
    const left = budget.levelAfter(cost, millis(now - at));
    budget.charge(cost, millis(now - at));
    parts -= BigInt(cost) * BigInt(1_000);
    if (stream.chance(200)) {
      budget.giveBack(cost, millis(now - at));
      parts += BigInt(cost) * BigInt(1_000);
    } else if (stream.chance(100)) {
      budget = new Budget({ level: left, now: millis(0) });
      parts = BigInt(left) * BigInt(1_000);
      at = now;
    }
    assert.is(budget.level(millis(now - at)), Number(parts / BigInt(1_000)), `seed ${SEED}, round ${round}`);
  }
});

test.run();
