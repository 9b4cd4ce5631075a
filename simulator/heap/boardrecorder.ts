// Sits between a board's program and its chip on the desk, and writes both directions on a tape.
// Why: see boundary.ts. The program runs over the thin classes here as well, so on another engine it asks the same, to the byte.

import type { Bytes } from "../../firmware/bytes.ts";
import type { Tcp } from "../../firmware/io/ecma419.ts";
import { restOn } from "../../firmware/io/resting.ts";
import type { Sleeper } from "../../firmware/io/sleep.ts";
import type { Random } from "../../firmware/platform.ts";
import { type KeypadBoardParts, startKeypad } from "../../keypad/board.ts";
import type { LockBoardParts } from "../../lock/board.ts";
import { startLock } from "../../lock/board.ts";
import type { ChipRig } from "../boards/chiprig.ts";
import { KEYPAD_TARGET } from "./board.ts";
import { type Ask, CHANGES, CHIP, EVENT, encodeValues, MEMBER, RADIO, type Value } from "./boundary.ts";
import { KIND, Tape } from "./tape.ts";
import { radioWord, ThinChip, ThinSleeper } from "./thin.ts";

/** What a board was handed of its chip. A keypad has no radio; a lock on tape never sleeps. */
interface Handed
  extends Pick<LockBoardParts, "chip" | "random" | "sdk">,
    Partial<Pick<LockBoardParts, "radio" | "feedFromRadio">> {
  readonly sleeper?: Sleeper;
}
/** Tells what a thing says. @param event of EVENT */
type Tell = (thing: number, event: number, count?: number) => void;
/** What an open thing is asked. */
type Asked = (member: number, values: readonly Value[]) => Value;

/** A recorder for one board. */
export class BoardRecorder {
  readonly #tape = new Tape();

  /** Runs a lock's program over a chip, as at each of its starts, and listens to it. */
  readonly lock = (parts: LockBoardParts): void => {
    const { ask, thin, random } = this.#sit(parts);
    const { crypto, image } = parts;
    const feedFromRadio = (isOn: boolean) => void ask(CHIP, MEMBER.feed, isOn);
    startLock({ sdk: thin.sdk, chip: thin, radio: thin.radio, crypto, image, random, feedFromRadio });
  };

  /** The same of a keypad's. */
  readonly keypad = ({ chip, crypto, random: drawn, restOn: sleeps }: KeypadBoardParts): void => {
    const { sdk, chip: real } = chip as ChipRig;
    const { thin, random } = this.#sit({ chip, sdk, random: drawn, sleeper: real.slumber });
    const resting = sleeps === undefined ? {} : { restOn: restOn(new ThinSleeper(thin)) };
    startKeypad({ sdk: thin.sdk, chip: thin, crypto, random, target: KEYPAD_TARGET, ...resting });
  };

  /** Sits between a program that is about to start and its chip. @returns what the program is handed instead */
  #sit(parts: Handed): { readonly ask: Ask; readonly thin: ThinChip; readonly random: Random } {
    const { chip, random, sdk } = parts;
    const tape = this.#tape;
    const now = chip.uptime;
    tape.add(KIND.boot, { flag: chip.resetReason, number: now });
    let thin: ThinChip | undefined;
    const real = new RealChip(parts, (thing, event, count = 0) => {
      const bytes = new Uint8Array(8);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, thing, true);
      view.setInt32(4, count, true);
      tape.add(KIND.told, { flag: event, number: chip.uptime, bytes });
      thin?.tell(thing, event, count, chip.uptime);
    });
    const ask: Ask = (thing, member, ...values) => {
      const [first, second, third] = values;
      tape.add(KIND.asked, { flag: member, number: thing, bytes: encodeValues([first, second, third]) });
      try {
        const answer = real.ask(thing, member, values);
        tape.add(KIND.answered, { bytes: encodeValues([answer]) });
        return answer;
      } catch (error) {
        tape.add(KIND.answered, { bytes: encodeValues([], (error as Error).message) });
        throw error;
      }
    };
    thin = new ThinChip({ ask, keyValue: sdk.keyValue, flash: sdk.flash, resetReason: chip.resetReason }, now);
    const fill = (target: Bytes) => {
      random.fill(target);
      tape.add(KIND.random, { bytes: target });
    };
    return { ask, thin, random: { fill } };
  }

  /** Notes a place at which the heap is looked at. @param number u32, rising */
  mark(number: number): void {
    this.#tape.add(KIND.mark, { number });
  }

  /** Ends the tape and gives it. */
  end(): Uint8Array {
    this.#tape.add(KIND.end);
    return this.#tape.toBytes();
  }
}

/** The chip that answers: the classes that the board was handed. */
class RealChip {
  readonly #parts: Handed;
  readonly #tell: Tell;
  readonly #things = new Map<number, Asked>();
  readonly #waiting: Tcp[] = [];
  #fragment: Uint8Array | undefined;

  constructor(parts: Handed, tell: Tell) {
    this.#parts = parts;
    this.#tell = tell;
  }

  ask(thing: number, member: number, values: readonly Value[]): Value {
    if (thing === CHIP) return member < MEMBER.sleepStart ? this.#askChip(member, values) : this.#sleep(member, values);
    if (thing === RADIO) return this.#askRadio(member, values);
    const open = this.#things.get(thing);
    if (open === undefined) {
      this.#things.set(thing, this.#make(thing, member, values));
      return undefined;
    }
    if (member === MEMBER.close) this.#things.delete(thing);
    return open(member, values);
  }

  #askChip(member: number, [first]: readonly Value[]): Value {
    const { chip, feedFromRadio, sdk } = this.#parts;
    if (member === MEMBER.feed) feedFromRadio?.(first === true);
    else if (member === MEMBER.confirm) return chip.confirm();
    else if (member === MEMBER.restart) chip.restart();
    else return sdk.qrCode({ input: first as string });
    return undefined;
  }

  #sleep(member: number, [first, second]: readonly Value[]): Value {
    const { sleeper } = this.#parts;
    if (member === MEMBER.sleepStart)
      return sleeper?.start(first === true, (pin) => this.#tell(CHIP, EVENT.fired, pin)) === true;
    if (member === MEMBER.sleepKeep) sleeper?.keep(first as number);
    else if (member === MEMBER.sleepWatch) sleeper?.watch(first as number, second as 0 | 1);
    else sleeper?.allow(first === true);
    return undefined;
  }

  #askRadio(member: number, [first, second]: readonly Value[]): Value {
    const { radio } = this.#parts;
    const link = first as number;
    if (radio === undefined) throw new Error("this board has no radio");
    if (member === MEMBER.radioStart) radio.start(() => this.#tell(RADIO, EVENT.wake));
    else if (member === MEMBER.radioFragment) return this.#fragment;
    else if (member === MEMBER.radioSend) return radio.send(link, second as Uint8Array);
    else if (member === MEMBER.radioMaximum) return radio.maximumWrite(link);
    else if (member === MEMBER.radioClose) radio.close(link);
    else {
      const event = radio.take();
      this.#fragment = event?.kind === "received" ? event.fragment : undefined;
      return event === undefined ? undefined : radioWord(event);
    }
    return undefined;
  }

  /** Opens a thing. @returns what it is asked by */
  #make(thing: number, member: number, [first, second, third]: readonly Value[]): Asked {
    const { sdk } = this.#parts;
    const number = first as number;
    const told = {
      format: "buffer" as const,
      onReadable: (count: number) => this.#tell(thing, EVENT.readable, count),
      onWritable: (count: number) => this.#tell(thing, EVENT.writable, count),
      onError: () => this.#tell(thing, EVENT.error),
    };
    const { onReadable } = told;
    switch (member) {
      case MEMBER.digital: {
        const mode = second as number;
        const isOutput = mode === sdk.Digital.Output || mode === sdk.Digital.OutputOpenDrain;
        if (isOutput) return callsOf(new sdk.Digital({ pin: number, mode, initialValue: (third ?? 0) as 0 | 1 }));
        // A chip that sleeps tells no edges.
        if (third === undefined) return callsOf(new sdk.Digital({ pin: number, mode }));
        const onReadable = () => this.#tell(thing, EVENT.readable);
        return callsOf(new sdk.Digital({ pin: number, mode, edge: third as number, onReadable }));
      }
      case MEMBER.pwm:
        return callsOf(new sdk.Pwm(given({ pin: number, hz: second, resolution: third })));
      case MEMBER.analog:
        return callsOf(new sdk.Analog({ pin: number, esp32: { attenuation: second as 0 | 12 } }));
      case MEMBER.serial: {
        const wires = third as number;
        const pins = { receive: wires >> 8, transmit: wires & 255 };
        return callsOf(new sdk.Serial({ ...told, ...pins, port: number, baud: second as number }));
      }
      case MEMBER.tcp:
        return callsOf(new sdk.Tcp({ ...told, from: this.#waiting[number], nodelay: true }));
      case MEMBER.listener: {
        const listener = new sdk.Listener(given({ port: first, onReadable }));
        return (asked, values) =>
          asked === MEMBER.read ? this.#wait(listener.read()) : callsOf(listener)(asked, values);
      }
      case MEMBER.udp:
        return callsOf(new sdk.Udp(given({ port: first, onReadable })));
      case MEMBER.wifi:
        return callsOf(
          new sdk.Wifi({ onChanged: (property) => this.#tell(thing, EVENT.changed, CHANGES.indexOf(property)) }),
        );
      default: {
        const timer = sdk.timer.set(() => {
          this.#things.delete(thing);
          this.#tell(thing, EVENT.due);
        }, number);
        return () => void sdk.timer.clear(timer);
      }
    }
  }

  #wait(tcp: Tcp | undefined): number | undefined {
    return tcp === undefined ? undefined : this.#waiting.push(tcp) - 1;
  }
}

/** Options without those that were left out. */
function given<Options>(options: object): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

/** How a thing of any class is asked. */
function callsOf(thing: object): Asked {
  const it = thing as Record<string, never>;
  let sender: { readonly address: string; readonly port: number } | undefined;
  return (member, [first, second, third]) => {
    const call = (name: string, ...words: readonly Value[]) =>
      (it[name] as (...words: readonly Value[]) => Value).apply(thing, [...words]);
    switch (member) {
      case MEMBER.read: {
        const answer = first === undefined ? call("read") : call("read", first);
        sender = answer as unknown as typeof sender;
        return answer;
      }
      case MEMBER.write:
        return void call("write", first, second, third);
      case MEMBER.senderAddress:
        return sender?.address;
      case MEMBER.senderPort:
        return sender?.port;
      case MEMBER.add:
        return void call("add", first);
      case MEMBER.connect:
        return void call("connect", given<never>({ SSID: first, password: second }));
      case MEMBER.configure:
        return void call("configure", given<never>({ hostname: first }));
      case MEMBER.disconnect:
        return void call("disconnect");
      case MEMBER.close:
        return void call("close");
      default:
        return it[PROPERTIES.get(member) ?? ""];
    }
  };
}

const PROPERTIES: ReadonlyMap<number, string> = new Map([
  [MEMBER.resolution, "resolution"],
  [MEMBER.remoteAddress, "remoteAddress"],
  [MEMBER.port, "port"],
  [MEMBER.connection, "connection"],
  [MEMBER.address, "address"],
  [MEMBER.strength, "RSSI"],
]);
