// Goal: a set of window codes holds each by its whole name, in the order in which they came, and changes only as it is told.
// Method: codes that differ in one part each, beside a plain array.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { seconds } from "../../platform.ts";
import type { UsedWindow } from "../credential.ts";
import { endOf } from "../window.ts";
import { isWindow, WindowSet } from "../windowset.ts";

const U32_MAX = 0xffff_ffff;

function code(owner: number, windowClass = 3, startHour = 500_000, serial = 0): UsedWindow {
  return { owner: new Uint8Array(8).fill(owner), window: { windowClass, serial, startHour } };
}

const ALL = [code(1), code(2), code(1, 21), code(1, 3, 500_001), code(1, 3, 500_256), code(1, 3, 500_000, 1)];

function setOf(codes: readonly UsedWindow[]): WindowSet {
  return WindowSet.from(codes.length, (index) => codes[index]);
}

function codesOf(set: WindowSet): readonly UsedWindow[] {
  return Array.from({ length: set.count }, (_, index) => set.at(index));
}

test("an empty set holds nothing", () => {
  assert.is(new WindowSet().count, 0);
  assert.not(new WindowSet().has(crypto, ALL[0]));
});

test("codes come back as they were put, at once or one by one, up to the largest numbers", () => {
  const largest = code(255, 21, U32_MAX, 1);
  assert.equal(codesOf(setOf([...ALL, largest])), [...ALL, largest]);
  let grown = new WindowSet();
  for (const each of ALL) grown = grown.with(each);
  assert.equal(codesOf(grown), ALL);
});

for (const [index, left] of ALL.entries()) {
  test(`code ${index} is found by its whole name, and goes alone`, () => {
    const others = ALL.filter((each) => each !== left);
    assert.ok(setOf(ALL).has(crypto, left));
    assert.not(setOf(others).has(crypto, left));
    assert.equal(codesOf(setOf(ALL).without(crypto, left)), others);
    assert.equal(codesOf(setOf(others).without(crypto, left)), others);
  });
}

test("the codes of one owner go, and nobody else's", () => {
  assert.equal(codesOf(setOf(ALL).withoutOwner(crypto, code(1).owner)), [ALL[1]]);
});

test("a code lives through the second in which it ends", () => {
  const set = setOf([code(1, 3, 10), code(2, 3, 11)]);
  const end = endOf(code(1, 3, 10).window);
  assert.is(set.live(end).count, 2);
  assert.equal(codesOf(set.live(seconds(end + 1))), [code(2, 3, 11)]);
});

test("a change leaves the set that it began with", () => {
  const set = setOf(ALL);
  set.with(code(9));
  set.without(crypto, ALL[0]);
  assert.equal(codesOf(set), ALL);
});

test("there are 22 classes of two codes, and no set takes another", () => {
  assert.ok(isWindow({ windowClass: 21, serial: 1 }));
  for (const none of [code(1, 22), code(1, 3, 1, 2)]) {
    assert.not(isWindow(none.window));
    assert.throws(() => new WindowSet().with(none), /a code has a class/);
  }
});

test.run();
