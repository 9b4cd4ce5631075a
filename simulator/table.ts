// A lock on a table: the real lock with the real motor driver, wires that are instant, and time that is moved by hand.
// Why: power, time, pins and flash are one thing, and what people want of the lock another (desk.ts).
// Everything is drawn from one seed, and runs on any engine.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { assert } from "../firmware/fault.ts";
import type { Entry } from "../firmware/journal/entry.ts";
import type { Geometry } from "../firmware/journal/journal.ts";
import { type Carrier, millis, type Seconds, seconds, type Transport } from "../firmware/platform.ts";
import type { Lock } from "../lock/lock.ts";
import type { LockOptions } from "../lock/options.ts";
import { Antenna } from "./antenna.ts";
import { losesPower, NorFlash } from "./flash.ts";
import { type Maker, makeLock } from "./maker.ts";
import { MemoryConstants } from "./memory.ts";
import { Stream } from "./random.ts";
import { Rig } from "./rig.ts";
import { readWritten, type Written } from "./written.ts";

/** When the time on every desk begins: 2026-10-05T08:00:00Z, a Monday; the firmware was built an hour before. */
export const START = seconds(1_791_187_200);
const BUILT = seconds(START - 3_600);
const SECTOR_BYTES = 4_096;
const SNAPSHOT_SECTORS = 5;
/** A lock that asks for a tick again and again without time passing is broken. */
const TICKS_AT_ONCE_MAX = 100;
const MILLION = 1_000_000;

/** How a desk differs from the usual one. */
export interface DeskOptions {
  readonly crypto: Crypto;
  /** u32. */
  readonly seed?: number;
  /** Sectors of 4 KB of state, access and notices. */
  readonly sectors?: Geometry["sectors"];
  /** False: the motor has no end contacts. */
  readonly hasSensors?: boolean;
  /** True: at a start the contact is not told, as before it is debounced; only openDoor and shutDoor tell it. */
  readonly isContactLate?: boolean;
  /** How much faster than the truth the lock's crystal runs. */
  readonly driftPartsPerMillion?: number;
  /** False: the lock has no radio in the house's network. */
  readonly hasRadio?: boolean;
  readonly lock?: Partial<LockOptions>;
  readonly make?: Maker;
}

/** A phone's end of a wire. */
export interface Line {
  readonly connection: number;
  readonly transport: Transport;
  isConnected: boolean;
  /** Takes a frame from the lock. */
  hear(frame: Bytes): void;
}

/** Another board on the table, with power and a clock of its own. */
export interface Neighbour {
  /** When it has something to do, in milliseconds on the table. */
  readonly dueAt: number;
  tick(): void;
}

/** One frame on the wire. */
export interface Heard {
  readonly direction: "to lock" | "to phone";
  readonly connection: number;
  readonly frame: Bytes;
}

/** The table. */
export class Table {
  readonly crypto: Crypto;
  readonly random: Stream;
  readonly flash: NorFlash;
  readonly constants = new MemoryConstants();
  /** The lock's radio. */
  readonly antenna = new Antenna();
  readonly rig: Rig;
  /** Every frame, in order. */
  readonly air: Heard[] = [];
  readonly #options: DeskOptions;
  readonly #geometry: Geometry;
  readonly #lines = new Map<number, Line>();
  readonly #neighbours: Neighbour[] = [];
  #connections = 0;
  #elapsed = 0;
  #bootedAt = 0;
  #lock: Lock | undefined;
  #keys: Pick<Lock, "lockId" | "agreementKey" | "signingKey"> | undefined;
  #isRestarting = false;

  constructor(options: DeskOptions) {
    const { crypto, seed = 1, sectors = [6, 120, 3] } = options;
    this.#options = options;
    this.crypto = crypto;
    this.random = new Stream(seed, "table");
    const all = sectors[0] + sectors[1] + sectors[2] + 2 * SNAPSHOT_SECTORS;
    this.flash = new NorFlash({ sectorBytes: SECTOR_BYTES, sectors: all });
    this.#geometry = { firstSector: 0, sectors, snapshotSectors: SNAPSHOT_SECTORS, payloadBytesMax: 2_048 };
    this.rig = new Rig(() => this.#elapsed);
    this.boot();
  }

  /** The true time. */
  get time(): Seconds {
    return seconds(START + Math.floor(this.#elapsed / 1_000));
  }

  /** Milliseconds since the table was set up. */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** The running lock. @throws Error without power */
  get lock(): Lock {
    if (this.#lock === undefined) throw new Error("the lock has no power");
    return this.#lock;
  }

  get hasPower(): boolean {
    return this.#lock !== undefined;
  }

  get lockId(): string {
    return this.#label.lockId;
  }

  /** X25519, 32 bytes: from the lock's label. */
  get agreementKey(): Bytes {
    return this.#label.agreementKey;
  }

  /** Ed25519, 32 bytes: from the lock's label. */
  get signingKey(): Bytes {
    return this.#label.signingKey;
  }

  /** Gives power: the lock boots. @param isPowerOn false for a reset that kept power */
  boot(isPowerOn = true): void {
    const { crypto, random, flash, constants, rig } = this;
    this.#bootedAt = this.#elapsed;
    const { hasSensors = true, make = makeLock } = this.#options;
    const motor = {
      retract: rig.retractPin,
      throw: rig.throwPin,
      stall: rig.stallSensor,
      inrushMillis: 20,
      travelMillis: 200,
      driveMillis: 1_000,
      ...(hasSensors ? { ends: { thrown: rig.thrownSensor, retracted: rig.retractedSensor } } : {}),
    };
    const wire = { send: (frame: Bytes) => this.onWire(frame) };
    const cameraWire = { send: (frame: Bytes) => this.onCameraWire(frame) };
    const carrier = this.#carrier();
    const network = this.#options.hasRadio === false ? undefined : this.antenna;
    const parts = { crypto, random, flash, constants, carrier, wire, cameraWire, indicator: rig, battery: rig };
    const restart = () => {
      this.#isRestarting = true;
    };
    const options = {
      geometry: this.#geometry,
      buildTime: BUILT,
      firmwareVersion: "1.0.0",
      clockPartsPerMillion: 100,
      isPowerOn,
      resetReason: 1,
      hasContact: true,
      canUnlatch: false,
      ...this.#options.lock,
    };
    this.#survive(() => {
      this.#lock = make(motor, { ...parts, network, restart }, options, millis(0));
      // After a reset it is another lock, with another label.
      const { lockId, agreementKey, signingKey } = this.#lock;
      this.#keys = { lockId, agreementKey, signingKey };
      if (options.hasContact && this.#options.isContactLate !== true) this.#lock.contactChanged(rig.contact, millis(0));
    });
  }

  /** Takes the power away. */
  cutPower(): void {
    this.#lock = undefined;
    this.rig.release();
    for (const line of this.#lines.values()) line.isConnected = false;
    this.#lines.clear();
  }

  /** Takes the power away and gives it back. @param seconds between the two */
  reboot(seconds = 1): void {
    this.cutPower();
    this.#elapsed += seconds * 1_000;
    this.flash.restore();
    this.boot();
  }

  passTime(seconds: number): void {
    this.passMillis(seconds * 1_000);
  }

  /** Lets time pass; the lock, and whoever else stands on the table, does what is due on the way. */
  passMillis(duration: number): void {
    const until = this.#elapsed + duration;
    let ticksAtOnce = 0;
    for (;;) {
      const neighbour = this.#nextNeighbour;
      const lockAt = this.#lock === undefined ? Infinity : this.#bootedAt + this.#afterUptime(this.#lock.nextTick);
      const isLocks = neighbour === undefined || lockAt <= neighbour.dueAt;
      const due = Math.max(this.#elapsed, isLocks ? lockAt : neighbour.dueAt);
      if (due > until) break;
      ticksAtOnce = due > this.#elapsed ? 0 : ticksAtOnce + 1;
      assert(ticksAtOnce < TICKS_AT_ONCE_MAX, "a board comes to rest between its ticks");
      this.#elapsed = due;
      if (isLocks) this.#call((lock, now) => lock.tick(now));
      else neighbour.tick();
    }
    this.#elapsed = until;
  }

  /** Puts another board on the table. */
  place(neighbour: Neighbour): void {
    this.#neighbours.push(neighbour);
  }

  /** Opens or closes the cover over the board. */
  moveCover(isOpen: boolean): void {
    this.#call((lock, now) => lock.coverChanged(isOpen, now));
  }

  /** Takes what the lock sends through the door; nobody stands there before a typist comes. */
  onWire: (frame: Bytes) => void = () => {};

  /** Brings a frame to the lock over that wire. */
  carryWire(frame: Bytes): void {
    this.#call((lock, now) => lock.wireReceived(frame, now));
  }

  /** Takes what the lock sends to its camera; nobody is there before one comes. */
  onCameraWire: (frame: Bytes) => void = () => {};

  /** Brings a frame to the lock over the camera's wire. */
  carryCamera(frame: Bytes): void {
    this.#call((lock, now) => lock.cameraReceived(frame, now));
  }

  /** Cuts or mends the loop in the keypad's cable. */
  moveLoop(isClosed: boolean): void {
    this.#call((lock, now) => lock.loopChanged(isClosed, now));
  }

  /** Somebody inside presses the button. */
  pressInside(): void {
    this.#call((lock, now) => lock.insidePressed(now));
  }

  /** Pushes the door open. @returns false where the bolt holds it */
  openDoor(): boolean {
    if (this.rig.bolt !== "retracted") return false;
    this.rig.leaf = "open";
    this.#tellContact();
    return true;
  }

  shutDoor(): void {
    this.rig.leaf = "closed";
    this.#tellContact();
  }

  /** Puts a magnet on the contact in the frame, or takes it away. */
  moveMagnet(isThere: boolean): void {
    this.rig.hasMagnet = isThere;
    this.#tellContact();
  }

  /** Turns the thumbturn. */
  turn(to: "thrown" | "retracted"): void {
    this.rig.turn(to);
    this.#call((lock, now) => lock.boltSensed(now));
  }

  /** How often an honest phone repeats what was not answered. */
  get repeatsMax(): number {
    return 0;
  }

  /** Whether nobody is connected. */
  protected get isQuiet(): boolean {
    return this.#lines.size === 0;
  }

  /** Gives a connected phone's end; undefined where there is none. */
  protected lineOf(connection: number): Line | undefined {
    return this.#lines.get(connection);
  }

  /** Brings a frame to a phone. */
  protected deliver(line: Line, frame: Bytes): void {
    line.hear(frame);
  }

  /** Draws the number of a new connection. */
  protected nextConnection(): number {
    return ++this.#connections;
  }

  /** Connects a line; nothing is said yet. */
  protected connect(line: Line): void {
    this.#lines.set(line.connection, line);
    this.#call((lock, now) => lock.connected(line.connection, line.transport, now));
  }

  /** Everything that stands in flash, read from a copy of its bytes: state, then access, then notices. */
  journal(flash: Bytes = this.flash.snapshot()): readonly Written[] {
    const { crypto, lockId } = this;
    const { sectorBytes, sectors } = this.flash;
    return readWritten({ crypto, lockId, geometry: this.#geometry, sectorBytes, sectors, flash });
  }

  /** The entries of one kind, the oldest first. */
  entries<Kind extends Entry["kind"]>(kind: Kind): readonly Extract<Entry, { kind: Kind }>[] {
    const entries = this.journal().map(({ entry }) => entry);
    return entries.filter((entry): entry is Extract<Entry, { kind: Kind }> => entry.kind === kind);
  }

  /** Brings a frame to the lock. */
  carry(connection: number, frame: Bytes): void {
    this.air.push({ direction: "to lock", connection, frame: frame.slice() });
    this.#call((lock, now) => lock.received(connection, frame, now));
  }

  hangUp(line: Line): void {
    if (!line.isConnected) return;
    line.isConnected = false;
    this.#lines.delete(line.connection);
    this.#call((lock, now) => lock.disconnected(line.connection, now));
  }

  /** Whoever beside the lock has something to do next. */
  get #nextNeighbour(): Neighbour | undefined {
    let next: Neighbour | undefined;
    for (const each of this.#neighbours) if (next === undefined || each.dueAt < next.dueAt) next = each;
    return next;
  }

  get #label(): Pick<Lock, "lockId" | "agreementKey" | "signingKey"> {
    if (this.#keys === undefined) throw new Error("the lock has never run");
    return this.#keys;
  }

  /** The contact's input has changed, or may have; where none is fitted there is nothing to tell. */
  #tellContact(): void {
    const { contact } = this.rig;
    if (this.#options.lock?.hasContact !== false) this.#call((lock, now) => lock.contactChanged(contact, now));
  }

  #carrier(): Carrier {
    return {
      send: (connection, frame) => {
        this.air.push({ direction: "to phone", connection, frame: frame.slice() });
        const line = this.#lines.get(connection);
        if (line !== undefined) this.deliver(line, frame);
      },
      close: (connection) => {
        const line = this.#lines.get(connection);
        if (line !== undefined) line.isConnected = false;
        this.#lines.delete(connection);
      },
    };
  }

  #call(event: (lock: Lock, now: ReturnType<typeof millis>) => void): void {
    const lock = this.#lock;
    if (lock !== undefined) this.#survive(() => event(lock, millis(this.#uptime)));
    if (!this.#isRestarting) return;
    this.#isRestarting = false;
    this.cutPower();
    this.boot(false);
  }

  /** By the lock's own crystal. */
  get #uptime(): number {
    const elapsed = this.elapsed - this.#bootedAt;
    return elapsed + Math.floor((elapsed * this.#drift) / MILLION);
  }

  /** How long after the start the lock's uptime has come so far. */
  #afterUptime(uptime: number): number {
    return this.#drift === 0 ? uptime : Math.ceil((uptime * MILLION) / (MILLION + this.#drift)) + 1;
  }

  get #drift(): number {
    return this.#options.driftPartsPerMillion ?? 0;
  }

  /** Flash that loses power takes the whole board with it. */
  #survive(run: () => void): void {
    if (losesPower(run)) this.cutPower();
  }
}
