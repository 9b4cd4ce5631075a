// One recording: what the ring held when it began, and each frame from then on, signed and written.
// Why: evidence and file must agree on every frame's number and time; here both are given them.
// Follows docs/protocol.md §9.

import type { Crypto } from "../firmware/crypto/crypto.ts";
import { FRAME_BYTES_MAX } from "../firmware/evidence/elements.ts";
import type { Occasion } from "../firmware/evidence/footage.ts";
import { CHECKPOINT_BYTES_MAX, SEGMENT_BYTES } from "../firmware/evidence/segment.ts";
import { Fault } from "../firmware/fault.ts";
import { ClipWriter, type PictureSize } from "./clip.ts";
import { type ChainHead, type Circumstances, Evidence, type Signer } from "./evidence.ts";
import type { RingFrame } from "./ring.ts";
import type { Sink } from "./sink.ts";

/** The most that a picture of the sensor has, so that it fits in a frame with our segment. */
export const PICTURE_BYTES_MAX = FRAME_BYTES_MAX - SEGMENT_BYTES - CHECKPOINT_BYTES_MAX;

const SOI_BYTES = 2;

/** What a recording is made of and for. */
export interface RecordingOptions {
  readonly signer: Signer;
  readonly occasion: Occasion;
  readonly sink: Sink;
  readonly size: PictureSize;
}

/** Writes one clip. */
export class Recording {
  readonly #evidence: Evidence;
  readonly #clip: ClipWriter;
  #startedAt: number | undefined;

  /** Writes the beginning of the file. @throws Fault card.io */
  constructor(crypto: Crypto, { signer, occasion, sink, size }: RecordingOptions) {
    this.#evidence = new Evidence(crypto, signer, occasion);
    this.#clip = new ClipWriter(sink, size);
  }

  /** Where the signed chain stands: what the lock is told. */
  get head(): ChainHead {
    return this.#evidence.head;
  }

  /** How many checkpoints were signed. */
  get checkpoints(): number {
    return this.#evidence.checkpoints;
  }

  /** The time of its first frame, in milliseconds since the camera's start; undefined before it. */
  get startedAt(): number | undefined {
    return this.#startedAt;
  }

  /** Whether a frame of that number can be of this recording. */
  follows(seq: number): boolean {
    return this.#evidence.follows(seq);
  }

  /** Writes a frame. @param frame one that follows; its time is since the camera's start
   *  @throws Fault card.io, after which the recording is over; evidence.shape and clip.bound, and nothing was written */
  add(frame: RingFrame, circumstances: Circumstances): void {
    this.#write(frame, (stamped) => this.#evidence.take(stamped, circumstances));
  }

  /** Writes the last frame, and ends the file. @throws as `add` */
  end(frame: RingFrame, circumstances: Circumstances): void {
    this.#write(frame, (stamped) => this.#evidence.takeLast(stamped, circumstances));
    this.#clip.close();
  }

  #write(frame: RingFrame, sign: (frame: RingFrame) => Uint8Array): void {
    if (frame.jpeg.length > PICTURE_BYTES_MAX) throw new Fault("clip.bound");
    const startedAt = this.#startedAt ?? frame.ms;
    const stamped = { ...frame, ms: frame.ms - startedAt };
    const start = sign(stamped);
    this.#startedAt = startedAt;
    this.#clip.add([start, frame.jpeg.subarray(SOI_BYTES)], stamped.ms);
  }
}
