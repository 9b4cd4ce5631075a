// Walks over a tape.

import { HEAD_BYTES, headOf } from "../tape.ts";

/** Gives the kind, the flag, the number and the bytes of each record. */
export function recordsOf(
  tape: Uint8Array,
): readonly { readonly kind: number; readonly flag: number; readonly number: number; readonly bytes: Uint8Array }[] {
  const records = [];
  const view = new DataView(tape.buffer, tape.byteOffset, tape.byteLength);
  for (let at = 0; at < tape.length; ) {
    const end = at + HEAD_BYTES + view.getUint16(at + 2, true);
    records.push({ ...headOf(tape.slice(at, at + HEAD_BYTES).buffer), bytes: tape.subarray(at + HEAD_BYTES, end) });
    at = end;
  }
  return records;
}
