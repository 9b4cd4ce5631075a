// Primitives that note what the lock compares and what it unseals, and are otherwise the engine's own.
// Why: whether an entry was compared, with how much, and whether its digits are still somewhere, is seen at this seam alone.

import type { Bytes } from "../../firmware/bytes.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";

/** One search of a table: its entries, and the width of each. */
export interface Search {
  readonly entries: number;
  readonly width: number;
}

/** What was seen since the last look. */
export interface Watch {
  readonly crypto: Crypto;
  /** Every search of a table. */
  readonly searches: Search[];
  /** Every plaintext that was sealed or opened, as it is now: the very bytes, not copies. */
  readonly plaintexts: Bytes[];
  /** How many HMAC-SHA-256 were made, whatever of. */
  hmacs: number;
}

/** Watches primitives. */
export function watched(crypto: Crypto): Watch {
  const searches: Search[] = [];
  const plaintexts: Bytes[] = [];
  const watch: Watch = {
    searches,
    plaintexts,
    hmacs: 0,
    crypto: {
      ...crypto,
      find: (table, width, wanted) => {
        searches.push({ entries: table.length / width, width });
        return crypto.find(table, width, wanted);
      },
      hmacSha256: (key, message) => {
        watch.hmacs++;
        return crypto.hmacSha256(key, message);
      },
      seal: (key, nonce, aad, plaintext) => {
        plaintexts.push(plaintext as Bytes);
        return crypto.seal(key, nonce, aad, plaintext);
      },
      open: (key, nonce, aad, sealed) => {
        const plaintext = crypto.open(key, nonce, aad, sealed);
        if (plaintext !== undefined) plaintexts.push(plaintext);
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
