// What the lock believes of its camera: which heartbeat proves what, for how long, and which proves nothing.
// Method: the lock's Witness and a real CameraLink face to face; frames are handed over, held back, kept and put back by hand,
// and time is moved by hand. Each bound is tried at the last millisecond that holds and at the first that does not.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { ascending } from "../../firmware/crypto/test/checks.ts";
import {
  encodeHandshake,
  encodePlain,
  FRAME_COMMANDS,
  FRAME_ENROLLED,
  FRAME_KK_1,
  FRAME_KK_2,
  FRAME_OFFER,
} from "../../firmware/link/frame.ts";
import { encodeOffer } from "../../firmware/link/introduction.ts";
import { BoardSessions } from "../../firmware/link/session.ts";
import { type Ask, encodeHeartbeat, type Heartbeat } from "../../firmware/link/witness.ts";
import { millis } from "../../firmware/platform.ts";
import { Stream } from "../../simulator/random.ts";
import { enrolledAs } from "../../simulator/wired.ts";
import { LOCK, SEED, SEQUENCE } from "./cable.ts";
import { CAMERA, ENROLLED, GOOD, GRANT, OTHER, REST, Room, VISIT } from "./room.ts";

test("a camera comes up by itself, is asked at once, and its first answer is a proof", () => {
  const room = new Room();
  assert.equal([room.proof, room.witness.last, room.witness.isHeard(room.now)], [0, undefined, false]);
  room.pass(300);
  assert.equal([room.asks.length, room.heard.length, room.proof], [1, 1, 2]);
  assert.equal(room.witness.last, room.heard[0]);
  assert.ok(room.witness.isHeard(room.now) && room.witness.isUp(CAMERA.kid) && room.link.isUp);
  assert.equal(room.strangers, []);
});

const PROOFS: readonly (readonly [name: string, change: Partial<Heartbeat>, proof: number])[] = [
  ["good for 3 s", {}, 2],
  ["good for 2,999 ms", { okMillis: 2_999 }, 1],
  ["not good", { verdict: 1 }, 1],
  ["that sounds an alarm", { alarm: 2 }, 1],
  ["whose case is open", { isCaseOpen: true }, 0],
  ["whose last frame is 1,500 ms old", { ageMillis: 1_500 }, 2],
  ["whose last frame is 1,501 ms old", { ageMillis: 1_501 }, 1],
  ["that has seen no frame", { ageMillis: 0xffff_ffff, okMillis: 0 }, 1],
  ["without power at its sensor", { isOn: false }, 0],
  ["that cannot record", { canRecord: false }, 0],
  ["that records nothing yet", { isRecording: false }, 2],
];

for (const [name, change, proof] of PROOFS) {
  test(`a camera ${name} proves ${proof}`, () => {
    const room = new Room();
    room.beat = { ...GOOD, ...change };
    room.start().answerAfter(0);
    assert.is(room.proof, proof);
  });
}

const AGES: readonly (readonly [age: number, proof: number, isHeard: boolean])[] = [
  [0, 2, true],
  [999, 2, true],
  [1_000, 1, true],
  [1_499, 1, true],
  [1_500, 0, false],
  [60_000, 0, false],
];

for (const [age, proof, isHeard] of AGES) {
  test(`${age} ms after it was asked, a camera that fell silent proves ${proof}`, () => {
    const room = new Room().start().answerAfter(0);
    room.now = millis(room.now + age);
    assert.equal([room.proof, room.witness.isHeard(room.now)], [proof, isHeard]);
    assert.is(room.witness.last, room.heard.at(-1), "and what it said last is known");
  });

  test(`an answer that came ${age} ms after it was asked has that age, though it arrived now`, () => {
    const room = new Room().start();
    room.beat = undefined;
    room.pass(2_000);
    room.beat = GOOD;
    room.answerAfter(age);
    assert.equal([room.proof, room.witness.isHeard(room.now)], [proof, isHeard]);
  });
}

test("the age of a frame goes on counting while the heartbeat ages", () => {
  const room = new Room();
  room.beat = { ...GOOD, ageMillis: 1_000 };
  room.start().answerAfter(500);
  assert.is(room.proof, 2);
  room.now = millis(room.now + 1);
  assert.is(room.proof, 1);
});

for (const [age, isTaken] of [
  [5_000, true],
  [5_001, false],
] as const) {
  test(`an answer that was held back for ${age} ms is ${isTaken ? "heard" : "dropped"}, and proves nothing`, () => {
    const room = new Room().start();
    room.beat = undefined;
    room.pass(2_000);
    room.beat = GOOD;
    const before = room.heard.length;
    room.answerAfter(age);
    assert.equal([room.heard.length > before, room.strangers, room.proof], [isTaken, isTaken ? [] : [1], 0]);
  });
}

test("a frame that was recorded proves nothing when it comes again, whether the camera is there or not", () => {
  const room = new Room().start();
  const recorded = room.fromCamera.filter((frame) => frame[0] === FRAME_COMMANDS);
  const { length } = room.heard;
  for (const frame of recorded) room.hand(frame);
  assert.is(room.heard.length, length);
  room.isJammed = true;
  room.pass(2_000);
  for (const frame of recorded) room.hand(frame);
  assert.equal([room.heard.length, room.proof], [length, 0]);
});

test("a heartbeat with a number that was not drawn, with one of the day before, or with one that was answered, is dropped", () => {
  const room = new Room().start();
  const [first] = room.asks;
  const { length } = room.heard;
  for (const nonce of [ascending(1, 16), new Uint8Array(16), first.nonce]) {
    room.link.answer({ ...GOOD, nonce }, room.now);
  }
  room.pass(0);
  assert.equal([room.heard.length, room.strangers], [length, [1, 1, 1]]);
});

test("an answer that was overtaken by a newer one changes nothing", () => {
  const room = new Room().start();
  room.beat = undefined;
  room.pass(1_000);
  const [older, newer] = room.asks.slice(-2);
  const { length } = room.heard;
  room.link.answer({ ...GOOD, nonce: newer.nonce }, room.now);
  room.link.answer({ ...GOOD, isOn: false, nonce: older.nonce }, room.now);
  room.pass(0);
  assert.equal([room.heard.length, room.proof, room.strangers], [length + 1, 2, [1]]);
});

test("what makes no sense in a genuine session is counted, and changes nothing", () => {
  const room = new Room();
  const said: Bytes[] = [];
  const sessions = new BoardSessions(
    {
      ...{ crypto, random: new Stream(SEED, "camera"), role: 2, identity: CAMERA },
      wire: { send: (frame) => said.push(frame) },
      lock: { lockId: LOCK.lockId, agreementKey: LOCK.agreementKey, sequence: SEQUENCE },
    },
    room.now,
  );
  sessions.tick(room.now);
  room.hand(said[0]);
  assert.is(sessions.received(room.fromLock[0], room.now).kind, "up");
  for (const plaintext of [
    new Uint8Array(0),
    Uint8Array.of(0x80),
    encodeHeartbeat({ ...GOOD, nonce: ascending(0, 16) }),
  ]) {
    sessions.send(plaintext);
  }
  for (const frame of said.slice(1)) room.hand(frame);
  assert.equal([room.strangers, room.heard.length, room.proof], [[1, 1, 1], 0, 0]);
});

test("asks each 500 ms while somebody comes or goes, each 60 s else, each time with another number", () => {
  const room = new Room().start();
  const { length } = room.asks;
  room.pass(5_000);
  assert.is(room.asks.length, length + 10);
  room.witness.wish(REST, room.now);
  room.pass(0);
  assert.is(room.asks.length, length + 11);
  room.pass(59_950);
  assert.is(room.asks.length, length + 11);
  room.pass(50);
  assert.is(room.asks.length, length + 12);
  assert.is(new Set(room.asks.map(({ nonce }) => nonce.join())).size, room.asks.length);
});

test("an ask says what is wished, at once where any of it is new, and not where nothing is", () => {
  const room = new Room().start();
  const { nonce: _, ...said } = room.asks.at(-1) as Ask;
  assert.equal(said, { purpose: "visit", mode: "visits", visit: 12, grant: GRANT, lo: 100, hi: 101 });
  let { length } = room.asks;
  room.witness.wish({ ...VISIT, grant: GRANT.slice() }, room.now);
  room.pass(0);
  assert.is(room.asks.length, length);
  for (const wish of [
    { ...VISIT, visit: 13 },
    { ...VISIT, visit: 13, grant: undefined },
    { ...VISIT, visit: 13, grant: ascending(4, 8) },
    { ...VISIT, purpose: "after" as const },
    REST,
  ]) {
    room.witness.wish(wish, room.now);
    room.pass(0);
    assert.is(room.asks.length, ++length);
    const { purpose, visit, grant } = room.asks.at(-1) as Ask;
    assert.equal({ purpose, visit, grant }, wish);
  }
  room.mode = "never";
  assert.ok((room.witness.nextTick ?? Number.POSITIVE_INFINITY) <= room.now, "it ticks for a new mode");
  room.pass(0);
  assert.equal([room.asks.length, room.asks.at(-1)?.mode], [length + 1, "never"]);
});

test("who looks after the camera was silent makes the lock ask, and not without end", () => {
  const room = new Room().start(REST);
  room.pass(10_000);
  const { length } = room.asks;
  assert.not(room.witness.isSeeing(room.now));
  room.pass(50);
  assert.is(room.asks.length, length + 1);
  assert.ok(room.witness.isSeeing(room.now));
  room.beat = undefined;
  room.pass(2_000);
  for (let count = 0; count < 40; count++) {
    assert.not(room.witness.isSeeing(room.now));
    room.pass(50);
  }
  assert.ok(room.asks.length - length - 1 <= 9, `${room.asks.length - length}`);
});

test("a camera whose sensor is off shows nothing", () => {
  const room = new Room();
  room.beat = { ...GOOD, isOn: false };
  room.start();
  assert.not(room.witness.isSeeing(room.now));
});

test("the radio is jammed: nothing is proven after 1.5 s, and proven again within 4 s of its end", () => {
  const room = new Room().start();
  assert.is(room.proof, 2);
  room.isJammed = true;
  room.pass(1_500);
  assert.is(room.proof, 0);
  room.pass(20_000);
  room.isJammed = false;
  room.pass(9_000);
  assert.is(room.proof, 2);
});

test("a camera that started anew opens another session, and the former one stands until that is used", () => {
  const room = new Room().start();
  const handshakes = room.fromCamera.filter((frame) => frame[0] === FRAME_KK_1);
  // Message 1 that was recorded ends nothing.
  room.pass(2_000);
  room.hand(handshakes[0]);
  room.pass(2_000);
  assert.is(room.proof, 2);
  room.link = room.camera(CAMERA, "camera that started anew");
  room.pass(600);
  assert.is(room.proof, 2);
  assert.equal(room.strangers, []);
});

test("a camera that hears nothing for 3 s during a visit opens a session with the lock that has just started", () => {
  const room = new Room().start();
  const other = new Room();
  const { length } = room.fromCamera;
  room.isJammed = true;
  room.pass(3_100);
  const opened = room.fromCamera.slice(length).filter((frame) => frame[0] === FRAME_KK_1);
  assert.is(opened.length, 1);
  other.hand(opened[0]);
  assert.is(other.fromLock.filter((frame) => frame[0] === FRAME_KK_2).length, 1);
});

test("a board that was removed proves nothing from that moment on, nor does one that is enrolled in its place", () => {
  const room = new Room().start();
  assert.equal([room.proof, room.witness.isEnrolled], [2, true]);
  room.boards = [];
  assert.equal([room.proof, room.witness.last, room.witness.isEnrolled], [0, undefined, false]);
  room.pass(1_000);
  assert.equal([room.proof, room.witness.state(room.now)], [0, undefined]);
  room.boards = [enrolledAs(CAMERA, SEQUENCE + 1, 2)];
  room.pass(20_000);
  assert.equal([room.proof, room.witness.last], [0, undefined], "another enrolment is another camera");
});

test("of two cameras only the first counts", () => {
  const room = new Room();
  room.boards = [enrolledAs(OTHER, SEQUENCE, 2), ENROLLED];
  room.pass(10_000);
  assert.equal([room.proof, room.fromLock.filter((frame) => frame[0] === FRAME_KK_2).length], [0, 0]);
});

for (const [name, role] of [
  ["a keypad", 1],
  ["a bridge", 3],
] as const) {
  test(`${name} on the camera's wire is not answered, be it enrolled, nor whoever has its keys and says that it is a camera`, () => {
    const room = new Room();
    room.boards = [enrolledAs(CAMERA, SEQUENCE, role)];
    room.pass(10_000);
    const { agreementKey, signingKey } = CAMERA;
    for (const offered of [role, 2]) {
      room.hand(encodePlain(FRAME_OFFER, encodeOffer({ role: offered, agreementKey, signingKey })));
    }
    assert.equal([room.fromLock.length, room.proof, room.witness.isEnrolled], [0, 0, false]);
  });
}

test("an enrolled camera that offers itself is told whose it is; one that is not is shown to the owner", () => {
  const room = new Room();
  const offer = ({ agreementKey, signingKey } = CAMERA) =>
    encodePlain(FRAME_OFFER, encodeOffer({ role: 2, agreementKey, signingKey }));
  room.hand(offer());
  assert.equal(
    room.fromLock.map(([type]) => type),
    [FRAME_ENROLLED],
  );
  assert.is(room.witness.offer, undefined);
  room.hand(offer(OTHER));
  assert.is(room.fromLock.length, 1);
  assert.equal(room.witness.offer?.signingKey, OTHER.signingKey);
});

test("whoever is in the network offers no keypad on the camera's wire, nor hides a camera behind one", () => {
  const room = new Room();
  const offer = (role: number, { agreementKey, signingKey }: typeof OTHER) =>
    encodePlain(FRAME_OFFER, encodeOffer({ role, agreementKey, signingKey }));
  room.boards = [];
  room.hand(offer(1, OTHER));
  assert.is(room.witness.offer, undefined);
  room.hand(offer(2, CAMERA));
  room.hand(offer(1, OTHER));
  assert.equal(room.witness.offer?.signingKey, CAMERA.signingKey);
});

test("what another lock and its camera say in the same network is in no record", () => {
  const room = new Room().start();
  const { length } = room.fromCamera;
  room.camera(OTHER, "next door").tick(room.now);
  const theirs = room.fromCamera.slice(length).filter(([type]) => type === FRAME_KK_1);
  assert.ok(theirs.length > 0);
  for (const frame of theirs) room.hand(frame);
  room.hand(encodePlain(FRAME_ENROLLED, new Uint8Array(50)));
  room.hand(encodeHandshake(FRAME_KK_2, 7, new Uint8Array(48)));
  assert.equal(room.strangers, []);
  assert.is(room.witness.isUp(CAMERA.kid), true);
});

test("a ticket goes to the camera where there is a session, and the lock says so where there is none", () => {
  const ticket = { ticket: ascending(1, 8), viewerKey: ascending(2, 32), rights: 1, seconds: 60 };
  const room = new Room();
  assert.is(room.witness.admit(ticket), undefined);
  room.start(REST);
  assert.is(room.witness.admit(ticket), ENROLLED);
  room.pass(0);
  assert.equal(room.tickets, [ticket]);
});

test("what an owner sees is the newest heartbeat and how old it is", () => {
  const room = new Room();
  assert.is(room.witness.state(room.now), undefined);
  room.beat = { ...GOOD, verdict: 4, alarm: 2, visit: 12, ageMillis: 70 };
  room.start().answerAfter(40);
  const { okMillis: _, powerHash: __, head: ___, ...shown } = room.beat;
  assert.equal(room.witness.state(room.now), { ...shown, heardMillis: 40 });
});

test("a link that was lost ends its session after 150 s, and the lock asks nobody", () => {
  const room = new Room().start(REST);
  room.isJammed = true;
  room.pass(150_000);
  assert.not(room.witness.isUp(CAMERA.kid));
  const { length } = room.fromLock;
  room.pass(130_000);
  assert.is(room.fromLock.length, length);
});

test.run();
