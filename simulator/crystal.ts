// A board's own time: it starts at 0 with each boot, and runs fast or slow by its crystal's error.
// Why: no board knows the world's time, and two boards never agree on how long a second is.

import { type Millis, millis } from "../firmware/platform.ts";
import type { World } from "./world.ts";

const MILLION = 1_000_000;

/** The crystal of one board. */
export class Crystal {
  readonly #world: World;
  /** How much faster than the truth it runs. */
  #driftPartsPerMillion: number;
  /** An instant, and the uptime at it, from which on it has run as it runs now. */
  #anchor: { readonly at: Millis; readonly uptime: Millis } = { at: millis(0), uptime: millis(0) };

  constructor(world: World, driftPartsPerMillion: number) {
    this.#world = world;
    this.#driftPartsPerMillion = driftPartsPerMillion;
  }

  /** Begins at 0. */
  start(): void {
    this.#anchor = { at: this.#world.now, uptime: millis(0) };
  }

  /** Lets it run faster or slower from now on: it got warm or cold. */
  setDrift(partsPerMillion: number): void {
    this.#anchor = { at: this.#world.now, uptime: this.uptime };
    this.#driftPartsPerMillion = partsPerMillion;
  }

  get uptime(): Millis {
    const { at, uptime } = this.#anchor;
    const elapsed = this.#world.now - at;
    return millis(uptime + elapsed + Math.floor((elapsed * this.#driftPartsPerMillion) / MILLION));
  }

  /** The first instant at which the uptime has reached `uptime`; not before now. */
  worldTime(uptime: Millis): Millis {
    const drift = this.#driftPartsPerMillion;
    const { at, uptime: since } = this.#anchor;
    const elapsed = Math.ceil(((uptime - since) * MILLION) / (MILLION + drift)) + (drift === 0 ? 0 : 1);
    return millis(Math.max(this.#world.now, at + elapsed));
  }
}
