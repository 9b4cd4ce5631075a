// What an owner hands to a guest: an invitation with its grant.
// Why: it is short enough for a message or a QR code, and brings the key without which nobody reaches the lock.
// Follows docs/protocol.cddl, `invitation`; a lock's own label stands in firmware/link/label.ts.

import { type Bytes, toBase64url } from "../firmware/bytes.ts";
import { Reader } from "../firmware/cbor/decode.ts";
import { Writer } from "../firmware/cbor/encode.ts";
import { readSign1 } from "../firmware/cose/sign1.ts";
import { KEY_BYTES } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";

const VERSION = 1;
const VERSION_MAX = 255;

/** A grant, whole, and the lock's X25519 key. */
export interface Invitation {
  readonly agreementKey: Bytes;
  readonly token: Bytes;
}

/** Gives the text of an invitation. */
export function encodeInvitation({ agreementKey, token }: Invitation): string {
  return toBase64url(new Writer().array(3).uint(VERSION).bytes(agreementKey).raw(token).finish());
}

/** Reads an invitation; the grant inside is not verified. @returns views
 *  @throws Fault link.shape for another version, cose.shape, cbor.* */
export function parseInvitation(bytes: Bytes): Invitation {
  const reader = new Reader(bytes);
  reader.readArray(3, 3);
  if (reader.readUint(VERSION_MAX) !== VERSION) throw new Fault("link.shape");
  const agreementKey = reader.readView(KEY_BYTES, KEY_BYTES);
  const { start, end } = readSign1(reader);
  reader.end();
  return { agreementKey, token: bytes.subarray(start, end) };
}
