// Prints the confusion table of the camera's scene analysis, over halls that a seed draws and over photographs.
// Usage: npm run scenes -- [--seed N] [--halls H] [--frames F] [--pictures FOLDER]
// The first line names the seed; the last is `N passed, N failed`: a row for each bar. What was missed stands in the table.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { bundle, ROOT } from "./bundle.mjs";

const USAGE = "usage: npm run scenes -- [--seed N] [--halls H] [--frames F] [--pictures FOLDER]";
const FOLDER = join(ROOT, ".build/scenes");
const SEED_MAX = 2 ** 32 - 1;
const ENTRY = `export * from "./simulator/sensor/scenes.node.ts";
export { faultsOf, linesOf } from "./simulator/sensor/table.ts";`;

function readOptions() {
  const text = { type: "string" };
  try {
    return parseArgs({ options: { seed: text, halls: text, frames: text, pictures: text } }).values;
  } catch (error) {
    console.error(`${error.message.split(".")[0]}.\n${USAGE}`);
    return process.exit(64);
  }
}

function whole(text, fallback) {
  if (text === undefined) return fallback;
  if (!/^\d+$/.test(text) || Number(text) > SEED_MAX) {
    console.error(`${text} is not a number of 0 to ${SEED_MAX}.\n${USAGE}`);
    process.exit(64);
  }
  return Number(text);
}

const given = readOptions();
const seed = whole(given.seed, Math.floor(Math.random() * SEED_MAX));
// Eight ordinary rows: 1,040 ordinary frames.
const halls = whole(given.halls, 13);
const frames = whole(given.frames, 10);
const PHOTOGRAPH_FRAMES = 3;
console.log(`seed ${seed}, ${halls} halls, ${frames} frames of each row`);
mkdirSync(FOLDER, { recursive: true });
const file = join(FOLDER, `scenes-${process.pid}.mjs`);
writeFileSync(file, await bundle({ contents: ENTRY }));
const { faultsOf, linesOf, tabulateHalls, tabulatePhotographs } = await import(pathToFileURL(file).href);

const sum = { passed: 0, failed: 0 };
function show(title, table) {
  console.log(`\n${title}`);
  for (const line of linesOf(table)) console.log(line);
  const faults = faultsOf(table);
  for (const fault of faults) console.log(`FAILED  ${fault}`);
  sum.failed += faults.length;
  sum.passed += table.length - faults.length;
}

const drawn = await tabulateHalls({ seed, halls, frames });
show("Drawn halls, VGA, JPEG at quality 75", drawn);
const photographs = await tabulatePhotographs({ seed, frames: PHOTOGRAPH_FRAMES, folder: given.pictures });
if (photographs === undefined) console.log("no ../shared/pictures: photographs are left out");
else show("Photographs", photographs);
console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed > 0 ? 1 : 0;
