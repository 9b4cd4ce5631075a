// How often each counted link has been used, and how many such counts a lock keeps.
// Why: a delegate may mint any number of links, so counts are bounded under each root and in all; they are keyed by a hash
// of the signed link, which nobody can choose, not by the identifier that an issuer writes (docs/attacks.md T50).
// Follows docs/protocol.md §2.2. The counts themselves are a fold of the journal (journal/state.ts).

import type { Bytes } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import type { Seconds } from "../platform.ts";

/** Live counters under one root. */
export const COUNTERS_PER_ROOT_MAX = 16;
/** Live counters in all. */
export const COUNTERS_MAX = 128;

/** How often one link has been used. */
export interface Counter {
  /** The first 8 bytes of SHA-256 over the signed link. */
  readonly link8: Bytes;
  /** The same of the root that it hangs under. */
  readonly root8: Bytes;
  /** 0..65,535. */
  readonly used: number;
  /** The counter may be forgotten when the clock's lo is past this: no chain with the link holds any longer. */
  readonly until: Seconds;
}

/** One use to be written with the intent: the counter as it will stand. */
export type Spend = Counter;

/** Gives the counter of a link, or undefined where it was never used. */
export function findCounter(crypto: Crypto, counters: readonly Counter[], link8: Bytes): Counter | undefined {
  const first = link8[0];
  const count = counters.length;
  // By index: an iterator costs more than the rest of a turn.
  for (let index = 0; index < count; index++) {
    const counter = counters[index];
    // The first byte decides nearly always, and costs a twentieth of the call.
    if (counter.link8[0] === first && crypto.isEqual(counter.link8, link8)) return counter;
  }
  return undefined;
}

/** Whether `added` new counters under one root have room beside those that are live at `lo`. */
export function hasRoom(
  crypto: Crypto,
  counters: readonly Counter[],
  wanted: { readonly root8: Bytes; readonly added: number; readonly lo: Seconds },
): boolean {
  const { root8, added, lo } = wanted;
  if (added === 0) return true;
  const first = root8[0];
  const count = counters.length;
  let live = 0;
  let underRoot = 0;
  for (let index = 0; index < count; index++) {
    const counter = counters[index];
    if (counter.until < lo) continue;
    live++;
    if (counter.root8[0] === first && crypto.isEqual(counter.root8, root8)) underRoot++;
  }
  return live + added <= COUNTERS_MAX && underRoot + added <= COUNTERS_PER_ROOT_MAX;
}
