// The plaintexts inside a session: what a phone asks, what the lock answers, and what it tells unasked.
// Why: both sides read strangers' bytes, so each message has one shape and one form, checked before anything acts on it.
// Follows docs/protocol.cddl, "Inside a session"; the signed objects inside stay sealed byte strings here.

import type { Bytes } from "../bytes.ts";
import { MESSAGE_BYTES_MAX, Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { assert, Fault, unreachable } from "../fault.ts";
import { type Denial, denialNumber, denialOf } from "../grant/denial.ts";
import type { Region } from "../journal/record.ts";
import {
  CODE_REQUEST_ITEMS,
  type CodeAnswer,
  type CodeRequest,
  codeRequestKind,
  codeRequestNumber,
  OFFER_ANSWER,
  readCodeAnswer,
  readCodeRequest,
  USERS_ANSWER,
  writeCodeAnswer,
  writeCodeRequest,
} from "./codes.ts";
import { type NetworkRequest, readCredentials, writeCredentials } from "./network.ts";
import {
  type Head,
  LINK_BYTES,
  readHeads,
  readRegion,
  readStatus,
  type Status,
  writeHeads,
  writeStatus,
} from "./status.ts";
import {
  readTicketAnswer,
  readTicketRequest,
  TICKET_ANSWER,
  TICKET_ANSWER_ITEMS,
  TICKET_REQUEST,
  TICKET_REQUEST_ITEMS,
  type TicketAnswer,
  type TicketRequest,
  writeTicketAnswer,
  writeTicketRequest,
} from "./viewing.ts";

export type { Region } from "../journal/record.ts";
export type {
  BoardRole,
  BoardState,
  BoltState,
  CodesState,
  ContactState,
  Head,
  OperatingMode,
  OwnerState,
  SecretState,
  Status,
} from "./status.ts";
export { CHALLENGE_BYTES, encodeWelcome, parseWelcome, type Welcome } from "./welcome.ts";

/** The most bytes of records in one answer. */
export const RECORDS_BYTES_MAX = 2_176;
/** The most bytes of one answer's plaintext: the records and the head before them. */
export const ANSWER_BYTES_MAX = 2_304;
/** The most bytes of a Roughtime server's answer. */
export const TIME_BYTES_MAX = 1_200;

const U32_MAX = 0xffff_ffff;
const DENIAL_MAX = 63;
const TIME_NONCE_BYTES = 32;

/** What a phone asks. `id` is the phone's own u32; a repeat with the same one is answered, not done again. */
export type Request =
  /** A holder proof, whole. */
  | { readonly kind: "prove"; readonly id: number; readonly message: Bytes }
  /** A statement or a revocation list, whole. */
  | { readonly kind: "statement"; readonly id: number; readonly message: Bytes }
  | { readonly kind: "status"; readonly id: number }
  /** Records of one region from a sequence number on. */
  | { readonly kind: "fetch"; readonly id: number; readonly region: Region; readonly from: number }
  /** Asks for a Roughtime nonce for the server of that index. */
  | { readonly kind: "timeRequest"; readonly id: number; readonly server: number }
  /** The server's answer, 1..1,200 bytes. */
  | { readonly kind: "timeResponse"; readonly id: number; readonly response: Bytes }
  | { readonly kind: "bye"; readonly id: number }
  /** What the owner now holds: 1..3 heads. */
  | { readonly kind: "fetched"; readonly id: number; readonly heads: readonly Head[] }
  | { readonly kind: "checkpoint"; readonly id: number }
  /** The last checkpoint of whom the lock was before it was reset. */
  | { readonly kind: "farewell"; readonly id: number }
  | NetworkRequest
  | TicketRequest
  | CodeRequest;

/** What the lock answers, with the id of the request. */
export type Answer =
  | { readonly kind: "yes"; readonly id: number }
  /** `denial` is undefined outside an owner session, and where this version has no name for the number. */
  | { readonly kind: "no"; readonly id: number; readonly denial: Denial | undefined }
  | { readonly kind: "status"; readonly id: number; readonly status: Status }
  /** Whole records from `first` on, 0..2,176 bytes; `previousLink` is the chain's link before them (32 bytes). */
  | {
      readonly kind: "records";
      readonly id: number;
      readonly region: Region;
      readonly first: number;
      readonly previousLink: Bytes;
      readonly bytes: Bytes;
    }
  /** A Roughtime nonce, 32 bytes. */
  | { readonly kind: "nonce"; readonly id: number; readonly nonce: Bytes }
  /** A signed checkpoint, whole. */
  | { readonly kind: "checkpoint"; readonly id: number; readonly message: Bytes }
  | TicketAnswer
  | CodeAnswer;

/** What the door does during one's visit. */
export type NoticeEvent = (typeof EVENTS)[number];

/** A message that answers no request. The receipt is signed by the lock and stands behind `locked` only. */
export interface Notice {
  readonly kind: "notice";
  readonly event: NoticeEvent;
  readonly receipt: Bytes | undefined;
}

const PROVE = 1;
const STATEMENT = 2;
const STATUS = 3;
const FETCH = 4;
const TIME_REQUEST = 5;
const TIME_RESPONSE = 6;
const BYE = 7;
const FETCHED = 8;
const CHECKPOINT = 9;
const FAREWELL = 10;
const JOIN_NETWORK = 18;
const LEAVE_NETWORK = 23;
const YES_OR_NO = 64;
const STATUS_ANSWER = 67;
const RECORDS = 68;
const NONCE = 69;
const CHECKPOINT_ANSWER = 73;
const NOTICE = 96;

/** `bell` and `duress` are told to owners only. */
const EVENTS = Object.freeze([
  "opened",
  "closed",
  "locked",
  "jammed",
  "unlocked",
  "aborted",
  "bell",
  "duress",
  "alarm",
] as const);

/** Reads a request. docs/protocol.cddl, `request`.
 *  @param plaintext at most 1,600 bytes @returns its byte strings are views
 *  @throws Fault link.shape, cbor.* */
export function parseRequest(plaintext: Bytes): Request {
  return readRequest(new Reader(plaintext));
}

/** Reads a request. See `parseRequest`. @param reader at the start of a plaintext that fills its buffer */
export function readRequest(reader: Reader): Request {
  const items = reader.readArray(2, 5);
  const number = reader.readUint(U32_MAX);
  if (items !== itemsOfRequest(number)) throw new Fault("link.shape");
  const id = reader.readUint(U32_MAX);
  const kind = codeRequestKind(number);
  const request = kind === undefined ? readAsked(reader, number, id) : readCodeRequest(reader, kind, id);
  reader.end();
  return request;
}

/** Gives the plaintext of a request. */
export function encodeRequest(request: Request): Bytes {
  const writer = new Writer(MESSAGE_BYTES_MAX);
  const number = numberOfRequest(request);
  writer.array(itemsOfRequest(number)).uint(number).uint(request.id);
  if (request.kind === "prove" || request.kind === "statement") writer.bytes(request.message);
  else if (request.kind === "fetch") writer.uint(request.region).uint(request.from);
  else if (request.kind === "timeRequest") writer.uint(request.server);
  else if (request.kind === "timeResponse") writer.bytes(request.response);
  else if (request.kind === "fetched") writeHeads(writer, request.heads);
  else if (request.kind === "joinNetwork") writeCredentials(writer, request.credentials);
  else if (request.kind === "ticket") writeTicketRequest(writer, request);
  else if (isCodeRequest(request)) writeCodeRequest(writer, request);
  return writer.finish();
}

/** Reads what the lock sent: an answer, or a notice. docs/protocol.cddl, `answer` and `notice`.
 *  @param plaintext at most 2,304 bytes @returns its byte strings are views
 *  @throws Fault link.shape, cbor.* */
export function parseAnswer(plaintext: Bytes): Answer | Notice {
  const reader = new Reader(plaintext, ANSWER_BYTES_MAX);
  const items = reader.readArray(3, 6);
  const number = reader.readUint(U32_MAX);
  const id = reader.readUint(U32_MAX);
  const answer = number === NOTICE ? readNotice(reader, items, id) : readAnswer(reader, { items, number, id });
  reader.end();
  return answer;
}

/** Gives the plaintext of an answer. */
export function encodeAnswer(answer: Answer): Bytes {
  const writer = new Writer(ANSWER_BYTES_MAX);
  switch (answer.kind) {
    case "yes":
      writer.array(3).uint(YES_OR_NO).uint(answer.id).uint(1);
      break;
    case "no":
      writer
        .array(answer.denial === undefined ? 3 : 4)
        .uint(YES_OR_NO)
        .uint(answer.id)
        .uint(0);
      if (answer.denial !== undefined) writer.uint(denialNumber(answer.denial));
      break;
    case "status":
      writeStatus(writer.array(3).uint(STATUS_ANSWER).uint(answer.id), answer.status);
      break;
    case "records":
      assert(answer.previousLink.length === LINK_BYTES, "a link has 32 bytes");
      assert(answer.bytes.length <= RECORDS_BYTES_MAX, "records fit their answer");
      writer.array(6).uint(RECORDS).uint(answer.id).uint(answer.region);
      writer.uint(answer.first).bytes(answer.previousLink).bytes(answer.bytes);
      break;
    case "nonce":
      assert(answer.nonce.length === TIME_NONCE_BYTES, "a Roughtime nonce has 32 bytes");
      writer.array(3).uint(NONCE).uint(answer.id).bytes(answer.nonce);
      break;
    case "checkpoint":
      writer.array(3).uint(CHECKPOINT_ANSWER).uint(answer.id).bytes(answer.message);
      break;
    case "ticket":
      writeTicketAnswer(writer, answer);
      break;
    case "users":
    case "offer":
      writeCodeAnswer(writer, answer);
      break;
    default:
      unreachable(answer);
  }
  return writer.finish();
}

/** Gives the plaintext of a notice. */
export function encodeNotice(notice: Notice): Bytes {
  assert(notice.receipt === undefined || notice.event === "locked", "a receipt says that the door is locked");
  const writer = new Writer();
  const event = EVENTS.indexOf(notice.event) + 1;
  writer
    .array(notice.receipt === undefined ? 3 : 4)
    .uint(NOTICE)
    .uint(0)
    .uint(event);
  if (notice.receipt !== undefined) writer.bytes(notice.receipt);
  return writer.finish();
}

/** How many items a request of that number has.
 *  @throws Fault link.shape for a number that is no request's */
function itemsOfRequest(number: number): number {
  const kind = codeRequestKind(number);
  if (kind !== undefined) return CODE_REQUEST_ITEMS[kind];
  switch (number) {
    case STATUS:
    case BYE:
    case CHECKPOINT:
    case FAREWELL:
    case LEAVE_NETWORK:
      return 2;
    case PROVE:
    case STATEMENT:
    case TIME_REQUEST:
    case TIME_RESPONSE:
    case FETCHED:
      return 3;
    case FETCH:
    case JOIN_NETWORK:
      return 4;
    case TICKET_REQUEST:
      return TICKET_REQUEST_ITEMS;
    default:
      throw new Fault("link.shape");
  }
}

function numberOfRequest(request: Request): number {
  switch (request.kind) {
    case "prove":
      return PROVE;
    case "statement":
      return STATEMENT;
    case "status":
      return STATUS;
    case "fetch":
      return FETCH;
    case "timeRequest":
      return TIME_REQUEST;
    case "timeResponse":
      return TIME_RESPONSE;
    case "bye":
      return BYE;
    case "fetched":
      return FETCHED;
    case "checkpoint":
      return CHECKPOINT;
    case "farewell":
      return FAREWELL;
    case "joinNetwork":
      return JOIN_NETWORK;
    case "leaveNetwork":
      return LEAVE_NETWORK;
    case "ticket":
      return TICKET_REQUEST;
    default:
      return codeRequestNumber(request.kind);
  }
}

function isCodeRequest(request: Request): request is CodeRequest {
  return request.kind in CODE_REQUEST_ITEMS;
}

/** Reads what stands behind the number and the id. */
function readAsked(reader: Reader, number: number, id: number): Request {
  switch (number) {
    case PROVE:
      return { kind: "prove", id, message: reader.readView(1, MESSAGE_BYTES_MAX) };
    case STATEMENT:
      return { kind: "statement", id, message: reader.readView(1, MESSAGE_BYTES_MAX) };
    case STATUS:
      return { kind: "status", id };
    case FETCH:
      return { kind: "fetch", id, region: readRegion(reader), from: reader.readUint(U32_MAX) };
    case TIME_REQUEST:
      return { kind: "timeRequest", id, server: reader.readUint(U32_MAX) };
    case TIME_RESPONSE:
      return { kind: "timeResponse", id, response: reader.readView(1, TIME_BYTES_MAX) };
    case BYE:
      return { kind: "bye", id };
    case FETCHED:
      return { kind: "fetched", id, heads: readHeads(reader, 1) };
    case CHECKPOINT:
      return { kind: "checkpoint", id };
    case FAREWELL:
      return { kind: "farewell", id };
    case TICKET_REQUEST:
      return readTicketRequest(reader, id);
    case JOIN_NETWORK:
      return { kind: "joinNetwork", id, credentials: readCredentials(reader) };
    case LEAVE_NETWORK:
      return { kind: "leaveNetwork", id };
    default:
      throw new Fault("link.shape");
  }
}

function readNotice(reader: Reader, items: number, id: number): Notice {
  if (id !== 0 || items > 4) throw new Fault("link.shape");
  const event = EVENTS[reader.readUint(U32_MAX) - 1];
  if (event === undefined) throw new Fault("link.shape");
  if (items === 3) return { kind: "notice", event, receipt: undefined };
  if (event !== "locked") throw new Fault("link.shape");
  return { kind: "notice", event, receipt: reader.readView(1, MESSAGE_BYTES_MAX) };
}

function readAnswer(reader: Reader, head: { items: number; number: number; id: number }): Answer {
  const { items, number, id } = head;
  if (number === YES_OR_NO && items <= 4) {
    if (items === 3) return reader.readUint(1) === 1 ? { kind: "yes", id } : { kind: "no", id, denial: undefined };
    if (reader.readUint(1) !== 0) throw new Fault("link.shape");
    const denial = reader.readUint(DENIAL_MAX);
    if (denial === 0) throw new Fault("link.shape");
    return { kind: "no", id, denial: denialOf(denial) };
  }
  if (number === RECORDS && items === 6) {
    const region = readRegion(reader);
    const first = reader.readUint(U32_MAX);
    const previousLink = reader.readView(LINK_BYTES, LINK_BYTES);
    return { kind: "records", id, region, first, previousLink, bytes: reader.readView(0, RECORDS_BYTES_MAX) };
  }
  if (number === TICKET_ANSWER && items === TICKET_ANSWER_ITEMS) return readTicketAnswer(reader, id);
  if (number === USERS_ANSWER && items === 4) return readCodeAnswer(reader, number, id);
  if (items !== 3) throw new Fault("link.shape");
  if (number === OFFER_ANSWER) return readCodeAnswer(reader, number, id);
  if (number === STATUS_ANSWER) return { kind: "status", id, status: readStatus(reader) };
  if (number === NONCE) return { kind: "nonce", id, nonce: reader.readView(TIME_NONCE_BYTES, TIME_NONCE_BYTES) };
  if (number === CHECKPOINT_ANSWER) return { kind: "checkpoint", id, message: reader.readView(1, MESSAGE_BYTES_MAX) };
  throw new Fault("link.shape");
}
