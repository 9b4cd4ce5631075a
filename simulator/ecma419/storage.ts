// The SDK's key-value storage on the desk: namespaces of names and values that survive a reset.
// Why: names that are too long, namespaces that are not there and values of another kind throw, and boot must bear it.
// Follows `embedded:storage/key-value` of the SDK 8.2.3 over ESP-IDF's NVS. Where NVS would put a second value of another kind
// beside the first, a write throws here.

import type { KeyValue, KeyValueModule } from "../../firmware/io/ecma419.ts";
import { closed } from "./digital.ts";

type Value = ArrayBuffer | string;
type Format = "buffer" | "string";

/** Names of namespaces and of keys have at most so many characters. */
const NAME_MAX = 15;

/** One part of flash that is kept for it. */
export class Storage implements KeyValueModule {
  /** Whether it is full, or worn out: nothing can be written or deleted. */
  isFull = false;
  /** Writes and deletes that reached the flash. */
  commits = 0;
  readonly #spaces = new Map<string, Map<string, Value>>();

  open(options: { readonly path: string; readonly mode?: "r" | "r+"; readonly format?: Format }): KeyValue {
    const { path, mode = "r+", format = "buffer" } = options;
    if (path === undefined) throw new Error("no path");
    const name = path.endsWith("/") ? path.slice(0, -1) : path;
    if (mode !== "r" && mode !== "r+") throw new Error("invalid mode");
    if (format !== "buffer" && format !== "string") throw new RangeError("unsupported");
    if (name === "" || name.length > NAME_MAX) throw new Error("ESP_ERR_NVS_INVALID_NAME");
    if (mode === "r" && !this.#spaces.has(name)) throw new Error("ESP_ERR_NVS_NOT_FOUND");
    const space = this.#spaces.get(name) ?? new Map<string, Value>();
    this.#spaces.set(name, space);
    return new Space(this, space, { isReadOnly: mode === "r", format });
  }

  /** Spoils a value, as a laboratory can. */
  plant(path: string, key: string, value: Value): void {
    const space = this.#spaces.get(path) ?? new Map<string, Value>();
    this.#spaces.set(path, space);
    space.set(key, value);
  }
}

class Space implements KeyValue {
  readonly #storage: Storage;
  readonly #space: Map<string, Value>;
  readonly #isReadOnly: boolean;
  readonly #format: Format;
  #isOpen = true;

  constructor(
    storage: Storage,
    space: Map<string, Value>,
    options: { readonly isReadOnly: boolean; readonly format: Format },
  ) {
    this.#storage = storage;
    this.#space = space;
    this.#isReadOnly = options.isReadOnly;
    this.#format = options.format;
  }

  read(key: string): ArrayBuffer | undefined {
    this.#require(key);
    const value = this.#space.get(key);
    if (value === undefined) return undefined;
    if (typeof value === "string") {
      if (this.#format === "buffer") throw new TypeError("mismatch");
      // What is asked for is a text; the contract of this project knows buffers only.
      return value as unknown as ArrayBuffer;
    }
    if (this.#format === "string") throw new TypeError("mismatch");
    return value.slice(0);
  }

  write(key: string, value: ArrayBuffer | Uint8Array): void {
    this.#requireWritable(key);
    if (this.#storage.isFull) throw new Error("ESP_ERR_NVS_NOT_ENOUGH_SPACE");
    const before = this.#space.get(key);
    const kept = typeof value === "string" ? (value as string) : bytesOf(value).slice().buffer;
    if (before !== undefined && typeof before !== typeof kept) throw new Error("ESP_ERR_NVS_TYPE_MISMATCH");
    this.#space.set(key, kept);
    this.#storage.commits += 1;
  }

  delete(key: string): void {
    this.#requireWritable(key);
    if (!this.#space.has(key)) return;
    if (this.#storage.isFull) throw new Error("ESP_ERR_NVS_NOT_ENOUGH_SPACE");
    this.#space.delete(key);
    this.#storage.commits += 1;
  }

  close(): void {
    this.#isOpen = false;
  }

  #require(key: string): void {
    if (!this.#isOpen) closed();
    if (key.length > NAME_MAX) throw new Error("ESP_ERR_NVS_KEY_TOO_LONG");
  }

  #requireWritable(key: string): void {
    this.#require(key);
    if (this.#isReadOnly) throw new Error("read-only");
  }
}

/** Views the bytes of a buffer. @throws TypeError where it is none */
export function bytesOf(value: ArrayBuffer | Uint8Array): Uint8Array {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof Uint8Array) return value;
  throw new TypeError("not a buffer");
}
