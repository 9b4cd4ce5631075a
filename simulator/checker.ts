// The checker: holds a simulated house to its invariants after every step.
// Why: a scenario shows what its author thought of; the invariants hold in whatever a seed brings about.
// It sees the door, the pins and the bytes that reach the flash, and asks the plain model; it reads records by itself
// (docs/protocol.md, "Journal"), since a checker that shared the lock's reader would share its mistakes.

import { toHex } from "../firmware/bytes.ts";
import type { Ask, Model } from "./model.ts";
import type { World } from "./world.ts";

/** What must never happen. */
export type Invariant =
  | "opened without a decision"
  | "moved before its intent was in the journal"
  | "bolt thrown into an open door"
  | "a use was counted twice"
  | "the watermark fell"
  | "an inside press did not open"
  | "said yes where the model says no"
  | "refused what the model allows"
  | "door was left unlocked"
  | "the journal did not verify";

/** What the motor is told. */
export type Drive = "retract" | "throw" | "rest";

/** Who asks has so long until the bolt moves: a handshake, a slow radio and a repeat. */
const ASK_MILLIS = 15_000;
/** The drive's deadline for an inside press, one retry included. */
export const INSIDE_MILLIS = 10_000;
/** A stalled drive is tried again for so long without a new decision. */
const RETRY_MILLIS = 30_000;
/** A bolt that moved so lately may be busy: then a good grant may be refused. */
const BUSY_MILLIS = 5_000;
const RECORD_ALIGN = 32;
const REGION_AT = 20;
const STATE = 0;
const INTENT = 16;
const CLOSING = 17;
const STATEMENT = 18;
const NOT_MOVED = 1;
const UNLOCK = 0;
const ACT_NOW = 8;
const RECORD_TYPES: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 16, 17, 18, 19, 20, 21, 22, 23, 32, 33]);

/** What a scenario expects besides safety. */
export interface Expectations {
  /** Whether a grant that is good must be honoured at once: not in a storm, a flood or with an empty battery. */
  isStrict: boolean;
  /** After so long with the door shut and power on, the bolt is thrown; undefined where nothing relocks. */
  relockMillis: number | undefined;
}

/** Watches a house and collects what it did wrong. */
export class Checker {
  readonly violations: string[] = [];
  readonly expectations: Expectations = { isStrict: true, relockMillis: undefined };
  readonly #world: World;
  readonly #model: Model;
  readonly #counters = new Map<string, number>();
  #lastIntent: readonly Counter[] = [];
  #asks: { readonly ask: Ask; readonly time: number }[] = [];
  #hasIntent = false;
  #watermark = 0;
  #moved = -BUSY_MILLIS;
  #opening: number | undefined;
  /** Since when an inside press is owed its opening. */
  #pressed: number | undefined;
  #lastPress = -RETRY_MILLIS;
  #unsecured: number | undefined;
  #isLeafOpen = false;
  #isThrown = true;
  #isRetracted = false;
  #hasPower = true;
  #isJammed = false;

  constructor(world: World, model: Model) {
    this.#world = world;
    this.#model = model;
    world.watch(() => this.check());
  }

  /** A person sends a proof or a statement that asks for an act. */
  asked(ask: Ask): void {
    const now = this.#world.now;
    this.#asks = this.#asks.filter((known) => now - known.time <= ASK_MILLIS);
    this.#asks.push({ ask, time: now });
  }

  /** The lock answered it. */
  answered(ask: Ask, isYes: boolean): void {
    if (this.#wasOpenedFor(ask)) return;
    const verdict = this.#model.judge(ask, this.#world.time);
    if (isYes && verdict === "no" && !this.#model.isFreeRetry(ask.chain.at(-1)?.name ?? "owner", this.#world.time)) {
      this.#report("said yes where the model says no");
    }
    const isBusy = this.#world.now - this.#moved < BUSY_MILLIS;
    if (!isYes && verdict === "yes" && this.expectations.isStrict && !isBusy)
      this.#report("refused what the model allows");
    this.#asks = this.#asks.filter((known) => known.ask !== ask);
  }

  /** Somebody inside presses the button. */
  pressedInside(): void {
    this.#lastPress = this.#world.now;
    if (this.#hasPower && !this.#isJammed && !this.#isRetracted) this.#pressed ??= this.#world.now;
  }

  /** The motor's pins say something new. Only a bolt that is thrown needs a cause to be drawn: one that is not, holds
   *  nothing shut, and is drawn back and forth when it meets the frame. */
  drives(drive: Drive): void {
    if (drive === "throw" && this.#isLeafOpen) this.#report("bolt thrown into an open door");
    if (drive !== "retract" || !this.#isThrown) return;
    const now = this.#world.now;
    const isRetry = this.#opening !== undefined && now - this.#opening <= RETRY_MILLIS;
    if (isRetry || now - this.#lastPress < RETRY_MILLIS) return;
    if (!this.#hasIntent) {
      const isEarly = this.#causeOf(now) !== undefined;
      this.#report(isEarly ? "moved before its intent was in the journal" : "opened without a decision");
    }
    this.#opening = now;
    this.#hasIntent = false;
  }

  /** The bolt stands at an end, or between them. */
  boltAt(place: "thrown" | "retracted" | "between"): void {
    const now = this.#world.now;
    this.#moved = now;
    this.#isThrown = place === "thrown";
    this.#isRetracted = place === "retracted";
    if (place === "retracted") {
      this.#pressed = undefined;
      this.#opening = undefined;
    }
    if (place === "thrown" && this.#opening === undefined) this.#model.heard("secured");
    this.#unsecured = this.#isThrown || this.#isLeafOpen ? undefined : (this.#unsecured ?? now);
  }

  /** The leaf was opened or shut. */
  leafIs(leaf: "open" | "closed"): void {
    this.#isLeafOpen = leaf === "open";
    if (this.#isLeafOpen) this.#model.heard("entered");
    this.#unsecured = this.#isLeafOpen || this.#isThrown ? undefined : this.#world.now;
  }

  /** Power came or went, or the bolt is stuck or free again: nothing is owed while it cannot move. */
  ableTo({ hasPower, isJammed }: { hasPower: boolean; isJammed: boolean }): void {
    this.#hasPower = hasPower;
    this.#isJammed = isJammed;
    if (!hasPower || isJammed) this.#pressed = undefined;
    if (this.#unsecured !== undefined) this.#unsecured = this.#world.now;
    if (hasPower) return;
    this.#model.isClockSet = false;
    this.#opening = undefined;
    this.#hasIntent = false;
    this.#asks = [];
  }

  /** An owner fetched the journal and verified it. */
  audited(isWhole: boolean): void {
    if (!isWhole) this.#report("the journal did not verify");
  }

  /** Somebody with the right to do so, and at the door, set the clock back. */
  clockSetBack(): void {
    this.#watermark = 0;
  }

  /** Bytes were programmed. @param isDurable whether they can be read back as they are */
  wrote(bytes: Uint8Array, isDurable: boolean): void {
    const isRecord = bytes.length % RECORD_ALIGN === 0 && bytes[1] === 1 && RECORD_TYPES.has(Number(bytes[0]));
    if (!isRecord || !isDurable) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes[REGION_AT] === STATE) this.#mark(view.getUint32(8, true));
    const payload = bytes.subarray(RECORD_ALIGN);
    if (bytes[0] === INTENT) this.#intend(payload[1] === UNLOCK, readIntent(payload));
    if (bytes[0] === STATEMENT && isActNow(payload)) this.#intend(true, []);
    if (bytes[0] === CLOSING && isNotMoved(payload)) this.#giveBack();
  }

  /** What is owed by now; called after every step. */
  check(): void {
    const now = this.#world.now;
    if (this.#pressed !== undefined && now - this.#pressed > INSIDE_MILLIS) {
      this.#pressed = undefined;
      this.#report("an inside press did not open");
    }
    const { relockMillis } = this.expectations;
    if (relockMillis === undefined || this.#unsecured === undefined || !this.#hasPower || this.#isJammed) return;
    if (now - this.#unsecured <= relockMillis) return;
    this.#unsecured = now;
    this.#report("door was left unlocked");
  }

  #report(invariant: Invariant): void {
    this.violations.push(invariant);
  }

  /** An intent is in the journal: somebody must have asked for it, and the model must agree. */
  #intend(isUnlock: boolean, counters: readonly Counter[]): void {
    this.#count(counters);
    if (!isUnlock) return;
    this.#hasIntent = true;
    const cause = this.#causeOf(this.#world.now);
    if (cause === undefined) {
      this.#report("opened without a decision");
      return;
    }
    this.#asks = this.#asks.filter(({ ask }) => ask !== cause);
    this.#model.opened(cause, this.#world.time);
  }

  #causeOf(now: number): Ask | undefined {
    const known = this.#asks.find(({ ask, time }) => {
      const isRecent = now - time <= ASK_MILLIS && ask.act === "unlock";
      return isRecent && this.#model.judge(ask, this.#world.time) !== "no";
    });
    return known?.ask;
  }

  /** Whether the door opened for this ask already, so that its use is counted and the model would now say no. */
  #wasOpenedFor(ask: Ask): boolean {
    return ask.act === "unlock" && !this.#asks.some((known) => known.ask === ask);
  }

  #count(counters: readonly Counter[]): void {
    for (const { link, used } of counters) {
      const before = this.#counters.get(link) ?? 0;
      if (used < before || (used === before && this.#isThrown)) this.#report("a use was counted twice");
      this.#counters.set(link, used);
    }
    this.#lastIntent = counters;
  }

  /** The watermark is the time of the state region's records: after a cut, the others may be ahead of it. */
  #mark(lo: number): void {
    if (lo < this.#watermark) this.#report("the watermark fell");
    this.#watermark = Math.max(this.#watermark, lo);
  }

  #giveBack(): void {
    for (const { link, used } of this.#lastIntent) this.#counters.set(link, used - 1);
    this.#lastIntent = [];
  }
}

interface Counter {
  readonly link: string;
  readonly used: number;
}

/** Reads the counters of intent-16: [op, source, kid8, link8, [*3 [link8, used, until]]]. */
function readIntent(payload: Uint8Array): readonly Counter[] {
  const COUNTERS_AT = 21;
  const counters: Counter[] = [];
  let offset = COUNTERS_AT + 1;
  for (let left = Number(payload[COUNTERS_AT]) & 3; left > 0; left--) {
    const link = toHex(payload.subarray(offset + 2, offset + 10));
    const used = readUnsigned(payload, offset + 10);
    counters.push({ link, used: used.value });
    offset = readUnsigned(payload, used.end).end;
  }
  return counters;
}

/** Whether statement-18 [kid8, [seq, kind, op]] is an act now that unlocks. */
function isActNow(payload: Uint8Array): boolean {
  const BODY_AT = 10;
  const sequence = readUnsigned(payload, BODY_AT + 1);
  return payload[sequence.end] === ACT_NOW && payload[sequence.end + 1] !== 1;
}

/** Reads the outcome of closing-17: [intent, outcome, ...]. */
function isNotMoved(payload: Uint8Array): boolean {
  return readUnsigned(payload, readUnsigned(payload, 1).end).value === NOT_MOVED;
}

/** Reads an unsigned integer of CBOR. RFC 8949 §3. */
function readUnsigned(bytes: Uint8Array, offset: number): { readonly value: number; readonly end: number } {
  const first = Number(bytes[offset]);
  if (first < 24) return { value: first, end: offset + 1 };
  const size = 1 << (first - 24);
  let value = 0;
  for (let index = 1; index <= size; index++) value = value * 256 + Number(bytes[offset + index]);
  return { value, end: offset + 1 + size };
}
