// The last few seconds of frames, for what happened just before somebody knocked.
// Why: whoever covers the lens does so before the bell; and memory that grows with the scene ends a camera in the worst moment.
// One buffer and one index of fixed size: the oldest frames make room. No frame has more than a third of the buffer, so that the
// newest one never makes room for the next: it waits until it is known whether it is a clip's last.

import { assert } from "../firmware/fault.ts";

/** A frame in the ring. */
export interface RingFrame {
  /** Its number, u32. */
  readonly seq: number;
  /** Milliseconds since the camera started, u32. */
  readonly ms: number;
  /** A view into the ring: good until the next frame is put in. */
  readonly jpeg: Uint8Array;
}

/** A frame has at most one part in so many of the ring. */
const PARTS_MIN = 3;

/** Holds the newest frames. */
export class Ring {
  readonly #bytes: Uint8Array;
  readonly #offsets: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #seqs: Uint32Array;
  readonly #times: Uint32Array;
  readonly #framesMax: number;
  /** The oldest frame's place in the index, and how many there are. */
  #oldest = 0;
  #count = 0;
  /** Behind the newest frame's bytes. */
  #end = 0;

  /** @param bytesMax of all frames together   @param framesMax how many at most, at least two */
  constructor(bytesMax: number, framesMax: number) {
    assert(bytesMax >= PARTS_MIN && framesMax >= 2, "a ring has room");
    this.#bytes = new Uint8Array(bytesMax);
    this.#framesMax = framesMax;
    this.#offsets = new Uint32Array(framesMax);
    this.#lengths = new Uint32Array(framesMax);
    this.#seqs = new Uint32Array(framesMax);
    this.#times = new Uint32Array(framesMax);
  }

  /** How many frames there are. */
  get count(): number {
    return this.#count;
  }

  /** The time of the oldest frame; 0 where there is none. */
  get oldestMs(): number {
    return this.#count === 0 ? 0 : (this.#times[this.#oldest] ?? 0);
  }

  /** The newest frame, as `shift` gives it; undefined where there is none. */
  get newest(): RingFrame | undefined {
    if (this.#count === 0) return undefined;
    return this.#frameAt((this.#oldest + this.#count - 1) % this.#framesMax);
  }

  /** Whether a frame of so many bytes is kept at all. */
  takes(size: number): boolean {
    return size > 0 && size <= this.#bytes.length / PARTS_MIN;
  }

  /** Whether a frame that is taken finds room without another's. */
  fits(size: number): boolean {
    if (this.#count === 0) return true;
    if (this.#count === this.#framesMax) return false;
    const isAround = this.#end + size > this.#bytes.length;
    if (isAround && this.#oldestOffset() >= this.#end) return false;
    const start = isAround ? 0 : this.#end;
    return !this.#isInTheWay(start, start + size);
  }

  /** Puts a frame in; the oldest go where it needs their room, and never the newest.
   *  @returns false, and nothing has changed, where it is not taken */
  push({ seq, ms, jpeg }: RingFrame): boolean {
    const size = jpeg.length;
    if (!this.takes(size)) return false;
    if (this.#count === this.#framesMax) this.#drop();
    let start = this.#end;
    if (start + size > this.#bytes.length) {
      // A frame stands in one piece: what is behind the end belongs to the oldest, and goes before the ring begins anew.
      while (this.#count > 0 && this.#oldestOffset() >= this.#end) this.#drop();
      start = 0;
    }
    while (this.#count > 0 && this.#isInTheWay(start, start + size)) this.#drop();
    this.#bytes.set(jpeg, start);
    const place = (this.#oldest + this.#count) % this.#framesMax;
    this.#offsets[place] = start;
    this.#lengths[place] = size;
    this.#seqs[place] = seq;
    this.#times[place] = ms;
    this.#count += 1;
    this.#end = start + size;
    return true;
  }

  /** Takes the oldest frame out; undefined where there is none. */
  shift(): RingFrame | undefined {
    if (this.#count === 0) return undefined;
    const frame = this.#frameAt(this.#oldest);
    this.#drop();
    return frame;
  }

  /** Forgets all frames, their bytes too: what was never recorded must not be found in memory. */
  clear(): void {
    this.#bytes.fill(0);
    this.#count = 0;
    this.#end = 0;
  }

  #frameAt(place: number): RingFrame {
    const offset = this.#offsets[place] ?? 0;
    const jpeg = this.#bytes.subarray(offset, offset + (this.#lengths[place] ?? 0));
    return { seq: this.#seqs[place] ?? 0, ms: this.#times[place] ?? 0, jpeg };
  }

  #drop(): void {
    this.#oldest = (this.#oldest + 1) % this.#framesMax;
    this.#count -= 1;
  }

  #oldestOffset(): number {
    return this.#offsets[this.#oldest] ?? 0;
  }

  #isInTheWay(start: number, end: number): boolean {
    const offset = this.#oldestOffset();
    return offset < end && offset + (this.#lengths[this.#oldest] ?? 0) > start;
  }
}
