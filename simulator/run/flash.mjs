// Builds a board's image with the Moddable SDK and ESP-IDF, and writes it to a board:
// `npm run flash -- lock|keypad|camera [--target T] [--port P] [--build-only]`.
// Why: it is the SDK's own build over the bundle that `npm run link` checks; this only says the words.
// What it writes is a development image: it burns no fuse.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { TARGETS, writeImage } from "./image.mjs";
import { missingSdk, toolEnvironment } from "./sdk.mjs";

const USAGE = `usage: npm run flash -- ${Object.keys(TARGETS).join("|")} [--target T] [--port P] [--build-only]`;

function fail(sentence, code) {
  console.error(sentence);
  process.exit(code);
}

function readOptions() {
  try {
    const options = { target: { type: "string" }, port: { type: "string" }, "build-only": { type: "boolean" } };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [board, ...more] = positionals;
    if (more.length > 0 || TARGETS[board] === undefined) throw new Error("no such board");
    const target = values.target ?? TARGETS[board][0];
    if (!TARGETS[board].includes(target)) throw new Error(`${board} is made for ${TARGETS[board].join(", ")}`);
    return { board, target, port: values.port, isBuildOnly: values["build-only"] === true };
  } catch (error) {
    return fail(`${error.message}.\n${USAGE}`, 64);
  }
}

function run(words, { folder, env }) {
  return new Promise((done, refuse) => {
    const child = spawn("mcconfig", words, { cwd: folder, env, stdio: "inherit" });
    child.on("error", refuse);
    child.on("close", (status) => done(status ?? 1));
  });
}

const { board, target, port, isBuildOnly } = readOptions();
const reason = missingSdk();
if (reason !== undefined) fail(reason, 69);
if (!process.env.IDF_PATH || !existsSync(process.env.IDF_PATH)) {
  fail("no image can be built: $IDF_PATH is not set (npx xs-dev setup --device esp32; npm run doctor)", 69);
}
const { folder, output, platform } = await writeImage(board, target);
mkdirSync(output, { recursive: true });
const env = toolEnvironment(port === undefined ? {} : { UPLOAD_PORT: port });
const words = ["-m", "-p", platform, "-o", output];
for (const step of isBuildOnly ? ["build"] : ["build", "deploy"]) {
  const status = await run([...words, "-t", step], { folder, env });
  if (status !== 0) fail(`${step} failed (${status})`, status);
}
console.log(
  isBuildOnly ? `${board} for ${target} is built.` : `${board} is on the board. Its label is on its serial console.`,
);
