// What a run says at its end, beside the verdict: what people did, and that the faults did happen.
// Why: a run that passed because nothing went wrong must not look like one that passed although everything did.

import { FAULT_KINDS, type FaultKind } from "./faults.ts";
import type { SimulationResult } from "./simulation.ts";

/** What is counted over one run or over many. */
export type Counts = Readonly<Record<string, number>>;

/** Gives what a run counted, in the order in which it is shown. */
export function countsOf({
  tally,
  flash,
  struck,
  step,
}: Pick<SimulationResult, "tally" | "flash" | "struck" | "step">): Counts {
  const faults = new Map<FaultKind, number>(struck);
  const counts: Record<string, number> = {
    ...tally,
    "sectors reused": flash.turns,
    snapshots: flash.snapshots,
    events: step,
  };
  for (const kind of FAULT_KINDS) counts[kind] = faults.get(kind) ?? 0;
  return counts;
}

/** Adds up the counts of many runs. */
export function addCounts(all: readonly Counts[]): Counts {
  const sum: Record<string, number> = {};
  for (const counts of all) for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

/** Gives the lines for a reader: what people did, what the lock went through, what struck. */
export function summaryLines(counts: Counts): readonly string[] {
  const isFault = (name: string) => (FAULT_KINDS as readonly string[]).includes(name);
  const show = (names: readonly string[]) => names.map((name) => `${counts[name]} ${name}`).join(", ");
  const names = Object.keys(counts).filter((name) => Number(counts[name]) > 0 || !isFault(name));
  const struck = show(names.filter(isFault));
  return [show(names.filter((name) => !isFault(name))), struck === "" ? "no faults" : `struck: ${struck}`];
}
