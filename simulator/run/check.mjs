// Checks the project without running it: types (tsc), form (biome), and layers (layers.mjs).
// Usage: npm run check. The last line is `N passed, N failed`, a row for each of the three.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./bundle.mjs";
import { mentionFaults, sourceFaults } from "./layers.mjs";
import { boardFaults } from "./manifests.mjs";
import { runProgram } from "./steps.mjs";

const FOLDERS = ["firmware", "lock", "keypad", "camera", "owner", "simulator"];
const BOARDS = ["lock", "keypad", "camera"];
const SOURCES = /\.(?:ts|mts|mjs|js|c|h)$/;

function sourceFiles() {
  return FOLDERS.filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true }).map((name) => `${folder}/${name}`))
    .filter((path) => SOURCES.test(path) && !path.includes("node_modules/"))
    .sort()
    .map((path) => ({ path, source: readFileSync(join(ROOT, path), "utf8") }));
}

function manifestFiles() {
  const paths = ["manifest.json", "firmware/io/manifest.json", ...BOARDS.map((board) => `${board}/manifest.json`)];
  return new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
}

function layers() {
  const files = sourceFiles();
  const faults = [...sourceFaults(files), ...mentionFaults(files, readdirSync(join(ROOT, "docs")))];
  const manifests = manifestFiles();
  for (const board of BOARDS) faults.push(...boardFaults(board, manifests, files));
  for (const fault of faults) console.log(fault);
  return faults.length === 0;
}

async function passes(program, ...words) {
  const { status } = await runProgram(process.execPath, [join(ROOT, "node_modules", program), ...words]);
  return status === 0;
}

const checks = [
  ["types", () => passes("typescript/bin/tsc", "--noEmit", "-p", ".")],
  ["form", () => passes("@biomejs/biome/bin/biome", "check", ".")],
  ["layers", layers],
];

let failed = 0;
for (const [name, check] of checks) {
  const isGood = await check();
  if (!isGood) failed += 1;
  console.log(`${isGood ? "passed" : "FAILED"}  ${name}`);
}
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
