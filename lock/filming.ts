// What the camera is asked for, and what it is worth while a visit is open: when it films, where its chain stands, when it fails.
// Why: the camera can only refuse. What it says after the intent opens nothing and shuts nobody in; it is written down, told,
// and shortens how long the door stands unlocked. All that is read of the camera is read here.
// Follows docs/visit.md, "When the camera fails during a visit".

import type { Bytes } from "../firmware/bytes.ts";
import type { Heartbeat, Purpose } from "../firmware/link/witness.ts";
import { type Millis, millis } from "../firmware/platform.ts";
import type { Recorder } from "./recorder.ts";
import type { Visit } from "./visit.ts";
import type { Witness } from "./witness.ts";

/** For so long it films on after the door was secured, or shut again. */
export const AFTER_MILLIS = 30_000;
/** For so long after a knock that came to nothing. */
export const REFUSED_MILLIS = 5_000;
/** For so long a camera may take to begin the visit's clip; and so old may the last frame be that it looked at. */
export const STALE_MILLIS = 3_000;
/** How often it is looked at while somebody comes or goes. */
const LOOK_MILLIS = 250;
const MINUTE_MILLIS = 60_000;
/** The chain is written down once a minute of the first ten, then in every tenth: a long visit must not turn the ring of notices. */
const FIRST_MINUTES = 10;
const LATER_MILLIS = 600_000;
const RULE_LIVE = 2;

/** What of the witness this needs. */
export type Camera = Pick<Witness, "isEnrolled" | "isHeard" | "last" | "wish">;

/** How the camera is: as it should be; heard, and failing; or not heard. */
type Condition = "well" | "alarm" | "lost";

/** The camera of one lock, as visits use it. */
export class Filming {
  readonly #camera: Camera;
  readonly #recorder: Recorder;
  #condition: Condition = "well";
  /** Whether a clip of the visit was seen to be written: from then on its end is news. */
  #isFilmed = false;
  #writtenAt: Millis = millis(0);
  /** Until when it films on though no visit is open. */
  #until: Millis | undefined;
  #lookAt: Millis = millis(0);

  constructor(camera: Camera, recorder: Recorder) {
    this.#camera = camera;
    this.#recorder = recorder;
  }

  get isEnrolled(): boolean {
    return this.#camera.isEnrolled;
  }

  /** What the camera said last. */
  get last(): Heartbeat | undefined {
    return this.#camera.last;
  }

  /** Begins with a visit whose intent is durable. */
  begin(): void {
    this.#condition = "well";
    this.#isFilmed = false;
    this.#until = undefined;
    this.#lookAt = millis(0);
  }

  /** Ends with it, after what the clip's chain is now: the camera films on for whoever leaves. */
  end(visit: Visit, now: Millis): void {
    if (this.#isFilmed) this.#write("end", visit, now);
    this.#until = millis(now + AFTER_MILLIS);
  }

  /** Lets the camera film on after a knock that came to nothing. */
  refused(now: Millis): void {
    this.#until = millis(Math.max(this.#until ?? 0, now + REFUSED_MILLIS));
  }

  /** Whoever goes out or in while it still films is filmed until the door is shut behind him, and for a while more. */
  moved(now: Millis): void {
    if (this.#until !== undefined && now < this.#until) this.#until = millis(now + AFTER_MILLIS);
  }

  /** Asks for what somebody who comes needs, and looks at nothing: what the camera does is seen when it is due, whoever knocks. */
  ask(now: Millis, visit: Visit | undefined, knock: { readonly grant: Bytes | undefined } | undefined): void {
    const purpose: Purpose =
      visit !== undefined ? "visit" : knock !== undefined ? "knock" : this.#until !== undefined ? "after" : "rest";
    // What a code is called by, no camera knows.
    const grant = visit === undefined ? knock?.grant : visit.grant?.leaf;
    this.#camera.wish({ purpose, visit: visit?.intent ?? 0, grant }, now);
  }

  /** Asks for what is due, and looks at the camera. @returns whether it fails now, as the visit's rule sees it, for the first time */
  tick(now: Millis, visit: Visit | undefined, knock: { readonly grant: Bytes | undefined } | undefined): boolean {
    this.#lookAt = millis(now + LOOK_MILLIS);
    if (this.#until !== undefined && now >= this.#until) this.#until = undefined;
    this.ask(now, visit, knock);
    return visit !== undefined && this.isEnrolled && this.#watch(visit, now);
  }

  /** When `tick` has something to do. @param isBusy whether a visit or a knock is open */
  nextTick(isBusy: boolean): Millis | undefined {
    if (!this.isEnrolled) return undefined;
    return isBusy ? this.#lookAt : this.#until;
  }

  #watch(visit: Visit, now: Millis): boolean {
    this.#follow(visit, now);
    const condition = this.#conditionOf(visit, now);
    const { rule } = visit.camera;
    if (condition !== this.#condition && (this.#isFilmed || rule > 0)) {
      this.#condition = condition;
      this.#write(condition === "well" ? "back" : condition, visit, now);
    }
    if (visit.isCameraFailed || rule === 0 || condition === "well") return false;
    // Who was let in by a camera that only has to record is not shut out since it is covered.
    if (condition === "alarm" && rule < RULE_LIVE && this.#isRecording(visit, now)) return false;
    visit.isCameraFailed = true;
    return true;
  }

  /** Notes where the chain of the visit's clip stands. */
  #follow(visit: Visit, now: Millis): void {
    const beat = this.#camera.last;
    if (beat?.head === undefined || beat.visit !== visit.intent || !beat.isRecording) return;
    visit.lastHead = beat.head;
    if (!this.#isFilmed) {
      this.#isFilmed = true;
      visit.firstHead ??= beat.head;
      this.#write("start", visit, now);
      return;
    }
    const period = now - visit.began < FIRST_MINUTES * MINUTE_MILLIS ? MINUTE_MILLIS : LATER_MILLIS;
    if (now - this.#writtenAt >= period) this.#write("head", visit, now);
  }

  #conditionOf(visit: Visit, now: Millis): Condition {
    const beat = this.#camera.last;
    if (beat === undefined || !this.#camera.isHeard(now)) return "lost";
    if (!this.#isRecording(visit, now)) return "alarm";
    // How it judges what it sees, and how patient it is with a back before the lens, is the camera's own affair.
    const isSeeing = beat.alarm === undefined && !beat.isCaseOpen && beat.ageMillis <= STALE_MILLIS;
    return isSeeing ? "well" : "alarm";
  }

  /** Whether the visit's clip is being written; a camera that has just been asked has some time to begin. */
  #isRecording({ intent, began }: Visit, now: Millis): boolean {
    const beat = this.#camera.last;
    if (beat === undefined || !beat.isOn || !beat.canRecord) return false;
    return (beat.isRecording && beat.visit === intent) || now - began < STALE_MILLIS;
  }

  #write(event: "start" | "head" | "end" | "back" | "alarm" | "lost", { intent: visit }: Visit, now: Millis): void {
    if (event === "start" || event === "head") this.#writtenAt = now;
    this.#recorder.camera(event, { visit, beat: this.#camera.last }, now);
  }
}
