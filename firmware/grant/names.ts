// Names of eight bytes, of links or of keys, side by side in one byte string.
// Why: a lock keeps dozens of them and walks them in every decision; each alone would cost 128 bytes of its memory.
// Follows docs/protocol.cddl: as CBOR they are an array of byte strings.

import { type Bytes, concat, newBytes } from "../bytes.ts";
import type { Reader } from "../cbor/decode.ts";
import type { Writer } from "../cbor/encode.ts";
import type { Crypto } from "../crypto/crypto.ts";

/** Of a name: `link8`, `kid8`. */
export const NAME_BYTES = 8;

/** Whether a name is among names. Only its first byte is looked for, one turn a name, so that the whole is compared about once
 *  in 30 lists of 48; a native search looks at every byte and costs eight times as much. */
export function holdsName(crypto: Crypto, names: Bytes, name: Bytes): boolean {
  const first = name[0];
  const end = names.length;
  for (let at = 0; at < end; at += NAME_BYTES) {
    if (names[at] === first && crypto.isEqual(names.subarray(at, at + NAME_BYTES), name)) return true;
  }
  return false;
}

/** Gives the names with one more at the end, and without the oldest where there are too many. @param namesMax at least 1 */
export function withName(names: Bytes, name: Bytes, namesMax: number): Bytes {
  const kept = names.length < namesMax * NAME_BYTES ? names : names.subarray(NAME_BYTES);
  return concat(kept, name);
}

/** Reads names. @throws Fault cbor.* */
export function readNames(reader: Reader, namesMax: number): Bytes {
  const count = reader.readArray(0, namesMax);
  const names = newBytes(count * NAME_BYTES);
  for (let index = 0; index < count; index++) names.set(reader.readView(NAME_BYTES, NAME_BYTES), index * NAME_BYTES);
  return names;
}

/** Writes names. */
export function writeNames(writer: Writer, names: Bytes): void {
  writer.array(names.length / NAME_BYTES);
  for (let at = 0; at < names.length; at += NAME_BYTES) writer.bytes(names.subarray(at, at + NAME_BYTES));
}
