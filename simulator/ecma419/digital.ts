// The SDK's Digital on the pins of a chip of the desk.
// Why: which calls throw, what a pin does before and after them, and when an interrupt comes is what drivers get wrong.
// Follows Ecma-419 §9.2 as the SDK 8.2.3 has it on an ESP32. One difference: a pin that the chip does not have always throws, where
// the SDK takes pin 33 of a chip with 32 of them for pin 1.

import type { Digital, DigitalClass } from "../../firmware/io/ecma419.ts";
import type { Chip, Level, Pad } from "./chip.ts";
import type { Pull } from "./model.ts";

type Options = ConstructorParameters<DigitalClass>[0];

const INPUT = 0;
const INPUT_PULL_UP = 1;
const INPUT_PULL_DOWN = 2;
const INPUT_PULL_UP_DOWN = 3;
const OUTPUT = 8;
const OUTPUT_OPEN_DRAIN = 9;
const RISING = 1;
const FALLING = 2;
const PULLS: ReadonlyMap<number, Pull | undefined> = new Map([
  [INPUT, undefined],
  [INPUT_PULL_UP, "up"],
  [INPUT_PULL_DOWN, "down"],
  [INPUT_PULL_UP_DOWN, undefined],
] as const);

/** What the SDK's host functions say of an object that was closed. */
export function closed(): never {
  throw new SyntaxError("invalid host object");
}

class ChipDigital implements Digital {
  readonly #chip: Chip;
  readonly #pin: number;
  readonly #isInput: boolean;
  readonly #isDrain: boolean;
  readonly #starts: number;
  #isOpen = true;
  #isTriggered = false;

  constructor(chip: Chip, options: Options) {
    const { pin, mode } = options;
    requirePin(chip, pin);
    if (mode === undefined) throw new Error("invalid");
    this.#isInput = PULLS.has(mode);
    this.#isDrain = mode === OUTPUT_OPEN_DRAIN;
    if (!this.#isInput && mode !== OUTPUT && !this.#isDrain) throw new RangeError("invalid mode");
    const listener = this.#isInput ? this.#listener(options) : undefined;
    if (!this.#isInput && chip.model.inputOnly.includes(pin)) throw new RangeError("input only");
    this.#chip = chip;
    this.#pin = pin;
    this.#starts = chip.starts;
    chip.take(pin);
    if (this.#isInput) chip.configure(pin, { kind: "input", pull: PULLS.get(mode) }, listener);
    else chip.configure(pin, this.#driving(options.initialValue ? 1 : 0));
  }

  read(): number {
    this.#requireOpen();
    if (!this.#isInput) throw new Error("can't read output");
    return this.#chip.level(this.#pin);
  }

  write(value: 0 | 1): void {
    this.#requireOpen();
    if (this.#isInput) throw new Error("can't write input");
    this.#chip.configure(this.#pin, this.#driving(Number(value) ? 1 : 0));
  }

  /** Gives the pin back as an input that the chip pulls up, as ESP-IDF's gpio_reset_pin leaves it. */
  close(): void {
    if (!this.#isAlive) return;
    this.#isOpen = false;
    this.#chip.free(this.#pin);
    this.#chip.configure(this.#pin, { kind: "input", pull: "up" });
  }

  get #isAlive(): boolean {
    return this.#isOpen && this.#chip.starts === this.#starts;
  }

  #requireOpen(): void {
    if (!this.#isAlive) closed();
  }

  #driving(level: Level): Pad {
    return this.#isDrain ? { kind: "drain", level } : { kind: "output", level };
  }

  /** Gives what an edge does, unless the chip sleeps: however many come before the loop runs, they are one callback, and after closing none. Where the
   *  message of one is lost, none that follows sends another. */
  #listener({ edge = 0, onReadable }: Options): ((level: Level) => void) | undefined {
    if (onReadable === undefined || onReadable === null) return undefined;
    if (typeof onReadable !== "function") throw new Error("not a function");
    if ((edge & (RISING | FALLING)) === 0) throw new RangeError("invalid edges");
    return (level) => {
      if (this.#chip.slumber.isAsleep) return;
      if ((edge & (level === 1 ? RISING : FALLING)) === 0 || this.#isTriggered) return;
      this.#isTriggered = true;
      this.#chip.interrupt(() => {
        this.#isTriggered = false;
        if (this.#isAlive) onReadable.call(this);
      });
    };
  }
}

/** Refuses a pin that is not there or has an owner. */
function requirePin(chip: Chip, pin: number): void {
  if (pin === undefined) throw new Error("invalid");
  if (!chip.has(pin)) throw new Error("invalid pin");
  if (chip.isTaken(pin)) throw new Error("in use");
}

/** Gives the class as a main file imports it. */
export function digitalOf(chip: Chip): DigitalClass {
  return class extends ChipDigital {
    static readonly Input = INPUT;
    static readonly InputPullUp = INPUT_PULL_UP;
    static readonly InputPullDown = INPUT_PULL_DOWN;
    static readonly InputPullUpDown = INPUT_PULL_UP_DOWN;
    static readonly Output = OUTPUT;
    static readonly OutputOpenDrain = OUTPUT_OPEN_DRAIN;
    static readonly Rising = RISING;
    static readonly Falling = FALLING;

    constructor(options: Options) {
      super(chip, options);
    }
  };
}
