// The SDK's Analog on the pins of a chip of the desk.
// Why: its readings are in parts of 2,450 mV, not of the supply; the first ESP32's are never those of 0 V; and a reading that fails is
// undefined, not an exception.
// Follows Ecma-419 §9.3 as the SDK 8.2.3 has it on an ESP32, calibrated. Not in the model: noise.

import type { Analog, AnalogClass } from "../../firmware/io/ecma419.ts";
import type { Chip } from "./chip.ts";
import { closed } from "./digital.ts";
import type { Decibels } from "./model.ts";

type Options = ConstructorParameters<AnalogClass>[0];

const RESOLUTION = 12;
const GREATEST = 2 ** RESOLUTION - 1;
/** The voltage of the greatest reading. */
const FULL_MILLIVOLTS: Readonly<Record<Decibels, number>> = Object.freeze({ 0: 950, 2.5: 1_250, 6: 1_750, 12: 2_450 });

class ChipAnalog implements Analog {
  readonly #chip: Chip;
  readonly #pin: number;
  readonly #decibels: Decibels;
  readonly #starts: number;
  #isOpen = true;

  constructor(chip: Chip, { pin, esp32 = { attenuation: 12 } }: Options) {
    if (pin === undefined) throw new Error("invalid");
    if (!chip.has(pin) || chip.isTaken(pin)) throw new RangeError("in use");
    if (!Object.hasOwn(FULL_MILLIVOLTS, esp32.attenuation)) throw new RangeError("bad attenuation");
    if (!chip.model.analog.includes(pin)) throw new RangeError("not analog pin");
    this.#chip = chip;
    this.#pin = pin;
    this.#decibels = esp32.attenuation;
    this.#starts = chip.starts;
    chip.take(pin);
  }

  get resolution(): number {
    return RESOLUTION;
  }

  read(): number | undefined {
    if (!this.#isAlive) closed();
    if (this.#chip.isConverterBusy) return undefined;
    const floor = this.#chip.model.floors[this.#decibels];
    const millivolts = Math.max(floor, Math.trunc(this.#chip.millivolts(this.#pin)));
    return Math.min(GREATEST, Math.trunc((millivolts * GREATEST) / FULL_MILLIVOLTS[this.#decibels]));
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
