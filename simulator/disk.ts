// The house's memory on a real disk: the flash image and the boot constants of its lock.
// Why: a lock that is started again tomorrow must be the same lock, with its owner, its grants and its journal.
// Runs on Node only. It keeps the physics of simulator/flash.ts and writes each change through to the file.

import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Bytes, fromBase64url, toBase64url } from "../firmware/bytes.ts";
import type { Constants, Flash } from "../firmware/platform.ts";
import { NorFlash } from "./flash.ts";

const FLASH_FILE = "flash.bin";
const CONSTANTS_FILE = "constants.json";
const PRIVATE_DIRECTORY = 0o700;
/** Of a file that only its owner reads. */
export const PRIVATE_FILE = 0o600;

/** Makes the folder where it is missing; others may not look in, since the lock's secret keys are there.
 *  @throws Error of node:fs, such as EEXIST where it is a file */
export function openFolder(directory: string): void {
  // One by one: Node's own loop does not come back where the system makes none, as in /proc.
  for (const path of missing(directory)) mkdirSync(path, { mode: PRIVATE_DIRECTORY });
  // Of what is there it makes nothing, and refuses a file.
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, PRIVATE_DIRECTORY);
}

/** Gives the folders that are missing on the way to one, the outermost first. */
function missing(directory: string): readonly string[] {
  const paths: string[] = [];
  let path = resolve(directory);
  while (!existsSync(path) && path !== dirname(path)) {
    paths.unshift(path);
    path = dirname(path);
  }
  return paths;
}

/** A NOR flash whose image is a file. `close()` ends it, and twice is harmless. */
export class FileFlash implements Flash {
  readonly sectorBytes: number;
  readonly sectors: number;
  readonly #inner: NorFlash;
  readonly #wrote: (bytes: Uint8Array) => void;
  #file: number | undefined;

  /** @param wrote hears of each program that was done @throws Error of node:fs, or where the file has another size */
  constructor(
    directory: string,
    size: { readonly sectorBytes: number; readonly sectors: number },
    wrote: (bytes: Uint8Array) => void = () => {},
  ) {
    this.#wrote = wrote;
    this.sectorBytes = size.sectorBytes;
    this.sectors = size.sectors;
    this.#inner = new NorFlash(size);
    const path = join(directory, FLASH_FILE);
    const image = readIfThere(path);
    if (image !== undefined) this.#inner.load(image);
    else replace(path, this.#inner.snapshot());
    this.#file = openSync(path, "r+");
  }

  read(offset: number, target: Bytes): void {
    this.#inner.read(offset, target);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#inner.write(offset, bytes);
    this.#keep(offset, bytes.length);
    this.#wrote(bytes);
  }

  erase(sector: number): void {
    this.#inner.erase(sector);
    this.#keep(sector * this.sectorBytes, this.sectorBytes);
  }

  close(): void {
    if (this.#file === undefined) return;
    fsyncSync(this.#file);
    closeSync(this.#file);
    this.#file = undefined;
  }

  #keep(offset: number, size: number): void {
    if (this.#file === undefined) return;
    const stored = new Uint8Array(size);
    this.#inner.read(offset, stored);
    writeSync(this.#file, stored, 0, size, offset);
  }
}

/** Boot constants in a file that only its owner reads. */
export class FileConstants implements Constants {
  readonly #path: string;

  constructor(directory: string) {
    this.#path = join(directory, CONSTANTS_FILE);
  }

  read(name: string): Bytes | undefined {
    const text = this.#all()[name];
    return text === undefined ? undefined : fromBase64url(text);
  }

  write(name: string, value: Uint8Array): void {
    this.#keep({ ...this.#all(), [name]: toBase64url(value) });
  }

  erase(name: string): void {
    const { [name]: erased, ...others } = this.#all();
    if (erased !== undefined) this.#keep(others);
  }

  #keep(all: Record<string, string>): void {
    replace(this.#path, `${JSON.stringify(all, undefined, 2)}\n`);
  }

  #all(): Record<string, string> {
    const text = readIfThere(this.#path);
    return text === undefined ? {} : JSON.parse(Buffer.from(text).toString("utf8"));
  }
}

/** Writes a file whole, or not at all. @throws Error of node:fs */
export function replace(path: string, contents: Uint8Array | string): void {
  const written = `${path}.new`;
  writeFileSync(written, contents, { mode: PRIVATE_FILE, flush: true });
  renameSync(written, path);
}

/** Reads a file. @returns undefined where there is none @throws Error of node:fs */
export function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
