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
const CALM: readonly Seen[] = Object.freeze(["ok", "lights-off"]);

/** What can be said of a frame, also of one that could not be read. */
type Seen = Look | "unreadable";

/** What a scene raises an alarm for: a look, frames that cannot be read, or a scene that was recognised and is no more. */
export type SceneAlarm = Seen | "unproven";

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
  /** The approved reference that this one began with. */
  #base: Reference | undefined;
  /** Frames in order since the picture was held against `#base`. */
  #unchecked = 0;
  #isProven = false;
  #wasProven = false;
  #isInfrared = false;
  #seen: Seen = "ok";
  #since = 0;
  /** Time that was not calm, and time in order that was not recognised, less half of that which was. Milliseconds. */
  #uncalm = 0;
  #unproven = 0;
  #lastOk = 0;
  #isSudden = false;
  #now: number | undefined;

  /** Replaces the approved references. @param scenes at most APPROVED_MAX, each with enough structure (`isJudgeable`) */
  approve(scenes: readonly Approved[]): void {
    assert(scenes.length <= APPROVED_MAX, "few enough references");
    for (const [index, { luma, fileBytes, isInfrared }] of scenes.entries()) {
      assert(luma.length === LUMA_BYTES, "a whole reference");
      this.#approved[index]?.take(luma, fileBytes);
      this.#approvedInfrared[index] = isInfrared ? 1 : 0;
    }
    this.#approvedCount = scenes.length;
    this.#now = undefined;
    this.#calm();
    this.begin();
  }

  /** Begins to watch anew, as at a knock: what was seen before proves nothing about now. A knock uncovers no lens, though: what
   *  is no good goes on being timed, unless nothing was looked at for long. */
  begin(): void {
    this.#hasReference = false;
    this.#isProven = false;
    this.#wasProven = false;
    this.#unproven = 0;
  }

  /** Judges a frame. @returns what it looks like; whether that is proven, and an alarm, is asked after it */
  step(frame: Frame): Look {
    assert(frame.luma.length === LUMA_BYTES, "a whole picture");
    const isNew = !this.#hasReference;
    if (isNew || frame.isInfrared !== this.#isInfrared) this.#start(frame);
    let look = this.#judge(frame);
    if (look === "ok" && this.#hasStrayed(frame)) {
      this.#start(frame);
      look = this.#judge(frame);
    }
    const features = this.#features;
    const isRecognised = look === "ok" && features.kept >= SCENE.provenKept;
    this.#isProven = isRecognised && this.#isTrusted();
    this.#keepTime(look, frame.now, isNew);
    // What was recognised is followed, from the approved reference on; without one, whatever is there.
    if (isRecognised || (look === "ok" && this.#approvedCount === 0)) {
      this.#reference.follow(frame.luma, features.sum, frame.fileBytes);
    }
    return look;
  }

  /** Takes note of a frame that cannot be read: it proves nothing, and time passes. */
  miss(now: Millis): void {
    this.#isProven = false;
    this.#keepTime("unreadable", now, false);
  }

  /** What the last frame looked like, or that it could not be read; "ok" before the first. */
  get look(): Seen {
    return this.#seen;
  }

  /** Whether the last frame is in order and was recognised by an approved reference of its light, with structure enough, or by
   *  what followed from that. Without it nothing that is seen, or not seen, lets anybody in. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /** What has lasted long enough to be an alarm; undefined where nothing has. Blindness is one where it came too fast for dusk,
   *  or under the camera's own lamp, and none where it came slowly: a lamp must then tell (see BlinkChallenge). */
  get alarm(): SceneAlarm | undefined {
    const seen = this.#seen;
    if (seen === "ok") return !this.#isProven && this.#unproven >= PATIENCE.unprovenMillis ? "unproven" : undefined;
    if (seen === "lights-off" || (seen === "blind" && !this.#isSudden)) return undefined;
    const isLasting = (this.#now ?? 0) - this.#since >= PATIENCE.alarmMillis;
    return isLasting || this.#uncalm >= PATIENCE.changingMillis ? seen : undefined;
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
    this.#unchecked = 0;
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
    this.#base = best;
    if (best === undefined) this.#reference.take(frame.luma, frame.fileBytes);
    else this.#reference.set(best);
  }

  #judge(frame: Frame): Look {
    this.#features.measure(frame.luma, frame.fileBytes, this.#reference);
    return classify(this.#features, this.#reference.structured);
  }

  /** Whether the reference has followed what the approved one does not know: a cover that comes slowly enough is followed too. */
  #hasStrayed(frame: Frame): boolean {
    const base = this.#base;
    if (base === undefined) return false;
    this.#unchecked += 1;
    if (this.#unchecked < SCENE.approvedFrames) return false;
    this.#unchecked = 0;
    if (this.#reference.structured * 100 < SCENE.followedStructured * base.structured) return true;
    const features = this.#features;
    const kept = features.kept;
    features.measure(frame.luma, frame.fileBytes, base);
    const isKnown = features.kept >= SCENE.provenKept && features.lost <= SCENE.partialLost;
    // What is not recognised anyway is not followed, and needs no second look.
    if (!isKnown) return kept >= SCENE.provenKept;
    this.#features.measure(frame.luma, frame.fileBytes, this.#reference);
    return false;
  }

  #isTrusted(): boolean {
    return this.#base !== undefined && this.#reference.structured >= SCENE.structuredBlocksMin;
  }

  #keepTime(seen: Seen, now: Millis, isNew: boolean): void {
    const gap = this.#now === undefined ? 0 : Math.max(0, now - this.#now);
    if (isNew && gap >= PATIENCE.changingMillis) this.#calm();
    const isFirst = this.#now === undefined;
    const passed = Math.min(gap, PATIENCE.alarmMillis);
    const wasCalm = CALM.includes(this.#seen);
    if (isFirst || seen !== this.#seen) {
      this.#since = now;
      // Dusk comes slowly, and not by way of a lens that is half covered.
      this.#isSudden = seen === "blind" && !isFirst && (!wasCalm || now - this.#lastOk < PATIENCE.suddenMillis);
    }
    // Under its own lamp a camera sees, unless something is before it.
    if (seen === "blind" && this.#isInfrared) this.#isSudden = true;
    const isInOrder = seen === "ok" && (this.#isProven || this.#approvedCount === 0);
    const calmed = isInOrder ? (passed * PATIENCE.calmingPercent) / 100 : 0;
    const uncalm = CALM.includes(seen) ? -calmed : passed;
    this.#uncalm = Math.max(0, Math.min(PATIENCE.changingMillis, this.#uncalm + uncalm));
    // Whatever light it is by now: whoever may switch that off must not choose one in which nothing is known.
    const isLost = seen === "ok" && !this.#isProven && this.#wasProven;
    this.#unproven = Math.max(0, Math.min(PATIENCE.unprovenMillis, this.#unproven + (isLost ? passed : -calmed)));
    this.#wasProven ||= this.#isProven;
    if (seen === "ok") this.#lastOk = now;
    this.#seen = seen;
    this.#now = now;
  }

  #calm(): void {
    this.#seen = "ok";
    this.#uncalm = 0;
    this.#isSudden = false;
  }
}

/** What a look is decided by. */
export type Measures = Pick<Features, "kept" | "lost" | "energy" | "gain" | "saturated" | "fileBytes" | "isDark">;

/** Decides, in the order of docs/camera.md. @param structured blocks of the reference that can be recognised */
export function classify(features: Measures, structured: number): Look {
  const { kept, lost, energy, gain, saturated, fileBytes } = features;
  const isPlain = structured < SCENE.structuredBlocksMin;
  if (features.isDark) return !isPlain && kept > SCENE.lightsOffKept ? "lights-off" : "blind";
  if (isPlain) return fileBytes < SCENE.plainBytes && gain > SCENE.plainGain ? "covered" : "ok";
  if (saturated >= SCENE.brightSaturated && kept < SCENE.coveredKept) return "bright";
  if (kept < SCENE.coveredKept && (energy < SCENE.coveredEnergy || lost > SCENE.coveredLost)) return "covered";
  if (energy < SCENE.coveredFlatEnergy && kept < SCENE.coveredFlatKept) return "covered";
  if (energy < SCENE.blankEnergy) return gain >= SCENE.gainMax ? "bright" : "covered";
  if (lost > SCENE.partialLost) return "partial";
  if (kept < SCENE.movedKept) return "moved";
  // Of a picture that is brighter than gains are taken into account the highlights are cut off, and gradients with them.
  const hasEnergy = energy >= SCENE.smearedEnergy || gain >= SCENE.gainMax;
  const isSharp = fileBytes >= SCENE.smearedBytes && hasEnergy;
  const canSmear = kept > SCENE.smearedKept && gain > SCENE.smearedGain && saturated < SCENE.smearedSaturated;
  return canSmear && !isSharp ? "smeared" : "ok";
}
