// Builds a board's image with the Moddable SDK and ESP-IDF, and writes it to a board:
// `npm run flash -- lock|keypad|camera [--target T] [--drive D] [--sleep] --port P|--build-only`.
// Why: it is the SDK's own build over the bundle that `npm run link` checks; this only says the words, and looks at what came of them.
// What it writes is a development image, which burns no fuse, to the board that was named: one of another configuration is built and no
// more, and without a port the SDK would write to the board that it wrote last, whatever that is.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { buildOf, failureOf, prepareBuild } from "./built.mjs";
import { chooseImage, DRIVES, TARGETS, writeImage } from "./image.mjs";
import { missingIdfCommands, missingSdk, toolEnvironment } from "./sdk.mjs";

const USAGE = `usage: npm run flash -- lock --drive ${DRIVES.join("|")} [--target T] [--sleep] --port P|--build-only
       npm run flash -- keypad [--target T] [--sleep] --port P|--build-only
       npm run flash -- camera [--target T] --port P|--build-only
${Object.entries(TARGETS)
  .map(([board, targets]) => `       ${board.padEnd(7)} --target ${targets.join("|")}`)
  .join("\n")}`;
/** docs/hardware.md, "Memory": a whole lock takes more than the SDK gives these chips, and whether they have it nobody has measured. */
const TOO_SMALL = Object.freeze({ lock: Object.freeze(["esp32c3"]) });

function fail(sentence, code) {
  console.error(sentence);
  process.exit(code);
}

function readOptions() {
  try {
    const word = { type: "string" };
    const flag = { type: "boolean" };
    const options = { target: word, drive: word, sleep: flag, port: word, "build-only": flag, help: flag };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const [board, ...more] = positionals;
    if (more.length > 0) throw new Error("one board at a time");
    const choice = chooseImage(board, values);
    if (values.port === undefined && !values["build-only"]) throw new Error("--port says which board is written");
    return { choice, port: values.port, isBuildOnly: values["build-only"] === true };
  } catch (error) {
    return fail(`${error.message.split(". ")[0]}.\n${USAGE}`, 64);
  }
}

/** Whether a path is a port; the SDK passes over what is none, and takes another. */
function isPort(path) {
  return statSync(path, { throwIfNoEntry: false })?.isCharacterDevice() === true;
}

/** Tells in one line why ESP-IDF cannot be used here, and what helps; undefined where it can. */
function missingIdf() {
  const { IDF_PATH } = process.env;
  if (!IDF_PATH || !existsSync(join(IDF_PATH, "export.sh")))
    return "$IDF_PATH names no ESP-IDF: npx xs-dev setup --device esp32, then open a new terminal";
  return missingIdfCommands();
}

function run(words, { folder, env }) {
  return new Promise((done, refuse) => {
    const child = spawn("mcconfig", words, { cwd: folder, env, stdio: "inherit" });
    child.on("error", refuse);
    child.on("close", (status) => done(status ?? 1));
  });
}

/** Has the SDK do one thing with an image; ends where it says that it could not. */
async function runOrFail(step, words, image) {
  const { platform, output } = image;
  const status = await run(["-p", platform, "-o", output, ...words], image);
  if (status !== 0) fail(`${step} failed (${status})`, status);
}

/** Has the SDK build an image, of all that its manifests name. */
async function build(image) {
  const parts = buildOf(image);
  await runOrFail("preparing it", [], image);
  if (!prepareBuild(parts)) await runOrFail("preparing it", [], image);
  await runOrFail("build", ["-m", "-t", "build"], image);
  const failure = failureOf(parts);
  if (failure !== undefined) fail(`build failed: ${failure}`, 1);
}

const { choice, port, isBuildOnly } = readOptions();
const { board, target } = choice;
if (TOO_SMALL[board]?.includes(target) && !isBuildOnly) {
  fail(
    `a whole ${board} takes more memory than the SDK gives an ${target} (docs/hardware.md, "Memory"); --build-only builds it`,
    69,
  );
}
const { SDKCONFIGPATH } = process.env;
if (SDKCONFIGPATH && !isBuildOnly) {
  fail(
    `$SDKCONFIGPATH names ${SDKCONFIGPATH}: an image of another configuration may burn fuses as it starts, and is not written by this; --build-only builds it`,
    64,
  );
}
const reasons = [
  missingSdk(),
  missingIdf(),
  isBuildOnly || isPort(port) ? undefined : `there is no port ${port}`,
].filter((reason) => reason !== undefined);
if (reasons.length > 0) fail(`no image can be built and written here:\n  ${reasons.join("\n  ")}`, 69);
console.log(
  `Building ${board} for ${target}${choice.drive === undefined ? "" : `, drive ${choice.drive}`}${choice.sleeps ? ", which sleeps" : ""}${SDKCONFIGPATH ? `, configured by ${SDKCONFIGPATH}` : ""}.`,
);
// What a shell says for another project of the SDK's is not for this one.
const env = toolEnvironment({ UPLOAD_PORT: isBuildOnly ? undefined : port, PARTITIONS_FILE: undefined });
const image = { ...(await writeImage(choice)), env };
mkdirSync(image.output, { recursive: true });
await build(image);
if (!isBuildOnly) await runOrFail("deploy", ["-m", "-t", "deploy"], image);
console.log(
  isBuildOnly
    ? `${board} for ${target} is built: ${dirname(buildOf(image).copies[0])}`
    : `${board} is on the board. Its label is on its serial console.`,
);
