// The payload of the lock's first message to a phone: the challenge of the session, and whether the lock has an owner.
// Why: it is read before anybody has proven anything, so it stands apart from all that is said in a session.
// Follows docs/protocol.cddl, `welcome`.

import type { Bytes } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { assert, Fault } from "../fault.ts";

/** The size of the challenge in a welcome (`nonce16`). */
export const CHALLENGE_BYTES = 16;

const U32_MAX = 0xffff_ffff;
const VERSION = 1;
const FLAG_ADOPTED = 1;

/** The payload of the lock's handshake message: the challenge that proofs and statements of this session must carry. */
export interface Welcome {
  readonly challenge: Bytes;
  readonly isAdopted: boolean;
}

/** Gives the payload of the lock's handshake message. docs/protocol.cddl, `welcome`. */
export function encodeWelcome(welcome: Welcome): Bytes {
  assert(welcome.challenge.length === CHALLENGE_BYTES, "a challenge has 16 bytes");
  const flags = welcome.isAdopted ? FLAG_ADOPTED : 0;
  return new Writer().array(3).uint(VERSION).bytes(welcome.challenge).uint(flags).finish();
}

/** Reads the payload of the lock's handshake message. Flags that this version does not know are ignored.
 *  @returns `challenge` is a view
 *  @throws Fault link.shape, cbor.* */
export function parseWelcome(payload: Bytes): Welcome {
  const reader = new Reader(payload);
  reader.readArray(3, 3);
  if (reader.readUint(U32_MAX) !== VERSION) throw new Fault("link.shape");
  const challenge = reader.readView(CHALLENGE_BYTES, CHALLENGE_BYTES);
  const flags = reader.readUint(U32_MAX);
  reader.end();
  return { challenge, isAdopted: (flags & FLAG_ADOPTED) !== 0 };
}
