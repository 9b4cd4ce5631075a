// Input pins: a contact that bounces, debounced by time, and a level that is looked at as it is.
// Why: a bolt's contact, a door's and a button chatter for milliseconds, and each chatter would be an opening in the journal.
// Follows Ecma-419 §9.2. No edge decides anything: it only says that the level is worth reading, so that one which came late, came
// together with others, or did not come at all costs time and no truth: a level is read twice a second, whatever its edges do.

import { assert } from "../fault.ts";
import { type Input, type Millis, millis } from "../platform.ts";
import type { Digital, DigitalClass } from "./ecma419.ts";
import type { Loop } from "./loop.ts";
import { pollAfter } from "./poll.ts";

/** The wiring of an input. */
export interface InputOptions {
  readonly io: DigitalClass;
  readonly pin: number;
  /** The chip's own resistor; left out where the board has one. */
  readonly pull?: "up" | "down";
  /** Whether a low pin is the active one, as for a contact to ground; left out: a high one. */
  readonly isActiveLow?: boolean;
}

/** The wiring of a contact, and who is told of it. */
export interface ContactOptions extends InputOptions {
  /** How long a level must stand, in milliseconds, 1..1,000. */
  readonly debounceMillis: number;
  /** How often it is looked at by itself; left out: as pollAfter does. */
  readonly pollMillis?: number | undefined;
  /** Called from the event loop on every edge: `tick` is due. Left out where it is ticked often enough anyhow. */
  edge?(): void;
  /** Called from within `tick` when the debounced level has changed. */
  changed?(isActive: boolean, now: Millis): void;
}

const DEBOUNCE_MILLIS_MAX = 1_000;

function modeOf({ io, pull }: InputOptions): number {
  if (pull === undefined) return io.Input;
  return pull === "up" ? io.InputPullUp : io.InputPullDown;
}

/** A level as it is at the moment, for a signal that does not bounce: a driver's fault line. */
export class LevelInput implements Input {
  readonly #digital: Digital;
  readonly #active: number;

  /** @throws Error of the SDK where the pin is taken */
  constructor(options: InputOptions) {
    const { io, pin, isActiveLow = false } = options;
    this.#active = isActiveLow ? 0 : 1;
    this.#digital = new io({ pin, mode: modeOf(options) });
  }

  get isActive(): boolean {
    return this.#digital.read() === this.#active;
  }

  /** Gives the pin back. Twice is harmless. */
  close(): void {
    this.#digital.close();
  }
}

/** A contact. Its level counts at once until it is ticked first; each later one when it has stood for the debounce. */
export class ContactInput implements Input {
  readonly #digital: Digital;
  readonly #active: number;
  readonly #debounceMillis: number;
  readonly #pollMillis: number | undefined;
  readonly #changed: ((isActive: boolean, now: Millis) => void) | undefined;
  #isActive: boolean;
  /** The level that was read last, and since when it stands. */
  #read: boolean;
  #since: Millis = millis(0);
  /** Whether an edge has come since the last reading: whatever is read next, it has not stood before. */
  #hasEdge = false;
  #now: Millis | undefined;

  /** @throws Error of the SDK where the pin is taken */
  constructor(options: ContactOptions) {
    const { io, pin, isActiveLow = false, debounceMillis, edge } = options;
    assert(debounceMillis > 0 && debounceMillis <= DEBOUNCE_MILLIS_MAX, "input: a debounce is 1 to 1,000 ms");
    this.#active = isActiveLow ? 0 : 1;
    this.#debounceMillis = debounceMillis;
    this.#pollMillis = options.pollMillis;
    this.#changed = options.changed?.bind(options);
    const onReadable = () => {
      this.#hasEdge = true;
      edge?.call(options);
    };
    this.#digital = new io({ pin, mode: modeOf(options), edge: io.Rising | io.Falling, onReadable });
    // Edges are heard from here on, so that none falls between this reading and them.
    this.#isActive = this.#digital.read() === this.#active;
    this.#read = this.#isActive;
  }

  get isActive(): boolean {
    return this.#now === undefined ? this.#digital.read() === this.#active : this.#isActive;
  }

  /** Reads the level. */
  tick(now: Millis): void {
    const read = this.#digital.read() === this.#active;
    if (this.#now === undefined) this.#isActive = read;
    this.#now = now;
    if (read !== this.#read || this.#hasEdge) this.#since = now;
    this.#read = read;
    this.#hasEdge = false;
    if (read === this.#isActive || now - this.#since < this.#debounceMillis) return;
    this.#isActive = read;
    this.#changed?.(read, now);
  }

  /** The uptime by which `tick` must be called. */
  get nextTick(): Millis {
    const now = this.#now;
    if (now === undefined) return millis(0);
    if (this.#hasEdge) return now;
    if (this.#read !== this.#isActive) return millis(this.#since + this.#debounceMillis);
    return pollAfter(now, this.#pollMillis);
  }

  /** Gives the pin back. Twice is harmless. */
  close(): void {
    this.#digital.close();
  }
}

/** A contact to ground on a pin with the chip's own pull-up. */
export interface GroundContact {
  readonly io: DigitalClass;
  readonly loop: Loop;
  readonly pin: number;
  readonly debounceMillis: number;
}

/** Gives a contact that is active while it is closed to ground, and wakes the board's loop on every edge.
 *  @param changed called when the debounced level has changed   @throws Error of the SDK where the pin is taken */
export function contactToGround(
  { io, loop, pin, debounceMillis }: GroundContact,
  changed: (isActive: boolean, now: Millis) => void,
): ContactInput {
  const edge = () => loop.call(() => {});
  const { pollMillis } = loop;
  return new ContactInput({ io, pin, pull: "up", isActiveLow: true, debounceMillis, pollMillis, changed, edge });
}
