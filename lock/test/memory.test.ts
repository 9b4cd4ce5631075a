// What the lock remembers and forgets: counters, lists, keys and time across power cuts, and noise that must stay
// small.
// Method: short stories on a desk; where a promise is about flash, it is read back from its bytes.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromAscii } from "../../firmware/bytes.ts";
import { KIND_ADD_OWNER, KIND_CONFIGURE, KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { link8Of } from "../../firmware/grant/chain.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Token } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";
import type { DeskOptions } from "../../simulator/table.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;

function adopted(options: Partial<DeskOptions> = {}): Desk {
  const desk = new Desk({ crypto, ...options });
  desk.adopt();
  desk.passTime(61);
  return desk;
}

/** Tells the lock the time, as it needs after a power cut. */
function tellTime(desk: Desk): void {
  assert.is(desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }), "yes");
}

/** One whole opening, until the bolt is thrown by itself. */
function visit(desk: Desk, token: Token): string {
  const verdict = desk.open(token);
  desk.passTime(40);
  return verdict;
}

test("counters survive a reboot", () => {
  const desk = adopted();
  const token = desk.grant({ to: desk.person("courier"), uses: 2 });
  assert.is(visit(desk, token), "yes");
  desk.reboot();
  tellTime(desk);
  assert.is(visit(desk, token), "yes");
  desk.reboot();
  tellTime(desk);
  assert.is(visit(desk, token), "no");
  assert.is(desk.refusal(), "uses");
});

test("lists survive a reboot, whose state region is read before the access region", () => {
  const desk = adopted();
  const token = desk.grant({ to: desk.person("courier") });
  const other = desk.grant({ to: desk.person("neighbour") });
  const revoked = link8Of(crypto, token.leaf);
  assert.is(desk.revoke({ revoked, untils: [seconds(desk.time + DAY)] }), "yes");
  for (const isRebooted of [false, true]) {
    if (isRebooted) {
      desk.reboot();
      tellTime(desk);
    }
    assert.is(desk.open(token), "no");
    assert.is(desk.refusal(), "revoked");
    assert.is(visit(desk, other), "yes");
  }
});

test("a list of a former number is refused, of any owner's bytes", () => {
  const desk = adopted();
  const first = desk.revocations({});
  const second = desk.revocations({});
  const session = desk.ownerSession();
  assert.is(session.carry(second), "yes");
  assert.is(session.carry(second), "sequence");
  assert.is(session.carry(first), "sequence");
  const far = desk.owner.revocationSequence + 65_537;
  assert.is(session.carry(desk.revocations({ sequence: far })), "sequence");
  assert.is(session.carry(desk.revocations({ generation: 1_025 })), "generation");
  assert.is(session.carry(desk.revocations({ generation: 1_024 })), "yes");
  assert.is(session.carry(desk.revocations({ generation: 1_023 })), "generation");
  assert.is(session.carry(desk.revocations({}, desk.person("thief"))), "unknown-key");
});

test("a list is taken from anybody who carries it, without a proof", () => {
  const desk = adopted();
  const token = desk.grant({ to: desk.person("courier") });
  const caller = desk.call("tcp");
  assert.is(caller.carry(desk.revocations({ holders: token.holder.kid })), "yes");
  assert.is(desk.open(token), "no");
  assert.is(desk.refusal(), "holder");
});

test("a generation takes back every root below it, and none of another owner", () => {
  const desk = adopted();
  const partner = desk.person("partner");
  assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: partner.publicKey }), "yes");
  desk.passTime(40);
  const old = desk.grant({ to: desk.person("courier"), generation: 4 });
  const young = desk.grant({ to: desk.person("neighbour"), generation: 5 });
  const other = desk.grant({ to: desk.person("cleaner"), by: partner, generation: 0 });
  assert.is(desk.revoke({ generation: 5 }), "yes");
  assert.is(desk.open(old), "no");
  assert.is(desk.refusal(), "generation");
  assert.is(visit(desk, young), "yes");
  assert.is(visit(desk, other), "yes");
});

test("owners and settings survive a reboot", () => {
  const desk = adopted();
  const session = desk.ownerSession();
  const zone = fromAscii("CET-1CEST,M3.5.0,M10.5.0/3");
  const settings = [
    { key: 1, value: zone },
    { key: 2, value: 77 },
  ] as const;
  assert.is(session.state({ kind: KIND_CONFIGURE, settings }), "yes");
  const before = session.ask({ kind: "status" });
  desk.reboot();
  const after = desk.ownerSession().ask({ kind: "status" });
  assert.ok(before?.kind === "status" && after?.kind === "status");
  assert.equal(after.status.owners, before.status.owners);
  assert.equal(after.status.configuration, before.status.configuration);
  assert.is(after.status.boots, before.status.boots + 1);
});

test("a counter outlives the short-lived children of its link", () => {
  const desk = adopted();
  const company = desk.person("company");
  const root = desk.grant({ to: company, uses: 2, depth: 1, expiry: seconds(desk.time + 7 * DAY) });
  for (const day of [0, 1]) {
    const child = desk.delegate(root, { to: desk.person(`driver ${day}`), expiry: seconds(desk.time + HOUR) });
    assert.is(visit(desk, child), "yes");
    desk.passTime(DAY);
    tellTime(desk);
  }
  const third = desk.delegate(root, { to: desk.person("driver 3"), expiry: seconds(desk.time + HOUR) });
  assert.is(visit(desk, third), "no");
  assert.is(desk.refusal(), "uses");
});

test("a root has room for 16 counters, and a refusal above spends nothing", () => {
  const desk = adopted();
  const root = desk.grant({ to: desk.person("company"), uses: 100, depth: 1 });
  const child = (number: number) => desk.delegate(root, { to: desk.person(`driver ${number}`), uses: 1 });
  for (let number = 1; number <= 15; number++) assert.is(visit(desk, child(number)), "yes", `${number}`);
  const intents = desk.entries("intent").length;
  assert.is(visit(desk, child(16)), "no");
  assert.is(desk.refusal(), "quota");
  assert.is(desk.entries("intent").length, intents);
  assert.is(desk.entries("intent").at(-1)?.spends.at(0)?.used, 15);
  const uncounted = desk.delegate(root, { to: desk.person("driver 17") });
  assert.is(visit(desk, uncounted), "yes");
  assert.is(desk.entries("intent").at(-1)?.spends.at(0)?.used, 16);
});

test("the lock has room for 128 counters; expired ones make room", () => {
  const desk = adopted();
  const expiry = seconds(desk.time + 12 * HOUR);
  for (let number = 0; number < 128; number++) {
    assert.is(visit(desk, desk.grant({ to: desk.person(`courier ${number}`), uses: 1, expiry })), "yes", `${number}`);
  }
  const late = desk.grant({ to: desk.person("late"), uses: 1, expiry: seconds(desk.time + 2 * DAY) });
  assert.is(visit(desk, late), "no");
  assert.is(desk.refusal(), "quota");
  const uncounted = desk.grant({ to: desk.person("neighbour") });
  assert.is(visit(desk, uncounted), "yes");
  desk.passTime(12 * HOUR);
  tellTime(desk);
  assert.is(visit(desk, late), "yes");
});

test("after a power cut the time is unknown until an owner tells it", () => {
  const desk = adopted();
  const token = desk.grant({ to: desk.person("courier") });
  desk.reboot(HOUR);
  assert.is(desk.open(token), "no");
  assert.is(desk.refusal(), "time-unknown");
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 60 }] }), "yes");
  assert.is(desk.open(token), "yes");
});

test("after two days without power only an owner at the door tells the time", () => {
  const desk = adopted();
  const token = desk.grant({ to: desk.person("courier"), expiry: seconds(desk.time + 9 * DAY) });
  desk.reboot(2 * DAY);
  assert.is(desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }), "presence");
  assert.is(desk.open(token), "no");
  desk.pressInside();
  desk.passTime(40);
  tellTime(desk);
  assert.is(desk.open(token), "yes");
});

test("lo never falls below its watermark, and a clock set back stays back", () => {
  const desk = adopted();
  const lo = (of: Desk) => {
    const answer = of.ownerSession().ask({ kind: "status" });
    if (answer?.kind !== "status") throw new Error("no status");
    return answer.status.timeLow ?? 0;
  };
  desk.passTime(3 * HOUR);
  const before = lo(desk);
  desk.reboot();
  assert.ok(lo(desk) >= before - 900 - 61);
  desk.pressInside();
  desk.passTime(40);
  const issuedAt = seconds(desk.time - 2 * HOUR);
  assert.is(desk.state({ kind: KIND_SET_CLOCK, isBackwards: true }, { issuedAt }), "yes");
  const back = lo(desk);
  assert.ok(back <= issuedAt + 5);
  desk.reboot();
  assert.ok(lo(desk) <= issuedAt + 5);
});

test("a statement of a wrong time is obeyed, moves no clock, and is an alarm", () => {
  const desk = adopted();
  desk.passTime(10);
  const issuedAt = seconds(desk.time + HOUR);
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 60 }] }, { issuedAt }), "yes");
  assert.is(desk.entries("alarm").at(-1)?.alarm, "clock");
  const late = desk.grant({ to: desk.person("courier"), notBefore: seconds(desk.time + HOUR / 2) });
  assert.is(desk.open(late), "no");
  assert.is(desk.refusal(), "not-yet");
});

test("a watermark is written every 15 minutes while the time is known, and never before", () => {
  const desk = adopted();
  desk.passTime(HOUR);
  assert.is(desk.entries("watermark").length, 4);
  desk.reboot();
  desk.passTime(HOUR);
  assert.is(desk.entries("watermark").length, 4);
});

test("refusals are counted by holder and hour", () => {
  const desk = adopted();
  const token = desk.grant({ to: desk.person("courier"), permissions: 2 });
  for (let count = 0; count < 20; count++) assert.is(desk.open(token), "no");
  assert.equal(
    desk.entries("refusal").map(({ count }) => count),
    [1],
  );
  desk.passTime(HOUR);
  assert.equal(
    desk.entries("refusal").map(({ count }) => count),
    [1, 19],
  );
});

test("a hundred refused holders write eight records in an hour", () => {
  const desk = adopted();
  for (let number = 0; number < 100; number++) {
    assert.is(desk.open(desk.grant({ to: desk.person(`guest ${number}`), permissions: 2 })), "no");
  }
  assert.is(desk.entries("refusal").length, 8);
  assert.ok(desk.entries("stranger").length >= 1);
});

test("strangers write one notice an hour and class, and nothing else", () => {
  const desk = adopted();
  const before = desk.journal().filter(({ region }) => region !== 2).length;
  for (let count = 0; count < 100; count++) {
    const caller = desk.call();
    caller.prove(desk.person("stranger"), 15);
    caller.send(new Uint8Array(3));
    caller.leave();
  }
  assert.equal(
    desk.entries("stranger").map(({ strangerClass, count }) => `${strangerClass} ${count}`),
    ["2 1", "0 1"],
  );
  assert.is(desk.journal().filter(({ region }) => region !== 2).length, before);
});

test("a contact that flaps writes one record a minute and event", () => {
  const desk = adopted();
  desk.pressInside();
  desk.passTime(1);
  const before = desk.entries("door").length;
  for (let count = 0; count < 200; count++) {
    desk.openDoor();
    desk.passMillis(100);
    desk.shutDoor();
    desk.passMillis(100);
  }
  assert.ok(desk.entries("door").length - before <= 4);
});

test.run();
