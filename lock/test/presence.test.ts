// Presence for what changes whose word counts: the lock announces a request, and only a press behind that vouches for it.
// Method: two owners and the key on paper on a desk; each row is an order of asking, pressing and coming in, and whether the
// statement is obeyed at its end (docs/attacks.md T43, T52).

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import {
  type Body,
  KIND_ACT,
  KIND_ADD_OWNER,
  KIND_CONFIGURE,
  KIND_REMOVE_OWNER,
  KIND_SET_CLOCK,
} from "../../firmware/grant/body.ts";
import { link8Of } from "../../firmware/grant/chain.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Caller, Person } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";

interface Scene {
  readonly desk: Desk;
  readonly partner: Person;
  /** A session of the owner, and one of the partner. */
  readonly owner: Caller;
  readonly other: Caller;
}

function setUp(): Scene {
  const desk = new Desk({ crypto });
  desk.adopt();
  const partner = desk.person("partner");
  assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: partner.publicKey }), "yes");
  desk.passTime(7_200);
  return { desk, partner, owner: desk.ownerSession(), other: desk.ownerSession(partner, "tcp") };
}

function add(desk: Desk): Body {
  return { kind: KIND_ADD_OWNER, ownerKey: desk.person("newcomer").publicKey };
}

function alarms({ desk }: Scene): number {
  return desk.rig.signals.filter((signal) => signal === "alarm").length;
}

/** What happens, in words: ask and other are requests of the owner and of the partner; the last one is judged. */
type Step = "ask" | "other" | "press" | "visit" | "out" | number;

const ORDERS: readonly (readonly [claim: string, steps: readonly Step[], verdict: string])[] = [
  ["a press behind the announcement vouches", ["ask", "press", "ask"], "yes"],
  ["a press 60 s behind it vouches", ["ask", 59, "press", "ask"], "yes"],
  ["a press for a minute", ["ask", "press", 59, "ask"], "yes"],
  ["a press 61 s behind it vouches for nothing", ["ask", 61, "press", "ask"], "presence"],
  ["a press over a minute ago neither", ["ask", "press", 61, "ask"], "presence"],
  ["nor a press before it", ["press", "ask"], "presence"],
  ["nor one for another key", ["other", "press", "ask"], "presence"],
  ["while another key's request waits, nothing else is announced", ["other", "ask"], "rate"],
  ["and a press then is for the one that waited", ["other", "ask", "press", "ask"], "presence"],
  ["after its minute another may", ["other", 61, "ask", "press", "ask"], "yes"],
  ["who presses and goes out vouches for nothing", ["ask", "press", 1, "out", "ask"], "presence"],
  ["nor does a press during a guest's visit", ["visit", "ask", "press", "ask"], "presence"],
  ["nor a press with a guest's visit behind it", ["ask", "press", "visit", "ask"], "presence"],
];

for (const [claim, steps, verdict] of ORDERS) {
  test(claim, () => {
    const scene = setUp();
    const { desk, partner } = scene;
    let last = "";
    for (const step of steps) {
      if (step === "ask") last = scene.owner.state(add(desk));
      else if (step === "other") scene.other.state(add(desk), { by: partner });
      else if (step === "press") desk.pressInside();
      else if (step === "visit") assert.is(desk.open(desk.grant({ to: desk.person("guest") })), "yes");
      else if (step === "out") {
        assert.ok(desk.openDoor());
        desk.shutDoor();
      } else desk.passTime(step);
    }
    assert.is(last, verdict);
  });
}

test("a request without presence sounds the alarm once a minute, and is noted", () => {
  const scene = setUp();
  const { desk, owner } = scene;
  const before = alarms(scene);
  for (let second = 0; second < 30; second++) {
    assert.is(owner.state(add(desk)), "presence");
    desk.passTime(1);
  }
  assert.is(alarms(scene), before + 1);
  assert.ok(desk.entries("alarm").some(({ alarm }) => alarm === "presence"));
});

test("a key sounds the alarm four times at once, then once in half an hour; another key still may", () => {
  const scene = setUp();
  const { desk, partner } = scene;
  const ask = (by: Person) => {
    const caller = desk.ownerSession(by);
    const verdict = caller.state(add(desk), { by });
    caller.leave();
    return verdict;
  };
  const before = alarms(scene);
  const verdicts: string[] = [];
  for (let count = 0; count < 6; count++) {
    verdicts.push(ask(desk.owner));
    desk.passTime(61);
  }
  assert.equal(verdicts, ["presence", "presence", "presence", "presence", "rate", "rate"]);
  assert.is(alarms(scene), before + 4);
  desk.pressInside();
  assert.is(ask(desk.owner), "rate");
  assert.is(ask(partner), "presence");
  desk.pressInside();
  assert.is(ask(partner), "yes");
});

test("what would be refused anyway sounds nothing", () => {
  const scene = setUp();
  const { desk, owner } = scene;
  const before = alarms(scene);
  const nobody = { kind: KIND_REMOVE_OWNER, ownerKid: desk.person("nobody").kid } as const;
  assert.is(owner.state(nobody), "target");
  assert.is(owner.state({ kind: KIND_ADD_OWNER, ownerKey: desk.owner.publicKey }), "limit");
  assert.is(owner.state({ kind: KIND_ACT, operation: 1 }), "yes");
  assert.is(alarms(scene), before);
});

test("privacy and a clock from afar sound the alarm too, and a stranger's adoption does not", () => {
  const scene = setUp();
  const before = alarms(scene);
  assert.is(scene.owner.state({ kind: KIND_CONFIGURE, settings: [{ key: 3, value: 2 }] }), "presence");
  assert.is(alarms(scene), before + 1);
  scene.desk.passTime(61);
  const forward = { kind: KIND_SET_CLOCK, isBackwards: false } as const;
  assert.is(scene.owner.state(forward, { issuedAt: seconds(2_082_758_400) }), "presence");
  assert.is(alarms(scene), before + 2);
  const fresh = new Desk({ crypto });
  const thief = fresh.person("thief");
  const adoption = { ownerKey: thief.publicKey, recoveryKey: fresh.recovery.publicKey, zoneRule: ZONE };
  assert.is(fresh.call().state({ kind: 10, adoption }, { by: thief }), "no");
  assert.not(fresh.rig.signals.includes("alarm"));
});

const ZONE = new Uint8Array([0x55, 0x54, 0x43, 0x30]);

test("the key on paper has an owner session that tells the status and no records", () => {
  const { desk, owner } = setUp();
  owner.leave();
  const session = desk.ownerSession(desk.recovery);
  const answer = session.ask({ kind: "status" });
  assert.ok(answer?.kind === "status");
  assert.equal(answer.status.recovery, { kid: desk.recovery.kid, seq: 0 });
  for (const region of [0, 1, 2] as const) assert.is(session.ask({ kind: "fetch", region, from: 1 })?.kind, "no");
  assert.is(session.ask({ kind: "checkpoint" })?.kind, "no");
  const token = desk.grant({ to: desk.person("guest"), by: desk.recovery });
  assert.is(desk.open(token), "no");
});

test("the key on paper is told of no visit, and is given no receipt", () => {
  const { desk, owner } = setUp();
  owner.leave();
  const paper = desk.ownerSession(desk.recovery, "tcp");
  desk.passTime(61);
  assert.is(desk.open(desk.grant({ to: desk.person("courier") })), "yes");
  desk.passTime(2);
  assert.ok(desk.openDoor());
  desk.passTime(2);
  desk.shutDoor();
  desk.passTime(10);
  assert.is(desk.rig.bolt, "thrown");
  assert.equal(paper.notices, []);
});

test("whoever removes their own key is told yes, and their session ends", () => {
  const { desk, partner, other } = setUp();
  const body: Body = { kind: KIND_REMOVE_OWNER, ownerKid: partner.kid };
  assert.is(other.state(body, { by: partner }), "presence");
  desk.pressInside();
  assert.is(other.state(body, { by: partner }), "yes");
  assert.not(other.isConnected);
});

test("a guest who reads the log by a grant of a removed key reads no more", () => {
  const { desk, partner } = setUp();
  desk.passTime(61);
  const token = desk.grant({ to: desk.person("auditor"), by: partner, permissions: 32 });
  const guest = desk.call("ble");
  assert.is(guest.prove(token, 5), "yes");
  assert.is(guest.ask({ kind: "fetch", region: 1, from: 1 })?.kind, "records");
  const owner = desk.ownerSession(desk.owner, "tcp");
  const body: Body = { kind: KIND_REMOVE_OWNER, ownerKid: partner.kid };
  assert.is(owner.state(body), "presence");
  desk.pressInside();
  assert.is(owner.state(body), "yes");
  assert.not(guest.isConnected);
});

test("a guest whose grant is taken back, or over, reads no more in the session in which it was good", () => {
  for (const isRevoked of [true, false]) {
    const { desk, owner } = setUp();
    owner.leave();
    desk.passTime(61);
    const token = desk.grant({ to: desk.person("auditor"), permissions: 32, expiry: seconds(desk.time + 300) });
    const guest = desk.call("tcp");
    const isRead = () => guest.ask({ kind: "fetch", region: 1, from: 1 })?.kind === "records";
    assert.is(guest.prove(token, 5), "yes");
    assert.ok(isRead());
    desk.passTime(isRevoked ? 60 : 420);
    const revoked = link8Of(crypto, token.leaf);
    if (isRevoked) assert.is(desk.revoke({ revoked, untils: [seconds(desk.time + 86_400)] }), "yes");
    assert.not(isRead());
    assert.ok(guest.isConnected);
  }
});

test.run();
