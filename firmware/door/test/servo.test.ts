// Goal: a servo says what its contacts sensed, or that only time passed, and is off when it does not turn.
// Method: lines of commands, inputs and time on a bench; after each line the outputs are looked at.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { BLIND_SERVO, type Make, run, SERVO } from "./bench.ts";

const AT_THROWN = "sensed thrown sensor boot";
const RUNS: readonly (readonly [string, Make, string, string, string])[] = [
  [
    "a servo turns until the contact",
    SERVO,
    "thrown",
    "10, retract, on?, angle?, -thrown, 300, +retracted, 10, on?",
    `${AT_THROWN}; power; 90; reached retracted sensor; off`,
  ],
  [
    "a servo throws until the contact",
    SERVO,
    "retracted",
    "10, throw, angle?, -retracted, 300, +thrown, 10",
    "sensed retracted sensor boot; 0; reached thrown sensor",
  ],
  [
    "a servo that is turned back believes no contact that the bolt may just have left",
    SERVO,
    "retracted",
    "10, throw, 10, retract, 10, on?, -retracted, 100, on?, +retracted, 10, on?",
    "sensed retracted sensor boot; power; power; reached retracted sensor; off",
  ],
  [
    "a servo that is turned back before the bolt has moved ends when the contact must be true",
    SERVO,
    "retracted",
    "10, throw, 10, retract, 50, on?, 10, on?",
    "sensed retracted sensor boot; power; reached retracted sensor; off",
  ],
  [
    "T53: a servo that does not arrive ends at its deadline",
    SERVO,
    "thrown",
    "10, retract, -thrown, 3990, on?, 10, on?",
    `${AT_THROWN}; power; failed deadline unknown; off`,
  ],
  [
    "a servo whose thumbturn never moved says so",
    SERVO,
    "thrown",
    "10, retract, 4000",
    `${AT_THROWN}; failed deadline thrown`,
  ],
  ["a servo that is stopped is off", SERVO, "thrown", "10, retract, stop, on?, position?", `${AT_THROWN}; off; thrown`],
  [
    "a servo's thumbturn is seen to be turned by hand",
    SERVO,
    "thrown",
    "10, -thrown, +retracted, 10",
    `${AT_THROWN}; sensed retracted sensor manual`,
  ],
  [
    "a servo holds the latch with power, and turns back",
    SERVO,
    "retracted",
    "10, pullLatch, angle?, 800, on?, 1000, releaseLatch, angle?, 790, on?, 10, on?",
    "sensed retracted sensor boot; 130; pulled; power; 90; power; reached retracted sensor; off",
  ],
  [
    "T53: a servo holds no latch beyond its deadline",
    SERVO,
    "retracted",
    "10, pullLatch, 3990, on?, 10, on?",
    "sensed retracted sensor boot; pulled; power; failed deadline retracted; off",
  ],
  [
    "a servo asked to retract with the latch pulled turns all the way back",
    SERVO,
    "retracted",
    "10, pullLatch, 800, retract, angle?, 790, on?, 10",
    "sensed retracted sensor boot; pulled; 90; power; reached retracted sensor",
  ],
  [
    "a servo asked to retract while it lets the latch out turns all the way back",
    SERVO,
    "retracted",
    "10, pullLatch, 800, releaseLatch, 100, retract, angle?, 790, on?, 10, on?",
    "sensed retracted sensor boot; pulled; 90; power; reached retracted sensor; off",
  ],
  [
    "a servo retracts to the same angle though a hand threw the bolt behind a pulled latch",
    SERVO,
    "retracted",
    "10, pullLatch, 800, stop, -retracted, +thrown, 10, retract, angle?, -thrown, 300, +retracted, 10",
    "sensed retracted sensor boot; pulled; sensed thrown sensor manual; 90; reached retracted sensor",
  ],
  ["a servo without contacts knows nothing at boot", BLIND_SERVO, "thrown", "10", "sensed unknown none boot"],
  [
    "a servo without contacts arrives by time, with no witness",
    BLIND_SERVO,
    "",
    "10, throw, position?, 790, on?, 10, on?, position?",
    "sensed unknown none boot; unknown; power; reached thrown none; off; thrown",
  ],
  [
    "a servo without contacts that was stopped knows nothing",
    BLIND_SERVO,
    "",
    "10, throw, 800, retract, 100, stop, position?",
    "sensed unknown none boot; reached thrown none; unknown",
  ],
  [
    "a servo without contacts sees no hand",
    BLIND_SERVO,
    "",
    "10, throw, 800, +retracted, 100",
    "sensed unknown none boot; reached thrown none",
  ],
];

for (const [name, make, active, lines, expected] of RUNS) {
  test(name, () => assert.is(run(make, active, lines), expected));
}

test.run();
