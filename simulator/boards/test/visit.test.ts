// Goal: a visit holds through the boards' own programs over the SDK's classes, on every engine.
// Method: three boards over fakes of those classes, one world of time; people who press, type and phone.

import { test } from "uvu";
import { crypto } from "#crypto";
import { Hallway } from "../hallway.ts";
import { VISITS } from "./visits.ts";

for (const [claim, visit] of VISITS) {
  test(claim, () => visit(() => new Hallway(crypto)));
  test(`${claim}, by boards that sleep`, () => visit(() => new Hallway(crypto, { sleeps: true })));
}

test.run();
