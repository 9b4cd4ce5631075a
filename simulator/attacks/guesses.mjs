// The twins of the checks about guesses and codes: T12, T13, T34, T38, T39, T48. See twins.mjs, whose table goes on here.

import { rewrite } from "./rewrites.mjs";

const CODES = "lock/codes/codes.ts";
const GUESS = "lock/codes/guess.ts";
const CANDIDATES = "lock/codes/candidates.ts";

/** Rows as in twins.mjs. */
export const GUESS_TWINS = Object.freeze([
  {
    id: "T12",
    without: "a charge for a guess",
    at: "a burst is worth no more than the budget",
    rewrites: [rewrite(CODES, "    this.#budget.charge(cost, now);")],
  },
  {
    id: "T13",
    without: "a budget that outlives a restart",
    at: "no restart gives a guess back",
    rewrites: [rewrite(CODES, "level: Math.min(memory.state.budget, CAPACITY)", "level: CAPACITY")],
  },
  {
    id: "T13",
    without: "the pause at a start",
    at: "a restart is no way to guess faster",
    rewrites: [
      rewrite(
        CODES,
        "this.#nextEntry = millis(now + ENTRY_MILLIS);\n    this.#levelAt",
        "this.#nextEntry = now;\n    this.#levelAt",
      ),
    ],
  },
  {
    id: "T34",
    without: "codes that are spent",
    at: "and not again",
    rewrites: [rewrite("firmware/codes/state.ts", '  if (isOnce) return "spent";')],
  },
  {
    id: "T34",
    without: "what an owner took back",
    at: "a code that was taken back",
    rewrites: [rewrite(CANDIDATES, "      revoked: listsOf(", "      revoked: [], former: listsOf(")],
  },
  {
    id: "T38",
    without: "decoys",
    at: "decoys stand in front of a code",
    rewrites: [
      rewrite(
        CANDIDATES,
        "const end = entry.subarray(entry.length - digits);",
        "const end = entry.subarray(0, digits);",
      ),
    ],
  },
  {
    id: "T38",
    without: "silence under duress",
    at: "duress looks like any opening",
    rewrites: [
      rewrite(
        CODES,
        'if (use.by === "user" && use.isDuress) desk.duress();',
        'if (use.by === "user" && use.isDuress) desk.recorder.alarm("siege", now);',
      ),
    ],
  },
  {
    id: "T39",
    without: "a compare of the whole",
    at: "nearly right costs what wrong does",
    rewrites: [
      rewrite(
        CANDIDATES,
        "      if (digits === WINDOW_DIGITS) found = this.#matchWindow(end) ?? found;",
        "      if (digits === WINDOW_DIGITS && end.some((digit) => digit !== 0x30)) found = this.#matchWindow(end) ?? found;",
      ),
    ],
  },
  {
    id: "T48",
    without: "the reserve for long codes",
    at: "ten digits go on",
    rewrites: [rewrite(GUESS, "export const RESERVE = 10_000_000;", "export const RESERVE = 0;")],
  },
]);
