// An output pin that is inactive from its first moment on.
// Why: a coil, a bridge's input or a lamp must not twitch while a board starts (docs/attacks.md T36): the level stands before the
// pin drives, and nothing here ever makes it active but `write(true)`.
// Follows Ecma-419 §9.2. Where an active pin moves a bolt, the board pulls it to its inactive level by 10 kΩ or less, for the time
// from a reset until here, and after `close`, which lets an ESP32's own pull-up of about 45 kΩ act.

import type { Output } from "../platform.ts";
import type { Digital, DigitalClass } from "./ecma419.ts";

/** The wiring of an output. */
export interface OutputOptions {
  readonly io: DigitalClass;
  readonly pin: number;
  /** Whether a low pin is the active one; left out: a high one. */
  readonly isActiveLow?: boolean;
}

/** One output over one Digital. */
export class PinOutput implements Output {
  readonly #digital: Digital;
  readonly #active: 0 | 1;

  /** @throws Error of the SDK where the pin is taken, or no output */
  constructor({ io, pin, isActiveLow = false }: OutputOptions) {
    this.#active = isActiveLow ? 0 : 1;
    this.#digital = new io({ pin, mode: io.Output, initialValue: isActiveLow ? 1 : 0 });
  }

  write(isActive: boolean): void {
    this.#digital.write(isActive === (this.#active === 1) ? 1 : 0);
  }

  /** Gives the pin back. Twice is harmless; `write` afterwards is the programmer's mistake. */
  close(): void {
    this.#digital.close();
  }
}
