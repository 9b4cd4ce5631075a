// Goal: the table finds every code that may open now, and none that may not, over hours, owners, revocations and first uses.
// Method: a plain search over all windows of forty hours beside it, at moments on and off the hour; HMACs are counted.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { UsedWindow } from "../../../firmware/codes/credential.ts";
import { WINDOW_CLASSES } from "../../../firmware/codes/window.ts";
import { seconds } from "../../../firmware/platform.ts";
import type { Interval } from "../../../firmware/time/clock.ts";
import { Stream } from "../../../simulator/random.ts";
import { WindowTable } from "../windows.ts";
import {
  AT,
  codeOf,
  contextOf,
  counting,
  HOUR,
  holds,
  interval,
  isIn,
  isSame,
  make,
  OWNERS,
  opens,
  owned,
  ownerOf,
  START,
  setOf,
  TAG_KEY,
  W,
} from "./plain.ts";

const SEED = 20261024;

const MOMENTS: readonly (readonly [string, Interval, live: number])[] = [
  ["on the hour", interval(AT), 662],
  ["in the hour", interval(AT + 1_800), 662],
  ["over the hour", interval(AT - 1, AT), 706],
  ["W over the hour", interval(AT - W, AT), 706],
  ["in the last second of an hour", interval(AT - 1), 662],
  ["wider than W", interval(AT - W, AT + 1), 0],
  ["with no upper bound", { lo: seconds(AT), hi: undefined }, 0],
];

for (const [name, now, live] of MOMENTS) {
  test(`${name}: ${live} live codes of one owner, all found`, () => {
    const table = new WindowTable(crypto, TAG_KEY);
    const context = contextOf();
    holds(table, now, context);
    assert.is(table.live, live);
  });
}

test("finds nothing before the first moment, and nothing while the time is unknown", () => {
  const table = new WindowTable(crypto, TAG_KEY);
  const code = owned(0, 4, START);
  assert.is(opens(table, code), false);
  const context = contextOf();
  make(table, interval(AT), context);
  assert.is(opens(table, code), true);
  make(table, { lo: seconds(AT), hi: undefined }, context);
  assert.is(opens(table, code), false);
  assert.is(table.live, 0);
  make(table, interval(AT), context);
  assert.is(opens(table, code), true);
  table.close();
  assert.is(opens(table, code), false);
  assert.is(table.live, 0);
  table.close();
});

test("finds no empty place, and no code of another owner, hour, class or serial", () => {
  const table = new WindowTable(crypto, TAG_KEY);
  make(table, interval(AT), contextOf());
  for (const empty of [0, 0xff]) assert.is(table.find(new Uint8Array(5).fill(empty)), undefined);
  for (const each of [owned(1, 4, START), owned(0, 4, START + 1), owned(0, 4, START - 1)]) {
    assert.is(opens(table, each), false);
  }
  assert.is(opens(table, owned(0, 4, START)), true);
});

test("follows the hours as they come, go back and leap, with one table", () => {
  const table = new WindowTable(crypto, TAG_KEY);
  const context = contextOf();
  for (const hours of [0, 1, 2, 3, 27, 28, 5, 4, 700, 0]) holds(table, interval(AT + hours * HOUR), context);
  for (const lo of [AT - 300, AT - 1, AT, AT + 1]) holds(table, interval(lo, lo + 300), context);
  holds(table, interval(AT - 300, AT - 1), context);
  // The end alone moves into the next hour, and back where the clock was narrowed.
  for (const hi of [AT, AT - 100, AT + 10]) holds(table, interval(AT - 290, hi), context);
});

test("starts at the beginning of time", () => {
  const table = new WindowTable(crypto, TAG_KEY);
  make(table, interval(0), contextOf());
  assert.is(table.live, 44);
  assert.is(opens(table, owned(0, 0, 0)), true);
});

test("does not open what is revoked or spent, and opens it again where that is taken back", () => {
  const table = new WindowTable(crypto, TAG_KEY);
  const [hit, spent, kept] = [owned(0, 12, START - 5), owned(0, 3, START - 5), owned(0, 12, START - 5, 1)];
  const closed = contextOf({ revoked: [hit, owned(0, 21, START - 600), owned(1, 4, START)], spent: [spent] });
  const now = interval(AT);
  holds(table, now, closed);
  assert.is(table.live, 660);
  assert.equal(
    [hit, spent, kept].map((each) => opens(table, each)),
    [false, false, true],
  );
  assert.equal(
    [hit, spent, kept].map((each) => table.find(codeOf(each))?.denial),
    ["revoked", "uses", undefined],
  );
  holds(table, now, contextOf());
  assert.equal(
    [hit, spent, kept].map((each) => opens(table, each)),
    [true, true, true],
  );
});

test("opens a long code after its first day only if it was used, and until its end", () => {
  const table = new WindowTable(crypto, TAG_KEY);
  const week = owned(0, 17, START - 100);
  assert.is(WINDOW_CLASSES[17].hours, 7 * 24);
  const end = (START + 68) * HOUR;
  const used = contextOf({ active: [week] });
  make(table, interval(AT), contextOf());
  assert.is(opens(table, week), false);
  holds(table, interval(AT), used);
  assert.is(opens(table, week), true);
  assert.is(table.live, 663);
  holds(table, interval(end - 1), used);
  assert.is(opens(table, week), true);
  holds(table, interval(end), used);
  assert.is(opens(table, week), false);
  make(table, interval(AT), contextOf({ active: [week], revoked: [week] }));
  assert.is(opens(table, week), false);
  make(table, interval(AT), contextOf({ active: [week], owners: [] }));
  assert.is(opens(table, week), false);
});

test("counts a long code that is used on its first day once", () => {
  const table = new WindowTable(crypto, TAG_KEY);
  const now = interval(AT);
  const week = owned(0, 17, START - 2);
  holds(table, now, contextOf({ active: [week] }));
  assert.is(table.live, 662);
  assert.is(opens(table, week), true);
});

test("holds four owners with all their active codes", () => {
  const table = new WindowTable(crypto, TAG_KEY);
  const active = Array.from({ length: 32 }, (_, index) => owned(index % 4, 21, START - 100 - (index >> 2)));
  const context = contextOf({ owners: OWNERS, active });
  const now = interval(AT - 300, AT + 300);
  make(table, now, context);
  assert.is(table.live, 2_824 + 32);
  for (const each of [...active, owned(0, 0, START), owned(3, 21, START - 23), owned(2, 11, START - 4)]) {
    const found = table.find(codeOf(each));
    assert.ok(found !== undefined && crypto.isEqual(found.owner, each.owner) && isSame(found.window, each.window));
  }
});

test("makes the codes of one owner more without making the others' again", () => {
  const counter = counting();
  const table = new WindowTable(counter.crypto, TAG_KEY);
  const now = interval(AT);
  for (const [count, hmacs] of [
    [0, 0],
    [1, 706],
    [2, 706],
    [4, 1_412],
  ] as const) {
    const context = contextOf({ owners: OWNERS.slice(0, count) });
    counter.hmacs = 0;
    make(table, now, context);
    assert.is(counter.hmacs, hmacs, `${count} owners`);
    holds(table, now, context);
  }
});

test("forgets the codes of a secret that was changed, moved or removed", () => {
  const table = new WindowTable(crypto, TAG_KEY);
  const now = interval(AT);
  const code = owned(1, 4, START);
  make(table, now, contextOf({ owners: [OWNERS[0], OWNERS[1]] }));
  assert.is(opens(table, code), true);
  make(table, now, contextOf({ owners: [OWNERS[1], OWNERS[0]] }));
  assert.equal(table.find(codeOf(code))?.owner, OWNERS[1].kid);
  make(table, now, contextOf({ owners: [OWNERS[0], { ...OWNERS[1], key: OWNERS[2].key }] }));
  assert.is(opens(table, code), false);
  make(table, now, contextOf());
  assert.is(opens(table, code), false);
  assert.is(table.live, 662);
});

test("stops on more owners, active codes or width than it has room for", () => {
  const table = new WindowTable(crypto, TAG_KEY);
  const five = [...OWNERS, ownerOf(5)];
  const active = Array.from({ length: 33 }, (_, index) => owned(0, 21, START - 100 - index));
  for (const change of [{ owners: five }, { active }, { widthMax: 3_601 }]) {
    assert.throws(() => table.prepare(interval(AT), contextOf(change)), /windows: /);
  }
});

test("makes each code once: 706 at first, 44 for the next hour, none for the next moment", () => {
  const counter = counting();
  const table = new WindowTable(counter.crypto, TAG_KEY);
  const context = contextOf();
  make(table, interval(AT), context);
  assert.is(counter.hmacs, 706);
  make(table, interval(AT + 60, AT + 360), context);
  assert.is(counter.hmacs, 706);
  make(table, interval(AT + HOUR - 60, AT + HOUR), context);
  assert.is(counter.hmacs, 706, "the next hour's were there");
  make(table, interval(AT + HOUR, AT + HOUR + 60), context);
  assert.is(counter.hmacs, 750);
  make(table, interval(AT + HOUR), { ...context, revoked: setOf([owned(0, 4, START)]) });
  assert.is(counter.hmacs, 750);
});

test("agrees with a plain search at seeded moments, through revocations and first uses", () => {
  const stream = new Stream(SEED, "windows");
  const table = new WindowTable(crypto, TAG_KEY);
  let lo = AT;
  for (let round = 0; round < 12; round++) {
    lo += stream.chance(500) ? stream.below(5 * HOUR) : stream.below(40 * HOUR);
    const now = interval(lo, lo + stream.below(W + 1));
    const hour = Math.floor(lo / HOUR);
    const draw = (low: number, high: number): UsedWindow =>
      owned(stream.below(2), stream.between(low, high), hour - stream.below(low > 11 ? 200 : 26), stream.below(2));
    const active = Array.from({ length: 8 }, () => draw(12, 21));
    const distinct = active.filter((each, index) => !isIn(active.slice(0, index), each));
    const context = contextOf({
      owners: OWNERS.slice(0, 2),
      revoked: Array.from({ length: 6 }, () => draw(0, 21)),
      spent: Array.from({ length: 6 }, () => draw(0, 3)),
      active: distinct,
    });
    holds(table, now, context);
  }
});

test.run();
