// What both sides of a handshake must agree on beforehand: protocol, roles, and the lock's name.
// Why: a handshake that was made for another purpose or another lock fails at its first tag.
// Follows docs/protocol.cddl, `prologue-nk`; Noise rev. 34 §6.

import type { Bytes } from "../bytes.ts";
import { Writer } from "../cbor/encode.ts";

const VERSION = "lk1";
const ROLE_PHONE = 4;
const ROLE_LOCK = 0;

/** Gives the prologue between a phone and a lock. @param lockId 11 characters */
export function phonePrologue(lockId: string): Bytes {
  return new Writer().array(4).text(VERSION).uint(ROLE_PHONE).uint(ROLE_LOCK).text(lockId).finish();
}
