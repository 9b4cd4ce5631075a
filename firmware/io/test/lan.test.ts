// Goal: a lock and its camera find each other and stay found, whoever else sends to them.
// Method: two wires in a fake network, strangers beside them, losses, new addresses and a network that goes and comes again.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Loop } from "../../../simulator/ecma419/loop.ts";
import { type Host, Network } from "../../../simulator/ecma419/sockets.ts";
import type { Bytes } from "../../bytes.ts";
import { FRAME_COMMANDS, FRAME_ENROLLED, FRAME_KK_1, FRAME_KK_2, FRAME_MEDIA, FRAME_OFFER } from "../../link/frame.ts";
import {
  DATAGRAM_BYTES_MAX,
  DATAGRAMS_MAX,
  LAN_GROUP,
  LAN_PORT,
  Lan,
  READS_MAX,
  RETRY_MILLIS,
  SOURCE_MILLIS,
  SOURCES_MAX,
  TWICE_MILLIS,
} from "../lan.ts";

const LOCK = "192.168.1.2";
const CAMERA = "192.168.1.3";

/** A frame of that type and its least size, or so long. */
function frameOf(type: number, number = 1, size?: number): Bytes {
  const least = { [FRAME_COMMANDS]: 40, [FRAME_OFFER]: 80, [FRAME_ENROLLED]: 58, [FRAME_MEDIA]: 50 }[type] ?? 57;
  const frame = new Uint8Array(size ?? least);
  frame[0] = type;
  if (type === FRAME_COMMANDS) frame[5] = number;
  frame[frame.length - 1] = number;
  return frame;
}

function createBench() {
  const loop = new Loop();
  const network = new Network(loop.defer);
  const boardAt = (address: string) => {
    const host = network.host(address);
    const frames: Bytes[] = [];
    const lan = new Lan({ udp: host.Udp, loop, received: (frame) => frames.push(frame) });
    lan.networkChanged(address, loop.uptime());
    return { host, frames, lan };
  };
  const [lock, camera] = [boardAt(LOCK), boardAt(CAMERA)];
  const ears: string[] = [];
  const strangerAt = (address: string, port = LAN_PORT) => {
    const host: Host = network.host(address);
    const udp = new host.Udp({
      port,
      onReadable: () => {
        while (udp.read() !== undefined) ears.push(address);
      },
    });
    return { udp, say: (frame: Bytes) => udp.write(frame, LOCK, LAN_PORT) };
  };
  const pass = (duration: number) => {
    loop.pass(duration);
    for (const { lan } of [lock, camera]) lan.tick(loop.uptime());
    loop.run();
  };
  return { loop, network, lock, camera, strangerAt, ears, pass };
}

test("finds the other end by the group, and then speaks to it alone", () => {
  const { loop, lock, camera, strangerAt, ears } = createBench();
  strangerAt("192.168.1.50").udp.add(LAN_GROUP);
  camera.lan.send(frameOf(FRAME_KK_1));
  loop.run();
  assert.equal(lock.frames, [frameOf(FRAME_KK_1)]);
  assert.equal(ears, ["192.168.1.50"]);
  lock.lan.send(frameOf(FRAME_KK_2));
  loop.run();
  camera.lan.send(frameOf(FRAME_COMMANDS));
  loop.run();
  assert.equal(camera.frames, [frameOf(FRAME_KK_2)]);
  assert.equal(lock.frames[1], frameOf(FRAME_COMMANDS));
  assert.equal(ears, ["192.168.1.50"]);
  assert.equal([lock.lan.sources, camera.lan.sources], [[CAMERA], [LOCK]]);
});

for (const [name, type] of [
  ["handshake's beginning", FRAME_KK_1],
  ["offer", FRAME_OFFER],
  ["answer to an offer", FRAME_ENROLLED],
] as const) {
  test(`sends a ${name} to the group whoever is known: who is known may be a stranger`, () => {
    const { loop, lock, camera, strangerAt } = createBench();
    strangerAt("192.168.1.50").say(frameOf(FRAME_COMMANDS));
    loop.run();
    assert.equal(lock.lan.sources, ["192.168.1.50"]);
    lock.lan.send(frameOf(type));
    loop.run();
    assert.equal(camera.frames, [frameOf(type)]);
  });
}

test("a frame that comes by the group and by itself counts once, and again after a while", () => {
  const { loop, lock, camera, pass } = createBench();
  lock.lan.send(frameOf(FRAME_KK_2));
  loop.run();
  const frame = frameOf(FRAME_KK_1);
  camera.lan.send(frame);
  loop.run();
  assert.is(lock.frames.length, 1);
  pass(TWICE_MILLIS);
  camera.lan.send(frame);
  loop.run();
  assert.is(lock.frames.length, 2);
  camera.lan.send(frameOf(FRAME_KK_1, 2));
  loop.run();
  assert.is(lock.frames.length, 3);
});

const REFUSED: readonly [string, Bytes][] = [
  ["nothing", new Uint8Array(0)],
  ["a byte", Uint8Array.of(3)],
  ["a phone's handshake", frameOf(1)],
  ["a picture", frameOf(FRAME_MEDIA)],
  ["a handshake of another size", frameOf(FRAME_KK_1, 1, 58)],
];

for (const [name, frame] of REFUSED) {
  test(`neither hands on ${name} nor remembers who sent it`, () => {
    const { loop, lock, strangerAt } = createBench();
    strangerAt("192.168.1.50").say(frame);
    loop.run();
    assert.equal(lock.frames, []);
    assert.equal(lock.lan.sources, []);
  });
}

test("takes the longest frame, and hears nobody who sends from another port", () => {
  const { loop, lock, strangerAt } = createBench();
  strangerAt("192.168.1.50").say(frameOf(FRAME_COMMANDS, 1, DATAGRAM_BYTES_MAX));
  strangerAt("192.168.1.51", 7_448).say(frameOf(FRAME_COMMANDS));
  loop.run();
  assert.equal(
    lock.frames.map(({ length }) => length),
    [DATAGRAM_BYTES_MAX],
  );
  assert.equal(lock.lan.sources, ["192.168.1.50"]);
});

test("one stranger takes nobody's place, however often he speaks", () => {
  const { loop, lock, camera, strangerAt } = createBench();
  camera.lan.send(frameOf(FRAME_KK_1));
  loop.run();
  const stranger = strangerAt("192.168.1.50");
  for (let number = 2; number < 100; number++) {
    stranger.say(frameOf(FRAME_COMMANDS, number));
    loop.run();
  }
  lock.lan.send(frameOf(FRAME_COMMANDS));
  loop.run();
  assert.equal(camera.frames, [frameOf(FRAME_COMMANDS)]);
});

test("where strangers crowd the other end out, the group is sent to again, until they are forgotten", () => {
  const { loop, lock, camera, strangerAt, pass } = createBench();
  camera.lan.send(frameOf(FRAME_KK_1));
  loop.run();
  for (let each = 0; each < SOURCES_MAX; each++)
    strangerAt(`192.168.1.${50 + each}`).say(frameOf(FRAME_COMMANDS, each));
  loop.run();
  assert.is(lock.lan.sources.length, SOURCES_MAX);
  assert.not.ok(lock.lan.sources.includes(CAMERA));
  lock.lan.send(frameOf(FRAME_COMMANDS));
  loop.run();
  assert.equal(camera.frames, [frameOf(FRAME_COMMANDS)]);
  pass(SOURCE_MILLIS);
  lock.lan.send(frameOf(FRAME_COMMANDS, 2));
  loop.run();
  assert.equal(camera.frames.length, 2);
  assert.equal(lock.lan.sources, []);
});

test("strangers who crowded the other end out are forgotten with their time, and the group is left alone again", () => {
  const { loop, lock, camera, strangerAt, ears, pass } = createBench();
  for (let each = 0; each <= SOURCES_MAX; each++)
    strangerAt(`192.168.1.${50 + each}`).say(frameOf(FRAME_COMMANDS, each));
  loop.run();
  strangerAt("192.168.1.60").udp.add(LAN_GROUP);
  lock.lan.send(frameOf(FRAME_COMMANDS));
  loop.run();
  assert.ok(ears.includes("192.168.1.60"));
  ears.length = 0;
  pass(SOURCE_MILLIS);
  camera.lan.send(frameOf(FRAME_KK_1));
  loop.run();
  assert.equal(ears, ["192.168.1.60"]);
  lock.lan.send(frameOf(FRAME_COMMANDS, 2));
  loop.run();
  assert.equal(ears, ["192.168.1.60"]);
  assert.equal(camera.frames.at(-1), frameOf(FRAME_COMMANDS, 2));
});

test("remembers a sender for as long as a camera at rest may be silent", () => {
  const { loop, lock, camera, strangerAt, ears, pass } = createBench();
  strangerAt("192.168.1.50").udp.add(LAN_GROUP);
  camera.lan.send(frameOf(FRAME_KK_1));
  loop.run();
  pass(SOURCE_MILLIS - 1);
  lock.lan.send(frameOf(FRAME_COMMANDS));
  loop.run();
  assert.is(ears.length, 1);
  pass(1);
  lock.lan.send(frameOf(FRAME_COMMANDS, 2));
  loop.run();
  assert.is(ears.length, 2);
  assert.is(camera.frames.length, 2);
});

test("a flood is read to its end, a part of it each turn, and few of each are handed on", () => {
  const { loop, lock, strangerAt, pass } = createBench();
  const stranger = strangerAt("192.168.1.50");
  for (let number = 0; number < 100; number++) stranger.say(frameOf(FRAME_COMMANDS, number));
  loop.run();
  const numbers = () => lock.frames.map((frame) => frame[5]);
  const first = Array.from({ length: DATAGRAMS_MAX }, (_, number) => number);
  assert.equal(numbers(), first);
  assert.is(lock.lan.nextTick, loop.uptime() + 1);
  pass(1);
  assert.equal(numbers(), [...first, ...first.map((number) => number + READS_MAX)]);
  assert.is(lock.lan.nextTick, undefined);
  stranger.say(frameOf(FRAME_COMMANDS, 200));
  loop.run();
  assert.is(lock.frames.length, 2 * DATAGRAMS_MAX + 1);
});

for (const [name, count, isLeft] of [
  ["as many as one turn reads are followed by a look whether there are more", READS_MAX, true],
  ["one less is all", READS_MAX - 1, false],
] as const) {
  test(name, () => {
    const { loop, lock, strangerAt, pass } = createBench();
    const stranger = strangerAt("192.168.1.50");
    for (let number = 0; number < count; number++) stranger.say(frameOf(FRAME_COMMANDS, number));
    loop.run();
    assert.is(lock.lan.nextTick !== undefined, isLeft);
    pass(1);
    assert.is(lock.lan.nextTick, undefined);
  });
}

test("of a flood on a network that is gone nothing is read any more", () => {
  const { loop, lock, strangerAt, pass } = createBench();
  const stranger = strangerAt("192.168.1.50");
  for (let number = 0; number < 100; number++) stranger.say(frameOf(FRAME_COMMANDS, number));
  loop.run();
  lock.lan.networkChanged(undefined, loop.uptime());
  assert.is(lock.lan.nextTick, undefined);
  pass(1);
  assert.is(lock.frames.length, DATAGRAMS_MAX);
});

test("a flood that never ends lets others come between", () => {
  const { host, loop } = (({ lock, loop }) => ({ host: lock.host, loop }))(createBench());
  let reads = 0;
  const endless = class extends host.Udp {
    override read() {
      reads += 1;
      return Object.assign(new ArrayBuffer(1), { address: "192.168.1.50", port: LAN_PORT });
    }
  };
  host.receivers.delete(LAN_PORT);
  const lan = new Lan({ udp: endless, loop, received: () => {} });
  lan.networkChanged(LOCK, loop.uptime());
  host.receivers.get(LAN_PORT)?.(Object.assign(new ArrayBuffer(1), { address: "", port: 1 }));
  loop.run();
  assert.is(reads, READS_MAX);
  loop.pass(1);
  lan.tick(loop.uptime());
  assert.is(reads, 2 * READS_MAX);
  assert.is(lan.nextTick, loop.uptime() + 1);
});

test("loses what the network loses, and nothing else", () => {
  const { loop, network, lock, camera } = createBench();
  camera.lan.send(frameOf(FRAME_KK_1));
  loop.run();
  network.loses = (from) => from === CAMERA;
  camera.lan.send(frameOf(FRAME_COMMANDS, 2));
  loop.run();
  network.loses = () => false;
  camera.lan.send(frameOf(FRAME_COMMANDS, 3));
  loop.run();
  assert.equal(lock.frames, [frameOf(FRAME_KK_1), frameOf(FRAME_COMMANDS, 3)]);
});

test("without a network nothing is sent; with the next one the group is joined anew and nobody is known", () => {
  const { loop, lock, camera } = createBench();
  camera.lan.send(frameOf(FRAME_KK_1));
  loop.run();
  lock.host.isUp = false;
  lock.lan.networkChanged(undefined, loop.uptime());
  assert.is(lock.host.open.size, 0);
  lock.lan.send(frameOf(FRAME_COMMANDS));
  camera.lan.send(frameOf(FRAME_COMMANDS));
  loop.run();
  assert.is(lock.frames.length, 1);
  assert.is(camera.frames.length, 0);
  lock.host.isUp = true;
  lock.lan.networkChanged(LOCK, loop.uptime());
  assert.equal(lock.lan.sources, []);
  camera.lan.send(frameOf(FRAME_KK_1, 2));
  loop.run();
  assert.is(lock.frames.length, 2);
});

test("a network that is gone before anybody tells is borne", () => {
  const { loop, lock } = createBench();
  lock.host.isUp = false;
  lock.lan.send(frameOf(FRAME_OFFER));
  loop.run();
  assert.is(lock.frames.length, 0);
});

test("a socket that cannot be opened is tried again", () => {
  const { loop, lock, camera, pass } = createBench();
  lock.lan.networkChanged(undefined, loop.uptime());
  const other = new lock.host.Udp({ port: LAN_PORT, onReadable: () => {} });
  lock.lan.networkChanged(LOCK, loop.uptime());
  assert.is(lock.lan.nextTick, loop.uptime() + RETRY_MILLIS);
  other.close();
  pass(RETRY_MILLIS);
  assert.is(lock.lan.nextTick, undefined);
  camera.lan.send(frameOf(FRAME_OFFER));
  loop.run();
  assert.is(lock.frames.length, 1);
});

test("a board does not hear itself", () => {
  const { loop, lock, strangerAt } = createBench();
  const echo = strangerAt("192.168.1.50");
  lock.lan.networkChanged("192.168.1.50", loop.uptime());
  echo.say(frameOf(FRAME_COMMANDS));
  loop.run();
  assert.equal(lock.frames, []);
  assert.equal(lock.lan.sources, []);
});

test("a frame that no datagram holds is a mistake, and closing twice is harmless", () => {
  const { lock } = createBench();
  assert.throws(() => lock.lan.send(new Uint8Array(DATAGRAM_BYTES_MAX + 1)), /fits a datagram/);
  lock.lan.close();
  lock.lan.close();
  lock.lan.send(frameOf(FRAME_COMMANDS));
  assert.is(lock.host.open.size, 0);
});

test.run();
