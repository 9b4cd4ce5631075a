// T25, in again on the same grant (the Rhino scene): the courier comes back, while the door is open, while it is shut, and
// after the bolt was thrown.
// Follows docs/protocol.md §2.2: one use is one visit; a retry is free only before the door was opened.

import { KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { type Attack, adopted, must, opens } from "./attack.ts";

export const attack: Attack = {
  id: "T25",
  claim: "one use of a grant is one visit: nobody comes back on it once the door was opened",
  run: (factory) => {
    const desk = adopted(factory);
    const token = desk.grant({ to: desk.person("courier"), uses: 1 });
    const caller = desk.call();
    must(caller.prove(token, 0) === "yes", "the courier opens");
    desk.passTime(1);
    must(desk.openDoor(), "the courier goes in");
    must(
      !opens(desk, () => must(caller.prove(token, 0) === "no", "again with the door open")),
      "the bolt is drawn again",
    );
    desk.passTime(5);
    desk.shutDoor();
    must(
      !opens(desk, () => must(caller.prove(token, 0) === "no", "again behind the shut door")),
      "the bolt is drawn again",
    );
    desk.passTime(30);
    must(desk.rig.bolt === "thrown", "the door locks behind the courier");
    for (let count = 0; count < 5; count++)
      must(!opens(desk, () => desk.open(token)), "again after the bolt was thrown");
    desk.reboot();
    must(desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }) === "yes", "the owner tells the time");
    must(!opens(desk, () => desk.open(token)), "again after a power cut");
  },
};
