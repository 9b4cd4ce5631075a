// Runs a simulation: a seeded house for some days, on Node, on XS, or on XS for rv32.
// Usage: npm run simulate -- [--seed N] [--days 1..40] [--engine node|xs|rv32] [--trace]
// The first line names the seed, the last is `PASSED <trace hash>` or `FAILED seed N step S: invariant`.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { missing } from "../xs/build.mjs";
import { runBundle } from "../xs/run.mjs";
import { bundle, ROOT } from "./bundle.mjs";

const USAGE = "usage: npm run simulate -- [--seed N] [--days 1..40] [--engine node|xs|rv32] [--trace]";
const ENGINES = ["node", "xs", "rv32"];
const SECONDS_MAX = 3600;
// The journal does not reuse its sectors yet: after some fifty days a lock refuses guests rather than lose a record.
const DAYS_MAX = 40;

function fail(sentence) {
  console.error(sentence);
  process.exit(64);
}

function whole(text, { least, most }) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    fail(`${text} is not a number of ${least} to ${most}.\n${USAGE}`);
  return value;
}

function readOptions() {
  const types = { seed: { type: "string" }, days: { type: "string" }, engine: { type: "string" } };
  try {
    return parseArgs({ options: { ...types, trace: { type: "boolean" } } }).values;
  } catch (error) {
    return fail(`${error.message.split(".")[0]}.\n${USAGE}`);
  }
}

const given = readOptions();
const engine = given.engine ?? "node";
if (!ENGINES.includes(engine)) fail(`There is no engine ${engine}.\n${USAGE}`);
const seed =
  given.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : whole(given.seed, { least: 0, most: 2 ** 32 - 1 });
const days = whole(given.days ?? "1", { least: 1, most: DAYS_MAX });
const reason = engine === "node" ? undefined : missing(engine);
if (reason !== undefined) {
  console.log(reason);
  process.exit(process.env.CI === "true" ? 1 : 0);
}

const folder = join(ROOT, ".build/simulate");
const file = join(folder, `${engine}-${process.pid}.mjs`);
const define = { SIMULATION: JSON.stringify({ seed, days, hasTrace: given.trace === true }) };
mkdirSync(folder, { recursive: true });
writeFileSync(file, await bundle("simulator/main.ts", { engine: engine === "node" ? "node" : "xs", define }));
if (engine === "node") await import(pathToFileURL(file).href);
else {
  // QEMU's console is its standard error; whoever reads the last line reads standard output.
  const { status, output } = await runBundle(file, { engine, seconds: SECONDS_MAX, isQuiet: true });
  process.stdout.write(output);
  process.exitCode = status;
}
rmSync(file);
