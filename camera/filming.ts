// What of the sensor's frames becomes a clip: the last seconds before it began, and each frame until it ends.
// Why: whoever covers the lens does so before the bell, so a clip begins with what the ring holds; and a clip's last frame says
// that it is the last, so one frame always waits for the next one, or for the end.
// Follows docs/protocol.md §9. Its memory is fixed: the ring.

import type { Bytes } from "../firmware/bytes.ts";
import { CLIP_BYTES, type Occasion } from "../firmware/evidence/footage.ts";
import { isJpeg } from "../firmware/evidence/segment.ts";
import { Fault } from "../firmware/fault.ts";
import type { FootageHead } from "../firmware/link/witness.ts";
import { SKIPPED_MAX } from "./evidence.ts";
import { PICTURE_BYTES_MAX } from "./recording.ts";
import { type Purpose, Reel, type ReelParts, type Situation } from "./reel.ts";
import { Ring, type RingFrame } from "./ring.ts";

/** How long one clip lasts at most, in milliseconds; what goes on is another clip. */
export const CLIP_MILLIS_MAX = 3_600_000;
/** How old the newest frame that was kept is at most while a clip is said to be recorded, in milliseconds. */
export const KEPT_MILLIS = 3_000;
/** How many frames of the ring are written while one comes: a pre-roll of six seconds is on the card after two. */
const FRAMES_AT_ONCE = 4;
const NO_FRAME = 0xffff_ffff;

/** How much a ring holds. */
export interface RingSize {
  readonly ringBytes: number;
  readonly ringFrames: number;
  readonly preRollMillis: number;
}

/** What filming asks of its camera. */
export interface FilmingDesk {
  readonly situation: Situation;
  /** When a clip that ends now ended, by the lock's time; undefined where it is not known. */
  readonly ended: readonly [lo: number, hi: number] | undefined;
}

/** Films. Total: a card that refuses ends the clip, and `Shelf.isSound` says so. */
export class Filming {
  readonly #parts: ReelParts;
  readonly #desk: FilmingDesk;
  readonly #ring: Ring;
  readonly #preRollMillis: number;
  #wanted: (Omit<Purpose, "occasion"> & { readonly occasion: Omit<Occasion, "clip"> }) | undefined;
  #reel: Reel | undefined;
  #head: FootageHead | undefined;
  /** When the newest frame was taken that could be kept, in milliseconds since the camera's start. It may be in a clip by now. */
  #keptAt = 0;

  constructor(parts: ReelParts, size: RingSize, desk: FilmingDesk) {
    this.#parts = parts;
    this.#desk = desk;
    this.#ring = new Ring(size.ringBytes, size.ringFrames);
    this.#preRollMillis = size.preRollMillis;
  }

  /** Whether a clip is asked for. */
  get isOn(): boolean {
    return this.#wanted !== undefined;
  }

  /** Whether a clip is being written. */
  get isOpen(): boolean {
    return this.#reel !== undefined;
  }

  /** Whether a clip is being written, and frames are kept for it: the one that waits is young. Pictures that are none, are too
   *  large or do not come are no recording. @param ms the time now, in milliseconds since the camera's start */
  isRecording(ms: number): boolean {
    return this.#reel !== undefined && this.#ring.count > 0 && !this.isStarved(ms);
  }

  /** Whether the sensor, on for as long, has given nothing for a while that could be kept. @param ms as in `isRecording` */
  isStarved(ms: number): boolean {
    return ms - this.#keptAt > KEPT_MILLIS;
  }

  /** The visit of the clip that is asked for; 0 outside of one. */
  get visit(): number {
    return this.#wanted?.occasion.visit ?? 0;
  }

  /** The name of the clip that is being written: 16 bytes. */
  get clip(): Bytes | undefined {
    return this.#reel?.occasion.clip;
  }

  /** Where the chain of the clip stands that is being written, or of the last one that ended; undefined before the first. */
  get head(): FootageHead | undefined {
    const reel = this.#reel;
    return reel === undefined ? this.#head : headOf(reel);
  }

  /** Begins a clip, where none is on. @param ms the time now, in milliseconds since the camera's start */
  begin(occasion: Omit<Occasion, "clip">, recipients: readonly Bytes[], ms: number): void {
    this.#wanted = { occasion, recipients };
    while (this.#ring.count > 1 && ms - this.#ring.oldestMs > this.#preRollMillis) this.#ring.shift();
    this.#write(FRAMES_AT_ONCE);
  }

  /** Takes a frame that has a number; what is no picture, or too large, was taken and is not kept.
   *  @param frame its time does not fall */
  push(frame: RingFrame): void {
    this.#write(FRAMES_AT_ONCE);
    const { newest } = this.#ring;
    const isApart = newest !== undefined && frame.seq - newest.seq > SKIPPED_MAX;
    if (this.#reel !== undefined && isApart) this.#close();
    else if (isApart) this.#ring.clear();
    const size = frame.jpeg.length;
    if (!isJpeg(frame.jpeg) || size > PICTURE_BYTES_MAX || !this.#ring.takes(size)) return;
    const isLong = frame.ms - (this.#reel?.startedAt ?? frame.ms) >= CLIP_MILLIS_MAX;
    if (isLong) this.#close();
    // What waits for the card is written, and does not make room.
    while (this.#mayWrite && !this.#ring.fits(size)) this.#write(1);
    this.#ring.push(frame);
    this.#keptAt = frame.ms;
    // Between two clips of a visit there is no moment in which none is written: the lock would take it for the end.
    if (isLong && this.#hasPlace) this.#attempt(() => this.#opened(frame));
  }

  /** Ends the clip with the newest frame; harmless where none is on. */
  finish(): void {
    if (this.#wanted !== undefined) this.#close();
    this.#wanted = undefined;
  }

  /** Forgets what was not recorded. */
  clear(): void {
    this.finish();
    this.#ring.clear();
    this.#keptAt = 0;
  }

  /** Whether there is a frame that is to be written now: the newest waits. */
  get #mayWrite(): boolean {
    return this.#hasPlace && this.#ring.count > 1;
  }

  /** Whether there is a clip to write into, or room for another: the first frame of a clip waits for it in the ring. */
  get #hasPlace(): boolean {
    return this.#wanted !== undefined && (this.#reel !== undefined || this.#parts.shelf.canTake);
  }

  /** Writes all but the newest frame, at most so many. */
  #write(framesMax: number): void {
    for (let left = framesMax; left > 0 && this.#mayWrite; left--) {
      const frame = this.#ring.shift();
      if (frame !== undefined) this.#attempt(() => this.#opened(frame).add(frame, this.#desk.situation));
    }
  }

  #close(): void {
    this.#write(Number.POSITIVE_INFINITY);
    if (!this.#hasPlace) {
      // Nothing could be written: it is no beginning of another's clip either.
      this.#ring.clear();
      return;
    }
    const frame = this.#ring.shift();
    if (frame === undefined) return;
    this.#attempt(() => {
      const reel = this.#opened(frame);
      reel.end(frame, this.#desk.situation, this.#desk.ended);
      this.#head = headOf(reel);
    });
    this.#reel = undefined;
  }

  #opened({ seq }: RingFrame): Reel {
    const { random } = this.#parts;
    if (this.#reel !== undefined || this.#wanted === undefined) return this.#reel as Reel;
    const clip = new Uint8Array(CLIP_BYTES);
    random.fill(clip);
    const { occasion, recipients } = this.#wanted;
    this.#reel = new Reel(this.#parts, { occasion: { ...occasion, clip }, recipients }, seq);
    return this.#reel;
  }

  /** A card that refuses ends the clip: what it has of it is good up to its last whole chunk. */
  #attempt(work: () => void): void {
    try {
      work();
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      if (this.#reel !== undefined) this.#head = headOf(this.#reel);
      this.#reel = undefined;
      this.#wanted = undefined;
      this.#parts.shelf.failed();
    }
  }
}

function headOf(reel: Reel): FootageHead {
  const { seq, chain } = reel.head;
  return { clip: reel.occasion.clip, frame: seq ?? NO_FRAME, chain };
}
