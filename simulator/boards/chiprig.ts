// One board with its chip: the SDK's classes as fakes, in the world's time, and its power.
// Why: a board's own program (lock/board.ts and its neighbours) runs here as it does over the SDK; what is wired to its pins is the world's.
// Power takes the program with it: nothing of it is called afterwards, and the chip's pins are inputs again.

import type { Chip as ChipPart } from "../../firmware/io/board.ts";
import type { QrModule, Sdk, SerialClass } from "../../firmware/io/ecma419.ts";
import { millis } from "../../firmware/platform.ts";
import { Chip } from "../ecma419/chip.ts";
import { Partitions } from "../ecma419/flash.ts";
import type { ChipModel } from "../ecma419/model.ts";
import type { End, SerialCable } from "../ecma419/serial.ts";
import type { Host } from "../ecma419/sockets.ts";
import { Storage } from "../ecma419/storage.ts";
import { Air as WifiAir } from "../ecma419/wifi.ts";
import type { Event, World } from "../world.ts";

/** ESP_RST_POWERON and ESP_RST_SW of ESP-IDF. */
const POWER_ON = 1;
const SOFTWARE = 3;

/** One end of a serial cable. */
export interface Plug {
  readonly cable: SerialCable;
  readonly end: End;
}

/** What a board's rig is made of. */
export interface ChipRigParts {
  readonly world: World;
  readonly model: ChipModel;
  /** Sectors of 4 KB of each partition. */
  readonly partitions?: Readonly<Record<string, number>>;
  /** What is on the chip's serial ports, by their numbers: an end of a cable. */
  readonly ports: ReadonlyMap<number, Plug>;
  /** Its place in the network; a board without a radio has none. */
  readonly host?: Host;
  /** Channels of pulses, a bit each, as the board's manifest has them. */
  readonly channelMap?: number;
}

/** A chip, what it keeps, and its power. */
export class ChipRig implements ChipPart {
  readonly chip: Chip;
  readonly storage = new Storage();
  readonly partitions: Partitions;
  readonly wifi: WifiAir;
  readonly sdk: Sdk;
  /** Timers of the program's that ran out. */
  timers = 0;
  /** Whether the program said that its image is well. */
  isConfirmed = false;
  /** The uptime at which its program begins: the bootloader checks the image first. */
  bootMillis = 640;
  /** Until when its program computes something: timers that run out meanwhile, and what pins tell, come at the end of it. */
  busyUntil = 0;
  readonly #parts: ChipRigParts;
  #program: (() => void) | undefined;
  #bootedAt = 0;
  #starts = 0;
  #reason = POWER_ON;
  #hasPower = false;

  constructor(parts: ChipRigParts) {
    const { model, partitions = {}, ports, host, channelMap } = parts;
    this.#parts = parts;
    const defer = (callback: () => void) => this.#later(0, callback);
    this.chip = new Chip(model, defer, channelMap);
    this.partitions = new Partitions(partitions);
    this.wifi = new WifiAir(defer);
    this.sdk = {
      ...{
        Digital: this.chip.Digital,
        Pwm: this.chip.PWM,
        Analog: this.chip.Analog,
        Serial: serialOf(ports, this.chip),
      },
      ...{ Tcp: absent, Listener: absent, Udp: absent, ...host, Wifi: this.wifi.Wifi },
      ...{ keyValue: this.storage, flash: this.partitions, qrCode: checks },
      timer: {
        set: (callback, delay) =>
          this.#later(delay, () => {
            this.timers += 1;
            callback();
          }),
        clear: (timer) => (timer as Event).cancel(),
      },
    };
  }

  get hasPower(): boolean {
    return this.#hasPower;
  }

  get uptime() {
    return millis(this.#parts.world.now - this.#bootedAt);
  }

  get resetReason(): number {
    return this.#reason;
  }

  /** Gives power, and runs the board's program. */
  powerOn(program: () => void): void {
    this.#program = program;
    this.#start(POWER_ON);
  }

  /** Takes power away: every pin is an input, and nothing of the program runs any more. */
  cutPower(): void {
    this.#end();
    this.#hasPower = false;
    this.chip.reset();
  }

  /** Starts anew by itself, at once: whatever called does not go on, and the pins are as they were until its program opens them. */
  restart(): void {
    this.#end();
    this.chip.restart();
    this.#start(SOFTWARE);
  }

  confirm(): boolean {
    this.isConfirmed = true;
    return true;
  }

  alive(): void {}

  /** Nothing of the program is called any more. */
  #end(): void {
    const { ports, host } = this.#parts;
    this.#starts += 1;
    for (const { cable, end } of ports.values()) cable.release(end);
    for (const opened of [host?.listeners, host?.receivers, host?.open]) opened?.clear();
    this.wifi.powerOff();
  }

  #start(reason: number): void {
    this.#reason = reason;
    this.#bootedAt = this.#parts.world.now - this.bootMillis;
    this.#hasPower = true;
    this.#program?.();
  }

  /** Calls back in time, unless the chip was started anew meanwhile, and not while the program computes. */
  #later(delay: number, callback: () => void): Event {
    const starts = this.#starts;
    const { world } = this.#parts;
    let event: Event;
    const come = () => {
      if (starts !== this.#starts) return;
      if (world.now < this.busyUntil) event = world.after(this.busyUntil - world.now, come);
      else callback();
    };
    event = world.after(delay, come);
    return {
      get time() {
        return event.time;
      },
      cancel: () => event.cancel(),
    };
  }
}

/** Stands for the SDK's `qrcode`: a pattern of the right size, which nobody can read. */
const checks: QrModule = ({ input }) => {
  const size = 17 + 4 * Math.ceil(input.length / 15);
  const modules = Uint8Array.from({ length: size * size }, (_, index) => index & 1);
  return Object.assign(modules.buffer, { size });
};

/** A class that stands for what a board has not. */
const absent = class {
  constructor() {
    throw new Error("this board has no network");
  }
} as never;

/** The chip's serial ports: each takes its pins, and hears nothing while the chip sleeps. */
function serialOf(ports: ReadonlyMap<number, Plug>, chip: Chip): SerialClass {
  const Ports = function open(options: ConstructorParameters<SerialClass>[0]) {
    const { port, receive, transmit } = options;
    const plug = ports.get(port);
    if (plug === undefined) throw new RangeError("invalid port");
    const { cable, end } = plug;
    for (const pin of [transmit, receive]) if (pin !== undefined && chip.isTaken(pin)) throw new Error("in use");
    const serial = new cable[end]({ ...options, port: 1 });
    for (const pin of [transmit, receive]) if (pin !== undefined) chip.take(pin);
    // A line is high until a byte begins.
    if (receive !== undefined) chip.configure(receive, { kind: "input", pull: "up" });
    cable.hears[end] = () => receive === undefined || chip.slumber.hears(receive);
    return serial;
  };
  return Ports as unknown as SerialClass;
}
