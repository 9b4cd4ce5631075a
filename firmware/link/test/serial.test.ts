// Round trips through byte stuffing, against a plain reference that goes byte by byte, and noise of every kind.
// The rows are the examples of Cheshire and Baker's paper in the common short form.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Bytes, concat, fromHex, toHex } from "../../bytes.ts";
import { ascending, Seeded } from "../../crypto/test/checks.ts";
import { FRAME_BYTES_MAX } from "../frame.ts";
import { createSerialReader, encodeSerial, encodeWaking, type SerialReader, WAKE_BYTES } from "../serial.ts";

const SEED = 616161;

function readAll(reader: SerialReader, chunk: Uint8Array): Bytes[] {
  const frames: Bytes[] = [];
  reader.push(chunk);
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
  return frames;
}

/** Stuffs byte by byte, as the paper's listing does. */
function stuffSlowly(frame: Uint8Array): Bytes {
  const stuffed = [1];
  let code = 0;
  frame.forEach((byte, index) => {
    if (byte !== 0) {
      stuffed.push(byte);
      stuffed[code] += 1;
    }
    const isFull = stuffed[code] === 255;
    if (byte === 0 || (isFull && index + 1 < frame.length)) {
      code = stuffed.length;
      stuffed.push(1);
    }
  });
  return Uint8Array.from([0, ...stuffed, 0]);
}

const RUN = toHex(ascending(1, 254));
const ROWS: readonly (readonly [string, string, string])[] = [
  ["a zero", "00", "0101"],
  ["two zeros", "0000", "010101"],
  ["a zero between", "11220033", "0311220233"],
  ["no zero", "11223344", "0511223344"],
  ["zeros at the end", "11000000", "0211010101"],
  ["a full run", RUN, `ff${RUN}`],
  ["a full run after a zero", `00${RUN}`, `01ff${RUN}`],
  ["a full run and one more", `${RUN}ff`, `ff${RUN}02ff`],
  ["a full run and a zero", `${RUN}00`, `ff${RUN}0101`],
  ["a run one short of full, and a zero", `${RUN.slice(2)}00`, `fe${RUN.slice(2)}01`],
];

for (const [name, frame, stuffed] of ROWS) {
  test(`stuffs ${name}`, () => {
    assert.is(toHex(encodeSerial(fromHex(frame))), `00${stuffed}00`);
    assert.is(toHex(stuffSlowly(fromHex(frame))), `00${stuffed}00`);
    assert.equal(readAll(createSerialReader(), fromHex(`${stuffed}00`)), [fromHex(frame)]);
  });
}

test("stuffs as the reference does, without a zero inside, and reads back over random cuts", () => {
  for (let seed = SEED; seed < SEED + 30; seed++) {
    const source = new Seeded(seed);
    const sent = Array.from({ length: 6 }, () => {
      const frame = source.bytes(1 + source.below(source.below(4) === 0 ? FRAME_BYTES_MAX : 600));
      // Few zeros, so that full runs come about, or many.
      const share = 1 + source.below(400);
      return frame.map((byte) => (source.below(share) === 0 ? 0 : byte | 1));
    });
    const line = concat(...sent.map(encodeSerial));
    for (const frame of sent) {
      const encoded = encodeSerial(frame);
      assert.is(toHex(encoded), toHex(stuffSlowly(frame)), `seed ${seed}`);
      assert.is(encoded.subarray(1, encoded.length - 1).indexOf(0), -1, `seed ${seed}`);
    }
    const reader = createSerialReader();
    const frames: Bytes[] = [];
    for (let offset = 0; offset < line.length; ) {
      const size = source.below(source.below(2) === 0 ? 5 : 3000);
      frames.push(...readAll(reader, line.subarray(offset, offset + size)));
      offset += size;
    }
    assert.equal(frames, sent, `seed ${seed}`);
  }
});

for (const byte of [0x00, 0x01, 0xff]) {
  test(`carries the longest frame of bytes ${byte}`, () => {
    const frame = new Uint8Array(FRAME_BYTES_MAX).fill(byte);
    assert.equal(readAll(createSerialReader(), encodeSerial(frame)), [frame]);
  });
}

test("noise without an end, in many pieces, is dropped whole: what follows it up to the next zero is no frame", () => {
  const reader = createSerialReader();
  for (let piece = 0; piece < 40; piece++) assert.equal(readAll(reader, new Uint8Array(100).fill(9)), []);
  // The end of the noise by itself would be a frame.
  assert.equal(readAll(reader, Uint8Array.of(3, 7, 7)), []);
  assert.equal(readAll(reader, encodeSerial(ascending(1, 3))), [ascending(1, 3)]);
});

test("drops what stuffs no frame: nothing between zeros, a run that ends early, a frame that is too long", () => {
  const long = stuffSlowly(new Uint8Array(FRAME_BYTES_MAX + 1).fill(7));
  const longZeros = stuffSlowly(new Uint8Array(FRAME_BYTES_MAX + 1));
  const longer = concat(new Uint8Array(100000).fill(9), new Uint8Array(1));
  for (const noise of [
    fromHex("000000"),
    fromHex("000500"),
    fromHex("00ff0100"),
    fromHex("000100"),
    long,
    longZeros,
    longer,
  ]) {
    const reader = createSerialReader();
    assert.equal(readAll(reader, noise), [], toHex(noise.subarray(0, 8)));
    assert.equal(readAll(reader, encodeSerial(ascending(0, 9))), [ascending(0, 9)]);
  }
});

test("loses no frame to noise on an idle line", () => {
  for (let seed = SEED; seed < SEED + 50; seed++) {
    const source = new Seeded(seed);
    const reader = createSerialReader();
    readAll(reader, source.bytes(source.below(3000)));
    const frames = readAll(reader, encodeSerial(ascending(seed, 100)));
    assert.equal(frames[frames.length - 1], ascending(seed, 100), `seed ${seed}`);
  }
});

test("after any damage to one frame, the next but one at the latest comes whole", () => {
  for (let seed = SEED; seed < SEED + 200; seed++) {
    const source = new Seeded(seed);
    const reader = createSerialReader();
    const damaged = encodeSerial(source.bytes(1 + source.below(500)));
    for (let hits = 1 + source.below(5); hits > 0; hits--) damaged[source.below(damaged.length)] = source.below(256);
    const sent = [ascending(1, 50), ascending(2, 60)];
    const line = concat(damaged.subarray(0, 1 + source.below(damaged.length)), ...sent.map(encodeSerial));
    const frames = readAll(reader, line);
    assert.equal(frames.slice(-2), sent, `seed ${seed}`);
    assert.ok(frames.length <= 2 + damaged.length, `seed ${seed}`);
  }
});

test("what wakes goes before a frame, and is nothing to a reader: be it heard whole, or in part, or not at all", () => {
  const frame = ascending(3, 70);
  const waking = encodeWaking(frame);
  assert.equal(waking, concat(new Uint8Array(WAKE_BYTES), encodeSerial(frame)));
  for (let lost = 0; lost <= WAKE_BYTES; lost++) {
    const reader = createSerialReader();
    assert.equal(readAll(reader, waking.subarray(lost)), [frame], `${lost} lost`);
  }
});

test("gives frames that the next ones do not overwrite", () => {
  const reader = createSerialReader();
  const [first] = readAll(reader, encodeSerial(ascending(1, 9)));
  readAll(reader, encodeSerial(ascending(100, 9)));
  assert.equal(first, ascending(1, 9));
});

test("stops on a chunk before the last one was read to its end, and on frames of wrong sizes", () => {
  const reader = createSerialReader();
  reader.push(encodeSerial(ascending(1, 5)));
  assert.throws(() => reader.push(new Uint8Array(1)), /assertion/);
  for (const size of [0, FRAME_BYTES_MAX + 1]) assert.throws(() => encodeSerial(new Uint8Array(size)), /assertion/);
});

test.run();
