// Goal: a motor ends every drive by its contact, its current or time, and says by which.
// Method: lines of commands, inputs and time on a bench; after each line the outputs are looked at.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { BLIND_MOTOR, type Make, MOTOR, run } from "./bench.ts";

const AT_THROWN = "sensed thrown sensor boot";
/** A latch that was pulled and does not come back, and what is said of it. */
const STUCK = "10, pullLatch, 500, +stall, 10, releaseLatch, 100, -stall";
const SAID_STUCK = "sensed retracted sensor boot; pulled; failed stall retracted";
const RUNS: readonly (readonly [string, Make, string, string, string])[] = [
  ["a motor tells once where it is at boot", MOTOR, "thrown", "10, 10, 10", AT_THROWN],
  ["a motor between its ends tells that it does not know", MOTOR, "", "10", "sensed unknown none boot"],
  ["a motor with both contacts active does not know", MOTOR, "thrown retracted", "10", "sensed unknown none boot"],
  [
    "a motor retracts until the contact",
    MOTOR,
    "thrown",
    "10, retract, on?, -thrown, 300, +retracted, 10, on?",
    `${AT_THROWN}; retract; reached retracted sensor; off`,
  ],
  [
    "a motor throws until the contact",
    MOTOR,
    "retracted",
    "10, throw, on?, -retracted, 300, +thrown, 10, on?",
    "sensed retracted sensor boot; throw; reached thrown sensor; off",
  ],
  [
    "a motor that is there already does not run",
    MOTOR,
    "thrown",
    "10, throw, on?",
    `${AT_THROWN}; reached thrown sensor; off`,
  ],
  [
    "a motor that is turned back believes no contact that the bolt may just have left",
    MOTOR,
    "retracted",
    "10, throw, 10, retract, on?, 10, on?, -retracted, 100, on?, +retracted, 10, on?",
    "sensed retracted sensor boot; retract; retract; retract; reached retracted sensor; off",
  ],
  [
    "a motor that is turned back before the bolt has moved ends when the contact must be true",
    MOTOR,
    "retracted",
    "10, throw, 10, retract, 50, on?, 10, on?",
    "sensed retracted sensor boot; retract; reached retracted sensor; off",
  ],
  [
    "a motor's inrush is no stall",
    MOTOR,
    "thrown",
    "10, retract, +stall, 90, -stall, -thrown, 10, +retracted, 10",
    `${AT_THROWN}; reached retracted sensor`,
  ],
  [
    "a motor that stalls in the keeper tells that the bolt never left",
    MOTOR,
    "thrown",
    "10, retract, +stall, 100",
    `${AT_THROWN}; failed stall thrown`,
  ],
  [
    "a motor that stalls between tells that it does not know",
    MOTOR,
    "thrown",
    "10, retract, -thrown, +stall, 100",
    `${AT_THROWN}; failed stall unknown`,
  ],
  [
    "T51: a motor that stalls on tape in the strike is not thrown",
    MOTOR,
    "retracted",
    "10, throw, -retracted, 600, +stall, 10",
    "sensed retracted sensor boot; failed stall unknown",
  ],
  [
    "T53: a motor that turns for nothing ends at its deadline",
    MOTOR,
    "thrown",
    "10, retract, -thrown, 1990, on?, 10, on?",
    `${AT_THROWN}; retract; failed deadline unknown; off`,
  ],
  [
    "T53: a motor that was not ticked for long ends with the next tick",
    MOTOR,
    "thrown",
    "retract, -thrown, on?, 2000, on?",
    "retract; failed deadline unknown; off",
  ],
  [
    "a motor that is stopped says nothing",
    MOTOR,
    "thrown",
    "10, retract, -thrown, 100, stop, on?, position?",
    `${AT_THROWN}; off; unknown`,
  ],
  [
    "a motor that turns round drives one way at a time",
    MOTOR,
    "thrown",
    "10, retract, -thrown, 100, throw, on?, 100, +thrown, 10",
    `${AT_THROWN}; throw; reached thrown sensor`,
  ],
  [
    "a motor with a broken pair of contacts ends at its deadline",
    MOTOR,
    "thrown",
    "10, retract, +retracted, 2000",
    `${AT_THROWN}; failed deadline unknown`,
  ],
  [
    "a hand at the thumbturn is seen",
    MOTOR,
    "thrown",
    "10, -thrown, 10, 10, +retracted, 10",
    `${AT_THROWN}; sensed unknown none manual; sensed retracted sensor manual`,
  ],
  [
    "a motor pulls the latch to its stop, holds it without power, and lets it out as far",
    MOTOR,
    "retracted",
    "10, pullLatch, on?, 500, +stall, 10, on?, -stall, 1000, releaseLatch, on?, 500, on?, 10, on?",
    "sensed retracted sensor boot; retract; pulled; off; throw; throw; reached retracted sensor; off",
  ],
  [
    "a motor asked to retract with the latch pulled lets it out",
    MOTOR,
    "retracted",
    "10, pullLatch, 500, +stall, 10, -stall, retract, on?, 510",
    "sensed retracted sensor boot; pulled; throw; reached retracted sensor",
  ],
  [
    "a motor lets out a latch that was pulled half the way",
    MOTOR,
    "retracted",
    "10, pullLatch, 200, releaseLatch, 190, on?, 10, on?",
    "sensed retracted sensor boot; throw; reached retracted sensor; off",
  ],
  [
    "a motor whose latch has no stop ends at its deadline, and still lets it out",
    MOTOR,
    "retracted",
    "10, pullLatch, 2000, releaseLatch, on?, 2000",
    "sensed retracted sensor boot; failed deadline retracted; throw; reached retracted sensor",
  ],
  [
    "a latch that sticks on its way out is a stall",
    MOTOR,
    "retracted",
    "10, pullLatch, 500, +stall, 10, releaseLatch, 100",
    "sensed retracted sensor boot; pulled; failed stall retracted",
  ],
  [
    "letting out a latch that was not pulled does nothing",
    MOTOR,
    "retracted",
    "10, releaseLatch, 10, on?",
    "sensed retracted sensor boot; reached retracted sensor; off",
  ],
  [
    "after a latch that stuck, a bolt that a hand threw is retracted inward",
    MOTOR,
    "retracted",
    `${STUCK}, -retracted, +thrown, 10, retract, on?, -thrown, 300, +retracted, 10`,
    `${SAID_STUCK}; sensed thrown sensor manual; retract; reached retracted sensor`,
  ],
  [
    "after a latch that stuck, a bolt that a hand threw between two looks is retracted inward",
    MOTOR,
    "retracted",
    `${STUCK}, -retracted, retract, on?, 300, +retracted, 10`,
    `${SAID_STUCK}; retract; reached retracted sensor`,
  ],
  [
    "after a latch that stuck, a bolt that a hand threw and took back is where it is asked to be",
    MOTOR,
    "retracted",
    `${STUCK}, -retracted, 10, +retracted, 10, retract, on?`,
    `${SAID_STUCK}; sensed unknown none manual; sensed retracted sensor manual; reached retracted sensor; off`,
  ],
  [
    "after a latch that stuck and a throw that failed, it backs inward",
    MOTOR,
    "retracted",
    `${STUCK}, throw, -retracted, 200, +stall, 10, -stall, retract, on?, 100, +retracted, 10`,
    `${SAID_STUCK}; failed stall unknown; retract; reached retracted sensor`,
  ],
  [
    "after a latch that stuck, a throw that never left ends what was known of the latch",
    MOTOR,
    "retracted",
    `${STUCK}, throw, +stall, 100, -stall, retract, on?`,
    `${SAID_STUCK}; failed stall retracted; reached retracted sensor; off`,
  ],
  [
    "a motor that would push the bolt out with the latch ends at once, and then retracts inward",
    MOTOR,
    "retracted",
    "10, pullLatch, 500, +stall, 10, -stall, releaseLatch, 200, -retracted, 10, on?, retract, on?",
    "sensed retracted sensor boot; pulled; failed deadline unknown; off; retract",
  ],
  [
    "asked to retract, a bolt that is retracted has arrived though its latch sticks, and is not driven out again",
    MOTOR,
    "retracted",
    "10, pullLatch, 500, +stall, 10, retract, on?, 100, on?, retract, on?",
    "sensed retracted sensor boot; pulled; throw; reached retracted sensor; off; reached retracted sensor; off",
  ],
  ["a motor without contacts knows nothing at boot", BLIND_MOTOR, "thrown", "10", "sensed unknown none boot"],
  [
    "a motor without contacts knows its stop by its current",
    BLIND_MOTOR,
    "",
    "10, throw, 500, +stall, 10",
    "sensed unknown none boot; reached thrown current",
  ],
  [
    "a stall before the bolt can have travelled is a jam",
    BLIND_MOTOR,
    "",
    "10, throw, 300, +stall, 10",
    "sensed unknown none boot; failed stall unknown",
  ],
  [
    "at its stop already, a stall is no jam",
    BLIND_MOTOR,
    "",
    "10, throw, 500, +stall, 10, throw, 100",
    "sensed unknown none boot; reached thrown current; reached thrown current",
  ],
  [
    "after a jam its stop is not known any more",
    BLIND_MOTOR,
    "",
    "10, throw, 500, +stall, 10, retract, 100, throw, 100",
    "sensed unknown none boot; reached thrown current; failed stall unknown; failed stall unknown",
  ],
  [
    "at boot an early stall on the way in is believed without a witness",
    BLIND_MOTOR,
    "",
    "10, retract, +stall, 100",
    "sensed unknown none boot; reached retracted none",
  ],
  [
    "a motor without contacts that never stalls ends at its deadline",
    BLIND_MOTOR,
    "",
    "10, throw, 2000, on?",
    "sensed unknown none boot; failed deadline unknown; off",
  ],
  [
    "a motor without contacts lets a latch out by time",
    BLIND_MOTOR,
    "",
    "10, pullLatch, 500, +stall, 10, -stall, releaseLatch, 510",
    "sensed unknown none boot; pulled; reached retracted none",
  ],
  [
    "a motor without contacts retracts inward with the latch pulled, since a hand may have thrown the bolt",
    BLIND_MOTOR,
    "",
    "10, pullLatch, 500, +stall, 10, -stall, retract, on?, 500, +stall, 10",
    "sensed unknown none boot; pulled; retract; reached retracted current",
  ],
  [
    "a motor without contacts retracts inward after a latch that stuck",
    BLIND_MOTOR,
    "",
    "10, pullLatch, 500, +stall, 10, releaseLatch, 100, -stall, retract, on?, 500, +stall, 10",
    "sensed unknown none boot; pulled; failed stall unknown; retract; reached retracted current",
  ],
  [
    "a motor without contacts lets no latch out for a time that was measured before the bolt moved",
    BLIND_MOTOR,
    "",
    "10, pullLatch, 500, +stall, 10, -stall, throw, 100, releaseLatch, 10",
    "sensed unknown none boot; pulled; reached retracted none",
  ],
];

for (const [name, make, active, lines, expected] of RUNS) {
  test(name, () => assert.is(run(make, active, lines), expected));
}

const BEFORE = ["pullLatch, 300", "releaseLatch, 150", "+stall, 110, -stall", "throw, 50", "-retracted", "+retracted"];

/** Every order of that many of those. */
function orders(length: number): readonly string[] {
  if (length === 0) return ["10"];
  return orders(length - 1).flatMap((lines) => BEFORE.map((line) => `${lines}, ${line}`));
}

test("whatever came before, a retract of a bolt that is not seen to be retracted drives inward", () => {
  for (const lines of orders(3)) {
    const between = run(MOTOR, "retracted", `${lines}, -retracted, retract, on?`);
    assert.match(between, /; retract$/, lines);
    const blind = run(BLIND_MOTOR, "", `${lines}, retract, on?`);
    assert.match(blind, /; retract$/, lines);
  }
});

test.run();
