// Shows what a lock, and a keypad, hold of a small chip's memory: days at a busy door are recorded on Node and played to a lone board on rv32.
// Usage: npm run heap [-- --days D] [--static BYTES] [--stack SLOTS]
// First on the XS of the tests, whose modules are subtracted: what the lock holds at rest. Then, where MODDABLE names an SDK, as an
// image in ROM on the SDK's own XS, in one block of memory as on a board: whether the days fit into it, and what they take.
// All that three times: of the lock's core for so many days, and of a lock's and of a keypad's whole program, drivers and all, over the edge
// of the chip; the options are the core's.
// The last line is `N passed, N failed`.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { missing } from "../xs/build.mjs";
import { runBundle, runImage } from "../xs/run.mjs";
import { bundle, ROOT } from "./bundle.mjs";
import { buildImage, missingImage } from "./lone.mjs";
import { slim } from "./slim.mjs";

const USAGE = "usage: npm run heap [-- --days 1..14] [--static BYTES] [--stack SLOTS], all of them the core's alone";
const FOLDER = join(ROOT, ".build/heap");
const SECONDS_MAX = 1_800;
/** An image's one block of memory, and how many of its slots are stack: what the SDK gives an ESP32-C3 (`creation.static` and
 *  `creation.stack` of build/devices/esp32/targets/esp32c3/manifest.json). */
const STATIC_BYTES = 94_208;
const STACK_SLOTS = 384;
/** What it may hold at rest, in bytes: newly started, and with a household of four owners. */
const BARS = { started: 46_000, settled: 62_000 };
/** What the first day may add: grants that were shown lately, keys of codes, what the camera said. Each later one adds a kilobyte of
 *  counters and used codes, until their tables are full. */
const LOCK_DAYS = { first: 16_384, later: 2_048, unit: "day" };
/** Keeps a few words of each question to the camera, and must be seen. */
const LEAK = {
  file: "lock/witness.ts",
  find: "    this.#askAt = millis(now +",
  replace: "    globalThis.leaked = [now, globalThis.leaked];\n    this.#askAt = millis(now +",
};

/** What a whole board is given: the block that its day was seen to fit into, and the stack of the lock's manifest. */
const BOARD_STATIC_BYTES = 126_976;
const BOARD_STACK_SLOTS = 768;
/** Busy hours of a whole board, on the tests' XS and as an image. */
const BOARD_HOURS = { xs: 1, image: 15 };

/** What a keypad is given: the block that its day was seen to fit into, and the stack that the SDK gives an ESP32-C3. */
const KEYPAD_STATIC_BYTES = 45_056;
/** Nothing of an hour is kept. */
const KEYPAD_HOURS = { first: 1_024, later: 64, unit: "hour" };
const KEYPAD_HOURS_PLAYED = { xs: 2, image: 4 };

/** A lock's core, and two boards' whole programs: how each is recorded, what plays it, and what its days may add. */
const CORE = {
  days: LOCK_DAYS,
  file: "simulator/heap/player.ts",
  name: "play",
  recorder: 'export { recordDays as record } from "./simulator/heap/day.ts";',
};
const BOARD = {
  days: LOCK_DAYS,
  file: "simulator/heap/boardplayer.ts",
  name: "playBoard",
  recorder: 'export { recordBoardDay as record } from "./simulator/heap/boardday.ts";',
};
const KEYPADS = [
  {
    title: "keypad's whole program",
    bars: { started: 18_000, settled: 20_000 },
    name: "playKeypad",
    recorder: 'export { recordKeypadDay as record } from "./simulator/heap/keypadday.ts";',
  },
  {
    title: "sleeping keypad's whole program",
    bars: { started: 24_000, settled: 26_000 },
    name: "playSleepingKeypad",
    recorder: 'export { recordSleepingDay as record } from "./simulator/heap/keypadday.ts";',
  },
].map((keypad) => ({ ...keypad, file: "simulator/heap/keypadplayer.ts", days: KEYPAD_HOURS }));

function fail(sentence) {
  console.error(`${sentence}\n${USAGE}`);
  process.exit(64);
}

function readOptions() {
  const types = { days: { type: "string" }, static: { type: "string" }, stack: { type: "string" } };
  try {
    return parseArgs({ options: types }).values;
  } catch (error) {
    return fail(`${error.message.split(".")[0]}.`);
  }
}

function whole(text, least, most) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) fail(`${text} is not a number of ${least} to ${most}.`);
  return value;
}

/** Records so many days, or hours, and says what happens on them. @returns the tape's path */
async function record({ recorder, name }, count) {
  const file = join(FOLDER, `${name}-record.mjs`);
  writeFileSync(file, await bundle({ contents: `export { crypto } from "#crypto";\n${recorder}` }));
  const recording = await import(pathToFileURL(file).href);
  const { tape, counts } = recording.record(recording.crypto, count);
  const path = join(FOLDER, `${name}-tape`);
  writeFileSync(path, tape);
  const rows = Object.entries(counts).map(([what, times]) => `${what}: ${times}`);
  console.log(`\nOn tape: ${rows.join(", ")}`);
  return path;
}

/** Plays a tape on the XS of the tests. */
async function play(path, { file: source, name }, { engine = "rv32", rewrites = [] } = {}) {
  const file = join(FOLDER, `${name}.mjs`);
  const contents = `import { ${name} } from "./${source}";\nhost.openTape(host.argv[0]);\n${name}();`;
  writeFileSync(file, await slim(await bundle({ contents }, { engine: "xs", rewrites })));
  return runBundle(file, { engine, words: [path], isQuiet: true, seconds: SECONDS_MAX });
}

/** Reads the places at which the heap was looked at. */
function marksOf(output) {
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line));
}

const NAMES = { 0: "newly started", 1: "with its household", 1000: "started again" };
const nameOf = ({ mark }, unit) => NAMES[mark] ?? `after ${unit} ${mark - 1}`;
const bytes = (value) => value.toLocaleString("en").padStart(9);
const held = ({ chunks, slots }) => chunks + slots;

function show(title, marks, { unit }) {
  console.log(`\n${title}\n${"".padEnd(20)}${"chunks".padStart(9)}${"slots".padStart(9)}${"both".padStart(9)}  bytes`);
  for (const mark of marks) {
    console.log(`${nameOf(mark, unit).padEnd(20)}${bytes(mark.chunks)}${bytes(mark.slots)}${bytes(held(mark))}`);
  }
}

const sum = { passed: 0, failed: 0 };
function tell(isGood, sentence) {
  sum[isGood ? "passed" : "failed"] += 1;
  console.log(`${isGood ? "passed" : "FAILED"}  ${sentence}`);
}

/** What each day added to what the one before left. */
function addedByDay(marks) {
  const days = marks.filter(({ mark }) => mark >= 1 && mark < 1000).map(held);
  return days.slice(1).map((after, index) => after - days[index]);
}

/** Tells whether the days add no more than they may. */
function tellDays(marks, { first: firstMax, later: laterMax, unit }) {
  const [first, ...later] = addedByDay(marks);
  tell(first <= firstMax, `the first ${unit} adds ${bytes(first).trim()} bytes (bar ${bytes(firstMax).trim()})`);
  if (later.length === 0) return console.log("what a later day adds is left to --days 2");
  const most = Math.max(...later);
  tell(most <= laterMax, `each later one at most ${bytes(most).trim()} (bar ${bytes(laterMax).trim()})`);
}

/** Plays a tape on the tests' XS, and tells whether all was said as on Node. @returns the marks, or undefined */
async function playOnXs(path, subject, title) {
  const { status, output } = await play(path, subject);
  const marks = marksOf(output);
  const sentence = `${title} on rv32 says what it said on Node`;
  if (status !== 0) {
    tell(false, `${sentence}: ${output.trim().split("\n").at(-1)}`);
    return undefined;
  }
  tell(true, `${sentence}, to the byte: ${bytes(marks.at(-1).record).trim()} records`);
  show(`What ${title} holds on the XS of the tests, its modules subtracted`, marks, subject.days);
  return marks;
}

/** Tells whether a board holds no more at rest than it may, and what its days add. */
function tellRest(marks, bars, days) {
  tell(held(marks[0]) <= bars.started, `newly started it holds at most ${bytes(bars.started).trim()} bytes`);
  tell(held(marks[1]) <= bars.settled, `with its household at most ${bytes(bars.settled).trim()}`);
  tellDays(marks, days);
}

async function playCoreOnXs(path) {
  const marks = await playOnXs(path, CORE, "the lock's core");
  if (marks === undefined) return;
  tellRest(marks, BARS, LOCK_DAYS);
  if (missing("xs") === undefined) await seeLeak(path);
}

/** On the desk, which is faster, and where each slot is twice as large. */
async function seeLeak(path) {
  const { output } = await play(path, CORE, { engine: "xs", rewrites: [LEAK] });
  const [leaked = 0] = addedByDay(marksOf(output));
  const isSeen = leaked > 2 * LOCK_DAYS.first;
  tell(
    isSeen,
    `planted: a few words of each question to the camera stay: ${bytes(leaked).trim()} bytes a day on the desk`,
  );
}

async function playAsImage(path, subject, { title, staticBytes, stackSlots }) {
  const words = [path, String(staticBytes), String(stackSlots)];
  const { status, output } = await runImage(await buildImage(subject), words, SECONDS_MAX);
  const marks = marksOf(output);
  if (marks.length > 0) show(`${title} as an image on the SDK's XS, its modules in ROM`, marks, subject.days);
  const block = `${bytes(staticBytes).trim()} bytes, ${stackSlots} slots of them for the stack`;
  const reason = status === 0 ? "" : `: ${output.trim().split("\n").at(-1)}`;
  tell(status === 0, `all of it fits into one block of ${block}${reason}`);
  if (status === 0) tellDays(marks, subject.days);
  if (status === 0) console.log(`At most ${bytes(marks.at(-1).peak).trim()} of them were taken at a time.`);
}

/** Plays a keypad's hours, in both ways. */
async function playKeypad(keypad) {
  const marks = await playOnXs(await record(keypad, KEYPAD_HOURS_PLAYED.xs), keypad, `a ${keypad.title}`);
  if (marks !== undefined) tellRest(marks, keypad.bars, KEYPAD_HOURS);
  if (noImage !== undefined) return;
  const size = { staticBytes: KEYPAD_STATIC_BYTES, stackSlots: STACK_SLOTS };
  const path = await record(keypad, KEYPAD_HOURS_PLAYED.image);
  await playAsImage(path, keypad, { title: `A ${keypad.title}`, ...size });
}

const given = readOptions();
const days = whole(given.days ?? "1", 1, 14);
const staticBytes = whole(given.static ?? String(STATIC_BYTES), 16_384, 1 << 24);
const stackSlots = whole(given.stack ?? String(STACK_SLOTS), 128, 4_096);
const reason = missing("rv32");
if (reason !== undefined) {
  console.log(reason);
  process.exit(process.env.CI === "true" ? 1 : 0);
}
mkdirSync(FOLDER, { recursive: true });
const noImage = missingImage();

const core = await record(CORE, days);
await playCoreOnXs(core);
if (noImage === undefined) await playAsImage(core, CORE, { title: "The lock's core", staticBytes, stackSlots });

await playOnXs(await record(BOARD, BOARD_HOURS.xs), BOARD, "a lock's whole program");
if (noImage === undefined) {
  const size = { staticBytes: BOARD_STATIC_BYTES, stackSlots: BOARD_STACK_SLOTS };
  await playAsImage(await record(BOARD, BOARD_HOURS.image), BOARD, { title: "A lock's whole program", ...size });
}

for (const keypad of KEYPADS) await playKeypad(keypad);

if (noImage !== undefined) console.log(noImage);
console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed > 0 ? 1 : 0;
