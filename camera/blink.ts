// Asks the picture whether it is of here and now: a lamp blinks in a pattern drawn at random, and the frames must show it.
// Why: a film of an empty hall lives as well as the hall does, with fresh noise; it cannot know the pattern. What is proven is that
// what lies before the lens was lit by this lamp in this order. A picture held before the lens is lit by it too and answers,
// and so does a film by whoever watches the lamp and brightens each frame by it: neither is ruled out here. In daylight the
// lamp is too weak to be seen, and then no answer means nothing.

import { assert } from "../firmware/fault.ts";
import type { Random } from "../firmware/platform.ts";
import { BLOCKS } from "./features.ts";
import { LUMA_BYTES } from "./luma.ts";
import { BLINK } from "./thresholds.ts";

/** What came of a challenge: still asked; seen; not seen; too bright to tell. */
export type BlinkAnswer = "asked" | "seen" | "unseen" | "too-bright";

const BLOCK_PIXELS = LUMA_BYTES / BLOCKS;

/** One challenge: for each frame in turn the lamp is set to `isLit`, then the frame is taken. Fixed memory. */
export class BlinkChallenge {
  readonly #pattern = new Uint8Array(BLINK.frames);
  /** The darkest lit sum and the brightest unlit sum of each block. */
  readonly #litLeast = new Int32Array(BLOCKS);
  readonly #unlitMost = new Int32Array(BLOCKS);
  readonly #draws = new Uint8Array(BLINK.frames);
  #at: number = BLINK.frames;
  #unlitSum = 0;
  #answer: BlinkAnswer = "unseen";
  #isNight = false;

  /** Draws a pattern: half of its frames lit, each choice equally likely but for 1 part in 16.
   *  @param isNight the camera is in its night mode: then there is no daylight that could hide the lamp */
  ask(random: Random, isNight: boolean): void {
    this.#isNight = isNight;
    this.#pattern.fill(0).fill(1, BLINK.frames / 2);
    random.fill(this.#draws as Uint8Array<ArrayBuffer>);
    for (let last = BLINK.frames - 1; last > 0; last--) {
      const other = (this.#draws[last] as number) % (last + 1);
      const bit = this.#pattern[last] as number;
      this.#pattern[last] = this.#pattern[other] as number;
      this.#pattern[other] = bit;
    }
    this.#litLeast.fill(255 * BLOCK_PIXELS);
    this.#unlitMost.fill(0);
    this.#unlitSum = 0;
    this.#at = 0;
    this.#answer = "asked";
  }

  /** Whether the lamp is to be lit for the next frame. */
  get isLit(): boolean {
    return this.#at < BLINK.frames && this.#pattern[this.#at] === 1;
  }

  /** What is known by now. */
  get answer(): BlinkAnswer {
    return this.#answer;
  }

  /** Takes the frame that was exposed with the lamp as `isLit` said.
   *  @param blockSums sums of its 48 blocks (Features.blockSums) */
  take(blockSums: Int32Array): BlinkAnswer {
    assert(this.#answer === "asked" && blockSums.length === BLOCKS, "a challenge that is asked");
    const isLit = this.isLit;
    for (let block = 0; block < BLOCKS; block++) {
      const sum = blockSums[block] as number;
      if (isLit) this.#litLeast[block] = Math.min(this.#litLeast[block] as number, sum);
      else {
        this.#unlitMost[block] = Math.max(this.#unlitMost[block] as number, sum);
        this.#unlitSum += sum;
      }
    }
    this.#at += 1;
    if (this.#at === BLINK.frames) this.#answer = this.#judge();
    return this.#answer;
  }

  #judge(): BlinkAnswer {
    let following = 0;
    for (let block = 0; block < BLOCKS; block++) {
      const rise = (this.#litLeast[block] as number) - (this.#unlitMost[block] as number);
      if (rise >= BLINK.riseLevels * BLOCK_PIXELS) following += 1;
    }
    if (following >= BLINK.blocksMin) return "seen";
    if (this.#isNight) return "unseen";
    return this.#unlitSum > (BLINK.meanMax * LUMA_BYTES * BLINK.frames) / 2 ? "too-bright" : "unseen";
  }
}
