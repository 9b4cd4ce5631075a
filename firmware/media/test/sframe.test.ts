// Goal: a picture that was sealed for a viewer is opened once, whole, by that key, as RFC 9605 lays it out, and by nothing else.
// Method: headers, keys, salts and nonces are held to the values that RFC 9605 prints in Appendix C.1 and C.3. It has no suite of
// ours, so the schedule is tried with its own suite numbers; the cipher itself is held to RFC 8439 in crypto's tests.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromHex, toHex } from "../../bytes.ts";
import { ascending, flip, throwsFault } from "../../crypto/test/checks.ts";
import { deriveSframe, encodeSframeHeader, nonceOf, readSframeHeader, Sframe } from "../sframe.ts";

/** RFC 9605 Appendix C.1: key ID, counter, header; those within u32. */
const HEADERS: readonly (readonly [kid: number, counter: number, header: string])[] = [
  [0x0, 0x0, "00"],
  [0x0, 0xff, "08ff"],
  [0x0, 0xffff, "09ffff"],
  [0x0, 0xffffff, "0affffff"],
  [0x0, 0xffffffff, "0bffffffff"],
  [0x1, 0x1, "11"],
  [0x1, 0x100, "190100"],
  [0x1, 0x10000, "1a010000"],
  [0x1, 0x1000000, "1b01000000"],
  [0xff, 0x0, "80ff"],
  [0xff, 0xff, "88ffff"],
  [0xff, 0xffff, "89ffffff"],
  [0xff, 0xffffff, "8affffffff"],
  [0xff, 0xffffffff, "8bffffffffff"],
  [0x100, 0x1, "910100"],
  [0x100, 0x100, "9901000100"],
  [0x100, 0x10000, "9a0100010000"],
  [0x100, 0x1000000, "9b010001000000"],
  [0xffff, 0x0, "90ffff"],
  [0xffff, 0xff, "98ffffff"],
  [0xffff, 0xffff, "99ffffffff"],
  [0xffff, 0xffffff, "9affffffffff"],
  [0xffff, 0xffffffff, "9bffffffffffff"],
  [0x10000, 0x1, "a1010000"],
  [0x10000, 0x100, "a90100000100"],
  [0x10000, 0x10000, "aa010000010000"],
  [0x10000, 0x1000000, "ab01000001000000"],
  [0xffffff, 0x0, "a0ffffff"],
  [0xffffff, 0xff, "a8ffffffff"],
  [0xffffff, 0xffff, "a9ffffffffff"],
  [0xffffff, 0xffffff, "aaffffffffffff"],
  [0xffffff, 0xffffffff, "abffffffffffffff"],
  [0x1000000, 0x1, "b101000000"],
  [0x1000000, 0x100, "b9010000000100"],
  [0x1000000, 0x10000, "ba01000000010000"],
  [0x1000000, 0x1000000, "bb0100000001000000"],
  [0xffffffff, 0x0, "b0ffffffff"],
  [0xffffffff, 0xff, "b8ffffffffff"],
  [0xffffffff, 0xffff, "b9ffffffffffff"],
  [0xffffffff, 0xffffff, "baffffffffffffff"],
  [0xffffffff, 0xffffffff, "bbffffffffffffffff"],
];

/** RFC 9605 Appendix C.1: headers with numbers above u32. */
const WIDE = ["0c0100000000", "0fffffffffffffffff", "c00100000000", "f0ffffffffffffffff"];

/** RFC 9605 Appendix C.3: suite, key and salt; all have the base key 00..0f, KID 0x123 and CTR 0x4567. */
const KEYS: readonly (readonly [suite: number, key: string, salt: string, nonce: string])[] = [
  [
    1,
    "3f7d9a7c83ae8e1c8a11ae695ab59314b367e359fadac7b9c46b2bc6f81f46e16b96f0811868d59402b7e870102720b3",
    "50b29329a04dc0f184ac3168",
    "50b29329a04dc0f184ac740f",
  ],
  [
    2,
    "e2ec5c797540310483b16bf6e7a570d2a27d192fe869c7ccd8584a8d9dab91549fbe553f5113461ec6aa83bf3865553e",
    "e68ac8dd3d02fbcd368c5577",
    "e68ac8dd3d02fbcd368c1010",
  ],
  [
    3,
    "2c5703089cbb8c583475e4fc461d97d18809df79b6d550f78eb6d50ffa80d89211d57909934f46f5405e38cd583c69fe",
    "38c16e4f5159700c00c7f350",
    "38c16e4f5159700c00c7b637",
  ],
  [4, "d34f547f4ca4f9a7447006fe7fcbf768", "75234edefe07819026751816", "75234edefe07819026755d71"],
];
const KID = 0x123;
const COUNTER = 0x4567;
/** What Appendix C.3 authenticates before its metadata. */
const HEADER = "9901234567";

const BASE_KEY = ascending(1, 32);
const PLAIN = ascending(7, 100);

for (const [kid, counter, header] of HEADERS) {
  test(`header ${header} is KID ${kid} and CTR ${counter}`, () => {
    assert.is(toHex(encodeSframeHeader(kid, counter)), header);
    const size = header.length / 2;
    assert.equal(readSframeHeader(fromHex(`${header}ff`)), { kid, counter, size });
    for (let cut = 0; cut < size; cut++)
      throwsFault(() => readSframeHeader(fromHex(header).slice(0, cut)), "link.shape");
  });
}

for (const header of [...WIDE, "0800", "0807", "090001", "8000", "8007", "900001", "0a000100"]) {
  test(`refuses the header ${header}: too wide, or not the shortest`, () => {
    throwsFault(() => readSframeHeader(fromHex(header)), "link.shape");
  });
}

for (const [suite, key, salt, nonce] of KEYS) {
  test(`derives key, salt and nonce of suite ${suite}`, () => {
    const derived = deriveSframe(crypto, ascending(0, 16), { kid: KID, suite, keyBytes: key.length / 2 });
    assert.equal([toHex(derived.key), toHex(derived.salt)], [key, salt]);
    assert.is(toHex(nonceOf(derived.salt, COUNTER)), nonce);
    assert.is(toHex(encodeSframeHeader(KID, COUNTER)), HEADER);
  });
}

test("what is sealed opens with the same key and counter only", () => {
  const sealer = new Sframe(crypto, BASE_KEY);
  for (const counter of [0, 7, 8, 255, 256, 0xffff_ffff]) {
    const sealed = sealer.seal(counter, PLAIN);
    assert.is(toHex(new Sframe(crypto, BASE_KEY).open(counter, sealed)), toHex(PLAIN));
    throwsFault(() => sealer.open(counter === 0 ? 1 : counter - 1, sealed), "link.shape");
    throwsFault(() => new Sframe(crypto, ascending(2, 32)).open(counter, sealed), "link.tag");
    throwsFault(() => new Sframe(crypto, BASE_KEY, 1).open(counter, sealed), "link.shape");
  }
});

test("one bit, one byte more and one less are refused", () => {
  const sframe = new Sframe(crypto, BASE_KEY);
  const sealed = sframe.seal(300, PLAIN);
  for (let at = 3; at < sealed.length; at++) throwsFault(() => sframe.open(300, flip(sealed, at * 8)), "link.tag");
  for (let bit = 0; bit < 24; bit++) throwsFault(() => sframe.open(300, flip(sealed, bit)), "link.shape");
  throwsFault(() => sframe.open(300, sealed.slice(0, -1)), "link.tag");
  throwsFault(() => sframe.open(300, Uint8Array.of(...sealed, 0)), "link.tag");
  for (const size of [0, 1, 3, 18]) throwsFault(() => sframe.open(300, sealed.slice(0, size)), "link.shape");
  assert.is(toHex(sframe.open(300, sframe.seal(300, new Uint8Array(0)))), "");
});

test("a key that was wiped opens nothing", () => {
  const sframe = new Sframe(crypto, BASE_KEY);
  const sealed = sframe.seal(1, PLAIN);
  sframe.wipe();
  sframe.wipe();
  throwsFault(() => sframe.open(1, sealed), "link.tag");
});

test.run();
