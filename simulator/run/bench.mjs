// Shows what a decision costs: on Node beside raw signature checks and two libraries, and on rv32 in instructions and heap; and
// how many frames of 1080p a second a whole camera takes in the simulator.
// Usage: npm run bench [-- --json] [--engine node|rv32]
// A bar that is missed is said and changes nothing; the exit code is 1 only where something could not be measured, or in CI
// an engine is missing.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { missing } from "../xs/build.mjs";
import { runBundle } from "../xs/run.mjs";
import { bundle, ROOT } from "./bundle.mjs";

const USAGE = "usage: npm run bench [-- --json] [--engine node|rv32]";
const FOLDER = join(ROOT, ".build/bench");
const BARS = {
  toRaw: 1.3,
  toRival: 1,
  instructions: 1.25,
  heapBytes: 8_192,
  heapKeptBytes: 0,
  entryInstructions: 500_000,
  compareSpread: 0,
  frameInstructions: 40_000_000,
  streamRate: 10,
  chainInstructions: 2_500_000,
  checkpointInstructions: 4_000_000,
  heartbeatInstructions: 2_000_000,
};
const TITLES = {
  root: "root grant and proof",
  weekly: "the same, with weekly hours",
  full: "the same, in a full memory",
  delegated: "root, delegation and proof",
};

const NODE_ENTRY = `import { time } from "./simulator/bench/rivals.node.ts";
export const timings = await time();`;
const STREAM_ENTRY = `import { stream } from "./simulator/bench/stream.node.ts";
export const streaming = await stream();`;
const RV32_ENTRY = `import { crypto } from "#crypto";
import { measure } from "./simulator/bench/instructions.ts";
console.log(JSON.stringify(measure(crypto, globalThis.host)));`;

function readOptions() {
  try {
    return parseArgs({ options: { json: { type: "boolean" }, engine: { type: "string" } } }).values;
  } catch (error) {
    console.error(`${error.message.split(".")[0]}.\n${USAGE}`);
    return process.exit(64);
  }
}

async function write(name, contents, engine) {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${name}.mjs`);
  writeFileSync(file, await bundle({ contents }, { engine }));
  return file;
}

async function measureNode() {
  const { timings } = await import(pathToFileURL(await write("node", NODE_ENTRY, "node")).href);
  return timings;
}

async function measureStream() {
  const { streaming } = await import(pathToFileURL(await write("stream", STREAM_ENTRY, "node")).href);
  if (!streaming.isWell || streaming.filmedBytes < streaming.givenBytes) throw new Error("the camera did not film");
  return streaming;
}

async function measureRv32() {
  const file = await write("rv32", RV32_ENTRY, "xs");
  const { status, output } = await runBundle(file, { engine: "rv32", isQuiet: true });
  const line = output.split("\n").find((each) => each.startsWith("{"));
  if (status !== 0 || line === undefined) throw new Error(output.trim() || `rv32 ended with ${status}`);
  return JSON.parse(line);
}

/** One row: what was measured, in its unit, and whether it holds its bar, where it has one. */
function row(name, text, value, bar) {
  return bar === undefined ? { name, text } : { name, text, value, bar, isMet: value <= bar };
}

/** A row whose value must not be below its bar. */
function leastRow(name, text, value, bar) {
  return { name, text, value, bar, isLeast: true, isMet: value >= bar };
}

function streamRows({ frames, frameBytes, rate, cameraShare, wholeShare }) {
  const percent = (share) => `${(100 * share).toFixed(0)} % of a core`;
  return [
    leastRow(
      `${frames} frames of 1080p, ${whole(frameBytes)} bytes each, drawn, encoded, filmed`,
      `${rate.toFixed(1)} frames a second`,
      rate,
      BARS.streamRate,
    ),
    row("  the camera alone at 10 a second: reading, judging, signing, sealing", percent(cameraShare)),
    row("  all of it at 10 a second, drawing and encoding too", percent(wholeShare)),
  ];
}

function nodeRows({ name, checks, ...timing }) {
  const micros = (value) => `${value.toFixed(0)} µs`;
  const times = (value) => `${value.toFixed(2)} times`;
  const title = TITLES[name];
  return [
    row(`${title}: our decision`, micros(timing.ours)),
    row(
      `  against its ${checks} raw node:crypto checks, ${micros(timing.raw)}`,
      times(timing.toRaw),
      timing.toRaw,
      BARS.toRaw,
    ),
    row(`  against jose, ${checks} checks, ${micros(timing.jose)}`, times(timing.toJose), timing.toJose, BARS.toRival),
    row(
      `  against @auth0/cose, ${checks} checks, ${micros(timing.cose)}`,
      times(timing.toCose),
      timing.toCose,
      BARS.toRival,
    ),
  ];
}

const whole = (value) => Math.round(value).toLocaleString("en");

/** Tells where the instructions of a row above its bar went: the stages that cost more than for the plain root grant. */
function missRows({ whole: instructions, raw, stages }, root) {
  const excess = instructions - BARS.instructions * raw;
  const grown = stages
    .map(([stage, count], index) => [stage, count - root.stages[index][1]])
    .filter(([, more]) => more > 0)
    .sort(([, left], [, right]) => right - left);
  return [
    row("  above the bar by", `${whole(excess)} instructions`),
    ...grown.map(([stage, more]) => row(`    more than the plain root: ${stage}`, `${whole(more)} instructions`)),
  ];
}

/** The bar of instructions is for a root grant, whatever its hours and the lock's memory; a decision's heap has one for
 *  whatever comes. */
function rv32Rows(decision, _index, [root]) {
  const { name, messageBytes, whole: instructions, raw, stages, heapGrown, heapKept } = decision;
  const ratio = instructions / raw;
  const bar = name === "delegated" ? undefined : BARS.instructions;
  return [
    row(`${TITLES[name]}, ${messageBytes} bytes`, `${whole(instructions)} instructions`),
    row("  against the raw libsodium checks inside", `${ratio.toFixed(3)} times`, ratio, bar),
    ...(bar !== undefined && ratio > bar ? missRows(decision, root) : []),
    ...stages.map(([stage, count]) =>
      row(`    ${stage}`, `${whole(count)} (${((100 * count) / instructions).toFixed(1)} %)`),
    ),
    row("  heap grown", `${whole(heapGrown)} bytes`, heapGrown, BARS.heapBytes),
    row("  heap kept after collection", `${whole(heapKept)} bytes`, heapKept, BARS.heapKeptBytes),
  ];
}

function codeRows({ rows, warm, compares, heapBytes }) {
  const spread = Math.max(...compares) - Math.min(...compares);
  return [
    row("a code of ten digits, four owner devices", `${whole(warm)} instructions`, warm, BARS.entryInstructions),
    row("  the compare in it", `${whole(Math.min(...compares))} instructions`),
    row(
      `  more for one of ${compares.length} codes: right, nearly right, wrong`,
      `${whole(spread)} instructions`,
      spread,
      BARS.compareSpread,
    ),
    ...rows.map(([name, count]) => row(name, `${whole(count)} instructions`)),
    row("heap of the table", `${whole(heapBytes)} bytes`),
  ];
}

function eyeRows({ rows, frame, heapKept, native }) {
  const inC = native === undefined ? "left out" : `${whole(native)} instructions`;
  const reason = native === undefined ? ", where MODDABLE names an SDK with picojpeg" : "";
  return [
    row(
      "a reduced picture judged: scene, still, motion",
      `${whole(frame)} instructions`,
      frame,
      BARS.frameInstructions,
    ),
    ...rows.map(([name, count]) => row(`  ${name}`, `${whole(count)} instructions`)),
    row(`  the same file read in C${reason}`, inC),
    row("  heap kept after collection", `${whole(heapKept)} bytes`, heapKept, BARS.heapKeptBytes),
  ];
}

/** What a camera signs and says: rows of name, instructions and the name of a bar. */
function evidenceRows(rows) {
  return rows.map(([name, count, bar]) => row(name, `${whole(count)} instructions`, count, BARS[bar]));
}

/** One line for each task: instructions, and what it does to the heap. */
function showTasks(tasks) {
  const width = Math.max(...tasks.map(({ name }) => name.length));
  const line = (name, ...cells) =>
    console.log(`${name.padEnd(width)}${cells.map((cell) => cell.padStart(15)).join("")}`);
  console.log(
    "\nOn rv32imc: a lock's tasks, whole; heap in bytes, grown while it runs and kept once garbage was collected",
  );
  line("", "instructions", "heap grown", "heap kept");
  for (const { name, instructions, grown, kept } of tasks) line(name, whole(instructions), whole(grown), whole(kept));
}

function verdictOf({ bar, isMet, isLeast = false }) {
  if (bar === undefined) return "";
  return `${isMet ? "met" : "MISSED"} (bar ${isLeast ? "at least " : ""}${bar.toLocaleString("en")})`;
}

function show(title, rows) {
  const width = Math.max(...rows.map(({ name }) => name.length));
  console.log(`\n${title}`);
  for (const each of rows) {
    console.log(`${each.name.padEnd(width)}  ${each.text.padStart(22)}  ${verdictOf(each)}`.trimEnd());
  }
}

const { json = false, engine } = readOptions();
if (engine !== undefined && engine !== "node" && engine !== "rv32") {
  console.error(`There is no engine ${engine} here.\n${USAGE}`);
  process.exit(64);
}
const result = {};
const say = (...words) => json || console.log(...words);

async function attempt(name, measure) {
  try {
    result[name] = await measure();
  } catch (error) {
    console.error(`${name} could not be measured: ${error.message}`);
    process.exitCode = 1;
  }
}

if (engine !== "rv32") {
  await attempt("node", measureNode);
  if (result.node !== undefined && !json) {
    show(
      "On Node: medians of the rounds of one run; a ratio is the median of the rounds' ratios",
      result.node.flatMap(nodeRows),
    );
  }
  await attempt("stream", measureStream);
  if (result.stream !== undefined && !json) {
    show(
      "On Node: a whole camera, its files drawn and made beside it, as fast as they come",
      streamRows(result.stream),
    );
  }
}
if (engine !== "node") {
  const reason = missing("rv32");
  if (reason === undefined) await attempt("rv32", measureRv32);
  else say(`\n${reason}`);
  if (reason !== undefined) {
    result.skipped = reason;
    if (process.env.CI === "true") process.exitCode = 1;
  }
  if (result.rv32 !== undefined && !json) {
    showTasks(result.rv32.tasks);
    show("On rv32imc: XS under QEMU, libsodium, exact instructions", [
      ...result.rv32.decisions.flatMap(rv32Rows),
      ...codeRows(result.rv32.codes),
      ...eyeRows(result.rv32.eye),
      ...result.rv32.others.map(([name, count]) => row(name, `${whole(count)} instructions`)),
      ...evidenceRows(result.rv32.evidence),
    ]);
  }
}
if (json) console.log(JSON.stringify({ bars: BARS, ...result }, undefined, 2));
