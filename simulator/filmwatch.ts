// Whether what the lock took for proven by its camera was true, and whether a visit's film is what the journal says.
// Why: the lock knows of the hall what the camera tells it; whoever holds the tape knows more. What is owed stands here in
// plain numbers, apart from the rules of lock and camera that it judges.
// Follows docs/visit.md and docs/attacks.md T23, T26, T27, T29.

import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Entry, Outcome } from "../firmware/journal/entry.ts";
import { readEntry } from "../firmware/journal/payload.ts";
import { ACCESS, RECORD_HEADER_BYTES } from "../firmware/journal/record.ts";
import { lookAtFilm } from "./film.ts";
import { type Hall, KEEP_SECONDS, type Trick } from "./hall.ts";
import type { Invariant } from "./invariants.ts";
import type { Ask } from "./model.ts";
import type { World } from "./world.ts";

/** For so long a trick may go unnoticed by whoever opens: a heartbeat's age, or what the eye needs to be sure. */
const UNNOTICED_MILLIS: Readonly<Record<Trick, number>> = Object.freeze({
  ...{ jam: 2_500, power: 2_500, light: 2_500, card: 15_000 },
  ...{ cover: 2_500, turn: 2_500, freeze: 4_500, loop: 10_000 },
});
/** By then a visit that needs the camera has been told of it: 3 s of patience, 1 s of analysis, and the heartbeat's way. */
const ALARM_MILLIS: Readonly<Record<Trick, number>> = Object.freeze({
  ...{ jam: 4_000, power: 4_000, light: 4_000, card: 20_000 },
  ...{ cover: 8_000, turn: 16_000, freeze: 8_000, loop: 16_000 },
});
/** After a restart, or a jam, the radio's session stands again by then. */
export const SETTLED_MILLIS = 100_000;
/** So long after the first knock the camera has proven itself, and so long after it nobody knocks any more. */
const PROOF_MILLIS = 10_000;
const KNOCKS_MILLIS = 30_000;
/** What happened so long before a visit, or after it, has nothing to do with its film. */
const BEFORE_MILLIS = 20_000;
const AFTER_MILLIS = 60_000;
/** Before that no frame need be signed. */
const SHORT_MILLIS = 5_000;
/** A film that is older may be gone, as its owner wished: an hour is what the lock's clock, by which its end is told, may be wide. */
const KEPT_MILLIS = (KEEP_SECONDS - 3_600) * 1_000;
/** Films that wait for their journal; the oldest are let go. */
const VISITS_MAX = 64;

/** Types of records, and where their number stands (docs/protocol.md §4). */
const INTENT = 16;
const CLOSING = 17;
const CODE = 24;
const SEQUENCE_OFFSET = 4;
const SIZE_OFFSET = 2;

interface Filmed {
  readonly began: number;
  readonly rule: number;
  /** The number of its intent. */
  readonly visit: number;
  ended: number | undefined;
  hasAlarmed: boolean;
  /** Whether nothing went wrong in the hall all the while. */
  isCalm: boolean;
}

/** What the watch knows besides. */
export interface FilmDesk {
  /** Whoever was let in last, while the visit lasts. */
  readonly visitor: Ask | undefined;
  report(invariant: Invariant, detail?: string): void;
}

/** Watches one hall. */
export class FilmWatch {
  readonly #world: World;
  readonly #crypto: Crypto;
  readonly #hall: Hall;
  readonly #desk: FilmDesk;
  readonly #isForgetful: boolean;
  #open: Filmed | undefined;
  #filmed: Filmed[] = [];
  /** When somebody with a grant began to knock, by its chain. */
  readonly #knocked = new WeakMap<object, number>();
  #hasLockPower = true;
  #settledAt = 0;
  /** Films that were judged. */
  judged = 0;

  /** @param parts.isForgetful whether the journal may have lost a visit's notices before an owner reads them */
  constructor(parts: { world: World; crypto: Crypto; hall: Hall; isForgetful: boolean }, desk: FilmDesk) {
    this.#world = parts.world;
    this.#crypto = parts.crypto;
    this.#hall = parts.hall;
    this.#desk = desk;
    this.#isForgetful = parts.isForgetful;
    parts.hall.onSecretFrame = () => desk.report("looked with no record of it");
    parts.hall.onTrick = () => this.#trouble();
    parts.world.watch(() => this.#check());
  }

  /** Whether whoever asks is let in, as far as the camera goes: it has had its time, and nothing kept it from its proof. Asked of each
   *  refusal that had no other reason: only such a knock wakes the camera. */
  owes({ act, chain, isKnock }: Ask): boolean {
    if (act !== "unlock" || ruleOf(chain) === 0) return true;
    const { now } = this.#world;
    const before = this.#knocked.get(chain);
    const first = before === undefined || now - before > KNOCKS_MILLIS ? now : before;
    this.#knocked.set(chain, first);
    return isKnock !== true && now - first >= PROOF_MILLIS && this.#isSettled;
  }

  /** Takes a record that was programmed: an intent, or the end of a visit. */
  wrote(bytes: Uint8Array): void {
    const [type] = bytes;
    if (type === CLOSING) {
      const { isCalm = false, visit } = this.#open ?? {};
      if (isCalm && outcomeOf(bytes) === "camera")
        this.#desk.report("a visit was ended by a camera that did not fail", `visit ${visit}`);
      this.#closed();
    }
    if (type !== INTENT && type !== CODE) return;
    const visit = new DataView(bytes.buffer, bytes.byteOffset).getUint32(SEQUENCE_OFFSET, true);
    this.#opened(type === INTENT ? ruleOf(this.#desk.visitor?.chain ?? []) : 0, visit);
  }

  get #isSettled(): boolean {
    return !this.#hall.isTroubled && this.#world.now - this.#settledAt > SETTLED_MILLIS;
  }

  #opened(rule: number, visit: number): void {
    const now = this.#world.now;
    this.#closed();
    this.#open = { began: now, rule, visit, ended: undefined, hasAlarmed: false, isCalm: this.#isSettled };
    for (const [trick, since] of this.#hall.tricks) {
      if (rule < 1 || (rule < 2 && isOfPicture(trick))) continue;
      if (now - since > UNNOTICED_MILLIS[trick]) this.#desk.report("opened past a camera that proves nothing", trick);
    }
  }

  #closed(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    open.ended = this.#world.now;
    this.#filmed = [...this.#filmed.slice(1 - VISITS_MAX), open];
  }

  /** The lock shows an alarm. */
  alarmed(): void {
    if (this.#open !== undefined) this.#open.hasAlarmed = true;
  }

  /** Power of the lock came or went. */
  power(isOn: boolean): void {
    this.#hasLockPower = isOn;
    this.#trouble();
    if (!isOn) this.#closed();
  }

  /** An owner read the journal: each calm visit has a film, which is whole and is the one that the journal names. */
  audited(entries: readonly Entry[]): void {
    const now = this.#world.now;
    for (const film of this.#filmed.filter(
      ({ ended = now }) => now - ended > AFTER_MILLIS && now - ended < KEPT_MILLIS,
    )) {
      if (film.isCalm && (film.ended ?? now) - film.began > SHORT_MILLIS) this.#judge(film, entries);
    }
    this.#filmed = this.#filmed.filter(({ ended = now }) => now - ended <= AFTER_MILLIS);
  }

  /** Records were lost, and an owner knows of it: what was filmed before is not named by the journal any more. */
  forget(): void {
    this.#filmed = [];
    if (this.#open !== undefined) this.#open.isCalm = false;
  }

  /** Something goes wrong, or is right again: the film of now, and of a minute ago, is not calm. */
  #trouble(): void {
    const now = this.#world.now;
    this.#settledAt = now;
    for (const film of [...this.#filmed, this.#open]) {
      if (film !== undefined && now - (film.ended ?? now) < AFTER_MILLIS + BEFORE_MILLIS) film.isCalm = false;
    }
  }

  #check(): void {
    const open = this.#open;
    if (open === undefined || open.rule === 0 || open.hasAlarmed || !this.#hasLockPower) return;
    const now = this.#world.now;
    for (const [trick, at] of this.#hall.tricks) {
      if (open.rule < 2 && isOfPicture(trick)) continue;
      if (now - Math.max(at, open.began) <= ALARM_MILLIS[trick]) continue;
      open.hasAlarmed = true;
      this.#desk.report("the camera failed and nobody was told", trick);
    }
  }

  #judge({ visit }: Filmed, entries: readonly Entry[]): void {
    const looked = lookAtFilm(this.#crypto, this.#hall, { visit, entries });
    // Notices make room for newer ones, in a small part within a day.
    if (looked.kind === "unnamed" && this.#isForgetful) return;
    if (looked.kind === "judged") this.judged += 1;
    if (looked.kind === "judged" && looked.verdict.isOk) return;
    const fault = looked.kind === "judged" ? looked.verdict.findings.map(({ kind }) => kind).join(", ") : looked.kind;
    this.#desk.report("a visit's film is not what the journal says", `visit ${visit}: ${fault}`);
  }
}

/** How a visit ended, as the lock wrote it. */
function outcomeOf(record: Uint8Array): Outcome | undefined {
  const entry = readEntry(ACCESS, CLOSING, new Uint8Array(record).subarray(RECORD_HEADER_BYTES, sizeOf(record)));
  return entry.kind === "closing" ? entry.outcome : undefined;
}

/** The bytes of a record's header and payload: zeros fill it up behind them. */
function sizeOf(record: Uint8Array): number {
  return RECORD_HEADER_BYTES + new DataView(record.buffer, record.byteOffset).getUint16(SIZE_OFFSET, true);
}

/** The strictest rule of a chain counts. */
function ruleOf(chain: Ask["chain"]): number {
  return Math.max(0, ...chain.map(({ cameraRule = 0 }) => cameraRule));
}

function isOfPicture(trick: Trick): boolean {
  return trick === "cover" || trick === "turn" || trick === "freeze" || trick === "loop";
}
