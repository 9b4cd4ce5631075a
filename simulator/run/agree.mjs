// Runs the same seeds on every engine and compares the last lines: one seed, one trace, wherever it runs.
// Usage: node simulator/run/agree.mjs [--xs K] [--rv32 K]; seeds 1 to K on Node and on that engine, a day each with
// every fault.

import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { missing } from "../xs/build.mjs";
import { collect } from "../xs/run.mjs";
import { ROOT } from "./bundle.mjs";

const MILLIS_MAX = 600_000;
const { xs = "10", rv32 = "2" } = parseArgs({ options: { xs: { type: "string" }, rv32: { type: "string" } } }).values;

async function lastLine(engine, seed) {
  const words = ["simulator/run/simulate.mjs", "--seed", String(seed), "--engine", engine];
  const child = spawn(process.execPath, words, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const { output } = await collect(child, MILLIS_MAX);
  return output.trim().split("\n").at(-1);
}

let passed = 0;
let failed = 0;
for (const [engine, count] of [
  ["xs", Number(xs)],
  ["rv32", Number(rv32)],
]) {
  const reason = missing(engine);
  if (reason !== undefined) {
    console.log(reason);
    if (process.env.CI === "true") failed += 1;
    continue;
  }
  for (let seed = 1; seed <= count; seed += 1) {
    const [ours, theirs] = await Promise.all([lastLine("node", seed), lastLine(engine, seed)]);
    const isSame = ours === theirs && ours.startsWith("PASSED ");
    console.log(
      `${isSame ? "same" : "FAILED"}  seed ${seed}, node and ${engine}: ${ours}${isSame ? "" : ` / ${theirs}`}`,
    );
    if (isSame) passed += 1;
    else failed += 1;
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
