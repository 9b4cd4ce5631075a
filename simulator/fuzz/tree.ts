// A CBOR message as a tree that may be written back wrongly: heads that lie, forms that are too long, parts in disorder.
// Why: most damage to bytes dies at the first head; damage to a tree keeps the lengths around it right, and so comes
// further in. A byte string that holds CBOR is part of the tree.
// Follows RFC 8949 §3. It reads good messages only, and trusts them.

import { type Bytes, concat } from "../../firmware/bytes.ts";

export const UNSIGNED = 0;
export const BYTES = 2;
export const TEXT = 3;
export const ARRAY = 4;
export const MAP = 5;
const TAG = 6;
const DEPTH_MAX = 16;
const BREAK = Object.freeze([0xff]);
const NOTHING = new Uint8Array(0);

/** How a head is written: the shortest way; in the byte or 2, 4 or 8 bytes behind it; or with an indefinite length. */
export type Form = "shortest" | 24 | 25 | 26 | 27 | 31;

/** One item. */
export interface Item {
  /** 0..7; 7 is only ever written. */
  readonly major: number;
  /** What the head says; undefined where it says how much content there is. */
  readonly argument: number | undefined;
  readonly form: Form;
  /** Of a string that holds no CBOR. */
  readonly content: Bytes;
  /** Of an array, a map (keys and values in turn), a tag, or a byte string that holds CBOR. */
  readonly children: readonly Item[];
}

/** Reads one item that fills `bytes`. @returns undefined where it does not, or is no CBOR of this subset */
export function treeOf(bytes: Bytes): Item | undefined {
  const cursor = { bytes, offset: 0 };
  const item = readItem(cursor, 0);
  return cursor.offset === bytes.length ? item : undefined;
}

/** Gives all items of a tree, the outermost first. */
export function itemsOf(item: Item): readonly Item[] {
  const items: Item[] = [item];
  // The list grows while it is walked.
  for (let index = 0; index < items.length; index++) items.push(...items[index].children);
  return items;
}

/** Writes a tree, with one item of it replaced. Lengths around that item are right. */
export function encodeTree(item: Item, target?: Item, replacement?: Item | Bytes): Bytes {
  const parts: Uint8Array[] = [];
  write(item, parts, { target, replacement });
  return concat(...parts);
}

interface Change {
  readonly target: Item | undefined;
  readonly replacement: Item | Bytes | undefined;
}

interface Cursor {
  readonly bytes: Bytes;
  offset: number;
}

function readItem(cursor: Cursor, depth: number): Item | undefined {
  const { bytes } = cursor;
  const head = bytes[cursor.offset++];
  const major = head >> 5;
  const argument = readArgument(cursor, head & 31);
  if (argument === undefined || depth > DEPTH_MAX || major > TAG) return undefined;
  const item = { major, form: "shortest", content: NOTHING, children: [] } as const;
  if (major === BYTES || major === TEXT) {
    const end = cursor.offset + argument;
    if (end > bytes.length) return undefined;
    const content = bytes.slice(cursor.offset, end);
    cursor.offset = end;
    const inner = major === BYTES && content.length > 1 && content[0] >= ARRAY << 5 ? treeOf(content) : undefined;
    return inner === undefined
      ? { ...item, argument: undefined, content }
      : { ...item, argument: undefined, children: [inner] };
  }
  const isHolder = major === ARRAY || major === MAP;
  const children: Item[] = [];
  const count = isHolder ? argument * (major === MAP ? 2 : 1) : major === TAG ? 1 : 0;
  for (let left = count; left > 0; left--) {
    const child = cursor.offset < bytes.length ? readItem(cursor, depth + 1) : undefined;
    if (child === undefined) return undefined;
    children.push(child);
  }
  return { ...item, argument: isHolder ? undefined : argument, children };
}

function readArgument(cursor: Cursor, short: number): number | undefined {
  if (short < 24) return short;
  const size = 1 << (short - 24);
  if (size > 4 || cursor.offset + size > cursor.bytes.length) return undefined;
  let argument = 0;
  for (let index = 0; index < size; index++) argument = argument * 256 + cursor.bytes[cursor.offset++];
  return argument;
}

function write(item: Item, parts: Uint8Array[], change: Change): void {
  const { target, replacement } = change;
  if (item === target && replacement !== undefined) {
    if (replacement instanceof Uint8Array) parts.push(replacement);
    else write(replacement, parts, { target: undefined, replacement: undefined });
    return;
  }
  const { major, form, content, children } = item;
  const inner: Uint8Array[] = [];
  for (const child of children) write(child, inner, change);
  if (content.length > 0) inner.push(content);
  parts.push(encodeHead(major, item.argument ?? naturalArgument(item, inner), form), ...inner);
  if (form === 31) parts.push(Uint8Array.from(BREAK));
}

function naturalArgument({ major, children }: Item, inner: readonly Uint8Array[]): number {
  if (major === ARRAY) return children.length;
  if (major === MAP) return children.length >> 1;
  let size = 0;
  for (const part of inner) size += part.length;
  return size;
}

function encodeHead(major: number, argument: number, form: Form): Bytes {
  const first = major << 5;
  if (form === 31) return Uint8Array.of(first | 31);
  const shortest = argument < 24 ? 0 : argument < 0x100 ? 24 : argument < 0x1_0000 ? 25 : 26;
  const wanted = form === "shortest" ? shortest : Math.max(form, shortest);
  if (wanted === 0) return Uint8Array.of(first | argument);
  const size = 1 << (wanted - 24);
  const head = new Uint8Array(1 + size);
  head[0] = first | wanted;
  let rest = argument;
  for (let index = size; index > 0; index--) {
    head[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return head;
}
