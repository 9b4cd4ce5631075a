// Goal: whoever knocks is owed the door, as far as the camera goes, where it had its time since a knock that woke it, and only there.
// Method: knocks in a world without a lock; the hall is a quiet one.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { CAMERA_RULE_LIVE } from "../../firmware/grant/grant.ts";
import { millis } from "../../firmware/platform.ts";
import { FilmWatch, SETTLED_MILLIS } from "../filmwatch.ts";
import type { Hall } from "../hall.ts";
import type { Ask } from "../model.ts";
import { START } from "../table.ts";
import { World } from "../world.ts";

const HOUR = 3_600_000;

/** Knocks at times after a quiet hour, of which the last is no knock any more but a try. @returns what is owed to it */
function owed(times: readonly number[], change: Partial<Ask> = {}, isTroubled = false): boolean {
  const world = new World(crypto, { seed: 1, start: START });
  const hall = { isTroubled, tricks: [], onSecretFrame: undefined, onTrick: undefined } as unknown as Hall;
  const watch = new FilmWatch({ world, crypto, hall, isForgetful: false }, { visitor: undefined, report: () => {} });
  const chain = [{ cameraRule: CAMERA_RULE_LIVE }] as unknown as Ask["chain"];
  world.advance(millis(HOUR));
  let last = 0;
  let isOwed = false;
  for (const [index, time] of times.entries()) {
    world.advance(millis(world.now + time - last));
    last = time;
    isOwed = watch.owes({ act: "unlock", chain, isGenuine: true, isKnock: index < times.length - 1, ...change });
  }
  return isOwed;
}

for (const [claim, expected, times, change] of [
  ["the last of four tries", true, [0, 3_600, 7_200, 10_800]],
  ["one before it", false, [0, 3_600, 7_200], { isKnock: true }],
  // As in seed 60019: the lock did not know the time, and so did not ask the camera before.
  ["the last of four of which three had another reason", false, [10_800]],
  ["one of which two had", false, [7_200, 10_800]],
  ["the first try of another day", false, [0, 86_400_000]],
  ["an act that needs no camera", true, [0], { act: "lock" }],
  ["a grant that needs none", true, [0], { chain: [] }],
] as readonly (readonly [string, boolean, readonly number[], Partial<Ask>?])[]) {
  test(`${claim} is ${expected ? "owed the door" : "owed nothing"}`, () => assert.is(owed(times, change), expected));
}

test("nothing is owed while there is trouble in the hall, or shortly after a start", () => {
  assert.is(owed([0, 3_600, 7_200, 10_800], {}, true), false);
  assert.ok(SETTLED_MILLIS < HOUR);
});

test.run();
