// T34, the mathematics of window codes: a code of another lock or hour, one that was used, taken back, or rotated away.
// Follows docs/protocol.md §7, "Window codes"; how many live at a time is lock/codes/test/count.node.test.ts, and what a guess hits
// lock/codes/test/odds.test.ts.

import { WINDOW_CLASSES } from "../../firmware/codes/window.ts";
import { HOUR, ONCE_24, Porch, TWO_HOURS } from "../porch.ts";
import { type Attack, must } from "./attack.ts";

export const attack: Attack = {
  id: "T34",
  claim: "a window code is good at one lock, in one window, as often as its class says, until its owner takes it back",
  run: (factory) => {
    const porch = new Porch(factory());
    const other = new Porch(factory({ seed: 2 }));
    const { desk, typist } = porch;
    must(typist.type(other.code(TWO_HOURS)) === "no", "a code of another lock with the same secret");
    must(typist.type(porch.code(TWO_HOURS, -1)) === "no", "a code of the next hour");
    must(typist.type(porch.code(TWO_HOURS, 2)) === "no", "a code whose window is over");
    for (const windowClass of WINDOW_CLASSES.keys()) {
      must(typist.type(porch.code(windowClass, -2)) === "no", "no class opens before its hour");
    }
    const once = porch.code(ONCE_24);
    must(typist.type(once) === "yes", "a code that is good once opens");
    porch.visit();
    must(typist.type(once) === "no", "and not again");
    desk.reboot();
    must(desk.ownerSession().state({ kind: 8, operation: 1 }) === "yes", "the owner tells the time");
    typist.connect();
    must(typist.type(once) === "no", "nor after a cut");
    const startHour = Math.floor(desk.time / HOUR);
    desk.revoke({ codes: [{ codeClass: TWO_HOURS, serial: 0, start: startHour }] });
    must(typist.type(porch.code(TWO_HOURS)) === "no", "a code that was taken back");
    must(typist.type(porch.code(TWO_HOURS, 0, 1)) === "yes", "the other one of that hour still opens");
    porch.visit();
    must(porch.set({ kind: "codeSecret", secret: new Uint8Array(32).fill(8) }) === "yes", "the owner rotates");
    must(typist.type(porch.code(TWO_HOURS, 0, 1)) === "no", "a code of the former secret");
  },
};
