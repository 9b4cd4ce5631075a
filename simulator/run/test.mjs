// Runs the tests: `npm test` checks the project, then runs every test on Node and the portable ones on XS too.
// Usage: node simulator/run/test.mjs [node|xs|rv32 [PREFIX]]; PREFIX is the beginning of a path from the root. Without an
// engine, the slowest tests are left to `test.mjs xs --slow`, which the long suite runs.
// The last line is `N passed, N failed`, the rows of all engines together.

import { hostFor, missing } from "../xs/build.mjs";
import { runSteps } from "./steps.mjs";
import { jobsOf, LEFT_OUT_ON_RV32, LEFT_OUT_ON_XS, runTests, SLOW_ON_XS } from "./tests.mjs";

const [only, prefix = ""] = process.argv.slice(2);
if (only !== undefined && !["node", "xs", "rv32"].includes(only)) fail("usage: test.mjs [node|xs|rv32 [PREFIX]]");

const sum = { passed: 0, failed: 0 };
const jobs = [];

function fail(sentence) {
  console.error(sentence);
  process.exit(64);
}

function add(rows) {
  sum.passed += rows.passed;
  sum.failed += rows.failed;
}

function chosen(engine) {
  if (engine === "rv32") console.log(`Left out on rv32, where it takes minutes: ${LEFT_OUT_ON_RV32}`);
  if (engine !== "xs") return jobsOf(engine, prefix);
  if (only !== undefined) console.log(`Left out on XS, where it takes minutes: ${LEFT_OUT_ON_XS}`);
  if (prefix === "--slow") return SLOW_ON_XS.flatMap((file) => jobsOf(engine, file));
  if (only !== undefined) return jobsOf(engine, prefix);
  console.log(`Left to npm run test:long on XS, since they are slow there: ${SLOW_ON_XS.join(", ")}`);
  return jobsOf(engine).filter(({ file }) => !SLOW_ON_XS.includes(file));
}

if (only === undefined) add(await runSteps([["check", "node simulator/run/check.mjs"]]));
// XS is slower: it begins, so that both workers end at about the same time.
for (const engine of only === undefined ? ["xs", "node"] : [only]) {
  const reason = engine === "node" ? undefined : missing(engine);
  if (reason !== undefined) {
    console.log(reason);
    // On a developer's machine a missing compiler is said; in CI it would hide a whole engine.
    if (process.env.CI === "true") sum.failed += 1;
    continue;
  }
  try {
    if (engine !== "node") await hostFor(engine);
    const found = chosen(engine);
    // Who mistypes a path has run nothing, and is not told that nothing failed.
    if (found.length === 0) fail(`No test that runs on ${engine} has a path that begins with ${prefix}.`);
    jobs.push(...found);
  } catch (error) {
    console.log(`${engine} cannot be built: ${error.message}`);
    sum.failed += 1;
  }
}
add(await runTests(jobs));
console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed > 0 ? 1 : 0;
