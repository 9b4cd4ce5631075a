// What `npm run simulate` runs, on whichever engine: prints the seed first and the verdict last.
// Why: an engine gets one bundle and no arguments, so the launcher puts the options in when it bundles.

import { crypto } from "#crypto";
import { simulate, verdictLine } from "./simulation.ts";

declare const SIMULATION: { readonly seed: number; readonly days: number; readonly hasTrace: boolean };

const { seed, days, hasTrace } = SIMULATION;
const print = (line: string) => console.log(line);
print(`seed ${seed}, ${days} ${days === 1 ? "day" : "days"}`);
const options = hasTrace ? { seed, days, print } : { seed, days };
const result = simulate(crypto, options);
const { visits, refusals, audits } = result.tally;
print(`${visits} visits, ${refusals} refusals, ${audits} audits of the journal, ${result.step} events`);
print(verdictLine(options, result));
if (result.violation !== undefined) process.exitCode = 1;
