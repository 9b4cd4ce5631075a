// T46, poison numbers: a thief with the owner's phone signs the highest number there is, so that none can follow.
// Follows docs/protocol.md §1: the steps of counters.

import { KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { type Attack, adopted, must } from "./attack.ts";

const POISON = Object.freeze([0xffff_ffff, 0xffff_fffe, 0x8000_0000, 1_000_000]);

export const attack: Attack = {
  id: "T46",
  claim: "no single number uses up a counter's range: the next honest one still counts",
  run: (factory) => {
    const desk = adopted(factory);
    const body = { kind: KIND_CONFIGURE, settings: [{ key: 2, value: 60 }] } as const;
    const session = desk.ownerSession();
    for (const number of POISON) {
      must(session.state(body, { sequence: number }) === "sequence", `a statement numbered ${number}`);
      must(session.carry(desk.revocations({ sequence: number })) === "sequence", `a list numbered ${number}`);
      must(session.carry(desk.revocations({ generation: number })) === "generation", `a generation of ${number}`);
    }
    must(session.state(body) === "yes", "the next honest statement");
    must(session.carry(desk.revocations({ generation: 1 })) === "yes", "the next honest list");
    must(session.carry(desk.revocations({ generation: 2 })) === "yes", "and the one after it");
  },
};
