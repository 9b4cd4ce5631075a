// Something that a board does once, at a time.
// Why: a restart, or the word that an image is well, waits for its moment; until then nothing else does.

import type { Millis } from "../platform.ts";
import type { Timed } from "./pump.ts";

/** Calls `act` when it is due, and again only where it was planned again. */
export class Once implements Timed {
  nextTick: Millis | undefined;
  readonly #act: () => void;

  /** @param at when it is due; left out: it is not planned yet */
  constructor(act: () => void, at?: Millis) {
    this.#act = act;
    this.nextTick = at;
  }

  tick(): void {
    this.nextTick = undefined;
    this.#act();
  }
}
