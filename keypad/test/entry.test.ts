// What is typed, key by key, and that no digit is left behind.
// Method: tables of keys with what must come of them; the buffer is looked at through the view that "entered" gives.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { toAscii } from "../../firmware/bytes.ts";
import { millis } from "../../firmware/platform.ts";
import { Entry, type EntryEvent, LOCK_HOLD_MILLIS, PAUSE_MILLIS } from "../entry.ts";
import type { Key } from "../keys.ts";

function said(event: EntryEvent): string {
  return event.kind === "entered" ? `entered ${toAscii(event.digits)}` : event.kind;
}

/** Types keys half a second apart. @returns what came of the last */
function type(entry: Entry, keys: string): string {
  let last: EntryEvent = { kind: "nothing" };
  let at = 0;
  for (const key of keys) {
    last = entry.press(key as Key, millis(at));
    if (last.kind === "entered") last = { ...last, digits: last.digits.slice() };
    at += 500;
  }
  return said(last);
}

const ROWS: readonly (readonly [keys: string, comes: string])[] = [
  ["1", "typed"],
  ["1234#", "entered 1234"],
  ["0#", "entered 0"],
  ["00012340#", "entered 00012340"],
  ["12345678901234567890#", "entered 12345678901234567890"],
  ["123456789012345678901#", "overflow"],
  ["1234567890123456789012345678901234567890#", "overflow"],
  ["123456789012345678901", "typed"],
  ["123456789012345678901*1234#", "entered 1234"],
  ["12*34#", "entered 34"],
  ["*34#", "entered 34"],
  ["12*#", "bell"],
  ["#", "bell"],
  ["*", "typed"],
];

for (const [keys, comes] of ROWS) test(`${keys} is ${comes}`, () => assert.is(type(new Entry(), keys), comes));

test("after an overflow the next entry is a new one", () => {
  const entry = new Entry();
  type(entry, "123456789012345678901#");
  assert.is(type(entry, "55#"), "entered 55");
});

for (const [missed, keys, comes] of [
  ["12", "34#", "missed"],
  ["12", "3", "typed"],
  ["12", "*34#", "entered 34"],
  ["12#", "34#", "entered 34"],
  ["12*", "34#", "entered 34"],
  ["#", "#", "bell"],
] as const) {
  test(`${keys} behind ${missed} that nobody took is ${comes}`, () => {
    const entry = new Entry();
    for (const key of missed) entry.miss(key as Key, millis(0));
    assert.is(type(entry, keys), comes);
  });
}

test("what was missed is forgotten 10 s later, and a star that was missed does not come to lock", () => {
  const entry = new Entry();
  entry.miss("1", millis(0));
  assert.is(entry.nextTick, PAUSE_MILLIS);
  entry.tick(false, millis(PAUSE_MILLIS));
  assert.ok(entry.isEmpty);
  entry.miss("*", millis(PAUSE_MILLIS));
  assert.is(entry.tick(true, millis(PAUSE_MILLIS + LOCK_HOLD_MILLIS)).kind, "nothing");
});

test("every way out of an entry writes its digits over", () => {
  const ways: readonly (readonly [string, (entry: Entry) => void])[] = [
    ["clear()", (entry) => entry.clear()],
    ["the star", (entry) => entry.press("*", millis(2_000))],
    ["the pause", (entry) => entry.tick(false, millis(1_500 + PAUSE_MILLIS))],
    ["a digit too many", (entry) => type(entry, "12345678901234567")],
    ["a digit that was missed", (entry) => entry.miss("1", millis(2_000))],
  ];
  for (const [name, leave] of ways) {
    const entry = new Entry();
    type(entry, "4829");
    const entered = entry.press("#", millis(2_000));
    assert.is(entered.kind, "entered", name);
    const { buffer } = (entered as Extract<EntryEvent, { kind: "entered" }>).digits;
    assert.is(new Uint8Array(buffer).join("").slice(0, 8), "52565057", name);
    leave(entry);
    assert.ok(
      new Uint8Array(buffer).every((byte) => byte === 0),
      name,
    );
  }
});

test("digits are forgotten 10 s after the last key, and not before", () => {
  const entry = new Entry();
  entry.press("1", millis(0));
  entry.press("2", millis(5_000));
  assert.is(entry.nextTick, 5_000 + PAUSE_MILLIS);
  entry.tick(false, millis(4_999 + PAUSE_MILLIS));
  assert.not(entry.isEmpty);
  entry.tick(false, millis(5_000 + PAUSE_MILLIS));
  assert.ok(entry.isEmpty);
  assert.is(entry.nextTick, undefined);
});

test("an overflow is forgotten 10 s after the last key too", () => {
  const entry = new Entry();
  type(entry, "123456789012345678901");
  entry.tick(false, millis(60_000));
  assert.is(type(entry, "#"), "bell");
});

const HOLDS: readonly (readonly [claim: string, before: string, held: number, isHeld: boolean, comes: string])[] = [
  ["the star, held for a second with nothing typed, locks", "", LOCK_HOLD_MILLIS, true, "lock"],
  ["a moment less does not", "", LOCK_HOLD_MILLIS - 1, true, "nothing"],
  ["nor when it was let go", "", LOCK_HOLD_MILLIS, false, "nothing"],
  ["nor when it cleared something", "12", LOCK_HOLD_MILLIS, true, "nothing"],
];

for (const [claim, before, held, isHeld, comes] of HOLDS) {
  test(claim, () => {
    const entry = new Entry();
    type(entry, before);
    entry.press("*", millis(2_000));
    assert.is(said(entry.tick(isHeld, millis(2_000 + held))), comes);
  });
}

test("a star that goes on being held locks once", () => {
  const entry = new Entry();
  entry.press("*", millis(0));
  assert.is(entry.nextTick, LOCK_HOLD_MILLIS);
  assert.is(said(entry.tick(true, millis(1_000))), "lock");
  assert.is(said(entry.tick(true, millis(5_000))), "nothing");
  assert.is(entry.nextTick, undefined);
});

test("a star that was let go for a moment counts from then on", () => {
  const entry = new Entry();
  entry.press("*", millis(0));
  entry.tick(false, millis(500));
  assert.is(said(entry.tick(true, millis(1_500))), "nothing");
});

test("another key ends the hold", () => {
  const entry = new Entry();
  entry.press("*", millis(0));
  entry.press("1", millis(500));
  assert.is(said(entry.tick(true, millis(1_500))), "nothing");
});

test.run();
