// Goal: what is issued is accepted, a wish that no lock would accept is refused before it is signed, and an asynchronous
// signer needs nothing else.
// Method: each value at and beyond its bounds, read back by the lock's own reader.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, toHex } from "../../bytes.ts";
import { Reader } from "../../cbor/decode.ts";
import { faultOf } from "../../cbor/test/damage.ts";
import { readHeader } from "../../cose/header.ts";
import { parseSign1, toBeSigned } from "../../cose/sign1.ts";
import { seconds } from "../../platform.ts";
import { type Body, encodeBody } from "../body.ts";
import { verifyChain } from "../chain.ts";
import type { Grant } from "../grant.ts";
import { draftLink, draftProof, draftRevocations, draftRoot, draftStatement, type RootClaims, seal } from "../issue.ts";
import { fill } from "./form.ts";
import {
  CHALLENGE,
  company,
  courier,
  EXPIRY,
  HANDSHAKE_HASH,
  LOCK,
  LOCK_ID,
  link,
  owner,
  root,
  rootClaims,
} from "./house.ts";

const U32_MAX = seconds(0xffff_ffff);
const WEEK = [127, 0, 1_440];
const WEEKS = Array.from({ length: 8 }, () => WEEK).flat();

function leafOf(message: Bytes): Grant {
  const chain = verifyChain(crypto, message, LOCK);
  if (typeof chain === "string") throw new Error(chain);
  return chain.leaf.grant;
}

const GOOD: readonly (readonly [string, Partial<RootClaims>])[] = [
  ["nothing but a key", {}],
  ["a name of 32 bytes", { name: "ü".repeat(16) }],
  ["an expiry of 0", { expiry: seconds(0) }],
  ["the last expiry", { expiry: U32_MAX, notBefore: U32_MAX }],
  ["one permission", { permissions: 1 }],
  ["all permissions", { permissions: 63 }],
  ["one use", { uses: 1 }],
  ["65,535 uses", { uses: 65_535 }],
  ["eight windows", { weeklies: WEEKS }],
  ["no window", { weeklies: [] }],
  ["no further link", { depth: 0 }],
  ["one further link", { depth: 1 }],
  ["no camera rule", { cameraRule: 0 }],
  ["a live camera", { cameraRule: 2 }],
  ["a dwell of 12 hours", { dwellMinutes: 720 }],
  ["everything", { name: "Zoë", expiry: EXPIRY, uses: 3, weeklies: WEEK, depth: 2, cameraRule: 1, dwellMinutes: 1 }],
];
for (const [name, claims] of GOOD) {
  test(`issues a root and a link with ${name}, which the lock reads as it was meant`, () => {
    for (const grant of [leafOf(root({ depth: 0, ...claims })), leafOf(link(root({ depth: 2 }), claims))]) {
      const isRoot = grant.generation !== undefined;
      assert.is(grant.name, claims.name ?? "");
      assert.is(grant.expiry, claims.expiry ?? (isRoot ? EXPIRY : undefined));
      assert.is(grant.notBefore, claims.notBefore);
      assert.is(grant.permissions, claims.permissions ?? 63);
      assert.is(grant.uses, claims.uses);
      assert.equal(grant.weeklies, claims.weeklies ?? []);
      assert.is(grant.depth, claims.depth ?? 0);
      assert.is(grant.cameraRule, claims.cameraRule ?? 0);
      assert.is(grant.dwellMinutes, claims.dwellMinutes);
    }
  });
}

const BAD: readonly (readonly [string, Partial<RootClaims>])[] = [
  ["an empty name", { name: "" }],
  ["a name of 33 bytes", { name: `${"ü".repeat(16)}a` }],
  ["a name with a line feed", { name: "a\nb" }],
  ["a name that turns the text round", { name: "a\u202eb" }],
  ["a name with half a character", { name: "a\ud83d" }],
  ["a negative expiry", { expiry: seconds(-1) }],
  ["an expiry above 32 bits", { expiry: seconds(2 ** 32) }],
  ["an expiry of half a second", { expiry: seconds(0.5) }],
  ["an expiry that is no number", { expiry: seconds(Number.NaN) }],
  ["a not-before above 32 bits", { notBefore: seconds(2 ** 32) }],
  ["an identifier of 7 bytes", { identifier: fill(7) }],
  ["a key of 33 bytes", { key: fill(33) }],
  ["no permission", { permissions: 0 }],
  ["permission bit 6", { permissions: 64 }],
  ["no use", { uses: 0 }],
  ["65,536 uses", { uses: 65_536 }],
  ["nine windows", { weeklies: [...WEEKS, ...WEEK] }],
  ["a window of two numbers", { weeklies: [1, 0] }],
  ["a window of no day", { weeklies: [0, 0, 1] }],
  ["a window from minute 1,440", { weeklies: [1, 1_440, 1] }],
  ["a window of 1,441 minutes", { weeklies: [1, 0, 1_441] }],
  ["a depth of 3", { depth: 3 }],
  ["a negative depth", { depth: -1 }],
  ["camera rule 3", { cameraRule: 3 }],
  ["a dwell of 0", { dwellMinutes: 0 }],
  ["a dwell of 721", { dwellMinutes: 721 }],
];
for (const [name, claims] of BAD) {
  test(`refuses to issue ${name}`, () => {
    assert.is(
      faultOf(() => root(claims)),
      "grant.shape",
    );
    assert.is(
      faultOf(() => link(root(), claims)),
      "grant.shape",
    );
  });
}

const BAD_ROOTS: readonly (readonly [string, Partial<RootClaims>])[] = [
  ["a lock of 10 characters", { lockId: LOCK_ID.slice(1) }],
  ["a lock outside base64url", { lockId: "AAECAwQFBg+" }],
  ["a generation above 32 bits", { generation: 2 ** 32 }],
];
for (const [name, claims] of BAD_ROOTS) {
  test(`refuses to issue a root for ${name}`, () => {
    assert.is(
      faultOf(() => root(claims)),
      "grant.shape",
    );
  });
}

const BY = { leaf: root() };
const PROOF = { lockId: LOCK_ID, challenge: CHALLENGE, handshakeHash: HANDSHAKE_HASH, by: BY, operation: 0 };
const BAD_DRAFTS: readonly (readonly [string, () => unknown])[] = [
  ["a root of a kid of 7 bytes", () => draftRoot(fill(7), rootClaims())],
  ["a proof for operation 6", () => draftProof({ ...PROOF, operation: 6 })],
  ["a proof for operation 16", () => draftProof({ ...PROOF, operation: 16 })],
  ["a proof to unlock with an argument", () => draftProof({ ...PROOF, argument: 1 })],
  ["a proof with an argument above 32 bits", () => draftProof({ ...PROOF, operation: 2, argument: 2 ** 32 })],
  ["a proof for a challenge of 15 bytes", () => draftProof({ ...PROOF, challenge: fill(15) })],
  ["a proof for a hash of 31 bytes", () => draftProof({ ...PROOF, handshakeHash: fill(31) })],
  ["a proof by a kid of 9 bytes", () => draftProof({ ...PROOF, by: { kid: fill(9) } })],
  ["a proof by a reference of 7 bytes", () => draftProof({ ...PROOF, by: { reference: fill(7) } })],
  ["a statement above 32 bits of time", () => draftStatement({ ...STATEMENT, issuedAt: seconds(2 ** 32) })],
  ["a list of half a name", () => draftRevocations({ ...LIST, list: { ...NONE, holders: fill(4) } })],
  ["a list of 49 links", () => draftRevocations({ ...LIST, list: { ...NONE, revoked: fill(392), untils: times(49) } })],
  ["a list of 17 holders", () => draftRevocations({ ...LIST, list: { ...NONE, holders: fill(136) } })],
  ["a list of links without times", () => draftRevocations({ ...LIST, list: { ...NONE, revoked: fill(8) } })],
  ["a list of 17 codes", () => draftRevocations({ ...LIST, list: { ...NONE, codes: codes(17, 1) } })],
  ["a list of a negative code", () => draftRevocations({ ...LIST, list: { ...NONE, codes: codes(1, -1) } })],
];
const STATEMENT = {
  lockId: LOCK_ID,
  kid: owner.kid,
  issuedAt: EXPIRY,
  challenge: CHALLENGE,
  sequence: 1,
  body: { kind: 13 } as const,
};
const NONE = {
  owner: owner.kid,
  sequence: 1,
  generation: 0,
  revoked: fill(0),
  untils: [],
  holders: fill(0),
  codes: [],
};
const LIST = { lockId: LOCK_ID, issuedAt: EXPIRY, list: NONE };

function times(count: number) {
  return Array.from({ length: count }, () => EXPIRY);
}

function codes(count: number, start: number) {
  return Array.from({ length: count }, () => ({ codeClass: 1, serial: 0, start }));
}

for (const [name, make] of BAD_DRAFTS) test(`refuses to draft ${name}`, () => assert.is(faultOf(make), "grant.shape"));

const BOARD = { role: 1, agreementKey: fill(32), signingKey: fill(32) };
const BAD_BODIES: readonly (readonly [string, Body])[] = [
  ["a board of role 0", { kind: 2, board: { ...BOARD, role: 0 } }],
  ["a board of role 4", { kind: 2, board: { ...BOARD, role: 4 } }],
  ["a board with a key of 31 bytes", { kind: 2, board: { ...BOARD, agreementKey: fill(31) } }],
  ["a board's name of 7 bytes", { kind: 3, boardKid: fill(7) }],
  ["an empty configuration", { kind: 4, settings: [] }],
  ["a configuration of 17 entries", { kind: 4, settings: Array.from({ length: 17 }, (_, key) => ({ key, value: 0 })) }],
  ["a configuration out of order", { kind: 4, settings: [2, 1].map((key) => ({ key, value: 0 })) }],
  ["an empty value", { kind: 4, settings: [{ key: 1, value: fill(0) }] }],
  ["a value of 65 bytes", { kind: 4, settings: [{ key: 1, value: fill(65) }] }],
  ["a fractional value", { kind: 4, settings: [{ key: 1, value: 0.5 }] }],
  ["an owner key of 31 bytes", { kind: 6, ownerKey: fill(31) }],
  ["an owner's name of 9 bytes", { kind: 11, ownerKid: fill(9) }],
  ["an empty rule", { kind: 10, adoption: { ownerKey: owner.key, recoveryKey: owner.key, zoneRule: fill(0) } }],
  [
    "a rule beyond ASCII",
    { kind: 10, adoption: { ownerKey: owner.key, recoveryKey: owner.key, zoneRule: fill(4, 0x80) } },
  ],
];
for (const [name, body] of BAD_BODIES) {
  test(`refuses to say ${name}`, () => {
    assert.is(
      faultOf(() => encodeBody(1, body)),
      "statement.shape",
    );
  });
}

test("drafts, has signed elsewhere, and seals: the same bytes as with a key at hand", () => {
  const draft = draftRoot(owner.kid, rootClaims());
  const toSign = toBeSigned(draft);
  assert.is(toHex(seal(draft, owner.sign(toSign))), toHex(root()));
});

test("always writes alg -19", () => {
  const claims = { identifier: fill(8), key: courier.key };
  for (const draft of [draftRoot(owner.kid, rootClaims()), draftLink(root(), claims), draftProof(PROOF)]) {
    const message = seal(draft, company.sign(toBeSigned(draft)));
    assert.is(readHeader(new Reader(message), parseSign1(message)).algorithm, -19);
  }
});

test.run();
