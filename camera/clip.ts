// Writes a clip as a Matroska file of JPEGs: appended to, never changed, readable however it ends.
// Why: power may go at any byte. So no element has a size that is filled in later, and each second begins with a time of its own.
// Follows RFC 9559 and RFC 8794 (unknown sizes: RFC 8794 §6.2), with clusters of a second.

import { type Bytes, concat, fromAscii } from "../firmware/bytes.ts";
import {
  CODEC_MJPEG,
  FRAME_BYTES_MAX,
  ID_CLUSTER,
  ID_CODEC,
  ID_EBML,
  ID_INFO,
  ID_SEGMENT,
  ID_SIMPLE_BLOCK,
  ID_TIMESTAMP,
  ID_TIMESTAMP_SCALE,
  ID_TRACK_ENTRY,
  ID_TRACK_NUMBER,
  ID_TRACKS,
  NANOS_PER_MILLI,
} from "../firmware/evidence/elements.ts";
import { assert, Fault } from "../firmware/fault.ts";
import type { Sink } from "./sink.ts";

/** How long a cluster lasts at most: what a loss of power takes away. */
export const CLUSTER_MILLIS = 1_000;

const APPLICATION = "latchkey";
const TRACK = 1;
const UNKNOWN_SIZE = Object.freeze([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
/** A key frame, visible, without lacing. RFC 9559 §10.2. */
const BLOCK_FLAGS = 0x80;
const BLOCK_HEAD_BYTES = 4;
const U32_MAX = 0xffff_ffff;

/** How large the pictures are, in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Writes one clip. Needs no memory but for heads. */
export class ClipWriter {
  readonly #sink: Sink;
  #clusterAt: number | undefined;

  /** Writes the beginning. @throws Fault card.io */
  constructor(sink: Sink, size: PictureSize) {
    this.#sink = sink;
    sink.append(beginning(size));
    sink.flush();
  }

  /** Appends one picture.
   *  @param parts of a JPEG, one behind the other   @param ms since the clip's first picture, never falling
   *  @throws Fault card.io; clip.bound above 1 MiB, and nothing is written then */
  add(parts: readonly Uint8Array[], ms: number): void {
    let size = 0;
    for (const part of parts) size += part.length;
    if (size > FRAME_BYTES_MAX) throw new Fault("clip.bound");
    assert(ms >= (this.#clusterAt ?? 0) && ms <= U32_MAX, "a clip's time does not fall");
    if (this.#clusterAt === undefined || ms - this.#clusterAt >= CLUSTER_MILLIS) this.#begin(ms);
    const relative = ms - (this.#clusterAt ?? ms);
    const head = [...idOf(ID_SIMPLE_BLOCK), ...sizeOf(size + BLOCK_HEAD_BYTES), 0x80 | TRACK];
    this.#sink.append(Uint8Array.of(...head, relative >> 8, relative & 0xff, BLOCK_FLAGS));
    for (const part of parts) this.#sink.append(part);
  }

  /** Makes the last second durable. A clip needs no end. @throws Fault card.io */
  close(): void {
    this.#sink.flush();
  }

  #begin(ms: number): void {
    if (this.#clusterAt !== undefined) this.#sink.flush();
    this.#sink.append(concat(Uint8Array.of(...idOf(ID_CLUSTER), ...UNKNOWN_SIZE), element(ID_TIMESTAMP, u32(ms))));
    this.#clusterAt = ms;
  }
}

/** EBML header, segment, description of the one track. */
function beginning({ width, height }: PictureSize): Bytes {
  const header = element(
    ID_EBML,
    element(0x4286, [1]), // EBMLVersion
    element(0x42f7, [1]), // EBMLReadVersion
    element(0x42f2, [4]), // EBMLMaxIDLength
    element(0x42f3, [8]), // EBMLMaxSizeLength
    element(0x4282, fromAscii("matroska")),
    element(0x4287, [4]), // DocTypeVersion
    element(0x4285, [2]), // DocTypeReadVersion
  );
  const description = element(
    ID_INFO,
    element(ID_TIMESTAMP_SCALE, u32(NANOS_PER_MILLI)),
    element(0x4d80, fromAscii(APPLICATION)), // MuxingApp
    element(0x5741, fromAscii(APPLICATION)), // WritingApp
  );
  const track = element(
    ID_TRACK_ENTRY,
    element(ID_TRACK_NUMBER, [TRACK]),
    element(0x73c5, [TRACK]), // TrackUID
    element(0x83, [1]), // TrackType: video
    element(0x9c, [0]), // FlagLacing
    element(ID_CODEC, fromAscii(CODEC_MJPEG)),
    element(0xe0, element(0xb0, u32(width)), element(0xba, u32(height))), // Video: PixelWidth, PixelHeight
  );
  return concat(header, Uint8Array.of(...idOf(ID_SEGMENT), ...UNKNOWN_SIZE), description, element(ID_TRACKS, track));
}

function element(id: number, ...parts: readonly (Uint8Array | readonly number[])[]): Bytes {
  const content = concat(...parts.map((part) => Uint8Array.from(part)));
  return concat(Uint8Array.of(...idOf(id), ...sizeOf(content.length)), content);
}

/** An identifier carries its own length. RFC 8794 §5. */
function idOf(id: number): number[] {
  const bytes = u32(id);
  return bytes.slice(bytes.findIndex((byte) => byte !== 0));
}

/** A size, always in four bytes. RFC 8794 §4. */
function sizeOf(size: number): number[] {
  assert(size < 0x0fff_ffff, "a size has 28 bits");
  return u32(0x1000_0000 + size);
}

function u32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}
