// The guess budget: how much probability of a lucky hit the lock still gives away to wrong entries.
// Why: a counter of tries bars the owner or forgets at a restart. A budget of probability asks what an entry is worth to a
// guesser: six digits cost much and pause soon, twelve cost next to nothing and go on through any siege.
// Follows docs/protocol.md, "Codes". Pure: the caller writes levelAfter() durably before it compares anything.
//
// One unit is a probability of 10^-12. Testing an entry at a length of L digits against n live codes costs n times 10^(12-L).
// In thousandths of a unit, a refill of 155 units a second is 155 a millisecond: all of it is whole numbers.

import { assert } from "../../firmware/fault.ts";
import type { Millis } from "../../firmware/platform.ts";

/** One in 10,000: what a burst of all entries at once may hit with. */
export const CAPACITY = 100_000_000;
/** 0.489 % in a year of uptime: what a siege may hit with beyond the capacity. */
export const REFILL_PER_SECOND = 155;
/** The longest code: above it a unit would be too coarse. */
export const DIGITS_MAX = 12;

const PARTS = 1_000;
/** The price of one live code at a length of 0, 1, 2, ... digits. A power would come from the engine's floating point. */
const PRICES = Object.freeze([1e12, 1e11, 1e10, 1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1]);
/** How many kinds of codes may share the digits of one entry. */
const LENGTHS_MAX = 16;

/** How many codes of a length would open now. */
export interface Lives {
  /** 1..12. */
  readonly digits: number;
  readonly live: number;
}

/** What an entry may be compared with, and its price. */
export interface Admission {
  /** Lengths, longest first. */
  readonly tested: readonly number[];
  /** Lengths that have live codes and are not tested, since the budget does not hold their cost; longest first. */
  readonly paused: readonly number[];
  /** Units, for all that is tested. */
  readonly cost: number;
}

/** The budget of one lock. */
export class Budget {
  readonly #capacity: number;
  readonly #refill: number;
  /** In thousandths of a unit, at `#at`. */
  #parts: number;
  #at: Millis;

  /** @param start.capacity units   @param start.refillPerSecond units for each second of uptime: off time earns nothing
   *  @param start.level units, as it was last written durably   @param start.now uptime */
  constructor({
    capacity = CAPACITY,
    refillPerSecond = REFILL_PER_SECOND,
    level,
    now,
  }: {
    readonly capacity?: number;
    readonly refillPerSecond?: number;
    readonly level: number;
    readonly now: Millis;
  }) {
    assert(isWhole(capacity) && isWhole(refillPerSecond) && isWhole(level), "guess: units are whole");
    this.#capacity = capacity * PARTS;
    this.#refill = refillPerSecond;
    this.#parts = Math.min(level * PARTS, this.#capacity);
    this.#at = now;
  }

  /** Gives the units left, rounded down. @param now uptime, not before any former */
  level(now: Millis): number {
    return Math.floor(this.#partsAt(now) / PARTS);
  }

  /** Tells what an entry may be compared with: the longest codes first, and each length only while the rest of the budget holds
   *  its whole cost. Nothing is charged. @param lives one row or several for a length */
  admit(lives: readonly Lives[], now: Millis): Admission {
    const tested: number[] = [];
    const paused: number[] = [];
    const left = this.level(now);
    let cost = 0;
    for (const { digits, live } of longestFirst(lives)) {
      const price = live * PRICES[digits];
      if (price > left - cost) {
        paused.push(digits);
        continue;
      }
      tested.push(digits);
      cost += price;
    }
    return { tested, paused, cost };
  }

  /** Gives the lengths that have live codes and are not tested for want of budget, longest first. */
  pausedLengths(lives: readonly Lives[], now: Millis): readonly number[] {
    return this.admit(lives, now).paused;
  }

  /** Gives what will be left after a charge: what must be durable before the charge and the compare. @param cost units */
  levelAfter(cost: number, now: Millis): number {
    const left = this.level(now) - cost;
    assert(isWhole(cost) && left >= 0, "guess: only what was admitted is charged");
    return left;
  }

  /** Takes a cost. @param cost units, as admit() gave it at the same uptime */
  charge(cost: number, now: Millis): void {
    this.levelAfter(cost, now);
    this.#settle(now, 0 - cost);
  }

  /** Gives the cost of a right entry back, never beyond the capacity. @param cost units, as it was charged */
  giveBack(cost: number, now: Millis): void {
    assert(isWhole(cost), "guess: units are whole");
    this.#settle(now, cost);
  }

  #settle(now: Millis, units: number): void {
    this.#parts = Math.min(this.#capacity, this.#partsAt(now) + units * PARTS);
    this.#at = now;
  }

  #partsAt(now: Millis): number {
    assert(now >= this.#at, "guess: uptime does not run backwards");
    return Math.min(this.#capacity, this.#parts + (now - this.#at) * this.#refill);
  }
}

/** Gives one row for each length that has live codes, longest first. */
function longestFirst(lives: readonly Lives[]): readonly Lives[] {
  assert(lives.length <= LENGTHS_MAX, "guess: too many kinds of codes");
  assert(
    lives.every(({ digits, live }) => isWhole(digits) && digits > 0 && digits <= DIGITS_MAX && isWhole(live)),
    "guess: 1 to 12 digits",
  );
  const rows: Lives[] = [];
  for (let digits = DIGITS_MAX; digits > 0; digits--) {
    let live = 0;
    for (const row of lives) if (row.digits === digits) live += row.live;
    if (live > 0) rows.push({ digits, live });
  }
  return rows;
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
