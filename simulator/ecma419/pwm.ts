// The SDK's PWM on the pins of a chip of the desk: four timers, a few channels, and pins that follow them.
// Why: channels and timers run out, and a pin that was closed may go on following a channel that somebody else has now.
// Follows Ecma-419 §9.5 as the SDK 8.2.3 has it on an ESP32. One difference: a resolution outside of 8 to 14 bits throws, where the
// SDK looks beyond the end of its table.

import type { Pwm, PwmClass } from "../../firmware/io/ecma419.ts";
import type { Chip, Pulse } from "./chip.ts";
import { closed } from "./digital.ts";
import type { ChipModel } from "./model.ts";

type Options = ConstructorParameters<PwmClass>[0];

const TIMERS = 4;
const RESOLUTION_MIN = 8;
const RESOLUTION_MAX = 14;
/** The clock that is divided for every pulse. */
const CLOCK_HERTZ = 80_000_000;
/** The channels that the SDK uses where a board's manifest says nothing: 4 to 7. A chip with six has two of those. */
export const CHANNELS_USUAL = 0xf0;

interface Timing {
  readonly hz: number;
  readonly resolution: number;
}

/** The timers and channels of one chip, from one reset to the next. A timer without users that was not given back goes on, as what a run before
 *  left. */
export class Pulses {
  readonly #model: ChipModel;
  readonly #map: number;
  readonly #timers: ({ readonly timing: Timing; users: number } | undefined)[] = Array.from({ length: TIMERS });
  /** The values that the channels are set to, and their timers; undefined before the first use. */
  readonly #channels = new Map<number, { readonly timer: number; value: number }>();
  readonly #taken = new Set<number>();

  constructor(model: ChipModel, map: number) {
    this.#model = model;
    this.#map = map;
  }

  /** What a channel's pins do; undefined where its timer rests. */
  pulse(channel: number): Pulse | undefined {
    const state = this.#channels.get(channel);
    const timing = state === undefined ? undefined : this.#timers[state.timer]?.timing;
    if (state === undefined || timing === undefined) return undefined;
    return { hz: timing.hz, duty: state.value / 2 ** timing.resolution };
  }

  /** Takes a channel and a timer that it shares with all that ask for the same. @throws Error, RangeError */
  take(timing: Timing): { readonly channel: number; readonly timer: number } {
    const { hz, resolution } = timing;
    if (hz < Number(this.#model.hertzMin[resolution - RESOLUTION_MIN])) {
      throw new RangeError("invalid combination of hz and resolution");
    }
    let channel = 0;
    while (channel < 8 && ((this.#map >> channel) & 1 & (this.#taken.has(channel) ? 0 : 1)) === 0) channel += 1;
    if (channel === 8) throw new Error("no ledc channel");
    const timer = this.#timerOf(timing);
    // A channel of the map that the chip does not have.
    if (channel >= this.#model.channels) throw new Error("can't configure");
    this.#timers[timer] = { timing, users: (this.#timers[timer]?.users ?? 0) + 1 };
    this.#taken.add(channel);
    this.#channels.set(channel, { timer, value: 0 });
    return { channel, timer };
  }

  /** The program starts anew: nobody owns anything, and all that pulses goes on. */
  restart(): void {
    this.#taken.clear();
    for (const timer of this.#timers) if (timer !== undefined) timer.users = 0;
  }

  set(channel: number, value: number): void {
    const state = this.#channels.get(channel);
    if (state !== undefined) state.value = value;
  }

  /** Gives both back. @returns whether the timer rests now, and the pin was taken off its channel */
  free(channel: number, timer: number): boolean {
    this.set(channel, 0);
    this.#taken.delete(channel);
    const state = this.#timers[timer];
    if (state === undefined) return true;
    state.users -= 1;
    if (state.users === 0) this.#timers[timer] = undefined;
    return state.users === 0;
  }

  #timerOf({ hz, resolution }: Timing): number {
    const same = this.#timers.findIndex(
      (it) => it !== undefined && it.users > 0 && it.timing.hz === hz && it.timing.resolution === resolution,
    );
    if (same >= 0) return same;
    const free = this.#timers.map((it) => it === undefined || it.users === 0).lastIndexOf(true);
    if (free < 0) throw new RangeError("no timer");
    if (hz * 2 ** resolution > CLOCK_HERTZ) throw new Error("configure ledc timer failed");
    return free;
  }
}

class ChipPwm implements Pwm {
  readonly hz: number;
  readonly #chip: Chip;
  readonly #pin: number;
  readonly #resolution: number;
  readonly #channel: number;
  readonly #timer: number;
  readonly #starts: number;
  #isOpen = true;

  constructor(chip: Chip, { pin, hz = 1024, resolution = 10 }: Options) {
    if (pin === undefined) throw new Error("invalid");
    if (!chip.has(pin) || chip.isTaken(pin)) throw new Error("in use");
    this.hz = Math.trunc(hz);
    this.#resolution = Math.trunc(resolution);
    if (!(this.hz > 0)) throw new RangeError("invalid hz");
    if (!(this.#resolution >= RESOLUTION_MIN && this.#resolution <= RESOLUTION_MAX)) {
      throw new RangeError("invalid resolution");
    }
    const { channel, timer } = chip.pulses.take({ hz: this.hz, resolution: this.#resolution });
    this.#chip = chip;
    this.#pin = pin;
    this.#channel = channel;
    this.#timer = timer;
    this.#starts = chip.starts;
    chip.take(pin);
    // It begins with a value of 0: low.
    chip.configure(pin, { kind: "pulsed", channel });
  }

  get resolution(): number {
    this.#requireOpen();
    return this.#resolution;
  }

  write(value: number): void {
    this.#requireOpen();
    const whole = Math.trunc(value);
    const most = 2 ** this.#resolution - 1;
    if (!(whole >= 0 && whole <= most)) throw new RangeError("invalid value");
    // The greatest is on all the time.
    this.#chip.pulses.set(this.#channel, whole === most ? most + 1 : whole);
    this.#chip.refresh();
  }

  /** Gives the pin back, low and driven. Where another shares the timer, the pin still follows the channel. */
  close(): void {
    if (!this.#isAlive) return;
    this.#isOpen = false;
    const isTakenOff = this.#chip.pulses.free(this.#channel, this.#timer);
    this.#chip.free(this.#pin);
    if (isTakenOff) this.#chip.configure(this.#pin, { kind: "output", level: 0 });
    else this.#chip.refresh();
  }

  get #isAlive(): boolean {
    return this.#isOpen && this.#chip.starts === this.#starts;
  }

  #requireOpen(): void {
    if (!this.#isAlive) closed();
  }
}

/** Gives the class as a main file imports it. */
export function pwmOf(chip: Chip): PwmClass {
  return class extends ChipPwm {
    constructor(options: Options) {
      super(chip, options);
    }
  };
}
