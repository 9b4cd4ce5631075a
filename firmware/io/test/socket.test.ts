// Goal: frames pass a connection whole and in order, and nobody at its other end can hold more of the board than his share.
// Method: a board and its callers in a fake network; callers who do not read, send no frames, are cut off, or take little.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { STREAM_BYTES } from "../../../simulator/ecma419/stream.ts";
import { FRAME_MEDIA } from "../../link/frame.ts";
import { encodeStream } from "../../link/stream.ts";
import { LINGER_MILLIS_MAX, STALL_MILLIS_MAX } from "../connection.ts";
import { commands, createBench, message1, piece, QUEUE_BYTES_MAX } from "./callers.ts";

test("carries frames both ways, the longest too, and gives each connection its number", () => {
  const { loop, streams, heard, frames, call } = createBench();
  const [one, two] = [call(), call()];
  const sent = [commands(25), commands(2_425), message1()];
  for (const frame of sent) one.tcp.write(encodeStream(frame));
  two.tcp.write(encodeStream(commands(30)));
  loop.run();
  assert.equal(heard, ["+1", "+2", "1:25", "1:2425", "1:57", "2:30"]);
  assert.equal(frames.slice(0, 3), sent);
  streams.send(2, commands(2_425));
  streams.send(1, commands(26));
  loop.run();
  assert.equal(one.frames, [commands(26)]);
  assert.equal(two.frames, [commands(2_425)]);
});

test("finds frames however the bytes are cut", () => {
  const { loop, heard, call } = createBench();
  const caller = call();
  for (const byte of encodeStream(commands(40))) {
    caller.tcp.write(Uint8Array.of(byte));
    loop.run();
  }
  assert.equal(heard, ["+1", "1:40"]);
});

const GARBAGE: readonly [string, Uint8Array][] = [
  ["a length of zero", Uint8Array.of(0, 0)],
  ["a length that no frame has", Uint8Array.of(0x09, 0x7a)],
  ["a web browser", Uint8Array.from([..."GET / HTTP/1.1\r\n"].map((letter) => letter.charCodeAt(0)))],
  ["a frame of one byte", encodeStream(Uint8Array.of(3))],
  ["a frame of an unknown type", encodeStream(commands(40).fill(12, 0, 1))],
  ["a command that is too short for its tag", encodeStream(commands(24))],
];

for (const [name, bytes] of GARBAGE) {
  test(`hangs up on ${name}, and hands nothing of it on`, () => {
    const { loop, streams, heard, call } = createBench();
    const caller = call();
    caller.tcp.write(bytes);
    loop.run();
    assert.equal(heard, ["+1", "-1"]);
    assert.ok(caller.isOver);
    assert.is(streams.count, 0);
  });
}

test("hands over what came before the garbage", () => {
  const { loop, heard, call } = createBench();
  call().tcp.write(Uint8Array.from([...encodeStream(commands(25)), ...encodeStream(commands(26)), 0, 0, 9, 9]));
  loop.run();
  assert.equal(heard, ["+1", "1:25", "1:26", "-1"]);
});

test("closing sends what was sent before, and nothing more is heard", () => {
  const { loop, streams, heard, reactions, call } = createBench();
  const caller = call();
  reactions.received = (connection) => {
    streams.send(connection, commands(2_425));
    streams.send(connection, commands(2_424));
    streams.send(connection, commands(2_423));
    streams.close(connection);
  };
  caller.tcp.write(Uint8Array.from([...encodeStream(commands(25)), ...encodeStream(commands(26))]));
  loop.run();
  assert.equal(heard, ["+1", "1:25"]);
  assert.equal(
    caller.frames.map(({ length }) => length),
    [2_425, 2_424, 2_423],
  );
  assert.ok(caller.isOver);
  assert.is(streams.count, 0);
});

test("what comes behind a close is not heard, whether the last answer is away or not", () => {
  const { loop, streams, heard, call } = createBench();
  const caller = call();
  caller.isReading = false;
  for (let count = 0; count < 9; count++) {
    streams.send(1, commands(2_000));
    loop.run();
  }
  streams.close(1);
  caller.tcp.write(encodeStream(commands(25)));
  loop.run();
  assert.is(streams.count, 1);
  assert.equal(heard, ["+1"]);
});

test("who does not take the last answer is cut off after a while", () => {
  const { loop, streams, heard, call, pass } = createBench();
  const caller = call();
  caller.isReading = false;
  for (let count = 0; count < 9; count++) {
    streams.send(1, commands(2_000));
    loop.run();
  }
  streams.close(1);
  assert.is(streams.nextTick, LINGER_MILLIS_MAX);
  pass(LINGER_MILLIS_MAX - 1);
  assert.is(streams.count, 1);
  pass(1);
  assert.is(streams.count, 0);
  assert.equal(heard, ["+1"]);
});

test("what waits for somebody who does not read is bounded, and whole frames are dropped", () => {
  const { loop, streams, call } = createBench();
  const caller = call();
  caller.isReading = false;
  for (let count = 0; count < 100; count++) {
    streams.send(1, commands(1_000, count));
    loop.run();
  }
  const held = caller.frames.length;
  caller.isReading = true;
  caller.read();
  loop.run();
  const bytes = caller.frames.length * 1_002;
  assert.is(held, 0);
  // The queue, and what both stacks hold.
  assert.ok(bytes <= QUEUE_BYTES_MAX + 2 * STREAM_BYTES && bytes > QUEUE_BYTES_MAX, `${bytes}`);
  for (const [index, frame] of caller.frames.entries()) assert.is(frame[1], index);
  streams.send(1, commands(1_000, 200));
  loop.run();
  assert.is(caller.frames.at(-1)?.[1], 200);
});

test("who takes nothing for ten seconds is hung up on; who takes a little is not", () => {
  const { loop, streams, heard, call, pass } = createBench();
  const caller = call();
  caller.isReading = false;
  const fill = () => {
    for (let count = 0; count < 30; count++) {
      streams.send(1, commands(1_000));
      loop.run();
    }
  };
  fill();
  for (let count = 0; count < 4; count++) {
    pass(STALL_MILLIS_MAX - 1);
    caller.read();
    loop.run();
    fill();
  }
  assert.equal(heard, ["+1"]);
  assert.is(streams.nextTick, loop.uptime() + STALL_MILLIS_MAX);
  pass(STALL_MILLIS_MAX - 1);
  assert.equal(heard, ["+1"]);
  pass(1);
  assert.equal(heard, ["+1", "-1"]);
});

test("the ten seconds begin with what is sent, not with the silence before", () => {
  const { loop, network, streams, heard, call, pass } = createBench();
  call();
  pass(10 * STALL_MILLIS_MAX);
  network.hold(true);
  for (let count = 0; count < 30; count++) streams.send(1, commands(1_000));
  loop.run();
  pass(STALL_MILLIS_MAX - 1);
  assert.equal(heard, ["+1"]);
});

test("of a picture of which a piece was dropped nothing more is sent, and an answer still passes", () => {
  const { loop, streams, call } = createBench(65_536);
  const viewer = call();
  viewer.isReading = false;
  // Some 31 KB each: two fit, the third in part.
  for (let picture = 1; picture <= 4; picture++) {
    for (let count = 0; count < 13; count++) {
      streams.send(1, piece(picture));
      loop.run();
    }
  }
  streams.send(1, commands(2_425));
  viewer.isReading = true;
  viewer.read();
  loop.run();
  const pictures = viewer.frames.filter(([type]) => type === FRAME_MEDIA).map((frame) => frame[5]);
  const whole = [1, 2, 3, 4].filter((picture) => pictures.filter((each) => each === picture).length === 13);
  assert.equal(whole, [1, 2]);
  assert.equal(viewer.frames.at(-1), commands(2_425));
  streams.send(1, piece(5));
  streams.send(1, piece(5, 100));
  loop.run();
  assert.equal(
    viewer.frames.slice(-2).map(({ length }) => length),
    [2_409, 100],
  );
});

test("a small piece does not slip in behind a large one that was dropped", () => {
  const { loop, streams, call } = createBench();
  const viewer = call();
  viewer.isReading = false;
  for (let count = 0; count < 20; count++) {
    streams.send(1, piece(1));
    streams.send(1, piece(1, 20));
    loop.run();
  }
  viewer.isReading = true;
  viewer.read();
  loop.run();
  const sizes = viewer.frames.map(({ length }) => length);
  for (const [index, size] of sizes.entries()) assert.is(size, index % 2 === 0 ? 2_409 : 20);
});

test("a caller who is cut off holds what waits for him for ten seconds", () => {
  const { loop, network, streams, heard, call, pass } = createBench();
  call();
  network.cut("192.168.1.10", true);
  for (let count = 0; count < 9; count++) streams.send(1, commands(2_000));
  loop.run();
  pass(STALL_MILLIS_MAX);
  assert.equal(heard, ["+1", "-1"]);
  assert.is(streams.count, 0);
});

test("a network that is slow delays frames, and loses none", () => {
  const { loop, network, streams, call, pass } = createBench();
  const caller = call();
  network.hold(true);
  for (let count = 0; count < 4; count++) streams.send(1, commands(1_000, count));
  pass(3_000);
  assert.is(caller.frames.length, 0);
  network.hold(false);
  loop.run();
  assert.is(caller.frames.length, 4);
});

test.run();
