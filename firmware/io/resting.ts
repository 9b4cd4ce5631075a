// The SDK's classes for a chip that sleeps: pins that stay as they are, inputs that wake it, pulses and lines that keep it awake.
// Why: drivers know nothing of sleep; what they open says for them what must not be slept over.
// Follows Ecma-419 as ecma419.ts has it, and docs/hardware.md, "Light sleep".

import type { Digital, DigitalClass, Pwm, PwmClass, Sdk, Serial, SerialClass } from "./ecma419.ts";
import { RESTING_POLL_MILLIS } from "./poll.ts";
import type { Pump } from "./pump.ts";
import { Rest } from "./rest.ts";
import type { Sleeper } from "./sleep.ts";

type DigitalOptions = ConstructorParameters<DigitalClass>[0];
type PwmOptions = ConstructorParameters<PwmClass>[0];
type SerialOptions = ConstructorParameters<SerialClass>[0];

/** A pin whose changes are found by its level: no edge is told to a chip that sleeps. One that was closed may still wake it; a board closes
 *  inputs only where it cannot run. */
class RestingDigital implements Digital {
  readonly #rest: Rest;
  readonly #digital: Digital;
  readonly #pin: number;
  /** The level that it had when it was looked at last; the other one is watched for. Undefined where nobody listens. */
  #level: number | undefined;
  #isOpen = true;

  constructor(io: DigitalClass, rest: Rest, { edge = 0, onReadable, ...wiring }: DigitalOptions) {
    this.#rest = rest;
    this.#pin = wiring.pin;
    this.#digital = new io(wiring);
    rest.keep(wiring.pin);
    if (onReadable === undefined) return;
    rest.add(wiring.pin, () => {
      if (!this.#isOpen) return;
      const before = this.#level;
      const level = this.#look();
      // One that is back where it was has been away.
      if (level === before || (edge & (level === 1 ? io.Rising : io.Falling)) !== 0) onReadable.call(this);
    });
    this.#look();
  }

  read(): number {
    return this.#level === undefined ? this.#digital.read() : this.#look();
  }

  write(value: 0 | 1): void {
    this.#digital.write(value);
  }

  close(): void {
    this.#isOpen = false;
    this.#digital.close();
  }

  #look(): number {
    const level = this.#digital.read();
    this.#level = level;
    this.#rest.watch(this.#pin, level === 1 ? 0 : 1);
    return level;
  }
}

/** Pulses, which stand still while the chip sleeps: it stays awake unless they are off, or on all the time. */
class RestingPwm implements Pwm {
  readonly #rest: Rest;
  readonly #pwm: Pwm;
  #isPulsing = false;

  constructor(io: PwmClass, rest: Rest, options: PwmOptions) {
    this.#rest = rest;
    this.#pwm = new io(options);
    rest.keep(options.pin);
  }

  get resolution(): number {
    return this.#pwm.resolution;
  }

  write(value: number): void {
    this.#pwm.write(value);
    this.#pulse(value > 0 && value < 2 ** this.#pwm.resolution - 1);
  }

  close(): void {
    this.#pwm.close();
    this.#pulse(false);
  }

  #pulse(isPulsing: boolean): void {
    if (isPulsing === this.#isPulsing) return;
    this.#isPulsing = isPulsing;
    if (isPulsing) {
      this.#rest.hold();
      return;
    }
    // The last value is out with the end of a pulse, 20 ms later at the most.
    this.#rest.release();
    this.#rest.stir();
  }
}

/** A serial line. It wakes the chip, which stays awake for a while behind what was sent and what came. */
class RestingSerial implements Serial {
  readonly #rest: Rest;
  readonly #serial: Serial;

  constructor(io: SerialClass, rest: Rest, options: SerialOptions) {
    const { receive, transmit, onReadable, onWritable } = options;
    this.#rest = rest;
    this.#serial = new io({
      ...options,
      onReadable: (count) => {
        rest.stir();
        onReadable?.call(this, count);
      },
      onWritable: (count) => onWritable?.call(this, count),
    });
    if (transmit !== undefined) rest.keep(transmit);
    if (receive === undefined) return;
    rest.keep(receive);
    rest.addLine(receive);
  }

  read(): ArrayBuffer | undefined {
    return this.#serial.read();
  }

  write(bytes: ArrayBuffer): void {
    this.#serial.write(bytes);
    this.#rest.stir();
  }

  close(): void {
    this.#serial.close();
  }
}

/** What a board needs to sleep: when it may, and the classes by which it opens its pins and lines. */
export interface Resting {
  readonly rest: Rest;
  /** Gives the SDK's classes as a resting board opens them; those that sleep does nothing to are the SDK's own. */
  over<Some extends Pick<Sdk, "Digital" | "Pwm" | "Serial">>(sdk: Some): Some;
}

/** What a board sleeps by. */
export interface RestWish {
  readonly needsCrystal: boolean;
  readonly pump: Pump;
}

/** Lets a board sleep whenever its pump is idle: called before a pin is opened; undefined where the chip cannot sleep, and the board does
 *  without. */
export type RestMaker = (wish: RestWish) => Resting | undefined;

/** @param sleeper the chip, as it is without JavaScript */
export function restOn(sleeper: Sleeper): RestMaker {
  return ({ needsCrystal, pump }) => {
    const rest = Rest.start({ sleeper, needsCrystal, loop: pump });
    if (rest === undefined) return undefined;
    pump.pollMillis = RESTING_POLL_MILLIS;
    pump.add(rest);
    pump.whenIdle(() => rest.settle());
    return { rest, over: (sdk) => restingSdk(sdk, rest) };
  };
}

function restingSdk<Some extends Pick<Sdk, "Digital" | "Pwm" | "Serial">>(sdk: Some, rest: Rest): Some {
  const { Digital: Plain, Pwm: Pulses, Serial: Line } = sdk;
  const Digital = class extends RestingDigital {
    static readonly Input = Plain.Input;
    static readonly InputPullUp = Plain.InputPullUp;
    static readonly InputPullDown = Plain.InputPullDown;
    static readonly Output = Plain.Output;
    static readonly OutputOpenDrain = Plain.OutputOpenDrain;
    static readonly Rising = Plain.Rising;
    static readonly Falling = Plain.Falling;

    constructor(options: DigitalOptions) {
      super(Plain, rest, options);
    }
  };
  const Pwm = class extends RestingPwm {
    constructor(options: PwmOptions) {
      super(Pulses, rest, options);
    }
  };
  const Serial = class extends RestingSerial {
    constructor(options: SerialOptions) {
      super(Line, rest, options);
    }
  };
  return { ...sdk, Digital, Pwm, Serial };
}
