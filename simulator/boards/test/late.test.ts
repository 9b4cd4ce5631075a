// Goal: a board starts at whatever uptime its program comes to run: a chip counts from its power on, and its bootloader takes a while.
// Method: a lock's board over a played chip whose uptime is not 0 as its program begins.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { Hallway } from "../hallway.ts";

for (const millis of [0, 1, 700, 45_000]) {
  test(`a lock starts ${millis} ms after its chip`, () => {
    const hall = new Hallway(crypto);
    hall.lock.rig.bootMillis = millis;
    hall.lock.powerOn();
    hall.pass(40_000);
    assert.is(hall.lock.tones.includes(3_000), false, "it sounds that it cannot run");
    assert.is(hall.lock.rig.isConfirmed, true);
  });
}

test.run();
