// Runs the long suite: `npm run test:long`. Each step is one row, a name and a command.
// Usage: node simulator/run/long.mjs [NAME]; a NAME runs the steps whose names begin with it.
// A step is run from the root and ends with a line `N passed, N failed`, or counts as one row by its exit code.

import { availableParallelism } from "node:os";
import { runSteps } from "./steps.mjs";

/** Each takes all processors. */
const WIDE = [
  ["slow tests on XS", "node simulator/run/test.mjs xs --slow"],
  ["tests on rv32", "node simulator/run/test.mjs rv32"],
  ["one seed, one trace, on three engines", "node simulator/run/agree.mjs --xs 2 --rv32 1"],
  ["forty seeds of three days, with every fault", "node simulator/run/simulate.mjs --seeds 40 --days 3"],
  ["a thief in the hall of ten houses", "node simulator/run/simulate.mjs --seeds 10 --camera --faults hall"],
  // Some of these were refused what they were owed once.
  [
    "twenty houses with a camera, and every fault",
    "node simulator/run/simulate.mjs --seed 6001 --seeds 20 --camera --faults all",
  ],
  ["planted bugs", "node simulator/run/plants.mjs"],
  ["models and their twins", "node simulator/run/models.mjs"],
  ["an hour of filming, and leaks that it must see", "node simulator/run/hour.mjs"],
  ["eighty thousand malformed messages on Node", "node simulator/run/fuzz.mjs --count 80000 --seed 1"],
  ["forty thousand malformed messages on XS", "node simulator/run/fuzz.mjs --count 40000 --seed 2 --engine xs"],
];

/** Each takes one processor: as many run beside each other as there are; the longest first. The attacks themselves run in
 *  `npm test`: a check that is red without a twin fails there. */
const NARROW = [
  ["the twins of the attacks", "node simulator/run/attacks.mjs --twins"],
  ["what a lock holds of a small chip's memory", "node simulator/run/heap.mjs --days 1"],
  ["what the camera takes a thousand scenes for", "node simulator/run/scenes.mjs --seed 101"],
  ["two months of a busy house", "node simulator/run/simulate.mjs --seed 1 --days 60 --faults none"],
  ["every cut of seventy-five operations", "node simulator/run/tear.mjs --part small --operations 75"],
  ["attacks under faults", "node simulator/run/attacks.mjs --faults --seeds 2"],
  ["cuts on a full part", "node simulator/run/tear.mjs --part full"],
  ["images at random", "node simulator/run/tear.mjs --part images"],
];

const [only = ""] = process.argv.slice(2);
const chosen = (steps) => steps.filter(([name]) => name.startsWith(only));
if (chosen([...WIDE, ...NARROW]).length === 0) {
  console.error(`There is no step ${only}.`);
  process.exit(64);
}
const wide = await runSteps(chosen(WIDE));
const narrow = await runSteps(chosen(NARROW), availableParallelism());
const failed = wide.failed + narrow.failed;
console.log(`\n${wide.passed + narrow.passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
