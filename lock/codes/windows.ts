// The table of all window codes that may open now, for every owner's secret, to be searched as a whole.
// Why: the lock is told of no code, so it must try all that its owners may have given out; each is an HMAC, and hundreds of
// them are too many for every entry. So the codes are kept in place, and an hour that begins costs only its own.
// Follows docs/protocol.md, "Codes".
//
// One buffer: first the active codes (their first use is on record) that are older than a day, then for each owner the codes of
// 25 start hours, each hour at its number modulo 25. A place whose code may not open is blank: five 0xFF, above every code.

import type { Bytes } from "../../firmware/bytes.ts";
import {
  CODE_BYTES,
  FIRST_USE_HOURS_MAX,
  firstUseHours,
  HOUR_SECONDS,
  isOpen,
  SERIALS,
  WINDOW_CLASSES,
  type Window,
  windowCode,
} from "../../firmware/codes/window.ts";
import type { WindowSet } from "../../firmware/codes/windowset.ts";
import { type Crypto, HASH_BYTES } from "../../firmware/crypto/crypto.ts";
import { assert } from "../../firmware/fault.ts";
import { OWNERS_MAX } from "../../firmware/policy/keyring.ts";
import type { Interval } from "../../firmware/time/clock.ts";

/** How many long windows may be in use at once. */
export const ACTIVE_MAX = 32;
/** The widest clock that the table has hours for. */
export const WIDTH_SECONDS_MAX = 3_600;

/** The hours in which a window may have started, and one more that such a clock reaches. */
const COLUMNS = FIRST_USE_HOURS_MAX + 1;
const ROWS = WINDOW_CLASSES.length * SERIALS;
const OWNER_PLACES = COLUMNS * ROWS;
/** How many classes may open at an age of 0, 1, 2, ... hours since their start. */
const CLASSES_AT: readonly number[] = Object.freeze(
  Array.from(
    { length: COLUMNS },
    (_, age) => WINDOW_CLASSES.filter((_each, index) => firstUseHours(index) > age).length,
  ),
);
const BLANK = 0xff;
const NO_HOUR = -1;

/** An owner device that has a code secret here. */
export interface CodeOwner {
  /** 8 bytes. */
  readonly kid: Bytes;
  /** Of deriveWindowKey, 32 bytes. */
  readonly key: Bytes;
}

/** What the lock knows of its codes. A change is another object. */
export interface WindowContext {
  /** W in seconds, at most 3,600. */
  readonly widthMax: number;
  /** At most 4. */
  readonly owners: readonly CodeOwner[];
  /** Taken back by their owner. */
  readonly revoked: WindowSet;
  /** `once`, and used. */
  readonly spent: WindowSet;
  /** Used for the first time and not over: at most 32. */
  readonly active: WindowSet;
}

/** Which code it was. */
export interface FoundWindow {
  /** Of the owner device, 8 bytes. */
  readonly owner: Bytes;
  readonly window: Window;
  /** Why it does not open though its hours are right: it is found all the same, so that the owner learns who came again. */
  readonly denial: "revoked" | "uses" | undefined;
}

/** Why a place does not open, at its number. */
const CLOSED: readonly FoundWindow["denial"][] = Object.freeze([undefined, "revoked", "uses"]);

/** The codes of one lock. It holds memory for as many owners as it was shown at a time: some 7 KB for each. */
export class WindowTable {
  readonly #crypto: Crypto;
  #codes: Bytes = new Uint8Array(ACTIVE_MAX * CODE_BYTES).fill(BLANK);
  /** Which places of the owners do not open: 0 for those that do, else a place of CLOSED. */
  #isClosed: Bytes = new Uint8Array(0);
  /** The start hour that each column holds. */
  #hours = new Int32Array(0);
  /** For each column, how many classes may open, and how many codes of it do. */
  #classes: Bytes = new Uint8Array(0);
  #lives: Bytes = new Uint8Array(0);
  /** The keys that the columns were made with. */
  #keys: Bytes = new Uint8Array(0);
  #active: readonly FoundWindow[] = [];
  #context: WindowContext | undefined;
  #loHour = NO_HOUR;
  #hiHour = NO_HOUR;
  #live = 0;
  #isKnown = false;

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
  }

  /** How many codes would open now; 0 while the clock is open or wider than W. */
  get live(): number {
    return this.#isKnown && this.#context !== undefined ? this.#live : 0;
  }

  /** Brings the table up to a moment. It costs next to nothing while neither hour nor context change, 44 HMACs for each owner
   *  at a new hour, and at most 706 for each at first. */
  prepare(interval: Interval, context: WindowContext): void {
    const { widthMax, owners, active } = context;
    assert(widthMax <= WIDTH_SECONDS_MAX, "windows: W is at most an hour");
    assert(owners.length <= OWNERS_MAX && active.count <= ACTIVE_MAX, "windows: too many owners or active codes");
    const { lo, hi } = interval;
    this.#isKnown = hi !== undefined && hi - lo <= widthMax;
    if (hi === undefined || !this.#isKnown) return;
    const loHour = Math.floor(lo / HOUR_SECONDS);
    const hiHour = Math.floor(hi / HOUR_SECONDS);
    if (context === this.#context && loHour === this.#loHour && hiHour === this.#hiHour) return;
    const isSame = context === this.#context;
    // Whatever ends in the middle leaves a table that is made again.
    this.#context = undefined;
    this.#loHour = loHour;
    this.#hiHour = hiHour;
    this.#reserve(owners.length);
    this.#close(context);
    this.#live = 0;
    for (let owner = 0; owner < this.#owners; owner++) {
      if (owner < owners.length) this.#fill(owner, owners[owner], isSame);
      else this.#forget(owner);
    }
    this.#live += this.#fillActive(interval, context);
    this.#context = context;
  }

  /** Finds a code among all whose hours are right at the moment that was prepared, those that are revoked or spent too, in a
   *  time that depends on the number of owners only.
   *  @param code 5 bytes, as parseCode gives it */
  find(code: Uint8Array): FoundWindow | undefined {
    const context = this.#context;
    if (context === undefined || !this.#isKnown) return undefined;
    const size = (ACTIVE_MAX + context.owners.length * OWNER_PLACES) * CODE_BYTES;
    const place = this.#crypto.find(this.#codes.subarray(0, size), CODE_BYTES, code);
    if (place < 0 || this.#codes[place * CODE_BYTES] === BLANK) return undefined;
    if (place < ACTIVE_MAX) {
      return this.#active[place];
    }
    const offset = place - ACTIVE_MAX;
    const column = Math.floor(offset / ROWS);
    const row = offset % ROWS;
    const window = { windowClass: Math.floor(row / SERIALS), serial: row % SERIALS, startHour: this.#hours[column] };
    const denial = CLOSED[this.#isClosed[offset]];
    return { owner: context.owners[Math.floor(column / COLUMNS)].kid, window, denial };
  }

  /** Forgets all codes and keys. */
  close(): void {
    for (let owner = 0; owner < this.#owners; owner++) this.#forget(owner);
    this.#codes.fill(BLANK);
    this.#active = [];
    this.#context = undefined;
    this.#isKnown = false;
  }

  /** For how many owners there is room. */
  get #owners(): number {
    return this.#keys.length / HASH_BYTES;
  }

  /** Makes room for so many owners; what is there stays. */
  #reserve(owners: number): void {
    const former = this.#owners;
    if (owners <= former) return;
    const hours = new Int32Array(owners * COLUMNS);
    hours.set(this.#hours);
    this.#hours = hours;
    this.#codes = extended(this.#codes, (ACTIVE_MAX + owners * OWNER_PLACES) * CODE_BYTES);
    this.#isClosed = extended(this.#isClosed, owners * OWNER_PLACES);
    this.#classes = extended(this.#classes, owners * COLUMNS);
    this.#lives = extended(this.#lives, owners * COLUMNS);
    this.#keys = extended(this.#keys, owners * HASH_BYTES);
    for (let owner = former; owner < owners; owner++) this.#forget(owner);
  }

  /** Marks what is revoked or spent. */
  #close({ owners, revoked, spent }: WindowContext): void {
    this.#isClosed.fill(0);
    for (const [list, denial] of [
      [spent, "uses"],
      [revoked, "revoked"],
    ] as const) {
      for (let index = 0; index < list.count; index++) {
        const { owner: kid, window } = list.at(index);
        const owner = this.#ownerOf(owners, kid);
        if (owner < 0 || !this.#hasColumn(window.startHour)) continue;
        this.#isClosed[this.#placeOf(owner, window)] = CLOSED.indexOf(denial);
      }
    }
  }

  /** Brings all columns of an owner up to the hours. */
  #fill(owner: number, { key }: CodeOwner, isSame: boolean): void {
    assert(key.length === HASH_BYTES, "windows: a key has 32 bytes");
    const held = this.#keys.subarray(owner * HASH_BYTES, (owner + 1) * HASH_BYTES);
    if (!this.#crypto.isEqual(held, key)) {
      this.#forget(owner);
      held.set(key);
    }
    for (let age = COLUMNS - 2; age >= -1; age--) {
      const startHour = this.#loHour - age;
      if (startHour < 0) continue;
      const column = owner * COLUMNS + (startHour % COLUMNS);
      const classes = startHour > this.#hiHour ? 0 : CLASSES_AT[age < 0 ? 0 : age];
      // With the same number of open classes they are the same ones: they close in the order of their length.
      if (!isSame || this.#hours[column] !== startHour || this.#classes[column] !== classes) {
        this.#lives[column] = this.#fillColumn(column, key, startHour);
        this.#classes[column] = classes;
        this.#hours[column] = startHour;
      }
      this.#live += this.#lives[column];
    }
  }

  #forget(owner: number): void {
    const from = ACTIVE_MAX + owner * OWNER_PLACES;
    this.#codes.fill(BLANK, from * CODE_BYTES, (from + OWNER_PLACES) * CODE_BYTES);
    this.#keys.fill(0, owner * HASH_BYTES, (owner + 1) * HASH_BYTES);
    this.#hours.fill(NO_HOUR, owner * COLUMNS, (owner + 1) * COLUMNS);
  }

  /** Makes the codes of an hour whose first use may be now and that are not there, and blanks the others. @returns how many open */
  #fillColumn(column: number, key: Bytes, startHour: number): number {
    const isNew = this.#hours[column] !== startHour;
    let live = 0;
    for (let row = 0; row < ROWS; row++) {
      const place = column * ROWS + row;
      const offset = (ACTIVE_MAX + place) * CODE_BYTES;
      const windowClass = Math.floor(row / SERIALS);
      const isLate = startHour + firstUseHours(windowClass) <= this.#loHour;
      if (isLate || startHour > this.#hiHour) {
        this.#codes.fill(BLANK, offset, offset + CODE_BYTES);
        continue;
      }
      if (this.#isClosed[place] === 0) live++;
      if (!isNew && this.#codes[offset] !== BLANK) continue;
      this.#codes.set(windowCode(this.#crypto, key, { windowClass, serial: row % SERIALS, startHour }), offset);
    }
    return live;
  }

  /** Puts those active codes to the front that no column holds any more. @returns how many of them open */
  #fillActive(interval: Interval, { owners, active, revoked, widthMax }: WindowContext): number {
    const kept: FoundWindow[] = [];
    let live = 0;
    for (let index = 0; index < active.count; index++) {
      const each = active.at(index);
      const { window } = each;
      const owner = this.#ownerOf(owners, each.owner);
      if (owner < 0 || !isOpen(window, interval, { widthMax, isActive: true })) continue;
      if (isOpen(window, interval, { widthMax, isActive: false })) continue;
      const denial = revoked.has(this.#crypto, each) ? "revoked" : undefined;
      if (denial === undefined) live++;
      const { kid, key } = owners[owner];
      this.#codes.set(windowCode(this.#crypto, key, window), kept.length * CODE_BYTES);
      kept.push({ owner: kid, window, denial });
    }
    this.#codes.fill(BLANK, kept.length * CODE_BYTES, ACTIVE_MAX * CODE_BYTES);
    this.#active = kept;
    return live;
  }

  #hasColumn(startHour: number): boolean {
    return startHour <= this.#loHour + 1 && startHour > this.#loHour + 1 - COLUMNS;
  }

  /** The place of a window among those of the owners. */
  #placeOf(owner: number, { windowClass, serial, startHour }: Window): number {
    return (owner * COLUMNS + (startHour % COLUMNS)) * ROWS + windowClass * SERIALS + serial;
  }

  #ownerOf(owners: readonly CodeOwner[], kid: Uint8Array): number {
    return owners.findIndex((owner) => this.#crypto.isEqual(owner.kid, kid));
  }
}

/** Gives the bytes with zeros behind them, up to a size. @returns a copy */
function extended(bytes: Bytes, size: number): Bytes {
  const longer = new Uint8Array(size);
  longer.set(bytes);
  return longer;
}
