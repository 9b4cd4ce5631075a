// Goal: a protected header holds alg, kid or kcwt, and typ, in one form, and nothing else.
// Method: every good header as a row, every other label, value and order as a row, and every small damage to good ones.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../bytes.ts";
import { Reader } from "../../cbor/decode.ts";
import { damagedCopies, faultOf } from "../../cbor/test/damage.ts";
import type { FaultCode } from "../../fault.ts";
import { encodeHeader, type Header, readHeader } from "../header.ts";
import { assemble, parseSign1 } from "../sign1.ts";

const SIGNATURE = new Uint8Array(64).fill(0x5a);
const PAYLOAD = fromHex("a0");
const PARENT_HEADER = "a30132044800010203040506071019fe4d";
const PARENT = toHex(assemble({ protected: fromHex(PARENT_HEADER), payload: PAYLOAD, signature: SIGNATURE }));

function readWhole(header: string): Header {
  const bytes = assemble({ protected: fromHex(header), payload: PAYLOAD, signature: SIGNATURE });
  return readHeader(new Reader(bytes), parseSign1(bytes));
}

function show(header: Header): string {
  const { algorithm, kid, kcwt, typ } = header;
  const parent = kcwt === undefined ? "none" : toHex(kcwt.bytes.subarray(kcwt.start, kcwt.end));
  return `${algorithm} ${kid === undefined ? "none" : toHex(kid)} ${parent} ${typ}`;
}

const READ: readonly (readonly [string, string, string])[] = [
  ["a root's header", PARENT_HEADER, "-19 0001020304050607 none 65101"],
  ["a header with alg -8", "a30127044800010203040506071019fe4d", "-8 0001020304050607 none 65101"],
  ["a header that names no signer", "a201321019fe4f", "-19 none none 65103"],
  ["a header with a short typ", "a201321000", "-19 none none 0"],
  ["a header with the largest typ", "a201321019ffff", "-19 none none 65535"],
  ["a link's header with its parent whole", `a301320d${PARENT}1019fe4e`, `-19 none ${PARENT} 65102`],
];

const KID = "0001020304050607";
const REFUSED: readonly (readonly [string, string, FaultCode])[] = [
  ["an empty map", "a0", "cose.shape"],
  ["no map", "80", "cbor.type"],
  ["no alg", `a20448${KID}1019fe4d`, "cose.shape"],
  ["no typ", `a201320448${KID}`, "cose.shape"],
  ["alg alone", "a10132", "cose.shape"],
  ["ES256", "a201261019fe4d", "cose.algorithm"],
  ["HMAC 256", "a201051019fe4d", "cose.algorithm"],
  ["Ed448 (RFC 9864)", "a20138341019fe4d", "cose.algorithm"],
  ["alg 0", "a201001019fe4d", "cose.algorithm"],
  ["alg in text", "a2016545644453411019fe4d", "cose.algorithm"],
  ["alg in a longer form", "a20138121019fe4d", "cose.algorithm"],
  ["alg twice", "a3013201321019fe4d", "cose.shape"],
  ["typ first", "a21019fe4d0132", "cose.shape"],
  ["typ twice", "a301321019fe4d1019fe4d", "cose.shape"],
  ["typ behind nothing else than its label", "a2013210", "cbor.truncated"],
  ["a typ above 16 bits", "a20132101a00010000", "cbor.bound"],
  ["a typ in text", "a20132106161", "cbor.type"],
  ["a typ in a longer form", "a20132101800", "cbor.canonical"],
  ["kid and kcwt", `a401320448${KID}0d${PARENT}1019fe4e`, "cose.shape"],
  ["kid and kcwt in a map that counts three", `a301320448${KID}0d${PARENT}1019fe4e`, "cose.shape"],
  ["kid behind typ", `a301321019fe4d0448${KID}`, "cose.shape"],
  ["a kid of 7 bytes", "a301320447000102030405061019fe4d", "cbor.bound"],
  ["a kid of 9 bytes", `a301320449${KID}081019fe4d`, "cbor.bound"],
  ["a kid in text", "a30132046861616161616161611019fe4d", "cbor.type"],
  ["crit", "a301320281011019fe4d", "cose.shape"],
  ["content type", "a3013203001019fe4d", "cose.shape"],
  ["an unknown label", "a30132186318181019fe4d", "cose.shape"],
  ["an unknown label at the end", "a301321019fe4d186300", "cose.shape"],
  ["a label in text", "a301326161001019fe4d", "cose.shape"],
  ["a count above its pairs", "a301321019fe4d", "cose.shape"],
  ["a count below its pairs", `a201320448${KID}1019fe4d`, "cose.shape"],
  ["a byte behind the map", "a201321019fe4d00", "cbor.trailing"],
  ["a kcwt that is not tagged", `a301320d${PARENT.slice(2)}1019fe4e`, "cose.shape"],
  ["a kcwt in a byte string", `a301320d58${(PARENT.length / 2).toString(16)}${PARENT}1019fe4e`, "cose.shape"],
  ["a kcwt under tag 61", `a301320dd83d${PARENT}1019fe4e`, "cose.shape"],
  ["a map of indefinite length", "bf01321019fe4dff", "cbor.canonical"],
];

for (const [name, hex, shown] of READ) {
  test(`reads ${name}`, () => {
    assert.is(show(readWhole(hex)), shown);
  });

  test(`reads of all damaged copies of ${name} those that say something else, and never past the end`, () => {
    for (const { bytes, kind, name: damage } of damagedCopies(fromHex(hex))) {
      if (bytes.length === 0) continue;
      const result = faultOf(() => readWhole(toHex(bytes)));
      if (typeof result === "string") continue;
      assert.is(kind, "flipped", damage);
      assert.is.not(show(result), shown, damage);
    }
  });
}

for (const [name, hex, code] of REFUSED) {
  test(`refuses ${name}`, () => {
    assert.is(
      faultOf(() => readWhole(hex)),
      code,
    );
  });
}

test("leaves an empty protected header to nobody: it is no message", () => {
  const bytes = assemble({ protected: new Uint8Array(0), payload: PAYLOAD, signature: SIGNATURE });
  assert.is(
    faultOf(() => parseSign1(bytes)),
    "cbor.bound",
  );
});

test("gives the kid as a view into the message", () => {
  const bytes = assemble({ protected: fromHex(PARENT_HEADER), payload: PAYLOAD, signature: SIGNATURE });
  const { kid } = readHeader(new Reader(bytes), parseSign1(bytes));
  assert.is(kid?.buffer, bytes.buffer);
});

const WRITTEN: readonly (readonly [string, string, Parameters<typeof encodeHeader>[0]])[] = [
  ["a root's header", PARENT_HEADER, { kid: fromHex(KID), typ: 65101 }],
  ["a link's header", `a301320d${PARENT}1019fe4e`, { kcwt: fromHex(PARENT), typ: 65102 }],
  ["a header that names no signer", "a201321019fe4f", { typ: 65103 }],
];

for (const [name, hex, parts] of WRITTEN) {
  test(`writes ${name}`, () => {
    assert.is(toHex(encodeHeader(parts)), hex);
  });
}

test("asserts against a header with both kid and kcwt", () => {
  assert.throws(() => encodeHeader({ kid: fromHex(KID), kcwt: fromHex(PARENT), typ: 1 }), /^assertion: /);
});

test.run();
