// A keypad's day, on tape: everything that its chip tells its program, and is asked by it.
// Why: whether a keypad fits into the smallest chip is shown by all that it does: it prints its label, is adopted, takes codes, right and
// wrong, rings, locks, and outlives a cut cable, noise, the longest frame without its end, a lock that starts anew, and a hand at its case.
// Each hour is the same as the one before: so what it holds after two of them can be compared.

import { fromAscii } from "../../firmware/bytes.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import { FRAME_BYTES_MAX } from "../../firmware/link/frame.ts";
import { encodeSerial } from "../../firmware/link/serial.ts";
import { Hallway } from "../boards/hallway.ts";
import { ANA } from "../wish.ts";
import { BoardRecorder } from "./boardrecorder.ts";
import { MARK, type Recording } from "./day.ts";
import { pinOf } from "./household.ts";

const UNLOCK = 0;
const ANSWER_MILLIS = 6_000;
const RELOCK_MILLIS = 40_000;
/** From a lock's start, or a cable's mending, until the keypad has another session. */
const AGAIN_MILLIS = 30_000;
const HOLD_TO_LOCK_MILLIS = 1_500;
const HOLD_TO_FORGET_MILLIS = 11_000;
const WRONG = "4444444444";
const TOO_MANY = "123456789012345678901";
/** What stands in a frame that has no end. */
const STRANGE = 0x5a;
/** What a port takes between two turns of its board. */
const PIECE_BYTES = 64;

/** Lives so many hours and records them. */
export function recordKeypadDay(crypto: Crypto, hours: number): Recording {
  return record(crypto, hours, false);
}

/** The same with a keypad whose image is made to sleep. */
export function recordSleepingDay(crypto: Crypto, hours: number): Recording {
  return record(crypto, hours, true);
}

function record(crypto: Crypto, hours: number, sleeps: boolean): Recording {
  const recorder = new BoardRecorder();
  const hall = new Hallway(crypto, { programs: { keypad: recorder.keypad as (parts: object) => void }, sleeps });
  hall.lock.powerOn();
  hall.pass(2_000);
  need("an owner", hall.adopt() === "yes");
  hall.keypad.powerOn();
  hall.pass(12_000);
  recorder.mark(MARK.started);
  const porch = new Porch(hall);
  porch.moveIn();
  recorder.mark(MARK.settled);
  for (let hour = 0; hour < hours; hour++) {
    porch.liveHour();
    recorder.mark(MARK.days + hour);
  }
  hall.keypad.rig.cutPower();
  hall.keypad.powerOn();
  hall.pass(AGAIN_MILLIS);
  porch.typeCode();
  recorder.mark(MARK.startedAgain);
  return { tape: recorder.end(), counts: porch.counts };
}

/** Whoever stands before the keypad. */
class Porch {
  readonly counts: Record<string, number> = {};
  readonly #hall: Hallway;

  constructor(hall: Hallway) {
    this.#hall = hall;
  }

  /** A keypad that is enrolled, and somebody with a PIN. */
  moveIn(): void {
    const hall = this.#hall;
    // Whoever adopts it looks at its label again, and tries its keys.
    hall.type("12#");
    hall.pass(ANSWER_MILLIS);
    need("a keypad", hall.enrol("keypad") === "yes");
    const owner = hall.ownerSession();
    const credential = { user: 1, type: "pin" as const, value: fromAscii(pinOf(1)) };
    need("a user", owner.ask({ kind: "user", index: 1, isNew: true, setting: ANA })?.kind === "yes");
    need("a PIN", owner.ask({ kind: "credential", slot: 1, credential })?.kind === "yes");
    owner.leave();
    hall.pass(AGAIN_MILLIS);
    this.typeCode();
  }

  liveHour(): void {
    this.#press();
    this.#cutCable();
    this.#disturb();
    this.#restartLock();
    this.#openCase();
    this.#adoptAnew();
  }

  /** Somebody types a PIN, and goes in. */
  typeCode(): void {
    this.#hall.type(`${pinOf(1)}#`);
    this.#goIn();
    this.#count("codes");
  }

  /** A code, a wrong one, too many digits, the bell, and the lock key. */
  #press(): void {
    const hall = this.#hall;
    this.typeCode();
    for (const keys of [`${WRONG}#`, `${TOO_MANY}#`, "#"]) {
      hall.type(keys);
      hall.pass(ANSWER_MILLIS);
    }
    this.#hold(HOLD_TO_LOCK_MILLIS);
    hall.pass(ANSWER_MILLIS);
    this.#count("wrong codes");
  }

  #cutCable(): void {
    const hall = this.#hall;
    hall.type(pinOf(1));
    hall.cable.isCut = true;
    hall.type("#");
    hall.pass(AGAIN_MILLIS);
    need("a door that stays locked", hall.lock.bolt === "thrown");
    hall.cable.isCut = false;
    hall.pass(AGAIN_MILLIS);
    this.typeCode();
    this.#count("cuts of the cable");
  }

  /** Somebody on the cable sends the longest frame, and leaves its end out. */
  #disturb(): void {
    const hall = this.#hall;
    const longest = encodeSerial(new Uint8Array(FRAME_BYTES_MAX).fill(STRANGE)).slice(0, -1);
    for (let at = 0; at < longest.length; at += PIECE_BYTES) {
      hall.cable.disturb("far", longest.subarray(at, at + PIECE_BYTES));
      hall.pass(20);
    }
    this.typeCode();
    this.#count("frames without an end");
  }

  /** A lock that starts anew knows no time until its owner comes. */
  #restartLock(): void {
    const hall = this.#hall;
    hall.lock.rig.cutPower();
    hall.type(`${pinOf(1)}#`);
    hall.pass(AGAIN_MILLIS);
    hall.lock.powerOn();
    hall.pass(2 * AGAIN_MILLIS);
    const owner = hall.ownerSession();
    need("an owner's opening", owner.state({ kind: KIND_ACT, operation: UNLOCK }) === "yes");
    owner.leave();
    this.#goIn();
    this.typeCode();
    this.#count("starts of the lock");
  }

  #openCase(): void {
    const hall = this.#hall;
    hall.type("12");
    hall.keypad.moveCase(true);
    hall.pass(ANSWER_MILLIS);
    hall.type("3#");
    hall.keypad.moveCase(false);
    hall.pass(ANSWER_MILLIS);
    this.typeCode();
    this.#count("times that its case is open");
  }

  /** It forgets its lock, which knows it still, and takes it again. */
  #adoptAnew(): void {
    const hall = this.#hall;
    hall.keypad.moveCase(true);
    hall.pass(ANSWER_MILLIS);
    this.#hold(HOLD_TO_FORGET_MILLIS);
    hall.keypad.moveCase(false);
    hall.pass(AGAIN_MILLIS);
    this.typeCode();
    this.#count("adoptions");
  }

  #hold(duration: number): void {
    const { keypad } = this.#hall;
    keypad.press("*", true);
    this.#hall.pass(duration);
    keypad.press("*", false);
    this.#hall.pass(ANSWER_MILLIS);
  }

  #goIn(): void {
    const { lock } = this.#hall;
    this.#hall.pass(1_500);
    need("a door that opens", lock.bolt === "retracted");
    lock.moveLeaf("open");
    this.#hall.pass(3_000);
    lock.moveLeaf("closed");
    this.#hall.pass(RELOCK_MILLIS);
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}

function need(what: string, isSo: boolean): void {
  if (!isSo) throw new Error(`${what}: no`);
}
