// One simulation from its seed to its verdict.
// Why: the same few lines stand behind `npm run simulate`, the tests and every engine, so that they mean the same run.

import type { Crypto } from "../firmware/crypto/crypto.ts";
import { millis } from "../firmware/platform.ts";
import { build } from "./neighbourhood.ts";
import { DAY_START, playDays, type Tally } from "./scenarios/day.ts";

const DAY_MILLIS = 86_400_000;

/** What to simulate. */
export interface SimulationOptions {
  /** u32. */
  readonly seed: number;
  readonly days: number;
  /** Receives a line for each entry of the trace. */
  readonly print?: (line: string) => void;
}

/** How it ended. */
export interface SimulationResult {
  /** The first invariant that did not hold; undefined where all did. */
  readonly violation: string | undefined;
  /** The number of the event at which it ended. */
  readonly step: number;
  /** Of the whole trace, base16. */
  readonly hash: string;
  readonly tally: Tally;
}

/** Runs a house for some days and stops at the first violation. */
export function simulate(crypto: Crypto, options: SimulationOptions): SimulationResult {
  const house = build(crypto, { ...options, start: DAY_START });
  const { world, checker } = house;
  const tally = playDays(house, options.days);
  world.watch(() => {
    if (checker.violations.length > 0) world.halt();
  });
  world.advance(millis(options.days * DAY_MILLIS));
  return { violation: checker.violations[0], step: world.step, hash: world.trace.hash(), tally };
}

/** Gives the last line of a run. */
export function verdictLine({ seed }: SimulationOptions, { violation, step, hash }: SimulationResult): string {
  return violation === undefined ? `PASSED ${hash}` : `FAILED seed ${seed} step ${step}: ${violation}`;
}
