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

  /** The names of all that stands there. */
  get stored(): readonly string[] {
    return [...this.#values.keys()];
  }

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

/** What is about to be done to a flash: a program of bytes, or an erase of a sector. */
export type Work =
  | { readonly kind: "write"; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: "erase"; readonly sector: number };

/** Who listens at a flash. */
export interface FlashWatcher {
  /** Hears of each program after it was done, even where power failed in it: what was to stand at `offset`, and what does. */
  wrote(offset: number, bytes: Uint8Array, stored: Uint8Array): void;
  /** Hears that a sector was erased, or that it was tried. */
  erased(sector: number): void;
  /** Hears that the part answered with an error, or kept something else than it was told. */
  failed(): void;
}

/** A flash that tells the trace and a listener what is done to it. */
export class TracedFlash implements Flash {
  readonly sectorBytes: number;
  readonly sectors: number;
  /** Called before each program and erase: the moment at which a fault would hurt most. */
  before: ((work: Work) => void) | undefined;
  readonly #world: World;
  readonly #crypto: Crypto;
  readonly #inner: NorFlash;
  readonly #watcher: FlashWatcher;

  constructor(
    world: World,
    crypto: Crypto,
    { inner, watcher }: { readonly inner: NorFlash; readonly watcher: FlashWatcher },
  ) {
    this.sectorBytes = inner.sectorBytes;
    this.sectors = inner.sectors;
    this.#world = world;
    this.#crypto = crypto;
    this.#inner = inner;
    this.#watcher = watcher;
  }

  read(offset: number, target: Bytes): void {
    this.#inner.read(offset, target);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#world.record({ channel: "flash write", subject: offset, bytes });
    this.before?.({ kind: "write", offset, bytes });
    try {
      this.#inner.write(offset, bytes);
    } catch (error) {
      if (error instanceof Fault) this.#watcher.failed();
      else this.#watcher.wrote(offset, bytes, this.#inner.peek(offset, bytes.length));
      throw error;
    }
    const stored = this.#inner.peek(offset, bytes.length);
    if (!this.#crypto.isEqual(stored, bytes)) this.#watcher.failed();
    this.#watcher.wrote(offset, bytes, stored);
  }

  erase(sector: number): void {
    this.#world.record({ channel: "flash erase", subject: sector });
    this.before?.({ kind: "erase", sector });
    try {
      this.#inner.erase(sector);
    } catch (error) {
      if (error instanceof Fault) this.#watcher.failed();
      throw error;
    } finally {
      this.#watcher.erased(sector);
    }
    const { sectorBytes } = this;
    if (!this.#inner.peek(sector * sectorBytes, sectorBytes).every((byte) => byte === 0xff)) this.#watcher.failed();
  }
}
