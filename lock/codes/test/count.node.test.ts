// Goal: no moment has more live codes than the odds are reckoned with: 706 of one owner device, 2,824 of four, and 32 in use.
// Method: every hour of a year, with clocks that begin and end on the hour, off it and across it, of every width up to W; of each
// class the starts that are open are counted by the rule of a single window. The table's own count is held to it at seeded
// moments, and at those where a year begins and ends, and clocks change.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { isOpen, SERIALS, WINDOW_CLASSES } from "../../../firmware/codes/window.ts";
import { WindowSet } from "../../../firmware/codes/windowset.ts";
import { seconds } from "../../../firmware/platform.ts";
import type { Interval } from "../../../firmware/time/clock.ts";
import { Stream } from "../../../simulator/random.ts";
import { ACTIVE_MAX, type WindowContext, WindowTable } from "../windows.ts";

const SEED = 20261026;
const HOUR = 3_600;
const YEAR_HOURS = 8_760;
/** 1 January 2027, 00:00 UTC. */
const FIRST_HOUR = 499_656;
const W = 600;
const TAG_KEY = new Uint8Array(32).fill(9);
const MOST = 706;
const LEAST = 662;

function interval(lo: number, width: number): Interval {
  return { lo: seconds(lo), hi: seconds(lo + width) };
}

/** Counts one owner device's windows that are open, and looks two hours beyond where any can be. */
function count(now: Interval, widthMax: number): number {
  const hour = Math.floor(now.lo / HOUR);
  let open = 0;
  for (const windowClass of WINDOW_CLASSES.keys()) {
    for (let startHour = hour - 26; startHour <= hour + 3; startHour++) {
      if (isOpen({ windowClass, serial: 0, startHour }, now, { widthMax, isActive: false })) open++;
    }
  }
  return open * SERIALS;
}

test("a year of hours has at most 706 live codes of one owner device, and reaches them", () => {
  const seen = new Map<number, number>();
  for (let hour = 0; hour < YEAR_HOURS; hour++) {
    const at = (FIRST_HOUR + hour) * HOUR;
    // Each hour: on it, over its end as far as W goes, and one of all pairs of an offset and a width, by turns.
    const offset = (hour * 61) % HOUR;
    const width = (hour * 7) % (W + 1);
    for (const now of [interval(at, 0), interval(at + HOUR - W, W), interval(at + offset, width)]) {
      const live = count(now, W);
      seen.set(live, (seen.get(live) ?? 0) + 1);
    }
  }
  assert.equal(
    [...seen.keys()].sort((left, right) => left - right),
    [LEAST, MOST],
  );
  assert.ok((seen.get(MOST) ?? 0) > YEAR_HOURS);
});

test("so has every width that an owner may set as W, and a wider clock has none", () => {
  const at = (FIRST_HOUR + 1_234) * HOUR;
  for (let widthMax = 60; widthMax <= HOUR; widthMax += 60) {
    for (const offset of [0, 1, 1_800, HOUR - widthMax, HOUR - 1]) {
      for (const width of [0, 1, widthMax - 1, widthMax]) {
        const isAcross = offset + width >= HOUR;
        assert.is(count(interval(at + offset, width), widthMax), isAcross ? MOST : LEAST, `${offset}, ${width} wide`);
      }
      assert.is(count(interval(at + offset, widthMax + 1), widthMax), 0);
    }
  }
});

const NONE = new WindowSet();

/** Owner devices, each with all the codes in use that a lock may have, older than a day. */
function contextOf(owners: number, hour: number): WindowContext {
  const devices = Array.from({ length: owners }, (_, index) => ({
    kid: new Uint8Array(8).fill(index + 1),
    key: new Uint8Array(32).fill(index + 1),
  }));
  const active = WindowSet.from(ACTIVE_MAX, (index) => ({
    owner: devices[index % owners].kid,
    window: { windowClass: 21, serial: 0, startHour: hour - 100 - index },
  }));
  return { widthMax: W, owners: devices, revoked: NONE, spent: NONE, active };
}

const OWNERS: readonly (readonly [owners: number, most: number])[] = [
  [1, 706],
  [4, 2_824],
];

for (const [owners, most] of OWNERS) {
  const codes = owners === 1 ? "one owner device" : `${owners} owner devices`;
  test(`the table of ${codes} counts as many: at most ${most}, and ${ACTIVE_MAX} in use`, () => {
    const stream = new Stream(SEED, codes);
    const table = new WindowTable(crypto, TAG_KEY);
    let highest = 0;
    for (let round = 0; round < 40; round++) {
      const hour = FIRST_HOUR + stream.below(YEAR_HOURS);
      const now = interval(hour * HOUR + stream.below(HOUR), stream.below(W + 1));
      const context = contextOf(owners, hour);
      table.prepare(now, context);
      assert.is(table.live, count(now, W) * owners + ACTIVE_MAX, `seed ${SEED}, round ${round}`);
      table.prepare(now, { ...context, active: NONE });
      assert.is(table.live, count(now, W) * owners);
      highest = Math.max(highest, table.live);
    }
    assert.is(highest, most, `seed ${SEED}`);
  });
}

const EDGES: readonly (readonly [string, utc: number])[] = [
  ["the year begins", Date.UTC(2027, 0, 1)],
  ["the clocks go forward", Date.UTC(2027, 2, 28, 1)],
  ["the clocks go back", Date.UTC(2027, 9, 31, 1)],
  ["the year ends", Date.UTC(2028, 0, 1)],
];

for (const [name, instant] of EDGES) {
  test(`the table counts the same where ${name}`, () => {
    const table = new WindowTable(crypto, TAG_KEY);
    const context = { ...contextOf(1, 0), active: NONE };
    for (const lo of [-HOUR, -W, -1, 0, 1, HOUR - W].map((offset) => instant / 1_000 + offset)) {
      for (const width of [0, 1, W]) {
        table.prepare(interval(lo, width), context);
        assert.is(table.live, count(interval(lo, width), W), `${lo}, ${width} wide`);
      }
    }
  });
}

test.run();
