// The frame: the nine bytes that stand before every handshake message and every sealed message, on every carrier.
// Why: a receiver must know which session and which counter a frame claims before it can check anything, and must drop
// what has a wrong size before it spends a key operation on it.
// Follows docs/protocol.md, "Frames": type u8, session u32, n u32, little-endian, then the body.

import type { Bytes } from "../bytes.ts";
import { TAG_BYTES } from "../crypto/crypto.ts";
import { assert, Fault } from "../fault.ts";

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

/** The first byte of a frame. */
export type FrameType = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** The types that carry a handshake message. */
export type HandshakeFrameType = Exclude<FrameType, 3 | 6>;

/** Bytes before the body; with a sealed message they are its additional data. */
export const FRAME_HEADER_BYTES = 9;
/** The longest plaintext of a sealed message. */
export const FRAME_PAYLOAD_BYTES_MAX = 2400;
/** The longest payload of a handshake's message 2; message 1 carries none. */
export const HANDSHAKE_PAYLOAD_BYTES_MAX = 64;
/** The longest frame: 2,425 bytes. */
export const FRAME_BYTES_MAX = FRAME_HEADER_BYTES + FRAME_PAYLOAD_BYTES_MAX + TAG_BYTES;

// By type; there is no type 0.
const BODY_BYTES_MIN = Object.freeze([0, 48, 48, TAG_BYTES, 48, 48, TAG_BYTES, 32, 96]);
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
]);

/** Checks a frame's size and form, and gives its type. A handshake frame's n is zero.
 *  @throws Fault link.shape */
export function checkFrame(frame: Uint8Array): FrameType {
  if (frame.length < FRAME_HEADER_BYTES) throw new Fault("link.shape");
  const type = frame[0];
  const size = frame.length - FRAME_HEADER_BYTES;
  if (!isFrameType(type) || size < BODY_BYTES_MIN[type] || size > BODY_BYTES_MAX[type]) throw new Fault("link.shape");
  if (type !== FRAME_COMMANDS && type !== FRAME_STREAM && numberOf(frame) !== 0) throw new Fault("link.shape");
  return type;
}

/** Gives the session that a checked frame claims: u32, chosen at random by the initiator. */
export function sessionOf(frame: Uint8Array): number {
  return (frame[1] | (frame[2] << 8) | (frame[3] << 16) | (frame[4] << 24)) >>> 0;
}

/** Gives the counter that a checked frame claims: u32. */
export function numberOf(frame: Uint8Array): number {
  return (frame[5] | (frame[6] << 8) | (frame[7] << 16) | (frame[8] << 24)) >>> 0;
}

/** Gives what follows the header of a checked frame: a view. */
export function bodyOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(FRAME_HEADER_BYTES);
}

/** Gives the header of a frame whose n is zero. @param session u32   @returns 9 bytes */
export function encodeHeader(type: FrameType, session: number): Bytes {
  return writeHeader(new Uint8Array(FRAME_HEADER_BYTES), type, session);
}

/** Puts a handshake message into a frame. @param session u32   @returns a new byte string */
export function encodeHandshake(type: HandshakeFrameType, session: number, message: Uint8Array): Bytes {
  const isSized = message.length >= BODY_BYTES_MIN[type] && message.length <= BODY_BYTES_MAX[type];
  assert(isSized, "a handshake message has the size of its pattern");
  const frame = writeHeader(new Uint8Array(FRAME_HEADER_BYTES + message.length), type, session);
  frame.set(message, FRAME_HEADER_BYTES);
  return frame;
}

function isFrameType(type: number): type is FrameType {
  return type >= FRAME_NK_1 && type <= FRAME_NX_2;
}

function writeHeader(target: Bytes, type: FrameType, session: number): Bytes {
  assert(session === session >>> 0, "a session is a u32");
  target[0] = type;
  target[1] = session;
  target[2] = session >>> 8;
  target[3] = session >>> 16;
  target[4] = session >>> 24;
  return target;
}
