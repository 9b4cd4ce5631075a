// Goal: a checkpoint says what the lock signed, is this lock's only, and has one byte form.
// Method: one good message; then every bit of it flipped, every byte of it missing, and claims that break the format,
// signed well.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, concat, fromHex, toHex } from "../../bytes.ts";
import { Writer } from "../../cbor/encode.ts";
import { encodeHeader } from "../../cose/header.ts";
import { kid8, lockIdOf } from "../../cose/key.ts";
import { sign1 } from "../../cose/sign1.ts";
import { Fault } from "../../fault.ts";
import { seconds } from "../../platform.ts";
import { type Checkpoint, encodeCheckpoint, verifyCheckpoint } from "../checkpoint.ts";

const SEED = new Uint8Array(32).fill(7);
const OTHER_SEED = new Uint8Array(32).fill(8);
const TYP = 65_106;

function pairOf(seed: Uint8Array) {
  return { seed, publicKey: crypto.signingPublicKey(seed) };
}

function sample(): Checkpoint {
  const head = (seq: number) => ({ seq, link: new Uint8Array(32).fill(seq) });
  const lockId = lockIdOf(crypto, crypto.signingPublicKey(SEED));
  return {
    lockId,
    heads: [head(1), head(255), head(0)],
    boots: 3,
    lo: seconds(1_790_000_000),
    hi: seconds(1_790_000_060),
  };
}

const isFault = (error: Error) => error instanceof Fault;

test("comes back as it was signed", () => {
  const checkpoint = sample();
  const signed = encodeCheckpoint(crypto, pairOf(SEED), checkpoint);
  assert.equal(verifyCheckpoint(crypto, crypto.signingPublicKey(SEED), signed), checkpoint);
  assert.ok(signed.length < 260, `${signed.length} bytes`);
});

test("carries an unknown latest time as 0xFFFFFFFF", () => {
  const signed = encodeCheckpoint(crypto, pairOf(SEED), { ...sample(), hi: undefined });
  assert.ok(toHex(signed).includes("041affffffff"));
  assert.is(verifyCheckpoint(crypto, crypto.signingPublicKey(SEED), signed).hi, undefined);
});

test("has the header and the claims of the format", () => {
  const hex = toHex(encodeCheckpoint(crypto, pairOf(SEED), sample()));
  assert.ok(hex.startsWith("d28451a301320448"), hex);
  assert.ok(hex.includes("1019fe52a0"), hex);
  assert.ok(hex.includes("3a00010004a4018383000158200101"), hex);
});

test("refuses every single bit flipped", () => {
  const key = crypto.signingPublicKey(SEED);
  const signed = encodeCheckpoint(crypto, pairOf(SEED), sample());
  for (let bit = 0; bit < signed.length * 8; bit++) {
    signed[bit >> 3] ^= 1 << (bit & 7);
    assert.throws(() => verifyCheckpoint(crypto, key, signed), isFault, `bit ${bit}`);
    signed[bit >> 3] ^= 1 << (bit & 7);
  }
  assert.is(verifyCheckpoint(crypto, key, signed).boots, 3);
});

test("refuses every length but its own", () => {
  const key = crypto.signingPublicKey(SEED);
  const signed = encodeCheckpoint(crypto, pairOf(SEED), sample());
  for (let size = 0; size < signed.length; size++) {
    assert.throws(() => verifyCheckpoint(crypto, key, signed.slice(0, size)), isFault, `${size} bytes`);
  }
  assert.throws(() => verifyCheckpoint(crypto, key, concat(signed, fromHex("00"))), isFault);
});

test("refuses another lock's, whoever says so", () => {
  const mine = crypto.signingPublicKey(SEED);
  const other = encodeCheckpoint(crypto, pairOf(OTHER_SEED), sample());
  assert.throws(() => verifyCheckpoint(crypto, mine, other), isFault);
  assert.throws(() => verifyCheckpoint(crypto, crypto.signingPublicKey(OTHER_SEED), other), isFault);
  const posing = encodeCheckpoint(crypto, { seed: OTHER_SEED, publicKey: mine }, sample());
  assert.throws(() => verifyCheckpoint(crypto, mine, posing), isFault);
});

interface Claims {
  readonly regions?: readonly number[];
  readonly seq?: number;
  readonly linkBytes?: number;
  readonly lo?: number;
  readonly hi?: number;
  readonly extra?: boolean;
  readonly lockId?: string;
  readonly typ?: number;
  readonly hasKid?: boolean;
}

/** Signs claims that may break the format. */
function signClaims(claims: Claims): Bytes {
  const { regions = [0, 1, 2], seq = 1, linkBytes = 32, lo = 5, hi = 6, extra = false } = claims;
  const { lockId = sample().lockId, typ = TYP, hasKid = true } = claims;
  const writer = new Writer();
  writer
    .map(extra ? 3 : 2)
    .uint(3)
    .text(lockId);
  if (extra) writer.uint(4).uint(1);
  writer.int(-65541).map(4).uint(1).array(regions.length);
  for (const region of regions) writer.array(3).uint(region).uint(seq).bytes(new Uint8Array(linkBytes));
  const payload = writer.uint(2).uint(3).uint(3).uint(lo).uint(4).uint(hi).finish();
  const kid = hasKid ? kid8(crypto, crypto.signingPublicKey(SEED)) : undefined;
  return sign1(crypto, SEED, { protected: encodeHeader({ kid, typ }), payload });
}

test("accepts the claims that the rows below break", () => {
  assert.is(verifyCheckpoint(crypto, crypto.signingPublicKey(SEED), signClaims({})).heads[2].seq, 1);
});

const REFUSED: readonly (readonly [string, Claims])[] = [
  ["two regions", { regions: [0, 1] }],
  ["four regions", { regions: [0, 1, 2, 3] }],
  ["regions out of order", { regions: [1, 0, 2] }],
  ["a region twice", { regions: [0, 1, 1] }],
  ["a number that no record has", { seq: 0xffffffff }],
  ["a link one byte short", { linkBytes: 31 }],
  ["a link one byte long", { linkBytes: 33 }],
  ["a latest time before the earliest", { lo: 7 }],
  ["one more claim", { extra: true }],
  ["another lock's name", { lockId: "AAECAwQFBgc" }],
  ["a name one character short", { lockId: "AAECAwQFBg" }],
  ["the type of a receipt", { typ: TYP + 1 }],
  ["no signer named", { hasKid: false }],
];
for (const [name, claims] of REFUSED) {
  test(`refuses ${name}, signed well`, () => {
    assert.throws(() => verifyCheckpoint(crypto, crypto.signingPublicKey(SEED), signClaims(claims)), isFault);
  });
}

test("does not sign a latest time before the earliest", () => {
  assert.throws(
    () => encodeCheckpoint(crypto, pairOf(SEED), { ...sample(), hi: seconds(1) }),
    (error: Error) => !isFault(error),
  );
});

test.run();
