// What node.ts adds to the interface: the bounded cache of key objects, and a source of randomness.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { toHex } from "../../bytes.ts";
import { crypto, random } from "../node.ts";
import { ascending, flip } from "./checks.ts";

test("verifies as before after a thousand other keys, before and after they were forgotten", () => {
  const seed = ascending(1, 32);
  const message = ascending(0, 100);
  const publicKey = crypto.signingPublicKey(seed);
  const signature = crypto.sign(seed, message);
  for (let index = 0; index < 1000; index++) {
    const other = ascending(index >> 8, 32);
    other[0] = index;
    crypto.verify(crypto.signingPublicKey(other), message, signature);
  }
  assert.is(crypto.verify(publicKey, message, signature), true);
  assert.is(crypto.verify(flip(publicKey, 3), message, signature), false);
  assert.is(toHex(crypto.sign(seed, message)), toHex(signature));
});

test("keeps no result of the caller's key bytes: a key changed in place is another key", () => {
  const seed = ascending(1, 32);
  const first = crypto.signingPublicKey(seed);
  seed[0] ^= 1;
  assert.is.not(toHex(crypto.signingPublicKey(seed)), toHex(first));
});

test("fills all of a target with bytes that do not repeat", () => {
  const [first, second] = [new Uint8Array(64), new Uint8Array(64)];
  random.fill(first);
  random.fill(second);
  assert.is.not(toHex(first), toHex(second));
  assert.is.not(toHex(first.subarray(32)), "00".repeat(32));
});

test.run();
