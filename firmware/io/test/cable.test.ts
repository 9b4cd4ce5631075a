// Goal: frames pass the keypad's cable whole or not at all, whatever the cable does, and nothing piles up behind it.
// Method: two cables over the fakes of the SDK's Serial, wired crosswise; noise, cuts, and a port that takes nothing.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Loop } from "../../../simulator/ecma419/loop.ts";
import { SerialCable } from "../../../simulator/ecma419/serial.ts";
import { Stream } from "../../../simulator/random.ts";
import type { Bytes } from "../../bytes.ts";
import { encodeSerial, WAKE_BYTES } from "../../link/serial.ts";
import { Cable, SILENT_MILLIS } from "../cable.ts";
import { POLL_MILLIS } from "../poll.ts";
import { MESSAGES_MAX, QUEUE_BYTES_MAX, TRY_MILLIS, WAIT_MILLIS_MAX } from "../port.ts";
import { AWAKE_MILLIS } from "../rest.ts";

const SEED = 7;

function createBench() {
  const loop = new Loop();
  const wire = new SerialCable(loop.defer);
  const came: { near: Bytes[]; far: Bytes[] } = { near: [], far: [] };
  const cableAt = (end: "near" | "far") =>
    new Cable({
      io: wire[end],
      port: 1,
      baud: 38_400,
      receive: 4,
      transmit: 5,
      loop,
      received: (frame) => came[end].push(frame),
    });
  const [near, far] = [cableAt("near"), cableAt("far")];
  loop.run();
  return { loop, wire, near, far, came };
}

/** A frame that tells its number, with zeros in it. */
function numbered(number: number, size: number): Bytes {
  const frame = new Uint8Array(size).fill(number);
  frame[size - 1] = 0;
  return frame;
}

test("carries frames both ways, the longest too, piece by piece", () => {
  const { loop, near, far, came } = createBench();
  const frames = [1, 2, 127, 128, 129, 2_425].map((size, index) => numbered(index + 1, size));
  for (const frame of frames) {
    near.send(frame);
    loop.run();
    far.send(frame);
    loop.run();
  }
  assert.equal(came.far, frames);
  assert.equal(came.near, frames);
});

test("carries both ways at once, and answers from within what came", () => {
  const loop = new Loop();
  const pair = new SerialCable(loop.defer);
  const heard: Bytes[] = [];
  const parts = { port: 1, baud: 38_400, receive: 4, transmit: 5, loop };
  const near = new Cable({ ...parts, io: pair.near, received: (frame) => heard.push(frame) });
  const far: Cable = new Cable({ ...parts, io: pair.far, received: (frame) => far.send(frame) });
  loop.run();
  for (let number = 1; number <= MESSAGES_MAX; number++) near.send(numbered(number, 300));
  loop.run();
  assert.equal(
    heard.map(([number]) => number),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
});

test("noise costs the frame that it hits, and no other", () => {
  const { loop, wire, near, came } = createBench();
  const random = new Stream(SEED, "noise");
  for (let number = 1; number <= 60; number++) {
    let left = number % 3 === 0 ? 20 : -1;
    wire.spoil = (byte) => (left-- === 0 ? byte ^ random.between(1, 255) : byte);
    near.send(numbered(number, 90));
    loop.run();
    const noise = new Uint8Array(random.below(9));
    random.fill(noise);
    wire.disturb("far", noise);
    loop.run();
  }
  const whole = came.far.filter(
    (frame) => frame.length === 90 && frame.subarray(0, 89).every((byte) => byte === frame[0]),
  );
  const numbers = whole.map(([number]) => number);
  // A byte that turned into a zero leaves pieces, and each is shorter than the frame.
  assert.equal(
    numbers,
    Array.from({ length: 60 }, (_, index) => index + 1).filter((number) => number % 3 !== 0),
    `seed ${SEED}`,
  );
});

test("a cut loses what is under way, and what is sent after it was mended arrives", () => {
  const { loop, wire, near, came } = createBench();
  near.send(numbered(1, 90));
  wire.isCut = true;
  loop.run();
  near.send(numbered(2, 90));
  loop.run();
  wire.isCut = false;
  near.send(numbered(3, 90));
  loop.run();
  assert.equal(came.far, [numbered(3, 90)]);
});

test("a cut in the middle of a frame costs the next one nothing", () => {
  const { loop, wire, near, came } = createBench();
  let left = 1_000;
  wire.spoil = (byte) => (left-- > 0 ? byte : undefined);
  near.send(numbered(1, 2_425));
  loop.run();
  wire.spoil = (byte) => byte;
  near.send(numbered(2, 90));
  loop.run();
  assert.equal(came.far, [numbered(2, 90)]);
});

/** A cable whose port takes nothing until it is told to. */
function createStuck() {
  const written: number[] = [];
  let wake: ((count: number) => void) | undefined;
  let isFull = false;
  const loop = new Loop();
  const io = class {
    constructor(options: { onWritable?: (this: unknown, count: number) => void }) {
      wake = options.onWritable?.bind(this);
    }
    read(): undefined {
      return undefined;
    }
    write(bytes: ArrayBuffer): void {
      if (isFull) throw new Error("output full");
      written.push(...new Uint8Array(bytes));
    }
    close(): void {}
  };
  const cable = new Cable({ io, port: 1, baud: 9_600, receive: 1, transmit: 2, loop, received: () => {} });
  return {
    loop,
    cable,
    written,
    takes: (count: number) => wake?.(count),
    fill: (full: boolean) => {
      isFull = full;
    },
  };
}

/** The numbers of the frames that were written whole. */
function numbersIn(written: readonly number[]): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < written.length; at++)
    if (written[at] !== 0 && written[at - 1] === 0) numbers.push(written[at + 1]);
  return numbers;
}

test("wakes the other end after a silence that is shorter than it stays awake, and only then", () => {
  assert.ok(SILENT_MILLIS < AWAKE_MILLIS);
  const { loop, cable, written, takes } = createStuck();
  const extra = [0, SILENT_MILLIS - 1, SILENT_MILLIS, SILENT_MILLIS - 1, 10 * SILENT_MILLIS].map((silence) => {
    loop.pass(silence);
    written.splice(0);
    cable.send(numbered(1, 20));
    takes(10_000);
    return written.length - encodeSerial(numbered(1, 20)).length;
  });
  assert.equal(extra, [WAKE_BYTES, 0, WAKE_BYTES, 0, WAKE_BYTES]);
});

test("two of the longest frames are kept, each with what wakes", () => {
  const { loop, cable, written, takes } = createStuck();
  for (const number of [1, 2]) {
    cable.send(numbered(number, 2_425).fill(number));
    loop.pass(SILENT_MILLIS);
  }
  takes(10_000);
  assert.equal(numbersIn(written), [1, 2]);
});

test(`keeps ${MESSAGES_MAX} frames at most, and drops the newest whole`, () => {
  const { cable, written, takes } = createStuck();
  for (let number = 1; number <= MESSAGES_MAX + 3; number++) cable.send(numbered(number, 20));
  takes(10_000);
  assert.equal(numbersIn(written), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test(`keeps ${QUEUE_BYTES_MAX} bytes at most`, () => {
  const { cable, written, takes } = createStuck();
  for (let number = 1; number <= 3; number++) cable.send(numbered(number, 2_425).fill(number));
  takes(10_000);
  assert.ok(written.length <= QUEUE_BYTES_MAX && written.length > QUEUE_BYTES_MAX - 100, `${written.length}`);
});

test("drops what has waited for a second, but ends what it began", () => {
  const { loop, cable, written, takes } = createStuck();
  cable.send(numbered(1, 20));
  cable.send(numbered(2, 20));
  takes(5);
  assert.is(written.length, 5);
  loop.pass(WAIT_MILLIS_MAX);
  cable.send(numbered(3, 20));
  takes(1_000);
  assert.equal(numbersIn(written), [1, 3]);
  // A millisecond less, and it goes.
  cable.send(numbered(4, 20));
  takes(0);
  loop.pass(WAIT_MILLIS_MAX - 1);
  takes(1_000);
  assert.equal(numbersIn(written), [1, 3, 4]);
});

test("writes no more than the port said it takes, over all frames", () => {
  const { cable, written, takes } = createStuck();
  takes(30);
  cable.send(numbered(1, 20));
  cable.send(numbered(2, 20));
  assert.is(written.length, 30);
  takes(7);
  assert.is(written.length, 37);
});

test("a port that has less room than it said is asked again", () => {
  const { cable, written, takes, fill } = createStuck();
  fill(true);
  takes(100);
  cable.send(numbered(1, 20));
  assert.is(written.length, 0);
  fill(false);
  takes(100);
  assert.equal(numbersIn(written), [1]);
});

/** Lets time pass, and does what is due meanwhile at one end. */
function attend({ loop }: Pick<ReturnType<typeof createBench>, "loop">, cable: Cable, duration: number): void {
  for (const end = loop.uptime() + duration; loop.uptime() < end; ) {
    loop.pass(1);
    const now = loop.uptime();
    if (cable.nextTick !== undefined && cable.nextTick <= now) cable.tick(now);
    loop.run();
  }
}

test("a port at rest is looked at twice a second, and a closed one never", () => {
  const { loop, near } = createBench();
  near.tick(loop.uptime());
  assert.is(near.nextTick, POLL_MILLIS);
  loop.pass(POLL_MILLIS + 10);
  near.tick(loop.uptime());
  assert.is(near.nextTick, 2 * POLL_MILLIS);
  near.close();
  assert.is(near.nextTick, undefined);
});

test("bytes whose message was lost are found, and what is said again comes whole though nothing is told any more", () => {
  const bench = createBench();
  const { loop, wire, near, far, came } = bench;
  wire.messages.far.isCrowded = true;
  near.send(numbered(1, 60));
  loop.run();
  wire.messages.far.isCrowded = false;
  assert.is(wire.messages.far.lost, 1);
  assert.equal(came.far, []);
  attend(bench, far, POLL_MILLIS);
  assert.equal(came.far, [numbered(1, 60)]);
  for (let number = 2; number <= 5; number++) {
    near.send(numbered(number, 90));
    loop.run();
    attend(bench, far, WAIT_MILLIS_MAX);
  }
  assert.equal(
    came.far.map(([number]) => number),
    [1, 2, 3, 4, 5],
  );
});

test("a port whose room was told in a lost message is written to all the same, and tells again what comes", () => {
  const bench = createBench();
  const { loop, wire, near, far, came } = bench;
  far.send(numbered(1, 60));
  wire.messages.far.isCrowded = true;
  loop.run();
  wire.messages.far.isCrowded = false;
  assert.is(wire.messages.far.lost, 1);
  for (let number = 2; number <= 4; number++) far.send(numbered(number, 300));
  loop.run();
  assert.is(came.near.length, 1);
  attend(bench, far, 10 * TRY_MILLIS);
  assert.equal(
    came.near.map(([number]) => number),
    [1, 2, 3, 4],
  );
  near.send(numbered(5, 300));
  loop.run();
  assert.equal(came.far, [numbered(5, 300)]);
  far.send(numbered(6, 300));
  loop.run();
  assert.is(came.near.length, 5);
});

test("a port that throws is tried again, and no sooner than its bytes can be away", () => {
  const { loop, cable, written, fill } = createStuck();
  fill(true);
  cable.send(numbered(1, 20));
  assert.is(cable.nextTick, TRY_MILLIS);
  loop.pass(TRY_MILLIS);
  cable.tick(loop.uptime());
  assert.is(cable.nextTick, 2 * TRY_MILLIS);
  fill(false);
  loop.pass(TRY_MILLIS - 1);
  cable.tick(loop.uptime());
  assert.is(written.length, 0);
  loop.pass(1);
  cable.tick(loop.uptime());
  assert.equal(numbersIn(written), [1]);
});

test("closing gives the port back, twice is harmless, and then nothing is sent", () => {
  const { loop, wire, near, far, came } = createBench();
  far.send(numbered(1, 90));
  near.close();
  near.close();
  near.send(numbered(2, 90));
  loop.run();
  assert.equal(came, { near: [], far: [] });
  const again = new wire.near({ port: 1, baud: 9_600, transmit: 5, format: "buffer" });
  assert.throws(() => new wire.near({ port: 1, baud: 9_600, transmit: 5, format: "buffer" }), /in use/);
  again.close();
});

test.run();
