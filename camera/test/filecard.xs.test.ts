// Holds the memory card's host functions to camera/card.ts, over a folder of the desk.
// Runs on XS only: the C that a board has, compiled unchanged.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Bytes } from "../../firmware/bytes.ts";
import { Fault } from "../../firmware/fault.ts";
import type { Host } from "../../simulator/xs/host.d.ts";
import { fileName } from "../card.ts";
import { CARD_READ_BYTES_MAX, FileCard } from "../filecard.ts";

declare const host: Host;

const PINS = [0, 0, 0, 0] as const;
const bytes = (length: number, first = 0): Bytes => Uint8Array.from({ length }, (_, index) => (first + index) & 0xff);

function newCard(): FileCard {
  const card = new FileCard({ base: host.scratch(), pins: PINS });
  for (const { name } of card.list()) card.remove(name);
  return card;
}

function refuses(act: () => void): void {
  assert.throws(act, (error: unknown) => error instanceof Fault && error.code === "card.io");
}

test("a file that is written grows at its end, and is read in parts", () => {
  const card = newCard();
  const film = card.create("film.age");
  film.append(bytes(3_000));
  film.append(bytes(2_000, 7));
  film.flush();
  assert.equal(card.list(), [{ name: "film.age", bytes: 5_000 }]);
  assert.equal(card.read("film.age", 0, 100), bytes(100));
  assert.equal(card.read("film.age", 2_999, 3), Uint8Array.of(2_999 & 0xff, 7, 8));
  assert.equal(card.read("film.age", 4_990, 100), bytes(10, 7 + 1_990));
  assert.is(card.read("film.age", 5_000, 100).length, 0);
  assert.is(card.read("film.age", 9_000, 100).length, 0);
  assert.is(card.read("film.age", 0, 10 * CARD_READ_BYTES_MAX).length, 5_000);
  assert.ok(card.freeBytes > 1_000_000);
});

test("a file that is begun anew is empty, and its former hand writes nothing more", () => {
  const card = newCard();
  const former = card.create("film.age");
  former.append(bytes(10));
  const later = card.create("film.age");
  refuses(() => former.append(bytes(10)));
  refuses(() => former.flush());
  later.append(bytes(4, 9));
  later.flush();
  assert.equal(card.read("film.age", 0, 100), bytes(4, 9));
});

test("a small file is put whole, in place of what was there", () => {
  const card = newCard();
  card.put("note", bytes(300));
  card.put("note", bytes(20, 5));
  assert.equal(card.read("note", 0, 1_000), bytes(20, 5));
  assert.equal(card.list(), [{ name: "note", bytes: 20 }]);
});

test("a full shelf lies in many folders, since a name is looked for through all that stand before it", () => {
  const card = newCard();
  const [clips, parts] = [256, ["age", "note", "mark"] as const];
  const counts = new Map<string, number>();
  let state = 1;
  const letter = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  };
  for (let clip = 0; clip < clips; clip++) {
    const id = Uint8Array.from({ length: 16 }, letter);
    for (const name of parts.map((part) => fileName(id, part))) {
      card.create(name);
      const folder = ["", `/${name[0]}`].find((each) => host.read(`${host.scratch()}${each}/${name}`) !== undefined);
      assert.ok(folder !== undefined, name);
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
  }
  const most = Math.max(...counts.values());
  assert.ok(most <= 90, `${most} of ${clips * parts.length} files are in one folder`);
  assert.is(card.list().length, clips * parts.length);
});

test("what a cut left is worked off at the next start: a whole new file counts, a half one does not", () => {
  const card = newCard();
  card.put("note", bytes(3));
  card.put("note.new", bytes(4, 50));
  card.put("other.tmp", bytes(2));
  const next = new FileCard({ base: host.scratch(), pins: PINS });
  assert.equal(next.list(), [{ name: "note", bytes: 4 }]);
  assert.equal(next.read("note", 0, 10), bytes(4, 50));
});

test("what is not there is refused, and removing it is none", () => {
  const card = newCard();
  refuses(() => card.read("none", 0, 1));
  card.remove("none");
  card.create("film.age");
  card.remove("film.age");
  assert.equal(card.list(), []);
});

test("no name leads out of the folder", () => {
  const card = newCard();
  for (const name of ["", ".", "..", "../x", "a/b", "/etc/passwd", "a".repeat(64), "\u0000", "a b"]) {
    refuses(() => card.create(name));
    refuses(() => card.put(name, bytes(1)));
    refuses(() => card.read(name, 0, 1));
    refuses(() => card.remove(name));
  }
  assert.equal(card.list(), []);
});

test("arguments without sense are refused", () => {
  const card = newCard();
  card.put("note", bytes(9));
  refuses(() => card.read("note", -1, 1));
  refuses(() => card.read("note", Number.NaN, 1));
  refuses(() => card.read("note", 0, -1));
  refuses(() => card.put("note", "text" as unknown as Bytes));
  assert.equal(card.read("note", 0, 9), bytes(9));
});

test("where there is no folder there is no card, and no room", () => {
  const card = new FileCard({ base: `${host.scratch()}/none/there`, pins: PINS });
  assert.is(card.freeBytes, 0);
  refuses(() => card.list());
  refuses(() => card.create("film.age"));
  refuses(() => card.put("note", bytes(1)));
});

test("nothing is looked for before something is asked of the card", () => {
  const card = newCard();
  card.put("note", bytes(9));
  // There is one card: to look for another one would have let go of it.
  const absent = new FileCard({ base: `${host.scratch()}/none/there`, pins: PINS });
  assert.equal(card.read("note", 0, 9), bytes(9));
  assert.is(absent.freeBytes, 0);
  refuses(() => card.read("note", 0, 9));
});

test("the room of a card is known when it is asked for first", () => {
  newCard();
  const card = new FileCard({ base: host.scratch(), pins: PINS });
  assert.ok(card.freeBytes > 1_000_000);
});

test.run();
