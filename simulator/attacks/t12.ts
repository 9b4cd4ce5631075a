// T12, guessing PINs: a machine types six digits every five seconds, and others try to guess by phone.
// Follows docs/protocol.md §7, "The budget of guesses"; the odds themselves are lock/codes/test/odds.test.ts.

import { fromAscii } from "../../firmware/bytes.ts";
import { encodeRequest } from "../../firmware/link/message.ts";
import { CAPACITY, Porch } from "../porch.ts";
import { type Attack, must, opens } from "./attack.ts";

const PIN = "394827";
/** What one guess among one live code of six digits costs, and what short codes leave to long ones. */
const PRICE = 1_000_000;
const RESERVE = 10_000_000;
const TRIES_MAX = 120;

export const attack: Attack = {
  id: "T12",
  claim:
    "guesses are paid for before they are compared, a burst is worth one in 10,000, and only a keypad can make any",
  run: (factory) => {
    const desk = factory();
    const porch = new Porch(desk, "UTC0", false);
    porch.store(1, PIN);
    const guest = desk.hostile();
    must(guest.shake(), "the lock answers");
    const credential = { user: 1, type: "pin", value: fromAscii(PIN) } as const;
    must(
      !opens(desk, () => guest.say(encodeRequest({ kind: "credential", id: 1, slot: 1, credential }))),
      "no phone can try a code",
    );
    must(porch.level === CAPACITY, "nor spend a guess");
    let tried = 0;
    while (tried < TRIES_MAX && porch.typist.type("000001") === "no") tried++;
    must(tried * PRICE <= CAPACITY - RESERVE + PRICE && tried > 80, "a burst is worth no more than the budget");
    must(porch.typist.type(PIN) === "paused", "a pause answers the right code like wrong ones");
    must(porch.level <= RESERVE + PRICE, "each guess was charged");
  },
};
