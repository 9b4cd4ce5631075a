// Measures one reduced picture against a reference, in one pass, with integers.
// Why: the chip has the time for one look at 1,200 pixels; all that is decided about a scene is decided from these sums.
// Blocks are 5 by 5 pixels, 8 in a row, 6 rows; a gradient is the signed step to the right and down. See docs/camera.md.

import { LUMA_BYTES, LUMA_HEIGHT, LUMA_WIDTH } from "./luma.ts";
import { SCENE } from "./thresholds.ts";

/** Blocks in a picture. */
export const BLOCKS = 48;

const SIDE = 5;
const BLOCKS_ACROSS = 8;
const BLOCK_PIXELS = SIDE * SIDE;
/** Fraction bits of a reference's pixels. */
const FRACTION = 8;
/** Fraction bits that are left of a reference's gradient, so that a block's sum of squares stays below 2^31. */
const GRADIENT_FRACTION = 4;
const PERCENT = 100;
const SATURATED = SCENE.saturatedLevel;
const DERIVE_FRAMES = 8;

/** What a scene looks like in order: pixels with a fraction, and what is derived from them. Fixed memory. */
export class Reference {
  /** Luma, 1/256 levels. */
  readonly pixels = new Int32Array(LUMA_BYTES);
  /** Sums of absolute gradients of each block, 1/16 levels. */
  readonly energies = new Int32Array(BLOCKS);
  /** Sums of squared gradients of each block. */
  readonly squares = new Float64Array(BLOCKS);
  /** Sum of all pixels, whole levels. */
  sum = 0;
  /** Sum of the energies of all blocks, 1/16 levels. */
  energy = 0;
  /** Blocks with enough structure to be recognised. */
  structured = 0;
  /** Bytes of the scene's files. */
  fileBytes = 0;
  /** Gradients to the right and down, 1/16 levels. */
  readonly right = new Int32Array(LUMA_BYTES);
  readonly down = new Int32Array(LUMA_BYTES);
  /** Frames that were followed since the gradients were made. */
  #followed = 0;

  /** Takes a picture as it is. @param fileBytes of its JPEG */
  take(luma: Uint8Array, fileBytes: number): void {
    for (let at = 0; at < LUMA_BYTES; at++) this.pixels[at] = (luma[at] as number) << FRACTION;
    this.fileBytes = fileBytes;
    this.#derive();
  }

  /** Follows a picture in order by one part in 32, at the reference's own brightness: dusk does not wear it out.
   *  @param sum of the picture's pixels */
  follow(luma: Uint8Array, sum: number, fileBytes: number): void {
    const gain = Math.floor((gainOf(this.sum, sum) * 256) / PERCENT);
    const pixels = this.pixels;
    for (let at = 0; at < LUMA_BYTES; at++) {
      const held = pixels[at] as number;
      pixels[at] = held + (((luma[at] as number) * gain - held) >> SCENE.followShift);
    }
    this.fileBytes += (fileBytes - this.fileBytes) / (1 << SCENE.followShift);
    this.#followed += 1;
    // Gradients cost a pass of their own, and change by a thirty-second part: each eighth frame is soon enough.
    if (this.#followed >= DERIVE_FRAMES) this.#derive();
  }

  /** Copies the picture out, rounded, as it is kept for another day. @param target LUMA_BYTES bytes */
  copyTo(target: Uint8Array): void {
    for (let at = 0; at < LUMA_BYTES; at++) {
      target[at] = Math.min(255, ((this.pixels[at] as number) + 128) >> FRACTION);
    }
  }

  /** Copies another reference. */
  set(other: Reference): void {
    this.pixels.set(other.pixels);
    this.fileBytes = other.fileBytes;
    this.#derive();
  }

  #derive(): void {
    const { pixels, energies, squares, right, down } = this;
    energies.fill(0);
    squares.fill(0);
    this.#followed = 0;
    let sum = 0;
    for (let y = 0, at = 0; y < LUMA_HEIGHT; y++) {
      const first = ((y / SIDE) | 0) * BLOCKS_ACROSS;
      const hasDown = y < LUMA_HEIGHT - 1;
      for (let block = first; block < first + BLOCKS_ACROSS; block++) {
        let [energy, square] = [0, 0];
        for (let end = at + SIDE; at < end; at++) {
          const own = pixels[at] as number;
          const across = (at + 1) % LUMA_WIDTH === 0 ? 0 : ((pixels[at + 1] as number) - own) >> GRADIENT_FRACTION;
          const below = hasDown ? ((pixels[at + LUMA_WIDTH] as number) - own) >> GRADIENT_FRACTION : 0;
          right[at] = across;
          down[at] = below;
          sum += own;
          energy += (across < 0 ? -across : across) + (below < 0 ? -below : below);
          square += across * across + below * below;
        }
        energies[block] = (energies[block] as number) + energy;
        squares[block] = (squares[block] as number) + square;
      }
    }
    this.sum = sum >> FRACTION;
    this.energy = 0;
    this.structured = 0;
    for (let block = 0; block < BLOCKS; block++) {
      this.energy += energies[block] as number;
      if (this.isStructured(block)) this.structured += 1;
    }
  }

  /** Whether a block can be recognised. @param block 0..47 */
  isStructured(block: number): boolean {
    const least = (SCENE.structuredGradient * BLOCK_PIXELS) << GRADIENT_FRACTION;
    return (this.energies[block] as number) >= least;
  }
}

/** Gives the mean of a picture's pixels, 0..255, not rounded. */
export function meanOf(luma: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < LUMA_BYTES; at++) sum += luma[at] as number;
  return sum / LUMA_BYTES;
}

/** Adds up the pixels of each block, without anything to compare them with. @param target BLOCKS sums */
export function sumBlocks(luma: Uint8Array, target: Int32Array): void {
  target.fill(0);
  for (let y = 0, at = 0; y < LUMA_HEIGHT; y++) {
    const first = ((y / SIDE) | 0) * BLOCKS_ACROSS;
    for (let x = 0; x < LUMA_WIDTH; x++, at++) {
      const block = first + ((x / SIDE) | 0);
      target[block] = (target[block] as number) + (luma[at] as number);
    }
  }
}

/** The sums of one picture. Shares in percent. Fixed memory, overwritten by each picture. */
export class Features {
  /** Sum of all pixels, and of their squares. */
  sum = 0;
  squares = 0;
  /** Gradient energy against the reference's at equal brightness. */
  energy = 0;
  /** Brightness against the reference's, between gainMin and gainMax. */
  gain = 0;
  /** Shares of the structured blocks that kept their structure, and that lost it. */
  kept = 0;
  lost = 0;
  /** Bytes of the file against the reference's. */
  fileBytes = 0;
  /** Share of pixels above the saturated level. */
  saturated = 0;
  /** Sum of the pixels of each block. */
  readonly blockSums = new Int32Array(BLOCKS);
  readonly #energies = new Int32Array(BLOCKS);
  readonly #squares = new Int32Array(BLOCKS);
  readonly #products = new Float64Array(BLOCKS);

  /** Measures. @param fileBytes of its JPEG */
  measure(luma: Uint8Array, fileBytes: number, reference: Reference): void {
    this.#pass(luma, reference);
    const gain = gainOf(this.sum, reference.sum);
    this.gain = Math.max(SCENE.gainMin, Math.min(SCENE.gainMax, gain));
    this.fileBytes = reference.fileBytes > 0 ? Math.floor((fileBytes * PERCENT) / reference.fileBytes) : PERCENT;
    let energy = 0;
    let kept = 0;
    let lost = 0;
    for (let block = 0; block < BLOCKS; block++) {
      energy += this.#energies[block] as number;
      if (!reference.isStructured(block)) continue;
      if (this.#isKept(block, reference.squares[block] as number)) kept += 1;
      else if (this.#isLost(block, reference.energies[block] as number)) lost += 1;
    }
    // Energy is in whole levels here and in sixteenths there; the gain is in percent.
    const expected = (reference.energy * this.gain) >> GRADIENT_FRACTION;
    this.energy = expected > 0 ? Math.floor((energy * PERCENT * PERCENT) / expected) : PERCENT;
    const structured = Math.max(1, reference.structured);
    this.kept = Math.floor((kept * PERCENT) / structured);
    this.lost = Math.floor((lost * PERCENT) / structured);
  }

  /** The one pass. What is called, or looked up, for each pixel costs the chip more than the arithmetic. */
  #pass(luma: Uint8Array, reference: Reference): void {
    const { blockSums } = this;
    const { right, down } = reference;
    const energies = this.#energies;
    const blockSquares = this.#squares;
    const products = this.#products;
    blockSums.fill(0);
    energies.fill(0);
    blockSquares.fill(0);
    products.fill(0);
    let [sum, squares, saturated] = [0, 0, 0];
    for (let y = 0, at = 0; y < LUMA_HEIGHT; y++) {
      const first = ((y / SIDE) | 0) * BLOCKS_ACROSS;
      const hasDown = y < LUMA_HEIGHT - 1;
      for (let block = first; block < first + BLOCKS_ACROSS; block++) {
        let [blockSum, energy, square, product] = [0, 0, 0, 0];
        let own = luma[at] as number;
        for (let end = at + SIDE; at < end; at++) {
          // In the last column this is the next row's pixel, or none.
          const next = luma[at + 1] as number;
          const across = (at + 1) % LUMA_WIDTH === 0 ? 0 : next - own;
          const below = hasDown ? (luma[at + LUMA_WIDTH] as number) - own : 0;
          blockSum += own;
          squares += own * own;
          if (own > SATURATED) saturated += 1;
          energy += (across < 0 ? -across : across) + (below < 0 ? -below : below);
          square += across * across + below * below;
          product += across * (right[at] as number) + below * (down[at] as number);
          own = next;
        }
        sum += blockSum;
        blockSums[block] = (blockSums[block] as number) + blockSum;
        energies[block] = (energies[block] as number) + energy;
        blockSquares[block] = (blockSquares[block] as number) + square;
        products[block] = (products[block] as number) + product;
      }
    }
    this.sum = sum;
    this.squares = squares;
    this.saturated = Math.floor((saturated * PERCENT) / LUMA_BYTES);
  }

  /** Whether product / sqrt(squares) is above keptCorrelation; all numbers below 2^53, hence exact until the last step. */
  #isKept(block: number, squares: number): boolean {
    const product = this.#products[block] as number;
    const bound = (SCENE.keptCorrelation * SCENE.keptCorrelation) / (PERCENT * PERCENT);
    return product > 0 && product * product > bound * (this.#squares[block] as number) * squares;
  }

  #isLost(block: number, energy: number): boolean {
    const own = (this.#energies[block] as number) << GRADIENT_FRACTION;
    return own * PERCENT * PERCENT < SCENE.lostEnergy * this.gain * energy;
  }

  /** Mean of the pixels, rounded down. */
  get mean(): number {
    return Math.floor(this.sum / LUMA_BYTES);
  }

  /** Whether the picture is dark and even. */
  get isDark(): boolean {
    if (this.sum >= SCENE.darkMean * LUMA_BYTES) return false;
    const variance = this.squares * LUMA_BYTES - this.sum * this.sum;
    return variance < SCENE.darkDeviation * SCENE.darkDeviation * LUMA_BYTES * LUMA_BYTES;
  }
}

/** Brightness of one picture against another's in percent; 4 levels are added, so that black is not infinitely dark. */
function gainOf(sum: number, other: number): number {
  return Math.floor(((sum + 4 * LUMA_BYTES) * PERCENT) / (other + 4 * LUMA_BYTES));
}
