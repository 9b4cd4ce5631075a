// A lock's board: the real lock over the SDK's classes and the board's pins.
// Why: main.ts names the SDK and nothing else; everything that has a choice in it stands here, and runs on a desk as well.
// Follows docs/design.md, "The world is handed in"; the wiring is pins.ts. What moves the bolt is made first, so that its pins are at
// their safe levels before anything else is tried (docs/attacks.md T36).

import type { Crypto } from "../firmware/crypto/crypto.ts";
import type { Bolt } from "../firmware/door/bolt.ts";
import { Fault } from "../firmware/fault.ts";
import { DividedBattery, THIRD_DIVIDER } from "../firmware/io/battery.ts";
import type { Chip } from "../firmware/io/board.ts";
import { Cable } from "../firmware/io/cable.ts";
import { StoredConstants } from "../firmware/io/constants.ts";
import type { Sdk } from "../firmware/io/ecma419.ts";
import { GattPhones, type GattRadio } from "../firmware/io/gatt.ts";
import { LampIndicator } from "../firmware/io/indicator.ts";
import { type ContactInput, contactToGround } from "../firmware/io/input.ts";
import { Numbers } from "../firmware/io/numbers.ts";
import { Once } from "../firmware/io/once.ts";
import { PinOutput } from "../firmware/io/output.ts";
import { PartitionFlash } from "../firmware/io/partition.ts";
import type { Pump, Timed } from "../firmware/io/pump.ts";
import { HouseRadio } from "../firmware/io/radio.ts";
import type { Resting, RestMaker } from "../firmware/io/resting.ts";
import { whenSettled } from "../firmware/io/settle.ts";
import { confirmation, startBoard } from "../firmware/io/start.ts";
import { Terminal } from "../firmware/io/terminal.ts";
import { Piezo } from "../firmware/io/tone.ts";
import type { Station } from "../firmware/io/wifi.ts";
import type { LabelledBoard } from "../firmware/link/label.ts";
import { SERIAL_BAUD } from "../firmware/link/serial.ts";
import { UsbSocket } from "../firmware/link/usb.ts";
import { type Carrier, type Millis, millis, type Random, type Seconds, type Transport } from "../firmware/platform.ts";
import { DRIFT_PPM } from "../firmware/time/clock.ts";
import { DRIVE_POLL_MILLIS } from "./doorway.ts";
import { driveOf, LoadedBolt } from "./drives.ts";
import { Lock } from "./lock.ts";
import { type LockPlatform, STANDARD_GEOMETRY } from "./options.ts";
import { LOCK_PINS, type LockDrive, type LockPins, type LockTarget } from "./pins.ts";

const CONTACT_MILLIS = 20;
const BUTTON_MILLIS = 40;
/** Four TCP connections, of which the lock keeps two. */
const STREAMS_MAX = 4;
const STREAM_QUEUE_BYTES = 8_192;
/** ESP_RST_SW of ESP-IDF: the only cause of a start at which power, and flash, were not cut short. */
const RESET_SOFTWARE = 3;
/** What was sent may go out before a restart. */
const RESTART_MILLIS = 500;

/** What an image says of itself. */
export interface LockImage {
  readonly target: LockTarget;
  readonly drive: LockDrive;
  readonly version: string;
  /** The time of its sources' commit. */
  readonly buildTime: Seconds;
}

/** What a lock's board is built on. */
export interface LockBoardParts {
  readonly sdk: Sdk;
  readonly crypto: Crypto;
  readonly random: Random;
  readonly chip: Chip;
  readonly radio: GattRadio;
  readonly image: LockImage;
  /** Left out by an image that never sleeps. */
  readonly restOn?: RestMaker;
  /** Tells the random generator that a radio feeds it from now on. */
  feedFromRadio(isOn: boolean): void;
}

/** Starts a lock. From here on the SDK's event loop runs it. Where its pins, its memory or its primitives fail it serves nobody, sounds its
 *  alarm and starts anew after a minute; the bolt stays where it is, unless somebody inside presses the button. */
export function startLock(parts: LockBoardParts): void {
  const { chip, sdk } = parts;
  startBoard({ timer: sdk.timer, chip }, (starting) => {
    const board = new LockBoard(parts, starting.pump);
    starting.stuck = (pump) => board.stick(pump);
    board.start();
  });
}

class LockBoard {
  readonly #parts: LockBoardParts;
  readonly #resting: Resting | undefined;
  readonly #pins: LockPins;
  readonly #pump: Pump;
  readonly #restart: Once;
  #drive: Bolt | undefined;
  /** What tells of the bolt's ends. */
  readonly #ends: ContactInput[] = [];
  #button: ContactInput | undefined;
  #indicator: LampIndicator | undefined;
  #lock: Lock | undefined;

  constructor(parts: LockBoardParts, pump: Pump) {
    // Before any pin is opened: those of a board that sleeps are opened by other classes.
    this.#resting = parts.restOn?.({ needsCrystal: true, pump });
    this.#parts = { ...parts, sdk: this.#resting?.over(parts.sdk) ?? parts.sdk };
    this.#pins = LOCK_PINS[parts.image.target];
    this.#pump = pump;
    this.#restart = new Once(() => parts.chip.restart());
  }

  /** Starts the lock, then all that reaches it. @throws Fault crypto.selftest, crypto.key, flash.io */
  start(): void {
    const { sdk, crypto, random, chip, radio, feedFromRadio } = this.#parts;
    const pump = this.#pump;
    const { bolt, battery } = this.#driven();
    const indicator = this.#shown();
    const constants = new StoredConstants({ io: sdk.keyValue, path: "latchkey" });
    const numbers = new Numbers();
    const radioOfHouse = new HouseRadio({
      ...{ sdk, loop: pump, random, numbers, host: this.#hostOf("tcp") },
      connectionsMax: STREAMS_MAX,
      queueBytesMax: STREAM_QUEUE_BYTES,
      received: (frame, now) => this.#lock?.cameraReceived(frame, now),
      started: () => feedFromRadio(true),
    });
    const { streams, lan, station } = radioOfHouse;
    const phones = new GattPhones({
      radio,
      nextConnection: () => numbers.next(),
      listener: this.#listenerOf("ble"),
    });
    const terminal = new Terminal({
      ...{ io: sdk.Serial, ...this.#pins.terminal, loop: pump, crypto, qrCode: sdk.qrCode },
      label: () => this.#label,
      received: (bytes) => computer.received(bytes),
    });
    const computer = new UsbSocket({
      ...this.#listenerOf("usb"),
      nextConnection: () => numbers.next(),
      write: (bytes) => terminal.write(bytes),
    });
    const cable = new Cable({
      ...{ io: sdk.Serial, ...this.#pins.keypad, baud: SERIAL_BAUD, loop: pump },
      received: (frame, now) => this.#lock?.wireReceived(frame, now),
    });
    const platform: LockPlatform = {
      ...{ crypto, random, constants, bolt, indicator, battery },
      flash: new PartitionFlash({ io: sdk.flash, path: "journal", alive: () => chip.alive() }),
      carrier: together([phones, streams, computer]),
      wire: cable,
      cameraWire: lan,
      network: station,
      restart: () => {
        this.#restart.nextTick = millis(chip.uptime + RESTART_MILLIS);
      },
    };
    const lock = Lock.start(platform, this.#options(chip.resetReason), chip.uptime);
    this.#lock = lock;
    pump.add(this.#restart, lock, terminal, cable, ...radioOfHouse.timed, confirmation(chip));
    this.#startRadio(phones, station, indicator);
    this.#sense(lock);
    terminal.show();
  }

  /** What moves the bolt, before all else. */
  #driven(): { readonly bolt: LoadedBolt; readonly battery: DividedBattery } {
    const { sdk, chip, image } = this.#parts;
    const now = () => chip.uptime;
    const sensed = (_: boolean, then: Millis) => this.#lock?.boltSensed(then);
    const end = (pin: number) => {
      const contact = this.#contact(pin, CONTACT_MILLIS, sensed);
      this.#ends.push(contact);
      return contact;
    };
    const drive = driveOf({
      ...{ sdk, pins: this.#pins, drive: image.drive, now },
      thrown: () => end(this.#pins.boltThrown),
      retracted: () => end(this.#pins.boltRetracted),
    });
    this.#drive = drive;
    this.#pump.add(...this.#ends);
    const battery = new DividedBattery({ io: sdk.Analog, pin: this.#pins.battery, ...THIRD_DIVIDER, now });
    const bolt = new LoadedBolt(drive, battery);
    // While it is nobody's it stays awake, for whoever reads its label: a person's key is over before a chip wakes.
    this.#resting?.rest.addBusy(() => bolt.isDriving || this.#label !== undefined);
    return { bolt, battery };
  }

  /** What says something. */
  #shown(): LampIndicator {
    const { sdk, chip } = this.#parts;
    this.#indicator = new LampIndicator({
      light: new PinOutput({ io: sdk.Digital, pin: this.#pins.light, isActiveLow: true }),
      sounder: new Piezo({ io: sdk.Pwm, pin: this.#pins.piezo }),
      now: () => chip.uptime,
    });
    this.#pump.add(this.#indicator);
    return this.#indicator;
  }

  /** Without its radio the lock serves by network, cable and button, and says once that something is wrong. The random generator is then fed
   *  as it was before: by Wi-Fi where the lock is in a network, since no radio bears the converter's noise beside it. */
  #startRadio(phones: GattPhones, station: Station, indicator: LampIndicator): void {
    const { feedFromRadio } = this.#parts;
    feedFromRadio(true);
    try {
      phones.start();
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      feedFromRadio(station.isOn);
      indicator.signal("alarm");
    }
  }

  /** What is printed while the lock is nobody's. */
  get #label(): LabelledBoard | undefined {
    const lock = this.#lock;
    return lock === undefined || lock.snapshot.isAdopted ? undefined : { kind: "lock", setup: lock };
  }

  /** Stops what moves the bolt, says that the lock cannot run, and lets out who is inside. */
  stick(pump: Pump): void {
    const drive = this.#drive;
    drive?.drive("stop", pump.uptime());
    if (this.#indicator !== undefined) {
      pump.add(this.#indicator);
      this.#indicator.signal("alarm");
    }
    // Last: it may be the button's pin that is refused.
    if (drive !== undefined) this.#letOut(drive, pump);
  }

  /** Lets the button inside retract the bolt, with no record and no rule: all that has those does not run. */
  #letOut(drive: Bolt, pump: Pump): void {
    this.#button?.close();
    const { Digital } = this.#parts.sdk;
    const wiring = { io: Digital, loop: pump, pin: this.#pins.button, debounceMillis: BUTTON_MILLIS };
    const button = contactToGround(wiring, (isPressed, now) => {
      if (isPressed) drive.drive("retract", now);
    });
    let lookAt = pump.uptime();
    const way: Timed = {
      get nextTick() {
        return drive.isDriving ? lookAt : undefined;
      },
      tick(now) {
        drive.tick(now);
        lookAt = millis(now + DRIVE_POLL_MILLIS);
      },
    };
    pump.add(...this.#ends, button, way);
  }

  #options(resetReason: number) {
    const { version, buildTime } = this.#parts.image;
    return {
      ...{ geometry: STANDARD_GEOMETRY, buildTime, firmwareVersion: version, resetReason },
      // A chip that sleeps goes by the slower crystal meanwhile.
      clockPartsPerMillion: this.#resting === undefined ? DRIFT_PPM.awake : DRIFT_PPM.crystal,
      isPowerOn: resetReason !== RESET_SOFTWARE,
      hasContact: true,
      canUnlatch: false,
    };
  }

  /** Hands the lock its contacts, as they are once they have settled, and whenever they change. */
  #sense(lock: Lock): void {
    const { door, button, cover, cableLoop } = this.#pins;
    const leaf = this.#contact(door, CONTACT_MILLIS, (isShut, now) =>
      lock.contactChanged(isShut ? "closed" : "open", now),
    );
    const inside = this.#contact(button, BUTTON_MILLIS, (isPressed, now) => {
      if (isPressed) lock.insidePressed(now);
    });
    this.#button = inside;
    const lid = this.#contact(cover, BUTTON_MILLIS, (isOpen, now) => lock.coverChanged(isOpen, now));
    const loop =
      cableLoop === undefined
        ? undefined
        : this.#contact(cableLoop, BUTTON_MILLIS, (isClosed, now) => lock.loopChanged(isClosed, now));
    this.#pump.add(inside);
    this.#pump.call((now) => lock.tick(now));
    const settling = loop === undefined ? [leaf, lid] : [leaf, lid, loop];
    whenSettled({ timer: this.#parts.sdk.timer, pump: this.#pump }, settling, (now) => {
      lock.contactChanged(leaf.isActive ? "closed" : "open", now);
      if (lid.isActive) lock.coverChanged(true, now);
      if (loop !== undefined && !loop.isActive) lock.loopChanged(false, now);
    });
  }

  #contact(pin: number, debounceMillis: number, changed: (isActive: boolean, now: Millis) => void): ContactInput {
    return contactToGround({ io: this.#parts.sdk.Digital, loop: this.#pump, pin, debounceMillis }, changed);
  }

  #hostOf(transport: Transport) {
    return {
      connected: (connection: number, now: Millis) => this.#lock?.connected(connection, transport, now),
      received: (connection: number, frame: Uint8Array<ArrayBuffer>, now: Millis) =>
        this.#lock?.received(connection, frame, now),
      disconnected: (connection: number, now: Millis) => this.#lock?.disconnected(connection, now),
    };
  }

  /** The same for a carrier that names no time. */
  #listenerOf(transport: Transport) {
    const host = this.#hostOf(transport);
    return {
      connected: (connection: number) => this.#pump.call((now) => host.connected(connection, now)),
      received: (connection: number, frame: Uint8Array<ArrayBuffer>) =>
        this.#pump.call((now) => host.received(connection, frame, now)),
      disconnected: (connection: number) => this.#pump.call((now) => host.disconnected(connection, now)),
    };
  }
}

/** Several carriers as one: a number is known to one of them at most. */
function together(carriers: readonly Carrier[]): Carrier {
  return {
    send: (connection, frame) => {
      for (const carrier of carriers) carrier.send(connection, frame);
    },
    close: (connection) => {
      for (const carrier of carriers) carrier.close(connection);
    },
  };
}
