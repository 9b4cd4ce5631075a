// A flash that notes what is done to it, and every state that a cut of power in the middle of that can leave behind.
// Why: the journal's promises are about what is left after a cut, so every cut is tried: before each word, with some of the
// bits, after the last word and before anybody hears of it, and with an erase that looks done and is not.
// Follows the NOR model of simulator/flash.ts. The work is done once; its torn states are made from the image before it.

import type { Bytes } from "../../firmware/bytes.ts";
import { NorFlash } from "../flash.ts";
import type { Stream } from "../random.ts";

const WORD_BYTES = 4;
/** Random subsets of the bits of one program. */
const SUBSETS = 16;
/** One bit in so many of a weak sector reads as 0. */
const WEAK_BITS = 97;

/** One program or one erase. */
export type Work =
  | { readonly kind: "program"; readonly offset: number; readonly bytes: Bytes }
  | { readonly kind: "erase"; readonly sector: number };

/** What a cut left behind. */
export interface Torn {
  readonly image: Bytes;
  /** A sector whose erase was cut at its end: it reads as erased, until it does not. */
  readonly weakSector: number | undefined;
  /** Which work was cut, and how. */
  readonly where: string;
}

/** How much of what can happen is tried: all; the ends of each work; the ends and a few of the rest. */
export type Depth = "all" | "boundaries" | "some";

/** A NOR part that notes its work, and may have one sector that was erased badly. */
export class NotingFlash extends NorFlash {
  readonly work: Work[] = [];
  #weak: { readonly sector: number; readonly random: Stream } | undefined;

  override write(offset: number, bytes: Uint8Array): void {
    this.work.push({ kind: "program", offset, bytes: new Uint8Array(bytes) });
    super.write(offset, bytes);
  }

  override erase(sector: number): void {
    this.work.push({ kind: "erase", sector });
    if (this.#weak?.sector === sector) this.#weak = undefined;
    super.erase(sector);
  }

  override read(offset: number, target: Bytes): void {
    super.read(offset, target);
    const weak = this.#weak;
    if (weak === undefined) return;
    const first = weak.sector * this.sectorBytes;
    const from = Math.max(offset, first);
    const to = Math.min(offset + target.length, first + this.sectorBytes);
    for (let at = from; at < to; at++) {
      if (target[at - offset] === 0xff && weak.random.below(WEAK_BITS) === 0) {
        target[at - offset] = 0xff ^ (1 << weak.random.below(8));
      }
    }
  }

  /** Puts the part into a state, with nothing noted yet. */
  put({ image, weakSector }: Pick<Torn, "image" | "weakSector">, random: Stream): void {
    this.restore();
    this.load(image);
    this.work.length = 0;
    this.#weak = weakSector === undefined ? undefined : { sector: weakSector, random };
  }
}

/** Gives every state in which a cut may leave a part that was doing `work`.
 *  @param before the part's image before the work; it is not changed */
export function* tears(
  before: Bytes,
  work: readonly Work[],
  how: { readonly depth: Depth; readonly random: Stream; readonly sectorBytes: number },
): Generator<Torn> {
  const image = before.slice();
  for (const [index, piece] of work.entries()) {
    const where = `work ${index} of ${work.length}`;
    yield { image: image.slice(), weakSector: undefined, where: `${where}, before` };
    if (how.depth !== "boundaries") {
      if (piece.kind === "program") yield* tornPrograms(image, piece, { ...how, where });
      else yield* tornErases(image, piece.sector, { ...how, where });
    }
    if (piece.kind === "program") image.set(andOf(image, piece.offset, piece.bytes), piece.offset);
    else image.fill(0xff, piece.sector * how.sectorBytes, (piece.sector + 1) * how.sectorBytes);
  }
  if (work.length > 0) yield { image, weakSector: undefined, where: "all done, nobody told" };
}

interface Tearing {
  readonly depth: Depth;
  readonly random: Stream;
  readonly sectorBytes: number;
  readonly where: string;
}

function* tornPrograms(
  image: Bytes,
  { offset, bytes }: Extract<Work, { kind: "program" }>,
  { depth, random, where }: Tearing,
): Generator<Torn> {
  const words = bytes.length / WORD_BYTES;
  const put = (part: Uint8Array, how: string): Torn => {
    const torn = image.slice();
    torn.set(andOf(image, offset, part), offset);
    return { image: torn, weakSector: undefined, where: `${where}, ${how}` };
  };
  const prefixes = depth === "all" ? range(1, words) : words > 1 ? [random.between(1, words - 1)] : [];
  for (const count of prefixes) yield put(bytes.subarray(0, count * WORD_BYTES), `${count} of ${words} words`);
  for (let subset = depth === "all" ? SUBSETS : 1; subset > 0; subset--) {
    const noise = new Uint8Array(bytes.length);
    random.fill(noise);
    for (let at = 0; at < noise.length; at++) noise[at] |= bytes[at];
    yield put(noise, `some bits, ${subset}`);
  }
}

function* tornErases(image: Bytes, sector: number, { depth, random, sectorBytes, where }: Tearing): Generator<Torn> {
  const from = sector * sectorBytes;
  const put = (change: (cells: Bytes) => unknown, how: string, weakSector?: number): Torn => {
    const torn = image.slice();
    change(torn.subarray(from, from + sectorBytes));
    return { image: torn, weakSector, where: `${where}, erase ${how}` };
  };
  yield put((cells) => cells.fill(0xff, 0, sectorBytes >> 1), "half");
  if (depth === "all") yield put((cells) => cells.fill(0xff, sectorBytes >> 1), "other half");
  for (let count = depth === "all" ? 4 : 1; count > 0; count--) {
    const noise = new Uint8Array(sectorBytes);
    random.fill(noise);
    const merge = (cells: Bytes): void => {
      for (let at = 0; at < cells.length; at++) cells[at] |= noise[at];
    };
    yield put(merge, `of some bits, ${count}`);
  }
  yield put((cells) => cells.fill(0xff), "weak", sector);
}

/** A program only clears bits. */
function andOf(image: Bytes, offset: number, bytes: Uint8Array): Bytes {
  const result = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) result[at] = image[offset + at] & bytes[at];
  return result;
}

/** low..high - 1 */
function range(low: number, high: number): number[] {
  return Array.from({ length: Math.max(0, high - low) }, (_, index) => low + index);
}
