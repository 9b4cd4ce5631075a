// Owners over time: the first adoption, statements that outlive their session or their number, keys that go, and modes.
// Method: short stories on a desk.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromAscii } from "../../firmware/bytes.ts";
import {
  type Body,
  KIND_ACT,
  KIND_ADD_OWNER,
  KIND_ADOPT,
  KIND_CONFIGURE,
  KIND_REMOVE_OWNER,
  type Setting,
} from "../../firmware/grant/body.ts";
import { OPERATION_READ_LOG } from "../../firmware/grant/holder.ts";
import { makeStatement } from "../../firmware/grant/issue.ts";
import { ACCESS } from "../../firmware/journal/record.ts";
import type { Forgery, Person } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";

const UNLOCK: Body = { kind: KIND_ACT, operation: 0 };

function adopted(): Desk {
  const desk = new Desk({ crypto });
  desk.adopt();
  // The press of the adoption vouches for a minute.
  desk.passTime(61);
  return desk;
}

function configure(...settings: readonly Setting[]): Body {
  return { kind: KIND_CONFIGURE, settings };
}

function removeOwner({ kid: ownerKid }: Person): Body {
  return { kind: KIND_REMOVE_OWNER, ownerKid };
}

function adoption(owner: Person, recovery: Person, zoneRule = "UTC0"): Body {
  const keys = { ownerKey: owner.publicKey, recoveryKey: recovery.publicKey };
  return { kind: KIND_ADOPT, adoption: { ...keys, zoneRule: fromAscii(zoneRule) } };
}

/** Presses inside and waits until the door is locked again; presence holds for another 25 s. */
function appear(desk: Desk): void {
  desk.passTime(61);
  desk.pressInside();
  desk.passTime(34);
}

type Forge = (desk: Desk) => Forgery;

const partner = (desk: Desk) => desk.person("partner");

const ADOPTIONS: readonly (readonly [string, (desk: Desk) => Body, Forge, boolean, boolean])[] = [
  ["with presence", (d) => adoption(d.owner, d.recovery), () => ({}), true, true],
  ["without presence", (d) => adoption(d.owner, d.recovery), () => ({}), false, false],
  ["with the owner's key as recovery key", (d) => adoption(d.owner, d.owner), () => ({}), true, false],
  ["with a zone that is none", (d) => adoption(d.owner, d.recovery, "Mars"), () => ({}), true, false],
  ["number 65,537", (d) => adoption(d.owner, d.recovery), () => ({ sequence: 65_537 }), true, false],
  ["number 0", (d) => adoption(d.owner, d.recovery), () => ({ sequence: 0 }), true, false],
  ["signed by another key", (d) => adoption(d.owner, d.recovery), (d) => ({ by: partner(d) }), true, false],
];

for (const [name, body, forged, hasPresence, isAdopted] of ADOPTIONS) {
  test(`${isAdopted ? "is adopted" : "refuses an adoption"} ${name}`, () => {
    const desk = new Desk({ crypto });
    if (hasPresence) desk.pressInside();
    const caller = desk.call();
    assert.is(caller.state(body(desk), forged(desk)), isAdopted ? "yes" : "no");
    assert.is(desk.lock.snapshot.isAdopted, isAdopted);
    desk.reboot();
    assert.is(desk.lock.snapshot.isAdopted, isAdopted);
  });
}

test("a statement of one session is worthless in the next", () => {
  const desk = adopted();
  const first = desk.ownerSession();
  const { lockId, owner, time: issuedAt } = desk;
  const { challenge } = first.session;
  const claims = { lockId, kid: owner.kid, issuedAt, challenge, sequence: owner.sequence + 1, body: UNLOCK };
  const message = makeStatement(claims, owner.sign);
  first.leave();
  const second = desk.ownerSession();
  assert.is(second.carry(message), "challenge");
  assert.is(second.carry(makeStatement({ ...claims, lockId: "AAAAAAAAAAA" }, owner.sign)), "lock");
});

test("a number that was used is not free again after a reboot", () => {
  const desk = adopted();
  assert.is(desk.state(configure({ key: 2, value: 60 }), { sequence: 500 }), "yes");
  desk.reboot();
  assert.is(desk.state(configure({ key: 2, value: 90 }), { sequence: 500 }), "sequence");
  assert.is(desk.state(configure({ key: 2, value: 90 }), { sequence: 501 }), "yes");
});

test("removing an owner ends their sessions, and their grants", () => {
  const desk = adopted();
  const former = partner(desk);
  assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: former.publicKey }), "yes");
  desk.passTime(34);
  const token = desk.grant({ to: desk.person("guest"), by: former });
  assert.is(desk.open(token), "yes");
  desk.passTime(61);
  const session = desk.ownerSession(former, "tcp");
  assert.is(desk.stateInside(removeOwner(former)), "yes");
  assert.not(session.isConnected);
  assert.is(desk.open(token), "no");
});

test("modes let in whom they should, over each carrier", () => {
  const guest = { normal: "yes yes", vacation: "no no", privacy: "no no", noRemote: "yes no", passage: "yes yes" };
  const owner = { normal: "yes yes", vacation: "yes yes", privacy: "no no", noRemote: "yes no", passage: "yes yes" };
  for (const [value, mode] of (["normal", "vacation", "privacy", "noRemote", "passage"] as const).entries()) {
    const desk = adopted();
    const token = desk.grant({ to: desk.person("guest") });
    appear(desk);
    assert.is(desk.state(configure({ key: 3, value })), "yes");
    const asked = (["ble", "tcp"] as const).map((transport) => {
      const caller = desk.call(transport);
      const verdict = caller.prove(token, 1);
      caller.leave();
      const session = desk.ownerSession(desk.owner, transport);
      const act = session.state({ kind: KIND_ACT, operation: 1 });
      session.leave();
      return [verdict, act === "mode" ? "no" : act];
    });
    assert.is(asked.map(([verdict]) => verdict).join(" "), guest[mode], `guest, ${mode}`);
    assert.is(asked.map(([, act]) => act).join(" "), owner[mode], `owner, ${mode}`);
  }
});

test("privacy is not lifted from afar, by an owner's key either", () => {
  const desk = adopted();
  desk.pressInside();
  desk.passTime(40);
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 3, value: 2 }] }), "yes");
  desk.passTime(61);
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 3, value: 0 }] }), "presence");
  assert.is(desk.state({ kind: KIND_ACT, operation: 0 }), "mode");
});

test("privacy ends with a press inside though the flash is dead, and the owner gets in", () => {
  const desk = adopted();
  appear(desk);
  assert.is(desk.state(configure({ key: 3, value: 2 })), "yes");
  desk.flash.wear = "refuses";
  desk.pressInside();
  desk.passTime(60);
  assert.is(desk.state({ kind: KIND_ACT, operation: 0 }), "yes");
});

test("whoever is added as an owner can be removed one day", () => {
  const desk = adopted();
  let added = 0;
  for (; added < 40; added++) {
    const next = desk.person(`owner ${added}`);
    desk.passTime(1_800);
    if (desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: next.publicKey }) !== "yes") break;
    assert.is(desk.stateInside({ kind: KIND_REMOVE_OWNER, ownerKid: next.kid }), "yes", `owner ${added}`);
  }
  assert.is(added, 31);
});

test("privacy ends with a press inside, and stays ended after a power cut", () => {
  const desk = adopted();
  appear(desk);
  assert.is(desk.state(configure({ key: 3, value: 2 })), "yes");
  const token = desk.grant({ to: desk.person("guest") });
  assert.is(desk.open(token), "no");
  assert.is(desk.refusal(), "mode");
  desk.pressInside();
  desk.reboot();
  assert.is(desk.state(configure({ key: 2, value: 60 })), "yes");
  assert.is(desk.open(token), "yes");
});

test("a right to read ends with the owner who gave it, in a session that is another owner's by now too", () => {
  const desk = adopted();
  const partner = desk.person("partner");
  desk.passTime(61);
  assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: partner.publicKey }), "yes");
  desk.passTime(61);
  const guest = desk.person("guest");
  const caller = desk.call();
  assert.is(caller.prove(desk.grant({ to: guest, by: partner, permissions: 32 }), OPERATION_READ_LOG, guest), "yes");
  assert.is(caller.own(desk.recovery), "yes");
  const fetch = { kind: "fetch", region: ACCESS, from: 1 } as const;
  assert.is(caller.ask(fetch)?.kind, "records");
  assert.is(desk.stateInside({ kind: KIND_REMOVE_OWNER, ownerKid: partner.kid }), "yes");
  assert.is(caller.ask(fetch)?.kind, "no");
});

test.run();
