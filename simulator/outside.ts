// The keypad outside the house of `npm start`: keys are typed in the terminal, and its light and beeper are told in words.
// Why: whoever reads about codes can type one a minute later, on the real keypad core, over a real link.
// Runs on Node only, like the house that it belongs to; its memory is a folder beside the lock's.

import { join } from "node:path";
import type { Crypto } from "../firmware/crypto/crypto.ts";
import { encodeSetup, fingerprintOf, type Setup } from "../firmware/link/label.ts";
import { FORGET_HOLD_MILLIS } from "../keypad/keypad.ts";
import { KEYS, type Key } from "../keypad/keys.ts";
import type { Pattern } from "../keypad/light.ts";
import { systemRandom } from "../owner/random.ts";
import { FileConstants, openFolder } from "./disk.ts";
import { Keyboard } from "./keyboard.ts";
import { KeypadBoard } from "./keypad.ts";
import { Line, QUIET_LINE } from "./line.ts";
import type { World } from "./world.ts";

/** How long a finger of the terminal stays on a key, on one that is held to lock, and on one that is held to forget. */
const TAP_MILLIS = 90;
const HOLD_MILLIS = 1_300;
const FORGET_MILLIS = FORGET_HOLD_MILLIS + HOLD_MILLIS;

/** What a person sees and hears; a click and a blinking light say nothing yet. */
const SHOWN: Readonly<Partial<Record<Pattern, string>>> = Object.freeze({
  yes: "green, two rising tones: yes",
  no: "red, two low tones: no",
  wait: "amber, one tone: more is needed: a second person, the phone, or the camera's look, and then the code again; to lock, a shut door",
  paused: "red, two long tones: locked out for now",
  early: "amber, three short tones: too soon, once more",
  bell: "white, ding dong: the bell",
  "no-link": "amber and red: the lock does not answer",
  battery: "amber, twice: the lock's battery is low",
  alarm: "red, shrill: alarm",
});

/** The keypad, its cable, and whoever stands before it. */
export class Outside {
  /** The cable: the lock's board is plugged in at its inner end. */
  readonly line: Line;
  readonly #crypto: Crypto;
  readonly #world: World;
  readonly #keyboard: Keyboard;
  readonly #board: KeypadBoard;
  #shown: Pattern | undefined;
  #typed = "";

  /** Builds the keypad; it has no power yet. @param directory of the house */
  constructor(crypto: Crypto, world: World, house: { readonly directory: string; say(what: string): void }) {
    const folder = join(house.directory, "keypad");
    openFolder(folder);
    this.#crypto = crypto;
    this.#world = world;
    this.#keyboard = new Keyboard(world);
    this.line = new Line(world, QUIET_LINE);
    this.#board = new KeypadBoard({
      world,
      crypto,
      random: systemRandom(),
      constants: new FileConstants(folder),
      keyboard: this.#keyboard,
      line: this.line,
      driftPartsPerMillion: 0,
    });
    this.#keyboard.watch({ shows: () => this.#show(house.say) });
  }

  powerOn(): void {
    this.#board.powerOn();
  }

  /** Whether it knows its lock. */
  get isPaired(): boolean {
    return this.#board.keypad?.snapshot.isPaired === true;
  }

  /** What stands on its label: the text of both its keys, and what people compare. */
  get label(): { readonly setup: string; readonly fingerprint: string } {
    const { keypad } = this.#board;
    if (keypad === undefined) throw new Error("the keypad has no power");
    const setup: Setup = { agreementKey: keypad.agreementKey, signingKey: keypad.signingKey };
    return { setup: encodeSetup(setup), fingerprint: fingerprintOf(this.#crypto, setup) };
  }

  /** Presses one key; "l" holds the star, which locks on an empty entry, and behind the open case has the keypad forget its lock.
   *  @returns what was done, in words, or undefined */
  press(key: string): string | undefined {
    if (key === "l") {
      const isOpen = this.#keyboard.isCaseOpen;
      this.#tap("*", isOpen ? FORGET_MILLIS : HOLD_MILLIS);
      return isOpen ? "the star is held for ten seconds: forget the lock" : "the star is held: lock";
    }
    if (!KEYS.includes(key as Key)) return undefined;
    this.#tap(key as Key, TAP_MILLIS);
    this.#typed = key === "*" ? "" : this.#typed + key;
    if (key !== "#") return key === "*" ? "cleared" : undefined;
    const digits = this.#typed.length - 1;
    this.#typed = "";
    return digits === 0 ? "the bell is pressed" : `${digits} digits, and enter`;
  }

  /** Opens or closes its case. */
  moveCase(): string {
    const isOpen = !this.#keyboard.isCaseOpen;
    this.#keyboard.moveCase(isOpen);
    return `its case is ${isOpen ? "opened" : "closed"}`;
  }

  /** Cuts its cable, or mends it. */
  moveCable(): string {
    this.line.cut(!this.line.isCut);
    return `its cable is ${this.line.isCut ? "cut" : "mended"}`;
  }

  #tap(key: Key, millisDown: number): void {
    this.#keyboard.press(key);
    this.#world.after(millisDown, () => this.#keyboard.release(key));
  }

  /** Tells a pattern once, when it begins. */
  #show(say: (what: string) => void): void {
    const shown = this.#board.keypad?.snapshot.pattern;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const words = shown === undefined ? undefined : SHOWN[shown];
    if (words !== undefined) say(`the keypad shows ${words}`);
  }
}
