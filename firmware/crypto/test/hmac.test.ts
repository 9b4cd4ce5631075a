// Holds HMAC-SHA-1 to RFC 2202 §3 on both backends, and the backends to each other where blocks end.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromAscii, fromHex, toHex } from "../../bytes.ts";
import { SHA1_MAC_BYTES } from "../crypto.ts";
import { BACKENDS, flip, lengthen, Seeded, shorten } from "./checks.ts";

const SEED = 20261018;
const LENGTHS = [0, 1, 19, 20, 55, 56, 63, 64, 65, 119, 120, 128, 1_600];

// RFC 2202 §3: key, message, tag.
const RFC_2202: readonly (readonly [name: string, key: string, message: string, tag: string])[] = [
  ["1", "0b".repeat(20), toHex(fromAscii("Hi There")), "b617318655057264e28bc0b6fb378c8ef146be00"],
  [
    "2",
    toHex(fromAscii("Jefe")),
    toHex(fromAscii("what do ya want for nothing?")),
    "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
  ],
  ["3", "aa".repeat(20), "dd".repeat(50), "125d7342b9ac11cd91a39af48aa17b4f63f175d3"],
  [
    "4",
    "0102030405060708090a0b0c0d0e0f10111213141516171819",
    "cd".repeat(50),
    "4c9007f4026250c6bc8414f9bf50c86c2d7235da",
  ],
  ["5", "0c".repeat(20), toHex(fromAscii("Test With Truncation")), "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"],
  [
    "6",
    "aa".repeat(80),
    toHex(fromAscii("Test Using Larger Than Block-Size Key - Hash Key First")),
    "aa4ae5e15272d00e95705637ce8a3b55ed402112",
  ],
  [
    "7",
    "aa".repeat(80),
    toHex(fromAscii("Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data")),
    "e8e99d0f45237d786d6bbaa7965c7808bbff1a91",
  ],
];

for (const [backend, crypto] of BACKENDS) {
  for (const [name, key, message, tag] of RFC_2202) {
    test(`${backend}: computes HMAC-SHA-1, RFC 2202 test case ${name}`, () => {
      const computed = crypto.hmacSha1(fromHex(key), fromHex(message));
      assert.is(computed.length, SHA1_MAC_BYTES);
      assert.is(toHex(computed), tag);
      for (const change of [shorten, lengthen, (bytes: Uint8Array) => flip(bytes, 5)]) {
        assert.is.not(toHex(crypto.hmacSha1(fromHex(key), change(fromHex(message)))), tag);
      }
      assert.is.not(toHex(crypto.hmacSha1(flip(fromHex(key), 5), fromHex(message))), tag);
    });
  }

  test(`${backend}: gives a tag that shares no memory with anything`, () => {
    const room = new Seeded(SEED).bytes(64);
    const tag = crypto.hmacSha1(room.subarray(0, 20), room.subarray(20));
    assert.is(tag.buffer.byteLength, SHA1_MAC_BYTES);
    assert.is(Object.getPrototypeOf(tag), Uint8Array.prototype);
  });
}

for (const size of LENGTHS) {
  test(`both backends compute HMAC-SHA-1 of ${size} bytes alike, as message and as key`, () => {
    const bytes = new Seeded(SEED + size).bytes(size);
    const other = new Seeded(SEED - size).bytes(20);
    const [first, second] = BACKENDS.map(([, crypto]) => [
      toHex(crypto.hmacSha1(other, bytes)),
      toHex(crypto.hmacSha1(bytes, other)),
      toHex(crypto.hmacSha1(bytes, bytes)),
    ]);
    assert.equal(first, second, `seed ${SEED}`);
  });
}

test.run();
