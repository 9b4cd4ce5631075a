// What the tests of the primitives and of the links share: the backends, one seeded source, and the usual damage.
// Why: each claim about a primitive is made of both backends in one table, and a failure names the seed to replay.

import * as assert from "uvu/assert";
import { crypto as engine } from "#crypto";
import type { Bytes } from "../../bytes.ts";
import { Fault, type FaultCode } from "../../fault.ts";
import type { Crypto } from "../crypto.ts";
import { crypto as portable } from "../portable.ts";

/** The engine's own backend (node:crypto or libsodium) and the one in plain JavaScript. */
export const BACKENDS: readonly (readonly [string, Crypto])[] = Object.freeze([
  ["engine", engine],
  ["portable", portable],
]);

/** Asserts that `work` ends in a Fault of `code`. */
export function throwsFault(work: () => unknown, code: FaultCode, claim: string = code): void {
  let thrown: unknown;
  try {
    work();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof Fault, `${claim}: ${thrown === undefined ? "nothing thrown" : String(thrown)}`);
  assert.is(thrown instanceof Fault ? thrown.code : "", code, claim);
}

/** Gives a copy with one bit turned over. */
export function flip(bytes: Uint8Array, bit: number): Bytes {
  const flipped = new Uint8Array(bytes);
  flipped[bit >> 3] ^= 1 << (bit & 7);
  return flipped;
}

/** Gives a copy that is one byte short. */
export function shorten(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes.subarray(0, bytes.length - 1));
}

/** Gives a copy that is one zero byte longer. */
export function lengthen(bytes: Uint8Array): Bytes {
  const lengthened = new Uint8Array(bytes.length + 1);
  lengthened.set(bytes);
  return lengthened;
}

/** Gives `size` bytes 0, 1, 2, ... from `start`, modulo 256. */
export function ascending(start: number, size: number): Bytes {
  return Uint8Array.from({ length: size }, (_, index) => start + index);
}

/** A source of test bytes that a seed replays: Weyl steps through a 32-bit mixer. Fit for nothing else. */
export class Seeded {
  private state: number;

  constructor(seed: number) {
    this.state = seed;
  }

  /** Draws 0..bound-1. */
  below(bound: number): number {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % bound;
  }

  /** Draws `size` bytes. */
  bytes(size: number): Bytes {
    return Uint8Array.from({ length: size }, () => this.below(256));
  }
}
