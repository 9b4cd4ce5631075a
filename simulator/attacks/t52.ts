// T52, a guest at the inside hardware: the button during and after a visit, the cover, five presses, the power, patience.
// USB is no way in yet: no part of this lock listens there.
// Follows docs/protocol.md §2.3, "Presence" and "Factory reset".

import { type Body, KIND_ADD_OWNER, KIND_CANCEL_RESET, KIND_FACTORY_RESET } from "../../firmware/grant/body.ts";
import type { Desk } from "../desk.ts";
import { type Attack, adopted, must } from "./attack.ts";

const DAY_SECONDS = 86_400;
const MINUTES_PER_DAY = 1_440;

function secondsLeft(desk: Desk): number {
  const session = desk.ownerSession();
  const answer = session.ask({ kind: "status" });
  session.leave();
  return answer?.kind === "status" ? answer.status.resetSeconds : -1;
}

function pressUnderCover(desk: Desk): void {
  desk.moveCover(true);
  for (let press = 0; press < 5; press++) {
    desk.pressInside();
    desk.passMillis(500);
  }
}

/** Whether the lock sounds at least once a minute, from now on for so long. */
function soundsOn(desk: Desk, minutes: number): boolean {
  for (let minute = 0; minute < minutes; minute++) {
    const before = desk.rig.signals.length;
    desk.passTime(60);
    if (!desk.rig.signals.slice(before).includes("alarm")) return false;
  }
  return true;
}

export const attack: Attack = {
  id: "T52",
  claim:
    "a guest inside gives no presence during a visit, and resets the lock only loudly, slowly, and into another one",
  run: (factory) => {
    const desk = adopted(factory, { sectors: [12, 24, 6] });
    const { lockId, agreementKey } = desk;
    const guest = desk.grant({ to: desk.person("guest") });
    const body: Body = { kind: KIND_ADD_OWNER, ownerKey: desk.person("accomplice").publicKey };
    must(desk.open(guest) === "yes", "the guest is let in");
    // An accomplice outside has the owner's phone; the guest presses behind the alarm.
    must(desk.stateInside(body) === "presence", "no presence during a visit");
    pressUnderCover(desk);
    must(secondsLeft(desk) === 0, "no reset during a visit");
    desk.moveCover(false);
    desk.passTime(3_600);
    // The visit is over, the guest stayed inside.
    pressUnderCover(desk);
    must(secondsLeft(desk) > DAY_SECONDS - 60, "the delay is a day");
    must(
      desk.entries("alarm").some(({ alarm }) => alarm === "reset"),
      "it is noted",
    );
    must(soundsOn(desk, 60), "it sounds once a minute");
    for (let press = 0; press < 50; press++) desk.pressInside();
    must(secondsLeft(desk) > DAY_SECONDS - 3_700, "presses make it no shorter");
    // Pulling the plug ends it, in the middle of a record too.
    desk.flash.cutAfterWords(3);
    desk.pressInside();
    desk.reboot();
    desk.passTime(DAY_SECONDS);
    must(desk.lockId === lockId && secondsLeft(desk) === 0, "a power cut ends it");
    // An owner who is away ends it, and it cannot be begun again at once.
    pressUnderCover(desk);
    desk.passTime(DAY_SECONDS / 2);
    const session = desk.ownerSession(desk.owner, "tcp");
    must(session.state({ kind: KIND_CANCEL_RESET }) === "yes", "an owner cancels from afar");
    session.leave();
    desk.moveCover(false);
    desk.passTime(60);
    pressUnderCover(desk);
    must(secondsLeft(desk) === 0, "not again within the hour");
    must(desk.state({ kind: KIND_FACTORY_RESET }) === "presence", "nor by an owner's phone without presence");
    desk.passTime(3_600);
    // Nobody hears it for a day: then it is another lock, and says so to everybody who knew the old one.
    pressUnderCover(desk);
    must(soundsOn(desk, MINUTES_PER_DAY - 1), "it sounds to the end");
    must(desk.lockId === lockId, "not a minute early");
    desk.passTime(120);
    must(desk.lockId !== lockId && desk.agreementKey.join() !== agreementKey.join(), "it is another lock");
    must(desk.constants.read("farewell") !== undefined, "the former one has signed its end");
    must(desk.open(guest) === "no", "old grants are nothing to it");
  },
};
