// Runs the long suite: `npm run test:long`. Each step is one row, a name and a command.
// Usage: node simulator/run/long.mjs [NAME]; a NAME runs the steps whose names begin with it.
// A step is run from the root and ends with a line `N passed, N failed`, or counts as one row by its exit code.

import { runSteps } from "./steps.mjs";

const STEPS = [
  ["slow tests on XS", "node simulator/run/test.mjs xs --slow"],
  ["tests on rv32", "node simulator/run/test.mjs rv32"],
  ["one seed, one trace, on three engines", "node simulator/run/agree.mjs --xs 20 --rv32 2"],
  ["500 seeds of three days, with every fault", "node simulator/run/simulate.mjs --seeds 500 --days 3"],
  ["a year of a busy house", "node simulator/run/simulate.mjs --seed 1 --days 365 --faults none"],
  ["planted bugs", "node simulator/run/plants.mjs"],
  ["models and their twins", "node simulator/run/models.mjs"],
  ["every cut of a hundred and fifty operations", "node simulator/run/tear.mjs --part small --operations 150"],
  ["cuts on a full part", "node simulator/run/tear.mjs --part full"],
  ["images at random", "node simulator/run/tear.mjs --part images"],
  ["attacks and their twins", "node simulator/run/attacks.mjs"],
  ["attacks under faults", "node simulator/run/attacks.mjs --faults --seeds 2"],
  ["what the camera takes a thousand scenes for", "node simulator/run/scenes.mjs"],
  ["a million malformed messages on Node", "node simulator/run/fuzz.mjs --count 1000000 --seed 1"],
  ["a hundred thousand malformed messages on XS", "node simulator/run/fuzz.mjs --count 100000 --seed 2 --engine xs"],
];

const [only = ""] = process.argv.slice(2);
const sum = await runSteps(STEPS.filter(([name]) => name.startsWith(only)));
console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed > 0 ? 1 : 0;
