// Goal: no frame without power, no power without the light and a signed record, and every "it was off" can be checked.
// Method: wishes, power cuts, a light that fails and flash that fails, drawn from seeds, against what was seen on the wires;
// then records are taken out, swapped and forged.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { flip, Seeded, throwsFault } from "../../firmware/crypto/test/checks.ts";
import { encodeRail, judgeRail, type RailMode, type RailRecord, verifyRail } from "../../firmware/evidence/rail.ts";
import { Fault } from "../../firmware/fault.ts";
import { MemoryConstants } from "../../simulator/memory.ts";
import { FrameNumbers } from "../numbers.ts";
import { Rail, type RailStore } from "../rail.ts";
import { CAMERA, cameraOf, occasionOf } from "./film.ts";

const MODES: readonly RailMode[] = ["visits", "always", "never"];
const { lockId } = occasionOf();

/** A board: its wires, its flash, and a camera on it that may lose power. */
class Board implements RailStore {
  readonly records: Bytes[] = [];
  readonly constants = new MemoryConstants();
  readonly wiring = { supply: { write: (isActive: boolean) => this.#supply(isActive) }, light: { isActive: true } };
  readonly given: number[] = [];
  isPowered = false;
  isFlashBroken = false;
  /** The place of a record that is kept, and said not to be. */
  isKeptAndBroken = -1;
  rail = this.start();

  start(): Rail {
    this.isPowered = false;
    const numbers = new FrameNumbers(this.constants);
    this.rail = new Rail(crypto, { signer: CAMERA, lockId, wiring: this.wiring, store: this, numbers });
    return this.rail;
  }

  last(): Bytes | undefined {
    return this.records.at(-1)?.slice();
  }

  append(message: Bytes): void {
    if (this.isFlashBroken) throw new Fault("flash.io");
    this.records.push(message);
    if (this.records.length - 1 !== this.isKeptAndBroken) return;
    this.isKeptAndBroken = -1;
    throw new Fault("flash.io");
  }

  #supply(isActive: boolean): void {
    // The record comes first: power without one is never seen.
    if (isActive) assert.is(this.newest()?.event, "on");
    this.isPowered = isActive;
  }

  newest(): RailRecord | undefined {
    const last = this.last();
    return last === undefined ? undefined : verifyRail(crypto, CAMERA.publicKey, last);
  }

  take(): void {
    const number = this.rail.take();
    if (number === undefined) return;
    assert.ok(this.isPowered && this.wiring.light.isActive);
    this.given.push(number);
  }
}

const ON = { mode: "visits", visit: 41 } as const;
const OFF = { mode: "visits" } as const;

test("the sensor has power in its mode only, and the record says why", () => {
  for (const [mode, visit, isOn] of [
    ["visits", undefined, false],
    ["visits", 41, true],
    ["always", undefined, true],
    ["always", 41, true],
    ["never", undefined, false],
    ["never", 41, false],
  ] as const) {
    const board = new Board();
    board.rail.heed({ mode, visit });
    assert.equal(
      [board.isPowered, board.rail.isOn, board.records.length],
      [isOn, isOn, isOn ? 1 : 0],
      `${mode} ${visit}`,
    );
    assert.equal([board.newest()?.visit, board.newest()?.mode], isOn ? [visit, mode] : [undefined, undefined]);
  }
});

test("a light that is out ends the power at the next frame, and it stays off until nobody wants it", () => {
  const board = new Board();
  board.rail.heed(ON);
  board.take();
  board.wiring.light.isActive = false;
  board.take();
  assert.not.ok(board.isPowered);
  board.wiring.light.isActive = true;
  board.rail.heed(ON);
  assert.not.ok(board.isPowered);
  assert.is(board.newest()?.event, "off");
  board.rail.heed(OFF);
  board.rail.heed(ON);
  assert.ok(board.isPowered);
  board.take();
  assert.equal(board.given, [0, 1]);
});

test("without flash there is no power, and what could not be said is said later", () => {
  const board = new Board();
  board.isFlashBroken = true;
  board.rail.heed(ON);
  assert.not.ok(board.isPowered);
  board.isFlashBroken = false;
  board.rail.heed(ON);
  board.take();
  board.isFlashBroken = true;
  board.rail.heed(OFF);
  assert.not.ok(board.isPowered);
  board.rail.heed(ON);
  assert.not.ok(board.isPowered);
  board.isFlashBroken = false;
  board.rail.heed(ON);
  assert.ok(board.isPowered);
  const { spans, doubts } = judgeRail(crypto, CAMERA.publicKey, {
    messages: board.records,
    held: heldOf(board.records),
  });
  assert.equal(doubts, []);
  assert.equal(spans, [
    { on: 1, off: 2, from: 0, until: 1 },
    { on: 3, off: undefined, from: 1, until: undefined },
  ]);
});

test("a record of somebody else, or a damaged one, keeps the sensor off", () => {
  const board = new Board();
  board.rail.heed(ON);
  const [record] = board.records;
  board.records[0] = flip(record as Bytes, 700);
  throwsFault(() => board.start(), "cose.signature");
  assert.not.ok(board.isPowered);
});

test("whatever happens, every frame is within a time with power, and the records have no doubt", () => {
  for (let seed = 1; seed <= 12; seed++) {
    const source = new Seeded(seed);
    const board = new Board();
    let cuts = 0;
    for (let step = 0; step < 500; step++) {
      const drawn = source.below(20);
      board.isFlashBroken = source.below(30) === 0;
      board.wiring.light.isActive = source.below(60) > 0;
      if (drawn < 4)
        board.rail.heed({ mode: MODES[source.below(3)] ?? "never", visit: source.below(2) === 0 ? step : undefined });
      else if (drawn === 6) {
        board.start();
        cuts += 1;
      } else board.take();
    }
    board.isFlashBroken = false;
    board.rail.heed(OFF);
    const { spans, doubts } = judgeRail(crypto, CAMERA.publicKey, {
      messages: board.records,
      held: heldOf(board.records),
    });
    assert.equal(doubts, [], `seed ${seed}`);
    assert.ok(cuts > 0 && spans.length > 5 && board.given.length > 50, `seed ${seed}`);
    for (const number of board.given) {
      const owners = spans.filter(({ from, until }) => number >= (from ?? 0) && number < (until ?? 0));
      assert.is(owners.length, 1, `seed ${seed}, frame ${number}`);
    }
    assert.is(new Set(board.given).size, board.given.length);
  }
});

test("another visit or mode while it is on is a record of its own, and its frames go on", () => {
  const board = new Board();
  for (const wish of [
    { mode: "always" },
    { mode: "always", visit: 41 },
    { mode: "always", visit: 41 },
    ON,
    OFF,
  ] as const) {
    board.rail.heed(wish);
    board.take();
  }
  const records = board.records.map((message) => verifyRail(crypto, CAMERA.publicKey, message));
  assert.equal(
    records.map(({ event, mode, visit, frame }) => [event, mode, visit, frame]),
    [
      ["on", "always", undefined, 0],
      ["on", "always", 41, 1],
      ["on", "visits", 41, 3],
      ["off", "visits", undefined, 4],
    ],
  );
  const { spans, doubts } = judgeRail(crypto, CAMERA.publicKey, {
    messages: board.records,
    held: heldOf(board.records),
  });
  assert.equal(doubts, []);
  assert.equal(
    spans.map(({ on, off, from, until }) => [on, off, from, until]),
    [
      [1, 2, 0, 1],
      [2, 3, 1, 3],
      [3, 4, 3, 4],
    ],
  );
});

test("a record that was kept although flash said no is not signed a second time", () => {
  for (const place of [0, 1, 2]) {
    const board = new Board();
    board.isKeptAndBroken = place;
    for (const wish of [ON, ON, OFF, OFF, ON, ON, OFF]) {
      board.rail.heed(wish);
      board.take();
    }
    const { doubts } = judgeRail(crypto, CAMERA.publicKey, { messages: board.records, held: heldOf(board.records) });
    assert.equal(doubts, [], `record ${place}`);
    assert.ok(board.records.length > 3);
  }
});

test("numbers that are older than the records are raised, or nothing is looked at", () => {
  const board = new Board();
  board.rail.heed(ON);
  board.take();
  board.rail.heed(OFF);
  board.constants.write("frames", new Uint8Array(4));
  board.start().heed(ON);
  board.take();
  assert.equal(board.given, [0, 1]);
  board.constants.write("frames", new Uint8Array(4));
  throwsFault(() => board.start(), "flash.io");
  assert.not.ok(board.isPowered);
  board.constants.write("frames", new Uint8Array(3));
  throwsFault(() => board.start(), "flash.io");
});

test("where no number is left nothing is looked at", () => {
  const board = new Board();
  board.constants.write("frames", Uint8Array.of(255, 255, 255, 255));
  throwsFault(() => board.start(), "flash.io");
  board.constants.write("frames", Uint8Array.of(255, 255, 255, 254));
  board.start().heed(ON);
  board.take();
  board.take();
  assert.equal([board.given, board.isPowered], [[0xffff_fffe], false]);
});

function heldOf(records: readonly Bytes[]): { number: number; hash: Bytes } {
  const last = records.at(-1) as Bytes;
  return { number: verifyRail(crypto, CAMERA.publicKey, last).number, hash: crypto.sha256(last) };
}

function history(): Bytes[] {
  const board = new Board();
  for (let visit = 0; visit < 4; visit++) {
    board.rail.heed({ mode: "visits", visit });
    for (let frame = 0; frame < 5; frame++) board.take();
    if (visit === 2) board.start();
    board.rail.heed(OFF);
  }
  return board.records;
}

const RECORDS = history();
const SIGNED = (record: RailRecord, byte?: number) =>
  encodeRail(crypto, byte === undefined ? CAMERA : cameraOf(byte), record);
const READ = RECORDS.map((message) => verifyRail(crypto, CAMERA.publicKey, message));
const readAt = (place: number) => READ[place] as RailRecord;

type Doubts = readonly (readonly [place: number, doubt: string])[];
const CHANGED: readonly (readonly [name: string, change: () => Bytes[], doubts: Doubts])[] = [
  ["nothing", () => RECORDS, []],
  ["only the newest", () => RECORDS.slice(3), [[0, "no-start"]]],
  ["the newest taken out", () => RECORDS.slice(0, 6), [[6, "no-end"]]],
  ["none", () => [], [[0, "no-end"]]],
  ["one taken out", () => RECORDS.filter((_, place) => place !== 3), [[3, "gap"]]],
  ["two taken out: a whole visit", () => RECORDS.filter((_, place) => place !== 2 && place !== 3), [[2, "gap"]]],
  ["one put in twice", () => [...RECORDS.slice(0, 3), RECORDS[2] as Bytes, ...RECORDS.slice(3)], [[3, "gap"]]],
  [
    "one signed by another key",
    () => RECORDS.map((message, place) => (place === 3 ? SIGNED(readAt(3), 9) : message)),
    [
      [3, "unsigned"],
      [4, "gap"],
    ],
  ],
  [
    "a bit turned over",
    () => RECORDS.map((message, place) => (place === 3 ? flip(message, 500) : message)),
    [
      [3, "unsigned"],
      [4, "gap"],
    ],
  ],
  [
    "another history behind a record",
    () => [...RECORDS.slice(0, 2), SIGNED({ ...readAt(2), before: new Uint8Array(32) })],
    [[2, "fork"]],
  ],
  [
    "frames taken while it was off",
    () => [...RECORDS.slice(0, 2), SIGNED({ ...readAt(2), frame: 6 })],
    [[2, "frames"]],
  ],
  ["numbers that come back", () => [...RECORDS.slice(0, 3), SIGNED({ ...readAt(3), frame: 4 })], [[3, "frames"]]],
  [
    "on after on",
    () => [...RECORDS.slice(0, 3), SIGNED({ ...readAt(3), event: "on", visit: readAt(2).visit })],
    [[3, "order"]],
  ],
  ["a first record that is none", () => [SIGNED({ ...readAt(0), event: "off" })], [[0, "order"]]],
];
for (const [name, change, doubts] of CHANGED) {
  test(`records, ${name}: ${doubts.map(([, doubt]) => doubt).join(", ") || "sound"}`, () => {
    const messages = change();
    const held = name === "nothing" || doubts.some(([, doubt]) => doubt === "no-end") ? heldOf(RECORDS) : undefined;
    const asked = held === undefined ? { through: 1 } : undefined;
    assert.equal(judgeRail(crypto, CAMERA.publicKey, { messages, held, asked }).doubts, doubts);
  });
}

test("without what the lock holds nothing says where the records end, and what it holds is not another", () => {
  const doubtsOf = (question: Omit<Parameters<typeof judgeRail>[2], "messages">, messages = RECORDS) =>
    judgeRail(crypto, CAMERA.publicKey, { messages, ...question }).doubts;
  assert.equal(doubtsOf({}), [[RECORDS.length, "no-end"]]);
  const held = heldOf(RECORDS);
  assert.equal(doubtsOf({ held }), []);
  assert.equal(doubtsOf({ held: { ...held, hash: new Uint8Array(32) } }), [[RECORDS.length - 1, "fork"]]);
  assert.equal(doubtsOf({ asked: { from: 3, through: 4 } }, RECORDS.slice(2, 4)), []);
  assert.equal(doubtsOf({ asked: { from: 2, through: 5 } }, RECORDS.slice(2, 4)), [
    [0, "no-start"],
    [2, "no-end"],
  ]);
});

test("a list that begins with an off, or goes on behind a gap, has a time with power of unknown beginning", () => {
  const asked = { from: 2, through: 2 };
  assert.equal(judgeRail(crypto, CAMERA.publicKey, { messages: RECORDS.slice(1, 2), asked }).spans, [
    { on: undefined, off: 2, from: undefined, until: 5 },
  ]);
  const torn = RECORDS.filter((_, place) => place !== 1 && place !== 2);
  assert.equal(judgeRail(crypto, CAMERA.publicKey, { messages: torn, asked }).spans.slice(0, 2), [
    { on: 1, off: undefined, from: 0, until: undefined },
    { on: undefined, off: 4, from: undefined, until: 10 },
  ]);
});

test("a checkpoint's frames are within the time with power that it names", () => {
  const footageOf = (power: number, first: number, count: number) => ({
    power,
    first,
    hashes: new Uint8Array(16 * count),
  });
  for (const [power, first, count, isFine] of [
    [1, 0, 5, true],
    [2, 0, 5, true],
    [3, 5, 5, true],
    [3, 4, 2, false],
    [3, 9, 2, false],
    [1, 5, 1, false],
    [99, 0, 1, false],
  ] as const) {
    const checkpoints = [footageOf(power, first, count)];
    const { doubts } = judgeRail(crypto, CAMERA.publicKey, { messages: RECORDS, held: heldOf(RECORDS), checkpoints });
    assert.equal(doubts, isFine ? [] : [[0, "footage"]], `${power}: ${first}+${count}`);
  }
});

test("a loss of power is told, with the numbers that it took", () => {
  assert.equal(READ.map(({ event, frame }) => `${event} ${frame}`).slice(0, 6), [
    "on 0",
    "off 5",
    "on 5",
    "off 10",
    "on 10",
    "lost 4106",
  ]);
});

test.run();
