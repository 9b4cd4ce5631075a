// Makes malformed messages from good ones: bytes damaged, lengths that lie, CBOR in every form that is not ours.
// Why: a stranger's bytes are limited by nothing but the stranger's patience (docs/attacks.md T04, T21).
// Everything is drawn from one stream, so that a message is made again from its seed.

import { type Bytes, concat } from "../../firmware/bytes.ts";
import type { Stream } from "../random.ts";
import { ARRAY, BYTES, encodeTree, type Form, type Item, itemsOf, MAP, TEXT, treeOf, UNSIGNED } from "./tree.ts";

/** A good message that is to be spoilt, with its tree where it is CBOR. */
export interface Source {
  readonly bytes: Bytes;
  readonly root: Item | undefined;
  readonly items: readonly Item[];
  /** Those of them that hold others. */
  readonly holders: readonly Item[];
}

/** The longest message that is made: somewhat above every bound. */
const BYTES_MAX = 4_096;
const TREE_PER_MILLE = 500;
const HOLDER_PER_MILLE = 400;
const AGAIN_PER_MILLE = 250;
const RANDOM_PER_MILLE = 20;
/** One bit only: such a message comes furthest, up to its signature. */
const GENTLE_PER_MILLE = 250;
const CHANGES_MAX = 4;

/** Heads that readers have stumbled over: longer forms, indefinite lengths, breaks, tags, floats, simple values. */
const ODD_BYTES = Object.freeze([
  ...[0x00, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1f, 0x20, 0x38, 0x3b, 0x40, 0x58, 0x5a, 0x5b, 0x5f, 0x60, 0x78],
  ...[0x7f, 0x80, 0x98, 0x9a, 0x9b, 0x9f, 0xa0, 0xb8, 0xba, 0xbb, 0xbf, 0xc0, 0xd2, 0xd8, 0xdb, 0xf4, 0xf6, 0xf7],
  ...[0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfe, 0xff],
]);
const ODD_ARGUMENTS = Object.freeze([
  ...[0, 1, 2, 3, 7, 12, 13, 16, 17, 23, 24, 48, 49, 63, 64, 65, 255, 256, 1_600, 1_601, 65_535, 65_536],
  ...[0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_fffe, 0xffff_ffff],
]);
const ODD_ITEMS: readonly (readonly number[])[] = Object.freeze([
  ...[[0xf9, 0x3c, 0x00], [0xfa, 0x3f, 0x80, 0, 0], [0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0], [0xf4], [0xf6], [0xf7]],
  ...[[0xf8, 0x20], [0xff], [0xc1, 0x00], [0xc2, 0x41, 0x01], [0xd8, 0x18, 0x41, 0x00], [0xd9, 0xd9, 0xf7, 0x00]],
  ...[
    [0x62, 0xc3, 0x28],
    [0x61, 0xff],
    [0x63, 0xed, 0xa0, 0x80],
    [0x62, 0xc0, 0x80],
    [0x1b, 0, 0, 0, 0, 0, 0, 0, 1],
  ],
  ...[
    [0x5f, 0x41, 0x00, 0xff],
    [0x9f, 0xff],
    [0xbf, 0xff],
    [0xa2, 0x00, 0x00, 0x00, 0x00],
    [0xa2, 0x01, 0, 0, 0],
  ],
  ...[[0x1c], [0x3f], [0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x80], [0xa0], [0x40], [0x60]],
]);
const DEPTHS = Object.freeze([1, 2, 11, 12, 13, 100, 1_500]);
const FORMS: readonly Form[] = Object.freeze([24, 25, 26, 27, 31] as const);

/** Prepares a good message. */
export function sourceOf(bytes: Bytes): Source {
  const root = bytes.length === 0 ? undefined : treeOf(bytes);
  const items = root === undefined ? [] : itemsOf(root);
  return { bytes, root, items, holders: items.filter(({ children }) => children.length > 0) };
}

/** Gives a message that differs from the good one. @param other what parts may be taken from; at most 4,096 bytes */
export function mutate(random: Stream, good: Source, other: Source): Bytes {
  if (random.chance(RANDOM_PER_MILLE)) return differing(random, good, noise(random, random.below(BYTES_MAX >> 4)));
  if (good.bytes.length > 0 && random.chance(GENTLE_PER_MILLE)) return flipped(random, good.bytes);
  let bytes = good.bytes;
  if (good.root !== undefined && random.chance(TREE_PER_MILLE)) bytes = mutateTree(random, good.root, { good, other });
  if (bytes === good.bytes || random.chance(AGAIN_PER_MILLE)) {
    for (let left = random.between(1, CHANGES_MAX); left > 0; left--) {
      bytes = random.pick(BYTE_CHANGES)(random, bytes, other.bytes);
    }
  }
  return differing(random, good, bytes.length > BYTES_MAX ? bytes.slice(0, BYTES_MAX) : bytes);
}

function differing(random: Stream, good: Source, bytes: Bytes): Bytes {
  const isSame = bytes.length === good.bytes.length && bytes.every((byte, index) => byte === good.bytes[index]);
  if (!isSame) return bytes;
  return bytes.length === 0 ? noise(random, 1) : flipped(random, bytes);
}

type ByteChange = (random: Stream, bytes: Bytes, other: Bytes) => Bytes;

const BYTE_CHANGES: readonly ByteChange[] = Object.freeze([
  flipped,
  flipped,
  // Another byte.
  (random: Stream, bytes: Bytes) => replaced(bytes, random.below(bytes.length + 1), Uint8Array.of(odd(random))),
  // More bytes.
  (random: Stream, bytes: Bytes) =>
    spliced(bytes, random.below(bytes.length + 1), 0, noise(random, random.between(1, 9))),
  (random: Stream, bytes: Bytes) => spliced(bytes, random.below(bytes.length + 1), 0, Uint8Array.of(odd(random))),
  // Fewer bytes.
  (random: Stream, bytes: Bytes) =>
    spliced(bytes, random.below(bytes.length + 1), random.between(1, 9), noise(random, 0)),
  // A part twice.
  (random: Stream, bytes: Bytes) => {
    const start = random.below(bytes.length + 1);
    return spliced(bytes, start, 0, bytes.slice(start, start + random.between(1, 64)));
  },
  // One byte more or less, as in a length.
  (random: Stream, bytes: Bytes) => {
    const at = random.below(bytes.length + 1);
    return replaced(bytes, at, Uint8Array.of((bytes[at] ?? 0) + (random.chance(500) ? 1 : 255)));
  },
  // Cut short, or longer.
  (random: Stream, bytes: Bytes) => bytes.slice(0, random.below(bytes.length + 1)),
  (_: Stream, bytes: Bytes) => bytes.slice(0, Math.max(0, bytes.length - 1)),
  (random: Stream, bytes: Bytes) => concat(bytes, noise(random, random.between(1, 40))),
  // The head of one and the tail of another.
  (random: Stream, bytes: Bytes, other: Bytes) =>
    concat(bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length + 1))),
]);

function flipped(random: Stream, bytes: Bytes): Bytes {
  if (bytes.length === 0) return bytes;
  const copy = bytes.slice();
  copy[random.below(copy.length)] ^= 1 << random.below(8);
  return copy;
}

function odd(random: Stream): number {
  return random.pick(ODD_BYTES);
}

function noise(random: Stream, size: number): Bytes {
  const bytes = new Uint8Array(size);
  random.fill(bytes);
  return bytes;
}

function replaced(bytes: Bytes, at: number, by: Bytes): Bytes {
  return spliced(bytes, at, by.length, by);
}

function spliced(bytes: Bytes, at: number, removed: number, inserted: Bytes): Bytes {
  return concat(bytes.subarray(0, at), inserted, bytes.subarray(at + removed));
}

function mutateTree(random: Stream, root: Item, from: { readonly good: Source; readonly other: Source }): Bytes {
  // There are few heads that count others, and they are the ones that readers believe.
  const { items, holders } = from.good;
  const target = random.pick(holders.length > 0 && random.chance(HOLDER_PER_MILLE) ? holders : items);
  const donors = from.other.items.length > 0 ? from.other.items : from.good.items;
  return encodeTree(root, target, random.pick(TREE_CHANGES)(random, target, donors));
}

type TreeChange = (random: Stream, item: Item, donors: readonly Item[]) => Item | Bytes;

const TREE_CHANGES: readonly TreeChange[] = Object.freeze([
  // A form that is not the shortest, or has no length.
  (random: Stream, item: Item) => ({ ...item, form: random.pick(FORMS) }),
  // A head that lies about what follows; an integer of another value.
  (random: Stream, item: Item) => ({ ...item, argument: random.pick(ODD_ARGUMENTS) }),
  (random: Stream, item: Item) => ({ ...item, argument: near(random, item) }),
  // Another kind of item with the same head.
  (random: Stream, item: Item) => ({ ...item, major: random.below(8) }),
  // What is outside the subset, or never well-formed.
  (random: Stream) => Uint8Array.from(random.pick(ODD_ITEMS)),
  // A string that is longer, shorter, or of other bytes, and says so.
  (random: Stream, item: Item) => resized(random, item),
  // Children twice, swapped, or missing: keys out of order and repeated.
  repeatedChild,
  swappedChildren,
  (random: Stream, item: Item) => ({ ...item, children: without(item, randomPlace(random, item)) }),
  nested,
  // Part of another message, or of another place.
  (random: Stream, _: Item, donors: readonly Item[]) => random.pick(donors),
  // Nothing at all.
  () => new Uint8Array(0),
]);

function near(random: Stream, { argument, content, children }: Item): number {
  const now = argument ?? (content.length > 0 ? content.length : children.length);
  return random.chance(500) ? now + 1 : Math.max(0, now - 1);
}

function resized(random: Stream, item: Item): Item {
  if (item.major !== BYTES && item.major !== TEXT) return { ...item, major: UNSIGNED, argument: random.next() };
  const size = random.chance(500) ? random.below(80) : Math.max(0, item.content.length + random.between(-1, 1));
  return { ...item, content: noise(random, size), children: [] };
}

function stride({ major }: Item): number {
  return major === MAP ? 2 : 1;
}

function randomPlace(random: Stream, item: Item): number {
  const count = Math.max(1, Math.floor(item.children.length / stride(item)));
  return random.below(count) * stride(item);
}

function without(item: Item, place: number): readonly Item[] {
  return [...item.children.slice(0, place), ...item.children.slice(place + stride(item))];
}

function repeatedChild(random: Stream, item: Item): Item {
  const place = randomPlace(random, item);
  const end = place + stride(item);
  const { children } = item;
  return { ...item, children: [...children.slice(0, end), ...children.slice(place, end), ...children.slice(end)] };
}

function swappedChildren(random: Stream, item: Item): Item {
  const place = randomPlace(random, item);
  const moved = item.children.slice(place, place + stride(item));
  const rest = without(item, place);
  const to = random.below(Math.floor(rest.length / stride(item)) + 1) * stride(item);
  return { ...item, children: [...rest.slice(0, to), ...moved, ...rest.slice(to)] };
}

function nested(random: Stream, item: Item): Bytes {
  const depth = random.pick(DEPTHS);
  const isMap = random.chance(300);
  const heads = new Uint8Array(isMap ? 2 * depth : depth).fill((ARRAY << 5) | 1);
  if (isMap) for (let index = 0; index < heads.length; index++) heads[index] = index % 2 === 0 ? (MAP << 5) | 1 : 0;
  return concat(heads, encodeTree(item));
}

/** Whether a reader takes it. Whatever it throws: what is more than a Fault, the board shall throw where it is seen. */
export function isRead(parse: (plaintext: Bytes) => unknown, plaintext: Bytes): boolean {
  try {
    parse(plaintext);
    return true;
  } catch {
    return false;
  }
}
