// What people hand to each other: the label of a lock, and an invitation with its grant.
// Why: both are short enough for a message or a QR code, and both bring the key without which nobody reaches the lock.
// Follows docs/protocol.cddl, `setup` and `invitation`.

import { type Bytes, toBase64url } from "../firmware/bytes.ts";
import { Reader } from "../firmware/cbor/decode.ts";
import { Writer } from "../firmware/cbor/encode.ts";
import { readSign1 } from "../firmware/cose/sign1.ts";
import { KEY_BYTES } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";

const VERSION = 1;
const VERSION_MAX = 255;

/** A lock's two public keys, 32 bytes each: X25519 to reach it, Ed25519 that names it. */
export interface Setup {
  readonly agreementKey: Bytes;
  readonly signingKey: Bytes;
}

/** A grant, whole, and the lock's X25519 key. */
export interface Invitation {
  readonly agreementKey: Bytes;
  readonly token: Bytes;
}

/** Gives the text of a lock's label. */
export function encodeSetup({ agreementKey, signingKey }: Setup): string {
  return toBase64url(new Writer().array(3).uint(VERSION).bytes(agreementKey).bytes(signingKey).finish());
}

/** Reads a label. @returns views
 *  @throws Fault link.shape for another version, cbor.* */
export function parseSetup(bytes: Bytes): Setup {
  const reader = new Reader(bytes);
  readVersion(reader);
  const agreementKey = reader.readView(KEY_BYTES, KEY_BYTES);
  const signingKey = reader.readView(KEY_BYTES, KEY_BYTES);
  reader.end();
  return { agreementKey, signingKey };
}

/** Gives the text of an invitation. */
export function encodeInvitation({ agreementKey, token }: Invitation): string {
  return toBase64url(new Writer().array(3).uint(VERSION).bytes(agreementKey).raw(token).finish());
}

/** Reads an invitation; the grant inside is not verified. @returns views
 *  @throws Fault link.shape for another version, cose.shape, cbor.* */
export function parseInvitation(bytes: Bytes): Invitation {
  const reader = new Reader(bytes);
  readVersion(reader);
  const agreementKey = reader.readView(KEY_BYTES, KEY_BYTES);
  const { start, end } = readSign1(reader);
  reader.end();
  return { agreementKey, token: bytes.subarray(start, end) };
}

function readVersion(reader: Reader): void {
  reader.readArray(3, 3);
  if (reader.readUint(VERSION_MAX) !== VERSION) throw new Fault("link.shape");
}
