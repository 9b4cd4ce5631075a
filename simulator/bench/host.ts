// What the XS host counts, and how work is measured by it.
// Why: a collection of garbage inside of a run would count as the work's own, so each run begins just after one.
// The numbers of instructions mean something on rv32 alone; on the desk the host gives 0.

const RUNS = 5;

/** What the XS host counts. */
export interface Host {
  /** Instructions retired so far; 0 on the desk. */
  instructions(): number;
  heapReset(): void;
  heapPeak(): number;
  heapBytes(): number;
  collect(): void;
}

/** Gives the bytes that some work grows the heap by, at most while it runs and once all garbage was collected. */
export function growthOf(host: Host, work: () => unknown): { readonly grown: number; readonly kept: number } {
  work();
  host.collect();
  const before = host.heapBytes();
  host.heapReset();
  work();
  const grown = host.heapPeak();
  host.collect();
  return { grown, kept: host.heapBytes() - before };
}

/** Gives the median of instructions over a few runs. */
export function instructionsOf(host: Host, work: () => unknown): number {
  const counts: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    host.collect();
    const before = host.instructions();
    work();
    counts.push(host.instructions() - before);
  }
  return counts.sort((left, right) => left - right)[RUNS >> 1];
}

/** Gives the instructions of one run, for work that is not the same when it is done again. */
export function instructionsOnce(host: Host, work: () => unknown): number {
  host.collect();
  const before = host.instructions();
  work();
  return host.instructions() - before;
}
