// What an owner asks and is told of codes: users, credentials, the secret of window codes, and a board that offers itself.
// Why: stored codes are set inside an owner's session and nowhere else, since a statement may be carried by others.
// Follows docs/protocol.cddl, requests 16 to 22 and answers 74 and 75.

import type { Bytes } from "../bytes.ts";
import { ARGUMENT_MAX, NONE, type Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import {
  CODE_SECRET_BYTES,
  CREDENTIAL_TYPES,
  type Credential,
  type CredentialType,
  TOTP_SECRET_BYTES_MAX,
  TOTP_SECRET_BYTES_MIN,
} from "../codes/credential.ts";
import {
  readHolidays,
  readSlot,
  readUser,
  readUserIndex,
  readUserSetting,
  type UserSetting,
  writeHolidays,
  writeUser,
  writeUserSetting,
} from "../codes/form.ts";
import { CREDENTIALS_MAX, type Holiday, USERS_MAX, type User } from "../codes/user.ts";
import { KEY_BYTES } from "../crypto/crypto.ts";
import { Fault, unreachable } from "../fault.ts";
import type { Board } from "../grant/body.ts";
import { ROLE_BRIDGE } from "../role.ts";

/** What an owner sets or asks; only an owner session may. */
export type CodeRequest =
  /** Sets or rotates the secret of this owner's window codes: 32 bytes. */
  | { readonly kind: "codeSecret"; readonly id: number; readonly secret: Bytes }
  /** Makes a user, changes one who is there, or removes one. */
  | {
      readonly kind: "user";
      readonly id: number;
      readonly index: number;
      /** Whether nobody has the number, as far as the owner knows. */
      readonly isNew: boolean;
      readonly setting: UserSetting | undefined;
    }
  /** Sets a credential in a free slot, or removes what is in the slot. */
  | {
      readonly kind: "credential";
      readonly id: number;
      readonly slot: number;
      readonly credential: NewCredential | undefined;
    }
  /** The users from a number on. */
  | { readonly kind: "users"; readonly id: number; readonly from: number }
  | { readonly kind: "holidays"; readonly id: number; readonly holidays: readonly Holiday[] }
  /** The board that offers itself on the wire. */
  | { readonly kind: "offer"; readonly id: number };

/** A credential on its way to the lock. */
export interface NewCredential {
  readonly user: number;
  readonly type: CredentialType;
  /** Of a PIN its digits, 6..12 bytes of ASCII; of TOTP the secret, 16..32 bytes. */
  readonly value: Bytes;
}

/** A user with the credentials that they have, as an owner sees them. */
export interface UserView {
  readonly user: User;
  readonly credentials: readonly Pick<Credential, "slot" | "type" | "digits">[];
}

/** What the lock tells of codes. */
export type CodeAnswer =
  /** The users from the number that was asked for, as many as fit: the next request begins after the last. */
  | {
      readonly kind: "users";
      readonly id: number;
      readonly holidays: readonly Holiday[];
      readonly users: readonly UserView[];
    }
  | { readonly kind: "offer"; readonly id: number; readonly board: Board | undefined };

/** The most bytes of users in one answer. */
export const USERS_BYTES_MAX = 2_000;
/** The items of each request. */
export const CODE_REQUEST_ITEMS: Readonly<Record<CodeRequest["kind"], number>> = Object.freeze({
  codeSecret: 3,
  user: 5,
  credential: 4,
  users: 3,
  holidays: 3,
  offer: 2,
});
const NUMBERS: Readonly<Record<CodeRequest["kind"], number>> = Object.freeze({
  codeSecret: 16,
  user: 17,
  credential: 19,
  users: 20,
  holidays: 21,
  offer: 22,
});
export const USERS_ANSWER = 74;
export const OFFER_ANSWER = 75;
/** One user with every credential that there is. */
const VIEW_BYTES_MAX = 512;
const DIGITS_MAX = 12;
const PIN_DIGITS_MIN = 6;
const ZERO = 0x30;
const NINE = 0x39;

/** Gives the kind of a request by its number, or undefined for a number that is none of these. */
export function codeRequestKind(number: number): CodeRequest["kind"] | undefined {
  switch (number) {
    case NUMBERS.codeSecret:
      return "codeSecret";
    case NUMBERS.user:
      return "user";
    case NUMBERS.credential:
      return "credential";
    case NUMBERS.users:
      return "users";
    case NUMBERS.holidays:
      return "holidays";
    case NUMBERS.offer:
      return "offer";
    default:
      return undefined;
  }
}

/** Gives the number of a request. */
export function codeRequestNumber(kind: CodeRequest["kind"]): number {
  return NUMBERS[kind];
}

/** Reads what stands behind the number and the id. @returns `secret` and `value` are views
 *  @throws Fault code.shape, cbor.* */
export function readCodeRequest(reader: Reader, kind: CodeRequest["kind"], id: number): CodeRequest {
  switch (kind) {
    case "codeSecret":
      return { kind, id, secret: reader.readView(CODE_SECRET_BYTES, CODE_SECRET_BYTES) };
    case "user": {
      const index = readUserIndex(reader);
      const isNew = reader.readUint(1) === 1;
      return { kind, id, index, isNew, setting: reader.take(NONE) ? undefined : readUserSetting(reader) };
    }
    case "credential": {
      const slot = readSlot(reader);
      return { kind, id, slot, credential: reader.take(NONE) ? undefined : readNewCredential(reader) };
    }
    case "users":
      return { kind, id, from: reader.readUint(ARGUMENT_MAX) };
    case "holidays":
      return { kind, id, holidays: readHolidays(reader) };
    case "offer":
      return { kind, id };
    default:
      return unreachable(kind);
  }
}

/** Writes what stands behind the number and the id. */
export function writeCodeRequest(writer: Writer, request: CodeRequest): void {
  switch (request.kind) {
    case "codeSecret":
      writer.bytes(request.secret);
      break;
    case "user":
      writer.uint(request.index).uint(request.isNew ? 1 : 0);
      if (request.setting === undefined) writer.array(0);
      else writeUserSetting(writer, request.setting);
      break;
    case "credential": {
      const { slot, credential } = request;
      writer.uint(slot);
      if (credential === undefined) writer.array(0);
      else
        writer.array(3).uint(credential.user).uint(CREDENTIAL_TYPES.indexOf(credential.type)).bytes(credential.value);
      break;
    }
    case "users":
      writer.uint(request.from);
      break;
    case "holidays":
      writeHolidays(writer, request.holidays);
      break;
    case "offer":
      break;
    default:
      unreachable(request);
  }
}

/** Reads an answer's items behind its number and id: one for an offer, two for users. @throws Fault code.shape, cbor.* */
export function readCodeAnswer(reader: Reader, number: number, id: number): CodeAnswer {
  if (number === OFFER_ANSWER) return { kind: "offer", id, board: readOffer(reader) };
  const holidays = readHolidays(reader);
  const users: UserView[] = [];
  for (let left = reader.readArray(0, USERS_MAX); left > 0; left--) users.push(readView(reader));
  return { kind: "users", id, holidays, users };
}

/** Writes an answer whole. */
export function writeCodeAnswer(writer: Writer, answer: CodeAnswer): void {
  if (answer.kind === "offer") {
    writer.array(3).uint(OFFER_ANSWER).uint(answer.id);
    const { board } = answer;
    if (board === undefined) writer.array(0);
    else writer.array(3).uint(board.role).bytes(board.agreementKey).bytes(board.signingKey);
    return;
  }
  writer.array(4).uint(USERS_ANSWER).uint(answer.id);
  writeHolidays(writer, answer.holidays);
  writer.array(answer.users.length);
  for (const view of answer.users) writeView(writer, view);
}

/** Gives a user with the credentials that they have: what they take of an answer. */
export function encodeView(view: UserView): Bytes {
  const writer = new Writer(VIEW_BYTES_MAX);
  writeView(writer, view);
  return writer.finish();
}

function writeView(writer: Writer, { user, credentials }: UserView): void {
  writeUser(writer.array(2), user);
  writer.array(credentials.length);
  for (const { slot, type, digits } of credentials) {
    writer.array(3).uint(slot).uint(CREDENTIAL_TYPES.indexOf(type)).uint(digits);
  }
}

function readView(reader: Reader): UserView {
  reader.readArray(2, 2);
  const user = readUser(reader);
  const credentials: UserView["credentials"][number][] = [];
  for (let left = reader.readArray(0, CREDENTIALS_MAX); left > 0; left--) {
    reader.readArray(3, 3);
    const slot = readSlot(reader);
    const type = CREDENTIAL_TYPES[reader.readUint(CREDENTIAL_TYPES.length - 1)];
    credentials.push({ slot, type, digits: reader.readUint(DIGITS_MAX) });
  }
  return { user, credentials };
}

function readNewCredential(reader: Reader): NewCredential {
  reader.readArray(3, 3);
  const user = readUserIndex(reader);
  const type = CREDENTIAL_TYPES[reader.readUint(CREDENTIAL_TYPES.length - 1)];
  if (type === "totp") return { user, type, value: reader.readView(TOTP_SECRET_BYTES_MIN, TOTP_SECRET_BYTES_MAX) };
  const value = reader.readView(PIN_DIGITS_MIN, DIGITS_MAX);
  for (const digit of value) if (digit < ZERO || digit > NINE) throw new Fault("code.shape");
  return { user, type, value };
}

function readOffer(reader: Reader): Board | undefined {
  if (reader.take(NONE)) return undefined;
  reader.readArray(3, 3);
  const role = reader.readUint(ROLE_BRIDGE);
  if (role === 0) throw new Fault("code.shape");
  const agreementKey = reader.readView(KEY_BYTES, KEY_BYTES);
  return { role, agreementKey, signingKey: reader.readView(KEY_BYTES, KEY_BYTES) };
}
