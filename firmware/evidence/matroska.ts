// The few elements of Matroska that a clip is made of, and a reader that takes them from a file piece by piece.
// Why: a camera loses power when it likes, so its clips have no sizes, indexes or ends to be filled in; and what other tools
// made of a clip (sizes, cues, groups of blocks) must be readable too, or nobody could prove anything after a change of file.
// Follows RFC 9559 (Matroska) and RFC 8794 (EBML); the codec V_MJPEG as RFC 9559 and its codec registry name it.

import { type Bytes, concat, toAscii } from "../bytes.ts";
import { Fault } from "../fault.ts";

export const ID_EBML = 0x1a45dfa3;
export const ID_SEGMENT = 0x18538067;
export const ID_INFO = 0x1549a966;
export const ID_TIMESTAMP_SCALE = 0x2ad7b1;
export const ID_TRACKS = 0x1654ae6b;
export const ID_TRACK_ENTRY = 0xae;
export const ID_TRACK_NUMBER = 0xd7;
export const ID_CODEC = 0x86;
export const ID_CLUSTER = 0x1f43b675;
export const ID_TIMESTAMP = 0xe7;
export const ID_SIMPLE_BLOCK = 0xa3;
const ID_BLOCK_GROUP = 0xa0;
const ID_BLOCK = 0xa1;

export const CODEC_MJPEG = "V_MJPEG";
/** A tick of a millisecond, in nanoseconds. */
export const NANOS_PER_MILLI = 1_000_000;
/** The most that one frame has: twice what 1920x1080 of a detailed scene takes. */
export const FRAME_BYTES_MAX = 1_048_576;

/** The most of a description (Info, Tracks) that is read. */
const DESCRIPTION_BYTES_MAX = 65_536;
const HEAD_BYTES_MAX = 12;
const LACING = 0x06;
const CODEC_CHARACTERS_MAX = 64;

/** One picture of a clip. */
export interface ClipFrame {
  /** A whole JPEG, in memory of its own. */
  readonly jpeg: Bytes;
  /** The file's time, in milliseconds. */
  readonly shownAt: number;
}

interface Head {
  readonly id: number;
  /** Undefined where the file leaves it open. */
  readonly size: number | undefined;
  /** Bytes of the head itself. */
  readonly bytes: number;
}

/** Reads a file as it comes, and hands each picture on when it is whole. A file that was cut anywhere gives all pictures that
 *  were whole before the cut. Its memory is bounded by one picture and one piece. */
export class ClipReader {
  readonly #take: (frame: ClipFrame) => void;
  #held: Bytes = new Uint8Array(0);
  #skipping = 0;
  #isBegun = false;
  #track: number | undefined;
  #scale = NANOS_PER_MILLI;
  #clusterTicks = 0;

  /** @param take is given each picture of the first track of JPEGs */
  constructor(take: (frame: ClipFrame) => void) {
    this.#take = take;
  }

  /** How many bytes at the end are of no whole element so far: what a cut left. */
  get rest(): number {
    return this.#held.length;
  }

  /** Whether a track of JPEGs was found. */
  get hasPictures(): boolean {
    return this.#track !== undefined;
  }

  /** Goes on with the file. @param piece any length; not kept
   *  @throws Fault clip.shape for another kind of file, clip.bound for a picture above 1 MiB. Nothing may follow then. */
  push(piece: Bytes): void {
    const skipped = Math.min(this.#skipping, piece.length);
    this.#skipping -= skipped;
    this.#held = concat(this.#held, piece.subarray(skipped));
    let at = 0;
    for (;;) {
      const used = this.#element(at);
      if (used === 0) break;
      at += used;
    }
    const left = this.#held.length - at;
    this.#skipping += Math.max(0, -left);
    this.#held = this.#held.slice(Math.min(at, this.#held.length));
  }

  /** Reads one element, or the head of one that is gone into. @returns how many bytes it was, 0 where it is not whole yet */
  #element(at: number): number {
    const head = headAt(this.#held, at);
    if (head === undefined) return 0;
    if (!this.#isBegun && head.id !== ID_EBML) throw new Fault("clip.shape");
    this.#isBegun = true;
    if (head.id === ID_SEGMENT || head.id === ID_CLUSTER || head.id === ID_BLOCK_GROUP) return head.bytes;
    if (head.size === undefined) throw new Fault("clip.shape");
    const boundBytes = boundOf(head.id);
    if (boundBytes === undefined) return head.bytes + head.size;
    if (head.size > boundBytes) throw new Fault("clip.bound");
    const end = at + head.bytes + head.size;
    if (end > this.#held.length) return 0;
    this.#content(head.id, this.#held.subarray(at + head.bytes, end));
    return end - at;
  }

  #content(id: number, content: Bytes): void {
    if (id === ID_TIMESTAMP) this.#clusterTicks = uintOf(content);
    else if (id === ID_INFO) this.#readInfo(content);
    else if (id === ID_TRACKS) this.#readTracks(content);
    else this.#readBlock(content);
  }

  #readInfo(content: Bytes): void {
    for (const [id, value] of childrenOf(content)) if (id === ID_TIMESTAMP_SCALE) this.#scale = uintOf(value);
  }

  #readTracks(content: Bytes): void {
    for (const [id, entry] of childrenOf(content)) {
      if (id !== ID_TRACK_ENTRY || this.#track !== undefined) continue;
      let number: number | undefined;
      let isMjpeg = false;
      for (const [part, value] of childrenOf(entry)) {
        if (part === ID_TRACK_NUMBER) number = uintOf(value);
        if (part === ID_CODEC && value.length <= CODEC_CHARACTERS_MAX) isMjpeg = codecOf(value) === CODEC_MJPEG;
      }
      if (isMjpeg) this.#track = number;
    }
  }

  /** A block: track, time against the cluster's (i16), flags, picture. RFC 9559 §10. */
  #readBlock(content: Bytes): void {
    const track = vintAt(content, 0);
    if (track === undefined || content.length < track.bytes + 3) throw new Fault("clip.shape");
    if (this.#track === undefined) throw new Fault("clip.shape");
    if (track.value !== this.#track) return;
    const view = new DataView(content.buffer, content.byteOffset, content.length);
    if ((view.getUint8(track.bytes + 2) & LACING) !== 0) throw new Fault("clip.shape");
    const ticks = this.#clusterTicks + view.getInt16(track.bytes);
    const shownAt = Math.round((ticks * this.#scale) / NANOS_PER_MILLI);
    this.#take({ jpeg: content.slice(track.bytes + 3), shownAt });
  }
}

/** The most of an element that is read whole; undefined where it is passed over. */
function boundOf(id: number): number | undefined {
  if (id === ID_TIMESTAMP) return 8;
  if (id === ID_INFO || id === ID_TRACKS) return DESCRIPTION_BYTES_MAX;
  if (id === ID_SIMPLE_BLOCK || id === ID_BLOCK) return FRAME_BYTES_MAX + HEAD_BYTES_MAX;
  return undefined;
}

function codecOf(value: Bytes): string {
  // RFC 8794 §7.4: a string may be filled up with zeros.
  const end = value.indexOf(0);
  return toAscii(end < 0 ? value : value.subarray(0, end));
}

/** The elements inside of one that is whole. @throws Fault clip.shape */
function childrenOf(content: Bytes): [id: number, value: Bytes][] {
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

/** @returns undefined where the head is not whole */
function headAt(bytes: Bytes, at: number): Head | undefined {
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
function vintAt(bytes: Bytes, at: number): { value: number | undefined; bytes: number } | undefined {
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

function uintOf(value: Bytes): number {
  if (value.length > 8) throw new Fault("clip.shape");
  let number = 0;
  for (const byte of value) number = number * 256 + byte;
  if (number > Number.MAX_SAFE_INTEGER) throw new Fault("clip.shape");
  return number;
}
