// What a statement says, kind by kind: read from a message or from the journal, and written for both.
// Why: a statement is kept in the journal as it was signed, so one reader serves both, and a kind is added in one place.
// Follows docs/protocol.md §2.3 and docs/protocol.cddl (`body`).

import type { Bytes } from "../bytes.ts";
import { ARGUMENT_MAX, type Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { encodePublicKey, KID_BYTES, readPublicKey } from "../cose/key.ts";
import { HASH_BYTES } from "../crypto/crypto.ts";
import { Fault, unreachable } from "../fault.ts";
import { ROLE_BRIDGE } from "../role.ts";
import { KEY_BYTES } from "./grant.ts";

export const KIND_ENROL = 2;
export const KIND_REMOVE_BOARD = 3;
export const KIND_CONFIGURE = 4;
export const KIND_ANNOUNCE = 5;
export const KIND_ADD_OWNER = 6;
export const KIND_ACT = 8;
export const KIND_ADOPT = 10;
export const KIND_REMOVE_OWNER = 11;
export const KIND_SET_CLOCK = 12;
export const KIND_ACKNOWLEDGE = 13;
export const KIND_FACTORY_RESET = 14;
export const KIND_CANCEL_RESET = 15;
export const KIND_TRANSFER = 16;

export const CONFIGURATION_ENTRIES_MAX = 16;
export const CONFIGURATION_BYTES_MAX = 64;
export const ZONE_BYTES_MAX = 64;
export const IDENTITY_BYTES = 16;
/** A board as its enrolment names it. */
export interface Board {
  /** 1 keypad, 2 camera, 3 bridge. */
  readonly role: number;
  /** X25519, 32 bytes, a view. */
  readonly agreementKey: Bytes;
  /** Ed25519, 32 bytes, a view. */
  readonly signingKey: Bytes;
}

/** The first owner, or the one to whom the lock passes. Keys are Ed25519, 32 bytes, views. */
export interface Adoption {
  readonly ownerKey: Bytes;
  readonly recoveryKey: Bytes;
  /** A POSIX TZ rule of 1..64 bytes of ASCII, a view; not yet read as a rule. */
  readonly zoneRule: Bytes;
}

/** An image that may be loaded. */
export interface Firmware {
  readonly sequence: number;
  /** Which maker, class of board and slot it is for: 16 bytes, 16 bytes (views), u32. */
  readonly vendor: Bytes;
  readonly boardClass: Bytes;
  readonly slot: number;
  /** SHA-256 of the image, a view. */
  readonly digest: Bytes;
  readonly imageBytes: number;
  /** The lowest sequence that may be loaded after it. */
  readonly rollbackFloor: number;
}

/** One entry of a configuration: u32, or 1..64 bytes, a view. */
export interface Setting {
  readonly key: number;
  readonly value: number | Bytes;
}

/** What a statement says. Identifiers of keys are 8 bytes, views. */
export type Body =
  | { readonly kind: typeof KIND_ENROL; readonly board: Board }
  | { readonly kind: typeof KIND_REMOVE_BOARD; readonly boardKid: Bytes }
  | { readonly kind: typeof KIND_CONFIGURE; readonly settings: readonly Setting[] }
  | { readonly kind: typeof KIND_ANNOUNCE; readonly firmware: Firmware }
  | { readonly kind: typeof KIND_ADD_OWNER; readonly ownerKey: Bytes }
  | { readonly kind: typeof KIND_ACT; readonly operation: 0 | 1 | 4 }
  | { readonly kind: typeof KIND_ADOPT; readonly adoption: Adoption }
  | { readonly kind: typeof KIND_REMOVE_OWNER; readonly ownerKid: Bytes }
  | { readonly kind: typeof KIND_SET_CLOCK; readonly isBackwards: boolean }
  | { readonly kind: typeof KIND_ACKNOWLEDGE }
  | { readonly kind: typeof KIND_FACTORY_RESET }
  | { readonly kind: typeof KIND_CANCEL_RESET }
  | { readonly kind: typeof KIND_TRANSFER; readonly adoption: Adoption };

const KEY_1 = Object.freeze([1]);
const KEY_2 = Object.freeze([2]);
const KEY_3 = Object.freeze([3]);
const KEY_4 = Object.freeze([4]);
const KEY_5 = Object.freeze([5]);
const MAP_OF_THREE = Object.freeze([0xa3]);
const MAP_OF_FIVE = Object.freeze([0xa5]);
const ARRAY_OF_THREE = Object.freeze([0x83]);
/** RFC 9054 §3.1. */
const SHA_256_ALGORITHM = -16;
/** `[-16,`: the head of an array of two, and its first item. */
const SHA_256 = Object.freeze([0x82, 0x2f]);
const BYTE_STRING = 2;

/** Reads the `body` of docs/protocol.cddl, from a statement or from the journal.
 *  @throws Fault statement.shape, cose.key, cbor.* */
export function readBody(reader: Reader): { readonly sequence: number; readonly body: Body } {
  const count = reader.readArray(2, 3);
  const sequence = reader.readUint(ARGUMENT_MAX);
  const kind = reader.readUint(KIND_TRANSFER);
  const body = count === 2 ? readBareBody(kind) : readFullBody(reader, kind);
  return { sequence, body };
}

/** Reads an adoption, from a statement or from the journal. @throws Fault statement.shape, cose.key, cbor.* */
export function readAdoption(reader: Reader): Adoption {
  expect(reader, MAP_OF_THREE);
  expect(reader, KEY_1);
  const ownerKey = readPublicKey(reader);
  expect(reader, KEY_2);
  const recoveryKey = readPublicKey(reader);
  expect(reader, KEY_3);
  const zoneRule = reader.readView(1, ZONE_BYTES_MAX);
  if (!isZoneRule(zoneRule)) throw new Fault("statement.shape");
  return { ownerKey, recoveryKey, zoneRule };
}

/** Gives the `body` of docs/protocol.cddl. Sizes and bounds are checked as they are when it is read.
 *  @throws Fault statement.shape */
export function encodeBody(sequence: number, body: Body): Bytes {
  const isBare = body.kind >= KIND_ACKNOWLEDGE && body.kind <= KIND_CANCEL_RESET;
  const writer = new Writer()
    .array(isBare ? 2 : 3)
    .uint(bounded(sequence, ARGUMENT_MAX))
    .uint(body.kind);
  switch (body.kind) {
    case KIND_ENROL:
      writeBoard(writer, body.board);
      break;
    case KIND_REMOVE_BOARD:
      writer.bytes(sized(body.boardKid, KID_BYTES));
      break;
    case KIND_CONFIGURE:
      writeSettings(writer, body.settings);
      break;
    case KIND_ANNOUNCE:
      writeFirmware(writer, body.firmware);
      break;
    case KIND_ADD_OWNER:
      writer.raw(encodePublicKey(sized(body.ownerKey, KEY_BYTES)));
      break;
    case KIND_ACT:
      writer.uint(body.operation);
      break;
    case KIND_ADOPT:
    case KIND_TRANSFER:
      writeAdoption(writer, body.adoption);
      break;
    case KIND_REMOVE_OWNER:
      writer.bytes(sized(body.ownerKid, KID_BYTES));
      break;
    case KIND_SET_CLOCK:
      writer.uint(body.isBackwards ? 1 : 0);
      break;
    case KIND_ACKNOWLEDGE:
    case KIND_FACTORY_RESET:
    case KIND_CANCEL_RESET:
      break;
    default:
      unreachable(body);
  }
  return writer.finish();
}

/** Writes an adoption. docs/protocol.cddl, `adoption`. @throws Fault statement.shape */
export function writeAdoption(writer: Writer, adoption: Adoption): void {
  const { ownerKey, recoveryKey, zoneRule } = adoption;
  if (!isZoneRule(zoneRule)) throw new Fault("statement.shape");
  writer
    .map(3)
    .uint(1)
    .raw(encodePublicKey(sized(ownerKey, KEY_BYTES)));
  writer
    .uint(2)
    .raw(encodePublicKey(sized(recoveryKey, KEY_BYTES)))
    .uint(3)
    .bytes(zoneRule);
}

/** Moves past `pattern`. @throws Fault statement.shape where anything else comes next */
export function expect(reader: Reader, pattern: readonly number[]): void {
  if (!reader.take(pattern)) throw new Fault("statement.shape");
}

function readBareBody(kind: number): Body {
  switch (kind) {
    case KIND_ACKNOWLEDGE:
    case KIND_FACTORY_RESET:
    case KIND_CANCEL_RESET:
      return { kind };
    default:
      throw new Fault("statement.shape");
  }
}

function readFullBody(reader: Reader, kind: number): Body {
  switch (kind) {
    case KIND_ENROL:
      return { kind, board: readBoard(reader) };
    case KIND_REMOVE_BOARD:
      return { kind, boardKid: reader.readView(KID_BYTES, KID_BYTES) };
    case KIND_CONFIGURE:
      return { kind, settings: readSettings(reader) };
    case KIND_ANNOUNCE:
      return { kind, firmware: readFirmware(reader) };
    case KIND_ADD_OWNER:
      return { kind, ownerKey: readPublicKey(reader) };
    case KIND_ACT: {
      const operation = reader.readUint(4);
      if (operation !== 0 && operation !== 1 && operation !== 4) throw new Fault("statement.shape");
      return { kind, operation };
    }
    case KIND_ADOPT:
    case KIND_TRANSFER:
      return { kind, adoption: readAdoption(reader) };
    case KIND_REMOVE_OWNER:
      return { kind, ownerKid: reader.readView(KID_BYTES, KID_BYTES) };
    case KIND_SET_CLOCK:
      return { kind, isBackwards: reader.readUint(1) === 1 };
    default:
      throw new Fault("statement.shape");
  }
}

function readBoard(reader: Reader): Board {
  expect(reader, MAP_OF_THREE);
  expect(reader, KEY_1);
  const role = reader.readUint(ROLE_BRIDGE);
  if (role === 0) throw new Fault("statement.shape");
  expect(reader, KEY_2);
  const agreementKey = reader.readView(KEY_BYTES, KEY_BYTES);
  expect(reader, KEY_3);
  return { role, agreementKey, signingKey: reader.readView(KEY_BYTES, KEY_BYTES) };
}

/** Reads a map of settings. docs/protocol.cddl, `body` kind 4. @throws Fault statement.shape, cbor.* */
export function readSettings(reader: Reader): readonly Setting[] {
  const settings: Setting[] = [];
  let key: number | undefined;
  for (let left = reader.readMap(1, CONFIGURATION_ENTRIES_MAX); left > 0; left--) {
    key = reader.readKey(key);
    if (key < 0) throw new Fault("statement.shape");
    const isBytes = reader.nextMajorType() === BYTE_STRING;
    settings.push({
      key,
      value: isBytes ? reader.readView(1, CONFIGURATION_BYTES_MAX) : reader.readUint(ARGUMENT_MAX),
    });
  }
  return settings;
}

function readFirmware(reader: Reader): Firmware {
  expect(reader, MAP_OF_FIVE);
  expect(reader, KEY_1);
  const sequence = reader.readUint(ARGUMENT_MAX);
  expect(reader, KEY_2);
  expect(reader, ARRAY_OF_THREE);
  const vendor = reader.readView(IDENTITY_BYTES, IDENTITY_BYTES);
  const boardClass = reader.readView(IDENTITY_BYTES, IDENTITY_BYTES);
  const slot = reader.readUint(ARGUMENT_MAX);
  expect(reader, KEY_3);
  expect(reader, SHA_256);
  const digest = reader.readView(HASH_BYTES, HASH_BYTES);
  expect(reader, KEY_4);
  const imageBytes = reader.readUint(ARGUMENT_MAX);
  expect(reader, KEY_5);
  return { sequence, vendor, boardClass, slot, digest, imageBytes, rollbackFloor: reader.readUint(ARGUMENT_MAX) };
}

function writeBoard(writer: Writer, board: Board): void {
  const { role, agreementKey, signingKey } = board;
  if (role === 0) throw new Fault("statement.shape");
  writer.map(3).uint(1).uint(bounded(role, ROLE_BRIDGE));
  writer.uint(2).bytes(sized(agreementKey, KEY_BYTES)).uint(3).bytes(sized(signingKey, KEY_BYTES));
}

/** Writes a map of settings, keys in order. @throws Fault statement.shape */
export function writeSettings(writer: Writer, settings: readonly Setting[]): void {
  const count = settings.length;
  if (count < 1 || count > CONFIGURATION_ENTRIES_MAX) throw new Fault("statement.shape");
  writer.map(count);
  for (let index = 0; index < count; index++) {
    if (index > 0 && settings[index].key <= settings[index - 1].key) throw new Fault("statement.shape");
    writeSetting(writer, settings[index]);
  }
}

function writeSetting(writer: Writer, { key, value }: Setting): void {
  writer.uint(bounded(key, ARGUMENT_MAX));
  if (typeof value === "number") writer.uint(bounded(value, ARGUMENT_MAX));
  else if (value.length < 1 || value.length > CONFIGURATION_BYTES_MAX) throw new Fault("statement.shape");
  else writer.bytes(value);
}

function writeFirmware(writer: Writer, firmware: Firmware): void {
  const { sequence, vendor, boardClass, slot, digest, imageBytes, rollbackFloor } = firmware;
  writer.map(5).uint(1).uint(bounded(sequence, ARGUMENT_MAX));
  writer.uint(2).array(3).bytes(sized(vendor, IDENTITY_BYTES)).bytes(sized(boardClass, IDENTITY_BYTES));
  writer.uint(bounded(slot, ARGUMENT_MAX));
  writer.uint(3).array(2).int(SHA_256_ALGORITHM).bytes(sized(digest, HASH_BYTES));
  writer.uint(4).uint(bounded(imageBytes, ARGUMENT_MAX)).uint(5).uint(bounded(rollbackFloor, ARGUMENT_MAX));
}

function isZoneRule(rule: Bytes): boolean {
  if (rule.length < 1 || rule.length > ZONE_BYTES_MAX) return false;
  for (const byte of rule) if (byte < 0x20 || byte > 0x7e) return false;
  return true;
}

function bounded(value: number, max: number): number {
  if (value >>> 0 !== value || value > max) throw new Fault("statement.shape");
  return value;
}

function sized(bytes: Bytes, size: number): Bytes {
  if (bytes.length !== size) throw new Fault("statement.shape");
  return bytes;
}
