// What the ordeals of our C are built and run by: a compiler, copies of our files with a mistake in one of them or none, and a program.
// Why: gatt.c and tcplinks.c stand over different stacks, and are put through it in the same way.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";

export const COMPILER = process.env["CC"] ?? "cc";
/** Whether there is one, on a system that it can check programs of. */
export const works = spawnSync(COMPILER, ["--version"]).status === 0 && process.platform === "linux";

/** A mistake in one of our files: a text that stands there once, and what stands there instead. */
export interface Plant {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Gives the compiler's flags, with whatever it is to check. */
export function flagsWith(checks: readonly string[], folders: readonly string[]): string[] {
  const includes = folders.map((path) => `-I${path}`);
  return ["-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-fno-sanitize-recover=all", ...checks, ...includes];
}

/** Copies files of firmware/io into a new folder, one of them with the mistake. @returns the folder */
export function copyOurs(folder: string, files: readonly string[], plant?: Plant): string {
  mkdirSync(folder);
  for (const file of files) {
    const original = readFileSync(join("firmware/io", file), "utf8");
    if (plant?.file === file) assert.is(original.split(plant.find).length, 2, `exactly one "${plant.find}"`);
    const text = plant?.file === file ? original.replace(plant.find, () => plant.replace) : original;
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

/** Runs an ordeal. @returns its status, and all that it said */
export function run(
  program: string,
  ...words: readonly (string | number)[]
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, words.map(String), { encoding: "utf8", timeout: 120_000 });
  return { status, output: `${stdout}${stderr}` };
}
