// Goal: the natives and gatt.c carry phones on XS as gatt.ts expects of a GattRadio, and stand whatever JavaScript gives them.
// Method: the played radio of simulator/radio, one for the whole file, as a board has one: each test leaves it with no phone.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fragment } from "../../../simulator/fragments.ts";
import type { Host } from "../../../simulator/xs/host.d.ts";
import { type Bytes, toHex } from "../../bytes.ts";
import { ascending } from "../../crypto/test/checks.ts";
import { Fault } from "../../fault.ts";
import { createReassembler } from "../../link/fragment.ts";
import { GattPhones } from "../gatt.ts";
import { NativeGattRadio } from "../gattradio.ts";

declare function native(name: string): (...values: unknown[]) => unknown;
declare const host: Pick<Host, "collect" | "petrify">;

const air = {
  deliver: native("xs_air_deliver") as () => boolean,
  fill: native("xs_messages_fill") as (isFull: boolean) => void,
  sync: native("xs_air_sync") as () => void,
  connect: native("xs_air_connect") as (handle: number) => boolean,
  connectUntold: native("xs_air_connect_untold") as (handle: number) => boolean,
  tell: native("xs_air_tell") as (handle: number, status: number) => void,
  disconnect: native("xs_air_disconnect") as (handle: number) => void,
  isEnding: native("xs_air_is_ending") as (handle: number) => boolean,
  mtu: native("xs_air_mtu") as (handle: number, mtu: number) => void,
  subscribe: native("xs_air_subscribe") as (handle: number, isSubscribed: boolean) => void,
  write: native("xs_air_write") as (handle: number, bytes: Uint8Array) => number,
  hear: native("xs_air_hear") as (handle: number) => ArrayBuffer | undefined,
  pass: native("xs_air_pass") as (millis: number) => void,
  hold: native("xs_air_hold") as (count: number) => void,
  advertisement: native("xs_air_advertisement") as () => ArrayBuffer | undefined,
  address: native("xs_air_address") as () => ArrayBuffer,
};

const INSUFFICIENT_RESOURCES = 0x11;
const INVALID_LENGTH = 0x0d;

const told: unknown[][] = [];
let connection = 0;
const radio = new NativeGattRadio();
const phones = new GattPhones({
  radio,
  nextConnection: () => ++connection,
  listener: {
    connected: (each) => told.push(["connected", each]),
    received: (each, frame) => told.push(["received", each, toHex(frame)]),
    disconnected: (each) => told.push(["disconnected", each]),
  },
});

function settle(): unknown[][] {
  while (air.deliver()) host.collect();
  return told.splice(0);
}

/** Connects a phone, subscribed and with the largest fragments. @returns its connection */
function dial(handle: number): number {
  assert.ok(air.connect(handle));
  air.mtu(handle, 247);
  air.subscribe(handle, true);
  assert.equal(settle(), [["connected", connection]]);
  return connection;
}

function hangUp(handle: number, number: number): void {
  air.disconnect(handle);
  assert.equal(settle(), [["disconnected", number]]);
}

function hear(handle: number): Bytes[] {
  const reassembler = createReassembler();
  const frames: Bytes[] = [];
  for (let bytes = air.hear(handle); bytes !== undefined; bytes = air.hear(handle)) {
    const frame = reassembler.push(new Uint8Array(bytes));
    if (frame !== undefined) frames.push(frame);
  }
  return frames;
}

test("is silent before it is started, and starts once", () => {
  assert.is(radio.take(), undefined);
  assert.is(radio.send(1, ascending(0, 20)), false);
  assert.is(radio.maximumWrite(1), 0);
  radio.close(1);
  phones.start();
  assert.throws(
    () => phones.start(),
    (error: unknown) => error instanceof Fault && error.code === "radio.io",
  );
  air.sync();
});

test("advertises flags and the service, and nothing of the lock", () => {
  const advertisement = air.advertisement();
  assert.ok(advertisement !== undefined);
  assert.is(toHex(new Uint8Array(advertisement)), "020106110799934ad76de322b7994d6a950c2a8fa3");
});

test("has a random address of its own, and another after 15 minutes, also while a phone is there", () => {
  const addresses = [toHex(new Uint8Array(air.address()))];
  const number = dial(1);
  for (let round = 0; round < 3; round++) {
    air.pass(14 * 60_000);
    assert.is(toHex(new Uint8Array(air.address())), addresses[round]);
    air.pass(60_000);
    addresses.push(toHex(new Uint8Array(air.address())));
    assert.ok(air.advertisement() !== undefined);
  }
  assert.is(new Set(addresses).size, 4);
  assert.ok(addresses.every((address) => Number.parseInt(address.slice(10), 16) >= 0xc0));
  hangUp(1, number);
});

test("carries frames both ways, of one byte and of the longest", () => {
  const number = dial(1);
  const frames = [ascending(1, 1), ascending(2, 2425)];
  for (const frame of frames) for (const piece of fragment(frame, 244)) assert.is(air.write(1, piece), 0);
  assert.equal(
    settle(),
    frames.map((frame) => ["received", number, toHex(frame)]),
  );
  for (const frame of frames) phones.send(number, frame);
  const heard: Bytes[] = [];
  const reassembler = createReassembler();
  for (let round = 0; round < 50; round++) {
    air.pass(20);
    settle();
    for (let bytes = air.hear(1); bytes !== undefined; bytes = air.hear(1)) {
      const frame = reassembler.push(new Uint8Array(bytes));
      if (frame !== undefined) heard.push(frame);
    }
  }
  assert.equal(heard, frames);
  hangUp(1, number);
});

test("loses nothing that was written while XS was busy, up to the longest frame in the shortest fragments", () => {
  const number = dial(1);
  const frame = ascending(3, 2425);
  for (const piece of fragment(frame, 20)) assert.is(air.write(1, piece), 0);
  assert.equal(settle(), [["received", number, toHex(frame)]]);
  hangUp(1, number);
});

test("refuses what is empty or too long, and what finds no room; the others still find theirs", () => {
  const [flood, owner] = [dial(1), dial(2)];
  for (const size of [0, 245, 400]) assert.is(air.write(1, new Uint8Array(size)), INVALID_LENGTH);
  assert.is(air.write(7, ascending(0, 20)), INSUFFICIENT_RESOURCES, "a handle that nobody has");
  let taken = 0;
  while (air.write(1, new Uint8Array(200)) === 0) taken++;
  assert.is(taken, 13);
  for (const piece of fragment(ascending(4, 2425), 244)) assert.is(air.write(2, piece), 0);
  assert.equal(settle(), [["received", owner, toHex(ascending(4, 2425))]]);
  assert.is(air.write(1, new Uint8Array(200)), 0, "and there is room again");
  settle();
  hangUp(1, flood);
  hangUp(2, owner);
});

test("waits for a phone to subscribe, and for buffers", () => {
  assert.ok(air.connect(1));
  settle();
  phones.send(connection, ascending(5, 30));
  air.pass(1_000);
  assert.equal(hear(1), []);
  air.hold(24);
  air.subscribe(1, true);
  air.pass(1_000);
  assert.equal(hear(1), []);
  air.hold(0);
  air.pass(20);
  assert.equal(hear(1), [ascending(5, 30)]);
  hangUp(1, connection);
});

test("a third phone is told of while two are there, a fourth finds nobody until one is gone", () => {
  const numbers = [dial(1), dial(2)];
  assert.ok(air.advertisement() !== undefined);
  numbers.push(dial(3));
  assert.is(air.advertisement(), undefined);
  assert.not(air.connect(4));
  phones.close(numbers[0]);
  air.pass(320);
  assert.ok(air.isEnding(1));
  air.disconnect(1);
  assert.ok(air.connect(4), "the lock advertises again at once");
  air.disconnect(4);
  assert.equal(settle(), [], "who came and went unseen is never told of");
  hangUp(2, numbers[1]);
  hangUp(3, numbers[2]);
});

test("a link that is closed is ended once its last word is out, and within a second and a bit whatever it does", () => {
  const [hearing, deaf] = [dial(1), dial(2)];
  phones.send(hearing, ascending(6, 40));
  phones.close(hearing);
  air.write(1, Uint8Array.of(0xc0, 1));
  assert.not(air.isEnding(1));
  assert.equal(hear(1), [ascending(6, 40)]);
  air.pass(320);
  assert.ok(air.isEnding(1));
  air.hold(24);
  phones.send(deaf, ascending(6, 40));
  phones.close(deaf);
  air.pass(980);
  assert.not(air.isEnding(2));
  air.pass(60);
  assert.ok(air.isEnding(2));
  air.hold(0);
  air.disconnect(1);
  air.disconnect(2);
  assert.equal(settle(), []);
});

for (const [claim, status] of [
  ["before the stack tells of it", 0],
  ["of which the stack tells as of a failure, though its link stands", 26],
] as const) {
  test(`hears and answers a phone ${claim}`, () => {
    assert.ok(air.connectUntold(3));
    air.mtu(3, 247);
    air.subscribe(3, true);
    const frame = ascending(7, 200);
    for (const piece of fragment(frame, 244)) assert.is(air.write(3, piece), 0);
    const number = connection + 1;
    assert.equal(settle(), [
      ["connected", number],
      ["received", number, toHex(frame)],
    ]);
    air.tell(3, status);
    phones.send(number, frame);
    assert.equal(settle(), [], "it is the same link");
    assert.equal(hear(3), [frame]);
    hangUp(3, number);
  });
}

test("a phone that says nothing is known within two seconds, and so is its end; meanwhile others find the lock", () => {
  for (let round = 0; round < 3; round++) {
    assert.ok(air.connectUntold(4), "nobody could find the lock");
    assert.is(air.advertisement(), undefined);
    air.pass(2_000);
    assert.ok(air.advertisement() !== undefined, "nobody advertises");
    const number = connection + 1;
    assert.equal(settle(), [["connected", number]]);
    air.disconnect(4);
    air.pass(2_000);
    assert.equal(settle(), [["disconnected", number]]);
  }
});

test("is woken again where the queue to XS was full", () => {
  const number = dial(1);
  air.fill(true);
  air.write(1, Uint8Array.of(0xc0, 1));
  assert.equal(settle(), []);
  air.fill(false);
  air.pass(20);
  assert.equal(settle(), [["received", number, "01"]]);
  hangUp(1, number);
});

test("is told nothing wrong by JavaScript that gives it anything", () => {
  const number = dial(1);
  const detached = new Uint8Array(20);
  Reflect.apply(Reflect.get(detached.buffer, "transfer"), detached.buffer, []);
  const wrongs = [
    ...[undefined, null, 5, "x", {}, [1], () => 1, Symbol("x"), new ArrayBuffer(20), new DataView(new ArrayBuffer(20))],
    ...[new Uint16Array(20), Object.create(Uint8Array.prototype), new Proxy(new Uint8Array(20), {}), detached],
    ...[new Uint8Array(0), new Uint8Array(245), new Uint8Array(249), new Uint8Array(251)],
  ];
  const petrified = new Uint8Array(250);
  host.petrify(petrified.buffer);
  for (const wrong of [...wrongs, petrified]) {
    assert.is(native("xs_latchkey_gatt_take")(wrong), undefined);
  }
  for (const wrong of wrongs) assert.is(native("xs_latchkey_gatt_send")(number, wrong), undefined);
  for (const wrong of [...wrongs, -1, 0, 1.5, 2 ** 31, Number.NaN]) {
    assert.is(native("xs_latchkey_gatt_maximum_write")(wrong), 0);
    assert.is(native("xs_latchkey_gatt_close")(wrong), true);
    assert.is(native("xs_latchkey_gatt_send")(wrong, new Uint8Array(20)), false);
  }
  for (const name of ["start", "take", "send", "maximum_write", "close"]) {
    assert.is(native(`xs_latchkey_gatt_${name}`)(), undefined);
    assert.is(native(`xs_latchkey_gatt_${name}`)(1, 2, 3), undefined);
  }
  assert.is(native("xs_latchkey_gatt_start")({}), undefined);
  air.write(1, Uint8Array.of(0xc0, 1));
  assert.equal(settle(), [["received", number, "01"]]);
  hangUp(1, number);
});

test.run();
