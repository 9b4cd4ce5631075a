// Goal: what the lock is told is true, a visit is on the card for its owner, and power may go at any moment.
// Method: whole cameras with a simulated sensor; the lock is played by hand, and clips are judged as an owner judges them.
// What is done to lens, card, flash and link stands in ordeal.test.ts.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { toHex } from "../../firmware/bytes.ts";
import { judgeRail } from "../../firmware/evidence/rail.ts";
import { Board, DAY, GRANT, knocked, over } from "./board.ts";

for (const isReal of [false, true]) {
  test(`takes no picture until the lock asks, and proves itself three seconds after a knock, by ${isReal ? "whole files" : "cheap ones"}`, () => {
    const board = new Board({ isReal });
    board.run(2_000);
    assert.equal([board.taken, board.isPowered, board.beat.isOn, board.verdict], [0, false, false, "unproven"]);
    assert.is(board.beat.canRecord, true);
    board.knock();
    board.run(2_500);
    assert.equal([board.verdict, board.isProof, board.beat.isOn], ["ok", false, true]);
    board.run(1_500);
    assert.equal([board.verdict, board.isProof, board.beat.isRecording], ["ok", true, false]);
    assert.equal(toHex(board.beat.nonce), toHex(board.nonce));
  });
}

test("a cover is an alarm after four seconds, and a light that goes out is none", () => {
  for (const [shot, isAlarm] of [
    [over("dark-tape"), true],
    [{ ...DAY, lightPermille: 60 }, false],
  ] as const) {
    const board = knocked(new Board());
    board.shot = () => shot;
    board.run(4_500);
    assert.is(board.alarm !== undefined, isAlarm, board.verdict);
    assert.not.ok(board.isProof);
  }
});

test("a red light that is out ends the power, the clip and the proof", () => {
  const board = knocked(new Board());
  board.visit();
  board.run(2_000);
  board.wiring.light.isActive = false;
  board.run(500);
  assert.equal([board.isPowered, board.beat.isOn, board.beat.isRecording, board.isProof], [false, false, false, false]);
  const { verdict } = board.judge(board.head.clip, 41);
  assert.ok(verdict.isOk);
});

test("a visit is a clip with what was before the knock's answer, for the owner's key, up to the head that the lock was told", () => {
  const board = knocked(new Board());
  board.visit();
  board.run(3_000);
  assert.equal([board.beat.isRecording, board.beat.visit, board.isProof], [true, 41, true]);
  const { clip, chain } = board.head;
  board.ask({ purpose: "after", visit: 0 });
  board.run(2_000);
  assert.equal([board.beat.isRecording, board.beat.visit], [true, 41]);
  board.rest();
  assert.equal([board.isPowered, board.beat.isRecording, board.beat.visit, board.beat.isOn], [false, false, 0, false]);
  assert.is(toHex(board.head.clip), toHex(clip));
  const { verdict, isWhole } = board.judge(clip, 41);
  assert.ok(verdict.isOk && isWhole, JSON.stringify(verdict.findings));
  assert.equal([verdict.frames, verdict.first?.first], [board.taken, 0]);
  const { last } = verdict;
  assert.equal([last?.isLast, toHex(last?.grant as Uint8Array)], [true, toHex(GRANT)]);
  assert.is(toHex(last?.chain as Uint8Array), toHex(board.head.chain));
  assert.not.equal(toHex(board.head.chain), toHex(chain));
  assert.ok((verdict.last?.told?.lo ?? 0) > 1_793_610_000);
  const note = board.note(clip);
  assert.equal([note?.firstFrame, note?.lastFrame, note?.recipients.length], [0, board.taken - 1, 1]);
  assert.is(note?.lastCheckpoint, last?.number);
  const held = { number: board.beat.power, hash: board.beat.powerHash };
  const checkpoints = [verdict.first, last].flatMap((each) => (each === undefined ? [] : [each]));
  const judged = judgeRail(crypto, board.camera.signingKey, { messages: board.records, held, checkpoints });
  assert.equal(judged.doubts, []);
  assert.equal(
    board.rail.map(({ event, visit }) => [event, visit]),
    [
      ["on", 0],
      ["on", 41],
      ["off", undefined],
    ],
  );
});

test("power that goes at any moment of a visit leaves a clip up to a checkpoint, and a next start that says so", () => {
  for (const [moment, kept] of [
    [250, 0],
    [1_500, 0.5],
    [3_250, 1],
    [6_000, 0],
  ] as const) {
    const board = knocked(new Board());
    board.visit();
    board.run(moment);
    const { clip } = board.head;
    board.cut(kept);
    board.camera.tick(board.now);
    assert.equal([board.isPowered, board.camera.snapshot.clips], [false, 1], `${moment}`);
    const { verdict, isWhole } = board.judge(clip, 41);
    assert.not.ok(isWhole || verdict.isOk);
    if (verdict.frames > 12) assert.ok(verdict.isCutOnly, JSON.stringify(verdict.findings));
    assert.is(board.note(clip), undefined);
    board.run(2_000);
    assert.equal([board.beat.isOn, board.beat.visit], [true, 41]);
    assert.equal(
      board.rail.slice(-2).map(({ event }) => event),
      ["lost", "on"],
    );
    board.rest();
    assert.not.equal(toHex(board.head.clip), toHex(clip));
    assert.ok(board.judge(board.head.clip, 41).verdict.isOk);
    const judged = judgeRail(crypto, board.camera.signingKey, { messages: board.records });
    assert.equal(
      judged.doubts.map(([, doubt]) => doubt),
      ["no-end"],
    );
  }
});

test("in the mode never no frame is taken, whatever is asked", () => {
  const board = new Board();
  board.ask({ mode: "never" });
  for (const purpose of ["knock", "visit", "after", "rest"] as const) {
    board.ask({ mode: "never", purpose, visit: purpose === "visit" ? 41 : 0 });
    board.camera.frame(board.file(DAY), board.now);
    board.run(1_000);
    assert.equal([board.isPowered, board.beat.isOn, board.beat.ageMillis], [false, false, 0xffff_ffff]);
  }
  assert.equal([board.taken, board.card.names.length, board.records.length], [0, 0, 0]);
});

test("a case that was opened is told for 150 s after it was closed: an answer that is lost hides nothing", () => {
  const board = new Board();
  board.run(500);
  board.camera.caseChanged(true, board.now);
  board.camera.caseChanged(false, board.now);
  const closedAt = board.now;
  while (board.now < closedAt + 149_500) {
    board.rest();
    assert.ok(board.beat.isCaseOpen && !board.isProof);
    board.run(500);
  }
  board.run(1_000);
  board.rest();
  assert.not.ok(board.beat.isCaseOpen);
});

test("and where the radio is silent for longer, it is told in three answers in a row over one session", () => {
  const board = new Board();
  board.run(500);
  board.camera.caseChanged(true, board.now);
  board.camera.caseChanged(false, board.now);
  board.rest();
  board.run(400_000, false);
  const told: boolean[] = [];
  for (let count = 0; count < 5; count++) {
    // In between the lock is out of reach once more, for long enough that another session is opened.
    if (count === 1) board.run(80_000, false);
    board.rest();
    told.push(board.beat.isCaseOpen);
  }
  assert.equal(told, [true, true, true, true, false]);
});

test("a case that is opened again while it is told is told anew", () => {
  const board = new Board();
  board.run(500);
  for (const isOpen of [true, false]) board.camera.caseChanged(isOpen, board.now);
  board.run(140_000);
  for (const isOpen of [true, false]) board.camera.caseChanged(isOpen, board.now);
  board.run(140_000);
  assert.ok(board.beat.isCaseOpen);
  board.run(12_000);
  assert.not.ok(board.beat.isCaseOpen);
});

test("an off that comes an hour after the lock's last word has the time of then, and not of that word", () => {
  const board = new Board({ frameMillis: 10_000 });
  board.picture = () => undefined;
  board.run(10_000);
  board.ask({ mode: "always" });
  const [lo = 0, hi = 0] = board.rail.at(-1)?.told ?? [];
  board.run(3_600_000, false);
  const { event, told } = board.rail.at(-1) ?? {};
  assert.equal([event, told], ["off", [lo + 3_600, hi + 3_601]]);
});

test("a lock that has not proven itself when the power goes is not kept, and one that has is", () => {
  const board = new Board();
  board.run(1_000);
  board.isLockThere = false;
  board.start();
  board.run(120_000);
  assert.ok(board.camera.snapshot.isPaired, "a lock that is away for a while is no reason to leave it");
  board.camera.caseChanged(true, board.now);
  board.camera.forgetPressed(board.now);
  board.camera.caseChanged(false, board.now);
  // As a new camera hears it in a network in which another one is enrolled.
  board.pair();
  board.run(30_000);
  board.start();
  board.run(1_000);
  assert.not(board.camera.snapshot.isPaired);
});

test.run();
