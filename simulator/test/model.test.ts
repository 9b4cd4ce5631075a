// Goal: the plain model says yes, no and maybe as the rules do.
// Method: a grant, a moment and a verdict in each row.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Ask, Model } from "../model.ts";
import { ASK, HOUR, LINK, START } from "./stage.ts";

const VERDICTS: readonly { name: string; ask: Ask; time: number; verdict: string; set?: (model: Model) => void }[] = [
  { name: "yes in the window", ask: ASK, time: START, verdict: "yes" },
  { name: "no before it", ask: ASK, time: START - 2 * HOUR, verdict: "no" },
  { name: "no after it", ask: ASK, time: START + 2 * HOUR, verdict: "no" },
  { name: "maybe just before it", ask: ASK, time: START - HOUR - 60, verdict: "maybe" },
  { name: "maybe just inside it", ask: ASK, time: START + HOUR - 60, verdict: "maybe" },
  { name: "no without the key", ask: { ...ASK, isGenuine: false }, time: START, verdict: "no" },
  { name: "yes to the owner at any time", ask: { ...ASK, chain: [] }, time: 0, verdict: "yes" },
  {
    name: "no where one of two links ended",
    ask: { ...ASK, chain: [LINK, { name: "x", until: START - HOUR }] },
    time: START,
    verdict: "no",
  },
  { name: "no when revoked", ask: ASK, time: START, verdict: "no", set: (model) => model.revoked.add("courier") },
  {
    name: "no before adoption",
    ask: ASK,
    time: START,
    verdict: "no",
    set: (model) => Object.assign(model, { isAdopted: false }),
  },
  {
    name: "maybe without a clock",
    ask: ASK,
    time: START,
    verdict: "maybe",
    set: (model) => Object.assign(model, { isClockSet: false }),
  },
  // 1_800_000_000 is a Friday, 08:00 UTC.
  { name: "yes in the hours", ask: hours({ days: 16, start: 420, minutes: 120 }), time: START, verdict: "yes" },
  { name: "no on another day", ask: hours({ days: 8, start: 420, minutes: 120 }), time: START, verdict: "no" },
  { name: "yes over midnight", ask: hours({ days: 8, start: 1200, minutes: 900 }), time: START, verdict: "yes" },
];

function hours(value: { days: number; start: number; minutes: number }): Ask {
  return { ...ASK, chain: [{ name: "friend", hours: value }] };
}

for (const { name, ask, time, verdict, set } of VERDICTS) {
  test(`the model says ${name}`, () => {
    const model = new Model();
    model.isAdopted = true;
    model.isClockSet = true;
    set?.(model);
    assert.is(model.judge(ask, time), verdict);
  });
}

test.run();
