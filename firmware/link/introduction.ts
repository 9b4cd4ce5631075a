// How a new board and a lock come to know each other over the wire: the board offers its keys, the lock answers with its own.
// Why: a board leaves the factory with no secret and no lock; an owner's statement names its keys, and only then does the
// lock tell it whom it belongs to (docs/attacks.md T16). Nothing here is secret, and nothing here is proven: the Noise
// handshake that follows proves both sides, and where somebody else has answered, it never completes.
// Follows docs/protocol.cddl, `offer` and `enrolled`.

import type { Bytes } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { readLockId } from "../cose/key.ts";
import { KEY_BYTES } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import { ROLE_BRIDGE, ROLE_KEYPAD } from "../role.ts";

const VERSION = 1;
const U32_MAX = 0xffff_ffff;

/** What a board says that belongs to no lock. */
export interface Offer {
  /** 1 keypad, 2 camera, 3 bridge. */
  readonly role: number;
  /** X25519, 32 bytes. */
  readonly agreementKey: Bytes;
  /** Ed25519, 32 bytes. */
  readonly signingKey: Bytes;
}

/** The lock that a board belongs to. */
export interface PairedLock {
  /** 11 characters. */
  readonly lockId: string;
  /** X25519, 32 bytes. */
  readonly agreementKey: Bytes;
  /** The number of the statement that enrolled the board, u32. */
  readonly sequence: number;
}

/** Gives the body of an offer: 71 bytes. */
export function encodeOffer({ role, agreementKey, signingKey }: Offer): Bytes {
  return new Writer().array(4).uint(VERSION).uint(role).bytes(agreementKey).bytes(signingKey).finish();
}

/** Reads an offer. @returns keys that are views
 *  @throws Fault link.shape, cbor.* */
export function parseOffer(body: Bytes): Offer {
  const reader = openVersioned(body);
  const role = reader.readUint(ROLE_BRIDGE);
  if (role < ROLE_KEYPAD) throw new Fault("link.shape");
  const agreementKey = reader.readView(KEY_BYTES, KEY_BYTES);
  const signingKey = reader.readView(KEY_BYTES, KEY_BYTES);
  reader.end();
  return { role, agreementKey, signingKey };
}

/** Gives the body of the answer to an offer, which is also how a board keeps it: 49 to 53 bytes. */
export function encodeEnrolled({ lockId, agreementKey, sequence }: PairedLock): Bytes {
  return new Writer().array(4).uint(VERSION).text(lockId).bytes(agreementKey).uint(sequence).finish();
}

/** Reads the answer to an offer. @returns a key that is a view
 *  @throws Fault link.shape, bytes.encoding, cbor.* */
export function parseEnrolled(body: Bytes): PairedLock {
  const reader = openVersioned(body);
  const lockId = readLockId(reader);
  const agreementKey = reader.readView(KEY_BYTES, KEY_BYTES);
  const sequence = reader.readUint(U32_MAX);
  reader.end();
  return { lockId, agreementKey, sequence };
}

function openVersioned(body: Bytes): Reader {
  const reader = new Reader(body);
  reader.readArray(4, 4);
  if (reader.readUint(VERSION) !== VERSION) throw new Fault("link.shape");
  return reader;
}
