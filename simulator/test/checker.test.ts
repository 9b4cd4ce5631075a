// Goal: the checker reports each planted violation by name, and nothing about a house that behaves.
// Method: fake events, no lock: each row is a short play whose end is the list of violations.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { millis, seconds } from "../../firmware/platform.ts";
import { Checker, INSIDE_MILLIS } from "../checker.ts";
import { type Ask, Model, type PlainLink } from "../model.ts";
import { World } from "../world.ts";

const START = 1_800_000_000;
const HOUR = 3600;
const LINK: PlainLink = { name: "courier", from: START - HOUR, until: START + HOUR, uses: 1 };
const ASK: Ask = { act: "unlock", chain: [LINK], isGenuine: true };

interface Stage {
  readonly world: World;
  readonly model: Model;
  readonly checker: Checker;
  /** Lets time pass. */
  wait(delay: number): void;
}

function createStage(): Stage {
  const world = new World(crypto, { seed: 1, start: seconds(START) });
  const model = new Model();
  model.isAdopted = true;
  model.isClockSet = true;
  const wait = (delay: number) => {
    world.after(delay, () => {});
    world.advance(millis(world.now + delay));
  };
  return { world, model, checker: new Checker(world, model), wait };
}

/** A record of the journal as far as the checker reads it. */
function record(type: number, lo: number, payload: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(32 + Math.ceil(payload.length / 32) * 32);
  bytes.set([type, 1, payload.length]);
  new DataView(bytes.buffer).setUint32(8, lo, true);
  bytes.set(payload, 32);
  return bytes;
}

/** intent-16 of a phone's unlock with one counted link. */
function intent(used: number, op = 0): Uint8Array {
  const eight = [0x48, 1, 2, 3, 4, 5, 6, 7, 8];
  return record(16, START, [0x85, op, 0, ...eight, ...eight, 0x81, 0x83, ...eight, used, 0x1a, 1, 2, 3, 4]);
}

/** What a good opening looks like from outside. */
function open({ checker, wait }: Stage, used: number): void {
  checker.asked(ASK);
  checker.wrote(intent(used), true);
  checker.drives("retract");
  checker.boltAt("between");
  wait(1000);
  checker.boltAt("retracted");
  checker.drives("rest");
  checker.answered(ASK, true);
}

function relock({ checker }: Stage): void {
  checker.drives("throw");
  checker.boltAt("between");
  checker.boltAt("thrown");
  checker.drives("rest");
}

const ROWS: readonly { name: string; play: (stage: Stage) => void; violations: readonly string[] }[] = [
  {
    name: "accepts a visit",
    play(stage) {
      open(stage, 1);
      stage.checker.leafIs("open");
      stage.checker.leafIs("closed");
      relock(stage);
    },
    violations: [],
  },
  {
    name: "catches an opening that nobody asked for",
    play: ({ checker }) => checker.drives("retract"),
    violations: ["opened without a decision"],
  },
  {
    name: "catches an opening for a thief without the key",
    play({ checker }) {
      checker.asked({ ...ASK, isGenuine: false });
      checker.wrote(intent(1), true);
      checker.drives("retract");
    },
    violations: ["opened without a decision"],
  },
  {
    name: "catches an opening long after it was asked for",
    play({ checker, wait }) {
      checker.asked(ASK);
      wait(20_000);
      checker.drives("retract");
    },
    violations: ["opened without a decision"],
  },
  {
    name: "catches an opening for a request to lock",
    play({ checker }) {
      checker.asked({ ...ASK, act: "lock" });
      checker.drives("retract");
    },
    violations: ["opened without a decision"],
  },
  {
    name: "catches a second visit on one use",
    play(stage) {
      open(stage, 1);
      stage.checker.leafIs("open");
      stage.checker.leafIs("closed");
      relock(stage);
      stage.checker.asked(ASK);
      stage.checker.wrote(intent(2), true);
      stage.checker.drives("retract");
    },
    violations: ["opened without a decision"],
  },
  {
    name: "catches a drive before its intent",
    play({ checker }) {
      checker.asked(ASK);
      checker.drives("retract");
    },
    violations: ["moved before its intent was in the journal"],
  },
  {
    name: "catches a drive whose intent cannot be read back",
    play({ checker }) {
      checker.asked(ASK);
      checker.wrote(intent(1), false);
      checker.drives("retract");
    },
    violations: ["moved before its intent was in the journal"],
  },
  {
    name: "catches a drive on the intent of the opening before",
    play(stage) {
      open(stage, 1);
      relock(stage);
      stage.checker.asked({ ...ASK, chain: [] });
      stage.checker.drives("retract");
    },
    violations: ["moved before its intent was in the journal"],
  },
  {
    name: "catches a use that is written twice",
    play(stage) {
      open(stage, 1);
      relock(stage);
      stage.checker.wrote(intent(1, 4), true);
    },
    violations: ["a use was counted twice"],
  },
  {
    name: "allows a use that came back since the bolt never left",
    play({ checker }) {
      checker.asked(ASK);
      checker.wrote(intent(1), true);
      checker.wrote(record(17, START, [0x86, 1, 1, 0, 0, 0, 1]), true);
      checker.asked({ ...ASK });
      checker.wrote(intent(1), true);
    },
    violations: [],
  },
  {
    name: "catches a bolt that is thrown into an open door",
    play({ checker }) {
      checker.leafIs("open");
      checker.drives("throw");
    },
    violations: ["bolt thrown into an open door"],
  },
  {
    name: "catches a watermark that falls by one second",
    play({ checker }) {
      checker.wrote(record(2, START), true);
      checker.wrote(record(2, START), true);
      checker.wrote(record(2, START - 1), true);
    },
    violations: ["the watermark fell"],
  },
  {
    name: "allows it when somebody at the door set the clock back",
    play({ checker }) {
      checker.wrote(record(2, START), true);
      checker.clockSetBack();
      checker.wrote(record(2, START - 1), true);
    },
    violations: [],
  },
  {
    name: "accepts an inside press that opens, with no intent",
    play({ checker, wait }) {
      checker.pressedInside();
      checker.drives("retract");
      wait(1000);
      checker.boltAt("retracted");
      wait(INSIDE_MILLIS);
    },
    violations: [],
  },
  {
    name: "catches an inside press that does not open",
    play({ checker, wait }) {
      checker.pressedInside();
      wait(INSIDE_MILLIS + 1);
      wait(INSIDE_MILLIS + 1);
    },
    violations: ["an inside press did not open"],
  },
  {
    name: "asks nothing of a lock without power",
    play({ checker, wait }) {
      checker.pressedInside();
      checker.ableTo({ hasPower: false, isJammed: false });
      checker.pressedInside();
      wait(INSIDE_MILLIS + 1);
    },
    violations: [],
  },
  {
    name: "accepts a retry after a stall without a new decision",
    play(stage) {
      stage.checker.asked(ASK);
      stage.checker.wrote(intent(1), true);
      stage.checker.drives("retract");
      stage.checker.drives("rest");
      stage.wait(2000);
      stage.checker.drives("retract");
    },
    violations: [],
  },
  {
    name: "catches a yes to a stranger",
    play({ checker }) {
      const ask = { ...ASK, act: "lock", isGenuine: false } as const;
      checker.asked(ask);
      checker.answered(ask, true);
    },
    violations: ["said yes where the model says no"],
  },
  {
    name: "catches a no to a good grant",
    play({ checker }) {
      checker.asked(ASK);
      checker.answered(ASK, false);
    },
    violations: ["refused what the model allows"],
  },
  {
    name: "accepts a no to a good grant in a storm",
    play({ checker }) {
      checker.expectations.isStrict = false;
      checker.asked(ASK);
      checker.answered(ASK, false);
    },
    violations: [],
  },
  {
    name: "catches a door that stays unlocked",
    play(stage) {
      stage.checker.expectations.relockMillis = 40_000;
      open(stage, 1);
      stage.wait(40_001);
    },
    violations: ["door was left unlocked"],
  },
  {
    name: "waits while the leaf is open",
    play(stage) {
      stage.checker.expectations.relockMillis = 40_000;
      open(stage, 1);
      stage.checker.leafIs("open");
      stage.wait(90_000);
    },
    violations: [],
  },
];

for (const { name, play, violations } of ROWS) {
  test(name, () => {
    const stage = createStage();
    play(stage);
    assert.equal(stage.checker.violations, violations);
  });
}

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
