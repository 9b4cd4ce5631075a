// Goal: the watch over codes reports whatever opens without having been typed, charged or given out, and digits in the clear.
// Method: each row is a short play of entries and records (entries.ts). A play that must be reported stands beside its nearest
// neighbour that must not: a millisecond, a second, a step or a digit apart.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromAscii } from "../../firmware/bytes.ts";
import {
  ANA,
  ASK_MILLIS,
  BEN,
  CLEANER,
  GUEST,
  HOUR,
  NOT_GOOD,
  PACE_MILLIS,
  PLUMBER,
  playAll,
  REFUSED,
  type Row,
  START,
  STEP,
  Stage,
  UNCHARGED,
  UNTYPED,
} from "./entries.ts";

const CLEAR = "digits in the clear";

const OPENED: readonly Row[] = [
  { name: "accepts an entry that is charged and opens", play: (stage) => stage.enter(ANA) },
  {
    name: "accepts decoys in front of a code",
    play(stage) {
      stage.type("99480392");
      stage.watch.opened("user 1", 0);
    },
  },
  {
    name: "catches an opening with nobody at the keys",
    play: ({ watch }) => watch.opened("user 1", 0),
    violations: [`${UNTYPED}: user 1`],
  },
  {
    name: "catches an opening for another code than was typed",
    play(stage) {
      stage.type("480392");
      stage.watch.opened("user 2", 0);
    },
    violations: [`${UNTYPED}: user 2`, `${REFUSED}: user 1`],
  },
  {
    name: "catches an opening for a code with digits behind it",
    play(stage) {
      stage.type("4803920");
      stage.watch.opened("user 1", 0);
    },
    violations: [`${UNTYPED}: user 1`],
  },
  {
    name: "accepts an opening 16 s after the last key, when the keypad has given up",
    play(stage) {
      stage.type("480392");
      stage.wait(ASK_MILLIS);
      stage.watch.opened("user 1", 0);
    },
  },
  {
    name: "catches one that is a millisecond later",
    play(stage) {
      stage.type("480392");
      stage.wait(ASK_MILLIS + 1);
      stage.watch.opened("user 1", 0);
    },
    violations: [`${UNTYPED}: user 1`, `${REFUSED}: user 1`],
  },
  {
    name: "accepts a charge in the millisecond of the entry",
    play(stage) {
      stage.watch.typed("480392");
      stage.charge();
      stage.watch.opened("user 1", 0);
    },
  },
  {
    name: "catches a compare before the charge",
    play(stage) {
      stage.charge(0);
      stage.wait(1);
      stage.watch.typed("480392");
      stage.watch.opened("user 1", 0);
      stage.charge();
    },
    violations: [`${UNCHARGED}: user 1`],
  },
];

const WINDOWS: readonly Row[] = [
  {
    name: "accepts a guest whom a clock that is right may still let in too early or too late",
    play(stage) {
      stage.watch.give({ ...GUEST, name: "early", digits: "5555500000", from: START + 700 + 40 });
      stage.enter({ ...GUEST, name: "early", digits: "5555500000" });
      stage.watch.give({ ...GUEST, name: "late", digits: "5555500001", from: START - HOUR, firstUntil: START - 600 });
      stage.enter({ ...GUEST, name: "late", digits: "5555500001" });
    },
  },
  {
    name: "catches an opening before a window",
    play(stage) {
      stage.watch.give({ ...GUEST, name: "early", digits: "5555500000", from: START + 701 + 40 });
      stage.enter({ ...GUEST, name: "early", digits: "5555500000" });
    },
    violations: [`${NOT_GOOD}: early`],
  },
  {
    name: "catches an opening after a window",
    play(stage) {
      stage.enter(GUEST);
      stage.waitUntil(72 * HOUR + 700);
      stage.enter(GUEST);
    },
    violations: [`${NOT_GOOD}: window 13.0.500000`],
  },
  {
    name: "accepts the next days of a window that was begun on its first",
    play(stage) {
      stage.waitUntil(23 * HOUR);
      stage.enter(GUEST);
      stage.waitUntil(71 * HOUR);
      stage.enter(GUEST);
    },
  },
  {
    name: "catches a first use that came too late",
    play(stage) {
      stage.waitUntil(24 * HOUR + 700);
      stage.enter(GUEST);
    },
    violations: [`${NOT_GOOD}: window 13.0.500000`],
  },
  {
    name: "accepts a cleaner in her hours",
    play: (stage) => stage.enter(CLEANER),
  },
  {
    name: "catches her outside them",
    play(stage) {
      stage.waitUntil(HOUR + 700);
      stage.enter(CLEANER);
    },
    violations: [`${NOT_GOOD}: user 4`],
  },
  {
    name: "catches a second opening for a code that is good once",
    play(stage) {
      stage.enter(PLUMBER);
      stage.enter(PLUMBER);
    },
    violations: [`${NOT_GOOD}: user 2`],
  },
  {
    name: "accepts it within a minute where nobody has gone in",
    play(stage) {
      stage.type("729604");
      stage.watch.opened("user 2", 0);
      stage.wait(PACE_MILLIS);
      stage.type("729604");
      stage.watch.opened("user 2", 0);
    },
  },
  {
    name: "accepts what an authenticator shows in the next step",
    play(stage) {
      stage.enter(BEN, STEP);
      stage.enter(BEN, STEP + 1);
    },
  },
  {
    name: "catches a step that is replayed, and one before it",
    play(stage) {
      stage.enter(BEN, STEP + 1);
      stage.enter(BEN, STEP + 1);
      stage.enter(BEN, STEP);
    },
    violations: [`${NOT_GOOD}: user 5`, `${NOT_GOOD}: user 5`],
  },
  {
    name: "catches another step than was typed",
    play(stage) {
      stage.type(String(STEP));
      stage.watch.opened("user 5", STEP + 1);
    },
    violations: [`${UNTYPED}: user 5`, `${REFUSED}: user 5`],
  },
];

const TAKEN_BACK: readonly Row[] = [
  {
    name: "catches an opening for a code that was surely taken back",
    play(stage) {
      stage.watch.revoke("user 1", true);
      assert.is(stage.watch.judge(ANA), "no");
      stage.enter(ANA);
    },
    violations: [`${NOT_GOOD}: user 1`],
  },
  {
    name: "owes such a code nothing",
    play(stage) {
      stage.watch.revoke("user 1", true);
      stage.type("480392");
    },
  },
  {
    name: "owes it nothing where that was while it was judged",
    play(stage) {
      stage.type("480392");
      stage.wait(1_000);
      stage.watch.revoke("user 1", true);
    },
  },
  {
    name: "accepts either where the owner heard no answer",
    play(stage) {
      stage.watch.revoke("user 1", false);
      assert.is(stage.watch.judge(ANA), "maybe");
      stage.enter(ANA);
      stage.type("480392");
    },
  },
  {
    name: "catches an opening once she has heard it after all",
    play(stage) {
      stage.watch.revoke("user 1", false);
      stage.watch.revoke("user 1", true);
      assert.is(stage.watch.judge(ANA), "no");
      stage.enter(ANA);
    },
    violations: [`${NOT_GOOD}: user 1`],
  },
];

const DIGITS: readonly { readonly name: string; readonly bytes: string; readonly isClear?: boolean }[] = [
  { name: "catches a code in the clear", bytes: "480392", isClear: true },
  { name: "catches it within other text and digits", bytes: "pin=1480392;", isClear: true },
  { name: "catches it at the end of what passes", bytes: "pin 480392", isClear: true },
  { name: "catches what was typed, though it is no code", bytes: "999999", isClear: true },
  { name: "accepts a part of a code", bytes: "48039" },
  { name: "accepts a code that is broken up", bytes: "480 392" },
  { name: "accepts digits that nobody gave out or typed", bytes: "480393" },
  { name: "accepts digits that are too few to be a code, though they were typed", bytes: "77777" },
];

playAll([...OPENED, ...WINDOWS, ...TAKEN_BACK]);

for (const { name, bytes, isClear = false } of DIGITS) {
  test(name, () => {
    const { watch, violations } = new Stage({});
    watch.typed("77777");
    watch.typed("999999");
    watch.passes(fromAscii(bytes));
    assert.equal(violations, isClear ? [CLEAR] : []);
  });
}

test.run();
