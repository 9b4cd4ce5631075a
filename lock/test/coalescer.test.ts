// Goal: what happens often is written seldom, with its count; a kind that is past its time is forgotten, and comes again as new.
// Method: every record that a coalescer writes is kept; time is handed in.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Fault } from "../../firmware/fault.ts";
import { millis } from "../../firmware/platform.ts";
import { Coalescer, type Family } from "../coalescer.ts";

const MINUTE = 60_000;
const HOUR = 3_600_000;

interface Run {
  readonly counts: Coalescer<string, string[]>;
  /** Each as "event times count at minute". */
  readonly written: string[];
  isFull: boolean;
}

function start(kindsMax: number): Run {
  const written: string[] = [];
  const family: Family<string, string[]> = {
    periodMillis: MINUTE,
    kindsMax,
    write(target, event, count, now) {
      if (run.isFull) throw new Fault("journal.full");
      target.push(`${event} ${count} at ${now / MINUTE}`);
    },
  };
  const run: Run = { written, isFull: false, counts: new Coalescer(family, written) };
  return run;
}

test("writes the first at once, and counts the others until their time", () => {
  const { counts, written } = start(4);
  for (const minute of [0, 0.2, 0.4]) counts.note("door", "door", millis(minute * MINUTE));
  assert.is(counts.nextTick, MINUTE);
  counts.tick(millis(MINUTE - 1));
  assert.equal(written, ["door 1 at 0"]);
  counts.tick(millis(MINUTE));
  assert.equal(written, ["door 1 at 0", "door 2 at 1"]);
  assert.is(counts.nextTick, undefined);
});

test("writes what is noted for later at the next tick, and then as if it had been written at once", () => {
  const { counts, written } = start(1);
  assert.is(counts.noteLater("a", "a", millis(5 * MINUTE)), true);
  assert.is(counts.noteLater("b", "b", millis(5 * MINUTE)), false, "there is no room");
  assert.equal(written, []);
  assert.is(counts.nextTick, 0, "at once");
  counts.tick(millis(5 * MINUTE));
  assert.equal(written, ["a 1 at 5"]);
  counts.noteLater("a", "a", millis(5.5 * MINUTE));
  assert.is(counts.nextTick, 6 * MINUTE);
  counts.noteLater("a", "a", millis(7 * MINUTE));
  assert.equal(written, ["a 1 at 5"]);
  counts.tick(millis(7 * MINUTE));
  assert.equal(written, ["a 1 at 5", "a 2 at 7"]);
});

test("forgets the kinds that are past their time, in the middle of the others too", () => {
  const { counts, written } = start(3);
  counts.note("b", "b", millis(0));
  counts.note("a", "a", millis(30 * MINUTE));
  counts.note("c", "c", millis(30 * MINUTE));
  counts.note("c", "c", millis(30 * MINUTE + 1));
  assert.is(counts.note("d", "d", millis(31 * MINUTE)), false, "there is no room");
  written.length = 0;
  counts.tick(millis(HOUR));
  assert.equal(written, ["c 1 at 60"], "b is dropped, and what stands behind it is written");
  assert.is(counts.note("d", "d", millis(HOUR)), true);
  assert.is(counts.note("b", "b", millis(HOUR)), false);
  counts.tick(millis(HOUR + 30 * MINUTE));
  assert.is(counts.note("b", "b", millis(HOUR + 30 * MINUTE)), true, "a has made room");
  assert.equal(written, ["c 1 at 60", "d 1 at 60", "b 1 at 90"]);
});

test("keeps a count that could not be written for as long as it takes", () => {
  const run = start(1);
  run.isFull = true;
  run.counts.note("a", "a", millis(0));
  for (let hours = 1; hours < 4; hours++) run.counts.tick(millis(hours * HOUR));
  run.isFull = false;
  run.counts.tick(millis(5 * HOUR));
  assert.equal(run.written, ["a 1 at 300"]);
});

test.run();
