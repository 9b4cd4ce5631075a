// Goal: the lock joins the network that an owner sets, forgets it with its owner, and never tells which it is.
// Method: a desk whose lock has a radio within reach of two networks; who may ask is in roles.test.ts.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { concat, fromAscii, toHex } from "../../firmware/bytes.ts";
import { KIND_ADOPT, KIND_FACTORY_RESET, KIND_TRANSFER } from "../../firmware/grant/body.ts";
import { encodeAnswer } from "../../firmware/link/message.ts";
import type { Status } from "../../firmware/link/status.ts";
import type { Credentials } from "../../firmware/platform.ts";
import { ADDRESS, credentialsOf, HOME_NETWORK, OPEN_NETWORK } from "../../simulator/antenna.ts";
import { holds, watched } from "../../simulator/attacks/watch.ts";
import type { Caller, Person } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";

const HOME = credentialsOf(HOME_NETWORK.name, HOME_NETWORK.passphrase);
const OPEN = credentialsOf(OPEN_NETWORK);
const WIFI = "wifi";

function adopted(desk: Desk = new Desk({ crypto })): Desk {
  assert.is(desk.adopt(), "yes");
  desk.passTime(61);
  return desk;
}

/** Asks in a session of its own. @returns "yes", or the reason */
function ask(desk: Desk, credentials: Credentials | undefined, owner: Person = desk.owner): string {
  const caller = desk.ownerSession(owner);
  const outgoing =
    credentials === undefined ? ({ kind: "leaveNetwork" } as const) : ({ kind: "joinNetwork", credentials } as const);
  const answer = caller.ask(outgoing);
  caller.leave();
  return answer?.kind === "no" ? (answer.denial ?? "no") : (answer?.kind ?? "silence");
}

function statusBy(caller: Caller): Status {
  const answer = caller.ask({ kind: "status" });
  caller.leave();
  if (answer?.kind !== "status") throw new Error("no status");
  return answer.status;
}

function stateOf(desk: Desk, owner: Person = desk.owner): string | undefined {
  return statusBy(desk.ownerSession(owner)).network?.is;
}

function handOver(desk: Desk): { readonly buyer: Person; readonly verdict: string } {
  const buyer = desk.person("buyer");
  const adoption = {
    ownerKey: buyer.publicKey,
    recoveryKey: desk.person("buyer's paper").publicKey,
    zoneRule: fromAscii("UTC0"),
  };
  return { buyer, verdict: desk.stateInside({ kind: KIND_TRANSFER, adoption }, { by: desk.recovery }) };
}

test("a lock joins the network that its owner sets, at once and after each start", () => {
  const desk = adopted();
  assert.is(stateOf(desk), "off");
  assert.is(ask(desk, HOME), "yes");
  assert.equal(statusBy(desk.ownerSession()).network, { is: "joined", address: ADDRESS });
  desk.antenna.join(undefined);
  desk.reboot();
  assert.is(stateOf(desk), "joined");
  assert.is(ask(desk, OPEN), "yes", "an open one takes its place");
  assert.is(stateOf(desk), "joined");
  assert.is(ask(desk, undefined), "yes");
  assert.is(stateOf(desk), "off");
  assert.is(desk.constants.read(WIFI), undefined);
  desk.reboot();
  assert.is(stateOf(desk), "off");
  const acts = desk.entries("network").map(({ actor, event }) => [toHex(actor), event]);
  const owner = toHex(desk.owner.kid);
  assert.equal(acts, [
    [owner, "set"],
    [owner, "set"],
    [owner, "forgotten"],
  ]);
});

test("the longest name and passphrase are kept, and joined after a start", () => {
  const desk = adopted();
  const longest = credentialsOf("n".repeat(32), "p".repeat(63));
  assert.is(ask(desk, longest), "yes");
  assert.is(desk.constants.read(WIFI)?.length, 110);
  const { joins } = desk.antenna;
  desk.reboot();
  assert.is(desk.antenna.joins, joins + 1);
});

test("an owner sees that the network takes its time, or is not to be found", () => {
  const desk = adopted();
  desk.antenna.isSlow = true;
  assert.is(ask(desk, HOME), "yes");
  assert.is(stateOf(desk), "joining");
  desk.antenna.isSlow = false;
  assert.is(stateOf(desk), "joined");
  assert.is(ask(desk, credentialsOf(HOME_NETWORK.name, "wrong sesame")), "yes");
  assert.is(stateOf(desk), "waiting");
});

test("name and passphrase stand in the constants, and in no record, answer, frame or buffer", () => {
  const watch = watched(crypto);
  const desk = adopted(new Desk({ crypto: watch.crypto }));
  const phone = desk.ownerSession();
  watch.opened.length = 0;
  assert.is(phone.ask({ kind: "joinNetwork", credentials: HOME })?.kind, "yes");
  const passphrase = fromAscii(HOME_NETWORK.passphrase);
  assert.not(
    watch.opened.some((bytes) => holds(bytes, passphrase)),
    "the request's own bytes are wiped",
  );
  assert.ok(watch.opened.length > 0);
  const status = statusBy(phone);
  const told = encodeAnswer({ kind: "status", id: 1, status });
  const air = desk.air.map(({ frame }) => frame);
  const everywhere = concat(desk.flash.snapshot(), told, ...air);
  assert.not(holds(everywhere, passphrase));
  assert.not(holds(everywhere, concat(Uint8Array.of(0x44), HOME.name)));
  assert.ok(holds(everywhere, desk.owner.kid), "what is there is found");
  assert.ok(holds(desk.constants.read(WIFI) ?? new Uint8Array(0), passphrase));
});

test("what the flash refuses changes nothing, and a record says that nothing came of it", () => {
  const desk = adopted();
  assert.is(ask(desk, HOME), "yes");
  const before = desk.constants.read(WIFI);
  const { joins } = desk.antenna;
  desk.constants.isSound = false;
  assert.is(ask(desk, OPEN), "journal");
  assert.is(ask(desk, undefined), "journal");
  desk.constants.isSound = true;
  assert.is(desk.antenna.joins, joins);
  assert.equal(desk.constants.read(WIFI), before);
  assert.is(stateOf(desk), "joined");
  const events = desk.entries("network").map(({ event }) => event);
  assert.equal(events, ["set", "set", "kept", "forgotten", "kept"]);
});

for (const wear of ["loses", "refuses"] as const) {
  test(`no network is joined of which no record can tell: the flash ${wear} what is programmed`, () => {
    const desk = adopted();
    const session = desk.ownerSession();
    const { joins } = desk.antenna;
    desk.flash.wear = wear;
    const answer = session.ask({ kind: "joinNetwork", credentials: HOME });
    assert.is(answer?.kind === "no" && answer.denial, "journal");
    assert.is(desk.antenna.joins, joins);
    assert.is(desk.constants.read(WIFI), undefined);
  });
}

test("an owner's key cannot fill the journal with networks", () => {
  const desk = adopted();
  const session = desk.ownerSession();
  let done = 0;
  for (; done < 100; done++) if (session.ask({ kind: "joinNetwork", credentials: HOME })?.kind !== "yes") break;
  assert.ok(done >= 40 && done <= 48, `${done} at once`);
});

test("a lock without a radio says so, and works", () => {
  const desk = adopted(new Desk({ crypto, hasRadio: false }));
  assert.is(ask(desk, HOME), "unsupported");
  assert.is(ask(desk, undefined), "unsupported");
  assert.is(statusBy(desk.ownerSession()).network, undefined);
  assert.is(desk.open(desk.grant({ to: desk.person("guest") })), "yes");
});

test("who takes the lock over does not get the former owner's network", () => {
  const desk = adopted();
  assert.is(ask(desk, HOME), "yes");
  const { buyer, verdict } = handOver(desk);
  assert.is(verdict, "yes");
  assert.is(desk.constants.read(WIFI), undefined);
  desk.passTime(120);
  assert.is(stateOf(desk, buyer), "off");
  assert.is(ask(desk, HOME, buyer), "yes");
  desk.reboot();
  assert.is(stateOf(desk, buyer), "joined");
});

for (const [name, isDone] of [
  ["before it is forgotten", false],
  ["right after", true],
] as const) {
  test(`a cut ${name} gives the new owner's lock no former network`, () => {
    const desk = adopted();
    assert.is(ask(desk, HOME), "yes");
    desk.constants.cutAfterChanges(0, isDone);
    const { buyer } = handOver(desk);
    assert.not(desk.hasPower);
    assert.is(desk.constants.read(WIFI) === undefined, isDone);
    desk.reboot();
    assert.is(desk.constants.read(WIFI), undefined);
    assert.is(stateOf(desk, buyer), "off");
  });
}

test("where the constants refuse to forget, the former network is left all the same, and never joined again", () => {
  const desk = adopted();
  assert.is(ask(desk, HOME), "yes");
  desk.constants.isSound = false;
  const { buyer, verdict } = handOver(desk);
  assert.is(verdict, "yes");
  desk.passTime(120);
  assert.is(stateOf(desk, buyer), "off");
  desk.reboot();
  assert.is(stateOf(desk, buyer), "off");
  desk.constants.isSound = true;
  desk.reboot();
  assert.is(desk.constants.read(WIFI), undefined);
});

test("a reset forgets the network", () => {
  const desk = adopted();
  assert.is(ask(desk, HOME), "yes");
  assert.is(desk.stateInside({ kind: KIND_FACTORY_RESET }, { by: desk.recovery }), "yes");
  desk.passTime(5);
  assert.not(desk.lock.snapshot.isAdopted);
  assert.is(desk.constants.read(WIFI), undefined);
  assert.is(desk.antenna.state.is, "off");
});

test("a lock that lost its journal joins nothing, and its next owner finds nothing", () => {
  const desk = adopted();
  assert.is(ask(desk, HOME), "yes");
  desk.cutPower();
  for (let sector = 0; sector < desk.flash.sectors; sector++) desk.flash.erase(sector);
  desk.boot();
  assert.is(desk.antenna.state.is, "off");
  assert.not(desk.lock.snapshot.isAdopted);
  const finder = desk.person("finder");
  const adoption = {
    ownerKey: finder.publicKey,
    recoveryKey: desk.person("finder's paper").publicKey,
    zoneRule: fromAscii("UTC0"),
  };
  desk.pressInside();
  assert.is(desk.call().state({ kind: KIND_ADOPT, adoption }, { by: finder }), "yes");
  desk.passTime(61);
  assert.is(stateOf(desk, finder), "off");
  assert.is(desk.constants.read(WIFI), undefined);
});

test("constants that make no sense join nothing", () => {
  const desk = adopted();
  assert.is(ask(desk, HOME), "yes");
  for (const spoilt of [[], [0x84], [...(desk.constants.read(WIFI) ?? []), 0]]) {
    desk.constants.write(WIFI, Uint8Array.from(spoilt));
    desk.reboot();
    assert.is(stateOf(desk), "off");
  }
});

test.run();
