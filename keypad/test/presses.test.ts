// From readings to presses: only what one finger certainly did.
// Method: tables of readings 5 ms apart, written as the keys that look pressed (`?` where it cannot be told), with the keys
// that must come of them.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Millis, millis } from "../../firmware/platform.ts";
import { KEYS, type Key } from "../keys.ts";
import { HELD_SCAN_MILLIS, Presses, READINGS, SCAN_MILLIS, STUCK_MILLIS } from "../presses.ts";

function readingOf(keys: string): number | undefined {
  if (keys === "?") return undefined;
  let reading = 0;
  for (const key of keys) if (key !== ".") reading |= 1 << KEYS.indexOf(key as Key);
  return reading;
}

/** Keys that nobody touches. */
function untouched(): Presses {
  const presses = new Presses();
  presses.take(0, millis(0));
  return presses;
}

/** Takes readings, 5 ms apart. @returns the keys that were pressed */
function take(presses: Presses, readings: readonly string[], from = 0): string {
  let pressed = "";
  for (const [index, keys] of readings.entries()) {
    pressed += presses.take(readingOf(keys), millis(from + index * SCAN_MILLIS)) ?? "";
  }
  return pressed;
}

const ROWS: readonly (readonly [claim: string, readings: string, pressed: string])[] = [
  ["three equal readings are a press", "1 1 1", "1"],
  ["two are none", "1 1 .", ""],
  ["a press is told once, however long it lasts", "1 1 1 1 1 1 1 1 1 1", "1"],
  ["a bouncing contact is one press", "1 . 1 . 1 1 1 . 1 1 1", "1"],
  ["two presses of a key are two", "1 1 1 . . . 1 1 1", "11"],
  ["a gap that is too short for a finger is none", "1 1 1 . . 1 1 1", "1"],
  ["each key after the other", "* * * . . . 0 0 0 . . . # # #", "*0#"],
  ["the second key while the first is still down counts", "1 1 1 12 12 12 2 2 2 . . .", "12"],
  ["two keys at once are none", "12 12 12", ""],
  ["and stay none when one of them goes", "12 12 12 1 1 1", ""],
  ["nor is the other one when both go", "12 12 12 1 1 1 . . .", ""],
  ["a key after them is one", "12 12 12 . . . 3 3 3", "3"],
  ["a third key while two are down is a palm", "1 1 1 12 12 12 123 123 123", "12"],
  ["what cannot be told is none", "? ? ? ?", ""],
  ["nor what stands when it can be told again", "? ? ? 1 1 1", ""],
  ["not even with a key that was told before", "1 1 1 ? 12 12 12", "1"],
  ["a key after it is one", "? ? ? . . . 1 1 1", "1"],
  ["an uncertain reading between two certain ones spoils the press", "1 1 ? 1 1 1", ""],
  ["a key that lands while an other one bounces counts once", "1 1 1 12 1 12 12 12", "12"],
];

for (const [claim, readings, pressed] of ROWS) {
  test(claim, () => assert.is(take(untouched(), readings.split(" ")), pressed));
}

test("each of the twelve keys is told by its own name", () => {
  for (const key of KEYS) assert.is(take(untouched(), [key, key, key]), key);
});

/** Holds keys down. @returns when the last reading was */
function hold(presses: Presses, keys: string, span: { readonly from: number; readonly to: number }): Millis {
  for (let at = span.from; at <= span.to; at += 50) presses.take(readingOf(keys), millis(at));
  return millis(span.to);
}

test("a key that is down for 20 s is stuck until it is up, and not a moment earlier", () => {
  const presses = untouched();
  hold(presses, "5", { from: 0, to: 100 + STUCK_MILLIS - 50 });
  assert.not(presses.isStuck);
  hold(presses, "5", { from: 100 + STUCK_MILLIS, to: 100 + STUCK_MILLIS });
  assert.ok(presses.isStuck);
  hold(presses, ".", { from: 30_000, to: 30_050 });
  assert.ok(presses.isStuck);
  hold(presses, ".", { from: 30_100, to: 30_100 });
  assert.not(presses.isStuck);
});

test("beside a stuck key the others go on, two at a time", () => {
  const presses = untouched();
  hold(presses, "5", { from: 0, to: 30_000 });
  assert.is(take(presses, "51 51 51 512 512 512 52 52 52 5 5 5 53 53 53".split(" "), 30_005), "123");
});

test("a held key is told as held, alone, and no more once it is stuck", () => {
  const presses = untouched();
  hold(presses, "*", { from: 0, to: 1_000 });
  assert.ok(presses.isHeld("*"));
  assert.not(presses.isHeld("1"));
  hold(presses, "*1", { from: 1_050, to: 1_200 });
  assert.not(presses.isHeld("*"));
  hold(presses, "*", { from: 1_250, to: 1_400 });
  assert.ok(presses.isHeld("*"));
  presses.take(undefined, millis(1_450));
  assert.not(presses.isHeld("*"));
  hold(presses, "*", { from: 1_500, to: 1_500 + STUCK_MILLIS + 100 });
  assert.not(presses.isHeld("*"));
});

const SCANS: readonly (readonly [claim: string, readings: string, next: number | undefined])[] = [
  ["untouched, it waits for an edge", ". . .", undefined],
  ["a key that goes down is read every 5 ms", "1", SCAN_MILLIS],
  ["until that is certain", "1 1", SCAN_MILLIS],
  ["and every 20 ms while it is down", "1 1 1 1", HELD_SCAN_MILLIS],
  ["and every 5 ms when it goes up", "1 1 1 .", SCAN_MILLIS],
  ["until it is up", "1 1 1 . . .", undefined],
  ["rain is read seldom", "? ? ? ?", 250],
];

for (const [claim, readings, next] of SCANS) {
  test(claim, () => {
    const presses = untouched();
    const list = readings.split(" ");
    take(presses, list);
    const last = (list.length - 1) * SCAN_MILLIS;
    assert.is(presses.nextScan, next === undefined ? undefined : last + next);
  });
}

test("a stuck key is read seldom", () => {
  const presses = untouched();
  const last = hold(presses, "5", { from: 0, to: 30_000 });
  assert.is(presses.nextScan, last + 250);
});

test("a key that is down at the start was not pressed", () => {
  const presses = new Presses();
  assert.is(presses.nextScan, 250, "it is looked at soon, with no edge");
  assert.is(take(presses, "# # # # . . . # # #".split(" ")), "#");
});

test("three readings it is", () => assert.is(READINGS, 3));

test.run();
