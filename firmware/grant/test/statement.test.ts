// Goal: a statement is obeyed once, in the session whose challenge it answers, for a key of this lock (docs/protocol.md
// §2.3; T03, T44, T46), and each kind is read in its one shape.
// Method: a good statement of each kind, read back; each broken in one place; the numbers around the step bound; damage.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { CountingReader } from "../../../simulator/counting.ts";
import { type Bytes, fromAscii, toHex } from "../../bytes.ts";
import { damagedCopies, faultOf } from "../../cbor/test/damage.ts";
import { encodeHeader } from "../../cose/header.ts";
import { encodePublicKey } from "../../cose/key.ts";
import { toBeSigned } from "../../cose/sign1.ts";
import { seconds } from "../../platform.ts";
import { type Body, encodeBody } from "../body.ts";
import { makeStatement, type StatementClaims } from "../issue.ts";
import {
  GENERATION_STEP_MAX,
  isNextSequence,
  parseStatement,
  readStatement,
  type Statement,
  type StatementContext,
  verifyStatement,
} from "../statement.ts";
import { typOf } from "../typ.ts";
import { array, bstr, fill, int, map, sign1, stepsMax, tstr } from "./form.ts";
import {
  CHALLENGE,
  countingCrypto,
  LOCK,
  LOCK_ID,
  OTHER_LOCK_ID,
  owner,
  type Person,
  partner,
  thief,
} from "./house.ts";

const NOW = seconds(1_800_000_000);
const KNOWN: StatementContext = { lockId: LOCK.lockId, challenge: CHALLENGE, keyOf: (kid) => LOCK.ownerKey(kid) };
const BLANK: StatementContext = { ...KNOWN, keyOf: () => undefined };

const BODIES: readonly (readonly [string, Body])[] = [
  ["enrol", { kind: 2, board: { role: 3, agreementKey: fill(32, 1), signingKey: fill(32, 2) } }],
  ["remove a board", { kind: 3, boardKid: fill(8, 3) }],
  [
    "configure",
    {
      kind: 4,
      settings: [
        { key: 1, value: fill(64, 0x41) },
        { key: 0xffff_ffff, value: 0 },
      ],
    },
  ],
  ["announce an image", { kind: 5, firmware: firmware() }],
  ["add an owner", { kind: 6, ownerKey: partner.key }],
  ["unlock now", { kind: 8, operation: 0 }],
  ["lock now", { kind: 8, operation: 1 }],
  ["unlatch now", { kind: 8, operation: 4 }],
  ["adopt", { kind: 10, adoption: { ownerKey: owner.key, recoveryKey: partner.key, zoneRule: fromAscii("CET-1") } }],
  ["remove an owner", { kind: 11, ownerKid: partner.kid }],
  ["set the clock", { kind: 12, isBackwards: false }],
  ["set the clock back", { kind: 12, isBackwards: true }],
  ["acknowledge a damaged journal", { kind: 13 }],
  ["reset", { kind: 14 }],
  ["cancel a reset", { kind: 15 }],
  [
    "hand over",
    { kind: 16, adoption: { ownerKey: thief.key, recoveryKey: partner.key, zoneRule: fromAscii("CET-1") } },
  ],
];

function firmware() {
  const digest = fill(32, 4);
  const vendor = fill(16, 5);
  return { sequence: 9, vendor, boardClass: fill(16, 6), slot: 1, digest, imageBytes: 1_000_000, rollbackFloor: 8 };
}

function make(body: Body, by: Person = owner, claims: Partial<StatementClaims> = {}): Bytes {
  const all = { lockId: LOCK_ID, kid: by.kid, issuedAt: NOW, challenge: CHALLENGE, sequence: 41, body, ...claims };
  return makeStatement(all, by.sign);
}

function verify(message: Bytes, context: StatementContext = KNOWN): Statement | string {
  return verifyStatement(crypto, message, context);
}

for (const [name, body] of BODIES) {
  test(`reads back what an owner says: ${name}`, () => {
    const statement = verify(make(body));
    if (typeof statement === "string") throw new Error(statement);
    assert.equal(statement.body, body);
    assert.equal([statement.sequence, statement.issuedAt], [41, NOW]);
    assert.is(toHex(statement.kid), toHex(owner.kid));
    assert.is(toHex(statement.encodedBody), toHex(encodeBody(41, body)));
  });

  test(`refuses to a stranger, late, elsewhere and in another's name: ${name}`, () => {
    assert.is(verify(make(body, owner, { challenge: fill(16) })), "challenge");
    assert.is(verify(make(body, owner, { lockId: OTHER_LOCK_ID })), "lock");
    const message = make(body, thief);
    assert.is(verify(message), "unknown-key");
    assert.is(verify(make(body, thief, { kid: owner.kid })), "signature");
    if (body.kind !== 10) assert.is(verify(make(body), BLANK), "unknown-key");
  });
}

const ADOPTION = { ownerKey: thief.key, recoveryKey: partner.key, zoneRule: fromAscii("UTC0") };

test("verifies an adoption under the key that it brings, and under no other", () => {
  const body: Body = { kind: 10, adoption: ADOPTION };
  assert.type(verify(make(body, thief), BLANK), "object");
  assert.is(verify(make(body, owner, { kid: thief.kid }), BLANK), "signature");
  assert.is(verify(make(body, owner)), "unknown-key");
});

test("costs a stranger one verification, and none where the key is unknown", () => {
  for (const [message, most] of [
    [make({ kind: 14 }, thief), 0],
    [make({ kind: 14 }, owner, { challenge: fill(16) }), 0],
    [make({ kind: 14 }, thief, { kid: owner.kid }), 1],
  ] as const) {
    const counting = countingCrypto();
    verifyStatement(counting.crypto, message, KNOWN);
    assert.is(counting.verifications(), most);
  }
});

test("says which kind of message it is", () => assert.is(typOf(make({ kind: 13 })), 65_104));

const U32_MAX = 0xffff_ffff;
const STEPS: readonly (readonly [number, number, boolean])[] = [
  [0, 0, false],
  [0, 1, true],
  [0, 65_536, true],
  [0, 65_537, false],
  [0, U32_MAX, false],
  [41, 41, false],
  [41, 40, false],
  [41, 42, true],
  [41, 65_577, true],
  [41, 65_578, false],
  [U32_MAX - 1, U32_MAX, true],
  [U32_MAX, U32_MAX, false],
  [U32_MAX, 0, false],
];
for (const [stored, offered, isNext] of STEPS) {
  test(`${isNext ? "takes" : "refuses"} ${offered} after ${stored}`, () =>
    assert.is(isNextSequence(stored, offered), isNext));
}

test("takes a generation at most 1,024 above the stored one", () => {
  assert.is(isNextSequence(7, 7 + 1_024, GENERATION_STEP_MAX), true);
  assert.is(isNextSequence(7, 7 + 1_025, GENERATION_STEP_MAX), false);
});

test("is not poisoned: after a refused number a later honest one is taken", () => {
  let stored = 41;
  for (const offered of [U32_MAX, 2 ** 31, 41 + 65_537, 42]) if (isNextSequence(stored, offered)) stored = offered;
  assert.is(stored, 42);
});

const HEADER = encodeHeader({ kid: owner.kid, typ: 65_104 });

/** Signs any claims as the owner. */
function signed(payload: Uint8Array, header: Uint8Array = HEADER): Bytes {
  return sign1(header, payload, owner.sign(toBeSigned({ protected: header, payload })));
}

function withBody(body: Uint8Array): Bytes {
  return signed(map([3, tstr(LOCK_ID)], [6, int(NOW)], [39, bstr(CHALLENGE)], [-65539, body]));
}

const OKP = encodePublicKey(owner.key);
const X25519 = map([1, int(1)], [-1, int(4)], [-2, bstr(fill(32))]);
const RULE = bstr(fromAscii("UTC0"));
const TARGET = array(bstr(fill(16)), bstr(fill(16)), int(0));
const DIGEST = array(int(-16), bstr(fill(32)));
const many = Array.from({ length: 17 }, (_, key) => [key, int(0)] as const);

function image(key: number, value: Uint8Array): Bytes {
  const good = [
    [1, int(1)],
    [2, TARGET],
    [3, DIGEST],
    [4, int(1)],
    [5, int(0)],
  ] as const;
  return map(...good.map(([label, claim]) => [label, label === key ? value : claim] as const));
}

const SHAPES: readonly (readonly [string, number, Uint8Array | undefined])[] = [
  ...[0, 1, 7, 9, 13, 14, 15, 16, 17, 255].map((kind) => [`kind ${kind} with a content`, kind, int(0)] as const),
  ...[2, 3, 4, 5, 6, 8, 10, 11, 12, 1, 7, 9, 16, 17].map((kind) => [`kind ${kind} without`, kind, undefined] as const),
  ["a board of role 0", 2, map([1, int(0)], [2, bstr(fill(32))], [3, bstr(fill(32))])],
  ["a board of role 4", 2, map([1, int(4)], [2, bstr(fill(32))], [3, bstr(fill(32))])],
  ["a board with a key of 31 bytes", 2, map([1, int(1)], [2, bstr(fill(31))], [3, bstr(fill(32))])],
  ["a board without its signing key", 2, map([1, int(1)], [2, bstr(fill(32))])],
  ["a board with a fourth entry", 2, map([1, int(1)], [2, bstr(fill(32))], [3, bstr(fill(32))], [4, int(0)])],
  ["a board's name of 7 bytes", 3, bstr(fill(7))],
  ["an empty configuration", 4, map()],
  ["a configuration of 17 entries", 4, map(...many)],
  ["a configuration with an empty value", 4, map([1, bstr()])],
  ["a configuration with a value of 65 bytes", 4, map([1, bstr(fill(65))])],
  ["a configuration in text", 4, map([1, tstr("UTC0")])],
  ["a configuration with a negative key", 4, map([-1, int(0)])],
  ["a configuration with a negative value", 4, map([1, int(-1)])],
  ["a configuration with a key twice", 4, map([1, int(0)], [1, int(1)])],
  ["a configuration out of order", 4, map([2, int(0)], [1, int(1)])],
  ["an image for a target of two", 5, image(2, array(bstr(fill(16)), bstr(fill(16))))],
  ["an image for a vendor of 15 bytes", 5, image(2, array(bstr(fill(15)), bstr(fill(16)), int(0)))],
  ["an image with a digest of SHA-512", 5, image(3, array(int(-44), bstr(fill(32))))],
  ["an image with a digest of 31 bytes", 5, image(3, array(int(-16), bstr(fill(31))))],
  ["an image of a negative size", 5, image(4, int(-1))],
  ["an owner key of X25519", 6, X25519],
  ["an owner key without its map", 6, bstr(owner.key)],
  ["act: view", 8, int(2)],
  ["act: talk", 8, int(3)],
  ["act: own", 8, int(15)],
  ["an adoption without a recovery key", 10, map([1, OKP], [3, RULE])],
  ["an adoption with an empty rule", 10, map([1, OKP], [2, OKP], [3, bstr()])],
  ["an adoption with a rule of 65 bytes", 10, map([1, OKP], [2, OKP], [3, bstr(fill(65, 0x41))])],
  ["an adoption with a rule beyond ASCII", 10, map([1, OKP], [2, OKP], [3, bstr(Uint8Array.of(0x41, 0xe9))])],
  ["an adoption with a rule in text", 10, map([1, OKP], [2, OKP], [3, tstr("UTC0")])],
  ["an owner's name of 9 bytes", 11, bstr(fill(9))],
  ["a clock set to 2", 12, int(2)],
];
for (const [name, kind, content] of SHAPES) {
  test(`refuses ${name}`, () => {
    const body = content === undefined ? array(int(41), int(kind)) : array(int(41), int(kind), content);
    refuses(withBody(body));
  });
}

const GOOD = array(int(41), int(13));
const CLAIMS: readonly (readonly [string, Bytes])[] = [
  ["no challenge", map([3, tstr(LOCK_ID)], [6, int(NOW)], [-65539, GOOD])],
  ["no time", map([3, tstr(LOCK_ID)], [39, bstr(CHALLENGE)], [-65539, GOOD])],
  ["no lock", map([6, int(NOW)], [39, bstr(CHALLENGE)], [-65539, GOOD])],
  ["no body", map([3, tstr(LOCK_ID)], [6, int(NOW)], [39, bstr(CHALLENGE)])],
  ["an expiry", map([3, tstr(LOCK_ID)], [4, int(1)], [6, int(NOW)], [39, bstr(CHALLENGE)], [-65539, GOOD])],
  ["a list", map([3, tstr(LOCK_ID)], [6, int(NOW)], [39, bstr(CHALLENGE)], [-65540, GOOD])],
];
for (const [name, claims] of CLAIMS) test(`refuses a statement with ${name}`, () => refuses(signed(claims)));

test("refuses another message's type, and a header without a key", () => {
  const claims = map([3, tstr(LOCK_ID)], [6, int(NOW)], [39, bstr(CHALLENGE)], [-65539, GOOD]);
  assert.type(verify(signed(claims)), "object");
  refuses(signed(claims, encodeHeader({ kid: owner.kid, typ: 65_105 })));
  refuses(signed(claims, encodeHeader({ typ: 65_104 })));
  refuses(signed(claims, encodeHeader({ kcwt: make({ kind: 13 }), typ: 65_104 })));
});

for (const index of [0, 2, 3, 8]) {
  const [name, body] = BODIES[index] ?? ["", { kind: 13 }];
  test(`refuses every damaged copy of a statement to ${name}, in a bounded number of items`, () => {
    for (const { bytes, name: damage } of damagedCopies(make(body))) {
      assert.type(
        faultOf(() => verify(bytes)),
        "string",
        damage,
      );
      const reader = new CountingReader(bytes);
      faultOf(() => readStatement(reader));
      assert.ok(reader.steps <= stepsMax(bytes.length), damage);
    }
  });
}

function refuses(message: Bytes): void {
  const fault = faultOf(() => parseStatement(message));
  assert.match(String(fault), /^(statement\.shape|cose\.key|cose\.shape|cbor\.[a-z]+)$/);
}

test.run();
