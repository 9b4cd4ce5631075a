// Tries the attack list on the real lock; on Node, each check also on its twins, which must turn it red.
// Usage: node simulator/run/attacks.mjs [--engine node|xs] [--faults [--seeds N] | --twins] [TNN...]; --faults: see disturbed.mjs;
// --twins: the twins alone, where the checks themselves ran already.
// One line for each check and each twin; the last line is `N passed, N failed`.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { TWINS } from "../attacks/twins.mjs";
import { missing } from "../xs/build.mjs";
import { runBundle } from "../xs/run.mjs";
import { bundle, ROOT } from "./bundle.mjs";
import { tryUnderFaults } from "./disturbed.mjs";

const USAGE = "usage: node simulator/run/attacks.mjs [--engine node|xs] [--faults [--seeds N] | --twins] [TNN...]";
const SEEDS_DEFAULT = "2";
const OUTPUT = join(ROOT, ".build/attacks");
const XS_SECONDS_MAX = 300;

function fail(sentence) {
  console.error(`${sentence}\n${USAGE}`);
  process.exit(64);
}

function readOptions() {
  try {
    const options = {
      engine: { type: "string", default: "node" },
      faults: { type: "boolean", default: false },
      twins: { type: "boolean", default: false },
      seeds: { type: "string", default: SEEDS_DEFAULT },
    };
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    return fail(`${error.message.split(".")[0]}.`);
  }
}

const { values, positionals: ids } = readOptions();
if (!["node", "xs"].includes(values.engine)) fail(`There is no engine ${values.engine} here.`);
for (const id of ids) if (!TWINS.some((twin) => twin.id === id)) fail(`There is no check ${id}.`);

function finish({ passed, failed }) {
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}

const seeds = Number(values.seeds);
if (!Number.isInteger(seeds) || seeds < 1) fail("A run has at least one seed.");
if ((values.faults || values.twins) && values.engine !== "node") fail("Faults and twins are tried on Node only.");
if (values.faults && values.twins) fail("Faults and twins are tried apart.");
if (values.faults) finish(await tryUnderFaults(ids, seeds));

// A line for each check: its id, whether it holds, what it claims, and where it gave way.
const CHECKS = `import { crypto } from "#crypto";
import { ATTACKS } from "./simulator/attacks/all.ts";
import { Breach } from "./simulator/attacks/attack.ts";
import { Desk } from "./simulator/desk.ts";

function verdictOf(run) {
  try {
    run((options) => new Desk({ crypto, ...options }));
    return ["holds", ""];
  } catch (error) {
    return [error instanceof Breach ? "red" : "crashed", String(error.message)];
  }
}

function choose(ids) {
  return ATTACKS.filter(({ id }) => ids.length === 0 || ids.includes(id));
}

function check(ids) {
  return choose(ids).map(({ id, claim, run }) => [id, ...verdictOf(run), claim]);
}
`;

function write(name, text) {
  mkdirSync(OUTPUT, { recursive: true });
  const file = join(OUTPUT, `${name}-${process.pid}.mjs`);
  writeFileSync(file, text);
  return file;
}

/** Loads the checks into Node, with some of the source rewritten. */
async function load(name, rewrites = []) {
  const entry = { contents: `${CHECKS}\nexport { check, choose };` };
  const file = write(name, await bundle(entry, { engine: "node", rewrites }));
  return import(pathToFileURL(file).href);
}

/** Runs the checks of `chosen` on Node with some of the source rewritten. */
async function checkOnNode(name, chosen, rewrites) {
  return (await load(name, rewrites)).check(chosen);
}

async function checkOnXs(chosen) {
  const contents = `${CHECKS}\nfor (const row of check(${JSON.stringify(chosen)})) console.log(row.join("\\t"));`;
  const file = write("xs", await bundle({ contents }, { engine: "xs" }));
  const { status, output } = await runBundle(file, { isQuiet: true, seconds: XS_SECONDS_MAX });
  if (status !== 0) console.log(output);
  return output.split("\n").flatMap((line) => (/^T\d\d\t/.test(line) ? [line.split("\t")] : []));
}

/** Runs the twins of one check: each must turn it red, and at its own sentence where it names one.
 *  @returns how many did */
async function tryTwins(id) {
  let red = 0;
  const twins = TWINS.filter((twin) => twin.id === id);
  for (const [index, { without, at, rewrites }] of twins.entries()) {
    const [row] = await checkOnNode(`${id}-${index}`, [id], rewrites).catch((error) => [[id, "unmade", error.message]]);
    const [, verdict, sentence] = row;
    const isRight = verdict === "red" && (at === undefined || at === sentence);
    if (isRight) red++;
    const found = isRight ? "red" : `${verdict === "red" ? "ELSEWHERE" : verdict.toUpperCase()},`;
    console.log(`      ${found} without ${without}: ${sentence}`);
  }
  return { red, count: twins.length };
}

const reason = values.engine === "node" ? undefined : missing(values.engine);
if (reason !== undefined) {
  console.log(reason);
  process.exit(process.env.CI === "true" ? 1 : 0);
}
const sum = { passed: 0, failed: 0 };

async function addTwins(id) {
  const { red, count } = await tryTwins(id);
  sum.passed += red;
  // A check without a twin has not been shown to be able to fail.
  sum.failed += count === 0 ? 1 : count - red;
}

if (values.twins) {
  const chosen = (await load("all")).choose(ids);
  if (chosen.length === 0) sum.failed++;
  for (const { id, claim } of chosen) {
    console.log(`${id}  ${claim}`);
    await addTwins(id);
  }
  finish(sum);
}
const rows = values.engine === "node" ? await checkOnNode("node", ids) : await checkOnXs(ids);
if (rows.length === 0) sum.failed++;
for (const [id, verdict, sentence, claim] of rows) {
  const isHeld = verdict === "holds";
  console.log(`${id}  ${claim}: ${isHeld ? "holds" : `${verdict}: ${sentence}`}`);
  sum.passed += isHeld ? 1 : 0;
  sum.failed += isHeld ? 0 : 1;
  if (values.engine === "node") await addTwins(id);
}
console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed > 0 ? 1 : 0;
