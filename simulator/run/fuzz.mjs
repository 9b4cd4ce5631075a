// Sends malformed messages to the firmware's readers and to a whole lock, on Node or on XS.
// Usage: npm run fuzz -- [--count N] [--seed S] [--engine node|xs] [--index I]
// The first line names the seed, the last is `PASSED` or how the failure is seen again; --index repeats one message with
// those before it in its batch.

import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { missing } from "../xs/build.mjs";
import { collect, runBundle } from "../xs/run.mjs";
import { bundle, ROOT } from "./bundle.mjs";

const USAGE = "usage: npm run fuzz -- [--count N] [--seed S] [--engine node|xs] [--index I]";
const FOLDER = join(ROOT, ".build/fuzz");
const COUNT_DEFAULT = 100_000;
/** Of simulator/fuzz/fuzz.ts: messages that share one lock. */
const BATCH = 10_000;
const COUNT_MAX = 2 ** 31;
const SEED_MAX = 2 ** 32 - 1;
const SECONDS_MAX = 3600;

// A session more or less, with phones, keypad, camera and viewers, is 25 kB on XS, however many messages came; a byte lost in every
// third message of the long suite would be seen. Node's own heap breathes more widely.
const HEAPS = {
  xs: `{ growthMax: 32 * 1024, bytes() { host.collect(); return host.heapBytes(); } }`,
  node: `{ growthMax: 16 * 1024 * 1024, bytes() { collect(); return process.memoryUsage().heapUsed; } }`,
};
const COLLECT = `import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
// Every refusal is an exception, and nobody reads their stacks.
Error.stackTraceLimit = 0;`;

function fail(sentence) {
  console.error(sentence);
  process.exit(64);
}

function whole(text, most) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most) fail(`${text} is not a number of 0 to ${most}.\n${USAGE}`);
  return value;
}

function readOptions() {
  const text = { type: "string" };
  try {
    return parseArgs({ options: { count: text, seed: text, engine: text, index: text } }).values;
  } catch (error) {
    return fail(`${error.message.split(".")[0]}.\n${USAGE}`);
  }
}

function entryOf(engine, { seed, count, from, isRepeat }) {
  const isNode = engine === "node";
  return `import { crypto } from "#crypto";
import { fuzz, reportOf } from "./simulator/fuzz/fuzz.ts";
${isNode && !isRepeat ? COLLECT : ""}
const heap = ${isRepeat ? "undefined" : HEAPS[engine]};
const failure = fuzz(crypto, { seed: ${seed}, count: ${count}, from: ${from}, heap });
if (failure === undefined) console.log("PASSED");
else {
  for (const line of reportOf(failure, ${seed}, "${engine}")) console.log(line);
  process.exitCode = 1;
}`;
}

const given = readOptions();
const engine = given.engine ?? "node";
if (engine !== "node" && engine !== "xs") fail(`There is no engine ${engine} here.\n${USAGE}`);
const seed = given.seed === undefined ? Math.floor(Math.random() * SEED_MAX) : whole(given.seed, SEED_MAX);
const index = given.index === undefined ? undefined : whole(given.index, COUNT_MAX);
const count = index === undefined ? whole(given.count ?? String(COUNT_DEFAULT), COUNT_MAX) : 1;
const reason = engine === "node" ? undefined : missing(engine);
if (reason !== undefined) {
  console.log(reason);
  process.exit(process.env.CI === "true" ? 1 : 0);
}

/** Divides messages among the processors by whole batches: none knows of another. @returns `{from, count}` for each */
function shares() {
  if (index !== undefined) return [{ from: index, count }];
  const size = Math.ceil(count / availableParallelism() / BATCH) * BATCH;
  const spans = [];
  for (let from = 0; from < count; from += size) spans.push({ from, count: Math.min(size, count - from) });
  return spans;
}

/** Runs one share in a process of its own. @returns `{status, output}` */
async function send({ from, count: own }) {
  const file = join(FOLDER, `${engine}-${process.pid}-${from}.mjs`);
  const entry = entryOf(engine, { seed, count: own, from, isRepeat: index !== undefined });
  writeFileSync(file, await bundle({ contents: entry }, { engine }));
  if (engine !== "node") return runBundle(file, { engine, seconds: SECONDS_MAX, isQuiet: true });
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "pipe"] });
  return collect(child, SECONDS_MAX * 1000);
}

console.log(`seed ${seed}, ${index === undefined ? `${count} messages` : `message ${index}`}, ${engine}`);
mkdirSync(FOLDER, { recursive: true });
const runs = await Promise.all(shares().map(send));
const fallen = runs.filter(({ status }) => status !== 0);
for (const { output } of fallen.length > 0 ? fallen : runs.slice(0, 1)) process.stdout.write(output);
process.exitCode = fallen[0]?.status ?? 0;
