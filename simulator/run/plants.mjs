// Plants bugs into the lock, one at a time, and lets the simulated house find them.
// Usage: npm run plants -- [--seeds K] [--days D] [--first] [NAME]; a NAME tries the plants whose names begin with it. Some
// begin with the seed that is known to find them; with --first all begin with 1.
// One line for each: the invariant that caught it, and how many seeds that took. The last line is `N passed, N failed`.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { PLANTS } from "../plants/plants.mjs";
import { bundle, ROOT } from "./bundle.mjs";
import { runJobs } from "./crew.mjs";

const USAGE = "usage: npm run plants -- [--seeds 1..500] [--days 1..10] [--first] [NAME]";
const OUTPUT = join(ROOT, ".build/plants");
/** A day of a house that fills a small part before its owner fetches. */
const PARCELS = 30;
const ENTRY = `
export { crypto } from "#crypto";
export { FAULT_KINDS } from "./simulator/faults.ts";
export { simulate } from "./simulator/simulation.ts";
`;

function fail(sentence) {
  console.error(`${sentence}\n${USAGE}`);
  process.exit(64);
}

function readOptions() {
  const types = {
    seeds: { type: "string", default: "100" },
    days: { type: "string", default: "3" },
    first: { type: "boolean" },
  };
  try {
    return parseArgs({ options: types, allowPositionals: true });
  } catch (error) {
    return fail(`${error.message.split(".")[0]}.`);
  }
}

function whole(text, most) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > most) fail(`${text} is not a number of 1 to ${most}.`);
  return value;
}

/** Bundles the house with a plant in it. @throws Error where a text of it is not in the source exactly once */
async function plant(name, rewrites) {
  mkdirSync(OUTPUT, { recursive: true });
  const file = join(OUTPUT, `${name}-${process.pid}.mjs`);
  writeFileSync(file, await bundle({ contents: ENTRY }, { rewrites }));
  return file;
}

/** Tries plants on seeds 1, 2, and so on, with every fault.
 *  @returns for each `{name, isCaught, sentence}`; it is caught where one of its own invariants did it */
export async function tryPlants(plants, { seeds, days, isFirst = false }, heard = () => {}) {
  const files = await Promise.all(plants.map(({ rewrites }, index) => plant(String(index), rewrites)));
  const healthy = await plant("none", []);
  const { FAULT_KINDS } = await import(pathToFileURL(healthy).href);
  const jobs = plants.map(({ name, by, busy, hasCamera, from = 1 }, index) => {
    const pace = busy === true ? { days: 2 * days, parcels: PARCELS, isSmall: true } : { days };
    // An owner who finds history spoilt does not say that it was fetched, and a busy ring then refuses guests, plant or not.
    const kinds = busy === true ? FAULT_KINDS.filter((kind) => kind !== "rot") : FAULT_KINDS;
    const hall = { days: 1, hasCamera: true, faults: { kinds: ["hall"] } };
    const options = { seed: isFirst ? 1 : from, ...pace, faults: { kinds }, ...(hasCamera === true ? hall : {}) };
    return { file: files[index], options, seeds, name, by };
  });
  const rows = [];
  await runJobs(jobs, (result, { name, by, options }) => {
    const { violation, seeds: tried } = result;
    const isCaught = violation !== undefined && by.some((invariant) => violation.startsWith(invariant));
    const found =
      violation === undefined ? `SURVIVED ${tried} seeds` : `${violation}, seed ${options.seed + tried - 1}`;
    const row = {
      name,
      isCaught,
      tried,
      sentence: isCaught || violation === undefined ? found : `ELSEWHERE: ${found}`,
    };
    rows.push(row);
    heard(row);
  });
  for (const file of [...files, healthy]) rmSync(file);
  return rows;
}

async function main() {
  const { values, positionals } = readOptions();
  const [prefix = ""] = positionals;
  const chosen = PLANTS.filter(({ name }) => name.startsWith(prefix));
  if (chosen.length === 0) fail(`There is no plant ${prefix}.`);
  const rows = await tryPlants(
    chosen,
    { seeds: whole(values.seeds, 500), days: whole(values.days, 10), isFirst: values.first === true },
    (row) => {
      console.log(`${row.isCaught ? "caught" : "FAILED"}  ${row.name}: ${row.sentence}`);
    },
  );
  const passed = rows.filter(({ isCaught }) => isCaught).length;
  console.log(`\n${passed} passed, ${rows.length - passed} failed`);
  process.exitCode = passed === rows.length ? 0 : 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
