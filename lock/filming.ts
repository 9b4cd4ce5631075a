// What the camera is asked for, and what it is worth while a visit is open: when it films, where its chain stands, when it fails.
// Why: the camera can only refuse. What it says after the intent opens nothing and shuts nobody in; it is written down, told,
// and shortens how long the door stands unlocked. All that is read of the camera is read here.
// Follows docs/visit.md, "When the camera fails during a visit".

import { type Bytes, toHex } from "../firmware/bytes.ts";
import { Bucket } from "../firmware/link/bucket.ts";
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
/** Whoever jams the link again and again, or has taken the camera over, must not fill it either: so many changes, and so many clips,
 *  are written as they come, and beyond them one a minute, in however many visits. */
const CHANGES = Object.freeze({ atOnce: 6, tryMillis: MINUTE_MILLIS });
const CLIPS = Object.freeze({ atOnce: 4, tryMillis: MINUTE_MILLIS });

/** What of the witness this needs. */
export type Camera = Pick<Witness, "isEnrolled" | "isHeard" | "last" | "mayFilm" | "wish">;

/** How the camera is: as it should be; heard, and failing; or not heard. */
type Condition = "well" | "alarm" | "lost";

/** The camera of one lock, as visits use it. */
export class Filming {
  readonly #camera: Camera;
  readonly #recorder: Recorder;
  /** How the journal has it. */
  #condition: Condition = "well";
  /** The first failure of which the journal does not know yet, and what the camera said then. */
  #failed: { readonly condition: Condition; readonly beat: Heartbeat | undefined } | undefined;
  /** What was last said of the clip whose start is written. */
  #noted: Heartbeat | undefined;
  readonly #changes: Bucket;
  readonly #clips: Bucket;
  #writtenAt: Millis = millis(0);
  /** Until when it films on though no visit is open. */
  #until: Millis | undefined;
  #lookAt: Millis = millis(0);

  constructor(camera: Camera, recorder: Recorder, now: Millis) {
    this.#camera = camera;
    this.#recorder = recorder;
    this.#changes = new Bucket(CHANGES, now);
    this.#clips = new Bucket(CLIPS, now);
  }

  get isEnrolled(): boolean {
    return this.#camera.isEnrolled;
  }

  /** What the camera says; undefined where it is not heard. */
  said(now: Millis): Heartbeat | undefined {
    return this.#camera.isHeard(now) ? this.#camera.last : undefined;
  }

  /** Begins with a visit whose intent is durable. */
  begin(): void {
    this.#condition = "well";
    this.#failed = undefined;
    this.#noted = undefined;
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
    if (rule > 0 || this.#isFilmed || this.#isMissed(visit, now)) this.#note(condition, visit, now);
    if (visit.isCameraFailed || rule === 0 || condition === "well") return false;
    // Who was let in by a camera that only has to record is not shut out since it is covered.
    if (condition === "alarm" && rule < RULE_LIVE && this.#isRecording(visit, now)) return false;
    visit.isCameraFailed = true;
    return true;
  }

  /** Whether a clip of the visit was seen to be written: from then on its end is news. */
  get #isFilmed(): boolean {
    return this.#noted !== undefined;
  }

  /** Whether the visit's clip should have begun by now, whatever was asked of the camera: that none did is news. */
  #isMissed({ began }: Visit, now: Millis): boolean {
    return this.#camera.mayFilm && now - began >= STALE_MILLIS;
  }

  /** Writes how the camera is, where that is news. A failure that was over before its record could be written is told all the same. */
  #note(condition: Condition, { intent }: Visit, now: Millis): void {
    const { last } = this.#camera;
    if (condition !== "well") this.#failed ??= { condition, beat: last };
    const isUntold = this.#condition === "well" && this.#failed !== undefined;
    const { condition: news, beat } = isUntold && this.#failed !== undefined ? this.#failed : { condition, beat: last };
    if (news === this.#condition || !this.#changes.take(now)) return;
    this.#condition = news;
    this.#failed = undefined;
    // What it said then, and where its chain stands now: of what is written, the chain only rises.
    const said =
      last === undefined || beat === undefined ? last : { ...last, verdict: beat.verdict, alarm: beat.alarm };
    this.#write(news === "well" ? "back" : news, { intent, beat: said }, now);
  }

  /** Notes where the chain of the visit's clip stands; where another clip has begun, where both stood. */
  #follow(visit: Visit, now: Millis): void {
    const beat = this.#camera.last;
    if (beat?.head === undefined || beat.visit !== visit.intent || !beat.isRecording) return;
    visit.firstHead ??= beat.head;
    visit.lastHead = beat.head;
    const former = this.#noted;
    if (!isSameClip(former, beat)) {
      if (former !== undefined && !this.#clips.take(now)) return;
      // A record of its switch that is older than one that was written would call the camera put back.
      if (former !== undefined)
        this.#write("head", { intent: visit.intent, beat: { ...beat, head: former.head } }, now);
      this.#write("start", visit, now);
    } else {
      const period = now - visit.began < FIRST_MINUTES * MINUTE_MILLIS ? MINUTE_MILLIS : LATER_MILLIS;
      // Of one that is lost the record of that says where it stood.
      if (now - this.#writtenAt >= period && this.#camera.isHeard(now)) this.#write("head", visit, now);
    }
    this.#noted = beat;
  }

  #conditionOf(visit: Visit, now: Millis): Condition {
    const beat = this.#camera.last;
    if (beat === undefined || !this.#camera.isHeard(now)) return "lost";
    if (!this.#isRecording(visit, now)) return "alarm";
    // It looks anew for whoever comes while it films the one before, and has no frame at first.
    const isFresh = beat.ageMillis <= STALE_MILLIS || now - visit.began < STALE_MILLIS;
    // How it judges what it sees, and how patient it is with a back before the lens, is the camera's own affair.
    return beat.alarm === undefined && !beat.isCaseOpen && isFresh ? "well" : "alarm";
  }

  /** Whether the visit's clip is being written; a camera that has just been asked has some time to begin. Whether another one would have
   *  room, which is what it means by being able to record, is nothing to this visit. */
  #isRecording({ intent, began }: Visit, now: Millis): boolean {
    const beat = this.#camera.last;
    if (beat === undefined || !beat.isOn) return false;
    return (beat.isRecording && beat.visit === intent) || now - began < STALE_MILLIS;
  }

  /** Writes what the camera says now, or what it said. */
  #write(
    event: "start" | "head" | "end" | "back" | "alarm" | "lost",
    { intent: visit, beat = this.#camera.last }: Pick<Visit, "intent"> & { readonly beat?: Heartbeat | undefined },
    now: Millis,
  ): void {
    if (event === "start" || event === "head") this.#writtenAt = now;
    this.#recorder.camera(event, { visit, beat }, now);
  }
}

/** Whether both heartbeats are of the same clip. */
function isSameClip(left: Heartbeat | undefined, right: Heartbeat): boolean {
  if (left?.head === undefined || right.head === undefined) return false;
  return toHex(left.head.clip) === toHex(right.head.clip);
}
