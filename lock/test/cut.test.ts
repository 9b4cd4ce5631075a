// A visit that a power cut interrupts: what the lock still knows of it afterwards, and what nobody may make of that.
// Method: a guest with one use on a desk, power that goes while he is inside, and hands on bolt and button in the dark.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { Desk } from "../../simulator/desk.ts";

test("keeps a use where nobody saw what the bolt did before the cut (T35)", () => {
  const desk = new Desk({ crypto, isContactLate: true });
  desk.shutDoor();
  assert.is(desk.adopt(), "yes");
  const token = desk.grant({ to: desk.person("courier"), uses: 1 });
  assert.is(desk.open(token), "yes");
  desk.passTime(1);
  assert.ok(desk.openDoor(), "the door is held shut");
  desk.shutDoor();
  desk.cutPower();
  desk.rig.turn("thrown");
  // Before the contact is told, somebody presses and holds the bolt: the sensor says that this drive moved nothing.
  desk.rig.jam = "stuck";
  desk.reboot();
  desk.pressInside();
  desk.shutDoor();
  desk.passTime(10);
  desk.rig.jam = "free";
  desk.turn("retracted");
  desk.turn("thrown");
  assert.equal(
    desk.entries("closing").map(({ outcome }) => outcome),
    ["power-cut"],
  );
});

test.run();
