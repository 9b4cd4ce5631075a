// Tries the attack list again while things go wrong: `node simulator/run/attacks.mjs --faults [--seeds N] [TNN...]`.
// One line for each check, with how often what went wrong, and one for each fault that it is not tried under, with the
// reason; then twins: a lock without a defence that only faults reach, which must turn a check red that holds without them.
// Prints no sum: attacks.mjs does.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rewrite } from "../attacks/rewrites.mjs";
import { TWINS } from "../attacks/twins.mjs";
import { bundle, ROOT } from "./bundle.mjs";

const OUTPUT = join(ROOT, ".build/attacks");

const CHECKS = `import { crypto } from "#crypto";
import { ATTACKS } from "./simulator/attacks/all.ts";
import { Disturbed } from "./simulator/attacks/disturbed.ts";
import { faultsOf, reasonsOf } from "./simulator/attacks/faults.ts";

export const ids = ATTACKS.map(({ id }) => id);
export { faultsOf, reasonsOf };

/** Tries one check under faults by one seed. Gives what went wrong in it, and why it failed, or nothing. */
export function tryUnder(id, faults, seed) {
  const tally = { radio: 0, restart: 0, cut: 0, drift: 0 };
  const { run } = ATTACKS.find((attack) => attack.id === id);
  try {
    run((options) => new Disturbed({ crypto, ...options }, { seed, faults, tally }));
    return { tally, failure: undefined };
  } catch (error) {
    return { tally, failure: String(error.message) };
  }
}
`;

/** A twin may need luck. */
const TWIN_SEEDS = 8;

/** What only faults reach: a check that holds on a good day must turn red under this fault. */
const FAULT_TWINS = [
  {
    id: "T51",
    fault: "restart",
    without: "uses that outlive a restart",
    rewrites: TWINS.find(({ without }) => without === "uses that outlive a cut").rewrites,
  },
  {
    id: "T09",
    fault: "radio",
    without: "requests that are done once",
    rewrites: [rewrite("lock/phone.ts", "session.lastId !== undefined && id <= session.lastId", "id < 0")],
  },
  {
    id: "T51",
    fault: "cut",
    without: "the difference between a torn tail and damage",
    rewrites: [rewrite("firmware/journal/walk.ts", "if (highest === this.seq) return;")],
  },
];

async function load(name, rewrites = []) {
  mkdirSync(OUTPUT, { recursive: true });
  const file = join(OUTPUT, `${name}-${process.pid}.mjs`);
  writeFileSync(file, await bundle({ contents: CHECKS }, { engine: "node", rewrites }));
  return import(pathToFileURL(file).href);
}

function tryCheck({ tryUnder, faultsOf }, id, seeds) {
  const faults = faultsOf(id);
  const sum = { radio: 0, restart: 0, cut: 0, drift: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    const { tally, failure } = tryUnder(id, faults, seed);
    for (const fault of faults) sum[fault] += tally[fault];
    if (failure !== undefined) return `seed ${seed}: ${failure}`;
  }
  console.log(`${id}  holds under ${faults.map((fault) => `${fault} ${sum[fault]}`).join(", ")}`);
  // Who names a fault that never came has shown nothing.
  const idle = faults.filter((fault) => sum[fault] === 0);
  return idle.length === 0 ? undefined : `never met ${idle.join(", ")}`;
}

/** @returns whether the twin is red under its fault, and holds without any */
async function tryTwin({ id, fault, without, rewrites }, index) {
  const { tryUnder } = await load(`fault-${index}`, rewrites);
  const calm = tryUnder(id, [], 1).failure;
  let failure;
  for (let seed = 1; seed <= TWIN_SEEDS && failure === undefined; seed++) failure = tryUnder(id, [fault], seed).failure;
  const isRight = calm === undefined && failure !== undefined;
  const found = calm === undefined ? (failure ?? "nothing was found") : `red without faults: ${calm}`;
  console.log(`      ${isRight ? "red" : "FAILED"} under ${fault} without ${without}: ${id}, ${found}`);
  return isRight;
}

/** Tries checks, all where none are named, each by so many seeds. @returns `{passed, failed}` */
export async function tryUnderFaults(chosen, seeds) {
  const checks = await load("faults");
  const sum = { passed: 0, failed: 0 };
  const count = (isGood) => {
    sum[isGood ? "passed" : "failed"] += 1;
  };
  for (const id of checks.ids.filter((known) => chosen.length === 0 || chosen.includes(known))) {
    const failure = tryCheck(checks, id, seeds);
    if (failure !== undefined) console.log(`${id}  FAILED ${failure}`);
    for (const [fault, reason] of checks.reasonsOf(id)) console.log(`      not under ${fault}: ${reason}`);
    count(failure === undefined);
  }
  if (chosen.length > 0) return sum;
  for (const [index, twin] of FAULT_TWINS.entries()) count(await tryTwin(twin, index));
  return sum;
}
