// The twelve keys, and what a reading of them is.
// Why: a matrix of wires and a touch controller are read in the same way; what a reading means is one place's affair
// (presses.ts).
// Follows the order of a telephone's keys (ITU-T E.161).

import type { Millis } from "../firmware/platform.ts";

/** A key, as it is printed. */
export type Key = "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "*" | "0" | "#";

/** Rows of keys, from above. */
export const ROWS = 4;
/** Keys in a row, from the left. */
export const COLUMNS = 3;

/** The keys by the number of their bit: row by row, from the left. */
export const KEYS: readonly Key[] = Object.freeze([
  "1",
  "2",
  "3",
  "4",
  "5",
  "6",
  "7",
  "8",
  "9",
  "*",
  "0",
  "#",
] as const);

/** The keys of a keypad, however they are built. */
export interface Keys {
  /** Reads them once. @returns a bit for each key that looks pressed, in the order of KEYS; undefined where it cannot be told
   *  which are */
  scan(now: Millis): number | undefined;
}

/** Counts the keys of a reading. */
export function countKeys(reading: number): number {
  let count = 0;
  for (let left = reading; left !== 0; left &= left - 1) count++;
  return count;
}
