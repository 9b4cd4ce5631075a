// Goal: a full card makes no camera forget what matters, and nothing stays longer than its owner wants.
// Method: rows by hand, and every combination of a few clips, with room and time, held to what may never happen.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Seconds, seconds } from "../../firmware/platform.ts";
import { clear, type Room, type StoredClip } from "../retention.ts";

const NOW = 10_000;
const KEEP = 1_000;
const OLD = seconds(NOW - KEEP - 1);
const YOUNG = seconds(NOW - KEEP);

function clipOf(lastFrame: number, part: Partial<StoredClip> = {}): StoredClip {
  return { lastFrame, bytes: 10, endedBefore: YOUNG, isOfVisit: false, isFetched: false, isKept: false, ...part };
}

function roomOf(freeBytes: number, now: Seconds | undefined = seconds(NOW)): Room {
  return { freeBytes, neededBytes: 25, keepSeconds: KEEP, now };
}

type Row = readonly [
  name: string,
  clips: readonly StoredClip[],
  room: Room,
  removed: readonly number[],
  hasRoom: boolean,
];
const ROWS: readonly Row[] = [
  ["an empty card", [], roomOf(25), [], true],
  ["a card that is too small", [], roomOf(24), [], false],
  ["room enough", [clipOf(1), clipOf(2)], roomOf(25), [], true],
  ["a clip whose time is over", [clipOf(1, { endedBefore: OLD }), clipOf(2)], roomOf(25), [1], true],
  ["the same, kept for a claim", [clipOf(1, { endedBefore: OLD, isKept: true })], roomOf(25), [], true],
  ["the same, with no time", [clipOf(1, { endedBefore: OLD })], { ...roomOf(25), now: undefined }, [], true],
  ["a clip without a time", [clipOf(1, { endedBefore: undefined })], roomOf(25), [], true],
  ["the oldest goes first", [clipOf(3), clipOf(1), clipOf(2)], roomOf(10), [1, 2], true],
  ["what was fetched before what was not", [clipOf(1), clipOf(2, { isFetched: true })], roomOf(20), [2], true],
  ["idle hours before visits", [clipOf(1, { isOfVisit: true, isFetched: true }), clipOf(2)], roomOf(20), [2], true],
  [
    "a visit that was fetched, at last",
    [clipOf(1, { isOfVisit: true, isFetched: true }), clipOf(2)],
    roomOf(10),
    [2, 1],
    true,
  ],
  ["a visit that nobody fetched stays", [clipOf(1, { isOfVisit: true }), clipOf(2)], roomOf(20), [2], true],
  ["and then nothing is given up for nothing", [clipOf(1, { isOfVisit: true }), clipOf(2)], roomOf(10), [], false],
  ["but when its time is over it goes", [clipOf(1, { isOfVisit: true, endedBefore: OLD })], roomOf(20), [1], true],
];
for (const [name, clips, room, removed, hasRoom] of ROWS) {
  test(`${name}: ${removed.length === 0 ? "nothing goes" : `${removed.join(", ")} go`}`, () => {
    const cleared = clear(clips, room);
    assert.equal(
      cleared.remove.map(({ lastFrame }) => lastFrame),
      removed,
    );
    assert.is(cleared.hasRoom, hasRoom);
  });
}

test("in no combination goes what is kept, or a visit that nobody fetched before its time", () => {
  const bits = 4;
  const kinds = 1 << bits;
  const clipAt = (place: number, kind: number) =>
    clipOf(place, {
      endedBefore: (kind & 1) > 0 ? OLD : YOUNG,
      isOfVisit: (kind & 2) > 0,
      isFetched: (kind & 4) > 0,
      isKept: (kind & 8) > 0,
    });
  for (let drawn = 0; drawn < kinds ** 3; drawn++) {
    const clips = [drawn % kinds, Math.floor(drawn / kinds) % kinds, Math.floor(drawn / kinds ** 2)].map(
      (kind, place) => clipAt(place, kind),
    );
    for (const freeBytes of [0, 10, 20, 25]) {
      const { remove, hasRoom } = clear(clips, roomOf(freeBytes));
      assert.is(new Set(remove).size, remove.length);
      for (const { isKept, isOfVisit, isFetched, endedBefore } of remove) {
        assert.ok(!isKept && (endedBefore === OLD || !isOfVisit || isFetched));
      }
      assert.ok(clips.every((clip) => clip.endedBefore !== OLD || clip.isKept || remove.includes(clip)));
      const free = remove.reduce((sum, { bytes }) => sum + bytes, freeBytes);
      assert.is(hasRoom, free >= 25);
    }
  }
});

test.run();
