// Goal: others read what we issue, and we accept what others issue.
// Method: cbor-x decodes every message and finds the claims where RFC 8392 wants them; a second issuer, of cbor-x and
// node:crypto alone, makes tokens that the lock accepts.

import * as node from "node:crypto";
import { Encoder, Tag } from "cbor-x";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, toHex } from "../../bytes.ts";
import { verifyChain } from "../chain.ts";
import { verifyProof } from "../holder.ts";
import { fill } from "./form.ts";
import { CHALLENGE, courier, EXPIRY, HANDSHAKE_HASH, LOCK, LOCK_ID, link, prove, root, SESSION } from "./house.ts";

const cbor = new Encoder({ mapsAsObjects: false, useRecords: false, tagUint8Array: false, variableMapSize: true });
const WEEK = [31, 480, 600];

/** Encodes with cbor-x into a plain byte string. */
function encode(value: unknown): Bytes {
  return new Uint8Array(cbor.encode(value));
}

/** An Ed25519 private key of node:crypto. RFC 8410 §7 is its one DER form. */
function privateKey(seedByte: number): node.KeyObject {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, seedByte)]);
  return node.createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}

function rawKey(key: node.KeyObject): Uint8Array {
  const { x } = node.createPublicKey(key).export({ format: "jwk" });
  return Buffer.from(x ?? "", "base64url");
}

function okp(key: node.KeyObject): Map<number, unknown> {
  return new Map<number, unknown>([
    [1, 1],
    [-1, 6],
    [-2, rawKey(key)],
  ]);
}

/** RFC 9679: the first 8 bytes of the thumbprint. */
function thumbprint8(key: node.KeyObject): Uint8Array {
  return node
    .createHash("sha256")
    .update(encode(okp(key)))
    .digest()
    .subarray(0, 8);
}

/** Signs a COSE_Sign1 with nothing of this project. RFC 9052 §4.4. */
function issue(header: Map<number, unknown>, claims: Map<number, unknown>, by: node.KeyObject, aad = fill(0)): Bytes {
  const protectedHeader = encode(header);
  const payload = encode(claims);
  const signature = node.sign(null, encode(["Signature1", protectedHeader, aad, payload]), by);
  return encode(new Tag([protectedHeader, new Map(), payload, signature], 18));
}

const OWNER = privateKey(1);
const COMPANY = privateKey(3);
const COURIER = privateKey(4);

function foreignRoot(algorithm: number): Bytes {
  const limits = new Map<number, unknown>([
    [1, 20],
    [2, [WEEK]],
    [3, 1],
    [4, 7],
  ]);
  const claims = new Map<number, unknown>([
    [2, "Courier Ltd"],
    [3, LOCK_ID],
    [4, 1_900_000_000],
    [5, 1_700_000_000],
    [7, fill(8)],
    [8, new Map([[1, okp(COMPANY)]])],
    [9, encode([[0, 49]])],
    [-65537, limits],
  ]);
  return issue(
    new Map<number, unknown>([
      [1, algorithm],
      [4, thumbprint8(OWNER)],
      [16, 65101],
    ]),
    claims,
    OWNER,
  );
}

function foreignLink(algorithm: number): Bytes {
  const header = new Map<number, unknown>([
    [1, algorithm],
    [13, cbor.decode(foreignRoot(algorithm))],
    [16, 65102],
  ]);
  return issue(
    header,
    new Map<number, unknown>([
      [7, fill(8)],
      [8, new Map([[1, okp(COURIER)]])],
    ]),
    COMPANY,
  );
}

for (const algorithm of [-19, -8]) {
  test(`accepts a foreign chain and proof with alg ${algorithm}`, () => {
    const leaf = foreignLink(algorithm);
    const chain = verifyChain(crypto, leaf, LOCK);
    if (typeof chain === "string") throw new Error(chain);
    const [first] = chain.links;
    assert.equal([first?.grant.name, first?.grant.permissions, first?.grant.uses], ["Courier Ltd", 49, 20]);
    assert.equal(first?.grant.weeklies, WEEK);
    assert.is(toHex(chain.leaf.kid8), toHex(courier.kid));
    const header = new Map<number, unknown>([
      [1, algorithm],
      [13, cbor.decode(leaf)],
      [16, 65103],
    ]);
    const claims = new Map<number, unknown>([
      [3, LOCK_ID],
      [39, CHALLENGE],
      [-65538, [0]],
    ]);
    const proof = verifyProof(crypto, issue(header, claims, COURIER, HANDSHAKE_HASH), SESSION);
    assert.is(proof.kind, "grant");
  });
}

test("the foreign issuer and ours make the same bytes of the same claims", () => {
  const ours = root({ permissions: 1, depth: 1, generation: 7 });
  const claims = new Map<number, unknown>([
    [3, LOCK_ID],
    [4, EXPIRY],
    [7, fill(8, 0x1d)],
    [8, new Map([[1, okp(COMPANY)]])],
    [9, encode([[0, 1]])],
    [
      -65537,
      new Map([
        [3, 1],
        [4, 7],
      ]),
    ],
  ]);
  const header = new Map<number, unknown>([
    [1, -19],
    [4, thumbprint8(OWNER)],
    [16, 65101],
  ]);
  assert.is(toHex(issue(header, claims, OWNER)), toHex(ours));
});

/** What cbor-x finds in a message: the maps of its header and of its claims. */
function read(message: Uint8Array): { header: Map<number, unknown>; claims: Map<number, unknown> } {
  const tagged: unknown = cbor.decode(message);
  if (!(tagged instanceof Tag)) throw new Error("not tagged");
  assert.is(tagged.tag, 18);
  const parts: unknown = tagged.value;
  if (!Array.isArray(parts) || parts.length !== 4) throw new Error("not a COSE_Sign1");
  return { header: cbor.decode(parts[0]), claims: cbor.decode(parts[2]) };
}

test("cbor-x finds in our root what RFC 8392 and RFC 8747 put there", () => {
  const { header, claims } = read(root({ name: "Zoë 犬", uses: 3, weeklies: WEEK, cameraRule: 2, dwellMinutes: 15 }));
  assert.equal([...header.keys()], [1, 4, 16]);
  assert.equal([header.get(1), header.get(16)], [-19, 65101]);
  assert.equal([...claims.keys()], [2, 3, 4, 7, 8, 9, -65537]);
  assert.equal([claims.get(2), claims.get(3), claims.get(4)], ["Zoë 犬", LOCK_ID, EXPIRY]);
  assert.equal(
    claims.get(-65537),
    new Map<number, unknown>([
      [1, 3],
      [2, [WEEK]],
      [3, 2],
      [4, 7],
      [5, 2],
      [6, 15],
    ]),
  );
});

test("cbor-x finds the parent in our link, and the leaf in our proof", () => {
  const parent = root();
  const leaf = link(parent);
  const { header } = read(leaf);
  assert.is(toHex(encode(header.get(13))), toHex(parent));
  const proof = read(prove({ leaf }, courier));
  assert.is(toHex(encode(proof.header.get(13))), toHex(leaf));
  assert.equal(proof.claims.get(-65538), [0]);
});

test.run();
