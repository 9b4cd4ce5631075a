// What both sides of a handshake must agree on beforehand: protocol, roles, and the lock's name.
// Why: a handshake that was made for another purpose or another lock fails at its first tag.
// Follows docs/protocol.cddl, `prologue-nk` and `prologue-kk`; Noise rev. 34 §6.

import type { Bytes } from "../bytes.ts";
import { Writer } from "../cbor/encode.ts";
import { ROLE_CAMERA } from "../role.ts";

const VERSION = "lk1";
const ROLE_PHONE = 4;
const ROLE_LOCK = 0;
const ROLE_VIEWER = 5;

/** Gives the prologue between a phone and a lock. @param lockId 11 characters */
export function phonePrologue(lockId: string): Bytes {
  return new Writer().array(4).text(VERSION).uint(ROLE_PHONE).uint(ROLE_LOCK).text(lockId).finish();
}

/** What is known of a board before it says a word. */
export interface Pairing {
  /** 1 keypad, 2 camera, 3 bridge. */
  readonly role: number;
  /** 11 characters. */
  readonly lockId: string;
  /** Of the board's signing key, 8 bytes. */
  readonly boardKid: Uint8Array;
  /** The number of the statement that enrolled it, u32: a board that was removed and enrolled anew is another. */
  readonly sequence: number;
}

/** Gives the prologue between a board and a lock. */
export function boardPrologue({ role, lockId, boardKid, sequence }: Pairing): Bytes {
  const writer = new Writer().array(6).text(VERSION).uint(role).uint(ROLE_LOCK).text(lockId);
  return writer.bytes(boardKid).uint(sequence).finish();
}

/** Gives the prologue between whoever has a ticket and a camera. @param ticket its name, 8 bytes */
export function viewerPrologue(lockId: string, ticket: Uint8Array): Bytes {
  const writer = new Writer().array(6).text(VERSION).uint(ROLE_VIEWER).uint(ROLE_CAMERA).text(lockId);
  return writer.bytes(ticket).uint(0).finish();
}
