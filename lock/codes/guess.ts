// The guess budget: how much probability of a lucky hit the lock still gives away to wrong entries.
// Why: a counter of tries bars the owner or forgets at a restart. A budget of probability asks what an entry is worth to a
// guesser: six digits cost much and pause soon, twelve cost next to nothing and go on through any siege.
// Follows docs/protocol.md, "Codes". Pure: the caller writes levelAfter() durably before it compares anything.
//
// One unit is a probability of 10^-12. Testing an entry at a length of L digits against n live codes costs n times 10^(12-L).
// A refill of 155 units a second is 155 thousandths a millisecond: all of it is whole numbers, and what is no whole unit yet is
// kept until it is one.

import { assert } from "../../firmware/fault.ts";
import type { Millis } from "../../firmware/platform.ts";

/** One in 10,000: what a burst of all entries at once may hit with. */
export const CAPACITY = 100_000_000;
/** 0.489 % in a year of uptime: what a siege may hit with beyond the capacity. */
export const REFILL_PER_SECOND = 155;
/** Kept for long codes: a hundred wrong entries of six digits, typed within minutes, must not bar a courier with ten (T48). */
export const RESERVE = 10_000_000;
/** Codes of so many digits may use the reserve. */
export const LONG_DIGITS = 10;
/** The longest code: above it a unit would be too coarse. */
export const DIGITS_MAX = 12;

const PARTS = 1_000;
const CAPACITY_MAX = 2 ** 52;
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
  /** Units, for each of the lengths that are tested. */
  readonly costs: readonly number[];
  /** Units, for all that is tested. */
  readonly cost: number;
}

/** The budget of one lock. */
export class Budget {
  readonly #capacity: number;
  readonly #refill: number;
  readonly #reserve: number;
  /** Units at `#at`, and the thousandths of one that were earned beyond. */
  #units: number;
  #parts = 0;
  #at: Millis;

  /** @param start.reserve units that codes under ten digits leave for longer ones
   *  @param start.capacity units, at most 2^52   @param start.refillPerSecond units for each second of uptime: off time earns nothing
   *  @param start.level units, as it was last written durably   @param start.now uptime */
  constructor({
    capacity = CAPACITY,
    refillPerSecond = REFILL_PER_SECOND,
    reserve = RESERVE,
    level,
    now,
  }: {
    readonly capacity?: number;
    readonly refillPerSecond?: number;
    readonly reserve?: number;
    readonly level: number;
    readonly now: Millis;
  }) {
    assert(isWhole(capacity) && isWhole(refillPerSecond) && isWhole(level), "guess: units are whole");
    assert(capacity <= CAPACITY_MAX, "guess: a capacity that can be counted");
    this.#capacity = capacity;
    this.#refill = refillPerSecond;
    this.#reserve = reserve;
    this.#units = level < capacity ? level : capacity;
    this.#at = now;
  }

  /** Gives the units left, rounded down. @param now uptime, not before any former */
  level(now: Millis): number {
    this.#earn(now);
    return this.#units;
  }

  /** Tells what an entry may be compared with: the longest codes first, and each length only while the rest of the budget holds
   *  its whole cost. Nothing is charged. @param lives one row or several for a length */
  admit(lives: readonly Lives[], now: Millis): Admission {
    const tested: number[] = [];
    const costs: number[] = [];
    const paused: number[] = [];
    const left = this.level(now);
    const sums = sumsOf(lives);
    let cost = 0;
    for (let digits = DIGITS_MAX; digits > 0; digits--) {
      if (sums[digits] === 0) continue;
      const price = sums[digits] * PRICES[digits];
      const kept = digits < LONG_DIGITS ? this.#reserve : 0;
      if (price > left - kept - cost) {
        paused.push(digits);
        continue;
      }
      tested.push(digits);
      costs.push(price);
      cost += price;
    }
    return { tested, paused, costs, cost };
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
    this.#units = this.levelAfter(cost, now);
  }

  /** Gives the cost of a right entry back, never beyond the capacity. @param cost units, as it was charged */
  giveBack(cost: number, now: Millis): void {
    assert(isWhole(cost), "guess: units are whole");
    this.#earn(now);
    this.#add(cost);
  }

  /** Adds what the uptime since the last look has earned: by whole seconds and the rest, so that no product leaves the whole
   *  numbers before the capacity cuts it off. */
  #earn(now: Millis): void {
    assert(now >= this.#at, "guess: uptime does not run backwards");
    const elapsed = now - this.#at;
    const parts = (elapsed % PARTS) * this.#refill + this.#parts;
    this.#at = now;
    this.#parts = parts % PARTS;
    this.#add(Math.floor(elapsed / PARTS) * this.#refill + Math.floor(parts / PARTS));
  }

  #add(units: number): void {
    this.#units += units;
    if (this.#units < this.#capacity) return;
    this.#units = this.#capacity;
    this.#parts = 0;
  }
}

/** Gives the live codes of each length, at its number of digits. */
function sumsOf(lives: readonly Lives[]): readonly number[] {
  assert(lives.length <= LENGTHS_MAX, "guess: too many kinds of codes");
  // A copy of a frozen array would cost XS ten times as much.
  const sums = new Array<number>(DIGITS_MAX + 1).fill(0);
  for (let index = 0; index < lives.length; index++) {
    const { digits, live } = lives[index];
    assert(digits > 0 && digits in sums && isWhole(live), "guess: 1 to 12 digits");
    sums[digits] += live;
  }
  return sums;
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
