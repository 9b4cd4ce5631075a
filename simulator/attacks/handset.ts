// The real keypad before a lock on a desk: its case, its cable, and its own memory; nobody presses a key.
// Why: what a keypad remembers while nobody hears it, and whom it believes, is the keypad's own doing; a typist's link has
// neither a case nor a pairing.

import type { Bytes } from "../../firmware/bytes.ts";
import { kid8 } from "../../firmware/cose/key.ts";
import type { Board } from "../../firmware/grant/body.ts";
import { millis } from "../../firmware/platform.ts";
import { ROLE_KEYPAD } from "../../firmware/role.ts";
import { Keypad } from "../../keypad/keypad.ts";
import type { Desk } from "../desk.ts";
import { MemoryConstants } from "../memory.ts";
import { Stream } from "../random.ts";

/** The keypad's longest silence between two words is a minute. */
const STEP_MILLIS_MAX = 1_000;

/** A keypad, and the cable to the lock. */
export class Handset {
  /** Hears every frame that the lock sends while the cable is whole. */
  onAnswer: (frame: Bytes) => void = () => {};
  isCut = false;
  readonly #desk: Desk;
  readonly #keypad: Keypad;
  readonly #toLock: Bytes[] = [];
  readonly #toKeypad: Bytes[] = [];

  constructor(desk: Desk, seed = "handset") {
    this.#desk = desk;
    const platform = {
      crypto: desk.crypto,
      random: new Stream(1, seed),
      constants: new MemoryConstants(),
      keys: { scan: () => 0 },
      face: { show: () => {}, sound: () => {} },
      battery: { millivolts: 5_000 },
      wire: { send: (frame: Bytes) => void this.#toLock.push(frame) },
    };
    this.#keypad = new Keypad(platform, { isSilent: false }, millis(desk.elapsed));
    desk.onWire = (frame) => void this.#toKeypad.push(frame);
  }

  /** What an owner's statement says of it. */
  get board(): Board {
    const { agreementKey, signingKey } = this.#keypad;
    return { role: ROLE_KEYPAD, agreementKey, signingKey };
  }

  get kid(): Bytes {
    return kid8(this.#desk.crypto, this.#keypad.signingKey);
  }

  /** Whether it takes some lock for its own. */
  get isPaired(): boolean {
    return this.#keypad.snapshot.isPaired;
  }

  get isUp(): boolean {
    return this.#keypad.snapshot.isUp;
  }

  /** Opens the case, or closes it. */
  moveCase(isOpen: boolean): void {
    this.#keypad.tamperChanged(isOpen, millis(this.#desk.elapsed));
    this.#carry();
  }

  /** Somebody puts a frame on the cable, towards the keypad. */
  hand(frame: Bytes): void {
    this.#keypad.received(frame, millis(this.#desk.elapsed));
    this.#carry();
  }

  /** Lets time pass, for both. @param seconds whole @param isDone ends it sooner */
  pass(seconds: number, isDone: () => boolean = () => false): void {
    const desk = this.#desk;
    const until = desk.elapsed + 1_000 * seconds;
    while (desk.elapsed < until && !isDone()) {
      const due = Math.min(this.#keypad.nextTick, desk.elapsed + STEP_MILLIS_MAX, until);
      desk.passMillis(Math.max(1, due - desk.elapsed));
      this.#keypad.tick(millis(desk.elapsed));
      this.#carry();
    }
  }

  /** Brings frames across until neither side has more to say. */
  #carry(): void {
    while (this.#toLock.length + this.#toKeypad.length > 0) {
      for (const frame of this.#toLock.splice(0)) if (!this.isCut) this.#desk.carryWire(frame);
      for (const frame of this.#toKeypad.splice(0)) {
        if (this.isCut) continue;
        this.onAnswer(frame);
        this.#keypad.received(frame, millis(this.#desk.elapsed));
      }
    }
  }
}
