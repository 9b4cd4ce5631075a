// What beeps: a piezo that takes any tone, and a buzzer or siren that has its own.
// Why: "yes", "no" and an alarm must be told apart with the eyes shut; a piezo needs pulses of each tone's hertz.
// Follows Ecma-419 §9.5. The SDK's hertz are fixed when a PWM is opened, so each tone opens a new one.

import type { Output } from "../platform.ts";
import type { Pwm, PwmClass } from "./ecma419.ts";

/** Other bits than a lamp's: a timer is shared by all of one hertz and resolution, and a pin that shared one and is closed goes on
 *  following its channel, so a tone must share none. Good from 71 Hz. */
const RESOLUTION = 8;

/** What beeps. */
export interface Sounder {
  /** @param hertz 71..20,000; 0 is silence */
  sound(hertz: number): void;
}

/** A piezo; silent, with its pin low, from here on. Between tones it holds no channel. */
export class Piezo implements Sounder {
  readonly #io: PwmClass;
  readonly #pin: number;
  #pwm: Pwm | undefined;
  #hertz = 0;

  /** @throws Error of the SDK where the pin is taken or no channel is left */
  constructor({ io, pin }: { readonly io: PwmClass; readonly pin: number }) {
    this.#io = io;
    this.#pin = pin;
    // A pin that was a PWM stays driven low; before that, it is at the mercy of noise.
    new io({ pin, resolution: RESOLUTION }).close();
  }

  /** @throws Error of the SDK where no channel or timer is left */
  sound(hertz: number): void {
    if (hertz === this.#hertz) return;
    this.close();
    if (hertz === 0) return;
    const pwm = new this.#io({ pin: this.#pin, hz: hertz, resolution: RESOLUTION });
    pwm.write(2 ** (pwm.resolution - 1));
    this.#pwm = pwm;
    this.#hertz = hertz;
  }

  /** Ends the tone, and gives the pin back. Twice is harmless. */
  close(): void {
    this.#pwm?.close();
    this.#pwm = undefined;
    this.#hertz = 0;
  }
}

/** A buzzer or a siren with a tone of its own, which sounds in the rhythm of the tones. */
export class Buzzer implements Sounder {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
    output.write(false);
  }

  sound(hertz: number): void {
    this.#output.write(hertz > 0);
  }
}
