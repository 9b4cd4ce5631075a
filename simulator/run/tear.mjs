// Runs the tear test whole: every cut of a long trace, on a small part and on a full one; flipped bits; images at random.
// Usage: npm run tear -- [--seed N] [--operations 50..5000] [--part small|full|flips|images]
// A line for each part with what was tried and how long it took; the last line is `N passed, N failed`.

import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { collect } from "../xs/run.mjs";
import { bundle, ROOT } from "./bundle.mjs";

const USAGE = "usage: npm run tear -- [--seed N] [--operations 50..5000] [--part small|full|flips|images]";
const OUTPUT = join(ROOT, ".build/tear");
const WORKERS = 2;
const SECONDS_MAX = 3_600;
const OPERATIONS = 2_000;
/** A full part costs a megabyte for each cut; flips and images need no more than a turned ring. */
const FULL_OPERATIONS = 400;
const FLIP_OPERATIONS = 300;
const IMAGES = 1_000;

function fail(sentence) {
  console.error(`${sentence}\n${USAGE}`);
  process.exit(64);
}

function whole(text, least, most) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) fail(`${text} is not a number of ${least} to ${most}.`);
  return value;
}

function readOptions() {
  const types = { seed: { type: "string" }, operations: { type: "string" }, part: { type: "string" } };
  try {
    return parseArgs({ options: types }).values;
  } catch (error) {
    return fail(`${error.message.split(".")[0]}.`);
  }
}

/** Runs one share. @returns what it tried; throws where a promise was not kept */
async function runShare(task) {
  const name = `${task.part}-${task.share}-${process.pid}`;
  const file = join(OUTPUT, `${name}.mjs`);
  writeFileSync(file, await bundle("simulator/tear/main.ts", { define: { TEAR: JSON.stringify(task) }, hasMap: true }));
  const child = spawn(process.execPath, ["--enable-source-maps", file], { stdio: ["ignore", "pipe", "pipe"] });
  const { status, output } = await collect(child, SECONDS_MAX * 1000);
  const lines = output.trim().split("\n");
  if (status !== 0) throw new Error(lines.find((line) => line.includes("TearFailure")) ?? lines.at(-1));
  return JSON.parse(lines.at(-1));
}

/** Adds what two shares tried. */
function sum(left, right) {
  if (typeof left === "number") return left + right;
  if (Array.isArray(left)) return left.map((value, index) => sum(value, right[index]));
  return Object.fromEntries(Object.entries(left).map(([key, value]) => [key, sum(value, right[key] ?? 0)]));
}

function say(part, tried, seconds) {
  if (part === "images") return `${tried.images} images at random: each starts, none throws, ${seconds} s`;
  if (part === "flips") {
    const { detected, harmless, newest } = tried;
    return `${detected + harmless + newest} bits flipped: ${detected} detected, ${harmless} harmless, ${newest} in the newest record of a region, ${seconds} s`;
  }
  const [once, twice, thrice] = tried.cuts;
  const types = Object.keys(tried.types).length;
  return `${part} part: ${once} cuts of ${tried.operations / WORKERS} operations of ${types} kinds, ${twice} cuts in the recovery, ${thrice} in the recovery from that, ${tried.recoveries} recoveries, ${tried.turns / WORKERS} sector turns, ${tried.snapshots / WORKERS} snapshots, ${seconds} s`;
}

const given = readOptions();
const seed = whole(given.seed ?? "1", 0, 2 ** 32 - 1);
const operations = whole(given.operations ?? String(OPERATIONS), 50, 5_000);
const PARTS = [
  { part: "small", operations, shares: WORKERS },
  { part: "full", operations: Math.min(operations, FULL_OPERATIONS), shares: WORKERS },
  { part: "flips", operations: FLIP_OPERATIONS, shares: WORKERS },
  { part: "images", operations: IMAGES, shares: WORKERS },
];
if (given.part !== undefined && !PARTS.some(({ part }) => part === given.part)) fail(`There is no part ${given.part}.`);
mkdirSync(OUTPUT, { recursive: true });
let passed = 0;
let failed = 0;
for (const task of PARTS.filter(({ part }) => given.part === undefined || part === given.part)) {
  const started = performance.now();
  try {
    const shares = Array.from({ length: WORKERS }, (_, share) =>
      runShare({ ...task, seed: seed + (task.part === "images" ? share : 0), share }),
    );
    const tried = (await Promise.all(shares)).reduce(sum);
    console.log(say(task.part, tried, Math.round((performance.now() - started) / 1000)));
    passed += 1;
  } catch (error) {
    console.log(`FAILED  ${task.part}: ${error.message}`);
    failed += 1;
  }
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
