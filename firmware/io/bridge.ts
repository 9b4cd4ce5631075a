// The H-bridge of a motor: two inputs that are never both active, and the pin that puts its driver to sleep.
// Why: with both active a bridge of discrete transistors burns, and an integrated one brakes the motor where the lock believes that
// it drives. The other side is off before one goes on, whatever order the commands come in.
// Follows docs/design.md, "Bolts"; it is the pair of outputs of firmware/door/motor.ts.

import type { Output } from "../platform.ts";
import type { DigitalClass } from "./ecma419.ts";
import { PinOutput } from "./output.ts";

/** The wiring of a bridge; every pin is active high. */
export interface BridgeOptions {
  readonly io: DigitalClass;
  readonly retractPin: number;
  readonly throwPin: number;
  /** Low puts the driver to sleep, both sides off whatever its inputs say; left out where there is none. */
  readonly wakePin?: number;
}

type Side = "retract" | "throw";

/** One bridge. Asleep and off from its first pin on, until a side is written active. */
export class Bridge {
  readonly retract: Output;
  readonly throw: Output;
  readonly #pins: Readonly<Record<Side, PinOutput>>;
  readonly #wake: PinOutput | undefined;
  #active: Side | undefined;

  /** @throws Error of the SDK where a pin is taken; those before it stay, inactive */
  constructor({ io, retractPin, throwPin, wakePin }: BridgeOptions) {
    this.#wake = wakePin === undefined ? undefined : new PinOutput({ io, pin: wakePin });
    this.#pins = { retract: new PinOutput({ io, pin: retractPin }), throw: new PinOutput({ io, pin: throwPin }) };
    this.retract = { write: (isActive) => this.#write("retract", isActive) };
    this.throw = { write: (isActive) => this.#write("throw", isActive) };
  }

  /** Takes the power away and gives the pins back. Twice is harmless; a write afterwards is the programmer's mistake. */
  close(): void {
    for (const pin of [this.#pins.retract, this.#pins.throw, this.#wake]) pin?.close();
  }

  #write(side: Side, isActive: boolean): void {
    const other = side === "retract" ? "throw" : "retract";
    if (isActive) {
      this.#pins[other].write(false);
      this.#wake?.write(true);
      this.#pins[side].write(true);
      this.#active = side;
      return;
    }
    this.#pins[side].write(false);
    if (this.#active === other) return;
    this.#wake?.write(false);
    this.#active = undefined;
  }
}
