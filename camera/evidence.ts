// What makes a recording evidence: each frame that is kept goes into a chain, and about once a second the camera signs which.
// Why: a film that anybody could have cut proves nothing. One that says for each frame where it belongs shows every cut.
// Follows docs/protocol.md §9.

import type { Bytes } from "../firmware/bytes.ts";
import { kid8 } from "../firmware/cose/key.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import {
  encodeFootage,
  FOOTAGE_FRAMES_MAX,
  type Occasion,
  SHORT_HASH_BYTES,
  type ToldTime,
} from "../firmware/evidence/footage.ts";
import {
  chainSeed,
  encodeSegment,
  extendChain,
  type FrameStamp,
  isJpeg,
  rawFrameHash,
} from "../firmware/evidence/segment.ts";
import { assert, Fault } from "../firmware/fault.ts";

/** How long a checkpoint covers at most, in milliseconds. */
export const CHECKPOINT_MILLIS = 1_000;
/** How many frames wait for the next checkpoint: half of what one covers, so that the last frame, and what was not kept before
 *  it, always has a place in the checkpoint that it carries. */
const PENDING_MAX = FOOTAGE_FRAMES_MAX / 2;
/** How many frames in a row may be taken and not kept within a clip. */
export const SKIPPED_MAX = PENDING_MAX - 1;

/** Whose camera it is. */
export interface Signer {
  /** Ed25519, 32 bytes each. */
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** One frame of the sensor: a whole JPEG. */
export interface Frame extends FrameStamp {
  readonly jpeg: Uint8Array;
}

/** What the next checkpoint says besides its frames. */
export interface Circumstances {
  /** The number of the newest rail record. */
  readonly power: number;
  readonly told?: ToldTime | undefined;
  readonly nonce?: Bytes | undefined;
}

/** Where the chain stands: what the lock is told at the start, at the end and once a minute. */
export interface ChainHead {
  /** The number of the newest frame that is signed; undefined before the first checkpoint. */
  readonly seq: number | undefined;
  /** 32 bytes. */
  readonly chain: Bytes;
}

/** The evidence of one clip, from its first frame to its last. Its memory is fixed: the hashes of one checkpoint. */
export class Evidence {
  readonly #crypto: Crypto;
  readonly #signer: Signer;
  readonly #occasion: Occasion;
  readonly #hashes = new Uint8Array(FOOTAGE_FRAMES_MAX * SHORT_HASH_BYTES);
  #count = 0;
  #first = 0;
  /** Milliseconds of the first and of the newest pending frame that was kept. */
  #since = 0;
  #ms = 0;
  #number = 0;
  #chain: Bytes;
  #before: Bytes;
  #head: ChainHead;
  #isOpen = true;

  /** Begins a clip. @param occasion its name must be fresh */
  constructor(crypto: Crypto, signer: Signer, occasion: Occasion) {
    this.#crypto = crypto;
    this.#signer = signer;
    this.#occasion = occasion;
    this.#chain = chainSeed(crypto, kid8(crypto, signer.publicKey), occasion.clip);
    this.#before = this.#chain;
    this.#head = { seq: undefined, chain: this.#chain };
  }

  /** Where the signed chain stands. */
  get head(): ChainHead {
    return this.#head;
  }

  /** How many checkpoints were signed. */
  get checkpoints(): number {
    return this.#number;
  }

  /** Whether a frame of that number can still be of this clip: at most 29 frames before it were taken and not kept. Where
   *  it cannot, this clip is over and another begins. */
  follows(seq: number): boolean {
    if (!this.#isOpen) return false;
    if (this.#count === 0 && this.#number === 0) return true;
    const skipped = seq - this.#next();
    return skipped >= 0 && skipped <= SKIPPED_MAX;
  }

  /** Takes a frame in.
   *  @param frame one that follows; its milliseconds do not fall
   *  @returns what stands before the picture's third byte: SOI and our segment
   *  @throws Fault evidence.shape for what is no JPEG; nothing has changed then */
  take(frame: Frame, circumstances: Circumstances): Bytes {
    const checkpoint = this.#isDue(frame) ? this.#sign(circumstances, false) : undefined;
    this.#append(frame);
    return encodeSegment(frame, this.#chain, checkpoint);
  }

  /** Takes the last frame in: the checkpoint that it carries covers itself too, and says that the clip ends here.
   *  @throws Fault evidence.shape, as `take` does */
  takeLast(frame: Frame, circumstances: Circumstances): Bytes {
    this.#check(frame);
    this.#append(frame);
    const checkpoint = this.#sign(circumstances, true);
    this.#isOpen = false;
    return encodeSegment(frame, this.#chain, checkpoint);
  }

  #isDue(frame: Frame): boolean {
    this.#check(frame);
    if (this.#count === 0) return false;
    const skipped = frame.seq - this.#next();
    return frame.ms - this.#since >= CHECKPOINT_MILLIS || this.#count + skipped >= PENDING_MAX;
  }

  #check({ seq, ms, jpeg }: Frame): void {
    if (!isJpeg(jpeg)) throw new Fault("evidence.shape");
    assert(this.follows(seq) && ms >= this.#ms, "a frame of a clip follows the one before it");
  }

  #next(): number {
    return this.#first + this.#count;
  }

  #append(frame: Frame): void {
    const hash = rawFrameHash(this.#crypto, frame, frame.jpeg);
    if (this.#count === 0) {
      if (this.#number === 0) this.#first = frame.seq;
      this.#since = frame.ms;
    }
    // What was taken and not kept has a place of zeros, so that numbers have no gap.
    const place = frame.seq - this.#first;
    this.#hashes.fill(0, this.#count * SHORT_HASH_BYTES, place * SHORT_HASH_BYTES);
    this.#hashes.set(hash.subarray(0, SHORT_HASH_BYTES), place * SHORT_HASH_BYTES);
    this.#count = place + 1;
    this.#ms = frame.ms;
    this.#chain = extendChain(this.#crypto, this.#chain, hash);
  }

  #sign(circumstances: Circumstances, isLast: boolean): Bytes {
    const signed = encodeFootage(this.#crypto, this.#signer, {
      ...this.#occasion,
      ...circumstances,
      number: this.#number,
      first: this.#first,
      hashes: this.#hashes.slice(0, this.#count * SHORT_HASH_BYTES),
      ms: this.#ms,
      before: this.#before,
      chain: this.#chain,
      isLast,
    });
    this.#head = { seq: this.#next() - 1, chain: this.#chain };
    this.#number += 1;
    this.#first = this.#next();
    this.#count = 0;
    this.#before = this.#chain;
    return signed;
  }
}
