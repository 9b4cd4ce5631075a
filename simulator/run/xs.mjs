// Runs one file on XS: `npm run xs -- FILE [ARGUMENT...]` on the desk, `npm run xs:rv32 -- FILE ...` on rv32imc.
// FILE is TypeScript, which is bundled first, or a bundle as it is. `--peak` before it prints the peak of the heap.
// The exit code is the script's; 70 and above where XS stopped it, 124 where it took too long.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { missing } from "../xs/build.mjs";
import { runBundle } from "../xs/run.mjs";
import { bundle, ROOT } from "./bundle.mjs";

async function bundleOf(file) {
  if (!file.endsWith(".ts")) return resolve(file);
  const folder = join(ROOT, ".build/run");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${process.pid}.mjs`);
  writeFileSync(path, await bundle(resolve(file), { engine: "xs" }));
  return path;
}

function fail(sentence) {
  console.error(sentence);
  process.exit(64);
}

const words = process.argv.slice(2);
const engine = words[0] === "--engine" ? words.splice(0, 2)[1] : "xs";
const showsPeak = words[0] === "--peak" && words.shift() !== undefined;
const file = words.shift();
if (file === undefined || !["xs", "rv32"].includes(engine)) {
  fail("usage: xs.mjs [--engine xs|rv32] [--peak] FILE [ARGUMENT...]");
}
if (!existsSync(file)) fail(`There is no file ${file}.`);
const reason = missing(engine);
if (reason !== undefined) {
  console.log(reason);
  process.exit(process.env.CI === "true" ? 1 : 0);
}
const bundled = await bundleOf(file).catch((error) => fail(`${file} cannot be bundled: ${error.message}`));
const { status } = await runBundle(bundled, { engine, words, showsPeak });
process.exitCode = status;
