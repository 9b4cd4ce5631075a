// Runs the models of docs/models through spin: each must hold in every state, and each of its twins must be found wrong.
// Usage: npm run models [-- NAME...]; a NAME is a model's. Wants spin and gcc; without them it says so in one line.
// A row for each model and each twin; the last line is `N passed, N failed`.

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { collect } from "../xs/run.mjs";
import { ROOT } from "./bundle.mjs";

const OUTPUT = join(ROOT, ".build/models");
const SECONDS_MAX = 300;
/** As many as a small machine has processors. */
const WORKERS = 2;
const DEPTH_MAX = 100_000;

/** What is asked of a model: `claims` in a reader's words; `twins` by the words that take a rule out of it. `isLiveness`:
 *  something good comes in the end, in every fair run; else nothing bad is ever reached. */
const MODELS = [
  {
    name: "unlock",
    claims:
      "opens to the holder's own word in the session it was said in, once, while uses last; no statement late or twice",
    twins: {
      NO_BINDING: "a proof not bound to its channel",
      NO_HOLDER: "a grant that whoever has a copy may use",
      NO_ORDER: "numbers of frames and requests that need not rise",
      NO_COUNT: "uses that nobody counts",
      NO_LOCK_KEY: "a handshake in which the lock proves nothing",
      RANDOM_ANEW: "random numbers that begin anew at a restart",
      NO_CHALLENGE: "a statement without the session's challenge",
      NO_SEQUENCE: "a statement without a number",
      AT_DOOR: "the wish that who asks stands at the door, which a relay defeats (not defended)",
    },
  },
  {
    name: "opening",
    claims:
      "never open and unspent, no use granted twice, every opening recorded, whatever is cut, worn, jammed or turned",
    twins: {
      ACT_FIRST: "a drive before the record",
      NO_READ_BACK: "a record that is not read back",
      FORGET_USES: "uses that a restart forgets",
      TORN_IS_WHOLE: "a torn record that counts",
      BLIND_GIVE_BACK: "a use given back though no sensor is there",
      FORGET_LEFT: "a use given back though an earlier try moved the bolt",
      GIVE_BACK_AFTER_CUT: "a use given back for a visit that a cut interrupted",
    },
  },
  {
    name: "opening",
    words: ["EXIT"],
    isLiveness: true,
    claims: "whoever presses inside gets out, while there is power and no jam",
    twins: {
      RECORD_FIRST: "a press that waits for its record",
      THROW_AGAINST: "a throw against whoever is leaving",
    },
  },
  {
    name: "ring",
    claims: "no sector is reused before both snapshots hold it, and what is recovered is what was acknowledged",
    twins: {
      REUSE_UNDER_ONE: "a sector reused under one snapshot",
      NO_COVER: "a sector reused under none",
      TORN_COUNTS: "a snapshot that counts before it is whole",
    },
  },
];

function missing() {
  const wanted = [
    ["spin", "-V"],
    ["gcc", "--version"],
  ].filter(([program, word]) => spawnSync(program, [word], { stdio: "ignore" }).status !== 0);
  const names = wanted.map(([program]) => program);
  return names.length === 0 ? undefined : `models are left out: no ${names.join(", no ")} (apt-get install spin gcc)`;
}

async function runIn(folder, program, words) {
  const child = spawn(program, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const { status, output } = await collect(child, SECONDS_MAX * 1000);
  return { isDone: status === 0, output };
}

/** Searches every state of a model with some words defined.
 *  @returns what was found: "holds", "violated", or why neither is known; and the count of states */
async function search({ name, isLiveness = false }, { words, isTwin }) {
  const folder = mkdtempSync(join(OUTPUT, `${name}-`));
  try {
    const defines = words.map((word) => `-D${word}`);
    const made = await runIn(folder, "spin", ["-a", ...defines, join(ROOT, "docs/models", `${name}.pml`)]);
    if (!made.isDone) return { found: made.output };
    // A twin is wrong after few states, and is sooner found so than compiled well.
    const flags = [isTwin ? "-O0" : "-O1", "-w", ...(isLiveness ? [] : ["-DSAFETY"])];
    const built = await runIn(folder, "gcc", [...flags, "-o", "pan", "pan.c"]);
    if (!built.isDone) return { found: built.output };
    const { output } = await runIn(folder, "./pan", [...(isLiveness ? ["-a", "-f"] : []), `-m${DEPTH_MAX}`, "-w22"]);
    return read(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads what the search printed. A search that did not see every state has shown nothing. */
function read(output) {
  const states = Number(/(\d+) states, stored/.exec(output)?.[1] ?? 0);
  if (/pan:\d+: (?:assertion violated|acceptance cycle)/.test(output)) return { found: "violated", states };
  const isWhole = states > 0 && !/max search depth too small|Search not completed|out of memory/.test(output);
  return { found: isWhole && /errors: 0\b/.test(output) ? "holds" : output, states };
}

function rowsOf(model) {
  const { words = [], claims, twins } = model;
  const negatives = Object.entries(twins).map(([twin, without]) => ({
    model,
    words: [...words, twin],
    wanted: "violated",
    says: (states) => `      red with ${without} (${twin}), after ${states} states`,
  }));
  const says = (states) => `${model.name}  ${claims}: holds in ${states} states`;
  return [{ model, words, wanted: "holds", says }, ...negatives];
}

const names = process.argv.slice(2);
const unknown = names.find((name) => !MODELS.some((model) => model.name === name));
if (unknown !== undefined) {
  console.error(`There is no model ${unknown}.\nusage: npm run models [-- NAME...]`);
  process.exit(64);
}
const reason = missing();
if (reason !== undefined) {
  console.log(reason);
  console.log(`\n0 passed, ${process.env.CI === "true" ? 1 : 0} failed`);
  process.exit(process.env.CI === "true" ? 1 : 0);
}
mkdirSync(OUTPUT, { recursive: true });
const rows = MODELS.filter(({ name }) => names.length === 0 || names.includes(name)).flatMap(rowsOf);
const waiting = [...rows];
async function work() {
  for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
    row.result = await search(row.model, { words: row.words, isTwin: row.wanted === "violated" });
  }
}
await Promise.all(Array.from({ length: WORKERS }, work));
const sum = { passed: 0, failed: 0 };
for (const { model, words, wanted, says, result } of rows) {
  const isRight = result.found === wanted;
  if (isRight) sum.passed += 1;
  else sum.failed += 1;
  console.log(isRight ? says(result.states) : `FAILED  ${[model.name, ...words].join(" ")}: ${result.found}`);
}
console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed > 0 ? 1 : 0;
