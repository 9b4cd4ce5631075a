// Holds the SHA-256 that comes in pieces to FIPS 180-4 and to the one in one call, on both backends.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Bytes, fromAscii, toHex } from "../../bytes.ts";
import { HASH_BYTES } from "../crypto.ts";
import { BACKENDS, flip, Seeded } from "./checks.ts";

const SEED = 20261126;

// NIST's examples for FIPS 180-4 (SHA256.pdf), and the million of "a".
const TWO_BLOCKS = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
const VECTORS: readonly (readonly [name: string, pieces: readonly Bytes[], hash: string])[] = [
  ["nothing", [], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", ["a", "", "bc"].map(fromAscii), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "two blocks",
    [TWO_BLOCKS.slice(0, 20), TWO_BLOCKS.slice(20)].map(fromAscii),
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
  [
    "a million of a",
    new Array<Bytes>(1_000).fill(fromAscii("a".repeat(1_000))),
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
  ],
];

for (const [backend, crypto] of BACKENDS) {
  for (const [name, pieces, hash] of VECTORS) {
    test(`${backend}: hashes ${name} in pieces`, () => {
      const started = crypto.startSha256();
      for (const piece of pieces) started.update(piece);
      const computed = started.finish();
      assert.is(computed.length, HASH_BYTES);
      assert.is(toHex(computed), hash);
    });
  }

  test(`${backend}: gives the same wherever the message is cut, and each hash has a state of its own`, () => {
    const message = new Seeded(SEED).bytes(200);
    const whole = toHex(crypto.sha256(message));
    for (let cut = 0; cut <= message.length; cut += 9) {
      const [started, other] = [crypto.startSha256(), crypto.startSha256()];
      started.update(message.subarray(0, cut));
      other.update(flip(message, cut));
      started.update(message.subarray(cut));
      assert.is(toHex(started.finish()), whole, `seed ${SEED}, cut at ${cut}`);
      assert.is.not(toHex(other.finish()), whole);
    }
  });
}

test.run();
