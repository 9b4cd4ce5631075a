// Goal: a visit in which power was cut ends as that, since its times count from when power came back.
// Method: a lock on a desk whose power goes while the door stands open, and each of the ways in which such a visit may end.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import { Desk } from "../../simulator/desk.ts";
import { outcome } from "./scene.ts";

for (const end of ["another who comes", "a bolt that sticks", "nobody for 12 hours"] as const) {
  test(`a visit in which power was cut says so where ${end} ends it: its times count from there`, () => {
    const desk = new Desk({ crypto });
    assert.is(desk.adopt(), "yes");
    const token = desk.grant({ to: desk.person("courier"), uses: 3 });
    assert.is(desk.open(token), "yes");
    desk.passTime(1);
    assert.ok(desk.openDoor());
    desk.passTime(100);
    desk.reboot();
    desk.passTime(5);
    if (end === "another who comes") assert.is(desk.state({ kind: KIND_ACT, operation: 0 }), "yes");
    if (end === "nobody for 12 hours") desk.passTime(43_200);
    if (end === "a bolt that sticks") {
      desk.turn("thrown");
      desk.rig.jam = "stuck";
      desk.pressInside();
      desk.passTime(20);
      desk.rig.jam = "free";
      desk.pressInside();
      desk.passTime(1);
      desk.shutDoor();
      desk.passTime(60);
      assert.is(desk.rig.bolt, "thrown");
    }
    assert.is(outcome(desk), "power-cut");
  });
}

test.run();
