// What nobody can have without end: a place, handshakes, verifications, time to hold a statement back.
// Method: callers on a desk, one thing too many each.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import type { Caller } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";

function adopted(): Desk {
  const desk = new Desk({ crypto });
  desk.adopt();
  desk.passTime(61);
  return desk;
}

/** A guest who has locked the door by a grant. */
function guestOf(desk: Desk, name: string): Caller {
  const caller = desk.call();
  assert.is(caller.prove(desk.grant({ to: desk.person(name) }), 1), "yes");
  return caller;
}

test("a guest who goes on asking keeps the place no longer", () => {
  const desk = adopted();
  const busy = [guestOf(desk, "first"), guestOf(desk, "second")];
  for (let second = 0; second < 10; second++) {
    desk.passTime(1);
    for (const guest of busy) guest.ask({ kind: "status" });
  }
  assert.ok(desk.dial().isConnected);
  assert.not(busy[0].isConnected);
});

test("a guest has one place, and the newest proof holds it", () => {
  const desk = adopted();
  const token = desk.grant({ to: desk.person("courier") });
  const first = desk.call("tcp");
  const second = desk.call("ble");
  assert.is(first.prove(token, 1), "yes");
  assert.is(second.prove(token, 1), "yes");
  assert.not(first.isConnected);
  assert.ok(second.isConnected);
});

test("strangers on the network cost the owner at the door no handshake", () => {
  const desk = adopted();
  for (let count = 0; count < 40; count++) desk.dial("tcp").shake();
  assert.ok(desk.dial("ble").shake());
});

test("a stranger who shakes hands a fourth time is gone", () => {
  const desk = adopted();
  const caller = desk.dial();
  for (let count = 0; count < 3; count++) assert.ok(caller.shake());
  caller.shake();
  assert.not(caller.isConnected);
});

test("a statement that a guest's phone held back for a minute does nothing (T44)", () => {
  const desk = adopted();
  const unlock = { kind: KIND_ACT, operation: 0 } as const;
  const prompt = guestOf(desk, "prompt");
  desk.passTime(59);
  assert.is(prompt.state(unlock), "yes");
  const slow = guestOf(desk, "slow");
  desk.passTime(61);
  assert.is(slow.state(unlock), "no");
});

test("whoever has proven no owner key has three statements that fail", () => {
  const desk = adopted();
  const unlock = { kind: KIND_ACT, operation: 0 } as const;
  const patient = desk.call();
  for (let count = 0; count < 2; count++) assert.is(patient.carry(new Uint8Array(1)), "no");
  assert.is(patient.state(unlock), "yes");
  const greedy = desk.call("tcp");
  for (let count = 0; count < 3; count++) assert.is(greedy.carry(new Uint8Array(1)), "no");
  assert.is(greedy.state(unlock), "no");
});

test.run();
