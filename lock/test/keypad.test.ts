// What a keypad's words come to at the lock: who comes too soon, which keypad waits for which, and what the lock key is told.
// Method: the lock on a desk with one or two keypads at real links; rows of what is asked when.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { Typist } from "../../simulator/typist.ts";
import { ENTRY_MILLIS } from "../codes/pace.ts";
import { House } from "./house.ts";

const PIN = "394827";

for (const [claim, digits] of [
  ["a right code", PIN],
  ["a wrong one", "394829"],
  ["a single digit", "1"],
] as const) {
  test(`${claim} that comes too soon is told just that: no siege, no price, no record`, () => {
    const house = new House();
    house.store(1, PIN);
    house.desk.passTime(10);
    assert.is(house.typist.typeAtOnce("394828"), "no");
    house.desk.passMillis(ENTRY_MILLIS - 1);
    const { words } = house.desk.flash;
    assert.is(house.typist.typeAtOnce(digits), "early");
    assert.is(house.desk.flash.words, words);
    house.desk.passMillis(1);
    assert.is(house.typist.typeAtOnce(PIN), "yes", "and what came too soon puts nothing off");
    house.visit();
    house.desk.reboot();
    house.typist.connect();
    assert.is(house.typist.typeAtOnce(digits), "early", "so too in the first seconds after a start");
  });
}

test("whoever is quick at a keypad that holds entries back waits, and is never refused, nor right after a start", () => {
  const house = new House();
  house.store(1, PIN);
  const typist = new Typist(house.desk, "patient", 5_250).enrol();
  house.desk.passTime(10);
  assert.is(typist.typeAtOnce("394828"), "no");
  const began = house.desk.elapsed;
  assert.is(typist.typeAtOnce(PIN), "yes");
  assert.is(house.desk.elapsed - began, 5_250);
  house.visit();
  house.desk.reboot();
  const started = house.desk.elapsed;
  typist.connect();
  assert.is(typist.typeAtOnce(PIN), "yes");
  assert.ok(house.desk.elapsed - started <= ENTRY_MILLIS + 1_000, `${house.desk.elapsed - started}`);
  assert.is(house.desk.entries("code").length, 2);
});

test("a stream of entries at one keypad keeps nobody waiting at another", () => {
  const house = new House();
  house.store(1, PIN);
  const other = new Typist(house.desk, "back door").enrol();
  house.desk.passTime(10);
  house.typist.connect();
  for (let count = 0; count < 3; count++) {
    assert.is(other.typeAtOnce("1"), "no");
    assert.is(house.typist.typeAtOnce(PIN), "yes");
    house.visit();
  }
});

test("two keypads share one budget, and a restart earns nothing between their entries (T13)", () => {
  const house = new House("UTC0", false);
  // Ten codes of eleven digits: 100 units a guess, which one entry in five seconds pays from the refill.
  for (let index = 1; index < 11; index++) house.store(index, `${39_482_750_000 + index * 7_919}`);
  const other = new Typist(house.desk, "back door").enrol();
  house.desk.passTime(10);
  assert.is(house.typist.typeAtOnce("39482750817"), "no");
  assert.equal(house.desk.entries("budget"), []);
  assert.is(other.typeAtOnce("39482750817"), "no");
  assert.is(house.desk.entries("budget").length, 1, "nothing has come back for a second one");
  house.desk.passTime(5);
  assert.is(other.typeAtOnce("39482750817"), "no");
  assert.is(house.desk.entries("budget").length, 1);
});

/** A house whose door was opened from the keypad, and stands as it is told. */
function unlocked(leaf: "open" | "closed"): House {
  const house = new House();
  house.store(1, PIN);
  assert.is(house.typist.type(PIN), "yes");
  house.desk.passTime(1);
  if (leaf === "open") house.desk.openDoor();
  return house;
}

test("the lock key is told to wait until the bolt is thrown, and yes of one that is", () => {
  const house = unlocked("closed");
  assert.is(house.typist.ask({ kind: "lock" }), "wait");
  house.desk.passTime(2);
  assert.is(house.desk.rig.bolt, "thrown");
  assert.is(house.typist.hear()?.isThrown, true, "the view says when");
  assert.is(house.typist.ask({ kind: "lock" }), "yes");
});

test("the lock key at an open door is told to wait, and the bolt is thrown when the leaf is shut", () => {
  const house = unlocked("open");
  assert.is(house.typist.ask({ kind: "lock" }), "wait");
  house.desk.passTime(60);
  assert.is(house.desk.rig.bolt, "retracted");
  assert.is(house.typist.hear()?.isThrown, false);
  house.desk.shutDoor();
  house.desk.passTime(10);
  assert.is(house.typist.hear()?.isThrown, true);
});

test("the lock key is never told yes of a bolt that is stuck, and the alarm is shown", () => {
  const house = unlocked("closed");
  house.desk.rig.jam = "stuck";
  assert.is(house.typist.ask({ kind: "lock" }), "wait");
  let hasSounded = false;
  for (let count = 0; count < 30; count++) {
    house.desk.passTime(1);
    const view = house.typist.hear();
    hasSounded ||= view?.isAlarm === true;
    assert.is(view?.isThrown, false);
  }
  assert.ok(hasSounded);
});

test("the lock key throws a bolt that has jammed once a minute, however often it is held", () => {
  const house = unlocked("closed");
  const { rig } = house.desk;
  const throws = () => rig.drives.filter(({ drive }) => drive === "throw").length;
  rig.jam = "stuck";
  assert.is(house.typist.ask({ kind: "lock" }), "wait");
  house.desk.passTime(25);
  const jammed = throws();
  for (let minute = 1; minute <= 3; minute++) {
    assert.is(
      house.typist.ask({ kind: "lock" }),
      "wait",
      "whoever has cleared the way need not wait for the lock's own attempt",
    );
    for (let count = 0; count < 3; count++) {
      house.desk.passTime(count === 0 ? 25 : 10);
      assert.is(house.typist.ask({ kind: "lock" }), "no");
    }
    assert.is(throws(), jammed + 3 * minute);
    house.desk.passTime(15);
  }
  rig.jam = "free";
  assert.is(house.typist.ask({ kind: "lock" }), "wait");
  house.desk.passTime(2);
  assert.is(house.typist.ask({ kind: "lock" }), "yes");
});

test("the lock key is told no where nobody may lock", () => {
  const house = unlocked("closed");
  house.desk.pressInside();
  assert.is(house.typist.ask({ kind: "lock" }), "no");
  house.desk.passTime(40);
  assert.is(house.desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 11, value: 0 }] }), "yes");
  assert.is(house.typist.ask({ kind: "lock" }), "no");
});

test.run();
