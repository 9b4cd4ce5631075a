// Goal: whoever dials gets a connection of his own number, so many at once, and the listener follows the network.
// Method: a board and its callers in a fake network; crowds, places that the core takes back, and a network that goes and comes again.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Loop } from "../../../simulator/ecma419/loop.ts";
import { type Host, Network } from "../../../simulator/ecma419/sockets.ts";
import { millis } from "../../platform.ts";
import { ACCEPTS_MAX, CLOSE_MILLIS, RETRY_MILLIS } from "../acceptor.ts";
import { Numbers } from "../numbers.ts";
import { STREAM_PORT, Streams } from "../streams.ts";
import { BOARD, Caller, CONNECTIONS_MAX, commands, createBench } from "./callers.ts";

test("an end that its caller makes is told once, and its number does not come again", () => {
  const { loop, streams, heard, call } = createBench();
  const caller = call();
  caller.tcp.close();
  loop.run();
  call();
  assert.equal(heard, ["+1", "-1", "+2"]);
  streams.send(1, commands(25));
  streams.close(1);
  loop.run();
  assert.is(streams.count, 1);
});

test("takes so many at once, and hangs up on the next one at once", () => {
  const { streams, heard, board, call } = createBench();
  const callers = Array.from({ length: CONNECTIONS_MAX + 3 }, call);
  assert.is(streams.count, CONNECTIONS_MAX);
  // The listener is one of them.
  assert.is(board.open.size, CONNECTIONS_MAX + 1);
  assert.equal(
    callers.map(({ isOver }) => isOver),
    [false, false, false, false, true, true, true],
  );
  assert.equal(heard, ["+1", "+2", "+3", "+4"]);
});

test("a flood of callers in one turn is served to its end, some each turn", () => {
  const { loop, streams, board, phone, pass } = createBench();
  const callers = Array.from({ length: 200 }, () => new Caller(phone));
  loop.run();
  const over = () => callers.filter(({ isOver }) => isOver).length;
  assert.is(over(), ACCEPTS_MAX - CONNECTIONS_MAX);
  for (let turn = 2; turn * ACCEPTS_MAX < 200; turn++) {
    assert.is(streams.nextTick, loop.uptime() + 1);
    pass(1);
    assert.is(over(), turn * ACCEPTS_MAX - CONNECTIONS_MAX);
  }
  pass(1);
  assert.is(streams.nextTick, undefined);
  assert.is(streams.count, CONNECTIONS_MAX);
  assert.is(board.open.size, CONNECTIONS_MAX + 1);
  assert.is(callers.filter(({ isOver }) => isOver).length, 200 - CONNECTIONS_MAX);
});

test("a place that the core takes back is free for the next caller", () => {
  const { streams, heard, reactions, call } = createBench();
  // As lock/phone.ts: two at most.
  reactions.connected = (connection) => {
    if (connection > 2) streams.close(connection);
  };
  const callers = Array.from({ length: 20 }, call);
  assert.is(streams.count, 2);
  assert.is(callers.filter(({ isOver }) => isOver).length, 18);
  assert.is(heard.length, 20);
});

test("who is being closed, and does not read, gives his place to the next one", () => {
  const { streams, heard, call } = createBench();
  const callers = Array.from({ length: CONNECTIONS_MAX }, call);
  for (const caller of callers) caller.isReading = false;
  for (let count = 0; count < 8; count++)
    for (let each = 1; each <= CONNECTIONS_MAX; each++) streams.send(each, commands(2_000));
  streams.close(1);
  assert.is(streams.count, CONNECTIONS_MAX);
  call();
  assert.equal(heard.slice(CONNECTIONS_MAX), ["+5"]);
  assert.is(streams.count, CONNECTIONS_MAX);
});

test("without a network every connection ends, is told once, and the listener is closed a second later", () => {
  const { loop, streams, board, heard, call, pass } = createBench();
  call();
  call();
  board.isUp = false;
  streams.networkChanged(false, loop.uptime());
  streams.networkChanged(false, loop.uptime());
  assert.equal(heard, ["+1", "+2", "-1", "-2"]);
  assert.ok(streams.isListening);
  pass(CLOSE_MILLIS);
  assert.not.ok(streams.isListening);
  assert.is(board.open.size, 0);
  board.isUp = true;
  streams.networkChanged(true, loop.uptime());
  const caller = call();
  assert.ok(caller.isOpen);
  assert.equal(heard.slice(4), ["+3"]);
});

test("whoever was queued before the network went is hung up on, and told of to nobody", () => {
  const { loop, streams, heard, call } = createBench();
  streams.networkChanged(false, loop.uptime());
  assert.ok(call().isOver);
  assert.equal([heard.length, streams.count], [0, 0]);
});

test("a network that comes back within the second keeps the listener", () => {
  const { loop, streams, heard, call, pass } = createBench();
  streams.networkChanged(false, loop.uptime());
  streams.networkChanged(true, loop.uptime());
  pass(CLOSE_MILLIS);
  assert.ok(streams.isListening);
  call();
  assert.equal(heard, ["+1"]);
});

test("a listener that cannot be opened is tried again", () => {
  const { loop, streams, board, call, pass } = createBench();
  streams.networkChanged(false, loop.uptime());
  pass(CLOSE_MILLIS);
  const other = new board.Listener({ port: STREAM_PORT, onReadable: () => {} });
  streams.networkChanged(true, loop.uptime());
  assert.not.ok(streams.isListening);
  assert.is(streams.nextTick, loop.uptime() + RETRY_MILLIS);
  pass(RETRY_MILLIS);
  assert.not.ok(streams.isListening);
  other.close();
  pass(RETRY_MILLIS);
  assert.ok(streams.isListening);
  assert.ok(call().isOpen);
});

test("closing all ends all, twice is harmless, and nobody is told", () => {
  const { loop, streams, board, heard, call } = createBench();
  const caller = call();
  streams.close();
  streams.close();
  loop.run();
  assert.ok(caller.isOver);
  assert.is(board.open.size, 0);
  assert.is(streams.nextTick, undefined);
  assert.equal(heard, ["+1"]);
});

test("a socket for which there is no memory is not told of", () => {
  const loop = new Loop();
  const network = new Network(loop.defer);
  const board = network.host(BOARD);
  const tcp = class {
    constructor() {
      throw new RangeError("no memory");
    }
  } as unknown as Host["Tcp"];
  const host = { connected: () => assert.unreachable(), received: () => {}, disconnected: () => assert.unreachable() };
  const numbers = new Numbers();
  const streams = new Streams({
    tcp,
    listener: board.Listener,
    loop,
    numbers,
    connectionsMax: 4,
    queueBytesMax: 9_000,
    host,
  });
  streams.networkChanged(true, millis(0));
  const caller = new Caller(network.host("192.168.1.10"));
  loop.run();
  assert.ok(caller.isOver);
  assert.is(streams.count, 0);
});

test.run();
