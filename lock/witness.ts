// The lock's camera: what it is asked, what it answered, and what that proves at this moment.
// Why: a grant may demand that somebody is seen who comes; a heartbeat counts from when its own number was drawn, never from
// when it arrived, so one that was recorded, held back or made before proves nothing, and silence proves nothing (T23, T26, T27).
// Follows docs/protocol.md §3.3. One camera counts: the first that was enrolled.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Fault } from "../firmware/fault.ts";
import type { Offer } from "../firmware/link/introduction.ts";
import type { CameraState } from "../firmware/link/viewing.ts";
import {
  ASK_NONCE_BYTES,
  type CameraMode,
  type CameraWord,
  encodeAsk,
  encodeTicket,
  type Heartbeat,
  type Purpose,
  parseCameraWord,
  type Ticket,
} from "../firmware/link/witness.ts";
import { type Indicator, type Millis, millis, type Random } from "../firmware/platform.ts";
import type { EnrolledBoard } from "../firmware/policy/keyring.ts";
import { ROLE_CAMERA } from "../firmware/role.ts";
import type { Interval } from "../firmware/time/clock.ts";
import type { StrangerClass } from "./desk.ts";
import { soundTamper } from "./keypad.ts";
import type { Memory } from "./memory.ts";
import { type Peer, Peers, type PeersDesk, type PeersParts } from "./peers.ts";
import type { Recorder } from "./recorder.ts";

/** How often the camera is asked while somebody comes or goes. */
export const ASK_MILLIS = 500;
/** How often it is asked otherwise. */
export const REST_ASK_MILLIS = 60_000;
/** A heartbeat that names a number which was drawn longer ago is not looked at. */
export const NONCE_MILLIS_MAX = 5_000;
/** Numbers that may be answered yet: those of 5 s, and what was asked beside. The oldest makes room. */
export const NONCES_MAX = 16;
/** The camera counts as lost where its newest heartbeat is older. */
export const LOST_MILLIS = 1_500;
/** A heartbeat that is older proves nothing of now. */
export const LIVE_MILLIS = 1_000;
/** For so long every frame must have been good. */
export const GOOD_MILLIS = 3_000;
/** How old the last frame that was looked at may be, when the heartbeat is used. */
export const FRAME_MILLIS_MAX = 1_500;
/** Whoever asks out of turn, the camera itself or somebody who would look, makes the lock ask no more often than so. */
const EXTRA_MILLIS = 250;

const NO_SENSE: StrangerClass = 1;
const UNKNOWN_TIME = 0xffff_ffff;
const U32_MAX = 0xffff_ffff;

/** What the camera proves: 0 nothing, 1 that it records, 2 that it is live and unobstructed. */
export type CameraProof = 0 | 1 | 2;

/** What the camera is asked for. */
export interface CameraWish {
  readonly purpose: Purpose;
  /** The number of the intent record, u32; 0 where no visit is open. */
  readonly visit: number;
  /** The link8 of the grant that came, 8 bytes. */
  readonly grant: Bytes | undefined;
}

/** What the lock does for its witness. */
export interface WitnessDesk {
  readonly boards: readonly EnrolledBoard[];
  /** When the sensor may have power. */
  readonly mode: CameraMode;
  interval(now: Millis): Interval;
  /** Hears each heartbeat that counts. @param former the one before it, since this start */
  heard(beat: Heartbeat, former: Heartbeat | undefined, now: Millis): void;
  /** Hears that nothing was heard of the camera for 150 s, be it from the start on; once, until it is heard again. */
  missed(now: Millis): void;
  stranger(kind: StrangerClass, now: Millis): void;
}

/** What the lock does for its witness, out of what it remembers. */
export class WitnessRoom implements WitnessDesk {
  readonly #memory: Memory;
  readonly #recorder: Recorder;
  readonly #indicator: Indicator;

  constructor(lock: {
    readonly memory: Memory;
    readonly recorder: Recorder;
    readonly indicator: Indicator;
  }) {
    this.#memory = lock.memory;
    this.#recorder = lock.recorder;
    this.#indicator = lock.indicator;
  }

  get boards(): readonly EnrolledBoard[] {
    return this.#memory.state.keyring.boards;
  }

  get mode(): CameraMode {
    return this.#memory.state.configuration.cameraMode;
  }

  interval(now: Millis): Interval {
    return this.#memory.interval(now);
  }

  heard(beat: Heartbeat, former: Heartbeat | undefined, now: Millis): void {
    if (!beat.isCaseOpen || former?.isCaseOpen === true) return;
    soundTamper({ indicator: this.#indicator, recorder: this.#recorder }, now);
  }

  missed(now: Millis): void {
    this.#indicator.signal("alarm");
    this.#recorder.alarm("camera", now);
  }

  stranger(kind: StrangerClass, now: Millis): void {
    this.#recorder.stranger(kind, now);
  }
}

interface Asked {
  readonly nonce: Bytes;
  readonly at: Millis;
}

/** What is known of the camera. */
interface Seen {
  /** What may be answered yet, the newest last. */
  asked: readonly Asked[];
  newest: { readonly beat: Heartbeat; readonly drawnAt: Millis } | undefined;
}

const REST: CameraWish = Object.freeze({ purpose: "rest", visit: 0, grant: undefined });

/** The camera of one lock. It owns the sessions' keys. */
export class Witness {
  readonly #crypto: Crypto;
  readonly #random: Random;
  readonly #desk: WitnessDesk;
  readonly #peers: Peers<Seen>;
  #wish: CameraWish = REST;
  /** When it was asked last, in which mode, and when the next ask is due. */
  #askedAt: Millis;
  #askedMode: CameraMode;
  #askAt: Millis;

  constructor(parts: PeersParts, desk: WitnessDesk, now: Millis) {
    this.#crypto = parts.crypto;
    this.#random = parts.random;
    this.#desk = desk;
    this.#askedAt = now;
    this.#askedMode = desk.mode;
    this.#askAt = now;
    this.#peers = new Peers<Seen>(parts, new Witness.#PeersDesk(this), now);
  }

  /** What the peers may reach. A class: a function that is made for each lock costs a board 160 bytes. */
  static readonly #PeersDesk = class implements PeersDesk<Seen> {
    readonly #witness: Witness;

    constructor(witness: Witness) {
      this.#witness = witness;
    }

    get role(): number {
      return ROLE_CAMERA;
    }

    get boards(): readonly EnrolledBoard[] {
      return firstCamera(this.#witness.#desk.boards);
    }

    create(): Seen {
      return { asked: [], newest: undefined };
    }

    heard(peer: Peer<Seen>, plaintext: Bytes, now: Millis): void {
      this.#witness.#hear(peer, plaintext, now);
    }

    /** In the house's network anybody says anything, and each day another lock's camera does: what no session vouches for is not written. */
    stranger(): void {}

    linkChanged(_: EnrolledBoard, isUp: boolean, now: Millis): void {
      if (!isUp) this.#witness.#desk.missed(now);
    }
  };

  get isEnrolled(): boolean {
    return firstCamera(this.#desk.boards).length > 0;
  }

  /** Whether its owner lets it film whoever comes. */
  get mayFilm(): boolean {
    return this.#desk.mode !== "never";
  }

  /** Gives what the camera proves at this moment: nothing where anything is missing. @param isRetry whether it is for whoever opens once more
   *  in his own visit: the film of that will do, though there is no room for another */
  proof(now: Millis, isRetry = false): CameraProof {
    const newest = this.#newest;
    if (newest === undefined) return 0;
    const { beat } = newest;
    const age = now - newest.drawnAt;
    const isFilmed = beat.canRecord || (isRetry && beat.isRecording && beat.visit === this.#wish.visit);
    if (age >= LOST_MILLIS || !beat.isOn || !isFilmed || beat.isCaseOpen) return 0;
    const isLive = age < LIVE_MILLIS && beat.ageMillis + age <= FRAME_MILLIS_MAX;
    const isGood = beat.verdict === 0 && beat.okMillis >= GOOD_MILLIS && beat.alarm === undefined;
    return isLive && isGood ? 2 : 1;
  }

  /** The newest heartbeat, whatever its age; undefined before the first of this start, and once the board was removed. */
  get last(): Heartbeat | undefined {
    return this.#newest?.beat;
  }

  /** Whether the newest heartbeat is younger than 1.5 s. */
  isHeard(now: Millis): boolean {
    const newest = this.#newest;
    return newest !== undefined && now - newest.drawnAt < LOST_MILLIS;
  }

  /** Whether somebody who looked now would see; where nothing was heard lately, the camera is asked, for who tries again. */
  isSeeing(now: Millis): boolean {
    if (!this.isHeard(now)) this.#hurry(now);
    return this.isHeard(now) && this.last?.isOn === true;
  }

  /** How the camera was, as an owner sees it. */
  state(now: Millis): CameraState | undefined {
    const newest = this.#newest;
    if (newest === undefined) return undefined;
    const { verdict, alarm, isOn, canRecord, isRecording, isCaseOpen, visit, power, ageMillis } = newest.beat;
    const heardMillis = Math.min(now - newest.drawnAt, U32_MAX);
    return { verdict, alarm, isOn, canRecord, isRecording, isCaseOpen, visit, power, ageMillis, heardMillis };
  }

  /** Says what the camera is asked for; where that is new, it is asked at once. */
  wish(wish: CameraWish, now: Millis): void {
    const isSame = wish.purpose === this.#wish.purpose && wish.visit === this.#wish.visit;
    if (isSame && this.#isSameGrant(wish.grant, this.#wish.grant)) return;
    this.#wish = { ...wish, grant: wish.grant?.slice() };
    this.#ask(now);
  }

  /** Tells the camera of somebody who may look. @returns the camera, or undefined where it was not told */
  admit(ticket: Ticket): EnrolledBoard | undefined {
    const peer = this.#camera;
    return peer !== undefined && this.#peers.send(peer, encodeTicket(ticket)) ? peer.board : undefined;
  }

  /** Takes one frame. Total: it never throws for any bytes. */
  received(frame: Bytes, now: Millis): void {
    this.#peers.received(frame, now);
  }

  /** Asks where it is due, and ends what has had its time. */
  tick(now: Millis): void {
    this.#peers.tick(now);
    if (now >= this.#askAt || this.#askedMode !== this.#desk.mode) this.#ask(now);
  }

  /** When `tick` has something to do. */
  get nextTick(): Millis | undefined {
    const ends = this.#peers.nextTick;
    if (this.#camera?.session === undefined) return ends;
    const next = this.#askedMode === this.#desk.mode ? this.#askAt : this.#askedAt;
    return ends === undefined ? next : millis(Math.min(ends, next));
  }

  /** Whether the link of the camera is up. @param kid 8 bytes */
  isUp(kid: Bytes): boolean {
    return this.#peers.isUp(kid);
  }

  /** The last offer on the camera's wire of a board that is not enrolled, at most 60 s old. */
  get offer(): Offer | undefined {
    return this.#peers.offer;
  }

  get #camera(): Peer<Seen> | undefined {
    return this.#peers.all[0];
  }

  /** Of the camera that is enrolled now; the peers follow the keyring only at the next tick. */
  get #newest(): Seen["newest"] {
    const peer = this.#camera;
    return peer !== undefined && firstCamera(this.#desk.boards)[0] === peer.board ? peer.state.newest : undefined;
  }

  /** Draws a number and asks, where there is a session to ask over. */
  #ask(now: Millis): void {
    const { mode } = this.#desk;
    this.#askedAt = now;
    this.#askedMode = mode;
    this.#askAt = millis(now + (this.#wish.purpose === "rest" ? REST_ASK_MILLIS : ASK_MILLIS));
    const peer = this.#camera;
    if (peer?.session === undefined) return;
    const nonce = new Uint8Array(ASK_NONCE_BYTES);
    this.#random.fill(nonce);
    const young = peer.state.asked.filter(({ at }) => now - at <= NONCE_MILLIS_MAX);
    peer.state.asked = [...young.slice(1 - NONCES_MAX), { nonce, at: now }];
    const { lo, hi = UNKNOWN_TIME } = this.#desk.interval(now);
    this.#peers.send(peer, encodeAsk({ ...this.#wish, nonce, mode, lo, hi }));
  }

  /** Lets the next ask be soon. */
  #hurry(now: Millis): void {
    const soon = Math.max(now, this.#askedAt + EXTRA_MILLIS);
    if (soon < this.#askAt) this.#askAt = millis(soon);
  }

  #hear(peer: Peer<Seen>, plaintext: Bytes, now: Millis): void {
    const word = this.#read(plaintext, now);
    if (word === undefined) return;
    if (word.kind === "here") {
      this.#hurry(now);
      return;
    }
    const { beat } = word;
    const { state } = peer;
    const found = state.asked.findIndex(({ nonce }) => this.#crypto.isEqual(nonce, beat.nonce));
    if (found < 0 || now - state.asked[found].at > NONCE_MILLIS_MAX) {
      this.#desk.stranger(NO_SENSE, now);
      return;
    }
    const former = state.newest?.beat;
    state.newest = { beat, drawnAt: state.asked[found].at };
    // What was asked before it is answered with it: a heartbeat that was overtaken says nothing newer.
    state.asked = state.asked.slice(found + 1);
    this.#desk.heard(beat, former, now);
  }

  #read(plaintext: Bytes, now: Millis): CameraWord | undefined {
    try {
      return parseCameraWord(plaintext);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.#desk.stranger(NO_SENSE, now);
      return undefined;
    }
  }

  #isSameGrant(left: Bytes | undefined, right: Bytes | undefined): boolean {
    return left === undefined || right === undefined ? left === right : this.#crypto.isEqual(left, right);
  }
}

/** The camera that counts, or none. */
function firstCamera(boards: readonly EnrolledBoard[]): readonly EnrolledBoard[] {
  return boards.filter(({ role }) => role === ROLE_CAMERA).slice(0, 1);
}
