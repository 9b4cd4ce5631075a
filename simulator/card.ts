// The card of a simulated camera: files that grow, that lose what was not flushed with the power, and a slot to pull it from.
// Why: what a camera promises hangs on its card, which a thief can pull, and which is full one day.
// It follows the contract of camera/card.ts.

import type { Card, CardFile } from "../camera/card.ts";
import type { Sink } from "../camera/sink.ts";
import type { Bytes } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";

interface Held {
  bytes: Uint8Array;
  size: number;
  flushed: number;
}

/** A card in memory. */
export class MemoryCard implements Card {
  readonly #files = new Map<string, Held>();
  readonly #bytesMax: number;
  /** Whether it is in its slot, and takes what it is told. */
  isSound = true;

  constructor(bytesMax = 64 * 1_048_576) {
    this.#bytesMax = bytesMax;
  }

  get freeBytes(): number {
    let used = 0;
    for (const { size } of this.#files.values()) used += size;
    return Math.max(0, this.#bytesMax - used);
  }

  list(): readonly CardFile[] {
    this.#check();
    return [...this.#files].map(([name, { size }]) => ({ name, bytes: size }));
  }

  create(name: string): Sink {
    this.#check();
    const held: Held = { bytes: new Uint8Array(65_536), size: 0, flushed: 0 };
    this.#files.set(name, held);
    return {
      append: (bytes) => this.#append(held, bytes),
      flush: () => {
        this.#check();
        held.flushed = held.size;
      },
    };
  }

  put(name: string, bytes: Uint8Array): void {
    this.#check();
    if (bytes.length > this.freeBytes) throw new Fault("card.io");
    this.#files.set(name, { bytes: bytes.slice(), size: bytes.length, flushed: bytes.length });
  }

  read(name: string, offset: number, bytesMax: number): Bytes {
    this.#check();
    const held = this.#files.get(name);
    if (held === undefined) throw new Fault("card.io");
    return held.bytes.slice(Math.min(offset, held.size), Math.min(offset + bytesMax, held.size));
  }

  remove(name: string): void {
    this.#check();
    this.#files.delete(name);
  }

  /** Power goes: what was not flushed is lost. */
  losePower(): void {
    for (const held of this.#files.values()) held.size = held.flushed;
  }

  /** A whole file, as somebody with the card in a reader has it. @throws Error where there is none */
  take(name: string): Bytes {
    const held = this.#files.get(name);
    if (held === undefined) throw new Error(`${name} is not on the card`);
    return held.bytes.slice(0, held.size);
  }

  /** The names of all files. */
  get names(): readonly string[] {
    return [...this.#files.keys()];
  }

  #append(held: Held, bytes: Uint8Array): void {
    this.#check();
    if (bytes.length > this.freeBytes) throw new Fault("card.io");
    const size = held.size + bytes.length;
    if (size > held.bytes.length) {
      const larger = new Uint8Array(2 * size);
      larger.set(held.bytes.subarray(0, held.size));
      held.bytes = larger;
    }
    held.bytes.set(bytes, held.size);
    held.size = size;
  }

  #check(): void {
    if (!this.isSound) throw new Fault("card.io");
  }
}

/** Records of a camera's switch, kept in memory. */
export class MemoryRail {
  readonly records: Bytes[] = [];
  isSound = true;

  last(): Bytes | undefined {
    return this.records.at(-1)?.slice();
  }

  /** @param number from 1 on */
  at(number: number): Bytes | undefined {
    return this.records[number - 1]?.slice();
  }

  append(message: Bytes): void {
    if (!this.isSound) throw new Fault("flash.io");
    this.records.push(message.slice());
  }
}
