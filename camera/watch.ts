// What the camera makes of the sensor's frames: one is judged now and then, motion is seen, lamp and filter follow the light, and
// at night the picture is asked whether it is of here and now.
// Why: the lock asks one question, whether it may let somebody in; here everything that speaks against it comes together.
// Follows docs/camera.md.

import { Fault } from "../firmware/fault.ts";
import type { Millis, Output, Random } from "../firmware/platform.ts";
import { BlinkChallenge } from "./blink.ts";
import { Eye, type Verdict } from "./eye.ts";
import { BLOCKS, meanOf, sumBlocks } from "./features.ts";
import { LUMA_BYTES, type LumaReader } from "./luma.ts";
import { MotionWatch } from "./motion.ts";
import { NightMode } from "./night.ts";
import { BLINK } from "./thresholds.ts";

/** How often the lamp asks in a visit at night, in milliseconds. */
export const CHALLENGE_MILLIS = 10_000;
/** In how many files a question is put at most: four times those of its pattern. One broken file in it begins it anew. */
const ASKED_FILES_MAX = 4 * BLINK.frames;
/** Answers in a row that do not come, which make an alarm. */
const UNANSWERED_ALARM = 2;
/** A gap between judged frames that ends a proof: the lock's own bound for one heartbeat. */
export const GAP_MILLIS_MAX = 1_500;
const U32_MAX = 0xffff_ffff;
/** The simulator's and the board's sensors say no gain: what is seen counts as it is. */
const GAIN_PERCENT = 100;

/** What a watch is made of. */
export interface WatchParts {
  readonly random: Random;
  readonly reader: LumaReader;
  readonly lamp: Output;
  readonly filter: Output;
  readonly analyseMillis: number;
}

/** One file of the sensor. */
export interface Seen {
  readonly jpeg: Uint8Array;
  /** SHA-256 of it. */
  readonly hash: Uint8Array;
  readonly now: Millis;
  /** Whether somebody knocks, or a visit is open: then the lamp asks at night. */
  readonly isAsked: boolean;
}

/** Watches. Its memory is fixed. */
export class Watch {
  readonly eye: Eye;
  readonly #parts: WatchParts;
  readonly #motion = new MotionWatch();
  readonly #night = new NightMode();
  readonly #challenge = new BlinkChallenge();
  readonly #sums = new Int32Array(BLOCKS);
  readonly #luma = new Uint8Array(LUMA_BYTES);
  #isOn = false;
  #isMoving = false;
  #verdict: Verdict = "unproven";
  #fileBytes = 0;
  #isInfrared = false;
  #analysedAt: Millis | undefined;
  #okSince: Millis | undefined;
  #isChallenged = false;
  /** Files since the lamp's question was first put. */
  #askedFiles = 0;
  /** Whether the next frame without the lamp tells whether it is day. */
  #isLooking = false;
  /** Whether the lamp's question of this knock was answered, and how many in a row were not. */
  #isAnswered = false;
  #unanswered = 0;
  #answeredAt: Millis | undefined;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.eye = new Eye(parts.reader);
    this.#light();
  }

  /** Begins with a sensor that has just been given power, or with a knock: what was seen before proves nothing about now. */
  begin(): void {
    this.eye.begin();
    if (!this.#isOn) {
      this.#motion.reset();
      this.eye.wake();
      this.#night.wake();
    }
    this.#isOn = true;
    this.#verdict = "unproven";
    this.#analysedAt = undefined;
    this.#okSince = undefined;
    this.#isMoving = false;
    this.#isChallenged = false;
    this.#isLooking = false;
    this.#isAnswered = false;
    this.#unanswered = 0;
    this.#answeredAt = undefined;
    this.#light();
  }

  /** The sensor has no power any more. */
  end(): void {
    this.begin();
    this.#isOn = false;
    this.#light();
  }

  /** The last verdict; "unproven" before the first, and while the sensor is off. */
  get verdict(): Verdict {
    return this.#verdict;
  }

  /** What it sounds an alarm for; undefined where nothing is. */
  get alarm(): Verdict | undefined {
    if (!this.#isOn) return undefined;
    return this.eye.alarm ?? (this.#unanswered >= UNANSWERED_ALARM ? "unanswered" : undefined);
  }

  /** For how long every judged frame has been "ok", up to the last one, in milliseconds. */
  get okMillis(): number {
    return this.#okSince === undefined || this.#analysedAt === undefined ? 0 : this.#analysedAt - this.#okSince;
  }

  /** How long ago the last judged frame was taken, in milliseconds; 4294967295 before the first. */
  ageMillis(now: Millis): number {
    return this.#analysedAt === undefined ? U32_MAX : Math.max(0, now - this.#analysedAt);
  }

  /** Whether somebody moved in the last judged frame. */
  get isMoving(): boolean {
    return this.#isMoving;
  }

  get isNight(): boolean {
    return this.#night.isNight;
  }

  /** Whether the file that was judged last was taken by the lamp, which may have been switched since. */
  get isInfrared(): boolean {
    return this.#isInfrared;
  }

  /** Bytes of the file that was judged last. */
  get fileBytes(): number {
    return this.#fileBytes;
  }

  /** Takes each file that has a number, in order. Total: one that cannot be read is judged "unreadable".
   *  @returns whether it was judged */
  take(seen: Seen): boolean {
    const { hash, now } = seen;
    this.eye.note(hash);
    // Nobody asks any more: who comes next is asked about anew, and whatever is shown meanwhile has answered nothing.
    if (!seen.isAsked) this.#isAnswered = false;
    const isLit = this.#isLit;
    const isDue = this.#analysedAt === undefined || now - this.#analysedAt >= this.#parts.analyseMillis;
    const isJudged = isDue && isLit;
    if (isJudged) this.#judge(seen);
    const luma = isJudged ? this.#judged : isLit && !this.#isChallenged ? undefined : this.#read(seen.jpeg);
    if (this.#isLooking && !isLit) this.#look(luma, now);
    if (this.#isChallenged) this.#blink(luma, now);
    else if (this.#isOn && !this.#isLooking && this.#night.isNight && seen.isAsked && this.#isChallengeDue(now))
      this.#ask(0);
    return isJudged;
  }

  /** The reduced picture of the file that was judged last; undefined where it could not be read. */
  get #judged(): Uint8Array | undefined {
    return this.eye.scene.look === "unreadable" ? undefined : this.eye.luma;
  }

  #judge({ jpeg, now }: Seen): void {
    const { isNight } = this.#night;
    const verdict = this.eye.judge({ jpeg, isInfrared: isNight, now });
    this.#fileBytes = jpeg.length;
    this.#isInfrared = isNight;
    const luma = this.#judged;
    const moving = luma === undefined ? 0 : this.#motion.step(luma, now);
    this.#isMoving = moving !== 0;
    if (luma !== undefined) this.#followLight(now);
    this.#verdict = verdict === "ok" && this.#night.isNight ? this.#atNight() : verdict;
    const isGap = now - (this.#analysedAt ?? now) > GAP_MILLIS_MAX;
    if (this.#verdict !== "ok") this.#okSince = undefined;
    else if (isGap || this.#okSince === undefined) this.#okSince = now;
    this.#analysedAt = now;
  }

  /** At night the picture alone is not enough: the lamp must have been seen in it since the knock, and while it is asked. */
  #atNight(): Verdict {
    if (this.#unanswered > 0) return "unanswered";
    return this.#isAnswered ? "ok" : "unproven";
  }

  #followLight(now: Millis): void {
    const step = this.#night.step(this.eye.scene.features.mean, GAIN_PERCENT, now);
    if (step === "to-night") this.#beginLight();
    if (step !== "look") return;
    this.#isLooking = true;
    this.#light();
  }

  /** @param luma of a file without the lamp; undefined where it could not be read: it is looked at another time */
  #look(luma: Uint8Array | undefined, now: Millis): void {
    this.#isLooking = false;
    const mean = luma === undefined ? undefined : Math.floor(meanOf(luma));
    if (mean !== undefined && this.#night.look(mean, GAIN_PERCENT, now) === "to-day") this.#beginLight();
    else this.#light();
  }

  /** Another light is another scene. */
  #beginLight(): void {
    this.#motion.reset();
    this.#isChallenged = false;
    this.#isAnswered = false;
    this.#unanswered = 0;
    this.#answeredAt = undefined;
    this.#light();
  }

  #isChallengeDue(now: Millis): boolean {
    return this.#answeredAt === undefined || this.#unanswered > 0 || now - this.#answeredAt >= CHALLENGE_MILLIS;
  }

  /** @param files since it was first put */
  #ask(files: number): void {
    this.#askedFiles = files;
    this.#challenge.ask(this.#parts.random, true);
    this.#isChallenged = true;
    this.#light();
  }

  /** @param luma of the file; undefined where it could not be read */
  #blink(luma: Uint8Array | undefined, now: Millis): void {
    const files = this.#askedFiles + 1;
    if (luma === undefined) {
      // Nobody knows what it showed: the question is put anew. One that a broken file ends again and again is not answered.
      const isOver = files >= ASKED_FILES_MAX;
      if (isOver) this.#answered(false);
      this.#ask(isOver ? 0 : files);
      return;
    }
    this.#askedFiles = files;
    sumBlocks(luma, this.#sums);
    const answer = this.#challenge.take(this.#sums);
    if (answer !== "asked") {
      this.#isChallenged = false;
      this.#answeredAt = now;
      this.#answered(answer === "seen");
    }
    this.#light();
  }

  #answered(isSeen: boolean): void {
    this.#isAnswered = isSeen;
    this.#unanswered = isSeen ? 0 : this.#unanswered + 1;
  }

  #read(jpeg: Uint8Array): Uint8Array | undefined {
    try {
      this.#parts.reader.read(jpeg, this.#luma);
      return this.#luma;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return undefined;
    }
  }

  /** Whether a frame is of the lamp's light, as far as it is night. A question goes on while somebody looks: half of its frames are without. */
  get #isLit(): boolean {
    return this.#isChallenged ? this.#challenge.isLit : !this.#isLooking;
  }

  #light(): void {
    this.#parts.lamp.write(this.#isOn && this.#night.isNight && this.#isLit);
    this.#parts.filter.write(this.#night.isNight);
  }
}
