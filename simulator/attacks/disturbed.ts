// A desk on which things go wrong by themselves while an attack is tried: a seeded disturbance beneath every check.
// Why: a defence that holds on a good day only is none. What is lost or doubled here is what a board meets in any week; the
// people of a check behave as before, and their phones repeat what was not answered, as real ones do.
// Which check does not run under what, and why, is in faults.ts.

import type { Bytes } from "../../firmware/bytes.ts";
import { KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { Caller } from "../caller.ts";
import { Desk } from "../desk.ts";
import type { Tear } from "../flash.ts";
import { Stream } from "../random.ts";
import type { DeskOptions, Line } from "../table.ts";

/** `radio`: frames of honest phones are lost, or come twice, or late a second time, and their answers are lost; an attacker's
 *  own radio is as good as he likes. `restart`: the power goes and comes back while nothing happens. `cut`: it goes again in
 *  the middle of a record that the start writes. `drift`: the crystal runs as wrong as it may. */
export type Fault = "radio" | "restart" | "cut" | "drift";

/** All of them. */
export const FAULTS: readonly Fault[] = Object.freeze(["radio", "restart", "cut", "drift"]);

/** What has gone wrong, and how often. */
export type Tally = Record<Fault, number>;

const REPEATS_MAX = 12;
/** In a row on one line: a phone gives up after REPEATS_MAX. */
const LOSSES_MAX = 2;
/** On one desk: each costs the owner a statement, of which a key has 48 at once. */
const RESTARTS_MAX = 6;
/** A record that a start writes has no more words. */
const CUT_WORDS_MAX = 16;
const DRIFT_PARTS_PER_MILLION = 100;
const LOST_PER_MILLE = 200;
const TWICE_PER_MILLE = 200;
const LATE_PER_MILLE = 100;
const RESTART_PER_MILLE = 600;

/** A desk with faults. */
export class Disturbed extends Desk {
  readonly #seed: number;
  readonly #chance: Stream;
  readonly #faults: readonly Fault[];
  readonly #tally: Tally;
  readonly #last = new Map<number, Bytes>();
  readonly #losses = new Map<number, number>();
  #restarts = 0;

  constructor(
    options: DeskOptions,
    how: { readonly seed: number; readonly faults: readonly Fault[]; readonly tally: Tally },
  ) {
    const { seed, faults, tally } = how;
    const chance = new Stream(seed, "disturbance");
    const drift = chance.chance(500) ? DRIFT_PARTS_PER_MILLION : -DRIFT_PARTS_PER_MILLION;
    super(faults.includes("drift") ? { ...options, driftPartsPerMillion: drift } : options);
    this.#seed = seed;
    this.#chance = chance;
    this.#faults = faults;
    this.#tally = tally;
    if (faults.includes("drift")) tally.drift++;
  }

  override get repeatsMax(): number {
    return REPEATS_MAX;
  }

  /** Brings a frame to the lock: not at all, once, twice, or with the one before it after it. */
  override carry(connection: number, frame: Bytes): void {
    const line = this.#faults.includes("radio") ? this.lineOf(connection) : undefined;
    if (!(line instanceof Caller)) {
      super.carry(connection, frame);
      return;
    }
    const before = this.#last.get(connection);
    this.#last.set(connection, frame.slice());
    if (this.#loses(line)) return;
    super.carry(connection, frame);
    if (this.#happens(TWICE_PER_MILLE)) super.carry(connection, frame);
    if (before !== undefined && this.#happens(LATE_PER_MILLE)) super.carry(connection, before);
  }

  override passTime(seconds: number): void {
    this.#restartNow();
    super.passTime(seconds);
  }

  protected override deliver(line: Line, frame: Bytes): void {
    if (!this.#faults.includes("radio") || !this.#loses(line)) super.deliver(line, frame);
  }

  /** Whether a frame of an honest phone that waits for its answer, or that answer, is lost now. */
  #loses(line: Line): boolean {
    const losses = this.#losses.get(line.connection) ?? 0;
    if (!(line instanceof Caller) || !line.isWaiting || losses >= LOSSES_MAX || !this.#chance.chance(LOST_PER_MILLE)) {
      this.#losses.set(line.connection, 0);
      return false;
    }
    this.#losses.set(line.connection, losses + 1);
    this.#tally.radio++;
    return true;
  }

  #happens(perMille: number): boolean {
    const isSo = this.#chance.chance(perMille);
    if (isSo) this.#tally.radio++;
    return isSo;
  }

  /** Restarts a lock at rest: locked, adopted, nobody connected, no visit. Then its owner tells it the time. */
  #restartNow(): void {
    const kinds = this.#faults.filter((fault) => fault === "restart" || fault === "cut");
    if (kinds.length === 0 || this.#restarts >= RESTARTS_MAX || !this.#isAtRest) return;
    // The first chance is taken on every desk, by turns of the seed for a restart or a cut; the others by luck.
    if (this.#restarts > 0 && !this.#chance.chance(RESTART_PER_MILLE)) return;
    const kind = kinds[(this.#seed + this.#restarts) % kinds.length] ?? "restart";
    this.#restarts++;
    this.#tally[kind]++;
    if (kind === "cut") this.#cutStart();
    this.reboot();
    const verdict = this.state({ kind: KIND_SET_CLOCK, isBackwards: false });
    if (verdict !== "yes") throw new Error(`the owner cannot tell the time after a restart: ${verdict}`);
  }

  get #isAtRest(): boolean {
    if (!this.hasPower || !this.isQuiet || this.rig.contact === "open" || this.flash.wear !== "sound") return false;
    const { door, isAdopted, isVisitOpen } = this.lock.snapshot;
    return isAdopted && !isVisitOpen && door.bolt.at === "locked";
  }

  /** Lets a start be cut in the middle of the first record that it writes. */
  #cutStart(): void {
    const word = this.#chance.below(CUT_WORDS_MAX);
    const tear: Tear = this.#chance.chance(500) ? { kind: "prefix" } : { kind: "bits", random: this.#chance };
    this.cutPower();
    this.flash.cutAfterWords(word, tear);
    this.boot();
  }
}
