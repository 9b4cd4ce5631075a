// A frame cut as a whole, for phones and tests: a board cuts one fragment at a time (firmware/link/fragment.ts).

import type { Bytes } from "../firmware/bytes.ts";
import { fragmentAt } from "../firmware/link/fragment.ts";

/** Cuts a frame; the bounds are those of `fragmentAt`. @returns the fragments in their order */
export function fragment(frame: Uint8Array, fragmentBytes: number): Bytes[] {
  const fragments: Bytes[] = [];
  for (;;) {
    const piece = fragmentAt(frame, fragmentBytes, fragments.length);
    if (piece === undefined) return fragments;
    fragments.push(piece);
  }
}
