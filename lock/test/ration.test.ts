// Goal: each name has its share and no more, whatever others do; and the names that are known stay few.
// Method: a bucket as it was first written, by what is left, beside each; seeded names and times; more names than there is room for.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Bytes } from "../../firmware/bytes.ts";
import { Bucket, type Share } from "../../firmware/link/bucket.ts";
import { type Millis, millis } from "../../firmware/platform.ts";
import { Stream } from "../../simulator/random.ts";
import { HASTE_MAX, LISTS, NAMES_MAX, OPENINGS, OWNER_NAMES_MAX, Ration, Rations, STATEMENTS } from "../ration.ts";

const SEED = 20261126;
const YEAR = 365 * 86_400_000;

function nameOf(number: number): Bytes {
  return new Uint8Array(8).fill(number + 1);
}

/** What is left, in milliseconds of a try each. */
class Plain {
  readonly #share: Share;
  #left: number;
  #at: Millis;

  constructor(share: Share, now: Millis) {
    this.#share = share;
    this.#left = share.atOnce * share.tryMillis;
    this.#at = now;
  }

  take(now: Millis): boolean {
    this.#left = Math.min(this.#share.atOnce * this.#share.tryMillis, this.#left + (now - this.#at));
    this.#at = now;
    if (this.#left < this.#share.tryMillis) return false;
    this.#left -= this.#share.tryMillis;
    return true;
  }
}

for (const [title, share] of [
  ["openings", OPENINGS],
  ["statements", STATEMENTS],
  ["lists", LISTS],
] as const) {
  test(`${title}: as many at once as there are, then one each time, for as many names as there is room for`, () => {
    const ration = new Ration(share);
    const start = YEAR;
    for (let number = 0; number < NAMES_MAX; number++) {
      for (let count = 0; count < share.atOnce; count++)
        assert.is(ration.take(nameOf(number), millis(start + number)), true);
      assert.is(ration.take(nameOf(number), millis(start + number)), false);
    }
    for (let number = 0; number < NAMES_MAX; number++) {
      const next = start + number + share.tryMillis;
      assert.is(ration.take(nameOf(number), millis(next - 1)), false);
      assert.is(ration.take(nameOf(number), millis(next)), true);
      assert.is(ration.take(nameOf(number), millis(next)), false);
    }
  });
}

test("agrees with what is left of a bucket at seeded moments, over a year of uptime", () => {
  const stream = new Stream(SEED, "ration");
  const share: Share = { atOnce: 3, tryMillis: 1_000 };
  const ration = new Ration(share);
  const plain = Array.from({ length: NAMES_MAX }, () => new Plain(share, millis(0)));
  const bucket = new Bucket(share, millis(0));
  const alone = new Plain(share, millis(0));
  let now = 0;
  let taken = 0;
  for (let round = 0; round < 20_000; round++) {
    now += stream.chance(1) ? stream.below(86_400_000 * 20) : stream.below(60);
    const number = stream.below(NAMES_MAX);
    const isTaken = ration.take(nameOf(number), millis(now));
    assert.is(isTaken, plain[number].take(millis(now)), `round ${round}`);
    assert.is(bucket.take(millis(now)), alone.take(millis(now)), `round ${round}`);
    if (isTaken) taken++;
  }
  assert.ok(taken > 1_000 && taken < 19_000, `${taken}`);
});

test("a bucket tells when it has a try, be some of them owed", () => {
  const bucket = new Bucket({ atOnce: 2, tryMillis: 1_000 }, millis(5_000));
  assert.ok(bucket.readyAt <= 5_000);
  assert.ok(bucket.take(millis(5_000)));
  assert.ok(bucket.readyAt <= 5_000);
  bucket.owe(millis(5_000));
  assert.is(bucket.readyAt, 6_000);
  bucket.owe(millis(5_000));
  assert.is(bucket.readyAt, 7_000);
  assert.not(bucket.take(millis(6_999)));
  assert.ok(bucket.take(millis(7_000)));
  assert.is(bucket.readyAt, 8_000);
});

test("whoever has used up a share gets none anew from a crowd of names", () => {
  const ration = new Ration(OPENINGS);
  const now = millis(1_000);
  const greedy = nameOf(200);
  while (ration.take(greedy, now));
  for (let number = 0; number < 100; number++) assert.is(ration.take(nameOf(number), now), true);
  assert.is(ration.take(greedy, now), false);
});

test("a crowd that goes round and round has no more than the shares of those who are told apart", () => {
  for (const crowd of [NAMES_MAX + 1, NAMES_MAX + 2, 3 * NAMES_MAX]) {
    const ration = new Ration(OPENINGS);
    let taken = 0;
    for (let round = 0; round < 200; round++) {
      for (let number = 0; number < crowd; number++) if (ration.take(nameOf(number), millis(1_000))) taken++;
    }
    assert.is(taken, NAMES_MAX * OPENINGS.atOnce, `${crowd} names`);
    assert.is(ration.take(nameOf(250), millis(1_000 + OPENINGS.tryMillis)), true, "time gives honest ones theirs");
  }
});

test("where fewer names are told apart, a crowd has the shares of as many", () => {
  const ration = new Ration(STATEMENTS, OWNER_NAMES_MAX);
  let taken = 0;
  for (let round = 0; round < 60; round++) {
    for (let number = 0; number < 3 * OWNER_NAMES_MAX; number++)
      if (ration.take(nameOf(number), millis(1_000))) taken++;
  }
  assert.is(taken, OWNER_NAMES_MAX * STATEMENTS.atOnce);
});

for (const [haste, openings, statements] of [
  [0, 24, 48],
  [8, 24, 48],
  [15, 24, 48],
  [16, 12, 24],
  [24, 6, 12],
  [32, 4, 6],
  [40, 4, 4],
  [HASTE_MAX - 1, 4, 4],
  [HASTE_MAX, 0, 0],
] as const) {
  test(`a start with a haste of ${haste} leaves ${openings} openings and ${statements} statements to everybody`, () => {
    const now = millis(70);
    const rations = new Rations(haste, now);
    for (const name of [nameOf(3), nameOf(4), new Uint8Array(8)]) {
      for (const [ration, share, left] of [
        [rations.openings, OPENINGS, openings],
        [rations.statements, STATEMENTS, statements],
      ] as const) {
        for (let count = 0; count < left; count++) assert.is(ration.take(name, now), true);
        assert.is(ration.take(name, millis(now + share.tryMillis - 1)), false);
        assert.is(ration.take(name, millis(now + share.tryMillis)), true);
      }
    }
  });
}

test("names are told apart by every byte", () => {
  const ration = new Ration({ atOnce: 1, tryMillis: 1_000 });
  const now = millis(5);
  assert.is(ration.take(new Uint8Array(8), now), true);
  assert.is(ration.take(new Uint8Array(8), now), false);
  for (let place = 0; place < 8; place++) {
    const name = new Uint8Array(8);
    name[place] = 0xff;
    assert.is(ration.take(name, now), true, `byte ${place}`);
    assert.is(ration.take(name, now), false, `byte ${place}`);
  }
});

test.run();
