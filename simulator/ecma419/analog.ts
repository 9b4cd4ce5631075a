// The SDK's Analog on the pins of a chip of the desk.
// Why: its readings are in parts of 2,450 mV, not of the supply, and a reading that fails is undefined, not an exception.
// Follows Ecma-419 §9.3 as the SDK 8.2.3 has it on an ESP32, calibrated, at 12 dB. Not in the model: noise, and what the converter
// of the first ESP32 makes of voltages below 150 mV.

import type { Analog, AnalogClass } from "../../firmware/io/ecma419.ts";
import type { Chip } from "./chip.ts";
import { closed } from "./digital.ts";

type Options = ConstructorParameters<AnalogClass>[0];

const RESOLUTION = 12;
const GREATEST = 2 ** RESOLUTION - 1;
/** The voltage of the greatest reading. */
const FULL_MILLIVOLTS = 2_450;

class ChipAnalog implements Analog {
  readonly #chip: Chip;
  readonly #pin: number;
  readonly #starts: number;
  #isOpen = true;

  constructor(chip: Chip, { pin }: Options) {
    if (pin === undefined) throw new Error("invalid");
    if (!chip.has(pin) || chip.isTaken(pin)) throw new RangeError("in use");
    if (!chip.model.analog.includes(pin)) throw new RangeError("not analog pin");
    this.#chip = chip;
    this.#pin = pin;
    this.#starts = chip.starts;
    chip.take(pin);
  }

  get resolution(): number {
    return RESOLUTION;
  }

  read(): number | undefined {
    if (!this.#isAlive) closed();
    if (this.#chip.isConverterBusy) return undefined;
    const millivolts = Math.max(0, Math.trunc(this.#chip.millivolts(this.#pin)));
    return Math.min(GREATEST, Math.trunc((millivolts * GREATEST) / FULL_MILLIVOLTS));
  }

  close(): void {
    if (!this.#isAlive) return;
    this.#isOpen = false;
    this.#chip.free(this.#pin);
  }

  get #isAlive(): boolean {
    return this.#isOpen && this.#chip.starts === this.#starts;
  }
}

/** Gives the class as a main file imports it. */
export function analogOf(chip: Chip): AnalogClass {
  return class extends ChipAnalog {
    constructor(options: Options) {
      super(chip, options);
    }
  };
}
