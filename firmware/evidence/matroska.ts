// A reader that takes a clip's pictures from a Matroska file piece by piece, and names all that is beside them.
// Why: a camera loses power when it likes, so its clips have no sizes, indexes or ends to be filled in; and what other tools
// made of a clip (sizes, cues, groups of blocks) must be readable too, or nobody could prove anything after a change of file.
// Whatever a player might show besides the pictures that are judged is called foreign.
// Follows RFC 9559 (Matroska) and RFC 8794 (EBML); the codec V_MJPEG as RFC 9559 and its codec registry name it.

import { type Bytes, concat, NO_BYTES } from "../bytes.ts";
import { Fault } from "../fault.ts";
import {
  CODEC_MJPEG,
  childrenOf,
  FRAME_BYTES_MAX,
  type Head,
  headAt,
  ID_ATTACHMENTS,
  ID_BLOCK,
  ID_BLOCK_GROUP,
  ID_CHAPTERS,
  ID_CLUSTER,
  ID_CODEC,
  ID_CRC,
  ID_CUES,
  ID_EBML,
  ID_INFO,
  ID_PIXEL_HEIGHT,
  ID_PIXEL_WIDTH,
  ID_SEEK_HEAD,
  ID_SEGMENT,
  ID_SIMPLE_BLOCK,
  ID_TAGS,
  ID_TIMESTAMP,
  ID_TIMESTAMP_SCALE,
  ID_TRACK_ENTRY,
  ID_TRACK_NUMBER,
  ID_TRACKS,
  ID_VIDEO,
  ID_VOID,
  NANOS_PER_MILLI,
  uintOf,
  vintAt,
} from "./elements.ts";
import { type Finding, finding } from "./finding.ts";
import { Pointers } from "./pointers.ts";
import { type Shape, shapeOf } from "./shape.ts";
import { BLOCK_GROUP_RULES, HEADER_RULES, INFO_RULES, isVouched, TAGS_RULES, TRACKS_RULES, textOf } from "./vouched.ts";

/** The most of a description (Info, Tracks, Tags) that is read. */
const DESCRIPTION_BYTES_MAX = 65_536;
/** The most of an index: 20 bytes for each frame of the longest clip. */
const CUES_BYTES_MAX = 4_194_304;
const HEAD_BYTES_MAX = 12;
const GROUP_BYTES_MAX = 256;
const LACING = 0x06;
const KEY_FRAME = 0x80;
/** More foreign elements than that are named as one. */
const FOREIGN_MAX = 64;
const ID_POSITION = 0xa7;
const ID_PREVIOUS_SIZE = 0xab;

type Level = "file" | "segment" | "cluster";

/** What may stand where. */
const PLACES: Readonly<Record<Level, readonly number[]>> = Object.freeze({
  file: Object.freeze([ID_EBML, ID_SEGMENT]),
  segment: Object.freeze([ID_SEEK_HEAD, ID_INFO, ID_TRACKS, ID_CLUSTER, ID_CUES, ID_TAGS, ID_VOID, ID_CRC]),
  cluster: Object.freeze([
    ID_TIMESTAMP,
    ID_SIMPLE_BLOCK,
    ID_BLOCK_GROUP,
    ID_POSITION,
    ID_PREVIOUS_SIZE,
    ID_VOID,
    ID_CRC,
  ]),
});
/** What there is once in a file. */
const ONCE: readonly number[] = Object.freeze([ID_EBML, ID_SEGMENT, ID_INFO, ID_TRACKS, ID_CUES]);
/** What ends a cluster of unknown size, and a segment. RFC 8794 §6.2. */
const SEGMENT_PARTS: readonly number[] = Object.freeze([
  ID_SEEK_HEAD,
  ID_INFO,
  ID_TRACKS,
  ID_CLUSTER,
  ID_CUES,
  ID_TAGS,
  ID_CHAPTERS,
  ID_ATTACHMENTS,
]);
const FILE_PARTS: readonly number[] = Object.freeze([ID_EBML, ID_SEGMENT]);

/** One picture of a clip. */
export interface ClipFrame {
  /** A whole JPEG, in memory of its own. */
  readonly jpeg: Bytes;
  /** The file's time, in milliseconds. */
  readonly shownAt: number;
}

/** Reads a file as it comes, and hands each picture on when it is whole. A file that was cut anywhere gives all pictures that
 *  were whole before the cut. Its memory is bounded by one picture and one piece, and some bytes for each picture. */
export class ClipReader {
  readonly #take: (frame: ClipFrame) => void;
  readonly #pointers = new Pointers();
  readonly #foreign: (readonly [from: number, through: number])[] = [];
  readonly #seen = new Set<number>();
  #held: Bytes = NO_BYTES;
  /** Where `#held` begins in the file. */
  #offset = 0;
  #skipping = 0;
  #isDamaged = false;
  #level: Level = "file";
  #segmentStart = 0;
  #segmentEnd = Number.POSITIVE_INFINITY;
  #clusterEnd = Number.POSITIVE_INFINITY;
  #track: number | undefined;
  /** As the file says it of all pictures. */
  #shape: Shape | undefined;
  #scale = NANOS_PER_MILLI;
  #clusterTicks: number | undefined;

  /** @param take is given each picture of the first track of JPEGs */
  constructor(take: (frame: ClipFrame) => void) {
    this.#take = take;
  }

  /** Whether a track of JPEGs was found. */
  get hasPictures(): boolean {
    return this.#track !== undefined;
  }

  /** Goes on with the file. @param piece any length; not kept
   *  @throws Fault clip.shape for another kind of file, or a damaged one, clip.bound for a picture above 1 MiB. Nothing may
   *  follow then but `finish` */
  push(piece: Bytes): void {
    const skipped = Math.min(this.#skipping, piece.length);
    this.#skipping -= skipped;
    this.#offset += skipped;
    this.#held = concat(this.#held, piece.subarray(skipped));
    let at = 0;
    try {
      for (let used = this.#element(0); used > 0; used = this.#element(at)) at += used;
    } catch (error) {
      if (error instanceof Fault) this.#isDamaged = true;
      throw error;
    } finally {
      const kept = Math.min(at, this.#held.length);
      this.#skipping += at - kept;
      this.#offset += kept;
      this.#held = this.#held.slice(kept);
    }
  }

  /** Says, when the file is over, what is there beside the pictures: foreign elements, a damaged place, a rest. Bytes count
   *  from 0 on. */
  finish(): Finding[] {
    const end = this.#offset + this.#held.length;
    if (this.#skipping > 0) this.#note([end, end]);
    const astray = this.#pointers.astray(this.#segmentStart, { rest: this.#offset, end });
    const found = [...this.#foreign, ...astray].map((range) => finding("foreign", "byte", range));
    // What was copied into sizes and then cut: a player goes back from there, and looks for pictures in padding too.
    const isShort = isBehind(this.#segmentEnd, end) || isBehind(this.#clusterEnd, end);
    if (this.#isDamaged || isShort) found.push(finding("damaged", "byte", [this.#offset, this.#offset]));
    else if (this.#held.length > 0) found.push(finding("broken-off", "byte", [this.#offset, end - 1]));
    return found;
  }

  #note(range: readonly [from: number, through: number]): void {
    const last = this.#foreign.at(-1);
    if (last === undefined || this.#foreign.length < FOREIGN_MAX) this.#foreign.push(range);
    else this.#foreign[this.#foreign.length - 1] = [last[0], range[1]];
  }

  /** Reads one element, or the head of one that is gone into. @returns how many bytes it was, 0 where it is not whole yet */
  #element(at: number): number {
    const head = headAt(this.#held, at);
    if (head === undefined) return 0;
    const place = this.#offset + at;
    if (place === 0 && head.id !== ID_EBML) throw new Fault("clip.shape");
    if (head.id === ID_SEGMENT || head.id === ID_CLUSTER) {
      this.#enter(head, place);
      return head.bytes;
    }
    if (head.size === undefined) throw new Fault("clip.shape");
    const bytes = head.bytes + head.size;
    const boundBytes = boundOf(head.id);
    if (boundBytes !== undefined && head.size > boundBytes) throw new Fault("clip.bound");
    if (boundBytes !== undefined && at + bytes > this.#held.length) return 0;
    const isAllowed = this.#isAllowed(head, place);
    const isVouchedFor =
      boundBytes === undefined ||
      this.#content(head.id, this.#held.subarray(at + head.bytes, at + bytes), [place, place + bytes - 1]);
    if (!isAllowed || !isVouchedFor) this.#note([place, place + bytes - 1]);
    return bytes;
  }

  #enter(head: Head, place: number): void {
    const content = place + head.bytes;
    const isAllowed = this.#isAllowed(head, place);
    // A player that refuses it looks for the next cluster wherever there is one, in padding too: ffmpeg does.
    const isOpenInSized =
      head.size === undefined && this.#level !== "file" && this.#segmentEnd < Number.POSITIVE_INFINITY;
    if (!isAllowed || isOpenInSized) this.#note([place, content - 1]);
    const end = head.size === undefined ? Number.POSITIVE_INFINITY : content + head.size;
    if (head.id === ID_SEGMENT) {
      this.#level = "segment";
      this.#segmentStart = content;
      this.#segmentEnd = end;
    } else {
      this.#level = "cluster";
      this.#clusterEnd = end;
      this.#clusterTicks = undefined;
    }
  }

  /** Whether an element may stand at its place, and ends where what it is in does. */
  #isAllowed({ id, size, bytes }: Head, place: number): boolean {
    this.#leave(id, place);
    const isAgain = this.#seen.has(id) && ONCE.includes(id);
    const isLate = id === ID_INFO && this.#seen.has(ID_CLUSTER);
    if (this.#level === "segment") this.#pointers.addElement(place, id, place + bytes);
    if (ONCE.includes(id) || id === ID_CLUSTER) this.#seen.add(id);
    const isTimed = this.#clusterTicks !== undefined;
    const isBlock = id === ID_SIMPLE_BLOCK || id === ID_BLOCK_GROUP;
    if (isBlock) this.#pointers.addBlock(place);
    const isInOrder = (!isBlock || isTimed) && (id !== ID_TIMESTAMP || !isTimed);
    const end = this.#level === "file" ? Number.POSITIVE_INFINITY : this.#segmentEnd;
    const isWithin = place + bytes + (size ?? 0) <= (this.#level === "cluster" ? Math.min(this.#clusterEnd, end) : end);
    return PLACES[this.#level].includes(id) && !isAgain && !isLate && isInOrder && isWithin;
  }

  /** Goes out of what is over. */
  #leave(id: number, place: number): void {
    const isOpen = this.#clusterEnd === Number.POSITIVE_INFINITY;
    if (this.#level === "cluster" && (isOpen ? SEGMENT_PARTS.includes(id) : place >= this.#clusterEnd))
      this.#level = "segment";
    const isOver = this.#segmentEnd === Number.POSITIVE_INFINITY ? FILE_PARTS.includes(id) : place >= this.#segmentEnd;
    if (isOver) this.#level = "file";
  }

  /** Reads what is whole. @returns whether there is nothing in it but what is vouched for */
  #content(id: number, content: Bytes, by: readonly [number, number]): boolean {
    if (id === ID_EBML) return isVouched(content, HEADER_RULES);
    if (id === ID_INFO) return this.#readInfo(content);
    if (id === ID_TRACKS) return this.#readTracks(content);
    if (id === ID_SEEK_HEAD) return this.#pointers.addSeekHead(content, by);
    if (id === ID_CUES) return this.#pointers.addCues(content, by);
    if (id === ID_TAGS) return isVouched(content, TAGS_RULES);
    if (id === ID_POSITION || id === ID_PREVIOUS_SIZE) return true;
    if (id === ID_BLOCK_GROUP) return this.#readGroup(content);
    if (id !== ID_TIMESTAMP) return this.#readBlock(content, KEY_FRAME);
    this.#clusterTicks = uintOf(content);
    return true;
  }

  #readInfo(content: Bytes): boolean {
    for (const [id, value] of childrenOf(content)) if (id === ID_TIMESTAMP_SCALE) this.#scale = uintOf(value);
    return isVouched(content, INFO_RULES);
  }

  #readTracks(content: Bytes): boolean {
    for (const [id, entry] of childrenOf(content)) {
      if (id !== ID_TRACK_ENTRY || this.#track !== undefined) continue;
      let number: number | undefined;
      let isMjpeg = false;
      for (const [part, value] of childrenOf(entry)) {
        if (part === ID_TRACK_NUMBER) number = uintOf(value);
        if (part === ID_CODEC) isMjpeg = textOf(value) === CODEC_MJPEG;
        if (part === ID_VIDEO) this.#shape = shapeIn(value);
      }
      if (isMjpeg) this.#track = number;
    }
    return isVouched(content, TRACKS_RULES);
  }

  #readGroup(content: Bytes): boolean {
    let isPlain = true;
    for (const [id, value] of childrenOf(content)) if (id === ID_BLOCK) isPlain = this.#readBlock(value, 0) && isPlain;
    return isVouched(content, BLOCK_GROUP_RULES) && isPlain;
  }

  /** A block: track, time against the cluster's (i16), flags, picture. RFC 9559 §10.
   *  @param mustBe the flag that a simple block must have, and one of a group need not @returns whether it is of the one track, and every player shows it */
  #readBlock(content: Bytes, mustBe: number): boolean {
    const track = vintAt(content, 0);
    if (track === undefined || content.length < track.bytes + 3) throw new Fault("clip.shape");
    if (this.#track === undefined) throw new Fault("clip.shape");
    if (track.value !== this.#track) return false;
    const view = new DataView(content.buffer, content.byteOffset, content.length);
    const found = view.getUint8(track.bytes + 2);
    if ((found & LACING) !== 0) throw new Fault("clip.shape");
    const ticks = (this.#clusterTicks ?? 0) + view.getInt16(track.bytes);
    const shownAt = Math.round((ticks * this.#scale) / NANOS_PER_MILLI);
    const jpeg = content.slice(track.bytes + 3);
    this.#take({ jpeg, shownAt });
    // Before the film begins there is no time: a player makes one up.
    if (ticks < 0 || !this.#isShaped(jpeg)) return false;
    return found === KEY_FRAME || found === mustBe;
  }

  /** Whether a picture is as the file says. What has no shape of its own, no player shows. */
  #isShaped(jpeg: Bytes): boolean {
    const shape = shapeOf(jpeg);
    return shape === undefined || (shape.width === this.#shape?.width && shape.height === this.#shape.height);
  }
}

/** What the file says of how wide and high the pictures are. @throws Fault clip.shape */
function shapeIn(video: Bytes): Shape {
  let width = 0;
  let height = 0;
  for (const [id, value] of childrenOf(video)) {
    if (id === ID_PIXEL_WIDTH) width = uintOf(value);
    if (id === ID_PIXEL_HEIGHT) height = uintOf(value);
  }
  return { width, height };
}

/** Whether the end that a file names is one, and behind its own. */
function isBehind(named: number, end: number): boolean {
  return named < Number.POSITIVE_INFINITY && named > end;
}

/** The most of an element that is read whole; undefined where it is passed over. */
function boundOf(id: number): number | undefined {
  if (id === ID_TIMESTAMP || id === ID_POSITION || id === ID_PREVIOUS_SIZE) return 8;
  if (id === ID_TAGS || id === ID_EBML || id === ID_INFO || id === ID_TRACKS || id === ID_SEEK_HEAD)
    return DESCRIPTION_BYTES_MAX;
  if (id === ID_CUES) return CUES_BYTES_MAX;
  if (id === ID_SIMPLE_BLOCK) return FRAME_BYTES_MAX + HEAD_BYTES_MAX;
  if (id === ID_BLOCK_GROUP) return FRAME_BYTES_MAX + GROUP_BYTES_MAX;
  return undefined;
}
