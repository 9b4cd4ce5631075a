// `npm start`: a day of couriers told in some thirty lines, then the house in real time with its door on a local socket.
// Usage: npm start -- [--once] [--house DIR] [--port N]
// With --once it ends after the story: 0 where it went as it must, else 1. One house lives in a folder at a time.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import qrcode from "qrcode";
import { bundle, ROOT } from "./bundle.mjs";

const USAGE = "usage: npm start -- [--once] [--house DIR] [--port N]";
const PORT = 7446;
const ENTRY = `
export { crypto } from "#crypto";
export { Clocks } from "./simulator/clocks.ts";
export { ACTS, House } from "./simulator/house.ts";
export { Keystrokes, keysOf } from "./simulator/keystrokes.ts";
export { tellStory } from "./simulator/story.ts";
export { claimFolder } from "./simulator/tenancy.node.ts";
`;
/** Why a folder is no place for a house, by the system's code. */
const UNFIT = {
  EEXIST: "it is a file",
  ENOTDIR: "a part of its name is a file",
  ENOENT: "no folder can be made there",
  EACCES: "you may not write there",
  EPERM: "you may not write there",
  EROFS: "nothing can be written there",
  ENOSPC: "the disk is full",
};
const KEYS = [
  "Keys: b inside button, d open or shut the door, t thumbturn, p pull the plug, c cover, q quit.",
  "At the keypad: digits, # enter or bell, * clear, l hold the star (lock), k open its case (then l: forget its lock), x cut its cable.",
  "At the camera: v cover its lens, f freeze its picture, j jam its radio, o pull its plug, y make it forget its lock.",
].join("\n");
const NO_KEYS = "That is no row of keys of this house, so none was pressed.";

function fail(sentence, code = 1) {
  console.error(sentence);
  process.exit(code);
}

function readOptions() {
  try {
    const house = { type: "string", default: join(ROOT, ".house") };
    const port = { type: "string", default: String(PORT) };
    const { values } = parseArgs({ options: { once: { type: "boolean", default: false }, house, port } });
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535)
      return fail(`${values.port} is no port.\n${USAGE}`, 64);
    return { ...values, house: resolve(values.house), port: Number(values.port) };
  } catch (error) {
    return fail(`${error.message.split(".")[0]}.\n${USAGE}`, 64);
  }
}

async function load() {
  const file = join(ROOT, ".build", "start", `start-${process.pid}.mjs`);
  mkdirSync(join(ROOT, ".build", "start"), { recursive: true });
  writeFileSync(file, await bundle({ contents: ENTRY }));
  const parts = await import(pathToFileURL(file).href);
  rmSync(file);
  return parts;
}

/** Moves into the folder until this process ends. Before the story, since nobody wants to have read that for nothing. */
function moveIn({ claimFolder }, directory) {
  const claim = claimFolder(directory);
  if (claim.kind === "granted") {
    process.on("exit", () => claim.close());
    return claim;
  }
  if (claim.kind === "taken")
    return fail(
      `A house runs in ${directory} already (process ${claim.pid}): end it, or choose another folder with --house. Where that process is something else, remove ${claim.file}.`,
    );
  return failAt(directory, claim.reason);
}

function failAt(directory, reason) {
  return fail(
    `No house can live in ${directory}: ${UNFIT[reason] ?? reason}. Choose a folder with --house.\n${USAGE}`,
    64,
  );
}

function tell({ crypto, tellStory }) {
  console.log("A day of couriers, played at once in a simulated house:\n");
  const { isGood, violations } = tellStory(crypto, (line) => console.log(line));
  for (const violation of violations) console.error(`FAILED: ${violation}`);
  if (!isGood) fail("\nFAILED: the story did not go as it must.");
}

/** Dark blocks on white, where a screen may be dark: readers of QR codes want that. */
function onPaper(picture) {
  if (process.stdout.isTTY !== true) return picture;
  return picture.replaceAll(/^.*\S.*$/gm, (line) => `\u001b[30;107m${line}\u001b[0m`);
}

async function introduce(house, { port, cameraPort, clocks }) {
  const { setup } = house;
  const at = port === PORT ? "" : ` --at 127.0.0.1:${port}`;
  console.log(`\nNow the house in real time; its door answers on 127.0.0.1:${port}.`);
  if (house.isAdopted) {
    console.log("Its lock has an owner, who opens it in a second terminal with:\n\n  npx --no-install latchkey open\n");
  } else {
    console.log("Its lock has no owner yet. This stands on its label:\n");
    console.log(onPaper(await qrcode.toString(setup, { type: "utf8", errorCorrectionLevel: "L" })));
    console.log("Become its owner in a second terminal, in this folder; press b here before the second line:\n");
    console.log("  npx --no-install latchkey init");
    console.log(`  npx --no-install latchkey adopt ${setup}${at}`);
    console.log("  npx --no-install latchkey open\n");
  }
  const options = clocks.map((name, index) => `--time-server-${index + 1} ${name}`);
  console.log(
    "Three time servers answer on this computer. Let the lock believe them (press b here first), and bring it the time after p:\n",
  );
  console.log(`  npx --no-install latchkey config ${options.join(" ")}`);
  console.log("  npx --no-install latchkey time --relay\n");
  introduceKeypad(house);
  introduceCamera(house, cameraPort);
  console.log(`${KEYS}\n`);
}

function introduceKeypad({ keypad }) {
  if (keypad.isPaired) return;
  console.log("A keypad hangs outside and belongs to no lock yet; on its label stands");
  console.log(`${keypad.fingerprint}. Let the lock hear it (press b here when asked), and type a code:\n`);
  console.log("  npx --no-install latchkey keypad enrol");
  console.log("  npx --no-install latchkey pin once --within 24h --for Carl\n");
}

function introduceCamera({ camera, streamAddress }, port) {
  if (streamAddress !== undefined) {
    console.log("Whoever has the password sees what the camera sees, with no age and no proof:\n");
    console.log(`  ${streamAddress}/snapshot.jpg\n  ${streamAddress}/stream.mjpeg\n`);
  }
  if (camera.isPaired) return;
  console.log("A camera hangs in the hall, and belongs to no lock yet; on its label stands");
  console.log(`${camera.fingerprint}. Let the lock hear it (press b here when asked), and say for whom it films:\n`);
  console.log("  npx --no-install latchkey camera enrol");
  const at = port === PORT + 1 ? "" : ` --camera-at 127.0.0.1:${port}`;
  console.log(`  npx --no-install latchkey camera recipients${at}\n`);
}

/** Keys at a terminal; elsewhere lines: a row of keys of the keypad, or a word of which the first letter counts. */
function listenToKeys({ ACTS, Keystrokes, keysOf }, input, pressed) {
  const keystrokes = new Keystrokes(pressed, setTimeout);
  const take = (keys) => {
    if (keys === undefined || !keystrokes.take(keys)) console.log(NO_KEYS);
  };
  if (!input.isTTY) {
    const keysOfLine = (line) => (/^[\d*#]+$/.test(line) ? [...line] : [line.charAt(0)]);
    createInterface({ input }).on("line", (line) => take(keysOfLine(line.trim())));
    return;
  }
  input.setRawMode(true);
  input.setEncoding("utf8").on("data", (chunk) => take(keysOf(chunk, `${ACTS}q`)));
}

/** Makes what keeps files there. */
function settle(directory, make) {
  try {
    return make();
  } catch (error) {
    if (!Object.hasOwn(UNFIT, error.code ?? "")) throw error;
    return failAt(directory, error.code);
  }
}

async function live(parts, { house: directory, port }) {
  const { House, Clocks, crypto } = parts;
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const print = (line) => console.log(line);
  const [house, clocks] = settle(directory, () => [
    new House(crypto, { directory, port, firmwareVersion: version, print }),
    new Clocks(crypto, directory),
  ]);
  const quit = () => {
    clocks.close();
    house.close();
    process.exit(0);
  };
  const bound = await house.listen().catch((error) => {
    if (error.code !== "EADDRINUSE") throw error;
    return fail(`Port ${port} is taken: is another house running? End it, or choose one with --port.`);
  });
  const { lock, camera, homes } = bound;
  await introduce(house, { port: lock, cameraPort: camera, clocks: await clocks.listen(homes + 1) });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, quit);
  listenToKeys(parts, process.stdin, (key) => {
    if (key === "q") quit();
    else if (!house.act(key) && key.trim() !== "") console.log(KEYS);
  });
}

const options = readOptions();
const parts = await load();
const home = options.once ? undefined : moveIn(parts, options.house);
tell(parts);
if (home !== undefined) {
  // Two that were started in one moment may both have moved in; by now all but one know that they have not.
  if (!home.isHeld()) moveIn(parts, options.house);
  await live(parts, options);
}
