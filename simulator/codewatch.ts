// What an owner really gave out as codes, in plain values, and whether the lock held to it.
// Why: a second telling of the rules of codes finds what the first one got wrong; so it imports nothing from firmware/, asks
// the plain model of grants (a code is a grant with one link), and sees only keys, bytes on their way, and the flash.
// Follows docs/protocol.md §7 and docs/attacks.md T12, T13, T16, T38.

import type { Invariant } from "./invariants.ts";
import type { Ask, Hours, Model, PlainLink } from "./model.ts";
import type { World } from "./world.ts";

/** One code, as whoever gave it out would put it. Times are NumericDate. */
export interface PlainCode {
  /** As the journal names its use: `user 2`, or `window 5.0.499222` by class, serial and start. */
  readonly name: string;
  /** What is typed; of an authenticator what it shows in a step of 30 seconds. */
  readonly digits: string | ((step: number) => string);
  readonly isOnce: boolean;
  readonly from?: number;
  readonly until?: number;
  /** Whoever has not come by then has come too late. */
  readonly firstUntil?: number;
  readonly hours?: Hours;
}

/** What the checker knows besides. */
export interface CodeDesk {
  report(invariant: Invariant, detail?: string): void;
  /** Whether nothing that the world knows of could keep the lock from opening for a guest. */
  readonly isReady: boolean;
}

/** One entry at the lock's own keypad. */
interface Typed {
  readonly digits: string;
  readonly at: number;
  readonly meant: readonly Meant[];
  /** Whether nothing stands against its being judged. */
  readonly isClear: boolean;
  /** Whether it must cost something, whatever it is. */
  readonly mustPay: boolean;
  isOpened: boolean;
}

/** A code that an entry ends with. */
interface Meant {
  readonly code: PlainCode;
  /** Of an authenticator; else 0. */
  readonly step: number;
  readonly ask: Ask;
  readonly isGood: boolean;
  readonly isFree: boolean;
  /** Whether what is left surely pays for a compare at its length. */
  readonly isAffordable: boolean;
}

/** The keypad gives up after 15 s; what it sent last is then still under way. */
const ASK_MILLIS = 16_000;
/** By then an entry has had its consequences. */
const DUE_MILLIS = 17_000;
/** Two entries that are closer may meet with the lock's pace of 5 s, by way of repeats. */
const PACE_MILLIS = 20_000;
/** Of two charges within the time of one entry, the first may be that of an entry which came late. */
const KEPT_MILLIS = 2 * ASK_MILLIS;
/** After a restart, or trouble on the wire, a session stands again by then. */
const CALM_MILLIS = 40_000;
const CAPACITY = 100_000_000;
const UNITS_PER_SECOND = 155;
/** A crystal may be off by 200 parts in a million, and both ends of a span are rounded. */
const DRIFT = 1.000_2;
const ROUNDING_UNITS = 2 * UNITS_PER_SECOND;
/** No entry that is compared costs less, except of twelve digits. */
const CHARGE_UNITS_MIN = 5_000;
/** So much surely pays for a code of ten digits, or of fewer: its own, whatever decoys stand before them. */
const LONG_DIGITS = 10;
const LONG_UNITS = 200_000;
const SHORT_UNITS = 20_000_000;
/** The shortest code, and the longest run of digits in the clear that proves nothing. */
const DIGITS_MIN = 6;
const STEP_SECONDS = 30;
/** As the model has it: a clock that is right may err by as much. */
const STEPS_AROUND = Math.ceil(700 / STEP_SECONDS);

/** Watches what comes of codes. */
export class CodeWatch {
  readonly #world: World;
  readonly #model: Model;
  readonly #desk: CodeDesk;
  readonly #codes = new Map<string, PlainCode>();
  readonly #steps = new Map<string, number>();
  readonly #troubles = new Set<string>();
  #typed: Typed[] = [];
  /** When something last stood against a code. */
  #troubledAt = -CALM_MILLIS;
  #hasPower = false;
  #poweredAt = 0;
  /** What the lock ran, in milliseconds, without the present run. */
  #ran = 0;
  /** The budget as it is on flash, and when it was written, by the lock's own uptime and by the world. */
  #level = CAPACITY;
  #levelRan = 0;
  #levelAt = 0;
  /** What the last entry cost, and what right ones may still be given back. */
  #cost = 0;
  #owed = 0;
  #drops: number[] = [];

  constructor(world: World, model: Model, desk: CodeDesk) {
    this.#world = world;
    this.#model = model;
    this.#desk = desk;
  }

  /** The codes that were given out, the newest last. */
  get given(): readonly PlainCode[] {
    return [...this.#codes.values()];
  }

  /** An owner gives a code to somebody. */
  give(code: PlainCode): void {
    this.#codes.set(code.name, code);
  }

  /** An owner takes a code back. @param isSure whether the lock said yes; else it may have heard of it or not */
  revoke(name: string, isSure: boolean): void {
    if (isSure) this.#model.revoked.add(name);
    else this.#model.doubted.add(name);
  }

  /** Says whether a code must open now, must not, or may do either. */
  judge(code: PlainCode): "yes" | "no" | "maybe" {
    return this.#model.judge(this.#askOf(code), this.#world.time);
  }

  /** Something keeps entries from the lock, or answers from the keypad, until `calm` with the same name. */
  trouble(name: string): void {
    this.#troubles.add(name);
    this.#troubledAt = this.#world.now;
  }

  /** It is over. */
  calm(name: string): void {
    if (this.#troubles.delete(name)) this.#troubledAt = this.#world.now;
  }

  /** The lock has power, or has none: then it earns nothing. */
  power(hasPower: boolean): void {
    const { now } = this.#world;
    this.#troubledAt = now;
    if (hasPower === this.#hasPower) return;
    if (!hasPower) this.#ran += now - this.#poweredAt;
    this.#hasPower = hasPower;
    this.#poweredAt = now;
    // What came back and was not written is forgotten now.
    this.#owed = 0;
    this.#levelRan = this.#ran;
  }

  /** Somebody at the lock's own keypad enters digits. */
  typed(digits: string): void {
    const { now } = this.#world;
    const isAlone = this.#typed.every(({ at }) => now - at >= PACE_MILLIS);
    const isClear = isAlone && this.#isReady;
    // While the clock is open no code of ten digits lives, and what is kept for those pays for no shorter one: nothing is compared then.
    const mustPay = isClear && this.#level >= SHORT_UNITS;
    const typed = { digits, at: now, meant: this.#meant(digits), isClear, mustPay, isOpened: false };
    this.#typed = [...this.#typed.filter(({ at }) => now - at <= KEPT_MILLIS), typed];
    this.#world.after(DUE_MILLIS, () => this.#due(typed));
  }

  /** A record says that somebody opens from the keypad. @param step of an authenticator, else 0 */
  opened(name: string, step: number): void {
    const { now, time } = this.#world;
    const report = (invariant: Invariant) => this.#desk.report(invariant, name);
    const isOf = (meant: Meant) => meant.code.name === name && meant.step === step;
    const typed = this.#typed.filter(({ at, meant }) => now - at <= ASK_MILLIS && meant.some(isOf)).at(-1);
    const meant = typed?.meant.find(isOf);
    if (typed === undefined || meant === undefined) {
      report("opened for a code that nobody typed");
      return;
    }
    const isReplay = step > 0 && step <= (this.#steps.get(name) ?? 0);
    const ask = this.#askOf(meant.code);
    if (isReplay || this.#model.judge(ask, time) === "no") report("opened for a code that is not good");
    if (this.#levelAt < typed.at) report("compared before the charge was written");
    typed.isOpened = true;
    if (step > 0) this.#steps.set(name, step);
    this.#owed += this.#cost;
    this.#cost = 0;
    this.#model.opened(ask, time);
  }

  /** A record says what is left of the guesses, in units. */
  budget(level: number): void {
    const { now } = this.#world;
    const ran = this.#ran + (this.#hasPower ? now - this.#poweredAt : 0);
    const earned = Math.ceil(((ran - this.#levelRan) / 1_000) * UNITS_PER_SECOND * DRIFT) + ROUNDING_UNITS;
    const most = Math.min(CAPACITY, this.#level + earned);
    if (level > Math.min(CAPACITY, most + this.#owed)) this.#desk.report("the budget of guesses rose");
    this.#owed = Math.max(0, this.#owed - Math.max(0, level - most));
    this.#cost = Math.max(0, most - level);
    this.#level = level;
    this.#levelRan = ran;
    this.#levelAt = now;
    if (this.#cost < CHARGE_UNITS_MIN) return;
    // Whoever tries again while his visit is open is right too, and no record says so.
    const isRetry = ({ ask, isFree }: Meant) => isFree || this.#model.isFreeRetry(ask, this.#world.time);
    const hasRetry = this.#typed.some(({ at, meant }) => now - at <= ASK_MILLIS && meant.some(isRetry));
    if (hasRetry) this.#owed += this.#cost;
    this.#drops = [...this.#drops.filter((at) => now - at <= ASK_MILLIS), now];
    // After its own restart a lock judges a command that comes again anew.
    if (now - this.#poweredAt < CALM_MILLIS) return;
    const entries = this.#typed.filter(({ at }) => now - at <= KEPT_MILLIS);
    if (this.#drops.length > entries.length) this.#desk.report("an entry was served twice");
  }

  /** Bytes go to the flash, or over the wire: no digits of a code may stand there. */
  passes(bytes: Uint8Array): void {
    let run = "";
    for (let index = 0; index <= bytes.length; index++) {
      const byte = Number(bytes[index] ?? 0);
      if (byte >= 0x30 && byte <= 0x39) run += String.fromCharCode(byte);
      else {
        if (run.length >= DIGITS_MIN && this.#isCode(run)) this.#desk.report("digits in the clear");
        run = "";
      }
    }
  }

  get #isReady(): boolean {
    const { now } = this.#world;
    const isCalm = this.#troubles.size === 0 && now - this.#troubledAt >= CALM_MILLIS;
    return this.#hasPower && isCalm && this.#desk.isReady;
  }

  /** What an entry must have come to by now. */
  #due(typed: Typed): void {
    const { digits, at, meant, isClear, mustPay, isOpened } = typed;
    if (!isClear || !this.#isReady || this.#troubledAt >= at) return;
    const isShort = this.given.some(({ digits: code }) => typeof code === "string" && code.length <= digits.length);
    if (isShort && mustPay && this.#levelAt < at) this.#desk.report("a guess was free");
    if (isOpened) return;
    const isOwed = ({ isGood, isFree, isAffordable }: Meant) => isGood && !isFree && isAffordable;
    const owed = meant.find((each) => isOwed(each) && this.judge(each.code) === "yes");
    if (owed !== undefined) this.#desk.report("refused a code that was given out", owed.code.name);
  }

  #askOf({ name, isOnce, from, until, firstUntil, hours }: PlainCode): Ask {
    const hasBegun = (this.#model.used.get(name) ?? 0) > 0;
    const end = hasBegun ? until : (firstUntil ?? until);
    const link: PlainLink = {
      name,
      ...(from === undefined ? {} : { from }),
      ...(end === undefined ? {} : { until: end }),
      ...(isOnce ? { uses: 1 } : {}),
      ...(hours === undefined ? {} : { hours }),
    };
    return { act: "unlock", chain: [link], isGenuine: true };
  }

  /** The codes that an entry ends with: whatever stands in front is decoys. */
  #meant(entry: string): readonly Meant[] {
    return this.given.flatMap((code) => {
      const step = this.#stepOf(code, entry);
      if (step === undefined) return [];
      const ask = this.#askOf(code);
      const isReplay = step > 0 && step <= (this.#steps.get(code.name) ?? 0);
      const isFree = this.#model.isFreeRetry(ask, this.#world.time);
      // What an authenticator showed a minute ago may open or not.
      const isShown = step === 0 || this.#stepNow - step <= 1;
      const isGood = isShown && !isReplay && this.judge(code) === "yes";
      const { length } = typeof code.digits === "string" ? code.digits : code.digits(step);
      const isAffordable = this.#level >= (length < LONG_DIGITS ? SHORT_UNITS : LONG_UNITS);
      return [{ code, step, ask, isGood, isFree, isAffordable }];
    });
  }

  get #stepNow(): number {
    return Math.floor(this.#world.time / STEP_SECONDS);
  }

  /** @returns the step that an authenticator's code is of, 0 for any other code, undefined where the entry does not end so */
  #stepOf({ digits }: PlainCode, entry: string): number | undefined {
    if (typeof digits === "string") return entry.endsWith(digits) ? 0 : undefined;
    const now = this.#stepNow;
    for (let step = now - STEPS_AROUND; step <= now + STEPS_AROUND; step++) {
      if (entry.endsWith(digits(step))) return step;
    }
    return undefined;
  }

  #isCode(run: string): boolean {
    const isStored = this.given.some(({ digits }) => typeof digits === "string" && run.includes(digits));
    return isStored || this.#typed.some(({ digits }) => digits.length >= DIGITS_MIN && run.includes(digits));
  }
}
