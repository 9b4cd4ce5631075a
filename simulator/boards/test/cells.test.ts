// Goal: cells that do not carry a drive let no guest in, whoever asked for the drive, and whatever was asked of the lock meanwhile.
// Method: a lock's board over the played chip, on cells that sink as soon as a motor has power, and less once it runs.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { OPERATION_UNLOCK } from "../../../firmware/grant/holder.ts";
import { LOCK_PINS } from "../../../lock/pins.ts";
import type { Caller } from "../../caller.ts";
import { Hallway } from "../hallway.ts";

const PINS = LOCK_PINS.esp32s3;
const INRUSH_MILLIS = 100;
/** Of four cells, in millivolts; below 4,400 no guest comes in. */
const TIRED = Object.freeze({ starting: 3_900, running: 4_200, resting: 5_200 });
const FRESH = Object.freeze({ starting: 5_400, running: 5_700, resting: 6_100 });
type Cells = Readonly<Record<"starting" | "running" | "resting", number>>;

/** A lock of somebody's on such cells, and how they are changed for others while USB keeps it running. */
function onCells(cells: Cells): { readonly hall: Hallway; change(to: Cells): void } {
  const hall = new Hallway(crypto);
  const { chip } = hall.lock.rig;
  let fitted = cells;
  let isRunning = false;
  const give = () => {
    const load = hall.lock.isDriving ? (isRunning ? "running" : "starting") : "resting";
    chip.supply(PINS.battery, fitted[load] / 3);
  };
  chip.watch((pin) => {
    if (pin !== PINS.motor.retract && pin !== PINS.motor.throw) return;
    isRunning = false;
    hall.world.after(INRUSH_MILLIS, () => {
      isRunning = true;
      give();
    });
    give();
  });
  give();
  hall.lock.powerOn();
  hall.pass(2_000);
  assert.is(hall.adopt(), "yes");
  return {
    hall,
    change(to) {
      fitted = to;
      give();
    },
  };
}

function millivoltsOf(owner: Caller): number {
  const answer = owner.ask({ kind: "status" });
  assert.is(answer?.kind, "status");
  return answer?.kind === "status" ? answer.status.batteryMillivolts : 0;
}

const DRIVES: readonly (readonly [name: string, drive: (hall: Hallway, owner: Caller) => void])[] = [
  ["somebody inside went out", (hall) => hall.pressInside()],
  [
    "the status was asked for as the motor started",
    (hall, owner) => {
      hall.lock.press(true);
      assert.ok(hall.passUntil(() => hall.lock.isDriving, 1_000));
      millivoltsOf(owner);
      hall.lock.press(false);
    },
  ],
];
for (const [name, drive] of DRIVES) {
  test(`cells that sank below what a guest needs let none in once they rest: ${name}`, () => {
    const { hall } = onCells(TIRED);
    const guest = hall.grant(hall.person("guest"));
    const owner = hall.ownerSession();
    hall.pass(10_000);
    drive(hall, owner);
    owner.leave();
    hall.pass(60_000);
    assert.is(hall.lock.bolt, "thrown");
    const seen = millivoltsOf(hall.ownerSession());
    assert.ok(Math.abs(seen - TIRED.running) < 10, `${seen} mV`);
    assert.is(hall.call().prove(guest, OPERATION_UNLOCK), "no");
    hall.pass(2_000);
    assert.is(hall.lock.bolt, "thrown");
  });
}

test("new cells let a guest in again, with no drive between", () => {
  const { hall, change } = onCells(TIRED);
  const guest = hall.grant(hall.person("guest"));
  hall.pressInside();
  hall.pass(60_000);
  assert.ok(millivoltsOf(hall.ownerSession()) < 4_400);
  change(FRESH);
  hall.pass(10_000);
  assert.is(hall.call().prove(guest, OPERATION_UNLOCK), "yes");
  assert.ok(hall.passUntil(() => hall.lock.bolt === "retracted", 2_000));
});

test.run();
