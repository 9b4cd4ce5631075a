// T34, the mathematics of codes that nobody need ask for (algoPIN and its like): a code of another lock or hour, one that was
// used, taken back or made with a former secret, and a burglar who guesses.
// Where guesses must hit to be counted, the same lock runs on codes of four digits (simulator/narrow.ts).
// Follows docs/protocol.md §7, "Window codes (LP1)" and "The budget of guesses".

import { KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import type { Desk } from "../desk.ts";
import { narrowed } from "../narrow.ts";
import { HOUR, ONCE_24, Porch, TWO_HOURS } from "../porch.ts";
import { Stream } from "../random.ts";
import { type Attack, type DeskFactory, must } from "./attack.ts";

/** For how many hours of its own each class opens the first time, by the table in docs/protocol.md. */
const FIRST_HOURS: readonly number[] = Object.freeze([
  ...[1, 2, 4, 24],
  ...[1, 2, 3, 4, 6, 8, 12, 24],
  ...new Array<number>(10).fill(24),
]);
/** The lock's clock may be off by half a minute either way, and the keypad takes an entry in five seconds, by a crystal that errs. */
const BEFORE_SECONDS = 4;
const AFTER_SECONDS = 2;
const SEED = 34;
const DIGITS = 4;
const CODES = 10_000;
/** Of one owner key: twice the hours in which each class may have begun. */
const LIVES = 662;
/** Units of 10^-12: of a code of six digits and one of ten, what is kept for ten, and what a second earns. */
const SHORT_PRICE = 1_000_000;
const LONG_PRICE = 100;
const RESERVE = 10_000_000;
const EARNED = 155;
const PINS = Object.freeze(["394827", "705183", "482915", "583017", "274019"]);
const ENTRIES_MAX = 400;

/** The owner tells the time. @returns between what the lock now believes it to be */
function tellTime(desk: Desk): { readonly lo: number; readonly hi: number } {
  const owner = desk.ownerSession();
  const told = owner.state({ kind: KIND_SET_CLOCK, isBackwards: false });
  const answer = owner.ask({ kind: "status" });
  owner.leave();
  const { timeLow, timeHigh } = answer?.kind === "status" ? answer.status : {};
  must(told === "yes" && timeLow !== undefined && timeHigh !== undefined, "the owner tells the time");
  return { lo: timeLow ?? 0, hi: timeHigh ?? 0 };
}

/** Types the codes of one class around a full hour: one that begins then, and two whose first use must come before it. */
function tryHour(porch: Porch, windowClass: number): void {
  const { desk, typist } = porch;
  const full = (Math.floor(desk.time / HOUR) + 1) * HOUR;
  desk.passTime(full - desk.time - 120);
  const { lo, hi } = tellTime(desk);
  const told = desk.elapsed;
  const passUntil = (seconds: number): void => desk.passMillis(told + seconds * 1_000 - desk.elapsed);
  const startHour = full / HOUR;
  const coming = porch.codeOf({ windowClass, serial: 0, startHour });
  const going = [0, 1].map((serial) =>
    porch.codeOf({ windowClass, serial, startHour: startHour - FIRST_HOURS[windowClass] }),
  );
  typist.connect();
  passUntil(full - hi - BEFORE_SECONDS);
  must(typist.typeAtOnce(coming) === "no", `class ${windowClass} does not open before its first second`);
  passUntil(full - hi + AFTER_SECONDS);
  must(typist.typeAtOnce(coming) === "yes", `class ${windowClass} opens in its first second`);
  porch.visit();
  passUntil(full - lo - BEFORE_SECONDS);
  must(typist.typeAtOnce(going[0]) === "yes", `class ${windowClass} opens in its last second`);
  passUntil(full - lo + AFTER_SECONDS);
  must(typist.typeAtOnce(going[1]) === "no", `class ${windowClass} does not open after its last second`);
  porch.visit();
}

function tryLocks(factory: DeskFactory): void {
  const [here, there] = [1, 2].map((seed) => new Porch(factory({ seed })));
  for (const windowClass of FIRST_HOURS.keys()) {
    if (windowClass % 3 === 0) must(there.typist.type(here.code(windowClass)) === "no", "a code of another lock fails");
  }
  must(there.typist.type(there.code(TWO_HOURS)) === "yes", "a code of this lock opens, by the same secret");
}

function tryEnds(porch: Porch): void {
  const { desk, typist } = porch;
  const once = porch.code(ONCE_24);
  must(typist.type(once) === "yes", "a code that is good once opens once");
  desk.passMillis(100);
  desk.cutPower();
  desk.rig.turn("thrown");
  desk.reboot();
  desk.passTime(60);
  tellTime(desk);
  typist.connect();
  must(typist.type(once) === "no", "a code that is good once is spent through a cut");

  const window = { windowClass: TWO_HOURS, serial: 0, startHour: Math.floor(desk.time / HOUR) };
  desk.revoke({ codes: [{ codeClass: TWO_HOURS, serial: 0, start: window.startHour }] });
  must(typist.type(porch.codeOf(window)) === "no", "a code that its owner took back fails");
  const other = porch.codeOf({ ...window, serial: 1 });
  must(typist.type(other) === "yes", "the others go on");
  porch.visit();
  must(porch.set({ kind: "codeSecret", secret: new Uint8Array(32).fill(8) }) === "yes", "an owner takes a new secret");
  must(typist.type(other) === "no", "a new secret ends all codes of the former one");
}

/** Drains what six digits may have, and guesses at codes of four digits that are priced like ten. */
function trySiege(factory: DeskFactory): void {
  const porch = new Porch(factory({ crypto: narrowed(factory().crypto, DIGITS) }));
  const { desk, typist } = porch;
  for (const [index, pin] of PINS.entries()) porch.store(index + 1, pin);
  const began = desk.elapsed;
  let short = 0;
  while (short < ENTRIES_MAX && typist.type("000001") === "no") short++;
  const stream = new Stream(SEED, "burglar");
  let tested = 0;
  let hits = 0;
  for (let answer = ""; answer !== "paused" && tested < ENTRIES_MAX; ) {
    answer = typist.type(String(stream.below(CODES)).padStart(10, "0"));
    if (answer !== "paused") tested++;
    if (answer !== "yes") continue;
    hits++;
    porch.visit();
  }
  const earned = ((desk.elapsed - began) / 1_000) * EARNED;
  const spent = (tested - hits) * LIVES * LONG_PRICE;
  must(short * PINS.length * SHORT_PRICE + spent <= RESERVE * 10 + earned, "a burst costs what the budget holds");
  const expected = (tested * LIVES) / CODES;
  const isAsPriced = hits > 0 && Math.abs(hits - expected) <= 3 * Math.sqrt(expected);
  must(isAsPriced, "a guess hits as seldom as it is priced");
}

export const attack: Attack = {
  id: "T34",
  claim: "a code opens one lock in its own hours, and a burst of guesses hits as seldom as it is priced",
  run: (factory) => {
    tryLocks(factory);
    const porch = new Porch(factory());
    for (const windowClass of FIRST_HOURS.keys()) tryHour(porch, windowClass);
    tryEnds(new Porch(factory()));
    trySiege(factory);
  },
};
