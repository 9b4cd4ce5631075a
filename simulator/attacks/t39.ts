// T39, the time of a compare: somebody measures how long the lock takes for a right, a nearly right and a wrong code.
// Follows docs/protocol.md §7; the instructions of the compare itself are counted by lock/codes/test/timing.rv32.test.ts.

import { Porch, TWO_HOURS } from "../porch.ts";
import { type Attack, must } from "./attack.ts";
import { watched } from "./watch.ts";

const SETTLE_SECONDS = 60;

/** A code with one digit changed. */
function nearly(code: string, place: number): string {
  return code.slice(0, place) + ((Number(code[place]) + 1) % 10) + code.slice(place + 1);
}

export const attack: Attack = {
  id: "T39",
  claim:
    "every entry of a length costs the same searches of the same tables, whether it is right, nearly right or wrong",
  run: (factory) => {
    const watch = watched(factory().crypto);
    const porch = new Porch(factory({ crypto: watch.crypto }));
    porch.store(1, "394827");
    const code = porch.code(TWO_HOURS);
    const seen = ["0000000000", nearly(code, 0), nearly(code, 9), code].map((typed) => {
      porch.desk.passTime(SETTLE_SECONDS);
      porch.typist.type("1");
      watch.searches.length = 0;
      watch.hmacs = 0;
      const answer = porch.typist.type(typed);
      return { answer, cost: JSON.stringify([watch.searches, watch.hmacs]) };
    });
    must(seen.map(({ answer }) => answer).join() === "no,no,no,yes", "the right one opens");
    must(seen[0].cost.includes("width"), "a compare is seen");
    must(new Set(seen.slice(0, 3).map(({ cost }) => cost)).size === 1, "nearly right costs what wrong does");
    must(
      seen[3].cost.slice(0, seen[0].cost.lastIndexOf(",")) === seen[0].cost.slice(0, seen[0].cost.lastIndexOf(",")),
      "right costs the same compares",
    );
  },
};
