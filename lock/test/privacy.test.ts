// Goal: privacy begins and ends at the inside alone; a holiday, which an owner's key sets from afar, neither lifts it nor keeps it.
// Method: a bolted lock in privacy, and an owner's session at the door and over the network.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { KIND_ACT, KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { OPERATION_UNLOCK } from "../../firmware/grant/holder.ts";
import { seconds } from "../../firmware/platform.ts";
import { HOUR, House } from "./house.ts";

const MODE = 3;
const NORMAL = 0;
const PRIVACY = 2;
const UNLOCK = { kind: KIND_ACT, operation: OPERATION_UNLOCK } as const;
/** Longer than a press inside counts, and than a door takes to lock behind it. */
const LATER_SECONDS = 61;

/** Somebody inside bolts the door for the night. */
function privacy({ desk }: House): void {
  desk.passTime(LATER_SECONDS);
  desk.pressInside();
  desk.passTime(34);
  assert.is(desk.rig.bolt, "thrown");
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: MODE, value: PRIVACY }] }), "yes");
  desk.passTime(LATER_SECONDS);
}

for (const way of ["ble", "tcp"] as const) {
  test(`over ${way} no holiday lifts privacy`, () => {
    const house = new House();
    const { desk } = house;
    privacy(house);
    const owner = desk.ownerSession(desk.owner, way);
    const from = seconds(desk.time - 60);
    assert.is(owner.state({ kind: KIND_CONFIGURE, settings: [{ key: MODE, value: NORMAL }] }), "presence");
    for (const mode of ["normal", "vacation", "noRemote"] as const) {
      owner.ask({ kind: "holidays", holidays: [{ from, until: seconds(from + HOUR), mode }] });
      assert.is(owner.state(UNLOCK), "mode", mode);
    }
    assert.is(desk.open(desk.grant({ to: desk.person("guest") })), "no");
    assert.is(desk.rig.bolt, "thrown");
  });
}

test("a door that opens on a holiday ends privacy, or an empty house would shut its owner out", () => {
  const house = new House();
  const { desk } = house;
  const from = seconds(desk.time + HOUR);
  assert.is(
    house.set({ kind: "holidays", holidays: [{ from, until: seconds(from + HOUR), mode: "vacation" }] }),
    "yes",
  );
  privacy(house);
  desk.passTime(HOUR + 60);
  desk.pressInside();
  desk.passTime(1);
  assert.ok(desk.openDoor());
  desk.passTime(2);
  desk.shutDoor();
  desk.passTime(HOUR);
  assert.is(desk.rig.bolt, "thrown");
  assert.is(desk.state(UNLOCK), "yes");
});

test.run();
