// The elements of Matroska that a clip may have, and how any element is read: a name, a size, and what is inside.
// Why: the writer, the reader and the rules of what is vouched for use the same names.
// Follows RFC 9559 (Matroska) and RFC 8794 (EBML).

import type { Bytes } from "../bytes.ts";
import { Fault } from "../fault.ts";

export const ID_EBML = 0x1a45dfa3;
export const ID_SEGMENT = 0x18538067;
export const ID_SEEK_HEAD = 0x114d9b74;
export const ID_INFO = 0x1549a966;
export const ID_TIMESTAMP_SCALE = 0x2ad7b1;
export const ID_TRACKS = 0x1654ae6b;
export const ID_TRACK_ENTRY = 0xae;
export const ID_TRACK_NUMBER = 0xd7;
export const ID_TRACK_TYPE = 0x83;
export const ID_CODEC = 0x86;
export const ID_VIDEO = 0xe0;
export const ID_PIXEL_WIDTH = 0xb0;
export const ID_PIXEL_HEIGHT = 0xba;
export const ID_CLUSTER = 0x1f43b675;
export const ID_TIMESTAMP = 0xe7;
export const ID_SIMPLE_BLOCK = 0xa3;
export const ID_BLOCK_GROUP = 0xa0;
export const ID_BLOCK = 0xa1;
export const ID_CUES = 0x1c53bb6b;
export const ID_TAGS = 0x1254c367;
export const ID_CHAPTERS = 0x1043a770;
export const ID_ATTACHMENTS = 0x1941a469;
export const ID_VOID = 0xec;
export const ID_CRC = 0xbf;

export const CODEC_MJPEG = "V_MJPEG";
/** The most that one frame has: twice what 1920x1080 of a detailed scene takes. */
export const FRAME_BYTES_MAX = 1_048_576;
/** A tick of a millisecond, in nanoseconds. */
export const NANOS_PER_MILLI = 1_000_000;

/** How an element begins. */
export interface Head {
  readonly id: number;
  /** Undefined where the file leaves it open. */
  readonly size: number | undefined;
  /** Bytes of the head itself. */
  readonly bytes: number;
}

/** The elements inside of one that is whole. @throws Fault clip.shape */
export function childrenOf(content: Bytes): [id: number, value: Bytes][] {
  const children: [number, Bytes][] = [];
  for (let at = 0; at < content.length; ) {
    const head = headAt(content, at);
    if (head === undefined || head.size === undefined) throw new Fault("clip.shape");
    const start = at + head.bytes;
    if (start + head.size > content.length) throw new Fault("clip.shape");
    children.push([head.id, content.subarray(start, start + head.size)]);
    at = start + head.size;
  }
  return children;
}

/** Reads the head of an element. @returns undefined where the head is not whole @throws Fault clip.shape */
export function headAt(bytes: Bytes, at: number): Head | undefined {
  const idBytes = widthOf(bytes[at]);
  if (at >= bytes.length) return undefined;
  if (idBytes > 4) throw new Fault("clip.shape");
  if (at + idBytes > bytes.length) return undefined;
  let id = 0;
  for (let index = 0; index < idBytes; index++) id = id * 256 + (bytes[at + index] ?? 0);
  const size = vintAt(bytes, at + idBytes);
  return size === undefined ? undefined : { id, size: size.value, bytes: idBytes + size.bytes };
}

/** A variable-size integer. RFC 8794 §4. @returns undefined where it is not whole; its value is undefined where all bits are set
 *  @throws Fault clip.shape for one above 2^53 */
export function vintAt(bytes: Bytes, at: number): { value: number | undefined; bytes: number } | undefined {
  if (at >= bytes.length) return undefined;
  const width = widthOf(bytes[at]);
  if (width > 8) throw new Fault("clip.shape");
  if (at + width > bytes.length) return undefined;
  let value = (bytes[at] ?? 0) & (0xff >> width);
  let isOpen = value === 0xff >> width;
  for (let index = 1; index < width; index++) {
    const byte = bytes[at + index] ?? 0;
    isOpen &&= byte === 0xff;
    value = value * 256 + byte;
  }
  if (isOpen) return { value: undefined, bytes: width };
  if (value > Number.MAX_SAFE_INTEGER) throw new Fault("clip.shape");
  return { value, bytes: width };
}

/** How many bytes an integer has, by its first one: 1..8; 9 where it has no mark. */
function widthOf(first: number | undefined): number {
  return Math.clz32(first ?? 0) - 23;
}

/** Reads an unsigned integer of at most 8 bytes. @throws Fault clip.shape for a longer one, or one above 2^53 */
export function uintOf(value: Bytes): number {
  if (value.length > 8) throw new Fault("clip.shape");
  let number = 0;
  for (const byte of value) number = number * 256 + byte;
  if (number > Number.MAX_SAFE_INTEGER) throw new Fault("clip.shape");
  return number;
}
