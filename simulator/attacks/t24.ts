// T24, the radio at the moment of locking (MG): every phone and the camera are silent when the door falls shut; and a bolt that is
// held meanwhile.
// Follows docs/visit.md: what locks is the door's own affair.

import { type Attack, must } from "./attack.ts";
import { isLetIn, watched } from "./watched.ts";

export const attack: Attack = {
  id: "T24",
  claim: "the door locks with every radio silent, and what cannot lock is heard and is not called secured",
  run: (factory) => {
    const { desk, tripod, courier } = watched(factory, { frameMillis: 500, isCheap: true });
    for (const isHeld of [false, true]) {
      desk.passTime(90);
      must(isLetIn(desk, courier()), "the courier is let in");
      desk.passTime(2);
      must(desk.openDoor(), "the courier goes in");
      tripod.isJammed = true;
      if (isHeld) desk.rig.jam = "stuck";
      const alarms = desk.rig.signals.filter((signal) => signal === "alarm").length;
      desk.shutDoor();
      desk.passTime(60);
      const closing = desk.entries("closing").at(-1);
      if (isHeld) {
        must(desk.rig.bolt !== "thrown" && desk.lock.snapshot.isVisitOpen, "a bolt that is held secures nothing");
        must(desk.rig.signals.filter((signal) => signal === "alarm").length > alarms + 1, "and is heard");
      } else {
        must(desk.rig.bolt === "thrown", "the bolt is thrown with every radio silent");
        must(closing?.securedAfter !== undefined, "and the journal has it");
      }
      tripod.isJammed = false;
    }
  },
};
