// Whether what the lock tells those who listen is so, and theirs to hear; and whether they hear all that is.
// Why: a guest who is told "locked" goes home, and shows the receipt later; nobody but whoever sees the door knows whether it was so.
// A notice is held against the door at the moment at which it left the lock, however late it comes to the phone.
// Follows docs/visit.md, "Transitions" and "The receipt", and `rcp-claims` of docs/protocol.cddl.

import type { Bytes } from "../firmware/bytes.ts";
import type { Notice, NoticeEvent } from "../firmware/link/message.ts";
import type { Invariant } from "./invariants.ts";
import { itemsOf, numbersOf, type Plain, readPlain } from "./plain.ts";
import { type Ending, nameOf, type TrueVisit, type VisitWatch } from "./visitwatch.ts";
import type { World } from "./world.ts";

/** Who listens: an owner, or a guest with the grant of that name. */
export type Who = "owner" | { readonly leaf: string };

/** A frame of an open session, and where its number stands (docs/protocol.md §3). */
const COMMANDS = 3;
const HEADER_BYTES = 9;
const SESSION_AT = 1;
const NUMBER_AT = 5;
/** Frames whose moment is remembered: more than a slow radio holds back. */
const FRAMES_MAX = 512;
/** The lock tells what it sees at once, and sees within 100 ms. */
const SEEN_MILLIS = 100;
/** Three drives, and the way back: by then a bolt that was stuck is told as that. */
const STUCK_MILLIS = 20_000;
/** By then a calm radio has brought it, and whoever was dropped knows. */
const TOLD_MILLIS = 3_000;
/** What was sent in a storm may be late so long, and hold up what follows. */
const STORM_MILLIS = 10_000;
/** For so long after an alarm another is part of it. */
const ALARM_MILLIS = 10_000;
/** A clock that is right may be wrong by so much, as the plain model takes it. */
const CLOCK_SECONDS = 700;
const U32_MAX = 0xffff_ffff;
const SECURED = 0;
const CAMERA = 6;
const CLAIM_VISIT = -65_543;
const OWNERS_ONLY: readonly NoticeEvent[] = Object.freeze(["bell", "duress", "alarm"]);

/** The door at one moment. */
interface Moment {
  readonly at: number;
  readonly isOpen: boolean;
  readonly leafAt: number;
  readonly place: string;
  readonly stuckAt: number;
  readonly alarmAt: number;
  /** Whether the lock can be held to what it knows of visits. */
  readonly isSure: boolean;
  /** The visit that is open, and the last that ended. */
  readonly visit: TrueVisit | undefined;
  readonly last: Ending | undefined;
}

/** What somebody is still to be told. */
interface Owed {
  readonly connection: number;
  readonly event: NoticeEvent;
  readonly at: number;
  /** The visit whose receipt comes with it. */
  readonly receipt: number | undefined;
}

/** What the watch knows besides. */
export interface NoticeDesk {
  readonly visits: VisitWatch;
  readonly hasCamera: boolean;
  /** Whether the radio is calm. */
  readonly isCalm: boolean;
  /** Whether the lock has been told the time. */
  readonly isClockSet: boolean;
  report(invariant: Invariant, detail?: string): void;
}

/** Hears what the lock tells. */
export class NoticeWatch {
  readonly #world: World;
  readonly #desk: NoticeDesk;
  readonly #listeners = new Map<number, Who>();
  /** The moments at which frames left the lock, by connection, session and number. */
  readonly #said = new Map<string, Moment>();
  #owed: readonly Owed[] = [];
  #roughAt = -STORM_MILLIS;
  #alarmAt = -STORM_MILLIS;

  constructor(world: World, desk: NoticeDesk) {
    this.#world = world;
    this.#desk = desk;
    world.watch(() => this.#check());
  }

  /** A frame leaves the lock. */
  said(connection: number, frame: Bytes): void {
    const key = keyOf(connection, frame);
    if (key === undefined) return;
    const { visits } = this.#desk;
    const { isOpen, leafAt, place, stuckAt, current, last, isSure } = visits;
    const at = this.#world.now;
    this.#said.set(key, { at, isOpen, leafAt, place, stuckAt, alarmAt: this.#alarmAt, isSure, visit: current, last });
    const [oldest] = this.#said.keys();
    if (this.#said.size > FRAMES_MAX && oldest !== undefined) this.#said.delete(oldest);
  }

  /** Somebody has proven who he is, and stays on the line. */
  listens(connection: number, who: Who): void {
    this.#listeners.set(connection, who);
  }

  /** The line is gone. */
  left(connection: number): void {
    this.#listeners.delete(connection);
    this.#owed = this.#owed.filter((owed) => owed.connection !== connection);
  }

  /** Power of the lock came or went: whoever was on the line is not. */
  power(): void {
    this.#listeners.clear();
    this.#owed = [];
    this.#alarmAt = this.#world.now - STORM_MILLIS;
  }

  /** The lock sounds: owners are told once of what it sounds without a pause. */
  signals(signal: string): void {
    const { now } = this.#world;
    if (signal !== "alarm") return;
    if (now - this.#alarmAt > ALARM_MILLIS + SEEN_MILLIS) this.#oweOwners("alarm");
    this.#alarmAt = now;
  }

  contactIs(leaf: "open" | "closed"): void {
    this.#owe(leaf === "open" ? "opened" : "closed");
  }

  boltAt(place: string): void {
    if (place === "retracted") this.#owe("unlocked");
    if (place === "thrown" && !this.#desk.visits.isOpen) this.#owe("locked");
  }

  /** A visit has ended in the journal: its receipt is owed where it ended as it should. */
  ended({ visit, outcome }: Ending): void {
    const isGood = outcome === SECURED || outcome === CAMERA;
    if (visit.isGuest && isGood && !visit.isCut) this.#owe("locked", visit);
  }

  /** Somebody has opened under duress: owners are told, and nobody else. */
  forced(): void {
    this.#oweOwners("duress");
  }

  /** A phone hears a notice. */
  heard(connection: number, frame: Bytes, { event, receipt }: Notice): void {
    const moment = this.#said.get(keyOf(connection, frame) ?? "");
    const who = this.#listeners.get(connection);
    if (moment === undefined) return;
    const visit = receipt === undefined ? undefined : this.#read(receipt, moment);
    const isDue = (owed: Owed) => owed.connection === connection && owed.event === event && owed.at <= moment.at;
    this.#owed = this.#owed.filter((owed) => !isDue(owed) || (owed.receipt !== undefined && owed.receipt !== visit));
    if (!this.#isSo(event, moment)) this.#desk.report("told what is not so", event);
    if (who !== undefined && !isTheirs(event, who, moment))
      this.#desk.report("told somebody what is not theirs", event);
  }

  #isSo(event: NoticeEvent, { at, isOpen, leafAt, place, stuckAt, alarmAt }: Moment): boolean {
    switch (event) {
      case "opened":
        return isOpen && at - leafAt <= SEEN_MILLIS;
      case "closed":
        return !isOpen && at - leafAt <= SEEN_MILLIS;
      case "locked":
        return place === "thrown" && !isOpen;
      case "unlocked":
        return place === "retracted";
      case "jammed":
        return at - stuckAt <= STUCK_MILLIS;
      case "aborted":
        return this.#desk.hasCamera && !isOpen;
      case "alarm":
        // Whoever knocks in vain is told to owners, and sounds nothing.
        return at - alarmAt <= SEEN_MILLIS || this.#desk.hasCamera;
      default:
        return true;
    }
  }

  /** Holds a receipt against the record that closes its visit. @returns the visit that it names */
  #read(receipt: Bytes, { last, isSure }: Moment): number | undefined {
    const [, , payload] = itemsOf(readPlain(receipt));
    const claims = new Map(readPlain(payload as Bytes) as readonly (readonly [Plain, Plain])[]);
    const body = new Map(claims.get(CLAIM_VISIT) as readonly (readonly [Plain, Plain])[]);
    const number = (key: number) => Number(body.get(key));
    const after = (key: number) => (number(key) === 0 ? undefined : number(key) - 1);
    if (!isSure || last === undefined) return number(1);
    const [leaf] = itemsOf(body.get(2));
    const [region, seq] = itemsOf(body.get(13));
    const { visit } = last;
    const wrong = [
      ["visit", visit.seq === number(1) && visit.isGuest && !visit.isCut],
      ["grant", visit.leaf === nameOf(leaf)],
      ["time", !this.#desk.isClockSet || this.#isNow(last.at, numbersOf([number(3), number(4)]))],
      ["opened", last.opened === after(5)],
      ["closed", last.closed === after(6)],
      ["secured", last.secured === number(7)],
      ["witnesses", last.witnesses === number(8)],
      ["outcome", last.outcome === number(9) && (last.outcome === SECURED || last.outcome === CAMERA)],
      ["camera", visit.proof === number(10)],
      ["head", region === 1 && last.seq === seq],
    ].find(([, isSo]) => isSo !== true);
    if (wrong !== undefined) this.#desk.report("a receipt is not what the door did", `visit ${visit.seq}: ${wrong[0]}`);
    return number(1);
  }

  /** Whether the true time of then lies within what the lock says. */
  #isNow(at: number, [lo, hi]: readonly number[]): boolean {
    const time = this.#world.time - (this.#world.now - at) / 1_000;
    return Number(lo) <= time + CLOCK_SECONDS && (hi === U32_MAX || Number(hi) >= time - CLOCK_SECONDS);
  }

  /** Notes what everybody is to be told whom it concerns. */
  #owe(event: NoticeEvent, ended?: TrueVisit): void {
    const { current } = this.#desk.visits;
    const visit = ended ?? current;
    const at = this.#world.now;
    for (const [connection, who] of this.#listeners) {
      const isConcerned = who === "owner" || (visit?.leaf !== undefined && visit.leaf === who.leaf);
      if (isConcerned) this.#owed = [...this.#owed, { connection, event, at, receipt: ended?.seq }];
    }
  }

  #oweOwners(event: NoticeEvent): void {
    const at = this.#world.now;
    const owners = [...this.#listeners].filter(([, who]) => who === "owner");
    this.#owed = [...this.#owed, ...owners.map(([connection]) => ({ connection, event, at, receipt: undefined }))];
  }

  #check(): void {
    const { now } = this.#world;
    const { isCalm, visits } = this.#desk;
    if (!isCalm) this.#roughAt = now;
    const due = this.#owed.filter(({ at }) => now - at > TOLD_MILLIS);
    if (due.length === 0) return;
    this.#owed = this.#owed.filter(({ at }) => now - at <= TOLD_MILLIS);
    if (!visits.isSure || now - this.#roughAt < STORM_MILLIS) return;
    const missed = due.find(({ event, at }) => this.#isStill(event, at));
    if (missed === undefined) return;
    const what = missed.receipt === undefined ? missed.event : `receipt of ${missed.receipt}`;
    this.#desk.report("told nobody who listens", what);
  }

  /** Whether it was so for long enough to be told: a drive that turns back, or tries again, only passes its end. */
  #isStill(event: NoticeEvent, at: number): boolean {
    const { place, securedAt } = this.#desk.visits;
    if (event === "unlocked") return place === "retracted";
    return event !== "locked" || (securedAt !== undefined && securedAt <= at);
  }
}

/** Guests hear of their own visit, and no alarm. */
function isTheirs(event: NoticeEvent, who: Who, { visit, last, at, isSure }: Moment): boolean {
  if (who === "owner" || !isSure) return true;
  if (OWNERS_ONLY.includes(event)) return false;
  const isJustOver = last !== undefined && at === last.at && last.visit.leaf === who.leaf;
  return visit?.leaf === who.leaf || isJustOver;
}

/** Names a frame of a session; undefined where it is none. */
function keyOf(connection: number, frame: Bytes): string | undefined {
  if (frame[0] !== COMMANDS || frame.length < HEADER_BYTES) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  return `${connection} ${view.getUint32(SESSION_AT, true)} ${view.getUint32(NUMBER_AT, true)}`;
}
