// Judges what a camera sees: in order, or dark, covered, partly covered, turned, smeared, blinded by light.
// Why: a guest may enter only past a lens that sees, and whoever blinds it must be told within seconds. A lens that was
// covered before anybody looked cannot be told from a dull wall: without an approved reference the verdict is "unproven".
// Follows docs/camera.md; the numbers stand in thresholds.ts.

import { assert } from "../firmware/fault.ts";
import type { Millis } from "../firmware/platform.ts";
import { Features, Reference } from "./features.ts";
import { LUMA_BYTES } from "./luma.ts";
import { PATIENCE, SCENE } from "./thresholds.ts";

/** What a picture looks like; in this order on the wire and in journals. */
export const LOOKS = Object.freeze([
  ...(["ok", "lights-off", "blind", "bright", "covered", "partial", "moved", "smeared"] as const),
] as const);

/** One of LOOKS. */
export type Look = (typeof LOOKS)[number];

/** Looks that are no alarm however long they last: somebody may switch the light off. */
const CALM: readonly Look[] = Object.freeze(["ok", "lights-off"]);

/** References of other light that can be approved: day, lamp, infrared, and one more. */
export const APPROVED_MAX = 4;

/** A scene as its owner approved it, in the form that is kept: 1,200 bytes of luma. */
export interface Approved {
  readonly luma: Uint8Array;
  /** Bytes of its JPEG. */
  readonly fileBytes: number;
  /** Lit by the infrared lamp, with the filter away. */
  readonly isInfrared: boolean;
}

/** One analysed frame. */
export interface Frame {
  /** LUMA_BYTES values. */
  readonly luma: Uint8Array;
  /** Bytes of its JPEG. */
  readonly fileBytes: number;
  readonly isInfrared: boolean;
  readonly now: Millis;
}

/** Watches one scene. Its memory is fixed; a frame allocates nothing. */
export class SceneWatch {
  readonly #features = new Features();
  readonly #reference = new Reference();
  readonly #approved: readonly Reference[] = Array.from({ length: APPROVED_MAX }, () => new Reference());
  readonly #approvedInfrared = new Uint8Array(APPROVED_MAX);
  #approvedCount = 0;
  #hasReference = false;
  #isProven = false;
  #isInfrared = false;
  #look: Look = "ok";
  #since = 0;
  #uncalmSince = 0;
  #lastOk = 0;
  #isSudden = false;
  #now = 0;

  /** Replaces the approved references. @param scenes at most APPROVED_MAX, each with enough structure (`isJudgeable`) */
  approve(scenes: readonly Approved[]): void {
    assert(scenes.length <= APPROVED_MAX, "few enough references");
    for (const [index, { luma, fileBytes, isInfrared }] of scenes.entries()) {
      assert(luma.length === LUMA_BYTES, "a whole reference");
      this.#approved[index]?.take(luma, fileBytes);
      this.#approvedInfrared[index] = isInfrared ? 1 : 0;
    }
    this.#approvedCount = scenes.length;
    this.begin();
  }

  /** Begins to watch anew, as at a knock: what was seen before proves nothing about now. */
  begin(): void {
    this.#hasReference = false;
    this.#isProven = false;
    this.#look = "ok";
    this.#isSudden = false;
  }

  /** Judges a frame. @returns what it looks like; whether that is proven, and an alarm, is asked after it */
  step(frame: Frame): Look {
    assert(frame.luma.length === LUMA_BYTES, "a whole picture");
    const isFirst = !this.#hasReference || frame.isInfrared !== this.#isInfrared;
    if (isFirst) this.#start(frame);
    const features = this.#features;
    features.measure(frame.luma, frame.fileBytes, this.#reference);
    const look = classify(features, this.#reference.structured);
    this.#keepTime(look, frame.now, isFirst);
    const isRecognised = look === "ok" && features.kept >= SCENE.provenKept;
    this.#isProven = isRecognised && this.#isTrusted();
    // What was recognised is followed, from the approved reference on; without one, whatever is there.
    if (isRecognised || (look === "ok" && this.#approvedCount === 0)) {
      this.#reference.follow(frame.luma, features.sum, frame.fileBytes);
    }
    return look;
  }

  /** What the last frame looked like. */
  get look(): Look {
    return this.#look;
  }

  /** Whether the last frame is in order and was recognised by an approved reference of its light, with structure enough, or by
   *  what followed from that. Without it nothing that is seen, or not seen, lets anybody in. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /** The look that has lasted long enough to be an alarm; undefined where there is none. Blindness is one at once where it
   *  came too fast for dusk, and none where it came slowly: a lamp must then tell (see BlinkChallenge). */
  get alarm(): Look | undefined {
    if (CALM.includes(this.#look)) return undefined;
    if (this.#look === "blind" && !this.#isSudden) return undefined;
    const isLasting = this.#now - this.#since >= PATIENCE.alarmMillis;
    return isLasting || this.#now - this.#uncalmSince >= PATIENCE.changingMillis ? this.#look : undefined;
  }

  /** The measures of the last frame: a view. */
  get features(): Features {
    return this.#features;
  }

  /** Whether the reference has structure enough to be approved. */
  get isJudgeable(): boolean {
    return this.#hasReference && this.#reference.structured >= SCENE.structuredBlocksMin;
  }

  /** Gives the reference as its owner may approve it: a copy. */
  snapshot(): Approved {
    assert(this.#hasReference, "something was seen");
    const luma = new Uint8Array(LUMA_BYTES);
    this.#reference.copyTo(luma);
    return { luma, fileBytes: Math.round(this.#reference.fileBytes), isInfrared: this.#isInfrared };
  }

  /** Takes the approved reference that the frame resembles most; without one, the frame itself. */
  #start(frame: Frame): void {
    this.#hasReference = true;
    this.#isInfrared = frame.isInfrared;
    this.#isProven = false;
    let best: Reference | undefined;
    let bestKept = -1;
    for (let index = 0; index < this.#approvedCount; index++) {
      const approved = this.#approved[index] as Reference;
      if ((this.#approvedInfrared[index] === 1) !== frame.isInfrared) continue;
      this.#features.measure(frame.luma, frame.fileBytes, approved);
      if (this.#features.kept <= bestKept) continue;
      best = approved;
      bestKept = this.#features.kept;
    }
    if (best === undefined) this.#reference.take(frame.luma, frame.fileBytes);
    else this.#reference.set(best);
  }

  #isTrusted(): boolean {
    if (this.#reference.structured < SCENE.structuredBlocksMin) return false;
    for (let index = 0; index < this.#approvedCount; index++) {
      if ((this.#approvedInfrared[index] === 1) === this.#isInfrared) return true;
    }
    return false;
  }

  #keepTime(look: Look, now: Millis, isFirst: boolean): void {
    const wasCalm = isFirst || CALM.includes(this.#look);
    if (isFirst || look !== this.#look) {
      this.#since = now;
      // Dusk comes slowly, and not by way of a lens that is half covered.
      const isFast = !wasCalm || now - this.#lastOk < PATIENCE.suddenMillis;
      this.#isSudden = look === "blind" && !isFirst && isFast;
    }
    if (wasCalm && !CALM.includes(look)) this.#uncalmSince = now;
    if (look === "ok") this.#lastOk = now;
    this.#look = look;
    this.#now = now;
  }
}

/** Decides, in the order of docs/camera.md. @param structured blocks of the reference that can be recognised */
export function classify(features: Features, structured: number): Look {
  const { kept, lost, energy, gain, saturated, fileBytes } = features;
  const isPlain = structured < SCENE.structuredBlocksMin;
  if (features.isDark) return !isPlain && kept > SCENE.lightsOffKept ? "lights-off" : "blind";
  if (isPlain) return fileBytes < SCENE.plainBytes && gain > SCENE.plainGain ? "covered" : "ok";
  if (saturated >= SCENE.brightSaturated && kept < SCENE.coveredKept) return "bright";
  if (kept < SCENE.coveredKept && (energy < SCENE.coveredEnergy || lost > SCENE.coveredLost)) return "covered";
  if (energy < SCENE.coveredFlatEnergy && kept < SCENE.coveredFlatKept) return "covered";
  if (lost > SCENE.partialLost) return "partial";
  if (kept < SCENE.movedKept) return "moved";
  const isSharp = fileBytes >= SCENE.smearedBytes && energy >= SCENE.smearedEnergy;
  const canSmear = kept > SCENE.smearedKept && gain > SCENE.smearedGain && saturated < SCENE.smearedSaturated;
  return canSmear && !isSharp ? "smeared" : "ok";
}
