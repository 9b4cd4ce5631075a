// Goal: a strike gives way for its time and holds without power, and says what was sensed.
// Method: lines of commands, inputs and time on a bench; after each line the outputs are looked at.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { BLIND_STRIKE, type Make, run, STRIKE } from "./bench.ts";

const AT_THROWN = "sensed thrown sensor boot";
const RUNS: readonly (readonly [string, Make, string, string, string])[] = [
  ["a strike with a contact knows that its keeper holds", STRIKE, "keeper", "10", AT_THROWN],
  ["a strike with a contact knows that its keeper does not", STRIKE, "", "10", "sensed retracted sensor boot"],
  [
    "a strike gives way at once, without a witness",
    STRIKE,
    "keeper",
    "10, retract, on?",
    `${AT_THROWN}; reached retracted none; coil`,
  ],
  [
    "T53: a strike ends its hold by itself",
    STRIKE,
    "keeper",
    "10, retract, 2990, on?, 10, on?",
    `${AT_THROWN}; reached retracted none; coil; sensed thrown sensor auto; off`,
  ],
  [
    "T53: asking again does not stretch a hold, and begins a new one after it",
    STRIKE,
    "keeper",
    "10, retract, 2000, retract, 990, on?, 10, on?, retract, on?",
    `${AT_THROWN}; reached retracted none; reached retracted none; coil; sensed thrown sensor auto; off; reached retracted none; coil`,
  ],
  [
    "a strike is thrown at once",
    STRIKE,
    "keeper",
    "10, retract, 100, throw, on?",
    `${AT_THROWN}; reached retracted none; reached thrown sensor; off`,
  ],
  [
    "T51: a strike whose keeper does not hold is not thrown",
    STRIKE,
    "keeper",
    "10, retract, -keeper, throw, on?, 290, position?, 10, on?",
    `${AT_THROWN}; reached retracted none; off; retracted; failed stall retracted; off`,
  ],
  [
    "a keeper takes its time to fall back, and is waited for without power",
    STRIKE,
    "keeper",
    "10, retract, -keeper, 100, throw, on?, 40, +keeper, 10, position?",
    `${AT_THROWN}; reached retracted none; off; reached thrown sensor; thrown`,
  ],
  [
    "and so it is when its time ends by itself: nobody's hand is seen",
    STRIKE,
    "keeper",
    "10, retract, -keeper, 3000, on?, 40, +keeper, 10, 100",
    `${AT_THROWN}; reached retracted none; off; sensed thrown sensor auto`,
  ],
  [
    "one that is held open when its time ends is told as open",
    STRIKE,
    "keeper",
    "10, retract, -keeper, 3290, 10, +keeper, 10",
    `${AT_THROWN}; reached retracted none; sensed retracted sensor auto; sensed thrown sensor manual`,
  ],
  [
    "asked to give way while its keeper falls, it does, and for its whole time",
    STRIKE,
    "keeper",
    "10, retract, -keeper, 100, throw, 100, retract, on?, 2990, on?, 10, on?",
    `${AT_THROWN}; reached retracted none; reached retracted none; coil; coil; off`,
  ],
  [
    "stopped while its keeper falls, it has ended",
    STRIKE,
    "keeper",
    "10, retract, -keeper, throw, stop, position?, 400",
    `${AT_THROWN}; reached retracted none; retracted`,
  ],
  [
    "a strike that opens without power is told",
    STRIKE,
    "keeper",
    "10, -keeper, 10",
    `${AT_THROWN}; sensed retracted sensor manual`,
  ],
  [
    "a strike holds a latch as it holds a bolt",
    STRIKE,
    "keeper",
    "10, pullLatch, on?, 100, releaseLatch, on?",
    `${AT_THROWN}; pulled; coil; reached thrown sensor; off`,
  ],
  [
    "a strike that is stopped holds",
    STRIKE,
    "keeper",
    "10, retract, stop, on?, position?",
    `${AT_THROWN}; reached retracted none; off; thrown`,
  ],
  [
    "a strike without a contact knows nothing at boot",
    BLIND_STRIKE,
    "",
    "10, position?",
    "sensed unknown none boot; unknown",
  ],
  [
    "a strike without a contact is thrown with no witness",
    BLIND_STRIKE,
    "",
    "10, throw, position?",
    "sensed unknown none boot; reached thrown none; thrown",
  ],
  [
    "a strike without a contact ends its hold with no witness",
    BLIND_STRIKE,
    "",
    "10, retract, 3000, on?",
    "sensed unknown none boot; reached retracted none; sensed thrown none auto; off",
  ],
  [
    "a strike without a contact that was stopped knows nothing",
    BLIND_STRIKE,
    "",
    "10, retract, stop, position?",
    "sensed unknown none boot; reached retracted none; unknown",
  ],
];

for (const [name, make, active, lines, expected] of RUNS) {
  test(name, () => assert.is(run(make, active, lines), expected));
}

test.run();
