// What an owner tells the lock: enrol, configure, act, adopt, and the rest that widens access.
// Why: it is fresh or it is nothing. Each statement answers the challenge of a live session and counts up, so a carrier
// can neither delay it nor play it again.
// Follows docs/protocol.md §2.3 and docs/protocol.cddl (`statement`).

import type { Bytes } from "../bytes.ts";
import { ARGUMENT_MAX, Reader } from "../cbor/decode.ts";
import { readHeader } from "../cose/header.ts";
import { kid8 } from "../cose/key.ts";
import { readSign1, type Sign1, verifySign1 } from "../cose/sign1.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import { type Seconds, seconds } from "../platform.ts";
import { type Body, expect, KIND_ADOPT, readBody } from "./body.ts";
import type { Denial } from "./denial.ts";
import { LOCK_ID_BYTES } from "./grant.ts";
import { NONCE_BYTES } from "./holder.ts";
import { TYP_STATEMENT } from "./typ.ts";

/** The most by which a counter rises in one step, so that no value can use up its range. */
export const SEQUENCE_STEP_MAX = 65_536;
/** The same for generations and for the numbers of firmware. */
export const GENERATION_STEP_MAX = 1_024;

/** A statement; `parseStatement` gives one that nobody has verified. */
export interface Statement {
  readonly message: Sign1;
  /** The key that it says has signed it, 8 bytes, a view. */
  readonly kid: Bytes;
  /** The lock that it is for, 11 bytes, a view. */
  readonly lock: Bytes;
  /** NumericDate at which it was signed: the owner's time. */
  readonly issuedAt: Seconds;
  /** The challenge that it answers, 16 bytes, a view. */
  readonly challenge: Bytes;
  /** u32; above the last one of this key (`isNextSequence`). */
  readonly sequence: number;
  readonly body: Body;
  /** The encoded `body` of docs/protocol.cddl, sequence and kind included, a view: what the journal keeps. */
  readonly encodedBody: Bytes;
}

/** What a lock knows when it verifies a statement. */
export interface StatementContext {
  /** The lock's name, 11 bytes of ASCII. */
  readonly lockId: Bytes;
  /** The one challenge of this session, 16 bytes. */
  readonly challenge: Bytes;
  /** Gives the Ed25519 key of an owner, or the recovery key, or undefined. @param kid 8 bytes, a view */
  keyOf(kid: Bytes): Bytes | undefined;
}

const KEY_LOCK = Object.freeze([3]);
const KEY_ISSUED_AT = Object.freeze([6]);
const KEY_CNONCE = Object.freeze([0x18, 39]);
const KEY_BODY = Object.freeze([0x3a, 0x00, 0x01, 0x00, 0x02]);

/** Verifies a statement. docs/protocol.md §2.3. An adoption is verified under the owner key that it brings: whether the
 *  lock may be adopted is the caller's question, and so is the sequence.
 *  @param message at most 1,600 bytes; kept, not copied
 *  @returns the statement, or: lock, challenge, unknown-key, signature
 *  @throws Fault statement.shape, cose.*, cbor.* */
export function verifyStatement(crypto: Crypto, message: Bytes, context: StatementContext): Statement | Denial {
  const statement = parseStatement(message);
  const { body, kid } = statement;
  if (!crypto.isEqual(statement.lock, context.lockId)) return "lock";
  if (!crypto.isEqual(statement.challenge, context.challenge)) return "challenge";
  let publicKey: Bytes | undefined;
  if (body.kind !== KIND_ADOPT) publicKey = context.keyOf(kid);
  else if (crypto.isEqual(kid, kid8(crypto, body.adoption.ownerKey))) publicKey = body.adoption.ownerKey;
  if (publicKey === undefined) return "unknown-key";
  return verifySign1(crypto, statement.message, { publicKey }) ? statement : "signature";
}

/** Whether a number that somebody signed may follow the stored one: above it, by no more than a step.
 *  @param stored 0 where there is none yet */
export function isNextSequence(stored: number, offered: number, stepMax: number = SEQUENCE_STEP_MAX): boolean {
  return offered > stored && offered - stored <= stepMax;
}

/** Reads a statement without trusting it. docs/protocol.cddl, `stmt-claims`.
 *  @param message at most 1,600 bytes; kept, not copied
 *  @throws Fault statement.shape, cose.*, cbor.* */
export function parseStatement(message: Bytes): Statement {
  return readStatement(new Reader(message));
}

/** Reads a statement. See `parseStatement`. @param reader at the start of a message that fills its buffer */
export function readStatement(reader: Reader): Statement {
  const message = readSign1(reader);
  reader.end();
  const { kid, typ } = readHeader(reader, message);
  if (kid === undefined || typ !== TYP_STATEMENT) throw new Fault("statement.shape");
  reader.moveTo(message.payloadStart, message.payloadEnd);
  reader.readMap(4, 4);
  expect(reader, KEY_LOCK);
  const lockStart = reader.readTextBytes(LOCK_ID_BYTES, LOCK_ID_BYTES);
  const lock = reader.bytes.subarray(lockStart, reader.offset);
  expect(reader, KEY_ISSUED_AT);
  const issuedAt = seconds(reader.readUint(ARGUMENT_MAX));
  expect(reader, KEY_CNONCE);
  const challenge = reader.readView(NONCE_BYTES, NONCE_BYTES);
  expect(reader, KEY_BODY);
  const bodyStart = reader.offset;
  const { sequence, body } = readBody(reader);
  reader.end();
  const encodedBody = reader.bytes.subarray(bodyStart, reader.offset);
  return { message, kid, lock, issuedAt, challenge, sequence, body, encodedBody };
}
