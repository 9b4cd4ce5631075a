// The frame: the nine bytes that stand before every handshake message and every sealed message, on every carrier.
// Why: a receiver must know which session and which counter a frame claims before it can check anything, and must drop
// what has a wrong size before it spends a key operation on it.
// Follows docs/protocol.md, "Frames": type u8, session u32, n u32, little-endian, then the body.

import type { Bytes } from "../bytes.ts";
import { TAG_BYTES } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";
import type { Random } from "../platform.ts";

/** Phone to lock, Noise NK, message 1: 48 bytes. */
export const FRAME_NK_1 = 1;
/** Lock to phone, Noise NK, message 2: 48 bytes and a payload of up to 64. */
export const FRAME_NK_2 = 2;
/** Sealed commands and answers, either way: n rises strictly. */
export const FRAME_COMMANDS = 3;
/** Board to board, Noise KK, message 1: 48 bytes. */
export const FRAME_KK_1 = 4;
/** Board to board, Noise KK, message 2: 48 bytes and a payload of up to 64. */
export const FRAME_KK_2 = 5;
/** Sealed video, either way: n may come out of order within a window. */
export const FRAME_STREAM = 6;
/** Phone to a lock whose key it lacks, Noise NX, message 1: 32 bytes. */
export const FRAME_NX_1 = 7;
/** Lock to such a phone, Noise NX, message 2: 96 bytes and a payload of up to 64. */
export const FRAME_NX_2 = 8;
/** Board to lock, in plaintext: a board that belongs to no lock says its keys, 71 bytes. */
export const FRAME_OFFER = 9;
/** Lock to board, in plaintext: the answer to the offer of a board that an owner enrolled, 49 to 53 bytes. */
export const FRAME_ENROLLED = 10;

/** Camera to viewer: a piece of a picture that is sealed as a whole; n is the picture's number, 1 byte of flags stands before. */
export const FRAME_MEDIA = 11;

/** The first byte of a frame. */
export type FrameType = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11;

/** The types that carry a message in plaintext; their session is zero. */
export type PlainFrameType = 9 | 10;

/** The types that carry a handshake message. */
export type HandshakeFrameType = Exclude<FrameType, 3 | 6 | 11 | PlainFrameType>;

/** Bytes before the body; with a sealed message they are its additional data. */
export const FRAME_HEADER_BYTES = 9;
/** The longest plaintext of a sealed message. */
export const FRAME_PAYLOAD_BYTES_MAX = 2400;
/** The longest payload of a handshake's message 2; message 1 carries none. */
export const HANDSHAKE_PAYLOAD_BYTES_MAX = 64;
/** The longest frame: 2,425 bytes. */
export const FRAME_BYTES_MAX = FRAME_HEADER_BYTES + FRAME_PAYLOAD_BYTES_MAX + TAG_BYTES;

// By type; there is no type 0.
const BODY_BYTES_MIN = Object.freeze([0, 48, 48, TAG_BYTES, 48, 48, TAG_BYTES, 32, 96, 71, 49, 2]);
const SEALED_BYTES_MAX = FRAME_PAYLOAD_BYTES_MAX + TAG_BYTES;
const BODY_BYTES_MAX = Object.freeze([
  0,
  48,
  48 + HANDSHAKE_PAYLOAD_BYTES_MAX,
  SEALED_BYTES_MAX,
  48,
  48 + HANDSHAKE_PAYLOAD_BYTES_MAX,
  SEALED_BYTES_MAX,
  32,
  96 + HANDSHAKE_PAYLOAD_BYTES_MAX,
  71,
  53,
  1 + FRAME_PAYLOAD_BYTES_MAX,
]);

/** The types whose n counts. */
const COUNTED: readonly FrameType[] = Object.freeze([FRAME_COMMANDS, FRAME_STREAM, FRAME_MEDIA]);

/** Checks a frame's size and form, and gives its type. The n of a frame that counts nothing is zero, and so is the session of
 *  one in plaintext.
 *  @throws Fault link.shape */
export function checkFrame(frame: Uint8Array): FrameType {
  if (frame.length < FRAME_HEADER_BYTES) throw new Fault("link.shape");
  const type = frame[0];
  const size = frame.length - FRAME_HEADER_BYTES;
  if (!isFrameType(type) || size < BODY_BYTES_MIN[type] || size > BODY_BYTES_MAX[type]) throw new Fault("link.shape");
  if (!COUNTED.includes(type) && numberOf(frame) !== 0) throw new Fault("link.shape");
  if ((type === FRAME_OFFER || type === FRAME_ENROLLED) && sessionOf(frame) !== 0) throw new Fault("link.shape");
  return type;
}

/** Gives the session that a checked frame claims: u32, chosen by the initiator. */
export function sessionOf(frame: Uint8Array): number {
  return (frame[1] | (frame[2] << 8) | (frame[3] << 16) | (frame[4] << 24)) >>> 0;
}

/** Gives the counter that a checked frame claims: u32. */
export function numberOf(frame: Uint8Array): number {
  return (frame[5] | (frame[6] << 8) | (frame[7] << 16) | (frame[8] << 24)) >>> 0;
}

/** Draws the number of a new session: u32. */
export function drawSession(random: Random): number {
  const bytes = new Uint8Array(4);
  random.fill(bytes);
  return new DataView(bytes.buffer).getUint32(0);
}

/** Gives what follows the header of a checked frame: a view. */
export function bodyOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(FRAME_HEADER_BYTES);
}

/** Puts a handshake message into a frame. @param session u32   @returns a new byte string */
export function encodeHandshake(type: HandshakeFrameType, session: number, message: Uint8Array): Bytes {
  return encodeFrame(type, session, message);
}

/** Puts a message into a frame as it is. @returns a new byte string */
export function encodePlain(type: PlainFrameType, message: Uint8Array): Bytes {
  return encodeFrame(type, 0, message);
}

function encodeFrame(type: FrameType, session: number, body: Uint8Array): Bytes {
  const isSized = body.length >= BODY_BYTES_MIN[type] && body.length <= BODY_BYTES_MAX[type];
  assert(isSized, "a message has the size that its type allows");
  const frame = writeHeader(new Uint8Array(FRAME_HEADER_BYTES + body.length), type, session);
  frame.set(body, FRAME_HEADER_BYTES);
  return frame;
}

function isFrameType(type: number): type is FrameType {
  return type >= FRAME_NK_1 && type <= FRAME_MEDIA;
}

/** Writes the header of a frame whose n is zero. @param target has 9 bytes at least, of which those of n are zero
 *  @param session u32   @returns the target */
export function writeHeader(target: Bytes, type: FrameType, session: number): Bytes {
  assert(session === session >>> 0, "a session is a u32");
  target[0] = type;
  target[1] = session;
  target[2] = session >>> 8;
  target[3] = session >>> 16;
  target[4] = session >>> 24;
  return target;
}
