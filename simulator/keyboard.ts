// The keypad as physics: twelve contacts that bounce and jam, wired as a matrix without diodes; a case, a light, a beeper.
// Why: the keypad's real scanner runs against it, so it must show what copper shows: current that finds its way backwards
// through three keys, and contacts that chatter. It knows no firmware but the wires of keypad/.

import { type Millis, millis } from "../firmware/platform.ts";
import { COLUMNS, KEYS, type Key, ROWS } from "../keypad/keys.ts";
import type { Face, Light } from "../keypad/light.ts";
import type { MatrixPins } from "../keypad/matrix.ts";
import type { Stream } from "./random.ts";
import type { World } from "./world.ts";

/** What the light and the beeper did: `green`, `red 0.1`, `1800 Hz`, `silence`. */
export interface Shown {
  readonly at: Millis;
  readonly what: string;
}

/** Who watches the keypad: its board, and people. */
export interface KeyboardWatcher {
  /** An edge of any key: what wakes a board. */
  keysMoved?(): void;
  caseIs?(isOpen: boolean): void;
  shows?(shown: Shown): void;
}

/** How long a contact chatters; a membrane keypad's is below 5 ms. */
const BOUNCE_MILLIS = 5;
/** How long a finger stays on a key, and how long it takes to the next. */
const TAP_MILLIS = 90;
const GAP_MILLIS = 160;
const SHOWN_MAX = 4_096;
const LIGHTS: readonly Light[] = Object.freeze(["off", "white", "green", "red", "amber"] as const);
/** What the trace calls it; the door's pins are 1 to 8. */
const PIN_KEY = 16;
const PIN_CASE = 17;
const PIN_LIGHT = 18;
const PIN_TONE = 19;

/** The parts that a hand can reach, and those that a person sees and hears. */
export class Keyboard implements MatrixPins, Face {
  /** What was shown and sounded, the newest last. */
  readonly shown: Shown[] = [];
  readonly #world: World;
  readonly #random: Stream;
  readonly #watchers: KeyboardWatcher[] = [];
  /** The keys that a finger holds down, and those that are jammed there. */
  #pressed = 0;
  #jammed = 0;
  /** Until when each contact chatters, in the order of KEYS. */
  readonly #settlesAt: Millis[] = KEYS.map(() => millis(0));
  #row: number | undefined;
  #isCaseOpen = false;
  #light: Light = "off";
  #brightness = 0;
  #hertz = 0;

  constructor(world: World, name = "keyboard") {
    this.#world = world;
    this.#random = world.stream(name);
  }

  get isCaseOpen(): boolean {
    return this.#isCaseOpen;
  }

  get light(): Light {
    return this.#light;
  }

  get brightness(): number {
    return this.#brightness;
  }

  get hertz(): number {
    return this.#hertz;
  }

  /** Tells `watcher` what happens from now on. */
  watch(watcher: KeyboardWatcher): void {
    this.#watchers.push(watcher);
  }

  /** A finger goes down on a key. */
  press(key: Key): void {
    this.#move(key, () => {
      this.#pressed |= bitOf(key);
    });
  }

  /** And up again. */
  release(key: Key): void {
    this.#move(key, () => {
      this.#pressed &= ~bitOf(key);
    });
  }

  /** Jams a key where it is pressed, or frees it. */
  jam(key: Key, isJammed: boolean): void {
    this.#move(key, () => {
      this.#jammed = isJammed ? this.#jammed | bitOf(key) : this.#jammed & ~bitOf(key);
    });
  }

  /** Types keys one after the other, from now on. @returns when the last finger is up again, in milliseconds from now */
  type(keys: string, gapMillis = GAP_MILLIS): number {
    let at = 0;
    for (const key of keys) {
      this.#world.after(at, () => this.press(key as Key));
      this.#world.after(at + TAP_MILLIS, () => this.release(key as Key));
      at += TAP_MILLIS + gapMillis;
    }
    return at;
  }

  /** Opens the case, or closes it. */
  moveCase(isOpen: boolean): void {
    this.#isCaseOpen = isOpen;
    this.#record(PIN_CASE, isOpen ? 1 : 0, isOpen ? "keypad case open" : "keypad case shut");
    for (const watcher of this.#watchers) watcher.caseIs?.(isOpen);
  }

  driveRow(row: number | undefined): void {
    this.#row = row;
  }

  readColumns(): number {
    return this.#row === undefined ? 0 : reach(this.#contacts(), this.#row);
  }

  show(light: Light, brightness: number): void {
    if (light === this.#light && brightness === this.#brightness) return;
    this.#light = light;
    this.#brightness = brightness;
    this.#tell(
      PIN_LIGHT,
      LIGHTS.indexOf(light),
      brightness === 1 || light === "off" ? light : `${light} ${brightness}`,
    );
  }

  sound(hertz: number): void {
    if (hertz === this.#hertz) return;
    this.#hertz = hertz;
    this.#tell(PIN_TONE, hertz === 0 ? 0 : 1, hertz === 0 ? "silence" : `${hertz} Hz`);
  }

  /** Power is gone: no light, no sound. */
  goDark(): void {
    this.show("off", 1);
    this.sound(0);
  }

  #move(key: Key, change: () => void): void {
    const before = this.#pressed | this.#jammed;
    change();
    const after = this.#pressed | this.#jammed;
    if (after === before) return;
    const index = KEYS.indexOf(key);
    this.#settlesAt[index] = millis(this.#world.now + BOUNCE_MILLIS);
    this.#record(PIN_KEY, 2 * index + (after > before ? 1 : 0), `key ${key} ${after > before ? "down" : "up"}`);
    // Chatter is edges too: the last of them finds the contact at rest.
    this.#edge();
    this.#world.after(BOUNCE_MILLIS, () => this.#edge());
  }

  #edge(): void {
    for (const watcher of this.#watchers) watcher.keysMoved?.();
  }

  /** The contacts that are closed at this moment. */
  #contacts(): number {
    let closed = this.#pressed | this.#jammed;
    for (const [index, settlesAt] of this.#settlesAt.entries()) {
      if (this.#world.now < settlesAt && this.#random.chance(500)) closed ^= 1 << index;
    }
    return closed;
  }

  #tell(pin: number, level: number, what: string): void {
    this.#record(pin, level, `keypad ${what}`);
    const shown = { at: this.#world.now, what };
    this.shown.push(shown);
    if (this.shown.length > SHOWN_MAX) this.shown.shift();
    for (const watcher of this.#watchers) watcher.shows?.(shown);
  }

  #record(pin: number, level: number, label: string): void {
    this.#world.record({ channel: "pin", subject: pin * 256 + level, label });
  }
}

function bitOf(key: Key): number {
  return 1 << KEYS.indexOf(key);
}

/** Gives the columns that current from a row reaches through closed contacts, forwards and backwards.
 *  @param closed a bit for each key, in the order of KEYS   @param from 0..3 */
export function reach(closed: number, from: number): number {
  let rows = 1 << from;
  let columns = 0;
  // Each round finds at least one more wire, or there is none.
  for (let round = 0; round < ROWS + COLUMNS; round++) {
    for (let row = 0; row < ROWS; row++) {
      const contacts = (closed >> (row * COLUMNS)) & ((1 << COLUMNS) - 1);
      if (((rows >> row) & 1) === 1) columns |= contacts;
      if ((contacts & columns) !== 0) rows |= 1 << row;
    }
  }
  return columns;
}
