// What an owner has taken back: one cumulative list for each owner key, and whether a chain is in any of them.
// Why: a list only restricts, so anybody may carry it, late or twice; it needs a number that rises and no challenge. Lists
// of different owners are united, and none can undo another's.
// Follows docs/protocol.md §2.3 ("Revocation") and docs/protocol.cddl (`revocations`, `list-3`); compare RFC 9770.

import { type Bytes, newBytes } from "../bytes.ts";
import { ARGUMENT_MAX, Reader } from "../cbor/decode.ts";
import type { Writer } from "../cbor/encode.ts";
import { readHeader } from "../cose/header.ts";
import { KID_BYTES } from "../cose/key.ts";
import { readSign1, type Sign1, verifySign1 } from "../cose/sign1.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { Fault } from "../fault.ts";
import { heldList } from "../lists.ts";
import { type Seconds, seconds } from "../platform.ts";
import { expect } from "./body.ts";
import type { Chain, ChainContext } from "./chain.ts";
import type { Denial } from "./denial.ts";
import { LOCK_ID_BYTES } from "./grant.ts";
import { holdsName, NAME_BYTES, readNames, writeNames } from "./names.ts";
import { GENERATION_STEP_MAX, isNextSequence } from "./statement.ts";
import { TYP_REVOCATIONS } from "./typ.ts";

export const REVOKED_MAX = 48;
export const HOLDERS_MAX = 16;
export const CODES_MAX = 16;

/** One keypad code that its owner has taken back. */
export interface RevokedCode {
  readonly codeClass: number;
  readonly serial: number;
  readonly start: number;
}

/** All that one owner key has taken back. Names stand side by side in one byte string: a decision walks them
 *  in one loop, and 48 of them cost 400 bytes of heap and not 10,000. */
export interface RevocationList {
  /** The identifier of the owner key, 8 bytes. */
  readonly owner: Bytes;
  /** `rseq`, u32. */
  readonly sequence: number;
  /** Roots of this owner below it are void; u32. */
  readonly generation: number;
  /** link8 of at most 48 links, 8 bytes each. */
  readonly revoked: Bytes;
  /** For each of them the time until which it must be remembered. */
  readonly untils: readonly Seconds[];
  /** kid8 of at most 16 holder keys, 8 bytes each. */
  readonly holders: Bytes;
  /** At most 16. */
  readonly codes: readonly RevokedCode[];
}

/** What a lock knows when it verifies a list. */
export type RevocationContext = ChainContext;

/** A list that has been read, of which nothing has been verified. */
export interface UnverifiedRevocations {
  readonly message: Sign1;
  /** The lock that it is for, 11 bytes, a view. */
  readonly lock: Bytes;
  readonly issuedAt: Seconds;
  readonly list: RevocationList;
}

const KEY_LOCK = Object.freeze([3]);
const KEY_ISSUED_AT = Object.freeze([6]);
const KEY_LIST = Object.freeze([0x3a, 0x00, 0x01, 0x00, 0x03]);
const MAP_OF_FIVE = Object.freeze([0xa5]);
const KEY_1 = Object.freeze([1]);
const KEY_2 = Object.freeze([2]);
const KEY_3 = Object.freeze([3]);
const KEY_4 = Object.freeze([4]);
const KEY_5 = Object.freeze([5]);
const ARRAY_OF_TWO = Object.freeze([0x82]);
const ARRAY_OF_THREE = Object.freeze([0x83]);

/** Verifies a list. Whether it may replace the stored one is `judgeSuccession`'s question.
 *  @param message at most 1,600 bytes; nothing of it is kept
 *  @returns the list, or: lock, unknown-key, signature
 *  @throws Fault statement.shape, cose.*, cbor.* */
export function verifyRevocations(crypto: Crypto, message: Bytes, context: RevocationContext): RevocationList | Denial {
  const unverified = readRevocations(new Reader(message));
  const { list } = unverified;
  if (!crypto.isEqual(unverified.lock, context.lockId)) return "lock";
  const publicKey = context.ownerKey(list.owner);
  if (publicKey === undefined) return "unknown-key";
  return verifySign1(crypto, unverified.message, { publicKey }) ? list : "signature";
}

/** Reads a list without trusting it. docs/protocol.cddl, `rev-claims`.
 *  @param reader at the start of a message that fills its buffer
 *  @throws Fault statement.shape, cose.*, cbor.* */
export function readRevocations(reader: Reader): UnverifiedRevocations {
  const message = readSign1(reader);
  reader.end();
  const { kid, typ } = readHeader(reader, message);
  if (kid === undefined || typ !== TYP_REVOCATIONS) throw new Fault("statement.shape");
  reader.moveTo(message.payloadStart, message.payloadEnd);
  reader.readMap(3, 3);
  expect(reader, KEY_LOCK);
  const lockStart = reader.readTextBytes(LOCK_ID_BYTES, LOCK_ID_BYTES);
  const lock = reader.bytes.subarray(lockStart, reader.offset);
  expect(reader, KEY_ISSUED_AT);
  const issuedAt = seconds(reader.readUint(ARGUMENT_MAX));
  expect(reader, KEY_LIST);
  expect(reader, MAP_OF_FIVE);
  expect(reader, KEY_1);
  const sequence = reader.readUint(ARGUMENT_MAX);
  expect(reader, KEY_2);
  const generation = reader.readUint(ARGUMENT_MAX);
  expect(reader, KEY_3);
  const { revoked, untils } = readRevoked(reader);
  expect(reader, KEY_4);
  const holders = readNames(reader, HOLDERS_MAX);
  expect(reader, KEY_5);
  const codes = readCodes(reader);
  reader.end();
  return {
    message,
    lock,
    issuedAt,
    list: { owner: kid.slice(), sequence, generation, revoked, untils, holders, codes },
  };
}

/** Reads a list as the journal keeps it. docs/protocol.cddl, `list-3`.
 *  @throws Fault cbor.*, statement.shape */
export function readList(reader: Reader): RevocationList {
  reader.readArray(6, 6);
  const owner = reader.readView(KID_BYTES, KID_BYTES).slice();
  const sequence = reader.readUint(ARGUMENT_MAX);
  const generation = reader.readUint(ARGUMENT_MAX);
  const { revoked, untils } = readRevoked(reader);
  const holders = readNames(reader, HOLDERS_MAX);
  return { owner, sequence, generation, revoked, untils, holders, codes: readCodes(reader) };
}

/** Writes a list as the journal keeps it. docs/protocol.cddl, `list-3`. */
export function writeList(writer: Writer, list: RevocationList): void {
  writer.array(6).bytes(list.owner).uint(list.sequence).uint(list.generation);
  writeRevoked(writer, list);
  writeNames(writer, list.holders);
  writeCodes(writer, list);
}

/** Writes the five entries of `rev-claims`' own map. docs/protocol.cddl, -65540. */
export function writeEntries(writer: Writer, list: RevocationList): void {
  writer.map(5).uint(1).uint(list.sequence).uint(2).uint(list.generation);
  writer.uint(3);
  writeRevoked(writer, list);
  writer.uint(4);
  writeNames(writer, list.holders);
  writer.uint(5);
  writeCodes(writer, list);
}

/** Says why a list may not take the place of the one that the lock holds of the same owner, or undefined where it may.
 *  It replaces it as a whole. @param former undefined where there is none @returns sequence or generation */
export function judgeSuccession(former: RevocationList | undefined, offered: RevocationList): Denial | undefined {
  const sequence = former === undefined ? 0 : former.sequence;
  const generation = former === undefined ? 0 : former.generation;
  if (!isNextSequence(sequence, offered.sequence)) return "sequence";
  const isSameGeneration = offered.generation === generation;
  return isSameGeneration || isNextSequence(generation, offered.generation, GENERATION_STEP_MAX)
    ? undefined
    : "generation";
}

/** Says why a chain is void by what owners have taken back, or undefined where it is not. docs/protocol.md §2.2, step 5.
 *  @param lists one for each owner that has one
 *  @returns revoked (any link, in any list), holder (any holder key, in any list), generation (the root, in the list of
 *    the owner who signed it) */
export function judgeRevocation(crypto: Crypto, chain: Chain, lists: readonly RevocationList[]): Denial | undefined {
  const { links } = chain;
  // By index: each iterator would cost 200 bytes of heap in the middle of a decision.
  for (let index = 0; index < lists.length; index++) {
    const { revoked } = lists[index];
    for (let link = 0; link < links.length; link++) if (holdsName(crypto, revoked, links[link].link8)) return "revoked";
  }
  for (let index = 0; index < lists.length; index++) {
    const { holders } = lists[index];
    for (let link = 0; link < links.length; link++) if (holdsName(crypto, holders, links[link].kid8)) return "holder";
  }
  const generation = links[0].grant.generation ?? 0;
  for (let index = 0; index < lists.length; index++) {
    const list = lists[index];
    if (generation < list.generation && crypto.isEqual(list.owner, chain.owner)) return "generation";
  }
  return undefined;
}

/** Gives a list without the links whose time is past: those that nothing can bring back, since the clock never falls.
 *  Holder keys stay, and so do codes, whose end the code classes know.
 *  @param lo the earliest that it can be now @returns the list itself where nothing is to be forgotten */
export function prune(list: RevocationList, lo: Seconds): RevocationList {
  const { revoked, untils } = list;
  let kept = 0;
  for (const until of untils) if (until >= lo) kept++;
  if (kept === untils.length) return list;
  const keptRevoked = newBytes(kept * NAME_BYTES);
  const keptUntils: Seconds[] = [];
  for (let index = 0; index < untils.length; index++) {
    if (untils[index] < lo) continue;
    const start = index * NAME_BYTES;
    keptRevoked.set(revoked.subarray(start, start + NAME_BYTES), keptUntils.length * NAME_BYTES);
    keptUntils.push(untils[index]);
  }
  return { ...list, revoked: keptRevoked, untils: heldList(keptUntils) };
}

function readRevoked(reader: Reader): { readonly revoked: Bytes; readonly untils: readonly Seconds[] } {
  const count = reader.readArray(0, REVOKED_MAX);
  const revoked = newBytes(count * NAME_BYTES);
  const untils: Seconds[] = [];
  for (let index = 0; index < count; index++) {
    expect(reader, ARRAY_OF_TWO);
    revoked.set(reader.readView(NAME_BYTES, NAME_BYTES), index * NAME_BYTES);
    untils.push(seconds(reader.readUint(ARGUMENT_MAX)));
  }
  return { revoked, untils: heldList(untils) };
}

function readCodes(reader: Reader): readonly RevokedCode[] {
  const codes: RevokedCode[] = [];
  for (let left = reader.readArray(0, CODES_MAX); left > 0; left--) {
    expect(reader, ARRAY_OF_THREE);
    const codeClass = reader.readUint(ARGUMENT_MAX);
    const serial = reader.readUint(ARGUMENT_MAX);
    codes.push({ codeClass, serial, start: reader.readUint(ARGUMENT_MAX) });
  }
  return heldList(codes);
}

function writeRevoked(writer: Writer, list: RevocationList): void {
  const { revoked, untils } = list;
  writer.array(untils.length);
  for (let index = 0; index < untils.length; index++) {
    const start = index * NAME_BYTES;
    writer
      .array(2)
      .bytes(revoked.subarray(start, start + NAME_BYTES))
      .uint(untils[index]);
  }
}

function writeCodes(writer: Writer, list: RevocationList): void {
  writer.array(list.codes.length);
  // By index: it is written at the bottom of a board's stack, where an iterator takes eight slots.
  for (let index = 0; index < list.codes.length; index++) {
    writer.array(3).uint(list.codes[index].codeClass).uint(list.codes[index].serial).uint(list.codes[index].start);
  }
}
