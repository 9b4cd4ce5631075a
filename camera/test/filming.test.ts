// Goal: whatever the sensor hands in, what is said to be recorded is, and no clip ends the camera or fills its memory.
// Method: whole cameras in a visit whose pictures grow, are none, or come by turns; the lock is played by hand.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { concat } from "../../firmware/bytes.ts";
import type { MemoryCard } from "../../simulator/memorycard.ts";
import { PICTURE_BYTES_MAX } from "../recording.ts";
import { CLIPS_MAX, Shelf } from "../shelf.ts";
import { Board, DAY, knocked } from "./board.ts";

const RING_BYTES = 60_000;
const ROOMY = { ringBytes: RING_BYTES, ringFrames: 64, frameMillis: 100 };

/** A camera in a visit, and how many bytes are put behind each of its pictures from now on. */
function visited(options = {}): { board: Board; grow: (bytes: () => number) => void } {
  const board = knocked(new Board({ ...ROOMY, ...options }));
  board.visit();
  board.run(3_000);
  const { file } = board;
  const grow = (bytes: () => number) => {
    board.picture = () => concat(file.call(board, DAY), new Uint8Array(bytes()));
  };
  return { board, grow };
}

for (const [name, bytes, ringBytes] of [
  ["more than half of the ring", 36_000, RING_BYTES],
  ["more than a third of the ring", 21_000, RING_BYTES],
  ["more than the ring", 70_000, RING_BYTES],
  ["more than a film may have", PICTURE_BYTES_MAX, 4_000_000],
] as const) {
  test(`pictures of ${name} are no recording after three seconds, end the clip whole, and nothing throws`, () => {
    const { board, grow } = visited({ ringBytes });
    assert.ok(board.beat.isRecording);
    grow(() => bytes);
    board.run(2_500);
    assert.ok(board.beat.isRecording);
    board.run(1_000);
    assert.equal([board.beat.isRecording, board.beat.visit, board.camera.snapshot.isRecording], [false, 0, false]);
    assert.equal([board.beat.canRecord, board.isProof], [false, false]);
    const { clip } = board.head;
    assert.ok(board.judge(clip, 41).verdict.isOk && board.note(clip) !== undefined);
    grow(() => 0);
    board.run(1_000);
    assert.equal([board.beat.isRecording, board.beat.visit], [true, 41]);
    board.rest();
    assert.ok(board.judge(board.head.clip, 41).verdict.isOk);
    assert.is(board.card.names.filter((each) => each.endsWith(".age")).length, 2);
  });
}

test("pictures that grow to a third of the ring push out none that was not written", () => {
  const board = knocked(new Board(ROOMY), 4_000);
  const { file } = board;
  const before = board.taken;
  board.visit();
  board.picture = () => concat(file.call(board, DAY), new Uint8Array(17_000));
  board.run(2_000);
  board.rest();
  const { verdict } = board.judge(board.head.clip, 41);
  assert.ok(verdict.isOk, JSON.stringify(verdict.findings));
  assert.equal([verdict.skipped, verdict.frames], [0, board.taken - (verdict.first?.first ?? 0)]);
  assert.ok(before - (verdict.first?.first ?? before) > 10);
});

test("nobody is let in on the promise of a recording where no picture can be kept", () => {
  const { length } = new Board().file(DAY);
  const board = knocked(new Board({ ...ROOMY, ringBytes: 2 * length }), 4_000);
  assert.equal([board.verdict, board.beat.canRecord, board.isProof], ["ok", false, false]);
});

/** Puts marks of so many visits, which nobody has, onto a card. */
function fill(card: MemoryCard, count: number): void {
  const shelf = new Shelf(card, { roomBytes: 1, keepSeconds: 1 });
  for (let place = 0; place < count; place++) {
    const frames = { firstFrame: place, lastFrame: place };
    const state = { visit: 1, isFetched: false, isKept: false, isOpen: false, endedLo: 0, endedBefore: undefined };
    shelf.mark({ clip: new Uint8Array(16).fill(place), ...frames, ...state }, 1);
  }
}

test("good and bad pictures by turns make no more clips than the shelf has places, and the lock is told", () => {
  const board = new Board(ROOMY);
  fill(board.card, CLIPS_MAX - 4);
  board.start();
  board.run(1_000);
  assert.not.ok(board.beat.canRecord, "the card is still being read");
  board.run(100 * CLIPS_MAX);
  knocked(board, 4_000).visit();
  board.run(1_000);
  assert.ok(board.beat.isRecording);
  const { file } = board;
  let count = 0;
  board.picture = () => (count++ % 32 < 2 ? file.call(board, DAY) : Uint8Array.of(1, 2, 3));
  board.run(40_000);
  assert.equal([board.camera.snapshot.clips, board.beat.isRecording, board.beat.canRecord], [CLIPS_MAX, false, false]);
});

test("a clip for which there is no room is not begun within a visit either, and begins where there is", () => {
  const { board, grow } = visited({ cardBytes: 2_000_000, roomBytes: 1_000_000 });
  board.card.put("holiday.jpg", new Uint8Array(1_200_000));
  grow(() => RING_BYTES);
  board.run(12_000);
  grow(() => 0);
  board.run(2_000);
  assert.equal([board.beat.isRecording, board.beat.canRecord, board.camera.snapshot.clips], [false, false, 1]);
  board.card.remove("holiday.jpg");
  board.run(12_000);
  assert.equal([board.beat.isRecording, board.beat.canRecord, board.camera.snapshot.clips], [true, true, 2]);
  board.rest();
  assert.ok(board.judge(board.head.clip, 41).verdict.isOk);
});

test("a visit's clip that lost its end to a power cut leaves the card when its time is over", () => {
  const { board } = visited({ keepSeconds: 60 });
  board.cut(1);
  board.rest();
  board.run(58_000);
  assert.is(board.camera.snapshot.clips, 1);
  board.run(80_000);
  assert.is(board.camera.snapshot.clips, 0);
});

test("a sensor that falls silent is no recording after three seconds", () => {
  const { board } = visited();
  board.picture = () => undefined;
  board.run(3_500);
  assert.not.ok(board.beat.isRecording);
});

test("whoever knocks while another clip is filmed is promised one of his own, or none", () => {
  const board = new Board({ cardBytes: 1_000_000, roomBytes: 300_000 });
  knocked(board).visit(41);
  board.run(2_000);
  board.card.put("holiday.jpg", new Uint8Array(board.card.freeBytes - 290_000));
  board.ask({ purpose: "after", visit: 0 });
  board.run(1_000);
  assert.equal([board.beat.isRecording, board.beat.canRecord, board.isProof], [true, false, false]);
  board.knock();
  board.run(4_000);
  assert.equal([board.beat.isRecording, board.beat.canRecord, board.isProof], [true, false, false]);
  board.card.remove("holiday.jpg");
  board.run(11_000);
  assert.equal([board.beat.isRecording, board.beat.canRecord, board.isProof], [true, true, true]);
});

test.run();
