// What tries planted bugs, for the test that does so too.

import type { Plant } from "../plants/plants.mjs";

/** Tries plants on seeds 1, 2, and so on, with every fault. */
export function tryPlants(
  plants: readonly Plant[],
  bounds: { readonly seeds: number; readonly days: number },
): Promise<
  readonly { readonly name: string; readonly isCaught: boolean; readonly tried: number; readonly sentence: string }[]
>;
