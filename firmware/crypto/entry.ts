// A search through a table of equal entries, in plain JavaScript, for the two backends that have no C.
// Why: whoever types codes must not learn from the time how near to one a guess came, on a desk no more than at a door.
// Limit: JavaScript gives no promise of constant time; this one has no early end and no branch on what the bytes are.

import { Fault } from "../fault.ts";
import { ENTRY_BYTES_MAX } from "./crypto.ts";

/** Gives the index of the last entry that is equal, or -1. Crypto.find in crypto.ts.
 *  @param table a multiple of `width`   @param width 1..32 bytes   @param wanted `width` bytes
 *  @throws Fault crypto.size */
export function findEntry(table: Uint8Array, width: number, wanted: Uint8Array): number {
  if (!Number.isInteger(width) || width < 1 || width > ENTRY_BYTES_MAX) throw new Fault("crypto.size");
  if (wanted.length !== width || table.length % width !== 0) throw new Fault("crypto.size");
  let found = -1;
  for (let index = 0, offset = 0; offset < table.length; index++, offset += width) {
    let difference = 0;
    for (let place = 0; place < width; place++) difference |= table[offset + place] ^ wanted[place];
    // All ones where they are equal: of 0..255, only 0 is negative once 1 is taken from it.
    const mask = (difference - 1) >> 31;
    found ^= (found ^ index) & mask;
  }
  return found;
}
