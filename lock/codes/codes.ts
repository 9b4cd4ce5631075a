// What the lock does at a code: the guess is charged, the entry compared, the code judged, its use written, and only then the
// door is asked.
// Why: whoever stands at the keypad may be anybody; so what a guess may hit is paid for before it is made, and survives every
// restart (docs/attacks.md T12, T13), and what opens is spent before the bolt moves.
// Follows docs/protocol.md §7.

import { type Bytes, toHex } from "../../firmware/bytes.ts";
import type { CodeUse, Credential } from "../../firmware/codes/credential.ts";
import { hasRoomForUse } from "../../firmware/codes/state.ts";
import { judgeUser, type User } from "../../firmware/codes/user.ts";
import { isOpen } from "../../firmware/codes/window.ts";
import type { Crypto } from "../../firmware/crypto/crypto.ts";
import { modeAllows } from "../../firmware/door/mode.ts";
import { Fault } from "../../firmware/fault.ts";
import type { Denial } from "../../firmware/grant/denial.ts";
import { OPERATION_UNLATCH, OPERATION_UNLOCK } from "../../firmware/grant/holder.ts";
import type { WritableEntry } from "../../firmware/journal/entry.ts";
import type { Result } from "../../firmware/link/command.ts";
import { type Millis, millis } from "../../firmware/platform.ts";
import type { GuestDesk } from "../guest.ts";
import type { Identity } from "../identity.ts";
import type { Memory } from "../memory.ts";
import { hasChargeToRelock } from "../power.ts";
import { beginVisit, type CameraTerms, isRetry, provenBy, type Visitor } from "../visit.ts";
import { Candidates, type Match } from "./candidates.ts";
import { type Admission, Budget, CAPACITY, REFILL_PER_SECOND } from "./guess.ts";
import { isAgain, nameOf, originOf } from "./name.ts";
import { ENTRY_MILLIS, Pace } from "./pace.ts";
import type { Vault } from "./vault.ts";

/** What comes back between two entries of one keypad, in units. */
const PACE_UNITS = (REFILL_PER_SECOND * ENTRY_MILLIS) / 1_000;
/** For so long a first code waits for the second person, or for the phone. */
export const HELD_MILLIS = 60_000;
/** What has come back of the budget is written so often: a restart loses at most that. */
const LEVEL_MILLIS = 3_600_000;
/** What is worth a record of what has come back. */
const LEVEL_STEP = CAPACITY / 100;

/** What a code may reach in the lock: what a guest may, and one call more. */
export interface CodesDesk extends GuestDesk {
  /** The name of the keypad, 8 bytes. */
  readonly keypad: Bytes;
  /** Tells owners, and nobody at the door, that somebody opens under duress. */
  duress(): void;
}

/** A first code that waits for more. */
interface Held {
  readonly user: User;
  readonly credential: Credential | undefined;
  /** All users as they were then: whoever is set anew meanwhile, or removed, waits no longer. */
  readonly users: readonly User[];
  readonly at: Millis;
}

/** What came of a right code: the door was asked, more is needed, or why not. */
type Outcome = "yes" | "wait" | Denial;

/** The codes of one lock. */
export class Codes {
  readonly #crypto: Crypto;
  readonly #memory: Memory;
  readonly #candidates: Candidates;
  readonly #budget: Budget;
  readonly #pace: Pace;
  #levelAt: Millis;
  /** When an entry last cost something. */
  #chargedAt: Millis;
  #held: Held | undefined;
  /** By what the visit that is open began, the name that it has there, and what it came of. */
  #last: { readonly use: CodeUse; readonly name: Bytes; readonly origin: readonly unknown[] } | undefined;

  constructor(
    lock: {
      readonly crypto: Crypto;
      readonly memory: Memory;
      readonly vault: Vault;
      readonly identity: Identity;
    },
    now: Millis,
  ) {
    const { crypto, memory, vault, identity } = lock;
    this.#crypto = crypto;
    this.#memory = memory;
    this.#candidates = new Candidates(crypto, vault, identity.lockId);
    this.#budget = new Budget({ level: Math.min(memory.state.budget, CAPACITY), now });
    this.#pace = new Pace(now);
    this.#levelAt = now;
    this.#chargedAt = now;
  }

  /** Takes an entry. @param digits ASCII, 1..20: decoys, and then the code; the caller wipes them */
  enter(desk: CodesDesk, digits: Bytes, now: Millis): Result {
    const { memory, recorder } = desk;
    this.#candidates.prepare(memory.state, memory.interval(now), this.#againOf(desk, now));
    // Of every length: whoever listens at the wire must not learn it.
    if (!this.#candidates.isWhole || !this.#pace.take(desk.keypad, now)) return "early";
    // Nothing is written, so that nobody learns a code while nobody can be told of it.
    if (!memory.isReadyForGuests) return "no";
    const admission = this.#budget.admit(this.#candidates.lives(digits.length), now);
    const { tested, paused, cost } = admission;
    if (paused.length > 0) recorder.alarm("siege", now);
    if (tested.length === 0) {
      recorder.wrongCode(now);
      return paused.length > 0 ? "paused" : "no";
    }
    if (!this.#charge(cost, now)) return "no";
    const match = this.#candidates.match(memory.state, digits, tested);
    if (match !== undefined) return this.#serve(desk, match, { admission, now });
    recorder.wrongCode(now);
    return "no";
  }

  /** Does what a code that is right comes to. */
  #serve(
    desk: CodesDesk,
    match: Match,
    { admission, now }: { readonly admission: Admission; readonly now: Millis },
  ): Result {
    const { use } = match;
    const said = match.denial ?? this.#judge(desk, match, now) ?? this.#open(desk, match, now);
    // Whom nothing but the camera keeps out types the code once more, soon.
    const outcome = said === "camera" && this.#knocks(desk, use, now) ? "wait" : said;
    const isGood = outcome === "yes" || outcome === "wait";
    if (isGood) this.#giveBack(admission, match, now);
    // A right code that is refused stays paid, so that nothing outside tells it from a wrong one.
    else this.#refuse(desk, { use, denial: outcome }, now);
    // Whoever is forced to the door is heard there, whether it opens or not.
    if (isForced(use)) desk.duress();
    return isGood ? outcome : "no";
  }

  /** Makes some of the window codes that are missing, so that an entry finds them. */
  fill(now: Millis): void {
    this.#candidates.fill(this.#memory, now);
  }

  /** When `fill` has something to do. */
  nextFill(now: Millis): Millis {
    return this.#candidates.nextFill(this.#memory, now);
  }

  /** Whether a holder's grants open only with a code besides, and none has come. @param holder 8 bytes */
  isCodeMissing(holder: Bytes, now: Millis): boolean {
    const bound = this.#boundTo(holder);
    if (bound.length === 0) return false;
    const held = this.#heldAt(now);
    return held === undefined || !bound.some(({ index }) => index === held.index);
  }

  /** Whether a holder's grants open only with a code besides. @param holder 8 bytes */
  isBound(holder: Bytes): boolean {
    return this.#boundTo(holder).length > 0;
  }

  /** What the codes of a holder ask of the camera, the strictest. @param holder 8 bytes */
  cameraRule(holder: Bytes): number {
    return Math.max(0, ...this.#boundTo(holder).map(({ camera }) => camera));
  }

  /** Ends the wait of a first code: what it waited for has come. */
  used(): void {
    this.#held = undefined;
  }

  /** What is left of the guesses, in units. */
  level(now: Millis): number {
    return this.#budget.level(now);
  }

  /** Lengths that are not tested for now. */
  pausedDigits(now: Millis): readonly number[] {
    const { state } = this.#memory;
    this.#candidates.prepare(state, this.#memory.interval(now), undefined);
    return this.#budget.pausedLengths(this.#candidates.lives(ENTRY_DIGITS_MAX), now);
  }

  /** Writes what has come back of the budget, where it is worth it. */
  tick(now: Millis): void {
    if (now < this.nextTick) return;
    this.#levelAt = now;
    const written = Math.min(this.#memory.state.budget, CAPACITY);
    const level = this.#budget.level(now);
    if (level - written < LEVEL_STEP && !(level === CAPACITY && written < CAPACITY)) return;
    this.#memory.tryWrite({ kind: "budget", level }, now);
  }

  get nextTick(): Millis {
    return millis(this.#levelAt + LEVEL_MILLIS);
  }

  /** The users without whose code a holder's grants do not open. */
  #boundTo(holder: Bytes): readonly User[] {
    return this.#memory.state.codes.users.filter(
      (user) => user.rule === "with-grant" && user.holder !== undefined && this.#crypto.isEqual(user.holder, holder),
    );
  }

  /** Whose code waits: as long as its user could still come in by it. */
  #heldAt(now: Millis): User | undefined {
    const held = this.#held;
    if (held === undefined || now - held.at > HELD_MILLIS) return undefined;
    const { users, credentials } = this.#memory.state.codes;
    const isStanding = held.credential !== undefined && credentials.includes(held.credential);
    if (held.users !== users || !isStanding || !this.#isModeOpen(held.user, now)) return undefined;
    return this.#judgeUser(held.user, now) === undefined ? held.user : undefined;
  }

  #isModeOpen(user: User | undefined, now: Millis): boolean {
    return modeAllows(this.#memory.mode(now), user?.type === "programming" ? "owner" : "keypad");
  }

  #judgeUser(user: User, now: Millis): Denial | undefined {
    const { zone, widthSeconds: widthMax } = this.#memory.state.configuration;
    return judgeUser(user, { interval: this.#memory.interval(now), zone, widthMax });
  }

  /** Records that a right code did not open: one by one where somebody was forced, since that must not be lost in a count. */
  #refuse({ recorder, ration }: CodesDesk, refused: { use: CodeUse; denial: Denial }, now: Millis): void {
    const name = nameOf(this.#crypto, refused.use);
    const isAlone = isForced(refused.use) && ration.take(name, now);
    recorder.codeRefusal({ ...refused, name: toHex(name), isAlone }, now);
  }

  /** What opened the visit that is open, where the same code may try once more without being spent again. */
  #againOf({ crypto, visit, canUnlatch }: CodesDesk, now: Millis): CodeUse | undefined {
    const last = this.#last;
    if (last === undefined) return undefined;
    // Set anew, it is another's code under the same numbers.
    const origin = originOf(crypto, this.#memory.state.codes, last.use);
    if (!origin.every((kept, index) => kept === last.origin[index])) return undefined;
    return isRetry(crypto, visit, { leaf: last.name, operation: operationOf(canUnlatch), now }) ? last.use : undefined;
  }

  #judge(desk: CodesDesk, match: Match, now: Millis): Denial | undefined {
    const { use, user } = match;
    const { memory, battery, door } = desk;
    const { codes, configuration } = memory.state;
    const again = this.#againOf(desk, now);
    const isFree = again !== undefined && isAgain(this.#crypto, use, again);
    if (!this.#isModeOpen(user, now)) return "mode";
    if (!hasChargeToRelock(battery)) return "power";
    if (door.bolt.at === "jammed") return "door";
    if (use.by === "window") {
      const interval = memory.interval(now);
      const { widthSeconds: widthMax } = configuration;
      const isActive = codes.active.has(this.#crypto, use);
      if (!isOpen(use.window, interval, { widthMax, isActive })) return "code";
      if (!hasRoomForUse(this.#crypto, codes, use, interval.lo)) return "quota";
      return this.#cameraRule(match, now) > desk.cameraProof(now, isFree) ? "camera" : undefined;
    }
    if (user === undefined) return "code";
    const last = codes.credentials.find(({ slot }) => slot === use.slot)?.lastStep ?? 0;
    if (use.step > 0 && use.step <= last && !(isFree && use.step === last)) return "uses";
    const denial = this.#judgeUser(user, now);
    if (denial !== undefined && !(denial === "uses" && isFree)) return denial;
    return this.#cameraRule(match, now) > desk.cameraProof(now, isFree) ? "camera" : undefined;
  }

  /** What a code asks of the camera: of two people, the stricter. */
  #cameraRule({ use, user }: Match, now: Millis): number {
    const { configuration } = this.#memory.state;
    if (use.by === "window") return configuration.codeCamera[use.window.windowClass];
    const held = user?.rule === "two-person" ? this.#heldAt(now) : undefined;
    return Math.max(user?.camera ?? 0, held?.camera ?? 0);
  }

  /** Has the camera prove itself for a code that is kept out by nothing else. @returns whether it is worth a wait */
  #knocks(desk: CodesDesk, use: CodeUse, now: Millis): boolean {
    const refuse = (at: Millis) => this.#refuse(desk, { use, denial: "camera" }, at);
    return desk.knock({ name: nameOf(this.#crypto, use), grant: undefined, refuse }, now);
  }

  /** A code that is right opens, or is the first half of what does. */
  #open(desk: CodesDesk, match: Match, now: Millis): Outcome {
    const { use, user } = match;
    const rule = this.#cameraRule(match, now);
    if (use.by === "window" || user === undefined) return this.#begin(desk, { use, rule }, now);
    if (user.rule === "with-grant") return this.#hold(desk, { use, user, rule }, now);
    if (user.rule !== "two-person") return this.#begin(desk, { use, rule }, now);
    const held = this.#heldAt(now);
    if (held === undefined || held.rule !== "two-person" || held.index === user.index) {
      return this.#hold(desk, { use, user, rule }, now);
    }
    const isDuress = use.isDuress || held.type === "forced";
    return this.#begin(desk, { use: { ...use, first: held.index, isDuress }, rule }, now);
  }

  /** Keeps a first code, and the camera awake for the second half of it, where it asks for one. Half of two people's, under duress or not, is written, and one that an authenticator showed is spent,
   *  durably, before anybody is told that it was right; as often as a code may open, since each is a record. */
  #hold(
    desk: CodesDesk,
    { use, user, rule }: { readonly use: CodeUse; readonly user: User; readonly rule: number },
    now: Millis,
  ): Outcome {
    const { memory, ration } = desk;
    if (use.by === "user" && (user.rule === "two-person" || use.step > 0)) {
      if (!ration.take(nameOf(this.#crypto, use), now)) return "rate";
      if (!memory.tryWrite({ kind: "code", operation: OPERATION_UNLOCK, isHalf: true, use }, now)) return "journal";
    }
    const { users, credentials } = memory.state.codes;
    const credential = use.by === "user" ? credentials.find(({ slot }) => slot === use.slot) : undefined;
    this.#held = { user, credential, users, at: now };
    const heldUntil = millis(now + HELD_MILLIS);
    if (rule > 0) desk.knock({ name: nameOf(this.#crypto, use), grant: undefined, heldUntil, refuse: () => {} }, now);
    return "wait";
  }

  /** Writes who comes; when that is durable, the door is asked. */
  #begin(desk: CodesDesk, { use, rule }: { readonly use: CodeUse; readonly rule: number }, now: Millis): Outcome {
    const { visit } = desk;
    const again = this.#againOf(desk, now);
    // A retry is covered by the intent of its visit.
    if (again !== undefined && visit !== undefined && isAgain(this.#crypto, use, again)) visit.retries++;
    else {
      const denial = this.#write(desk, { use, rule }, now);
      if (denial !== undefined) return denial;
    }
    this.#held = undefined;
    desk.act(operationOf(desk.canUnlatch), now);
    return "yes";
  }

  /** @returns why it cannot be written, or undefined where it is durable and its visit has begun */
  #write(desk: CodesDesk, code: { readonly use: CodeUse; readonly rule: number }, now: Millis): Denial | undefined {
    const name = nameOf(this.#crypto, code.use);
    if (!desk.ration.take(name, now)) return "rate";
    const visitor = visitorOf(desk, code.rule, { name, now });
    try {
      const { seq } = desk.memory.write(entryOf(code.use, visitor), now);
      desk.begin(beginVisit(seq, visitor, now), now);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return "journal";
    }
    this.#last = { use: code.use, name, origin: originOf(this.#crypto, this.#memory.state.codes, code.use) };
    return undefined;
  }

  /** Takes the price of an entry, durably before the compare: a restart in between has made the guess dearer, not free. What
   *  costs no more than comes back between two entries is paid from that, and needs no record: long codes may be tried day and
   *  night for years, and the flash would not bear a record for each. Right after the hourly record, or after an entry at another
   *  keypad, nothing has come back. */
  #charge(cost: number, now: Millis): boolean {
    const level = this.#budget.levelAfter(cost, now);
    const isPaid = cost <= PACE_UNITS && now - Math.max(this.#levelAt, this.#chargedAt) >= ENTRY_MILLIS;
    if (!isPaid && !this.#memory.tryWrite({ kind: "budget", level }, now)) return false;
    this.#budget.charge(cost, now);
    this.#chargedAt = now;
    return true;
  }

  /** A right code costs nothing, and nor do shorter ones, which are its end. What stood before it was a guess at a longer one,
   *  and stays paid: whoever knows half of a code could else try those for nothing. Where it cannot be written now, it comes
   *  back with time. */
  #giveBack({ tested, costs, cost }: Admission, { digits }: Match, now: Millis): void {
    let own = 0;
    for (let index = 0; index < tested.length; index++) if (tested[index] <= digits) own += costs[index];
    this.#budget.giveBack(own, now);
    if (cost <= PACE_UNITS) return;
    this.#memory.tryWrite({ kind: "budget", level: this.#budget.level(now) }, now);
  }
}

const ENTRY_DIGITS_MAX = 20;

/** Whether somebody was forced to type it. */
function isForced(use: CodeUse): boolean {
  return use.by === "user" && use.isDuress;
}

/** A door with a knob outside opens for nobody who cannot have the latch held back. */
function operationOf(canUnlatch: boolean): number {
  return canUnlatch ? OPERATION_UNLATCH : OPERATION_UNLOCK;
}

/** Who comes with a code. @param rule what the code asks of the camera */
function visitorOf(
  desk: CodesDesk,
  rule: number,
  { name, now }: { readonly name: Bytes; readonly now: Millis },
): Visitor & { readonly camera: CameraTerms } {
  const camera = { rule, proof: desk.cameraProof(now) };
  return {
    leaf: name,
    operation: operationOf(desk.canUnlatch),
    connection: undefined,
    dwellMinutes: undefined,
    camera,
  };
}

function entryOf(
  use: CodeUse,
  { operation, camera }: { readonly operation: number; readonly camera: CameraTerms },
): WritableEntry {
  return { kind: "code", operation, isHalf: false, use, ...provenBy(camera.proof) };
}
