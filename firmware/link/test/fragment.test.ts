// Round trips for every size of fragment, and every loss, doubling and exchange of two fragments: what comes out is the
// frame that went in, or nothing.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fragment } from "../../../simulator/fragments.ts";
import { type Bytes, concat, toHex } from "../../bytes.ts";
import { ascending, flip, Seeded } from "../../crypto/test/checks.ts";
import { createReassembler, FRAGMENT_BYTES_MAX, FRAGMENT_BYTES_MIN, type Reassembler } from "../fragment.ts";
import { FRAME_BYTES_MAX } from "../frame.ts";

const SEED = 717171;

function pushAll(reassembler: Reassembler, fragments: readonly Uint8Array[]): Bytes[] {
  return fragments.map((piece) => reassembler.push(piece)).filter((frame) => frame !== undefined);
}

test("marks the first and the last fragment, and counts from 0", () => {
  const pieces = fragment(ascending(0, 45), 20);
  assert.equal(
    pieces.map((piece) => piece[0]),
    [0x80, 0x01, 0x42],
  );
  assert.equal(
    pieces.map((piece) => piece.length),
    [20, 20, 8],
  );
  assert.is(toHex(fragment(Uint8Array.of(9), 20)[0]), "c009");
});

test("counts on from 63 to 0", () => {
  const pieces = fragment(new Uint8Array(FRAME_BYTES_MAX), 20);
  assert.is(pieces.length, 128);
  assert.equal(
    pieces.map((piece) => piece[0] & 0x3f),
    Array.from({ length: 128 }, (_, index) => index % 64),
  );
  assert.equal(pushAll(createReassembler(), pieces), [new Uint8Array(FRAME_BYTES_MAX)]);
});

test("carries a frame of each size near a border for every size of fragment", () => {
  const reassembler = createReassembler();
  for (let size = FRAGMENT_BYTES_MIN; size <= FRAGMENT_BYTES_MAX; size++) {
    for (const frameSize of [1, size - 2, size - 1, size, 2 * size - 2, 2 * size - 1, FRAME_BYTES_MAX]) {
      const frame = ascending(size, frameSize);
      const pieces = fragment(frame, size);
      assert.ok(pieces.every((piece) => piece.length >= 2 && piece.length <= size));
      assert.equal(pushAll(reassembler, pieces), [frame], `${frameSize} bytes by ${size}`);
    }
  }
});

const PIECES = fragment(ascending(3, 100), 20);

for (let lost = 0; lost < PIECES.length; lost++) {
  test(`gives nothing when fragment ${lost} is lost, and the next frame whole`, () => {
    const reassembler = createReassembler();
    assert.equal(
      pushAll(
        reassembler,
        PIECES.filter((_, index) => index !== lost),
      ),
      [],
    );
    assert.equal(pushAll(reassembler, PIECES), [ascending(3, 100)]);
  });

  test(`gives nothing wrong when fragment ${lost} comes twice`, () => {
    const reassembler = createReassembler();
    const frames = pushAll(
      reassembler,
      PIECES.flatMap((piece, index) => (index === lost ? [piece, piece] : [piece])),
    );
    // A first that comes twice starts anew, a last that comes twice has nothing to continue.
    assert.equal(frames, lost === 0 || lost === PIECES.length - 1 ? [ascending(3, 100)] : []);
    assert.equal(pushAll(reassembler, PIECES), [ascending(3, 100)]);
  });

  test(`gives nothing when fragment ${lost} changes places with the next`, () => {
    const reassembler = createReassembler();
    const next = (lost + 1) % PIECES.length;
    const swapped = [...PIECES];
    [swapped[lost], swapped[next]] = [swapped[next], swapped[lost]];
    assert.equal(pushAll(reassembler, swapped), []);
    assert.equal(pushAll(reassembler, PIECES), [ascending(3, 100)]);
  });
}

test("leaves a lost lap of 64 fragments, after which the counter fits, to the tag: the frame comes out shorter", () => {
  const pieces = fragment(ascending(0, FRAME_BYTES_MAX), 20);
  const [frame] = pushAll(createReassembler(), [...pieces.slice(0, 10), ...pieces.slice(74)]);
  assert.is(frame.length, FRAME_BYTES_MAX - 64 * 19);
});

test("a first within a frame starts the next one", () => {
  const other = fragment(ascending(9, 30), 20);
  assert.equal(pushAll(createReassembler(), [...PIECES.slice(0, 3), ...other]), [ascending(9, 30)]);
});

test("drops a continuation with no first, an empty fragment, a header alone, and a first that does not count 0", () => {
  const reassembler = createReassembler();
  const wrongs = [PIECES[1], PIECES[PIECES.length - 1], new Uint8Array(0), Uint8Array.of(0xc0), Uint8Array.of(0xc1, 5)];
  for (const wrong of wrongs) assert.is(reassembler.push(wrong), undefined, toHex(wrong));
  assert.equal(pushAll(reassembler, PIECES), [ascending(3, 100)]);
});

test("drops an empty fragment with the frame that it stands in", () => {
  for (const empty of [new Uint8Array(0), Uint8Array.of(0x03)]) {
    const reassembler = createReassembler();
    assert.equal(pushAll(reassembler, [...PIECES.slice(0, 3), empty, ...PIECES.slice(3)]), []);
    assert.equal(pushAll(reassembler, PIECES), [ascending(3, 100)]);
  }
});

test("takes a fragment of 244 bytes, and drops one of 245", () => {
  const reassembler = createReassembler();
  assert.is(reassembler.push(concat(Uint8Array.of(0xc0), ascending(0, 243)))?.length, 243);
  assert.is(reassembler.push(concat(Uint8Array.of(0xc0), ascending(0, 244))), undefined);
});

test("takes a frame of 2,425 bytes in fragments, and drops one of 2,426", () => {
  for (const extra of [0, 1]) {
    const pieces = fragment(new Uint8Array(FRAME_BYTES_MAX), 244);
    pieces[pieces.length - 1] = concat(pieces[pieces.length - 1], new Uint8Array(extra));
    const frames = pushAll(createReassembler(), pieces);
    assert.is(frames.length, 1 - extra);
  }
});

test("never gives more than fits, nor throws, whatever comes", () => {
  for (let seed = SEED; seed < SEED + 30; seed++) {
    const source = new Seeded(seed);
    const reassembler = createReassembler();
    for (let round = 0; round < 60; round++) {
      const piece = source.below(3) === 0 ? source.bytes(source.below(260)) : PIECES[source.below(PIECES.length)];
      const given = reassembler.push(piece.length > 0 && source.below(5) === 0 ? flip(piece, source.below(8)) : piece);
      assert.ok(given === undefined || (given.length >= 1 && given.length <= FRAME_BYTES_MAX), `seed ${seed}`);
    }
    assert.equal(pushAll(reassembler, PIECES), [ascending(3, 100)], `seed ${seed}`);
  }
});

test("stops on sizes of fragment and frame outside the bounds", () => {
  for (const size of [FRAGMENT_BYTES_MIN - 1, FRAGMENT_BYTES_MAX + 1, 20.5]) {
    assert.throws(() => fragment(ascending(0, 9), size), /assertion/);
  }
  for (const size of [0, FRAME_BYTES_MAX + 1]) assert.throws(() => fragment(new Uint8Array(size), 20), /assertion/);
});

test.run();
