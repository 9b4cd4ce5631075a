// T49, hogging: one stranger holds every place, by silence, by handshakes, by nonsense, and never proves anything.
// Follows docs/protocol.md §3: a session that has proven nothing ends after 5 s, and gives way after one.

import type { Desk } from "../desk.ts";
import type { Hostile } from "../hostile.ts";
import { type Attack, adopted, must } from "./attack.ts";

const HOLD_MILLIS_MAX = 5_000;
const SERVED_MILLIS_MAX = 10_000;

/** Tries as a phone does that finds no place: each half second anew. @returns milliseconds until the door opened */
function serveOwner(desk: Desk): number {
  const start = desk.elapsed;
  while (desk.elapsed - start < SERVED_MILLIS_MAX) {
    const owner = desk.dial();
    if (owner.isConnected && owner.shake() && owner.state({ kind: 8, operation: 0 }) === "yes") break;
    owner.leave();
    desk.passMillis(500);
  }
  return desk.elapsed - start;
}

/** Ways to hold a line: called four times a second. */
const HOLDS: readonly (readonly [string, (line: Hostile, turn: number) => void])[] = [
  ["silence", () => {}],
  ["a handshake", (line) => line.challenge.length === 0 && line.shake()],
  ["handshakes again and again", (line, turn) => line.shake(1_000 + turn)],
  ["nonsense", (line) => line.send(new Uint8Array(40).fill(3))],
];

export const attack: Attack = {
  id: "T49",
  claim: "a stranger who proves nothing holds a place for 5 s at most, and the owner is served within 10 s",
  run: (factory) => {
    for (const [name, hold] of HOLDS) {
      const desk = adopted(factory);
      let lines = [desk.hostile(), desk.hostile()];
      for (let quarter = 0; quarter * 250 < HOLD_MILLIS_MAX; quarter++) {
        for (const line of lines) hold(line, quarter);
        desk.passMillis(250);
      }
      must(
        lines.every((line) => !line.isConnected),
        `a place is held by ${name}`,
      );
      // It dials anew whenever it was put out, until the owner comes.
      for (let quarter = 0; quarter < 80; quarter++) {
        lines = lines.map((line) => (line.isConnected ? line : desk.hostile()));
        for (const line of lines) if (line.isConnected) hold(line, quarter);
        desk.passMillis(250);
      }
      must(serveOwner(desk) < SERVED_MILLIS_MAX, `the owner waits behind ${name}`);
      desk.passTime(1);
      must(desk.rig.bolt === "retracted", "the owner is served");
    }
  },
};
