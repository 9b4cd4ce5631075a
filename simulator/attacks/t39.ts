// T39, the timing of the compare: somebody with a stopwatch types numbers that are nearly right.
// Time itself is no part of a simulation. What is tried here is what decides it: the same tables are searched whole, once
// each, with as many hashes, whatever was typed. That a search takes the chip the same instructions wherever it finds
// something, or nothing, is counted exactly in lock/codes/test/timing.rv32.test.ts.
// Follows docs/protocol.md §7.

import { Porch, TWO_HOURS } from "../porch.ts";
import type { Typed } from "../typist.ts";
import { type Attack, must } from "./attack.ts";
import { watched } from "./watch.ts";

const SHORT = "394827";
const OTHER = "705183";
const LONG = "70518364";
const LONGEST = "482915583017";
const WRONG = "000000000001";
/** Twelve, ten, eight and six digits have codes. */
const TABLES = 4;

/** Puts decoys before a code, so that all entries are of one length. */
function decoyed(code: string): string {
  return `112233445566${code}`.slice(-WRONG.length);
}

/** Changes one digit. */
function slipped(code: string, at: number): string {
  const digit = (Number(code[at]) + 1) % 10;
  return `${code.slice(0, at)}${digit}${code.slice(at + 1)}`;
}

export const attack: Attack = {
  id: "T39",
  claim: "an entry is compared with the same tables, whole and once each, whether it is right, nearly right or wrong",
  run: (factory) => {
    const watch = watched(factory().crypto);
    const porch = new Porch(factory({ crypto: watch.crypto }));
    for (const [index, pin] of [SHORT, OTHER, LONG, LONGEST].entries()) porch.store(index + 1, pin);
    const code = porch.code(TWO_HOURS);
    const rows: readonly (readonly [string, string, Typed])[] = [
      ["the first six digits", decoyed(SHORT), "yes"],
      ["other six digits", decoyed(OTHER), "yes"],
      ["six digits but the first", decoyed(slipped(SHORT, 0)), "no"],
      ["six digits but the last", decoyed(slipped(SHORT, 5)), "no"],
      ["eight digits", decoyed(LONG), "yes"],
      ["eight digits but the last", decoyed(slipped(LONG, 7)), "no"],
      ["a window's code", decoyed(code), "yes"],
      ["a window's code but the first digit", decoyed(slipped(code, 0)), "no"],
      ["a window's code but the last digit", decoyed(slipped(code, 9)), "no"],
      ["a window's code of the next hour", decoyed(porch.code(TWO_HOURS, -1)), "no"],
      ["twelve digits", LONGEST, "yes"],
      ["twelve digits but the last", slipped(LONGEST, 11), "no"],
    ];
    for (const [name, entry, answer] of rows) {
      const wrong = measure(WRONG, "no");
      must(wrong.searches.length === TABLES, "each table of codes is searched once");
      const { searches, hashes } = measure(entry, answer);
      must(String(searches) === String(wrong.searches), `the same tables are searched for ${name}`);
      must(hashes === wrong.hashes, `as much is hashed for ${name}`);
      if (answer === "yes") porch.visit();
    }

    function measure(entry: string, answer: Typed): { readonly searches: readonly string[]; readonly hashes: number } {
      porch.desk.passTime(6);
      watch.searches.length = 0;
      watch.hashes = 0;
      must(porch.typist.typeAtOnce(entry) === answer, "what is right opens, and nothing else");
      const searches = watch.searches.map(({ entries, width }) => `${entries} of ${width}`);
      return { searches, hashes: watch.hashes };
    }
  },
};
