// Goal: docs/protocol.md §2.2, steps 1 to 4, for a grant: who signed what, how many links, for which lock and door.
// Method: the story of house.ts (owner, company, courier, driver), each rule broken by one message; every damage to good
// messages; and what a stranger makes the lock compute.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { CountingReader } from "../../../simulator/counting.ts";
import { type Bytes, concat, toHex } from "../../bytes.ts";
import { damagedCopies, faultOf } from "../../cbor/test/damage.ts";
import { encodeHeader } from "../../cose/header.ts";
import { parseSign1, readSign1, toBeSigned } from "../../cose/sign1.ts";
import { type Chain, link8Of, permissionsOf, readChain, verifyChain } from "../chain.ts";
import { draftLink, draftRoot, issueRoot } from "../issue.ts";
import { array, bstr, int, sign1, stepsMax } from "./form.ts";
import {
  company,
  countingCrypto,
  courier,
  driver,
  EXPIRY,
  IDENTIFIER,
  LOCK,
  link,
  OTHER_LOCK_ID,
  owner,
  type Person,
  partner,
  root,
  rootClaims,
  thief,
} from "./house.ts";

function verify(leaf: Bytes): ReturnType<typeof verifyChain> {
  return verifyChain(crypto, leaf, LOCK);
}

function verified(leaf: Bytes): Chain {
  const chain = verify(leaf);
  if (typeof chain === "string") throw new Error(`denied: ${chain}`);
  return chain;
}

/** Signs a header and claims that issue.ts would not make. */
function signed(header: Uint8Array, payload: Uint8Array, by: Person): Bytes {
  return sign1(header, payload, by.sign(toBeSigned({ protected: header, payload })));
}

const ROOT = root();
const LINK = link(ROOT);
const MIDDLE = link(ROOT, { depth: 1 });
const LEAF = link(MIDDLE, { key: driver.key }, courier);

test("rule 1: an owner's root verifies, and names its owner, its link and its holder", () => {
  const chain = verified(ROOT);
  assert.is(chain.links.length, 1);
  assert.is(toHex(chain.owner), toHex(owner.kid));
  assert.is(toHex(chain.leaf.kid8), toHex(company.kid));
  assert.is(toHex(chain.leaf.link8), toHex(crypto.sha256(ROOT).slice(0, 8)));
});

test("rule 1: any owner's root verifies", () => {
  assert.is(toHex(verified(issueRoot(partner.kid, rootClaims(), partner.sign)).owner), toHex(partner.kid));
});

test("rule 1: a chain of three verifies, root first", () => {
  const { links, leaf } = verified(LEAF);
  const holders = [company, courier, driver];
  const messages = [ROOT, MIDDLE, LEAF];
  assert.is(links.length, 3);
  assert.is(leaf, links[2]);
  for (const [index, { kid8, link8 }] of links.entries()) {
    assert.is(toHex(kid8), toHex(holders[index]?.kid ?? IDENTIFIER));
    assert.is(toHex(link8), toHex(link8Of(crypto, messages[index] ?? IDENTIFIER)));
  }
});

const STRANGERS: readonly (readonly [string, Bytes, string])[] = [
  ["a root of a key that is no owner's", issueRoot(thief.kid, rootClaims(), thief.sign), "unknown-key"],
  ["a root in an owner's name by another key", issueRoot(owner.kid, rootClaims(), thief.sign), "signature"],
  ["a root in one owner's name by another owner", issueRoot(owner.kid, rootClaims(), partner.sign), "signature"],
  ["a link by a key that is not the parent's holder's", link(ROOT, {}, thief), "signature"],
  ["a link by the owner in the holder's place", link(ROOT, {}, owner), "signature"],
  ["a third link by the first link's holder", link(LINK, {}, company), "signature"],
  ["a good link under a forged root", link(issueRoot(owner.kid, rootClaims(), thief.sign)), "signature"],
  ["a root for another lock", root({ lockId: OTHER_LOCK_ID }), "lock"],
  ["a link under a root for another lock", link(root({ lockId: OTHER_LOCK_ID })), "lock"],
];
for (const [name, leaf, denial] of STRANGERS) test(`rule 1: refuses ${name}`, () => assert.is(verify(leaf), denial));

test("rule 1: refuses a fourth link before it verifies anything", () => {
  const counting = countingCrypto();
  const four = link(LEAF, {}, driver);
  assert.is(
    faultOf(() => verifyChain(counting.crypto, four, LOCK)),
    "grant.shape",
  );
  assert.is(counting.verifications(), 0);
});

const DEPTHS: readonly (readonly [string, Bytes, boolean])[] = [
  ["a root alone that allows no link", root({ depth: 0 }), true],
  ["one link under a root that allows one", link(root({ depth: 1 })), true],
  ["one link under a root that allows none", link(root({ depth: 0 })), false],
  ["two links where all allow them", link(link(root({ depth: 2 }), { depth: 1 }), {}, courier), true],
  ["two links under a root that allows one", link(link(root({ depth: 1 }), { depth: 1 }), {}, courier), false],
  ["two links where the first link allows none", link(link(root({ depth: 2 })), {}, courier), false],
  ["two links where only the first link allows them", link(link(root({ depth: 0 }), { depth: 2 }), {}, courier), false],
  ["a link that allows more than its root", link(root({ depth: 1 }), { depth: 2 }), true],
];
for (const [name, leaf, isGood] of DEPTHS) {
  test(`rule 2: ${isGood ? "accepts" : "refuses"} ${name}`, () => {
    assert.is(typeof verify(leaf) === "string" ? verify(leaf) : "accepted", isGood ? "accepted" : "depth");
  });
}

const DEEP = link(link(root({ permissions: 0b10_0011 }), { permissions: 0b11_0001, depth: 1 }), {}, courier);

test("rule 3: refuses a wider delegate: a chain permits nothing that its root does not", () => {
  for (let rootBits = 1; rootBits < 64; rootBits += 7) {
    for (let linkBits = 1; linkBits < 64; linkBits += 5) {
      const chain = verified(link(root({ permissions: rootBits }), { permissions: linkBits }));
      assert.is(permissionsOf(chain), rootBits & linkBits, `${rootBits} ${linkBits}`);
    }
  }
});

test("rule 3: a link without a scope permits what its parent does", () => {
  assert.is(permissionsOf(verified(DEEP)), 0b10_0001);
});

test("rule 3: what a link claims stands beside what its parent claims, and replaces nothing", () => {
  const chain = verified(
    link(root({ uses: 1, cameraRule: 2, dwellMinutes: 5, notBefore: EXPIRY }), { uses: 9, cameraRule: 1 }),
  );
  const [first, second] = chain.links;
  assert.equal([first?.grant.uses, second?.grant.uses], [1, 9]);
  assert.equal([first?.grant.cameraRule, second?.grant.cameraRule], [2, 1]);
  assert.equal([first?.grant.dwellMinutes, second?.grant.dwellMinutes], [5, undefined]);
  assert.equal([first?.grant.notBefore, second?.grant.notBefore], [EXPIRY, undefined]);
});

test("rule 4: refuses a child that is hung under a broader parent of the same holder", () => {
  const narrow = root({ permissions: 1, uses: 1 });
  const broad = root({ permissions: 63 });
  const child = draftLink(narrow, { identifier: IDENTIFIER, key: courier.key });
  const signature = company.sign(toBeSigned(child));
  const moved = draftLink(broad, { identifier: IDENTIFIER, key: courier.key });
  assert.type(verify(sign1(child.protected, child.payload, signature)), "object");
  assert.is(verify(sign1(moved.protected, moved.payload, signature)), "signature");
});

test("rule 4: refuses a child's claims under another child's signature", () => {
  const one = draftLink(ROOT, { identifier: IDENTIFIER, key: courier.key });
  const other = draftLink(ROOT, { identifier: IDENTIFIER, key: thief.key });
  assert.is(verify(sign1(one.protected, other.payload, company.sign(toBeSigned(one)))), "signature");
});

test("refuses a grant for anything but this door, once it is known to be genuine", () => {
  const draft = draftRoot(owner.kid, rootClaims());
  const from = toHex(bstr(array(array(int(0), int(63)))));
  const payload = replaced(draft.payload, from, toHex(bstr(array(array(int(9), int(63))))));
  assert.is(verify(signed(draft.protected, payload, owner)), "target");
  assert.is(verify(signed(draft.protected, payload, thief)), "signature");
});

test("accepts alg -8 as -19, in root and link", () => {
  const draft = draftRoot(owner.kid, rootClaims());
  const header = replaced(draft.protected, "a30132", "a30127");
  const eddsa = signed(header, draft.payload, owner);
  assert.is(typeof verify(eddsa), "object");
  const child = draftLink(eddsa, { identifier: IDENTIFIER, key: courier.key });
  assert.is(typeof verify(signed(replaced(child.protected, "a30132", "a30127"), child.payload, company)), "object");
});

const DRAFT = draftRoot(owner.kid, rootClaims());
const HEADERS: readonly (readonly [string, Bytes])[] = [
  ["a root of a statement's type", encodeHeader({ kid: owner.kid, typ: 65_104 })],
  ["a root of a link's type", encodeHeader({ kid: owner.kid, typ: 65_102 })],
  ["a root without a kid", encodeHeader({ typ: 65_101 })],
  ["a root that carries a parent", encodeHeader({ kcwt: ROOT, typ: 65_101 })],
  ["a root's claims in a link", encodeHeader({ kcwt: ROOT, typ: 65_102 })],
  ["a root with alg -7", replaced(DRAFT.protected, "a30132", "a30126")],
];
for (const [name, header] of HEADERS) {
  test(`refuses ${name}`, () => {
    assert.match(String(faultOf(() => verify(signed(header, DRAFT.payload, owner)))), /^(grant|cbor|cose)\./);
  });
}

test("a stranger's grant costs one verification, and none where the owner or the lock is unknown", () => {
  for (const [name, leaf] of STRANGERS) {
    const counting = countingCrypto();
    const denial = verifyChain(counting.crypto, leaf, LOCK);
    const isStranger = denial !== "signature" || name.startsWith("a root") || name.includes("forged");
    assert.ok(counting.verifications() <= (denial !== "signature" ? 0 : isStranger ? 1 : 3), name);
  }
});

test("refuses more than 1,600 bytes unread", () => {
  assert.is(
    faultOf(() => verify(concat(ROOT, new Uint8Array(1_601 - ROOT.length)))),
    "cbor.bound",
  );
});

test("refuses every damaged copy of a root, in a bounded number of items and without an accident", () => {
  for (const { bytes, name } of damagedCopies(ROOT)) {
    assert.type(
      faultOf(() => verify(bytes)),
      "string",
      name,
    );
    const reader = new CountingReader(bytes);
    faultOf(() => readChain(reader, readSign1(reader)));
    assert.ok(reader.steps <= stepsMax(bytes.length), name);
  }
});

test("refuses a chain of three with any byte damaged, cut or added", () => {
  let turn = 0;
  for (const { bytes, kind, name } of damagedCopies(LEAF)) {
    turn++;
    if (kind === "flipped" && turn % 7 !== 0) continue;
    assert.type(
      faultOf(() => verify(bytes)),
      "string",
      name,
    );
  }
});

test("finds the parent whole in the child's header", () => {
  const child = parseSign1(LINK);
  const text = toHex(LINK.subarray(child.protectedStart, child.protectedEnd));
  assert.ok(text.includes(toHex(ROOT)));
});

/** Replaces a piece that stands there exactly once. */
function replaced(bytes: Uint8Array, from: string, to: string): Bytes {
  const parts = toHex(bytes).split(from);
  assert.is(parts.length, 2, "the piece stands there once");
  const text = parts.join(to);
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(2 * index, 2 * index + 2), 16),
  );
}

test.run();
