// The plaintexts between a lock and its camera: what the lock asks and tells, and what the camera answers.
// Why: a grant may open only while a camera proves itself, so each proof names the lock's own fresh number: one that was
// recorded, held back or made before proves nothing. The lock asks, the camera answers, and neither repeats anything but
// "here": the lock uses a new session only after the first word that came over it.
// Follows docs/protocol.cddl, "Inside a camera's session"; docs/protocol.md §3.3.

import { type Bytes, NO_BYTES } from "../bytes.ts";
import { Reader } from "../cbor/decode.ts";
import { Writer } from "../cbor/encode.ts";
import { HASH_BYTES, KEY_BYTES } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import { CAMERA_MODES, type CameraMode } from "../policy/configuration.ts";

export type { CameraMode } from "../policy/configuration.ts";

/** The lock's number in an ask, random: it goes into checkpoints as well. */
export const ASK_NONCE_BYTES = 16;
/** A ticket's name, random. */
export const TICKET_BYTES = 8;
/** For how long a ticket counts at most, in seconds. */
export const TICKET_SECONDS_MAX = 60;
/** What a ticket allows, as bits: to see the live picture. */
export const RIGHT_VIEW = 1;
/** To talk; kept for sound. */
export const RIGHT_TALK = 2;
/** All that an owner may: clips, records of the switch, approved scenes, for whom clips are sealed. */
export const RIGHT_OWNER = 4;

/** Why the lock asks: nobody comes; a grant waits for the camera's proof; a visit is open; or it is over, and the camera films
 *  on for whoever leaves. */
export type Purpose = "rest" | "knock" | "visit" | "after";

/** What the lock asks: every 500 ms from the knock until the camera may rest, else every 60 s, and at each change. */
export interface Ask {
  /** 16 random bytes, drawn for this ask. */
  readonly nonce: Bytes;
  readonly purpose: Purpose;
  readonly mode: CameraMode;
  /** The number of the intent record, u32; 0 where no visit is open. */
  readonly visit: number;
  /** The link8 of the grant that came; undefined for a code and for an owner. */
  readonly grant: Bytes | undefined;
  /** The lock's time, epoch seconds; hi is 4294967295 where it is not known. */
  readonly lo: number;
  readonly hi: number;
}

/** What the camera says, at once and to each ask. */
export interface Heartbeat {
  /** Of the ask. */
  readonly nonce: Bytes;
  /** The last verdict, as its place in camera/eye.ts VERDICTS: 0 is "ok". */
  readonly verdict: number;
  /** What it sounds an alarm for, likewise; undefined where nothing is. */
  readonly alarm: number | undefined;
  /** For how long every analysed frame has been "ok", in milliseconds, u32. */
  readonly okMillis: number;
  /** How long ago the last analysed frame was taken, in milliseconds; 4294967295 before the first. */
  readonly ageMillis: number;
  /** Whether the sensor has power, and current flows through the light. */
  readonly isOn: boolean;
  /** Whether there is room for the next clip, and whom to seal it for; what is being written goes on with less. */
  readonly canRecord: boolean;
  /** Whether a clip of `visit` is being written. */
  readonly isRecording: boolean;
  readonly isCaseOpen: boolean;
  /** The visit of the clip that is being written, u32; 0 for none. */
  readonly visit: number;
  /** The newest record of its switch: its number and its SHA-256; 0 and zeros before the first. */
  readonly power: number;
  readonly powerHash: Bytes;
  /** Where the signed chain of the clip stands: its name, the newest signed frame and the chain; undefined without a clip. */
  readonly head: FootageHead | undefined;
}

/** Where the signed chain of a clip stands. */
export interface FootageHead {
  /** 16 bytes. */
  readonly clip: Bytes;
  /** The newest frame that is signed; 4294967295 before the first. */
  readonly frame: number;
  /** 32 bytes. */
  readonly chain: Bytes;
}

/** Somebody whom the lock lets see, or whom it lets no more. */
export interface Ticket {
  /** 8 random bytes. */
  readonly ticket: Bytes;
  /** X25519, 32 bytes: the viewer's, made for this. */
  readonly viewerKey: Bytes;
  /** RIGHT_* bits. */
  readonly rights: number;
  /** For how long, 1..60; 0 ends it. */
  readonly seconds: number;
}

/** What a lock sends to a camera. */
export type LockWord =
  | { readonly kind: "ask"; readonly ask: Ask }
  | { readonly kind: "ticket"; readonly ticket: Ticket };

/** What a camera sends to a lock: its answer, or only that it is there, where a session is new. */
export type CameraWord = { readonly kind: "heartbeat"; readonly beat: Heartbeat } | { readonly kind: "here" };

const HEARTBEAT = 16;
const HERE = 17;
const ASK = 80;
const TICKET = 81;

const PURPOSES: readonly Purpose[] = Object.freeze(["rest", "knock", "visit", "after"]);
const U32_MAX = 0xffff_ffff;
const LINK8_BYTES = 8;
const CLIP_BYTES = 16;
const VERDICT_MAX = 63;
const NO_ALARM = 64;
const RIGHTS_MAX = 7;
const FLAG_ON = 1;
const FLAG_CAN_RECORD = 2;
const FLAG_RECORDING = 4;
const FLAG_CASE_OPEN = 8;
const HEARTBEAT_ITEMS = 10;
const HEARTBEAT_HEAD_ITEMS = 13;

/** Gives the plaintext of a heartbeat: 60 to 134 bytes. */
export function encodeHeartbeat(beat: Heartbeat): Bytes {
  const { head } = beat;
  assert(beat.nonce.length === ASK_NONCE_BYTES && beat.powerHash.length === HASH_BYTES, "whole numbers and hashes");
  const writer = new Writer().array(head === undefined ? HEARTBEAT_ITEMS : HEARTBEAT_HEAD_ITEMS);
  writer.uint(HEARTBEAT).bytes(beat.nonce).uint(flagsOf(beat));
  writer.uint(beat.verdict).uint(beat.alarm ?? NO_ALARM);
  writer.uint(beat.okMillis).uint(beat.ageMillis).uint(beat.visit).uint(beat.power).bytes(beat.powerHash);
  if (head !== undefined) writer.bytes(head.clip).uint(head.frame).bytes(head.chain);
  return writer.finish();
}

/** Reads a heartbeat. Flags that this version does not know are ignored. @returns byte strings are copies
 *  @throws Fault link.shape, cbor.* */
export function parseHeartbeat(plaintext: Bytes): Heartbeat {
  const reader = new Reader(plaintext);
  const items = reader.readArray(HEARTBEAT_ITEMS, HEARTBEAT_HEAD_ITEMS);
  expect((items === HEARTBEAT_ITEMS || items === HEARTBEAT_HEAD_ITEMS) && reader.readUint(U32_MAX) === HEARTBEAT);
  const nonce = reader.readView(ASK_NONCE_BYTES, ASK_NONCE_BYTES).slice();
  const flags = readFlags(reader);
  const verdict = reader.readUint(VERDICT_MAX);
  const alarm = reader.readUint(NO_ALARM);
  const okMillis = reader.readUint(U32_MAX);
  const ageMillis = reader.readUint(U32_MAX);
  const visit = reader.readUint(U32_MAX);
  const power = reader.readUint(U32_MAX);
  const powerHash = reader.readView(HASH_BYTES, HASH_BYTES).slice();
  const head = items === HEARTBEAT_ITEMS ? undefined : readHead(reader);
  reader.end();
  return {
    nonce,
    verdict,
    alarm: alarm === NO_ALARM ? undefined : alarm,
    okMillis,
    ageMillis,
    ...flags,
    visit,
    power,
    powerHash,
    head,
  };
}

/** What of a heartbeat is one bit each. */
export type BeatFlags = Pick<Heartbeat, "isOn" | "canRecord" | "isRecording" | "isCaseOpen">;

/** Gives those bits. */
export function flagsOf({ isOn, canRecord, isRecording, isCaseOpen }: BeatFlags): number {
  return (
    (isOn ? FLAG_ON : 0) |
    (canRecord ? FLAG_CAN_RECORD : 0) |
    (isRecording ? FLAG_RECORDING : 0) |
    (isCaseOpen ? FLAG_CASE_OPEN : 0)
  );
}

/** Reads those bits; others are ignored.
 *  @throws Fault cbor.* */
export function readFlags(reader: Reader): BeatFlags {
  const flags = reader.readUint(U32_MAX);
  return {
    isOn: (flags & FLAG_ON) !== 0,
    canRecord: (flags & FLAG_CAN_RECORD) !== 0,
    isRecording: (flags & FLAG_RECORDING) !== 0,
    isCaseOpen: (flags & FLAG_CASE_OPEN) !== 0,
  };
}

/** Gives the plaintext by which a camera makes a new session known: 2 bytes. */
export function encodeHere(): Bytes {
  return new Writer().array(1).uint(HERE).finish();
}

/** Reads what a camera sent to a lock. @returns byte strings are copies
 *  @throws Fault link.shape, cbor.* */
export function parseCameraWord(plaintext: Bytes): CameraWord {
  const reader = new Reader(plaintext);
  if (reader.readArray(1, HEARTBEAT_HEAD_ITEMS) !== 1) return { kind: "heartbeat", beat: parseHeartbeat(plaintext) };
  expect(reader.readUint(U32_MAX) === HERE);
  reader.end();
  return { kind: "here" };
}

/** Gives the plaintext of an ask: 26 to 46 bytes. */
export function encodeAsk(ask: Ask): Bytes {
  const { nonce, purpose, mode, visit, grant, lo, hi } = ask;
  assert(nonce.length === ASK_NONCE_BYTES, "an ask has 16 bytes of its own");
  const writer = new Writer().array(8).uint(ASK).bytes(nonce);
  writer.uint(PURPOSES.indexOf(purpose)).uint(CAMERA_MODES.indexOf(mode)).uint(visit);
  return writer
    .bytes(grant ?? NO_BYTES)
    .uint(lo)
    .uint(hi)
    .finish();
}

/** Gives the plaintext of a ticket: 48 or 49 bytes. */
export function encodeTicket({ ticket, viewerKey, rights, seconds }: Ticket): Bytes {
  assert(ticket.length === TICKET_BYTES && viewerKey.length === KEY_BYTES, "a ticket has a name and a key");
  assert(seconds <= TICKET_SECONDS_MAX && rights <= RIGHTS_MAX, "a ticket is short");
  return new Writer().array(5).uint(TICKET).bytes(ticket).bytes(viewerKey).uint(rights).uint(seconds).finish();
}

/** Reads what a lock sent to a camera. @returns byte strings are copies
 *  @throws Fault link.shape, cbor.* */
export function parseLockWord(plaintext: Bytes): LockWord {
  const reader = new Reader(plaintext);
  const items = reader.readArray(5, 8);
  const number = reader.readUint(U32_MAX);
  let word: LockWord;
  if (number === ASK && items === 8) word = { kind: "ask", ask: readAsk(reader) };
  else if (number === TICKET && items === 5) word = { kind: "ticket", ticket: readTicket(reader) };
  else throw new Fault("link.shape");
  reader.end();
  return word;
}

function readAsk(reader: Reader): Ask {
  const nonce = reader.readView(ASK_NONCE_BYTES, ASK_NONCE_BYTES).slice();
  const purpose = PURPOSES[reader.readUint(PURPOSES.length - 1)] as Purpose;
  const mode = CAMERA_MODES[reader.readUint(CAMERA_MODES.length - 1)];
  const visit = reader.readUint(U32_MAX);
  const grant = reader.readView(0, LINK8_BYTES).slice();
  expect(grant.length === 0 || grant.length === LINK8_BYTES);
  const lo = reader.readUint(U32_MAX);
  const hi = reader.readUint(U32_MAX);
  expect(lo <= hi);
  return { nonce, purpose, mode, visit, grant: grant.length === 0 ? undefined : grant, lo, hi };
}

function readTicket(reader: Reader): Ticket {
  const ticket = reader.readView(TICKET_BYTES, TICKET_BYTES).slice();
  const viewerKey = reader.readView(KEY_BYTES, KEY_BYTES).slice();
  const rights = reader.readUint(RIGHTS_MAX);
  const seconds = reader.readUint(TICKET_SECONDS_MAX);
  return { ticket, viewerKey, rights, seconds };
}

function readHead(reader: Reader): FootageHead {
  const clip = reader.readView(CLIP_BYTES, CLIP_BYTES).slice();
  const frame = reader.readUint(U32_MAX);
  return { clip, frame, chain: reader.readView(HASH_BYTES, HASH_BYTES).slice() };
}

function expect(isAsSpecified: boolean): asserts isAsSpecified {
  if (!isAsSpecified) throw new Fault("link.shape");
}
