// Goal: a whole visit through the boards' own programs: what a courier, a guest and an owner do at the door is seen at its pins, on its
// cables and in its network.
// Method: three boards over fakes of the SDK's classes, one world of time; people who press, type and phone.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromAscii } from "../../../firmware/bytes.ts";
import { Hallway, HOME } from "../hallway.ts";

test("a lock that is new: nothing moves at power-on, a press inside opens, an owner adopts it, and it locks again", () => {
  const hall = new Hallway(crypto);
  hall.lock.powerOn();
  hall.pass(2_000);
  assert.equal(hall.lock.drives, []);
  assert.is(hall.lock.bolt, "thrown");
  assert.is(hall.adopt(), "yes");
  assert.equal(
    hall.lock.drives.map(({ pin, level }) => `${pin} ${level}`),
    ["retract 1", "retract 0", "throw 1", "throw 0"],
  );
  assert.is(hall.lock.bolt, "thrown");
  assert.is(hall.lock.isDriving, false);
  void HOME;
  void fromAscii;
});

test.run();
