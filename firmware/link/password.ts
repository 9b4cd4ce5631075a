// What a camera keeps of the password that a house's own machines come with.
// Why: whoever sets it makes this of it on his own computer, so that the password itself reaches neither the camera nor its flash.
// Follows RFC 7616 §3.4.2, with SHA-256; docs/protocol.md §9.1.

import { type Bytes, fromAscii } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";

/** The realm that every camera names. */
export const REALM = "latchkey camera";
/** The name that every house's own machines come with. */
export const USER = "home";

/** Gives what is kept of a password: SHA-256(user:realm:password).
 *  @param user without a colon, USER where it is left out @param password printable ASCII
 *  @returns 32 bytes: whoever has them can come as with the password @throws Fault bytes.encoding */
export function secretOf(
  crypto: Crypto,
  {
    user = USER,
    password,
    realm = REALM,
  }: { readonly user?: string; readonly password: string; readonly realm?: string },
): Bytes {
  return crypto.sha256(fromAscii(`${user}:${realm}:${password}`));
}
