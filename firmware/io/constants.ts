// The chip's key-value storage as the place of a board's boot constants.
// Why: the device's keys are written once, and a write that was not done must not look done.
// Follows the Constants of firmware/platform.ts, over ESP-IDF's NVS: a value is there whole or not at all, and each write is durable
// when it returns.

import type { Bytes } from "../bytes.ts";
import { assert } from "../fault.ts";
import type { Constants } from "../platform.ts";
import type { KeyValue, KeyValueModule } from "./ecma419.ts";
import { refusable } from "./refusal.ts";

/** ESP-IDF's bound of names, of namespaces too. */
const NAME_MAX = 15;

function requireName(name: string): void {
  assert(name.length > 0 && name.length <= NAME_MAX, "constants: a name has 1 to 15 characters");
}

/** One namespace. */
export class StoredConstants implements Constants {
  readonly #store: KeyValue;

  /** @param options.path the namespace, 1..15 characters
   *  @throws Fault flash.io */
  constructor({ io, path }: { readonly io: KeyValueModule; readonly path: string }) {
    requireName(path);
    this.#store = refusable(() => io.open({ path, mode: "r+", format: "buffer" }));
  }

  /** @throws Fault flash.io where it cannot be read, or is no byte string */
  read(name: string): Bytes | undefined {
    requireName(name);
    // Each reading is a buffer of its own.
    const value = refusable(() => this.#store.read(name));
    return value === undefined ? undefined : new Uint8Array(value);
  }

  write(name: string, value: Uint8Array): void {
    requireName(name);
    refusable(() => this.#store.write(name, value));
  }

  erase(name: string): void {
    requireName(name);
    refusable(() => this.#store.delete(name));
  }

  /** Gives the namespace back. Twice is harmless. */
  close(): void {
    this.#store.close();
  }
}
