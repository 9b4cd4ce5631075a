// A writer of deterministic CBOR, into one buffer that grows to a bound.
// Why: what the house signs or journals must have one byte form, or its own strict cursor would refuse it. Whoever
// writes keys out of order, or a map with a pair missing, is stopped at once and not by a reader later.
// Follows RFC 8949 §4.2.1, in the subset of decode.ts: integers up to 32 bits, strings, arrays, maps, tag 18.

import type { Bytes } from "../bytes.ts";
import { assert } from "../fault.ts";
import { encodeUtf8 } from "./text.ts";

/** The most bytes that a writer holds unless it is told otherwise. */
export const WRITER_BYTES_MAX = 2_400;

/** A writer with a small bound has all of its room from the start; another grows, and copies what it has each time. */
const BYTES_AT_START_MAX = 512;
const BYTES_AT_START = 192;
const HEAD_BYTES_MAX = 5;
/** Arguments below this stand in the head's own byte. */
const SHORT = 24;
/** In the order of keys all negative ones stand behind the largest unsigned one. */
const KEY_RANK_NEGATIVE = 0x1_0000_0000;

// The first byte of an item with argument 0, by major type (RFC 8949 §3.1).
const UNSIGNED = 0x00;
const NEGATIVE = 0x20;
const BYTES = 0x40;
const TEXT = 0x60;
const ARRAY = 0x80;
const MAP = 0xa0;
const TAG = 0xc0;

/** An array or a map that is being written, or the one item that is the whole. */
interface Level {
  /** Items still to come; a pair is two, so that a key comes next where the number is even. */
  left: number;
  readonly isMap: boolean;
  /** The rank of the last key, -1 before the first. */
  lastKey: number;
  /** Where the item ends that is embedded in a byte string, -1 for every other. */
  readonly end: number;
  readonly outside: Level | undefined;
}

/** Writes one item, with all that stands inside it. Each method returns the writer. In a map, write a key with `uint` or
 *  `int` and then its value; keys go 0, 1, 2, ..., -1, -2, ... Every misuse is an assertion, never a Fault: keys
 *  out of order, too many or too few items, a number above 32 bits, more bytes than the bound. */
export class Writer {
  private level: Level = { left: 1, isMap: false, lastKey: -1, end: -1, outside: undefined };
  private size = 0;
  private buffer: Bytes;
  private room: number;
  private readonly bytesMax: number;
  /** Whether it only counts: its buffer stays empty then. */
  private isCounting = false;

  /** @param bytesMax the bound of the finished item, in bytes
   *  @param bytesAtStart the room that it has at first, in bytes */
  constructor(
    bytesMax: number = WRITER_BYTES_MAX,
    bytesAtStart: number = bytesMax <= BYTES_AT_START_MAX ? bytesMax : BYTES_AT_START,
  ) {
    this.room = bytesAtStart;
    this.buffer = new Uint8Array(bytesAtStart);
    this.bytesMax = bytesMax;
  }

  /** Gives a whole item in a buffer that was made in its size: `write` is asked twice, first to be counted. For what is so large
   *  that a board has no room for two copies.
   *  @param bytesMax the bound of the item, in bytes   @param write writes it, and the same both times */
  static encode(bytesMax: number, write: (writer: Writer) => void): Bytes {
    const counter = Writer.counter(bytesMax);
    write(counter);
    const writer = new Writer(bytesMax, counter.counted);
    write(writer);
    return writer.finish();
  }

  /** Gives a writer without a buffer, for whoever must know the size of an item first. */
  static counter(bytesMax: number): Writer {
    const counter = new Writer(bytesMax, 0);
    counter.isCounting = true;
    // Writing past the end of an empty buffer does nothing (ECMA-262, TypedArraySetElement).
    counter.room = bytesMax;
    return counter;
  }

  /** The size of the whole item that was written, in bytes, with a buffer or without. */
  get counted(): number {
    assert(this.level.left === 0, "an item ends when all that it announced has been written");
    return this.size;
  }

  /** Writes an unsigned integer. @param value 0..2^32 - 1 */
  uint(value: number): this {
    this.item(UNSIGNED, value);
    return this;
  }

  /** Writes an integer of either sign. @param value -2^32..2^32 - 1 */
  int(value: number): this {
    if (value < 0) this.item(NEGATIVE, -1 - value);
    else this.item(UNSIGNED, value);
    return this;
  }

  /** Writes a byte string. */
  bytes(value: Uint8Array): this {
    this.item(BYTES, value.length);
    this.append(value);
    if (this.level.left === 0) this.leave();
    return this;
  }

  /** Writes a text string as UTF-8; it has no unpaired surrogate. RFC 3629. */
  text(value: string): this {
    const encoded = encodeUtf8(value);
    this.item(TEXT, encoded.length);
    this.append(encoded);
    if (this.level.left === 0) this.leave();
    return this;
  }

  /** Writes the head of an array. @param count how many items will follow */
  array(count: number): this {
    this.item(ARRAY, count);
    this.level = { left: count, isMap: false, lastKey: -1, end: -1, outside: this.level };
    if (count === 0) this.leave();
    return this;
  }

  /** Writes the head of a map. @param count how many pairs of key and value will follow */
  map(count: number): this {
    this.item(MAP, count);
    this.level = { left: 2 * count, isMap: true, lastKey: -1, end: -1, outside: this.level };
    if (count === 0) this.leave();
    return this;
  }

  /** Writes a tag; the item that it marks follows. RFC 8949 §3.4. @param tag 0..23; COSE_Sign1 is 18 */
  tag(tag: number): this {
    assert(tag >>> 0 === tag && tag < SHORT, "a tag has one byte");
    assert(this.isAtValue(), "a tag stands before an item, and never at a key's place");
    if (this.size === this.room) this.reserve(1);
    this.buffer[this.size++] = TAG | tag;
    return this;
  }

  /** Writes the head of a byte string that is one whole item itself, which follows. @param size of that item, as a counter gives it */
  embed(size: number): this {
    this.item(BYTES, size);
    this.level = { left: 1, isMap: false, lastKey: -1, end: this.size + size, outside: this.level };
    return this;
  }

  /** Copies one whole item that is encoded already, tagged or not. Its form is the caller's affair. */
  raw(encoded: Uint8Array): this {
    assert(this.isAtValue(), "an encoded item stands before the end, and never at a key's place");
    this.append(encoded);
    this.level.left--;
    if (this.level.left === 0) this.leave();
    return this;
  }

  /** Ends the item.
   *  @returns the encoding in a buffer of its exact size */
  finish(): Bytes {
    const size = this.counted;
    return size === this.room ? this.buffer : this.buffer.slice(0, size);
  }

  private isAtValue(): boolean {
    const { left, isMap } = this.level;
    return left > 0 && !(isMap && (left & 1) === 0);
  }

  /** Counts an item, checks it where it is a key, and writes its head in the shortest form. */
  private item(first: number, argument: number): void {
    // Each claim is tested before the call: the call would cost more than the rest of the head.
    if (argument >>> 0 !== argument) assert(false, "an argument is a whole number of at most 32 bits");
    const level = this.level;
    const left = level.left;
    if (left === 0) assert(false, "nothing is written behind the last item");
    if (level.isMap && (left & 1) === 0) this.checkKey(first, argument);
    let size = this.size;
    if (size + HEAD_BYTES_MAX > this.room) this.reserveHead(argument);
    const buffer = this.buffer;
    if (argument < SHORT) buffer[size++] = first | argument;
    else if (argument < 0x100) {
      buffer[size++] = first | 24;
      buffer[size++] = argument;
    } else {
      buffer[size++] = first | (argument < 0x1_0000 ? 25 : 26);
      if (argument >= 0x1_0000) {
        buffer[size++] = argument >> 24;
        buffer[size++] = argument >> 16;
      }
      buffer[size++] = argument >> 8;
      buffer[size++] = argument;
    }
    this.size = size;
    level.left = left - 1;
    // The end of a string is its last byte; that of an array or a map its last item.
    if (left === 1 && first < BYTES) this.leave();
  }

  /** Comes out of every array and map that is complete. */
  private leave(): void {
    while (this.level.left === 0 && this.level.outside !== undefined) {
      const { end, outside } = this.level;
      if (end >= 0 && end !== this.size) assert(false, "what is embedded is the item that was counted");
      this.level = outside;
    }
  }

  private append(content: ArrayLike<number>): void {
    const size = this.size + content.length;
    if (size > this.room) this.reserve(content.length);
    if (!this.isCounting) this.buffer.set(content, this.size);
    this.size = size;
  }

  /** Apart from `item`, where the name of what it calls would be one more slot at the bottom of a board's stack. */
  private reserveHead(argument: number): void {
    this.reserve(headBytes(argument));
  }

  /** Asserts that a key is an integer and stands behind the one before it. RFC 8949 §4.2.1. */
  private checkKey(first: number, argument: number): void {
    const { level } = this;
    const rank = first === NEGATIVE ? KEY_RANK_NEGATIVE + argument : argument;
    if (first > NEGATIVE) assert(false, "a key is an integer");
    if (rank <= level.lastKey) assert(false, "keys stand in the bytewise order of their encodings, each once");
    level.lastKey = rank;
  }

  /** Makes room for `count` more bytes, where there is not enough. */
  private reserve(count: number): void {
    const size = this.size + count;
    if (size <= this.room) return;
    assert(size <= this.bytesMax, "an item stays within the bound of its writer");
    this.room = Math.min(this.bytesMax, Math.max(size, 2 * this.room));
    const buffer = new Uint8Array(this.room);
    buffer.set(this.buffer);
    this.buffer = buffer;
  }
}

/** Gives the size of an item's head, in bytes. @param argument as it stands there: a number, or a length */
export function headBytes(argument: number): number {
  if (argument < SHORT) return 1;
  if (argument < 0x100) return 2;
  return argument < 0x1_0000 ? 3 : HEAD_BYTES_MAX;
}
