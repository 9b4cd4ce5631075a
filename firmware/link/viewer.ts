// What a viewer asks a camera, what the camera answers, and the pieces in which a picture goes.
// Why: a live picture must be young, whole and seen once; so each names the newest ping of its viewer that had come before it was
// taken, and whoever looks measures its age by his own clock alone.
// Follows docs/protocol.cddl, "Inside a viewer's session"; docs/protocol.md §9.1.

import { type Bytes, concat, NO_BYTES } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { HASH_BYTES, KEY_BYTES } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import { bodyOf, FRAME_HEADER_BYTES, FRAME_MEDIA, FRAME_PAYLOAD_BYTES_MAX, writeHeader } from "./frame.ts";

/** A picture's ping must be younger than this, or what is shown is stale, in milliseconds. */
export const STALE_MILLIS = 2_000;
/** The most of a file in one answer. */
export const READ_BYTES_MAX = 2_200;
/** The most clips, and records of the switch, in one answer. */
export const CLIPS_PER_ANSWER = 32;
export const RECORDS_PER_ANSWER = 8;
/** The longest media message: a sensor's largest file, its head, header and tag. */
export const MEDIA_BYTES_MAX = 1_048_576;

const U32_MAX = 0xffff_ffff;
const CLIP_BYTES = 16;
const RECORD_BYTES_MAX = 280;
const RECIPIENTS_MAX = 8;
const VERDICT_MAX = 63;
const NO_ALARM = 64;
const CLIP_ITEMS = 8;
const HEAD_ITEMS = 5;
const HEAD_BYTES_MAX = 24;
const PIECE_FIRST = 1;
const PIECE_LAST = 2;
const PICTURE_RECORDING = 1;
const PICTURE_INFRARED = 2;
const STATUS_ON = 1;
const STATUS_CAN_RECORD = 2;
const STATUS_RECORDING = 4;
const STATUS_CASE_OPEN = 8;
const STATUS_NIGHT = 16;
const STATUS_STREAM = 32;

/** What an owner says of a clip: he has it; it stays; it need not stay any more. */
export type ClipMark = "fetched" | "kept" | "let-go";
const MARKS: readonly (ClipMark | undefined)[] = Object.freeze([undefined, "fetched", "kept", "let-go"]);
/** Which of a clip's files: the encrypted film, or the signed note. */
export type ReadPart = "file" | "manifest";

/** What a viewer asks. `id` is a u32 of the viewer's, and comes back; a ping's is its number. */
export type ViewerRequest =
  | { readonly kind: "watch"; readonly id: number }
  | { readonly kind: "ping"; readonly id: number }
  | { readonly kind: "approve" | "status"; readonly id: number }
  /** Clips from a frame number on; records of the switch from a number on. */
  | { readonly kind: "list" | "rail"; readonly id: number; readonly from: number }
  | {
      readonly kind: "read";
      readonly id: number;
      readonly clip: Bytes;
      readonly part: ReadPart;
      readonly offset: number;
    }
  | { readonly kind: "mark"; readonly id: number; readonly clip: Bytes; readonly mark: ClipMark }
  /** X25519, 32 bytes each, 1..8 of them. */
  | { readonly kind: "recipients"; readonly id: number; readonly recipients: readonly Bytes[] }
  /** `secretOf` the password for the house's own machines, 32 bytes; undefined: they have nothing. */
  | { readonly kind: "stream"; readonly id: number; readonly secret: Bytes | undefined };

/** A clip on the camera's card. */
export interface ListedClip {
  /** 16 bytes. */
  readonly clip: Bytes;
  /** The number of the lock's intent record; 0 outside of a visit. */
  readonly visit: number;
  readonly bytes: number;
  readonly firstFrame: number;
  readonly lastFrame: number;
  /** When it ended by the lock's time, epoch seconds; 4294967295 where `hi` is not known. */
  readonly endedLo: number;
  readonly endedHi: number;
  /** 1 an owner has it, 2 it is kept, 4 without an end. */
  readonly flags: number;
}

/** How a camera is. */
export interface CameraStatus {
  readonly verdict: number;
  readonly alarm: number | undefined;
  readonly isOn: boolean;
  readonly canRecord: boolean;
  readonly isRecording: boolean;
  readonly isCaseOpen: boolean;
  readonly isNight: boolean;
  /** Whether the house's own machines may have the picture, for a password. */
  readonly isStreamOn: boolean;
  /** The number of the newest rail record. */
  readonly power: number;
  /** What is free on the card, in KiB, u32. */
  readonly freeKib: number;
  /** For how many clips are sealed, how many scenes are approved, how many clips there are. */
  readonly recipients: number;
  readonly scenes: number;
  readonly clips: number;
}

/** What a camera answers. */
export type ViewerAnswer =
  | { readonly kind: "yes" | "no"; readonly id: number }
  /** 32 bytes, random, for the pictures that follow. */
  | { readonly kind: "watch"; readonly id: number; readonly baseKey: Bytes }
  | { readonly kind: "list"; readonly id: number; readonly clips: readonly ListedClip[] }
  | { readonly kind: "read"; readonly id: number; readonly bytes: Bytes }
  | { readonly kind: "rail"; readonly id: number; readonly records: readonly Bytes[] }
  | { readonly kind: "status"; readonly id: number; readonly status: CameraStatus };

/** What stands before a picture. */
export interface PictureHead {
  /** The newest ping of this viewer that had come before the picture was taken, u32. */
  readonly ping: number;
  /** The frame's number, and milliseconds since the sensor was switched on, u32. */
  readonly frame: number;
  readonly ms: number;
  /** The last verdict, as its place in VERDICTS. */
  readonly verdict: number;
  readonly isRecording: boolean;
  readonly isInfrared: boolean;
}

const KINDS = Object.freeze({
  ...{ watch: 1, ping: 2, list: 3, read: 4, mark: 5, rail: 6, recipients: 7, approve: 8, status: 9, stream: 10 },
} as const);
const RESULT = 64;
const WATCH_ANSWER = 65;
const LIST_ANSWER = 66;
const READ_ANSWER = 67;
const RAIL_ANSWER = 68;
const STATUS_ANSWER = 69;

/** Gives the plaintext of a request. */
export function encodeRequest(request: ViewerRequest): Bytes {
  const { kind, id } = request;
  const writer = new Writer();
  const begin = (items: number) =>
    writer
      .array(2 + items)
      .uint(KINDS[kind])
      .uint(id);
  switch (request.kind) {
    case "list":
    case "rail":
      begin(1).uint(request.from);
      break;
    case "read":
      begin(3)
        .bytes(request.clip)
        .uint(request.part === "file" ? 0 : 1)
        .uint(request.offset);
      break;
    case "mark":
      begin(2).bytes(request.clip).uint(MARKS.indexOf(request.mark));
      break;
    case "recipients": {
      const { recipients } = request;
      assert(recipients.length >= 1 && recipients.length <= RECIPIENTS_MAX, "a clip has 1..8 recipients");
      begin(1).array(recipients.length);
      for (const recipient of recipients) writer.bytes(recipient);
      break;
    }
    case "stream":
      begin(1).bytes(request.secret ?? NO_BYTES);
      break;
    default:
      begin(0);
  }
  return writer.finish();
}

/** Reads a request. @returns byte strings are copies
 *  @throws Fault link.shape, cbor.* */
export function parseRequest(plaintext: Bytes): ViewerRequest {
  const reader = new Reader(plaintext);
  const items = reader.readArray(2, 5) - 2;
  const kind = reader.readUint(KINDS.stream);
  const id = reader.readUint(U32_MAX);
  const request = readRequest(reader, { kind, id, items });
  reader.end();
  return request;
}

function readRequest(
  reader: Reader,
  { kind, id, items }: { readonly kind: number; readonly id: number; readonly items: number },
): ViewerRequest {
  if (items === 0) {
    for (const name of ["watch", "ping", "approve", "status"] as const)
      if (kind === KINDS[name]) return { kind: name, id };
  }
  if (items === 1 && (kind === KINDS.list || kind === KINDS.rail)) {
    return { kind: kind === KINDS.list ? "list" : "rail", id, from: reader.readUint(U32_MAX) };
  }
  if (items === 3 && kind === KINDS.read) {
    const clip = reader.readView(CLIP_BYTES, CLIP_BYTES).slice();
    const part = reader.readUint(1) === 0 ? "file" : "manifest";
    return { kind: "read", id, clip, part, offset: reader.readUint(U32_MAX) };
  }
  if (items === 2 && kind === KINDS.mark) {
    const clip = reader.readView(CLIP_BYTES, CLIP_BYTES).slice();
    const mark = MARKS[reader.readUint(MARKS.length - 1)];
    if (mark !== undefined) return { kind: "mark", id, clip, mark };
  }
  if (items === 1 && kind === KINDS.recipients) {
    const recipients: Bytes[] = [];
    for (let left = reader.readArray(1, RECIPIENTS_MAX); left > 0; left--) {
      recipients.push(reader.readView(KEY_BYTES, KEY_BYTES).slice());
    }
    return { kind: "recipients", id, recipients };
  }
  if (items === 1 && kind === KINDS.stream) {
    const secret = reader.readView(0, HASH_BYTES).slice();
    if (secret.length === 0) return { kind: "stream", id, secret: undefined };
    if (secret.length === HASH_BYTES) return { kind: "stream", id, secret };
  }
  throw new Fault("link.shape");
}

/** Gives the plaintext of an answer: at most 2,400 bytes. */
export function encodeAnswer(answer: ViewerAnswer): Bytes {
  const writer = new Writer(FRAME_PAYLOAD_BYTES_MAX);
  const { id } = answer;
  switch (answer.kind) {
    case "yes":
    case "no":
      return writer
        .array(3)
        .uint(RESULT)
        .uint(id)
        .uint(answer.kind === "yes" ? 1 : 0)
        .finish();
    case "watch":
      return writer.array(3).uint(WATCH_ANSWER).uint(id).bytes(answer.baseKey).finish();
    case "read":
      return writer.array(3).uint(READ_ANSWER).uint(id).bytes(answer.bytes).finish();
    case "list":
      assert(answer.clips.length <= CLIPS_PER_ANSWER, "an answer has its bound");
      writer.array(3).uint(LIST_ANSWER).uint(id).array(answer.clips.length);
      for (const clip of answer.clips) writeClip(writer, clip);
      return writer.finish();
    case "rail":
      assert(answer.records.length <= RECORDS_PER_ANSWER, "an answer has its bound");
      writer.array(3).uint(RAIL_ANSWER).uint(id).array(answer.records.length);
      for (const record of answer.records) writer.bytes(record);
      return writer.finish();
    default:
      writer.array(3).uint(STATUS_ANSWER).uint(id);
      writeStatus(writer, answer.status);
      return writer.finish();
  }
}

/** Reads an answer. @returns byte strings are copies
 *  @throws Fault link.shape, cbor.* */
export function parseAnswer(plaintext: Bytes): ViewerAnswer {
  const reader = new Reader(plaintext, FRAME_PAYLOAD_BYTES_MAX);
  reader.readArray(3, 3);
  const number = reader.readUint(STATUS_ANSWER);
  const id = reader.readUint(U32_MAX);
  const answer = readAnswer(reader, number, id);
  reader.end();
  return answer;
}

function readAnswer(reader: Reader, number: number, id: number): ViewerAnswer {
  switch (number) {
    case RESULT:
      return { kind: reader.readUint(1) === 1 ? "yes" : "no", id };
    case WATCH_ANSWER:
      return { kind: "watch", id, baseKey: reader.readView(KEY_BYTES, KEY_BYTES).slice() };
    case LIST_ANSWER:
      return { kind: "list", id, clips: readMany(reader, CLIPS_PER_ANSWER, readClip) };
    case READ_ANSWER:
      return { kind: "read", id, bytes: reader.readView(0, READ_BYTES_MAX).slice() };
    case RAIL_ANSWER: {
      const read = () => reader.readView(1, RECORD_BYTES_MAX).slice();
      return { kind: "rail", id, records: readMany(reader, RECORDS_PER_ANSWER, read) };
    }
    case STATUS_ANSWER:
      return { kind: "status", id, status: readStatus(reader) };
    default:
      throw new Fault("link.shape");
  }
}

function readMany<T>(reader: Reader, max: number, read: (reader: Reader) => T): T[] {
  const items: T[] = [];
  for (let left = reader.readArray(0, max); left > 0; left--) items.push(read(reader));
  return items;
}

function writeClip(writer: Writer, clip: ListedClip): void {
  const { visit, bytes, firstFrame, lastFrame, endedLo, endedHi, flags } = clip;
  writer.array(CLIP_ITEMS).bytes(clip.clip).uint(visit).uint(bytes).uint(firstFrame).uint(lastFrame);
  writer.uint(endedLo).uint(endedHi).uint(flags);
}

function readClip(reader: Reader): ListedClip {
  reader.readArray(CLIP_ITEMS, CLIP_ITEMS);
  const clip = reader.readView(CLIP_BYTES, CLIP_BYTES).slice();
  const uint = () => reader.readUint(U32_MAX);
  const [visit, bytes, firstFrame, lastFrame] = [uint(), uint(), uint(), uint()];
  return { clip, visit, bytes, firstFrame, lastFrame, endedLo: uint(), endedHi: uint(), flags: uint() };
}

function writeStatus(writer: Writer, status: CameraStatus): void {
  const flags =
    (status.isOn ? STATUS_ON : 0) |
    (status.canRecord ? STATUS_CAN_RECORD : 0) |
    (status.isRecording ? STATUS_RECORDING : 0) |
    (status.isCaseOpen ? STATUS_CASE_OPEN : 0) |
    (status.isNight ? STATUS_NIGHT : 0) |
    (status.isStreamOn ? STATUS_STREAM : 0);
  writer
    .array(8)
    .uint(status.verdict)
    .uint(status.alarm ?? NO_ALARM)
    .uint(flags)
    .uint(status.power);
  writer.uint(status.freeKib).uint(status.recipients).uint(status.scenes).uint(status.clips);
}

/** Flags that this version does not know are ignored. */
function readStatus(reader: Reader): CameraStatus {
  reader.readArray(8, 8);
  const verdict = reader.readUint(VERDICT_MAX);
  const alarm = reader.readUint(NO_ALARM);
  const uint = () => reader.readUint(U32_MAX);
  const flags = uint();
  const [power, freeKib, recipients, scenes, clips] = [uint(), uint(), uint(), uint(), uint()];
  return {
    ...{ verdict, alarm: alarm === NO_ALARM ? undefined : alarm },
    isOn: (flags & STATUS_ON) !== 0,
    canRecord: (flags & STATUS_CAN_RECORD) !== 0,
    isRecording: (flags & STATUS_RECORDING) !== 0,
    isCaseOpen: (flags & STATUS_CASE_OPEN) !== 0,
    isNight: (flags & STATUS_NIGHT) !== 0,
    isStreamOn: (flags & STATUS_STREAM) !== 0,
    ...{ power, freeKib, recipients, scenes, clips },
  };
}

/** Gives the plaintext of a media message: a head and the file of the sensor. */
export function encodePicture(head: PictureHead, jpeg: Uint8Array): Bytes {
  const flags = (head.isRecording ? PICTURE_RECORDING : 0) | (head.isInfrared ? PICTURE_INFRARED : 0);
  const writer = new Writer().array(HEAD_ITEMS).uint(head.ping).uint(head.frame).uint(head.ms);
  return concat(writer.uint(head.verdict).uint(flags).finish(), jpeg);
}

/** Reads the same. @returns the picture as a view
 *  @throws Fault cbor.* */
export function parsePicture(plaintext: Bytes): { readonly head: PictureHead; readonly jpeg: Bytes } {
  const reader = new Reader(plaintext.subarray(0, HEAD_BYTES_MAX));
  reader.readArray(HEAD_ITEMS, HEAD_ITEMS);
  const [ping, frame, ms] = [reader.readUint(U32_MAX), reader.readUint(U32_MAX), reader.readUint(U32_MAX)];
  const verdict = reader.readUint(VERDICT_MAX);
  const flags = reader.readUint(U32_MAX);
  const [isRecording, isInfrared] = [(flags & PICTURE_RECORDING) !== 0, (flags & PICTURE_INFRARED) !== 0];
  return { head: { ping, frame, ms, verdict, isRecording, isInfrared }, jpeg: plaintext.subarray(reader.offset) };
}

/** A piece of a media message. */
export interface Piece {
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** 1..2,400 bytes, a view. */
  readonly bytes: Uint8Array;
}

/** Cuts a sealed media message into frames. @param session u32 @param number of the message, u32 */
export function encodePieces(session: number, number: number, message: Uint8Array): Bytes[] {
  const frames: Bytes[] = [];
  for (let at = 0; at < message.length; at += FRAME_PAYLOAD_BYTES_MAX) {
    const piece = message.subarray(at, at + FRAME_PAYLOAD_BYTES_MAX);
    const frame = new Uint8Array(FRAME_HEADER_BYTES + 1 + piece.length);
    writeHeader(frame, FRAME_MEDIA, session);
    new DataView(frame.buffer).setUint32(FRAME_HEADER_BYTES - 4, number, true);
    frame[FRAME_HEADER_BYTES] = (at === 0 ? PIECE_FIRST : 0) | (at + piece.length === message.length ? PIECE_LAST : 0);
    frame.set(piece, FRAME_HEADER_BYTES + 1);
    frames.push(frame);
  }
  return frames;
}

/** Reads a piece of a checked frame of that type. @throws Fault link.shape */
export function readPiece(frame: Uint8Array): Piece {
  const body = bodyOf(frame);
  const flags = body[0];
  if (flags === undefined || flags > (PIECE_FIRST | PIECE_LAST)) throw new Fault("link.shape");
  return { isFirst: (flags & PIECE_FIRST) !== 0, isLast: (flags & PIECE_LAST) !== 0, bytes: body.subarray(1) };
}
