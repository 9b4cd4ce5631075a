// T13, the counter of guesses: somebody pulls the plug after each wrong code, or in the middle of it.
// Every word that a wrong entry writes is tried, torn in two ways by turns.
// Follows docs/protocol.md §7, "The budget of guesses".

import type { Desk } from "../desk.ts";
import { Porch } from "../porch.ts";
import { Stream } from "../random.ts";
import { type Attack, must } from "./attack.ts";

const PIN = "394827";
const PRICE = 1_000_000;
/** What comes back in a second of uptime. */
const REFILL = 155;
const CUTS_MAX = 60;
const SEED = 13;

/** What the lock says is left: records turn in their ring, and the snapshots remember. */
function levelOf(desk: Desk): number {
  const caller = desk.ownerSession();
  const answer = caller.ask({ kind: "status" });
  caller.leave();
  must(answer?.kind === "status", "the owner sees the status");
  return answer?.kind === "status" ? answer.status.codes.budget : 0;
}

export const attack: Attack = {
  id: "T13",
  claim: "no restart gives a guess back, at whatever word of it, nor lets guesses follow faster",
  run: (factory) => {
    const desk = factory();
    const porch = new Porch(desk, "UTC0", false);
    porch.store(1, PIN);
    must(porch.typist.type("394820") === "no", "a wrong code is refused");
    let former = levelOf(desk);
    let words = 0;
    for (; words < CUTS_MAX; words++) {
      const began = desk.elapsed;
      desk.passTime(6);
      const random = new Stream(SEED, `word ${words}`);
      desk.flash.cutAfterWords(words, words % 2 === 0 ? { kind: "prefix" } : { kind: "bits", random });
      porch.typist.typeAtOnce("394821");
      const isWhole = desk.hasPower;
      desk.reboot();
      porch.typist.connect();
      const earned = Math.ceil((desk.elapsed - began) / 1_000) * REFILL;
      must(levelOf(desk) <= former + earned, "no restart gives a guess back");
      former = levelOf(desk);
      if (isWhole) break;
    }
    must(words > 4 && words < CUTS_MAX, "a wrong entry writes so many words, and no more");
    desk.passTime(6);
    must(porch.typist.typeAtOnce("394822") === "no", "a guess");
    const level = levelOf(desk);
    desk.reboot(3_600);
    porch.typist.connect();
    must(porch.typist.typeAtOnce(PIN) === "paused", "a restart is no way to guess faster");
    must(porch.typist.type("394823") === "no", "another guess");
    must(levelOf(desk) <= level - PRICE + 60 * REFILL, "an hour without power earns nothing");
    const before = levelOf(desk);
    must(porch.typist.type(PIN) === "yes", "the right code opens");
    must(levelOf(desk) <= before + 60 * REFILL && levelOf(desk) >= before, "a success gives back its own price alone");
  },
};
