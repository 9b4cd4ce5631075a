// Primitives that note what the lock compares and what it unseals, and are otherwise the engine's own.
// Why: whether an entry was compared, with how much, and whether its digits are still somewhere, is seen at this seam alone.

import { type Bytes, fromAscii } from "../../firmware/bytes.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";

/** One search of a table: its entries, and the width of each. */
export interface Search {
  readonly entries: number;
  readonly width: number;
}

/** What was seen since the last look. */
export interface Watch {
  readonly crypto: Crypto;
  /** Every search of a table of codes. */
  readonly searches: Search[];
  /** Every plaintext that was sealed, and every one that was opened, as it is now: the very bytes, not copies. */
  readonly sealed: Bytes[];
  readonly opened: Bytes[];
  /** How many PINs were hashed, and how many codes of windows after the first search: before it their table may be made. */
  hashes: number;
}

/** The table of the self-test at each start is as narrow as that of window codes, and shorter than any that the lock keeps. */
const TEST_BYTES_MAX = 32;
const TEST_WIDTH = 3;

/** What is hashed of a PIN begins so, and what of a window. */
const [PIN, WINDOW] = ["PIN", "LP1"].map(fromAscii);

function begins(message: Uint8Array, label: Bytes): boolean {
  return label.every((byte, index) => message[index] === byte);
}

/** Watches primitives. */
export function watched(crypto: Crypto): Watch {
  const searches: Search[] = [];
  const seals: Bytes[] = [];
  const opened: Bytes[] = [];
  const watch: Watch = {
    searches,
    sealed: seals,
    opened,
    hashes: 0,
    crypto: {
      ...crypto,
      find: (table, width, wanted) => {
        if (width !== TEST_WIDTH || table.length > TEST_BYTES_MAX)
          searches.push({ entries: table.length / width, width });
        return crypto.find(table, width, wanted);
      },
      hmacSha256: (key, message) => {
        if (begins(message, PIN) || (begins(message, WINDOW) && searches.length > 0)) watch.hashes++;
        return crypto.hmacSha256(key, message);
      },
      seal: (key, nonce, aad, plaintext) => {
        seals.push(plaintext as Bytes);
        return crypto.seal(key, nonce, aad, plaintext);
      },
      open: (key, nonce, aad, sealed) => {
        const plaintext = crypto.open(key, nonce, aad, sealed);
        if (plaintext !== undefined) opened.push(plaintext);
        return plaintext;
      },
    },
  };
  return watch;
}

/** Whether bytes stand somewhere in others. */
export function holds(bytes: Bytes, wanted: Uint8Array): boolean {
  for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return true;
  }
  return false;
}
