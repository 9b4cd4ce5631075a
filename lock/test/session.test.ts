// Places, times and numbers of a phone's session, as docs/protocol.md §3 lists them.
// Method: each rule is tried just before and just after its bound, on a desk where time is moved by hand.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { KIND_ACT, KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { makeStatement } from "../../firmware/grant/issue.ts";
import { encodeRequest } from "../../firmware/link/message.ts";
import type { Transport } from "../../firmware/platform.ts";
import type { Caller } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";
import type { Hostile } from "../../simulator/hostile.ts";
import { Stream } from "../../simulator/random.ts";

const SEED = 0x5e55;
const GARBAGE_FRAMES = 1_000;

function adopted(): Desk {
  const desk = new Desk({ crypto });
  desk.adopt();
  return desk;
}

function guestOf(desk: Desk, name = "guest", transport: Transport = "ble"): Caller {
  const caller = desk.call(transport);
  assert.is(caller.prove(desk.grant({ to: desk.person(name) }), 1), "yes");
  return caller;
}

function hostileOf(desk: Desk): Hostile {
  desk.passMillis(250);
  const phone = desk.hostile();
  assert.ok(phone.shake());
  return phone;
}

/** A statement to open at once, by the owner, in a hostile phone's session. */
function opening(desk: Desk, phone: Hostile, sequence = ++desk.owner.sequence) {
  const { challenge } = phone;
  const body = { kind: KIND_ACT, operation: 0 } as const;
  const { lockId, owner, time: issuedAt } = desk;
  return makeStatement({ lockId, kid: owner.kid, issuedAt, challenge, sequence, body }, owner.sign);
}

for (const transport of ["ble", "tcp"] as const) {
  test(`two phones have a place over ${transport}, a third within the first second has none`, () => {
    const desk = adopted();
    const [first, second] = [desk.dial(transport), desk.dial(transport)];
    desk.passMillis(999);
    const third = desk.dial(transport);
    assert.not(third.isConnected);
    assert.not(third.shake());
    assert.ok(first.isConnected && second.isConnected);
  });

  test(`after a second the oldest stranger gives way over ${transport}`, () => {
    const desk = adopted();
    const first = desk.dial(transport);
    desk.passMillis(1);
    const second = desk.dial(transport);
    desk.passMillis(999);
    assert.ok(desk.dial(transport).shake());
    assert.not(first.isConnected);
    assert.ok(second.isConnected);
  });
}

test("the places of one carrier are not those of the other", () => {
  const desk = adopted();
  const callers = [desk.dial("ble"), desk.dial("ble"), desk.dial("tcp"), desk.dial("tcp")];
  assert.ok(callers.every(({ isConnected }) => isConnected));
});

test("a guest keeps the place for 10 s after the proof, then gives way", () => {
  const desk = adopted();
  const first = guestOf(desk, "first");
  const second = guestOf(desk, "second");
  desk.passMillis(9_749);
  assert.not(desk.dial().isConnected);
  desk.passMillis(1);
  assert.ok(desk.dial().isConnected);
  assert.not(first.isConnected);
  assert.ok(second.isConnected);
});

test("a stranger past the first second gives way before a guest", () => {
  const desk = adopted();
  const guest = guestOf(desk);
  desk.passTime(10);
  const stranger = desk.dial();
  desk.passTime(1);
  assert.ok(desk.dial().isConnected);
  assert.ok(guest.isConnected);
  assert.not(stranger.isConnected);
});

test("an owner keeps the place for 30 s without a request, then gives way", () => {
  const desk = adopted();
  const first = desk.ownerSession();
  const second = desk.ownerSession();
  desk.passTime(29);
  assert.not(desk.dial().isConnected);
  desk.passTime(1);
  assert.ok(desk.dial().isConnected);
  assert.not(first.isConnected);
  assert.ok(second.isConnected);
});

test("a guest who was silent gives way before an owner who was", () => {
  const desk = adopted();
  const owner = desk.ownerSession();
  const guest = guestOf(desk);
  desk.passTime(31);
  assert.ok(desk.dial().isConnected);
  assert.ok(owner.isConnected);
  assert.not(guest.isConnected);
});

test("whoever leaves gives the place free at once", () => {
  const desk = adopted();
  const first = desk.dial();
  desk.dial();
  first.leave();
  assert.ok(desk.dial().shake());
});

const ENDS: readonly (readonly [string, number, (desk: Desk) => Caller])[] = [
  ["a stranger's session ends after 5 s", 5_000, (desk) => desk.call()],
  ["a guest's session ends 10 min after the last request", 600_000, (desk) => guestOf(desk)],
  ["an owner's session ends 120 s after the last request", 120_000, (desk) => desk.ownerSession()],
];

for (const [name, duration, begin] of ENDS) {
  test(name, () => {
    const desk = adopted();
    const caller = begin(desk);
    desk.passMillis(duration - 1);
    assert.ok(caller.isConnected);
    desk.passMillis(1);
    assert.not(caller.isConnected);
  });
}

test("a stranger who goes on asking has no longer than 5 s", () => {
  const desk = adopted();
  const caller = desk.call();
  for (let second = 0; second < 4; second++) {
    desk.passTime(1);
    caller.ask({ kind: "status" });
  }
  desk.passTime(1);
  assert.not(caller.isConnected);
});

test("a session that is never silent ends after a day", () => {
  const desk = adopted();
  const caller = desk.ownerSession();
  for (let count = 0; count < 864; count++) {
    assert.ok(caller.isConnected);
    caller.ask({ kind: "status" });
    desk.passTime(100);
  }
  assert.not(caller.isConnected);
});

test("a session has three proofs; a fourth is refused although it is good", () => {
  const desk = adopted();
  const caller = desk.call();
  const token = desk.grant({ to: desk.person("guest") });
  for (const by of ["thief", "thief", "thief"]) assert.is(caller.prove(token, 0, desk.person(by)), "no");
  assert.is(caller.prove(token, 0), "no");
  assert.is(caller.own(desk.owner), "no");
  assert.is(desk.rig.retractions, 1);
});

test("a session that is no owner's has three refused statements; a fourth is refused although it is good", () => {
  const desk = adopted();
  const caller = desk.call();
  const lie = { ...desk.owner, sign: desk.person("thief").sign };
  const body = { kind: KIND_CONFIGURE, settings: [{ key: 2, value: 60 }] } as const;
  for (let count = 0; count < 3; count++) assert.is(caller.state(body, { by: lie }), "no");
  assert.is(caller.state(body), "no");
  assert.is(desk.state(body), "yes");
});

test("message 1 twice is answered with the same bytes, and the session goes on", () => {
  const desk = adopted();
  desk.passMillis(250);
  const caller = desk.dial();
  const first = caller.phone.begin();
  caller.send(first);
  caller.send(first);
  const [one, two] = desk.air.filter(({ direction }) => direction === "to phone").slice(-2);
  assert.equal(one, two);
  assert.is(caller.own(desk.owner), "yes");
});

test("a handshake on a session that has proven something is ignored", () => {
  const desk = adopted();
  const caller = guestOf(desk);
  const before = desk.air.length;
  const { session } = caller;
  const other = desk.hostile();
  desk.carry(caller.connection, desk.air.filter(({ direction }) => direction === "to lock")[0].frame);
  assert.is(desk.air.slice(before).filter(({ direction }) => direction === "to phone").length, 0);
  assert.equal(caller.session, session);
  assert.is(caller.prove(desk.grant({ to: desk.person("guest") }), 1), "yes");
  assert.ok(other.isConnected);
});

test("eight handshakes at once, then four a second", () => {
  const desk = adopted();
  const shake = () => {
    const caller = desk.dial();
    const isAnswered = caller.shake();
    caller.leave();
    return isAnswered;
  };
  for (let count = 0; count < 8; count++) assert.ok(shake());
  assert.not(shake());
  for (let count = 0; count < 4; count++) {
    desk.passMillis(249);
    assert.not(shake());
    desk.passMillis(1);
    assert.ok(shake());
  }
  desk.passTime(3_600);
  for (let count = 0; count < 8; count++) assert.ok(shake());
  assert.not(shake());
});

test("a request that comes twice is answered twice and done once", () => {
  const desk = adopted();
  const phone = hostileOf(desk);
  const request = encodeRequest({ kind: "statement", id: 1, message: opening(desk, phone) });
  assert.is(phone.say(request)?.kind, "yes");
  assert.is(phone.say(request)?.kind, "yes");
  assert.is(desk.entries("statement").filter(({ body }) => body.kind === KIND_ACT).length, 1);
});

test("another request with the same id is answered with the former's bytes and not done", () => {
  const desk = adopted();
  const phone = hostileOf(desk);
  assert.is(phone.say(encodeRequest({ kind: "status", id: 7 }))?.kind, "no");
  const request = encodeRequest({ kind: "statement", id: 7, message: opening(desk, phone) });
  assert.is(phone.say(request)?.kind, "no");
  assert.is(desk.rig.retractions, 1);
});

test("a lower id is dropped without an answer", () => {
  const desk = adopted();
  const phone = hostileOf(desk);
  assert.is(phone.say(encodeRequest({ kind: "status", id: 7 }))?.kind, "no");
  assert.is(phone.say(encodeRequest({ kind: "statement", id: 6, message: opening(desk, phone) })), undefined);
  assert.is(desk.rig.retractions, 1);
});

test("a frame that comes twice is dropped", () => {
  const desk = adopted();
  const phone = hostileOf(desk);
  const frame = phone.seal(encodeRequest({ kind: "status", id: 7 }));
  assert.ok(phone.send(frame));
  assert.is(phone.send(frame), undefined);
});

test("the third message without sense ends the session", () => {
  const desk = adopted();
  const phone = hostileOf(desk);
  for (let count = 0; count < 2; count++) assert.is(phone.say(new Uint8Array([0x82, 0x18, 0x63, 0x01])), undefined);
  assert.ok(phone.isConnected);
  phone.say(new Uint8Array([0x80]));
  assert.not(phone.isConnected);
});

test("bye ends the session without an answer", () => {
  const desk = adopted();
  const caller = desk.call();
  assert.is(caller.ask({ kind: "bye" }), undefined);
  assert.not(caller.isConnected);
});

test("every session has a challenge of its own", () => {
  const desk = adopted();
  const seen = new Set<string>();
  for (let count = 0; count < 20; count++) {
    const caller = desk.call();
    assert.is(caller.session.challenge.length, 16);
    seen.add(caller.session.challenge.join());
    caller.leave();
  }
  assert.is(seen.size, 20);
});

test("a proof whose frame was harmed anywhere is dropped, and the whole one still counts", () => {
  const desk = adopted();
  const phone = hostileOf(desk);
  const request = encodeRequest({ kind: "statement", id: 1, message: opening(desk, phone) });
  const frame = phone.seal(request);
  for (let byte = 0; byte < frame.length; byte += 7) {
    const harmed = frame.slice();
    harmed[byte] ^= 1 << (byte % 8);
    // A frame of type 1 with a wrong size, or of another session, is one of these.
    assert.is(phone.send(harmed), undefined, `byte ${byte}`);
  }
  assert.is(phone.send(frame.subarray(0, frame.length - 1)), undefined);
  assert.is(phone.send(new Uint8Array([...frame, 0])), undefined);
  assert.is(desk.rig.retractions, 1);
  assert.ok(phone.send(frame));
  assert.is(desk.rig.retractions, 2);
});

test("no unsealed frame besides message 1 is answered, before and after the handshake", () => {
  const desk = adopted();
  for (const isShaken of [false, true]) {
    const phone = isShaken ? hostileOf(desk) : desk.hostile();
    for (let type = 0; type < 256; type++) {
      const frame = new Uint8Array(9 + 48);
      frame[0] = type;
      assert.is(phone.send(frame), undefined, `type ${type}`);
    }
    desk.hangUp(phone);
  }
});

test(`garbage of seed ${SEED} opens nothing, throws nothing, and is counted in few records`, () => {
  const desk = adopted();
  const random = new Stream(SEED, "garbage");
  const before = desk.journal().length;
  for (let count = 0; count < GARBAGE_FRAMES; count++) {
    const frame = new Uint8Array(random.below(120));
    random.fill(frame);
    if (frame.length > 9 && random.chance(700)) frame.set([1 + random.below(3), 0, 0, 0, 0, 0, 0, 0, 0]);
    const caller = desk.dial(random.chance(500) ? "ble" : "tcp");
    caller.send(frame);
    if (random.chance(500)) caller.leave();
    desk.passMillis(random.below(40));
  }
  assert.is(desk.rig.retractions, 1);
  assert.ok(desk.journal().length - before <= 2);
  desk.passTime(6);
  assert.is(desk.open(desk.grant({ to: desk.person("guest") })), "yes");
});

test.run();
