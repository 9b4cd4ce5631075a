// Whose key counts: owners and the recovery key, each with its own number, and nobody else.
// Method: a ring of two owners and a recovery key, asked by names that differ in one bit too.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import type { Bytes } from "../../bytes.ts";
import type { RevocationList } from "../../grant/revocation.ts";
import {
  emptyKeyring,
  findOwner,
  type Keyring,
  listsOf,
  sequenceOf,
  statementKey,
  wasRemoved,
  withOwner,
  withSequence,
} from "../keyring.ts";

function name(byte: number): Bytes {
  return new Uint8Array(8).fill(byte);
}

function key(byte: number): Bytes {
  return new Uint8Array(32).fill(byte);
}

const RING: Keyring = {
  owners: [
    { kid: name(1), publicKey: key(1), sequence: 10 },
    { kid: name(2), publicKey: key(2), sequence: 20 },
  ],
  recovery: { kid: name(3), publicKey: key(3), sequence: 30 },
  removed: name(4),
  boards: [],
};

/** A name, whether it is an owner's, whose statements count, and its number. */
const ROWS: readonly (readonly [string, Bytes, boolean, Bytes | undefined, number])[] = [
  ["an owner", name(1), true, key(1), 10],
  ["a second owner", name(2), true, key(2), 20],
  ["the recovery key", name(3), false, key(3), 30],
  ["a removed owner", name(4), false, undefined, 0],
  ["a stranger", name(5), false, undefined, 0],
  ["an owner's name with one bit flipped", new Uint8Array([1, 1, 1, 1, 1, 1, 1, 0]), false, undefined, 0],
];

for (const [claim, kid, isOwner, publicKey, sequence] of ROWS) {
  test(`knows ${claim}`, () => {
    assert.is(findOwner(crypto, RING, kid) !== undefined, isOwner);
    assert.equal(statementKey(crypto, RING, kid), publicKey);
    assert.is(sequenceOf(crypto, RING, kid), sequence);
    assert.is(wasRemoved(crypto, RING, kid), claim === "a removed owner");
    assert.is(findOwner(crypto, emptyKeyring(), kid), undefined);
    assert.is(statementKey(crypto, emptyKeyring(), kid), undefined);
  });
}

test("a number rises for the key that used it and for no other", () => {
  const numbers = (ring: Keyring) => [1, 2, 3].map((byte) => sequenceOf(crypto, ring, name(byte)));
  assert.equal(numbers(withSequence(crypto, RING, { kid: name(2), sequence: 21 })), [10, 21, 30]);
  assert.equal(numbers(withSequence(crypto, RING, { kid: name(3), sequence: 31 })), [10, 20, 31]);
  assert.equal(numbers(withSequence(crypto, RING, { kid: name(5), sequence: 9 })), [10, 20, 30]);
  assert.equal(numbers(RING), [10, 20, 30]);
});

test("one owner changes alone", () => {
  const changed = withOwner(crypto, RING, name(1), (owner) => ({ ...owner, sequence: 11 }));
  assert.is(changed.owners[0].sequence, 11);
  assert.is(changed.owners[1], RING.owners[1]);
});

test("the lists of those who are no owners do not count", () => {
  const none = new Uint8Array(0);
  const list = (owner: number): RevocationList => ({
    owner: name(owner),
    sequence: 1,
    generation: 0,
    revoked: none,
    untils: [],
    holders: none,
    codes: [],
  });
  const counted = listsOf(crypto, RING, [list(1), list(3), list(4), list(5), list(2)]);
  assert.equal(
    counted.map(({ owner }) => owner[0]),
    [1, 2],
  );
});

test.run();
