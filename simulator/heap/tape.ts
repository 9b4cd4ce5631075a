// A tape of all that a lock hears and says: its calls, in order, and inside each of them what it draws, senses, sends and drives.
// Why: the lock is one function of what it is handed, so on another engine a tape alone plays it again, with nobody else in that
// machine's memory; and since the tape holds what it answered, a lock that answers otherwise is found at that record.
// One record: kind (1), flag (1), bytes that follow (2), number (4), the bytes; numbers are little-endian. tape.c reads the same.

import type { Bytes } from "../../firmware/bytes.ts";
import { assert } from "../../firmware/fault.ts";
import type { Signal } from "../../firmware/platform.ts";

export const HEAD_BYTES = 8;
const NUMBER_OFFSET = 4;
const BYTES_MAX = 0xffff;
const NUMBER_MAX = 0xffff_ffff;
const BYTES_AT_START = 65_536;

/** What a record says. The calls from `boot` to `tick` have the lock's uptime as their number; the flag of those that change an
 *  input says how it stands. */
export const KIND = Object.freeze({
  /** The tape ends. */
  end: 0,
  /** The lock starts; flag: whether it has lost power before. */
  boot: 1,
  /** Bytes: the connection (4); flag: 1 for TCP. */
  connected: 2,
  /** Bytes: the connection (4), the frame. */
  received: 3,
  disconnected: 4,
  wireReceived: 5,
  cameraReceived: 6,
  loopChanged: 7,
  contactChanged: 8,
  coverChanged: 9,
  insidePressed: 10,
  boltSensed: 11,
  tick: 12,
  /** A place at which the heap is looked at: number. */
  mark: 13,
  /** What was drawn. */
  random: 14,
  /** Flag: how the inputs of the bolt stand from here on, a bit each. */
  inputs: 15,
  /** Number: the connection; bytes: the frame. */
  sent: 16,
  /** Number: the connection. */
  closed: 17,
  wireSent: 18,
  cameraSent: 19,
  /** Number: which output; flag: its level. */
  output: 20,
  /** Number: which signal. */
  signal: 21,
  /** The lock asks for a restart. */
  restart: 22,
  /** A board's program asks its chip; number: which thing; flag: which member; bytes: three values (boundary.ts). */
  asked: 23,
  /** What the chip answers: one value. */
  answered: 24,
  /** A thing of the chip tells something; flag: which event; number: the board's uptime; bytes: the thing and a number, 4 each. */
  told: 25,
});

/** The numbers of outputs and signals on a tape, and the bits of inputs. */
export const OUTPUT = Object.freeze({ retract: 0, throw: 1 });
export const INPUT = Object.freeze({ thrown: 1, retracted: 2, stall: 4 });
export const SIGNALS: readonly Signal[] = Object.freeze(["quiet", "wait", "yes", "no", "alarm"] as const);

/** One record, but for its kind. */
export interface TapeRecord {
  /** 0..255. */
  readonly flag?: number;
  /** u32. */
  readonly number?: number;
  /** At most 65,535 bytes. */
  readonly bytes?: Uint8Array;
}

/** The head of a record, as a player is given it. */
export function headOf(record: ArrayBuffer): { readonly kind: number; readonly flag: number; readonly number: number } {
  const head = new DataView(record);
  return { kind: head.getUint8(0), flag: head.getUint8(1), number: head.getUint32(NUMBER_OFFSET, true) };
}

const NOTHING = new Uint8Array(0);

/** Writes a tape. */
export class Tape {
  #bytes = new Uint8Array(BYTES_AT_START);
  #length = 0;

  /** Adds a record. @param kind of KIND */
  add(kind: number, { flag = 0, number = 0, bytes = NOTHING }: TapeRecord = {}): void {
    assert(bytes.length <= BYTES_MAX && number >= 0 && number <= NUMBER_MAX, "a record of a tape is bounded");
    this.#reserve(HEAD_BYTES + bytes.length);
    const head = new DataView(this.#bytes.buffer, this.#length);
    head.setUint8(0, kind);
    head.setUint8(1, flag);
    head.setUint16(2, bytes.length, true);
    head.setUint32(NUMBER_OFFSET, number, true);
    this.#bytes.set(bytes, this.#length + HEAD_BYTES);
    this.#length += HEAD_BYTES + bytes.length;
  }

  /** Gives a copy of the whole tape. */
  toBytes(): Bytes {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * this.#bytes.length + size);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
