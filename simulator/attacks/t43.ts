// T43, the owner's phone is stolen, unlocked: the thief takes the lock for good, throws the others out, waits for somebody to
// press the button inside, and fills what the lock has room for. Then one act of another owner ends it all.
// Follows docs/protocol.md §2.3, "Presence", "Removal".

import { fromAscii } from "../../firmware/bytes.ts";
import {
  type Body,
  KIND_ACT,
  KIND_ADD_OWNER,
  KIND_CANCEL_RESET,
  KIND_FACTORY_RESET,
  KIND_REMOVE_OWNER,
  KIND_TRANSFER,
} from "../../firmware/grant/body.ts";
import type { Person } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { type Attack, adopted, must } from "./attack.ts";

const UNLOCK: Body = { kind: KIND_ACT, operation: 0 };
const DAY_SECONDS = 86_400;

interface House {
  readonly desk: Desk;
  readonly partner: Person;
  /** The thief's own key; the stolen one is the owner's. */
  readonly thief: Person;
}

function takeovers({ desk, partner, thief }: House): readonly Body[] {
  const zoneRule = fromAscii("UTC0");
  const adoption = { ownerKey: thief.publicKey, recoveryKey: desk.person("thief's paper").publicKey, zoneRule };
  return [
    { kind: KIND_ADD_OWNER, ownerKey: thief.publicKey },
    { kind: KIND_REMOVE_OWNER, ownerKid: partner.kid },
    { kind: KIND_REMOVE_OWNER, ownerKid: desk.recovery.kid },
    { kind: KIND_TRANSFER, adoption },
    { kind: KIND_FACTORY_RESET },
  ];
}

function mayStillAct({ desk, partner }: House, where: string): void {
  for (const by of [partner, desk.recovery]) {
    const session = desk.ownerSession(by);
    must(session.ask({ kind: "status" })?.kind === "status", `${by.name} is known, ${where}`);
    if (by === partner) must(session.state(UNLOCK, { by }) === "yes", `${by.name} opens, ${where}`);
    session.leave();
  }
  desk.passTime(120);
}

/** With the phone alone, and with a press that somebody makes who only wants to go out. */
function tryAlone(house: House): void {
  const { desk } = house;
  for (const body of takeovers(house)) {
    must(desk.state(body) !== "yes", `statement ${body.kind} with nobody inside`);
    desk.passTime(1_860);
    // The thief's phone waits in silence, and asks in the very moment after a press.
    const session = desk.ownerSession();
    desk.pressInside();
    must(session.state(body) !== "yes", `statement ${body.kind} right behind a press`);
    session.leave();
    desk.passTime(1_860);
  }
  mayStillAct(house, "after a thief with a phone");
}

/** Somebody inside hears the lock sound before any press can count for the thief. */
function mustBeHeard({ desk }: House, thief: Person): void {
  desk.passTime(3_600);
  const before = desk.rig.signals.length;
  must(desk.state({ kind: KIND_ADD_OWNER, ownerKey: thief.publicKey }) === "presence", "the thief asks");
  must(desk.rig.signals.slice(before).includes("alarm"), "the lock sounds at the first try");
  desk.passTime(120);
}

/** A key that is thrown out has nothing left at once, neither the session that it is in nor what it signed. */
function endAtOnce({ desk, thief }: House): void {
  const lost = desk.person("lost");
  must(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: lost.publicKey }) === "yes", "there is a third owner");
  const token = desk.grant({ to: thief, by: lost, permissions: 63 });
  must(desk.open(token) === "yes", "a grant by the third key opens");
  desk.passTime(3_600);
  const session = desk.ownerSession(lost, "tcp");
  must(desk.stateInside({ kind: KIND_REMOVE_OWNER, ownerKid: lost.kid }) === "yes", "the third key is thrown out");
  must(!session.isConnected, "the thief's session ends");
  desk.passTime(120);
  must(desk.open(token) === "no", "its grants are over");
  desk.passTime(3_600);
}

/** The partner throws the stolen key out; power fails on the way, at one word or another. */
function endIt(house: House): void {
  const { desk, partner } = house;
  const body: Body = { kind: KIND_REMOVE_OWNER, ownerKid: desk.owner.kid };
  const token = desk.grant({ to: house.thief, permissions: 63 });
  must(desk.open(token) === "yes", "a grant by the stolen key opens");
  desk.passTime(3_600);
  let isOver = false;
  for (let words = 0; words < 100 && !isOver; words++) {
    const session = desk.ownerSession(partner);
    must(session.state(body, { by: partner }) === "presence", "the partner asks");
    desk.pressInside();
    desk.flash.cutAfterWords(words);
    const verdict = session.state(body, { by: partner });
    desk.flash.restore();
    if (verdict !== "yes") {
      desk.reboot();
      // A number that was sent is used up, whatever came of it.
      partner.sequence += 1;
    }
    mayStillAct(house, "after a power cut");
    const caller = desk.call();
    isOver = caller.own(desk.owner) === "no";
    caller.leave();
    must(isOver || verdict !== "yes", "it is over with the yes");
    desk.passTime(1_860);
  }
  must(isOver, "it comes to an end");
  desk.passTime(120);
  must(desk.call().own(desk.owner) === "no", "the stolen key opens no session");
  must(desk.call("tcp").state(UNLOCK) === "no", "the stolen key opens nothing");
  desk.passTime(10);
  must(desk.open(token) === "no", "the stolen key's grants are over");
  desk.reboot();
  desk.passTime(10);
  must(desk.call().own(desk.owner) === "no", "nor after a power cut");
  mayStillAct(house, "at the end");
}

export const attack: Attack = {
  id: "T43",
  claim:
    "a stolen owner's phone changes no keys unheard, not even behind a press; one act with presence ends all of it",
  run: (factory) => {
    const desk = adopted(factory, { sectors: [12, 48, 6] });
    const house = { desk, partner: desk.person("partner"), thief: desk.person("thief") };
    const added = desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: house.partner.publicKey });
    must(added === "yes", "there is a second owner");
    desk.passTime(7_200);
    tryAlone(house);
    mustBeHeard(house, house.thief);
    // The household resets with the partner's phone, and the thief may cancel that; the key on paper waits for nothing.
    must(desk.state({ kind: KIND_CANCEL_RESET }) === "target", "nothing runs");
    desk.passTime(DAY_SECONDS);
    endAtOnce(house);
    endIt(house);
  },
};
