// A good message, damaged in every small way: cut short at each byte, one byte longer, each bit flipped.
// Why: a reader of strangers' bytes is judged by what it does with all that is nearly right.

import { type Bytes, concat, toHex } from "../../bytes.ts";
import { Fault, type FaultCode } from "../../fault.ts";

/** One damaged copy, and what was done to it. */
export interface Damaged {
  readonly bytes: Bytes;
  readonly kind: "cut" | "longer" | "flipped";
  readonly name: string;
}

const LAST_BYTES = Object.freeze([0x00, 0x40, 0x80, 0xa0, 0xd2, 0xf6, 0xff]);

/** Gives every damaged copy of `good`, one after the other. */
export function* damagedCopies(good: Bytes): Generator<Damaged> {
  for (let size = 0; size < good.length; size++) {
    yield { bytes: good.slice(0, size), kind: "cut", name: `cut to ${size} of ${toHex(good)}` };
  }
  for (const byte of LAST_BYTES) {
    yield { bytes: concat(good, new Uint8Array([byte])), kind: "longer", name: `${toHex(good)} and ${byte}` };
  }
  for (let bit = 0; bit < 8 * good.length; bit++) {
    const bytes = good.slice();
    bytes[bit >> 3] ^= 0x80 >> (bit & 7);
    yield { bytes, kind: "flipped", name: `bit ${bit} of ${toHex(good)}` };
  }
}

/** Runs `read` and gives what it returned, or the code of the Fault that it threw. Anything else falls through. */
export function faultOf<Result>(read: () => Result): Result | FaultCode {
  try {
    return read();
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}
