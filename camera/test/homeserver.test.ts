// Goal: a house's own machines have the picture, and none of them, friend or not, can hold more of the camera than its share, or for longer.
// Method: the server over a fake network; machines that ask, wait, look, do not read, say nothing, or send what is no request. Who may have
// the picture is homes.test.ts's affair: here a word in the header decides.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { STALL_MILLIS_MAX } from "../../firmware/io/connection.ts";
import { STREAM_BYTES } from "../../simulator/ecma419/stream.ts";
import { textOf } from "../../simulator/letters.ts";
import { ASK_MILLIS, LOOK_MILLIS, PICTURE_MILLIS, TAKE_MILLIS } from "../homecaller.ts";
import { CALLERS_MAX, DIALS, STREAMS_MAX, WAITERS_MAX } from "../homeserver.ts";
import { Bench, FILE, type Machine } from "./house.ts";

const LARGE = new Uint8Array(4 * STREAM_BYTES).fill(7);
const HEAD = "Connection: close\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
const PART = `--latchkey\r\nContent-Type: image/jpeg\r\nContent-Length: 7\r\n\r\n${textOf(FILE)}\r\n`;
const SNAPSHOT = "/snapshot.jpg";
const STREAM = "/stream.mjpeg";

const REFUSALS: readonly (readonly [string, readonly [path: string, word: string, method: string], string])[] = [
  ["nothing is offered", [SNAPSHOT, "none", "GET"], `404 Not Found\r\n${HEAD}`],
  ["another path, with the password", ["/", "right", "GET"], `404 Not Found\r\n${HEAD}`],
  ["the wrong password", [STREAM, "wrong", "GET"], `401 Unauthorized\r\n${HEAD}WWW-Authenticate: Digest x\r\n`],
  ["another method", [SNAPSHOT, "right", "HEAD"], `405 Method Not Allowed\r\n${HEAD}Allow: GET\r\n`],
];

for (const [reason, request, answer] of REFUSALS) {
  test(`answers ${answer.slice(0, 3)} where ${reason}, and hangs up`, () => {
    const bench = new Bench();
    const machine = bench.ask(...request);
    bench.show();
    assert.is(machine.text, `HTTP/1.1 ${answer}Content-Length: 0\r\n\r\n`);
    assert.ok(machine.isOver);
    assert.is(bench.open, 0);
  });
}

test("a snapshot is the next picture that is taken, once", () => {
  const bench = new Bench();
  bench.show();
  const machine = bench.ask(`http://camera:7447${SNAPSHOT}?now`);
  assert.is(machine.text, "", "no picture of before");
  bench.show();
  bench.show();
  const head = `HTTP/1.1 200 OK\r\n${HEAD}Content-Type: image/jpeg\r\nContent-Length: 7\r\n\r\n`;
  assert.is(machine.text, head + textOf(FILE));
  assert.is(bench.open, 0);
});

test("without the sensor's power it is 503, and whoever waits gets that after two seconds without a picture", () => {
  const bench = new Bench();
  bench.isLit = false;
  for (const path of [SNAPSHOT, STREAM]) assert.is(bench.ask(path).status, 503);
  bench.isLit = true;
  const machine = bench.ask(SNAPSHOT);
  bench.pass(PICTURE_MILLIS - 1);
  assert.is(machine.text, "");
  bench.pass(1);
  assert.is(machine.status, 503);
  assert.is(bench.open, 0);
});

test("a stream is each picture in a part of its own, until the audience is dismissed", () => {
  const bench = new Bench();
  const machine = bench.ask(STREAM);
  for (let count = 0; count < 3; count++) bench.show();
  bench.server.dismiss();
  bench.loop.run();
  bench.show();
  const head = `HTTP/1.1 200 OK\r\n${HEAD}Content-Type: multipart/x-mixed-replace; boundary=latchkey\r\n\r\n`;
  assert.is(machine.text, `${head}${PART.repeat(3)}--latchkey--\r\n`);
  assert.ok(machine.isOver);
});

test("a picture is the one of its moment, whatever the sensor writes over it while it is sent", () => {
  const bench = new Bench();
  const machine = bench.ask(SNAPSHOT);
  machine.isReading = false;
  const file = LARGE.slice();
  bench.show(file);
  file.fill(8);
  for (let count = 0; count < 40; count++) {
    machine.read();
    bench.loop.run();
  }
  assert.ok(machine.text.endsWith(`\r\n\r\n${textOf(LARGE)}`));
});

test("to dismiss the audience answers whoever waits, and lets whoever asks go on", () => {
  const bench = new Bench();
  const [waiting, asking] = [bench.ask(SNAPSHOT), bench.dial()];
  bench.server.dismiss();
  bench.loop.run();
  assert.is(waiting.status, 503);
  asking.get(SNAPSHOT);
  bench.loop.run();
  bench.show();
  assert.is(asking.status, 200);
});

test("so many look and wait at once, one more of each is 503, and a place is free when one goes", () => {
  const bench = new Bench();
  const looking = Array.from({ length: STREAMS_MAX }, () => bench.ask(STREAM));
  assert.is(bench.ask(STREAM).status, 503);
  const late = bench.dial();
  for (const machine of looking) machine.close();
  bench.loop.run();
  late.get(STREAM);
  bench.loop.run();
  assert.is(late.status, 200);
  const waiting = Array.from({ length: WAITERS_MAX }, () => bench.ask(SNAPSHOT));
  assert.is(bench.ask(SNAPSHOT).status, 503);
  bench.show();
  assert.equal(
    waiting.map(({ status }) => status),
    [200, 200, 200, 200],
  );
});

test("takes so many connections, hangs up on more, and gives the silent ten seconds", () => {
  const bench = new Bench();
  const silent = Array.from({ length: CALLERS_MAX }, () => bench.dial());
  assert.ok(bench.dial().isOver, "a seventh");
  assert.is(bench.open, CALLERS_MAX);
  silent[0]?.send("GET /");
  bench.pass(ASK_MILLIS - 1);
  assert.is(bench.open, CALLERS_MAX);
  bench.pass(1);
  assert.is(bench.open, 0);
  assert.ok(silent.every(({ isOver, text }) => isOver && text === ""));
  assert.is(bench.ask(SNAPSHOT, "none").status, 404);
});

/** Reads what has come, and again after each pause, so often. */
function readSlowly(
  bench: Bench,
  machine: Machine,
  { pauseMillis, count }: { pauseMillis: number; count: number },
): void {
  for (let read = 0; read < count; read++) {
    bench.pass(pauseMillis);
    machine.read();
    bench.loop.run();
  }
}

test("whoever takes a picture slowly has it whole, and no stranger takes the place meanwhile", () => {
  const bench = new Bench();
  const slow = bench.ask(SNAPSHOT);
  slow.isReading = false;
  bench.show(LARGE);
  for (let count = 1; count < CALLERS_MAX; count++) bench.dial();
  assert.ok(bench.dial().isOver);
  readSlowly(bench, slow, { pauseMillis: 5_000, count: 5 });
  assert.ok(slow.text.endsWith(textOf(LARGE)), `${slow.text.length} bytes`);
  assert.is(bench.open, 0);
});

test("whoever takes longer than half a minute over a picture is cut off in the middle of it", () => {
  const bench = new Bench();
  const slow = bench.ask(SNAPSHOT);
  slow.isReading = false;
  const file = new Uint8Array(2 * LARGE.length).fill(7);
  bench.show(file);
  readSlowly(bench, slow, { pauseMillis: 9_000, count: 3 });
  assert.is(bench.open, 1);
  readSlowly(bench, slow, { pauseMillis: TAKE_MILLIS - 27_000, count: 1 });
  assert.is(bench.open, 0);
  readSlowly(bench, slow, { pauseMillis: 1, count: 9 });
  assert.ok(slow.text.length < file.length, `${slow.text.length} bytes`);
});

test("whoever looks and does not read misses pictures, is sent no half of one, and is cut off in ten seconds", () => {
  const bench = new Bench();
  const [lazy, other] = [bench.ask(STREAM), bench.ask(STREAM)];
  lazy.isReading = false;
  for (let count = 0; count < 4; count++) bench.show(LARGE);
  for (let count = 0; count < 40; count++) {
    lazy.read();
    bench.loop.run();
  }
  assert.ok(lazy.text.endsWith(`${textOf(LARGE)}\r\n`));
  assert.is(lazy.text.split("--latchkey").length, 2, "one part");
  assert.is(other.text.split("--latchkey").length, 5, "four parts");
  bench.show(LARGE);
  bench.pass(STALL_MILLIS_MAX - 1);
  assert.is(bench.open, 2);
  bench.pass(1);
  assert.is(bench.open, 1);
  assert.is(other.isOver, false);
});

const GARBAGE: readonly (readonly [string, string, number])[] = [
  ["what is no request", "SSH-2.0-OpenSSH\r\n\r\n", 400],
  ["a head without an end", `GET / HTTP/1.1\r\n${"a: b\r\n".repeat(350)}`, 431],
];

for (const [claim, text, status] of GARBAGE) {
  test(`answers ${claim} with ${status}, and asks nobody`, () => {
    const bench = new Bench();
    const machine = bench.dial();
    machine.send(text);
    bench.loop.run();
    assert.is(machine.status, status);
    assert.equal([bench.open, bench.asked], [0, 0]);
  });
}

test("answers one request of each connection, whatever comes behind it", () => {
  const bench = new Bench();
  const machine = bench.dial();
  machine.get(STREAM);
  machine.get(SNAPSHOT);
  bench.loop.run();
  machine.get(SNAPSHOT);
  bench.loop.run();
  bench.show();
  assert.is(machine.text.split("HTTP/1.1").length, 2);
  assert.ok(machine.text.endsWith(PART));
});

test("hangs up on whom the chip has no memory for", () => {
  const bench = new Bench(
    class {
      constructor() {
        throw new Error("no memory");
      }
    } as never,
  );
  assert.ok(bench.dial().isOver);
  assert.is(bench.open, 0);
});

test("reads nothing while nothing is offered", () => {
  const bench = new Bench();
  bench.isOpen = false;
  const machine = bench.dial();
  machine.send("what is no request");
  bench.loop.run();
  assert.is(machine.status, 404);
  assert.is(bench.open, 0);
  assert.is(bench.asked, 0);
});

test("takes so many who dial at once, and then so many in a second, whatever they ask", () => {
  const bench = new Bench();
  for (let count = 0; count < DIALS.atOnce; count++) assert.is(bench.ask(SNAPSHOT, "wrong").status, 401);
  assert.ok(bench.dial().isOver);
  bench.pass(DIALS.tryMillis);
  assert.is(bench.ask(SNAPSHOT, "wrong").status, 401);
  assert.ok(bench.dial().isOver);
  assert.is(bench.open, 0);
});

test("whoever looks on while there is no picture is cut off after half a minute", () => {
  const bench = new Bench();
  const [machine, other] = [bench.ask(STREAM), bench.ask(STREAM)];
  bench.pass(LOOK_MILLIS);
  assert.ok(machine.isOver && other.isOver);
  const another = bench.ask(STREAM);
  bench.pass(LOOK_MILLIS - 1);
  bench.show();
  bench.pass(LOOK_MILLIS - 1);
  assert.is(another.isOver, false);
  bench.pass(1);
  assert.ok(another.isOver && another.text.endsWith(PART));
});

test("to dismiss the audience ends a picture that is on its way, of which no more is sent", () => {
  const bench = new Bench();
  const machine = bench.ask(STREAM);
  machine.isReading = false;
  bench.show(LARGE);
  bench.server.dismiss();
  assert.is(bench.open, 0);
  for (let count = 0; count < 9; count++) {
    machine.read();
    bench.loop.run();
  }
  assert.ok(machine.text.length < LARGE.length && machine.text.endsWith("\x07"));
});

test("without a network it serves nobody, until there is one again", () => {
  const bench = new Bench();
  bench.ask(STREAM);
  bench.dial();
  bench.server.networkChanged(false, bench.loop.uptime());
  assert.is(bench.open, 0);
  bench.pass(1_000);
  assert.is(bench.board.open.size, 0);
  bench.server.networkChanged(true, bench.loop.uptime());
  assert.is(bench.ask(SNAPSHOT, "none").status, 404);
  bench.server.close();
  bench.server.close();
  assert.is(bench.board.open.size, 0);
  assert.is(bench.server.nextTick, undefined);
});

test.run();
