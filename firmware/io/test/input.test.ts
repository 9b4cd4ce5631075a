// Goal: a contact's level counts when it has stood, whatever its edges did; and no edge is needed for the truth.
// Method: lines of levels and time on a wire, with an event loop that runs when it is told to.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { millis } from "../../platform.ts";
import { ContactInput, LevelInput } from "../input.ts";
import { desk } from "./desk.ts";

const PIN = 3;

/** Runs lines over a contact to ground with a debounce of 20 ms: "low" or "high" for the wire, "turn" for the event loop, "full" and
 *  "free" for the queue of its messages, a number of milliseconds to pass with a tick at its end.
 *  @returns what was said, each with its time */
function run(before: "low" | "high", lines: string): string {
  const { chip, turn } = desk();
  const said: string[] = [];
  let now = 1_000;
  chip.drive(PIN, before === "low" ? 0 : 1);
  const contact = new ContactInput({
    io: chip.Digital,
    pin: PIN,
    pull: "up",
    isActiveLow: true,
    debounceMillis: 20,
    edge: () => said.push("edge"),
    changed: (isActive, at) => said.push(`${isActive ? "active" : "idle"} ${at - 1_000}`),
  });
  said.push(contact.isActive ? "is active" : "is idle");
  for (const line of lines.split(", ")) {
    if (line === "low" || line === "high") chip.drive(PIN, line === "low" ? 0 : 1);
    else if (line === "open") chip.drive(PIN, undefined);
    else if (line === "turn") turn();
    else if (line === "full" || line === "free") chip.messages.isCrowded = line === "full";
    else if (line === "next?") said.push(`next ${contact.nextTick - 1_000}`);
    else if (line === "close") contact.close();
    else {
      now += Number(line);
      contact.tick(millis(now));
    }
  }
  return said.join("; ");
}

const ROWS: readonly (readonly [string, "low" | "high", string, string])[] = [
  ["the level at construction counts at once", "low", "0, next?, 100, next?", "is active; next 500; next 500"],
  ["and so does the other", "high", "0, 100, next?", "is idle; next 500"],
  [
    "a level that stands for the debounce is told, once",
    "high",
    "0, low, turn, next?, 0, next?, 19, 1, next?, 50",
    "is idle; edge; next 0; next 20; active 20; next 500",
  ],
  [
    "one that stands for a millisecond less is none",
    "high",
    "0, low, turn, 0, 19, high, turn, 0, next?, 100",
    "is idle; edge; edge; next 500",
  ],
  [
    "a bounce begins the time anew",
    "high",
    "0, low, turn, 0, 15, high, turn, 0, low, turn, 0, 15, 5, next?",
    "is idle; edge; edge; edge; active 35; next 500",
  ],
  [
    "a bounce between two readings, both edges at once, begins it anew too",
    "high",
    "0, low, turn, 0, 15, high, low, turn, 5, next?, 19, 1",
    "is idle; edge; edge; next 40; active 40",
  ],
  [
    "a change whose edge comes late, since the loop was busy, is found by any tick",
    "high",
    "0, low, 300, next?, 20, turn, next?, 0, next?",
    "is idle; next 320; active 320; edge; next 320; next 500",
  ],
  [
    "a pulse that is over before anybody looks is none",
    "high",
    "0, low, high, turn, 0, next?, 100",
    "is idle; edge; next 500",
  ],
  [
    "the way back is told as well",
    "low",
    "0, high, turn, 0, 20, low, turn, 0, 20",
    "is active; edge; idle 20; edge; active 40",
  ],
  ["a wire that breaks is an open contact", "low", "0, open, turn, 0, 20", "is active; edge; idle 20"],
  [
    "chatter that never ends is no change",
    "high",
    "0, low, turn, 10, high, turn, 10, low, turn, 10, high, turn, 10, 100",
    "is idle; edge; edge; edge; edge",
  ],
  [
    "a change whose edge was lost is found when all look, and so is each that follows",
    "high",
    "0, full, low, free, turn, next?, 500, next?, 20, high, turn, next?, 480, next?, 20, next?",
    "is idle; next 500; next 520; active 520; next 1000; next 1020; idle 1020; next 1500",
  ],
  ["after closing no edge is told", "high", "0, low, close, turn", "is idle"],
];

for (const [name, before, lines, expected] of ROWS) test(name, () => assert.is(run(before, lines), expected));

test("every train of edges with gaps below the debounce says nothing, and its last level is told", () => {
  for (let edges = 1; edges <= 8; edges++) {
    const chatter = Array.from({ length: edges }, (_, index) => `${index % 2 === 0 ? "low" : "high"}, turn, 0, 19`);
    const told = run("high", `0, ${chatter.join(", ")}, 1, 100`)
      .replaceAll("edge; ", "")
      .replaceAll("; edge", "");
    assert.is(told, edges % 2 === 0 ? "is idle" : `is idle; active ${19 * edges + 1}`, `${edges} edges`);
  }
});

test("a debounce that is none, or a person's patience, is refused", () => {
  const { chip } = desk();
  for (const debounceMillis of [0, -1, Number.NaN, 1_001]) {
    assert.throws(() => new ContactInput({ io: chip.Digital, pin: PIN, debounceMillis }), /debounce/);
  }
  assert.not(chip.isTaken(PIN));
});

test("a level is what it is now, by its pull where the wire is broken", () => {
  for (const [pull, isActiveLow, expected] of [
    ["up", true, [true, false, false]],
    ["up", false, [false, true, true]],
    ["down", true, [true, false, true]],
    ["down", false, [false, true, false]],
  ] as const) {
    const { chip } = desk();
    const input = new LevelInput({ io: chip.Digital, pin: PIN, pull, isActiveLow });
    const read = ([0, 1, undefined] as const).map((level) => {
      chip.drive(PIN, level);
      return input.isActive;
    });
    assert.equal(read, expected);
    input.close();
    input.close();
    assert.throws(() => input.isActive, /invalid host object/);
  }
});

test("until it is ticked first a contact is what its pin is, and tells no change: its capacitor was filling", () => {
  const { chip } = desk();
  const said: boolean[] = [];
  chip.drive(PIN, 0);
  const contact = new ContactInput({
    ...{ io: chip.Digital, pin: PIN, pull: "up", isActiveLow: true, debounceMillis: 20 },
    changed: (isActive) => said.push(isActive),
  });
  assert.is(contact.isActive, true);
  chip.drive(PIN, undefined);
  assert.is(contact.isActive, false);
  assert.is(contact.nextTick, 0);
  contact.tick(millis(700));
  contact.tick(millis(800));
  assert.equal([contact.isActive, said], [false, []]);
});

test.run();
