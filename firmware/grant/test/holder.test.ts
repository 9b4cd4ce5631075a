// Goal: a proof counts once, here, in this channel, for the key that the grant names (docs/protocol.md §2.2; T05, T33).
// Method: the good proof of each kind; then the same with one thing of another lock, session, channel or person; what a
// stranger makes the lock compute; and every damage.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { CountingReader } from "../../../simulator/counting.ts";
import { type Bytes, concat, fromAscii, toHex } from "../../bytes.ts";
import { damagedCopies, faultOf } from "../../cbor/test/damage.ts";
import { encodeHeader } from "../../cose/header.ts";
import { toBeSigned } from "../../cose/sign1.ts";
import { link8Of } from "../chain.ts";
import { type Proof, type ProofContext, readProof, verifyProof } from "../holder.ts";
import { draftProof, type ProofClaims } from "../issue.ts";
import { array, bstr, fill, int, map, sign1, stepsMax, tstr } from "./form.ts";
import {
  CHALLENGE,
  company,
  countingCrypto,
  courier,
  driver,
  HANDSHAKE_HASH,
  LOCK_ID,
  link,
  OTHER_LOCK_ID,
  owner,
  type Person,
  partner,
  prove,
  root,
  SESSION,
  thief,
} from "./house.ts";

const ROOT = root();
const LEAF = link(ROOT);
const THREE = link(link(ROOT, { depth: 1 }), { key: driver.key }, courier);
const CACHED = link8Of(crypto, LEAF);
const CACHING: ProofContext = {
  ...SESSION,
  cachedLeaf: (name) => (crypto.isEqual(name, CACHED) ? LEAF : undefined),
};

function verify(message: Bytes, context: ProofContext = SESSION): Proof {
  return verifyProof(crypto, message, context);
}

function denialOf(message: Bytes, context: ProofContext = SESSION): string {
  const proof = verify(message, context);
  return proof.kind === "denied" ? proof.denied : proof.kind;
}

test("accepts the holder of a root, and says who came for what", () => {
  const proof = verify(prove({ leaf: ROOT }, company));
  if (proof.kind !== "grant") throw new Error(proof.kind);
  assert.is(toHex(proof.holder), toHex(company.kid));
  assert.is(proof.operation, 0);
  assert.is(proof.argument, undefined);
  assert.is(proof.chain.links.length, 1);
});

test("accepts the holder of the last of three links, and nobody before it", () => {
  assert.is(denialOf(prove({ leaf: THREE }, driver)), "grant");
  assert.is(denialOf(prove({ leaf: THREE }, courier)), "signature");
  assert.is(denialOf(prove({ leaf: THREE }, company)), "signature");
  assert.is(denialOf(prove({ leaf: THREE }, owner)), "signature");
});

test("accepts a leaf that the lock kept, by its name, and verifies it again", () => {
  const proof = prove({ reference: CACHED }, courier);
  assert.is(denialOf(proof, CACHING), "grant");
  assert.is(denialOf(proof), "unknown-key");
  assert.is(denialOf(proof, { ...CACHING, ownerKey: () => undefined }), "unknown-key");
  assert.is(denialOf(prove({ reference: CACHED }, thief), CACHING), "signature");
});

test("accepts an owner for every operation, and opens an owner session to nobody else", () => {
  for (const operation of [0, 1, 2, 3, 4, 5, 15]) {
    const proof = verify(prove({ kid: partner.kid }, partner, { operation }));
    assert.equal([proof.kind, proof.operation], ["owner", operation]);
    if (proof.kind === "owner") assert.is(toHex(proof.holder), toHex(partner.kid));
  }
  assert.is(denialOf(prove({ leaf: ROOT }, company, { operation: 15 })), "permission");
  assert.is(denialOf(prove({ reference: CACHED }, courier, { operation: 15 }), CACHING), "permission");
  assert.is(denialOf(prove({ leaf: ROOT }, thief, { operation: 15 })), "signature");
  assert.is(denialOf(prove({ kid: owner.kid }, partner, { operation: 15 })), "signature");
  assert.is(denialOf(prove({ kid: thief.kid }, thief, { operation: 15 })), "unknown-key");
});

test("hands on the argument of a view and of a talk", () => {
  for (const operation of [2, 3]) {
    const proof = verify(prove({ leaf: ROOT }, company, { operation, argument: 0xffff_ffff }));
    assert.is(proof.kind === "grant" ? proof.argument : "none", 0xffff_ffff);
  }
});

const OTHERS: readonly (readonly [string, Partial<ProofClaims>, string])[] = [
  ["for another lock", { lockId: OTHER_LOCK_ID }, "lock"],
  ["for another challenge", { challenge: fill(16, 0xc5) }, "challenge"],
  ["for another handshake", { handshakeHash: fill(32, 0x45) }, "signature"],
];
for (const [name, claims, denial] of OTHERS) {
  test(`rule 7: refuses a proof ${name}, of a holder and of an owner`, () => {
    assert.is(denialOf(prove({ leaf: LEAF }, courier, claims)), denial);
    assert.is(denialOf(prove({ kid: owner.kid }, owner, claims)), denial);
    assert.is(denialOf(prove({ reference: CACHED }, courier, claims), CACHING), denial);
  });
}

test("rule 7: refuses a grant for another lock, proven for this one", () => {
  assert.is(denialOf(prove({ leaf: root({ lockId: OTHER_LOCK_ID }) }, company)), "lock");
});

test("rule 7: refuses a proof that was good in another session", () => {
  const proof = prove({ leaf: LEAF }, courier);
  assert.is(denialOf(proof), "grant");
  assert.is(denialOf(proof, { ...SESSION, challenge: fill(16, 1) }), "challenge");
  assert.is(denialOf(proof, { ...SESSION, handshakeHash: fill(32, 1) }), "signature");
  assert.is(denialOf(proof, { ...SESSION, lockId: fromAscii(OTHER_LOCK_ID) }), "lock");
});

test("refuses a stolen grant that its thief proves", () => {
  assert.is(denialOf(prove({ leaf: LEAF }, thief)), "signature");
  const stolen = link(LEAF, { key: thief.key }, thief);
  assert.is(denialOf(prove({ leaf: stolen }, thief)), "signature");
});

test("refuses a proof whose leaf was exchanged for another of the same holder", () => {
  const broad = link(ROOT, { permissions: 63 });
  const draft = draftProof(claims({ leaf: LEAF }));
  const moved = encodeHeader({ kcwt: broad, typ: 65_103 });
  assert.is(denialOf(sign1(moved, draft.payload, courier.sign(toBeSigned(draft)))), "signature");
});

test("refuses a cached leaf's name that was exchanged", () => {
  const other = link8Of(crypto, ROOT);
  const context: ProofContext = { ...SESSION, cachedLeaf: () => LEAF };
  const draft = draftProof(claims({ reference: CACHED }));
  const moved = draftProof(claims({ reference: other }));
  const signature = courier.sign(toBeSigned(draft));
  assert.is(denialOf(sign1(draft.protected, draft.payload, signature), context), "grant");
  assert.is(denialOf(sign1(draft.protected, moved.payload, signature), context), "signature");
});

test("names the holder of a genuine grant that cannot be used, and nobody otherwise", () => {
  const tooDeep = verify(prove({ leaf: link(root({ depth: 0 })) }, courier));
  assert.is(tooDeep.kind === "denied" ? tooDeep.denied : "", "depth");
  assert.is(tooDeep.kind === "denied" ? toHex(tooDeep.chain?.leaf.kid8 ?? fill(0)) : "", toHex(courier.kid));
  const stranger = verify(prove({ leaf: LEAF }, thief));
  assert.is(stranger.kind === "denied" ? stranger.chain : null, undefined);
});

function claims(by: ProofClaims["by"]): ProofClaims {
  return { lockId: LOCK_ID, challenge: CHALLENGE, handshakeHash: HANDSHAKE_HASH, by, operation: 0 };
}

/** Signs any header and claims over the right handshake hash. */
function signed(header: Uint8Array, payload: Uint8Array, by: Person): Bytes {
  const draft = { protected: header, payload, externalAad: HANDSHAKE_HASH };
  return sign1(header, payload, by.sign(toBeSigned(draft)));
}

const PAIRS = [
  [3, tstr(LOCK_ID)],
  [39, bstr(CHALLENGE)],
  [-65538, array(int(0))],
] as const;
const REFERENCE = [-65542, bstr(CACHED)] as const;
const BY_LEAF = encodeHeader({ kcwt: LEAF, typ: 65_103 });
const BY_KID = encodeHeader({ kid: owner.kid, typ: 65_103 });
const BY_REFERENCE = encodeHeader({ typ: 65_103 });
const [AUD, CNONCE, OPERATION] = PAIRS;

test("reads the claims that the next rows break", () => {
  assert.is(denialOf(signed(BY_LEAF, map(...PAIRS), courier)), "grant");
  assert.is(denialOf(signed(BY_KID, map(...PAIRS), owner)), "owner");
  assert.is(denialOf(signed(BY_REFERENCE, map(...PAIRS, REFERENCE), courier), CACHING), "grant");
});

function operation(...steps: readonly Uint8Array[]): Bytes {
  return map(AUD, CNONCE, [-65538, array(...steps)]);
}

const SHAPES: readonly (readonly [string, Bytes, Bytes])[] = [
  ["a leaf and the name of another", BY_LEAF, map(...PAIRS, REFERENCE)],
  ["an owner key and the name of a leaf", BY_KID, map(...PAIRS, REFERENCE)],
  ["neither grant nor owner", BY_REFERENCE, map(...PAIRS)],
  ["no lock", BY_LEAF, map(CNONCE, OPERATION)],
  ["no challenge", BY_LEAF, map(AUD, OPERATION)],
  ["no operation", BY_LEAF, map(AUD, CNONCE)],
  ["an expiry besides", BY_LEAF, map(AUD, [4, int(1)], CNONCE, OPERATION)],
  ["the lock twice", BY_LEAF, map(AUD, AUD, CNONCE, OPERATION)],
  ["the challenge first", BY_LEAF, map(CNONCE, AUD, OPERATION)],
  ["a challenge of 15 bytes", BY_LEAF, map(AUD, [39, bstr(fill(15))], OPERATION)],
  ["a challenge of 17 bytes", BY_LEAF, map(AUD, [39, bstr(fill(17))], OPERATION)],
  ["a lock of 10 characters", BY_LEAF, map([3, tstr(LOCK_ID.slice(1))], CNONCE, OPERATION)],
  ["operation 6", BY_LEAF, operation(int(6))],
  ["operation 14", BY_LEAF, operation(int(14))],
  ["operation 16", BY_LEAF, operation(int(16))],
  ["operation -1", BY_LEAF, operation(int(-1))],
  ["no operation in its array", BY_LEAF, operation()],
  ["an argument to unlock", BY_LEAF, operation(int(0), int(0))],
  ["an argument to lock", BY_LEAF, operation(int(1), int(0))],
  ["an argument to unlatch", BY_LEAF, operation(int(4), int(0))],
  ["an argument to read the log", BY_LEAF, operation(int(5), int(0))],
  ["an argument to own", BY_KID, operation(int(15), int(0))],
  ["two arguments to view", BY_LEAF, operation(int(2), int(0), int(0))],
  ["a negative argument", BY_LEAF, operation(int(2), int(-1))],
  ["a reference of 7 bytes", BY_REFERENCE, map(...PAIRS, [-65542, bstr(fill(7))])],
  ["a byte behind its claims", BY_LEAF, concat(map(...PAIRS), int(0))],
  ["a statement's type", encodeHeader({ kid: owner.kid, typ: 65_104 }), map(...PAIRS)],
  ["a link's type", encodeHeader({ kcwt: ROOT, typ: 65_102 }), map(...PAIRS)],
  ["a leaf that is a proof", encodeHeader({ kcwt: prove({ leaf: ROOT }, company), typ: 65_103 }), map(...PAIRS)],
];
for (const [name, header, payload] of SHAPES) {
  test(`refuses a proof with ${name} before any signature`, () => {
    const counting = countingCrypto();
    const message = signed(header, payload, courier);
    const fault = faultOf(() => verifyProof(counting.crypto, message, CACHING));
    assert.match(String(fault), /^(grant\.shape|cbor\.[a-z]+|cose\.[a-z]+)$/);
    assert.is(counting.verifications(), 0);
  });
}

test("accepts alg -8 as -19, and no other", () => {
  const draft = draftProof(claims({ kid: owner.kid }));
  for (const [algorithm, isGood] of [
    [0x27, true],
    [0x32, true],
    [0x26, false],
    [0x31, false],
  ] as const) {
    const header = draft.protected.slice();
    assert.is(header[2], 0x32);
    header[2] = algorithm;
    const answer = faultOf(() => denialOf(signed(header, draft.payload, owner)));
    assert.is(answer, isGood ? "owner" : "cose.algorithm");
  }
});

const COSTS: readonly (readonly [string, Bytes, number])[] = [
  ["a proof for another lock", prove({ leaf: THREE }, driver, { lockId: OTHER_LOCK_ID }), 0],
  ["a proof for another challenge", prove({ leaf: THREE }, driver, { challenge: fill(16) }), 0],
  ["a proof by an unknown owner", prove({ kid: thief.kid }, thief), 0],
  ["a proof with an unknown leaf", prove({ reference: fill(8) }, thief), 0],
  ["a proof in an owner's name", prove({ kid: owner.kid }, thief), 1],
  ["a forged chain of three", prove({ leaf: forged() }, thief), 1],
  ["a stolen root", prove({ leaf: ROOT }, thief), 2],
  ["a stolen chain of three", prove({ leaf: THREE }, thief), 4],
  ["a good proof with a root", prove({ leaf: ROOT }, company), 2],
  ["a good proof with three links", prove({ leaf: THREE }, driver), 4],
];
for (const [name, message, most] of COSTS) {
  test(`verifies ${most} signatures for ${name}`, () => {
    const counting = countingCrypto();
    verifyProof(counting.crypto, message, CACHING);
    assert.is(counting.verifications(), most);
  });
}

/** Two good-looking links of the thief under a root of which the signature was changed. */
function forged(): Bytes {
  const bad = root({ key: thief.key });
  bad[bad.length - 1] ^= 1;
  return link(link(bad, { depth: 1, key: thief.key }, thief), { key: thief.key }, thief);
}

test("refuses more than 1,600 bytes unread", () => {
  const message = new Uint8Array(1_601);
  message.set(prove({ leaf: ROOT }, company));
  assert.is(
    faultOf(() => verify(message)),
    "cbor.bound",
  );
});

for (const [name, good] of [
  ["a holder's proof", prove({ leaf: ROOT }, company)],
  ["an owner's proof", prove({ kid: owner.kid }, owner)],
] as const) {
  test(`refuses every damaged copy of ${name}, in a bounded number of items`, () => {
    for (const { bytes, name: damage } of damagedCopies(good)) {
      const answer = faultOf(() => verify(bytes));
      assert.ok(typeof answer === "string" || answer.kind === "denied", damage);
      const reader = new CountingReader(bytes);
      faultOf(() => readProof(reader));
      assert.ok(reader.steps <= stepsMax(bytes.length), damage);
    }
  });
}

test.run();
