// CBOR as a test wants it, right or wrong: no order, count or bound is checked here.
// Why: the writer of the firmware refuses to make what its reader must refuse.
// Follows RFC 8949 §3, with shortest arguments.

import { type Bytes, concat, fromAscii } from "../../bytes.ts";

function head(majorType: number, argument: number): Bytes {
  const high = majorType << 5;
  if (argument < 24) return Uint8Array.of(high | argument);
  if (argument < 0x100) return Uint8Array.of(high | 24, argument);
  if (argument < 0x1_0000) return Uint8Array.of(high | 25, argument >> 8, argument);
  return Uint8Array.of(high | 26, argument >>> 24, argument >>> 16, argument >>> 8, argument);
}

/** An integer. */
export function int(value: number): Bytes {
  return value < 0 ? head(1, -1 - value) : head(0, value);
}

/** A byte string. */
export function bstr(...parts: readonly Uint8Array[]): Bytes {
  const content = concat(...parts);
  return concat(head(2, content.length), content);
}

/** A text string of ASCII. */
export function tstr(text: string): Bytes {
  return concat(head(3, text.length), fromAscii(text));
}

/** A text string of any bytes. */
export function textOf(...bytes: readonly number[]): Bytes {
  return concat(head(3, bytes.length), Uint8Array.from(bytes));
}

/** An array. */
export function array(...items: readonly Uint8Array[]): Bytes {
  return concat(head(4, items.length), ...items);
}

/** A map of pairs as they come. */
export function map(...pairs: readonly (readonly [number, Uint8Array])[]): Bytes {
  return concat(head(5, pairs.length), ...pairs.map(([key, value]) => concat(int(key), value)));
}

/** A byte string of `size` times the same byte. */
export function fill(size: number, value = 0x5a): Bytes {
  return new Uint8Array(size).fill(value);
}

/** The tagged array of a COSE_Sign1. */
export function sign1(header: Uint8Array, payload: Uint8Array, signature: Uint8Array): Bytes {
  return concat(Uint8Array.of(0xd2), array(bstr(header), map(), bstr(payload), bstr(signature)));
}

/** The most steps that a message of this size may cost: one a byte, the claims that each of three links may leave out, and
 *  the moves from one link to the next. */
export function stepsMax(messageBytes: number): number {
  return messageBytes + 56;
}
