// What `npm run simulate` runs on XS: prints the seed first and the verdict last, as its launcher does on Node.
// Why: an engine gets one bundle and no arguments, so the launcher puts the options in when it bundles.

import { crypto } from "#crypto";
import type { Choice } from "./faults.ts";
import { countsOf, summaryLines } from "./report.ts";
import { simulate, verdictLine } from "./simulation.ts";

declare const SIMULATION: {
  readonly seed: number;
  readonly days: number;
  readonly faults: Choice;
  readonly parcels?: number;
  readonly isSmall?: boolean;
  readonly hasCamera?: boolean;
  readonly hasTrace: boolean;
};

const { seed, days, hasTrace } = SIMULATION;
const print = (line: string) => console.log(line);
print(`seed ${seed}, ${days} ${days === 1 ? "day" : "days"}`);
const result = simulate(crypto, { ...SIMULATION, ...(hasTrace ? { print } : {}) });
for (const line of summaryLines(countsOf(result))) print(line);
print(verdictLine({ seed }, result));
if (result.violation !== undefined) process.exitCode = 1;
