// What the codes cost on the chip: the table of window codes, one entry at the keypad, and the compare in it.
// Why: an entry must be answered while a finger is still there, with all owner devices that a lock can have, and the compare
// must take as long for a code that is nearly right as for any other.
// Follows docs/protocol.md, "Codes". Flash has its own pace and is left out.

import { fromAscii } from "../../firmware/bytes.ts";
import { pinMac } from "../../firmware/codes/pin.ts";
import { hotp, TOTP_DIGITS } from "../../firmware/codes/totp.ts";
import { codeDigits, HOUR_SECONDS, parseCode, WINDOW_DIGITS, windowCode } from "../../firmware/codes/window.ts";
import { WindowSet } from "../../firmware/codes/windowset.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { assert } from "../../firmware/fault.ts";
import { millis, seconds } from "../../firmware/platform.ts";
import type { Interval } from "../../firmware/time/clock.ts";
import { Budget, CAPACITY } from "../../lock/codes/guess.ts";
import { TAG_BYTES, type WindowContext, WindowTable } from "../../lock/codes/windows.ts";
import { type Host, instructionsOf, instructionsOnce } from "./host.ts";

const START_HOUR = 498_885;
const WIDTH_SECONDS = 300;
const OWNERS = 4;
const FIRST = Object.freeze({ windowClass: 0, serial: 0, startHour: START_HOUR });

/** In instructions, but for the heap. */
export interface CodeCosts {
  readonly rows: readonly (readonly [name: string, instructions: number])[];
  /** One entry of ten digits, four owner devices, the table in place. */
  readonly warm: number;
  /** The compare of an entry with every code that may open: of codes that are right, nearly right, and wrong. */
  readonly compares: readonly number[];
  /** Bytes that a full table holds. */
  readonly heapBytes: number;
}

/** Measures everything about codes. */
export function measureCodes(crypto: Crypto, host: Host): CodeCosts {
  const context = contextOf(OWNERS);
  const [one, four] = [newTable(crypto), newTable(crypto)];
  const cold = instructionsOnce(host, () => make(four, hour(0), context));
  const alone = instructionsOnce(host, () => make(one, hour(0), contextOf(1)));
  const next = instructionsOnce(host, () => make(four, hour(1), context));
  four.prepare(hour(2), context);
  const atOnce = instructionsOnce(host, () => four.fill());
  make(four, hour(1), context);
  const entry = enter(crypto, { table: four, context });
  const digits = fromAscii("482913");
  const secret = new Uint8Array(20);
  return {
    rows: [
      ["table of window codes, from nothing, one owner device", alone],
      ["the same, four owner devices", cold],
      ["the same, at a new hour", next],
      ["the most of it that is made at once: an hour of one owner device", atOnce],
      ["one window code", instructionsOf(host, () => windowCode(crypto, secret, FIRST))],
      ["what is kept of a PIN", instructionsOf(host, () => pinMac(crypto, secret, digits))],
      ["one step of a one-time code", instructionsOf(host, () => hotp(crypto, secret, START_HOUR, TOTP_DIGITS))],
    ],
    warm: instructionsOf(host, entry),
    compares: compareOf(crypto, host),
    heapBytes: heapOf(crypto, host, context),
  };
}

/** Gives one entry of ten digits at a lock with four owner devices whose table is in place. */
export function entryOf(crypto: Crypto): () => void {
  const [table, context] = [newTable(crypto), contextOf(OWNERS)];
  make(table, hour(1), context);
  return enter(crypto, { table, context });
}

function newTable(crypto: Crypto): WindowTable {
  return new WindowTable(crypto, new Uint8Array(32).fill(0x5a));
}

/** Brings a table up to a moment, with all its codes. */
export function make(table: WindowTable, now: Interval, context: WindowContext): void {
  table.prepare(now, context);
  while (!table.isWhole) table.fill();
}

function hour(number: number): Interval {
  const lo = (START_HOUR + number) * HOUR_SECONDS;
  return { lo: seconds(lo), hi: seconds(lo + WIDTH_SECONDS) };
}

function contextOf(owners: number): WindowContext {
  const devices = Array.from({ length: owners }, (_, index) => ({
    kid: new Uint8Array(8).fill(index + 1),
    key: new Uint8Array(32).fill(index + 1),
  }));
  return { widthMax: 600, owners: devices, revoked: new WindowSet(), spent: new WindowSet(), active: new WindowSet() };
}

/** Gives the lock's work for a wrong entry: the table, the budget, the compare. */
function enter(crypto: Crypto, { table, context }: { readonly table: WindowTable; readonly context: WindowContext }) {
  const budget = new Budget({ level: CAPACITY, now: millis(0) });
  const typed = fromAscii("9999999999");
  const code = windowCode(crypto, context.owners[0].key, { ...FIRST, startHour: START_HOUR + 1 });
  const right = fromAscii(codeDigits(code));
  let now = 0;
  assert(table.find(parseCode(right)) !== undefined, "bench: a right code is found");
  return (): void => {
    now += 5_000;
    table.prepare(hour(1), context);
    const { tested, cost } = budget.admit([{ digits: WINDOW_DIGITS, live: table.live }], millis(now));
    assert(tested.length === 1 && budget.levelAfter(cost, millis(now)) > 0, "bench: the entry is tested");
    budget.charge(cost, millis(now));
    assert(table.find(parseCode(typed)) === undefined, "bench: a wrong code is not found");
  };
}

/** Gives the instructions of the compare for codes at the first, a middle and the last place of a table with as many entries as that
 *  of four owner devices, for each of them with its last or first bit turned over, and for one that is like none. */
export function compareOf(crypto: Crypto, host: Host): readonly number[] {
  const places = 2_856;
  const table = new Uint8Array(places * TAG_BYTES);
  for (let index = 0; index < table.length; index++) table[index] = Math.imul(index + 7, 0x9e3779b1) >>> 24;
  const wanted: Uint8Array[] = [new Uint8Array(TAG_BYTES).fill(0xff)];
  for (const place of [0, places >> 1, places - 1]) {
    const right = table.slice(place * TAG_BYTES, (place + 1) * TAG_BYTES);
    const [head, tail] = [right.slice(), right.slice()];
    head[0] ^= 0x80;
    tail[TAG_BYTES - 1] ^= 1;
    wanted.push(right, head, tail);
  }
  return wanted.map((code) => instructionsOf(host, () => crypto.find(table, TAG_BYTES, code)));
}

function heapOf(crypto: Crypto, host: Host, context: WindowContext): number {
  host.collect();
  const before = host.heapBytes();
  const table = newTable(crypto);
  make(table, hour(0), context);
  host.collect();
  const held = host.heapBytes() - before;
  assert(table.live > 0, "bench: the table is in use");
  return held;
}
