// T27, another picture than that of now: one that stands still, a film of an hour ago, and the camera's own answers of before, held
// back, played again, and made by a camera that no owner enrolled.
// Follows docs/protocol.md §3.3: a heartbeat counts by the lock's number in it.

import type { Bytes } from "../../firmware/bytes.ts";
import { Tripod } from "../tripod.ts";
import { type Attack, must, opens } from "./attack.ts";
import { isLetIn, knocks, type Watched, watched } from "./watched.ts";

const HELD_MILLIS = 4_000;

export const attack: Attack = {
  id: "T27",
  claim: "neither old pictures nor old answers prove anything",
  run: (factory) => {
    const scene = watched(factory, { frameMillis: 500, isCheap: true });
    showOldPictures(scene);
    playAnswersAgain(scene);
    holdAnswersBack(scene);
    bringAnother(scene);
  },
};

/** Whoever comes is let in, and the bolt is thrown again. */
function visit({ desk, courier }: Watched): void {
  must(isLetIn(desk, courier()), "a courier is let in");
  desk.passTime(1);
  must(desk.openDoor(), "goes in");
  desk.passTime(3);
  desk.shutDoor();
  desk.passTime(45);
}

function showOldPictures(scene: Watched): void {
  const { desk, tripod, courier } = scene;
  for (const tampering of ["freeze", "loop"] as const) {
    visit(scene);
    tripod.stage.tampering = tampering;
    must(!opens(desk, () => void knocks(desk, courier())), `nobody is let in past a picture that is a ${tampering}`);
    tripod.stage.tampering = "none";
    desk.passTime(40);
  }
}

/** Everything that the camera said during an honest visit is said again while the next one knocks, and the camera is silent. */
function playAnswersAgain(scene: Watched): void {
  const { desk, tripod, courier } = scene;
  const tape: Bytes[] = [];
  tripod.onAir = (direction, frame) => {
    if (direction === "to lock") tape.push(frame.slice());
    return frame;
  };
  visit(scene);
  tripod.onAir = (direction, frame) => (direction === "to lock" ? undefined : frame);
  const play = () => {
    for (const frame of tape) tripod.carry("to lock", frame);
  };
  must(!opens(desk, () => void knocks(desk, courier(), play)), "what was said before lets nobody in");
  tripod.onAir = (_, frame) => frame;
  desk.passTime(90);
}

/** The camera sees well; its answers are held for seconds, while whoever stands in the hall covers the lens. */
function holdAnswersBack(scene: Watched): void {
  const { desk, tripod, courier } = scene;
  const held: { readonly at: number; readonly frame: Bytes }[] = [];
  tripod.onAir = (direction, frame) => {
    if (direction === "to camera") return frame;
    held.push({ at: desk.elapsed, frame });
    const [first] = held;
    return first !== undefined && desk.elapsed - first.at >= HELD_MILLIS ? held.shift()?.frame : undefined;
  };
  must(!opens(desk, () => void knocks(desk, courier())), "an answer that comes four seconds late lets nobody in");
  tripod.onAir = (_, frame) => frame;
  desk.passTime(90);
}

/** A camera of the thief's own sees a hall in order. */
function bringAnother({ desk, tripod, courier }: Watched): void {
  tripod.isJammed = true;
  const other = new Tripod(desk, { seed: 2, frameMillis: 500, isCheap: true });
  desk.passTime(30);
  must(!opens(desk, () => void knocks(desk, courier())), "a camera that no owner enrolled lets nobody in");
  other.board.cutPower();
}
