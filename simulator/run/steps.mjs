// Runs steps, each a command of its own, in order, and adds up the lines `N passed, N failed` that they end with.
// Why: `npm test`, the long suite and CI report in one form, whatever a step is made of.

import { spawn } from "node:child_process";
import { collect } from "../xs/run.mjs";
import { ROOT } from "./bundle.mjs";

const SECONDS_MAX = 3600;

/** Reads the sum that a step prints in its last line; without one, the step is one row, passed or failed. */
export function readSum(status, output) {
  const sums = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
  const passed = sums === undefined ? 0 : Number(sums[1]);
  const failed = sums === undefined ? 0 : Number(sums[2]);
  if (status !== 0) return { passed, failed: Math.max(failed, 1) };
  return { passed: sums === undefined ? 1 : passed, failed };
}

/** Runs a program from the project's root. @param isHeard whether its output is let through at once
 *  @returns `{status, output}` */
export function runProgram(program, words, isHeard = true) {
  const child = spawn(program, words, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  if (isHeard) {
    child.stdout.pipe(process.stdout, { end: false });
    child.stderr.pipe(process.stderr, { end: false });
  }
  return collect(child, SECONDS_MAX * 1000);
}

/** Runs rows of `[name, command]`; a command is words divided by spaces, run from the project's root.
 *  @param atOnce how many run beside each other; above 1 each one's output comes when it has ended
 *  @returns `{passed, failed}` over all of them */
export async function runSteps(steps, atOnce = 1) {
  const sum = { passed: 0, failed: 0 };
  const waiting = [...steps];
  async function work() {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const rows = await runStep(next, atOnce === 1);
      sum.passed += rows.passed;
      sum.failed += rows.failed;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return sum;
}

async function runStep([name, command], isHeard) {
  const started = performance.now();
  const [program, ...words] = command.split(" ");
  const { status, output } = await runProgram(program === "node" ? process.execPath : program, words, isHeard);
  const rows = readSum(status, output);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (!isHeard) process.stdout.write(output);
  console.log(`${rows.failed > 0 ? "FAILED" : "passed"}  ${name}, ${seconds} s`);
  return rows;
}
