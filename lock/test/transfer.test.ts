// A lock passes to somebody else: the new owner alone, the former ones and all that they gave gone, the record kept.
// Method: a lock with two owners, guests of both and settings is handed over by the key on paper; each thing is tried before
// and after, and once more after a reboot.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromAscii } from "../../firmware/bytes.ts";
import { type Body, KIND_ACT, KIND_ADD_OWNER, KIND_CONFIGURE, KIND_TRANSFER } from "../../firmware/grant/body.ts";
import type { Person, Token } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";

const UNLOCK: Body = { kind: KIND_ACT, operation: 0 };

interface Scene {
  readonly desk: Desk;
  readonly partner: Person;
  readonly buyer: Person;
  readonly paper: Person;
  readonly tokens: readonly Token[];
}

function setUp(): Scene {
  const desk = new Desk({ crypto });
  desk.adopt();
  const partner = desk.person("partner");
  assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: partner.publicKey }), "yes");
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 77 }] }), "yes");
  desk.passTime(3_600);
  const tokens = [desk.owner, partner].map((by) => desk.grant({ to: desk.person(`guest of ${by.name}`), by, uses: 9 }));
  for (const token of tokens) {
    assert.is(desk.open(token), "yes");
    desk.passTime(120);
  }
  assert.is(desk.revoke({ holders: desk.person("somebody").kid }), "yes");
  return { desk, partner, buyer: desk.person("buyer"), paper: desk.person("buyer's paper"), tokens };
}

function transfer(owner: Person, paper: Person, zoneRule = "CET-1"): Body {
  const adoption = { ownerKey: owner.publicKey, recoveryKey: paper.publicKey, zoneRule: fromAscii(zoneRule) };
  return { kind: KIND_TRANSFER, adoption };
}

function mayOpen(desk: Desk, by: Person): boolean {
  const caller = desk.call();
  const isYes = caller.state(UNLOCK, { by }) === "yes";
  caller.leave();
  desk.passTime(120);
  return isYes;
}

test("a transfer makes the buyer the only owner, for good", () => {
  const { desk, partner, buyer, paper, tokens } = setUp();
  const sessions = [desk.ownerSession(desk.owner, "tcp"), desk.ownerSession(partner, "tcp")];
  const { lockId } = desk;
  const records = desk.journal().length;
  assert.is(desk.stateInside(transfer(buyer, paper), { by: desk.recovery }), "yes");
  for (const session of sessions) assert.not(session.isConnected);
  desk.passTime(120);
  for (const isRebooted of [false, true]) {
    if (isRebooted) desk.reboot();
    const caller = desk.ownerSession(buyer);
    const answer = caller.ask({ kind: "status" });
    assert.ok(answer?.kind === "status");
    const { owners, recovery, liveCounters, configuration } = answer.status;
    assert.equal(
      owners.map(({ kid }) => kid),
      [buyer.kid],
    );
    assert.equal(recovery, { kid: paper.kid, seq: 0 });
    assert.is(liveCounters, 0);
    assert.is(configuration.get(2), 30);
    assert.equal(configuration.get(1), fromAscii("CET-1"));
    caller.leave();
    assert.ok(mayOpen(desk, buyer));
    for (const former of [desk.owner, partner, desk.recovery]) {
      assert.not(mayOpen(desk, former), former.name);
      assert.is(desk.call("tcp").own(former), "no", former.name);
      desk.passTime(10);
    }
    for (const token of tokens) assert.is(desk.open(token), "no");
    const token = desk.grant({ to: desk.person("buyer's guest"), by: buyer });
    assert.is(desk.open(token), "yes");
    desk.passTime(120);
  }
  assert.is(desk.lockId, lockId);
  assert.ok(desk.journal().length > records, "the record stays");
  assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: partner.publicKey }, { by: buyer }), "limit");
});

test("a list of the new owner outlasts a reboot", () => {
  const { desk, buyer, paper } = setUp();
  assert.is(desk.stateInside(transfer(buyer, paper), { by: desk.recovery }), "yes");
  desk.passTime(120);
  const token = desk.grant({ to: desk.person("buyer's guest"), by: buyer });
  const caller = desk.ownerSession(buyer);
  assert.is(caller.carry(desk.revocations({ holders: token.holder.kid }, buyer)), "yes");
  desk.reboot();
  assert.is(desk.ownerSession(buyer).state(UNLOCK, { by: buyer }), "yes");
  desk.passTime(120);
  assert.is(desk.open(token), "no");
  assert.is(desk.refusal(), "holder");
});

type Make = (scene: Scene) => Body;

const REFUSED: readonly (readonly [claim: string, body: Make, by: (scene: Scene) => Person, verdict: string])[] = [
  ["by an owner", ({ buyer, paper }) => transfer(buyer, paper), ({ desk }) => desk.owner, "permission"],
  ["to an owner", ({ partner, paper }) => transfer(partner, paper), ({ desk }) => desk.recovery, "limit"],
  [
    "with the seller's words",
    ({ buyer, desk }) => transfer(buyer, desk.recovery),
    ({ desk }) => desk.recovery,
    "limit",
  ],
  ["to the seller's words", ({ paper, desk }) => transfer(desk.recovery, paper), ({ desk }) => desk.recovery, "limit"],
  ["with an owner's key as words", ({ buyer, partner }) => transfer(buyer, partner), (s) => s.desk.recovery, "limit"],
  ["with one key for both", ({ buyer }) => transfer(buyer, buyer), ({ desk }) => desk.recovery, "limit"],
  ["with a zone that is none", (s) => transfer(s.buyer, s.paper, "Mars"), ({ desk }) => desk.recovery, "malformed"],
];

for (const [claim, body, by, verdict] of REFUSED) {
  test(`refuses a transfer ${claim}`, () => {
    const scene = setUp();
    const { desk } = scene;
    assert.is(desk.stateInside(body(scene), { by: by(scene) }), verdict);
    assert.ok(mayOpen(desk, desk.owner));
    assert.ok(mayOpen(desk, scene.partner));
  });
}

test("refuses a transfer without a press behind the alarm", () => {
  const { desk, buyer, paper } = setUp();
  desk.pressInside();
  const session = desk.ownerSession(desk.recovery);
  assert.is(session.state(transfer(buyer, paper), { by: desk.recovery }), "presence");
  assert.ok(mayOpen(desk, desk.owner));
});

test.run();
