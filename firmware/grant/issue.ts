// Makes what the rest of this folder reads: grants, proofs, statements and lists, for owners, phones and tests.
// Why: whoever signs must hit the one byte form, and must be told what is wrong with a wish before it is signed. A key may
// live where signing takes a while (WebCrypto, a token): so each message is first a draft. `toBeSigned(draft)` is what to
// sign, and `seal(draft, signature)` the message; the `issue...` functions do both where the key is at hand.
// Follows docs/protocol.cddl; always alg -19 (RFC 9864).

import type { Bytes } from "../bytes.ts";
import { ARGUMENT_MAX } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { encodeHeader } from "../cose/header.ts";
import { encodePublicKey, KID_BYTES } from "../cose/key.ts";
import { assemble, type ToBeSigned, toBeSigned } from "../cose/sign1.ts";
import { HASH_BYTES } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import type { Seconds } from "../platform.ts";
import { type Body, encodeBody } from "./body.ts";
import { LINK8_BYTES } from "./chain.ts";
import {
  CAMERA_RULE_LIVE,
  CAMERA_RULE_NONE,
  DEPTH_MAX,
  DWELL_MINUTES_MAX,
  IDENTIFIER_BYTES,
  isName,
  KEY_BYTES,
  NAME_BYTES_MAX,
  PERMISSIONS_ALL,
  USES_MAX,
  WEEKLIES_MAX,
  WEEKLY_DAYS_MAX,
  WEEKLY_MINUTES_MAX,
  WEEKLY_START_MAX,
} from "./grant.ts";
import { NONCE_BYTES, OPERATION_OWN, OPERATION_READ_LOG, OPERATION_TALK, OPERATION_VIEW } from "./holder.ts";
import { CODES_MAX, HOLDERS_MAX, REVOKED_MAX, type RevocationList, writeEntries } from "./revocation.ts";
import { TYP_LINK, TYP_PROOF, TYP_REVOCATIONS, TYP_ROOT, TYP_STATEMENT } from "./typ.ts";

/** Signs with Ed25519 what it is given. @returns 64 bytes */
export type Sign = (toBeSigned: Bytes) => Uint8Array;

/** What any link may say. Whatever is left out adds no limit. */
export interface LinkClaims {
  /** 1..32 bytes of UTF-8 without control characters. */
  readonly name?: string | undefined;
  readonly expiry?: Seconds | undefined;
  readonly notBefore?: Seconds | undefined;
  /** 8 random bytes. */
  readonly identifier: Uint8Array;
  /** The holder's Ed25519 key, 32 bytes. */
  readonly key: Uint8Array;
  /** Bits 0..5, at least one. */
  readonly permissions?: number | undefined;
  /** 1..65,535. */
  readonly uses?: number | undefined;
  /** At most 8 windows: days, start, minutes (see `Grant`). */
  readonly weeklies?: readonly number[] | undefined;
  /** How many links may follow, 0..2. */
  readonly depth?: number | undefined;
  /** 0..2. */
  readonly cameraRule?: number | undefined;
  /** 1..720. */
  readonly dwellMinutes?: number | undefined;
}

/** What a root says besides. */
export interface RootClaims extends LinkClaims {
  readonly lockId: string;
  readonly expiry: Seconds;
  readonly permissions: number;
  readonly generation: number;
}

/** A holder proof: with a whole leaf, or the name of one that the lock keeps, or as an owner. */
export interface ProofClaims {
  readonly lockId: string;
  /** The session's challenge, 16 bytes. */
  readonly challenge: Uint8Array;
  /** The channel's handshake hash, 32 bytes. */
  readonly handshakeHash: Uint8Array;
  readonly by: { readonly leaf: Bytes } | { readonly reference: Bytes } | { readonly kid: Bytes };
  /** 0..5 or 15. */
  readonly operation: number;
  /** With view and talk only. */
  readonly argument?: number | undefined;
}

/** A statement of an owner. */
export interface StatementClaims {
  readonly lockId: string;
  /** The signing key, 8 bytes; in an adoption that of the new owner. */
  readonly kid: Uint8Array;
  readonly issuedAt: Seconds;
  /** The session's challenge, 16 bytes. */
  readonly challenge: Uint8Array;
  readonly sequence: number;
  readonly body: Body;
}

/** A revocation list of an owner; its `owner` is the signing key's identifier. */
export interface RevocationClaims {
  readonly lockId: string;
  readonly issuedAt: Seconds;
  readonly list: RevocationList;
}

const LABEL_LIMITS = -65_537;
const LABEL_OPERATION = -65_538;
const LABEL_BODY = -65_539;
const LABEL_LIST = -65_540;
const LABEL_REFERENCE = -65_542;

/** Puts the message of a draft together. RFC 9052 §4.2.
 *  @param signature 64 bytes, over `toBeSigned(draft)` (cose/sign1.ts) */
export function seal(draft: ToBeSigned, signature: Uint8Array): Bytes {
  return assemble({ protected: draft.protected, payload: draft.payload, signature });
}

/** Drafts a root. @param kid the owner key's identifier, 8 bytes @throws Fault grant.shape */
export function draftRoot(kid: Uint8Array, claims: RootClaims): ToBeSigned {
  return {
    protected: encodeHeader({ kid: sized(kid, KID_BYTES), typ: TYP_ROOT }),
    payload: encodeClaims(claims, claims),
  };
}

/** Drafts a delegation. @param parent the whole link that it hangs under @throws Fault grant.shape */
export function draftLink(parent: Uint8Array, claims: LinkClaims): ToBeSigned {
  return { protected: encodeHeader({ kcwt: parent, typ: TYP_LINK }), payload: encodeClaims(claims, undefined) };
}

/** Drafts a holder proof. @throws Fault grant.shape */
export function draftProof(claims: ProofClaims): ToBeSigned {
  const { lockId, challenge, handshakeHash, by, operation, argument } = claims;
  const isOperation = isWhole(operation, 0, OPERATION_READ_LOG) || operation === OPERATION_OWN;
  const mayArgue = operation === OPERATION_VIEW || operation === OPERATION_TALK;
  check(isOperation && (argument === undefined || (mayArgue && isWhole(argument, 0, ARGUMENT_MAX))));
  const reference = "reference" in by ? sized(by.reference, LINK8_BYTES) : undefined;
  const writer = new Writer().map(reference === undefined ? 3 : 4);
  writer.uint(3).text(checkLockId(lockId)).uint(39).bytes(sized(challenge, NONCE_BYTES));
  writer.int(LABEL_OPERATION);
  if (argument === undefined) writer.array(1).uint(operation);
  else writer.array(2).uint(operation).uint(argument);
  if (reference !== undefined) writer.int(LABEL_REFERENCE).bytes(reference);
  const kid = "kid" in by ? sized(by.kid, KID_BYTES) : undefined;
  return {
    protected: encodeHeader({ kid, kcwt: "leaf" in by ? by.leaf : undefined, typ: TYP_PROOF }),
    externalAad: sized(handshakeHash, HASH_BYTES),
    payload: writer.finish(),
  };
}

/** Drafts a statement. @throws Fault grant.shape, statement.shape */
export function draftStatement(claims: StatementClaims): ToBeSigned {
  const { lockId, kid, issuedAt, challenge, sequence, body } = claims;
  check(isWhole(issuedAt, 0, ARGUMENT_MAX));
  const writer = new Writer().map(4).uint(3).text(checkLockId(lockId)).uint(6).uint(issuedAt);
  writer.uint(39).bytes(sized(challenge, NONCE_BYTES)).int(LABEL_BODY).raw(encodeBody(sequence, body));
  return { protected: encodeHeader({ kid: sized(kid, KID_BYTES), typ: TYP_STATEMENT }), payload: writer.finish() };
}

/** Drafts a revocation list. @throws Fault grant.shape */
export function draftRevocations(claims: RevocationClaims): ToBeSigned {
  const { lockId, issuedAt, list } = claims;
  const { owner, sequence, generation, revoked, untils, holders, codes } = list;
  check(isWhole(issuedAt, 0, ARGUMENT_MAX) && isWhole(sequence, 0, ARGUMENT_MAX));
  check(isWhole(generation, 0, ARGUMENT_MAX) && untils.length <= REVOKED_MAX && codes.length <= CODES_MAX);
  check(revoked.length === untils.length * LINK8_BYTES);
  check(holders.length % KID_BYTES === 0 && holders.length <= HOLDERS_MAX * KID_BYTES);
  for (const until of untils) check(isWhole(until, 0, ARGUMENT_MAX));
  for (const { codeClass, serial, start } of codes) {
    for (const number of [codeClass, serial, start]) check(isWhole(number, 0, ARGUMENT_MAX));
  }
  const writer = new Writer().map(3).uint(3).text(checkLockId(lockId)).uint(6).uint(issuedAt).int(LABEL_LIST);
  writeEntries(writer, list);
  return { protected: encodeHeader({ kid: sized(owner, KID_BYTES), typ: TYP_REVOCATIONS }), payload: writer.finish() };
}

/** Issues a root with a key at hand. @throws Fault grant.shape */
export function issueRoot(kid: Uint8Array, claims: RootClaims, sign: Sign): Bytes {
  return issue(draftRoot(kid, claims), sign);
}

/** Issues a delegation with a key at hand: that of the parent's holder. @throws Fault grant.shape */
export function issueLink(parent: Uint8Array, claims: LinkClaims, sign: Sign): Bytes {
  return issue(draftLink(parent, claims), sign);
}

/** Makes a proof with a key at hand: that of the leaf's holder, or an owner's. @throws Fault grant.shape */
export function makeProof(claims: ProofClaims, sign: Sign): Bytes {
  return issue(draftProof(claims), sign);
}

/** Makes a statement with a key at hand. @throws Fault grant.shape, statement.shape */
export function makeStatement(claims: StatementClaims, sign: Sign): Bytes {
  return issue(draftStatement(claims), sign);
}

/** Makes a revocation list with a key at hand. @throws Fault grant.shape */
export function makeRevocations(claims: RevocationClaims, sign: Sign): Bytes {
  return issue(draftRevocations(claims), sign);
}

function issue(draft: ToBeSigned, sign: Sign): Bytes {
  return seal(draft, sign(toBeSigned(draft)));
}

/** Gives the claims of a link, or of a root where `root` is there. */
function encodeClaims(claims: LinkClaims, root: RootClaims | undefined): Bytes {
  const { name, expiry, notBefore, identifier, key, permissions } = claims;
  const limits = encodeLimits(claims, root);
  const writer = new Writer();
  writer.map(2 + count(name, root, expiry, notBefore, permissions, limits));
  if (name !== undefined) writer.uint(2).text(checkName(name));
  if (root !== undefined) writer.uint(3).text(checkLockId(root.lockId));
  if (expiry !== undefined) writer.uint(4).uint(whole(expiry, 0, ARGUMENT_MAX));
  if (notBefore !== undefined) writer.uint(5).uint(whole(notBefore, 0, ARGUMENT_MAX));
  writer.uint(7).bytes(sized(identifier, IDENTIFIER_BYTES));
  writer
    .uint(8)
    .map(1)
    .uint(1)
    .raw(encodePublicKey(sized(key, KEY_BYTES)));
  if (permissions !== undefined) {
    const scope = new Writer()
      .array(1)
      .array(2)
      .uint(0)
      .uint(whole(permissions, 1, PERMISSIONS_ALL));
    writer.uint(9).bytes(scope.finish());
  }
  if (limits !== undefined) writer.int(LABEL_LIMITS).raw(limits);
  return writer.finish();
}

/** Gives the limits, or undefined where there is none. A depth of 0 and a camera rule of 0 are what their absence says. */
function encodeLimits(claims: LinkClaims, root: RootClaims | undefined): Bytes | undefined {
  const { uses, dwellMinutes } = claims;
  const weeklies = claims.weeklies?.length === 0 ? undefined : claims.weeklies;
  const depth = claims.depth === 0 ? undefined : claims.depth;
  const cameraRule = claims.cameraRule === CAMERA_RULE_NONE ? undefined : claims.cameraRule;
  const entries = count(uses, weeklies, depth, root, cameraRule, dwellMinutes);
  if (entries === 0) return undefined;
  const writer = new Writer().map(entries);
  if (uses !== undefined) writer.uint(1).uint(whole(uses, 1, USES_MAX));
  if (weeklies !== undefined) writeWeeklies(writer.uint(2), weeklies);
  if (depth !== undefined) writer.uint(3).uint(whole(depth, 1, DEPTH_MAX));
  if (root !== undefined) writer.uint(4).uint(whole(root.generation, 0, ARGUMENT_MAX));
  if (cameraRule !== undefined) writer.uint(5).uint(whole(cameraRule, 1, CAMERA_RULE_LIVE));
  if (dwellMinutes !== undefined) writer.uint(6).uint(whole(dwellMinutes, 1, DWELL_MINUTES_MAX));
  return writer.finish();
}

function writeWeeklies(writer: Writer, weeklies: readonly number[]): void {
  check(weeklies.length % 3 === 0 && weeklies.length <= 3 * WEEKLIES_MAX);
  writer.array(weeklies.length / 3);
  for (let index = 0; index < weeklies.length; index += 3) {
    writer.array(3).uint(whole(weeklies[index], 1, WEEKLY_DAYS_MAX));
    writer
      .uint(whole(weeklies[index + 1], 0, WEEKLY_START_MAX))
      .uint(whole(weeklies[index + 2], 1, WEEKLY_MINUTES_MAX));
  }
}

/** How many of these are there. */
function count(...claims: readonly unknown[]): number {
  let there = 0;
  for (const claim of claims) if (claim !== undefined) there++;
  return there;
}

function checkName(name: string): string {
  let bytes = 0;
  for (const character of name) {
    const codePoint = character.codePointAt(0) ?? 0;
    check(codePoint < 0xd800 || codePoint > 0xdfff);
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x1_0000 ? 3 : 4;
  }
  check(bytes >= 1 && bytes <= NAME_BYTES_MAX && isName(name));
  return name;
}

function checkLockId(lockId: string): string {
  check(/^[A-Za-z0-9_-]{11}$/.test(lockId));
  return lockId;
}

function isWhole(value: number, min: number, max: number): boolean {
  return value >>> 0 === value && value >= min && value <= max;
}

function whole(value: number, min: number, max: number): number {
  check(isWhole(value, min, max));
  return value;
}

function sized(bytes: Uint8Array, size: number): Uint8Array {
  check(bytes.length === size);
  return bytes;
}

function check(isInShape: boolean): void {
  if (!isInShape) throw new Fault("grant.shape");
}
