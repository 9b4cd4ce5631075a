// Goal: what came piece by piece is given back whole, is the taker's own, and takes no room afterwards.
// Method: random cuts of random bytes against one concatenation; what a taker holds is compared again after more has come.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Stream } from "../../../simulator/random.ts";
import { type Bytes, concat } from "../../bytes.ts";
import { Pieces } from "../pieces.ts";

const ROUNDS = 200;
const BYTES_MAX = 3_600;

function drawn(random: Stream, size: number): Bytes {
  const bytes = new Uint8Array(size);
  random.fill(bytes);
  return bytes;
}

test("gives back what came, however it was cut, and nothing of what came before", () => {
  const random = new Stream(1, "pieces");
  const pieces = new Pieces(BYTES_MAX);
  let former: readonly [taken: Bytes, expected: Bytes] | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const parts = Array.from({ length: random.between(0, 12) }, () => drawn(random, random.between(0, 300)));
    for (const part of parts) assert.is(pieces.add(part), true);
    const expected = concat(...parts);
    const taken = pieces.take();
    assert.equal(taken, expected);
    assert.is(taken.buffer.byteLength, expected.length, "and no more than it");
    if (former !== undefined) assert.equal(former[0], former[1], "what was taken before is still its taker's");
    former = [taken, expected];
  }
});

test("a piece is copied: its buffer may be used again", () => {
  const pieces = new Pieces(BYTES_MAX);
  const piece = Uint8Array.of(1, 2, 3);
  pieces.add(piece);
  piece.fill(9);
  pieces.add(piece);
  assert.equal(pieces.take(), Uint8Array.of(1, 2, 3, 9, 9, 9));
});

test("what was dropped does not come back", () => {
  const pieces = new Pieces(BYTES_MAX);
  pieces.add(Uint8Array.of(1, 2, 3));
  pieces.drop();
  pieces.add(Uint8Array.of(4));
  assert.equal(pieces.take(), Uint8Array.of(4));
  assert.equal(pieces.take(), new Uint8Array(0));
});

test("takes so many bytes and no more, and what does not fit changes nothing", () => {
  const pieces = new Pieces(10);
  assert.is(pieces.add(new Uint8Array(11)), false);
  assert.is(pieces.add(Uint8Array.of(1, 2, 3, 4, 5, 6)), true);
  assert.is(pieces.add(new Uint8Array(5)), false);
  assert.is(pieces.add(Uint8Array.of(7, 8, 9, 10)), true);
  assert.is(pieces.add(new Uint8Array(1)), false);
  assert.is(pieces.add(new Uint8Array(0)), true);
  assert.equal(pieces.take(), Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
});

test.run();
