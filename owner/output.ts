// Files that a command writes where a person says.
// Why: a place that cannot be written is told in one way, whatever was to be written, and what is written is its writer's alone.
// Follows POSIX modes.

import { writeFileSync } from "node:fs";
import { systemCode, usage } from "./failure.ts";
import { printable } from "./printable.ts";

/** The mode of every file that a command writes. */
export const OWN_FILE = 0o600;

/** Runs what opens or writes a file, and names the file where that cannot be.
 *  @param file as the person wrote it @throws Failure; the system's own error where the disk is full, which cli.ts says */
export function orUnwritable<Result>(file: string, write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined || code === "ENOSPC") throw error;
    throw usage(`"${printable(file)}" cannot be written: choose another place.`);
  }
}

/** Writes one line of text to a file of the person's own. @throws Failure */
export function writeText(file: string, text: string): void {
  orUnwritable(file, () => writeFileSync(file, `${text}\n`, { mode: OWN_FILE }));
}
