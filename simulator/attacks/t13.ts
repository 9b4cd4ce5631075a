// T13, the counter that forgets: somebody pulls the plug between a guess and its answer, at every word of flash; restarts the
// lock to guess faster; waits with the power off; and has somebody with a right code come by.
// What was compared is seen where it is compared (watch.ts).
// Follows docs/protocol.md §7, "The budget of guesses".

import type { Bytes } from "../../firmware/bytes.ts";
import { MAC_BYTES } from "../../firmware/codes/pin.ts";
import { KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import type { Tear } from "../flash.ts";
import { CAPACITY, Porch } from "../porch.ts";
import { Stream } from "../random.ts";
import { type Attack, must } from "./attack.ts";
import { type Watch, watched } from "./watch.ts";

const SEED = 13;
const RIGHT = "394827";
const WRONG = "394829";
/** One code of six digits: one in a million, in units of 10^-12. */
const PRICE = 1_000_000;
/** What a second of uptime earns, in units. */
const EARNED = 155;
/** More words than an entry writes. */
const WORDS_MAX = 100;
const RESTARTS = 12;
const YEAR_SECONDS = 31_536_000;
/** A small lock is read fast. */
const SECTORS = [3, 4, 3] as const;
const GUESSES_MAX = 120;

interface Start {
  readonly porch: Porch;
  readonly watch: Watch;
  readonly flash: Bytes;
  /** What is left of the guesses in it. */
  readonly level: number;
}

/** How often PINs were compared since it was asked last. */
function compared({ searches }: Watch): number {
  return searches.splice(0).filter(({ width }) => width === MAC_BYTES).length;
}

/** Puts the flash back, and starts the lock. */
function begin({ porch, watch, flash }: Start): void {
  const { desk } = porch;
  desk.cutPower();
  desk.flash.load(flash);
  desk.rig.turn("thrown");
  desk.reboot();
  porch.typist.connect();
  desk.passMillis(6_000);
  watch.searches.length = 0;
}

/** Cuts at one word of an entry. @returns whether it wrote so many */
function tryWord(start: Start, digits: string, word: number): boolean {
  begin(start);
  const { porch, watch, level: before } = start;
  const { desk, typist } = porch;
  const tear: Tear = word % 2 === 0 ? { kind: "prefix" } : { kind: "bits", random: new Stream(SEED, `word ${word}`) };
  desk.flash.cutAfterWords(word, tear);
  typist.typeAtOnce(digits);
  // What is counted is written behind the answer.
  desk.passMillis(1);
  if (desk.hasPower) return false;
  desk.reboot();
  const isCompared = compared(watch) > 0;
  const { level } = porch;
  must(level <= before + 60 * EARNED, "no cut makes guesses");
  const isPaid = level <= before - PRICE + 60 * EARNED;
  must(isPaid || !isCompared || digits === RIGHT, "what was compared is paid for, whenever power fails");
  return true;
}

function tryWords(start: Start): void {
  for (const digits of [WRONG, RIGHT]) {
    let words = 0;
    while (words < WORDS_MAX && tryWord(start, digits, words)) words++;
    must(words > 8 && words < WORDS_MAX, "an entry writes so many words, and no more");
  }
}

/** Restarts as fast as may be, and types at once each time. */
function tryPace({ porch, watch }: Start): void {
  const { desk, typist } = porch;
  watch.searches.length = 0;
  for (let restart = 0; restart < RESTARTS; restart++) {
    desk.reboot();
    typist.connect();
    must(typist.typeAtOnce(RIGHT) === "early", "nobody is served in the first seconds after a start");
  }
  must(compared(watch) === 0, "a restart is no way to guess faster");
}

/** Guesses until six digits pause. @returns how often it was compared */
function exhaust({ typist }: Porch, watch: Watch): number {
  watch.searches.length = 0;
  for (let count = 0; count < GUESSES_MAX && typist.type(WRONG) === "no"; count++);
  return compared(watch);
}

function tryPause({ porch, watch }: Start): void {
  const { desk, typist } = porch;
  must(typist.type(WRONG) === "no" && typist.type(WRONG) === "no", "two guesses are made");
  const level = porch.level;
  must(typist.type(RIGHT) === "yes", "somebody with a right code comes by");
  porch.visit();
  must(porch.level < level + PRICE, "a right code gives back its own price, and no guess");
  exhaust(porch, watch);
  must(typist.type(RIGHT) === "paused", "six digits pause");
  desk.reboot();
  typist.connect();
  must(typist.type(RIGHT) === "paused", "a restart keeps the pause");
  desk.reboot(YEAR_SECONDS);
  typist.connect();
  must(typist.type(RIGHT) === "paused", "a year without power earns nothing");
  must(compared(watch) === 0, "nothing was compared in the pause");
  must(desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }) !== "answer", "the owner may tell the time");
  must(typist.type(RIGHT) === "paused", "nor does the year once the lock is told of it");
}

export const attack: Attack = {
  id: "T13",
  claim: "no cut, restart or right code gives a guess back, and no time but that which runs",
  run: (factory) => {
    const watch = watched(factory().crypto);
    const porch = new Porch(factory({ crypto: watch.crypto, sectors: SECTORS }));
    porch.store(1, RIGHT);
    const start: Start = { porch, watch, flash: porch.desk.flash.snapshot(), level: porch.level };
    tryWords(start);
    begin(start);
    tryPace(start);
    must(porch.level <= CAPACITY, "the budget is full at most");
    tryPause(start);
  },
};
