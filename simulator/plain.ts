// A plain reader of CBOR, for whoever judges the lock's bytes from outside.
// Why: a checker that read them with the lock's own reader would share its mistakes.
// Follows RFC 8949 §3, as far as docs/protocol.cddl goes: whole numbers, strings, arrays, maps and tags; a map is the list of its pairs.

import type { Bytes } from "../firmware/bytes.ts";

/** What stands in CBOR. */
export type Plain = number | string | Bytes | readonly Plain[] | readonly (readonly [Plain, Plain])[];

/** An item, and the byte behind it. */
interface Item {
  readonly value: Plain;
  readonly end: number;
}

const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;

/** Reads the item that begins at `offset`; what stands behind it is not looked at. */
export function readPlain(bytes: Bytes, offset = 0): Plain {
  return readItem(bytes, offset).value;
}

/** The numbers of an array. @throws Error where it is none, or something in it is no number */
export function numbersOf(item: Plain | undefined): readonly number[] {
  return itemsOf(item).map((each) => {
    if (typeof each !== "number") throw new Error("not a number");
    return each;
  });
}

/** The items of an array. @throws Error where it is none */
export function itemsOf(item: Plain | undefined): readonly Plain[] {
  if (!Array.isArray(item)) throw new Error("not an array");
  return item;
}

function readItem(bytes: Bytes, offset: number): Item {
  const major = Number(bytes[offset]) >> 5;
  const { argument, end } = readArgument(bytes, offset);
  switch (major) {
    case NEGATIVE:
      return { value: -1 - argument, end };
    case BYTES:
      return { value: bytes.slice(end, end + argument), end: end + argument };
    case TEXT:
      return { value: String.fromCharCode(...bytes.subarray(end, end + argument)), end: end + argument };
    case ARRAY:
      return readItems(bytes, end, argument);
    case MAP: {
      const flat = readItems(bytes, end, 2 * argument);
      const items = itemsOf(flat.value);
      return {
        value: items.flatMap((key, at) => (at % 2 === 0 ? [[key, items[at + 1] as Plain]] : [])),
        end: flat.end,
      };
    }
    default:
      // A tag says nothing that is not known; a number stands for itself.
      return major === 0 ? { value: argument, end } : readItem(bytes, end);
  }
}

function readItems(bytes: Bytes, offset: number, count: number): Item {
  const value: Plain[] = [];
  let end = offset;
  for (let left = count; left > 0; left--) {
    const item = readItem(bytes, end);
    value.push(item.value);
    end = item.end;
  }
  return { value, end };
}

/** Reads what the head at `offset` says, which of an unsigned integer is its value, and where it ends. */
export function readArgument(bytes: Uint8Array, offset: number): { readonly argument: number; readonly end: number } {
  const first = Number(bytes[offset]) & 31;
  if (first < 24) return { argument: first, end: offset + 1 };
  const size = 1 << (first - 24);
  let argument = 0;
  for (let index = 1; index <= size; index++) argument = argument * 256 + Number(bytes[offset + index]);
  return { argument, end: offset + 1 + size };
}
