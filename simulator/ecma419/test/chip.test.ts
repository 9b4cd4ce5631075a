// Goal: the fakes do what only the chip does, and no class of a desk shows: it loses bytes, refuses, and bears no close from within.
// Method: a sentence each, from the sources of the Moddable SDK 8.2.3 for the ESP32; what Linux shares is in simulator/contract.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Serial } from "../../../firmware/io/ecma419.ts";
import { Loop } from "../loop.ts";
import { QUEUE_BYTES, SerialCable } from "../serial.ts";
import { Network } from "../sockets.ts";
import { STREAM_BYTES } from "../stream.ts";
import { Air } from "../wifi.ts";

const PORT = Object.freeze({ port: 1, baud: 38_400, receive: 4, transmit: 5, format: "buffer" as const });

test("a UART takes 128 bytes and no more, and is writable again when ten are left", () => {
  const loop = new Loop();
  const { near } = new SerialCable(loop.defer);
  const told: number[] = [];
  const port = new near({ ...PORT, onWritable: (count) => told.push(count) });
  assert.throws(() => port.write(new ArrayBuffer(QUEUE_BYTES + 1)), /full/);
  port.write(new ArrayBuffer(QUEUE_BYTES));
  assert.throws(() => port.write(new ArrayBuffer(1)), /full/);
  loop.run();
  assert.equal(told.at(-1), QUEUE_BYTES);
});

test("a UART loses what comes where 128 bytes wait already", () => {
  const loop = new Loop();
  const cable = new SerialCable(loop.defer);
  const port = new cable.near({ ...PORT });
  cable.disturb("near", new Uint8Array(100).fill(1));
  cable.disturb("near", new Uint8Array(100).fill(2));
  assert.is(cable.overrun, 72);
  assert.is(port.read()?.byteLength, QUEUE_BYTES);
});

test("a port that is closed from within its own callback is a mistake", () => {
  const loop = new Loop();
  const { near } = new SerialCable(loop.defer);
  const port: Serial = new near({ ...PORT, onWritable: () => port.close() });
  assert.throws(() => loop.run(), /freed memory/);
});

test("a UART whose messages are lost says neither thing again, until a message of the other thing has both heard", () => {
  const loop = new Loop();
  const cable = new SerialCable(loop.defer);
  const { near } = cable.messages;
  const told: string[] = [];
  const port = new cable.near({
    ...PORT,
    onReadable: () => told.push(`read ${port.read()?.byteLength}`),
    onWritable: (count) => told.push(`write ${count}`),
  });
  loop.run();
  near.isCrowded = true;
  cable.disturb("near", new Uint8Array(3));
  near.isCrowded = false;
  cable.disturb("near", new Uint8Array(4));
  loop.run();
  assert.equal(told, ["write 128"]);
  port.write(new ArrayBuffer(1));
  loop.run();
  assert.equal(told, ["write 128", "read 7", "write 128"]);
  near.isCrowded = true;
  cable.disturb("near", new Uint8Array(5));
  port.write(new ArrayBuffer(1));
  loop.run();
  near.isCrowded = false;
  cable.disturb("near", new Uint8Array(6));
  port.write(new ArrayBuffer(1));
  loop.run();
  assert.equal([told.length, near.lost, port.read()?.byteLength], [3, 3, 11], "both lost: it is deaf for good");
});

const SERIAL_REFUSALS: readonly [string, object][] = [
  ["another port", { port: 7 }],
  ["no baud", { baud: 0 }],
  ["a format that it has not", { format: "text" }],
  ["no pin", { receive: undefined, transmit: undefined }],
];

for (const [name, wrong] of SERIAL_REFUSALS) {
  test(`a UART refuses ${name}, and is not open then`, () => {
    const { near } = new SerialCable(new Loop().defer);
    assert.throws(() => new near({ ...PORT, ...wrong } as ConstructorParameters<typeof near>[0]));
    new near({ ...PORT }).close();
  });
}

test("without a network no socket can be opened, and no datagram sent", () => {
  const loop = new Loop();
  const host = new Network(loop.defer).host("192.168.1.2");
  const onReadable = () => {};
  const udp = new host.Udp({ port: 9, onReadable });
  host.isUp = false;
  assert.throws(() => new host.Udp({ port: 8, onReadable }), /no network/);
  assert.throws(() => new host.Listener({ port: 8, onReadable }), /no network/);
  assert.throws(() => new host.Tcp({ address: "192.168.1.3", port: 8, format: "buffer" }), /no network/);
  assert.throws(() => udp.write(new Uint8Array(1), "192.168.1.3", 8), /not sent/);
});

test("a reset is told to both ends, behind what came, and what was on the way is lost", () => {
  const loop = new Loop();
  const network = new Network(loop.defer);
  const [one, other] = [network.host("192.168.1.2"), network.host("192.168.1.3")];
  const told: string[] = [];
  const listener = new one.Listener({
    port: 9,
    onReadable: () => {
      const from = listener.read();
      if (from === undefined) return;
      const tcp = new one.Tcp({
        from,
        format: "buffer",
        onReadable: (count) => told.push(`${count} ${tcp.read()?.byteLength}`),
        onError: () => told.push("end"),
      });
    },
  });
  const tcp = new other.Tcp({
    address: "192.168.1.2",
    port: 9,
    format: "buffer",
    onError: () => told.push("other end"),
  });
  loop.run();
  tcp.write(new Uint8Array(STREAM_BYTES));
  loop.run();
  tcp.write(new Uint8Array(100));
  network.reset("192.168.1.3", "192.168.1.2");
  loop.run();
  assert.equal(told.sort(), ["5744 5744", "end", "other end"]);
  assert.throws(() => tcp.write(new Uint8Array(1)), /not ready/);
  assert.is(tcp.remoteAddress, "192.168.1.2");
});

test("the radio's late word of leaving ends what has begun to connect since", () => {
  const loop = new Loop();
  const air = new Air(loop.defer);
  air.points.push({ SSID: "home", address: "192.168.1.2", RSSI: -50 });
  const connections: number[] = [];
  const wifi = new air.Wifi({ onChanged: () => connections.push(wifi.connection) });
  wifi.connect({ SSID: "home" });
  assert.throws(() => wifi.connect({ SSID: "home" }), /already connecting/);
  loop.run();
  assert.equal(connections, [400, 500, 500]);
  wifi.disconnect();
  wifi.connect({ SSID: "home" });
  assert.is(wifi.connection, 300);
  loop.run();
  assert.equal(connections.slice(3, 4), [200]);
  wifi.close();
  wifi.close();
  assert.throws(() => wifi.connection, /closed/);
});

test("a radio refuses names and passwords that are longer than it holds, and what it cannot begin", () => {
  const loop = new Loop();
  const air = new Air(loop.defer);
  const wifi = new air.Wifi({});
  assert.throws(() => wifi.connect({ SSID: "x".repeat(33) }), /overflow/);
  assert.throws(() => wifi.connect({ SSID: "x", password: "y".repeat(65) }), /overflow/);
  wifi.connect({ SSID: "x".repeat(32), password: "y".repeat(64) });
  const other = new air.Wifi({});
  assert.throws(() => other.connect({ SSID: "x" }), /connect failed/);
  assert.is(other.connection, 200);
});

test.run();
