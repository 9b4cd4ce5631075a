// The SDK's flash partitions on the desk: cells that a write clears and an erase sets.
// Why: the SDK takes any offset and any size, refuses what is out of bounds, and says nothing of a bit that could not be set.
// Follows `embedded:storage/flash` of the SDK 8.2.3 over a plain (not encrypted) partition of ESP-IDF.

import type { FlashModule, FlashPartition } from "../../firmware/io/ecma419.ts";
import { closed } from "./digital.ts";
import { bytesOf } from "./storage.ts";

const BLOCK_BYTES = 4_096;

/** The cells of one partition. */
interface Region {
  readonly cells: Uint8Array;
}

/** The partitions of one part of flash. */
export class Partitions implements FlashModule {
  /** Which operations the part refuses. */
  fails: "none" | "writes" | "all" = "none";
  readonly #regions = new Map<string, Region>();

  /** @param blocks the size of each partition by its name, in blocks of 4,096 bytes */
  constructor(blocks: Readonly<Record<string, number>>) {
    for (const [name, count] of Object.entries(blocks)) {
      this.#regions.set(name, { cells: new Uint8Array(count * BLOCK_BYTES).fill(0xff) });
    }
  }

  open(options: { readonly path: string; readonly mode?: "r" | "r+"; readonly format?: "buffer" }): FlashPartition {
    const { path, mode = "r+", format = "buffer" } = options;
    if (path === undefined) throw new Error("no path");
    const region = this.#regions.get(path);
    if (region === undefined) throw new Error("can't find partition");
    if (mode !== "r" && mode !== "r+") throw new Error("invalid mode");
    if (format !== "buffer") throw new RangeError("unsupported");
    return new Partition(this, region.cells, mode === "r");
  }
}

class Partition implements FlashPartition {
  readonly #part: Partitions;
  readonly #cells: Uint8Array;
  readonly #isReadOnly: boolean;
  #isOpen = true;

  constructor(part: Partitions, cells: Uint8Array, isReadOnly: boolean) {
    this.#part = part;
    this.#cells = cells;
    this.#isReadOnly = isReadOnly;
  }

  status(): { readonly size: number; readonly blockLength: number; readonly blocks: number } {
    if (!this.#isOpen) closed();
    const size = this.#cells.length;
    return { size, blockLength: BLOCK_BYTES, blocks: size / BLOCK_BYTES };
  }

  read(byteLength: number, byteOffset: number): ArrayBuffer;
  read(target: Uint8Array, byteOffset: number): number;
  read(what: number | Uint8Array, byteOffset: number): ArrayBuffer | number {
    if (!this.#isOpen) closed();
    const size = typeof what === "number" ? what : what.length;
    if (this.#part.fails === "all" || !this.#holds(byteOffset, size)) throw new Error("read failed");
    const cells = this.#cells.slice(byteOffset, byteOffset + size);
    if (typeof what === "number") return cells.buffer;
    what.set(cells);
    return size;
  }

  write(bytes: Uint8Array, byteOffset: number): void {
    this.#requireWritable();
    const given = bytesOf(bytes);
    if (this.#part.fails !== "none" || !this.#holds(byteOffset, given.length)) throw new Error("write failed");
    for (const [index, byte] of given.entries()) {
      this.#cells[byteOffset + index] = Number(this.#cells[byteOffset + index]) & byte;
    }
  }

  eraseBlock(start: number, end = start + 1): void {
    this.#requireWritable();
    const size = (end - start) * BLOCK_BYTES;
    if (this.#part.fails !== "none" || !this.#holds(start * BLOCK_BYTES, size)) throw new Error("erase failed");
    this.#cells.fill(0xff, start * BLOCK_BYTES, end * BLOCK_BYTES);
  }

  close(): void {
    this.#isOpen = false;
  }

  #requireWritable(): void {
    if (!this.#isOpen) closed();
    if (this.#isReadOnly) throw new Error("read-only");
  }

  #holds(offset: number, size: number): boolean {
    return offset >= 0 && size >= 0 && offset + size <= this.#cells.length;
  }
}
