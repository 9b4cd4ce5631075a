// A set of window codes, each named by its owner and its window: those that were used, or were taken back.
// Why: a lock keeps up to a hundred of them, and none comes and goes by itself; as objects they take 250 bytes each.
// Follows docs/protocol.md §7.

import { type Bytes, NO_BYTES } from "../bytes.ts";
import type { Crypto } from "../crypto/crypto.ts";
import { assert } from "../fault.ts";
import type { Seconds } from "../platform.ts";
import { filterRows, putU32, u32At } from "../rows.ts";
import type { UsedWindow } from "./credential.ts";
import { endOf, SERIALS, WINDOW_CLASSES, type Window } from "./window.ts";

/** A row: owner, class u8, serial u8, start hour u32. */
const CLASS = 8;
const SERIAL = 9;
const START = 10;
const ROW_BYTES = 14;

/** Window codes in the order in which they came. A change is another object. */
export class WindowSet {
  /** 14 bytes each. */
  readonly rows: Bytes;

  /** @param rows of other sets; it is kept */
  constructor(rows: Bytes = NO_BYTES) {
    this.rows = rows;
  }

  /** Takes so many codes, one after the other. @param next gives the next one */
  static from(count: number, next: (index: number) => UsedWindow): WindowSet {
    const rows = new Uint8Array(count * ROW_BYTES);
    for (let index = 0; index < count; index++) put(rows, index * ROW_BYTES, next(index));
    return new WindowSet(rows);
  }

  get count(): number {
    return this.rows.length / ROW_BYTES;
  }

  /** Gives a code. @param index below `count`   @returns its owner is a copy */
  at(index: number): UsedWindow {
    const start = index * ROW_BYTES;
    return { owner: this.rows.slice(start, start + CLASS), window: windowAt(this.rows, start) };
  }

  /** Whether it is in the set. */
  has(crypto: Crypto, code: UsedWindow): boolean {
    const { rows } = this;
    const row = rowOf(code);
    // The hour decides nearly always, and costs a twentieth of the call.
    const last = ROW_BYTES - 1;
    for (let start = 0; start < rows.length; start += ROW_BYTES) {
      if (rows[start + last] === row[last] && crypto.isEqual(rows.subarray(start, start + ROW_BYTES), row)) return true;
    }
    return false;
  }

  /** Gives the set with one more at the end, which is not in it. */
  with(code: UsedWindow): WindowSet {
    const { length } = this.rows;
    const rows = new Uint8Array(length + ROW_BYTES);
    rows.set(this.rows);
    put(rows, length, code);
    return new WindowSet(rows);
  }

  /** Gives the set without a code. */
  without(crypto: Crypto, code: UsedWindow): WindowSet {
    const row = rowOf(code);
    return this.#filter((start) => !crypto.isEqual(this.rows.subarray(start, start + ROW_BYTES), row));
  }

  /** Gives the set without the codes of an owner. @param owner 8 bytes */
  withoutOwner(crypto: Crypto, owner: Bytes): WindowSet {
    return this.#filter((start) => !crypto.isEqual(this.rows.subarray(start, start + CLASS), owner));
  }

  /** Gives those that are not over. @param lo the least that the time can be */
  live(lo: Seconds): WindowSet {
    return this.#filter((start) => endOf(windowAt(this.rows, start)) >= lo);
  }

  #filter(isKept: (start: number) => boolean): WindowSet {
    return new WindowSet(filterRows(this.rows, ROW_BYTES, isKept));
  }
}

/** Whether a class and a serial name any code. An owner may take back more than this lock knows of. */
export function isWindow({ windowClass, serial }: Pick<Window, "windowClass" | "serial">): boolean {
  return windowClass < WINDOW_CLASSES.length && serial < SERIALS;
}

function windowAt(rows: Bytes, start: number): Window {
  return { windowClass: rows[start + CLASS], serial: rows[start + SERIAL], startHour: u32At(rows, start + START) };
}

function rowOf(code: UsedWindow): Bytes {
  const row = new Uint8Array(ROW_BYTES);
  put(row, 0, code);
  return row;
}

function put(rows: Bytes, start: number, { owner, window }: UsedWindow): void {
  assert(isWindow(window), "a code has a class and a serial that there are");
  rows.set(owner, start);
  rows[start + CLASS] = window.windowClass;
  rows[start + SERIAL] = window.serial;
  putU32(rows, start + START, window.startHour);
}
