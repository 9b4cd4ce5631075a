// The lock: the flow from a request to the bolt, and the one way there.
// Why: only this file reaches the bolt, and always in this order: decide, journal the intent durably, drive, journal the
// outcome. The two exceptions are an inside press, and an owner's act while the journal cannot take its record.
// Follows docs/protocol.md §2.2, §2.3 and §4.

import { type Bytes, fromAscii } from "../firmware/bytes.ts";
import { selfTest } from "../firmware/crypto/selftest.ts";
import type { BoltReport } from "../firmware/door/bolt.ts";
import { step } from "../firmware/door/door.ts";
import type { Act, Alarm as DoorAlarm, DoorEvent, DoorReport, DoorSettings, Effect } from "../firmware/door/event.ts";
import { type Door, nextTick, startDoor } from "../firmware/door/state.ts";
import { Fault, unreachable } from "../firmware/fault.ts";
import type { ChainContext } from "../firmware/grant/chain.ts";
import { OPERATION_UNLATCH, OPERATION_UNLOCK } from "../firmware/grant/holder.ts";
import type { Outcome } from "../firmware/journal/payload.ts";
import type { Region } from "../firmware/journal/record.ts";
import type { NoticeEvent, Status } from "../firmware/link/message.ts";
import { type Millis, millis, type Transport } from "../firmware/platform.ts";
import { findOwner, statementKey } from "../firmware/policy/keyring.ts";
import type { Desk, Records } from "./desk.ts";
import { Faces } from "./faces.ts";
import { type GuestDesk, serveGrant } from "./guest.ts";
import { type Identity, openIdentity } from "./identity.ts";
import { Presence } from "./inside.ts";
import { Memory } from "./memory.ts";
import type { LockOptions, LockPlatform, Snapshot } from "./options.ts";
import { type OwnerDesk, serveStatement } from "./owner.ts";
import { Phones } from "./phone.ts";
import { ANNOUNCEMENTS, LISTS, OPENINGS, Ration, STATEMENTS } from "./ration.ts";
import { Recorder } from "./recorder.ts";
import { FAREWELL, finishReset, Reset } from "./reset.ts";
import { doorSettings } from "./settings.ts";
import { statusOf } from "./status.ts";
import { Timekeeper } from "./timekeeper.ts";
import { closingOf, isSecured, nextOf, resumeVisit, type Visit } from "./visit.ts";

/** How often a running drive's sensors are looked at. */
const DRIVE_POLL_MILLIS = 10;
/** Reports that one event may bring forth at once: a command is answered by one, which asks for at most another. */
const REPORTS_MAX = 8;

/** The board inside the door. Events come in with their uptime, in order; `tick` is called at `nextTick` or later. */
export class Lock {
  readonly #platform: LockPlatform;
  readonly #options: LockOptions;
  readonly #identity: Identity;
  readonly #memory: Memory;
  readonly #recorder: Recorder;
  readonly #phones: Phones;
  readonly #faces = new Faces();
  readonly #presence: Presence;
  readonly #reset: Reset;
  /** Whether a reset was begun that the flash did not let come to its end: the lock serves nobody but the inside. */
  readonly #isStuck: boolean;
  readonly #openings = new Ration(OPENINGS);
  readonly #statements = new Ration(STATEMENTS);
  readonly #lists = new Ration(LISTS);
  readonly #announcements = new Ration(ANNOUNCEMENTS);
  #door: Door = startDoor();
  #visit: Visit | undefined;

  /** Boots: tests the primitives, finds its keys and its memory, and senses where the bolt is.
   *  @throws Fault crypto.selftest, crypto.key, flash.io: the board must not run then; the bolt was not touched */
  constructor(platform: LockPlatform, options: LockOptions, now: Millis) {
    const { crypto, random, flash, constants, carrier, indicator } = platform;
    selfTest(crypto);
    this.#platform = platform;
    this.#options = options;
    this.#isStuck = !finishReset({ flash, constants, geometry: options.geometry });
    const identity = openIdentity(crypto, constants, random);
    this.#identity = identity;
    const memory = new Memory({ ...options, crypto, flash, identity }, now);
    const recorder = new Recorder(memory);
    this.#memory = memory;
    this.#recorder = recorder;
    this.#presence = new Presence(crypto);
    this.#reset = new Reset({ constants, indicator, memory, recorder, restart: () => platform.restart() });
    const timekeeper = new Timekeeper({ ...options, crypto, random, memory, recorder }, now);
    this.#phones = new Phones({ crypto, random, carrier, identity }, this.#desk(timekeeper), now);
    const { visit } = this.#memory.state;
    if (visit !== undefined) this.#visit = resumeVisit(visit.intent, now);
    if (!this.#memory.isWhole) this.#recorder.alarm("journal", now);
    if (this.#isStuck) indicator.signal("alarm");
    this.#pollBolt(now);
  }

  /** 11 characters. */
  get lockId(): string {
    return this.#identity.lockId;
  }

  /** Ed25519, 32 bytes. */
  get signingKey(): Bytes {
    return this.#identity.signingKey;
  }

  /** X25519, 32 bytes. */
  get agreementKey(): Bytes {
    return this.#identity.agreementKey;
  }

  get snapshot(): Snapshot {
    const { owners } = this.#memory.state.keyring;
    const isVisitOpen = this.#visit !== undefined;
    return { door: this.#door, isAdopted: owners.length > 0, isVisitOpen, hasPresence: this.#hasPresence };
  }

  connected(connection: number, transport: Transport, now: Millis): void {
    this.#now = now;
    this.#phones.connected(connection, transport, now);
  }

  /** Takes one frame from a phone. Total: no bytes make it throw. */
  received(connection: number, frame: Bytes, now: Millis): void {
    this.#now = now;
    this.#phones.received(connection, frame, now);
  }

  disconnected(connection: number, now: Millis): void {
    this.#now = now;
    this.#phones.disconnected(connection);
  }

  /** Takes the debounced door contact, and looks at the bolt before: a leaf that shuts ends no visit on a stale belief. */
  contactChanged(contact: "open" | "closed", now: Millis): void {
    this.boltSensed(now);
    this.#step({ kind: "contact", is: contact }, now);
  }

  /** Takes the contact of the cover over the board; a board without one never calls it. */
  coverChanged(isOpen: boolean, now: Millis): void {
    this.#now = now;
    this.#reset.coverChanged(isOpen);
  }

  /** Takes a press of the inside button: it always opens, whatever else is so, and is recorded afterwards. */
  insidePressed(now: Millis): void {
    this.#now = now;
    this.#presence.press(this.#isGuestInside, now);
    this.#step({ kind: "inside" }, now);
    this.#recorder.inside(now);
    this.#reset.pressed(this.#visit !== undefined, now);
  }

  /** Tells that an input of the bolt changed with no drive running: somebody turned the thumbturn. */
  boltSensed(now: Millis): void {
    this.#now = now;
    this.#pollBolt(now);
  }

  /** Does what is due. */
  tick(now: Millis): void {
    this.#now = now;
    this.#pollBolt(now);
    this.#step({ kind: "tick" }, now);
    if (this.#visit !== undefined && now >= nextOf(this.#visit)) this.#overstay(this.#visit, now);
    this.#phones.tick(now);
    this.#recorder.tick(now);
    this.#memory.tick(now);
    this.#reset.tick(now, this.#platform.bolt.isDriving);
  }

  /** The uptime by which `tick` must be called. */
  get nextTick(): Millis {
    const now = this.#now;
    const { isDriving } = this.#platform.bolt;
    let next: number = this.#memory.nextTick;
    const others = [nextTick(this.#door, this.#settings), this.#phones.nextTick, this.#recorder.nextTick];
    others.push(isDriving ? millis(now + DRIVE_POLL_MILLIS) : this.#reset.nextTick);
    if (this.#visit !== undefined) others.push(nextOf(this.#visit));
    for (const other of others) if (other !== undefined && other < next) next = other;
    return millis(Math.max(next, now));
  }

  /** The uptime of the last event. */
  #now: Millis = millis(0);

  get #settings(): DoorSettings {
    return doorSettings(this.#memory.state.configuration, this.#options);
  }

  get #hasPresence(): boolean {
    return !this.#isGuestInside && this.#presence.isKnown(this.#now);
  }

  /** Whether the records and keys of this lock are about to be erased, or half erased. */
  get #isEnding(): boolean {
    return this.#isStuck || this.#reset.isDecided;
  }

  get #isGuestInside(): boolean {
    return this.#visit?.isGuest === true;
  }

  /** What phones may ask for. */
  #desk(timekeeper: Timekeeper): Desk {
    const lock = this;
    const { crypto } = this.#platform;
    const chainContext: ChainContext = {
      lockId: fromAscii(this.#identity.lockId),
      ownerKey: (kid) => findOwner(crypto, lock.#memory.state.keyring, kid)?.publicKey,
    };
    return {
      get isAdopted(): boolean {
        return lock.#memory.state.keyring.owners.length > 0;
      },
      chainContext,
      timekeeper,
      sessionKey: (kid) => statementKey(crypto, lock.#memory.state.keyring, kid),
      cachedLeaf: (link8) => lock.#faces.leaf(crypto, link8),
      serveGrant: (proof, from, now) =>
        lock.#isEnding ? "journal" : serveGrant(lock.#guestDesk(), proof, { from, now }),
      serveStatement: (message, from, now) =>
        lock.#isEnding ? "journal" : serveStatement(lock.#ownerDesk(), message, { from, now }),
      refused: (proof, now) => lock.#recorder.refused(proof, now),
      status: () => lock.#status(),
      records: (region, from) => lock.#records(region, from),
      checkpoint: (now) => lock.#memory.checkpoint(now),
      farewell: () => lock.#platform.constants.read(FAREWELL),
      fetched: (heads, now) => lock.#memory.fetched(heads, now),
      stranger: (kind, now) => lock.#recorder.stranger(kind, now),
    };
  }

  /** What an owner's word may reach. */
  #ownerDesk(): OwnerDesk {
    const { crypto, indicator } = this.#platform;
    const { canUnlatch } = this.#options;
    return {
      crypto,
      lockId: fromAscii(this.#identity.lockId),
      memory: this.#memory,
      recorder: this.#recorder,
      indicator,
      canUnlatch,
      door: this.#door,
      hasPresence: this.#hasPresence,
      isLeaving: this.#presence.isLeaving(this.#now),
      presence: this.#presence,
      reset: this.#reset,
      statements: this.#statements,
      lists: this.#lists,
      announcements: this.#announcements,
      begin: (visit, now) => this.#beginVisit(visit, now),
      act: (operation, now) => this.#request(operation, now),
      ownerRemoved: (kid) => this.#phones.endKey(kid),
      handedOver: () => this.#phones.endAll(),
      settingsChanged: (now) => this.#step({ kind: "tick" }, now),
    };
  }

  /** What a guest's request may reach. */
  #guestDesk(): GuestDesk {
    const { crypto, battery } = this.#platform;
    return {
      crypto,
      battery,
      memory: this.#memory,
      recorder: this.#recorder,
      faces: this.#faces,
      ration: this.#openings,
      isLeaving: this.#presence.isLeaving(this.#now),
      canUnlatch: this.#options.canUnlatch,
      door: this.#door,
      visit: this.#visit,
      begin: (visit, now) => this.#beginVisit(visit, now),
      act: (operation, now) => this.#request(operation, now),
    };
  }

  /** Begins a visit whose intent is durable; one that is open gives way to it. */
  #beginVisit(visit: Visit, now: Millis): void {
    this.#closeVisit("superseded", now);
    this.#visit = visit;
    if (visit.isGuest) this.#presence.end();
  }

  #status(): Status {
    return statusOf({
      memory: this.#memory,
      door: this.#door,
      options: this.#options,
      battery: this.#platform.battery,
      isVisitOpen: this.#visit !== undefined,
      hasPresence: this.#hasPresence,
      resetSeconds: this.#reset.secondsLeft(this.#now),
      now: this.#now,
    });
  }

  #records(region: Region, from: number): Records | undefined {
    try {
      return this.#memory.records(region, from);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      return undefined;
    }
  }

  #request(operation: number, now: Millis): void {
    const act: Act = operation === OPERATION_UNLOCK ? "unlock" : operation === OPERATION_UNLATCH ? "unlatch" : "lock";
    this.#step({ kind: "request", act }, now);
  }

  /** Looks at the bolt's sensors. */
  #pollBolt(now: Millis): void {
    for (let count = 0; count < REPORTS_MAX; count++) {
      const report = this.#platform.bolt.tick(now);
      if (report === undefined) return;
      this.#step({ kind: "bolt", report }, now);
    }
  }

  /** Steps the door and does what it wants. A drive may report at once, and that report is the next event. */
  #step(event: DoorEvent, now: Millis): void {
    let next: DoorEvent | undefined = event;
    for (let count = 0; next !== undefined && count < REPORTS_MAX; count++) {
      const { door, effects } = step(this.#door, next, now, this.#settings);
      this.#door = door;
      let report: BoltReport | undefined;
      for (const effect of effects) report = this.#do(effect, now) ?? report;
      next = report === undefined ? undefined : { kind: "bolt", report };
    }
  }

  #do(effect: Effect, now: Millis): BoltReport | undefined {
    switch (effect.kind) {
      case "drive":
        this.#platform.indicator.signal(effect.command === "retract" ? "yes" : "wait");
        return this.#platform.bolt.drive(effect.command, now);
      case "alarm":
        this.#alarm(effect.alarm, now);
        return undefined;
      case "report":
        this.#report(effect, now);
        return undefined;
      case "mode":
        this.#memory.endPrivacy(now);
        return undefined;
      case "deferred":
      case "refused":
        return undefined;
      default:
        return unreachable(effect);
    }
  }

  #alarm(alarm: DoorAlarm, now: Millis): void {
    this.#platform.indicator.signal("alarm");
    this.#recorder.alarm(alarm === "heldOpen" ? "held-open" : alarm, now);
    if (alarm === "jammed") this.#notify("jammed");
  }

  /** Books what the door did: on the visit that is open, else as a door event. */
  #report(report: DoorReport, now: Millis): void {
    const visit = this.#visit;
    const { what, cause } = report;
    if (what === "failed") {
      if (visit === undefined || report.act === "lock") return;
      if (report.hasLeft || visit.hasLeft) visit.outcome = "jammed";
      else this.#closeVisit("not-moved", now);
      return;
    }
    if (visit !== undefined && what !== "closed" && what !== "locked") visit.hasLeft = true;
    if (what === "moved" || what === "unlatched") return;
    // Who presses and goes out leaves nobody inside who could vouch.
    if (what === "opened") this.#presence.end();
    if (cause !== "boot") this.#notify(what);
    if (visit === undefined) {
      if (cause !== "boot") this.#recorder.door(what, cause, now);
      return;
    }
    if (what === "opened" && visit.openedAt === undefined) visit.openedAt = now;
    if (what === "closed") visit.closedAt = now;
    if (isSecured(this.#door, this.#options.hasContact)) this.#closeVisit(visit.outcome, now);
  }

  /** A visit that lasts longer than its grant allows is an alarm; one that nobody ends is closed. */
  #overstay(visit: Visit, now: Millis): void {
    if (visit.dwellAt === undefined || visit.isOverstayed) {
      this.#closeVisit("held-open", now);
      return;
    }
    visit.isOverstayed = true;
    this.#platform.indicator.signal("alarm");
    this.#recorder.alarm("dwell", now);
  }

  #closeVisit(outcome: Outcome, now: Millis): void {
    if (this.#visit === undefined) return;
    this.#recorder.closing(closingOf(this.#visit, outcome, { ...this.#options, door: this.#door, now }), now);
    this.#visit = undefined;
  }

  #notify(event: NoticeEvent): void {
    const connection = this.#visit?.connection;
    if (connection !== undefined) this.#phones.notify(connection, event);
    for (const owner of this.#phones.owners) if (owner !== connection) this.#phones.notify(owner, event);
  }
}
