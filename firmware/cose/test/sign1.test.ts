// Goal: a message is read in one form only, and what is verified is byte for byte what RFC 9052 §4.4 says was signed.
// Method: published messages as rows (their Sig_structure and signatures), our own messages through sign, parse and
// verify with every small damage, and a chain of four walked in one buffer.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { CountingReader } from "../../../simulator/counting.ts";
import { type Bytes, fromAscii, fromHex, toHex } from "../../bytes.ts";
import { Reader } from "../../cbor/decode.ts";
import { Writer } from "../../cbor/encode.ts";
import { damagedCopies, faultOf } from "../../cbor/test/damage.ts";
import { seeded } from "../../cbor/test/tree.ts";
import type { Crypto } from "../../crypto/crypto.ts";
import type { FaultCode } from "../../fault.ts";
import { encodeHeader, readHeader } from "../header.ts";
import { encodePublicKey, kid8, readPublicKey } from "../key.ts";
import { assemble, parseSign1, readSign1, type Sign1, sign1, toBeSigned, verifySign1 } from "../sign1.ts";

// RFC 8032 §7.1, test 1.
const SEED = fromHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
const PUBLIC_KEY = fromHex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
const NONE = new Uint8Array(0);
const TANGLE_SEED = 0x7461_6e67;
const TANGLES = 1_000;

// github.com/cose-wg/Examples, eddsa-examples/eddsa-sig-01.json (public domain), with the key above and alg -8.
const EDDSA = {
  protected: fromHex("a201270300"),
  payload: fromAscii("This is the content."),
  signed: "846a5369676e61747572653145a2012703004054546869732069732074686520636f6e74656e742e",
  signature: fromHex(
    "7142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb87" +
      "11497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d",
  ),
};

// RFC 8392 appendix A.3, signed with ES256.
const CWT = {
  protected: fromHex("a10126"),
  payload: fromHex(
    "a70175636f61703a2f2f61732e6578616d706c652e636f6d02656572696b77037818636f61703a2f2f6c696768742e65" +
      "78616d706c652e636f6d041a5612aeb0051a5610d9f0061a5610d9f007420b71",
  ),
};

test("gives the Sig_structure of the published EdDSA message, and its signature holds", () => {
  const signed = toBeSigned({ protected: EDDSA.protected, externalAad: NONE, payload: EDDSA.payload });
  assert.is(toHex(signed), EDDSA.signed);
  assert.ok(crypto.verify(PUBLIC_KEY, signed, EDDSA.signature));
  assert.is(toHex(crypto.sign(SEED, signed)), toHex(EDDSA.signature));
});

test("gives the published EdDSA message's protected part, payload and signature, but for its unprotected kid", () => {
  const published = `d28445a201270300a104423131${toHex(assemble(EDDSA)).slice(18)}`;
  assert.is(
    faultOf(() => parseSign1(fromHex(published))),
    "cose.shape",
  );
  const message = parseSign1(assemble(EDDSA));
  assert.ok(verifySign1(crypto, message, { publicKey: PUBLIC_KEY }));
  assert.is(
    faultOf(() => readHeader(new Reader(message.bytes), message)),
    "cose.shape",
  );
});

test("gives the Sig_structure of RFC 8392 A.3 and reads its claims", () => {
  const signed = toHex(toBeSigned(CWT));
  assert.is(signed, `846a5369676e61747572653143a10126405850${toHex(CWT.payload)}`);
  const reader = new Reader(CWT.payload);
  let key: number | undefined;
  const claims: (number | string)[] = [];
  for (let left = reader.readMap(7, 7); left > 0; left--) {
    key = reader.readKey(key);
    claims.push(key);
    if (key <= 3) claims.push(reader.readText(1, 24));
    else claims.push(key <= 6 ? reader.readUint(0xffff_ffff) : toHex(reader.readView(2, 2)));
  }
  reader.end();
  assert.equal(
    claims,
    // biome-ignore format: one claim a line.
    [
      1, "coap://as.example.com",
      2, "erikw",
      3, "coap://light.example.com",
      4, 1_444_064_944,
      5, 1_443_944_944,
      6, 1_443_944_944,
      7, "0b71",
    ],
  );
});

const HEADER = encodeHeader({ kid: kid8(crypto, PUBLIC_KEY), typ: 65_101 });
const PAYLOAD = fromHex("a20361610418ff");
const GOOD = sign1(crypto, SEED, { protected: HEADER, payload: PAYLOAD });

function read(bytes: Bytes): Sign1 {
  const message = parseSign1(bytes);
  readHeader(new Reader(bytes), message);
  return message;
}

test("reads back what it signed, as offsets into the same buffer", () => {
  const message = read(GOOD);
  const { bytes, start, protectedStart, protectedEnd, payloadStart, payloadEnd, signatureStart, end } = message;
  assert.is(bytes, GOOD);
  assert.equal([start, end], [0, GOOD.length]);
  assert.is(toHex(bytes.subarray(protectedStart, protectedEnd)), toHex(HEADER));
  assert.is(toHex(bytes.subarray(payloadStart, payloadEnd)), toHex(PAYLOAD));
  assert.is(end - signatureStart, 64);
  assert.ok(verifySign1(crypto, message, { publicKey: PUBLIC_KEY }));
  const again = assemble({
    protected: HEADER,
    payload: PAYLOAD,
    signature: bytes.subarray(signatureStart, end),
  });
  assert.is(toHex(again), toHex(GOOD));
});

test("refuses every damaged copy: as bytes, or by its signature", () => {
  for (const { bytes, kind, name } of damagedCopies(GOOD)) {
    const message = faultOf(() => read(bytes));
    if (typeof message === "string") continue;
    assert.is(kind, "flipped", name);
    assert.not.ok(verifySign1(crypto, message, { publicKey: PUBLIC_KEY }), name);
  }
});

test("refuses a good message under another key, and under another external_aad", () => {
  const message = parseSign1(GOOD);
  const other = crypto.signingPublicKey(new Uint8Array(32).fill(7));
  assert.not.ok(verifySign1(crypto, message, { publicKey: other }));
  assert.not.ok(verifySign1(crypto, message, { publicKey: PUBLIC_KEY, externalAad: new Uint8Array(1) }));
  assert.ok(verifySign1(crypto, message, { publicKey: PUBLIC_KEY, externalAad: NONE }));
});

const S = "58405a".padEnd(4 + 128, "5a");
const REFUSED: readonly (readonly [string, string, FaultCode])[] = [
  ["nothing", "", "cose.shape"],
  ["a message without its tag", `8441a0a041a0${S}`, "cose.shape"],
  ["a message under the CWT tag", `d83dd28441a0a041a0${S}`, "cose.shape"],
  ["a message under another tag", `d18441a0a041a0${S}`, "cose.shape"],
  ["a tag in a longer form", `d8128441a0a041a0${S}`, "cose.shape"],
  ["an array of three", `d28341a0a041a0${S}`, "cose.shape"],
  ["an array of five", `d28541a0a041a0${S}00`, "cose.shape"],
  ["an array in a longer form", `d2980441a0a041a0${S}`, "cose.shape"],
  ["an array of indefinite length", `d29f41a0a041a0${S}ff`, "cose.shape"],
  ["a protected map outside a byte string", `d284a0a041a0${S}`, "cbor.type"],
  ["a protected header of no bytes", `d28440a041a0${S}`, "cbor.bound"],
  ["an unprotected map with a kid", `d28441a0a104413141a0${S}`, "cose.shape"],
  ["an unprotected map of indefinite length", `d28441a0bfff41a0${S}`, "cose.shape"],
  ["a detached payload", `d28441a0a0f6${S}`, "cbor.unsupported"],
  ["a payload of no bytes", `d28441a0a040${S}`, "cbor.bound"],
  ["a payload in text", `d28441a0a06161${S}`, "cbor.type"],
  ["a size in a longer form", `d2845801a0a041a0${S}`, "cbor.canonical"],
  ["a signature of 63 bytes", `d28441a0a041a0583f${S.slice(4, -2)}`, "cbor.bound"],
  ["a signature of 65 bytes", `d28441a0a041a05841${S.slice(4)}00`, "cbor.bound"],
  ["an empty signature", "d28441a0a041a040", "cbor.bound"],
  ["a byte behind the message", `d28441a0a041a0${S}00`, "cbor.trailing"],
  ["two messages", `d28441a0a041a0${S}`.repeat(2), "cbor.trailing"],
];

test("reads the form that the refused ones differ from", () => {
  parseSign1(fromHex(`d28441a0a041a0${S}`));
});

for (const [name, hex, code] of REFUSED) {
  test(`refuses ${name}`, () => {
    assert.is(
      faultOf(() => parseSign1(fromHex(hex))),
      code,
    );
  });
}

for (const size of [0, 1, 23, 24, 32, 48]) {
  test(`verifies over the bytes that were signed, with an external_aad of ${size} bytes`, () => {
    const externalAad = new Uint8Array(size).fill(0xee);
    const parts = { protected: HEADER, payload: PAYLOAD, externalAad };
    let verified = "";
    const watching: Crypto = {
      ...crypto,
      verify(_publicKey, message) {
        verified = toHex(message);
        return true;
      },
    };
    verifySign1(watching, parseSign1(GOOD), { publicKey: PUBLIC_KEY, externalAad });
    assert.is(verified, toHex(toBeSigned(parts)));
    assert.ok(verifySign1(crypto, parseSign1(sign1(crypto, SEED, parts)), { publicKey: PUBLIC_KEY, externalAad }));
  });
}

test("verifies a message that stands in the middle of a buffer, and in a view of one", () => {
  const around = new Uint8Array(GOOD.length + 6).fill(0xd2);
  around.set(GOOD, 3);
  const reader = new Reader(around);
  reader.moveTo(3, 3 + GOOD.length);
  assert.ok(verifySign1(crypto, readSign1(reader), { publicKey: PUBLIC_KEY }));
  const message = parseSign1(around.subarray(3, 3 + GOOD.length));
  assert.ok(verifySign1(crypto, message, { publicKey: PUBLIC_KEY }));
  assert.is(around[0], 0xd2);
  assert.is(toHex(around.subarray(3, 3 + GOOD.length)), toHex(GOOD));
});

test("asserts against a message of more than 1,600 bytes", () => {
  const parts = { protected: HEADER, signature: new Uint8Array(64) };
  const frame = assemble({ ...parts, payload: new Uint8Array(300) }).length - 300;
  assert.is(assemble({ ...parts, payload: new Uint8Array(1600 - frame) }).length, 1600);
  assert.throws(() => assemble({ ...parts, payload: new Uint8Array(1601 - frame) }), /^assertion: an item stays/);
});

test("asserts against an external_aad of 49 bytes, and against a signature of another size", () => {
  const externalAad = new Uint8Array(49);
  const parts = { protected: HEADER, payload: PAYLOAD };
  assert.throws(() => toBeSigned({ ...parts, externalAad }), /^assertion: external_aad/);
  const signer = { publicKey: PUBLIC_KEY, externalAad };
  assert.throws(() => verifySign1(crypto, parseSign1(GOOD), signer), /^assertion: external_aad/);
  assert.throws(() => assemble({ ...parts, signature: new Uint8Array(63) }), /^assertion: an Ed25519 signature/);
});

test(`throws nothing but Faults, and verifies nothing, for ${TANGLES} tangled messages (seed ${TANGLE_SEED})`, () => {
  const random = seeded(TANGLE_SEED);
  let read = 0;
  for (let index = 0; index < TANGLES; index++) {
    const bytes = GOOD.slice(0, random(4) === 0 ? random(GOOD.length) + 1 : GOOD.length);
    for (let left = 1 + random(4); left > 0; left--) {
      const from = random(bytes.length);
      if (random(2) === 0) bytes[from] = random(256);
      else bytes.copyWithin(random(bytes.length), from, from + random(12));
    }
    if (toHex(bytes) === toHex(GOOD)) continue;
    const message = faultOf(() => parseSign1(bytes));
    if (typeof message === "string") continue;
    read++;
    faultOf(() => readHeader(new Reader(bytes), message));
    const isVerified = verifySign1(crypto, message, { publicKey: PUBLIC_KEY });
    assert.not.ok(isVerified, `seed ${TANGLE_SEED}, message ${index}`);
  }
  assert.ok(read > TANGLES / 20, "some are read");
});

// A child is signed by the key that its parent's payload holds, here as {8: {1: key}}.
function seedOf(index: number): Bytes {
  return new Uint8Array(32).fill(index + 1);
}

function grow(links: number): Bytes {
  let message: Bytes | undefined;
  for (let index = 0; index <= links; index++) {
    const next = encodePublicKey(crypto.signingPublicKey(seedOf(index + 1)));
    const payload = new Writer().map(1).uint(8).map(1).uint(1).raw(next).finish();
    const kid = index === 0 ? kid8(crypto, crypto.signingPublicKey(seedOf(0))) : undefined;
    message = sign1(crypto, seedOf(index), { protected: encodeHeader({ kid, kcwt: message, typ: index }), payload });
  }
  return message ?? NONE;
}

test("walks a chain of four in one buffer with one reader, and each verifies under its parent's key", () => {
  const bytes = grow(3);
  const reader = new CountingReader(bytes);
  const messages: Sign1[] = [readSign1(reader)];
  reader.end();
  for (let typ = 3; typ >= 0; typ--) {
    const header = readHeader(reader, messages[messages.length - 1]);
    assert.is(header.typ, typ);
    if (header.kcwt !== undefined) messages.push(header.kcwt);
    else assert.is(toHex(header.kid ?? NONE), toHex(kid8(crypto, crypto.signingPublicKey(seedOf(0)))));
  }
  assert.is(messages.length, 4);
  let publicKey = crypto.signingPublicKey(seedOf(0));
  for (const message of messages.reverse()) {
    assert.is(message.bytes, bytes);
    assert.ok(verifySign1(crypto, message, { publicKey }));
    reader.moveTo(message.payloadStart, message.payloadEnd);
    assert.ok(reader.take([0xa1, 0x08, 0xa1, 0x01]));
    publicKey = readPublicKey(reader);
    reader.end();
  }
  assert.ok(reader.steps <= bytes.length);
});

test("reads a parent no further than the header that it stands in", () => {
  const parent = toHex(grow(0));
  const longer = parent.replace(/584([0-9a-f])/, "584$1");
  const header = fromHex(`a301320d${longer.slice(0, -2)}1019fe4e`);
  const bytes = assemble({ protected: header, payload: fromHex("a0"), signature: new Uint8Array(64) });
  const message = parseSign1(bytes);
  assert.type(
    faultOf(() => readHeader(new Reader(bytes), message)),
    "string",
  );
});

test.run();
