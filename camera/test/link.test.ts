// The camera's end of the radio, frame by frame: what it hears, what it answers, and when it opens another session.
// Method: the lock is played by hand, with the handshake that published vectors hold (noise.test.ts); time is moved by hand.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { ascending } from "../../firmware/crypto/test/checks.ts";
import type { Cipher } from "../../firmware/link/cipher.ts";
import {
  bodyOf,
  encodeHandshake,
  FRAME_COMMANDS,
  FRAME_KK_1,
  FRAME_KK_2,
  sessionOf,
} from "../../firmware/link/frame.ts";
import {
  type Ask,
  type CameraWord,
  encodeAsk,
  encodeTicket,
  type Heartbeat,
  type LockWord,
  type Purpose,
  parseCameraWord,
} from "../../firmware/link/witness.ts";
import { type Millis, millis } from "../../firmware/platform.ts";
import { answerBoard } from "../../simulator/played.ts";
import { Stream } from "../../simulator/random.ts";
import { CameraLink } from "../link.ts";

const LOCK_SECRET = ascending(1, 32);
const BOARD_SECRET = ascending(101, 32);
const KID = ascending(50, 8);
const LOCK_ID = "Ip1fiNKMHIM";
const BEAT: Heartbeat = {
  nonce: ascending(9, 16),
  verdict: 0,
  alarm: undefined,
  okMillis: 3_000,
  ageMillis: 100,
  isOn: true,
  canRecord: true,
  isRecording: false,
  isCaseOpen: false,
  visit: 0,
  power: 1,
  powerHash: ascending(7, 32),
  head: undefined,
};

function ask(purpose: Purpose, lo = 5): Ask {
  return { nonce: ascending(9, 16), purpose, mode: "visits", visit: 0, grant: undefined, lo, hi: lo + 1 };
}

/** A link, and by hand the lock at the other end of it. */
class Hand {
  readonly sent: Bytes[] = [];
  readonly link: CameraLink;
  now: Millis = millis(0);
  #ephemerals = 0;

  constructor() {
    const agreementKey = crypto.agreementPublicKey(BOARD_SECRET);
    this.link = new CameraLink(
      {
        crypto,
        random: new Stream(99, "board"),
        wire: { send: (frame) => this.sent.push(frame) },
        identity: { kid: KID, agreementSecret: BOARD_SECRET, agreementKey },
        lock: { lockId: LOCK_ID, agreementKey: crypto.agreementPublicKey(LOCK_SECRET), sequence: 3 },
      },
      this.now,
    );
    this.tick();
  }

  get opened(): number {
    return this.sent.filter((frame) => frame[0] === FRAME_KK_1).length;
  }

  get said(): Bytes[] {
    return this.sent.filter((frame) => frame[0] === FRAME_COMMANDS);
  }

  tick(duration = 0): void {
    this.now = millis(this.now + duration);
    this.link.tick(this.now);
  }

  /** Answers the newest message 1, where it is for this role. @returns the lock's cipher */
  answer(role = 2): Cipher {
    const first = this.sent.filter((frame) => frame[0] === FRAME_KK_1).at(-1);
    if (first === undefined) throw new Error("nothing to answer");
    const board = { role, boardKid: KID, boardKey: crypto.agreementPublicKey(BOARD_SECRET) };
    const pairing = { ...board, lockId: LOCK_ID, sequence: 3, lockSecret: LOCK_SECRET };
    const random = { fill: (target: Bytes) => target.set(ascending(++this.#ephemerals, 32)) };
    const { answer, cipher } = answerBoard(crypto, random, { first, pairing });
    assert.is(this.hand(answer), undefined);
    return cipher;
  }

  hand(frame: Bytes): LockWord | undefined {
    return this.link.received(frame, this.now);
  }

  /** What the camera said last. */
  read(cipher: Cipher): CameraWord {
    const last = this.said.at(-1);
    if (last === undefined) throw new Error("nothing was said");
    return parseCameraWord(cipher.open(last));
  }
}

test("says each second that it is there, until the lock speaks, and then nothing of its own accord", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  assert.equal(hand.read(cipher), { kind: "here" });
  assert.not(hand.link.isUp);
  assert.is(hand.link.nextTick, 1_000);
  hand.tick(999);
  assert.is(hand.said.length, 1);
  hand.tick(1);
  assert.equal(hand.read(cipher), { kind: "here" });
  assert.equal(hand.hand(cipher.seal(encodeAsk(ask("knock")))), { kind: "ask", ask: ask("knock") });
  assert.ok(hand.link.isUp);
  hand.tick(2_999);
  assert.is(hand.said.length, 2);
});

test("answers an ask with the heartbeat that it is given, once", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  hand.hand(cipher.seal(encodeAsk(ask("visit"))));
  hand.link.answer(BEAT, hand.now);
  assert.equal(hand.read(cipher), { kind: "heartbeat", beat: BEAT });
  const { length } = hand.said;
  hand.tick(2_500);
  assert.is(hand.said.length, length);
});

test("hears a ticket", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  const ticket = { ticket: ascending(1, 8), viewerKey: ascending(2, 32), rights: 1, seconds: 60 };
  assert.equal(hand.hand(cipher.seal(encodeTicket(ticket))), { kind: "ticket", ticket });
});

test("hears no word twice, none that is damaged, makes no sense or comes from another session, and no heartbeat", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  const frame = cipher.seal(encodeAsk(ask("knock")));
  const damaged = frame.slice();
  damaged[damaged.length - 1] ^= 1;
  assert.is(hand.hand(damaged), undefined);
  assert.is.not(hand.hand(frame), undefined);
  assert.is(hand.hand(frame), undefined);
  assert.is(hand.hand(cipher.seal(Uint8Array.of(0x81, 0x11))), undefined);
  assert.is(hand.hand(new Hand().answer().seal(encodeAsk(ask("knock")))), undefined);
  assert.is(hand.hand(new Uint8Array(0)), undefined);
});

test("takes no answer of a lock that takes it for a keypad", () => {
  const hand = new Hand();
  assert.throws(() => hand.answer(1));
  assert.not(hand.link.isUp);
});

for (const [purpose, silence] of [
  ["rest", 75_000],
  ["knock", 3_000],
  ["visit", 3_000],
  ["after", 3_000],
] as const) {
  test(`ends the session and opens another after ${silence} ms of silence where the lock's last word was ${purpose}, and not a moment before`, () => {
    const hand = new Hand();
    const cipher = hand.answer();
    hand.tick(500);
    hand.hand(cipher.seal(encodeAsk(ask(purpose))));
    assert.is(hand.link.nextTick, 500 + silence);
    hand.tick(silence - 1);
    assert.equal([hand.opened, hand.link.isUp], [1, true]);
    hand.tick(1);
    assert.equal([hand.opened, hand.link.isUp], [2, false]);
    // The former session is over: a word of it that comes now was held back for longer than the lock is ever silent.
    assert.is(hand.hand(cipher.seal(encodeAsk(ask(purpose)))), undefined);
    assert.not(hand.link.isUp);
    const newer = hand.answer();
    assert.is(hand.hand(newer.seal(encodeAsk(ask(purpose))))?.kind, "ask");
    assert.is(hand.hand(cipher.seal(encodeAsk(ask(purpose)))), undefined);
  });
}

for (const [name, word] of [
  ["an ask", encodeAsk({ ...ask("rest"), hi: 0xffff_ffff })],
  ["a ticket", encodeTicket({ ticket: ascending(1, 8), viewerKey: ascending(2, 32), rights: 1, seconds: 60 })],
] as const) {
  test(`${name} that was held back for as long as that is not heard, though nothing else happened before it came`, () => {
    const hand = new Hand();
    const cipher = hand.answer();
    hand.hand(cipher.seal(encodeAsk(ask("rest"))));
    const [early, late] = [cipher.seal(word), cipher.seal(word)];
    hand.now = millis(74_999);
    assert.is.not(hand.hand(early), undefined);
    hand.now = millis(74_999 + 75_000);
    assert.is(hand.hand(late), undefined);
  });
}

test("asks that are let through one by one, ever later, end the session once they lag by ten seconds", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  const held = Array.from({ length: 40 }, (_, count) => cipher.seal(encodeAsk(ask("knock", 100 + count))));
  let heard = 0;
  for (const frame of held) {
    if (hand.hand(frame) !== undefined) heard += 1;
    hand.tick(2_500);
  }
  // Each is 1.5 s later than the one before it.
  assert.is(heard, 7);
  const newer = hand.answer();
  assert.is(hand.hand(newer.seal(encodeAsk(ask("knock", 100))))?.kind, "ask");
});

test("a lock that does not know the time, and one that learns it, is heard on in one session", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  for (const lo of [5, 5, 5, 5, 5, 5, 5, 5]) {
    hand.tick(2_500);
    assert.is(hand.hand(cipher.seal(encodeAsk({ ...ask("knock", lo), hi: 0xffff_ffff })))?.kind, "ask");
  }
  for (const lo of [1_793_610_000, 1_793_610_002, 1_793_620_000]) {
    assert.is(hand.hand(cipher.seal(encodeAsk(ask("knock", lo))))?.kind, "ask");
    hand.tick(2_500);
  }
  assert.is(hand.opened, 1);
});

test("tickets that are let through one by one do not prolong a session", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  hand.hand(cipher.seal(encodeAsk(ask("knock"))));
  const ticket = { ticket: ascending(1, 8), viewerKey: ascending(2, 32), rights: 1, seconds: 60 };
  for (const moment of [1_000, 2_999]) {
    hand.tick(moment - hand.now);
    assert.is(hand.hand(cipher.seal(encodeTicket(ticket)))?.kind, "ticket");
  }
  hand.tick(1);
  assert.is(hand.hand(cipher.seal(encodeTicket(ticket))), undefined);
  assert.is(hand.opened, 2);
});

test("neither forged answers to its handshake nor replayed frames of the radio keep it from its lock", () => {
  const hand = new Hand();
  const former = hand.answer();
  const asked = former.seal(encodeAsk(ask("knock")));
  hand.hand(asked);
  const replies = [asked];
  hand.tick(3_000);
  assert.is(hand.opened, 2);
  const session = sessionOf(hand.sent.at(-1) as Bytes);
  for (const body of [new Uint8Array(48), ascending(1, 48), ascending(200, 48)]) {
    const forged = encodeHandshake(FRAME_KK_2, session, body);
    replies.push(forged, forged.slice(0, -1), forged.slice(0, 9));
  }
  // Its own message 1 thrown back, whole and as an answer.
  const first = hand.sent.at(-1) as Bytes;
  replies.push(first, encodeHandshake(FRAME_KK_2, session, bodyOf(first)));
  for (const frame of replies) assert.is(hand.hand(frame), undefined);
  assert.not(hand.link.isUp);
  const newer = hand.answer();
  for (const frame of replies) assert.is(hand.hand(frame), undefined);
  assert.is(hand.hand(newer.seal(encodeAsk(ask("knock"))))?.kind, "ask");
  assert.ok(hand.link.isUp);
});

test("a ticket does not change for how long the lock may be silent", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  hand.hand(cipher.seal(encodeAsk(ask("rest"))));
  hand.hand(cipher.seal(encodeTicket({ ticket: ascending(1, 8), viewerKey: ascending(2, 32), rights: 1, seconds: 9 })));
  assert.is(hand.link.nextTick, 75_000);
});

test("over a session in which the lock does not speak it opens another after 3 s, ever anew", () => {
  const hand = new Hand();
  for (let round = 1; round <= 4; round++) {
    hand.answer();
    hand.tick(2_999);
    assert.is(hand.opened, round);
    hand.tick(1);
    assert.is(hand.opened, round + 1);
  }
});

test("where nobody answers its handshakes it goes on trying, never more often than once a second", () => {
  const hand = new Hand();
  for (let second = 0; second < 60; second++) hand.tick(1_000);
  // At 0, 1, 3, 7, 15, 23, 31, 39, 47 and 55 s, or up to a quarter later.
  assert.ok(hand.opened >= 8 && hand.opened <= 10, `${hand.opened}`);
});

test("once closed it says nothing, hears nothing, and closing again is harmless", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  hand.link.close();
  hand.link.close();
  const before = hand.sent.length;
  assert.is(hand.hand(cipher.seal(encodeAsk(ask("rest")))), undefined);
  hand.link.answer(BEAT, hand.now);
  hand.tick(100_000);
  assert.equal([hand.sent.length, hand.link.isUp], [before, false]);
});

test.run();
