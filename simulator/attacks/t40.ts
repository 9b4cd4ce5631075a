// T40, force: somebody opens the keypad's case, cuts its cable, takes it away, or breaks the door open.
// Follows docs/protocol.md §3.2; the door's own alarms are firmware/door's.

import { Porch } from "../porch.ts";
import { type Attack, must } from "./attack.ts";

const OPENED = Object.freeze({ kind: "report", isCaseOpen: true, isKeyStuck: false, millivolts: 5_000 });
const LOST_SECONDS = 160;
/** An hour by any crystal: what is counted is written once in one. */
const HOUR_SECONDS = 3_700;

export const attack: Attack = {
  id: "T40",
  claim: "an open case, a cut cable, a silent keypad and a forced door sound within a second and are written",
  run: (factory) => {
    const desk = factory();
    const { typist } = new Porch(desk);
    const sounds = (act: () => void): boolean => {
      const before = desk.rig.signals.length;
      act();
      return desk.rig.signals.slice(before).includes("alarm");
    };
    const written = (alarm: string): number => {
      desk.passTime(HOUR_SECONDS);
      return desk.entries("alarm").reduce((sum, entry) => sum + (entry.alarm === alarm ? entry.count : 0), 0);
    };
    must(
      sounds(() => void typist.ask(OPENED)),
      "an open case sounds at once",
    );
    must(!sounds(() => void typist.ask(OPENED)), "and once");
    must(
      sounds(() => desk.moveLoop(false)),
      "a cut cable sounds at once",
    );
    must(written("tamper") === 2, "both are written");
    must(sounds(() => desk.passTime(LOST_SECONDS)) || written("keypad") > 0, "a keypad that falls silent is found out");
    must(written("keypad") === 1, "and written");
    must(
      sounds(() => {
        desk.moveLoop(true);
        typist.connect();
        desk.rig.leaf = "open";
        desk.shutDoor();
        desk.rig.leaf = "open";
        desk.moveMagnet(false);
        desk.passTime(1);
      }),
      "a door that opens behind a thrown bolt sounds within a second",
    );
    must(written("forced") >= 1, "and is written, whether anybody is connected or not");
  },
};
