// The trace: everything that a simulated house did to its links, flash and pins, with the virtual time, as one hash.
// Why: two engines that made the same trace behaved the same to the byte, and one hash says so.
// The hash is SHA-256 (FIPS 180-4), chained over batches: digest_n = SHA-256(digest_{n-1} ‖ batch), so that an
// interpreter pays one native call for some hundred entries.

import { type Bytes, toHex } from "../firmware/bytes.ts";
import { type Crypto, HASH_BYTES } from "../firmware/crypto/crypto.ts";
import { assert } from "../firmware/fault.ts";
import type { Millis } from "../firmware/platform.ts";

/** What an entry is about; its place in the list is its number in the hash. */
export type Channel =
  | "to lock"
  | "to phone"
  | "lost"
  | "link"
  | "flash write"
  | "flash erase"
  | "pin"
  | "person"
  | "power"
  | "fault"
  | "wire";

const CHANNELS: readonly Channel[] = Object.freeze([
  "to lock",
  "to phone",
  "lost",
  "link",
  "flash write",
  "flash erase",
  "pin",
  "person",
  "power",
  "fault",
  "wire",
] as const);

const BATCH_BYTES = 8192;
const HEAD_BYTES = 16;
const ENTRY_BYTES_MAX = 4096;
const SHOWN_BYTES_MAX = 40;
const NOTHING: Uint8Array = new Uint8Array(0);

/** One entry: a channel, a number that says which pin, connection or address, and the bytes. */
export interface Entry {
  readonly channel: Channel;
  /** u32: a connection, an offset in flash, a pin's level, a person's act. */
  readonly subject: number;
  /** At most 4,096 bytes. */
  readonly bytes?: Uint8Array;
  /** For people only: it is shown, and not hashed. */
  readonly label?: string;
}

/** The running hash of a simulation. */
export class Trace {
  readonly #crypto: Crypto;
  readonly #print: ((line: string) => void) | undefined;
  readonly #batch: Bytes = new Uint8Array(HASH_BYTES + BATCH_BYTES);
  readonly #view: DataView;
  #used = HASH_BYTES;
  #entries = 0;

  /** @param print receives one line for each entry; absent where nobody reads along */
  constructor(crypto: Crypto, print?: (line: string) => void) {
    this.#crypto = crypto;
    this.#print = print;
    this.#view = new DataView(this.#batch.buffer);
  }

  /** How many entries there are. */
  get entries(): number {
    return this.#entries;
  }

  /** Adds an entry. @param now virtual time */
  add(now: Millis, entry: Entry): void {
    const bytes = entry.bytes ?? NOTHING;
    assert(bytes.length <= ENTRY_BYTES_MAX, "an entry fits into a batch");
    if (this.#used + HEAD_BYTES + bytes.length > this.#batch.length) this.#fold();
    const head = this.#used;
    this.#view.setUint16(head, CHANNELS.indexOf(entry.channel));
    this.#view.setUint16(head + 2, bytes.length);
    this.#view.setUint32(head + 4, entry.subject);
    this.#view.setUint32(head + 8, Math.floor(now / 0x100000000));
    this.#view.setUint32(head + 12, now >>> 0);
    this.#batch.set(bytes, head + HEAD_BYTES);
    this.#used = head + HEAD_BYTES + bytes.length;
    this.#entries++;
    this.#print?.(describe(now, entry, bytes));
  }

  /** Gives the hash of all entries so far, in base16; adding may go on. */
  hash(): string {
    this.#fold();
    return toHex(this.#batch.subarray(0, HASH_BYTES));
  }

  #fold(): void {
    if (this.#used === HASH_BYTES) return;
    this.#batch.set(this.#crypto.sha256(this.#batch.subarray(0, this.#used)));
    this.#used = HASH_BYTES;
  }
}

/** Writes virtual time as days and a time of day: `0d 14:00:03.250`. */
export function formatTime(now: Millis): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const second = Math.floor(now / 1000);
  const clock = `${two(Math.floor(second / 3600) % 24)}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  return `${Math.floor(second / 86_400)}d ${clock}.${String(now % 1000).padStart(3, "0")}`;
}

function describe(now: Millis, entry: Entry, bytes: Uint8Array): string {
  const shown = toHex(bytes.subarray(0, SHOWN_BYTES_MAX));
  const rest = bytes.length > SHOWN_BYTES_MAX ? `… (${bytes.length} bytes)` : "";
  return `${formatTime(now)}  ${entry.channel.padEnd(11)} ${entry.subject}  ${entry.label ?? ""} ${shown}${rest}`;
}
