// A partition of the chip's flash as the NOR region that a journal is kept in.
// Why: the SDK takes any offset and says of a refusal only that it failed; the journal wants whole words, sectors, and Faults.
// Follows the Flash of firmware/platform.ts. The partition is a plain one: ESP-IDF's flash encryption wants writes of 16 bytes and
// leaves no erased word to tell by, so the journal's partition must not carry the flag `encrypted`.

import type { Bytes } from "../bytes.ts";
import { assert, Fault } from "../fault.ts";
import type { Flash } from "../platform.ts";
import type { FlashModule, FlashPartition } from "./ecma419.ts";
import { refusable } from "./refusal.ts";

const WORD_BYTES = 4;

/** Which partition. */
export interface PartitionOptions {
  readonly io: FlashModule;
  /** The label of a data partition. */
  readonly path: string;
  /** Called after each erasure, which takes up to 0.4 s: a reset of the lock makes hundreds in one turn of the loop. */
  alive?(): void;
}

/** One partition. */
export class PartitionFlash implements Flash {
  readonly sectorBytes: number;
  readonly sectors: number;
  readonly #partition: FlashPartition;
  readonly #alive: () => void;

  /** @throws Fault flash.io where there is no such partition */
  constructor({ io, path, alive = () => {} }: PartitionOptions) {
    this.#alive = alive;
    this.#partition = refusable(() => io.open({ path, mode: "r+", format: "buffer" }));
    const { blockLength, blocks } = refusable(() => this.#partition.status());
    this.sectorBytes = blockLength;
    this.sectors = blocks;
  }

  read(offset: number, target: Bytes): void {
    this.#requireBounds(offset, target.length);
    if (target.length > 0) refusable(() => this.#partition.read(target, offset));
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#requireBounds(offset, bytes.length);
    assert(offset % WORD_BYTES === 0 && bytes.length % WORD_BYTES === 0, "flash: a write is of whole, aligned words");
    if (bytes.length > 0) refusable(() => this.#partition.write(bytes, offset));
  }

  erase(sector: number): void {
    this.#requireBounds(Number.isInteger(sector) ? sector * this.sectorBytes : -1, this.sectorBytes);
    refusable(() => this.#partition.eraseBlock(sector, sector + 1));
    this.#alive();
  }

  /** Gives the partition back. Twice is harmless. */
  close(): void {
    this.#partition.close();
  }

  #requireBounds(offset: number, size: number): void {
    const isInside = Number.isInteger(offset) && offset >= 0 && offset + size <= this.sectors * this.sectorBytes;
    if (!isInside) throw new Fault("flash.bound");
  }
}
