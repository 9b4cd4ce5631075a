// Whole items as values, for tests: a tree is read with the cursor, written with the writer, or grown from a seed.
// Why: the firmware builds no trees, but a test that compares items needs them. Maps keep the order of their keys.

import { type Bytes, toHex } from "../../bytes.ts";
import { Fault } from "../../fault.ts";
import { ARGUMENT_MAX, DEPTH_MAX, type Reader } from "../decode.ts";
import type { Writer } from "../encode.ts";

/** An item of the subset. */
export type Tree = number | string | Uint8Array | Tree[] | Map<number, Tree>;

/** Reads one whole item with the cursor. @throws Fault what the cursor throws */
export function readTree(reader: Reader, depth: number = DEPTH_MAX): Tree {
  const majorType = reader.nextMajorType();
  if (majorType === 2) return reader.readView(0, ARGUMENT_MAX).slice();
  if (majorType === 3) return reader.readText(0, ARGUMENT_MAX);
  if (majorType !== 4 && majorType !== 5) return reader.readInt();
  if (depth === 0) throw new Fault("cbor.bound");
  if (majorType === 4) {
    const items: Tree[] = [];
    for (let left = reader.readArray(0, ARGUMENT_MAX); left > 0; left--) items.push(readTree(reader, depth - 1));
    return items;
  }
  const pairs = new Map<number, Tree>();
  let key: number | undefined;
  for (let left = reader.readMap(0, ARGUMENT_MAX); left > 0; left--) {
    key = reader.readKey(key);
    pairs.set(key, readTree(reader, depth - 1));
  }
  return pairs;
}

/** Writes one whole item. */
export function writeTree(writer: Writer, tree: Tree): Writer {
  if (typeof tree === "number") return writer.int(tree);
  if (typeof tree === "string") return writer.text(tree);
  if (tree instanceof Uint8Array) return writer.bytes(tree);
  if (Array.isArray(tree)) {
    writer.array(tree.length);
    for (const item of tree) writeTree(writer, item);
    return writer;
  }
  writer.map(tree.size);
  for (const [key, value] of tree) writeTree(writer.int(key), value);
  return writer;
}

/** Gives a text that is equal for equal items: a diagnostic notation (RFC 8949 §8) with quoted texts. */
export function show(tree: Tree): string {
  if (typeof tree === "number") return String(tree);
  if (typeof tree === "string") return JSON.stringify(tree);
  if (tree instanceof Uint8Array) return `h'${toHex(tree)}'`;
  if (Array.isArray(tree)) return `[${tree.map(show).join(", ")}]`;
  return `{${[...tree].map(([key, value]) => `${key}: ${show(value)}`).join(", ")}}`;
}

/** Gives a seeded source of whole numbers from 0 to `below` - 1 (mulberry32). */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const EDGES = [0, 1, 23, 24, 255, 256, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const LETTERS = [
  "",
  "a",
  "\u0000",
  "\u007f",
  "\u0080",
  "ü",
  "\u07ff",
  "\u0800",
  "水",
  "\ud7ff",
  "\ue000",
  "\uffff",
  "𐅑",
  "\u{10ffff}",
];

/** Grows an item that is at most `depth` arrays and maps deep, keys in their order. */
export function growTree(random: (below: number) => number, depth: number): Tree {
  const kind = random(depth > 0 ? 6 : 4);
  if (kind < 2) return growInteger(random);
  if (kind === 2) {
    let text = "";
    for (let left = random(12); left > 0; left--) text += LETTERS[random(LETTERS.length)];
    return text;
  }
  if (kind === 3) {
    const bytes: Bytes = new Uint8Array(random(5) === 0 ? random(300) : random(30));
    for (let index = 0; index < bytes.length; index++) bytes[index] = random(256);
    return bytes;
  }
  const size = random(random(8) === 0 ? 30 : 5);
  if (kind === 4) return Array.from({ length: size }, () => growTree(random, depth - 1));
  const keys = [...new Set(Array.from({ length: size }, () => growInteger(random)))];
  keys.sort((left, right) => (left < 0 === right < 0 ? Math.abs(left) - Math.abs(right) : right - left));
  return new Map(keys.map((key) => [key, growTree(random, depth - 1)]));
}

function growInteger(random: (below: number) => number): number {
  const size = random(2) === 0 ? random(30) : EDGES[random(EDGES.length)];
  return random(2) === 0 ? size : -1 - size;
}
