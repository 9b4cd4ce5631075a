// Goal: a receipt has these bytes, is read back as it was, and nothing that was changed, cut, forged or signed as something
// else is one.
// Method: claims typed in from docs/protocol.cddl, in the fullest form and the barest; each with every bit turned over, cut at
// every byte, under another key and another typ; and claims that are signed and make no sense.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, concat, fromHex, toHex } from "../../bytes.ts";
import { encodeHeader } from "../../cose/header.ts";
import { kid8, lockIdOf } from "../../cose/key.ts";
import { sign1 } from "../../cose/sign1.ts";
import { flip, lengthen, throwsFault } from "../../crypto/test/checks.ts";
import { Fault } from "../../fault.ts";
import { seconds } from "../../platform.ts";
import { encodeReceipt, type Receipt, readReceipt, verifyReceipt } from "../receipt.ts";

const bytes = (byte: number, size: number) => new Uint8Array(size).fill(byte);
const hex = (byte: string, size: number) => byte.repeat(size);
const keyOf = (byte: number) => {
  const seed = bytes(byte, 32);
  return { seed, publicKey: crypto.signingPublicKey(seed) };
};
const LOCK = keyOf(1);
const LOCK_ID = lockIdOf(crypto, LOCK.publicKey);
const TYP = 65_107;

const BARE: Receipt = {
  lockId: LOCK_ID,
  visit: 41,
  grant: undefined,
  lo: seconds(1_791_187_200),
  hi: undefined,
  openedAfter: undefined,
  closedAfter: undefined,
  securedAfter: 32,
  witnesses: 2,
  outcome: "secured",
  cameraProof: 0,
  first: undefined,
  last: undefined,
  head: { seq: 42, link: bytes(0x1f, 32) },
};
const FULL: Receipt = {
  ...BARE,
  grant: { leaf: bytes(0xa1, 8), holder: bytes(0xb2, 8), name: "Dana" },
  hi: seconds(1_791_187_260),
  openedAfter: 0,
  closedAfter: 38,
  securedAfter: 40,
  witnesses: 3,
  outcome: "camera",
  cameraProof: 2,
  first: { clip: bytes(0xc3, 16), frame: 0xffff_ffff, chain: bytes(0xd4, 32) },
  last: { clip: bytes(0xc3, 16), frame: 959, chain: bytes(0xe5, 32) },
};

const AUDIENCE = `a2036b${[...LOCK_ID].map((letter) => letter.charCodeAt(0).toString(16)).join("")}3a00010006`;
const HEAD = `0d8301182a5820${hex("1f", 32)}`;
const ROWS: readonly (readonly [name: string, receipt: Receipt, claims: string])[] = [
  [
    "a code's visit without a camera, at which nobody opened",
    BARE,
    `${AUDIENCE}ad0118290280031a6ac35900041affffffff05000600071820080209000a000b800c80${HEAD}`,
  ],
  [
    "a grant's visit that the camera's failure ended",
    FULL,
    `${AUDIENCE}ad0118290283` +
      `48${hex("a1", 8)}48${hex("b2", 8)}6444616e61031a6ac35900041a6ac3593c` +
      `0501061827071828080309060a02` +
      `0b8350${hex("c3", 16)}1affffffff5820${hex("d4", 32)}` +
      `0c8350${hex("c3", 16)}1903bf5820${hex("e5", 32)}${HEAD}`,
  ],
];

/** Signs claims as a lock would. */
function signed(claims: Bytes, typ = TYP, key = LOCK): Bytes {
  const header = encodeHeader({ kid: kid8(crypto, key.publicKey), typ });
  return sign1(crypto, key.seed, { protected: header, payload: claims });
}

const verify = (message: Bytes, key = LOCK) => verifyReceipt(crypto, key.publicKey, message);

for (const [name, receipt, claims] of ROWS) {
  const message = encodeReceipt(crypto, LOCK, receipt);

  test(`${name}: the claims are these`, () => {
    assert.ok(toHex(message).includes(claims), toHex(message));
    assert.is(toHex(message), toHex(signed(fromHex(claims))));
    assert.ok(message.length <= 400, `${message.length} bytes`);
  });

  test(`${name}: is read back as it was`, () => {
    assert.equal(verify(message), receipt);
    assert.equal(readReceipt(message), receipt);
  });

  test(`${name}: refused with any bit turned over`, () => {
    for (let bit = 0; bit < 8 * message.length; bit += 1 + (bit % 5)) refused(flip(message, bit), `bit ${bit}`);
  });

  test(`${name}: refused when cut, or longer`, () => {
    for (let size = 0; size < message.length; size += 1 + (size % 3)) refused(message.slice(0, size), `${size} bytes`);
    refused(lengthen(message), "longer");
  });

  test(`${name}: no other lock's, and no other kind`, () => {
    throwsFault(() => verify(message, keyOf(2)), "cose.key");
    for (const typ of [TYP - 1, TYP + 1]) throwsFault(() => verify(signed(fromHex(claims), typ)), "cose.shape");
    throwsFault(() => readReceipt(signed(fromHex(claims), TYP - 1)), "cose.shape");
  });

  test(`${name}: refused where another key signed under this lock's name`, () => {
    const header = encodeHeader({ kid: kid8(crypto, LOCK.publicKey), typ: TYP });
    const forged = sign1(crypto, keyOf(2).seed, { protected: header, payload: fromHex(claims) });
    throwsFault(() => verify(forged), "cose.signature");
    // Whoever only reads is told nothing of that.
    assert.equal(readReceipt(forged), receipt);
  });
}

function refused(message: Bytes, what: string): void {
  try {
    verify(message);
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    return;
  }
  assert.unreachable(what);
}

const FULL_CLAIMS = ROWS[1][2];
/** What stands in the fullest claims, and what stands there instead. */
const SENSELESS: readonly (readonly [name: string, from: string, to: string])[] = [
  ["the end of the time before its beginning", "041a6ac3593c", "041a6ac358ff"],
  ["an opening behind the throw", "05010618", "05182a0618"],
  ["a shutting behind the throw", "061827", "06182a"],
  ["a visit that did not end secured", "0906", "0901"],
  ["an outcome above 6", "0906", "0907"],
  ["a camera's proof of 3", "0a02", "0a03"],
  ["witnesses above 7", "0803", "0808"],
  ["a head of another region", HEAD, HEAD.replace("8301", "8302")],
  ["two parts of a grant", `48${hex("b2", 8)}6444616e61`, "6444616e61"],
  ["a grant of 7 bytes", `48${hex("a1", 8)}`, `47${hex("a1", 7)}`],
  ["a clip without its chain", `1903bf5820${hex("e5", 32)}`, "1903bf"],
  ["a chain of 31 bytes", `5820${hex("e5", 32)}`, `581f${hex("e5", 31)}`],
  ["a key too many", "ad01", "ae01"],
  ["another key", "0a02", "0e02"],
  ["another claim", "3a00010006", "3a00010007"],
  ["a lock whose name acts on a screen", AUDIENCE, `a2036b1b5b324a${hex("78", 7)}3a00010006`],
];
for (const [name, from, to] of SENSELESS) {
  test(`refuses ${name}, though it is signed`, () => {
    assert.is(FULL_CLAIMS.split(from).length, 2, "the part stands there once");
    refused(signed(fromHex(FULL_CLAIMS.replace(from, to))), name);
  });
}

test("refuses claims with a byte behind them, though they are signed", () => {
  refused(signed(concat(fromHex(FULL_CLAIMS), bytes(0, 1))), "a byte more");
});

test.run();
