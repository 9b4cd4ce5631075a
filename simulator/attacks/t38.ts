// T38, watchers and force: somebody reads the keys over a shoulder, or makes a resident open the door.
// Follows docs/protocol.md §7: decoys, and users of type forced.

import { fromAscii } from "../../firmware/bytes.ts";
import { Porch } from "../porch.ts";
import { type Attack, must } from "./attack.ts";
import { holds } from "./watch.ts";

const PIN = "630482";
const FORCED = "915276";

export const attack: Attack = {
  id: "T38",
  claim: "decoys hide a code, duress looks like any opening and is told to owners, and no digit is written",
  run: (factory) => {
    const desk = factory();
    const porch = new Porch(desk, "UTC0", false);
    porch.store(1, PIN);
    porch.store(2, FORCED, { type: "forced" });
    must(porch.typist.type(`7712${PIN}`) === "yes", "decoys stand in front of a code");
    porch.visit();
    must(porch.typist.type(`${PIN}7`) === "no", "and nowhere else");
    const owner = desk.ownerSession();
    const opened = [PIN, FORCED].map((pin) => {
      const { words } = desk.flash;
      const [drives, signals] = [desk.rig.drives.length, desk.rig.signals.length];
      const typed = porch.typist.type(pin);
      const written = desk.flash.words - words;
      porch.visit();
      const shown = desk.rig.signals.slice(signals).join();
      return `${typed} ${written} ${desk.rig.drives.length - drives} ${shown}`;
    });
    must(opened[0] === opened[1] && opened[0].startsWith("yes"), "duress looks like any opening");
    must(owner.notices.filter(({ event }) => event === "duress").length === 1, "owners are told of duress, once");
    const flags = desk.entries("code").map(({ use }) => use.by === "user" && use.isDuress);
    must(flags.join() === "false,false,true", "the record says which was under duress");
    const flash = desk.flash.snapshot();
    for (const digits of [PIN, FORCED]) must(!holds(flash, fromAscii(digits)), "no digit is written");
  },
};
