// Shrinks a list that fails to a short one that still does.
// Why: of the thirty faults of a failing seed two or three matter, and nobody should have to find them by hand.
// A simple form of delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002): runs of
// items are left out, the longest first, until no single one can be.

/** A short list that fails, and how many runs it took to find. */
export interface Shrunk<Item> {
  readonly kept: readonly Item[];
  readonly runs: number;
  /** Whether leaving out any one more would have passed; false where the runs were used up. */
  readonly isShortest: boolean;
}

/** Gives a short part of `items`, in their order, that still fails; the whole is known to.
 *  @param fails runs a part @param runsMax ends the search early, with what was found by then */
export function shrink<Item>(
  items: readonly Item[],
  fails: (part: readonly Item[]) => boolean,
  runsMax: number,
): Shrunk<Item> {
  let kept = items;
  let runs = 0;
  let size = items.length;
  while (size > 0) {
    let hasShrunk = false;
    // What happened last is the likeliest to matter, so what came first is left out first.
    for (let start = 0; start < kept.length; ) {
      if (runs >= runsMax) return { kept, runs, isShortest: false };
      const part = [...kept.slice(0, start), ...kept.slice(start + size)];
      runs++;
      if (fails(part)) {
        kept = part;
        hasShrunk = true;
      } else start += size;
    }
    // One item that could go may have held up another.
    if (size > 1 || !hasShrunk) size = size === 1 ? 0 : Math.ceil(Math.min(size, kept.length) / 2);
  }
  return { kept, runs, isShortest: true };
}
