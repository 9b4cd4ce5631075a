// The keypad's face on the chip's pins: three lamps that mix a colour, and what beeps.
// Why: colours are a keypad's affair, lamps any board's; whether those take a brightness or are on or off is the board's wiring.
// Follows the Face of light.ts.

import type { Sounder } from "../firmware/io/tone.ts";
import type { Level } from "../firmware/platform.ts";
import type { Face, Light } from "./light.ts";

/** How much of red, green and blue is in each colour. With lamps that are only on or off, amber is red and green. */
const COLOURS: Readonly<Record<Light, readonly [red: number, green: number, blue: number]>> = Object.freeze({
  off: Object.freeze([0, 0, 0] as const),
  white: Object.freeze([1, 1, 1] as const),
  green: Object.freeze([0, 1, 0] as const),
  red: Object.freeze([1, 0, 0] as const),
  amber: Object.freeze([1, 0.4, 0] as const),
});

/** The three lamps, and what beeps. */
export interface FaceParts {
  readonly red: Level;
  readonly green: Level;
  readonly blue: Level;
  readonly sounder: Sounder;
}

/** A face of lamps. */
export class LampFace implements Face {
  readonly #parts: FaceParts;

  constructor(parts: FaceParts) {
    this.#parts = parts;
  }

  show(light: Light, brightness: number): void {
    const [red, green, blue] = COLOURS[light];
    this.#parts.red.write(red * brightness);
    this.#parts.green.write(green * brightness);
    this.#parts.blue.write(blue * brightness);
  }

  sound(hertz: number): void {
    this.#parts.sounder.sound(hertz);
  }
}
