// The lock: the flow from a request to the bolt, and the one way there.
// Why: only this file reaches the bolt, and always in this order: decide, journal the intent durably, drive, journal the
// outcome. The two exceptions are an inside press, and an owner's act while the journal cannot take its record.
// Follows docs/protocol.md §2.2, §2.3 and §4.

import { type Bytes, fromAscii } from "../firmware/bytes.ts";
import { selfTest } from "../firmware/crypto/selftest.ts";
import type { BoltReport } from "../firmware/door/bolt.ts";
import { step } from "../firmware/door/door.ts";
import type { Act, DoorEvent, DoorSettings, Effect } from "../firmware/door/event.ts";
import { type Door, nextTick, startDoor } from "../firmware/door/state.ts";
import { unreachable } from "../firmware/fault.ts";
import type { ChainContext } from "../firmware/grant/chain.ts";
import { OPERATION_UNLATCH, OPERATION_UNLOCK } from "../firmware/grant/holder.ts";
import type { Status } from "../firmware/link/message.ts";
import { type Millis, millis, type Transport } from "../firmware/platform.ts";
import { findOwner, statementKey } from "../firmware/policy/keyring.ts";
import type { Desk } from "./desk.ts";
import { Faces } from "./faces.ts";
import { type GuestDesk, serveGrant } from "./guest.ts";
import { type Identity, openIdentity } from "./identity.ts";
import { Presence } from "./inside.ts";
import { Memory } from "./memory.ts";
import { HouseNetwork } from "./network.ts";
import type { LockOptions, LockPlatform, Snapshot } from "./options.ts";
import { Outside, type OutsideDesk } from "./outside.ts";
import { type OwnerDesk, serveStatement } from "./owner.ts";
import { Phones } from "./phone.ts";
import { Rations } from "./ration.ts";
import { Recorder } from "./recorder.ts";
import { FAREWELL, finishReset, Reset } from "./reset.ts";
import { doorSettings } from "./settings.ts";
import { Siren } from "./siren.ts";
import { recordsOf, statusOf } from "./status.ts";
import { Tickets } from "./tickets.ts";
import { Timekeeper } from "./timekeeper.ts";
import { Visits } from "./visits.ts";
import { Witness, witnessDesk } from "./witness.ts";

/** How often a running drive's sensors are looked at. */
const DRIVE_POLL_MILLIS = 10;
/** Reports that one event may bring forth at once: a command is answered by one, which asks for at most another. */
const REPORTS_MAX = 8;

/** The board inside the door. Events come in with their uptime, in order; `tick` is called at `nextTick` or later. */
export class Lock {
  readonly #platform: LockPlatform;
  readonly #options: LockOptions;
  readonly #siren: Siren;
  readonly #identity: Identity;
  readonly #memory: Memory;
  readonly #recorder: Recorder;
  readonly #phones: Phones;
  readonly #visits: Visits;
  readonly #outside: Outside;
  readonly #faces = new Faces();
  readonly #presence: Presence;
  readonly #reset: Reset;
  /** Whether a reset was begun that the flash did not let come to its end: the lock serves nobody but the inside. */
  readonly #isStuck: boolean;
  readonly #rations = new Rations();
  readonly #network: HouseNetwork;
  readonly #witness: Witness;
  readonly #tickets: Tickets;
  #door: Door = startDoor();

  /** Boots: tests the primitives, finds its keys and its memory, and senses where the bolt is.
   *  @throws Fault crypto.selftest, crypto.key, flash.io: the board must not run then; the bolt was not touched */
  constructor(platform: LockPlatform, options: LockOptions, now: Millis) {
    const { crypto, random, flash, constants, carrier } = platform;
    const indicator = new Siren(platform.indicator, () => this.#now);
    this.#siren = indicator;
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
    this.#network = new HouseNetwork({ ...platform, ...this.#rations, memory });
    this.#presence = new Presence(crypto);
    this.#reset = new Reset({ constants, indicator, memory, recorder, restart: () => platform.restart() });
    this.#witness = new Witness(
      { ...platform, wire: platform.cameraWire, identity },
      witnessDesk({ identity, memory, recorder, indicator }),
      now,
    );
    this.#tickets = new Tickets(random, this.#witness);
    const timekeeper = new Timekeeper({ ...options, crypto, random, memory, recorder }, now);
    this.#phones = new Phones({ crypto, random, carrier, identity }, this.#desk(timekeeper), now);
    this.#visits = new Visits(
      {
        ...{ crypto, options, memory, recorder, indicator },
        ...{ presence: this.#presence, phones: this.#phones, witness: this.#witness },
        act: (operation, at) => this.#request(operation, at),
      },
      now,
    );
    const lostMillis = options.keypadLostMillis;
    this.#outside = new Outside(
      { ...platform, ...this.#rations, identity, memory, recorder, indicator, lostMillis, witness: this.#witness },
      this.#outsideDesk(),
      now,
    );
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
    const visit = { isVisitOpen: this.#visits.isOpen, cameraProof: this.#witness.proof(this.#now) };
    return { door: this.#door, isAdopted: owners.length > 0, hasPresence: this.#hasPresence, ...visit };
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

  /** Takes one frame from the wire to the keypads. Total: no bytes make it throw. */
  wireReceived(frame: Bytes, now: Millis): void {
    this.#now = now;
    this.#outside.received(frame, now);
  }

  /** Takes one frame from the camera's wire. Total: no bytes make it throw. */
  cameraReceived(frame: Bytes, now: Millis): void {
    this.#now = now;
    this.#witness.received(frame, now);
  }

  /** Takes the loop in the keypad's cable: a board without one never calls it. */
  loopChanged(isClosed: boolean, now: Millis): void {
    this.#now = now;
    this.#outside.loopChanged(isClosed, now);
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
    this.#presence.press(this.#visits.isGuestInside, now);
    this.#visits.pressed(now);
    this.#step({ kind: "inside" }, now);
    this.#recorder.inside(now);
    this.#reset.pressed(this.#visits.isOpen, now);
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
    this.#witness.tick(now);
    this.#visits.tick(this.#door, now);
    this.#phones.tick(now);
    this.#outside.tick(now);
    this.#recorder.tick(now);
    this.#memory.tick(now);
    this.#reset.tick(now, this.#platform.bolt.isDriving);
    // Last: whatever is due may have begun an alarm.
    if (this.#siren.tick()) this.#outside.viewChanged(now);
  }

  /** The uptime by which `tick` must be called. */
  get nextTick(): Millis {
    const now = this.#now;
    const { isDriving } = this.#platform.bolt;
    let next: number = this.#memory.nextTick;
    const others = [nextTick(this.#door, this.#settings), this.#phones.nextTick, this.#recorder.nextTick];
    others.push(isDriving ? millis(now + DRIVE_POLL_MILLIS) : this.#reset.nextTick);
    others.push(this.#visits.nextTick, this.#outside.nextTick, this.#siren.nextTick, this.#witness.nextTick);
    for (const other of others) if (other !== undefined && other < next) next = other;
    return millis(Math.max(next, now));
  }

  /** The uptime of the last event. */
  #now: Millis = millis(0);

  get #settings(): DoorSettings {
    return doorSettings(this.#memory.state.configuration, this.#memory.mode(this.#now), this.#options);
  }

  get #hasPresence(): boolean {
    return !this.#visits.isGuestInside && this.#presence.isKnown(this.#now);
  }

  /** Whether the records and keys of this lock are about to be erased, or half erased. */
  get #isEnding(): boolean {
    return this.#isStuck || this.#reset.isDecided;
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
      records: (region, from) => recordsOf(lock.#memory, region, from),
      checkpoint: (now) => lock.#memory.checkpoint(now),
      farewell: () => lock.#platform.constants.read(FAREWELL),
      codes: (request, owner, now) => lock.#outside.asked(request, owner, now),
      network: (request, owner, now) => (lock.#isEnding ? "journal" : lock.#network.asked(request, owner, now)),
      ticket: (request, viewer, moment) => lock.#tickets.serve(lock.#guestDesk(), request, { viewer, ...moment }),
      fetched: (heads, now) => lock.#memory.fetched(heads, now),
      stranger: (kind, now) => lock.#recorder.stranger(kind, now),
    };
  }

  /** What an owner's word may reach. */
  #ownerDesk(): OwnerDesk {
    const { crypto } = this.#platform;
    const { canUnlatch } = this.#options;
    return {
      crypto,
      lockId: fromAscii(this.#identity.lockId),
      memory: this.#memory,
      recorder: this.#recorder,
      indicator: this.#siren,
      canUnlatch,
      door: this.#door,
      hasPresence: this.#hasPresence,
      isLeaving: this.#presence.isLeaving(this.#now),
      presence: this.#presence,
      reset: this.#reset,
      network: this.#network,
      ...this.#rations,
      begin: (visit, now) => this.#visits.begin(visit, this.#door, now),
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
      ...{ memory: this.#memory, recorder: this.#recorder, faces: this.#faces },
      ration: this.#rations.openings,
      isLeaving: this.#presence.isLeaving(this.#now),
      canUnlatch: this.#options.canUnlatch,
      door: this.#door,
      visit: this.#visits.current,
      codeRule: this.#outside.codes,
      cameraProof: (now) => this.#witness.proof(now),
      knock: (knocker, now) => this.#visits.knock(knocker, now),
      isCameraSeeing: (now) => this.#witness.isSeeing(now),
      begin: (visit, now) => this.#visits.begin(visit, this.#door, now),
      act: (operation, now) => this.#request(operation, now),
    };
  }

  /** What stands outside the door, and what it may reach. */
  #outsideDesk(): OutsideDesk {
    return {
      look: () => {
        const [now, isEnding] = [this.#now, this.#isEnding];
        const { isAlarm } = this.#siren;
        return { door: this.#door, isAlarm, isLeaving: this.#presence.isLeaving(now), isEnding, now };
      },
      guestDesk: () => this.#guestDesk(),
      act: (operation, now) => this.#request(operation, now),
      notifyOwners: (event) => this.#visits.notifyOwners(event),
      stranger: (kind, now) => this.#recorder.stranger(kind, now),
    };
  }

  #status(): Status {
    return statusOf({
      memory: this.#memory,
      door: this.#door,
      options: this.#options,
      battery: this.#platform.battery,
      ...this.#outside.states(this.#now),
      network: this.#network.state,
      isVisitOpen: this.#visits.isOpen,
      hasPresence: this.#hasPresence,
      resetSeconds: this.#reset.secondsLeft(this.#now),
      now: this.#now,
    });
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
    this.#outside.viewChanged(now);
  }

  #do(effect: Effect, now: Millis): BoltReport | undefined {
    switch (effect.kind) {
      case "drive":
        this.#siren.signal(effect.command === "retract" ? "yes" : "wait");
        return this.#platform.bolt.drive(effect.command, now);
      case "alarm":
        this.#siren.signal("alarm");
        this.#recorder.alarm(effect.alarm === "heldOpen" ? "held-open" : effect.alarm, now);
        if (effect.alarm === "jammed") this.#visits.notify("jammed");
        return undefined;
      case "report":
        this.#visits.report(effect, this.#door, now);
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
}
