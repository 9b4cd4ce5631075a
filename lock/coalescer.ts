// Things that may happen often, written seldom: one record for each kind in its time, with a count.
// Why: what a stranger, a flapping contact or a refused guest can cause must not flush the journal (docs/attacks.md T45).
// Follows docs/protocol.md §4: strangers and alarms one an hour and class, door and inside one a minute and kind, refusals one an
// hour, root and reason. What goes on and on is written ever more seldom, at most one an hour: a flapping contact would otherwise fill
// the region within days.

import { Fault } from "../firmware/fault.ts";
import { type Millis, millis } from "../firmware/platform.ts";

const COUNT_MAX = 0xffff_ffff;
/** The longest that a record waits. */
const PERIOD_MILLIS_MAX = 3_600_000;

interface Kind<Event> {
  event: Event;
  /** How many no record tells of yet. */
  count: number;
  lastWritten: Millis | undefined;
  /** How long the next record waits after the last. */
  periodMillis: number;
}

/** One family of events, the same for every lock. */
export interface Family<Event, Target> {
  /** How long the second record of a kind waits after the first. */
  readonly periodMillis: number;
  /** Events of further kinds are dropped until one is past its time. */
  readonly kindsMax: number;
  /** Writes one record. @throws Fault journal.* where it cannot: the count is kept for later */
  readonly write: (target: Target, event: Event, count: number, now: Millis) => void;
}

/** Counts of one family of events. */
export class Coalescer<Event, Target> {
  readonly #family: Family<Event, Target>;
  readonly #target: Target;
  readonly #kinds = new Map<string, Kind<Event>>();

  /** @param target what its records are written to */
  constructor(family: Family<Event, Target>, target: Target) {
    this.#family = family;
    this.#target = target;
  }

  /** Counts one event; writes at once if none of its kind was written lately.
   *  @param kind what is counted together; at most 32 characters
   *  @returns whether there was room for the kind */
  note(kind: string, event: Event, now: Millis): boolean {
    const entry = this.#count(kind, event, now);
    if (entry === undefined) return false;
    this.#writeIfDue(entry, now);
    return true;
  }

  /** Counts one event as `note` does, and leaves to the next tick what would be written at once.
   *  @returns whether there was room for the kind */
  noteLater(kind: string, event: Event, now: Millis): boolean {
    return this.#count(kind, event, now) !== undefined;
  }

  /** Takes that a record of that kind was written before the start, so that the next one waits its time: who pulls the plug again and
   *  again would else write one at each start. */
  remember(kind: string, event: Event, now: Millis): void {
    this.#kinds.set(kind, { event, count: 0, lastWritten: now, periodMillis: this.#family.periodMillis });
  }

  /** Writes what is due, and forgets kinds that are past their time. */
  tick(now: Millis): void {
    for (const [name, kind] of this.#kinds) {
      if (isPast(kind, now)) this.#kinds.delete(name);
      else this.#writeIfDue(kind, now);
    }
  }

  /** When the next count is due, or undefined where all is written. */
  get nextTick(): Millis | undefined {
    let next: Millis | undefined;
    for (const { count, lastWritten, periodMillis } of this.#kinds.values()) {
      if (count === 0) continue;
      const due = lastWritten === undefined ? millis(0) : millis(lastWritten + periodMillis);
      if (next === undefined || due < next) next = due;
    }
    return next;
  }

  #count(kind: string, event: Event, now: Millis): Kind<Event> | undefined {
    let entry = this.#kinds.get(kind);
    if (entry === undefined) {
      if (this.#kinds.size >= this.#family.kindsMax && !this.#dropOne(now)) return undefined;
      entry = { event, count: 0, lastWritten: undefined, periodMillis: this.#family.periodMillis };
      this.#kinds.set(kind, entry);
    }
    entry.event = event;
    if (entry.count < COUNT_MAX) entry.count++;
    return entry;
  }

  #writeIfDue(kind: Kind<Event>, now: Millis): void {
    if (kind.count === 0 || (kind.lastWritten !== undefined && now - kind.lastWritten < kind.periodMillis)) return;
    // An event alone after a silence is news; several since the last record are noise.
    const longer = Math.min(2 * kind.periodMillis, PERIOD_MILLIS_MAX);
    kind.periodMillis = kind.count > 1 ? longer : this.#family.periodMillis;
    // Tried once in a period, so that a journal that cannot be written is not tried at every tick.
    kind.lastWritten = now;
    try {
      this.#family.write(this.#target, kind.event, kind.count, now);
      kind.count = 0;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
    }
  }

  #dropOne(now: Millis): boolean {
    for (const [name, kind] of this.#kinds) {
      if (!isPast(kind, now)) continue;
      this.#kinds.delete(name);
      return true;
    }
    return false;
  }
}

/** Whether a kind would be counted as if it had never been. */
function isPast({ count, lastWritten }: Kind<unknown>, now: Millis): boolean {
  return count === 0 && lastWritten !== undefined && now - lastWritten >= PERIOD_MILLIS_MAX;
}
