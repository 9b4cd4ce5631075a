// Sees that a picture does not live: the same file again and again, a loop of old files, a still that is encoded anew.
// Why: a thief who has the wire or the radio shows an empty hall. No sensor gives the same bytes twice, since it has noise.
// A replay with fresh noise cannot be seen in pixels: that is what blink.ts and the signed counter are for.

import { assert } from "../firmware/fault.ts";
import { LUMA_BYTES } from "./luma.ts";
import { PATIENCE } from "./thresholds.ts";

/** What does not live; "none" where it seems to. */
export type Stillness = "none" | "frozen" | "looped" | "still";

const PERCENT = 100;
const RECENT = 16;
/** Two hashes of a picture, after FNV-1a and FNV-1 of 32 bits: equal pictures are sought, not forged ones. */
const HASH_PRIME = 0x01000193;
const HASH_START = 0x811c9dc5;

/** The last 512 of something, by 8 bytes of each. Fixed memory. */
class Shown {
  readonly #firsts = new Uint32Array(PATIENCE.loopFrames);
  readonly #seconds = new Uint32Array(PATIENCE.loopFrames);
  #frames = 0;
  /** Equal ones in a row, the first included. */
  equal = 1;
  /** One bit for each of the last 16: shown before, and not merely the one before it. */
  #repeats = 0;

  take(first: number, second: number): void {
    const last = (this.#frames + PATIENCE.loopFrames - 1) % PATIENCE.loopFrames;
    const isSame = this.#frames > 0 && this.#firsts[last] === first && this.#seconds[last] === second;
    this.equal = isSame ? this.equal + 1 : 1;
    const isRepeat = !isSame && this.#isKnown(first, second);
    this.#repeats = ((this.#repeats << 1) | (isRepeat ? 1 : 0)) & ((1 << RECENT) - 1);
    const slot = this.#frames % PATIENCE.loopFrames;
    this.#firsts[slot] = first;
    this.#seconds[slot] = second;
    this.#frames += 1;
  }

  /** Counts repeats anew: what they repeat is remembered. */
  forgetRepeats(): void {
    this.#repeats = 0;
  }

  get isLooped(): boolean {
    return countBits(this.#repeats) >= PATIENCE.loopRepeats;
  }

  /** Whether one is among those that are remembered. */
  #isKnown(first: number, second: number): boolean {
    const count = Math.min(this.#frames, PATIENCE.loopFrames);
    for (let at = this.#firsts.indexOf(first); at >= 0 && at < count; at = this.#firsts.indexOf(first, at + 1)) {
      if (this.#seconds[at] === second) return true;
    }
    return false;
  }
}

/** Watches for pictures that were seen before. Fixed memory: 8 bytes for each of 512 files and 512 pictures, and one picture. */
export class FreezeWatch {
  readonly #files = new Shown();
  /** Analysed pictures: whoever changes a byte that shows nothing has a new file, and the old picture. */
  readonly #pictures = new Shown();
  readonly #previous = new Uint8Array(LUMA_BYTES);
  #hasPrevious = false;
  #stillPairs = 0;

  /** Takes note that the sensor had no power: a loop of before is none of now, until it is shown again. */
  wake(): void {
    this.#files.forgetRepeats();
    this.#pictures.forgetRepeats();
  }

  /** Takes the hash of a file: every file that the sensor gave, analysed or not.
   *  @param hash SHA-256 of the JPEG; its first 8 bytes are kept
   *  @returns "frozen" or "looped" where it is one by now */
  takeHash(hash: Uint8Array): Stillness {
    assert(hash.length >= 8, "a hash");
    const files = this.#files;
    files.take(wordAt(hash, 0), wordAt(hash, 4));
    if (files.equal >= PATIENCE.frozenFrames) return "frozen";
    return files.isLooped ? "looped" : "none";
  }

  /** Takes an analysed picture. Of a dark one nothing is said: its noise may lie below the smallest step.
   *  @param isDark dark and even, as the scene says (Features.isDark)
   *  @returns "looped" where old pictures come again; "still" where hardly a cell has changed a little for several frames,
   *  as noise changes it, however much a few others have */
  takeLuma(luma: Uint8Array, isDark: boolean): Stillness {
    assert(luma.length === LUMA_BYTES, "a whole picture");
    const previous = this.#previous;
    let [small, large] = [0, 0];
    let [first, second] = [HASH_START, HASH_START];
    for (let at = 0; at < LUMA_BYTES; at++) {
      const own = luma[at] as number;
      const change = own - (previous[at] as number);
      if (change > PATIENCE.stillDifference || change < -PATIENCE.stillDifference) large += 1;
      else if (change !== 0) small += 1;
      first = Math.imul(first ^ own, HASH_PRIME);
      second = Math.imul(second, HASH_PRIME) ^ own;
    }
    previous.set(luma);
    const isSmall = small * PERCENT <= PATIENCE.stillSmall * (LUMA_BYTES - large);
    const isStill = this.#hasPrevious && !isDark && isSmall && large * PERCENT < PATIENCE.stillMoved * LUMA_BYTES;
    this.#hasPrevious = true;
    this.#stillPairs = isStill ? Math.min(this.#stillPairs + 1, PATIENCE.stillPairs) : 0;
    if (isDark) return "none";
    this.#pictures.take(first >>> 0, second >>> 0);
    if (this.#stillPairs >= PATIENCE.stillPairs) return "still";
    return this.#pictures.isLooped ? "looped" : "none";
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  const [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]] as [number, number, number, number];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function countBits(word: number): number {
  let count = 0;
  for (let left = word; left !== 0; left &= left - 1) count += 1;
  return count;
}
