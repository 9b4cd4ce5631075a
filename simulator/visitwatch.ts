// Whether what the journal says of a visit is what the door did: how it ended, when it was opened, shut and locked, and who saw it.
// Why: the lock tells its own story, and a wrong time or a wrong end of it opens no door, so that no other check would find it. What
// the door did stands here as hands, bolt and contact did it, and records are read by their bytes.
// Follows docs/visit.md and `closing-17` of docs/protocol.cddl.

import { type Bytes, toBase64url } from "../firmware/bytes.ts";
import type { Place } from "./hardware.ts";
import type { Invariant } from "./invariants.ts";
import type { Ask } from "./model.ts";
import { itemsOf, numbersOf, type Plain, readPlain } from "./plain.ts";
import type { World } from "./world.ts";

/** A running drive is looked at every 10 ms, and one that was turned back not before 60 ms; a restart settles in no longer. */
const SEEN_MILLIS = 100;
/** The lock counts whole seconds, by a crystal that runs 95 parts in a million wrong at most, before and after it warmed. */
const SECOND_MILLIS = 1_000;
const DRIFT = 200 / 1_000_000;
/** Where somebody holds the bolt, three drives of 3 s are over by then, and the lock knows where it is. */
const ENDED_MILLIS = 15_000;
/** A bolt that was stuck so lately may be held for stuck: three drives, and the way back. */
const STUCK_MILLIS = 20_000;
/** Nobody holds a visit open for longer. */
const LONGEST_MILLIS = 12 * 3_600_000;

const HEADER_BYTES = 32;
const LENGTH_AT = 2;
const SEQ_AT = 4;
const INTENT = 16;
const CLOSING = 17;
const STATEMENT = 18;
const CODE = 24;
const LOCK = 1;
const ACT_NOW = 8;
const SECURED = 0;
const NOT_MOVED = 1;
const JAMMED = 2;
const SUPERSEDED = 3;
const POWER_CUT = 4;
const HELD_OPEN = 5;
const CAMERA = 6;
const BY_USER = 0;
const CONTACT = 1;
const SENSOR = 2;

/** One visit, as it truly was. Times are the world's. */
export interface TrueVisit {
  /** The number of its intent. */
  readonly seq: number;
  /** Whose grant came, as the model names it; undefined for an owner, for a code, and once power was cut. */
  leaf: string | undefined;
  readonly isGuest: boolean;
  /** What the intent says that the camera had proven. */
  readonly proof: number;
  /** From when its times count: the intent, or the return of power. */
  base: number;
  isCut: boolean;
  openedAt: number | undefined;
  closedAt: number | undefined;
  /** Whether the bolt was out of its keeper, or the leaf open, since the intent. */
  hasMoved: boolean;
}

/** How the journal says that a visit ended. Seconds since its intent; undefined: it did not happen. */
export interface Ending {
  readonly visit: TrueVisit;
  /** The number of its record. */
  readonly seq: number;
  /** When it was written. */
  readonly at: number;
  readonly outcome: number;
  readonly opened: number | undefined;
  readonly closed: number | undefined;
  readonly secured: number | undefined;
  readonly witnesses: number;
}

/** What the watch knows besides. */
export interface VisitDesk {
  /** Whoever was let in last. */
  readonly visitor: Ask | undefined;
  /** Whether the bolt is stuck. */
  readonly isStuck: boolean;
  report(invariant: Invariant, detail?: string): void;
  /** A visit has ended in the journal. */
  ended(ending: Ending): void;
  /** Somebody has opened under duress, as the journal says. */
  forced(): void;
}

/** Watches the visits of one door. */
export class VisitWatch {
  readonly #world: World;
  readonly #desk: VisitDesk;
  isOpen = false;
  place: Place = "thrown";
  /** When leaf and bolt last changed, as contact and sensor say. */
  leafAt = 0;
  /** Since when the bolt is thrown and the contact says shut; undefined where it is not so. */
  securedAt: number | undefined = 0;
  stuckAt = -STUCK_MILLIS;
  #visit: TrueVisit | undefined;
  /** The visit that another followed, until its end is written. */
  #former: TrueVisit | undefined;
  /** The last that ended. */
  last: Ending | undefined;
  #hasPower = true;
  /** Whether the flash failed since the lock started: what it could not write in time it writes later, or not at all. */
  #hasFlashFailed = false;
  /** Whether records were spoilt: then nobody knows which visit the lock believes to be open. */
  #isUnsure = false;

  constructor(world: World, desk: VisitDesk) {
    this.#world = world;
    this.#desk = desk;
    world.watch(() => this.#check());
  }

  /** The visit that is open. */
  get current(): TrueVisit | undefined {
    return this.#isUnsure ? undefined : this.#visit;
  }

  /** Whether the lock can be held to what it tells of visits. */
  get isSure(): boolean {
    return this.#hasPower && !this.#hasFlashFailed && !this.#isUnsure;
  }

  boltAt(place: Place): void {
    this.place = place;
    if (place !== "thrown") this.#moved();
    this.#settle();
  }

  contactIs(leaf: "open" | "closed"): void {
    const { now } = this.#world;
    this.isOpen = leaf === "open";
    this.leafAt = now;
    const visit = this.#visit;
    if (visit !== undefined && this.#hasPower) {
      if (this.isOpen) visit.openedAt ??= now;
      else visit.closedAt = now;
    }
    if (this.isOpen) this.#moved();
    this.#settle();
  }

  /** Power comes or goes. A visit that lives through that has its times from then on. */
  power(isOn: boolean): void {
    this.#hasPower = isOn;
    this.#hasFlashFailed = false;
    const visit = this.#visit;
    this.#former = undefined;
    if (visit === undefined || !isOn) return;
    const { now } = this.#world;
    Object.assign(visit, { isCut: true, leaf: undefined, base: now, openedAt: undefined, closedAt: undefined });
    if (this.isOpen) visit.openedAt = now;
    else visit.closedAt = now;
  }

  flashFailed(): void {
    this.#hasFlashFailed = true;
  }

  /** Records are spoilt. */
  spoilt(): void {
    this.#isUnsure = true;
  }

  /** Takes a record that stands on flash as it was told. */
  wrote(bytes: Bytes): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const seq = view.getUint32(SEQ_AT, true);
    const read = () => itemsOf(readPlain(bytes, HEADER_BYTES));
    if (view.getUint16(LENGTH_AT, true) === 0) return;
    if (bytes[0] === INTENT) this.#intent(seq, read());
    if (bytes[0] === STATEMENT) this.#statement(seq, read());
    if (bytes[0] === CODE) this.#code(seq, read());
    if (bytes[0] === CLOSING) this.#close(seq, numbersOf(read()));
  }

  #intent(seq: number, [operation, , , , , proof = 0]: readonly Plain[]): void {
    if (operation === LOCK) return;
    const leaf = this.#desk.visitor?.chain.at(-1)?.name;
    this.#begin({ seq, leaf, isGuest: true, proof: Number(proof) });
  }

  #statement(seq: number, [, body]: readonly Plain[]): void {
    const [, kind, operation] = itemsOf(body);
    if (kind === ACT_NOW && operation !== LOCK) this.#begin({ seq, leaf: undefined, isGuest: false, proof: 0 });
  }

  #code(seq: number, [operation, half, use, proof = 0]: readonly Plain[]): void {
    if (operation === LOCK || half !== 0) return;
    const [by, , , , , isDuress] = itemsOf(use);
    if (by === BY_USER && isDuress === 1) this.#desk.forced();
    this.#begin({ seq, leaf: undefined, isGuest: true, proof: Number(proof) });
  }

  #begin(who: Pick<TrueVisit, "seq" | "leaf" | "isGuest" | "proof">): void {
    const { now } = this.#world;
    this.#former = this.#isUnsure ? undefined : this.#visit;
    this.#isUnsure = false;
    const hasMoved = this.isOpen || this.place !== "thrown";
    const openedAt = this.isOpen ? now : undefined;
    this.#visit = { ...who, base: now, isCut: false, openedAt, closedAt: undefined, hasMoved };
  }

  #moved(): void {
    if (this.#visit !== undefined) this.#visit.hasMoved = true;
  }

  #settle(): void {
    const isSecured = this.place === "thrown" && !this.isOpen;
    this.securedAt = isSecured ? (this.securedAt ?? this.#world.now) : undefined;
  }

  /** A visit is over in the journal. */
  #close(seq: number, [intent, outcome, ...rest]: readonly number[]): void {
    const [opened, closed, secured] = rest.map((plus) => (plus === 0 ? undefined : plus - 1));
    const isFormer = this.#former?.seq === intent;
    const visit = isFormer ? this.#former : this.#visit;
    if (isFormer) this.#former = undefined;
    else this.#visit = undefined;
    if (!this.isSure) return;
    if (visit?.seq !== intent) {
      this.#wrong(Number(intent), "it is not open");
      return;
    }
    const at = this.#world.now;
    const ending = { visit, seq, at, outcome: Number(outcome), opened, closed, secured, witnesses: Number(rest[3]) };
    const wrong = this.#judge(ending, isFormer);
    if (wrong !== undefined) this.#wrong(visit.seq, wrong);
    this.last = ending;
    this.#desk.ended(ending);
  }

  /** Says what is wrong with an end. */
  #judge(ending: Ending, isFormer: boolean): string | undefined {
    const { visit, opened, closed } = ending;
    if (isFormer !== (ending.outcome === SUPERSEDED) && !visit.isCut) return "another followed it, or none did";
    if (!this.#isOutcome(ending)) return `outcome ${ending.outcome}`;
    if (!this.#isAt(visit, opened, visit.openedAt)) return `opened after ${opened} s`;
    if (!this.#isAt(visit, closed, visit.closedAt)) return `shut after ${closed} s`;
    if (!this.#isSecuring(ending)) return `locked after ${ending.secured} s`;
    return this.#isWitnessed(ending) ? undefined : `witnesses ${ending.witnesses}`;
  }

  /** Whether it may be called so. */
  #isOutcome({ visit, outcome, secured, at }: Ending): boolean {
    if (visit.isCut || outcome === POWER_CUT) return visit.isCut && outcome === POWER_CUT;
    switch (outcome) {
      case SECURED:
      case CAMERA:
        return secured !== undefined;
      case NOT_MOVED:
        return secured === undefined && !visit.hasMoved;
      case JAMMED:
        return this.stuckAt > visit.base - STUCK_MILLIS;
      case SUPERSEDED:
        return secured === undefined;
      case HELD_OPEN:
        return secured === undefined && at - visit.base >= LONGEST_MILLIS * (1 - DRIFT);
      default:
        return false;
    }
  }

  /** Whether a time of the record is that of what happened; what happened just now may be in it or not. */
  #isAt({ base }: TrueVisit, seconds: number | undefined, at: number | undefined): boolean {
    if (at === undefined) return seconds === undefined;
    const after = at - base;
    if (seconds === undefined) return this.#world.now - at <= SEEN_MILLIS;
    const slack = SEEN_MILLIS + after * DRIFT;
    const over = after - seconds * SECOND_MILLIS;
    return over >= -slack && over < SECOND_MILLIS + slack;
  }

  /** Whether the door was secured at the time that the record names, and has been since. */
  #isSecuring({ visit, secured, at }: Ending): boolean {
    if (secured === undefined) return true;
    if (this.securedAt === undefined) return false;
    const since = Math.max(this.securedAt, visit.base) - visit.base;
    const named = secured * SECOND_MILLIS;
    const slack = SEEN_MILLIS + (at - visit.base) * DRIFT;
    return named + SECOND_MILLIS + slack > since && named <= at - visit.base + slack;
  }

  /** Whether nobody is named who saw nothing, nor left out who did. */
  #isWitnessed({ secured, witnesses }: Ending): boolean {
    const isSo = this.securedAt !== undefined;
    if (secured !== undefined) return isSo && witnesses === (CONTACT | SENSOR);
    return witnesses === 0 || (isSo && witnesses === (CONTACT | SENSOR));
  }

  #check(): void {
    const { now } = this.#world;
    if (this.#desk.isStuck) this.stuckAt = now;
    if (!this.isSure) return;
    const former = this.#former;
    const visit = this.#visit;
    if (former !== undefined && visit !== undefined && now > visit.base + SECOND_MILLIS) {
      this.#former = undefined;
      this.#desk.report("a visit did not end", `${former.seq}: another followed it`);
    }
    if (visit === undefined || this.securedAt === undefined) return;
    if (now - Math.max(this.securedAt, visit.base) <= ENDED_MILLIS) return;
    this.#visit = undefined;
    this.#desk.report("a visit did not end", `${visit.seq}: the door is locked`);
  }

  #wrong(visit: number, what: string): void {
    this.#desk.report("the end of a visit is not what the door did", `visit ${visit}: ${what}`);
  }
}

/** Gives a name as the model has it. @param link8 8 bytes */
export function nameOf(link8: Plain | undefined): string | undefined {
  return link8 instanceof Uint8Array ? toBase64url(link8) : undefined;
}
