// Goal: a board that gets power tells of no contact what its empty capacitor says: each has 100 nF to ground (docs/hardware.md), which the
// pin's own resistor of 45 kΩ fills in some milliseconds, and until then an open contact reads as a closed one.
// Method: boards over played chips, whose pins are held low for as long when power comes; and whose programs compute something just then.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { CAMERA_PINS } from "../../../camera/pins.ts";
import { KEYPAD_PINS } from "../../../keypad/pins.ts";
import { LOCK_PINS } from "../../../lock/pins.ts";
import { CAMERA_IMAGE } from "../camerarig.ts";
import type { ChipRig } from "../chiprig.ts";
import { Hallway } from "../hallway.ts";
import { KEYPAD_IMAGE } from "../keypadrig.ts";
import { adopted } from "./visits.ts";

const { door, button, cover, cableLoop = -1 } = LOCK_PINS.esp32s3;
/** Those of the bolt have the time of a whole start: they are read at its end (firmware/io/test/input.test.ts). */
const LOCK_CONTACTS = [door, button, cover, cableLoop];
const CASES_OF = {
  keypad: KEYPAD_PINS[KEYPAD_IMAGE.target].tamper,
  camera: CAMERA_PINS[CAMERA_IMAGE.target].caseContact,
};
/** Of 45 kΩ and 100 nF, to three quarters; and where both are at the ends of their tolerances. */
const CHARGE_MILLIS = [7, 15];
/** For so long the program is kept from its pins behind its first look at them: not at all, and beyond the time that they have to settle. */
const BUSY_MILLIS = [0, 100];
const ALARM_HERTZ = 3_000;
const CASES = CHARGE_MILLIS.flatMap((millis) => BUSY_MILLIS.map((busyMillis) => ({ millis, busyMillis })));
type Charge = (typeof CASES)[number];

/** Gives a board power with its capacitors empty. */
function start(
  { hall, board, pins }: { hall: Hallway; board: { powerOn(): void; rig: ChipRig }; pins: number[] },
  { millis, busyMillis }: Charge,
): void {
  const { chip } = board.rig;
  for (const pin of pins) chip.pull(pin, "down");
  board.powerOn();
  board.rig.busyUntil = hall.world.now + busyMillis;
  hall.world.after(millis, () => {
    for (const pin of pins) chip.pull(pin, undefined);
  });
}

function statusOf(hall: Hallway) {
  const owner = hall.ownerSession();
  const answer = owner.ask({ kind: "status" });
  owner.leave();
  if (answer?.kind !== "status") throw new Error("no status");
  return answer.status;
}

for (const charge of CASES) {
  const { millis, busyMillis } = charge;
  for (const leaf of ["open", "closed"] as const) {
    test(`a lock that gets power behind a leaf that is ${leaf} raises no alarm, and tells what is so (${millis} ms, busy for ${busyMillis})`, () => {
      const hall = adopted(() => new Hallway(crypto));
      hall.lock.rig.cutPower();
      hall.lock.moveLeaf(leaf);
      hall.pass(1_000);
      hall.lock.tones.splice(0);
      hall.lock.drives.splice(0);
      start({ hall, board: hall.lock, pins: LOCK_CONTACTS }, charge);
      hall.pass(3_000);
      assert.not(hall.lock.tones.includes(ALARM_HERTZ), "an alarm");
      assert.equal(hall.lock.drives, []);
      const { bolt, contact } = statusOf(hall);
      assert.equal([bolt, contact], ["locked", leaf]);
    });
  }

  for (const which of ["keypad", "camera"] as const) {
    test(`a ${which} that gets power with its case shut tells of no open one (${millis} ms, busy for ${busyMillis})`, () => {
      const hall = adopted(() => new Hallway(crypto));
      const { [which]: board } = hall;
      board.powerOn();
      hall.pass(1_000);
      if (which === "camera") assert.equal(hall.tellNetwork(), ["yes", "yes"]);
      assert.is(hall.enrol(which), "yes");
      // Its case was open as it was told the network: an alarm, for three minutes.
      hall.pass(200_000);
      board.rig.cutPower();
      hall.pass(1_000);
      hall.lock.tones.splice(0);
      start({ hall, board, pins: [CASES_OF[which]] }, charge);
      hall.pass(70_000);
      assert.not(hall.lock.tones.includes(ALARM_HERTZ), "an alarm");
      assert.equal(
        statusOf(hall).boards.map(({ isUp, isCaseOpen }) => [isUp, isCaseOpen]),
        [[true, false]],
      );
    });
  }
}

test.run();
