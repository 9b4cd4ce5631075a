// Links a board's image with the Moddable SDK, without building ESP-IDF: `npm run link -- lock|keypad|camera [--target T] [--drive D] [--sleep] [--twice]`.
// Why: it holds all JavaScript, types and natives to what the SDK accepts on that chip, in half a minute each, and tells its size in flash.
// Without --target each target of the board is linked, and without --drive a lock with a motor: every drive is in each lock's image. An image
// that sleeps is linked beside the one that does not; --sleep leaves the latter out. --twice links each a second time and compares every byte.
// Where $IDF_PATH names an ESP-IDF, the headers of the project's C are looked for in it as well (headers.mjs).

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ROOT } from "./bundle.mjs";
import { checkHeaders, missingIdf } from "./headers.mjs";
import { canSleep, chooseImage, DRIVES, linkImage, TARGETS } from "./image.mjs";
import { measureRom } from "./rom.mjs";
import { missingSdk } from "./sdk.mjs";

const USAGE = `usage: npm run link -- ${Object.keys(TARGETS).join("|")}|all [--target T] [--drive ${DRIVES.join("|")}] [--sleep] [--twice]`;

/** Every image of a board that the options leave. */
function imagesOf(board, { target: wanted, drive = board === "lock" ? "motor" : undefined, sleep: mustSleep = false }) {
  chooseImage(board, { drive });
  return TARGETS[board].flatMap((target) =>
    [false, true]
      .filter((sleep) => (sleep ? canSleep(board, target) : !mustSleep))
      .filter(() => wanted === undefined || wanted === target)
      .map((sleep) => chooseImage(board, { target, drive, sleep })),
  );
}

function readOptions() {
  try {
    const word = { type: "string" };
    const flag = { type: "boolean" };
    const options = { target: word, drive: word, sleep: flag, twice: flag, help: flag };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const [named = "all", ...more] = positionals;
    if (more.length > 0) throw new Error("one board, or all");
    const boards = named === "all" ? Object.keys(TARGETS) : [named];
    const rows = boards.flatMap((board) => imagesOf(board, values));
    if (rows.length === 0) throw new Error(`${named} has no such image`);
    return { rows, twice: values.twice === true };
  } catch (error) {
    console.error(`${error.message.split(". ")[0]}.\n${USAGE}`);
    return process.exit(64);
  }
}

/** What a board must hold beside itself: each native that its program names, as the linker found it. */
function missingNatives(rom, program) {
  const linked = readFileSync(rom, "latin1");
  const named = new Set([...program.matchAll(/native\("(xs_\w+)"\)/g)].map((match) => match[1]));
  return [...named].filter((name) => !linked.includes(name));
}

async function linkOnce(choice) {
  const image = await linkImage(choice);
  const { rom, folder } = image;
  const program = readFileSync(`${folder.split("/out/")[0]}/main.js`, "utf8");
  const missing = missingNatives(rom, program);
  if (missing.length > 0) throw new Error(`not linked: ${missing.join(", ")}`);
  return { image, bytes: readFileSync(rom), ...measureRom(rom) };
}

/** Looks for the headers of an image's C, and prints what it found. @returns whether a build finds them */
async function lookAtC(image) {
  if (missingIdf() !== undefined) return true;
  const found = await checkHeaders(image, ROOT);
  if (found === undefined) {
    console.log("        the headers of its C are not looked for: there is no compiler");
    return true;
  }
  const { files, faults, unseen, version } = found;
  for (const fault of faults) console.log(`        DOES NOT COMPILE: ${fault}`);
  if (faults.length === 0) console.log(`        the headers of its ${files} files of C are in ESP-IDF ${version}`);
  for (const why of new Set(unseen.values())) {
    const headers = [...unseen.keys()].filter((header) => unseen.get(header) === why);
    console.log(`        not looked into, ${why}: ${headers.join(", ")}`);
  }
  return faults.length === 0;
}

async function linkRow(choice, twice) {
  const { board, target, sleeps } = choice;
  const title = `${board.padEnd(7)} ${`${target}${sleeps ? ", sleeps" : ""}`.padEnd(19)}`;
  try {
    const first = await linkOnce(choice);
    const size =
      first.romBytes === undefined ? "(no compiler for rv32)" : `${first.romBytes.toLocaleString("en")} bytes`;
    const same = !twice || first.bytes.equals((await linkOnce(choice)).bytes);
    const verdict = twice ? (same ? ", twice the same bytes" : ", NOT THE SAME BYTES TWICE") : "";
    console.log(
      `${title} ROM ${size}, ${first.slots} slots, ${first.keys} keys, ${first.aliases * 4} bytes of RAM${verdict}`,
    );
    return (await lookAtC(first.image)) && same;
  } catch (error) {
    console.log(
      `${title} NOT LINKED\n${`${error.stderr ?? ""}${error.stdout ?? ""}${error.message}`.split("\n").slice(-30).join("\n")}`,
    );
    return false;
  }
}

const { rows, twice } = readOptions();
const reason = missingSdk();
if (reason !== undefined) {
  console.error(`no image can be linked: ${reason}`);
  process.exit(69);
}
const noIdf = missingIdf();
if (noIdf !== undefined) console.log(`The headers of its C are not looked for: ${noIdf}.`);
let failed = 0;
for (const choice of rows) if (!(await linkRow(choice, twice))) failed += 1;
console.log(`\n${rows.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
