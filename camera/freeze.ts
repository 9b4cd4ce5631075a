// Sees that a picture does not live: the same file again and again, a loop of old files, a still that is encoded anew.
// Why: a thief who has the wire or the radio shows an empty hall. No sensor gives the same bytes twice, since it has noise.
// A replay with fresh noise cannot be seen in pixels: that is what blink.ts and the signed counter are for.

import { assert } from "../firmware/fault.ts";
import { LUMA_BYTES } from "./luma.ts";
import { PATIENCE, SCENE } from "./thresholds.ts";

/** What does not live; "none" where it seems to. */
export type Stillness = "none" | "frozen" | "looped" | "still";

const PERCENT = 100;
const RECENT = 16;

/** Watches for pictures that were seen before. Fixed memory: 8 bytes for each of 512 files, and one picture. */
export class FreezeWatch {
  readonly #firsts = new Uint32Array(PATIENCE.loopFrames);
  readonly #seconds = new Uint32Array(PATIENCE.loopFrames);
  #frames = 0;
  /** Equal files in a row, the first included. */
  #equal = 1;
  /** One bit for each of the last 16 files: seen before, and not merely the one before it. */
  #repeats = 0;
  readonly #previous = new Uint8Array(LUMA_BYTES);
  #hasPrevious = false;
  #stillPairs = 0;

  /** Takes the hash of a file: every file that the sensor gave, analysed or not.
   *  @param hash SHA-256 of the JPEG; its first 8 bytes are kept
   *  @returns "frozen" or "looped" where it is one by now */
  takeHash(hash: Uint8Array): Stillness {
    assert(hash.length >= 8, "a hash");
    const first = wordAt(hash, 0);
    const second = wordAt(hash, 4);
    const last = (this.#frames + PATIENCE.loopFrames - 1) % PATIENCE.loopFrames;
    const isSame = this.#frames > 0 && this.#firsts[last] === first && this.#seconds[last] === second;
    this.#equal = isSame ? this.#equal + 1 : 1;
    const isRepeat = !isSame && this.#isKnown(first, second);
    this.#repeats = ((this.#repeats << 1) | (isRepeat ? 1 : 0)) & ((1 << RECENT) - 1);
    const slot = this.#frames % PATIENCE.loopFrames;
    this.#firsts[slot] = first;
    this.#seconds[slot] = second;
    this.#frames += 1;
    if (this.#equal >= PATIENCE.frozenFrames) return "frozen";
    return countBits(this.#repeats) >= PATIENCE.loopRepeats ? "looped" : "none";
  }

  /** Takes an analysed picture. Of a dark one nothing is said: its noise may lie below the smallest step.
   *  @returns "still" where hardly a pixel has changed for several frames */
  takeLuma(luma: Uint8Array): Stillness {
    assert(luma.length === LUMA_BYTES, "a whole picture");
    const previous = this.#previous;
    let [equal, sum, difference] = [0, 0, 0];
    for (let at = 0; at < LUMA_BYTES; at++) {
      const own = luma[at] as number;
      const change = own - (previous[at] as number);
      const step = change < 0 ? -change : change;
      if (step === 0) equal += 1;
      if (step > difference) difference = step;
      sum += own;
    }
    const isStill =
      this.#hasPrevious &&
      equal * PERCENT >= PATIENCE.stillEqual * LUMA_BYTES &&
      difference <= PATIENCE.stillDifference &&
      sum >= SCENE.darkMean * LUMA_BYTES;
    this.#stillPairs = isStill ? Math.min(this.#stillPairs + 1, PATIENCE.stillPairs) : 0;
    previous.set(luma);
    this.#hasPrevious = true;
    return this.#stillPairs >= PATIENCE.stillPairs ? "still" : "none";
  }

  /** Whether a file is among those that are remembered. */
  #isKnown(first: number, second: number): boolean {
    const count = Math.min(this.#frames, PATIENCE.loopFrames);
    for (let at = this.#firsts.indexOf(first); at >= 0 && at < count; at = this.#firsts.indexOf(first, at + 1)) {
      if (this.#seconds[at] === second) return true;
    }
    return false;
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
