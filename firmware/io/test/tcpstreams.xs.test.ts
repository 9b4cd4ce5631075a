// Goal: a board's Tcp carries bytes as ecma419.ts says, ends as it says whatever the other end does, and stands whatever JavaScript gives it.
// Method: tcpsockets.ts and its C, unchanged, over lwIP itself with ESP-IDF's options; the callers are lwIP's too (simulator/lan).
// simulator/contract holds the same classes to the rows that the SDK's and the fakes are held to.

import * as assert from "uvu/assert";
import { lan, messages, settle } from "../../../simulator/lan/lan.ts";
import type { Host } from "../../../simulator/xs/host.d.ts";
import { ascending } from "../../crypto/test/checks.ts";
import type { Tcp } from "../ecma419.ts";
import { NativeTcp } from "../tcpsockets.ts";
import { adopt, bytesOf, dial, listen, PORT, row, rowOfOne, runRows, WINDOW } from "./dialled.ts";

declare function native(name: string): (...values: unknown[]) => unknown;
declare const host: Pick<Host, "petrify">;

row("what comes before the end is opened is told of when it is", () => {
  const { listener } = listen();
  const caller = dial();
  lan.run();
  assert.ok(lan.send(caller, ascending(0, 300)));
  lan.finish(caller);
  lan.run();
  const { tcp, told } = adopt(listener.read());
  settle();
  assert.equal(told, ["readable 300", `writable ${WINDOW}`]);
  assert.equal(bytesOf(tcp.read()), ascending(0, 300));
  // While a packet is refused lwIP hears nothing behind it, so the end comes with its repetition.
  lan.pass(10_000);
  settle();
  assert.equal(told.slice(2), ["error"]);
});

rowOfOne("reads in pieces around the end of its buffer, for many times its length", ({ caller, tcp, told }) => {
  let [sent, came] = [0, 0];
  for (let round = 1; came < 8 * WINDOW; round++) {
    const piece = ascending(sent, 1 + ((round * 613) % 1_400));
    if (lan.room(caller) >= piece.length && lan.send(caller, piece)) sent += piece.length;
    settle();
    if (round % 3 === 0) {
      const [readable] = told.splice(0).flatMap((word) => /readable (\d+)/.exec(word)?.[1] ?? []);
      const some = Math.max(1, Number(readable ?? sent - came) >> (round & 1));
      if (sent === came) continue;
      const bytes = bytesOf(tcp.read(some));
      assert.equal(bytes, ascending(came, some), `byte ${came}`);
      came += some;
    }
  }
});

rowOfOne(
  "holds a window of bytes and no more, however small the segments are, and goes on when they are read",
  ({ caller, tcp }) => {
    let sent = 0;
    for (let round = 0; round < 3 * WINDOW; round++) {
      if (lan.room(caller) > 0 && lan.send(caller, ascending(sent, 1))) sent += 1;
      lan.run();
    }
    lan.pass(5_000);
    const first = bytesOf(tcp.read());
    assert.is(first.length, WINDOW);
    assert.equal(first, ascending(0, WINDOW));
    let came = WINDOW;
    for (let round = 0; round < 100 && came < sent; round++) {
      lan.pass(100);
      const bytes = bytesOf(tcp.read());
      assert.equal(bytes, ascending(came, bytes.length));
      came += bytes.length;
    }
    assert.is(came, sent);
  },
);

rowOfOne(
  "the end of the other end is told once, behind what is read late, and what is still written goes out",
  ({ caller, tcp, told }) => {
    lan.send(caller, ascending(0, 50));
    lan.finish(caller);
    settle();
    assert.equal(told.splice(0), ["readable 50"]);
    tcp.write(ascending(7, 20));
    lan.pass(20_000);
    settle();
    assert.equal(told.splice(0), [`writable ${WINDOW}`]);
    assert.equal(bytesOf(tcp.read()), ascending(0, 50));
    settle();
    assert.equal(told.splice(0), ["error"]);
    assert.throws(() => tcp.write(ascending(0, 1)));
    assert.is(tcp.read(), undefined);
    lan.pass(20_000);
    settle();
    assert.equal(told, []);
    assert.equal(bytesOf(lan.read(caller)), ascending(7, 20));
  },
);

for (const moments of [[], ["settle"], ["settle", "read"], ["settle", "read", "settle"]]) {
  const when = moments.length === 0 ? "at once" : moments.join(", ");
  rowOfOne(`an end and behind it a reset (${when}) end it once`, ({ caller, tcp, told }) => {
    lan.send(caller, ascending(0, 50));
    tcp.write(ascending(0, 1_000));
    lan.finish(caller);
    lan.run();
    for (const moment of moments) moment === "settle" ? settle() : tcp.read();
    lan.reset(caller);
    lan.run();
    tcp.read();
    settle();
    assert.is(told.filter((word) => word === "error").length, 1);
    assert.is(tcp.read(), undefined);
  });
}

rowOfOne("a reset leaves what came, and is told behind it", ({ caller, tcp, told }) => {
  lan.send(caller, ascending(0, 50));
  lan.run();
  lan.reset(caller);
  settle();
  assert.equal(told.splice(0), ["readable 50"]);
  assert.is(lan.held(PORT), 0);
  assert.is(tcp.remoteAddress, "192.168.1.2");
  assert.throws(() => tcp.read(51));
  assert.equal(bytesOf(tcp.read(20)), ascending(0, 20));
  settle();
  assert.equal(told, []);
  assert.equal(bytesOf(tcp.read()), ascending(20, 30));
  settle();
  assert.equal(told, ["error"]);
});

rowOfOne(
  "as much as was told can be written and no byte more, and there is room again when it went",
  ({ caller, tcp, told }) => {
    for (let round = 0; round < 4; round++) {
      assert.throws(() => tcp.write(new Uint8Array(WINDOW + 1)));
      tcp.write(ascending(round, WINDOW - 1));
      assert.throws(() => tcp.write(new Uint8Array(2)));
      tcp.write(ascending(round + WINDOW - 1, 1));
      assert.throws(() => tcp.write(new Uint8Array(1)));
      lan.pass(1_000);
      assert.equal(bytesOf(lan.read(caller)), ascending(round, WINDOW));
      lan.pass(1_000);
      settle();
      assert.is(told.splice(0).at(-1), `writable ${WINDOW}`);
    }
  },
);

rowOfOne("an array that is empty is written, and one of a view is as long as the view", ({ caller, tcp }) => {
  tcp.write(new Uint8Array(0));
  tcp.write(ascending(0, 100).subarray(30, 40));
  lan.run();
  assert.equal(bytesOf(lan.read(caller)), ascending(30, 10));
});

rowOfOne(
  "many small pieces are refused before they are too many, and told when there is room",
  ({ caller, tcp, told }) => {
    let written = 0;
    // Nobody answers.
    lan.lose(1_000);
    assert.throws(() => {
      for (;;) {
        tcp.write(ascending(written, 1_000));
        written += 1_000;
      }
    });
    assert.is(written, 5_000);
    lan.lose(0);
    lan.pass(30_000);
    settle();
    assert.is(told.splice(0).at(-1), `writable ${WINDOW}`);
    assert.equal(bytesOf(lan.read(caller)), ascending(0, written));
  },
);

rowOfOne("who reads nothing stops the writing, and nothing is lost when he reads again", ({ caller, tcp, told }) => {
  let written = 0;
  for (let round = 0; round < 50; round++) {
    const room = Number(/writable (\d+)/.exec(told.splice(0).at(-1) ?? "writable 0")?.[1]) || (round === 0 ? 1 : 0);
    if (room > 0) {
      tcp.write(ascending(written, room));
      written += room;
    }
    lan.pass(500);
    settle();
  }
  assert.ok(written <= 2 * WINDOW, `${written}`);
  let came = 0;
  while (came < written) {
    const bytes = bytesOf(lan.read(caller));
    assert.equal(bytes, ascending(came, bytes.length));
    came += bytes.length;
    lan.pass(5_000);
    settle();
  }
});

rowOfOne(
  "a window that is shut upon what must be sent again, and opened when it was heard, ends nothing",
  ({ caller, tcp }) => {
    tcp.write(ascending(0, 2_000));
    // His word that he has both segments is lost; then he says that he has one, and room for none.
    lan.lose(1);
    lan.run();
    lan.claim(caller, 564, 0);
    lan.pass(30_000);
    tcp.write(ascending(2_000, 1_000));
    lan.pass(1_000);
    assert.equal(bytesOf(lan.read(caller)), ascending(0, 3_000));
  },
);

for (const [segment, window] of [
  [1, 0],
  [64, 0],
  [0, 2],
  [0, 700],
  [300, 300],
]) {
  rowOfOne(
    `who announces segments of ${segment} and windows of ${window} gets all, in as many pieces`,
    ({ tcp, told, listener }) => {
      tcp.close();
      lan.understate(segment, window);
      const caller = dial();
      settle();
      const end = adopt(listener.read());
      let [written, came] = [0, 0];
      for (let round = 0; round < 60 && came < 200; round++) {
        lan.pass(1_000);
        settle();
        const room = Number(/writable (\d+)/.exec(end.told.splice(0).at(-1) ?? "")?.[1] ?? 0);
        if (room > 0) {
          end.tcp.write(ascending(written, room));
          written += room;
        }
        const bytes = bytesOf(lan.read(caller));
        assert.equal(bytes, ascending(came, bytes.length));
        came += bytes.length;
      }
      assert.ok(came >= 30, `${came} of ${written} came`);
      assert.equal(told, []);
    },
  );
}

row("who announces no window yet is written nothing, and then what he has room for", () => {
  const { listener } = listen();
  lan.understate(0, 1);
  const caller = dial();
  settle();
  const { tcp, told } = adopt(listener.read());
  settle();
  assert.equal(told, []);
  assert.throws(() => tcp.write(ascending(0, 1)));
  lan.understate(0, 100);
  lan.send(caller, ascending(0, 1));
  lan.pass(1_000);
  settle();
  assert.equal(told, ["readable 1", "writable 750"]);
  for (let written = 0; written < 300; written += 30) tcp.write(ascending(written, 30));
  lan.pass(10_000);
  assert.equal(bytesOf(lan.read(caller)), ascending(0, 300));
});

rowOfOne("what is written while something must be sent once more comes behind it", ({ caller, tcp }) => {
  for (let written = 0; written < 900; written += 300) tcp.write(ascending(written, 300));
  // His word that he has them is lost; then he says four times that he has the first, and room for none.
  lan.lose(1);
  lan.run();
  for (let count = 0; count < 4; count++) {
    lan.claim(caller, 600, 0);
    lan.run();
  }
  assert.throws(() => tcp.write(ascending(900, 6)));
  lan.pass(30_000);
  tcp.write(ascending(900, 6));
  lan.pass(10_000);
  assert.equal(bytesOf(lan.read(caller)), ascending(0, 906));
});

row("one message is under way at a time, whatever happens, and one that was lost is sent again", () => {
  const { listener, told } = listen();
  messages.fill(true);
  const callers = [dial(), dial()];
  lan.run();
  assert.not(messages.deliver());
  messages.fill(false);
  lan.pass(20);
  assert.ok(messages.deliver());
  assert.equal(told, [2]);
  const ends = [adopt(listener.read()), adopt(listener.read())];
  for (const caller of callers) lan.send(caller, ascending(0, 10));
  lan.run();
  assert.ok(messages.deliver());
  assert.not(messages.deliver());
  for (const end of ends) assert.equal(end.told.splice(0), ["readable 10", `writable ${WINDOW}`]);
  // And where nobody is left whose pcb could remind of it.
  messages.fill(true);
  for (const { tcp } of ends) tcp.read();
  for (const caller of callers) lan.reset(caller);
  lan.run();
  lan.pass(100);
  messages.fill(false);
  lan.pass(20);
  settle();
  for (const end of ends) {
    assert.equal(end.told, ["error"]);
    end.tcp.close();
  }
  listener.close();
});

row("a network that goes and comes again takes all with it, and lets them in again", () => {
  const { listener } = listen();
  const caller = dial();
  settle();
  const { tcp } = adopt(listener.read());
  lan.up(false);
  tcp.write(ascending(0, 10));
  settle();
  tcp.close();
  listener.close();
  lan.up(true);
  lan.reset(caller);
  lan.pass(20_000);
  const again = listen();
  const second = dial();
  settle();
  assert.equal(again.told, [1]);
  again.listener.close();
  lan.reset(second);
  settle();
  assert.is(lan.held(PORT), 0);
});

rowOfOne("is told nothing wrong by JavaScript that gives it anything", ({ caller, tcp }) => {
  const detached = new Uint8Array(20);
  Reflect.apply(Reflect.get(detached.buffer, "transfer"), detached.buffer, []);
  const wrongs = [
    ...[undefined, null, "x", {}, [1], () => 1, Symbol("x"), new ArrayBuffer(20), new DataView(new ArrayBuffer(20))],
    ...[new Uint16Array(20), Object.create(Uint8Array.prototype), new Proxy(new Uint8Array(20), {}), detached],
  ];
  const numbers = [-1, 0, 1.5, 2 ** 31, 2 ** 40, Number.NaN, Number.POSITIVE_INFINITY];
  const c = (name: string) => native(`xs_latchkey_tcp_${name}`);
  for (const wrong of wrongs) {
    assert.throws(() => tcp.write(wrong as Uint8Array));
    assert.is(c("write")(1, wrong), undefined);
    assert.is(c("read")(1, wrong), undefined);
    if (typeof wrong !== "function") assert.is(c("listen")(0, wrong), undefined);
    assert.is(
      c("listen")(wrong, () => {}),
      undefined,
    );
    assert.is(
      c("open")(1, wrong, () => {}),
      undefined,
    );
    assert.throws(() => new NativeTcp({ from: wrong as Tcp, format: "buffer" }));
  }
  for (const wrong of [...wrongs, ...numbers]) {
    assert.is(c("port")(wrong), 0);
    assert.is(c("accept")(wrong), 0);
    assert.is(
      c("open")(wrong, true, () => {}),
      false,
    );
    assert.is(c("read")(wrong, 1), undefined);
    assert.is(c("write")(wrong, new Uint8Array(1)), false);
    assert.is(c("address")(wrong), undefined);
    assert.is(c("close")(wrong), true);
  }
  for (const name of ["listen", "port", "accept", "open", "read", "write", "address", "close"]) {
    assert.is(c(name)(), undefined);
    assert.is(c(name)(1, 2, 3, 4), undefined);
  }
  for (const length of [0, -1, 0.5, 1.5, Number.NaN, 65_536]) assert.throws(() => tcp.read(length), String(length));
  for (const length of [1, 65_535]) assert.is(tcp.read(length), undefined, String(length));
  lan.send(caller, ascending(0, 5));
  settle();
  for (const length of [0, -1, 1.5, Number.NaN, 6, 65_535, 2 ** 40])
    assert.throws(() => tcp.read(length), String(length));
  const petrified = ascending(0, 10);
  host.petrify(petrified.buffer);
  tcp.write(petrified);
  lan.run();
  assert.equal(bytesOf(lan.read(caller)), ascending(0, 10));
});

runRows();
