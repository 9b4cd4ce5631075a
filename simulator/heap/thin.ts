// A chip's classes with nothing behind them: whatever they do is asked across the edge (boundary.ts), and whatever the chip tells is
// brought to whom it concerns.
// Why: on a board these objects are small as well, since all that they know stands in C; so what is left in memory is the board's own.
// They hold a number and the callbacks that they were given, which the SDK keeps in C with a slot for each.

import type { Chip } from "../../firmware/io/board.ts";
import type {
  Analog,
  Digital,
  FlashModule,
  KeyValueModule,
  Listener,
  Pwm,
  QrModule,
  Sdk,
  Serial,
  Tcp,
  Udp,
  Wifi,
} from "../../firmware/io/ecma419.ts";
import type { GattRadio, RadioEvent } from "../../firmware/io/gatt.ts";
import type { Sleeper } from "../../firmware/io/sleep.ts";
import { type Millis, millis } from "../../firmware/platform.ts";
import { type Ask, CHANGES, CHIP, EVENT, MEMBER, RADIO, THINGS_FROM, type Value } from "./boundary.ts";

const RADIO_KINDS = Object.freeze(["connected", "received", "writable", "disconnected"] as const);
const ALL_LINKS = 0xff_ffff;

/** What a chip is asked by, and the parts of it that are not thin. */
export interface Underneath {
  readonly ask: Ask;
  readonly keyValue: KeyValueModule;
  readonly flash: FlashModule;
  /** Why the chip started. */
  readonly resetReason: number;
}

interface Told {
  onReadable?: ((this: unknown, count: number) => void) | undefined;
  onWritable?: ((this: unknown, count: number) => void) | undefined;
  onError?: ((this: unknown) => void) | undefined;
  onChanged?: ((this: unknown, property: "connection" | "address") => void) | undefined;
}

type Options<Class extends new (options: never) => unknown> = ConstructorParameters<Class>[0];

/** The chip that runs: an SDK's class is told of none, and stands in ROM, where no static member can be written. */
let current: ThinChip;

/** One chip, from one start to the next. */
export class ThinChip implements Chip {
  readonly sdk: Sdk;
  readonly radio: GattRadio;
  readonly resetReason: number;
  readonly ask: Ask;
  /** What hears that a pin has come to the level at which it wakes. */
  fired: ((pin: number) => void) | undefined;
  readonly #things: (object | undefined)[] = [];
  #now: Millis = millis(0);
  #wake: () => void = () => {};

  constructor({ ask, keyValue, flash, resetReason }: Underneath, now: Millis) {
    current = this;
    this.ask = ask;
    this.#now = now;
    this.resetReason = resetReason;
    this.sdk = {
      ...CLASSES,
      ...{ keyValue, flash, qrCode: qrCodeOf(ask) },
      timer: {
        set: (callback, delay) => {
          const timer = { callback, number: 0 };
          timer.number = this.add(timer);
          ask(timer.number, MEMBER.timer, delay);
          return timer;
        },
        clear: (timer) => {
          const { number } = timer as { readonly number: number };
          ask(number, MEMBER.close);
          this.drop(number);
        },
      },
    };
    this.radio = {
      start: (wake) => {
        this.#wake = wake;
        ask(RADIO, MEMBER.radioStart);
      },
      take: () => this.#takeEvent(),
      send: (link, piece) => ask(RADIO, MEMBER.radioSend, link, piece) === true,
      maximumWrite: (link) => ask(RADIO, MEMBER.radioMaximum, link) as number,
      close: (link) => void ask(RADIO, MEMBER.radioClose, link),
    };
  }

  get uptime(): Millis {
    return this.#now;
  }

  restart(): void {
    this.ask(CHIP, MEMBER.restart);
  }

  confirm(): boolean {
    return this.ask(CHIP, MEMBER.confirm) === true;
  }

  alive(): void {}

  /** Gives a new thing its number. */
  add(thing: object): number {
    let number = THINGS_FROM;
    while (this.#things[number] !== undefined) number += 1;
    this.#things[number] = thing;
    return number;
  }

  /** Forgets a thing that is over: its number is the next one's. */
  drop(number: number): void {
    this.#things[number] = undefined;
  }

  /** Brings what a thing tells to whom it concerns. @param event of EVENT */
  tell(number: number, event: number, count: number, now: Millis): void {
    this.#now = now;
    const thing = this.#things[number];
    if (event === EVENT.wake) this.#wake();
    else if (event === EVENT.fired) this.fired?.(count);
    else if (event === EVENT.due) {
      this.drop(number);
      (thing as { readonly callback: () => void }).callback();
    } else this.#call(thing as { readonly told: Told }, event, count);
  }

  #call(thing: { readonly told: Told }, event: number, count: number): void {
    const { told } = thing;
    if (event === EVENT.readable) told.onReadable?.call(thing, count);
    else if (event === EVENT.writable) told.onWritable?.call(thing, count);
    else if (event === EVENT.error) told.onError?.call(thing);
    else told.onChanged?.call(thing, CHANGES[count]);
  }

  #takeEvent(): RadioEvent | undefined {
    const word = this.ask(RADIO, MEMBER.radioTake) as number | undefined;
    if (word === undefined) return undefined;
    const kind = RADIO_KINDS[word >> 24];
    const link = word & ALL_LINKS;
    if (kind !== "received") return { kind, link };
    return { kind, link, fragment: new Uint8Array(this.ask(RADIO, MEMBER.radioFragment) as ArrayBuffer) };
  }
}

/** How a chip sleeps. */
export class ThinSleeper implements Sleeper {
  readonly #chip: ThinChip;

  constructor(chip: ThinChip) {
    this.#chip = chip;
  }

  start(needsCrystal: boolean, fired: (pin: number) => void): boolean {
    this.#chip.fired = fired;
    return this.#chip.ask(CHIP, MEMBER.sleepStart, needsCrystal) === true;
  }

  keep(pin: number): void {
    this.#chip.ask(CHIP, MEMBER.sleepKeep, pin);
  }

  watch(pin: number, level: 0 | 1): void {
    this.#chip.ask(CHIP, MEMBER.sleepWatch, pin, level);
  }

  allow(isAllowed: boolean): void {
    this.#chip.ask(CHIP, MEMBER.sleepAllow, isAllowed);
  }
}

/** The number of a kind of radio event and its link, in one word. */
export function radioWord({ kind, link }: RadioEvent): number {
  return (RADIO_KINDS.indexOf(kind) << 24) | link;
}

/** Two pins in one number; -1 where there is none. */
function wiresOf(receive = -1, transmit = -1): number {
  return ((receive & 255) << 8) | (transmit & 255);
}

function qrCodeOf(ask: Ask): QrModule {
  return ({ input }) => {
    const modules = ask(CHIP, MEMBER.qrCode, input) as ArrayBuffer;
    return Object.assign(modules, { size: Math.round(Math.sqrt(modules.byteLength)) });
  };
}

/** What Listener.read gives: the number by which a new Tcp is asked for. */
class Waiting {
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }
}

class Thing {
  readonly number: number;
  readonly told: Told;
  #isOpen = true;

  constructor(told: Told, member: number, first?: Value, second?: Value, third?: Value) {
    this.told = told;
    this.number = current.add(this);
    try {
      current.ask(this.number, member, first, second, third);
    } catch (error) {
      current.drop(this.number);
      throw error;
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    current.ask(this.number, MEMBER.close);
    current.drop(this.number);
  }
}

class ThinDigital extends Thing implements Digital {
  static readonly Input = 0;
  static readonly InputPullUp = 1;
  static readonly InputPullDown = 2;
  static readonly Output = 8;
  static readonly OutputOpenDrain = 9;
  static readonly Rising = 1;
  static readonly Falling = 2;

  constructor({ pin, mode, edge, initialValue, onReadable }: Options<Sdk["Digital"]>) {
    super({ onReadable }, MEMBER.digital, pin, mode, onReadable === undefined ? initialValue : edge);
  }

  read(): number {
    return current.ask(this.number, MEMBER.read) as number;
  }

  write(value: 0 | 1): void {
    current.ask(this.number, MEMBER.write, value);
  }
}

class ThinPwm extends Thing implements Pwm {
  constructor({ pin, hz, resolution }: Options<Sdk["Pwm"]>) {
    super({}, MEMBER.pwm, pin, hz, resolution);
  }

  get resolution(): number {
    return current.ask(this.number, MEMBER.resolution) as number;
  }

  write(value: number): void {
    current.ask(this.number, MEMBER.write, value);
  }
}

class ThinAnalog extends Thing implements Analog {
  constructor({ pin, esp32 }: Options<Sdk["Analog"]>) {
    super({}, MEMBER.analog, pin, esp32?.attenuation);
  }

  get resolution(): number {
    return current.ask(this.number, MEMBER.resolution) as number;
  }

  read(): number | undefined {
    return current.ask(this.number, MEMBER.read) as number | undefined;
  }
}

class ThinSerial extends Thing implements Serial {
  constructor({ port, baud, receive, transmit, onReadable, onWritable }: Options<Sdk["Serial"]>) {
    super({ onReadable, onWritable }, MEMBER.serial, port, baud, wiresOf(receive, transmit));
  }

  read(): ArrayBuffer | undefined {
    return current.ask(this.number, MEMBER.read) as ArrayBuffer | undefined;
  }

  write(bytes: ArrayBuffer): void {
    current.ask(this.number, MEMBER.write, bytes);
  }
}

class ThinTcp extends Thing implements Tcp {
  constructor({ from, onReadable, onWritable, onError }: Options<Sdk["Tcp"]>) {
    super({ onReadable, onWritable, onError }, MEMBER.tcp, (from as unknown as Waiting).number);
  }

  get remoteAddress(): string | undefined {
    return current.ask(this.number, MEMBER.remoteAddress) as string | undefined;
  }

  read(byteLength?: number): ArrayBuffer | undefined {
    return current.ask(this.number, MEMBER.read, byteLength) as ArrayBuffer | undefined;
  }

  write(bytes: Uint8Array): void {
    current.ask(this.number, MEMBER.write, bytes);
  }
}

class ThinListener extends Thing implements Listener {
  constructor({ port, onReadable }: Options<Sdk["Listener"]>) {
    super({ onReadable }, MEMBER.listener, port);
  }

  get port(): number {
    return current.ask(this.number, MEMBER.port) as number;
  }

  read(): Tcp | undefined {
    const number = current.ask(this.number, MEMBER.read) as number | undefined;
    return number === undefined ? undefined : (new Waiting(number) as unknown as Tcp);
  }
}

class ThinUdp extends Thing implements Udp {
  constructor({ port, onReadable }: Options<Sdk["Udp"]>) {
    super({ onReadable }, MEMBER.udp, port);
  }

  read(): (ArrayBuffer & { readonly address: string; readonly port: number }) | undefined {
    const bytes = current.ask(this.number, MEMBER.read) as ArrayBuffer | undefined;
    if (bytes === undefined) return undefined;
    const address = current.ask(this.number, MEMBER.senderAddress) as string;
    return Object.assign(bytes, { address, port: current.ask(this.number, MEMBER.senderPort) as number });
  }

  write(bytes: Uint8Array, address: string, port: number): void {
    current.ask(this.number, MEMBER.write, bytes, address, port);
  }

  add(group: string): void {
    current.ask(this.number, MEMBER.add, group);
  }
}

class ThinWifi extends Thing implements Wifi {
  constructor({ onChanged }: Options<Sdk["Wifi"]>) {
    super({ onChanged }, MEMBER.wifi);
  }

  get connection(): number {
    return current.ask(this.number, MEMBER.connection) as number;
  }

  get address(): string | undefined {
    return current.ask(this.number, MEMBER.address) as string | undefined;
  }

  get RSSI(): number | undefined {
    return current.ask(this.number, MEMBER.strength) as number | undefined;
  }

  connect({ SSID, password }: { readonly SSID: string; readonly password?: string }): void {
    current.ask(this.number, MEMBER.connect, SSID, password);
  }

  disconnect(): void {
    current.ask(this.number, MEMBER.disconnect);
  }

  configure({ hostname }: { readonly hostname?: string }): void {
    current.ask(this.number, MEMBER.configure, hostname);
  }
}

/** The classes of every chip, at a module's top, as those of the SDK are: they take no memory on a board. */
const CLASSES: Omit<Sdk, "keyValue" | "flash" | "timer" | "qrCode"> = Object.freeze({
  ...{
    Digital: ThinDigital,
    Pwm: ThinPwm,
    Analog: ThinAnalog,
    Serial: ThinSerial,
    Tcp: ThinTcp,
    Listener: ThinListener,
  },
  ...{ Udp: ThinUdp, Wifi: ThinWifi },
});
