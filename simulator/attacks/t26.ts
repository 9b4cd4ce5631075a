// T26, the lens: covered, painted, blinded or turned, before the knock and while somebody is inside.
// Follows docs/camera.md and docs/visit.md, "When the camera fails during a visit".

import type { Tool } from "../sensor/lens.ts";
import { type Attack, must, opens } from "./attack.ts";
import { isLetIn, knocks, type Watched, watched } from "./watched.ts";

const BEFORE: readonly (Tool | "turn")[] = ["black", "paper", "spray", "torch", "turn"];
const MEANWHILE: readonly (Tool | "turn")[] = ["paper", "turn"];
/** Four seconds of frames that are looked at, and the way of the word. */
const TOLD_MILLIS = 5_100;

export const attack: Attack = {
  id: "T26",
  claim:
    "nobody is let in past a lens that does not see, and one that is covered during a visit is told within seconds",
  run: (factory) => {
    const scene = watched(factory, { frameMillis: 500, isCheap: true });
    const { desk, tripod, courier } = scene;
    for (const act of BEFORE) {
      desk.passTime(30);
      spoil(scene, act);
      const token = courier();
      must(!opens(desk, () => void knocks(desk, token)), `nobody is let in past a lens under ${act}`);
      desk.passTime(30);
      restore(scene);
      must(isLetIn(desk, token), "and nothing was spent by it");
      desk.passTime(40);
    }
    for (const act of MEANWHILE) {
      desk.passTime(40);
      must(isLetIn(desk, courier({ uses: 9 })), "a courier is let in");
      desk.passTime(2);
      must(desk.openDoor(), "goes in");
      desk.passTime(2);
      const alarms = alarmsOf(scene);
      spoil(scene, act);
      desk.passMillis(TOLD_MILLIS);
      must(alarmsOf(scene) > alarms, `${act} over the lens is told within five seconds`);
      desk.shutDoor();
      desk.passTime(2);
      must(desk.rig.bolt === "thrown", "and the bolt is thrown as soon as the door is shut");
      must(desk.entries("closing").at(-1)?.outcome === "camera", "the journal says why the visit ended");
      restore(scene);
      tripod.stage.turn(false);
    }
  },
};

function alarmsOf({ desk }: Watched): number {
  return desk.entries("camera").filter(({ event }) => event === "alarm").length;
}

function spoil({ tripod }: Watched, act: Tool | "turn"): void {
  if (act === "turn") tripod.stage.turn(true);
  else tripod.stage.cover(act);
}

function restore({ tripod }: Watched): void {
  tripod.stage.turn(false);
  tripod.stage.cover(undefined);
}
