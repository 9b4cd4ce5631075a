// The table of all window codes that may open now, for every owner's secret, to be searched as a whole.
// Why: the lock is told of no code, so it must try all that its owners may have given out; each is an HMAC, and hundreds of
// them are too many for every entry. So the table keeps three bytes of a hash of each code, and an hour that begins costs only its
// own; the code whose three bytes are an entry's is made again, and compared whole. An entry with the bytes of a code that it is not,
// one of 6,000, takes longer; as the hash is keyed, that tells nothing about any code (docs/attacks.md T39).
// From nothing it takes seconds on a board, which hears and stops nothing meanwhile: so it is filled by an hour of one owner at a time,
// and searched when it is whole.
// Follows docs/protocol.md, "Codes".
//
// One buffer: first the codes in use (their first use is on record) that are older than a day; then, for each owner, for each class
// a ring of the hours in which such a window may have started, and one more, each hour at its number modulo that many.

import type { Bytes } from "../../firmware/bytes.ts";
import type { UsedWindow } from "../../firmware/codes/credential.ts";
import {
  CODE_BYTES,
  firstUseHours,
  HOUR_SECONDS,
  isOpen,
  SERIALS,
  WINDOW_CLASSES,
  type Window,
  windowCode,
} from "../../firmware/codes/window.ts";
import { WindowSet } from "../../firmware/codes/windowset.ts";
import { type Crypto, HASH_BYTES, KEY_BYTES } from "../../firmware/crypto/crypto.ts";
import { assert } from "../../firmware/fault.ts";
import { OWNERS_MAX } from "../../firmware/policy/keyring.ts";
import type { Interval } from "../../firmware/time/clock.ts";

/** How many long windows may be in use at once. */
export const ACTIVE_MAX = 32;
/** The widest clock that the table has hours for. */
export const WIDTH_SECONDS_MAX = 3_600;

/** What is kept of a code: the first bytes of its keyed hash. */
export const TAG_BYTES = 3;
/** For each class how many hours its ring has, and at which place of an owner's it begins. */
const RINGS: readonly number[] = Object.freeze(WINDOW_CLASSES.map((_, index) => firstUseHours(index) + 1));
const RING_STARTS: readonly number[] = Object.freeze(
  RINGS.map((_, index) => RINGS.slice(0, index).reduce((sum, hours) => sum + hours * SERIALS, 0)),
);
/** The class of each place of an owner's. */
const PLACE_CLASSES = Uint8Array.from(RINGS.flatMap((hours, index) => Array(hours * SERIALS).fill(index)));
const OWNER_PLACES = PLACE_CLASSES.length;
/** How many hours the longest ring has. */
const HOURS = Math.max(...RINGS);
const NO_HOUR = -1;

/** An owner device that has a code secret here. */
export interface CodeOwner {
  /** 8 bytes. */
  readonly kid: Bytes;
  /** Of deriveWindowKey, 32 bytes. */
  readonly key: Bytes;
}

/** What the lock knows of its codes; no set has one twice. A change is another object. */
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

/** What stands at a place, and which owner's it is. */
interface Place {
  readonly owner: number;
  readonly window: Window;
  readonly isOpen: boolean;
}

/** The codes of one lock. It holds 9 KB of memory, for as many owners as there may be. */
export class WindowTable {
  readonly #crypto: Crypto;
  /** What is hashed: the key, and a code for as long as it takes. */
  readonly #hashed: Bytes = new Uint8Array(KEY_BYTES + CODE_BYTES);
  readonly #tags: Bytes = new Uint8Array((ACTIVE_MAX + OWNERS_MAX * OWNER_PLACES) * TAG_BYTES);
  /** The keys that each owner's places are made with, and the first and the last hour whose codes are there; those between are too. */
  readonly #keys: Bytes = new Uint8Array(OWNERS_MAX * HASH_BYTES);
  readonly #made = new Int32Array(2 * OWNERS_MAX).fill(NO_HOUR);
  /** The codes in use that have the first places. */
  #active = new WindowSet();
  #context: WindowContext | undefined;
  #loHour = NO_HOUR;
  #hiHour = NO_HOUR;
  #live = 0;
  #isKnown = false;
  #isWhole = false;

  /** @param tagKey 32 bytes that nobody else knows */
  constructor(crypto: Crypto, tagKey: Bytes) {
    this.#crypto = crypto;
    this.#hashed.set(tagKey);
  }

  /** How many codes would open now; 0 while the clock is open or wider than W. */
  get live(): number {
    return this.#isKnown && this.#context !== undefined ? this.#live : 0;
  }

  /** Whether every code that would open now can be found. */
  get isWhole(): boolean {
    return this.#isWhole || !this.#isKnown;
  }

  /** Brings the table up to a moment, but for the codes that `fill` makes. It costs next to nothing while neither hour nor context change,
   *  and else an HMAC for each code in use that is older than a day, and a look at each that is revoked or spent. @returns whether it did */
  prepare(interval: Interval, context: WindowContext): boolean {
    const { widthMax, owners, active } = context;
    assert(widthMax <= WIDTH_SECONDS_MAX, "windows: W is at most an hour");
    assert(owners.length <= OWNERS_MAX && active.count <= ACTIVE_MAX, "windows: too many owners or active codes");
    const { lo, hi } = interval;
    this.#isKnown = hi !== undefined && hi - lo <= widthMax;
    if (hi === undefined || !this.#isKnown) return false;
    const loHour = Math.floor(lo / HOUR_SECONDS);
    const hiHour = Math.floor(hi / HOUR_SECONDS);
    if (context === this.#context && loHour === this.#loHour && hiHour === this.#hiHour) return false;
    // Whatever ends in the middle leaves a table that is made again.
    this.#context = undefined;
    this.#isWhole = false;
    this.#loHour = loHour;
    this.#hiHour = hiHour;
    for (let owner = 0; owner < OWNERS_MAX; owner++) {
      if (owner < owners.length) this.#expect(owner, owners[owner]);
      else this.#forget(owner);
    }
    const open = owners.length * this.#openPlaces() - this.#closedPlaces(interval, context);
    this.#live = open + this.#fillActive(interval, context);
    this.#context = context;
    this.#isWhole = this.#next(context) === undefined;
    return true;
  }

  /** Makes the codes of one hour of one owner that are not there: at most 44 HMACs. Of an owner it takes 25 calls from nothing, and one
   *  at a new hour. */
  fill(): void {
    const context = this.#context;
    if (context === undefined || !this.#isKnown) return;
    const owner = this.#next(context);
    if (owner !== undefined) this.#make(owner, context.owners[owner].key, this.#missing(owner));
    this.#isWhole = this.#next(context) === undefined;
  }

  /** Finds a code among all whose hours are right at the moment that was prepared, those that are revoked or spent too: with one
   *  search of the whole table and one code made again, whether there is one or not, unless a place agrees by chance.
   *  @param code 5 bytes, as parseCode gives it */
  find(code: Uint8Array): FoundWindow | undefined {
    assert(this.isWhole, "windows: only a whole table is searched");
    const context = this.#context;
    if (context === undefined || !this.#isKnown || context.owners.length === 0) return undefined;
    const crypto = this.#crypto;
    const tag = this.#hashOf(code).subarray(0, TAG_BYTES);
    let places = ACTIVE_MAX + context.owners.length * OWNER_PLACES;
    while (places > 0) {
      const number = crypto.find(this.#tags.subarray(0, places * TAG_BYTES), TAG_BYTES, tag);
      const { owner, window, isOpen: isHere } = this.#placeAt(number, context);
      const { kid, key } = context.owners[owner];
      const made = windowCode(crypto, key, window);
      const isSame = crypto.isEqual(made, code);
      crypto.wipe(made);
      // The next hour's codes stand there too: to look on would tell them by the time.
      if (isSame && !isHere) return undefined;
      if (isSame) return { owner: kid, window, denial: denialOf(crypto, { owner: kid, window }, context) };
      places = number;
    }
    return undefined;
  }

  /** Forgets all codes and keys. */
  close(): void {
    for (let owner = 0; owner < OWNERS_MAX; owner++) this.#forget(owner);
    this.#tags.fill(0);
    this.#active = new WindowSet();
    this.#context = undefined;
    this.#isKnown = false;
  }

  /** Keeps of an owner's places what was made with its key, and is of hours that still count. */
  #expect(owner: number, { key }: CodeOwner): void {
    assert(key.length === HASH_BYTES, "windows: a key has 32 bytes");
    const held = this.#keys.subarray(owner * HASH_BYTES, (owner + 1) * HASH_BYTES);
    const last = this.#made[2 * owner + 1];
    // Where the clock went on, what is there of the hours before is right; where it went back, or far, nothing is.
    const isRight = last <= this.#newest && last >= this.#oldest;
    if (isRight && this.#crypto.isEqual(held, key)) return;
    this.#forget(owner);
    held.set(key);
  }

  /** The hours that have places: up to the one behind `lo`. */
  get #newest(): number {
    return this.#loHour + 1;
  }

  get #oldest(): number {
    return Math.max(0, this.#newest - HOURS + 1);
  }

  /** Gives the first owner of whom codes are missing. */
  #next({ owners }: WindowContext): number | undefined {
    for (let owner = 0; owner < owners.length; owner++) if (this.#missing(owner) !== NO_HOUR) return owner;
    return undefined;
  }

  /** Gives the next hour whose codes an owner's places do not have, or NO_HOUR. */
  #missing(owner: number): number {
    const first = this.#made[2 * owner];
    const last = this.#made[2 * owner + 1];
    if (last < this.#newest) return last === NO_HOUR ? this.#newest : last + 1;
    return first > this.#oldest ? first - 1 : NO_HOUR;
  }

  /** Makes the codes of an hour, which is beside those that are there. */
  #make(owner: number, key: Bytes, startHour: number): void {
    for (let windowClass = 0; windowClass < RINGS.length; windowClass++) {
      if (startHour <= this.#newest - RINGS[windowClass]) continue;
      for (let serial = 0; serial < SERIALS; serial++) {
        const window = { windowClass, serial, startHour };
        this.#put(this.#placeOf(owner, window), windowCode(this.#crypto, key, window));
      }
    }
    const made = this.#made;
    if (made[2 * owner] === NO_HOUR || startHour < made[2 * owner]) made[2 * owner] = startHour;
    if (startHour > made[2 * owner + 1]) made[2 * owner + 1] = startHour;
  }

  #forget(owner: number): void {
    const from = ACTIVE_MAX + owner * OWNER_PLACES;
    this.#tags.fill(0, from * TAG_BYTES, (from + OWNER_PLACES) * TAG_BYTES);
    this.#keys.fill(0, owner * HASH_BYTES, (owner + 1) * HASH_BYTES);
    this.#made.fill(NO_HOUR, 2 * owner, 2 * owner + 2);
  }

  #put(place: number, code: Bytes): void {
    const hash = this.#hashOf(code);
    for (let index = 0; index < TAG_BYTES; index++) this.#tags[place * TAG_BYTES + index] = hash[index];
  }

  /** SHA-256(key || code); the code does not stay. */
  #hashOf(code: Uint8Array): Bytes {
    this.#hashed.set(code, KEY_BYTES);
    const hash = this.#crypto.sha256(this.#hashed);
    this.#crypto.wipe(this.#hashed.subarray(KEY_BYTES));
    return hash;
  }

  #placeOf(owner: number, { windowClass, serial, startHour }: Window): number {
    const inRing = (startHour % RINGS[windowClass]) * SERIALS + serial;
    return ACTIVE_MAX + owner * OWNER_PLACES + RING_STARTS[windowClass] + inRing;
  }

  /** How many places of an owner are of an hour that is right. */
  #openPlaces(): number {
    const more = this.#hiHour - this.#loHour;
    return WINDOW_CLASSES.reduce(
      (sum, _, index) => sum + (Math.min(firstUseHours(index), this.#loHour + 1) + more) * SERIALS,
      0,
    );
  }

  /** How many of these are revoked or spent. */
  #closedPlaces(interval: Interval, { owners, revoked, spent, widthMax }: WindowContext): number {
    let closed = 0;
    for (const set of [revoked, spent]) {
      for (let index = 0; index < set.count; index++) {
        const each = set.at(index);
        if (this.#ownerOf(owners, each.owner) < 0) continue;
        if (!isOpen(each.window, interval, { widthMax, isActive: false })) continue;
        if (set === revoked || !revoked.has(this.#crypto, each)) closed++;
      }
    }
    return closed;
  }

  /** Gives those codes in use the first places that no ring has any more. @returns how many of them open */
  #fillActive(interval: Interval, { owners, active, revoked, widthMax }: WindowContext): number {
    this.#tags.fill(0, 0, ACTIVE_MAX * TAG_BYTES);
    this.#active = new WindowSet();
    let live = 0;
    for (let index = 0; index < active.count; index++) {
      const each = active.at(index);
      const { window } = each;
      const owner = this.#ownerOf(owners, each.owner);
      if (owner < 0 || !isOpen(window, interval, { widthMax, isActive: true })) continue;
      if (isOpen(window, interval, { widthMax, isActive: false })) continue;
      if (!revoked.has(this.#crypto, each)) live++;
      this.#put(this.#active.count, windowCode(this.#crypto, owners[owner].key, window));
      this.#active = this.#active.with(each);
    }
    return live;
  }

  /** What stands at a place; where there is none, something that does not open. */
  #placeAt(number: number, { owners }: WindowContext): Place {
    if (number >= 0 && number < this.#active.count) {
      const { owner, window } = this.#active.at(number);
      return { owner: this.#ownerOf(owners, owner), window, isOpen: true };
    }
    const place = number < ACTIVE_MAX ? 0 : (number - ACTIVE_MAX) % OWNER_PLACES;
    const startHour = hourAt(place, this.#loHour);
    return {
      owner: number < ACTIVE_MAX ? 0 : Math.floor((number - ACTIVE_MAX) / OWNER_PLACES),
      window: { windowClass: PLACE_CLASSES[place], serial: place % SERIALS, startHour },
      isOpen: number >= ACTIVE_MAX && startHour <= this.#hiHour,
    };
  }

  #ownerOf(owners: readonly CodeOwner[], kid: Uint8Array): number {
    return owners.findIndex((owner) => this.#crypto.isEqual(owner.kid, kid));
  }
}

/** The start hour whose code a place holds: the newest whose number modulo the ring's length is the place's, of those up to the
 *  hour behind `now`. In the first hours of 1970 some are still to come. */
function hourAt(place: number, now: number): number {
  const windowClass = PLACE_CLASSES[place];
  const hours = RINGS[windowClass];
  const newest = now + 1;
  const index = Math.floor((place - RING_STARTS[windowClass]) / SERIALS);
  return newest - ((newest - index) % hours);
}

function denialOf(crypto: Crypto, each: UsedWindow, { revoked, spent }: WindowContext): FoundWindow["denial"] {
  if (revoked.has(crypto, each)) return "revoked";
  return spent.has(crypto, each) ? "uses" : undefined;
}
