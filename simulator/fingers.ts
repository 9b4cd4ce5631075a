// Whoever stands at the keypad: one at a time, key by key, and the truth of what was entered.
// Why: guests and burglars share twelve keys; two who typed at once would be a third person.

import { millis } from "../firmware/platform.ts";
import type { CodeWatch } from "./codewatch.ts";
import type { Keyboard } from "./keyboard.ts";
import type { World } from "./world.ts";

/** From one entry's last key to the next one's first. */
const TURN_MILLIS = 1_500;
/** From one key to the next: a finger's stay, and its way. */
const KEY_MILLIS = 250;

/** Who is told what was entered. */
interface Listener {
  readonly codes: Pick<CodeWatch, "typed">;
}

/** The fingers of whoever stands there. */
export class Fingers {
  readonly #world: World;
  readonly #keyboard: Keyboard;
  readonly #checker: Listener;
  #freeAt = 0;

  constructor(house: { readonly world: World; readonly keyboard: Keyboard; readonly checker: Listener }) {
    this.#world = house.world;
    this.#keyboard = house.keyboard;
    this.#checker = house.checker;
  }

  /** Enters digits as soon as nobody else does; none ring the bell, and are no entry. @param entered is called when the last key is down */
  enter(digits: string, entered: () => void = () => {}): void {
    const start = Math.max(this.#world.now, this.#freeAt);
    this.#freeAt = start + KEY_MILLIS * (digits.length + 1) + TURN_MILLIS;
    this.#world.at(millis(start), () => {
      this.#keyboard.type(`${digits}#`);
      this.#world.after(KEY_MILLIS * digits.length, () => {
        if (digits.length > 0) this.#checker.codes.typed(digits);
        entered();
      });
    });
  }
}
