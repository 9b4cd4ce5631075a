// A lock's witness and a camera's real link face to face: frames are handed over, held back, kept and put back by hand, and time
// is moved by hand. What the tests of the witness stand on.

import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { CameraLink } from "../../camera/link.ts";
import type { Bytes } from "../../firmware/bytes.ts";
import { ascending } from "../../firmware/crypto/test/checks.ts";
import type { Ask, Heartbeat, Ticket } from "../../firmware/link/witness.ts";
import { type Millis, millis, seconds } from "../../firmware/platform.ts";
import type { EnrolledBoard } from "../../firmware/policy/keyring.ts";
import { Stream } from "../../simulator/random.ts";
import { enrolledAs, identityOf } from "../../simulator/wired.ts";
import { type CameraWish, Witness } from "../witness.ts";
import { LOCK, SEED, SEQUENCE } from "./cable.ts";

export const CAMERA = identityOf(crypto, 0x50);
export const OTHER = identityOf(crypto, 0x60);
export const ENROLLED = enrolledAs(CAMERA, SEQUENCE, 2);
export const GRANT = ascending(3, 8);
export const VISIT: CameraWish = { purpose: "visit", visit: 12, grant: GRANT };
export const REST: CameraWish = { purpose: "rest", visit: 0, grant: undefined };
export const GOOD: Omit<Heartbeat, "nonce"> = {
  verdict: 0,
  alarm: undefined,
  okMillis: 3_000,
  ageMillis: 0,
  isOn: true,
  canRecord: true,
  isRecording: false,
  isCaseOpen: false,
  visit: 0,
  power: 1,
  powerHash: ascending(7, 32),
  head: undefined,
};

/** A lock's end and a camera, and between them a radio that carries a frame when it is told to. */
export class Room {
  now: Millis = millis(0);
  boards: readonly EnrolledBoard[] = [ENROLLED];
  mode: "visits" | "always" | "never" = "visits";
  /** What the camera answers; undefined: it does not. */
  beat: Omit<Heartbeat, "nonce"> | undefined = GOOD;
  /** Whether frames from the camera are kept instead of carried. */
  isHeld = false;
  /** Whether nothing gets through. */
  isJammed = false;
  readonly asks: Ask[] = [];
  readonly tickets: Ticket[] = [];
  readonly heard: Heartbeat[] = [];
  readonly strangers: number[] = [];
  /** Frames from the lock, all of them; and from the camera. */
  readonly fromLock: Bytes[] = [];
  readonly fromCamera: Bytes[] = [];
  readonly #toLock: Bytes[] = [];
  readonly #toCamera: Bytes[] = [];
  readonly witness: Witness;
  link: CameraLink;

  constructor() {
    const room = this;
    const wire = {
      send: (frame: Bytes) => {
        this.fromLock.push(frame);
        this.#toCamera.push(frame);
      },
    };
    this.witness = new Witness(
      { crypto, random: new Stream(SEED, "lock"), wire, identity: LOCK },
      {
        get boards() {
          return room.boards;
        },
        get mode() {
          return room.mode;
        },
        // The lock's clock goes: a camera does not hear asks whose time stands still.
        interval: (at) => {
          const lo = 100 + Math.floor(at / 1_000);
          return { lo: seconds(lo), hi: seconds(lo + 1) };
        },
        heard: (beat) => this.heard.push(beat),
        missed: () => {},
        stranger: (kind) => this.strangers.push(kind),
      },
      this.now,
    );
    this.link = this.camera();
  }

  /** A camera that has just got power. */
  camera(identity = CAMERA, name = "camera"): CameraLink {
    const wire = {
      send: (frame: Bytes) => {
        this.fromCamera.push(frame);
        this.#toLock.push(frame);
      },
    };
    const lock = { lockId: LOCK.lockId, agreementKey: LOCK.agreementKey, sequence: SEQUENCE };
    return new CameraLink({ crypto, random: new Stream(SEED, name), wire, identity, lock }, this.now);
  }

  /** Lets time pass in steps of 50 ms, or less. */
  pass(duration: number): this {
    const until = this.now + duration;
    this.#step();
    while (this.now < until) {
      this.now = millis(Math.min(until, this.now + 50));
      this.#step();
    }
    return this;
  }

  /** Lets the camera come up and be asked for a visit, and its first answer arrive. */
  start(wish = VISIT): this {
    this.witness.wish(wish, this.now);
    this.pass(500);
    assert.ok(this.heard.length > 0);
    return this;
  }

  /** Gives the camera's answer to the newest ask, so many milliseconds after it was asked, and lets nothing else happen. */
  answerAfter(duration: number): this {
    this.isHeld = true;
    do {
      this.#toLock.length = 0;
      this.pass(50);
    } while (this.#askedAt !== this.now);
    this.now = millis(this.now + duration);
    this.release();
    return this;
  }

  /** Hands over what was held back. */
  release(): void {
    this.isHeld = false;
    for (const frame of this.#toLock.splice(0)) this.witness.received(frame, this.now);
  }

  /** Brings the lock a frame. */
  hand(frame: Bytes): void {
    this.witness.received(frame, this.now);
  }

  get proof(): number {
    return this.witness.proof(this.now);
  }

  #askedAt: Millis = millis(0);

  #step(): void {
    this.witness.tick(this.now);
    this.link.tick(this.now);
    for (let round = 0; round < 4; round++) {
      if (this.isJammed) this.#toLock.length = 0;
      if (!this.isHeld) for (const frame of this.#toLock.splice(0)) this.witness.received(frame, this.now);
      for (const frame of this.#toCamera.splice(0)) if (!this.isJammed) this.#hear(frame);
    }
  }

  #hear(frame: Bytes): void {
    const word = this.link.received(frame, this.now);
    if (word?.kind === "ticket") this.tickets.push(word.ticket);
    if (word?.kind !== "ask") return;
    this.asks.push(word.ask);
    this.#askedAt = this.now;
    if (this.beat !== undefined) this.link.answer({ ...this.beat, nonce: word.ask.nonce }, this.now);
  }
}
