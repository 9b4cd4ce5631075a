// The wire between a lock and its keypad, from both ends: what is done, what is done once, and what is never believed.
// Method: the lock's Boards and a bare BoardLink on a simulated cable (simulator/wired.ts); frames are overheard, kept,
// spoilt and put back. Each end is reset at any moment.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Bytes, fromAscii } from "../../firmware/bytes.ts";
import { FRAME_COMMANDS, FRAME_KK_1, FRAME_KK_2 } from "../../firmware/link/frame.ts";
import { ROUGH_LINE, type Side } from "../../simulator/line.ts";
import { Stream } from "../../simulator/random.ts";
import { enrolledAs } from "../../simulator/wired.ts";
import { HALF_OPEN_MILLIS, LOST_MILLIS } from "../peers.ts";
import { Bench, FOREIGN, KEYPAD, PAIRED, SEED, SEQUENCE } from "./cable.ts";

test("a keypad comes up with two messages, reports, and its code is served", () => {
  const bench = new Bench().start();
  assert.equal(bench.lock.log, ["up", "serve report"]);
  bench.enter("482915");
  bench.pass(100);
  assert.equal(bench.lock.log.slice(2), ["serve entry 482915"]);
  assert.equal(bench.keypad.log, ["up", "reply report yes", "reply entry yes"]);
  assert.equal(bench.typesTo("inside"), [FRAME_KK_1, FRAME_COMMANDS, FRAME_COMMANDS]);
  assert.equal(bench.typesTo("outside"), [FRAME_KK_2, FRAME_COMMANDS, FRAME_COMMANDS]);
  assert.ok(bench.lock.core?.isUp(KEYPAD.kid));
  assert.equal(bench.lock.core?.lastReport(KEYPAD.kid), { isCaseOpen: false, isKeyStuck: false, millivolts: 5_000 });
});

for (const result of ["no", "yes", "wait", "paused", "early"] as const) {
  test(`the answer ${result} has the size of every other, and the entry too`, () => {
    const bench = new Bench().start();
    bench.lock.result = result;
    bench.enter("1");
    bench.pass(100);
    bench.enter("12345678901234567890");
    bench.pass(100);
    assert.is(bench.keypad.log.filter((line) => line === `reply entry ${result}`).length, 2);
    const sizes = (side: Side) => bench.heard.filter(({ to }) => to === side).map(({ frame }) => frame.length);
    assert.equal(new Set(sizes("inside").slice(2)), new Set([62]));
    assert.equal(new Set(sizes("outside").slice(2)), new Set([39]));
  });
}

test("no frame shows a digit that was typed", () => {
  const bench = new Bench().start();
  bench.enter("4829154829");
  bench.pass(100);
  const digits = fromAscii("4829154829").join();
  assert.ok(bench.heard.every(({ frame }) => !frame.join().includes(digits)));
});

// Whichever side is reset, at whatever moment after the code was sent: it is done once, and the keypad hears of it.
for (const side of ["lock", "keypad"] as const) {
  test(`the ${side} is reset, and the link is up again within ten seconds`, () => {
    for (let moment = 0; moment <= 40; moment += 4) {
      const bench = new Bench().start();
      const end = bench[side];
      bench.pass(moment);
      end.powerOff();
      bench.pass(50);
      end.powerOn();
      if (side === "lock") bench.keypad.report();
      bench.pass(10_000);
      assert.is(bench.keypad.log.at(-1), "reply report yes", `${moment}`);
      bench.enter("1234");
      bench.pass(100);
      assert.is(bench.count("serve entry 1234"), 1, `${moment}`);
      assert.is(bench.keypad.log.at(-1), "reply entry yes", `${moment}`);
    }
  });
}

test("a code that was typed while the lock was away is served when it is back, within 15 s", () => {
  const bench = new Bench().start();
  bench.lock.powerOff();
  bench.enter("1234");
  bench.pass(5_000);
  bench.lock.powerOn();
  bench.pass(10_000);
  assert.is(bench.count("serve entry 1234"), 1);
  assert.is(bench.keypad.log.at(-1), "reply entry yes");
});

test("the answer is lost, and the repeat is answered, and not done again", () => {
  const bench = new Bench().start();
  let lost = 2;
  bench.line.overhear((to) => {
    // The cable is open at the very moment in which an answer leaves.
    if (to === "outside" && lost-- > 0) bench.world.after(0, () => bench.line.cut(true));
    else bench.line.cut(false);
  });
  bench.enter("1234");
  bench.pass(5_000);
  assert.is(bench.count("serve entry 1234"), 1);
  assert.equal(bench.keypad.log.slice(2), ["reply entry yes"]);
  assert.ok(bench.typesTo("inside").length > 4, "it was repeated");
});

test("a repeat over a new session is answered as before, with what the lock shows now", () => {
  const bench = new Bench().start();
  bench.lock.result = "wait";
  // The first four answers are lost.
  const answers: Bytes[] = [];
  bench.line.overhear((to, frame) => {
    if (to === "outside" && frame[0] === FRAME_COMMANDS && answers.length < 4) {
      answers.push(frame);
      bench.world.after(0, () => {
        bench.line.cut(true);
        bench.line.cut(false);
      });
    }
  });
  bench.enter("1234");
  bench.pass(3_500);
  bench.lock.result = "no";
  bench.lock.view = { ...bench.lock.view, isThrown: false };
  bench.pass(2_000);
  assert.is(bench.count("serve entry 1234"), 1);
  assert.equal(bench.keypad.log.slice(2), ["up", "reply entry wait"]);
  assert.is(bench.keypad.view?.isThrown, false);
  assert.is(bench.typesTo("inside").filter((type) => type === FRAME_KK_1).length, 2);
});

test("the cable is cut: no input, no answer after 15 s, and lost after 150 s", () => {
  const bench = new Bench().start();
  bench.line.cut(true);
  bench.enter("1234");
  bench.pass(14_999);
  assert.is(bench.keypad.log.at(-1), "reply report yes");
  bench.pass(1);
  assert.is(bench.keypad.log.at(-1), "unanswered entry");
  assert.not(bench.keypad.core?.isBusy);
  assert.not(bench.keypad.core?.isUp);
  bench.pass(LOST_MILLIS - 15_200);
  assert.ok(bench.lock.core?.isUp(KEYPAD.kid));
  bench.pass(200);
  assert.not(bench.lock.core?.isUp(KEYPAD.kid));
  assert.equal(bench.lock.log, ["up", "serve report", "lost"]);
  bench.line.cut(false);
  bench.pass(10_000);
  assert.equal(bench.lock.log.slice(3), ["up", "serve report"]);
});

test("a keypad that never comes is told once as lost, 150 s after the start", () => {
  const bench = new Bench();
  bench.lock.powerOn();
  bench.pass(LOST_MILLIS - 1);
  assert.equal(bench.lock.log, []);
  bench.pass(1_000_000);
  assert.equal(bench.lock.log, ["lost"]);
});

test("it is asked again after 1, 2, 4, 8 s, and then every 8 s, or up to a quarter later, with a fresh key and number each time", () => {
  const bench = new Bench();
  const at: number[] = [];
  bench.line.overhear(() => at.push(bench.world.now));
  bench.keypad.powerOn();
  bench.pass(80_000);
  const waits = at.slice(1).map((moment, index) => moment - at[index]);
  const late = waits.map((wait, index) => wait / ([1_000, 2_000, 4_000][index] ?? 8_000));
  assert.ok(late.every((times) => times >= 1 && times < 1.25) && new Set(late).size > 3, late.join());
  const distinct = (from: number, to: number) =>
    new Set(bench.heard.map(({ frame }) => frame.slice(from, to).join())).size;
  assert.is(distinct(1, 5), at.length);
  assert.is(distinct(9, 41), at.length);
});

test("a session is followed by another after 24 h, without a moment in which there is none", () => {
  const bench = new Bench().start();
  const first = bench.heard[0].frame.slice(1, 5).join();
  for (let count = 0; count < 24 * 25; count++) {
    bench.pass(145_000);
    bench.keypad.report();
  }
  const shakes = bench.heard.filter(({ frame }) => frame[0] === FRAME_KK_1);
  assert.is(bench.keypad.log.filter((line) => line === "up").length, 2);
  assert.is(shakes.length, 2);
  assert.is.not(shakes[1].frame.slice(1, 5).join(), first);
  assert.is(bench.count("lost"), 0);
  assert.not(bench.keypad.log.includes("unanswered report"));
});

test("the former session is heard until the new one is used, and not after", () => {
  const bench = new Bench().start();
  // A second link of the same keypad: its first frame ends the first one's session.
  const twin = bench.board(KEYPAD);
  twin.isReporting = false;
  twin.powerOn();
  bench.pass(2_000);
  assert.equal(twin.log, ["up"]);
  const replayed = bench.heard.filter(({ to }) => to === "inside").at(-1);
  assert.is(replayed?.frame[0], FRAME_KK_1);
  bench.line.plug("outside", { received: (frame) => bench.keypad.hand(frame) });
  bench.enter("1111");
  bench.pass(100);
  assert.is(bench.count("serve entry 1111"), 1);
  bench.line.plug("outside", { received: (frame) => twin.hand(frame) });
  twin.ask({ kind: "entry", digits: fromAscii("2222") });
  bench.pass(100);
  assert.is(bench.count("serve entry 2222"), 1);
  bench.enter("3333");
  bench.pass(100);
  assert.is(bench.count("serve entry 3333"), 0);
});

test("a session that nobody uses ends after 10 s", () => {
  const bench = new Bench();
  bench.lock.powerOn();
  bench.keypad.isReporting = false;
  bench.keypad.powerOn();
  bench.pass(HALF_OPEN_MILLIS - 1);
  bench.keypad.report();
  bench.pass(100);
  assert.equal(bench.lock.log, ["up", "serve report"]);
  const late = new Bench();
  late.lock.powerOn();
  late.keypad.isReporting = false;
  late.keypad.powerOn();
  late.pass(HALF_OPEN_MILLIS + 10);
  late.keypad.report();
  late.pass(100);
  assert.equal(late.lock.log, []);
});

test("every frame of a day is played again, to either side, now and after any reset: nothing is done or said", () => {
  const bench = new Bench().start();
  bench.enter("482915");
  bench.pass(100);
  bench.keypad.ask({ kind: "lock" });
  bench.pass(100);
  const recorded = bench.heard.slice();
  const replay = () => {
    for (const { to, frame } of recorded) {
      bench.line.inject(to, frame);
      bench.pass(1_100);
    }
  };
  const done = () => bench.lock.log.filter((line) => line.startsWith("serve entry") || line === "serve lock");
  const before = done();
  const told = bench.keypad.log.slice();
  replay();
  assert.equal(done(), before);
  assert.equal(bench.keypad.log, told);
  bench.lock.powerOff();
  bench.lock.powerOn();
  replay();
  bench.keypad.powerOff();
  bench.keypad.powerOn();
  replay();
  assert.equal(done(), before);
  assert.equal(
    bench.keypad.log.slice(told.length).filter((line) => /entry|lock/.test(line)),
    [],
  );
  bench.pass(20_000);
  bench.enter("1234");
  bench.pass(5_000);
  assert.is(bench.keypad.log.at(-1), "reply entry yes", "and the link lives");
});

test("frames that come twice or out of order are done once", () => {
  const bench = new Bench().start();
  bench.enter("1111");
  bench.pass(100);
  const first = bench.heard.filter(({ to, frame }) => to === "inside" && frame[0] === FRAME_COMMANDS).at(-1);
  bench.enter("2222");
  bench.pass(100);
  for (const { to, frame } of bench.heard.slice().reverse()) bench.line.inject(to, frame);
  bench.pass(1_000);
  assert.ok(first);
  assert.is(bench.count("serve entry 1111"), 1);
  assert.is(bench.count("serve entry 2222"), 1);
  bench.enter("3333");
  bench.pass(100);
  assert.is(bench.keypad.log.at(-1), "reply entry yes");
});

test("message 1 that comes twice has one answer, sent twice", () => {
  const bench = new Bench();
  bench.lock.powerOn();
  bench.keypad.isReporting = false;
  bench.keypad.powerOn();
  bench.pass(50);
  bench.line.inject("inside", bench.heard[0].frame);
  bench.pass(50);
  const answers = bench.heard.filter(({ to }) => to === "outside").map(({ frame }) => frame.join());
  assert.is(answers.length, 2);
  assert.is(answers[0], answers[1]);
  bench.keypad.report();
  bench.pass(50);
  assert.equal(bench.lock.log, ["up", "serve report"]);
});

test("every frame, cut to any length and with any bit flipped, changes nothing", () => {
  const bench = new Bench().start();
  bench.enter("1234");
  bench.pass(100);
  const log = bench.lock.log.slice();
  const told = bench.keypad.log.slice();
  const frames = bench.heard.slice();
  for (const { to, frame } of frames) {
    const end = to === "inside" ? bench.lock : bench.keypad;
    for (let size = 0; size < frame.length; size++) end.hand(frame.slice(0, size));
    end.hand(Uint8Array.of(...frame, 0));
    for (let bit = 0; bit < 8 * frame.length; bit++) {
      const spoilt = frame.slice();
      spoilt[bit >> 3] ^= 1 << (bit & 7);
      end.hand(spoilt);
    }
  }
  assert.equal(
    bench.lock.log.filter((line) => !line.startsWith("stranger")),
    log,
  );
  assert.equal(bench.keypad.log, told);
  bench.pass(1_000);
  bench.enter("5678");
  bench.pass(100);
  assert.is(bench.keypad.log.at(-1), "reply entry yes");
});

test("noise on the cable, a whole hour of it: codes come through, each once, or are told as unanswered", () => {
  const bench = new Bench(ROUGH_LINE).start();
  const noise = new Stream(SEED, "noise");
  let answered = 0;
  for (let count = 0; count < 60; count++) {
    for (let burst = 0; burst < 3; burst++) {
      const bytes = new Uint8Array(noise.between(1, 200));
      noise.fill(bytes);
      bench.line.disturb(noise.chance(500) ? "inside" : "outside", bytes);
    }
    if (bench.keypad.core?.isBusy === false) bench.enter(`${1_000 + count}`);
    bench.pass(60_000);
    assert.ok(bench.count(`serve entry ${1_000 + count}`) <= 1);
    if (bench.keypad.log.at(-1) === "reply entry yes") answered++;
  }
  assert.ok(answered >= 58, `${answered} of 60, seed ${SEED}`);
  assert.ok(bench.line.counts.spoilt > 20);
});

test("of three sessions that wait, the oldest gives way, and two stand beside each other", () => {
  for (const [replays, isServed] of [
    [1, true],
    [2, false],
  ] as const) {
    const bench = new Bench();
    // What nobody heard but the one who recorded it.
    bench.keypad.powerOn();
    bench.pass(10_000);
    bench.keypad.powerOff();
    bench.lock.powerOn();
    bench.keypad.isReporting = false;
    bench.keypad.powerOn();
    bench.pass(1_100);
    for (let count = 0; count < replays; count++) {
      bench.line.inject("inside", bench.heard[count].frame);
      bench.pass(1_100);
    }
    bench.keypad.report();
    bench.pass(50);
    assert.equal(bench.lock.log, isServed ? ["up", "serve report"] : []);
    bench.keypad.isReporting = true;
    bench.pass(10_000);
    assert.is(bench.keypad.log.at(-1), "reply report yes");
  }
});

test("the lock writes over the digits as soon as they were judged", () => {
  const bench = new Bench().start();
  bench.enter("482915");
  bench.pass(100);
  assert.is(bench.count("serve entry 482915"), 1);
  assert.equal(bench.lock.digits, new Uint8Array(6));
});

test("two keypads on one cable are told apart", () => {
  const bench = new Bench();
  bench.lock.boards = [enrolledAs(FOREIGN, 3), enrolledAs(KEYPAD, SEQUENCE)];
  bench.start();
  assert.ok(bench.lock.core?.isUp(KEYPAD.kid));
  assert.not(bench.lock.core?.isUp(FOREIGN.kid));
  const second = bench.board(FOREIGN, { ...PAIRED, sequence: 3 });
  second.powerOn();
  bench.pass(100);
  assert.ok(bench.lock.core?.isUp(FOREIGN.kid));
  assert.ok(bench.lock.core?.isUp(KEYPAD.kid));
});

test("the keypad is told what it may show when that has changed, and only then", () => {
  const bench = new Bench().start();
  const before = bench.typesTo("outside").length;
  bench.lock.show({});
  assert.is(bench.typesTo("outside").length, before);
  bench.lock.show({ isThrown: false });
  bench.lock.show({ isThrown: false });
  bench.pass(100);
  assert.is(bench.typesTo("outside").length, before + 1);
  assert.equal(bench.keypad.view, { isThrown: false, isNight: false, isBatteryLow: false, isAlarm: false });
});

test.run();
