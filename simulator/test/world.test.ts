// Goal: time in the world is ordered, and a trace is a function of what happened.
// Method: events planned in every order and cancelled; entries that differ in one place.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { millis, seconds } from "../../firmware/platform.ts";
import { type Entry, formatTime, Trace } from "../trace.ts";
import { World } from "../world.ts";

function createWorld(): World {
  return new World(crypto, { seed: 1, start: seconds(1_800_000_000) });
}

test("lets events happen in order of time, then of being planned", () => {
  const world = createWorld();
  const seen: string[] = [];
  for (const [name, time] of Object.entries({ c: 30, a: 10, b: 20, d: 30 })) {
    world.at(millis(time), () => seen.push(`${name}${world.now}`));
  }
  world.advance(millis(29));
  assert.equal(seen, ["a10", "b20"]);
  world.advance(millis(30));
  assert.equal(seen, ["a10", "b20", "c30", "d30"]);
  assert.equal([world.step, world.nextEvent], [4, undefined]);
});

test("lets what is planned for now happen in the same advance", () => {
  const world = createWorld();
  const seen: number[] = [];
  world.at(millis(5), () => world.after(0, () => seen.push(world.now)));
  world.advance(millis(5));
  assert.equal(seen, [5]);
});

test("forgets a cancelled event, also twice, also afterwards", () => {
  const world = createWorld();
  const seen: string[] = [];
  const gone = world.at(millis(1), () => seen.push("gone"));
  const kept = world.at(millis(1), () => seen.push("kept"));
  gone.cancel();
  gone.cancel();
  world.advance(millis(2));
  kept.cancel();
  assert.equal(seen, ["kept"]);
});

test("stops in the present when it is halted", () => {
  const world = createWorld();
  const seen: number[] = [];
  for (const time of [1, 2, 3]) {
    world.at(millis(time), () => {
      seen.push(time);
      if (time === 2) world.halt();
    });
  }
  world.advance(millis(9));
  world.advance(millis(10));
  assert.equal([seen, world.now, world.step], [[1, 2], 2, 2]);
});

test("refuses to plan the past", () => {
  const world = createWorld();
  world.advance(millis(10));
  assert.throws(() => world.at(millis(9), () => {}), /past/);
});

test("calls its observers after each event", () => {
  const world = createWorld();
  const seen: number[] = [];
  world.watch(() => seen.push(world.now));
  world.at(millis(3), () => {});
  world.at(millis(4), () => {});
  world.advance(millis(9));
  assert.equal(seen, [3, 4]);
});

test("shows the true time in whole seconds", () => {
  const world = createWorld();
  world.advance(millis(1_999));
  assert.is(world.time, 1_800_000_001);
});

const BASE: Entry = { channel: "to lock", subject: 1, bytes: Uint8Array.of(1, 2, 3) };
const ROWS: readonly { name: string; now: number; entry: Entry }[] = [
  { name: "another time", now: 8, entry: BASE },
  { name: "a time above 2^32", now: 0x100000007, entry: BASE },
  { name: "another channel", now: 7, entry: { ...BASE, channel: "to phone" } },
  { name: "another subject", now: 7, entry: { ...BASE, subject: 2 } },
  { name: "one byte short", now: 7, entry: { ...BASE, bytes: Uint8Array.of(1, 2) } },
  { name: "one byte long", now: 7, entry: { ...BASE, bytes: Uint8Array.of(1, 2, 3, 0) } },
  { name: "one bit flipped", now: 7, entry: { ...BASE, bytes: Uint8Array.of(1, 2, 2) } },
];

function hashOf(now: number, entry: Entry): string {
  const trace = new Trace(crypto);
  trace.add(millis(now), entry);
  return trace.hash();
}

test("hashes the same entries to the same hash", () => {
  assert.is(hashOf(7, BASE), hashOf(7, { ...BASE, label: "labels are for people" }));
});

for (const { name, now, entry } of ROWS) {
  test(`hashes ${name} to another hash`, () => {
    assert.is.not(hashOf(now, entry), hashOf(7, BASE));
  });
}

test("hashes more than one batch, and counts", () => {
  const trace = new Trace(crypto);
  for (let count = 0; count < 700; count++) trace.add(millis(count), { ...BASE, bytes: new Uint8Array(60) });
  const hash = trace.hash();
  assert.equal([trace.entries, hash.length, trace.hash()], [700, 64, hash]);
});

test("tells people one line for each entry", () => {
  const lines: string[] = [];
  const trace = new Trace(crypto, (line) => lines.push(line));
  trace.add(millis(90_061_001), { ...BASE, label: "knock" });
  assert.is(lines.length, 1);
  assert.match(lines[0], /^1d 01:01:01\.001 {2}to lock +1 {2}knock 010203$/);
});

test("writes time as a day and a clock", () => {
  assert.is(formatTime(millis(0)), "0d 00:00:00.000");
});

test.run();
