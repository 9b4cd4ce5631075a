// What somebody types, until it is entered: digits, clear, enter, the bell, and one touch to lock.
// Why: the digits of a code are the only secret that passes a keypad; they are kept here for seconds, and written over with
// zeros whichever way they go (docs/attacks.md T38). It knows no light and no link.

import { DIGITS_MAX } from "../firmware/link/command.ts";
import { type Millis, millis } from "../firmware/platform.ts";
import type { Key } from "./keys.ts";

/** Digits that nobody goes on with are forgotten after so long. */
export const PAUSE_MILLIS = 10_000;
/** How long the star is held to lock. */
export const LOCK_HOLD_MILLIS = 1_000;

const DIGIT_0 = 0x30;

/** What came of a key, or of time passing. */
export type EntryEvent =
  | { readonly kind: "nothing" }
  /** A key was taken. */
  | { readonly kind: "typed" }
  /** Digits in ASCII, 1..20: a view into the entry, to be wiped with `clear()` as soon as they were sent. */
  | { readonly kind: "entered"; readonly digits: Uint8Array<ArrayBuffer> }
  /** Entered were more digits than a code and its decoys can have. */
  | { readonly kind: "overflow" }
  /** Entered was what began while nobody took it: half of a code would be a wrong one. */
  | { readonly kind: "missed" }
  | { readonly kind: "bell" }
  | { readonly kind: "lock" };

const NOTHING: EntryEvent = Object.freeze({ kind: "nothing" });
const TYPED: EntryEvent = Object.freeze({ kind: "typed" });

/** What is being typed. It owns the digits: `clear()` ends them, and twice is harmless. */
export class Entry {
  readonly #digits = new Uint8Array(DIGITS_MAX);
  #size = 0;
  /** What makes all that is typed until it is entered or cleared worthless: a digit too many, or one that was missed. */
  #spoilt: "overflow" | "missed" | undefined;
  #typedAt: Millis = millis(0);
  /** Since when the star is held that may come to mean "lock". */
  #starAt: Millis | undefined;

  /** Whether nothing is typed. */
  get isEmpty(): boolean {
    return this.#size === 0 && this.#spoilt === undefined;
  }

  /** Takes a key that was pressed. */
  press(key: Key, now: Millis): EntryEvent {
    this.#starAt = undefined;
    if (key === "*") {
      if (this.isEmpty) this.#starAt = now;
      this.clear();
      return TYPED;
    }
    if (key === "#") return this.#enter();
    this.#typedAt = now;
    if (this.#size === DIGITS_MAX) {
      this.clear();
      this.#spoilt = "overflow";
    }
    if (this.#spoilt === undefined) this.#digits[this.#size++] = DIGIT_0 + Number(key);
    return TYPED;
  }

  /** Takes a key that nobody waits for now: it counts for nothing, and nor does what is typed behind it. */
  miss(key: Key, now: Millis): void {
    this.clear();
    this.#starAt = undefined;
    if (key === "*" || key === "#") return;
    this.#spoilt = "missed";
    this.#typedAt = now;
  }

  /** Does what is due. @param isStarHeld whether the star is still down, alone */
  tick(isStarHeld: boolean, now: Millis): EntryEvent {
    if (!this.isEmpty && now - this.#typedAt >= PAUSE_MILLIS) this.clear();
    if (!isStarHeld) this.#starAt = undefined;
    if (this.#starAt === undefined || now - this.#starAt < LOCK_HOLD_MILLIS) return NOTHING;
    this.#starAt = undefined;
    return { kind: "lock" };
  }

  /** When `tick` has something to do. */
  get nextTick(): Millis | undefined {
    if (!this.isEmpty) return millis(this.#typedAt + PAUSE_MILLIS);
    return this.#starAt === undefined ? undefined : millis(this.#starAt + LOCK_HOLD_MILLIS);
  }

  /** Writes over the digits, and begins anew. */
  clear(): void {
    this.#digits.fill(0);
    this.#size = 0;
    this.#spoilt = undefined;
  }

  #enter(): EntryEvent {
    const kind = this.#spoilt;
    if (kind !== undefined) {
      this.clear();
      return { kind };
    }
    return this.#size === 0 ? { kind: "bell" } : { kind: "entered", digits: this.#digits.subarray(0, this.#size) };
  }
}
