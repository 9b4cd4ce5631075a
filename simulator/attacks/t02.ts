// T02, replay (Ceomate, Elecycle, Ultraloq, Master Lock): somebody records everything that a courier's phone sent, and
// plays it back.
// Follows docs/protocol.md §3: fresh keys and a fresh challenge in every session, and numbers that only rise.

import { KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import type { Desk } from "../desk.ts";
import { Porch } from "../porch.ts";
import { type Attack, adopted, type DeskFactory, must, opens } from "./attack.ts";

const PIN = "394827";
/** A keypad's link counts as lost after 150 s without a frame; it has been silent for 21 s by then. */
const KEPT_SECONDS = 100;

type Tape = readonly Uint8Array<ArrayBuffer>[];

/** Plays frames on a new connection. */
function play(desk: Desk, tape: Tape): void {
  desk.passTime(2);
  const line = desk.hostile();
  for (const frame of tape) line.send(frame);
  desk.hangUp(line);
}

/** Plays them without their beginning, backwards, and one by one. */
function playParts(desk: Desk, tape: Tape): void {
  play(desk, tape.slice(1));
  play(desk, [...tape].reverse());
  for (const frame of tape) play(desk, [frame, frame]);
}

/** Tries the tape whole and in parts. */
function mustNotOpen(desk: Desk, tape: Tape, moment: string): void {
  must(!opens(desk, () => play(desk, tape)), `whole, ${moment}`);
  must(!opens(desk, () => playParts(desk, tape)), `in parts, ${moment}`);
}

/** Holds an entry back on the keypad's cable until whoever typed it was told that nobody answered, and is gone. */
function keepAnEntry(factory: DeskFactory): void {
  const porch = new Porch(factory());
  const { desk, typist } = porch;
  porch.store(1, PIN);
  const kept: Uint8Array<ArrayBuffer>[] = [];
  const { carry } = typist;
  typist.carry = (frame) => void kept.push(frame.slice());
  must(typist.type(PIN) === "no answer", "nobody answers who hears nothing");
  desk.passTime(KEPT_SECONDS);
  must(
    !opens(desk, () => kept.forEach(carry)),
    "not an entry that was kept from the lock, once its typist was told so",
  );
  typist.carry = carry;
  must(typist.connect().type(PIN) === "yes", "the same code opens when it is typed again");
}

export const attack: Attack = {
  id: "T02",
  claim: "a recorded visit opens nothing: now, later, after a reboot, whole or in parts, and is noted",
  run: (factory) => {
    const desk = adopted(factory);
    const courier = desk.person("courier");
    const token = desk.grant({ to: courier });
    const start = desk.air.length;
    const caller = desk.call();
    must(caller.prove(token, 0) === "yes", "the courier opens");
    const sent = desk.air.slice(start).filter(({ direction }) => direction === "to lock");
    const tape = sent.map(({ frame }) => frame);
    desk.passTime(40);
    const again = () => {
      for (const frame of tape) caller.send(frame);
    };
    must(!opens(desk, again), "not in the same session");
    caller.leave();
    mustNotOpen(desk, tape, "right afterwards");
    desk.passTime(3_600);
    mustNotOpen(desk, tape, "an hour later");
    desk.reboot();
    must(desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }) === "yes", "the owner tells the time");
    mustNotOpen(desk, tape, "after a reboot");
    desk.passTime(3_600);
    must(desk.entries("stranger").length > 0, "it is noted");

    // Somebody who had the courier's signed proof itself, from a phone that was taken over, tries it in a session of theirs.
    const first = desk.hostile();
    must(first.shake(), "the lock answers");
    const proof = first.proof(token, 0);
    const later = desk.hostile();
    must(later.shake(), "the lock answers");
    must(!opens(desk, () => later.prove(1, proof)), "not with the signed proof of another session");
    must(desk.open(token) === "yes", "the courier still opens");
    keepAnEntry(factory);
  },
};
