// Rows of one size, side by side in one byte string: what the tables that fill up over the years are kept in.
// Why: on a small board a byte string of eight bytes costs 128, and an object 16 for each of its fields; a hundred of them are
// more than such a board has, and one byte string with a hundred rows costs little more than its bytes.
// Numbers stand in it big-endian, as in the records of docs/protocol.md §4.

import { type Bytes, concat } from "./bytes.ts";

/** Reads a u32. @param at where it starts, in bytes */
export function u32At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

/** Writes a u32. @param at where it starts, in bytes */
export function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Gives the rows without one. @param at where it starts, in bytes   @returns a copy */
export function withoutRow(rows: Bytes, at: number, rowBytes: number): Bytes {
  return concat(rows.subarray(0, at), rows.subarray(at + rowBytes));
}

/** Gives the rows that are to be kept, in their order. @param isKept is asked where a row starts, in bytes   @returns a copy */
export function filterRows(rows: Bytes, rowBytes: number, isKept: (at: number) => boolean): Bytes {
  const kept = new Uint8Array(rows.length);
  let end = 0;
  for (let at = 0; at < rows.length; at += rowBytes) {
    if (!isKept(at)) continue;
    kept.set(rows.subarray(at, at + rowBytes), end);
    end += rowBytes;
  }
  return kept.slice(0, end);
}
