// The number of a session that a board opens: both ends find the same, and nobody else does.
// Method: two key pairs and a prologue, each of their parts changed in turn; and the definition, written out.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { ascending } from "../../crypto/test/checks.ts";
import { openingKey, openingNumber } from "../opening.ts";

const BOARD = ascending(0x10, 32);
const LOCK = ascending(0x50, 32);
const OTHER = ascending(0x90, 32);
const PROLOGUE = ascending(1, 29);
const MESSAGE = ascending(3, 48);
const NO_KEY = new Uint8Array(32);

function keyOf(secret: Uint8Array, of: Uint8Array, prologue = PROLOGUE): Uint8Array {
  return openingKey(crypto, { secret, publicKey: crypto.agreementPublicKey(of), prologue }) ?? NO_KEY;
}

test("a board and its lock have one key, and nobody else has it", () => {
  const key = keyOf(BOARD, LOCK);
  assert.equal(keyOf(LOCK, BOARD), key);
  for (const other of [keyOf(OTHER, LOCK), keyOf(OTHER, BOARD), keyOf(BOARD, LOCK, PROLOGUE.slice(1))]) {
    assert.not.equal(other, key);
  }
});

test("there is none with a key of small order", () => {
  assert.is(openingKey(crypto, { secret: LOCK, publicKey: NO_KEY, prologue: PROLOGUE }), undefined);
});

test("the number is the first four bytes of HMAC-SHA-256, the highest first", () => {
  const shared = crypto.agree(LOCK, crypto.agreementPublicKey(BOARD));
  const mac = crypto.hmacSha256(crypto.hmacSha256(shared, PROLOGUE), MESSAGE);
  const number = openingNumber(crypto, keyOf(LOCK, BOARD), MESSAGE);
  assert.is(number, ((mac[0] * 256 + mac[1]) * 256 + mac[2]) * 256 + mac[3]);
});

test("a message with any bit flipped has another number", () => {
  const key = keyOf(LOCK, BOARD);
  const number = openingNumber(crypto, key, MESSAGE);
  for (let bit = 0; bit < 8 * MESSAGE.length; bit++) {
    const flipped = MESSAGE.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    assert.is.not(openingNumber(crypto, key, flipped), number, `bit ${bit}`);
  }
});

test.run();
