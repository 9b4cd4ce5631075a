// Runs the same seeds on every engine and compares the last lines: one seed, one trace, wherever it runs.
// Usage: node simulator/run/agree.mjs [--xs K] [--rv32 K]; seeds 1 to K on Node and on that engine, a day each with
// every fault; and a house with a camera, on XS.

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { hostFor, missing } from "../xs/build.mjs";
import { collect } from "../xs/run.mjs";
import { ROOT } from "./bundle.mjs";

const MILLIS_MAX = 600_000;
const HALL = ["--camera", "--faults", "hall"];
const { xs = "10", rv32 = "2" } = parseArgs({ options: { xs: { type: "string" }, rv32: { type: "string" } } }).values;

async function lastLine(engine, seed, more) {
  const words = ["simulator/run/simulate.mjs", "--seed", String(seed), "--engine", engine, ...more];
  const child = spawn(process.execPath, words, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const { output } = await collect(child, MILLIS_MAX);
  return output.trim().split("\n").at(-1);
}

/** Runs a seed on Node and on an engine. @returns `{isSame, sentence}` */
async function compare(engine, seed, more) {
  const ours = await lastLine("node", seed, more);
  const theirs = await lastLine(engine, seed, more);
  const isSame = ours === theirs && ours.startsWith("PASSED ");
  const sentence = `seed ${seed}${more.length > 0 ? " with a camera" : ""}, node and ${engine}: ${ours}${isSame ? "" : ` / ${theirs}`}`;
  return { isSame, sentence };
}

const waiting = [];
let passed = 0;
let failed = 0;
for (const [engine, count] of [
  ["rv32", Number(rv32)],
  ["xs", Number(xs)],
]) {
  const reason = missing(engine);
  if (reason !== undefined) {
    console.log(reason);
    if (process.env.CI === "true") failed += 1;
    continue;
  }
  // The host is built once, before several want it.
  await hostFor(engine);
  if (engine === "xs") waiting.unshift([engine, 1, HALL]);
  for (let seed = 1; seed <= count; seed += 1) waiting.push([engine, seed, []]);
}
async function work() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { isSame, sentence } = await compare(...next);
    console.log(`${isSame ? "same" : "FAILED"}  ${sentence}`);
    if (isSame) passed += 1;
    else failed += 1;
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
