// The time by way of anybody's phone: two servers of the owner's choice that agree are believed, and nobody else.
// Method: servers on the desk (simulator/timeserver.ts), honest and lying; a lock that lost power; phones that carry, delay,
// repeat and mix up.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { KIND_ADD_OWNER, KIND_CONFIGURE, KIND_REMOVE_OWNER, KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { OPERATION_UNLOCK } from "../../firmware/grant/holder.ts";
import { SETTING_TIME_SERVERS } from "../../firmware/policy/configuration.ts";
import { encodeTimeRequest } from "../../firmware/time/roughtime.ts";
import { type Caller, verdictOf } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";
import { type Errors, TimeServer } from "../../simulator/timeserver.ts";

const SERVERS = [1, 2, 3].map((byte) => new TimeServer(crypto, new Uint8Array(32).fill(byte)));
/** Takes a server out. */
const NONE = new Uint8Array([0]);
const MONTH_SECONDS = 2_592_000;

/** A lock whose owner has named three servers, after a loss of power. */
function powerless(seconds = 60): Desk {
  const desk = new Desk({ crypto });
  desk.adopt();
  const settings = SERVERS.map(({ key }, place) => ({ key: SETTING_TIME_SERVERS + place, value: key }));
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings }), "yes");
  desk.passTime(61);
  desk.reboot(seconds);
  return desk;
}

function ask(caller: Caller, server: number): Bytes {
  const answer = caller.ask({ kind: "timeRequest", server });
  if (answer?.kind !== "nonce") throw new Error(`no nonce, but ${answer?.kind}`);
  return answer.nonce.slice();
}

function answerOf(desk: Desk, server: number, nonce: Bytes, errors?: Errors): Bytes {
  const request = encodeTimeRequest(crypto, nonce, SERVERS[server].key);
  const answer = SERVERS[server].answer([request], desk.time, errors)[0];
  if (answer === undefined) throw new Error("no answer");
  return answer;
}

function bring(caller: Caller, response: Bytes): string {
  return verdictOf(caller.ask({ kind: "timeResponse", response }));
}

/** Asks a server and brings its answer. */
function relay(desk: Desk, caller: Caller, server: number, errors?: Errors): string {
  return bring(caller, answerOf(desk, server, ask(caller, server), errors));
}

function clockOf(desk: Desk): { readonly low: number | undefined; readonly high: number | undefined } {
  const owner = desk.ownerSession();
  const answer = owner.ask({ kind: "status" });
  owner.leave();
  if (answer?.kind !== "status") throw new Error("no status");
  return { low: answer.status.timeLow, high: answer.status.timeHigh };
}

test("a courier's phone brings the time to a lock that lost power, and the courier's grant opens", () => {
  const desk = powerless(MONTH_SECONDS);
  const token = desk.grant({ to: desk.person("courier") });
  assert.is(desk.open(token), "no");
  assert.is(desk.refusal(), "time-unknown");
  const phone = desk.call();
  assert.is(relay(desk, phone, 0), "yes");
  assert.is(clockOf(desk).high, undefined, "one server is not believed");
  assert.is(relay(desk, phone, 2), "yes");
  assert.is(phone.prove(token, OPERATION_UNLOCK), "yes");
  const { low = 0, high = 0 } = clockOf(desk);
  assert.ok(low <= desk.time && desk.time <= high && high - low <= 10, `${low - desk.time}..${high - desk.time}`);
  assert.is(desk.entries("clock").at(-1)?.source, 3);
});

test("it is durable before it counts: a lock that cannot write does not learn", () => {
  const desk = powerless();
  const phone = desk.call();
  assert.is(relay(desk, phone, 0), "yes");
  desk.flash.wear = "refuses";
  assert.is(relay(desk, phone, 1), "no");
  desk.flash.wear = "sound";
  assert.is(clockOf(desk).high, undefined);
});

test("two answers of one server are not two", () => {
  const desk = powerless();
  const phone = desk.call();
  assert.is(relay(desk, phone, 0), "yes");
  assert.is(relay(desk, phone, 0), "yes");
  assert.is(clockOf(desk).high, undefined);
});

test("one server that is named twice is not two", () => {
  const desk = powerless();
  const settings = [{ key: SETTING_TIME_SERVERS + 1, value: SERVERS[0].key }];
  const owner = desk.call();
  desk.pressInside();
  assert.is(owner.state({ kind: KIND_CONFIGURE, settings }), "yes");
  desk.reboot();
  const phone = desk.call();
  assert.is(relay(desk, phone, 0), "yes");
  const nonce = ask(phone, 1);
  assert.is(bring(phone, answerOf(desk, 0, nonce)), "yes");
  assert.is(clockOf(desk).high, undefined);
});

test("a liar is found out by the second, and outvoted by the third", () => {
  for (const aheadSeconds of [-MONTH_SECONDS, -3_600, 3_600, 10 * MONTH_SECONDS]) {
    const desk = powerless(2 * MONTH_SECONDS);
    const phone = desk.call();
    assert.is(relay(desk, phone, 0, { aheadSeconds }), "yes");
    assert.is(relay(desk, phone, 1), "no");
    assert.is(clockOf(desk).high, undefined);
    assert.is(relay(desk, phone, 2), "yes");
    const { low = 0, high = 0 } = clockOf(desk);
    assert.ok(low <= desk.time && desk.time <= high, `${aheadSeconds}`);
  }
});

test("a server that lies by less than the radii moves the clock off the truth by nothing", () => {
  for (const aheadSeconds of [-5, -1, 2, 5]) {
    const desk = powerless(MONTH_SECONDS);
    const phone = desk.call();
    assert.is(relay(desk, phone, 0, { aheadSeconds }), "yes");
    assert.is(relay(desk, phone, 1), "yes");
    const { low = 0, high = 0 } = clockOf(desk);
    assert.ok(
      low <= desk.time && desk.time <= high && high - low <= 20,
      `${aheadSeconds}: ${low - desk.time}..${high - desk.time}`,
    );
  }
});

test("two stolen keys cannot turn the time back below the watermark", () => {
  const desk = powerless();
  const before = clockOf(desk).low;
  const phone = desk.call();
  assert.is(relay(desk, phone, 0, { aheadSeconds: -7_200 }), "yes");
  assert.is(relay(desk, phone, 1, { aheadSeconds: -7_200 }), "no");
  assert.ok(Number(clockOf(desk).low) >= Number(before) && clockOf(desk).high === undefined);
  desk.passTime(3_700);
  assert.is(desk.entries("alarm").at(-1)?.alarm, "clock");
});

test("an answer counts once, within a minute, in the session and to the nonce that it is for", () => {
  const desk = powerless();
  const phone = desk.call();
  const first = answerOf(desk, 0, ask(phone, 0));
  assert.is(bring(phone, first), "yes");
  assert.is(bring(phone, first), "no", "again");
  const stale = answerOf(desk, 1, ask(phone, 1));
  ask(phone, 1);
  assert.is(bring(phone, stale), "no", "to a nonce that was given up");
  const nonce = ask(phone, 1);
  desk.passTime(1);
  const other = desk.call();
  assert.is(bring(other, answerOf(desk, 1, nonce)), "no", "in another session");
  assert.is(clockOf(desk).high, undefined);
});

test("an owner's late answer is refused: after 60 s it says too little", () => {
  for (const [wait, verdict] of [
    [59, "yes"],
    [61, "challenge"],
  ] as const) {
    const desk = powerless();
    const owner = desk.ownerSession();
    const nonce = ask(owner, 0);
    desk.passTime(wait);
    assert.is(bring(owner, answerOf(desk, 0, nonce)), verdict, `${wait} s`);
  }
});

test("answers that are two minutes apart make no quorum", () => {
  const desk = powerless();
  const owner = desk.ownerSession();
  assert.is(relay(desk, owner, 0), "yes");
  desk.passTime(100);
  assert.is(owner.ask({ kind: "status" })?.kind, "status");
  desk.passTime(21);
  assert.is(relay(desk, owner, 1), "yes", "it is kept as a first");
  const status = owner.ask({ kind: "status" });
  assert.is(status?.kind === "status" ? status.status.timeHigh : 0, undefined);
  assert.is(relay(desk, owner, 2), "yes");
  const after = owner.ask({ kind: "status" });
  assert.ok(after?.kind === "status" && after.status.timeHigh !== undefined);
});

test("the wait widens the interval, and the truth stays inside", () => {
  const desk = powerless(MONTH_SECONDS);
  const owner = desk.ownerSession();
  const answers = [0, 1].map((server) => {
    const nonce = ask(owner, server);
    const answer = answerOf(desk, server, nonce);
    desk.passTime(40);
    assert.is(bring(owner, answer), "yes");
    return answer;
  });
  assert.is(answers.length, 2);
  const { low = 0, high = 0 } = clockOf(desk);
  assert.ok(low <= desk.time && desk.time <= high && high - low >= 40 && high - low <= 60, `${high - low} s wide`);
});

test("a stranger brings six answers in a session, and no more", () => {
  const desk = powerless();
  const owner = desk.ownerSession();
  const verdicts = Array.from({ length: 8 }, () => bring(owner, answerOf(desk, 0, ask(owner, 0), { version: 2 })));
  assert.equal(verdicts, [...new Array(6).fill("signature"), "rate", "rate"]);
});

test("a lock without servers gives no nonce, and a server that is taken out counts no more", () => {
  const desk = new Desk({ crypto });
  desk.adopt();
  assert.is(desk.call().ask({ kind: "timeRequest", server: 0 })?.kind, "no");
  const named = powerless();
  const owner = named.ownerSession();
  assert.is(owner.ask({ kind: "timeRequest", server: 3 })?.kind, "no");
  assert.is(relay(named, owner, 0), "yes");
  const settings = [{ key: SETTING_TIME_SERVERS, value: NONE }];
  assert.is(owner.state({ kind: KIND_CONFIGURE, settings }), "yes");
  assert.is(owner.ask({ kind: "timeRequest", server: 0 })?.kind, "no");
});

test("servers are set whole or not at all, and stay over a restart", () => {
  const desk = powerless();
  for (const size of [1, 2, 31, 33]) {
    const settings = [{ key: SETTING_TIME_SERVERS, value: new Uint8Array(size).fill(1) }];
    assert.is(desk.state({ kind: KIND_CONFIGURE, settings }), "malformed", `${size} bytes`);
    desk.passTime(2);
  }
  assert.is(desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }), "yes");
  assert.is(relay(desk, desk.call(), 2), "yes");
});

test("nobody names a server from afar: a stolen key would tell the time for good", () => {
  const desk = powerless();
  assert.is(desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }), "yes");
  const stranger = new TimeServer(crypto, new Uint8Array(32).fill(9)).key;
  const name = (value: Bytes, place: number) =>
    desk.state({ kind: KIND_CONFIGURE, settings: [{ key: SETTING_TIME_SERVERS + place, value }] });
  assert.is(name(stranger, 0), "presence", "in another's place");
  assert.is(name(SERVERS[1].key, 1), "yes", "one that is there");
  assert.is(name(NONE, 0), "yes", "to take one out lets nobody in");
  assert.is(name(stranger, 0), "presence", "in an empty place");
  desk.pressInside();
  assert.is(name(stranger, 0), "yes");
});

test("with an owner's key the servers go: they may be its own", () => {
  const desk = new Desk({ crypto });
  desk.adopt();
  const other = desk.person("other");
  desk.passTime(61);
  assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: other.publicKey }), "yes");
  desk.passTime(61);
  desk.pressInside();
  const settings = SERVERS.map(({ key }, place) => ({ key: SETTING_TIME_SERVERS + place, value: key }));
  assert.is(desk.state({ kind: KIND_CONFIGURE, settings }, { by: other }), "yes");
  assert.is(desk.call().ask({ kind: "timeRequest", server: 0 })?.kind, "nonce");
  assert.is(desk.stateInside({ kind: KIND_REMOVE_OWNER, ownerKid: other.kid }), "yes");
  for (const when of ["now", "after a restart"]) {
    const phone = desk.call();
    for (const server of SERVERS.keys())
      assert.is(phone.ask({ kind: "timeRequest", server })?.kind, "no", `${server} ${when}`);
    desk.reboot();
  }
});

test.run();
