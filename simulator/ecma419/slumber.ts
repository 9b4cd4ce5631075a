// The sleep of a chip of the desk: what it loses while nothing runs, and which pins wake it.
// Why: a board that sleeps at the wrong time loses a tone, a key or a frame, and nothing says so on a board; here it throws, or is seen.
// Follows sleep.c and ESP-IDF v6.0. Stricter than a chip: from `allow` on it sleeps whenever the world goes on, and every byte that
// comes before `allow(false)` is lost, where a chip loses the first few and hears the rest.

import type { Sleeper } from "../../firmware/io/sleep.ts";
import type { Chip, Level } from "./chip.ts";

/** What may wake the chip of one board. */
export class Slumber implements Sleeper {
  /** Whether there is a crystal of 32 kHz. */
  hasCrystal = true;
  /** How often it fell asleep. */
  sleeps = 0;
  readonly #chip: Chip;
  readonly #kept = new Set<number>();
  readonly #watched = new Map<number, Level>();
  #fired: ((pin: number) => void) | undefined;
  #isAsleep = false;

  constructor(chip: Chip) {
    this.#chip = chip;
    chip.watch((pin) => this.#look(pin));
  }

  /** Whether it sleeps wherever the world goes on. */
  get isAsleep(): boolean {
    return this.#isAsleep;
  }

  start(needsCrystal: boolean, fired: (pin: number) => void): boolean {
    if (this.#fired !== undefined || (needsCrystal && !this.hasCrystal)) return false;
    this.#fired = fired;
    return true;
  }

  keep(pin: number): void {
    this.#kept.add(pin);
  }

  watch(pin: number, level: Level): void {
    this.#watched.set(pin, level);
    this.#look(pin);
  }

  /** @throws Error where a pin that is owned would be off while it sleeps, or pulses would stand still */
  allow(isAllowed: boolean): void {
    if (this.#fired === undefined) throw new Error("it was not made ready to sleep");
    if (isAllowed) this.#requireRest();
    if (isAllowed && !this.#isAsleep) this.sleeps += 1;
    this.#isAsleep = isAllowed;
  }

  /** A byte begins on a line that ends at a pin. @returns whether it is heard */
  hears(pin: number): boolean {
    if (!this.#isAsleep) return true;
    if (this.#watched.get(pin) === 0) this.#fire(pin);
    return false;
  }

  /** Forgets all: the chip starts anew, awake. */
  reset(): void {
    this.#kept.clear();
    this.#watched.clear();
    this.#fired = undefined;
    this.#isAsleep = false;
  }

  #look(pin: number): void {
    if (this.#watched.get(pin) === this.#chip.level(pin)) this.#fire(pin);
  }

  #fire(pin: number): void {
    this.#watched.delete(pin);
    const fired = this.#fired;
    // A message, and lost as one where the queue is full.
    if (fired !== undefined) this.#chip.messages.post(() => fired(pin));
  }

  #requireRest(): void {
    for (const pin of this.#chip.model.pins) {
      if (!this.#chip.isTaken(pin)) continue;
      if (!this.#kept.has(pin)) throw new Error(`pin ${pin} would be off while the chip sleeps`);
      const duty = this.#chip.pulse(pin)?.duty ?? 0;
      if (duty > 0 && duty < 1) throw new Error(`the pulses of pin ${pin} would stand still while the chip sleeps`);
    }
  }
}
