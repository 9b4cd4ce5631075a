// Goal: no cover, film, card, flash, jammed link or hour of filming makes a camera say what is not so.
// Method: whole cameras with a simulated sensor; the lock is played by hand. Slow on XS, where the long suite runs it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../firmware/bytes.ts";
import { Stream } from "../../simulator/random.ts";
import type { Shot } from "../../simulator/sensor/sensor.ts";
import { Board, DARK, DAY, knocked, LAMP, over, SEED } from "./board.ts";
import { smallPicture } from "./film.ts";

/** A hall that its lamp lights to less than a dawn: no film of it makes day. */
const DIM: Shot = { ...LAMP, lightPermille: 450 };

type Picture = () => Uint8Array | undefined;

const SPOILT: readonly (readonly [name: string, spoil: (board: Board) => Picture, verdicts: readonly string[]])[] = [
  ["a covered lens", (board) => () => board.file(over("black")), ["blind", "covered"]],
  ["a hand before it", (board) => () => board.file(over("hand")), ["covered", "partial"]],
  ["a frozen sensor", (board) => constant(board.file(DAY)), ["frozen"]],
  ["a loop of four files", (board) => loop(board, 4), ["looped"]],
  ["broken files", (board) => () => board.file(DAY).slice(0, -30), ["unreadable"]],
  ["no files at all", () => () => undefined, ["ok"]],
];

function constant(jpeg: Uint8Array): () => Uint8Array {
  return () => jpeg;
}

function loop(board: Board, length: number): () => Uint8Array {
  const files = Array.from({ length }, () => board.file(DAY));
  let at = 0;
  return () => files[at++ % length] as Uint8Array;
}

for (const [name, spoil, verdicts] of SPOILT) {
  test(`a proof ends with ${name}, within two seconds`, () => {
    const board = knocked(new Board());
    assert.ok(board.isProof);
    board.picture = spoil(board);
    board.run(2_000);
    assert.not.ok(board.isProof);
    assert.ok(verdicts.includes(board.verdict as string), board.verdict);
  });

  test(`nothing is proven from the knock on with ${name}`, () => {
    const board = new Board();
    board.picture = spoil(board);
    knocked(board, 8_000);
    assert.not.ok(board.isProof);
  });
}

test("a clip begins with six seconds of the knock at most", () => {
  const board = knocked(new Board(), 9_000);
  const before = board.taken;
  board.visit();
  board.run(2_000);
  board.rest();
  const { verdict } = board.judge(board.head.clip, 41);
  const preRoll = before - (verdict.first?.first ?? 0);
  assert.ok(verdict.isOk && preRoll >= 23 && preRoll <= 25, `${preRoll}`);
});

test("a second visit that follows at once is a clip of its own, without a frame of the first", () => {
  const board = knocked(new Board());
  board.visit(41);
  board.run(2_000);
  const first = board.head.clip;
  board.visit(44);
  board.run(2_000);
  const second = board.head.clip;
  board.rest();
  assert.not.equal(toHex(first), toHex(second));
  const [one, two] = [board.note(first), board.note(second)];
  assert.ok(board.judge(first, 41).verdict.isOk && board.judge(second, 44).verdict.isOk);
  assert.not.ok(board.judge(second, 41).verdict.isOk);
  assert.is(one === undefined ? -1 : one.lastFrame + 1, two?.firstFrame);
});

test("a knock while somebody still leaves does not end his film, and is on it; the visit after it is a clip of its own", () => {
  const board = knocked(new Board());
  board.visit(41);
  board.run(2_000);
  board.ask({ purpose: "after", visit: 0 });
  board.run(1_000);
  const { clip } = board.head;
  for (const purpose of ["knock", "after", "knock"] as const) {
    board.ask({ purpose, visit: 0 });
    board.run(4_000);
    assert.equal([board.isPowered, board.beat.isRecording, board.beat.visit], [true, true, 41], purpose);
  }
  assert.ok(board.isProof);
  board.visit(44);
  board.run(2_000);
  const second = board.head.clip;
  board.rest();
  assert.not.equal(toHex(clip), toHex(second));
  assert.ok(board.judge(clip, 41).verdict.isOk && board.judge(second, 44).verdict.isOk);
  assert.is((board.note(clip)?.lastFrame ?? 0) + 1, board.note(second)?.firstFrame);
});

test("whoever is let in while another clip is filmed has one of his own, though that took some of the room meanwhile", () => {
  const promises = [1_000, 1_001_000, 1_600_000].map((spareBytes) => {
    const board = new Board({ cardBytes: 10_000_000, roomBytes: 4_000_000 });
    knocked(board).visit(41);
    board.run(2_000);
    board.card.put("holiday.jpg", new Uint8Array(board.card.freeBytes - 4_000_000 - spareBytes));
    board.knock();
    board.run(9_000);
    const { isProof } = board;
    board.visit(44);
    board.run(2_000);
    assert.ok(!isProof || (board.beat.isRecording && board.beat.visit === 44), `${spareBytes}`);
    return isProof;
  });
  assert.is(promises.at(-1), true);
});

test("a full card is said before anybody is let in, and so is one that refuses; idle clips make room", () => {
  const full = knocked(new Board({ cardBytes: 90_000 }));
  assert.equal([full.beat.canRecord, full.isProof], [false, false]);
  const broken = new Board();
  broken.card.isSound = false;
  knocked(broken);
  assert.equal([broken.beat.canRecord, broken.isProof], [false, false]);
  broken.card.isSound = true;
  broken.run(10_500);
  assert.ok(broken.isProof);
});

test("a card that fills up in a visit ends the clip in order, and the lock is told", () => {
  const board = new Board({ cardBytes: 400_000, roomBytes: 300_000 });
  knocked(board);
  assert.ok(board.isProof);
  board.visit();
  for (let second = 0; second < 60 && (second < 2 || board.beat.isRecording); second++) board.run(1_000);
  assert.equal([board.beat.isRecording, board.beat.canRecord], [false, false]);
  assert.ok(board.judge(board.head.clip, 41).verdict.isOk);
  assert.ok(board.note(board.head.clip) !== undefined);
});

test("flash that takes no record keeps the sensor off", () => {
  const board = new Board();
  board.run(500);
  board.isRailBroken = true;
  board.knock();
  board.run(3_000);
  assert.equal([board.isPowered, board.taken, board.beat.isOn, board.isProof], [false, 0, false, false]);
  board.isRailBroken = false;
  board.run(4_000);
  assert.ok(board.isProof);
});

test("a number of frames that is at its end keeps it off, and makes nothing throw", () => {
  const board = new Board();
  board.constants.write("frames", Uint8Array.of(255, 255, 255, 255));
  board.cut();
  board.run(1_000);
  knocked(board);
  assert.equal([board.isPowered, board.beat.isOn, board.beat.canRecord], [false, false, false]);
});

test("records of another camera keep the sensor off for good", () => {
  const board = new Board();
  const other = knocked(new Board());
  other.records.length = 1;
  board.records.push(Uint8Array.from(other.records[0] as Uint8Array, (byte, at) => (at === 30 ? byte ^ 1 : byte)));
  board.start();
  knocked(board);
  assert.equal([board.isPowered, board.beat.isOn, board.beat.canRecord], [false, false, false]);
});

test("always: motion makes a clip of no visit, which ends ten seconds after it; a visit then has one of its own", () => {
  const board = new Board();
  board.ask({ mode: "always" });
  board.run(4_000);
  assert.equal([board.isPowered, board.beat.isRecording], [true, false]);
  const walker = (x: number) => ({ ...DAY, people: [{ x, y: 6_600, height: 3_600, stride: 1, who: 3 }] });
  let x = 2_000;
  board.shot = () => {
    x += 700;
    return walker(x);
  };
  board.run(2_000);
  assert.equal([board.beat.isRecording, board.beat.visit], [true, 0]);
  board.shot = () => DAY;
  board.run(14_000);
  assert.is(board.beat.isRecording, false);
  const idle = board.judge(board.head.clip);
  assert.ok(idle.verdict.isOk && idle.verdict.last?.visit === undefined);
  board.visit();
  board.run(2_000);
  board.rest();
  assert.equal([board.isPowered, board.beat.isRecording], [true, false]);
  assert.ok(board.judge(board.head.clip, 41).verdict.isOk);
});

test("a jammed link ends a knock soon, and no visit for an hour", () => {
  const quiet = knocked(new Board());
  quiet.run(21_000, false);
  assert.not.ok(quiet.isPowered);
  const board = knocked(new Board());
  board.visit();
  board.run(30_000, false);
  assert.ok(board.isPowered && board.camera.snapshot.isRecording);
});

test("always: without a word of the lock for an hour it rests, and looks again with the next one", () => {
  const board = new Board({ frameMillis: 10_000 });
  board.picture = () => undefined;
  for (const purpose of ["rest", "visit"] as const) {
    board.run(10_000);
    board.ask({ mode: "always", purpose, visit: purpose === "visit" ? 41 : 0 });
    const until = board.now + 3_600_000;
    board.run(3_590_000, false);
    assert.ok(board.isPowered);
    board.run(until - board.now, false);
    assert.not.ok(board.isPowered);
    // Resting is no work: nothing is due but the radio's next try.
    assert.ok(board.camera.nextTick > board.now);
    assert.equal([board.rail.at(-1)?.event, board.rail.at(-1)?.mode], ["off", "visits"]);
  }
  board.run(10_000);
  board.rest();
  assert.ok(board.isPowered);
});

/** A hall that the lamp lights, and nothing else. @param byLamp how it looks then */
function lit(board: Board, byLamp = LAMP): () => Shot {
  return () => (board.isLit ? byLamp : DARK);
}

test("night: the lamp asks, and only a picture that answers is a proof", () => {
  const board = new Board({ frameMillis: 100 });
  board.shot = lit(board);
  knocked(board, 14_000);
  assert.equal([board.isFilterAway, board.verdict, board.isProof], [true, "ok", true]);
  // A film of the lit hall: it lives, and knows no pattern.
  board.shot = () => LAMP;
  board.visit();
  board.run(12_000);
  assert.equal([board.verdict, board.isProof], ["unanswered", false]);
  assert.is(board.alarm, "unanswered");
  board.shot = lit(board);
  board.run(4_000);
  assert.equal([board.verdict, board.alarm], ["ok", undefined]);
  board.rest();
  assert.not.ok(board.isLit);
});

for (const [name, wish] of [
  ["after a visit", { purpose: "after", visit: 0 }],
  ["at rest in the mode always", { purpose: "rest", visit: 0, mode: "always" }],
] as const) {
  test(`night: ${name} nobody is asked, and nothing is a proof for whoever comes next`, () => {
    const board = new Board({ frameMillis: 100 });
    board.shot = lit(board, DIM);
    knocked(board, 14_000).visit();
    board.run(5_000);
    assert.ok(board.isProof);
    board.ask(wish);
    board.shot = () => DIM;
    board.run(1_000);
    assert.equal([board.verdict, board.isProof], ["unproven", false]);
    board.run(28_000);
    assert.equal([board.isFilterAway, board.verdict, board.isProof], [true, "unproven", false]);
    board.shot = lit(board, DIM);
    knocked(board, 14_000);
    assert.equal([board.verdict, board.isProof], ["ok", true]);
  });
}

test("night: a file that is broken now and then puts the lamp's question off, and not for ever", () => {
  const board = new Board({ frameMillis: 100 });
  board.shot = lit(board, DIM);
  knocked(board, 14_000).visit();
  board.run(1_000);
  const broken = (every: number, shot: () => Shot) => {
    let at = 0;
    return () => board.file(shot()).slice(0, at++ % every === 3 ? -30 : undefined);
  };
  // A film of the lit hall of which no pattern of 16 files comes whole.
  board.picture = broken(8, () => DIM);
  board.run(18_000);
  assert.equal([board.isFilterAway, board.verdict, board.alarm], [true, "unanswered", undefined]);
  board.run(7_000);
  assert.is(board.alarm, "unanswered");
  // The hall itself answers between two of them, and also where each tenth second is of broken files alone.
  board.picture = broken(40, lit(board, DIM));
  board.run(8_000);
  assert.equal([board.verdict, board.alarm], ["ok", undefined]);
  const whole = () => board.file(lit(board, DIM)());
  const spoilt = () => whole().slice(0, -30);
  for (let second = 0; second < 60; second++) {
    board.picture = second % 10 === 0 ? spoilt : whole;
    board.run(1_000);
    assert.is(board.alarm, undefined, `second ${second}`);
  }
});

test("a hand at the open case makes it forget its lock and its owner; at a shut one it does nothing", () => {
  const board = knocked(new Board());
  board.camera.forgetPressed(board.now);
  assert.ok(board.camera.snapshot.isPaired);
  board.camera.caseChanged(true, board.now);
  board.camera.forgetPressed(board.now);
  assert.equal([board.camera.snapshot.isPaired, board.isPowered], [false, false]);
  board.camera.caseChanged(false, board.now);
  board.run(500);
  board.beats = [];
  board.pair();
  board.run(2_000);
  assert.equal([board.beats[0]?.isCaseOpen, board.beat.isCaseOpen, board.beat.canRecord], [true, true, false]);
  board.run(150_000);
  assert.not.ok(board.beat.isCaseOpen);
});

test("a lock that never proves itself is given up, and the camera is free for its own", () => {
  const board = new Board();
  board.camera.caseChanged(true, board.now);
  board.camera.forgetPressed(board.now);
  board.camera.caseChanged(false, board.now);
  // As a new camera hears it in a network in which another one is enrolled.
  board.isLockThere = false;
  board.pair();
  board.run(59_000);
  assert.ok(board.camera.snapshot.isPaired && !board.camera.snapshot.isUp);
  board.run(2_000);
  assert.not(board.camera.snapshot.isPaired);
  board.isLockThere = true;
  board.pair();
  board.run(120_000);
  assert.ok(board.camera.snapshot.isUp);
});

test("an hour and more of a visit is two whole clips, and every frame of it, and at no moment none", () => {
  const noise = new Stream(SEED, "luma");
  const reader = {
    read: (_: Uint8Array, luma: Uint8Array) => {
      for (let at = 0; at < luma.length; at++) luma[at] = 100 + (at & 31) + noise.below(4);
    },
  };
  const board = new Board({ frameMillis: 2_000, analyseMillis: 20_000, reader, isApproved: false });
  board.picture = () => smallPicture(board.taken);
  board.run(2_000);
  board.visit();
  board.run(3_580_000);
  const { clip: former } = board.head;
  for (let step = 0; step < 15; step++) {
    board.run(2_000);
    assert.equal([board.beat.isRecording, board.beat.visit, board.beat.canRecord], [true, 41, true], `step ${step}`);
  }
  const { clip: second } = board.head;
  assert.not.equal(toHex(former), toHex(second));
  board.rest();
  const names = board.card.names.filter((name) => name.endsWith(".age"));
  assert.is(names.length, 2);
  const first = fromHex((names[0] ?? "").slice(0, 32));
  const verdicts = [first, second].map((clip) => board.judge(clip, 41).verdict);
  assert.ok(verdicts.every(({ isOk }) => isOk));
  assert.is(
    verdicts.reduce((sum, { frames }) => sum + frames, 0),
    board.taken,
  );
  assert.is((board.note(first)?.lastFrame ?? 0) + 1, board.note(second)?.firstFrame);
});

test("no bytes from the wire or the sensor make it throw", () => {
  const board = knocked(new Board());
  const random = new Stream(SEED, "noise");
  for (let size = 0; size < 300; size += 7) {
    const bytes = new Uint8Array(size);
    random.fill(bytes);
    board.camera.lockReceived(bytes, board.now);
    board.camera.frame(bytes, board.now);
  }
  assert.ok(board.isPowered);
});

test("a scene that no owner approved proves nothing, and a camera without recipients cannot record", () => {
  const fresh = knocked(new Board({ isApproved: false }));
  assert.equal([fresh.verdict, fresh.isProof], ["unproven", false]);
  const deaf = knocked(new Board({ hasRecipients: false }));
  assert.equal([deaf.verdict, deaf.isProof, deaf.beat.canRecord], ["ok", false, false]);
  deaf.visit();
  deaf.run(1_000);
  assert.equal([deaf.beat.isRecording, deaf.card.names.length], [false, 0]);
});

test.run();
