// The visit that is open: what the door does is booked on it, and it ends in one record.
// Why: who came, how long they may stay and when the bolt was thrown again is one story; whoever reaches the bolt (lock.ts)
// need not know it.
// Follows docs/protocol.md §2.2 and `closing-17`.

import type { DoorReport } from "../firmware/door/event.ts";
import type { Door } from "../firmware/door/state.ts";
import type { Outcome } from "../firmware/journal/entry.ts";
import type { NoticeEvent } from "../firmware/link/message.ts";
import type { Indicator, Millis } from "../firmware/platform.ts";
import type { Presence } from "./inside.ts";
import type { Memory } from "./memory.ts";
import type { LockOptions } from "./options.ts";
import type { Phones } from "./phone.ts";
import type { Recorder } from "./recorder.ts";
import { closingOf, isSecured, nextOf, resumeVisit, type Visit } from "./visit.ts";

/** What a visit touches in the lock. */
export interface VisitsDesk {
  readonly options: LockOptions;
  readonly memory: Memory;
  readonly recorder: Recorder;
  readonly presence: Presence;
  readonly phones: Phones;
  readonly indicator: Indicator;
}

/** The visit that is open, or none. */
export class Visits {
  readonly #desk: VisitsDesk;
  #visit: Visit | undefined;

  /** Goes on with a visit that a power cut left open. */
  constructor(desk: VisitsDesk, now: Millis) {
    this.#desk = desk;
    const { visit } = desk.memory.state;
    if (visit !== undefined) this.#visit = resumeVisit(visit.intent, now);
  }

  get current(): Visit | undefined {
    return this.#visit;
  }

  get isOpen(): boolean {
    return this.#visit !== undefined;
  }

  /** Whether somebody may be inside who is no owner. */
  get isGuestInside(): boolean {
    return this.#visit?.isGuest === true;
  }

  /** Begins a visit whose intent is durable; one that is open gives way to it. */
  begin(visit: Visit, door: Door, now: Millis): void {
    this.#close("superseded", door, now);
    this.#visit = visit;
    if (visit.isGuest) this.#desk.presence.end();
  }

  /** Books what the door did: on the visit that is open, else as a door event. @param door as it is after that */
  report(report: DoorReport, door: Door, now: Millis): void {
    const { recorder, presence, options } = this.#desk;
    const visit = this.#visit;
    const { what, cause } = report;
    if (what === "failed") {
      if (visit === undefined || report.act === "lock") return;
      if (report.hasLeft || visit.hasLeft) visit.outcome = "jammed";
      else this.#close("not-moved", door, now);
      return;
    }
    if (visit !== undefined && what !== "closed" && what !== "locked") visit.hasLeft = true;
    if (what === "moved" || what === "unlatched") return;
    // Who presses and goes out leaves nobody inside who could vouch.
    if (what === "opened") presence.end();
    if (cause !== "boot") this.notify(what);
    if (visit === undefined) {
      if (cause !== "boot") recorder.door(what, cause, now);
      return;
    }
    if (what === "opened" && visit.openedAt === undefined) visit.openedAt = now;
    if (what === "closed") visit.closedAt = now;
    if (isSecured(door, options.hasContact)) this.#close(visit.outcome, door, now);
  }

  /** Tells whoever came, and every owner, what the door does. */
  notify(event: NoticeEvent): void {
    const connection = this.#visit?.connection;
    const { phones } = this.#desk;
    if (connection !== undefined && !phones.owners.includes(connection)) phones.notify(connection, event);
    this.notifyOwners(event);
  }

  /** Tells every owner who listens. */
  notifyOwners(event: NoticeEvent): void {
    const { phones } = this.#desk;
    for (const owner of phones.owners) phones.notify(owner, event);
  }

  /** A visit that lasts longer than its grant allows is an alarm; one that nobody ends is closed. */
  tick(door: Door, now: Millis): void {
    const visit = this.#visit;
    if (visit === undefined || now < nextOf(visit)) return;
    if (visit.dwellAt === undefined || visit.isOverstayed) {
      this.#close("held-open", door, now);
      return;
    }
    visit.isOverstayed = true;
    this.#desk.indicator.signal("alarm");
    this.#desk.recorder.alarm("dwell", now);
  }

  get nextTick(): Millis | undefined {
    return this.#visit === undefined ? undefined : nextOf(this.#visit);
  }

  #close(outcome: Outcome, door: Door, now: Millis): void {
    if (this.#visit === undefined) return;
    const { options, recorder } = this.#desk;
    recorder.closing(closingOf(this.#visit, outcome, { ...options, door, now }), now);
    this.#visit = undefined;
  }
}
