// T36, a brown-out or reset that opens: a chip that starts, for whatever reason, must not drive what moves the bolt.
// Method: the lock's own board program over a chip's pins; power is cut at moments of an opening, and every level of the pins is seen.
// What the chip itself does to a pin before a program runs is for a board (docs/hardware.md, "To check on a board").

import { KIND_ACT } from "../../firmware/grant/body.ts";
import { Hallway } from "../boards/hallway.ts";
import { Stream } from "../random.ts";
import { type Attack, must } from "./attack.ts";

const UNLOCK = 0;
const CUTS = 12;
const OPENING_MILLIS = 40_000;

export const attack: Attack = {
  id: "T36",
  claim: "no start, and no cut of power at any moment, makes a pin of the drive active by itself",
  run: (factory) => {
    const { crypto } = factory();
    const random = new Stream(36, "cuts");
    for (let cut = 0; cut < CUTS; cut++) {
      const hall = new Hallway(crypto, { seed: cut + 1 });
      hall.lock.powerOn();
      hall.pass(2_000);
      must(hall.lock.drives.length === 0, "nothing is driven while a new board starts");
      must(hall.adopt() === "yes", "the owner can adopt");
      must(hall.ownerSession().state({ kind: KIND_ACT, operation: UNLOCK }) === "yes", "the owner can open");
      hall.pass(random.below(OPENING_MILLIS));
      hall.lock.rig.cutPower();
      must(!hall.lock.isDriving, "no pin of the drive is active without power");
      hall.pass(200);
      hall.lock.drives.splice(0);
      hall.lock.powerOn();
      hall.pass(45_000);
      must(!hall.lock.drives.some(({ pin }) => pin === "retract"), "no start retracts the bolt");
      must(!hall.lock.isDriving && hall.lock.bolt === "thrown", "a start ends with the bolt thrown and nothing driven");
    }
  },
};
