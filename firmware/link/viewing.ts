// What a phone asks and is told of a camera: a ticket to look through it, and how it was when the lock last heard of it.
// Why: a phone looks through the camera itself, past the lock; the lock only says who may, for a minute, and names both keys.
// Follows docs/protocol.cddl, request 11, answer 76 and `status` key 18.

import type { Bytes } from "../bytes.ts";
import type { Reader } from "../cbor/decode.ts";
import type { Writer } from "../cbor/encode.ts";
import { KEY_BYTES } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import { flagsOf, type Heartbeat, readFlags, TICKET_BYTES, TICKET_SECONDS_MAX } from "./witness.ts";

/** Asks to look: with a key made for this, and with what rights (RIGHT_* bits, 1..7). */
export interface TicketRequest {
  readonly kind: "ticket";
  readonly id: number;
  /** X25519, 32 bytes. */
  readonly viewerKey: Bytes;
  readonly rights: number;
}

/** The ticket, with the keys of the camera that takes it. */
export interface TicketAnswer {
  readonly kind: "ticket";
  readonly id: number;
  /** 8 bytes. */
  readonly ticket: Bytes;
  /** The camera's: X25519 and Ed25519, 32 bytes each. */
  readonly agreementKey: Bytes;
  readonly signingKey: Bytes;
  /** For how long a session may be opened with it, 1..60. */
  readonly seconds: number;
}

/** The newest heartbeat of the camera, as an owner sees it. */
export interface CameraState
  extends Pick<
    Heartbeat,
    "verdict" | "alarm" | "isOn" | "canRecord" | "isRecording" | "isCaseOpen" | "visit" | "power"
  > {
  /** How long ago the last analysed frame was taken, as the heartbeat said; 4294967295 before the first. */
  readonly ageMillis: number;
  /** How long ago the lock asked for that heartbeat, u32. */
  readonly heardMillis: number;
}

/** The numbers of request and answer, and their items. */
export const TICKET_REQUEST = 11;
export const TICKET_REQUEST_ITEMS = 4;
export const TICKET_ANSWER = 76;
export const TICKET_ANSWER_ITEMS = 6;

const U32_MAX = 0xffff_ffff;
const RIGHTS_MAX = 7;
const VERDICT_MAX = 63;
const NO_ALARM = 64;
const STATE_ITEMS = 7;

/** Writes what stands behind the number and the id of the request. */
export function writeTicketRequest(writer: Writer, { viewerKey, rights }: TicketRequest): void {
  assert(viewerKey.length === KEY_BYTES && rights >= 1 && rights <= RIGHTS_MAX, "a viewer has a key, and looks");
  writer.bytes(viewerKey).uint(rights);
}

/** Reads the same. @returns a key that is a view
 *  @throws Fault link.shape, cbor.* */
export function readTicketRequest(reader: Reader, id: number): TicketRequest {
  const viewerKey = reader.readView(KEY_BYTES, KEY_BYTES);
  const rights = reader.readUint(RIGHTS_MAX);
  if (rights === 0) throw new Fault("link.shape");
  return { kind: "ticket", id, viewerKey, rights };
}

/** Writes the whole answer. */
export function writeTicketAnswer(writer: Writer, answer: TicketAnswer): void {
  const { id, ticket, agreementKey, signingKey, seconds } = answer;
  assert(ticket.length === TICKET_BYTES && seconds >= 1 && seconds <= TICKET_SECONDS_MAX, "a ticket is short");
  writer.array(TICKET_ANSWER_ITEMS).uint(TICKET_ANSWER).uint(id);
  writer.bytes(ticket).bytes(agreementKey).bytes(signingKey).uint(seconds);
}

/** Reads what stands behind the number and the id of the answer. @returns byte strings are views
 *  @throws Fault link.shape, cbor.* */
export function readTicketAnswer(reader: Reader, id: number): TicketAnswer {
  const ticket = reader.readView(TICKET_BYTES, TICKET_BYTES);
  const agreementKey = reader.readView(KEY_BYTES, KEY_BYTES);
  const signingKey = reader.readView(KEY_BYTES, KEY_BYTES);
  const seconds = reader.readUint(TICKET_SECONDS_MAX);
  if (seconds === 0) throw new Fault("link.shape");
  return { kind: "ticket", id, ticket, agreementKey, signingKey, seconds };
}

/** Writes how the camera was; an empty array where nothing was heard of one. */
export function writeCamera(writer: Writer, camera: CameraState | undefined): void {
  if (camera === undefined) {
    writer.array(0);
    return;
  }
  const { verdict, alarm = NO_ALARM, visit, power, ageMillis, heardMillis } = camera;
  writer.array(STATE_ITEMS).uint(verdict).uint(alarm).uint(flagsOf(camera));
  writer.uint(visit).uint(power).uint(ageMillis).uint(heardMillis);
}

/** Reads the same.
 *  @throws Fault link.shape, cbor.* */
export function readCamera(reader: Reader): CameraState | undefined {
  const items = reader.readArray(0, STATE_ITEMS);
  if (items === 0) return undefined;
  if (items !== STATE_ITEMS) throw new Fault("link.shape");
  const verdict = reader.readUint(VERDICT_MAX);
  const alarm = reader.readUint(NO_ALARM);
  const flags = readFlags(reader);
  const visit = reader.readUint(U32_MAX);
  const power = reader.readUint(U32_MAX);
  const ageMillis = reader.readUint(U32_MAX);
  const heardMillis = reader.readUint(U32_MAX);
  return { verdict, alarm: alarm === NO_ALARM ? undefined : alarm, ...flags, visit, power, ageMillis, heardMillis };
}
