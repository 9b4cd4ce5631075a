// Who lives in a house's folder: one process at a time, whose number stands in a file there.
// Why: two houses that write one image of a flash fork its journal for good, and no log of it verifies any more.
// Runs on Node only. A house that was killed leaves its number behind: whoever comes next asks the system whether it still runs.

import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openFolder, PRIVATE_FILE, readIfThere } from "./disk.ts";

const TENANT_FILE = "house.pid";
/** How often a number that somebody left behind is taken away: others may come at the same moment. */
const TRIES_MAX = 4;

/** What came of a claim. */
export type Claim =
  /** Nobody else may live there until `close()`, and twice is harmless. Of two that came in one moment both may have got this;
   *  a second later one of them still holds it. */
  | { readonly kind: "granted"; isHeld(): boolean; close(): void }
  /** A process that runs lives there. */
  | { readonly kind: "taken"; readonly pid: number; readonly file: string }
  /** It cannot be lived in. @see reason the system's code, such as EEXIST where it is a file */
  | { readonly kind: "unfit"; readonly reason: string };

/** Claims a folder for this process; makes it where it is missing. */
export function claimFolder(directory: string): Claim {
  const file = join(directory, TENANT_FILE);
  try {
    openFolder(directory);
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (enter(file)) return { kind: "granted", isHeld: () => isMine(file), close: () => leave(file) };
      const name = read(file);
      const pid = Number(name);
      if (isRunning(pid)) return { kind: "taken", pid, file };
      if (name !== undefined) evict(file, name);
    }
    return { kind: "unfit", reason: "EBUSY" };
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return { kind: "unfit", reason: code };
  }
}

/** Writes the number down, where none stands. @returns whether it does now */
function enter(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx", mode: PRIVATE_FILE });
    return true;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    return false;
  }
}

function isMine(file: string): boolean {
  return read(file) === String(process.pid);
}

function leave(file: string): void {
  if (isMine(file)) rmSync(file, { force: true });
}

/** Takes away a number that was left behind. Whoever was quicker has written another one meanwhile, and gets it back. */
function evict(file: string, name: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  const found = read(aside);
  rmSync(aside, { force: true });
  if (found !== name) writeFileSync(file, found ?? "", { flag: "wx", mode: PRIVATE_FILE });
}

function read(file: string): string | undefined {
  const bytes = readIfThere(file);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("latin1").trim();
}

/** Whether another process of that number runs, whoever's it is. In a container a house that starts again may have the number
 *  of the one that was killed: then it is its own. */
function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** The code of an error of the system; undefined for any other error. */
function codeOf(error: unknown): string | undefined {
  const isSystem = error instanceof Error && "code" in error && "syscall" in error;
  return isSystem ? String(error.code) : undefined;
}
