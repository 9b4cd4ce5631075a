// Goal: what an owner took back stays taken, whoever carries the list and however often; no list undoes another owner's
// (docs/protocol.md §2.3; T09, T44, T46, T50).
// Method: lists around their bounds, read back from message and journal; each reason for which a chain is void; the steps
// of succession; forgetting; damage.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { CountingReader } from "../../../simulator/counting.ts";
import { type Bytes, concat, toHex } from "../../bytes.ts";
import { Reader } from "../../cbor/decode.ts";
import { Writer } from "../../cbor/encode.ts";
import { damagedCopies, faultOf } from "../../cbor/test/damage.ts";
import { encodeHeader } from "../../cose/header.ts";
import { toBeSigned } from "../../cose/sign1.ts";
import { type Seconds, seconds } from "../../platform.ts";
import { type Chain, verifyChain } from "../chain.ts";
import { makeRevocations } from "../issue.ts";
import {
  judgeRevocation,
  judgeSuccession,
  prune,
  type RevocationList,
  readList,
  readRevocations,
  verifyRevocations,
  writeList,
} from "../revocation.ts";
import { array, bstr, fill, int, map, sign1, stepsMax, tstr } from "./form.ts";
import {
  company,
  courier,
  driver,
  EXPIRY,
  LOCK,
  LOCK_ID,
  link,
  OTHER_LOCK_ID,
  owner,
  type Person,
  partner,
  root,
  thief,
} from "./house.ts";

const NOW = seconds(1_800_000_000);

function list(of: Partial<RevocationList> = {}): RevocationList {
  const none = { revoked: fill(0), untils: [], holders: fill(0), codes: [] };
  return { owner: owner.kid, sequence: 1, generation: 0, ...none, ...of };
}

function make(revocations: RevocationList, by: Person = owner, lockId: string = LOCK_ID): Bytes {
  return makeRevocations({ lockId, issuedAt: NOW, list: revocations }, by.sign);
}

function verify(message: Bytes): RevocationList | string {
  return verifyRevocations(crypto, message, LOCK);
}

function names(count: number): Bytes {
  return concat(...Array.from({ length: count }, (_, index) => fill(8, index)));
}

function times(count: number): Seconds[] {
  return Array.from({ length: count }, (_, index) => seconds(NOW + index));
}

const CODES = Array.from({ length: 16 }, (_, index) => ({ codeClass: index, serial: 1, start: 0xffff_ffff }));
const FULL = list({ revoked: names(48), untils: times(48), holders: names(16), codes: CODES, generation: 0xffff_ffff });

for (const [name, good] of [
  ["an empty list", list()],
  ["a full list", FULL],
  ["one link", list({ revoked: fill(8), untils: [EXPIRY] })],
  ["one holder", list({ holders: courier.kid })],
] as const) {
  test(`reads back ${name}, from a message and from the journal`, () => {
    const read = verify(make(good));
    assert.equal(read, good);
    const writer = new Writer();
    writeList(writer, good);
    const reader = new Reader(writer.finish());
    assert.equal(readList(reader), good);
    reader.end();
  });
}

test("a full list fits a message", () => assert.ok(make(FULL).length <= 1_600));

test("refuses a list for another lock, of a stranger, and in another's name", () => {
  assert.is(verify(make(list(), owner, OTHER_LOCK_ID)), "lock");
  assert.is(verify(make(list({ owner: thief.kid }), thief)), "unknown-key");
  assert.is(verify(make(list(), thief)), "signature");
  assert.is(verify(make(list({ owner: partner.kid }), owner)), "signature");
});

const LEAF = link(link(root({ generation: 7 }), { depth: 1 }), { key: driver.key }, courier);

function chainOf(leaf: Bytes): Chain {
  const chain = verifyChain(crypto, leaf, LOCK);
  if (typeof chain === "string") throw new Error(chain);
  return chain;
}

const CHAIN = chainOf(LEAF);

for (const [index, { link8, kid8 }] of CHAIN.links.entries()) {
  test(`rule 5: refuses a chain of which link ${index} is revoked, wherever it stands in whichever list`, () => {
    for (const place of [0, 1, 23, 47]) {
      const revoked = names(48);
      revoked.set(link8, 8 * place);
      for (const by of [owner, partner]) {
        const lists = [list({ owner: company.kid }), list({ owner: by.kid, revoked, untils: times(48) })];
        assert.is(judgeRevocation(crypto, CHAIN, lists), "revoked");
      }
    }
  });

  test(`rule 5: refuses a chain of which holder ${index} is listed, by whichever owner`, () => {
    for (const by of [owner, partner]) {
      const lists = [list({ owner: by.kid, holders: concat(names(15), kid8) })];
      assert.is(judgeRevocation(crypto, CHAIN, lists), "holder");
    }
  });

  test(`rule 5: finds link ${index} at whole names only`, () => {
    const shifted = concat(fill(3, 0), link8, fill(5, 0));
    assert.is(
      judgeRevocation(crypto, CHAIN, [list({ revoked: shifted, untils: times(2), holders: shifted })]),
      undefined,
    );
    const near = link8.slice();
    near[7] ^= 1;
    assert.is(judgeRevocation(crypto, CHAIN, [list({ revoked: near, untils: times(1) })]), undefined);
  });
}

const FLOORS: readonly (readonly [Person, number, string | undefined])[] = [
  [owner, 0, undefined],
  [owner, 7, undefined],
  [owner, 8, "generation"],
  [owner, 0xffff_ffff, "generation"],
  [partner, 8, undefined],
];
for (const [by, generation, denial] of FLOORS) {
  const whose = by === owner ? "its owner's" : "another owner's";
  test(`rule 5: ${denial === undefined ? "keeps" : "refuses"} a root of generation 7 under ${whose} floor of ${generation}`, () => {
    assert.is(judgeRevocation(crypto, CHAIN, [list({ owner: by.kid, generation })]), denial);
  });
}

test("rule 5: a chain that nobody took back stands", () => {
  assert.is(judgeRevocation(crypto, CHAIN, []), undefined);
  assert.is(
    judgeRevocation(crypto, CHAIN, [list({ ...FULL, generation: 7 }), list({ owner: partner.kid })]),
    undefined,
  );
});

test("rule 5: an owner key in list 4 revokes no root: the list names holders", () => {
  assert.is(judgeRevocation(crypto, CHAIN, [list({ holders: owner.kid })]), undefined);
});

test("a link that says the same again is another link: revoking one leaves the other", () => {
  const twin = chainOf(link(root({ generation: 7 }), { uses: 1 }));
  const revoked = chainOf(link(root({ generation: 7 }), { uses: 2 })).leaf.link8;
  assert.is(judgeRevocation(crypto, twin, [list({ revoked, untils: times(1) })]), undefined);
});

const FORMER = list({ sequence: 10, generation: 5 });
const SUCCESSIONS: readonly (readonly [number, number, string | undefined])[] = [
  [11, 5, undefined],
  [11, 6, undefined],
  [11, 5 + 1_024, undefined],
  [11, 5 + 1_025, "generation"],
  [11, 0xffff_ffff, "generation"],
  [11, 4, "generation"],
  [10, 5, "sequence"],
  [9, 6, "sequence"],
  [10 + 65_536, 5, undefined],
  [10 + 65_537, 5, "sequence"],
  [0xffff_ffff, 5, "sequence"],
];
for (const [sequence, generation, denial] of SUCCESSIONS) {
  const verb = denial === undefined ? "takes" : "refuses";
  test(`${verb} list ${sequence} with generation ${generation} after list 10 with generation 5`, () => {
    assert.is(judgeSuccession(FORMER, list({ sequence, generation })), denial);
  });
}

test("takes a first list by the same steps from zero", () => {
  assert.is(judgeSuccession(undefined, list({ sequence: 65_536, generation: 1_024 })), undefined);
  assert.is(judgeSuccession(undefined, list({ sequence: 0 })), "sequence");
  assert.is(judgeSuccession(undefined, list({ sequence: 65_537 })), "sequence");
  assert.is(judgeSuccession(undefined, list({ generation: 1_025 })), "generation");
});

test("forgets a link once its time is past, and nothing else", () => {
  const all = list({ revoked: names(4), untils: times(4), holders: names(2), codes: CODES });
  assert.is(prune(all, NOW), all);
  const pruned = prune(all, seconds(NOW + 2));
  assert.is(toHex(pruned.revoked), toHex(names(4).slice(16)));
  assert.equal(pruned.untils, times(4).slice(2));
  assert.equal([pruned.holders, pruned.codes, pruned.sequence], [all.holders, all.codes, all.sequence]);
  const none = prune(all, seconds(NOW + 4));
  assert.equal([none.revoked.length, none.untils.length], [0, 0]);
});

const HEADER = encodeHeader({ kid: owner.kid, typ: 65_105 });
const ENTRIES = [
  [1, int(1)],
  [2, int(0)],
  [3, array()],
  [4, array()],
  [5, array()],
] as const;

/** Signs a list of which one entry is another. */
function withEntry(key: number, value: Uint8Array): Bytes {
  return signed(map(...ENTRIES.map(([label, entry]) => [label, label === key ? value : entry] as const)));
}

function signed(entries: Uint8Array, header: Uint8Array = HEADER): Bytes {
  const payload = map([3, tstr(LOCK_ID)], [6, int(NOW)], [-65540, entries]);
  return sign1(header, payload, owner.sign(toBeSigned({ protected: header, payload })));
}

function repeat(count: number, item: Uint8Array): Bytes {
  return array(...Array.from({ length: count }, () => item));
}

const REVOKED = array(bstr(fill(8)), int(1));
const CODE = array(int(1), int(1), int(1));
const SHAPES: readonly (readonly [string, Bytes])[] = [
  ["49 links", withEntry(3, repeat(49, REVOKED))],
  ["17 holders", withEntry(4, repeat(17, bstr(fill(8))))],
  ["17 codes", withEntry(5, repeat(17, CODE))],
  ["a link of 7 bytes", withEntry(3, array(array(bstr(fill(7)), int(1))))],
  ["a link without a time", withEntry(3, array(array(bstr(fill(8)))))],
  ["a link alone", withEntry(3, array(bstr(fill(8))))],
  ["a holder of 9 bytes", withEntry(4, array(bstr(fill(9))))],
  ["a code of two numbers", withEntry(5, array(array(int(1), int(1))))],
  ["a negative number", withEntry(1, int(-1))],
  ["a number above 32 bits", withEntry(2, Uint8Array.of(0x1b, 0, 0, 0, 1, 0, 0, 0, 0))],
  ["an entry missing", signed(map(...ENTRIES.slice(0, 4)))],
  ["an entry besides", signed(map(...ENTRIES, [6, array()]))],
  ["an entry twice", signed(map(...ENTRIES.slice(0, 4), [4, array()]))],
  ["a statement's type", signed(map(...ENTRIES), encodeHeader({ kid: owner.kid, typ: 65_104 }))],
  ["no key", signed(map(...ENTRIES), encodeHeader({ typ: 65_105 }))],
];
for (const [name, message] of SHAPES) {
  test(`refuses a list with ${name}`, () => {
    assert.match(String(faultOf(() => verify(message))), /^(statement\.shape|cbor\.[a-z]+)$/);
  });
}

test("reads the lists that these rows break", () => {
  assert.type(verify(withEntry(3, repeat(48, REVOKED))), "object");
  assert.type(verify(withEntry(5, repeat(16, CODE))), "object");
});

test("refuses every damaged copy of a list, in a bounded number of items", () => {
  const good = make(list({ revoked: names(2), untils: times(2), holders: names(1), codes: CODES.slice(0, 1) }));
  for (const { bytes, name } of damagedCopies(good)) {
    assert.type(
      faultOf(() => verify(bytes)),
      "string",
      name,
    );
    const reader = new CountingReader(bytes);
    faultOf(() => readRevocations(reader));
    assert.ok(reader.steps <= stepsMax(bytes.length), name);
  }
});

test.run();
