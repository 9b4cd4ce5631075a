// One share of the tear test, as a program that any engine runs: the last line is what was tried, as JSON.
// Why: the shares run beside each other, each with the whole trace and every n-th operation of it to cut.

import { crypto } from "#crypto";
import { STANDARD_GEOMETRY } from "../../lock/options.ts";
import { flipAll, startOnAnything } from "./flips.ts";
import { SMALL_PART, type TearOptions, tearAll } from "./tear.ts";

declare const TEAR: {
  readonly part: "small" | "full" | "flips" | "images";
  readonly seed: number;
  readonly operations: number;
  readonly share: number;
  readonly shares: number;
};

/** Every so many operations, the recovery is cut too; and so many, the recovery from that. */
const TWICE_APART = 4;
const THRICE_APART = 40;

const { part, seed, operations, share, shares } = TEAR;

function plansOf(operation: number): ReturnType<TearOptions["plansOf"]> {
  if (operation % shares !== share) return [];
  if (part === "full") return [["boundaries"]];
  const turn = Math.floor(operation / shares);
  if (turn % THRICE_APART === 0) return [["all"], ["some", "all", "boundaries"]];
  return turn % TWICE_APART === 0 ? [["all"], ["some", "some"]] : [["all"]];
}

function run(): Record<string, unknown> {
  if (part === "images") {
    startOnAnything(crypto, { seed, images: operations });
    return { images: operations };
  }
  if (part === "flips") return { ...flipAll(crypto, { seed: share, operations, apart: shares }) };
  const { sectors, snapshotSectors } = STANDARD_GEOMETRY;
  const geometry = part === "small" ? SMALL_PART : { sectorBytes: 4_096, sectors, snapshotSectors };
  const tally = tearAll({ crypto, seed, operations, ...geometry, plansOf });
  return { ...tally, types: Object.fromEntries(tally.types) };
}

console.log(JSON.stringify(run()));
