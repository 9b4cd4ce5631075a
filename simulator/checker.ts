// The checker: holds a simulated house to its invariants after every step.
// Why: a scenario shows what its author thought of; the invariants hold in whatever a seed brings about.
// It sees the door, the pins and the bytes that reach the flash (ledger.ts), and asks the plain model.

import type { Bytes } from "../firmware/bytes.ts";
import { CodeWatch } from "./codewatch.ts";
import type { Invariant } from "./invariants.ts";
import { type Counter, Ledger } from "./ledger.ts";
import type { Ask, Model } from "./model.ts";
import type { World } from "./world.ts";

/** What the motor is told. */
export type Drive = "retract" | "throw" | "rest";

/** Whom an excuse holds back: guests alone, or whoever asks. */
export type Whom = "guests" | "everybody";

/** Who asks has so long until the bolt moves: a handshake, a slow radio and a repeat. */
const ASK_MILLIS = 15_000;
/** The drive's deadline for an inside press, one retry included. */
export const INSIDE_MILLIS = 10_000;
/** A stalled drive is tried again for so long without a new decision. */
const RETRY_MILLIS = 30_000;
/** A bolt that moved so lately may be busy: then a good grant may be refused. */
const BUSY_MILLIS = 5_000;
/** A press vouches for a minute; half of one more for who is still in the radio. */
const PRESENCE_MILLIS = 90_000;
/** The watermark is due every 15 minutes. */
const WATERMARK_MILLIS = 16 * 60_000;
/** An hour less than a day. */
const DAY_SECONDS = 82_800;
const SECURED = 0;
const NOT_MOVED = 1;
const WITNESS_SENSOR = 2;

interface Asked {
  readonly ask: Ask;
  readonly time: number;
  /** Whether it belonged to the visit before when it was asked. */
  readonly isFree: boolean;
}

/** Watches a house and collects what it did wrong. */
export class Checker {
  readonly violations: string[] = [];
  readonly ledger: Ledger;
  readonly codes: CodeWatch;
  /** Whether the camera vouches for somebody whom the model lets in. */
  owes: (ask: Ask) => boolean = () => true;
  /** After so long with the door shut and power on, the bolt is thrown; undefined where nothing relocks. */
  relockMillis: number | undefined;
  readonly #world: World;
  readonly #model: Model;
  /** Why somebody may be refused what the model allows, and who. */
  readonly #excuses = new Map<string, Whom>();
  readonly #counters = new Map<string, number>();
  #lastIntent: readonly Counter[] = [];
  #asks: Asked[] = [];
  #hasIntent = false;
  #watermark = 0;
  #marked = 0;
  #moved = -BUSY_MILLIS;
  #opening: number | undefined;
  /** Since when an inside press is owed its opening. */
  #pressed: number | undefined;
  #lastPress = -PRESENCE_MILLIS;
  #unsecured: number | undefined;
  /** As the lock was told. */
  #isLeafOpen = false;
  #isThrown = true;
  #isRetracted = false;
  /** Whether the bolt was out of its keeper since the last intent. */
  #hasLeft = false;
  #hasPower = true;
  #isJammed = false;
  #hasCharge = true;
  /** Whether the flash failed since the lock started: then it may not remember, and must say so. */
  #hasFlashFailed = false;
  #isDamaged = false;
  readonly #rotten = new Set<string>();
  #alarmAt = -1;

  constructor(world: World, model: Model) {
    this.#world = world;
    this.#model = model;
    const checker = this;
    this.codes = new CodeWatch(world, model, {
      report: (invariant, detail) => this.report(invariant, detail),
      get isReady() {
        return checker.#isReadyForCodes;
      },
    });
    this.ledger = new Ledger({
      lost: () => this.report("an acknowledged record was lost"),
      overwritten: () => this.report("records that nobody had fetched made room"),
      watermark: (lo) => this.#mark(lo),
      intent: (isUnlock, isGuest, counters) => this.#intend(isUnlock, isGuest, counters),
      code: (name, step) => this.#openByCode(name, step),
      budget: (level) => this.codes.budget(level),
      closing: (outcome, witnesses) => this.#close(outcome, witnesses),
      acknowledgedDamage: () => {
        this.#isDamaged = false;
        this.forgive("damage");
      },
    });
    world.watch(() => this.check());
  }

  /** Takes what was programmed. @param stored what stands there now @returns whether it is a record, whole */
  wrote(offset: number, bytes: Uint8Array, stored: Uint8Array): boolean {
    this.codes.passes(bytes);
    return this.ledger.wrote(offset, bytes, stored);
  }

  /** Notes what went wrong; the first is the verdict. @param detail for a reader, behind the invariant */
  report(invariant: Invariant, detail?: string): void {
    this.violations.push(detail === undefined ? invariant : `${invariant}: ${detail}`);
  }

  /** Allows the lock to refuse what the model allows, until `forgive` with the same name. */
  excuse(name: string, whom: Whom = "everybody"): void {
    this.#excuses.set(name, whom);
  }

  /** Ends an excuse. */
  forgive(name: string): void {
    this.#excuses.delete(name);
  }

  /** A person sends a proof or a statement that asks for an act. */
  asked(ask: Ask): void {
    const now = this.#world.now;
    this.#asks = this.#asks.filter((known) => now - known.time <= ASK_MILLIS);
    this.#asks.push({ ask, time: now, isFree: this.#model.isFreeRetry(ask, this.#world.time) });
  }

  /** The lock answered it. */
  answered(ask: Ask, isYes: boolean): void {
    const asked = this.#asks.find((known) => known.ask === ask);
    // The door opened for it already, so that its use is counted and the model would now say no.
    if (ask.act === "unlock" && asked === undefined) return;
    this.#asks = this.#asks.filter((known) => known !== asked);
    const verdict = this.#model.judge(ask, this.#world.time);
    const isFree = asked?.isFree === true || this.#model.isFreeRetry(ask, this.#world.time);
    if (isYes) this.#answeredYes(ask, verdict === "no" && !isFree, isFree);
    else if (verdict === "yes" && !this.#isExcused(ask) && this.owes(ask)) this.report("refused what the model allows");
  }

  /** The lock said yes to a statement, or took a list. @param kid base16 */
  obeyed(kind: "statement" | "list", kid: string, sequence: number): void {
    const isThere = kind === "statement" ? this.ledger.hasStatement(kid, sequence) : this.ledger.hasList(kid, sequence);
    if (!isThere && !(kind === "statement" && this.#hasFlashFailed)) this.report("said yes before the journal had it");
  }

  /** Somebody inside presses the button: it must open, and the time until it locks begins anew. */
  pressedInside(): void {
    this.#lastPress = this.#world.now;
    if (this.#unsecured !== undefined) this.#unsecured = this.#world.now;
    if (this.#hasPower && !this.#isJammed && !this.#isRetracted) this.#pressed ??= this.#world.now;
  }

  /** Whether somebody may have vouched lately: until then nothing that needs presence is owed a no. */
  get hasPresence(): boolean {
    return this.#world.now - this.#lastPress < PRESENCE_MILLIS;
  }

  /** Whether the last watermark is so young that any owner's word tells the rest. */
  get knowsTheDay(): boolean {
    return this.#world.time - this.#watermark < DAY_SECONDS;
  }

  /** The motor's pins say something new. Only a bolt that is thrown needs a cause to be drawn: one that is not, holds
   *  nothing shut, and is drawn back and forth when it meets the frame. */
  drives(drive: Drive): void {
    if (drive === "throw" && this.#isLeafOpen) this.report("bolt thrown into an open door");
    if (drive !== "retract" || !this.#isThrown) return;
    const now = this.#world.now;
    const isRetry = this.#opening !== undefined && now - this.#opening <= RETRY_MILLIS;
    if (isRetry || now - this.#lastPress < RETRY_MILLIS) return;
    if (!this.#hasIntent && !this.#isUnwritten(now)) {
      const isEarly = this.#causeOf(now) !== undefined;
      this.report(isEarly ? "moved before its intent was in the journal" : "opened without a decision");
    }
    this.#opening = now;
    this.#hasIntent = false;
  }

  /** The lock shows something. */
  signals(signal: string): void {
    if (signal === "alarm") this.#alarmAt = this.#world.now;
  }

  /** The bolt stands at an end, or between them. */
  boltAt(place: "thrown" | "retracted" | "between"): void {
    const now = this.#world.now;
    this.#moved = now;
    this.#isThrown = place === "thrown";
    this.#isRetracted = place === "retracted";
    if (!this.#isThrown) this.#hasLeft = true;
    if (place === "retracted") {
      this.#pressed = undefined;
      this.#opening = undefined;
    }
    if (place === "thrown" && this.#opening === undefined) this.#model.heard("secured");
    this.#unsecured = this.#isThrown || this.#isLeafOpen ? undefined : (this.#unsecured ?? now);
  }

  /** The contact says that the leaf was opened or shut. */
  contactIs(leaf: "open" | "closed"): void {
    this.#isLeafOpen = leaf === "open";
    if (this.#isLeafOpen) this.#model.heard("entered");
    this.#unsecured = this.#isLeafOpen || this.#isThrown ? undefined : this.#world.now;
  }

  /** Power came or went, or the bolt is stuck or free again: nothing is owed while it cannot move. */
  ableTo({ hasPower, isJammed }: { hasPower: boolean; isJammed: boolean }): void {
    const now = this.#world.now;
    this.#hasPower = hasPower;
    this.#isJammed = isJammed;
    this.codes.power(hasPower);
    this.#marked = now;
    if (!hasPower || isJammed) this.#pressed = undefined;
    if (this.#unsecured !== undefined) this.#unsecured = now;
    if (hasPower) return;
    this.#model.isClockSet = false;
    this.#model.heard("secured");
    this.#opening = undefined;
    this.#hasIntent = false;
    this.#hasFlashFailed = false;
    this.#lastPress = -PRESENCE_MILLIS;
    this.#asks = [];
  }

  /** The battery has charge for an opening and a relock, or not. */
  charged(hasCharge: boolean): void {
    this.#hasCharge = hasCharge;
  }

  /** The flash answered with an error, or kept something else than it was told. */
  flashFailed(): void {
    this.#hasFlashFailed = true;
  }

  /** A record that was acknowledged is spoilt, and the lock has started since. @param countsUses whether it counts any */
  spoilt(countsUses: boolean): void {
    this.#isDamaged = true;
    this.ledger.isSpoilt = true;
    this.excuse("damage", "guests");
    // Records behind the spoilt one may not be believed either, watermarks among them.
    this.#watermark = 0;
    if (!countsUses) return;
    this.#model.isSpoilt = true;
    this.#counters.clear();
  }

  /** A record that a snapshot holds is spoilt: the lock does not miss it, and whoever fetches it must find it out. */
  spoiltHistory(region: number, seq: number): void {
    this.#rotten.add(`${region} ${seq}`);
  }

  /** An owner fetched the journal and verified it. @param digests of the records, by region and number */
  audited(
    isWhole: boolean,
    records: readonly { readonly region: number; readonly seq: number; readonly digest: Bytes }[] = [],
  ): void {
    if (!isWhole && !this.#isDamaged && this.#rotten.size === 0) this.report("the journal did not verify");
    for (const { region, seq, digest } of records) {
      const check = new DataView(digest.buffer, digest.byteOffset).getUint32(0, true);
      if (!this.ledger.has(region, seq, check)) this.report("an acknowledged record was lost");
    }
  }

  /** Somebody with the right to do so, and at the door, set the clock back. */
  clockSetBack(): void {
    this.#watermark = 0;
  }

  /** What is owed by now; called after every step. */
  check(): void {
    const now = this.#world.now;
    if (this.#pressed !== undefined && now - this.#pressed > INSIDE_MILLIS) {
      this.#pressed = undefined;
      this.report("an inside press did not open");
    }
    if (!this.#hasPower) return;
    if (now - this.#marked > WATERMARK_MILLIS) {
      this.#marked = now;
      if (this.#model.isClockSet && !this.#hasFlashFailed) this.report("the watermark was not written");
    }
    if (this.relockMillis === undefined || this.#unsecured === undefined || this.#isJammed) return;
    if (now - this.#unsecured <= this.relockMillis) return;
    this.#unsecured = now;
    this.report("door was left unlocked");
  }

  #answeredYes(ask: Ask, isWrong: boolean, isFree: boolean): void {
    if (isWrong) this.report("said yes where the model says no");
    else if (ask.act === "unlock" && !isFree && !(ask.chain.length === 0 && this.#hasFlashFailed))
      this.report("said yes before the journal had it");
  }

  #isExcused({ chain }: Ask): boolean {
    if (this.#world.now - this.#moved < BUSY_MILLIS) return true;
    for (const whom of this.#excuses.values()) if (whom === "everybody" || chain.length > 0) return true;
    return chain.length > 0 && (this.#hasFlashFailed || !this.#hasCharge || this.ledger.isCrowded);
  }

  /** The second exception to "journal first": an owner's act while the flash cannot be written, which also gives the alarm. */
  #isUnwritten(now: number): boolean {
    if (!this.#hasFlashFailed || this.#alarmAt !== now) return false;
    const cause = this.#causeOf(now, ({ chain }) => chain.length === 0);
    if (cause === undefined) return false;
    this.#asks = this.#asks.filter(({ ask }) => ask !== cause);
    this.#model.opened(cause, this.#world.time);
    return true;
  }

  get #isReadyForCodes(): boolean {
    const isFree = !this.#isJammed && this.#world.now - this.#moved >= BUSY_MILLIS;
    return isFree && this.#hasCharge && !this.#hasFlashFailed && !this.#isDamaged && !this.ledger.isCrowded;
  }

  /** Somebody opens from the keypad, by a record that is in the journal. */
  #openByCode(name: string, step: number): void {
    this.#expectGuestsWelcome();
    this.#hasIntent = true;
    this.#hasLeft = !this.#isThrown;
    this.#lastIntent = [];
    this.codes.opened(name, step);
  }

  #expectGuestsWelcome(): void {
    if (!this.#hasCharge) this.report("opened for a guest on a battery that cannot lock again");
    if (this.#isDamaged) this.report("opened for a guest on a damaged journal");
  }

  /** An intent is in the journal: somebody must have asked for it, and the model must agree. */
  #intend(isUnlock: boolean, isGuest: boolean, counters: readonly Counter[]): void {
    this.#count(counters);
    if (!isUnlock) return;
    this.#hasIntent = true;
    this.#hasLeft = !this.#isThrown;
    if (isGuest) this.#expectGuestsWelcome();
    const isMeant = ({ chain }: Ask) => chain.length > 0 === isGuest;
    const isSame = (ask: Ask) => isMeant(ask) && isOf(ask, counters);
    // Of two who ask at once it is the one whose uses it counts.
    const cause = this.#causeOf(this.#world.now, isSame) ?? this.#causeOf(this.#world.now, isMeant);
    if (cause === undefined) {
      this.report("opened without a decision");
      return;
    }
    this.#asks = this.#asks.filter(({ ask }) => ask !== cause);
    this.#model.opened(cause, this.#world.time);
  }

  #causeOf(now: number, isMeant: (ask: Ask) => boolean = () => true): Ask | undefined {
    const known = this.#asks.find(({ ask, time }) => {
      const isRecent = now - time <= ASK_MILLIS && ask.act === "unlock";
      return isRecent && isMeant(ask) && this.#model.judge(ask, this.#world.time) !== "no";
    });
    return known?.ask;
  }

  #count(counters: readonly Counter[]): void {
    for (const { link, used } of counters) {
      const before = this.#counters.get(link) ?? 0;
      if (used < before || (used === before && this.#isThrown)) this.report("a use was counted twice");
      this.#counters.set(link, used);
    }
    this.#lastIntent = counters;
  }

  /** A visit is over in the journal. Its word "secured" is worth what vouches for it (docs/attacks.md T51). */
  #close(outcome: number, witnesses: number): void {
    if (outcome === NOT_MOVED) this.#giveBack();
    if (outcome !== SECURED) return;
    if ((witnesses & WITNESS_SENSOR) === 0 || !this.#isThrown || this.#isLeafOpen)
      this.report("secured without a witness");
  }

  #giveBack(): void {
    if (this.#hasLeft) this.report("a use came back after the bolt had left");
    this.#model.heard("not moved");
    for (const { link, used } of this.#lastIntent) this.#counters.set(link, used - 1);
    this.#lastIntent = [];
  }

  /** The watermark is the time of the state region's records: after a cut, the others may be ahead of it. */
  #mark(lo: number): void {
    this.#marked = this.#world.now;
    if (lo < this.#watermark) this.report("the watermark fell");
    this.#watermark = Math.max(this.#watermark, lo);
  }
}

/** Whether an intent counts the very links of that chain that have uses to count. */
function isOf({ chain }: Ask, counters: readonly Counter[]): boolean {
  const counted = chain.filter(({ uses }) => uses !== undefined);
  return counted.length === counters.length && counted.every(({ name }, index) => name === counters[index]?.link);
}
