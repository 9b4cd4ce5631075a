// A stage for the watch over codes: a lock's keypad, wire and flash that are played by hand, without a lock.
// Why: what must be reported, and what must not, is told in a few lines each.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { millis, seconds } from "../../firmware/platform.ts";
import { CodeWatch, type PlainCode } from "../codewatch.ts";
import { Model } from "../model.ts";
import { World } from "../world.ts";

/** A full hour, and a step of an authenticator; a Friday at eight in the morning. */
export const START = 1_800_000_000;
export const HOUR = 3_600;
export const STEP = START / 30;
export const CALM_MILLIS = 40_000;
export const DUE_MILLIS = 17_000;
export const ASK_MILLIS = 16_000;
export const PACE_MILLIS = 20_000;
export const FULL = 100_000_000;
export const COST = 1_000_000;
/** What a span of no time may earn. */
export const ROUNDING = 310;
/** So much is owed to whoever types six digits. */
export const SHORT_LEVEL = 20_000_000;

export const ANA: PlainCode = { name: "user 1", digits: "480392", isOnce: false };
export const PLUMBER: PlainCode = { name: "user 2", digits: "729604", isOnce: true };
export const CLEANER: PlainCode = {
  ...{ name: "user 4", digits: "3860275", isOnce: false },
  hours: { days: 0b0010000, start: 8 * 60, minutes: 60 },
};
/** What it shows is the number of the step itself. */
export const BEN: PlainCode = { name: "user 5", digits: (step) => String(step), isOnce: false };
/** Three days, to be begun within the first one. */
export const GUEST: PlainCode = {
  ...{ name: "window 13.0.500000", digits: "1234509876", isOnce: false, from: START },
  ...{ until: START + 72 * HOUR, firstUntil: START + 24 * HOUR },
};

export const UNTYPED = "opened for a code that nobody typed";
export const NOT_GOOD = "opened for a code that is not good";
export const UNCHARGED = "compared before the charge was written";
export const REFUSED = "refused a code that was given out";

/** A lock's keypad, wire and flash, played by hand. */
export class Stage {
  readonly violations: string[] = [];
  readonly desk = {
    isReady: true,
    report: (invariant: string, detail?: string) =>
      void this.violations.push(detail === undefined ? invariant : `${invariant}: ${detail}`),
  };
  readonly world = new World(crypto, { seed: 1, start: seconds(START) });
  readonly model = new Model();
  readonly watch = new CodeWatch(this.world, this.model, this.desk);
  level = FULL;

  /** @param level what is left of the guesses @param calmMillis how long the lock has run by then */
  constructor({ level = FULL, calmMillis = CALM_MILLIS }) {
    this.model.isAdopted = true;
    this.model.isClockSet = true;
    this.watch.power(true);
    for (const code of [ANA, PLUMBER, CLEANER, BEN, GUEST]) this.watch.give(code);
    if (level < FULL) this.write(level);
    this.wait(calmMillis);
  }

  wait(delayMillis: number): void {
    this.world.advance(millis(this.world.now + delayMillis));
  }

  /** Waits until so many seconds after the start. */
  waitUntil(since: number): void {
    this.wait(since * 1_000 - this.world.now);
  }

  write(level: number): void {
    this.level = level;
    this.watch.budget(level);
  }

  charge(cost = COST): void {
    this.write(this.level - cost);
  }

  /** Somebody types what is charged at once. */
  type(digits: string): void {
    this.watch.typed(digits);
    this.charge();
  }

  /** Somebody types a code that opens, goes in, and the door is locked behind him. */
  enter({ name, digits }: PlainCode, step = 0): void {
    this.type(typeof digits === "string" ? digits : digits(step));
    this.watch.opened(name, step);
    this.leave();
    this.wait(PACE_MILLIS);
  }

  leave(): void {
    this.model.heard("entered");
    this.model.heard("secured");
  }
}

/** One play, and what must be reported of it by the time that every entry is judged. */
export interface Row {
  readonly name: string;
  readonly start?: { readonly level?: number; readonly calmMillis?: number };
  readonly play: (stage: Stage) => void;
  readonly violations?: readonly string[];
}

/** Plays each row as a test of its own. */
export function playAll(rows: readonly Row[]): void {
  for (const { name, start = {}, play, violations = [] } of rows) {
    test(name, () => {
      const stage = new Stage(start);
      play(stage);
      stage.wait(DUE_MILLIS);
      assert.equal(stage.violations, violations);
    });
  }
}
