// What it is to read a message under test: how many steps it took, and what was thrown.
// Why: readers differ in what they are given and in whether they count; whoever judges them should not.

import type { Bytes } from "../../firmware/bytes.ts";
import type { Reader } from "../../firmware/cbor/decode.ts";
import { CountingReader } from "../counting.ts";

/** What came of reading. */
export interface Reading {
  /** Undefined where the reader does not count them. */
  readonly steps: number | undefined;
  /** What it threw; undefined where it read to the end. */
  readonly thrown: unknown;
}

/** Reads, and catches whatever is thrown. */
export type Read = (bytes: Bytes) => Reading;

/** A reader, with messages that are good for it. */
export type Row = readonly [name: string, goods: readonly Bytes[], read: Read];

/** Reads with a cursor that counts. */
export function counted(bytesMax: number, read: (reader: Reader) => unknown): Read {
  return (bytes) => {
    let reader: CountingReader | undefined;
    try {
      reader = new CountingReader(bytes, bytesMax);
      read(reader);
      return { steps: reader.steps, thrown: undefined };
    } catch (thrown) {
      return { steps: reader?.steps ?? 0, thrown };
    }
  };
}

/** Reads without counting. */
export function quiet(read: (bytes: Bytes) => unknown): Read {
  return (bytes) => {
    try {
      read(bytes);
      return { steps: undefined, thrown: undefined };
    } catch (thrown) {
      return { steps: undefined, thrown };
    }
  };
}
