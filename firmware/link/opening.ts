// The number of the session that a board opens with its lock: a tag over message 1, by a key that only those two have.
// Why: message 1 costs a lock two key agreements to judge, and everybody on the wire can send bytes of its length. What is not its
// board's is dropped for the price of a hash, and what was heard before is known again by its number.
// Follows docs/protocol.md §3.2; RFC 2104 (HMAC).

import type { Bytes } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";

/** What a board and its lock know of each other. */
export interface Opening {
  /** X25519, 32 bytes: of whoever asks. */
  readonly secret: Uint8Array;
  /** X25519, 32 bytes: of the other one. */
  readonly publicKey: Uint8Array;
  /** Of their handshakes (boardPrologue). */
  readonly prologue: Uint8Array;
}

/** Gives the key that numbers the sessions of one board with its lock. @returns 32 bytes; undefined where the other one's key is of
 *  small order, and nobody has it */
export function openingKey(crypto: Crypto, { secret, publicKey, prologue }: Opening): Bytes | undefined {
  try {
    const shared = crypto.agree(secret, publicKey);
    const key = crypto.hmacSha256(shared, prologue);
    crypto.wipe(shared);
    return key;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return undefined;
  }
}

/** Gives the number of the session that a message 1 opens. @param key 32 bytes @param message 48 bytes, without the frame's header
 *  @returns u32 */
export function openingNumber(crypto: Crypto, key: Uint8Array, message: Uint8Array): number {
  const mac = crypto.hmacSha256(key, message);
  return new DataView(mac.buffer, mac.byteOffset).getUint32(0);
}
