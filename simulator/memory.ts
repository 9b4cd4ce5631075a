// What a board remembers in a simulation: boot constants, and a flash whose every change is traced and checked.
// Why: a checker must see a record reach the flash before the pin moves, and a power cut must leave both behind.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import type { Constants, Flash } from "../firmware/platform.ts";
import { type NorFlash, PowerCut } from "./flash.ts";
import type { World } from "./world.ts";

/** Boot constants in memory. A change is whole or not at all, as in NVS; power may fail before any of them, or after. */
export class MemoryConstants implements Constants {
  readonly #values = new Map<string, Bytes>();
  /** False: every change is refused. */
  isSound = true;
  /** Changes since the part was made. */
  changes = 0;
  #cut: { changesLeft: number; readonly isDone: boolean } | undefined;

  read(name: string): Bytes | undefined {
    return this.#values.get(name)?.slice();
  }

  write(name: string, value: Uint8Array): void {
    this.#change(() => this.#values.set(name, new Uint8Array(value)));
  }

  erase(name: string): void {
    this.#change(() => this.#values.delete(name));
  }

  /** Lets power fail at the change after `changes` more. @param isDone whether that one still reaches the part */
  cutAfterChanges(changes: number, isDone: boolean): void {
    this.#cut = { changesLeft: changes, isDone };
  }

  #change(change: () => void): void {
    if (!this.isSound) throw new Fault("flash.io");
    const cut = this.#cut;
    const isCut = cut !== undefined && cut.changesLeft-- === 0;
    if (!isCut || cut.isDone) {
      change();
      this.changes += 1;
    }
    if (!isCut) return;
    this.#cut = undefined;
    throw new PowerCut("constants: power failed");
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
