// The lock: all that is in it, who may reach what of the rest, and every event that comes in.
// Why: a request goes one way, and it is put together here: decide, journal the intent durably, drive, journal the outcome. What
// reaches the bolt is doorway.ts.
// Follows docs/protocol.md §2.2, §2.3 and §4.

import { type Bytes, fromAscii } from "../firmware/bytes.ts";
import type { Denial } from "../firmware/grant/denial.ts";
import type { CodeAnswer, CodeRequest } from "../firmware/link/codes.ts";
import type { Head, NoticeEvent, Region, Status } from "../firmware/link/message.ts";
import type { NetworkRequest } from "../firmware/link/network.ts";
import type { TicketAnswer, TicketRequest } from "../firmware/link/viewing.ts";
import { type Millis, millis, type Transport } from "../firmware/platform.ts";
import { statementKey } from "../firmware/policy/keyring.ts";
import type { DeniedProof, Desk, GrantDenial, GrantProof, Origin, Records, StrangerClass } from "./desk.ts";
import { Doorway } from "./doorway.ts";
import { Faces } from "./faces.ts";
import { type GuestDesk, judgeAgain, serveGrant } from "./guest.ts";
import type { Identity } from "./identity.ts";
import { Presence } from "./inside.ts";
import type { Memory } from "./memory.ts";
import { HouseNetwork } from "./network.ts";
import type { LockOptions, LockPlatform, Snapshot } from "./options.ts";
import { type Look, Outside, type OutsideDesk } from "./outside.ts";
import { type OwnerDesk, serveStatement } from "./owner.ts";
import { Phones } from "./phone.ts";
import { Rations } from "./ration.ts";
import { Recorder } from "./recorder.ts";
import { OwnersOf, type Recovered, recover } from "./recovery.ts";
import { FAREWELL, Reset } from "./reset.ts";
import { Siren } from "./siren.ts";
import { recordsOf, statusOf } from "./status.ts";
import { Tickets, type Viewer } from "./tickets.ts";
import { Timekeeper } from "./timekeeper.ts";
import { Visits } from "./visits.ts";
import { Witness, WitnessRoom } from "./witness.ts";

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
  readonly #rations: Rations;
  readonly #network: HouseNetwork;
  readonly #witness: Witness;
  readonly #tickets: Tickets;
  readonly #doorway: Doorway;

  /** Boots: tests the primitives, finds its keys and its memory, and senses where the bolt is.
   *  @throws Fault crypto.selftest, crypto.key, flash.io: the board must not run then; the bolt was not touched */
  static start(platform: LockPlatform, options: LockOptions, now: Millis): Lock {
    return new Lock(platform, options, recover(platform, options, now));
  }

  private constructor(platform: LockPlatform, options: LockOptions, { identity, memory, isStuck, now }: Recovered) {
    const { crypto, random, constants, carrier } = platform;
    const indicator = new Siren(platform.indicator, () => this.#now);
    const recorder = new Recorder(memory, now);
    this.#now = now;
    this.#siren = indicator;
    this.#platform = platform;
    this.#options = options;
    this.#isStuck = isStuck;
    this.#identity = identity;
    this.#memory = memory;
    this.#recorder = recorder;
    this.#rations = new Rations(memory.state.haste, now);
    const { statements } = this.#rations;
    this.#network = new HouseNetwork({ crypto, constants, memory, statements, network: platform.network });
    this.#presence = new Presence(crypto);
    this.#reset = new Reset({ constants, indicator, memory, recorder, restart: () => platform.restart() });
    const witnessRoom = new WitnessRoom({ memory, recorder, indicator });
    this.#witness = new Witness({ crypto, random, wire: platform.cameraWire, identity }, witnessRoom, now);
    this.#tickets = new Tickets(random, this.#witness);
    const { clockPartsPerMillion, buildTime, keypadLostMillis: lostMillis } = options;
    const timekeeper = new Timekeeper({ crypto, random, memory, recorder, clockPartsPerMillion, buildTime }, now);
    const room = new Lock.#Room(this, timekeeper);
    this.#phones = new Phones({ crypto, random, carrier, identity }, room, now);
    this.#visits = new Visits(
      {
        ...{ crypto, options, memory, recorder, indicator },
        ...{ presence: this.#presence, phones: this.#phones, witness: this.#witness },
        act: (operation, at) => this.#doorway.request(operation, at),
      },
      now,
    );
    const { bolt, wire, battery } = platform;
    const neighbours = { wire, battery, indicator, lostMillis, witness: this.#witness };
    this.#outside = new Outside({ crypto, random, identity, memory, recorder, statements, ...neighbours }, room, now);
    const hearers = { visits: this.#visits, outside: this.#outside };
    this.#doorway = new Doorway({ bolt, options, memory, recorder, siren: indicator, ...hearers });
    if (!this.#memory.isWhole) this.#recorder.alarm("journal", now);
    if (this.#isStuck) indicator.signal("alarm");
    this.#doorway.poll(now);
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
    const isAdopted = this.#memory.state.keyring.owners.length > 0;
    const visit = { isVisitOpen: this.#visits.isOpen, cameraProof: this.#witness.proof(this.#now) };
    return { door: this.#doorway.door, isAdopted, hasPresence: this.#hasPresence, ...visit };
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
    this.#doorway.step({ kind: "contact", is: contact }, now);
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
    this.#doorway.step({ kind: "inside" }, now);
    this.#visits.pressed(now);
    this.#recorder.inside(now);
    this.#reset.pressed(this.#visits.isOpen, now);
  }

  /** Tells that an input of the bolt changed with no drive running: somebody turned the thumbturn. */
  boltSensed(now: Millis): void {
    this.#now = now;
    this.#doorway.poll(now);
  }

  /** Does what is due. */
  tick(now: Millis): void {
    this.#now = now;
    this.#doorway.poll(now);
    this.#doorway.step({ kind: "tick" }, now);
    this.#witness.tick(now);
    this.#visits.tick(this.#doorway.door, now);
    this.#phones.tick(now);
    this.#outside.tick(now, this.#doorway.isDriving);
    this.#recorder.tick(now);
    this.#memory.tick(now, this.#doorway.isDriving);
    this.#reset.tick(now, this.#doorway.isDriving);
    // Last: whatever is due may have begun an alarm.
    if (!this.#siren.tick()) return;
    this.#outside.viewChanged(now);
    if (this.#siren.isAlarm) this.#visits.notifyOwners("alarm");
  }

  /** The uptime by which `tick` must be called. */
  get nextTick(): Millis {
    const now = this.#now;
    let next: number = this.#memory.nextTick(now, this.#doorway.isDriving);
    const others = [this.#doorway.nextTick(now), this.#phones.nextTick, this.#recorder.nextTick];
    // These wait for a drive that runs.
    if (!this.#doorway.isDriving) others.push(this.#reset.nextTick, this.#outside.codes.nextFill(now));
    others.push(this.#visits.nextTick, this.#outside.nextTick, this.#siren.nextTick, this.#witness.nextTick);
    for (const other of others) if (other !== undefined && other < next) next = other;
    return millis(Math.max(next, now));
  }

  /** The uptime of the last event. */
  #now: Millis = millis(0);

  get #hasPresence(): boolean {
    return !this.#visits.isGuestInside && this.#presence.isKnown(this.#now);
  }

  /** Whether the records and keys of this lock are about to be erased, or half erased. */
  get #isEnding(): boolean {
    return this.#isStuck || this.#reset.isDecided;
  }

  /** What phones may ask for, and what stands outside may reach; each sees the members of its own interface, and no more. A class: a
   *  function that is made for each lock costs a board 160 bytes. */
  static readonly #Room = class implements Desk, OutsideDesk {
    readonly #lock: Lock;
    readonly timekeeper: Timekeeper;
    readonly chainContext: OwnersOf;

    constructor(lock: Lock, timekeeper: Timekeeper) {
      this.#lock = lock;
      this.timekeeper = timekeeper;
      this.chainContext = new OwnersOf(lock.#platform.crypto, lock.#memory, lock.#identity.lockId);
    }

    get isAdopted(): boolean {
      return this.#lock.#memory.state.keyring.owners.length > 0;
    }

    sessionKey(kid: Bytes): Bytes | undefined {
      const lock = this.#lock;
      return statementKey(lock.#platform.crypto, lock.#memory.state.keyring, kid);
    }

    cachedLeaf(link8: Bytes): Bytes | undefined {
      const lock = this.#lock;
      return lock.#faces.leaf(lock.#platform.crypto, link8);
    }

    serveGrant(proof: GrantProof, from: Origin, now: Millis): GrantDenial | undefined {
      const lock = this.#lock;
      return lock.#isEnding ? "journal" : serveGrant(lock.#guestDesk(), proof, { from, now });
    }

    serveStatement(message: Bytes, from: Origin, now: Millis): Denial | undefined {
      const lock = this.#lock;
      return lock.#isEnding ? "journal" : serveStatement(lock.#ownerDesk(), message, { from, now });
    }

    refused(proof: DeniedProof, now: Millis): void {
      this.#lock.#recorder.refused(proof, now);
    }

    status(): Status {
      return this.#lock.#status();
    }

    isReader(proof: GrantProof, from: Origin, now: Millis): boolean {
      return judgeAgain(this.#lock.#guestDesk(), proof, { from, now }) === undefined;
    }

    records(region: Region, from: number): Records | undefined {
      return recordsOf(this.#lock.#memory, region, from);
    }

    checkpoint(now: Millis): Bytes {
      return this.#lock.#memory.checkpoint(now);
    }

    farewell(): Bytes | undefined {
      return this.#lock.#platform.constants.read(FAREWELL);
    }

    codes(request: CodeRequest, owner: Bytes, now: Millis): CodeAnswer | Denial | undefined {
      return this.#lock.#outside.asked(request, owner, now);
    }

    network(request: NetworkRequest, owner: Bytes, now: Millis): Denial | undefined {
      const lock = this.#lock;
      return lock.#isEnding ? "journal" : lock.#network.asked(request, owner, now);
    }

    ticket(request: TicketRequest, viewer: Viewer, moment: { from: Origin; now: Millis }): TicketAnswer | Denial {
      const lock = this.#lock;
      return lock.#tickets.serve(lock.#guestDesk(), request, { viewer, ...moment });
    }

    fetched(heads: readonly Head[], now: Millis): Denial | undefined {
      return this.#lock.#memory.fetched(heads, now);
    }

    look(): Look {
      const lock = this.#lock;
      return {
        door: lock.#doorway.door,
        isAlarm: lock.#siren.isAlarm,
        isLeaving: lock.#presence.isLeaving(lock.#now),
        isEnding: lock.#isEnding,
        now: lock.#now,
      };
    }

    guestDesk(): GuestDesk {
      return this.#lock.#guestDesk();
    }

    act(operation: number, now: Millis): void {
      this.#lock.#doorway.request(operation, now);
    }

    notifyOwners(event: NoticeEvent): void {
      this.#lock.#visits.notifyOwners(event);
    }

    stranger(kind: StrangerClass, now: Millis): void {
      this.#lock.#recorder.stranger(kind, now);
    }
  };

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
      door: this.#doorway.door,
      hasPresence: this.#hasPresence,
      isLeaving: this.#presence.isLeaving(this.#now),
      presence: this.#presence,
      reset: this.#reset,
      network: this.#network,
      ...this.#rations,
      begin: (visit, now) => this.#visits.begin(visit, this.#doorway.door, now),
      act: (operation, now) => this.#doorway.request(operation, now),
      ownerRemoved: (kid) => this.#phones.endKey(kid),
      handedOver: () => this.#phones.endAll(),
      settingsChanged: (now) => this.#doorway.step({ kind: "tick" }, now),
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
      door: this.#doorway.door,
      visit: this.#visits.current,
      codeRule: this.#outside.codes,
      cameraProof: (now, isRetry) => this.#witness.proof(now, isRetry),
      knock: (knocker, now) => this.#visits.knock(knocker, now),
      isCameraSeeing: (now) => this.#witness.isSeeing(now),
      begin: (visit, now) => this.#visits.begin(visit, this.#doorway.door, now),
      act: (operation, now) => this.#doorway.request(operation, now),
    };
  }

  #status(): Status {
    return statusOf({
      memory: this.#memory,
      door: this.#doorway.door,
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
}
