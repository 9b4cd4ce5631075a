// Goal: the simulated keypad behaves as copper does, so that a scanner that passes here has been tried.
// Method: contacts are looked at while they chatter, jam, and lead current backwards; fingers are counted.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { millis, seconds } from "../../firmware/platform.ts";
import { Keyboard } from "../keyboard.ts";
import { World } from "../world.ts";

interface Bench {
  readonly world: World;
  readonly keyboard: Keyboard;
  readonly events: string[];
}

function createBench(seed = 5): Bench {
  const world = new World(crypto, { seed, start: seconds(0) });
  const keyboard = new Keyboard(world);
  const events: string[] = [];
  keyboard.watch({
    keysMoved: () => events.push(`${world.now} edge`),
    caseIs: (isOpen) => events.push(`${world.now} case ${isOpen ? "open" : "shut"}`),
    shows: ({ at, what }) => events.push(`${at} ${what}`),
  });
  return { world, keyboard, events };
}

function pass({ world }: Bench, duration: number): void {
  world.advance(millis(world.now + duration));
}

/** Reads all rows, as four groups of three bits. */
function scan({ keyboard }: Bench): string {
  const rows = [0, 1, 2, 3].map((row) => {
    keyboard.driveRow(row);
    return keyboard.readColumns().toString(2).padStart(3, "0");
  });
  keyboard.driveRow(undefined);
  return rows.join(" ");
}

test("a key is its row and its column, counted from the left", () => {
  for (const [key, seen] of [
    ["1", "001 000 000 000"],
    ["3", "100 000 000 000"],
    ["5", "000 010 000 000"],
    ["*", "000 000 000 001"],
    ["0", "000 000 000 010"],
    ["#", "000 000 000 100"],
  ] as const) {
    const bench = createBench();
    bench.keyboard.press(key);
    pass(bench, 10);
    assert.is(scan(bench), seen, key);
    bench.keyboard.release(key);
    pass(bench, 10);
    assert.is(scan(bench), "000 000 000 000");
  }
});

test("nothing is read where no row is driven", () => {
  const bench = createBench();
  bench.keyboard.press("1");
  pass(bench, 10);
  assert.is(bench.keyboard.readColumns(), 0);
});

test("three corners of a rectangle show the fourth, and a longer way shows more", () => {
  const bench = createBench();
  for (const key of ["1", "2", "4"] as const) bench.keyboard.press(key);
  pass(bench, 10);
  assert.is(scan(bench), "011 011 000 000");
  for (const key of ["5", "6"] as const) bench.keyboard.press(key);
  bench.keyboard.release("2");
  pass(bench, 10);
  assert.is(scan(bench), "111 111 000 000");
});

test("a contact chatters for 5 ms at each edge, and is at rest afterwards", () => {
  const seen = new Set<string>();
  const rests = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const bench = createBench(seed);
    bench.keyboard.press("5");
    pass(bench, 2);
    seen.add(scan(bench));
    pass(bench, 3);
    rests.add(scan(bench));
    assert.equal(bench.events, ["0 edge", "5 edge"]);
  }
  assert.is(seen.size, 2);
  assert.equal([...rests], ["000 010 000 000"]);
});

test("a jammed key stays down, whatever the finger does", () => {
  const bench = createBench();
  bench.keyboard.press("9");
  bench.keyboard.jam("9", true);
  bench.keyboard.release("9");
  pass(bench, 10);
  assert.is(scan(bench), "000 000 100 000");
  bench.keyboard.jam("9", false);
  pass(bench, 10);
  assert.is(scan(bench), "000 000 000 000");
});

test("fingers type one key after the other", () => {
  const bench = createBench();
  const duration = bench.keyboard.type("12", 100);
  assert.is(duration, 380);
  pass(bench, duration);
  const edges = bench.events.map((line) => line.split(" ")[0]);
  assert.equal(edges, ["0", "5", "90", "95", "190", "195", "280", "285"]);
});

test("what is shown is told once, and darkness ends all of it", () => {
  const bench = createBench();
  bench.keyboard.show("green", 1);
  bench.keyboard.show("green", 1);
  bench.keyboard.show("red", 0.1);
  bench.keyboard.sound(1_800);
  bench.keyboard.moveCase(true);
  bench.keyboard.goDark();
  assert.equal(bench.events, ["0 green", "0 red 0.1", "0 1800 Hz", "0 case open", "0 off", "0 silence"]);
  assert.is(bench.keyboard.shown.length, 5);
});

test("keeps what was shown last, within a bound", () => {
  const bench = createBench();
  for (let count = 0; count < 10_000; count++) bench.keyboard.sound(count % 2);
  assert.ok(bench.keyboard.shown.length <= 4_096);
  assert.is(bench.keyboard.shown.at(-1)?.what, "1 Hz");
});

test.run();
