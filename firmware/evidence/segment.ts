// The camera's own segment in a frame: an APP9 right behind the start of the JPEG, with the frame's number, its time, the
// chain and sometimes a signed checkpoint.
// Why: what rides inside of the picture survives every change of the container, byte for byte, and a player skips it.
// Follows ITU-T T.81 §B.2.4.6 (APPn) and docs/protocol.md §9.

import type { Bytes } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { HASH_BYTES } from "../crypto/crypto.ts";
import { assert } from "../fault.ts";

/** The least that a segment takes, in bytes: one without a checkpoint. */
export const SEGMENT_BYTES = 64;
/** The most that a checkpoint in it takes: every signed object's bound. */
export const CHECKPOINT_BYTES_MAX = 1_600;
/** The widest number of a frame, and of its milliseconds: u32 in 64 bits. */
export const FRAME_NUMBER_MAX = 0xffff_ffff;

const SOI_BYTES = 2;
/** SOI, the marker APP9, and where the length stands. */
const START = Object.freeze([0xff, 0xd8, 0xff, 0xe9]);
const LENGTH_AT = 4;
/** "LATCHKEY", a zero, version 1. */
const NAME = Object.freeze([0x4c, 0x41, 0x54, 0x43, 0x48, 0x4b, 0x45, 0x59, 0, 1]);
const NAME_AT = 6;
const NUMBERS_AT = 16;
const NUMBERS_BYTES = 16;
const CHAIN_AT = NUMBERS_AT + NUMBERS_BYTES;
const CHECKPOINT_AT = CHAIN_AT + HASH_BYTES;
/** "LF1", the domain of the first chain. */
const SEED_DOMAIN = Object.freeze([0x4c, 0x46, 0x31]);

/** What a frame says of itself. */
export interface FrameStamp {
  /** Its number: of all frames that this camera ever took, u32. */
  readonly seq: number;
  /** Milliseconds since its clip's first frame, u32. */
  readonly ms: number;
}

/** A segment as it was found; nothing of it is verified. */
export interface Segment extends FrameStamp {
  /** 32 bytes, a view. */
  readonly chain: Bytes;
  /** A COSE_Sign1, a view; undefined where none rides here. */
  readonly checkpoint: Bytes | undefined;
  /** Where the picture goes on: the offset behind the segment. */
  readonly end: number;
}

/** Whether bytes begin as a JPEG does. ITU-T T.81 §B.2.1. Total. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes.length > SOI_BYTES && bytes[0] === START[0] && bytes[1] === START[1];
}

/** Finds our segment at the one place where it may stand. Total: what is absent, of another kind or not in its one form is
 *  undefined, and its bytes then belong to the picture.
 *  @param jpeg a whole frame   @returns views into `jpeg` */
export function readSegment(jpeg: Bytes): Segment | undefined {
  if (jpeg.length < CHECKPOINT_AT || !stands(jpeg, 0, START) || !stands(jpeg, NAME_AT, NAME)) return undefined;
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, CHECKPOINT_AT);
  const end = LENGTH_AT + view.getUint16(LENGTH_AT);
  if (end < CHECKPOINT_AT || end > CHECKPOINT_AT + CHECKPOINT_BYTES_MAX || end > jpeg.length) return undefined;
  if (view.getUint32(NUMBERS_AT) !== 0 || view.getUint32(NUMBERS_AT + 8) !== 0) return undefined;
  return {
    seq: view.getUint32(NUMBERS_AT + 4),
    ms: view.getUint32(NUMBERS_AT + 12),
    chain: jpeg.subarray(CHAIN_AT, CHECKPOINT_AT),
    checkpoint: end === CHECKPOINT_AT ? undefined : jpeg.subarray(CHECKPOINT_AT, end),
    end,
  };
}

/** Gives a frame's new beginning: SOI and our segment, to be written before the picture from its third byte on.
 *  @param chain 32 bytes   @param checkpoint at most 1,600 bytes, or undefined */
export function encodeSegment(stamp: FrameStamp, chain: Uint8Array, checkpoint: Uint8Array | undefined): Bytes {
  const size = CHECKPOINT_AT + (checkpoint === undefined ? 0 : checkpoint.length);
  assert(
    chain.length === HASH_BYTES && size <= CHECKPOINT_AT + CHECKPOINT_BYTES_MAX,
    "a segment's parts are in bounds",
  );
  const bytes = new Uint8Array(size);
  bytes.set(START);
  new DataView(bytes.buffer).setUint16(LENGTH_AT, size - LENGTH_AT);
  bytes.set(NAME, NAME_AT);
  bytes.set(numbersOf(stamp), NUMBERS_AT);
  bytes.set(chain, CHAIN_AT);
  if (checkpoint !== undefined) bytes.set(checkpoint, CHECKPOINT_AT);
  return bytes;
}

/** Gives the hash of a frame: SHA-256(seq u64 | ms u64 | the JPEG without our segment), big-endian.
 *  @param jpeg a whole frame   @param end where the picture goes on behind our segment; 2 where it has none
 *  @returns 32 bytes */
export function frameHash(crypto: Crypto, stamp: FrameStamp, { jpeg, end }: { jpeg: Uint8Array; end: number }): Bytes {
  const hash = crypto.startSha256();
  hash.update(numbersOf(stamp));
  hash.update(jpeg.subarray(0, SOI_BYTES));
  hash.update(jpeg.subarray(end));
  return hash.finish();
}

/** Gives the hash of a frame as the sensor gave it, without our segment. */
export function rawFrameHash(crypto: Crypto, stamp: FrameStamp, jpeg: Uint8Array): Bytes {
  return frameHash(crypto, stamp, { jpeg, end: SOI_BYTES });
}

/** Gives the chain before a clip's first frame: SHA-256("LF1" | the camera's kid8 | the clip's 16 random bytes). */
export function chainSeed(crypto: Crypto, device: Uint8Array, clip: Uint8Array): Bytes {
  const bytes = new Uint8Array(SEED_DOMAIN.length + device.length + clip.length);
  bytes.set(SEED_DOMAIN);
  bytes.set(device, SEED_DOMAIN.length);
  bytes.set(clip, SEED_DOMAIN.length + device.length);
  return crypto.sha256(bytes);
}

/** Gives the chain behind a frame: SHA-256(chain | frame hash). Both have 32 bytes, so has the result. */
export function extendChain(crypto: Crypto, chain: Uint8Array, hash: Uint8Array): Bytes {
  const bytes = new Uint8Array(2 * HASH_BYTES);
  bytes.set(chain);
  bytes.set(hash, HASH_BYTES);
  return crypto.sha256(bytes);
}

function numbersOf({ seq, ms }: FrameStamp): Bytes {
  assert(isNumber(seq) && isNumber(ms), "a frame's numbers are u32");
  const bytes = new Uint8Array(NUMBERS_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, seq);
  view.setUint32(12, ms);
  return bytes;
}

function isNumber(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= FRAME_NUMBER_MAX;
}

function stands(bytes: Uint8Array, at: number, pattern: readonly number[]): boolean {
  return pattern.every((byte, index) => bytes[at + index] === byte);
}
