// The visit that is open: what the door does is booked on it, and it ends in one record.
// Why: who came, how long they may stay, whether they were seen and when the bolt was thrown again is one story; whoever reaches
// the bolt (doorway.ts) need not know it.
// Follows docs/protocol.md §2.2, `closing-17` and docs/visit.md.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { DoorReport } from "../firmware/door/event.ts";
import type { Door } from "../firmware/door/state.ts";
import { OPERATION_LOCK } from "../firmware/grant/holder.ts";
import type { Outcome } from "../firmware/journal/entry.ts";
import type { NoticeEvent } from "../firmware/link/message.ts";
import { type Indicator, type Millis, millis } from "../firmware/platform.ts";
import { type Camera, Filming } from "./filming.ts";
import type { Knocker } from "./guest.ts";
import type { Presence } from "./inside.ts";
import { Knock } from "./knock.ts";
import type { Memory } from "./memory.ts";
import type { LockOptions } from "./options.ts";
import type { Phones } from "./phone.ts";
import type { Recorder } from "./recorder.ts";
import { closingOf, isSecured, nextOf, receiptOf, resumeVisit, type Visit } from "./visit.ts";

/** How often the leaf may be opened in one visit of a guest: in, out, and once more for what was forgotten. */
export const OPENINGS_MAX = 2;
/** Of a visit that lived through one: its times count from when power came back, so whatever ends it, that is how it ended. */
const POWER_CUT = "power-cut";
/** Somebody inside has just pressed: what was to be thrown at once waits, and is looked at again so soon. */
const LEAVING_MILLIS = 1_000;

/** What a visit touches in the lock. */
export interface VisitsDesk {
  readonly crypto: Crypto;
  readonly options: LockOptions;
  readonly memory: Memory;
  readonly recorder: Recorder;
  readonly presence: Presence;
  readonly phones: Phones;
  readonly indicator: Indicator;
  readonly witness: Camera;
  /** Asks the door: 1 lock. Not to be called while the door does something. */
  act(operation: number, now: Millis): void;
}

/** The visit that is open, or none. */
export class Visits {
  readonly #desk: VisitsDesk;
  readonly #filming: Filming;
  readonly #knock: Knock;
  #visit: Visit | undefined;
  /** When the bolt is to be thrown, sooner than the door would by itself. */
  #throwAt: Millis | undefined;

  /** Goes on with a visit that a power cut left open. */
  constructor(desk: VisitsDesk, now: Millis) {
    this.#desk = desk;
    this.#filming = new Filming(desk.witness, desk.recorder, now);
    this.#knock = new Knock(desk.crypto);
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
    this.#knock.admit(visit.leaf, now);
    this.#throwAt = undefined;
    this.#visit = visit;
    // Whoever finds the leaf open needs no other opening to come in by.
    if (door.contact.is === "open") this.#opened(visit, true, now);
    this.#filming.begin();
    this.#filming.ask(now, visit, undefined);
    if (visit.isGuest) this.#desk.presence.end();
  }

  /** Has the camera prove itself for somebody who asks again, or stay awake for a code that waits. @returns whether that is worth
   *  the wait */
  knock(knocker: Knocker, now: Millis): boolean {
    if (!this.#filming.isEnrolled) return false;
    if (knocker.heldUntil === undefined) this.#knock.begin(knocker, now);
    else this.#knock.hold(knocker.name, knocker.heldUntil);
    this.#filming.ask(now, this.#visit, this.#knock);
    return true;
  }

  /** Takes a press of the inside button: whoever is in opens, and nobody waits for a camera any more. */
  pressed(now: Millis): void {
    if (!this.#knock.isOpen) return;
    this.#knock.release();
    this.#refuse(now);
  }

  /** Books what the door did: on the visit that is open, else as a door event. @param door as it is after that */
  report(report: DoorReport, door: Door, now: Millis): void {
    const { recorder, presence, options } = this.#desk;
    const visit = this.#visit;
    const { what, cause } = report;
    if (what === "failed") {
      if (visit === undefined || report.act === "lock") return;
      // Where the leaf stands open he can come in, wherever the bolt is.
      if (!report.hasLeft && !visit.hasLeft && visit.openedAt === undefined) this.#close("not-moved", door, now);
      else if (visit.outcome !== POWER_CUT) visit.outcome = "jammed";
      return;
    }
    if (visit !== undefined && what !== "closed" && what !== "locked") visit.hasLeft = true;
    if (what === "moved" || what === "unlatched") return;
    // Who presses and goes out leaves nobody inside who could vouch.
    if (what === "opened") presence.end();
    // A leaf that falls shut at a bolt that is thrown already, as a strike's is, is locked by that.
    const isShutIn = what === "closed" && cause !== "boot" && isSecured(door, options.hasContact);
    if (visit === undefined) {
      if (what === "opened" || what === "closed") this.#filming.moved(now);
      const isNews = isTold(report, door);
      if (isNews) this.notify(what);
      // Found open at a start: somebody opened it while the lock did not look. What a hand does at the thumbturn is written as that.
      if (isNews || what === "opened" || cause === "manual") recorder.door(what, cause, now);
      if (!isShutIn) return;
      this.notify("locked");
      recorder.door("locked", "auto", now);
      return;
    }
    if (what === "opened") this.#opened(visit, cause === "boot", now);
    if (what === "closed") this.#closed(visit, now);
    const receipt = isSecured(door, options.hasContact) ? this.#close(visit.outcome, door, now) : undefined;
    if (isTold(report, door)) this.#tell(visit, what, what === "locked" ? receipt : undefined);
    if (isShutIn) this.#tell(visit, "locked", receipt);
  }

  /** Tells whoever came, and every owner, what the door does. */
  notify(event: NoticeEvent): void {
    this.#tell(this.#visit, event, undefined);
  }

  /** Tells every owner who listens. */
  notifyOwners(event: NoticeEvent): void {
    const { phones } = this.#desk;
    for (const owner of phones.owners) phones.notify(owner, event);
  }

  /** A visit that lasts longer than its grant allows is an alarm; one that nobody ends is closed; a knock has its time, and a
   *  camera that fails its consequence. */
  tick(door: Door, now: Millis): void {
    const { until, heldUntil } = this.#knock;
    if (until !== undefined && now >= until) this.#unproven(now);
    if (heldUntil !== undefined && now >= heldUntil) this.#released(now);
    const visit = this.#visit;
    if (this.#filming.tick(now, visit, this.#knock.isOpen ? this.#knock : undefined) && visit !== undefined) {
      this.#cameraFailed(visit, door, now);
    }
    this.#throwIfDue(door, now);
    if (visit === undefined || visit !== this.#visit || now < nextOf(visit)) return;
    if (visit.dwellAt === undefined || visit.isOverstayed) {
      this.#close("held-open", door, now);
      return;
    }
    visit.isOverstayed = true;
    this.#desk.indicator.signal("alarm");
    this.#desk.recorder.alarm("dwell", now);
  }

  get nextTick(): Millis | undefined {
    const visit = this.#visit;
    const isBusy = visit !== undefined || this.#knock.isOpen;
    const { until, heldUntil } = this.#knock;
    const times = [visit === undefined ? undefined : nextOf(visit), this.#throwAt, until, heldUntil];
    times.push(this.#filming.nextTick(isBusy));
    let next: Millis | undefined;
    for (const time of times) if (time !== undefined && (next === undefined || time < next)) next = time;
    return next;
  }

  /** Books an opening. A third one is no part of the visit: nobody vouched for who comes then (docs/attacks.md T25). */
  #opened(visit: Visit, isBoot: boolean, now: Millis): void {
    const { recorder, indicator } = this.#desk;
    this.#throwAt = undefined;
    visit.openedAt ??= now;
    visit.openings++;
    if (!this.#isCounted(visit, now) || visit.openings <= OPENINGS_MAX) return;
    if (!isBoot) recorder.door("opened", "manual", now);
    indicator.signal("alarm");
    recorder.alarm("cycles", now);
  }

  #closed(visit: Visit, now: Millis): void {
    visit.closedAt = now;
    const isOver = this.#isCounted(visit, now) && visit.openings >= OPENINGS_MAX;
    if (isOver || visit.isCameraFailed) this.#throwAt = now;
  }

  /** Whether the openings of a visit are counted: not an owner's, and not where the owner lets the door stand unlocked. */
  #isCounted({ isGuest }: Visit, now: Millis): boolean {
    const { memory } = this.#desk;
    return isGuest && memory.state.configuration.relockSeconds > 0 && memory.mode(now) !== "passage";
  }

  /** The camera does not do as the visit asks: it is told and written; the bolt is thrown where nobody stands in the door. */
  #cameraFailed(visit: Visit, door: Door, now: Millis): void {
    const { recorder, indicator, memory, presence } = this.#desk;
    indicator.signal("alarm");
    recorder.alarm("camera", now);
    if (visit.outcome === "secured") visit.outcome = "camera";
    if (door.contact.is !== "closed" || memory.mode(now) === "passage") return;
    this.#throwAt = now;
    // Who leaves may open yet, and a bolt that is stuck is thrown by nobody: that it is locked is told when it is.
    if (!presence.isLeaving(now) && door.bolt.at !== "jammed") this.#tell(visit, "aborted", undefined);
  }

  /** Throws the bolt at once, where the leaf is seen to be shut, and nobody inside has just asked to get out: who presses in
   *  these seconds has the time to leave, and then it is due again. */
  #throwIfDue(door: Door, now: Millis): void {
    if (this.#throwAt === undefined || now < this.#throwAt) return;
    const { presence, memory } = this.#desk;
    const { at } = door.bolt;
    this.#throwAt = undefined;
    if (this.#visit === undefined || door.contact.is !== "closed" || memory.mode(now) === "passage") return;
    if (at === "locked" || at === "locking" || at === "jammed") return;
    if (presence.isLeaving(now)) this.#throwAt = millis(now + LEAVING_MILLIS);
    else this.#desk.act(OPERATION_LOCK, now);
  }

  /** Nobody was let in, since the camera proved nothing in time. */
  #unproven(now: Millis): void {
    this.#desk.recorder.unproven(this.#filming.said(now), now);
    this.notifyOwners("alarm");
    this.#refuse(now);
  }

  /** The phone or the second code did not come: nobody was refused. */
  #released(now: Millis): void {
    this.#knock.release();
    this.#filming.refused(now);
  }

  #refuse(now: Millis): void {
    this.#knock.end(now);
    this.#filming.refused(now);
  }

  #tell(visit: Visit | undefined, event: NoticeEvent, receipt: Bytes | undefined): void {
    const { phones } = this.#desk;
    const connection = visit?.connection;
    if (connection !== undefined && !phones.owners.includes(connection)) phones.notify(connection, event, receipt);
    for (const owner of phones.owners) phones.notify(owner, event, receipt);
  }

  /** Ends the visit. @returns the receipt, where it ended as a visit should */
  #close(outcome: Outcome, door: Door, now: Millis): Bytes | undefined {
    const visit = this.#visit;
    if (visit === undefined) return undefined;
    const { options, recorder, memory } = this.#desk;
    this.#visit = undefined;
    this.#throwAt = undefined;
    this.#filming.end(visit, now);
    const closing = closingOf(visit, visit.outcome === POWER_CUT ? POWER_CUT : outcome, { ...options, door, now });
    const isDurable = recorder.closing(closing, now);
    const receipt = isDurable && visit.isGuest ? receiptOf(visit, closing) : undefined;
    return receipt === undefined ? undefined : memory.receipt(receipt, now);
  }
}

/** Whether phones are told: not what was so at a start, nor of a bolt that is thrown beside its keeper that the door is locked. */
function isTold({ what, cause }: DoorReport, { contact }: Door): boolean {
  return cause !== "boot" && !(what === "locked" && contact.is === "open");
}
