// Files that a command writes where a person says.
// Why: a place that cannot be written is told in one way, whatever was to be written, and what is written is its writer's alone.
// Follows POSIX modes.

import {
  closeSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { isFull, systemCode, usage } from "./failure.ts";
import { printable } from "./printable.ts";

/** The mode of every file that a command writes. */
export const OWN_FILE = 0o600;

/** Runs what opens or writes a file, and names the file where that cannot be.
 *  @param file as the person wrote it @throws Failure; the system's own error where the disk is full, which cli.ts says */
export function orUnwritable<Result>(file: string, write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    if (systemCode(error) === undefined || isFull(error)) throw error;
    throw usage(`"${printable(file)}" cannot be written: choose another place.`);
  }
}

/** Writes one line of text to a file of the person's own. What stood there is there until the new one is whole: it may be
 *  the only copy. @throws Failure */
export function writeText(file: string, text: string): void {
  orUnwritable(file, () => {
    const former = statSync(file, { throwIfNoEntry: false });
    // A pipe or a device is no file that another could take the place of; a folder refuses.
    if (former !== undefined && !former.isFile()) writeFileSync(file, `${text}\n`);
    else replaceFile(file, Buffer.from(`${text}\n`, "utf8"));
  });
}

/** Writes a file under another name, makes it durable, and renames it; where a link stands there, the file that it names. */
export function replaceFile(file: string, bytes: Uint8Array): void {
  const path = statSync(file, { throwIfNoEntry: false }) === undefined ? file : realpathSync(file);
  const draft = writeDraft(path, bytes);
  try {
    renameDurably(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Finds out whether there is room for a file of so many bytes at a place, and leaves nothing there. */
export function tryRoom(path: string, bytes: number): void {
  rmSync(writeDraft(path, new Uint8Array(bytes)));
}

/** Writes what is to stand at a path under a name beside it. @returns that name */
function writeDraft(path: string, bytes: Uint8Array): string {
  const draft = `${path}.${process.pid}.draft`;
  const descriptor = openSync(draft, "w", OWN_FILE);
  try {
    writeWhole(descriptor, bytes);
    fsyncSync(descriptor);
  } catch (error) {
    // Half of it on a full disk would only take more of the room.
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return draft;
}

/** A file that comes piece by piece, under a name of its own until it is whole: what an interrupted command leaves is then
 *  neither taken for the whole nor in the way of the next. */
export class PartFile {
  /** Where it is until then; what was left there goes, since it may be a link, or open to others. */
  readonly part: string;
  private readonly file: string;
  private descriptor: number | undefined;
  private readonly own: { readonly ino: number; readonly dev: number };

  /** @throws Failure where nothing can be written there */
  constructor(file: string) {
    this.file = file;
    this.part = `${file}.part`;
    const descriptor = orUnwritable(file, () => {
      rmSync(this.part, { force: true });
      return openSync(this.part, "wx", OWN_FILE);
    });
    this.descriptor = descriptor;
    this.own = fstatSync(descriptor);
  }

  write(piece: Uint8Array): void {
    if (this.descriptor !== undefined) writeWhole(this.descriptor, piece);
  }

  /** Makes it durable, since a camera lets go what its owner has, and gives it its name.
   *  @throws Failure where another command writes the same file since: what lies there is that one's, and perhaps not whole */
  finish(): void {
    if (!this.isThere)
      throw usage(
        `"${printable(this.file)}" is being written by another command too: this one has written nothing; wait for the other, or choose another place.`,
      );
    if (this.descriptor !== undefined) fsyncSync(this.descriptor);
    this.end();
    renameDurably(this.part, this.file);
  }

  /** Takes it away. */
  drop(): void {
    this.end();
    if (this.isThere) rmSync(this.part, { force: true });
  }

  /** Whether what lies under that name is still what this one opened. */
  private get isThere(): boolean {
    const there = lstatSync(this.part, { throwIfNoEntry: false });
    return there !== undefined && there.ino === this.own.ino && there.dev === this.own.dev;
  }

  private end(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }
}

/** Gives a file its name so that a cut of power does not take that back: a lock or a camera is told next that it need not keep what is
 *  in it. Where the system syncs no folder, as on Windows, its word is all there is. */
function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  let folder: number | undefined;
  try {
    folder = openSync(dirname(to), "r");
    fsyncSync(folder);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  } finally {
    if (folder !== undefined) closeSync(folder);
  }
}

function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
}
