// Goal: what is on the card is known again after any start, nothing that must stay goes, and a promise is made only after a try.
// Method: marks of clips on a card in memory; the rules of what goes first are retention.test.ts's.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Bytes } from "../../firmware/bytes.ts";
import { seconds } from "../../firmware/platform.ts";
import { MemoryCard } from "../../simulator/memorycard.ts";
import { fileName } from "../card.ts";
import { CLIPS_MAX, type Mark, Shelf } from "../shelf.ts";

const ROOM = { roomBytes: 1_000, keepSeconds: 86_400 };
const NOW = 1_793_610_000;

function markOf(place: number, part: Partial<Mark> = {}): Mark {
  const clip = new Uint8Array(16).fill(place & 255);
  clip[1] = place >> 8;
  const [firstFrame, lastFrame] = [100 * place, 100 * place + 99];
  const times = { endedLo: NOW, endedBefore: seconds(NOW + 1) };
  return { clip, visit: 0, firstFrame, lastFrame, ...times, isFetched: false, isKept: false, isOpen: false, ...part };
}

/** A start with a card that is read whole. */
function opened(card: MemoryCard): Shelf {
  const shelf = new Shelf(card, ROOM);
  read(shelf);
  return shelf;
}

function read(shelf: Shelf): void {
  while (shelf.isLoading) shelf.work();
}

function filled(card: MemoryCard, marks: readonly Mark[], bytes = 500): Shelf {
  const shelf = opened(card);
  for (const mark of marks) {
    card.put(fileName(mark.clip, "age"), new Uint8Array(bytes));
    shelf.mark(mark, bytes);
  }
  return shelf;
}

test("knows its clips again after a start, in the order of their frames", () => {
  const card = new MemoryCard(100_000);
  const marks = [
    markOf(3, { visit: 41, isKept: true }),
    markOf(1, { isOpen: true, endedLo: 0, endedBefore: undefined }),
    markOf(2, { isFetched: true }),
  ];
  filled(card, marks);
  card.put("holiday.jpg", new Uint8Array(10));
  card.put(`${"zz".repeat(16)}.mark`, new Uint8Array(10));
  const { clips } = opened(card);
  assert.equal(
    clips.map(({ bytes, isOfVisit, ...mark }) => mark),
    [marks[1], marks[2], marks[0]],
  );
  assert.equal(
    clips.map(({ isOfVisit, bytes }) => [isOfVisit, bytes > 500]),
    [
      [false, true],
      [false, true],
      [true, true],
    ],
  );
});

for (const [name, damage] of [
  ["cut", (mark: Uint8Array) => mark.slice(0, -1)],
  ["longer", (mark: Uint8Array) => Uint8Array.of(...mark, 0)],
  ["of another form", (mark: Uint8Array) => mark.fill(0x81)],
  ["empty", () => new Uint8Array(0)],
] as const) {
  test(`a mark that is ${name} is no clip, and the others stay`, () => {
    const card = new MemoryCard();
    filled(card, [markOf(1), markOf(2)]);
    const file = fileName(markOf(1).clip, "mark");
    card.put(file, damage(card.file(file) ?? new Uint8Array(0)));
    assert.equal(
      opened(card).clips.map(({ firstFrame }) => firstFrame),
      [200],
    );
  });
}

test("makes room by idle clips, all three files of each, and not by a visit that nobody has", () => {
  const card = new MemoryCard(2_100);
  const shelf = filled(card, [markOf(1, { visit: 7 }), markOf(2), markOf(3)]);
  shelf.makeRoom(NOW);
  assert.ok(shelf.canTake);
  assert.equal(
    card.names.map((name) => name.slice(0, 2)),
    ["01", "01", "03", "03"],
  );
  const full = new MemoryCard(2_000);
  const stuck = filled(full, [markOf(1, { visit: 7 }), markOf(2, { visit: 8 }), markOf(3, { isKept: true })]);
  stuck.makeRoom(NOW);
  assert.equal([stuck.canTake, full.names.length], [false, 6]);
});

test("a clip of unknown end counts from the first time that the lock tells", () => {
  const card = new MemoryCard();
  const shelf = filled(card, [markOf(1, { visit: 7, endedLo: 0, endedBefore: undefined })]);
  shelf.makeRoom(NOW + 1_000_000);
  assert.is(shelf.clips.length, 1);
  shelf.told(0xffff_ffff);
  shelf.told(NOW);
  shelf.makeRoom(NOW + 86_399);
  assert.is(shelf.clips.length, 1);
  shelf.makeRoom(NOW + 86_401);
  assert.is(shelf.clips.length, 0);
});

test("a clip that lost its end counts from then too, and only the one that is being written has not ended", () => {
  const card = new MemoryCard();
  const open = { isOpen: true, endedLo: 0, endedBefore: undefined };
  filled(card, [markOf(1, { visit: 7, ...open }), markOf(2, { visit: 8, ...open })]);
  const shelf = opened(card);
  shelf.told(NOW, markOf(2).clip);
  shelf.makeRoom(NOW + 86_401, { current: markOf(2).clip });
  assert.equal(
    shelf.clips.map(({ visit }) => visit),
    [8],
  );
  shelf.told(NOW + 86_401);
  shelf.makeRoom(NOW + 2 * 86_401 + 1);
  assert.is(shelf.clips.length, 0);
});

test("the time of a clip that lost its end goes on where the camera is started anew", () => {
  const open = { isOpen: true, endedLo: 0, endedBefore: undefined };
  for (const isFull of [false, true]) {
    const card = new MemoryCard(isFull ? 100_000 : 300_000);
    const marks = Array.from({ length: 9 }, (_, place) => markOf(place, { visit: 41 + place, ...open }));
    filled(card, marks);
    let shelf = opened(card);
    for (let start = 0; start < 4; start++) {
      // Power goes each 20 hours: a clip may stay for a day.
      if (!isFull) shelf = opened(card);
      for (let ask = 0; ask < 9; ask++) shelf.told(NOW + start * 72_000 + ask);
      assert.ok(shelf.clips.every(({ isOpen, bytes }) => isOpen && bytes > 400));
      shelf.makeRoom(NOW + start * 72_000 + 9);
      while (shelf.isBusy) shelf.makeRoom(NOW + start * 72_000 + 9);
      assert.is(shelf.clips.length, start < 2 ? 9 : 0, `start ${start}`);
    }
  }
});

test("on a card that is full to its last byte the time of such a clip goes on too", () => {
  const open = { isOpen: true, endedLo: 0, endedBefore: undefined };
  const card = new MemoryCard();
  const shelf = filled(card, [markOf(1, { visit: 41, ...open })]);
  card.capacityBytes -= card.freeBytes;
  for (let hour = 0; hour < 26; hour++) {
    assert.is(shelf.clips.length, hour < 25 ? 1 : 0, `hour ${hour}`);
    shelf.told(NOW + 3_600 * hour);
    shelf.makeRoom(NOW + 3_600 * hour + 1);
  }
});

/** A card that counts what is done with its files, each of which takes hundreds of its sectors where there are many. */
class CountedCard extends MemoryCard {
  touched = 0;

  override read(name: string, offset: number, bytesMax: number): Bytes {
    this.touched++;
    return super.read(name, offset, bytesMax);
  }

  override put(name: string, bytes: Uint8Array): void {
    this.touched++;
    super.put(name, bytes);
  }

  override remove(name: string): void {
    this.touched++;
    super.remove(name);
  }
}

test("a card with as many clips as there may be is read and cleared a little at a time, and is no promise before", () => {
  const card = new CountedCard();
  filled(
    card,
    Array.from({ length: CLIPS_MAX }, (_, place) => markOf(place)),
  );
  const atOnce = (work: () => void): void => {
    card.touched = 0;
    work();
    assert.ok(card.touched <= 12, `${card.touched} files at once`);
  };
  let shelf: Shelf | undefined;
  atOnce(() => {
    shelf = new Shelf(card, ROOM);
  });
  assert.ok(shelf !== undefined);
  const opening = shelf;
  for (let count = 0; opening.isLoading; count++) {
    atOnce(() => opening.makeRoom(NOW));
    assert.equal([opening.canTake, opening.clips.length], [false, 0]);
    atOnce(() => void opening.work());
    assert.ok(count < CLIPS_MAX);
  }
  assert.is(opening.clips.length, CLIPS_MAX);
  // Nobody was there for a month: all of them must go.
  for (let count = 0; count === 0 || opening.isBusy; count++) {
    atOnce(() => opening.makeRoom(NOW + 2_592_000));
    assert.ok(count < CLIPS_MAX);
  }
  assert.equal([opening.canTake, opening.clips.length, card.names.length], [true, 0, 0]);
});

for (const isKept of [false, true]) {
  test(`a card that is full to its last byte is read once, and then ${isKept ? "left" : "cleared"}, whatever mark is unreadable`, () => {
    const card = new MemoryCard();
    filled(
      card,
      [1, 2, 3, 4].map((place) => markOf(place, { isKept })),
    );
    card.put(fileName(markOf(4).clip, "mark"), Uint8Array.of(0x81));
    const shelf = opened(card);
    card.capacityBytes -= card.freeBytes;
    shelf.makeRoom(NOW);
    shelf.makeRoom(NOW);
    for (let count = 0; shelf.isBusy; count++) {
      if (shelf.work()) shelf.makeRoom(NOW);
      assert.ok(count < 9, "it is read without end");
    }
    assert.is(shelf.canTake, !isKept);
  });
}

test("a card that gives a mark back no more is read again when room is asked for the next time, and not without a break", () => {
  const card = new MemoryCard();
  filled(card, [markOf(1), markOf(2)]);
  const shelf = new Shelf(card, ROOM);
  card.isSound = false;
  assert.equal([shelf.work(), shelf.isBusy, shelf.canTake], [false, false, false]);
  card.isSound = true;
  shelf.makeRoom(NOW);
  read(shelf);
  assert.is(shelf.clips.length, 2);
});

test("a clip that is kept while the card is read stays known", () => {
  const card = new MemoryCard();
  filled(card, [markOf(1), markOf(2)]);
  const shelf = new Shelf(card, ROOM);
  shelf.work();
  assert.ok(shelf.mark(markOf(2, { isKept: true }), 500) && shelf.mark(markOf(3), 500));
  read(shelf);
  assert.equal(
    shelf.clips.map(({ firstFrame, isKept }) => [firstFrame, isKept]),
    [
      [100, false],
      [200, true],
      [300, false],
    ],
  );
});

test("room that a card does not give is none, whatever was removed from it", () => {
  class Lying extends MemoryCard {
    override remove(): void {}
  }
  const card = new Lying(1_400);
  const shelf = filled(card, [markOf(1)]);
  shelf.makeRoom(NOW);
  assert.not.ok(shelf.canTake);
});

test("the clip that is being written stays", () => {
  const card = new MemoryCard(1_400);
  const shelf = filled(card, [markOf(1)]);
  shelf.makeRoom(NOW, { current: markOf(1).clip });
  assert.equal([shelf.canTake, shelf.clips.length], [false, 1]);
  shelf.makeRoom(NOW);
  assert.equal([shelf.canTake, shelf.clips.length], [true, 0]);
});

test("remembers a bounded number of clips, and then counts as full of what must stay", () => {
  const card = new MemoryCard();
  const many = Array.from({ length: CLIPS_MAX }, (_, place) => markOf(place, { visit: 1 + place }));
  const shelf = filled(card, many, 1);
  shelf.makeRoom(NOW);
  assert.not.ok(shelf.canTake);
  const first = many[0] as Mark;
  shelf.mark({ ...first, isFetched: true }, 1);
  shelf.makeRoom(NOW);
  assert.equal([shelf.canTake, shelf.clips.length], [true, CLIPS_MAX - 1]);
  shelf.mark(markOf(CLIPS_MAX, { isOpen: true }), 1);
  assert.not.ok(shelf.canTake);
  card.put(fileName(markOf(CLIPS_MAX).clip, "mark"), new Uint8Array(3));
  for (const mark of [markOf(700), markOf(701)]) card.put(fileName(mark.clip, "mark"), new Uint8Array(3));
  assert.is(opened(card).clips.length, CLIPS_MAX - 1);
});

test("a card that refuses is no promise, until it is read whole again", () => {
  const card = new MemoryCard();
  const shelf = filled(card, [markOf(1)]);
  shelf.makeRoom(NOW);
  assert.ok(shelf.canTake && shelf.canGoOn);
  shelf.failed();
  assert.not.ok(shelf.canTake || shelf.canGoOn);
  card.isSound = false;
  shelf.makeRoom(NOW);
  assert.not.ok(shelf.canTake || shelf.mark(markOf(2), 1));
  card.isSound = true;
  shelf.makeRoom(NOW, { isPromise: true });
  assert.ok(shelf.isLoading && !shelf.canTake, "it is read first");
  read(shelf);
  shelf.makeRoom(NOW, { isPromise: true });
  assert.equal([shelf.canTake, shelf.clips.length, card.names.length], [true, 1, 2]);
});

test("a card that takes everything and keeps what it had is no promise, whatever it has of an earlier try", () => {
  const card = new MemoryCard(1_000_000);
  const shelf = filled(card, []);
  const knock = (lo: number | undefined) => shelf.makeRoom(lo, { isPromise: true });
  knock(NOW);
  assert.ok(shelf.canTake);
  assert.equal(card.names, [], "what was tried is gone");
  for (const left of [undefined, Uint8Array.of(0x82, 0x00, 0x02)]) {
    card.isWorn = false;
    if (left !== undefined) card.put("probe", left);
    card.isWorn = true;
    for (const lo of [NOW, undefined]) {
      knock(lo);
      assert.not.ok(shelf.canTake, `${left} ${lo}`);
    }
  }
  card.isWorn = false;
  knock(NOW);
  assert.ok(shelf.canTake);
  assert.equal(card.names, []);
});

test("of a clip whose mark such a card does not keep no film is begun, also where nobody knocked", () => {
  const card = new MemoryCard();
  const shelf = filled(card, []);
  shelf.makeRoom(NOW);
  card.isWorn = true;
  assert.equal([shelf.canTake, shelf.mark(markOf(1), 0), shelf.canTake, shelf.canGoOn], [true, false, false, false]);
});

test("of a card that is away no clip is known, and of another one in its place its own", () => {
  const card = new MemoryCard();
  const shelf = filled(card, [markOf(1, { visit: 7 }), markOf(2, { visit: 8 })]);
  card.isSound = false;
  shelf.makeRoom(NOW);
  assert.equal([shelf.clips.length, shelf.canTake], [0, false]);
  card.isSound = true;
  for (const name of card.names.filter((each) => each.startsWith("01"))) card.remove(name);
  shelf.makeRoom(NOW);
  read(shelf);
  shelf.makeRoom(NOW);
  assert.equal(
    shelf.clips.map(({ visit }) => visit),
    [8],
  );
  assert.ok(shelf.canTake);
});

test.run();
