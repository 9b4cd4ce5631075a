// Goal: an image tells of a contact that nobody has wired what docs/hardware.md says: a bolt without its contacts is jammed, a leaf without
// one is open, and a cable's loop that is not there is cut.
// Method: a lock's board over the played chip, whose wires to these pins are left out.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { LOCK_PINS, type LockDrive } from "../../../lock/pins.ts";
import { Hallway } from "../hallway.ts";

const PINS = LOCK_PINS.esp32s3;

/** A lock whose wires to some pins are left out, half a minute after its adoption. */
function without(pins: readonly number[], drive: LockDrive = "motor"): Hallway {
  const hall = new Hallway(crypto);
  const { chip } = hall.lock.rig;
  const wire = chip.drive.bind(chip);
  for (const pin of pins) wire(pin, undefined);
  chip.drive = (pin, level) => {
    if (!pins.includes(pin)) wire(pin, level);
  };
  hall.lock.image = { ...hall.lock.image, drive };
  hall.lock.powerOn();
  hall.pass(2_000);
  assert.is(hall.adopt(), "yes");
  hall.pass(60_000);
  return hall;
}

function statusOf(hall: Hallway) {
  const answer = hall.ownerSession().ask({ kind: "status" });
  if (answer?.kind !== "status") throw new Error("no status");
  return answer.status;
}

for (const drive of ["motor", "servo", "strike"] as const) {
  test(`a ${drive} whose bolt has no contacts is told as jammed`, () => {
    assert.is(statusOf(without([PINS.boltThrown, PINS.boltRetracted], drive)).bolt, "jammed");
  });
}

test("a leaf without a contact is open, and nothing is thrown", () => {
  const hall = without([PINS.door]);
  const { bolt, contact } = statusOf(hall);
  assert.equal([bolt, contact, hall.lock.bolt], ["unlocked", "open", "retracted"]);
});

test("a loop that is not there sounds the alarm at each start", () => {
  const hall = without([PINS.cableLoop ?? 0]);
  for (let start = 0; start < 2; start++) {
    hall.lock.rig.cutPower();
    hall.pass(1_000);
    hall.lock.tones.splice(0);
    hall.lock.powerOn();
    hall.pass(2_000);
    assert.ok(hall.lock.tones.length > 1, `${hall.lock.tones.length} tones`);
  }
});

test.run();
