// A strict cursor over CBOR: it reads one deterministic form and refuses every other.
// Why: it stands in front of the signature check, so a stranger feeds it. It builds no tree, allocates nothing for an
// item that it does not return, never goes back, and its work is bounded by the number of bytes.
// Follows RFC 8949 §4.2.1 (deterministic encoding), of which it takes a subset: integers with arguments up to 32 bits,
// byte and text strings, arrays, maps with integer keys, and tag 18 where the caller asks for it.

import type { Bytes } from "../bytes.ts";
import { Fault, type FaultCode } from "../fault.ts";
import { checkUtf8, decodeUtf8 } from "./text.ts";

/** The most bytes of one message. */
export const MESSAGE_BYTES_MAX = 1_600;
/** How many arrays and maps may stand inside each other in one byte string. */
export const DEPTH_MAX = 12;
/** The largest argument of an item (RFC 8949 §3). */
export const ARGUMENT_MAX = 0xffff_ffff;
/** An empty array, as `take` wants it: nothing stands there. */
export const NONE = Object.freeze([0x80]);

// The first byte of an item with argument 0, by major type (RFC 8949 §3.1). `head ^ ARRAY` is below 24 exactly where
// `head` begins an array of that many items, and never where a byte is missing.
const UNSIGNED = 0x00;
const NEGATIVE = 0x20;
const BYTES = 0x40;
const TEXT = 0x60;
const ARRAY = 0x80;
const MAP = 0xa0;
/** Arguments below this stand in the head's own byte. */
const SHORT = 24;

/** A cursor over one buffer. It allocates no copy: offsets count from the start of `bytes`, and several messages that
 *  lie inside each other are read with one cursor (`enterBytes`, `moveTo`). After a Fault it is of no further use.
 *
 *  Every `read` moves past one item (a head only, for arrays and maps). All of them throw Fault cbor.truncated where
 *  bytes are missing, cbor.type for another kind of item, cbor.unsupported for an item outside the subset,
 *  cbor.canonical for a form that is not the shortest or not definite, and cbor.bound outside the given bounds. */
export class Reader {
  /** Where the next item starts; moved by the cursor only. */
  offset = 0;
  /** The buffer, not a copy. */
  readonly bytes: Bytes;
  /** Where the readable part ends; moved by the cursor only. */
  limit: number;

  /** Starts at the first byte.
   *  @param bytesMax the most bytes to accept, usually a message's bound
   *  @throws Fault cbor.bound */
  constructor(bytes: Bytes, bytesMax: number = MESSAGE_BYTES_MAX) {
    if (bytes.length > bytesMax) throw new Fault("cbor.bound");
    this.bytes = bytes;
    this.limit = bytes.length;
  }

  /** Moves past `pattern` if exactly these bytes come next, and says whether they did. One call passes a known head, a
   *  known key, or a whole fixed map: in a deterministic encoding equal items are equal bytes. Total.
   *  @param pattern whole items or heads, encoded; at least one byte */
  take(pattern: readonly number[]): boolean {
    const bytes = this.bytes;
    let offset = this.offset;
    // Most patterns are one key, and most that fail are a key that may be absent: the first byte settles both.
    if (bytes[offset] !== pattern[0]) return false;
    const end = offset + pattern.length;
    if (end > this.limit) return false;
    for (let index = 1; ++offset < end; index++) if (bytes[offset] !== pattern[index]) return false;
    this.offset = end;
    return true;
  }

  /** Reads an unsigned integer, 0..max. RFC 8949 §3.1, major type 0.
   *  @param max at most 2^32 - 1 */
  readUint(max: number): number {
    const offset = this.offset;
    let value = this.bytes[offset];
    if (value < SHORT && offset < this.limit) this.offset = offset + 1;
    else value = readArgument(this, UNSIGNED);
    if (value > max) throw new Fault("cbor.bound");
    return value;
  }

  /** Reads an integer of either sign, -2^32..2^32 - 1. RFC 8949 §3.1, major types 0 and 1. */
  readInt(): number {
    const offset = this.offset;
    const head = this.bytes[offset];
    if (head < SHORT && offset < this.limit) {
      this.offset = offset + 1;
      return head;
    }
    return (head & 0xe0) === NEGATIVE ? -1 - readArgument(this, NEGATIVE) : readArgument(this, UNSIGNED);
  }

  /** Reads the next key of a map and checks that it stands after `previous` in the bytewise order of the encodings:
   *  0, 1, 2, ... then -1, -2, ... RFC 8949 §4.2.1.
   *  @param previous the key before it in the same map, or undefined for the first
   *  @throws Fault cbor.order when out of order or repeated */
  readKey(previous: number | undefined): number {
    const key = this.readInt();
    if (previous !== undefined && (key < 0 ? previous < 0 && key >= previous : previous < 0 || key <= previous)) {
      throw new Fault("cbor.order");
    }
    return key;
  }

  /** Reads a byte string of min..max bytes. RFC 8949 §3.1, major type 2.
   *  @returns the offset of its first byte; `offset` is then the end of its last */
  readBytes(min: number, max: number): number {
    const bytes = this.bytes;
    let start = this.offset + 1;
    let size = bytes[start - 1] ^ BYTES;
    if (size === SHORT && bytes[start] >= SHORT) size = bytes[start++];
    else if (size >= SHORT) {
      size = readArgument(this, BYTES);
      start = this.offset;
    }
    const end = start + size;
    if (end > this.limit) throw new Fault("cbor.truncated");
    if (size < min || size > max) throw new Fault("cbor.bound");
    this.offset = end;
    return start;
  }

  /** Reads a byte string of min..max bytes.
   *  @returns a view into the buffer */
  readView(min: number, max: number): Bytes {
    const start = this.readBytes(min, max);
    const bytes = this.bytes;
    return new Uint8Array(bytes.buffer, bytes.byteOffset + start, this.offset - start);
  }

  /** Reads a text string of min..max bytes. RFC 8949 §3.1, major type 3.
   *  @returns the offset of its first byte; `offset` is then the end of its last
   *  @throws Fault cbor.text unless it is well-formed UTF-8 */
  readTextBytes(min: number, max: number): number {
    const size = readArgument(this, TEXT);
    const start = this.offset;
    const end = start + size;
    if (end > this.limit) throw new Fault("cbor.truncated");
    if (size < min || size > max) throw new Fault("cbor.bound");
    this.offset = end;
    checkUtf8(this.bytes, start, end);
    return start;
  }

  /** Reads a text string of min..max bytes (bytes, not characters).
   *  @throws Fault cbor.text unless it is well-formed UTF-8 */
  readText(min: number, max: number): string {
    const start = this.readTextBytes(min, max);
    return decodeUtf8(this.bytes, start, this.offset);
  }

  /** Reads the head of an array. RFC 8949 §3.1, major type 4.
   *  @returns how many items follow, min..max */
  readArray(min: number, max: number): number {
    const offset = this.offset;
    let count = this.bytes[offset] ^ ARRAY;
    if (count < SHORT && offset < this.limit) this.offset = offset + 1;
    else count = readArgument(this, ARRAY);
    if (count < min || count > max) throw new Fault("cbor.bound");
    return count;
  }

  /** Reads the head of a map. RFC 8949 §3.1, major type 5.
   *  @returns how many pairs of key and value follow, min..max */
  readMap(min: number, max: number): number {
    const offset = this.offset;
    let count = this.bytes[offset] ^ MAP;
    if (count < SHORT && offset < this.limit) this.offset = offset + 1;
    else count = readArgument(this, MAP);
    if (count < min || count > max) throw new Fault("cbor.bound");
    return count;
  }

  /** Reads the head of a byte string and narrows the cursor to its content, without copying.
   *  @returns the limit outside, to be handed to `leaveBytes` */
  enterBytes(min: number, max: number): number {
    const outside = this.limit;
    const start = this.readBytes(min, max);
    this.limit = this.offset;
    this.offset = start;
    return outside;
  }

  /** Checks that the content of a byte string has been read to its end, and goes on behind it.
   *  @param outside what `enterBytes` returned
   *  @throws Fault cbor.trailing */
  leaveBytes(outside: number): void {
    if (this.offset !== this.limit) throw new Fault("cbor.trailing");
    this.limit = outside;
  }

  /** Checks that nothing follows.
   *  @throws Fault cbor.trailing */
  end(): void {
    if (this.offset !== this.limit) throw new Fault("cbor.trailing");
  }

  /** Aims the cursor at another part of the same buffer. Total: what lies outside the buffer reads as truncated.
   *  @param start offset of the first byte to read
   *  @param limit offset behind the last */
  moveTo(start: number, limit: number): void {
    this.offset = start;
    this.limit = limit < this.bytes.length ? limit : this.bytes.length;
  }

  /** Gives the major type of the next item, 0..7, without moving; undefined at the end. RFC 8949 §3.1. Total. */
  nextMajorType(): number | undefined {
    return this.offset < this.limit ? this.bytes[this.offset] >> 5 : undefined;
  }

  /** Reads one whole item and checks everything inside it, keys and nesting too; a tag is refused.
   *  @param depthMax how many arrays and maps may stand inside each other from here
   *  @throws Fault cbor.order, cbor.text, and what every `read` throws */
  skip(depthMax: number = DEPTH_MAX): void {
    const majorType = this.nextMajorType();
    if (majorType === 2) this.readBytes(0, ARGUMENT_MAX);
    else if (majorType === 3) this.readTextBytes(0, ARGUMENT_MAX);
    else if (majorType === 4) {
      if (depthMax === 0) throw new Fault("cbor.bound");
      for (let left = this.readArray(0, ARGUMENT_MAX); left > 0; left--) this.skip(depthMax - 1);
    } else if (majorType === 5) {
      if (depthMax === 0) throw new Fault("cbor.bound");
      let key: number | undefined;
      for (let left = this.readMap(0, ARGUMENT_MAX); left > 0; left--) {
        key = this.readKey(key);
        this.skip(depthMax - 1);
      }
    } else this.readInt();
  }
}

/** Reads a head of one major type.
 *  @param first the first byte of an item of that type with argument 0
 *  @returns its argument, 0..2^32 - 1 */
function readArgument(reader: Reader, first: number): number {
  const bytes = reader.bytes;
  let offset = reader.offset;
  if (offset >= reader.limit) throw new Fault("cbor.truncated");
  const short = bytes[offset++] ^ first;
  if (short < SHORT) {
    reader.offset = offset;
    return short;
  }
  let argument = 0;
  let argumentMin = SHORT;
  if (short === 25) {
    argument = (bytes[offset++] << 8) | bytes[offset++];
    argumentMin = 0x100;
  } else if (short === 26) {
    argument = (bytes[offset++] << 8) | bytes[offset++];
    argument = argument * 0x1_0000 + ((bytes[offset++] << 8) | bytes[offset++]);
    argumentMin = 0x1_0000;
  } else if (short === 24) argument = bytes[offset++];
  else throw new Fault(causeOf(reader, short));
  if (offset > reader.limit) throw new Fault("cbor.truncated");
  if (argument < argumentMin) throw new Fault("cbor.canonical");
  reader.offset = offset;
  return argument;
}

/** Says why a head that is not of the wanted type and size is refused. RFC 8949 §3: an additional information of 27 means
 *  8 bytes, 28 to 30 are reserved, 31 is an indefinite length; major types 6 and 7 are tags, floats and simple values. */
function causeOf(reader: Reader, short: number): FaultCode {
  const { bytes, offset } = reader;
  if (short > 31) return bytes[offset] < 0xc0 ? "cbor.type" : "cbor.unsupported";
  if (short === 31) return "cbor.canonical";
  if (short > 27) return "cbor.unsupported";
  if (offset + 9 > reader.limit) return "cbor.truncated";
  const upper = bytes[offset + 1] | bytes[offset + 2] | bytes[offset + 3] | bytes[offset + 4];
  return upper === 0 ? "cbor.canonical" : "cbor.unsupported";
}
