// Goal: a text has exactly one encoding, and whatever else claims to be UTF-8 is refused.
// Method: rows at every border of RFC 3629 §4, and all strings of one and two bytes.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../bytes.ts";
import { checkUtf8, decodeUtf8, encodeUtf8 } from "../text.ts";
import { faultOf } from "./damage.ts";

// RFC 3629 §7 gives the first four; the rest are the borders of §3's table.
const GOOD: readonly (readonly [string, string])[] = [
  ["41e289a2ce912e", "A\u2262\u0391."],
  ["ed959ceab5adec96b4", "\ud55c\uad6d\uc5b4"],
  ["e697a5e69cace8aa9e", "\u65e5\u672c\u8a9e"],
  ["efbbbff0a38eb4", "\ufeff\u{233b4}"],
  ["", ""],
  ["00", "\u0000"],
  ["7f", "\u007f"],
  ["c280", "\u0080"],
  ["dfbf", "\u07ff"],
  ["e0a080", "\u0800"],
  ["ed9fbf", "\ud7ff"],
  ["ee8080", "\ue000"],
  ["efbfbf", "\uffff"],
  ["f0908080", "\u{10000}"],
  ["f48fbfbf", "\u{10ffff}"],
  ["f48fbfbff09085916100", "\u{10ffff}\u{10151}a\u0000"],
  ["61".repeat(130), "a".repeat(130)],
  [`${"61".repeat(64)}c3bc`, `${"a".repeat(64)}ü`],
];

const BAD: readonly (readonly [string, string])[] = [
  ["80", "a continuation byte alone"],
  ["bf", "the last continuation byte alone"],
  ["c080", "an overlong NUL"],
  ["c1bf", "an overlong DEL"],
  ["c2", "two bytes, cut"],
  ["c241", "two bytes, the second ASCII"],
  ["c2c0", "two leads"],
  ["e09fbf", "an overlong form of three bytes"],
  ["e0a0", "three bytes, cut"],
  ["e28922", "three bytes, the last ASCII"],
  ["eda080", "the first high surrogate"],
  ["edbfbf", "the last low surrogate"],
  ["eda081edb080", "a pair of surrogates (CESU-8)"],
  ["f08fbfbf", "an overlong form of four bytes"],
  ["f09085", "four bytes, cut"],
  ["f4908080", "the first above U+10FFFF"],
  ["f5808080", "a lead that no character has"],
  ["f888808080", "five bytes"],
  ["fe", "0xfe"],
  ["ff", "0xff"],
  ["61ff", "0xff behind ASCII"],
];

for (const [hex, text] of GOOD) {
  test(`reads and writes ${hex === "" ? "the empty text" : hex}`, () => {
    const bytes = fromHex(hex);
    checkUtf8(bytes, 0, bytes.length);
    assert.is(decodeUtf8(bytes, 0, bytes.length), text);
    assert.is(toHex(new Uint8Array(encodeUtf8(text))), hex);
  });
}

for (const [hex, name] of BAD) {
  test(`refuses ${name}`, () => {
    const bytes = fromHex(hex);
    assert.is(
      faultOf(() => checkUtf8(bytes, 0, bytes.length)),
      "cbor.text",
    );
  });
}

test("looks at nothing before the start or behind the end", () => {
  const bytes = fromHex("ff41ff");
  checkUtf8(bytes, 1, 2);
  assert.is(decodeUtf8(bytes, 1, 2), "A");
});

test("accepts of all strings of two bytes those that encode back to themselves, and no other", () => {
  const bytes = new Uint8Array(2);
  let accepted = 0;
  for (let pair = 0; pair < 0x1_0000; pair++) {
    bytes[0] = pair >> 8;
    bytes[1] = pair & 255;
    if (faultOf(() => checkUtf8(bytes, 0, 2)) === "cbor.text") continue;
    accepted++;
    if (bytes[0] >= 0x80 || pair % 257 === 0) {
      assert.equal(encodeUtf8(decodeUtf8(bytes, 0, 2)), [bytes[0], bytes[1]]);
    }
  }
  assert.is(accepted, 128 * 128 + 30 * 64);
});

for (const text of ["\ud800", "a\udfff", "\udc00\ud800"]) {
  test(`asserts that ${JSON.stringify(text)} is no text`, () => {
    assert.throws(() => encodeUtf8(text), /^assertion: a text has no unpaired surrogate/);
  });
}

test.run();
