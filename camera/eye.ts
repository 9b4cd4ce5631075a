// One verdict on each analysed frame: what it looks like, whether it lives, and whether that is proven.
// Why: the lock lets a guest in on one word; it must be "ok" only where nothing speaks against it, and a watcher that is
// forgotten must not be the one that saw something.
// Follows docs/camera.md. The word goes into heartbeats, journals and clips as its place in VERDICTS.

import { Fault } from "../firmware/fault.ts";
import type { Millis } from "../firmware/platform.ts";
import { FreezeWatch, type Stillness } from "./freeze.ts";
import type { LumaReader } from "./luma.ts";
import { LUMA_BYTES } from "./luma.ts";
import { type Approved, LOOKS, SceneWatch } from "./scene.ts";

/** Every verdict; its place is its number on the wire. New ones are added at the end. "unanswered" is not the eye's own: the lamp
 *  blinked, and the picture did not show it (see watch.ts). */
export const VERDICTS = Object.freeze([
  ...LOOKS,
  "unproven",
  "frozen",
  "looped",
  "still",
  "unreadable",
  "unanswered",
] as const);

/** One of VERDICTS. */
export type Verdict = (typeof VERDICTS)[number];

/** One file of the sensor that is to be analysed. */
export interface Picture {
  readonly jpeg: Uint8Array;
  readonly isInfrared: boolean;
  readonly now: Millis;
}

/** Judges a camera's files. Its memory is fixed; `luma` is overwritten by each. */
export class Eye {
  /** The reduced picture of the last file: a view, for motion and for a challenge. */
  readonly luma = new Uint8Array(LUMA_BYTES);
  readonly scene = new SceneWatch();
  readonly #freeze = new FreezeWatch();
  readonly #reader: LumaReader;
  #files: Stillness = "none";
  #verdict: Verdict = "unproven";

  /** @param reader the board's native helper, or a JpegReader */
  constructor(reader: LumaReader) {
    this.#reader = reader;
  }

  /** Replaces the approved references. @param scenes at most APPROVED_MAX */
  approve(scenes: readonly Approved[]): void {
    this.scene.approve(scenes);
    this.#verdict = "unproven";
  }

  /** Takes note that the sensor had no power. What it gave before is remembered: it may be shown again. */
  wake(): void {
    this.#freeze.wake();
  }

  /** Begins to watch anew, as at a knock. */
  begin(): void {
    this.scene.begin();
    this.#verdict = "unproven";
  }

  /** Takes note of a file that the sensor gave, analysed or not: each one once, in order, before it is judged.
   *  @param hash SHA-256 of the file */
  note(hash: Uint8Array): void {
    this.#files = this.#freeze.takeHash(hash);
  }

  /** Judges the file that was noted last. One that cannot be read is "unreadable": a reader's Fault goes no further. */
  judge({ jpeg, isInfrared, now }: Picture): Verdict {
    this.#verdict = "unproven";
    if (!this.#canRead(jpeg)) {
      this.scene.miss(now);
      this.#verdict = this.#files === "none" ? "unreadable" : this.#files;
      return this.#verdict;
    }
    const look = this.scene.step({ luma: this.luma, fileBytes: jpeg.length, isInfrared, now });
    const still = this.#freeze.takeLuma(this.luma, this.scene.features.isDark);
    if (this.#files !== "none") this.#verdict = this.#files;
    // A sheet over the lens stands still too: what it looks like says more.
    else if (look !== "ok") this.#verdict = look;
    else if (still !== "none") this.#verdict = still;
    else if (this.scene.isProven) this.#verdict = "ok";
    return this.#verdict;
  }

  /** The last verdict; "unproven" before the first. */
  get verdict(): Verdict {
    return this.#verdict;
  }

  /** What is to be told to owner and lock; undefined where nothing is. A picture that does not live is told at once. */
  get alarm(): Verdict | undefined {
    if (this.#verdict === "frozen" || this.#verdict === "looped" || this.#verdict === "still") return this.#verdict;
    return this.scene.alarm;
  }

  #canRead(jpeg: Uint8Array): boolean {
    try {
      this.#reader.read(jpeg, this.luma);
      return true;
    } catch (error) {
      if (error instanceof Fault) return false;
      throw error;
    }
  }
}
