// Goal: sleep.c asks ESP-IDF for what rest.ts means, in an order in which nothing is missed, and stands whatever JavaScript gives it.
// Method: the played chip of simulator/chip, one for the whole file, as a board has one; the test is its pins, its crystal and its loop.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { sleeper } from "../sleep.ts";

declare function native(name: string): (...values: unknown[]) => unknown;

const chip = {
  crystal: native("xs_chip_crystal") as (hasCrystal: boolean) => void,
  isCrystalWatched: native("xs_chip_is_crystal_watched") as () => boolean,
  level: native("xs_chip_level") as (pin: number, level: 0 | 1) => void,
  leaveWatched: native("xs_chip_leave_watched") as (pin: number, level: 0 | 1) => void,
  state: native("xs_chip_state") as (pin: number) => number,
  sleeps: native("xs_chip_sleeps") as () => boolean,
  isScaled: native("xs_chip_is_scaled") as () => boolean,
  storms: native("xs_chip_storms") as () => number,
  deliver: native("xs_messages_deliver") as () => boolean,
  fill: native("xs_messages_fill") as (isFull: boolean) => void,
};
const c = {
  start: native("xs_latchkey_sleep_start"),
  keep: native("xs_latchkey_sleep_keep"),
  watch: native("xs_latchkey_sleep_watch"),
  allow: native("xs_latchkey_sleep_allow"),
};

const KEPT = 1;
const PULLED_UP = 2;
const WAKES = 4;
const ENABLED = 8;
const PIN = 5;
const OTHER = 48;

const fired: number[] = [];

/** Runs the event loop. @returns the pins that it told of */
function turn(): number[] {
  while (chip.deliver());
  return fired.splice(0);
}

test("before it is made ready nothing is watched and nothing allowed", () => {
  assert.is(c.watch(PIN, 0), undefined);
  assert.is(c.allow(true), undefined);
  assert.is(chip.state(PIN), 0);
  assert.is(chip.sleeps(), false);
});

test("a pin that a run before watched, and that moved in the restart between, storms no start", () => {
  chip.leaveWatched(PIN, 1);
  chip.level(PIN, 1);
  chip.crystal(false);
  assert.is(
    sleeper.start(true, () => {}),
    false,
  );
  assert.is(chip.state(PIN), 0, "whoever opens it without sleep is not struck by it either");
  chip.leaveWatched(PIN, 1);
  chip.leaveWatched(OTHER, 0);
});

test("what is no crystal where one is needed, and what is no start, changes nothing", () => {
  const told = (pin: number) => fired.push(pin);
  for (const values of [[], [true], [false, 1], [0, told], [undefined, told], [false, {}], [false, told, 1]]) {
    assert.is(c.start(...values), undefined, `${values.length} values`);
  }
  chip.crystal(false);
  assert.is(sleeper.start(true, told), false);
  assert.is(chip.sleeps(), false);
  assert.is(chip.isCrystalWatched(), false);
  chip.crystal(true);
  assert.is(sleeper.start(true, told), true);
  assert.is(chip.isCrystalWatched(), true);
  assert.is(sleeper.start(false, told), false, "a second time");
  assert.is(chip.storms(), 0);
  chip.level(PIN, 0);
});

test("ready, it is awake until it is allowed, as often as it is said, and its clock is not scaled", () => {
  assert.is(chip.isScaled(), false);
  for (const isAllowed of [false, true, true, false, false, true, false]) {
    sleeper.allow(isAllowed);
    assert.is(chip.sleeps(), isAllowed);
  }
  for (const values of [[], [1], [undefined], ["true"], [true, true]]) assert.is(c.allow(...values), undefined);
  assert.is(chip.sleeps(), false);
});

test("a pin is kept, and no other value is one", () => {
  sleeper.keep(OTHER);
  assert.is(chip.state(OTHER), KEPT);
  for (const pin of [-1, 22, 25, 49, 1_000, 2 ** 31, 1.5, Number.NaN, "5", undefined, null, {}]) {
    assert.is(c.keep(pin), undefined, String(pin));
    assert.is(c.watch(pin, 0), undefined, String(pin));
  }
  for (const values of [[], [PIN, 0, 0], [PIN], [PIN, true], [PIN, 0.5], [PIN, undefined]]) {
    assert.is(c.watch(...values), undefined, `${values.length} values`);
  }
  assert.is(chip.state(PIN), 0);
});

test("a level is told once, and wakes; it is told from the loop, and not from within the interrupt", () => {
  chip.level(PIN, 1);
  sleeper.watch(PIN, 0);
  assert.is(chip.state(PIN), PULLED_UP | WAKES | ENABLED);
  chip.level(PIN, 0);
  assert.is(chip.state(PIN) & ENABLED, 0);
  assert.equal(fired, []);
  assert.equal(turn(), [PIN]);
  for (const level of [1, 0, 1] as const) chip.level(PIN, level);
  assert.equal(turn(), [], "nobody watches it any more");
  sleeper.watch(PIN, 0);
  assert.equal(turn(), []);
  chip.level(PIN, 0);
  assert.equal(turn(), [PIN]);
});

test("a level that is there already is told at once", () => {
  chip.level(OTHER, 1);
  sleeper.watch(OTHER, 1);
  assert.equal(turn(), [OTHER]);
  assert.is(chip.state(OTHER) & PULLED_UP, 0, "what waits to be high is pulled nowhere");
});

test("each watch counts instead of the one before", () => {
  chip.level(PIN, 0);
  sleeper.watch(PIN, 1);
  chip.level(OTHER, 1);
  sleeper.watch(OTHER, 0);
  sleeper.watch(PIN, 1);
  chip.level(PIN, 1);
  chip.level(OTHER, 0);
  assert.equal(turn(), [PIN, OTHER]);
});

test("one whose message was lost tells nothing, and again when it is watched anew", () => {
  chip.level(PIN, 1);
  sleeper.watch(PIN, 0);
  chip.fill(true);
  chip.level(PIN, 0);
  chip.fill(false);
  assert.equal(turn(), []);
  sleeper.watch(PIN, 1);
  chip.level(PIN, 1);
  assert.equal(turn(), [PIN]);
});

test("no interrupt ever stormed", () => {
  assert.is(chip.storms(), 0);
});

test.run();
