// T53, an actuator that stays energised: a bolt that is blocked, and a sensor that says nothing of it.
// Method: the lock's own board program over a chip's pins, with iron that stands still and a converter that does not answer.
// A program that hangs is ended by the one-shot in the drive's supply, and the inside opens by mechanics: for a board (docs/hardware.md).

import { DRIVE_MILLIS_MAX } from "../../firmware/door/bolt.ts";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import { Hallway } from "../boards/hallway.ts";
import { type Attack, must } from "./attack.ts";

const UNLOCK = 0;
const PASS_MILLIS = 60_000;

export const attack: Attack = {
  id: "T53",
  claim: "every drive of a blocked bolt ends by itself, whatever the sensors say, and the lock tells of it",
  run: (factory) => {
    const { crypto } = factory();
    for (const isBlind of [false, true]) {
      const hall = new Hallway(crypto);
      hall.lock.powerOn();
      hall.pass(2_000);
      must(hall.adopt() === "yes", "the owner can adopt");
      hall.lock.work.iron.block = 0.5;
      hall.lock.rig.chip.isConverterBusy = isBlind;
      hall.lock.drives.splice(0);
      must(hall.ownerSession().state({ kind: KIND_ACT, operation: UNLOCK }) === "yes", "the owner can ask for it");
      hall.pass(PASS_MILLIS);
      const { drives } = hall.lock;
      must(drives.length > 0, "the drive was tried");
      for (let index = 0; index < drives.length; index += 2) {
        const [on, off] = [drives[index], drives[index + 1]];
        const isBounded = on !== undefined && off !== undefined && off.at - on.at < DRIVE_MILLIS_MAX;
        must(isBounded, "each drive ends within the hardware's five seconds");
      }
      must(!hall.lock.isDriving, "nothing is driven in the end");
      must(hall.lock.tones.includes(3_000), "the lock sounds its alarm");
    }
  },
};
