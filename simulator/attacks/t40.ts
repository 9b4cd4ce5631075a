// T40, force: somebody opens the keypad's case, cuts its cable, takes it away, breaks the door open, or blocks the bolt.
// Follows docs/protocol.md §3.2; the door's own alarms are firmware/door's.

import { KIND_ENROL } from "../../firmware/grant/body.ts";
import type { Desk } from "../desk.ts";
import { Tripod } from "../tripod.ts";
import { type Attack, adopted, must } from "./attack.ts";
import { Handset } from "./handset.ts";

/** A start reads every sector. */
const SECTORS = [6, 8, 3] as const;
/** From an offer to the first report of a keypad that was just enrolled. */
const PAIRING_SECONDS = 45;
/** After a cut, or a start of the lock, the two find each other again. */
const BACK_SECONDS = 30;
const LOST_SECONDS = 160;
/** Until a camera that is asked each minute has told of a case that was closed: what opens it before is the same time. */
const TOLD_SECONDS = 300;
/** An hour by any crystal: what is counted is written once in one. */
const HOUR_SECONDS = 3_700;
/** The relock timer, and three attempts at a throw. */
const RELOCK_SECONDS = 60;

/** Whether the alarm sounds meanwhile. */
function sounds(desk: Desk, act: () => void): boolean {
  const before = desk.rig.signals.length;
  act();
  return desk.rig.signals.slice(before).includes("alarm");
}

/** How often an alarm is written, once all counts are. */
function written(desk: Desk, alarm: string, wait = () => desk.passTime(HOUR_SECONDS)): number {
  wait();
  return desk.entries("alarm").reduce((sum, entry) => sum + (entry.alarm === alarm ? entry.count : 0), 0);
}

/** Gives an adopted lock with the real keypad, enrolled and connected. */
function withHandset(desk: Desk): Handset {
  const handset = new Handset(desk);
  must(desk.stateInside({ kind: KIND_ENROL, board: handset.board }) === "yes", "the owner enrols the keypad");
  handset.pass(PAIRING_SECONDS);
  must(handset.isUp, "the keypad is connected");
  return handset;
}

/** Whether an alarm sounds within a second of something that the keypad sees. */
function soundsWithinASecond(desk: Desk, handset: Handset, act: () => void): boolean {
  return sounds(desk, () => {
    act();
    handset.pass(1);
  });
}

/** The case is opened before the lock's ears, out of its reach, and while it has no power. */
function tryCase(desk: Desk): void {
  const handset = withHandset(desk);
  const wait = () => handset.pass(HOUR_SECONDS);
  must(
    soundsWithinASecond(desk, handset, () => handset.moveCase(true)),
    "an open case sounds within a second",
  );
  must(!sounds(desk, () => handset.pass(LOST_SECONDS)), "and once");
  must(written(desk, "tamper", wait) === 1, "and is written");
  handset.moveCase(false);
  handset.pass(1);

  handset.isCut = true;
  handset.moveCase(true);
  handset.pass(2);
  handset.moveCase(false);
  handset.pass(BACK_SECONDS);
  must(written(desk, "tamper", () => {}) === 1, "nobody hears it while the cable is cut");
  handset.isCut = false;
  must(
    sounds(desk, () => handset.pass(BACK_SECONDS)),
    "a case that was opened and closed behind a cut cable sounds when the cable is whole",
  );
  must(written(desk, "tamper", wait) === 2, "and is written");

  desk.cutPower();
  handset.moveCase(true);
  handset.pass(2);
  handset.moveCase(false);
  desk.boot();
  must(
    sounds(desk, () => handset.pass(BACK_SECONDS)),
    "a case that was opened and closed beside a lock without power sounds when it is back",
  );
}

/** The cable's loop, and a keypad of which nothing is heard. */
function tryCable(desk: Desk): void {
  const handset = withHandset(desk);
  handset.isCut = true;
  must(
    sounds(desk, () => desk.moveLoop(false)),
    "a cut cable sounds at once",
  );
  must(written(desk, "tamper", () => {}) === 1, "and is written");
  must(
    sounds(desk, () => handset.pass(LOST_SECONDS)),
    "a keypad that falls silent is found out",
  );
  must(written(desk, "keypad", () => {}) === 1, "and written");
}

/** Nobody is connected when the door is forced: who comes later still hears of it. */
function tryForce(desk: Desk): void {
  must(
    sounds(desk, () => {
      desk.rig.leaf = "open";
      desk.moveMagnet(false);
    }),
    "a door that opens behind a thrown bolt sounds at once",
  );
  must(written(desk, "forced", () => {}) === 1, "and is written, whoever is connected");
  const told = desk.journal().find(({ entry }) => entry.kind === "alarm" && entry.alarm === "forced");
  const owner = desk.ownerSession();
  const answer = told && owner.ask({ kind: "fetch", region: told.region, from: told.seq });
  const isTold = answer?.kind === "records" && answer.first === told?.seq && answer.bytes.length >= told.size;
  must(isTold, "an owner who comes later is told");
  owner.leave();
}

/** The camera's case: while nobody comes, and behind a radio that is silent. */
function tryCamera(desk: Desk): void {
  const tripod = new Tripod(desk, { frameMillis: 500, isCheap: true }).enrol();
  must(
    sounds(desk, () => {
      tripod.board.moveCase(true);
      desk.passTime(1);
    }),
    "a camera whose case is opened sounds within a second",
  );
  must(!sounds(desk, () => desk.passTime(LOST_SECONDS)), "and sounds once");
  must(written(desk, "tamper") === 1, "and is written once");
  tripod.board.moveCase(false);
  desk.passTime(TOLD_SECONDS);
  tripod.isJammed = true;
  tripod.board.moveCase(true);
  desk.passTime(2);
  tripod.board.moveCase(false);
  desk.passTime(BACK_SECONDS);
  must(written(desk, "tamper", () => {}) === 1, "nobody hears of it while the radio is silent");
  tripod.isJammed = false;
  must(
    sounds(desk, () => desk.passTime(LOST_SECONDS)),
    "a case that was opened and closed behind a silent radio sounds when it is heard again",
  );
}

/** The bolt is held out of its keeper: whoever listens is told, and who does not reads it. */
function tryJam(desk: Desk): void {
  const owner = desk.ownerSession();
  must(desk.open(desk.grant({ to: desk.person("guest") })) === "yes", "the guest is let in");
  desk.passTime(2);
  desk.rig.jam = "taped";
  must(
    sounds(desk, () => desk.passTime(RELOCK_SECONDS)),
    "a jam sounds",
  );
  must(
    owner.notices.some(({ event }) => event === "jammed"),
    "an owner who listens is told of a jam",
  );
  must(written(desk, "jammed", () => {}) >= 1, "a jam is written");
}

export const attack: Attack = {
  id: "T40",
  claim:
    "force at the keypad, its cable, the camera or the door sounds and is written, and what nobody could hear is told later",
  run: (factory) => {
    for (const attempt of [tryCase, tryCable, tryCamera, tryForce, tryJam])
      attempt(adopted(factory, { sectors: SECTORS }));
  },
};
