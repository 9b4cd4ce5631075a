// What a camera does for its lock: it looks when it is asked to, records what is a visit, and says truly what it sees.
// Why: power, picture, film and heartbeat must tell one story; here each ask and each frame passes through all four in one order.
// Follows docs/protocol.md §3.3 and §9, docs/visit.md and docs/camera.md.

import type { Bytes } from "../firmware/bytes.ts";
import { Fault } from "../firmware/fault.ts";
import type { Identity } from "../firmware/identity.ts";
import type { Ask, Heartbeat, Purpose } from "../firmware/link/witness.ts";
import { type Millis, millis, seconds } from "../firmware/platform.ts";
import type { Signer } from "./evidence.ts";
import { VERDICTS, type Verdict } from "./eye.ts";
import { Reference } from "./features.ts";
import { Filming } from "./filming.ts";
import { FrameNumbers } from "./numbers.ts";
import type { CameraOptions, CameraPlatform } from "./options.ts";
import { Rail, type RailWish } from "./rail.ts";
import type { Situation } from "./reel.ts";
import type { Settings } from "./settings.ts";
import { Shelf } from "./shelf.ts";
import { SCENE } from "./thresholds.ts";
import { GAP_MILLIS_MAX, Watch } from "./watch.ts";

/** For how long a camera goes on without an ask, by the last one's purpose, in milliseconds. A visit is filmed on, since whoever
 *  jams the radio wants just that it is not. At rest only the mode "always" has something to go on with: a camera whose lock is gone
 *  does not watch a house forever. */
export const SILENT_MILLIS: Readonly<Record<Purpose, number>> = Object.freeze({
  rest: 3_600_000,
  knock: 20_000,
  visit: 3_600_000,
  after: 40_000,
});
/** An idle clip ends so long after the last motion, in milliseconds. */
export const IDLE_MILLIS = 10_000;
/** How often the card is looked through, in milliseconds. */
export const TIDY_MILLIS = 10_000;

/** How often a little more of the card is read or cleared, in milliseconds, where there is more than can be done at once. */
const WORK_MILLIS = 50;
const ANALYSE_MILLIS = 500;
const RING_BYTES = 1_500_000;
const RING_FRAMES = 64;
const PRE_ROLL_MILLIS = 6_000;
/** What is free where the next clip is promised, in bytes, where nothing else is set. */
export const ROOM_BYTES = 33_554_432;
const KEEP_SECONDS = 2_592_000;
const U32_MAX = 0xffff_ffff;
/** Milliseconds of frames are u32: long before, time begins anew. */
const CLOCK_MILLIS_MAX = 0x7fff_ffff;

/** What a duty is made of. */
export interface DutyParts {
  readonly platform: CameraPlatform;
  readonly options: CameraOptions;
  readonly identity: Identity;
  readonly lockId: string;
  readonly settings: Settings;
}

/** A frame of the sensor that has its number. */
export interface Numbered {
  readonly seq: number;
  /** Milliseconds since the sensor was switched on. */
  readonly ms: number;
  readonly verdict: Verdict;
  readonly jpeg: Uint8Array;
}

/** The duty. Total after its making: what fails ends the promise to record, or the power of the sensor. */
export class Duty {
  readonly settings: Settings;
  readonly shelf: Shelf;
  readonly #parts: DutyParts;
  readonly #rail: Rail | undefined;
  readonly #watch: Watch;
  readonly #filming: Filming;
  #ask: Ask | undefined;
  #askedAt: Millis;
  #purpose: Purpose = "rest";
  /** Whether the lock has been silent for so long that not even the mode "always" counts. */
  #isForsaken = false;
  #isOn = false;
  /** When the clock of frames began. */
  #origin: Millis;
  #movedAt: Millis | undefined;
  #tidiedAt: Millis | undefined;
  #workAt: Millis;
  #now: Millis;

  constructor(parts: DutyParts, now: Millis) {
    const { platform, options, settings, identity, lockId } = parts;
    const { crypto, random, card, reader, lamp, filter } = platform;
    const signer: Signer = { seed: identity.signingSeed, publicKey: identity.signingKey };
    const { roomBytes = ROOM_BYTES, keepSeconds = KEEP_SECONDS, analyseMillis = ANALYSE_MILLIS } = options;
    const { ringBytes = RING_BYTES, ringFrames = RING_FRAMES, preRollMillis = PRE_ROLL_MILLIS } = options;
    this.settings = settings;
    this.#parts = parts;
    this.#rail = openRail(platform, signer, lockId);
    this.#watch = new Watch({ random, reader, lamp, filter, analyseMillis });
    this.#watch.eye.approve(settings.scenes);
    this.shelf = new Shelf(card, { roomBytes, keepSeconds });
    const size = { width: options.width, height: options.height };
    const reel = { crypto, random, card, shelf: this.shelf, signer, size };
    this.#filming = new Filming(reel, { ringBytes, ringFrames, preRollMillis }, this);
    this.#askedAt = now;
    this.#origin = now;
    this.#workAt = now;
    this.#now = now;
  }

  /** Whether the sensor has power, and current flows through the light. */
  get isOn(): boolean {
    return this.#rail?.isOn === true && this.#parts.platform.rail.light.isActive;
  }

  /** Whether the next clip has room, whom to seal it for, and what to put into it: whoever comes is promised one of his own, also while
   *  another is filmed, which goes on with less. */
  get canRecord(): boolean {
    if (this.#rail === undefined || this.settings.recipients.length === 0) return false;
    if (this.isOn && this.#filming.isStarved(this.#now - this.#origin)) return false;
    return this.shelf.canTake && (!this.#filming.isOpen || this.shelf.canGoOn);
  }

  /** Whether a clip is written, and what the sensor gives is kept for it. */
  get isRecording(): boolean {
    return this.#filming.isRecording(this.#now - this.#origin);
  }

  get watch(): Watch {
    return this.#watch;
  }

  /** The number of the newest rail record; 0 before the first. */
  get power(): number {
    return this.#rail?.number ?? 0;
  }

  /** For what is filmed: what the lock said last. */
  get situation(): Situation {
    const ask = this.#ask;
    const told = ask === undefined ? undefined : { lo: ask.lo, hi: ask.hi, ms: this.#askedAt - this.#origin };
    return { power: this.power, nonce: ask?.nonce, told };
  }

  /** For what is filmed or switched: the time now by the lock; undefined where it was never told. */
  get ended(): readonly [lo: number, hi: number] | undefined {
    const ask = this.#ask;
    if (ask === undefined || ask.hi === U32_MAX) return undefined;
    const passed = Math.floor((this.#now - this.#askedAt) / 1_000);
    return [Math.min(ask.lo + passed, U32_MAX - 1), Math.min(ask.hi + passed + 1, U32_MAX - 1)];
  }

  /** Does what the lock asks. */
  heed(ask: Ask, now: Millis): void {
    this.#now = now;
    this.#ask = ask;
    this.#askedAt = now;
    this.#isForsaken = false;
    this.shelf.told(ask.hi, this.#filming.clip);
    this.#endOther(ask, ask.purpose);
    const isTidy = ask.purpose === this.#purpose && now - (this.#tidiedAt ?? Number.NEGATIVE_INFINITY) < TIDY_MILLIS;
    if (!isTidy) this.#tidy(now);
    this.#follow(ask.purpose);
  }

  /** Takes one file of the sensor. Total: no bytes make it throw.
   *  @returns undefined where it has no number: the sensor has no power, and nothing of the file is looked at */
  frame(jpeg: Uint8Array, now: Millis): Numbered | undefined {
    this.#now = now;
    const seq = this.#rail?.take();
    if (seq === undefined) {
      this.#settle();
      return undefined;
    }
    if (now - this.#origin > CLOCK_MILLIS_MAX) this.#restartClock(now);
    const ms = now - this.#origin;
    const hash = this.#parts.platform.crypto.sha256(jpeg);
    const isJudged = this.#watch.take({
      jpeg,
      hash,
      now,
      isAsked: this.#purpose === "knock" || this.#purpose === "visit",
    });
    if (isJudged) this.#look(now);
    this.#filming.push({ seq, ms, jpeg });
    return { seq, ms, verdict: this.#watch.verdict, jpeg };
  }

  /** What the lock is told. @param nonce of its ask, 16 bytes */
  beat(nonce: Bytes, isCaseOpen: boolean, now: Millis): Heartbeat {
    this.#now = now;
    const { alarm, verdict, okMillis } = this.#watch;
    return {
      nonce,
      verdict: VERDICTS.indexOf(verdict),
      alarm: alarm === undefined ? undefined : VERDICTS.indexOf(alarm),
      okMillis: Math.min(okMillis, U32_MAX),
      ageMillis: Math.min(this.#watch.ageMillis(now), U32_MAX),
      isOn: this.isOn,
      canRecord: this.canRecord,
      isRecording: this.isRecording,
      isCaseOpen,
      visit: this.isRecording ? this.#filming.visit : 0,
      power: this.power,
      powerHash: this.#rail?.hash ?? new Uint8Array(32),
      head: this.#filming.head,
    };
  }

  /** Does what is due: goes on with the card, and where the lock has been silent for too long, the camera rests. */
  tick(now: Millis): void {
    this.#now = now;
    if (this.shelf.isBusy && now >= this.#workAt) {
      if (this.shelf.work()) this.#tidy(now);
      this.#workAt = millis(now + WORK_MILLIS);
    }
    if (now < this.#restAt) return;
    this.#isForsaken = now - this.#askedAt >= SILENT_MILLIS.rest;
    this.#follow("rest");
  }

  /** The uptime by which `tick` must be called; infinite where nothing is due. */
  get nextTick(): Millis {
    return this.shelf.isBusy ? millis(Math.min(this.#workAt, this.#restAt)) : this.#restAt;
  }

  /** When the lock has been silent for too long. */
  get #restAt(): Millis {
    const isDone = this.#purpose === "rest" && (this.#isForsaken || this.#ask?.mode !== "always");
    return millis(isDone ? Number.POSITIVE_INFINITY : this.#askedAt + SILENT_MILLIS[this.#purpose]);
  }

  /** Takes the picture that was judged last as what the scene looks like in order. @returns whether it could be taken: one that
   *  is younger than the lock asks for, lives, nobody walks through, and has enough in it to be recognised */
  approve(now: Millis): boolean {
    const { eye, fileBytes, isInfrared, isMoving } = this.#watch;
    const isLive = this.isOn && !isMoving && this.#watch.ageMillis(now) <= GAP_MILLIS_MAX;
    if (!isLive || !["ok", "unproven"].includes(eye.verdict) || eye.scene.look !== "ok") return false;
    const reference = new Reference();
    reference.take(eye.luma, fileBytes);
    if (reference.structured < SCENE.structuredBlocksMin) return false;
    try {
      this.settings.approve({ luma: eye.luma.slice(), fileBytes, isInfrared });
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return false;
    }
    eye.approve(this.settings.scenes);
    return true;
  }

  /** Ends what is filmed, and takes the sensor's power away. */
  close(): void {
    this.#filming.finish();
    this.#rail?.heed({ mode: "never" });
    this.#settle();
  }

  /** Ends what is over, switches, begins what is asked for: in this order, so that no clip has a frame of another visit. */
  #follow(purpose: Purpose): void {
    const ask = this.#ask;
    if (ask === undefined) return;
    const isFresh = isResting(this.#purpose) && !isResting(purpose);
    this.#purpose = purpose;
    const visit = this.#endOther(ask, purpose);
    const told = this.#toldOf(ask);
    const mode = this.#isForsaken ? "visits" : ask.mode;
    const wish = { mode, visit: purpose === "rest" ? undefined : visit, told };
    if (!isWanted(wish)) this.#filming.finish();
    this.#rail?.heed(wish);
    this.#settle();
    if (isFresh && this.#isOn) this.#watch.begin();
    const mayBegin = this.#isOn && visit !== 0 && !this.#filming.isOn && this.canRecord;
    if (mayBegin) this.#begin({ visit, grant: ask.grant });
  }

  /** Ends what is filmed where that is another's: before room is made for the next, so that what it took is counted. @returns the visit
   *  that is to be recorded */
  #endOther(ask: Ask, purpose: Purpose): number {
    const visit = this.#visitOf(ask, purpose);
    if (this.#filming.isOn && this.#filming.visit !== visit) this.#filming.finish();
    return visit;
  }

  /** The lock's time of now: what its last ask said, and where that is a while ago, what has passed since. */
  #toldOf({ lo, hi }: Ask): RailWish["told"] {
    const [from, until] = (this.#now > this.#askedAt ? this.ended : undefined) ?? [lo, hi];
    return [seconds(from), seconds(until)];
  }

  /** The visit that is to be recorded; 0 for none. After a visit the camera films on for whoever leaves, whoever knocks meanwhile. */
  #visitOf({ visit }: Ask, purpose: Purpose): number {
    if (purpose === "rest") return 0;
    return visit === 0 ? this.#filming.visit : visit;
  }

  #begin(part: { readonly visit?: number; readonly grant?: Bytes | undefined }): void {
    const { lockId } = this.#parts;
    this.#filming.begin({ lockId, ...part }, this.settings.recipients, this.#now - this.#origin);
  }

  /** Takes note of the sensor's power, whoever switched it. */
  #settle(): void {
    const isOn = this.#rail?.isOn === true;
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    // What was never recorded must not be found in memory.
    this.#filming.clear();
    this.#movedAt = undefined;
    if (!isOn) {
      this.#watch.end();
      this.#parts.platform.audience?.dismiss();
      return;
    }
    this.#origin = this.#now;
    this.#watch.begin();
  }

  #restartClock(now: Millis): void {
    this.#filming.clear();
    this.#origin = now;
  }

  /** After a judged frame: whether there is still room, and whether an idle clip begins or ends. */
  #look(now: Millis): void {
    if (this.#watch.isMoving) this.#movedAt = now;
    if (now - (this.#tidiedAt ?? now) >= TIDY_MILLIS) this.#tidy(now);
    if (this.#filming.isOn && !this.shelf.canGoOn) {
      this.#filming.finish();
      this.#tidy(now);
    }
    const isIdle = this.#ask !== undefined && this.#visitOf(this.#ask, this.#purpose) === 0;
    if (!isIdle || this.#ask?.mode !== "always") return;
    if (this.#watch.isMoving && !this.#filming.isOn && this.canRecord) this.#begin({});
    else if (this.#filming.isOn && now - (this.#movedAt ?? now) >= IDLE_MILLIS) this.#filming.finish();
  }

  #tidy(now: Millis): void {
    this.#tidiedAt = now;
    this.shelf.makeRoom(this.#ask?.lo, { current: this.#filming.clip, isPromise: this.#ask?.purpose === "knock" });
  }
}

/** Nobody comes, or nobody does any more. */
function isResting(purpose: Purpose): boolean {
  return purpose === "rest" || purpose === "after";
}

function isWanted({ mode, visit }: RailWish): boolean {
  return mode === "always" || (mode === "visits" && visit !== undefined);
}

/** A camera whose stored numbers or records are not its own must not look at all. */
function openRail(platform: CameraPlatform, signer: Signer, lockId: string): Rail | undefined {
  const { crypto, constants, rail: wiring, railStore: store } = platform;
  try {
    return new Rail(crypto, { signer, lockId, wiring, store, numbers: new FrameNumbers(constants) });
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    wiring.supply.write(false);
    return undefined;
  }
}
