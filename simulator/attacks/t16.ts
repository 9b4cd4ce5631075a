// T16, a keypad that is not the lock's: a foreign one on the wire, one from another house, one that was removed, and one to
// whose offer a man in the wire has answered with a lock of his own.
// Follows docs/protocol.md §3.2 and §2.3 (kinds 2 and 3).

import { KIND_ENROL, KIND_REMOVE_BOARD } from "../../firmware/grant/body.ts";
import { FRAME_KK_1 } from "../../firmware/link/frame.ts";
import type { Desk } from "../desk.ts";
import { Porch } from "../porch.ts";
import { Typist } from "../typist.ts";
import { type Attack, must, opens } from "./attack.ts";

const PIN = "394827";
/** A link is lost after 150 s. */
const LOST_SECONDS = 160;

/** Whether the only keypad's link is up, as the owner sees it. */
function isUp(desk: Desk): boolean {
  const owner = desk.ownerSession();
  const answer = owner.ask({ kind: "status" });
  owner.leave();
  return answer?.kind === "status" && answer.status.boards.some((board) => board.isUp);
}

export const attack: Attack = {
  id: "T16",
  claim: "each keypad has a key of its own that an owner enrolled with somebody inside; any other is never answered",
  run: (factory) => {
    const desk = factory();
    const porch = new Porch(desk);
    porch.store(1, PIN);
    const { sequence } = desk.owner;

    const foreign = new Typist(desk, "foreign");
    const heard: number[] = [];
    foreign.onFrame = (frame) => void heard.push(frame[0]);
    const isOpen = opens(desk, () => {
      for (const enrolled of [1, 2, sequence]) {
        foreign.connect(enrolled);
        must(foreign.type(PIN) === "no answer", "a foreign keypad is not answered");
      }
    });
    must(!isOpen, "a foreign keypad opens nothing");
    must(heard.length > 0 && heard.every((type) => type === FRAME_KK_1), "a foreign keypad knocks, and hears nothing");
    must(desk.entries("budget").length === 0, "a foreign keypad spends no guess");

    desk.passTime(61);
    must(desk.state({ kind: KIND_ENROL, board: foreign.board }) === "presence", "no enrolment with nobody inside");
    const elsewhere = new Porch(factory({ seed: 2 }));
    const taken = { lockId: elsewhere.desk.lockId, agreementKey: elsewhere.desk.agreementKey };
    porch.typist.connect(sequence, taken);
    must(porch.typist.type(PIN) === "no answer", "a keypad that believes another lock is useless here");
    desk.passTime(LOST_SECONDS);
    must(!isUp(desk), "the owner sees that the keypad is another's");
    const alarms = desk.entries("alarm").map(({ alarm }) => alarm);
    must(alarms.includes("keypad"), "and the journal says that it is silent");

    porch.typist.connect();
    must(isUp(desk), "the owner sees that the keypad is back");
    must(porch.typist.type(PIN) === "yes", "the enrolled keypad serves");
    porch.visit();
    must(desk.state({ kind: KIND_REMOVE_BOARD, boardKid: porch.typist.kid }) === "yes", "it is removed");
    must(porch.typist.type(PIN) === "no answer", "a removed keypad is over at once");
    const secrets = [...porch.typist.secrets, ...foreign.secrets, ...elsewhere.typist.secrets].map(String);
    must(new Set(secrets).size >= 4, "no two keypads share a key");
  },
};
