// Window codes out of a smaller space: primitives whose HMAC leaves only a few digits for a code to differ in.
// Why: of ten digits a burglar hits one in a century, so a simulation could not tell a right bound from a wrong one. With five
// the same lock, table and budget are hit often enough to be counted, and not a line of them knows.
// Follows docs/protocol.md, "Codes": a code is the first 8 bytes of an HMAC modulo 10^10. Here these 8 bytes are already a
// number below 10^digits, so the codes begin with zeros. It is for messages of LP1 alone.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";

/** "LP1", class, serial, start. */
const MESSAGE_BYTES = 9;
const LABEL = [0x4c, 0x50, 0x31];

/** Gives primitives that make window codes of a few digits behind zeros.
 *  @param digits 1..9 */
export function narrowed(crypto: Crypto, digits: number): Crypto {
  let codes = 1;
  for (let place = 0; place < digits; place++) codes *= 10;
  return {
    ...crypto,
    hmacSha256(key: Uint8Array, message: Uint8Array): Bytes {
      const mac = crypto.hmacSha256(key, message);
      if (message.length !== MESSAGE_BYTES || LABEL.some((byte, index) => message[index] !== byte)) return mac;
      let rest = 0;
      for (let index = 0; index < 8; index++) {
        rest = (rest * 256 + mac[index]) % codes;
        mac[index] = 0;
      }
      for (let index = 7; index > 3; index--) {
        mac[index] = rest % 256;
        rest = Math.floor(rest / 256);
      }
      return mac;
    },
  };
}
