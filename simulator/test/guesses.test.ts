// Goal: the watch over codes reports guesses that cost nothing, cost twice or come back, and good codes that are refused.
// Method: each row is a short play of entries and records (entries.ts). A play that must be reported stands beside its nearest
// neighbour that must not: a millisecond, a unit or a word apart.

import { test } from "uvu";
import {
  ANA,
  BEN,
  CALM_MILLIS,
  COST,
  DUE_MILLIS,
  FULL,
  GUEST,
  HOUR,
  PACE_MILLIS,
  playAll,
  REFUSED,
  type Row,
  STEP,
} from "./entries.ts";

const FREE = "a guess was free";
const ROSE = "the budget of guesses rose";
const TWICE = "an entry was served twice";
/** What the first 40 s may earn; what a span of no time may; and a fall that is too small for the price of an entry. */
const EARNED = 6_202;
const ROUNDING = 310;
const CHEAP = 4_999;
/** So much is owed to whoever types six digits, and to whoever types ten. */
const SHORT_LEVEL = 20_000_000;
const LONG_LEVEL = 200_000;

const BUDGET: readonly Row[] = [
  {
    name: "accepts what forty seconds may have earned",
    start: { level: 50_000_000 },
    play(stage) {
      stage.charge(-EARNED - ROUNDING);
    },
  },
  {
    name: "catches one unit more",
    start: { level: 50_000_000 },
    play(stage) {
      stage.charge(-EARNED - ROUNDING - 1);
    },
    violations: [ROSE],
  },
  {
    name: "catches more than there can be",
    play: (stage) => stage.write(FULL + 1),
    violations: [ROSE],
  },
  {
    name: "accepts that a lock without power earns nothing",
    start: { level: 50_000_000 },
    play(stage) {
      stage.watch.power(false);
      stage.wait(HOUR * 1_000);
      stage.watch.power(true);
      stage.charge(-ROUNDING);
    },
  },
  {
    name: "catches what it earned meanwhile",
    start: { level: 50_000_000 },
    play(stage) {
      stage.watch.power(false);
      stage.wait(HOUR * 1_000);
      stage.watch.power(true);
      stage.charge(-ROUNDING - 1);
    },
    violations: [ROSE],
  },
  {
    name: "accepts that a right entry's charge comes back",
    start: { level: 50_000_000 },
    play(stage) {
      stage.type("480392");
      stage.watch.opened("user 1", 0);
      stage.charge(-COST);
    },
  },
  {
    name: "catches that it comes back twice",
    start: { level: 50_000_000 },
    play(stage) {
      stage.type("480392");
      stage.watch.opened("user 1", 0);
      stage.charge(-COST);
      stage.charge(-COST);
    },
    violations: [ROSE],
  },
  {
    name: "catches that it comes back for each of two records",
    start: { level: 50_000_000 },
    play(stage) {
      stage.type("480392");
      stage.watch.opened("user 1", 0);
      stage.watch.opened("user 1", 0);
      stage.charge(-2 * COST);
    },
    violations: [ROSE],
  },
  {
    name: "catches that it comes back after a restart",
    start: { level: 50_000_000 },
    play(stage) {
      stage.type("480392");
      stage.watch.opened("user 1", 0);
      stage.watch.power(false);
      stage.watch.power(true);
      stage.charge(-COST);
    },
    violations: [ROSE],
  },
  {
    name: "catches that a wrong entry's charge comes back",
    start: { level: 50_000_000 },
    play(stage) {
      stage.type("480393");
      stage.charge(-COST);
    },
    violations: [ROSE],
  },
  {
    name: "accepts that the charge of a free retry comes back",
    start: { level: 50_000_000 },
    play(stage) {
      stage.type("480392");
      stage.watch.opened("user 1", 0);
      stage.wait(PACE_MILLIS);
      stage.charge(-COST);
      stage.type("480392");
      stage.charge(-COST);
    },
  },
  {
    name: "catches it once somebody has gone in",
    start: { level: 50_000_000 },
    play(stage) {
      stage.enter(ANA);
      stage.charge(-COST);
      stage.type("480392");
      stage.charge(-COST);
    },
    violations: [ROSE, `${REFUSED}: user 1`],
  },
];

const CHARGES: readonly Row[] = [
  {
    name: "catches a guess that cost nothing",
    play: ({ watch }) => watch.typed("000000"),
    violations: [FREE],
  },
  { name: "accepts one that was charged", play: (stage) => stage.type("000000") },
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

const REFUSALS: readonly Row[] = [
  {
    name: "catches a refusal of a good code",
    play: (stage) => stage.type("480392"),
    violations: [`${REFUSED}: user 1`],
  },
  {
    name: "catches a refusal of what an authenticator shows",
    play: (stage) => stage.type(String(STEP + 1)),
    violations: [`${REFUSED}: user 5`],
  },
  {
    name: "accepts a refusal of a step that was seen",
    play(stage) {
      stage.enter(BEN, STEP + 1);
      stage.type(String(STEP + 1));
    },
  },
  {
    name: "accepts a refusal near the edge of a window",
    play(stage) {
      stage.waitUntil(24 * HOUR - 700);
      stage.type("1234509876");
    },
  },
  {
    name: "catches one before that",
    play(stage) {
      stage.waitUntil(24 * HOUR - 701 - DUE_MILLIS / 1_000);
      stage.type("1234509876");
    },
    violations: [`${REFUSED}: window 13.0.500000`],
  },
  {
    name: "accepts a refusal after the first day of a window that nobody has begun",
    play(stage) {
      stage.waitUntil(25 * HOUR);
      stage.type("1234509876");
    },
  },
  {
    name: "catches one where it was begun",
    play(stage) {
      stage.enter(GUEST);
      stage.waitUntil(25 * HOUR);
      stage.type("1234509876");
    },
    violations: [`${REFUSED}: window 13.0.500000`],
  },
  {
    name: "catches a refusal of six digits while the budget is there",
    start: { level: SHORT_LEVEL },
    play: (stage) => stage.type("480392"),
    violations: [`${REFUSED}: user 1`],
  },
  {
    name: "accepts it where a unit is missing, but not of ten digits",
    start: { level: SHORT_LEVEL - 1 },
    play(stage) {
      stage.waitUntil(HOUR);
      stage.type("480392");
      stage.wait(PACE_MILLIS);
      stage.type("1234509876");
    },
    violations: [`${REFUSED}: window 13.0.500000`],
  },
  {
    name: "catches a refusal of ten digits with what is kept for them",
    start: { level: LONG_LEVEL },
    play(stage) {
      stage.waitUntil(HOUR);
      stage.type("1234509876");
    },
    violations: [`${REFUSED}: window 13.0.500000`],
  },
  {
    name: "accepts it where a unit of that is missing",
    start: { level: LONG_LEVEL - 1 },
    play(stage) {
      stage.waitUntil(HOUR);
      stage.type("1234509876");
    },
  },
];

/** An entry of a good code that nothing comes of, and what stands against its being judged. */
const EXCUSES: readonly Row[] = [
  {
    name: "owes an entry nothing while there is trouble, and 40 s beyond",
    play(stage) {
      stage.watch.trouble("cut");
      stage.type("480392");
      stage.wait(PACE_MILLIS);
      stage.watch.calm("cut");
      stage.wait(CALM_MILLIS - 1);
      stage.type("480392");
    },
  },
  {
    name: "owes it everything a millisecond later",
    play(stage) {
      stage.watch.trouble("cut");
      stage.watch.calm("cut");
      stage.wait(CALM_MILLIS);
      stage.watch.typed("480392");
    },
    violations: [FREE, `${REFUSED}: user 1`],
  },
  {
    name: "waits until every trouble is over",
    play(stage) {
      stage.watch.trouble("cut");
      stage.watch.trouble("case");
      stage.watch.calm("cut");
      stage.wait(CALM_MILLIS);
      stage.watch.typed("480392");
    },
  },
  {
    name: "forgives nothing for the end of what never began",
    play(stage) {
      stage.watch.calm("cut");
      stage.watch.typed("480392");
    },
    violations: [FREE, `${REFUSED}: user 1`],
  },
  {
    name: "forgives an entry that trouble meets on its way",
    play(stage) {
      stage.watch.typed("480392");
      stage.wait(DUE_MILLIS - 1);
      stage.watch.trouble("cut");
      stage.watch.calm("cut");
    },
  },
  {
    name: "forgives no entry for trouble that comes when it was due",
    play(stage) {
      stage.watch.typed("480392");
      stage.wait(DUE_MILLIS);
      stage.watch.trouble("cut");
    },
    violations: [FREE, `${REFUSED}: user 1`],
  },
  {
    name: "owes nothing to an entry in the first 40 s after a start",
    start: { calmMillis: CALM_MILLIS - 1 },
    play: ({ watch }) => watch.typed("480392"),
  },
  {
    name: "owes nothing while the lock has no power",
    play(stage) {
      stage.watch.power(false);
      stage.wait(CALM_MILLIS);
      stage.watch.typed("480392");
    },
  },
  {
    name: "owes nothing where the door, the flash or the battery is not ready",
    play({ desk, watch }) {
      desk.isReady = false;
      watch.typed("480392");
    },
  },
  {
    name: "owes nothing where that began while the entry was judged",
    play({ desk, watch }) {
      watch.typed("480392");
      desk.isReady = false;
    },
  },
];

playAll([...BUDGET, ...CHARGES, ...REFUSALS, ...EXCUSES]);

test.run();
