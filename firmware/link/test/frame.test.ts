// Holds the frame to its table of sizes, each tried one byte short of the least and one above the most.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../bytes.ts";
import { throwsFault } from "../../crypto/test/checks.ts";
import {
  bodyOf,
  checkFrame,
  encodeHandshake,
  encodePlain,
  FRAME_BYTES_MAX,
  FRAME_COMMANDS,
  FRAME_ENROLLED,
  FRAME_HEADER_BYTES,
  FRAME_KK_1,
  FRAME_KK_2,
  FRAME_MEDIA,
  FRAME_NK_1,
  FRAME_NK_2,
  FRAME_NX_1,
  FRAME_NX_2,
  FRAME_OFFER,
  FRAME_STREAM,
  numberOf,
  sessionOf,
  writeHeader,
} from "../frame.ts";

const SESSION = 0xfedcba98;

const HANDSHAKES = [
  { name: "NK message 1", type: FRAME_NK_1, least: 48, most: 48 },
  { name: "NK message 2", type: FRAME_NK_2, least: 48, most: 112 },
  { name: "KK message 1", type: FRAME_KK_1, least: 48, most: 48 },
  { name: "KK message 2", type: FRAME_KK_2, least: 48, most: 112 },
  { name: "NX message 1", type: FRAME_NX_1, least: 32, most: 32 },
  { name: "NX message 2", type: FRAME_NX_2, least: 96, most: 160 },
] as const;

const PLAIN = [
  { name: "an offer", type: FRAME_OFFER, least: 71, most: 71 },
  { name: "the answer to an offer", type: FRAME_ENROLLED, least: 49, most: 53 },
] as const;

const SEALED = [
  { name: "commands", type: FRAME_COMMANDS, least: 16, most: 2416 },
  { name: "a stream", type: FRAME_STREAM, least: 16, most: 2416 },
  { name: "a piece of a picture", type: FRAME_MEDIA, least: 2, most: 2_401 },
] as const;

function frameOf(type: number, bodyBytes: number): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + bodyBytes);
  frame[0] = type;
  return frame;
}

for (const { name, type, least, most } of [...HANDSHAKES, ...PLAIN, ...SEALED]) {
  test(`takes ${name} of ${least} to ${most} bytes, and refuses one less and one more`, () => {
    for (let size = least; size <= most; size++) assert.is(checkFrame(frameOf(type, size)), type);
    throwsFault(() => checkFrame(frameOf(type, least - 1)), "link.shape");
    throwsFault(() => checkFrame(frameOf(type, most + 1)), "link.shape");
  });

  test(`refuses ${name} cut to any part of its header`, () => {
    for (let size = 0; size < FRAME_HEADER_BYTES; size++) {
      throwsFault(() => checkFrame(frameOf(type, least).subarray(0, size)), "link.shape");
    }
    throwsFault(() => checkFrame(frameOf(type, 0)), "link.shape");
  });
}

for (const { name, type, least } of [...HANDSHAKES, ...PLAIN]) {
  test(`refuses ${name} with any bit of n set`, () => {
    for (let bit = 0; bit < 32; bit++) {
      const frame = frameOf(type, least);
      frame[5 + (bit >> 3)] = 1 << (bit & 7);
      throwsFault(() => checkFrame(frame), "link.shape");
    }
  });
}

for (const { name, type, least, most } of PLAIN) {
  test(`refuses ${name} with any bit of a session set`, () => {
    for (let bit = 0; bit < 32; bit++) {
      const frame = frameOf(type, least);
      frame[1 + (bit >> 3)] = 1 << (bit & 7);
      throwsFault(() => checkFrame(frame), "link.shape");
    }
  });

  test(`puts ${name} into a frame, and stops on a message of another size`, () => {
    const frame = encodePlain(type, new Uint8Array(most).fill(0xa5));
    assert.is(checkFrame(frame), type);
    assert.equal([sessionOf(frame), numberOf(frame)], [0, 0]);
    for (const size of [least - 1, most + 1]) {
      assert.throws(() => encodePlain(type, new Uint8Array(size)), /assertion/);
    }
  });
}

for (const { name, type, least, most } of HANDSHAKES) {
  test(`puts ${name} into a frame, and stops on a message of another size`, () => {
    const message = new Uint8Array(most).fill(0xa5);
    const frame = encodeHandshake(type, SESSION, message);
    assert.is(checkFrame(frame), type);
    assert.is(sessionOf(frame), SESSION);
    assert.is(numberOf(frame), 0);
    assert.equal(bodyOf(frame), message);
    for (const size of [least - 1, most + 1]) {
      assert.throws(() => encodeHandshake(type, SESSION, new Uint8Array(size)), /assertion/);
    }
  });
}

test("refuses every type that is not in the table", () => {
  for (let type = 0; type < 256; type++) {
    if (type >= FRAME_NK_1 && type <= FRAME_MEDIA) continue;
    for (const size of [0, 16, 32, 48, 71, 96, 2416]) throwsFault(() => checkFrame(frameOf(type, size)), "link.shape");
  }
});

test("writes session and n little-endian after the type", () => {
  assert.is(toHex(writeHeader(new Uint8Array(FRAME_HEADER_BYTES), FRAME_COMMANDS, SESSION)), "0398badcfe00000000");
  const frame = fromHex(`0398badcfe78563412${"00".repeat(16)}`);
  assert.is(sessionOf(frame), 0xfedcba98);
  assert.is(numberOf(frame), 0x12345678);
  frame.fill(0xff, 1, 9);
  assert.is(sessionOf(frame), 0xffffffff);
  assert.is(numberOf(frame), 0xffffffff);
});

test("stops on a session that is no u32", () => {
  for (const session of [-1, 0x100000000, 0.5, Number.NaN]) {
    assert.throws(() => writeHeader(new Uint8Array(FRAME_HEADER_BYTES), FRAME_COMMANDS, session), /assertion/);
  }
});

test("holds at most 2,425 bytes", () => assert.is(FRAME_BYTES_MAX, 2425));

test.run();
