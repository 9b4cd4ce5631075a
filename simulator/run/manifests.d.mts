// The types of manifests.mjs, for its test in TypeScript.

import type { SourceFile } from "./layers.d.mts";

/** Faults of a board's manifest. @param manifests texts by their paths */
export function boardFaults(
  board: string,
  manifests: ReadonlyMap<string, string>,
  files: readonly SourceFile[],
): string[];
