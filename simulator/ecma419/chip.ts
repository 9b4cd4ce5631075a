// A chip on the desk: its pins as copper, and the SDK's classes that open them.
// Why: a board's real drivers and its main file run against it, and a test or a simulated door holds the other end of every wire.
// Follows what the SDK 8.2.3 and ESP-IDF v6.0 do on an ESP32: a pin has one owner at a time, and one that was closed is pulled up. Where power
// went or a watchdog of the hardware reset it every pin is an input; a restart by software leaves pins and pulses as they were. Not in the model: voltages between the levels, the strength of a pull other than inside below outside.

import { assert } from "../../firmware/fault.ts";
import type { AnalogClass, DigitalClass, PwmClass } from "../../firmware/io/ecma419.ts";
import { analogOf } from "./analog.ts";
import { digitalOf } from "./digital.ts";
import { Messages } from "./messages.ts";
import type { ChipModel, Pull } from "./model.ts";
import { CHANNELS_USUAL, Pulses, pwmOf } from "./pwm.ts";
import { Slumber } from "./slumber.ts";

/** What a wire is at. */
export type Level = 0 | 1;

/** What the chip itself does to a pin. */
export type Pad =
  | { readonly kind: "input"; readonly pull?: Pull | undefined }
  | { readonly kind: "output"; readonly level: Level }
  /** Pulls low, or lets go. */
  | { readonly kind: "drain"; readonly level: Level; readonly pull?: Pull | undefined }
  /** Follows a channel of pulses, whoever owns that now. */
  | { readonly kind: "pulsed"; readonly channel: number };

/** What an output that pulses says. */
export interface Pulse {
  readonly hz: number;
  /** 0 to 1. */
  readonly duty: number;
}

interface Pin {
  pad: Pad;
  isTaken: boolean;
  /** Told of every change of the level while somebody listens. */
  listener: ((level: Level) => void) | undefined;
  /** The board's resistor; stronger than the chip's own. */
  resistor: Pull | undefined;
  /** What drives it from outside. */
  driven: Level | undefined;
  /** The other pins that it is wired to, by closed contacts. */
  readonly joined: Set<number>;
  millivolts: number;
  level: Level;
  pulse: Pulse | undefined;
}

/** One chip. What is wired to its pins stays through a reset. */
export class Chip {
  readonly model: ChipModel;
  readonly Digital: DigitalClass;
  readonly PWM: PwmClass;
  readonly Analog: AnalogClass;
  /** Whether the converter's readings fail, as they do where something else holds it. */
  isConverterBusy = false;
  /** What takes its interrupts to the event loop. */
  readonly messages: Messages;
  /** Its sleep between events, in an image that asks for it. */
  readonly slumber: Slumber;
  readonly #pins = new Map<number, Pin>();
  readonly #watchers: ((pin: number) => void)[] = [];
  readonly #channelMap: number;
  #pulses: Pulses;
  #starts = 0;

  /** @param defer what runs a callback later, from the event loop: an interrupt never comes from within a call
   *  @param channelMap the channels of pulses that the image may use, a bit for each (`pwm.ledc_channel_map` of its manifest) */
  constructor(model: ChipModel, defer: (callback: () => void) => void, channelMap = CHANNELS_USUAL) {
    this.model = model;
    this.messages = new Messages(defer);
    this.#channelMap = channelMap;
    for (const pin of model.pins) {
      this.#pins.set(pin, {
        pad: { kind: "input", pull: model.straps.get(pin) },
        isTaken: false,
        listener: undefined,
        resistor: undefined,
        driven: undefined,
        joined: new Set(),
        millivolts: 0,
        level: 0,
        pulse: undefined,
      });
    }
    this.#pulses = new Pulses(model, channelMap);
    this.Digital = digitalOf(this);
    this.PWM = pwmOf(this);
    this.Analog = analogOf(this);
    this.slumber = new Slumber(this);
    this.#settle();
  }

  /** Counts the resets: whatever was opened before the last one is gone. */
  get starts(): number {
    return this.#starts;
  }

  /** The channels of pulses. */
  get pulses(): Pulses {
    return this.#pulses;
  }

  /** Starts the whole chip anew: every pin is an input, and nothing is owned. */
  reset(): void {
    this.restart();
    this.#pulses = new Pulses(this.model, this.#channelMap);
    for (const [number, pin] of this.#pins) pin.pad = { kind: "input", pull: this.model.straps.get(number) };
    this.#settle();
  }

  /** Starts its processor alone anew, as esp_restart() does, and whatever crashed: nothing is owned, and each pin is as it was until it is
   *  opened. */
  restart(): void {
    this.#starts += 1;
    this.slumber.reset();
    this.#pulses.restart();
    for (const pin of this.#pins.values()) {
      pin.isTaken = false;
      pin.listener = undefined;
    }
  }

  /** Drives a pin from outside, or lets it go. @throws Error where the chip drives against it */
  drive(pin: number, level: Level | undefined): void {
    const it = this.#pin(pin);
    if (it.driven === level) return;
    it.driven = level;
    this.#settle(this.#wire(pin));
  }

  /** Solders a resistor to a pin. */
  pull(pin: number, resistor: Pull | undefined): void {
    this.#pin(pin).resistor = resistor;
    this.#settle(this.#wire(pin));
  }

  /** Closes a contact between two pins, or opens it. */
  join(one: number, other: number, isJoined: boolean): void {
    if (this.#pin(one).joined.has(other) === isJoined) return;
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      const { joined } = this.#pin(from);
      if (isJoined) joined.add(to);
      else joined.delete(to);
    }
    this.#settle([...this.#wire(one), ...this.#wire(other)]);
  }

  /** Puts a voltage on a pin, for the converter. */
  supply(pin: number, millivolts: number): void {
    this.#pin(pin).millivolts = millivolts;
  }

  /** The level of a pin. One that pulses counts as high; one that floats keeps the level that it had. */
  level(pin: number): Level {
    return this.#pin(pin).level;
  }

  /** Whether nothing drives or pulls a pin, so that its level is a matter of luck. */
  isFloating(pin: number): boolean {
    return this.#resolve(pin) === undefined;
  }

  /** What a pin pulses at; undefined where it does not. */
  pulse(pin: number): Pulse | undefined {
    return this.#pin(pin).pulse;
  }

  millivolts(pin: number): number {
    return this.#pin(pin).millivolts;
  }

  /** Whether somebody owns a pin. */
  isTaken(pin: number): boolean {
    return this.#pin(pin).isTaken;
  }

  /** Tells `watcher` of every pin whose level or pulses change, from now on. */
  watch(watcher: (pin: number) => void): void {
    this.#watchers.push(watcher);
  }

  /** For the classes: runs a callback from the event loop, unless its message is lost. */
  interrupt(callback: () => void): void {
    this.messages.post(callback);
  }

  /** For the classes: whether there is such a pin. */
  has(pin: number): boolean {
    return this.#pins.has(pin);
  }

  /** For the classes: takes a pin. It stays as it is until `configure`. */
  take(pin: number): void {
    assert(!this.#pin(pin).isTaken, "chip: a pin has one owner");
    this.#pin(pin).isTaken = true;
  }

  /** For the classes: gives a pin back; it stays as `configure` left it. */
  free(pin: number): void {
    const it = this.#pin(pin);
    it.isTaken = false;
    it.listener = undefined;
  }

  /** For the classes: sets what the chip does to a pin, and who is told of its level. */
  configure(pin: number, pad: Pad, listener?: (level: Level) => void): void {
    const it = this.#pin(pin);
    it.pad = pad;
    it.listener = undefined;
    this.#settle(this.#wire(pin));
    it.listener = listener;
  }

  /** For the classes: looks at all wires again, since something drives them otherwise. */
  refresh(): void {
    this.#settle();
  }

  #pin(pin: number): Pin {
    const it = this.#pins.get(pin);
    if (it === undefined) throw new Error(`chip: no pin ${pin}`);
    return it;
  }

  /** Brings the levels of some pins up to date, and tells of those that changed. */
  #settle(pins: readonly number[] = this.model.pins): void {
    const moved: number[] = [];
    for (const number of pins) {
      const pin = this.#pin(number);
      const level = this.#resolve(number) ?? pin.level;
      const pulse = pin.pad.kind === "pulsed" ? this.#pulses.pulse(pin.pad.channel) : undefined;
      const isSame = pulse?.hz === pin.pulse?.hz && pulse?.duty === pin.pulse?.duty;
      if (level === pin.level && isSame) continue;
      const isEdge = level !== pin.level;
      pin.level = level;
      pin.pulse = pulse;
      moved.push(number);
      if (isEdge) pin.listener?.(level);
    }
    // Whoever watches may drive other pins, and is told of those in turn.
    for (const number of moved) for (const watcher of this.#watchers) watcher(number);
  }

  /** What a pin's wire is at; undefined where it floats. */
  #resolve(from: number): Level | undefined {
    const wire = this.#wire(from);
    let [strong, board, own] = [0, 0, 0];
    for (const number of wire) {
      const { pad, driven, resistor } = this.#pin(number);
      strong |= bitOf(driven) | bitOf(this.#driver(pad));
      board |= bitOf(levelOf(resistor));
      own |= bitOf(levelOf(pullOf(pad)));
    }
    if (strong === BOTH) throw new Error(`chip: pins ${wire.join(", ")} are driven both ways`);
    // What drives is stronger than a resistor, and that than the chip's own pull; two that contradict each other are luck.
    const decides = strong || board || own;
    return decides === 0 || decides === BOTH ? undefined : decides === HIGH ? 1 : 0;
  }

  /** Every pin that a pin is wired to, over any number of contacts, itself included. */
  #wire(from: number): readonly number[] {
    if (this.#pin(from).joined.size === 0) return [from];
    const wire = new Set([from]);
    for (const number of wire) for (const next of this.#pin(number).joined) wire.add(next);
    return [...wire];
  }

  /** What the chip drives; undefined where it only listens or has let go. */
  #driver(pad: Pad): Level | undefined {
    switch (pad.kind) {
      case "input":
        return undefined;
      case "output":
        return pad.level;
      case "drain":
        return pad.level === 0 ? 0 : undefined;
      case "pulsed":
        return (this.#pulses.pulse(pad.channel)?.duty ?? 0) > 0 ? 1 : 0;
    }
  }
}

const LOW = 1;
const HIGH = 2;
const BOTH = LOW | HIGH;

function bitOf(level: Level | undefined): number {
  return level === undefined ? 0 : level === 1 ? HIGH : LOW;
}

function levelOf(pull: Pull | undefined): Level | undefined {
  return pull === undefined ? undefined : pull === "up" ? 1 : 0;
}

function pullOf(pad: Pad): Pull | undefined {
  return pad.kind === "input" || pad.kind === "drain" ? pad.pull : undefined;
}
