// Seeded randomness: one stream of 32-bit numbers for each subsystem of a simulated house.
// Why: a run is replayed from its seed, so a draw that one subsystem adds must not shift the draws of another.
// Follows xoshiro128** and SplitMix32 (Blackman and Vigna, public domain): integers and Math.imul only, so that every
// engine draws the same numbers. Nothing here is fit for keys outside a simulation.

import type { Bytes } from "../firmware/bytes.ts";
import { assert } from "../firmware/fault.ts";
import type { Random } from "../firmware/platform.ts";

const BOUND_MAX = 0x80000000;

/** One stream of pseudo-random numbers; implements the platform's Random for the boards of a simulation. */
export class Stream implements Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed u32 @param name separates the streams of one seed; printable ASCII */
  constructor(seed: number, name: string) {
    let mixed = seed >>> 0;
    for (let index = 0; index < name.length; index++) mixed = scramble(mixed ^ name.charCodeAt(index), index + 1);
    this.#a = scramble(mixed, 1);
    this.#b = scramble(mixed, 2);
    this.#c = scramble(mixed, 3);
    // The all-zero state is the one that never leaves itself.
    this.#d = scramble(mixed, 4) | 1;
  }

  /** Draws a u32. */
  next(): number {
    const drawn = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotate(this.#d, 11);
    return drawn;
  }

  /** Draws a whole number. @param bound 1..2^31 @returns 0..bound-1 */
  below(bound: number): number {
    assert(bound >= 1 && bound <= BOUND_MAX, "a bound of 1..2^31");
    return Math.floor((this.next() * bound) / 0x100000000);
  }

  /** Draws a whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** Whether an event of that probability happens. @param perMille 0..1,000 */
  chance(perMille: number): boolean {
    return this.below(1000) < perMille;
  }

  /** Draws one of a list that is not empty. */
  pick<Item>(list: readonly Item[]): Item {
    return list[this.below(list.length)] as Item;
  }

  fill(target: Bytes): void {
    for (let offset = 0; offset < target.length; offset += 4) {
      const word = this.next();
      const size = Math.min(4, target.length - offset);
      for (let index = 0; index < size; index++) target[offset + index] = word >>> (8 * index);
    }
  }
}

/** Mixes one word, the n-th after a seed. SplitMix32's finaliser. @returns u32 */
function scramble(seed: number, count: number): number {
  let word = (seed + Math.imul(count, 0x9e3779b9)) | 0;
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
  return (word ^ (word >>> 15)) >>> 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
