// Goal: the air does to frames what the weather says, in the same way each time, and never invents one.
// Method: a station that echoes; a thousand frames in each weather; the counts are bounded and must add up.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../firmware/bytes.ts";
import { millis, seconds } from "../../firmware/platform.ts";
import { CALM, type Line, Network, STORM, type Weather } from "../network.ts";
import { World } from "../world.ts";

const SEED = 11;
const FRAMES = 1000;

interface Desk {
  readonly world: World;
  readonly network: Network;
  readonly heard: number[];
  readonly events: string[];
  readonly line: Line;
}

/** A lock that writes down what it hears, and one phone. */
function createDesk(weather: Weather): Desk {
  const world = new World(crypto, { seed: SEED, start: seconds(0) });
  const network = new Network(world, weather);
  const heard: number[] = [];
  const events: string[] = [];
  network.plug({
    connected: (connection, transport) => events.push(`connected ${connection} ${transport}`),
    received: (_connection, frame) => heard.push(frame[0] * 256 + frame[1]),
    disconnected: (connection) => events.push(`disconnected ${connection}`),
  });
  const line = network.dial("ble", {
    received: (frame) => events.push(`phone ${frame[0]}`),
    closed: () => events.push("closed"),
  });
  world.advance(millis(1000));
  return { world, network, heard, events, line };
}

function numbered(count: number): Bytes {
  return Uint8Array.of(count >> 8, count & 255);
}

function sendAll(desk: Desk): void {
  for (let count = 0; count < FRAMES; count++) {
    desk.line.send(numbered(count));
    desk.world.advance(millis(desk.world.now + 5));
  }
  desk.world.advance(millis(desk.world.now + 1000));
}

test("delivers every frame in order on a calm day", () => {
  const desk = createDesk(CALM);
  sendAll(desk);
  assert.equal(desk.heard, [...new Array(FRAMES).keys()]);
  assert.equal(desk.network.counts, {
    sent: FRAMES,
    delivered: FRAMES,
    lost: 0,
    doubled: 0,
    overtaken: 0,
    injected: 0,
  });
});

test("loses, doubles and reorders in a storm, about as often as it says", () => {
  const desk = createDesk(STORM);
  sendAll(desk);
  const { sent, delivered, lost, doubled, overtaken } = desk.network.counts;
  assert.is(delivered, sent - lost + doubled);
  assert.is(desk.heard.length, delivered);
  for (const [name, count] of Object.entries({ lost, doubled, overtaken })) {
    assert.ok(count > 5 && count < 100, `${name} ${count} of ${FRAMES}, seed ${SEED}`);
  }
  assert.ok(
    desk.heard.some((count, index) => index > 0 && count < desk.heard[index - 1]),
    "a frame is overtaken",
  );
});

test("does the same from the same seed", () => {
  const hashes = [1, 2].map(() => {
    const desk = createDesk(STORM);
    sendAll(desk);
    return desk.world.trace.hash();
  });
  assert.is(hashes[0], hashes[1]);
});

test("gives the lock copies: what a phone writes later changes nothing", () => {
  const desk = createDesk(CALM);
  const frame = numbered(1);
  desk.line.send(frame);
  frame.fill(9);
  desk.world.advance(millis(2000));
  assert.equal(desk.heard, [1]);
});

test("tells the lock that a phone hung up, once, after what it sent", () => {
  const desk = createDesk(CALM);
  desk.line.send(numbered(5));
  desk.line.close();
  desk.line.close();
  desk.world.advance(millis(2000));
  desk.line.send(numbered(6));
  desk.world.advance(millis(3000));
  assert.equal([desk.heard, desk.events], [[5], ["connected 1 ble", "disconnected 1"]]);
});

test("tells the phone that the lock closed, after what it said, and carries nothing more to the lock", () => {
  const desk = createDesk(CALM);
  desk.network.send(1, Uint8Array.of(42));
  desk.network.close(1);
  desk.network.send(1, Uint8Array.of(43));
  desk.line.send(numbered(7));
  desk.world.advance(millis(2000));
  assert.equal([desk.heard, desk.events], [[], ["connected 1 ble", "phone 42", "closed"]]);
});

test("ends every connection when the lock's power is cut, and dialling meets silence", () => {
  const desk = createDesk(CALM);
  desk.network.unplug();
  desk.line.send(numbered(1));
  desk.network.dial("tcp", { received: () => {}, closed: () => desk.events.push("no lock") });
  desk.world.advance(millis(2000));
  assert.equal([desk.heard, desk.events], [[], ["connected 1 ble", "closed", "no lock"]]);
});

test("carries what somebody on the way puts into a connection, and into none that has ended", () => {
  const desk = createDesk(CALM);
  const ear: string[] = [];
  desk.network.attach({
    delivering: (connection, frame) => ear.push(`to ${connection}: ${frame[1]}`),
    delivered: () => ear.push("done"),
    said: (connection, frame) => ear.push(`from ${connection}: ${frame[0]}`),
  });
  desk.network.inject(1, numbered(5));
  desk.world.advance(millis(2000));
  desk.network.send(1, Uint8Array.of(9));
  desk.line.close();
  desk.world.advance(millis(3000));
  desk.network.inject(1, numbered(6));
  desk.world.advance(millis(4000));
  assert.equal([desk.heard, desk.network.counts.injected], [[5], 1]);
  assert.equal(ear, ["to 1: 5", "done", "from 1: 9"]);
});

test("lets a thief hear both directions, lost frames too", () => {
  const desk = createDesk({ ...CALM, lossPerMille: 1000 });
  const tape: string[] = [];
  desk.network.overhear((direction, _connection, frame) => tape.push(`${direction} ${frame[0]}`));
  desk.line.send(Uint8Array.of(8));
  desk.network.send(1, Uint8Array.of(9));
  assert.equal(tape, ["to lock 8", "to phone 9"]);
});

test.run();
