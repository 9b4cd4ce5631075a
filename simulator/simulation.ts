// One simulation from its seed to its verdict.
// Why: the same few lines stand behind `npm run simulate`, the tests and every engine, so that they mean the same run.

import type { Crypto } from "../firmware/crypto/crypto.ts";
import { millis } from "../firmware/platform.ts";
import { STANDARD_GEOMETRY } from "../lock/options.ts";
import { Fate } from "./fate.ts";
import { type Choice, type Fault, type FaultKind, planFaults, QUIET_MILLIS } from "./faults.ts";
import { build, type Neighbourhood, SMALL_GEOMETRY } from "./neighbourhood.ts";
import { Stream } from "./random.ts";
import { Aftermath } from "./scenarios/aftermath.ts";
import { DAY_START, Household, type Tally } from "./scenarios/day.ts";

const DAY_MILLIS = 86_400_000;

/** What to simulate. */
export interface SimulationOptions {
  /** u32. */
  readonly seed: number;
  readonly days: number;
  /** What goes wrong; nothing where it is left out. */
  readonly faults?: Choice;
  /** Whether the journal's part is so small that its rings turn within days; drawn where it is left out. */
  readonly isSmall?: boolean;
  /** Parcels a day; drawn where it is left out. */
  readonly parcels?: number;
  /** Whether there is a camera in the hall, which takes ten times as long; none where it is left out. */
  readonly hasCamera?: boolean;
  /** Receives a line for each entry of the trace. */
  readonly print?: (line: string) => void;
}

/** How it ended. */
export interface SimulationResult {
  /** The first invariant that did not hold; undefined where all did. */
  readonly violation: string | undefined;
  /** The number of the event at which it ended, and the virtual time. */
  readonly step: number;
  readonly endedMillis: number;
  /** Of the whole trace, base16. */
  readonly hash: string;
  readonly tally: Tally;
  /** What the flash went through. */
  readonly flash: { readonly turns: number; readonly snapshots: number };
  /** What was planned, and how often each kind took effect. */
  readonly faults: readonly Fault[];
  readonly struck: readonly (readonly [kind: FaultKind, count: number])[];
}

/** Runs a house for some days and stops at the first violation. In the last hour nothing goes wrong any more, and the house
 *  must converge. */
export function simulate(crypto: Crypto, options: SimulationOptions): SimulationResult {
  const { seed, days, parcels } = options;
  const isSmall = options.isSmall ?? new Stream(seed, "part").chance(500);
  const geometry = isSmall ? SMALL_GEOMETRY : STANDARD_GEOMETRY;
  const house = build(crypto, { ...options, geometry, start: DAY_START });
  const { world, checker } = house;
  const household = new Household(house, { days, parcels });
  household.live(days);
  const faults = planFaults(seed, days, options.faults ?? { kinds: [] });
  const fate = new Fate(house, household, faults);
  world.at(millis(days * DAY_MILLIS - QUIET_MILLIS), () => {
    fate.end();
    new Aftermath(house, household).begin();
  });
  world.watch(() => {
    if (checker.violations.length > 0) world.halt();
  });
  run(house, days);
  return {
    violation: checker.violations[0],
    step: world.step,
    endedMillis: world.now,
    hash: world.trace.hash(),
    tally: household.tally,
    flash: { turns: checker.ledger.turns, snapshots: checker.ledger.snapshots },
    faults,
    struck: [...fate.counts],
  };
}

/** Gives the last line of a run. */
export function verdictLine(
  { seed }: Pick<SimulationOptions, "seed">,
  { violation, step, hash }: Pick<SimulationResult, "violation" | "step" | "hash">,
): string {
  return violation === undefined ? `PASSED ${hash}` : `FAILED seed ${seed} step ${step}: ${violation}`;
}

/** Lets the days pass. Whatever the lock throws is a violation: nothing that happens to a board may make it. */
function run({ world, checker }: Neighbourhood, days: number): void {
  try {
    world.advance(millis(days * DAY_MILLIS));
  } catch (error) {
    checker.report("the lock threw", error instanceof Error ? error.message : String(error));
  }
}
