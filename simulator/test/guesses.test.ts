// Goal: the watch over codes reports a budget that rises by itself, and good codes that are refused; charges are charges.test.ts's affair.
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
  ROUNDING,
  type Row,
  SHORT_LEVEL,
  STEP,
} from "./entries.ts";

const FREE = "a guess was free";
const ROSE = "the budget of guesses rose";
/** What the first 40 s may earn. */
const EARNED = 6_202;
/** So much is owed to whoever types ten digits. */
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
    name: "catches a refusal of six digits behind decoys while the budget is there",
    start: { level: SHORT_LEVEL },
    play: (stage) => stage.type("5221480392"),
    violations: [`${REFUSED}: user 1`],
  },
  {
    // As in seed 52015, after a burglar: what is kept for ten digits pays for no six at the end of them.
    name: "accepts it where a unit is missing, though ten digits were typed",
    start: { level: SHORT_LEVEL - 1 },
    play: (stage) => stage.type("5221480392"),
  },
  {
    name: "catches a refusal of ten digits behind decoys with what is kept for them",
    start: { level: LONG_LEVEL },
    play(stage) {
      stage.waitUntil(HOUR);
      stage.type("52211234509876");
    },
    violations: [`${REFUSED}: window 13.0.500000`],
  },
  {
    name: "accepts a refusal of an authenticator's eight digits behind decoys where a unit is missing",
    start: { level: SHORT_LEVEL - 1 },
    play: (stage) => stage.type(`52${STEP + 1}`),
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

playAll([...BUDGET, ...REFUSALS, ...EXCUSES]);

test.run();
