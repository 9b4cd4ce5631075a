// Goal: the checker reports each planted violation by name, and nothing about a house that behaves.
// Method: fake events, no lock: each row is a short play whose end is the list of violations.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { INSIDE_MILLIS } from "../checker.ts";
import { ASK, closing, createStage, intent, open, record, relock, START, type Stage } from "./stage.ts";

const ROWS: readonly { name: string; play: (stage: Stage) => void; violations: readonly string[] }[] = [
  {
    name: "accepts a visit",
    play(stage) {
      open(stage, 1);
      stage.checker.contactIs("open");
      stage.checker.contactIs("closed");
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
    play({ checker, put }) {
      checker.asked({ ...ASK, isGenuine: false });
      put(intent(1));
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
      stage.checker.contactIs("open");
      stage.checker.contactIs("closed");
      relock(stage);
      stage.checker.asked(ASK);
      stage.put(intent(2));
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
    play({ checker, put }) {
      checker.asked(ASK);
      put(intent(1), false);
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
      stage.put(intent(1, 4));
    },
    violations: ["a use was counted twice"],
  },
  {
    name: "allows a use that came back since the bolt never left",
    play({ checker, put }) {
      checker.asked(ASK);
      put(intent(1));
      put(closing(1, 0, 1));
      checker.asked({ ...ASK });
      put(intent(1));
    },
    violations: [],
  },
  {
    name: "catches a bolt that is thrown into an open door",
    play({ checker }) {
      checker.contactIs("open");
      checker.drives("throw");
    },
    violations: ["bolt thrown into an open door"],
  },
  {
    name: "catches a watermark that falls by one second",
    play({ put }) {
      put(record(2, START));
      put(record(2, START));
      put(record(2, START - 1));
    },
    violations: ["the watermark fell"],
  },
  {
    name: "allows it when somebody at the door set the clock back",
    play({ checker, put }) {
      put(record(2, START));
      checker.clockSetBack();
      put(record(2, START - 1));
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
      stage.put(intent(1));
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
      checker.excuse("storm");
      checker.asked(ASK);
      checker.answered(ASK, false);
    },
    violations: [],
  },
  {
    name: "catches a door that stays unlocked",
    play(stage) {
      stage.checker.relockMillis = 40_000;
      open(stage, 1);
      stage.wait(40_001);
    },
    violations: ["door was left unlocked"],
  },
  {
    name: "waits again after each press inside",
    play(stage) {
      stage.checker.relockMillis = 40_000;
      open(stage, 1);
      stage.wait(30_000);
      stage.checker.pressedInside();
      stage.wait(40_000);
    },
    violations: [],
  },
  {
    name: "catches a door that stays unlocked after the last press",
    play(stage) {
      stage.checker.relockMillis = 40_000;
      open(stage, 1);
      stage.wait(30_000);
      stage.checker.pressedInside();
      stage.wait(40_001);
    },
    violations: ["door was left unlocked"],
  },
  {
    name: "waits while the leaf is open",
    play(stage) {
      stage.checker.relockMillis = 40_000;
      open(stage, 1);
      stage.checker.contactIs("open");
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

test.run();
