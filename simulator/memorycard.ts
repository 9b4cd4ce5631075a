// A card in memory: it can be full, refuse, take and keep nothing, and lose what was not flushed when power goes.
// Why: what a camera has after a cut is what the card kept, not what was appended to it.

import type { Card, CardFile } from "../camera/card.ts";
import type { Sink } from "../camera/sink.ts";
import { type Bytes, concat } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";

interface Stored {
  pieces: Bytes[];
  bytes: number;
  /** What would outlive a cut. */
  flushed: number;
}

/** The card. */
export class MemoryCard implements Card {
  /** False: it refuses everything. */
  isSound = true;
  /** Whether it is worn out: it takes whatever is written, and keeps what it had. */
  isWorn = false;
  capacityBytes: number;
  readonly #files = new Map<string, Stored>();

  /** @param capacityBytes of all files together; 1 GiB where it is left out */
  constructor(capacityBytes = 0x4000_0000) {
    this.capacityBytes = capacityBytes;
  }

  get freeBytes(): number {
    if (!this.isSound) return 0;
    let used = 0;
    for (const { bytes } of this.#files.values()) used += bytes;
    return Math.max(0, this.capacityBytes - used);
  }

  list(): readonly CardFile[] {
    this.#check();
    return [...this.#files].map(([name, { bytes }]) => ({ name, bytes }));
  }

  create(name: string): Sink {
    this.#check();
    const file: Stored = { pieces: [], bytes: 0, flushed: 0 };
    if (this.isWorn) return { append: () => {}, flush: () => {} };
    this.#files.set(name, file);
    return {
      append: (bytes) => {
        this.#check();
        if (this.#files.get(name) !== file || bytes.length > this.freeBytes) throw new Fault("card.io");
        file.pieces.push(new Uint8Array(bytes));
        file.bytes += bytes.length;
      },
      flush: () => {
        this.#check();
        file.flushed = file.bytes;
      },
    };
  }

  put(name: string, bytes: Uint8Array): void {
    this.#check();
    const others = this.freeBytes + (this.#files.get(name)?.bytes ?? 0);
    if (bytes.length > others) throw new Fault("card.io");
    if (this.isWorn) return;
    this.#files.set(name, { pieces: [new Uint8Array(bytes)], bytes: bytes.length, flushed: bytes.length });
  }

  read(name: string, offset: number, bytesMax: number): Bytes {
    this.#check();
    const file = this.#files.get(name);
    if (file === undefined) throw new Fault("card.io");
    return this.#whole(file).slice(offset, offset + bytesMax);
  }

  remove(name: string): void {
    this.#check();
    if (this.isWorn) return;
    this.#files.delete(name);
  }

  /** A whole file, as somebody reads it who holds the card; undefined where there is none. */
  file(name: string): Bytes | undefined {
    const file = this.#files.get(name);
    return file === undefined ? undefined : this.#whole(file).slice();
  }

  get names(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** Power goes: of each file as much stays as was flushed, and of what was not as much as `kept` says.
   *  @param kept 0..1 */
  cutPower(kept = 0): void {
    for (const file of this.#files.values()) {
      const bytes = file.flushed + Math.floor((file.bytes - file.flushed) * kept);
      file.pieces = [this.#whole(file).slice(0, bytes)];
      file.bytes = bytes;
      file.flushed = bytes;
    }
  }

  #whole(file: Stored): Bytes {
    const [first] = file.pieces;
    if (first !== undefined && file.pieces.length === 1) return first;
    const whole = concat(...file.pieces);
    file.pieces = [whole];
    return whole;
  }

  #check(): void {
    if (!this.isSound) throw new Fault("card.io");
  }
}
