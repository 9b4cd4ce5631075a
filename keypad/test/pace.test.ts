// Whoever types faster than the lock takes entries: the keypad holds the next one back, and the answer is the lock's.
// Method: the real core on simulated copper against the lock's real end of the wire; when what is served, and what is shown.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromAscii } from "../../firmware/bytes.ts";
import { ANSWER_MILLIS_MAX } from "../../firmware/link/command.ts";
import { ENTRY_HOLD_MILLIS } from "../keypad.ts";
import { Door } from "./door.ts";

/** The lock's own pace, by docs/protocol.md §7, and by how much two clocks may differ in it. */
const PACE_MILLIS = 5_000;
const CLOCKS_PER_CENT = 5;

/** When each entry is served, as the world counts. */
function served(door: Door, forMillis: number): number[] {
  const times: number[] = [];
  for (let count = 0; count < forMillis; count += 10) {
    const before = door.served.length;
    door.pass(10);
    for (let more = before; more < door.served.length; more++) times.push(door.world.now);
  }
  return times;
}

for (const driftPartsPerMillion of [-40_000, 0, 40_000]) {
  test(`a second code is held back until the lock takes it, with a crystal off by ${driftPartsPerMillion} in a million`, () => {
    const door = new Door({ driftPartsPerMillion }).start();
    door.keyboard.type("1234#");
    const [first] = served(door, 3_000);
    door.keyboard.shown.length = 0;
    door.keyboard.type("5678#");
    const [second, ...others] = served(door, 12_000);
    assert.equal(door.served, ["serve entry 1234", "serve entry 5678"]);
    assert.equal(others, []);
    assert.ok(second - first >= PACE_MILLIS, `${second - first}`);
    assert.ok(second - first <= PACE_MILLIS * (1 + (2 * CLOCKS_PER_CENT) / 100) + 50, `${second - first}`);
    const meanwhile = door.keyboard.shown.filter(
      ({ at, what }) => at < second - 10 && !/white|off|Hz|silence/.test(what),
    );
    assert.ok(meanwhile.length > 3 && meanwhile.every(({ what }) => what === "amber"), "it waits in silence");
    assert.ok(door.keyboard.shown.some(({ at, what }) => at >= second - 10 && what === "green"));
  });
}

test("a code that comes after the pace is not held back at all", () => {
  const door = new Door().start();
  door.type("1234#");
  door.pass(ENTRY_HOLD_MILLIS);
  door.keyboard.type("5678#");
  assert.ok(served(door, 1_300).length === 1);
});

test("how long a code is held back depends on nothing but when the last one was answered", () => {
  const spans = [
    ["yes", "1#"],
    ["no", "123456#"],
    ["wait", "12345678901234567890#"],
    ["paused", "7#"],
  ].map(([result, keys]) => {
    const door = new Door().start();
    door.lock.result = result as "yes";
    door.keyboard.type(keys);
    const [first] = served(door, keys.length * 250 + 1_000);
    door.pass(0);
    door.keyboard.type("1#");
    const [second] = served(door, 8_000);
    return Math.round((second - first) / 100);
  });
  assert.is(new Set(spans).size, 1, spans.join());
});

test("the bell and the lock key are not held back", () => {
  const door = new Door().start();
  door.type("1234#");
  door.type("#");
  door.hold("*", 1_100);
  assert.equal(door.served, ["serve entry 1234", "serve bell", "serve lock"]);
});

test("what is held back is forgotten when the case is opened, and given up after 15 s where the link is gone", () => {
  const door = new Door().start();
  door.type("1234#");
  door.type("5678#");
  door.keyboard.moveCase(true);
  door.keyboard.moveCase(false);
  door.pass(20_000);
  assert.equal(door.served, ["serve entry 1234"]);
  door.type("1234#");
  door.keyboard.type("5678#");
  door.pass(1_200);
  door.line.cut(true);
  door.keyboard.shown.length = 0;
  door.pass(ANSWER_MILLIS_MAX + 500);
  assert.ok(door.keyboard.shown.some(({ what }) => what === "red"));
  door.line.cut(false);
  door.pass(60_000);
  assert.equal(door.served, ["serve entry 1234", "serve entry 1234"]);
});

test("half of a code that was begun while another waited is no code, and whoever typed it is told to do it again", () => {
  const door = new Door().start();
  door.type("1234#");
  door.pass(door.keyboard.type("5678#"));
  // The answer comes in the middle of it.
  door.type("12345678901234567#");
  assert.equal(door.served, ["serve entry 1234", "serve entry 5678"]);
  assert.is(door.keypad.snapshot.pattern, undefined);
  assert.is(door.keyboard.shown.filter(({ what }) => what === "1200 Hz").length, 3);
  door.pass(5_000);
  door.type("1234#");
  assert.is(door.served.length, 3);
});

test("no digit is sent while its code is held back", () => {
  const door = new Door().start();
  door.type("1234#");
  const { length } = door.typesTo("inside");
  door.pass(door.keyboard.type("4829154829#"));
  assert.is(door.typesTo("inside").length, length);
  const digits = fromAscii("4829154829").join();
  assert.ok(door.heard.every(({ frame }) => !frame.join().includes(digits)));
});

test("a lock that takes no code yet is asked again until it does, and is not taken for one that is besieged", () => {
  const door = new Door().start();
  door.lock.result = "early";
  door.type("1234#");
  door.pass(3_000);
  assert.is(door.keypad.snapshot.pattern, "asking");
  assert.not(door.keyboard.shown.some(({ what }) => what === "red" || what === "green"));
  door.lock.result = "yes";
  door.pass(1_100);
  assert.is(door.keypad.snapshot.pattern, "yes");
  assert.equal(new Set(door.served), new Set(["serve entry 1234"]));
});

// The lock key: green means thrown.

test("the lock key shows amber until the bolt is thrown, and green then", () => {
  const door = new Door().start();
  door.lock.show({ isThrown: false });
  door.lock.locks = "wait";
  door.hold("*", 1_100);
  door.pass(400);
  assert.is(door.keypad.snapshot.pattern, "wait");
  door.lock.show({ isThrown: true });
  door.pass(50);
  assert.is(door.keypad.snapshot.pattern, "yes");
});

test("the lock key is green at once where the bolt is thrown, also where it is by the time of the answer", () => {
  for (const locks of ["yes", "wait"] as const) {
    const door = new Door().start();
    door.lock.locks = locks;
    door.hold("*", 1_100);
    assert.is(door.keypad.snapshot.pattern, "yes", locks);
  }
});

const NOT_GREEN: readonly (readonly [claim: string, meanwhile: (door: Door) => void])[] = [
  ["where it is never thrown", (door) => door.lock.show({ isNight: true })],
  [
    "where it is thrown a minute later",
    (door) => {
      door.pass(61_000);
      door.lock.show({ isThrown: true });
    },
  ],
  [
    "where something else was asked meanwhile",
    (door) => {
      door.lock.result = "no";
      door.type("1234#");
      door.lock.show({ isThrown: true });
    },
  ],
];

for (const [claim, meanwhile] of NOT_GREEN) {
  test(`the lock key is not green ${claim}`, () => {
    const door = new Door().start();
    door.lock.show({ isThrown: false });
    door.lock.locks = "wait";
    door.hold("*", 1_100);
    meanwhile(door);
    door.pass(1_500);
    assert.not(door.keyboard.shown.some(({ what }) => what.startsWith("green")));
  });
}

test.run();
