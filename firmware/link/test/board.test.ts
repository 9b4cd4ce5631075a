// A board's end of the wire, frame by frame: which session it speaks and hears, how often it asks, and what it forgets.
// Method: the other end is played by hand, with the handshake that published vectors hold (noise.test.ts); time is moved by hand.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { answerBoard } from "../../../simulator/played.ts";
import { Stream } from "../../../simulator/random.ts";
import { type Bytes, fromAscii, toHex } from "../../bytes.ts";
import type { Crypto } from "../../crypto/crypto.ts";
import { ascending } from "../../crypto/test/checks.ts";
import { type Millis, millis } from "../../platform.ts";
import { ROLE_KEYPAD } from "../../role.ts";
import { BoardLink } from "../board.ts";
import type { Cipher } from "../cipher.ts";
import { type Command, encodeReply, encodeView, parseCommand, type Result, type View } from "../command.ts";
import { FRAME_COMMANDS, FRAME_KK_1 } from "../frame.ts";
import { REKEY_LEFT } from "../session.ts";

const LOCK_SECRET = ascending(1, 32);
const BOARD_SECRET = ascending(101, 32);
const KID = ascending(50, 8);
const LOCK_ID = "Ip1fiNKMHIM";
const VIEW: View = { isThrown: true, isNight: false, isBatteryLow: false, isAlarm: false };
const SEED = 99;

/** A link, and by hand the lock at the other end of it. */
class Hand {
  readonly sent: Bytes[] = [];
  readonly link: BoardLink;
  now: Millis = millis(0);
  #ephemerals = 0;

  constructor(primitives: Crypto = crypto, bound?: number, holdMillis?: number) {
    const agreementKey = crypto.agreementPublicKey(BOARD_SECRET);
    this.link = new BoardLink(
      {
        crypto: primitives,
        random: new Stream(SEED, "board"),
        wire: { send: (frame) => this.sent.push(frame) },
        role: 1,
        identity: { kid: KID, agreementSecret: BOARD_SECRET, agreementKey },
        lock: { lockId: LOCK_ID, agreementKey: crypto.agreementPublicKey(LOCK_SECRET), sequence: 3 },
        ...(bound === undefined ? {} : { bound }),
        ...(holdMillis === undefined ? {} : { holdMillis }),
      },
      this.now,
    );
    this.tick();
  }

  get asked(): Bytes[] {
    return this.sent.filter((frame) => frame[0] === FRAME_COMMANDS);
  }

  get opened(): number {
    return this.sent.filter((frame) => frame[0] === FRAME_KK_1).length;
  }

  tick(duration = 0): string {
    this.now = millis(this.now + duration);
    return this.link.tick(this.now).kind;
  }

  /** Answers the newest message 1. @returns the lock's cipher */
  answer(): Cipher {
    const first = this.sent.filter((frame) => frame[0] === FRAME_KK_1).at(-1);
    if (first === undefined) throw new Error("nothing to answer");
    const board = { role: ROLE_KEYPAD, boardKid: KID, boardKey: crypto.agreementPublicKey(BOARD_SECRET) };
    const pairing = { ...board, lockId: LOCK_ID, sequence: 3, lockSecret: LOCK_SECRET };
    const random = { fill: (target: Bytes) => target.set(ascending(++this.#ephemerals, 32)) };
    const { answer, cipher } = answerBoard(crypto, random, { first, pairing });
    assert.is(this.hand(answer), "up");
    return cipher;
  }

  hand(frame: Bytes): string {
    return this.link.received(frame, this.now).kind;
  }

  /** Opens the last command. */
  read(cipher: Cipher): Command {
    const last = this.asked.at(-1);
    if (last === undefined) throw new Error("nothing was asked");
    return parseCommand(cipher.open(last));
  }

  reply(cipher: Cipher, id: Bytes, result: Result = "yes"): string {
    return this.hand(cipher.seal(encodeReply({ id, result, view: VIEW })));
  }
}

test("asks with one id until it is answered, and then with another", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  hand.link.send({ kind: "lock" }, hand.now);
  const first = hand.read(cipher);
  assert.equal([hand.link.isBusy, hand.link.asking], [true, "lock"]);
  hand.tick(1_000);
  assert.equal(hand.read(cipher), first);
  assert.is(hand.reply(cipher, first.id), "reply");
  assert.equal([hand.link.isBusy, hand.link.asking], [false, undefined]);
  hand.link.send({ kind: "lock" }, hand.now);
  assert.is.not(toHex(hand.read(cipher).id), toHex(first.id));
});

test("a second command beside the first is our own mistake", () => {
  const hand = new Hand();
  hand.link.send({ kind: "lock" }, hand.now);
  assert.throws(() => hand.link.send({ kind: "bell" }, hand.now), /assertion/);
});

test("an answer to something else is no answer, and shows what it shows", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  hand.link.send({ kind: "lock" }, hand.now);
  assert.is(hand.reply(cipher, ascending(200, 8)), "view");
  assert.ok(hand.link.isBusy);
});

test("asks four times over a session, a second apart, then opens another, and four times over that", () => {
  const hand = new Hand();
  hand.answer();
  hand.link.send({ kind: "bell" }, hand.now);
  for (const [asked, opened, isUp] of [
    [2, 1, true],
    [3, 1, true],
    [4, 1, true],
    [4, 2, false],
  ] as const) {
    hand.tick(1_000);
    assert.equal([hand.asked.length, hand.opened, hand.link.isUp], [asked, opened, isUp]);
  }
  hand.answer();
  for (const [asked, opened] of [
    [6, 2],
    [7, 2],
    [8, 2],
    [8, 3],
  ]) {
    hand.tick(1_000);
    assert.equal([hand.asked.length, hand.opened], [asked, opened]);
  }
});

const ENTRY = { kind: "entry", digits: fromAscii("1234") } as const;
const HOLD_MILLIS = 5_250;

test("holds an entry back after the last one's answer, to the millisecond, and nothing else", () => {
  const hand = new Hand(crypto, undefined, HOLD_MILLIS);
  const cipher = hand.answer();
  hand.link.send(ENTRY, hand.now);
  hand.reply(cipher, hand.read(cipher).id);
  for (let round = 0; round < 2; round++) {
    hand.link.send({ kind: "bell" }, hand.now);
    assert.is(hand.asked.length, 3 * round + 2);
    hand.reply(cipher, hand.read(cipher).id);
    hand.link.send(ENTRY, hand.now);
    assert.is(hand.link.nextTick, hand.now + HOLD_MILLIS);
    hand.tick(HOLD_MILLIS - 1);
    assert.is(hand.asked.length, 3 * round + 2);
    hand.tick(1);
    assert.is(hand.asked.length, 3 * round + 3);
    const first = hand.read(cipher);
    hand.tick(1_000);
    const again = hand.read(cipher);
    assert.equal(again, first, "and repeats it in a second, with its one id");
    hand.reply(cipher, again.id);
  }
});

test("an entry that came too early is asked again at once, and then each second, with its one id, until the lock takes it or its time is over", () => {
  for (const rounds of [3, 14]) {
    const hand = new Hand(crypto, undefined, HOLD_MILLIS);
    const cipher = hand.answer();
    hand.link.send(ENTRY, hand.now);
    const first = hand.read(cipher);
    assert.is(hand.reply(cipher, first.id, "early"), "view");
    assert.equal(hand.read(cipher), { ...first, heard: 0 });
    for (let round = 1; round <= rounds; round++) {
      assert.is(hand.reply(cipher, first.id, "early"), "view");
      assert.is(hand.link.nextTick, hand.now + 1_000);
      assert.is(hand.tick(1_000), "nothing");
      assert.equal(hand.read(cipher), { ...first, heard: round });
    }
    assert.is(hand.asked.length, rounds + 2);
    if (rounds === 3) assert.is(hand.reply(cipher, first.id), "reply");
    else assert.is(hand.tick(1_000), "unanswered");
    assert.is(hand.opened, 1, "the link is not taken as dead");
  }
});

test("a link that holds nothing back takes early for an answer when it has come twice", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  hand.link.send(ENTRY, hand.now);
  assert.is(hand.reply(cipher, hand.read(cipher).id, "early"), "view");
  assert.is(hand.reply(cipher, hand.read(cipher).id, "early"), "reply");
  hand.link.send(ENTRY, hand.now);
  assert.is(hand.asked.length, 3);
});

/** What the last command names as heard. */
function heardIn(command: Command): number | undefined {
  return command.kind === "entry" ? command.heard : -1;
}

test("an entry names the newest frame that was heard each time that it is sent, and none over a session in which none was", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  hand.link.send(ENTRY, hand.now);
  assert.is(heardIn(hand.read(cipher)), undefined);
  hand.hand(cipher.seal(encodeView(VIEW)));
  cipher.seal(encodeView(VIEW));
  hand.hand(cipher.seal(encodeView(VIEW)));
  const forged = cipher.seal(encodeView(VIEW));
  forged[forged.length - 1] ^= 1;
  hand.hand(forged);
  hand.tick(1_000);
  assert.is(heardIn(hand.read(cipher)), 2);
  for (let count = 0; count < 3; count++) hand.tick(1_000);
  assert.is(hand.opened, 2);
  assert.is(heardIn(hand.read(hand.answer())), undefined);
});

test("gives up 15 s after it was asked to, not a moment earlier, and once", () => {
  const hand = new Hand();
  hand.tick(5_000);
  hand.link.send({ kind: "bell" }, hand.now);
  assert.is(hand.tick(14_999), "nothing");
  assert.is(hand.tick(1), "unanswered");
  assert.is(hand.tick(1), "nothing");
  assert.not(hand.link.isBusy);
});

/** A link with a session, and another one opened a day later. */
function rekeyed(): { hand: Hand; former: Cipher; newer: Cipher } {
  const hand = new Hand();
  const former = hand.answer();
  hand.tick(86_400_000);
  assert.is(hand.opened, 2);
  return { hand, former, newer: hand.answer() };
}

test("after a day it opens another session, and speaks the former one until that is answered", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  hand.tick(86_399_999);
  assert.is(hand.opened, 1);
  hand.tick(1);
  assert.is(hand.opened, 2);
  hand.link.send({ kind: "bell" }, hand.now);
  assert.is(hand.read(cipher).kind, "bell");
});

test("it hears the former session until the first valid frame of the new one, and not after", () => {
  const { hand, former, newer } = rekeyed();
  assert.is(hand.hand(former.seal(encodeView(VIEW))), "view");
  const forged = newer.seal(encodeView(VIEW));
  forged[forged.length - 1] ^= 1;
  assert.is(hand.hand(forged), "nothing");
  assert.is(hand.hand(former.seal(encodeView(VIEW))), "view");
  assert.is(hand.hand(newer.seal(encodeView(VIEW))), "view");
  assert.is(hand.hand(former.seal(encodeView(VIEW))), "nothing");
});

test("it speaks the new session as soon as the lock has proven itself in it", () => {
  const { hand, newer } = rekeyed();
  hand.link.send({ kind: "bell" }, hand.now);
  assert.is(hand.read(newer).kind, "bell");
});

test("no session is used for longer than 25 h", () => {
  const hand = new Hand();
  hand.answer();
  hand.tick(86_400_000);
  hand.tick(3_599_999);
  assert.ok(hand.link.isUp);
  hand.tick(1);
  assert.not(hand.link.isUp);
});

test("it opens another session where the cipher is near its bound, by messages and by forgeries", () => {
  const spend: readonly ((hand: Hand, cipher: Cipher) => void)[] = [
    (hand, cipher) => {
      hand.link.send({ kind: "bell" }, hand.now);
      hand.reply(cipher, hand.read(cipher).id);
    },
    (hand, cipher) => {
      const forged = cipher.seal(encodeView(VIEW));
      forged[forged.length - 1] ^= 1;
      hand.hand(forged);
    },
  ];
  for (const each of spend) {
    const hand = new Hand(crypto, REKEY_LEFT + 10);
    const cipher = hand.answer();
    for (let count = 0; count < 9; count++) each(hand, cipher);
    hand.tick(1);
    assert.is(hand.opened, 1);
    each(hand, cipher);
    assert.is(hand.link.nextTick, hand.now);
    hand.tick(1);
    assert.is(hand.opened, 2);
    assert.ok(hand.link.isUp);
  }
});

test("a session that has come to its bound ends, and what waited is asked over another one", () => {
  const hand = new Hand(crypto, 2);
  const cipher = hand.answer();
  hand.link.send({ kind: "bell" }, hand.now);
  hand.reply(cipher, hand.read(cipher).id);
  hand.link.send({ kind: "lock" }, hand.now);
  const { id } = hand.read(cipher);
  assert.is(hand.reply(cipher, id), "nothing");
  const opened = hand.opened;
  hand.tick(1);
  assert.not(hand.link.isUp);
  assert.ok(hand.opened > opened);
  assert.equal(hand.read(hand.answer()), { kind: "lock", id });
});

/** Primitives that remember whether digits were among what they wiped. */
function watched(): { primitives: Crypto; wiped: string[] } {
  const wiped: string[] = [];
  const wipe = (secret: Bytes) => {
    wiped.push(toHex(secret));
    crypto.wipe(secret);
  };
  return { primitives: { ...crypto, wipe }, wiped };
}

const ENDS: readonly (readonly [name: string, end: (hand: Hand, cipher: Cipher) => void])[] = [
  ["answered", (hand, cipher) => hand.reply(cipher, hand.read(cipher).id)],
  ["given up", (hand) => hand.tick(15_000)],
  ["taken back", (hand) => hand.link.cancel()],
  ["closed over", (hand) => hand.link.close()],
];

for (const [name, end] of ENDS) {
  test(`an entry that is ${name} is written over`, () => {
    const { primitives, wiped } = watched();
    const hand = new Hand(primitives);
    const cipher = hand.answer();
    const digits = toHex(fromAscii("482915"));
    hand.link.send({ kind: "entry", digits: fromAscii("482915") }, hand.now);
    assert.is(wiped.filter((secret) => secret.endsWith(digits)).length, 1, "what was sealed");
    assert.not(wiped.includes(digits));
    end(hand, cipher);
    assert.ok(wiped.includes(digits));
  });
}

test("what was taken back is not asked again, and its answer is none", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  hand.link.send({ kind: "bell" }, hand.now);
  const { id } = hand.read(cipher);
  hand.link.cancel();
  hand.tick(5_000);
  assert.is(hand.asked.length, 1);
  assert.is(hand.reply(cipher, id), "view");
});

test("once closed it says nothing, hears nothing, and closing again is harmless", () => {
  const hand = new Hand();
  const cipher = hand.answer();
  hand.link.close();
  hand.link.close();
  const before = hand.sent.length;
  assert.is(hand.hand(cipher.seal(encodeView(VIEW))), "nothing");
  assert.is(hand.tick(100_000), "nothing");
  assert.is(hand.sent.length, before);
  assert.not(hand.link.isUp);
  assert.throws(() => hand.link.send({ kind: "bell" }, hand.now), /assertion/);
});

test.run();
