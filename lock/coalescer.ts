// Things that may happen often, written seldom: one record for each kind in its time, with a count.
// Why: what a stranger, a flapping contact or a refused guest can cause must not flush the journal (attacks.md T45).
// Follows docs/protocol.md §4: strangers and alarms one an hour and class, door and inside one a minute, refusals one an
// hour and key.

import { Fault } from "../firmware/fault.ts";
import { type Millis, millis } from "../firmware/platform.ts";

const COUNT_MAX = 0xffff_ffff;

interface Kind<Event> {
  event: Event;
  /** How many no record tells of yet. */
  count: number;
  lastWritten: Millis | undefined;
}

/** Writes one record. @throws Fault journal.* where it cannot: the count is kept for later */
export type WriteCount<Event> = (event: Event, count: number, now: Millis) => void;

/** Counts of one family of events. */
export class Coalescer<Event> {
  readonly #periodMillis: number;
  readonly #kindsMax: number;
  readonly #write: WriteCount<Event>;
  readonly #kinds = new Map<string, Kind<Event>>();

  /** @param limits.kindsMax events of further kinds are dropped until one is past its time */
  constructor(limits: { readonly periodMillis: number; readonly kindsMax: number }, write: WriteCount<Event>) {
    this.#periodMillis = limits.periodMillis;
    this.#kindsMax = limits.kindsMax;
    this.#write = write;
  }

  /** Counts one event; writes at once if none of its kind was written lately.
   *  @param kind what is counted together; at most 24 characters
   *  @returns whether there was room for the kind */
  note(kind: string, event: Event, now: Millis): boolean {
    let entry = this.#kinds.get(kind);
    if (entry === undefined) {
      if (this.#kinds.size >= this.#kindsMax && !this.#dropOne(now)) return false;
      entry = { event, count: 0, lastWritten: undefined };
      this.#kinds.set(kind, entry);
    }
    entry.event = event;
    if (entry.count < COUNT_MAX) entry.count++;
    this.#writeIfDue(entry, now);
    return true;
  }

  /** Writes what is due. */
  tick(now: Millis): void {
    for (const kind of this.#kinds.values()) this.#writeIfDue(kind, now);
  }

  /** When the next count is due, or undefined where all is written. */
  get nextTick(): Millis | undefined {
    let next: Millis | undefined;
    for (const { count, lastWritten } of this.#kinds.values()) {
      if (count === 0) continue;
      const due = millis((lastWritten ?? 0) + this.#periodMillis);
      if (next === undefined || due < next) next = due;
    }
    return next;
  }

  #writeIfDue(kind: Kind<Event>, now: Millis): void {
    const { event, count, lastWritten } = kind;
    if (count === 0 || (lastWritten !== undefined && now - lastWritten < this.#periodMillis)) return;
    // Tried once in a period, so that a journal that cannot be written is not tried at every tick.
    kind.lastWritten = now;
    try {
      this.#write(event, count, now);
      kind.count = 0;
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
    }
  }

  #dropOne(now: Millis): boolean {
    for (const [name, { count, lastWritten }] of this.#kinds) {
      if (count > 0 || lastWritten === undefined || now - lastWritten < this.#periodMillis) continue;
      this.#kinds.delete(name);
      return true;
    }
    return false;
  }
}
