// Boards that do not belong to a lock: a keypad that nobody enrolled, one of another lock, one that was removed, one that is
// new and offers itself, and somebody who floods the wire.
// Method: each at the outer end of a simulated cable (simulator/wired.ts); the lock must do nothing, and mostly say nothing.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, fromAscii } from "../../firmware/bytes.ts";
import {
  encodePlain,
  FRAME_ENROLLED,
  FRAME_HEADER_BYTES,
  FRAME_KK_1,
  FRAME_KK_2,
  FRAME_OFFER,
} from "../../firmware/link/frame.ts";
import { encodeEnrolled, encodeOffer, type Offer, parseEnrolled } from "../../firmware/link/introduction.ts";
import { QUIET_LINE } from "../../simulator/line.ts";
import { Stream } from "../../simulator/random.ts";
import { enrolledAs, type LinkEnd, LockEnd } from "../../simulator/wired.ts";
import { ANSWERED_MAX } from "../openings.ts";
import { HALF_OPEN_MILLIS } from "../peers.ts";
import { Bench, FOREIGN, KEYPAD, OTHER_LOCK, PAIRED, SEED, SEQUENCE } from "./cable.ts";

const STRANGERS: readonly (readonly [name: string, board: (bench: Bench) => LinkEnd])[] = [
  ["a keypad that was never enrolled", (bench) => bench.board(FOREIGN)],
  ["a board of another role", (bench) => bench.board(KEYPAD, PAIRED, 2)],
  ["a keypad of a former enrolment", (bench) => bench.board(KEYPAD, { ...PAIRED, sequence: SEQUENCE - 1 })],
  ["a keypad of a lock with another name", (bench) => bench.board(KEYPAD, { ...PAIRED, lockId: OTHER_LOCK.lockId })],
  [
    "a keypad that has the enrolled one's name, and not its secret",
    (bench) => bench.board({ ...KEYPAD, agreementSecret: FOREIGN.agreementSecret }),
  ],
];

for (const [name, create] of STRANGERS) {
  test(`${name} is not answered at all`, () => {
    const bench = new Bench();
    bench.lock.powerOn();
    const stranger = create(bench);
    stranger.powerOn();
    stranger.ask({ kind: "entry", digits: fromAscii("1234") });
    bench.pass(60_000);
    assert.equal(bench.typesTo("outside"), []);
    assert.equal(stranger.log, ["unanswered entry"]);
    assert.ok(bench.lock.log.length > 0 && bench.lock.log.every((line) => line === "stranger 2"));
  });
}

test("a keypad that was taken to another lock is useless there", () => {
  const bench = new Bench();
  const other = new LockEnd(bench.world, crypto, { line: bench.line, identity: OTHER_LOCK });
  other.boards = [enrolledAs(FOREIGN, SEQUENCE)];
  other.powerOn();
  bench.keypad.powerOn();
  bench.enter("1234");
  bench.pass(60_000);
  assert.equal(bench.typesTo("outside"), []);
  assert.ok(other.log.every((line) => line === "stranger 2"));
});

test("a lock that is not the keypad's own hears no digit, though it has enrolled that keypad", () => {
  const bench = new Bench();
  const other = new LockEnd(bench.world, crypto, { line: bench.line, identity: OTHER_LOCK });
  other.boards = [enrolledAs(KEYPAD, SEQUENCE)];
  other.powerOn();
  bench.keypad.powerOn();
  bench.enter("1234");
  bench.pass(60_000);
  assert.equal(
    other.log.filter((line) => line !== "stranger 2"),
    [],
  );
  assert.equal(new Set(bench.typesTo("inside")), new Set([FRAME_KK_1]));
});

test("a removed keypad is cut off at once, and is not answered again", () => {
  for (const isTold of [true, false]) {
    const bench = new Bench().start();
    bench.lock.boards = [];
    if (isTold) bench.lock.core?.forget(KEYPAD.kid);
    const log = bench.lock.log.slice();
    const before = bench.typesTo("outside").length;
    bench.enter("1234");
    bench.pass(30_000);
    assert.equal(
      bench.lock.log.filter((line) => !line.startsWith("stranger")),
      log,
    );
    assert.is(bench.typesTo("outside").length, before);
    assert.not(bench.lock.core?.isUp(KEYPAD.kid));
    assert.is(bench.lock.core?.lastReport(KEYPAD.kid), undefined);
  }
});

test("a keypad that is enrolled anew has no session of its former enrolment", () => {
  const bench = new Bench().start();
  bench.lock.boards = [enrolledAs(KEYPAD, SEQUENCE + 1)];
  bench.enter("1234");
  bench.pass(30_000);
  assert.is(bench.count("serve entry 1234"), 0);
  assert.is(bench.keypad.log.at(-1), "unanswered entry");
});

test("noise of the length of message 1 costs no key agreement, and the session that stands goes on", () => {
  let agreements = 0;
  const counting: typeof crypto = {
    ...crypto,
    agree: (secret, publicKey) => {
      agreements++;
      return crypto.agree(secret, publicKey);
    },
  };
  const bench = new Bench(QUIET_LINE, SEED, counting).start();
  agreements = 0;
  const noise = new Stream(SEED, "flood");
  for (let count = 0; count < 1_000; count++) {
    const frame = new Uint8Array(57);
    noise.fill(frame);
    frame[0] = FRAME_KK_1;
    frame.fill(0, 5, 9);
    bench.line.inject("inside", frame);
    bench.pass(10);
  }
  assert.is(bench.count("stranger 2"), 1_000);
  assert.is(agreements, 0);
  bench.enter("1234");
  bench.pass(100);
  assert.is(bench.keypad.log.at(-1), "reply entry yes");
});

test("a recorded message 1 is answered once by a lock that has started since, and not at all under another number", () => {
  const bench = new Bench().start();
  const [first] = bench.heard;
  bench.lock.powerOff();
  bench.lock.powerOn();
  const told = bench.typesTo("outside").length;
  for (let count = 0; count < 100; count++) {
    const frame = first.frame.slice();
    frame[1] ^= 1 + count;
    bench.line.inject("inside", frame);
    bench.pass(100);
  }
  assert.is(bench.typesTo("outside").length, told);
  for (let count = 0; count < 100; count++) {
    bench.line.inject("inside", first.frame);
    // Beyond the time of a session that waits, in which the same answer is sent again.
    bench.pass(HALF_OPEN_MILLIS + 100);
  }
  assert.is(bench.typesTo("outside").length, told + 1);
  assert.is(bench.count("serve report"), 1);
});

test("recordings that a lock has not heard open one session a second", () => {
  const bench = new Bench();
  bench.keypad.powerOn();
  bench.pass(200_000);
  bench.keypad.powerOff();
  const recorded = bench.heard.map(({ frame }) => frame);
  assert.ok(recorded.length > 20);
  bench.lock.powerOn();
  for (let count = 0; count < 100; count++) {
    bench.line.inject("inside", recorded[count % recorded.length]);
    bench.pass(100);
  }
  const answered = new Set(
    bench.heard.filter(({ to }) => to === "outside").map(({ frame }) => frame.slice(1, 5).join()),
  );
  assert.ok(answered.size >= 9 && answered.size <= 11, `${answered.size}`);
});

test("message 1 of the session that stands is never answered again, however many were answered since", () => {
  const bench = new Bench();
  bench.keypad.powerOn();
  bench.pass(ANSWERED_MAX * 10_000);
  bench.keypad.powerOff();
  const recorded = bench.heard.map(({ frame }) => frame).slice(-ANSWERED_MAX);
  assert.is(recorded.length, ANSWERED_MAX);
  bench.start();
  const first = bench.heard.filter(({ to, frame }) => to === "inside" && frame[0] === FRAME_KK_1).at(-1)?.frame;
  assert.ok(first !== undefined);
  for (const frame of recorded) {
    bench.pass(1_100);
    bench.line.inject("inside", frame);
  }
  bench.pass(1_100);
  const answers = () => bench.typesTo("outside").filter((type) => type === FRAME_KK_2).length;
  const answered = answers();
  assert.is(answered, 1 + ANSWERED_MAX);
  bench.line.inject("inside", first);
  bench.pass(100);
  assert.is(answers(), answered);
  bench.enter("1234");
  bench.pass(100);
  assert.is(bench.keypad.log.at(-1), "reply entry yes");
});

/** A board without a lock: what it says, and what it is told. */
function offering(bench: Bench, offer: Offer): Bytes[] {
  const told: Bytes[] = [];
  bench.line.plug("outside", { received: (frame) => told.push(frame) });
  bench.line.outside.send(encodePlain(FRAME_OFFER, encodeOffer(offer)));
  bench.pass(20);
  return told;
}

const OFFER: Offer = { role: 1, agreementKey: KEYPAD.agreementKey, signingKey: KEYPAD.signingKey };

test("an offer of a board that is not enrolled is kept for 60 s, and not answered", () => {
  const bench = new Bench();
  bench.lock.boards = [];
  bench.lock.powerOn();
  assert.is(bench.lock.core?.offer, undefined);
  assert.equal(offering(bench, OFFER), []);
  assert.equal(bench.lock.core?.offer, OFFER);
  bench.pass(59_980);
  assert.equal(bench.lock.core?.offer, OFFER);
  bench.pass(40);
  assert.is(bench.lock.core?.offer, undefined);
});

test("the newest offer counts", () => {
  const bench = new Bench();
  bench.lock.boards = [];
  bench.lock.powerOn();
  offering(bench, OFFER);
  const other = { role: 1, agreementKey: FOREIGN.agreementKey, signingKey: FOREIGN.signingKey };
  offering(bench, other);
  assert.equal(bench.lock.core?.offer, other);
});

test("an offer of a board that an owner enrolled is answered with the lock's key, and is none any more", () => {
  const bench = new Bench();
  bench.lock.boards = [];
  bench.lock.powerOn();
  offering(bench, OFFER);
  bench.lock.boards = [enrolledAs(KEYPAD, SEQUENCE)];
  assert.is(bench.lock.core?.offer, undefined);
  const [answer, ...more] = offering(bench, OFFER);
  assert.equal(more, []);
  assert.is(answer[0], FRAME_ENROLLED);
  assert.equal(parseEnrolled(answer.slice(FRAME_HEADER_BYTES)), PAIRED);
  assert.is(bench.lock.core?.offer, undefined);
});

for (const [name, offer] of [
  ["another X25519 key", { ...OFFER, agreementKey: FOREIGN.agreementKey }],
  ["another Ed25519 key", { ...OFFER, signingKey: FOREIGN.signingKey }],
] as const) {
  test(`an offer with an enrolled board's other parts and ${name} is a stranger's`, () => {
    const bench = new Bench();
    bench.lock.powerOn();
    assert.equal(offering(bench, offer), []);
    assert.equal(bench.lock.core?.offer, offer);
  });
}

test("a board of another role is not offered on the keypads' wire", () => {
  const bench = new Bench();
  bench.lock.powerOn();
  assert.equal(offering(bench, { ...OFFER, role: 2 }), []);
  assert.is(bench.lock.core?.offer, undefined);
});

test("offers are answered four at once, then one a second", () => {
  const bench = new Bench();
  bench.lock.powerOn();
  let answers = 0;
  for (let count = 0; count < 40; count++) answers += offering(bench, OFFER).length;
  assert.is(answers, 4);
});

test("a board that has a lock ignores the answer to an offer", () => {
  const bench = new Bench().start();
  const other = { lockId: OTHER_LOCK.lockId, agreementKey: OTHER_LOCK.agreementKey, sequence: 1 };
  bench.line.inject("outside", encodePlain(FRAME_ENROLLED, encodeEnrolled(other)));
  bench.pass(10);
  bench.enter("1234");
  bench.pass(100);
  assert.equal(bench.keypad.log, ["up", "reply report yes", "reply entry yes"]);
});

test.run();
