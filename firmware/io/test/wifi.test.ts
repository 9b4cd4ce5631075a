// Goal: a board joins the network of its owner and joins it again for ever, without haste, without a throw, and without being asked.
// Method: a fake radio whose access points come, go, refuse and fall silent, and a clock that a test moves to each next tick.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Loop } from "../../../simulator/ecma419/loop.ts";
import { type AccessPoint, Air } from "../../../simulator/ecma419/wifi.ts";
import { Stream } from "../../../simulator/random.ts";
import { fromAscii } from "../../bytes.ts";
import type { Credentials } from "../../platform.ts";
import { protectedOf } from "../protected.ts";
import {
  JOIN_MILLIS_MAX,
  LOOK_MILLIS,
  PARTING_MILLIS,
  SETTLE_MILLIS,
  STEADY_MILLIS,
  Station,
  WAIT_MILLIS_MAX,
  WAIT_MILLIS_MIN,
} from "../wifi.ts";

const SEED = 11;
const network = (name: string, passphrase?: string): Credentials => ({
  name: fromAscii(name),
  passphrase: passphrase === undefined ? undefined : fromAscii(passphrase),
});
const HOME = network("home", "correct horse");

function createBench(isProtected = false) {
  const loop = new Loop();
  const air = new Air(loop.defer);
  const changes: (string | undefined)[] = [];
  const station = new Station({
    io: isProtected ? protectedOf(air.Wifi, (wish) => air.join(wish)) : air.Wifi,
    loop,
    random: new Stream(SEED, "wifi"),
    changed: (address) => changes.push(address),
  });
  const router: AccessPoint = { SSID: "home", password: "correct horse", address: "192.168.1.2", RSSI: -61 };
  air.points.push(router);
  const join = (credentials: Credentials | undefined) => {
    station.join(credentials);
    loop.run();
  };
  const pass = (duration: number) => {
    loop.pass(duration);
    station.tick(loop.uptime());
    loop.run();
  };
  /** Goes to the next tick. @returns how long that was */
  const step = (): number => {
    const duration = (station.nextTick ?? Number.NaN) - loop.uptime();
    pass(duration);
    return duration;
  };
  return { loop, air, router, station, changes, join, pass, step };
}

test("without credentials the radio is never started", () => {
  const { air, station, pass } = createBench();
  air.isBroken = true;
  pass(3_600_000);
  assert.equal(station.state, { is: "off" });
  assert.is(station.nextTick, undefined);
  assert.is(air.tries, 0);
});

test("credentials that come again while it joins begin anew", () => {
  const { station, changes, join, step } = createBench();
  station.join(HOME);
  assert.equal(station.state, { is: "joining" });
  join(HOME);
  // Its owner is told this at once, and that it could not join would not be true.
  assert.equal(station.state, { is: "joining" });
  assert.is(step(), SETTLE_MILLIS);
  assert.equal(changes, ["192.168.1.2"]);
});

test("joins at once, tells address and strength, and looks again now and then", () => {
  const { station, changes, join, step } = createBench();
  join(HOME);
  assert.equal(station.state, { is: "joined", address: Uint8Array.of(192, 168, 1, 2) });
  assert.equal(changes, ["192.168.1.2"]);
  assert.is(step(), LOOK_MILLIS);
  assert.equal(changes, ["192.168.1.2"]);
});

test("joins a network without a passphrase", () => {
  const { air, station, join } = createBench();
  air.points.push({ SSID: "open", address: "10.0.0.9", RSSI: -40 });
  join(network("open"));
  assert.equal(station.state, { is: "joined", address: Uint8Array.of(10, 0, 0, 9) });
});

test("tries a wrong passphrase ever more slowly, up to five minutes, and never gives up", () => {
  const { air, station, changes, join, step } = createBench();
  join(network("home", "wrong horse"));
  assert.equal(station.state, { is: "waiting" });
  const waits = Array.from({ length: 200 }, step);
  for (const [index, wait] of waits.entries()) {
    const longest = Math.min(WAIT_MILLIS_MIN * 2 ** index, WAIT_MILLIS_MAX);
    assert.ok(wait <= longest && wait > (longest * 3) / 4 - 1, `wait ${index}: ${wait}, seed ${SEED}`);
  }
  assert.is(air.tries, 201);
  assert.equal(changes, []);
  // Two boards of a house do not ask together.
  assert.ok(new Set(waits.slice(20)).size > 150);
});

test("new credentials are tried at once, whatever the wait was", () => {
  const { station, changes, join, step } = createBench();
  join(network("home", "wrong horse"));
  for (let count = 0; count < 20; count++) step();
  assert.ok((station.nextTick ?? 0) > WAIT_MILLIS_MAX / 2);
  join(HOME);
  assert.is(station.state.is, "joined");
  assert.equal(changes, ["192.168.1.2"]);
});

test("from one network to another it lets an answer go out, and the radio settle", () => {
  const { air, station, changes, join, pass, step } = createBench();
  air.points.push({ SSID: "other", password: "battery staple", address: "10.0.0.2", RSSI: -50 });
  join(HOME);
  join(network("other", "battery staple"));
  assert.equal(changes, ["192.168.1.2"]);
  assert.equal(station.state, { is: "joining" });
  assert.is(step(), PARTING_MILLIS);
  assert.equal(changes, ["192.168.1.2", undefined]);
  assert.equal(station.state, { is: "joining" });
  assert.is(step(), SETTLE_MILLIS);
  assert.equal(changes, ["192.168.1.2", undefined, "10.0.0.2"]);
  assert.is(station.state.is, "joined");
  // Two orders in a row: neither is lost.
  join(HOME);
  pass(PARTING_MILLIS / 2);
  join(HOME);
  assert.is(step(), PARTING_MILLIS / 2);
  assert.is(step(), SETTLE_MILLIS);
  assert.equal(changes.slice(3), [undefined, "192.168.1.2"]);
});

test("taking the credentials back leaves the network and stays out", () => {
  const { air, router, station, changes, join, pass } = createBench();
  join(HOME);
  join(undefined);
  assert.equal(station.state, { is: "off" });
  assert.is(air.joined, router);
  pass(3_600_000);
  assert.equal(changes, ["192.168.1.2", undefined]);
  assert.is(air.joined, undefined);
  assert.equal(station.state, { is: "off" });
});

test("joins again when the access point was away", () => {
  const { loop, air, router, station, changes, join, step } = createBench();
  join(HOME);
  air.remove(router);
  loop.run();
  assert.equal(station.state, { is: "waiting" });
  assert.equal(changes, ["192.168.1.2", undefined]);
  for (let count = 0; count < 30; count++) step();
  air.points.push({ ...router, address: "192.168.1.77" });
  step();
  assert.equal(changes, ["192.168.1.2", undefined, "192.168.1.77"]);
});

test("an access point that throws it out again and again is asked ever more slowly; after a steady minute quickly", () => {
  const { loop, air, station, join, step, pass } = createBench();
  join(HOME);
  const waits: number[] = [];
  for (let count = 0; count < 6; count++) {
    air.drop();
    loop.run();
    assert.is(station.state.is, "waiting");
    waits.push(step());
    assert.is(station.state.is, "joined");
  }
  assert.ok((waits[5] ?? 0) > 20_000, `${waits}`);
  pass(STEADY_MILLIS);
  air.drop();
  loop.run();
  assert.ok(step() <= WAIT_MILLIS_MIN);
});

test("a join that comes to no end is ended", () => {
  const { air, station, join, step } = createBench();
  air.isDeaf = true;
  join(HOME);
  assert.is(station.state.is, "joining");
  assert.is(step(), JOIN_MILLIS_MAX);
  assert.is(station.state.is, "waiting");
  air.isDeaf = false;
  step();
  assert.is(station.state.is, "joined");
});

test("an access point that gives no address is left again", () => {
  const { router, station, changes, join, step } = createBench();
  router.address = undefined;
  join(HOME);
  assert.is(station.state.is, "joining");
  step();
  assert.is(station.state.is, "waiting");
  assert.equal(changes, []);
});

test("an address that is lost or another one, of which nobody tells, is found at the next look", () => {
  const { router, station, changes, join, step } = createBench();
  join(HOME);
  router.address = "192.168.1.9";
  step();
  assert.equal(changes, ["192.168.1.2", "192.168.1.9"]);
  router.address = undefined;
  step();
  assert.equal(changes, ["192.168.1.2", "192.168.1.9", undefined]);
  assert.is(station.state.is, "waiting");
});

test("no address is none, whatever is told for it", () => {
  for (const address of ["0.0.0.0", "FE80::1", ""]) {
    const { router, station, changes, join, step } = createBench();
    join(HOME);
    router.address = address;
    step();
    assert.equal(changes, ["192.168.1.2", undefined], address);
    assert.is(station.state.is, "waiting");
  }
});

test("a radio that throws is tried again, and nothing leaves the station", () => {
  const { air, station, join, step } = createBench();
  air.isBroken = true;
  join(HOME);
  assert.is(station.state.is, "waiting");
  step();
  step();
  assert.is(station.state.is, "waiting");
  air.isBroken = false;
  step();
  assert.is(station.state.is, "joined");
});

test("a radio that is busy with what nobody here began is freed", () => {
  const { air, station, join, step } = createBench();
  air.isDeaf = true;
  new air.Wifi({}).connect({ SSID: "home", password: "correct horse" });
  join(HOME);
  assert.is(station.state.is, "waiting");
  air.isDeaf = false;
  step();
  assert.is(station.state.is, "joined");
});

test("closing leaves the network, twice is harmless, and it may join again", () => {
  const { loop, air, station, changes, join, step } = createBench();
  join(HOME);
  station.close();
  station.close();
  loop.run();
  assert.is(air.joined, undefined);
  assert.equal(changes, ["192.168.1.2", undefined]);
  join(HOME);
  step();
  assert.is(station.state.is, "joined");
});

test("it says once that the radio starts, and only when there is a network to join", () => {
  const loop = new Loop();
  const air = new Air(loop.defer);
  let starts = 0;
  const parts = { io: air.Wifi, loop, random: new Stream(SEED, "wifi"), changed: () => {} };
  const station = new Station({ ...parts, started: () => starts++ });
  station.join(undefined);
  assert.is(starts, 0);
  station.join(HOME);
  station.join(HOME);
  loop.run();
  assert.is(starts, 1);
});

test("what no radio takes leaves it off", () => {
  const { air, station, join } = createBench();
  for (const name of [
    new Uint8Array(0),
    new Uint8Array(33).fill(0x61),
    Uint8Array.of(0x61, 0),
    Uint8Array.of(0x61, 0xc3),
  ]) {
    join({ name, passphrase: undefined });
    assert.equal(station.state, { is: "off" });
  }
  join(network("home", "short"));
  assert.equal(station.state, { is: "off" });
  assert.is(air.tries, 0);
});

test("a joining that the SDK's class did not begin is joined, lost, joined again, and left", () => {
  const { air, router, station, changes, join, pass, step } = createBench(true);
  join(HOME);
  assert.equal(station.state, { is: "joined", address: Uint8Array.of(192, 168, 1, 2) });
  air.drop();
  pass(1);
  assert.is(station.state.is, "waiting");
  step();
  assert.is(station.state.is, "joined");
  assert.equal(changes, [router.address, undefined, router.address]);
  join(undefined);
  assert.is(station.state.is, "off");
  step();
  assert.is(air.joined, undefined);
  assert.is(station.state.is, "off");
});

test("one that fails is nobody's news: patience ends it, and it is begun again where the radio is free", () => {
  const { air, router, station, join, pass, step } = createBench(true);
  air.remove(router);
  join(HOME);
  assert.is(station.state.is, "joining");
  pass(JOIN_MILLIS_MAX);
  assert.is(station.state.is, "waiting");
  air.points.push(router);
  step();
  assert.is(station.state.is, "joined");
  assert.is(air.tries, 2);
});

test("another network while the first is being joined is joined, though the radio was busy", () => {
  const { air, station, join, pass } = createBench(true);
  air.isDeaf = true;
  join(HOME);
  assert.is(station.state.is, "joining");
  air.isDeaf = false;
  air.points.push({ SSID: "garden", password: "battery staple", address: "192.168.1.9", RSSI: -70 });
  join(network("garden", "battery staple"));
  pass(SETTLE_MILLIS);
  assert.equal(station.state, { is: "joined", address: Uint8Array.of(192, 168, 1, 9) });
});

test("a radio that does not start feeds no generator: it is told of one that did", () => {
  const loop = new Loop();
  const air = new Air(loop.defer);
  let starts = 0;
  const parts = { io: air.Wifi, loop, random: new Stream(SEED, "wifi"), changed: () => {} };
  const station = new Station({ ...parts, started: () => starts++ });
  air.isBroken = true;
  station.join(HOME);
  assert.is(starts, 0);
  air.isBroken = false;
  loop.pass((station.nextTick ?? Number.NaN) - loop.uptime());
  station.tick(loop.uptime());
  assert.is(starts, 1);
});

test.run();
