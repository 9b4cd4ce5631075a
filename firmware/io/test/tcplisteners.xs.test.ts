// Goal: a board's Listener lets strangers in, a bounded number at a time, whatever they do at whatever moment, and what they leave ends.
// Method: tcpsockets.ts and its C, unchanged, over lwIP itself with ESP-IDF's options; the callers are lwIP's too (simulator/lan).

import * as assert from "uvu/assert";
import { CALLER, lan, settle } from "../../../simulator/lan/lan.ts";
import { ascending } from "../../crypto/test/checks.ts";
import { NativeListener } from "../tcpsockets.ts";
import { adopt, bytesOf, dial, type End, listen, PORT, row, rowOfOne, runRows, WINDOW } from "./dialled.ts";

const WAITING_MAX = 8;
const LINKS_MAX = 32;

row("before lwIP runs there is no listener, and afterwards there is", () => {
  assert.throws(() => new NativeListener({ port: PORT, onReadable: () => {} }));
  assert.ok(lan.start());
  const { listener } = listen();
  assert.is(listener.port, PORT);
  listener.close();
});

row("without a network there is no listener", () => {
  lan.up(false);
  assert.throws(() => listen());
  lan.up(true);
  listen().listener.close();
});

row("whoever dials is told of, read in his order, and hung up on where he is not wanted", () => {
  const { listener, told } = listen();
  const callers = [dial(), dial(), dial()];
  assert.equal(told, []);
  settle();
  assert.equal(told, [3]);
  for (const caller of callers) {
    assert.is(lan.state(caller) & CALLER.isConnected, CALLER.isConnected);
    listener.read()?.close();
    lan.run();
    assert.is(lan.state(caller) & CALLER.hasFailed, CALLER.hasFailed);
  }
  assert.is(listener.read(), undefined);
  assert.is(lan.held(PORT), 0);
  for (const caller of callers) lan.reset(caller);
  listener.close();
});

row("who dials and resets before he is looked at is never heard of, and leaves nothing", () => {
  const { listener, told } = listen();
  for (let round = 0; round < 3; round++) {
    const callers = [dial(), dial()];
    lan.run();
    for (const caller of callers) lan.reset(caller);
    lan.run();
    assert.is(listener.read(), undefined);
  }
  settle();
  assert.equal(told, []);
  assert.is(lan.held(PORT), 0);
  listener.close();
});

row("who resets between being read and being opened has failed, and who is then closed unopened is gone", () => {
  const { listener } = listen();
  const callers = [dial(), dial()];
  settle();
  const [first, second] = [listener.read(), listener.read()];
  for (const caller of callers) lan.reset(caller);
  lan.run();
  const { tcp, told } = adopt(first);
  settle();
  assert.equal(told, ["error"]);
  assert.throws(() => tcp.write(ascending(0, 1)));
  tcp.close();
  second?.close();
  assert.throws(() => adopt(second));
  listener.close();
});

row("who waits when the listener is closed is reset, and who was read stays", () => {
  const { listener } = listen();
  const callers = [dial(), dial()];
  settle();
  const { tcp } = adopt(listener.read());
  listener.close();
  settle();
  assert.equal(
    callers.map((caller) => lan.state(caller) & CALLER.hasFailed),
    [0, CALLER.hasFailed],
  );
  tcp.write(ascending(0, 10));
  lan.run();
  assert.equal(bytesOf(lan.read(callers[0])), ascending(0, 10));
  // A listener of the next network takes the same port, while links of the one before are there.
  listen().listener.close();
  tcp.close();
  for (const caller of callers) lan.reset(caller);
  settle();
});

row("no more wait than a bound, and who comes above it is let in when there is room", () => {
  const { listener, told } = listen();
  const callers = Array.from({ length: 3 * WAITING_MAX }, () => dial());
  settle();
  assert.equal(told, [WAITING_MAX]);
  assert.is(lan.held(PORT), WAITING_MAX);
  for (let count = 0; count < WAITING_MAX; count++) listener.read()?.close();
  lan.pass(10_000);
  settle();
  assert.equal(told, [WAITING_MAX, WAITING_MAX]);
  for (const caller of callers) lan.reset(caller);
  listener.close();
  settle();
});

row("a flood of openings under a false address holds no more than a bound, and for a bounded time", () => {
  const { listener, told } = listen();
  for (let from = 1; from <= 5_000; from++) lan.forge(PORT, from);
  lan.run();
  assert.is(lan.held(PORT), WAITING_MAX);
  lan.pass(30_000);
  settle();
  assert.is(lan.held(PORT), 0);
  assert.equal(told, []);
  const caller = dial();
  settle();
  assert.equal(told, [1]);
  listener.close();
  lan.reset(caller);
});

row("a port that is taken, and one that is none, throws", () => {
  const { listener } = listen();
  for (const port of [PORT, -1, 65_536, 1.5, Number.NaN]) assert.throws(() => listen(port), String(port));
  listener.close();
  const { listener: any } = listen(0);
  assert.ok(any.port > 0);
  any.close();
  assert.throws(() => any.port);
  assert.throws(() => any.read());
  any.close();
});

row("what was written before a close goes out, whoever ends first, and nothing stays behind", () => {
  for (const isFirst of [true, false]) {
    const { listener } = listen();
    const caller = dial();
    settle();
    const { tcp, told } = adopt(listener.read());
    settle();
    told.length = 0;
    tcp.write(ascending(0, WINDOW));
    if (!isFirst) lan.finish(caller);
    lan.run();
    tcp.close();
    lan.pass(1_000);
    assert.equal(bytesOf(lan.read(caller)), ascending(0, WINDOW));
    lan.pass(1_000);
    assert.is(lan.state(caller) & (CALLER.hasEnded | CALLER.hasFailed), CALLER.hasEnded);
    lan.close(caller);
    settle();
    assert.is(lan.held(PORT), 0, "not even for the two minutes of TIME-WAIT");
    assert.equal(told, [], "who closed it hears no more");
    listener.close();
  }
});

rowOfOne("bytes that come behind a close do not break it, and neither do those that nobody read", ({ caller, tcp }) => {
  lan.send(caller, ascending(0, 1_000));
  lan.run();
  tcp.write(ascending(0, 2_000));
  tcp.close();
  for (let round = 0; round < 20; round++) {
    lan.send(caller, ascending(0, 1_000));
    lan.pass(20);
  }
  assert.is(lan.state(caller) & CALLER.hasFailed, 0);
  assert.equal(bytesOf(lan.read(caller)), ascending(0, 2_000));
});

row("who neither answers nor goes is forgotten ten seconds after the close", () => {
  for (const how of ["vanish", "stay"] as const) {
    const { listener } = listen();
    const caller = dial();
    settle();
    const { tcp } = adopt(listener.read());
    tcp.write(ascending(0, 1_000));
    if (how === "vanish") lan.vanish(caller);
    tcp.close();
    lan.pass(9_000);
    assert.is(lan.held(PORT), 1, how);
    lan.pass(2_000);
    assert.is(lan.held(PORT), 0, how);
    listener.close();
    lan.reset(caller);
    settle();
  }
});

row("however many are closed and do not go, there is a place for the next", () => {
  const { listener } = listen();
  const callers: number[] = [];
  for (let count = 0; count < LINKS_MAX + 8; count++) {
    callers.push(dial());
    settle();
    const { tcp } = adopt(listener.read());
    tcp.write(ascending(0, 100));
    tcp.close();
    lan.pass(20);
    assert.ok(lan.held(PORT) <= LINKS_MAX);
  }
  assert.is(lan.held(PORT), LINKS_MAX);
  listener.close();
  for (const caller of callers) lan.reset(caller);
  settle();
  assert.is(lan.held(PORT), 0);
});

row("as many are open at once as there are places, and who comes above that is reset", () => {
  const { listener } = listen();
  const ends: End[] = [];
  const callers: number[] = [];
  for (let count = 0; count < LINKS_MAX + 2; count++) {
    callers.push(dial());
    settle();
    const from = listener.read();
    if (from !== undefined) ends.push(adopt(from));
  }
  assert.is(ends.length, LINKS_MAX);
  settle();
  for (const { tcp } of ends) {
    tcp.write(ascending(0, 10));
    tcp.close();
    tcp.close();
  }
  for (const caller of callers) lan.reset(caller);
  listener.close();
  settle();
  assert.is(lan.held(PORT), 0);
});

row("a callback may close its own end, another's and the listener, and nobody closed is called any more", () => {
  const { listener } = listen();
  const callers = [dial(), dial()];
  settle();
  const told: string[] = [];
  const close = (name: string) => () => {
    told.push(name);
    for (const each of [...ends, listener]) each.close();
  };
  const froms = [listener.read(), listener.read()];
  const ends = froms.map((from, index) => adopt(from, { onReadable: close(`${index}`), onWritable: () => {} }).tcp);
  settle();
  for (const caller of callers) lan.send(caller, ascending(0, 10));
  settle();
  assert.equal(told, ["0"]);
  for (const caller of callers) lan.reset(caller);
  settle();
  assert.is(lan.held(PORT), 0);
});

runRows();
