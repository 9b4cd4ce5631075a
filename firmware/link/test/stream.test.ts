// Round trips over every way to cut a stream, and wrong lengths at every place.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Bytes, concat, toHex } from "../../bytes.ts";
import { ascending, Seeded, throwsFault } from "../../crypto/test/checks.ts";
import { FRAME_BYTES_MAX } from "../frame.ts";
import { createStreamReader, encodeStream, type StreamReader } from "../stream.ts";

const SEED = 515151;
const SIZES = [1, 2, 25, 255, 256, 257, FRAME_BYTES_MAX];

function readAll(reader: StreamReader, chunk: Uint8Array): Bytes[] {
  const frames: Bytes[] = [];
  reader.push(chunk);
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
  return frames;
}

test("writes the length big-endian before the frame", () => {
  assert.is(toHex(encodeStream(ascending(0, 3))), "0003000102");
  assert.is(toHex(encodeStream(new Uint8Array(FRAME_BYTES_MAX)).subarray(0, 3)), "097900");
});

for (const size of SIZES) {
  test(`reads ${size} bytes whole, with each cut in two, and byte by byte`, () => {
    const frame = ascending(size, size);
    const encoded = encodeStream(frame);
    assert.equal(readAll(createStreamReader(), encoded), [frame]);
    for (let cut = 0; cut <= Math.min(encoded.length, 40); cut++) {
      const reader = createStreamReader();
      const frames = [...readAll(reader, encoded.subarray(0, cut)), ...readAll(reader, encoded.subarray(cut))];
      assert.equal(frames, [frame], `cut ${cut}`);
    }
    const reader = createStreamReader();
    const frames: Bytes[] = [];
    for (const byte of encoded) frames.push(...readAll(reader, Uint8Array.of(byte)));
    assert.equal(frames, [frame]);
  });

  test(`waits for the last of ${size} bytes`, () => {
    const encoded = encodeStream(ascending(0, size));
    const reader = createStreamReader();
    assert.equal(readAll(reader, encoded.subarray(0, encoded.length - 1)), []);
    assert.equal(readAll(reader, encoded.subarray(encoded.length - 1)), [ascending(0, size)]);
  });
}

test("reads many frames over random cuts", () => {
  for (let seed = SEED; seed < SEED + 20; seed++) {
    const source = new Seeded(seed);
    const sent = Array.from({ length: 12 }, () => source.bytes(1 + source.below(source.below(4) === 0 ? 2425 : 60)));
    const stream = concat(...sent.map(encodeStream));
    const reader = createStreamReader();
    const frames: Bytes[] = [];
    for (let offset = 0; offset < stream.length; ) {
      const size = source.below(source.below(2) === 0 ? 5 : 3000);
      frames.push(...readAll(reader, stream.subarray(offset, offset + size)));
      offset += size;
    }
    assert.equal(frames, sent, `seed ${seed}`);
  }
});

test("gives frames that the next ones do not overwrite", () => {
  const reader = createStreamReader();
  const [first] = readAll(reader, encodeStream(ascending(1, 9)));
  readAll(reader, encodeStream(ascending(100, 9)));
  assert.equal(first, ascending(1, 9));
});

for (const [name, length] of [
  ["zero", 0],
  ["one too many", FRAME_BYTES_MAX + 1],
  ["the most that fits", 0xffff],
] as const) {
  test(`refuses a length of ${name}, after the frames before it, and is dead from then on`, () => {
    const reader = createStreamReader();
    reader.push(concat(encodeStream(ascending(0, 5)), Uint8Array.of(length >> 8, length), ascending(0, 50)));
    assert.equal(reader.next(), ascending(0, 5));
    throwsFault(() => reader.next(), "link.shape");
    throwsFault(() => reader.next(), "link.shape", "asked again");
    reader.push(encodeStream(ascending(0, 5)));
    throwsFault(() => reader.next(), "link.shape", "given a good frame");
  });

  test(`refuses a length of ${name} that comes in two halves`, () => {
    const reader = createStreamReader();
    assert.equal(readAll(reader, Uint8Array.of(length >> 8)), []);
    reader.push(Uint8Array.of(length));
    throwsFault(() => reader.next(), "link.shape");
  });
}

test("stops on a chunk before the last one was read to its end, and on frames of wrong sizes", () => {
  const reader = createStreamReader();
  reader.push(encodeStream(ascending(0, 5)));
  assert.throws(() => reader.push(new Uint8Array(1)), /assertion/);
  for (const size of [0, FRAME_BYTES_MAX + 1]) assert.throws(() => encodeStream(new Uint8Array(size)), /assertion/);
});

test.run();
