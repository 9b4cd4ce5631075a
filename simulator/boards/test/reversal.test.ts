// Goal: a drive that is turned back in its first milliseconds brings the bolt all the way back, though the contact of where it was is
// debounced and still tells so.
// Method: a lock's board over the played chip; a press, and the leaf, at each moment around the start of a throw.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { Hallway } from "../hallway.ts";

function unlocked(): Hallway {
  const hall = new Hallway(crypto);
  hall.lock.powerOn();
  hall.pass(2_000);
  assert.is(hall.adopt(), "yes");
  assert.is(hall.lock.bolt, "thrown");
  hall.lock.press(true);
  hall.pass(200);
  hall.lock.press(false);
  hall.pass(1_500);
  assert.is(hall.lock.bolt, "retracted");
  hall.lock.drives.splice(0);
  return hall;
}

/** When the next throw begins, from now, found on a twin. */
function throwAfter(): number {
  const hall = unlocked();
  let passed = 0;
  while (!hall.lock.drives.some(({ pin }) => pin === "throw")) {
    hall.pass(1);
    passed++;
  }
  return passed;
}

const AFTER = throwAfter();

test("an inside press retracts, at whatever moment of a throw it comes", () => {
  const bad: string[] = [];
  for (let offset = -60; offset < 120; offset += 4) {
    const hall = unlocked();
    hall.pass(AFTER + offset);
    hall.lock.press(true);
    hall.pass(3_000);
    if (hall.lock.bolt !== "retracted")
      bad.push(`${offset}: ${hall.lock.bolt} at ${hall.lock.work.iron.place.toFixed(3)}`);
    hall.lock.press(false);
  }
  assert.equal(bad, []);
});

test("a leaf that opens at whatever moment of a throw has the bolt drawn back", () => {
  const bad: string[] = [];
  for (let offset = -60; offset < 120; offset += 4) {
    const hall = unlocked();
    hall.pass(AFTER + offset);
    hall.lock.moveLeaf("open");
    hall.pass(60_000);
    if (hall.lock.bolt !== "retracted")
      bad.push(`${offset}: ${hall.lock.bolt} at ${hall.lock.work.iron.place.toFixed(3)}`);
  }
  assert.equal(bad, []);
});
test.run();
