// A camera beside the lock on the desk: its real link, and whatever it is told to say.

import { CameraLink } from "../../camera/link.ts";
import type { Bytes } from "../../firmware/bytes.ts";
import { KIND_ENROL } from "../../firmware/grant/body.ts";
import type { Ask, CameraMode, Heartbeat, Ticket } from "../../firmware/link/witness.ts";
import { millis } from "../../firmware/platform.ts";
import { ROLE_CAMERA } from "../../firmware/role.ts";
import type { Verdict } from "../../simulator/caller.ts";
import type { Desk } from "../../simulator/desk.ts";
import { Stream } from "../../simulator/random.ts";
import { identityOf } from "../../simulator/wired.ts";

/** Until the bolt is thrown again after the press inside. */
const RELOCK_SECONDS = 32;
const STEP_MILLIS = 50;

/** What a camera says that films, and sees well. */
export const SEEING: Omit<Heartbeat, "nonce"> = Object.freeze({
  verdict: 0,
  alarm: undefined,
  okMillis: 5_000,
  ageMillis: 100,
  isOn: true,
  canRecord: true,
  isRecording: false,
  isCaseOpen: false,
  visit: 0,
  power: 9,
  powerHash: new Uint8Array(32),
  head: undefined,
});

/** The name of a visit's clip. */
export function clipOf(visit: number): Bytes {
  return new Uint8Array(16).fill(visit & 0xff);
}

/** The chain behind a frame. */
export function chainOf(frame: number): Bytes {
  return new Uint8Array(32).fill(frame & 0xff);
}

/** One camera. */
export class Onlooker {
  /** What it answers. */
  beat: Omit<Heartbeat, "nonce"> = SEEING;
  readonly tickets: Ticket[] = [];
  /** The last ask that it heard. */
  asked: Ask | undefined;
  /** Whether it does as a camera does: films the visit that is asked for, and says where its chain stands. */
  isFilming = false;
  /** Whether it says nothing: its link is jammed. */
  isSilent = false;
  /** Hears in which mode it is asked. */
  onMode: (mode: CameraMode) => void = () => {};
  /** Whether it hangs at the keypads' wire by mistake. */
  isCrossed = false;
  readonly #desk: Desk;
  readonly #identity: ReturnType<typeof identityOf>;
  readonly #toLock: Bytes[] = [];
  readonly #toCamera: Bytes[] = [];
  #link: CameraLink | undefined;
  #sequence = 0;
  /** The visit whose clip it writes, and since when. */
  #filmed = 0;
  #since = 0;

  constructor(desk: Desk, byte = 0x50) {
    this.#desk = desk;
    this.#identity = identityOf(desk.crypto, byte);
  }

  get kid(): Bytes {
    return this.#identity.kid;
  }

  get agreementKey(): Bytes {
    return this.#identity.agreementKey;
  }

  get signingKey(): Bytes {
    return this.#identity.signingKey;
  }

  /** Has the owner enrol it. */
  enrol(role = ROLE_CAMERA): Verdict {
    const { agreementKey, signingKey } = this.#identity;
    const verdict = this.#desk.stateInside({ kind: KIND_ENROL, board: { role, agreementKey, signingKey } });
    this.#sequence = this.#desk.owner.sequence;
    this.#desk.passTime(RELOCK_SECONDS);
    return verdict;
  }

  /** Gives it power: it comes up. */
  connect(): this {
    const desk = this.#desk;
    const { crypto, lockId, agreementKey } = desk;
    this.#link = new CameraLink(
      {
        crypto,
        random: new Stream(desk.elapsed, "onlooker"),
        wire: { send: (frame) => void this.#toLock.push(frame) },
        identity: this.#identity,
        lock: { lockId, agreementKey, sequence: this.#sequence },
      },
      millis(desk.elapsed),
    );
    if (this.isCrossed) desk.onWire = (frame) => void this.#toCamera.push(frame);
    else desk.onCameraWire = (frame) => void this.#toCamera.push(frame);
    return this.pass(400);
  }

  /** Lets time pass for lock and camera. */
  pass(duration: number): this {
    for (let left = duration; left > 0; left -= STEP_MILLIS) {
      this.#desk.passMillis(STEP_MILLIS);
      this.#link?.tick(millis(this.#desk.elapsed));
      this.carry();
    }
    return this;
  }

  /** Carries what was sent, both ways. */
  carry(): void {
    for (let round = 0; round < 4; round++) {
      for (const frame of this.#toLock.splice(0)) {
        if (this.isCrossed) this.#desk.carryWire(frame);
        else this.#desk.carryCamera(frame);
      }
      for (const frame of this.#toCamera.splice(0)) this.#hear(frame);
    }
  }

  #hear(frame: Bytes): void {
    const now = millis(this.#desk.elapsed);
    const word = this.#link?.received(frame, now);
    if (word?.kind === "ticket") this.tickets.push(word.ticket);
    if (word?.kind !== "ask") return;
    this.onMode(word.ask.mode);
    this.asked = word.ask;
    if (this.isSilent) return;
    this.#link?.answer({ ...this.beat, ...(this.isFilming ? this.#film(word.ask) : {}), nonce: word.ask.nonce }, now);
  }

  /** A clip for each visit, and a frame that is signed each second. */
  #film({ purpose, visit }: Ask): Partial<Heartbeat> {
    if (purpose === "visit" && visit !== this.#filmed) {
      this.#filmed = visit;
      this.#since = this.#desk.elapsed;
    }
    if (purpose === "rest") this.#filmed = 0;
    if (this.#filmed === 0) return { isOn: purpose !== "rest" };
    const frame = Math.floor((this.#desk.elapsed - this.#since) / 1_000);
    const head = { clip: clipOf(this.#filmed), frame, chain: chainOf(frame) };
    return { isRecording: true, visit: this.#filmed, head };
  }
}
