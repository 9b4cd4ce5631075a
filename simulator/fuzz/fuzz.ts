// Malformed messages by the thousand, and what must hold after each of them.
// Why: a stranger may send anything; a lock may refuse it, and count it, and nothing else (docs/attacks.md T04, T21).
// Messages come in batches that depend on nothing but the seed and their number, so that any of them is made again in
// seconds. Most go straight into a reader; the rest go to a whole lock, past its cipher and around it.

import { type Bytes, toHex } from "../../firmware/bytes.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { Fault } from "../../firmware/fault.ts";
import { Stream } from "../random.ts";
import { Gate } from "./gate.ts";
import { mutate } from "./mutate.ts";
import { type Parser, parsersOf } from "./parsers.ts";
import { Siege } from "./siege.ts";

/** Messages that share one lock. */
export const BATCH = 10_000;
/** How often the heap is looked at. */
const LOOK_EVERY = 1_000;
/** How many of a batch go to the lock itself, or to a camera; each costs as much as twenty that go to a reader. */
const SIEGE_PER_MILLE = 170;
/** How many of those go to a camera that somebody looks through. */
const GATE_PER_MILLE = 50;
/** How many of the others go to the readers that stand in front of a signature check. */
const FRONT_PER_MILLE = 600;
/** A malformed message may cost as many steps as ten good ones. */
const STEPS_FACTOR = 10;
const SHOWN_BYTES_MAX = 4_096;

/** What to send. */
export interface FuzzOptions {
  /** u32. */
  readonly seed: number;
  /** How many messages, from number `from` on, which is the first of a batch. */
  readonly count: number;
  readonly from?: number;
  readonly heap?: Heap;
}

/** The engine's heap, where it can be seen. */
export interface Heap {
  /** Gives the bytes in use, garbage collected. */
  bytes(): number;
  /** By how much they may rise: a session more or less, and what the engine keeps for itself. */
  readonly growthMax: number;
}

/** A message after which something did not hold. */
export interface Failure {
  readonly index: number;
  /** Where it went. */
  readonly target: string;
  readonly what: string;
  /** The message in base16. */
  readonly hex: string;
}

/** Sends malformed messages until one does harm. @returns what it did, or undefined where none did */
export function fuzz(crypto: Crypto, { seed, count, from = 0, heap }: FuzzOptions): Failure | undefined {
  const run = { crypto, parsers: parsersOf(crypto), seed, growth: growthOf(heap) };
  const end = from + count;
  for (let first = from - (from % BATCH); first < end; first += BATCH) {
    const failure = sendBatch(run, first, Math.min(end, first + BATCH));
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Gives what tells by how much the heap has grown above its bound since it was asked first; 0 for not at all. */
function growthOf(heap: Heap | undefined): () => number {
  let start: number | undefined;
  return () => {
    if (heap === undefined) return 0;
    const bytes = heap.bytes();
    start ??= bytes;
    return bytes - start > heap.growthMax ? bytes - start : 0;
  };
}

/** Says how a failure came about and how to see it again. */
export function reportOf(failure: Failure, seed: number, engine: string): readonly string[] {
  const { index, target, what, hex } = failure;
  return [
    `seed ${seed}, message ${index}, ${target}: ${what}`,
    hex.slice(0, 2 * SHOWN_BYTES_MAX),
    `again: npm run fuzz -- --seed ${seed} --index ${index} --engine ${engine}`,
  ];
}

interface Run {
  readonly crypto: Crypto;
  readonly parsers: readonly Parser[];
  readonly seed: number;
  readonly growth: () => number;
}

function sendBatch({ crypto, parsers, seed, growth }: Run, first: number, end: number): Failure | undefined {
  const random = new Stream(seed, `batch ${first / BATCH}`);
  const [siege, gate] = [new Siege(crypto, random), new Gate(crypto, random)];
  const front = parsers.filter(({ isInFront }) => isInFront);
  for (let index = first; index < end; index++) {
    const isReaders = !random.chance(SIEGE_PER_MILLE);
    const failure = isReaders
      ? read(random, random.pick(random.chance(FRONT_PER_MILLE) ? front : parsers), index)
      : random.chance(GATE_PER_MILLE)
        ? besiege(gate, "the camera", index)
        : besiege(siege, "the lock", index);
    if (failure !== undefined) return failure;
    const grown = index % LOOK_EVERY === LOOK_EVERY - 1 ? growth() : 0;
    if (grown > 0) return { index, target: "the heap", what: `it has grown by ${grown} bytes`, hex: "" };
  }
  for (const [target, each] of [
    ["the lock", siege],
    ["the camera", gate],
  ] as const) {
    const what = each.relieve();
    if (what !== undefined) return { index: end - 1, target, what, hex: "" };
  }
  return undefined;
}

interface Besieged<Made extends { readonly layer: string; readonly bytes: Bytes }> {
  aim(): Made;
  deliver(shot: Made): string | undefined;
}

function besiege<Made extends { readonly layer: string; readonly bytes: Bytes }>(
  besieged: Besieged<Made>,
  target: string,
  index: number,
): Failure | undefined {
  const shot = besieged.aim();
  const what = besieged.deliver(shot);
  return what === undefined ? undefined : { index, target: `${target}, ${shot.layer}`, what, hex: toHex(shot.bytes) };
}

function read(random: Stream, parser: Parser, index: number): Failure | undefined {
  const bytes = mutate(random, random.pick(parser.goods), random.pick(parser.goods));
  const what = harmOf(parser, bytes);
  return what === undefined ? undefined : { index, target: parser.name, what, hex: toHex(bytes) };
}

/** Gives a message to a reader. @returns what the reader did that it must not, or undefined */
export function harmOf(parser: Parser, bytes: Bytes): string | undefined {
  const { steps, thrown } = parser.read(bytes);
  if (thrown !== undefined && !(thrown instanceof Fault)) return `threw ${String(thrown)}`;
  if (steps === undefined || parser.steps === undefined || steps <= STEPS_FACTOR * parser.steps) return undefined;
  return `took ${steps} steps, where the largest good message takes ${parser.steps}`;
}
