// Goal: no start, whatever caused it, and no failure at a start makes an actuator's pin active by itself (docs/attacks.md T36, T53), and
// a cut of power at any moment leaves a lock that works (T35).
// Method: the lock's own program over a chip; power is cut at moments drawn from a seed, and every change of a pin that moves the bolt
// is looked at.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { KIND_ACT } from "../../../firmware/grant/body.ts";
import { Stream } from "../../random.ts";
import { Hallway } from "../hallway.ts";

const UNLOCK = 0;
const CUTS = 24;

function adopted(seed = 1): Hallway {
  const hall = new Hallway(crypto, { seed });
  hall.lock.powerOn();
  hall.pass(1_000);
  assert.is(hall.adopt(), "yes");
  hall.lock.drives.splice(0);
  return hall;
}

test("a lock whose keys are spoilt moves nothing, sounds its alarm, and tries again after a minute", () => {
  const hall = new Hallway(crypto);
  hall.lock.rig.storage.plant("latchkey", "sign", new ArrayBuffer(7));
  hall.lock.powerOn();
  hall.pass(5_000);
  assert.ok(hall.lock.tones.includes(3_000), "no alarm");
  assert.is(hall.lock.rig.resetReason, 1);
  hall.pass(58_000);
  assert.is(hall.lock.rig.resetReason, 3, "it did not start anew");
  assert.equal(hall.lock.drives, []);
  assert.is(hall.lock.rig.isConfirmed, false, "an image that cannot run was called well");
});

test("a lock without its journal's flash moves nothing at its start, and opens from inside", () => {
  const hall = new Hallway(crypto);
  hall.lock.rig.partitions.fails = "all";
  hall.lock.powerOn();
  hall.pass(5_000);
  assert.equal(hall.lock.drives, []);
  hall.pressInside();
  hall.pass(2_000);
  assert.is(hall.lock.bolt, "retracted");
});

test("power that is cut at any moment of an opening takes the drive's pins with it, and no start retracts by itself", () => {
  const random = new Stream(35, "cuts");
  for (let cut = 0; cut < CUTS; cut++) {
    const hall = adopted(cut + 1);
    const owner = hall.ownerSession();
    assert.is(owner.state({ kind: KIND_ACT, operation: UNLOCK }), "yes");
    hall.pass(random.below(40_000));
    hall.lock.rig.cutPower();
    assert.is(hall.lock.isDriving, false, "a pin of the drive is active without power");
    hall.pass(200);
    hall.lock.drives.splice(0);
    hall.lock.powerOn();
    hall.pass(45_000);
    assert.ok(!hall.lock.drives.some(({ pin }) => pin === "retract"), "it opened by itself");
    assert.is(hall.lock.isDriving, false);
    assert.is(hall.lock.bolt, "thrown", "it did not lock behind a shut door");
    hall.pressInside();
    hall.pass(2_000);
    assert.is(hall.lock.bolt, "retracted", "it does not open from inside any more");
  }
});

test.run();
