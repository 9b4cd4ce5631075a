// The camera's card of `npm start`: a folder of this computer, with the films as files; on a real card they lie in folders (camera/cardfolders.h).
// Why: whoever pulls the plug, or ends the house, must find afterwards what a camera would have: all that was flushed, and no half
// written note.
// Runs on Node only. What the folder refuses is the card's fault; it is never more than that.

import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { CardFile } from "../camera/card.ts";
import type { RailArchive } from "../camera/options.ts";
import type { Sink } from "../camera/sink.ts";
import type { Bytes } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";
import type { Slot } from "./camera.ts";
import { openFolder, PRIVATE_FILE, readIfThere, replace } from "./disk.ts";

/** What fits on the card: 1 GiB. */
export const CARD_BYTES = 0x4000_0000;

const RAIL_FILE = "rail.bin";
const LENGTH_BYTES = 2;

interface Written {
  readonly name: string;
  readonly file: number;
  bytes: number;
  flushed: number;
}

/** A card that is a folder. `close()` ends it, and twice is harmless. */
export class FileCard implements Slot {
  readonly #directory: string;
  readonly #capacityBytes: number;
  readonly #sizes = new Map<string, number>();
  #written: Written | undefined;

  /** @throws Error of node:fs where there is no such folder and none can be made */
  constructor(directory: string, capacityBytes = CARD_BYTES) {
    openFolder(directory);
    this.#directory = directory;
    this.#capacityBytes = capacityBytes;
    for (const name of readdirSync(directory)) {
      const found = statSync(join(directory, name));
      if (found.isFile()) this.#sizes.set(name, found.size);
    }
  }

  get freeBytes(): number {
    let used = 0;
    for (const bytes of this.#sizes.values()) used += bytes;
    return Math.max(0, this.#capacityBytes - used);
  }

  list(): readonly CardFile[] {
    return [...this.#sizes].map(([name, bytes]) => ({ name, bytes }));
  }

  create(name: string): Sink {
    this.close();
    const file = attempt(() => openSync(this.#path(name), "w", PRIVATE_FILE));
    const written: Written = { name, file, bytes: 0, flushed: 0 };
    this.#written = written;
    this.#sizes.set(name, 0);
    return {
      append: (bytes) => {
        if (this.#written !== written || bytes.length > this.freeBytes) throw new Fault("card.io");
        attempt(() => writeSync(file, bytes, 0, bytes.length, written.bytes));
        written.bytes += bytes.length;
        this.#sizes.set(name, written.bytes);
      },
      flush: () => {
        if (this.#written !== written) throw new Fault("card.io");
        attempt(() => fsyncSync(file));
        written.flushed = written.bytes;
      },
    };
  }

  put(name: string, bytes: Uint8Array): void {
    if (bytes.length > this.freeBytes + (this.#sizes.get(name) ?? 0)) throw new Fault("card.io");
    attempt(() => replace(this.#path(name), bytes));
    this.#sizes.set(name, bytes.length);
  }

  read(name: string, offset: number, bytesMax: number): Bytes {
    if (!this.#sizes.has(name)) throw new Fault("card.io");
    return attempt(() => {
      const file = openSync(this.#path(name), "r");
      try {
        const bytes = new Uint8Array(bytesMax);
        return bytes.slice(0, readSync(file, bytes, 0, bytesMax, offset));
      } finally {
        closeSync(file);
      }
    });
  }

  remove(name: string): void {
    if (this.#written?.name === name) this.close();
    attempt(() => rmSync(this.#path(name), { force: true }));
    this.#sizes.delete(name);
  }

  /** Power goes: of the file that is being written as much stays as was flushed. */
  cutPower(): void {
    const written = this.#written;
    if (written === undefined) return;
    this.close();
    truncateSync(this.#path(written.name), written.flushed);
    this.#sizes.set(written.name, written.flushed);
  }

  close(): void {
    if (this.#written === undefined) return;
    closeSync(this.#written.file);
    this.#written = undefined;
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}

/** The records of the camera's switch in one file, each behind its length. `close()` ends it, and twice is harmless. */
export class FileRail implements RailArchive {
  readonly #records: Bytes[] = [];
  #file: number | undefined;
  #bytes = 0;

  /** Reads what is there; what a cut left half written at its end was never kept, and makes room. @throws Error of node:fs */
  constructor(directory: string) {
    const path = join(directory, RAIL_FILE);
    const kept = new Uint8Array(readIfThere(path) ?? []);
    for (;;) {
      const [high = 0, low = 0] = kept.subarray(this.#bytes, this.#bytes + LENGTH_BYTES);
      const end = this.#bytes + LENGTH_BYTES + ((high << 8) | low);
      if (end === this.#bytes + LENGTH_BYTES || end > kept.length) break;
      this.#records.push(kept.slice(this.#bytes + LENGTH_BYTES, end));
      this.#bytes = end;
    }
    this.#file = openSync(path, kept.length === 0 ? "w" : "r+", PRIVATE_FILE);
    ftruncateSync(this.#file, this.#bytes);
  }

  last(): Bytes | undefined {
    return this.#records.at(-1)?.slice();
  }

  at(number: number): Bytes | undefined {
    return this.#records[number - 1]?.slice();
  }

  append(message: Bytes): void {
    const file = this.#file;
    if (file === undefined) throw new Fault("flash.io");
    const framed = new Uint8Array(LENGTH_BYTES + message.length);
    new DataView(framed.buffer).setUint16(0, message.length);
    framed.set(message, LENGTH_BYTES);
    attempt(() => {
      writeSync(file, framed, 0, framed.length, this.#bytes);
      fsyncSync(file);
    }, "flash.io");
    this.#bytes += framed.length;
    this.#records.push(message.slice());
  }

  close(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
  }
}

/** Whatever this computer's disk says is the part's fault. */
function attempt<Result>(act: () => Result, code: "card.io" | "flash.io" = "card.io"): Result {
  try {
    return act();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new Fault(code);
  }
}
