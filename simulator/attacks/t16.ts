// T16, a keypad that is not the lock's: a foreign one on the wire, one from another house, one that was taken home or removed;
// and a lock that is not the keypad's, which answers its offer first.
// Follows docs/protocol.md §3.2 and §2.3 (kinds 2 and 3).

import type { Bytes } from "../../firmware/bytes.ts";
import { KIND_ENROL, KIND_REMOVE_BOARD } from "../../firmware/grant/body.ts";
import { encodePlain, FRAME_ENROLLED } from "../../firmware/link/frame.ts";
import { encodeEnrolled } from "../../firmware/link/introduction.ts";
import type { Desk } from "../desk.ts";
import { Porch } from "../porch.ts";
import { Typist } from "../typist.ts";
import { type Attack, adopted, type DeskFactory, must, opens } from "./attack.ts";
import { Handset } from "./handset.ts";

const PIN = "394827";
/** A start reads every sector. */
const SECTORS = [6, 8, 3] as const;
/** Several offers, or several handshakes. */
const WHILE_SECONDS = 45;
/** A link is lost after 150 s. */
const LOST_SECONDS = 160;

/** Whether a keypad's link is up, as the owner sees it; undefined for one that the lock does not know. */
function isUp(desk: Desk, kid: Bytes): boolean | undefined {
  const owner = desk.ownerSession();
  const answer = owner.ask({ kind: "status" });
  owner.leave();
  if (answer?.kind !== "status") return undefined;
  return answer.status.boards.find((board) => String(board.kid) === String(kid))?.isUp;
}

/** What a keypad that is not the lock's must get from it: nothing, whatever it types. */
function isInert(desk: Desk, act: () => void): boolean {
  const { onWire } = desk;
  let frames = 0;
  desk.onWire = () => void frames++;
  const budgets = desk.entries("budget").length;
  const isOpen = opens(desk, act);
  desk.onWire = onWire;
  return !isOpen && frames === 0 && desk.entries("budget").length === budgets;
}

/** A board that no owner has enrolled, and one that another lock's owner has. */
function tryForeign(porch: Porch): void {
  const { desk } = porch;
  const { sequence } = desk.owner;
  const foreign = new Typist(desk, "foreign");
  let knocks = 0;
  foreign.carry = (frame) => {
    knocks++;
    desk.carryWire(frame);
  };
  for (const enrolled of [1, 2, sequence]) {
    let frames = 0;
    foreign.onFrame = () => void frames++;
    knocks = 0;
    const isOpen = opens(desk, () => {
      foreign.connect(enrolled);
      must(foreign.type(PIN) === "no answer", "a foreign keypad opens nothing");
    });
    must(!isOpen, "a foreign keypad opens nothing");
    must(knocks > 0 && frames === knocks, "a foreign keypad is not answered with a single frame");
  }
  must(desk.entries("budget").length === 0, "a foreign keypad spends no guess");
}

/** Asks for an enrolment with everything that somebody at the door may have. */
function tryEnrolment(desk: Desk): void {
  const handset = new Handset(desk);
  const body = { kind: KIND_ENROL, board: handset.board } as const;
  must(
    isInert(desk, () => handset.pass(WHILE_SECONDS)),
    "an offer alone is not answered",
  );
  must(desk.state(body) === "presence", "no enrolment with nobody inside");
  const thief = desk.person("thief");
  const caller = desk.call();
  desk.pressInside();
  must(caller.state(body, { by: thief }) !== "yes", "no enrolment by whoever stands at the door");
  caller.leave();
  handset.pass(WHILE_SECONDS);
  must(!handset.isPaired, "a keypad that nobody enrolled has no lock");
}

/** The keypad of one house at the other's door: both ways, with every number that an enrolment may have had. */
function tryTakenHome(porch: Porch, house: Desk): void {
  const { desk, typist } = porch;
  const own = new Typist(house, "of that house").enrol();
  must(own.type(PIN) === "no", "that house has a keypad of its own");
  const mine = desk.owner.sequence;
  const { lockId, agreementKey } = house;
  typist.connect(mine, { lockId, agreementKey });
  must(typist.type(PIN) === "no answer", "a keypad that believes another lock is useless here");
  desk.passTime(LOST_SECONDS);
  must(isUp(desk, typist.kid) === false, "the owner sees that the keypad is another's");
  const alarms = desk.entries("alarm").map(({ alarm }) => alarm);
  must(alarms.includes("keypad"), "and the journal says that it is silent");
  // The very keys of the porch, told of the lock in the thief's house.
  const taken = new Typist(house, "typist");
  must(String(taken.kid) === String(typist.kid), "it is the same keypad");
  for (const sequence of [mine, house.owner.sequence]) {
    taken.connect(sequence);
    must(taken.type(PIN) === "no answer", "a keypad that was taken home is useless there");
  }
}

/** The owner takes a keypad back while it is connected. */
function tryRemoved(porch: Porch): void {
  const { desk, typist } = porch;
  const { sequence } = desk.owner;
  typist.connect();
  must(isUp(desk, typist.kid) === true, "the owner sees that the keypad is back");
  must(typist.type(PIN) === "yes", "the enrolled keypad serves");
  porch.visit();
  must(desk.state({ kind: KIND_REMOVE_BOARD, boardKid: typist.kid }) === "yes", "it is removed");
  must(typist.type(PIN) === "no answer", "a removed keypad is over at once");
  for (const former of [sequence, sequence - 1]) {
    typist.connect(former);
    must(typist.type(PIN) === "no answer", "a removed keypad stays so");
  }
  typist.enrol(false);
  typist.connect(sequence);
  must(typist.type(PIN) === "no answer", "a former enrolment is worth nothing beside a new one");
}

/** Somebody on the wire answers the keypad's offer in the lock's place, with a key of his own. */
function tryRogue(desk: Desk, factory: DeskFactory): void {
  const handset = new Handset(desk);
  const { lockId } = desk;
  const { agreementKey } = factory({ seed: 3, sectors: SECTORS });
  handset.pass(1);
  handset.hand(
    encodePlain(FRAME_ENROLLED, encodeEnrolled({ lockId, agreementKey, sequence: desk.owner.sequence + 1 })),
  );
  must(handset.isPaired, "whoever answers first is believed");
  must(desk.stateInside({ kind: KIND_ENROL, board: handset.board }) === "yes", "the owner enrols the keypad");
  handset.pass(WHILE_SECONDS);
  must(!handset.isUp, "a keypad that believed another never comes up here");
  must(isUp(desk, handset.kid) === false, "the owner sees that it is not up");
}

export const attack: Attack = {
  id: "T16",
  claim: "each keypad has a key of its own that an owner enrolled with somebody inside; any other is never answered",
  run: (factory) => {
    const boards = ["one", "another"].map((name) => new Handset(factory({ sectors: SECTORS }), name).board);
    const keys = boards.flatMap((board) => [board.agreementKey, board.signingKey]).map(String);
    must(new Set(keys).size === keys.length, "no two keypads share a key");
    const porch = new Porch(factory({ sectors: SECTORS }));
    porch.store(1, PIN);
    tryForeign(porch);
    tryTakenHome(porch, adopted(factory, { seed: 2, sectors: SECTORS }));
    tryRemoved(porch);
    tryEnrolment(adopted(factory, { sectors: SECTORS }));
    tryRogue(adopted(factory, { sectors: SECTORS }), factory);
  },
};
