// Goal: those who type at the keypad take turns, and the checker hears what was entered when its last key is down.
// Method: keys are read off the trace in virtual time; rows say who comes when, and what is seen of it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { millis, seconds } from "../../firmware/platform.ts";
import { Fingers } from "../fingers.ts";
import { Keyboard } from "../keyboard.ts";
import { World } from "../world.ts";

const LONG_MILLIS = 60_000;

interface Row {
  readonly name: string;
  /** Digits, and when somebody comes with them. */
  readonly comes: readonly (readonly [at: number, digits: string])[];
  readonly seen: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    name: "one key follows the other, and the checker hears of it with the last one",
    comes: [[0, "407"]],
    seen: ["0 4", "250 0", "500 7", "750 #", "750 typed 407", "750 entered"],
  },
  {
    name: "who comes meanwhile waits until the other has gone",
    comes: [
      [0, "1"],
      [100, "2"],
    ],
    seen: ["0 1", "250 #", "250 typed 1", "250 entered", "2000 2", "2250 #", "2250 typed 2", "2250 entered"],
  },
  {
    name: "who comes in the millisecond in which the other has gone begins at once",
    comes: [
      [0, "1"],
      [2_000, "2"],
    ],
    seen: ["0 1", "250 #", "250 typed 1", "250 entered", "2000 2", "2250 #", "2250 typed 2", "2250 entered"],
  },
  {
    name: "who comes later waits for nobody",
    comes: [
      [0, "1"],
      [9_000, "2"],
    ],
    seen: ["0 1", "250 #", "250 typed 1", "250 entered", "9000 2", "9250 #", "9250 typed 2", "9250 entered"],
  },
  {
    name: "two who come at once take turns, the first one first",
    comes: [
      [500, "3"],
      [500, "4"],
    ],
    seen: ["500 3", "750 #", "750 typed 3", "750 entered", "2500 4", "2750 #", "2750 typed 4", "2750 entered"],
  },
  { name: "whoever types nothing rings, which is no entry", comes: [[0, ""]], seen: ["0 #", "0 entered"] },
];

for (const { name, comes, seen } of ROWS) {
  test(name, () => {
    const events: string[] = [];
    const print = (line: string) => {
      const [, key] = /key (.) down/.exec(line) ?? [];
      if (key !== undefined) events.push(`${world.now} ${key}`);
    };
    const world = new World(crypto, { seed: 1, start: seconds(0), print });
    const checker = { codes: { typed: (digits: string) => void events.push(`${world.now} typed ${digits}`) } };
    const fingers = new Fingers({ world, keyboard: new Keyboard(world), checker });
    for (const [at, digits] of comes)
      world.at(millis(at), () => fingers.enter(digits, () => events.push(`${world.now} entered`)));
    world.advance(millis(LONG_MILLIS));
    assert.equal(events, seen);
  });
}

test("every finger is up again before the next entry", () => {
  const world = new World(crypto, { seed: 1, start: seconds(0) });
  const keyboard = new Keyboard(world);
  const fingers = new Fingers({ world, keyboard, checker: { codes: { typed: () => {} } } });
  fingers.enter("12345678901234567890");
  fingers.enter("1");
  world.advance(millis(21 * 250 + 1_500 - 1));
  const seen = [0, 1, 2, 3].map((row) => {
    keyboard.driveRow(row);
    return keyboard.readColumns();
  });
  assert.equal(seen, [0, 0, 0, 0]);
});

test.run();
