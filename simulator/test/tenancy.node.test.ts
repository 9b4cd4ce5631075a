// Goal: one house lives in a folder at a time, also where one was killed; and a folder that is none is told of before the story.
// Method: folders of our own, in which other processes' numbers stand; then `npm start` itself, as a person runs it.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { claimFolder } from "../tenancy.node.ts";

const LAUNCHER = "simulator/run/start.mjs";
const TENANT = "house.pid";
/** No user's file, and a folder in which nobody makes one. */
const PROC = "/proc";
const START_MILLIS_MAX = 40_000;

async function inFolder(run: (directory: string) => void | Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "latchkey-tenancy-"));
  try {
    await run(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The number of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

function tenantOf(directory: string): string {
  return readFileSync(join(directory, TENANT), "utf8");
}

test("makes a folder, puts its number down, and takes it away at the end", () =>
  inFolder((directory) => {
    const house = join(directory, "a", "b");
    const claim = claimFolder(house);
    assert.is(claim.kind, "granted");
    assert.is(tenantOf(house), String(process.pid));
    if (claim.kind !== "granted") return;
    claim.close();
    claim.close();
    assert.equal(readdirSync(house), []);
  }));

test("refuses a folder in which a process lives that runs, and leaves its number there", () =>
  inFolder((directory) => {
    writeFileSync(join(directory, TENANT), String(process.ppid));
    assert.equal(claimFolder(directory), { kind: "taken", pid: process.ppid, file: join(directory, TENANT) });
    assert.is(tenantOf(directory), String(process.ppid));
  }));

const LEFT: readonly (readonly [what: string, name: () => string])[] = [
  ["of a process that has ended", () => `${deadPid()}\n`],
  ["of its own, as in a container that starts again", () => String(process.pid)],
  ["that was cut off", () => ""],
  ["that is none", () => "-1"],
];
for (const [what, name] of LEFT) {
  test(`takes over from a number ${what}`, () =>
    inFolder((directory) => {
      writeFileSync(join(directory, TENANT), name());
      const claim = claimFolder(directory);
      assert.is(claim.kind, "granted");
      assert.is(tenantOf(directory), String(process.pid));
      assert.equal(readdirSync(directory), [TENANT]);
      if (claim.kind === "granted") claim.close();
    }));
}

test("leaves another's number where it is at the end", () =>
  inFolder((directory) => {
    const claim = claimFolder(directory);
    assert.ok(claim.kind === "granted" && claim.isHeld());
    writeFileSync(join(directory, TENANT), String(process.ppid));
    assert.ok(claim.kind === "granted" && !claim.isHeld());
    if (claim.kind === "granted") claim.close();
    assert.is(tenantOf(directory), String(process.ppid));
  }));

test("says why nobody can live there", () =>
  inFolder((directory) => {
    const file = join(directory, "file");
    writeFileSync(file, "");
    assert.equal(claimFolder(file), { kind: "unfit", reason: "EEXIST" });
    assert.equal(claimFolder(join(file, "house")), { kind: "unfit", reason: "ENOTDIR" });
    mkdirSync(join(directory, TENANT));
    assert.equal(claimFolder(directory), { kind: "unfit", reason: "EISDIR" });
  }));

/** Runs `npm start` until it ends. */
async function start(directory: string): Promise<{ exit: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, [LAUNCHER, "--house", directory, "--port", "0"], { timeout: START_MILLIS_MAX });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const exit = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exit, output, errors };
}

test("npm start refuses a second house in one sentence, before the story", () =>
  inFolder(async (directory) => {
    writeFileSync(join(directory, TENANT), String(process.pid));
    const { exit, output, errors } = await start(directory);
    assert.equal([exit, output], [1, ""]);
    assert.match(errors, /^A house runs in \S+ already \(process \d+\): end it, or choose .*--house\. [^\n]*\.\n$/);
    assert.equal(readdirSync(directory), [TENANT]);
  }));

test("npm start names a file, and a folder that cannot be made, as it names other mistakes", () =>
  inFolder(async (directory) => {
    const file = join(directory, "file");
    writeFileSync(file, "");
    const bad = existsSync(join(PROC, "self")) ? [file, join(PROC, "house")] : [file];
    for (const { exit, output, errors } of await Promise.all(bad.map(start))) {
      assert.equal([exit, output], [64, ""]);
      assert.match(errors, /^No house can live in \S+: [^\n]+\. Choose a folder with --house\.\nusage: [^\n]*\n$/);
    }
  }));

test("npm start says that the disk is full, and leaves no tenant", () =>
  inFolder(async (directory) => {
    symlinkSync("/dev/full", join(directory, "flash.bin.new"));
    const { exit, errors } = await start(directory);
    assert.match(
      errors,
      /^No house can live in \S+: the disk is full\. Choose a folder with --house\.\nusage: [^\n]*\n$/,
    );
    assert.equal([exit, existsSync(join(directory, TENANT))], [64, false]);
  }));

/** Waits until somebody has moved in. */
async function moved(directory: string, child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const watcher = watch(directory, () => {
      if (!existsSync(join(directory, TENANT)) || tenantOf(directory) === "") return;
      watcher.close();
      resolve();
    });
    child.once("close", () => reject(new Error("it has ended")));
  });
}

test("npm start that was killed leaves its folder to the next", () =>
  inFolder(async (directory) => {
    const child = spawn(process.execPath, [LAUNCHER, "--house", directory, "--port", "0"], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("close", resolve));
    await moved(directory, child);
    assert.is(claimFolder(directory).kind, "taken");
    child.kill("SIGKILL");
    await ended;
    assert.is(tenantOf(directory), String(child.pid));
    const claim = claimFolder(directory);
    assert.is(claim.kind, "granted");
    if (claim.kind === "granted") claim.close();
  }));

test.run();
