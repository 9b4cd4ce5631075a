// The lock's board in the world: it gives the real lock its pins, flash, radio and clock, and takes its power away.
// Why: the lock's core is handed everything; this is the hand, and the only place where a simulation touches the core.
// Time is the board's own: it starts at 0 with each boot and runs fast or slow by its crystal's error.

import type { Bytes } from "../firmware/bytes.ts";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { Motor } from "../firmware/door/motor.ts";
import type { Geometry } from "../firmware/journal/journal.ts";
import {
  type Carrier,
  type Constants,
  type Flash,
  type Millis,
  millis,
  type Network,
  type Random,
  type Seconds,
  type Transport,
} from "../firmware/platform.ts";
import { Lock } from "../lock/lock.ts";
import { Crystal } from "./crystal.ts";
import { losesPower } from "./flash.ts";
import type { Door } from "./hardware.ts";
import type { Line } from "./line.ts";
import type { Station } from "./network.ts";
import type { Event, World } from "./world.ts";

const INRUSH_MILLIS = 100;
const TRAVEL_MILLIS = 1_000;
const DRIVE_MILLIS = 3_000;
/** ESP_RST_POWERON and ESP_RST_SW of ESP-IDF. */
const RESET_POWER_ON = 1;
const RESET_SOFTWARE = 3;

/** What a board is made of. */
export interface BoardParts {
  readonly world: World;
  readonly crypto: Crypto;
  readonly random: Random;
  readonly flash: Flash;
  readonly constants: Constants;
  readonly geometry: Geometry;
  readonly door: Door;
  readonly carrier: Carrier;
  readonly buildTime: Seconds;
  readonly firmwareVersion: string;
  /** How much faster than the truth its crystal runs, to begin with. */
  readonly driftPartsPerMillion: number;
  /** How much the lock believes that it may err. */
  readonly clockPartsPerMillion: number;
  /** The radio in the house's network. */
  readonly network?: Network;
  /** The cable to the keypad: it is plugged in at the inner end. Without one, nobody is outside. */
  readonly line?: Line;
  /** The radio to the camera: the lock is plugged in at its inner end. Without one, there is no camera. */
  readonly air?: Line | undefined;
  /** After how long without a word a keypad counts as lost; as on a board where it is left out. */
  readonly keypadLostMillis?: number;
  /** Hears that power failed in the middle of a write. */
  readonly lost?: () => void;
  /** Hears that the board has started anew by itself, perhaps as another lock: every connection is gone. */
  readonly restarted?: () => void;
}

/** A lock on its board; without power there is no lock. */
export class Board implements Station {
  readonly #parts: BoardParts;
  #lock: Lock | undefined;
  readonly #crystal: Crystal;
  #tick: Event | undefined;
  #isInside = false;
  #isRestarting = false;
  #isCoverOpen = false;
  #isLoopClosed = true;

  constructor(parts: BoardParts) {
    this.#parts = parts;
    this.#crystal = new Crystal(parts.world, parts.driftPartsPerMillion);
    // An input that changes while the lock itself runs is heard right after, as by an interrupt on a board.
    const sense = () => parts.world.after(0, () => this.#call((lock, now) => lock.boltSensed(now)));
    parts.door.watch({
      boltAt: sense,
      stalls: sense,
      contactIs: (leaf) => this.#call((lock, now) => lock.contactChanged(leaf, now)),
    });
  }

  /** The running lock, or undefined without power. */
  get lock(): Lock | undefined {
    return this.#lock;
  }

  /** Whether the loop in the keypad's cable is whole. */
  get isLoopClosed(): boolean {
    return this.#isLoopClosed;
  }

  /** Gives power: the lock boots. */
  powerOn(): void {
    if (this.#lock !== undefined) return;
    const { world } = this.#parts;
    world.record({ channel: "power", subject: 1, label: "power on" });
    this.#boot(true);
  }

  #boot(isPowerOn: boolean): void {
    const { crypto, random, flash, constants, geometry, door, carrier, line, air } = this.#parts;
    this.#crystal.start();
    const bolt = new Motor({
      retract: door.retractPin,
      throw: door.throwPin,
      ends: { thrown: door.thrownSensor, retracted: door.retractedSensor },
      stall: door.stallSensor,
      inrushMillis: INRUSH_MILLIS,
      travelMillis: TRAVEL_MILLIS,
      driveMillis: DRIVE_MILLIS,
    });
    const restart = () => {
      this.#isRestarting = true;
    };
    const platform = {
      crypto,
      random,
      flash,
      constants,
      bolt,
      carrier,
      indicator: door,
      wire: line?.inside ?? { send: () => {} },
      cameraWire: air?.inside ?? { send: () => {} },
      network: this.#parts.network,
      battery: door,
      restart,
    };
    const options = {
      geometry,
      buildTime: this.#parts.buildTime,
      firmwareVersion: this.#parts.firmwareVersion,
      clockPartsPerMillion: this.#parts.clockPartsPerMillion,
      isPowerOn,
      resetReason: isPowerOn ? RESET_POWER_ON : RESET_SOFTWARE,
      hasContact: true,
      hasBoltSensor: true,
      canUnlatch: false,
      keypadLostMillis: this.#parts.keypadLostMillis,
    };
    this.#survive(() => {
      this.#lock = Lock.start(platform, options, millis(0));
    });
    line?.plug("inside", { received: (frame) => this.#call((lock, now) => lock.wireReceived(frame, now)) });
    air?.plug("inside", { received: (frame) => this.#call((lock, now) => lock.cameraReceived(frame, now)) });
    this.#call((lock, now) => {
      lock.contactChanged(door.contact, now);
      if (this.#isCoverOpen) lock.coverChanged(true, now);
      if (!this.#isLoopClosed) lock.loopChanged(false, now);
      lock.tick(now);
    });
  }

  /** Takes the power away, in the middle of whatever runs. */
  cutPower(): void {
    const { world, door, line, air } = this.#parts;
    this.#lock = undefined;
    this.#tick?.cancel();
    this.#tick = undefined;
    world.record({ channel: "power", subject: 0, label: "power cut" });
    line?.unplug("inside");
    air?.unplug("inside");
    door.release();
  }

  /** Somebody opens or closes the cover over the board. */
  moveCover(isOpen: boolean): void {
    this.#parts.world.record({
      channel: "person",
      subject: isOpen ? 2 : 3,
      label: `cover ${isOpen ? "open" : "shut"}`,
    });
    this.#isCoverOpen = isOpen;
    this.#call((lock, now) => lock.coverChanged(isOpen, now));
  }

  /** The loop in the keypad's cable is cut, or closed again. */
  moveLoop(isClosed: boolean): void {
    this.#isLoopClosed = isClosed;
    this.#call((lock, now) => lock.loopChanged(isClosed, now));
  }

  /** Somebody inside presses the button. */
  pressInside(): void {
    this.#parts.world.record({ channel: "person", subject: 1, label: "inside button" });
    this.#call((lock, now) => lock.insidePressed(now));
  }

  /** Lets the crystal run faster or slower from now on: it got warm or cold. */
  setDrift(partsPerMillion: number): void {
    this.#crystal.setDrift(partsPerMillion);
    this.#call(() => {});
  }

  connected(connection: number, transport: Transport): void {
    this.#call((lock, now) => lock.connected(connection, transport, now));
  }

  received(connection: number, frame: Bytes): void {
    this.#call((lock, now) => lock.received(connection, frame, now));
  }

  disconnected(connection: number): void {
    this.#call((lock, now) => lock.disconnected(connection, now));
  }

  /** Hands the lock an event with its own time, then plans its next tick. */
  #call(event: (lock: Lock, now: Millis) => void): void {
    const lock = this.#lock;
    if (lock === undefined) return;
    if (this.#isInside) throw new Error("the lock is called from within itself");
    this.#isInside = true;
    this.#survive(() => event(lock, this.#crystal.uptime));
    this.#isInside = false;
    if (this.#isRestarting) this.#restart();
    this.#tick?.cancel();
    const next = this.#lock?.nextTick;
    if (next === undefined) return;
    const { world } = this.#parts;
    this.#tick = world.at(this.#crystal.worldTime(next), () => this.#call((ticked, now) => ticked.tick(now)));
  }

  /** Starts anew without losing power, as a board does by itself. */
  #restart(): void {
    const { world, door } = this.#parts;
    this.#isRestarting = false;
    this.#lock = undefined;
    world.record({ channel: "power", subject: 2, label: "restart" });
    door.release();
    this.#boot(false);
    this.#parts.restarted?.();
  }

  /** Flash that loses power takes the whole board with it. */
  #survive(run: () => void): void {
    if (!losesPower(run)) return;
    this.cutPower();
    this.#parts.lost?.();
  }
}
