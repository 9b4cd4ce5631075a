// What a person types at the terminal of `npm start`, as keys of the house that are pressed one after the other.
// Why: a pasted code comes all at once, and ten keys in one moment are no code; and what a terminal sends besides, such as an
// arrow or a sentence that was pasted into the wrong window, must not be taken for hands at the door.
// Follows ECMA-48 §5.4 and §5.6 (control sequences and strings).

/** From one key of the keypad to the next: a finger's stay, and its way. */
const KEY_MILLIS = 250;
/** Keys that wait for their turn. */
const WAITING_MAX = 64;
/** Those of the keypad, and its star that is held. Other hands are quick. */
const PACED = "0123456789*#l";
const QUIT = "q";

/** Control sequences, function keys, strings, and a key beside Alt: none of them is a key of the house. */
const SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal sends.
  /\u001b(?:\[\[?[0-?]*[ -/]*[@-~]|O[0-9;]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -~]?)/g;
/** Control-C and control-D. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal in raw mode sends them as they are.
const ENDS = /[\u0003\u0004]/;

/** Gives the keys of what a terminal sent at once. One alone may be any.
 *  @param known all keys of the house   @returns undefined where several came and some are none: then a text was pasted */
export function keysOf(chunk: string, known: string): readonly string[] | undefined {
  if (ENDS.test(chunk)) return [QUIT];
  const keys = [...chunk.replace(SEQUENCES, "").replace(/\s/g, "")];
  return keys.length > 1 && keys.some((key) => !known.includes(key)) ? undefined : keys;
}

/** Fingers that press one key of the keypad at a time. */
export class Keystrokes {
  readonly #press: (key: string) => void;
  readonly #later: (act: () => void, millis: number) => void;
  readonly #waiting: string[] = [];
  #isResting = false;

  /** @param later has something done after so many milliseconds */
  constructor(press: (key: string) => void, later: (act: () => void, millis: number) => void) {
    this.#press = press;
    this.#later = later;
  }

  /** Takes a row of keys, behind those that wait; the end alone waits for none. @returns false where so many do not fit: then none is pressed */
  take(keys: readonly string[]): boolean {
    if (keys.length === 1 && keys[0] === QUIT) this.#waiting.length = 0;
    if (this.#waiting.length + keys.length > WAITING_MAX) return false;
    this.#waiting.push(...keys);
    if (!this.#isResting || this.#waiting[0] === QUIT) this.#go();
    return true;
  }

  #go(): void {
    this.#isResting = false;
    for (let key = this.#waiting.shift(); key !== undefined; key = this.#waiting.shift()) {
      this.#press(key);
      if (!PACED.includes(key)) continue;
      this.#isResting = true;
      this.#later(() => this.#go(), KEY_MILLIS);
      return;
    }
  }
}
