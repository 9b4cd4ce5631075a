// T23, the radio: a courier who is inside silences it, so that the picture freezes and nobody hears the camera, and walks back in
// (the Rhino scene); and one who silences it before he knocks.
// Follows docs/visit.md, "When the camera fails during a visit", and docs/protocol.md §9.1.

import { lookAtFilm } from "../film.ts";
import { Looker } from "../looker.ts";
import { type Attack, Breach, must, opens } from "./attack.ts";
import { isLetIn, knocks, type Watched, watched } from "./watched.ts";

const FRAME_MILLIS = 500;
const JAM_SECONDS = 30;

export const attack: Attack = {
  id: "T23",
  claim: "a silent radio lets nobody in, is told within seconds, locks behind who leaves, and the film goes on",
  run: (factory) => {
    const scene = watched(factory, { frameMillis: FRAME_MILLIS, isCheap: true });
    const { desk, tripod, courier } = scene;
    tripod.isJammed = true;
    must(!opens(desk, () => void knocks(desk, courier())), "nobody is let in past a camera that nobody hears");
    tripod.isJammed = false;
    desk.passTime(90);
    const token = courier({ uses: 5 });
    must(isLetIn(desk, token), "the courier is let in");
    const looker = new Looker(desk, tripod);
    desk.passTime(2);
    must(desk.openDoor() && looker.pictures > 0 && !looker.isStale, "the owner sees the courier come in");
    const alarms = alarmsOf(scene);
    tripod.isJammed = true;
    looker.isJammed = true;
    desk.passMillis(2_050);
    must(looker.isStale, "a picture that stands still is called old within two seconds");
    desk.passTime(3);
    must(alarmsOf(scene) > alarms, "the door sounds");
    must(
      desk.entries("alarm").some(({ alarm }) => alarm === "camera"),
      "and the journal says why",
    );
    desk.passTime(JAM_SECONDS);
    desk.shutDoor();
    desk.passTime(2);
    must(desk.rig.bolt === "thrown", "the bolt is thrown behind the courier at once");
    must(!opens(desk, () => void knocks(desk, token)), "and nobody is let in again");
    tripod.isJammed = false;
    desk.passTime(90);
    const last = desk.entries("closing").at(-1);
    if (last?.outcome !== "camera") throw new Breach("the visit ended since the camera was lost");
    must(isFilmed(scene, last.intent), "the film is whole, and goes on through the silence");
  },
};

function alarmsOf({ desk }: Watched): number {
  return desk.rig.signals.filter((signal) => signal === "alarm").length;
}

/** Whether the card has a whole film of a visit, of all the time that the radio was silent. */
function isFilmed({ desk, tripod }: Watched, visit: number): boolean {
  const { crypto, lockId } = desk;
  const looked = lookAtFilm(crypto, tripod, { visit, lockId, entries: desk.entries("camera") });
  if (looked.kind !== "judged") return false;
  const { isOk, frames } = looked.verdict;
  return isOk && frames * FRAME_MILLIS > JAM_SECONDS * 1_000;
}
