// Goal: a public key has one encoding, and the names made from it are those that anybody else would compute.
// Method: RFC 9679's own example for the digest, one Ed25519 key of RFC 8032 through every function, every other form
// of a key refused, and every small damage to the good form. The same of a lock's name, which others write and people are shown.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { concat, fromBase64url, fromHex, toHex } from "../../bytes.ts";
import { Reader } from "../../cbor/decode.ts";
import { Writer } from "../../cbor/encode.ts";
import { damagedCopies, faultOf } from "../../cbor/test/damage.ts";
import {
  COSE_KEY_BYTES,
  encodePublicKey,
  KID_BYTES,
  kid8,
  lockIdOf,
  readLockId,
  readPublicKey,
  thumbprint,
} from "../key.ts";

// RFC 8032 §7.1, test 1.
const PUBLIC_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const COSE_KEY = `a301012006215820${PUBLIC_KEY}`;

test("encodes a key as {1: 1, -1: 6, -2: x}, as the general writer does", () => {
  const publicKey = fromHex(PUBLIC_KEY);
  const written = new Writer().map(3).uint(1).uint(1).int(-1).uint(6).int(-2).bytes(publicKey).finish();
  assert.is(toHex(encodePublicKey(publicKey)), COSE_KEY);
  assert.is(toHex(written), COSE_KEY);
  assert.is(written.length, COSE_KEY_BYTES);
});

test("asserts that a key has 32 bytes", () => {
  for (const size of [0, 31, 33]) {
    assert.throws(() => encodePublicKey(new Uint8Array(size)), /^assertion: an Ed25519 public key has 32 bytes/);
  }
});

// RFC 9679 §6: an EC2 key without its optional members; the digest is over the same deterministic form.
test("takes a thumbprint as RFC 9679 §6 does", () => {
  const x = fromHex("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d");
  const y = fromHex("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c");
  const key = new Writer().map(4).uint(1).uint(2).int(-1).uint(1).int(-2).bytes(x).int(-3).bytes(y).finish();
  assert.is(toHex(crypto.sha256(key)), "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec");
});

test("names a key by the first 8 bytes of its thumbprint, and a lock by their base64url", () => {
  const publicKey = fromHex(PUBLIC_KEY);
  const print = thumbprint(crypto, publicKey);
  assert.is(toHex(print), toHex(crypto.sha256(fromHex(COSE_KEY))));
  assert.is(toHex(kid8(crypto, publicKey)), toHex(print.subarray(0, KID_BYTES)));
  const name = lockIdOf(crypto, publicKey);
  assert.is(name.length, 11);
  assert.is(toHex(fromBase64url(name)), toHex(print.subarray(0, KID_BYTES)));
});

test("reads a key as a view, and goes on behind it", () => {
  const bytes = fromHex(`${COSE_KEY}05`);
  const reader = new Reader(bytes);
  const publicKey = readPublicKey(reader);
  assert.is(toHex(publicKey), PUBLIC_KEY);
  assert.is(publicKey.buffer, bytes.buffer);
  assert.is(reader.readUint(5), 5);
});

const REFUSED: readonly (readonly [string, string])[] = [
  ["an EC2 key", `a301022006215820${PUBLIC_KEY}`],
  ["an X25519 key", `a301012004215820${PUBLIC_KEY}`],
  ["an Ed448 key", `a301012007215820${PUBLIC_KEY}`],
  ["a key with a kid", `a401010241782006215820${PUBLIC_KEY}`],
  ["a key with an alg", `a4010103322006215820${PUBLIC_KEY}`],
  ["members in another order", `a320060101215820${PUBLIC_KEY}`],
  ["a kty in text", `a301634f4b502006215820${PUBLIC_KEY}`],
  ["a kty in a longer form", `a30118012006215820${PUBLIC_KEY}`],
  ["an empty map", "a0"],
  ["no map", "820106"],
  ["nothing", ""],
];

for (const [name, hex] of REFUSED) {
  test(`refuses ${name}`, () => {
    assert.is(
      faultOf(() => readPublicKey(new Reader(fromHex(hex)))),
      "cose.key",
    );
  });
}

test("reads a lock's name, and goes on behind it", () => {
  const name = lockIdOf(crypto, fromHex(PUBLIC_KEY));
  const reader = new Reader(concat(new Writer().text(name).finish(), fromHex("05")));
  assert.is(readLockId(reader), name);
  assert.is(reader.readUint(5), 5);
});

const NO_NAMES: readonly (readonly [name: string, text: string, code: string])[] = [
  ["that clears a screen", "\u001b[2Jxxxxxxx", "bytes.encoding"],
  ["with a control of two bytes", "\u009b8mxxxxxxx", "bytes.encoding"],
  ["that turns the rest around", "\u202exxxxxxxx", "bytes.encoding"],
  ["with a line end", "AAECAwQFBg\n", "bytes.encoding"],
  ["of the other alphabet", "AAECAwQFBg+", "bytes.encoding"],
  ["whose unused bits are not zero", "AAECAwQFBgd", "bytes.encoding"],
  ["a character short", "AAECAwQFBg", "cbor.bound"],
  ["a character long", "AAECAwQFBgcA", "cbor.bound"],
  ["that is empty", "", "cbor.bound"],
];
for (const [name, text, code] of NO_NAMES) {
  test(`refuses a lock's name ${name}`, () => {
    assert.is(
      faultOf(() => readLockId(new Reader(new Writer().text(text).finish()))),
      code,
    );
  });
}

test("reads of all damaged copies of a lock's name those that are another name only", () => {
  for (const { bytes, kind, name } of damagedCopies(new Writer().text("AAECAwQFBgc").finish())) {
    const result = faultOf(() => {
      const reader = new Reader(bytes);
      const read = [readLockId(reader)];
      reader.end();
      return read;
    });
    if (typeof result === "string") continue;
    assert.is(kind, "flipped", name);
    assert.match(result[0] ?? "", /^[\w-]{11}$/, name);
  }
});

test("reads of all damaged copies those with another x only", () => {
  for (const { bytes, kind, name } of damagedCopies(fromHex(COSE_KEY))) {
    const result = faultOf(() => {
      const reader = new Reader(bytes);
      const publicKey = readPublicKey(reader);
      reader.end();
      return publicKey;
    });
    if (typeof result === "string") continue;
    assert.is(kind, "flipped", name);
    assert.is.not(toHex(result), PUBLIC_KEY, name);
    assert.is(toHex(encodePublicKey(result)), toHex(bytes), name);
  }
});

test.run();
