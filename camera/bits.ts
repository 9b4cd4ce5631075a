// Reads the bits of a JPEG's scan: takes the stuffed zeros out and stops at a marker.
// Why: the innermost loop of the reader, with the end of the data held in one place: bits beyond it read as zero, and the
// reader asks after each block whether it took any.
// Follows ITU-T T.81 §B.1.1.5 and F.2.2.5.

import { NO_BYTES } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";

/** Below this many bits, more are held: a look and a skip of the longest entry find enough after one filling each. */
const HELD_BITS_MIN = 24;
const PADDING_BITS_MAX = 64;
const MARKER_RST0 = 0xd0;
const MARKER_RST7 = 0xd7;

/** A cursor over the bits of a scan. */
export class ScanBits {
  #bytes: Uint8Array = NO_BYTES;
  #at = 0;
  #held = 0;
  #count = 0;
  /** Zero bits that stand for bytes beyond the end of the data. */
  #padding = 0;

  /** Begins at a byte of a file. @param bytes a view that is kept until the next begin */
  begin(bytes: Uint8Array, at: number): void {
    this.#bytes = bytes;
    this.#at = at;
    this.#held = 0;
    this.#count = 0;
    this.#padding = 0;
  }

  /** Gives the next bits without taking them. @param count 1..16 */
  peek(count: number): number {
    if (this.#count < count) this.#fill();
    return (this.#held >>> (this.#count - count)) & ((1 << count) - 1);
  }

  /** Takes bits. @param count 0..31 */
  skip(count: number): void {
    let left = count;
    while (left > this.#count) {
      left -= this.#count;
      this.#count = 0;
      this.#fill();
    }
    this.#count -= left;
  }

  /** Takes bits and gives them. @param count 0..16 */
  take(count: number): number {
    if (count === 0) return 0;
    const bits = this.peek(count);
    this.#count -= count;
    return bits;
  }

  /** Whether more bits were taken than there are. */
  get isOverrun(): boolean {
    return this.#count < this.#padding;
  }

  /** Ends an interval: drops the rest of its byte and takes the restart marker that must stand there. T.81 §E.2.4.
   *  @param index of the marker, counted from the scan's beginning   @throws Fault image.shape, image.truncated */
  restart(index: number): void {
    const at = this.#end();
    if (this.#bytes[at + 1] !== MARKER_RST0 + (index & 7)) throw new Fault("image.shape");
    this.begin(this.#bytes, at + 2);
  }

  /** Ends the scan. @returns where the next marker's 0xFF stands   @throws Fault image.shape, image.truncated */
  end(): number {
    const at = this.#end();
    const marker = this.#bytes[at + 1] as number;
    if (marker >= MARKER_RST0 && marker <= MARKER_RST7) throw new Fault("image.shape");
    return at;
  }

  #end(): number {
    // What is held beyond the current byte was never asked for: a whole byte of it is data that no block took.
    if (this.#count - this.#padding >= 8) throw new Fault("image.shape");
    let at = this.#at;
    if (at >= this.#bytes.length) throw new Fault("image.truncated");
    if (this.#bytes[at] !== 0xff) throw new Fault("image.shape");
    // Any number of 0xFF may fill the space before a marker (T.81 §B.1.1.2).
    while (this.#bytes[at + 1] === 0xff) at += 1;
    const marker = this.#bytes[at + 1];
    if (marker === undefined) throw new Fault("image.truncated");
    if (marker === 0) throw new Fault("image.shape");
    return at;
  }

  #fill(): void {
    const bytes = this.#bytes;
    while (this.#count < HELD_BITS_MIN) {
      let byte = 0;
      const next = bytes[this.#at];
      if (next === undefined || (next === 0xff && bytes[this.#at + 1] !== 0)) {
        this.#padding = Math.min(this.#padding + 8, PADDING_BITS_MAX);
      } else {
        byte = next;
        this.#at += next === 0xff ? 2 : 1;
      }
      this.#held = ((this.#held << 8) | byte) & 0x7fffffff;
      this.#count += 8;
    }
  }
}
