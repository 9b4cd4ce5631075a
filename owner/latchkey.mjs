#!/usr/bin/env node
// Starts `latchkey`: bundles owner/cli.ts once, keeps the bundle in .build/, and runs it.
// Why: Node 20 runs no TypeScript, and a command at a door must not wait for a compiler: the bundle is made anew only
// when one of its files is newer.
// Follows the layout of simulator/run/bundle.mjs, whose settings it shares.

import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const FOLDER = join(ROOT, ".build", "latchkey");
const BUNDLE = join(FOLDER, "latchkey.mjs");
const INPUTS = join(FOLDER, "inputs.json");

function isFresh() {
  try {
    const made = statSync(INPUTS).mtimeMs;
    return JSON.parse(readFileSync(INPUTS, "utf8")).every((input) => statSync(join(ROOT, input)).mtimeMs < made);
  } catch {
    return false; // Not made yet, half made, or a file is gone.
  }
}

async function make() {
  const { build } = await import("esbuild");
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: ["owner/cli.ts"],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    platform: "node",
    packages: "external",
    logLevel: "silent",
  });
  mkdirSync(FOLDER, { recursive: true });
  // Two that start at once each write a whole file; the bundle stands before the list that calls it fresh.
  for (const [path, text] of [
    [BUNDLE, result.outputFiles[0].text],
    [INPUTS, JSON.stringify([...Object.keys(result.metafile.inputs), "package-lock.json"])],
  ]) {
    writeFileSync(`${path}.${process.pid}`, text);
    renameSync(`${path}.${process.pid}`, path);
  }
}

/** Why what was printed is not where it was to be; undefined where it is, or where nobody wants the rest. */
let unwritten;

// Whatever becomes of what is printed, a command that has begun goes on to its end: a lock may be half asked, and its exit code is still
// to come. Whoever reads our output may stop before its end, such as `head`.
process.stdout.on("error", ({ code }) => {
  if (code !== "EPIPE") unwritten ??= code;
});
process.stderr.on("error", () => undefined);
process.on("exit", (exit) => {
  if (unwritten === undefined) return;
  if (exit === 0) process.exitCode = 2;
  process.stderr.write(`What was printed could not all be written (${unwritten}), and what the command did is done.\n`);
});

/** Says why nothing comes of a command, as one sentence or as one object. */
function tell(sentence) {
  if (process.argv.includes("--json"))
    process.stdout.write(`${JSON.stringify({ ok: false, exit: 6, error: sentence })}\n`);
  else process.stderr.write(`${sentence}\n`);
}

function firstLine(error) {
  return String(error?.message ?? error).split("\n")[0];
}

// What no command waits for, such as a timer's or a socket's mistake, would by itself end in a trace of code, and in the exit code of a lock
// that said no.
process.on("uncaughtException", (error) => {
  if (process.env.LATCHKEY_TRACE === undefined)
    tell(
      `latchkey itself has a mistake (${firstLine(error)}): please report it; LATCHKEY_TRACE=1 shows where it is, and "latchkey status" what was done.`,
    );
  else process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(6);
});

try {
  if (!isFresh()) await make();
  const { main } = await import(pathToFileURL(BUNDLE).href);
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (process.env.LATCHKEY_TRACE !== undefined) throw error;
  // Only what keeps the command line from being read at all ends here: nobody has told yet what --json stands for.
  tell(`latchkey cannot start (${firstLine(error)}): run "npm ci", or report it; LATCHKEY_TRACE=1 shows where it is.`);
  process.exitCode = 6;
}
