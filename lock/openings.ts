// What a lock knows of the messages 1 of one board: whether one is genuine, and whether it was answered before.
// Why: anybody may send bytes of its length, and the same again for years; neither may take a board's turn to be answered. It is one
// byte string, the key that numbers the board's sessions and behind it the numbers that were answered: each string costs a board 120 bytes.
// Follows docs/protocol.md §3.2.

import { type Bytes, concat } from "../firmware/bytes.ts";
import { type Crypto, HASH_BYTES } from "../firmware/crypto/crypto.ts";
import { bodyOf, sessionOf } from "../firmware/link/frame.ts";
import { type Opening, openingKey, openingNumber } from "../firmware/link/opening.ts";

/** Numbers that are remembered, the newest first. */
export const ANSWERED_MAX = 16;
const NUMBER_BYTES = 4;

/** Gives what is known of a board that was not heard yet; undefined where its key is of small order, and nobody has it. */
export function expectOpenings(crypto: Crypto, board: Opening): Bytes | undefined {
  const key = openingKey(crypto, board);
  return key === undefined ? undefined : concat(key, new Uint8Array(ANSWERED_MAX * NUMBER_BYTES));
}

/** Whether a message 1 is the board's: then it made it, now or long ago. @param frame checked (checkFrame) */
export function isGenuine(crypto: Crypto, known: Bytes, frame: Bytes): boolean {
  return openingNumber(crypto, known.subarray(0, HASH_BYTES), bodyOf(frame)) === sessionOf(frame);
}

/** Whether a genuine message 1 was answered lately, be it that the board has heard the answer or not. */
export function wasAnswered(known: Bytes, frame: Bytes): boolean {
  const number = sessionOf(frame);
  const numbers = new DataView(known.buffer, known.byteOffset + HASH_BYTES);
  for (let index = 0; index < ANSWERED_MAX; index++) {
    if (numbers.getUint32(index * NUMBER_BYTES) === number) return true;
  }
  return false;
}

/** Remembers in `known` that a message 1 was answered. */
export function noteAnswered(known: Bytes, frame: Bytes): void {
  known.copyWithin(HASH_BYTES + NUMBER_BYTES, HASH_BYTES);
  new DataView(known.buffer, known.byteOffset).setUint32(HASH_BYTES, sessionOf(frame));
}
