// From readings of the keys to presses: each once, of one finger, and of no key that is stuck.
// Why: contacts bounce, two fingers land at once, a key jams under ice; a press that is not certain is none, since a digit
// too many spoils a code and an honest guest's patience.

import { type Millis, millis } from "../firmware/platform.ts";
import { countKeys, KEYS, type Key } from "./keys.ts";

/** The time between readings until they stand. */
export const SCAN_MILLIS = 5;
/** The time between readings while a key is down: a second one behind it may give no edge. */
export const HELD_SCAN_MILLIS = 20;
/** Equal readings in a row that count. */
export const READINGS = 3;
/** A key that is down for longer is stuck. */
export const STUCK_MILLIS = 20_000;
/** The time between readings while nothing comes of them: keys are stuck, or rain runs over them. An edge is heard at once. */
const IDLE_SCAN_MILLIS = 250;
/** A second key may go down before the first is up, as in quick typing; a third is a palm. */
const HELD_MAX = 2;

/** What the fingers do. */
export class Presses {
  /** The last reading, and how often in a row it was read. */
  #reading: number | undefined = 0;
  #count = READINGS;
  #readAt: Millis = millis(0);
  /** The keys that are down for certain. */
  #down = 0;
  /** Whether it could not be told which keys are down, as before the first reading: those that stand afterwards were not
   *  pressed, they were left over. */
  #isBlurred = true;
  /** Since when each key is down, in the order of KEYS. */
  readonly #since: (Millis | undefined)[] = KEYS.map(() => undefined);
  #stuck = 0;

  /** Whether a key is stuck. */
  get isStuck(): boolean {
    return this.#stuck !== 0;
  }

  /** Whether that key is down, alone, and not stuck. */
  isHeld(key: Key): boolean {
    return !this.#isBlurred && (this.#down & ~this.#stuck) === 1 << KEYS.indexOf(key);
  }

  /** Takes a reading. @returns the key that was pressed with it: one, and certainly */
  take(reading: number | undefined, now: Millis): Key | undefined {
    if (reading !== this.#reading) {
      this.#reading = reading;
      this.#count = 0;
    }
    this.#readAt = now;
    this.#count = Math.min(this.#count + 1, READINGS);
    if (reading === undefined) this.#isBlurred = true;
    else if (this.#count === READINGS) return this.#settle(reading, now);
    return undefined;
  }

  /** When the keys must be read again; undefined where an edge of any key is enough. */
  get nextScan(): Millis | undefined {
    const isSteady = this.#count === READINGS;
    if (isSteady && this.#reading === 0 && !this.#isBlurred) return undefined;
    const isIdle = isSteady && ((this.#reading ?? 0) & ~this.#stuck) === 0;
    const held = isSteady ? HELD_SCAN_MILLIS : SCAN_MILLIS;
    return millis(this.#readAt + (isIdle ? IDLE_SCAN_MILLIS : held));
  }

  /** Takes a reading that stands. */
  #settle(reading: number, now: Millis): Key | undefined {
    const fresh = reading & ~this.#down;
    const wasBlurred = this.#isBlurred;
    this.#down = reading;
    this.#isBlurred = false;
    for (const index of KEYS.keys()) {
      const isDown = ((reading >> index) & 1) === 1;
      const since = isDown ? (this.#since[index] ?? now) : undefined;
      this.#since[index] = since;
      if (since === undefined) this.#stuck &= ~(1 << index);
      else if (now - since >= STUCK_MILLIS) this.#stuck |= 1 << index;
    }
    const isOne = countKeys(fresh) === 1 && countKeys(reading & ~this.#stuck) <= HELD_MAX;
    return isOne && !wasBlurred ? KEYS[31 - Math.clz32(fresh)] : undefined;
  }
}
