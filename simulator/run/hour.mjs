// Films for an hour on XS and holds the heap in use after five minutes against that after sixty; then plants leaks, which it
// must see.
// Usage: npm run hour -- [--minutes M]
// The last line is `N passed, N failed`: the hour, and one row for each leak.

import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { missing } from "../xs/build.mjs";
import { runBundle } from "../xs/run.mjs";
import { bundle, ROOT } from "./bundle.mjs";

const USAGE = "usage: npm run hour -- [--minutes 6..600]";
const FOLDER = join(ROOT, ".build/hour");
const MINUTES_LEAST = 6;
const MINUTES_MOST = 600;
/** Enough for what leaks once in fifty seconds. */
const LEAK_MINUTES = 15;
const SECONDS_MAX = 1_800;

/** Each keeps a little of something that comes again and again. */
const LEAKS = [
  {
    name: "each checkpoint holds on to the one before it",
    file: "camera/evidence.ts",
    find: "this.#head = { seq: this.#next() - 1, chain: this.#chain };",
    replace: "this.#head = { seq: this.#next() - 1, chain: this.#chain, earlier: this.#head };",
  },
  {
    name: "each ask of the lock holds on to the one before it",
    file: "camera/duty.ts",
    find: "    this.#ask = ask;\n",
    replace: "    this.#ask = { ...ask, earlier: this.#ask };\n",
  },
  {
    name: "each ticket of a viewer holds on to the one before it",
    file: "camera/viewer.ts",
    find: "    this.#ticket = ticket;\n",
    replace: "    this.#ticket = { ...ticket, earlier: this.#ticket };\n",
  },
  {
    name: "a word of each judged picture stays",
    file: "camera/freeze.ts",
    find: "    previous.set(luma);\n",
    replace: "    previous.set(luma);\n    globalThis.leaked = [luma[0], globalThis.leaked];\n",
  },
];

function fail(sentence) {
  console.error(`${sentence}\n${USAGE}`);
  process.exit(64);
}

function readMinutes() {
  let text;
  try {
    text = parseArgs({ options: { minutes: { type: "string", default: "60" } } }).values.minutes;
  } catch (error) {
    return fail(`${error.message.split(".")[0]}.`);
  }
  const minutes = Number(text);
  if (/^\d+$/.test(text) && minutes >= MINUTES_LEAST && minutes <= MINUTES_MOST) return minutes;
  return fail(`${text} is not a number of ${MINUTES_LEAST} to ${MINUTES_MOST}.`);
}

/** Films on XS. @returns what simulator/bench/hour.ts gives, and by how much the heap may grow */
async function film(name, minutes, rewrites = []) {
  const contents = `import { crypto } from "#crypto";
import { filmFor, GROWTH_BYTES_MAX } from "./simulator/bench/hour.ts";
const heapBytes = () => {
  host.collect();
  return host.heapBytes();
};
console.log(JSON.stringify({ ...filmFor(crypto, ${minutes}, heapBytes), growthMax: GROWTH_BYTES_MAX }));`;
  const file = join(FOLDER, `${name}-${process.pid}.mjs`);
  writeFileSync(file, await bundle({ contents }, { engine: "xs", rewrites }));
  const { status, output } = await runBundle(file, { engine: "xs", isQuiet: true, seconds: SECONDS_MAX });
  const line = output.split("\n").find((each) => each.startsWith("{"));
  if (status !== 0 || line === undefined) throw new Error(output.trim() || `XS ended with ${status}`);
  return JSON.parse(line);
}

const minutes = readMinutes();
const reason = missing("xs");
if (reason !== undefined) {
  console.log(reason);
  process.exit(process.env.CI === "true" ? 1 : 0);
}
mkdirSync(FOLDER, { recursive: true });
const sum = { passed: 0, failed: 0 };
const whole = (value) => value.toLocaleString("en");

function tell(isGood, sentence) {
  sum[isGood ? "passed" : "failed"] += 1;
  console.log(`${isGood ? "passed" : "FAILED"}  ${sentence}`);
}

const jobs = [
  async () => {
    const { settled, end, growthMax, ...seen } = await film("whole", minutes);
    console.log(
      `${whole(seen.frames)} frames, ${whole(seen.filmedBytes)} bytes in ${seen.films} films, ` +
        `${whole(seen.beats)} heartbeats, ${whole(seen.pictures)} pictures shown`,
    );
    const isFilmed = seen.isWell && seen.films >= 1 && seen.beats >= seen.frames && seen.pictures >= seen.frames - 10;
    tell(isFilmed, "the camera filmed, answered and showed all the while, and found everything in order");
    const grown = end - settled;
    tell(
      grown <= growthMax,
      `heap in use after 5 minutes ${whole(settled)} bytes, after ${minutes} ${whole(grown)} more (bar ${whole(growthMax)})`,
    );
  },
  ...LEAKS.map(({ name, ...rewrite }, index) => async () => {
    const { settled, end, growthMax } = await film(`leak-${index}`, LEAK_MINUTES, [rewrite]);
    const grown = end - settled;
    tell(grown > growthMax, `planted: ${name}: ${whole(grown)} bytes more after ${LEAK_MINUTES} minutes`);
  }),
];
async function work() {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job();
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed > 0 ? 1 : 0;
