// Goal: the watch over codes reports guesses that cost nothing, and entries that are charged twice.
// Method: as in guesses.test.ts: short plays of entries and records, each beside its nearest neighbour.

import { test } from "uvu";
import { PACE_MILLIS, playAll, ROUNDING, type Row, SHORT_LEVEL } from "./entries.ts";

const FREE = "a guess was free";
const TWICE = "an entry was served twice";
/** A fall that is too small for the price of an entry. */
const CHEAP = 4_999;

const CHARGES: readonly Row[] = [
  {
    name: "catches a guess that cost nothing",
    play: ({ watch }) => watch.typed("000000"),
    violations: [FREE],
  },
  { name: "accepts one that was charged", play: (stage) => stage.type("000000") },
  {
    name: "catches ten digits that cost nothing while shorter codes must be paid for",
    start: { level: SHORT_LEVEL },
    play: ({ watch }) => watch.typed("0000000000"),
    violations: [FREE],
  },
  {
    // As in seed 12005, after a restart: no code of ten digits lives while the clock is open, and what is left pays for no shorter one.
    name: "asks nothing for them where a unit is missing",
    start: { level: SHORT_LEVEL - 1 },
    play: ({ watch }) => watch.typed("0000000000"),
  },
  { name: "asks nothing for digits that are fewer than any code has", play: ({ watch }) => watch.typed("00000") },
  {
    name: "catches a second free guess after 20 s",
    play(stage) {
      stage.type("000000");
      stage.wait(PACE_MILLIS);
      stage.watch.typed("000001");
    },
    violations: [FREE],
  },
  {
    name: "leaves a second one to the lock's pace that comes sooner",
    play(stage) {
      stage.type("000000");
      stage.wait(PACE_MILLIS - 1);
      stage.watch.typed("000001");
    },
  },
  {
    name: "catches an entry that is charged twice",
    play(stage) {
      stage.type("000000");
      stage.charge();
    },
    violations: [TWICE],
  },
  {
    name: "accepts two charges for two entries",
    play(stage) {
      stage.type("000000");
      stage.type("000001");
    },
  },
  {
    name: "accepts a fall that is no entry's price",
    start: { level: 50_000_000 },
    play(stage) {
      stage.type("000000");
      stage.charge(CHEAP - ROUNDING);
    },
  },
  {
    name: "catches one that is a unit deeper",
    start: { level: 50_000_000 },
    play(stage) {
      stage.type("000000");
      stage.charge(CHEAP + 1 - ROUNDING);
    },
    violations: [TWICE],
  },
  {
    name: "accepts that a lock which has just started judges a command again",
    play(stage) {
      stage.type("000000");
      stage.watch.power(false);
      stage.watch.power(true);
      stage.charge();
    },
  },
];

playAll(CHARGES);

test.run();
