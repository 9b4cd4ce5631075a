// Goal: a board's Udp says what came, from whom, and loses what is too much; nothing that is sent to it holds more memory than its queue.
// Method: udpsockets.ts and its C, unchanged, over lwIP itself with ESP-IDF's options; the other hosts are made by hand (simulator/lan).
// simulator/contract holds the same class to the rows that the SDK's and the fakes are held to.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { isBuiltIn, LEFT_OUT, lan, messages, settle } from "../../../simulator/lan/lan.ts";
import type { Host } from "../../../simulator/xs/host.d.ts";
import type { Bytes } from "../../bytes.ts";
import { ascending } from "../../crypto/test/checks.ts";
import { NativeUdp } from "../udpsockets.ts";

declare function native(name: string): (...values: unknown[]) => unknown;
declare const host: Pick<Host, "petrify">;

const BOARD = "192.168.1.2";
const OTHER = "192.168.1.9";
const GROUP = "239.255.76.75";
const PORT = 7_447;
const QUEUE_BYTES = 6_144;
const HEAD_BYTES = 8;
const DATAGRAM_BYTES_MAX = 256;

const open: NativeUdp[] = [];

function bind(port = PORT): { udp: NativeUdp; told: number[] } {
  lan.start();
  const told: number[] = [];
  const udp = new NativeUdp({ port, onReadable: (count) => told.push(count) });
  open.push(udp);
  return { udp, told };
}

function say(bytes: Bytes, { from = OTHER, fromPort = PORT, to = BOARD, port = PORT, cut = 0 } = {}): void {
  lan.say(from, fromPort, to, port, bytes, cut);
}

/** Reads one. */
function readOf(udp: NativeUdp): { bytes: Bytes; from: string } | undefined {
  const read = udp.read();
  return read && { bytes: new Uint8Array(read), from: `${read.address}:${read.port}` };
}

function row(claim: string, run: () => void): void {
  if (!isBuiltIn()) return;
  test(claim, () => {
    try {
      run();
    } finally {
      messages.fill(false);
      lan.up(true);
      for (const each of open.splice(0)) each.close();
      settle();
    }
    assert.equal([lan.sockets(), lan.groups()], [0, 0], "something is held");
  });
}

row("before lwIP runs there is no socket, and afterwards there is", () => {
  assert.throws(() => new NativeUdp({ port: PORT, onReadable: () => {} }));
  assert.ok(lan.start());
  bind();
});

row("without a network there is no socket, and what is open sends nothing", () => {
  const { udp } = bind();
  lan.up(false);
  assert.throws(() => bind(PORT + 1));
  assert.throws(() => udp.write(ascending(0, 1), OTHER, PORT));
  lan.up(true);
  udp.write(ascending(0, 1), OTHER, PORT);
});

for (const cut of [0, 1, 100, 199]) {
  row(`a datagram comes whole, with who sent it (${cut} bytes in front of where its packet is cut)`, () => {
    const { udp, told } = bind();
    say(ascending(0, 200), { fromPort: 9, cut });
    settle();
    assert.equal(told, [1]);
    assert.equal(readOf(udp), { bytes: ascending(0, 200), from: `${OTHER}:9` });
    assert.is(udp.read(), undefined);
  });
}

row("of what comes together it is told once, and reads each with its own sender", () => {
  const { udp, told } = bind();
  for (let host = 10; host < 20; host++) say(ascending(host, host), { from: `192.168.1.${host}`, fromPort: host });
  settle();
  assert.equal(told, [10]);
  for (let host = 10; host < 20; host++) {
    assert.equal(readOf(udp), { bytes: ascending(host, host), from: `192.168.1.${host}:${host}` });
  }
  settle();
  assert.equal(told, [10]);
  // What was left is not told of again, and what comes behind it is counted with it.
  say(ascending(0, 1));
  settle();
  say(ascending(1, 1));
  settle();
  assert.equal(told, [10, 1, 2]);
});

row("what is read before it was told of is not told of", () => {
  const { udp, told } = bind();
  say(ascending(0, 5));
  lan.run();
  assert.equal(readOf(udp)?.bytes, ascending(0, 5));
  settle();
  assert.equal(told, []);
});

row("it is in a group from when it joins it to when it is closed", () => {
  const first = bind();
  const toGroup = () => {
    say(ascending(0, 3), { to: GROUP });
    settle();
  };
  toGroup();
  assert.equal(first.told, []);
  first.udp.add(GROUP);
  first.udp.add(GROUP);
  assert.is(lan.groups(), 1);
  toGroup();
  assert.equal(first.told, [1]);
  first.udp.close();
  assert.is(lan.groups(), 0);
  const second = bind();
  toGroup();
  assert.equal(second.told, []);
});

row("the network is in a group, so each socket at the port hears it", () => {
  const { udp, told } = bind();
  const other = bind(PORT + 1);
  udp.add(GROUP);
  for (const port of [PORT, PORT + 1]) say(ascending(0, 3), { to: GROUP, port });
  settle();
  assert.equal([told, other.told], [[1], [1]]);
});

row("a second group, and what is none, is refused", () => {
  const { udp } = bind();
  for (const wrong of [
    "nowhere",
    "",
    "239.",
    // Every network is in it.
    "224.0.0.1",
    BOARD,
    "255.255.255.255",
    "999.1.1.1",
    "239.255.76.75.1",
    `${GROUP}${"0".repeat(200)}`,
  ]) {
    assert.throws(() => udp.add(wrong), wrong);
  }
  udp.add(GROUP);
  assert.throws(() => udp.add("239.255.76.76"));
  assert.is(lan.groups(), 1);
});

for (const size of [0, 40, 100, DATAGRAM_BYTES_MAX]) {
  row(`a flood of datagrams of ${size} bytes fills the queue, and when it was read there is room again`, () => {
    const { udp, told } = bind();
    const most = Math.floor(QUEUE_BYTES / (HEAD_BYTES + size));
    for (let round = 0; round < 2; round++) {
      for (let number = 0; number < 1_000; number++) {
        say(ascending(number, size));
        if (number % 100 === 99) lan.run();
      }
      settle();
      assert.ok((told.splice(0).at(-1) ?? 0) <= most);
      for (let number = 0; number < most; number++) assert.equal(readOf(udp)?.bytes, ascending(number, size));
      assert.is(udp.read(), undefined);
    }
  });
}

row("what is longer than the wire's frames is lost, and what has room still comes", () => {
  const { udp } = bind();
  const most = Math.floor(QUEUE_BYTES / (HEAD_BYTES + DATAGRAM_BYTES_MAX));
  for (let number = 0; number <= most; number++) say(ascending(number, DATAGRAM_BYTES_MAX));
  for (const length of [DATAGRAM_BYTES_MAX + 1, 1_480]) say(ascending(100, length));
  say(ascending(200, 60));
  settle();
  const came = Array.from({ length: most + 2 }, () => readOf(udp)?.bytes[0]);
  assert.equal(came, [...Array.from({ length: most }, (_, number) => number), 200, undefined]);
});

row("what it sends goes to where it says, each byte of a view and no more", () => {
  const { udp } = bind();
  for (const [address, port] of [
    [OTHER, 1],
    [GROUP, 65_535],
  ] as const) {
    udp.write(ascending(0, 100).subarray(30, 40), address, port);
    lan.run();
    assert.equal(new Uint8Array(lan.overhear() ?? new ArrayBuffer(0)), ascending(30, 10));
    assert.equal([lan.overheardAddress(), lan.overheardPort()], [address, port]);
  }
  udp.write(ascending(0, DATAGRAM_BYTES_MAX), OTHER, PORT);
  assert.is(lan.overhear()?.byteLength, DATAGRAM_BYTES_MAX);
  for (const length of [DATAGRAM_BYTES_MAX + 1, 4_096, 65_536, 65_541]) {
    assert.throws(() => udp.write(new Uint8Array(length), OTHER, PORT), `${length}`);
  }
  assert.is(lan.overhear(), undefined);
});

row("one message is under way at a time, and one that was lost is sent again", () => {
  const { told } = bind();
  messages.fill(true);
  for (let count = 0; count < 3; count++) say(ascending(0, 10));
  lan.run();
  assert.not(messages.deliver());
  messages.fill(false);
  assert.not(messages.deliver());
  lan.pass(20);
  assert.ok(messages.deliver());
  assert.not(messages.deliver());
  assert.equal(told, [3]);
});

row("a callback may close its own socket and another's, and nobody closed is called any more", () => {
  lan.start();
  const told: string[] = [];
  const closing = (name: string) => () => {
    told.push(name);
    for (const each of open) each.close();
  };
  for (const port of [PORT, PORT + 1]) open.push(new NativeUdp({ port, onReadable: closing(`${port}`) }));
  for (const port of [PORT, PORT + 1]) say(ascending(0, 10), { port });
  settle();
  assert.equal(told, [`${PORT}`]);
});

row("what was sent to a socket that is closed is not the next one's", () => {
  const { udp } = bind();
  say(ascending(0, 10));
  lan.run();
  udp.close();
  const { udp: next, told } = bind();
  settle();
  assert.equal(told, []);
  assert.is(next.read(), undefined);
});

row("as many are open as there are places, and a port is one's alone", () => {
  const { udp } = bind();
  assert.throws(() => bind());
  bind(PORT + 1);
  assert.throws(() => bind(PORT + 2));
  udp.close();
  udp.close();
  for (const port of [-1, 65_536, 1.5, Number.NaN]) assert.throws(() => bind(port), String(port));
  bind(0);
});

row("what is open over a network that goes and comes again hears and is in its group as before", () => {
  const { udp, told } = bind();
  udp.add(GROUP);
  lan.up(false);
  say(ascending(0, 10));
  settle();
  assert.equal(told, []);
  lan.up(true);
  for (const to of [BOARD, GROUP]) say(ascending(0, 10), { to });
  settle();
  assert.equal(told, [2]);
});

row("a group is left while there is no network, and the next socket joins anew", () => {
  const { udp } = bind();
  udp.add(GROUP);
  lan.up(false);
  udp.close();
  assert.is(lan.groups(), 0);
  lan.up(true);
  const { udp: again, told: toldAgain } = bind();
  again.add(GROUP);
  for (const to of [BOARD, GROUP]) say(ascending(0, 10), { to });
  settle();
  assert.equal(toldAgain, [2]);
});

row("is told nothing wrong by JavaScript that gives it anything", () => {
  const { udp } = bind();
  const detached = new Uint8Array(20);
  Reflect.apply(Reflect.get(detached.buffer, "transfer"), detached.buffer, []);
  const wrongs = [
    ...[undefined, null, {}, [1], () => 1, Symbol("x"), new ArrayBuffer(20), new DataView(new ArrayBuffer(20))],
    ...[new Uint16Array(20), Object.create(Uint8Array.prototype), new Proxy(new Uint8Array(20), {}), detached],
  ];
  const numbers = [-1, 0, 3, 1.5, 2 ** 31, 2 ** 40, Number.NaN, Number.POSITIVE_INFINITY];
  const c = (name: string) => native(`xs_latchkey_udp_${name}`);
  for (const wrong of [...wrongs, "x"]) {
    assert.throws(() => udp.write(wrong as Uint8Array, OTHER, PORT));
    assert.throws(() => udp.write(ascending(0, 1), wrong as string, PORT));
    assert.throws(() => udp.write(ascending(0, 1), OTHER, wrong as number));
    assert.throws(() => udp.add(wrong as string));
    assert.throws(() => new NativeUdp({ port: wrong === undefined ? -1 : (wrong as number), onReadable: () => {} }));
    if (typeof wrong !== "function") assert.is(c("open")(0, wrong), undefined);
  }
  for (const port of [-1, 65_536, 1.5, Number.NaN]) {
    assert.throws(() => udp.write(ascending(0, 1), OTHER, port), String(port));
  }
  for (const wrong of [...wrongs, ...numbers]) {
    assert.is(c("read")(wrong), undefined);
    assert.is(c("write")(wrong, new Uint8Array(1), OTHER, PORT), false);
    assert.is(c("join")(wrong, GROUP), false);
    assert.is(c("close")(wrong), true);
  }
  for (const name of ["open", "join", "read", "write", "close"]) {
    assert.is(c(name)(), undefined);
    assert.is(c(name)(1, 2, 3, 4, 5), undefined);
  }
  lan.run();
  assert.is(lan.overhear(), undefined);
  const petrified = ascending(0, 10);
  host.petrify(petrified.buffer);
  udp.write(petrified, OTHER, PORT);
  lan.run();
  assert.is(lan.overhear()?.byteLength, 10);
  udp.close();
  assert.throws(() => udp.read());
  assert.throws(() => udp.write(ascending(0, 1), OTHER, PORT));
  assert.throws(() => udp.add(GROUP));
});

if (!isBuiltIn()) console.log(LEFT_OUT);
test.run();
