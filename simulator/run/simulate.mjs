// Runs a seeded house for some days with everything that can go wrong: on Node, on XS, or on XS for rv32.
// Usage: npm run simulate -- [--seed N] [--seeds K] [--days D] [--faults all|none|LIST] [--only NUMBERS] [--parcels N]
//   [--part small|standard] [--camera] [--engine node|xs|rv32] [--trace]
// The first line names the seed, the last is `PASSED <trace hash>` or `FAILED seed N step S: invariant`. On Node a seed that
// fails is shrunk to a short list of faults, with the command that plays just those.

import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { missing } from "../xs/build.mjs";
import { runBundle } from "../xs/run.mjs";
import { bundle, ROOT } from "./bundle.mjs";
import { runJobs } from "./crew.mjs";

const USAGE = `usage: npm run simulate -- [--seed N] [--seeds K] [--days 1..3660] [--faults all|none|LIST] [--only NUMBERS]
  [--parcels 1..40] [--part small|standard] [--camera] [--engine node|xs|rv32] [--trace]`;
const ENGINES = ["node", "xs", "rv32"];
const PARTS = ["small", "standard"];
const SECONDS_MAX = 3600;
const DAYS_MAX = 3660;
const SEEDS_MAX = 1_000_000;
const SHRINKING_RUNS_MAX = 120;
const BAR_CHARACTERS = 40;
/** What workers and this process run on Node. */
const ENTRY = `
export { crypto } from "#crypto";
export { describeFault, FAULT_KINDS } from "./simulator/faults.ts";
export { addCounts, countsOf, summaryLines } from "./simulator/report.ts";
export { shrink } from "./simulator/shrink.ts";
export { simulate, verdictLine } from "./simulator/simulation.ts";
`;

function fail(sentence) {
  console.error(`${sentence}\n${USAGE}`);
  process.exit(64);
}

function whole(text, { least, most }) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) fail(`${text} is not a number of ${least} to ${most}.`);
  return value;
}

function readOptions() {
  const texts = ["seed", "seeds", "days", "faults", "only", "parcels", "part", "engine"];
  const types = Object.fromEntries(texts.map((name) => [name, { type: "string" }]));
  try {
    return parseArgs({ options: { ...types, camera: { type: "boolean" }, trace: { type: "boolean" } } }).values;
  } catch (error) {
    return fail(`${error.message.split(".")[0]}.`);
  }
}

function readChoice({ faults = "all", only }, kinds) {
  const chosen = faults === "all" ? kinds : faults === "none" ? [] : faults.split(",");
  for (const kind of chosen)
    if (!kinds.includes(kind)) fail(`There is no fault ${kind}; there are: ${kinds.join(", ")}.`);
  if (only === undefined) return { kinds: chosen };
  return { kinds: chosen, only: only.split(",").map((number) => whole(number, { least: 0, most: SEEDS_MAX })) };
}

/** Writes a bundle to a file of its own. */
async function write(name, entry, options) {
  const folder = join(ROOT, ".build/simulate");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-${process.pid}.mjs`);
  writeFileSync(file, await bundle(entry, options));
  return file;
}

async function runOnXs(engine, simulation) {
  const define = { SIMULATION: JSON.stringify(simulation) };
  const file = await write(engine, "simulator/main.ts", { engine: "xs", define });
  // QEMU's console is its standard error; whoever reads the last line reads standard output.
  const { status, output } = await runBundle(file, { engine, seconds: SECONDS_MAX, isQuiet: true });
  rmSync(file);
  process.stdout.write(output);
  process.exitCode = status;
}

/** Finds a short list of faults with which the seed still fails, and says how to play it. */
function tellShortest(parts, options, { violation, endedMillis, faults }) {
  const { crypto, simulate, shrink, describeFault } = parts;
  const found = new Map();
  const fails = (part) => {
    const only = part.map(({ number }) => number);
    const again = simulate(crypto, { ...options, faults: { kinds: parts.FAULT_KINDS, only } });
    found.set(only.join(","), again.violation);
    return again.violation !== undefined;
  };
  const begun = faults.filter(({ at }) => at <= endedMillis);
  const { kept, runs, isShortest } = shrink(begun, fails, SHRINKING_RUNS_MAX);
  const numbers = kept.map(({ number }) => number).join(",");
  const other = found.get(numbers);
  for (const fault of kept) console.log(`  ${describeFault(fault)}`);
  if (other !== undefined && other !== violation) console.log(`with these it fails elsewhere: ${other}`);
  console.log(
    `shortest fault list: ${numbers === "" ? "none" : numbers} (${runs} runs${isShortest ? "" : ", not all tried"})`,
  );
  const parcels = options.parcels === undefined ? "" : ` --parcels ${options.parcels}`;
  const part = options.isSmall === undefined ? "" : ` --part ${options.isSmall ? "small" : "standard"}`;
  const camera = options.hasCamera === true ? " --camera" : "";
  const played = numbers === "" ? "--faults none" : `--only ${numbers}`;
  console.log(`npm run simulate -- --seed ${options.seed} --days ${options.days} ${played}${parcels}${part}${camera}`);
}

function runOne(parts, options, hasTrace) {
  const { crypto, simulate, verdictLine, countsOf, summaryLines } = parts;
  console.log(`seed ${options.seed}, ${options.days} ${options.days === 1 ? "day" : "days"}`);
  const print = (line) => console.log(line);
  const result = simulate(crypto, hasTrace ? { ...options, print } : options);
  for (const line of summaryLines(countsOf(result))) console.log(line);
  if (result.violation !== undefined) tellShortest(parts, options, result);
  console.log(verdictLine(options, result));
  if (result.violation !== undefined) process.exitCode = 1;
}

/** A bar on a terminal; elsewhere a line at every tenth part. */
function showProgress(done, count) {
  if (process.stdout.isTTY === true) {
    const full = Math.floor((done * BAR_CHARACTERS) / count);
    process.stdout.write(`\r[${"#".repeat(full)}${" ".repeat(BAR_CHARACTERS - full)}] ${done} of ${count} seeds`);
    if (done === count) process.stdout.write("\n");
  } else if (Math.floor((done * 10) / count) > Math.floor(((done - 1) * 10) / count)) {
    console.log(`${done} of ${count} seeds`);
  }
}

async function runMany(parts, file, { options, count }) {
  const { addCounts, countsOf, summaryLines, verdictLine } = parts;
  console.log(`seeds ${options.seed} to ${options.seed + count - 1}, ${options.days} days each`);
  const jobs = Array.from({ length: count }, (_, index) => ({
    file,
    options: { ...options, seed: options.seed + index },
  }));
  let done = 0;
  const results = await runJobs(jobs, () => showProgress(++done, count));
  for (const line of summaryLines(addCounts(results.map(countsOf)))) console.log(line);
  const failed = results.flatMap((result, index) => (result.violation === undefined ? [] : [{ result, index }]));
  for (const { result, index } of failed.slice(1)) console.log(verdictLine(jobs[index].options, result));
  if (failed.length === 0) {
    const hash = createHash("sha256");
    for (const result of results) hash.update(result.hash, "hex");
    console.log(`PASSED ${hash.digest("hex")}`);
    return;
  }
  const [{ result, index }] = failed;
  tellShortest(parts, jobs[index].options, result);
  console.log(`${failed.length} of ${count} seeds failed`);
  console.log(verdictLine(jobs[index].options, result));
  process.exitCode = 1;
}

const given = readOptions();
const engine = given.engine ?? "node";
if (!ENGINES.includes(engine)) fail(`There is no engine ${engine}.`);
const count = given.seeds === undefined ? undefined : whole(given.seeds, { least: 1, most: SEEDS_MAX });
const drawn = count === undefined ? Math.floor(Math.random() * 2 ** 32) : 1;
const seed = given.seed === undefined ? drawn : whole(given.seed, { least: 0, most: 2 ** 32 - 1 });
const days = whole(given.days ?? "1", { least: 1, most: DAYS_MAX });
const reason = engine === "node" ? undefined : missing(engine);
if (reason !== undefined) {
  console.log(reason);
  process.exit(process.env.CI === "true" ? 1 : 0);
}
const file = await write("node", { contents: ENTRY });
const parts = await import(pathToFileURL(file).href);
const parcels = given.parcels === undefined ? {} : { parcels: whole(given.parcels, { least: 1, most: 40 }) };
if (given.part !== undefined && !PARTS.includes(given.part)) fail(`There is no part ${given.part}.`);
const part = given.part === undefined ? {} : { isSmall: given.part === "small" };
const camera = given.camera === true ? { hasCamera: true } : {};
const options = { seed, days, faults: readChoice(given, parts.FAULT_KINDS), ...parcels, ...part, ...camera };
if (engine !== "node" && count !== undefined) fail("Many seeds run on Node only.");
else if (engine !== "node") await runOnXs(engine, { ...options, hasTrace: given.trace === true });
else if (count === undefined) runOne(parts, options, given.trace === true);
else await runMany(parts, file, { options, count });
rmSync(file);
