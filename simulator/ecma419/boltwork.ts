// Iron and copper behind a chip's pins: a motor that moves a bolt, a servo that turns one, a coil that frees a latch; and the contacts
// and currents that tell of them.
// Why: the real drivers run against it, so it answers as a lock case does: late, with contacts that bounce, and stuck where it is told.
// Limits of the model: one speed, no inertia; a current is one of four values; a servo without a supply stays where it is.

import { assert } from "../../firmware/fault.ts";
import type { Chip } from "./chip.ts";

/** How long a contact chatters. */
const BOUNCE_MILLIS = 3;
/** How long a motor that starts draws the current of a blocked one. */
const INRUSH_MILLIS = 60;
/** What the currents make at the sense resistor of docs/hardware.md, in millivolts: 0.3 A and 1 A at 0.2 ohms. */
const CURRENT = Object.freeze({ none: 0, running: 60, blocked: 200 });

/** A contact to ground: closed it pulls its pin low, open it lets go; in between it chatters. */
class Contact {
  readonly #chip: Chip;
  readonly #pin: number;
  #isClosed: boolean;
  #chatters = 0;

  constructor(chip: Chip, pin: number, isClosed: boolean) {
    this.#chip = chip;
    this.#pin = pin;
    this.#isClosed = isClosed;
    chip.drive(pin, isClosed ? 0 : undefined);
  }

  /** A millisecond passes. */
  pass(isClosed: boolean): void {
    if (isClosed !== this.#isClosed) this.#chatters = BOUNCE_MILLIS;
    this.#isClosed = isClosed;
    const isTouching = this.#chatters % 2 === 0 ? isClosed : !isClosed;
    this.#chatters = Math.max(0, this.#chatters - 1);
    this.#chip.drive(this.#pin, isTouching ? 0 : undefined);
  }
}

/** The pins of a bolt's end contacts; each is closed while the bolt is fully there. */
export interface EndPins {
  readonly thrown: number;
  readonly retracted: number;
}

/** A bolt: 0 is retracted, 1 is thrown. */
class Iron {
  /** It cannot go beyond this place from either side; undefined where it is free. */
  block: number | undefined;
  #place: number;
  readonly #contacts: readonly (readonly [Contact, number])[];

  constructor(chip: Chip, ends: EndPins, place: 0 | 1) {
    this.#place = place;
    this.#contacts = [
      [new Contact(chip, ends.retracted, place === 0), 0],
      [new Contact(chip, ends.thrown, place === 1), 1],
    ];
  }

  get place(): number {
    return this.#place;
  }

  /** A hand moves it. */
  set place(place: number) {
    this.#place = place;
  }

  /** A millisecond passes in which it is pushed. @returns whether it moved */
  pass(step: number): boolean {
    const before = this.#place;
    const after = Math.min(1, Math.max(0, before + step));
    const { block } = this;
    const isStopped = block !== undefined && (before < block ? after >= block : after <= block);
    this.#place = isStopped ? before : after;
    for (const [contact, place] of this.#contacts) contact.pass(Math.abs(this.#place - place) < 0.001);
    return this.#place !== before;
  }
}

interface MotorPins {
  readonly retract: number;
  readonly throw: number;
  readonly wake: number;
  /** Where the current is measured. */
  readonly current: number;
}

/** A motor behind an H-bridge, and its bolt. */
export class MotorWork {
  readonly iron: Iron;
  readonly #chip: Chip;
  readonly #pins: MotorPins;
  readonly #travelMillis: number;
  #runMillis = 0;

  constructor(options: {
    readonly chip: Chip;
    readonly pins: MotorPins;
    readonly ends: EndPins;
    readonly place: 0 | 1;
    readonly travelMillis: number;
  }) {
    this.#chip = options.chip;
    this.#pins = options.pins;
    this.#travelMillis = options.travelMillis;
    this.iron = new Iron(options.chip, options.ends, options.place);
  }

  /** Lets time pass, in whole milliseconds. */
  pass(duration: number): void {
    for (let left = duration; left > 0; left--) this.#step();
  }

  #step(): void {
    const { retract, throw: outward, wake, current } = this.#pins;
    const isAwake = this.#chip.level(wake) === 1;
    const push = isAwake ? this.#chip.level(outward) - this.#chip.level(retract) : 0;
    this.#runMillis = push === 0 ? 0 : this.#runMillis + 1;
    const hasMoved = this.iron.pass(push / this.#travelMillis);
    const isHeavy = push !== 0 && (!hasMoved || this.#runMillis <= INRUSH_MILLIS);
    this.#chip.supply(current, push === 0 ? CURRENT.none : isHeavy ? CURRENT.blocked : CURRENT.running);
  }
}

interface ServoWires {
  readonly signal: number;
  readonly supply: number;
}

/** A servo on a thumbturn: 0 degrees is thrown, 90 retracted. */
export class ServoWork {
  readonly iron: Iron;
  readonly #chip: Chip;
  readonly #pins: ServoWires;

  constructor(options: {
    readonly chip: Chip;
    readonly pins: ServoWires;
    readonly ends: EndPins;
    readonly place: 0 | 1;
  }) {
    this.#chip = options.chip;
    this.#pins = options.pins;
    this.iron = new Iron(options.chip, options.ends, options.place);
  }

  /** Lets time pass, in whole milliseconds. */
  pass(duration: number): void {
    for (let left = duration; left > 0; left--) this.iron.pass(this.#step());
  }

  #step(): number {
    const pulse = this.#chip.pulse(this.#pins.signal);
    if (this.#chip.level(this.#pins.supply) === 0 || pulse === undefined || pulse.duty === 0) return 0;
    assert(pulse.hz === 50, "a servo wants pulses of 50 Hz");
    // 500 µs is 0 degrees, 2,500 is 180; it turns 90 degrees in 300 ms.
    const degrees = ((pulse.duty * 20_000 - 500) * 180) / 2_000;
    const wanted = Math.min(1, Math.max(0, 1 - degrees / 90));
    return Math.max(-1 / 300, Math.min(1 / 300, wanted - this.iron.place));
  }
}

/** A fail-secure strike: its keeper holds unless the coil has power, and a contact is closed while it holds. */
export class StrikeWork {
  readonly #chip: Chip;
  readonly #coil: number;
  readonly #keeper: Contact;

  constructor(chip: Chip, pins: { readonly coil: number; readonly keeper: number }) {
    this.#chip = chip;
    this.#coil = pins.coil;
    this.#keeper = new Contact(chip, pins.keeper, true);
  }

  /** Lets time pass, in whole milliseconds. */
  pass(duration: number): void {
    for (let left = duration; left > 0; left--) this.#keeper.pass(this.#chip.level(this.#coil) === 0);
  }
}
