// What a board remembers in a simulation: boot constants, and a flash whose every change is traced and checked.
// Why: a checker must see a record reach the flash before the pin moves, and a power cut must leave both behind.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Constants, Flash } from "../firmware/platform.ts";
import type { NorFlash } from "./flash.ts";
import type { World } from "./world.ts";

/** Boot constants in memory. */
export class MemoryConstants implements Constants {
  readonly #values = new Map<string, Bytes>();

  read(name: string): Bytes | undefined {
    return this.#values.get(name)?.slice();
  }

  write(name: string, value: Uint8Array): void {
    this.#values.set(name, new Uint8Array(value));
  }
}

/** Hears a write after it was done: what, whether it reads back as it should, and where. */
export type Wrote = (bytes: Uint8Array, isDurable: boolean, offset: number) => void;

/** A flash that tells the trace and a listener what is done to it. */
export class TracedFlash implements Flash {
  readonly sectorBytes: number;
  readonly sectors: number;
  readonly #world: World;
  readonly #crypto: Crypto;
  readonly #inner: NorFlash;
  readonly #wrote: Wrote;

  constructor(world: World, crypto: Crypto, { inner, wrote }: { readonly inner: NorFlash; readonly wrote: Wrote }) {
    this.sectorBytes = inner.sectorBytes;
    this.sectors = inner.sectors;
    this.#world = world;
    this.#crypto = crypto;
    this.#inner = inner;
    this.#wrote = wrote;
  }

  read(offset: number, target: Bytes): void {
    this.#inner.read(offset, target);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#world.record({ channel: "flash write", subject: offset, bytes });
    this.#inner.write(offset, bytes);
    const stored = new Uint8Array(bytes.length);
    this.#inner.read(offset, stored);
    this.#wrote(bytes, this.#crypto.isEqual(stored, bytes), offset);
  }

  erase(sector: number): void {
    this.#world.record({ channel: "flash erase", subject: sector });
    this.#inner.erase(sector);
  }
}
