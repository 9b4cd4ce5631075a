// What people hand to each other: the label of a lock, and an invitation with its grant.
// Why: both are short enough for a message or a QR code, and both bring the key without which nobody reaches the lock.
// Follows docs/protocol.cddl, `setup` and `invitation`.

import { type Bytes, toBase64url } from "../firmware/bytes.ts";
import { Reader } from "../firmware/cbor/decode.ts";
import { Writer } from "../firmware/cbor/encode.ts";
import { KID_BYTES } from "../firmware/cose/key.ts";
import { readSign1 } from "../firmware/cose/sign1.ts";
import { type Crypto, KEY_BYTES } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";

const VERSION = 1;
const VERSION_MAX = 255;

/** Two public keys of a lock, or of a board such as a keypad, 32 bytes each: X25519 to reach it, Ed25519 that names it. */
export interface Setup {
  readonly agreementKey: Bytes;
  readonly signingKey: Bytes;
}

/** A grant, whole, and the lock's X25519 key. */
export interface Invitation {
  readonly agreementKey: Bytes;
  readonly token: Bytes;
}

/** Gives the text of a label. */
export function encodeSetup(setup: Setup): string {
  return toBase64url(setupBytes(setup));
}

/** Gives what a person compares before a board is enrolled: 11 characters, base64url of the first 8 bytes of the label's
 *  SHA-256. The name of the Ed25519 key alone would not do: the other key is the one that the link stands on. */
export function fingerprintOf(crypto: Crypto, setup: Setup): string {
  return toBase64url(crypto.sha256(setupBytes(setup)).subarray(0, KID_BYTES));
}

/** Reads the text of a label. @returns views
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

function setupBytes({ agreementKey, signingKey }: Setup): Bytes {
  return new Writer().array(3).uint(VERSION).bytes(agreementKey).bytes(signingKey).finish();
}

function readVersion(reader: Reader): void {
  reader.readArray(3, 3);
  if (reader.readUint(VERSION_MAX) !== VERSION) throw new Fault("link.shape");
}
