// Goal: cursor and writer agree with an independent library and with the published table.
// Method: seeded trees go through cbor-x both ways; what cbor-x accepts and the cursor must refuse stands in rows;
// RFC 8949 appendix A is read from the published vectors where they are present (github.com/cbor/test-vectors).

import { existsSync, readFileSync } from "node:fs";
import { Decoder, Encoder } from "cbor-x";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../bytes.ts";
import type { FaultCode } from "../../fault.ts";
import { Reader } from "../decode.ts";
import { Writer } from "../encode.ts";
import { APPENDIX_READ, APPENDIX_REFUSED } from "./appendix.ts";
import { faultOf } from "./damage.ts";
import { growTree, readTree, seeded, show, type Tree, writeTree } from "./tree.ts";

const SEED = 0x6b65_7973;
const TREES = 2_000;
const TREE_BYTES_MAX = 262_144;
const VECTORS = "../shared/vectors/cbor/appendix_a.json";

const OPTIONS = { mapsAsObjects: false, useRecords: false, variableMapSize: true, tagUint8Array: false } as const;
const encoder = new Encoder(OPTIONS);
const decoder = new Decoder(OPTIONS);

function readWhole(bytes: Uint8Array): Tree {
  const reader = new Reader(Uint8Array.from(bytes), TREE_BYTES_MAX);
  const tree = readTree(reader);
  reader.end();
  return tree;
}

test(`cbor-x reads ${TREES} trees of the writer as equal (seed ${SEED})`, () => {
  const random = seeded(SEED);
  for (let index = 0; index < TREES; index++) {
    const tree = growTree(random, 5);
    const back = decoder.decode(writeTree(new Writer(TREE_BYTES_MAX), tree).finish());
    assert.is(show(back), show(tree), `seed ${SEED}, tree ${index}`);
  }
});

test(`the cursor reads ${TREES} trees of cbor-x as equal, and the writer gives the same bytes (seed ${SEED + 1})`, () => {
  const random = seeded(SEED + 1);
  for (let index = 0; index < TREES; index++) {
    const tree = growTree(random, 5);
    const bytes = Uint8Array.from(encoder.encode(tree));
    assert.is(show(readWhole(bytes)), show(tree), `seed ${SEED + 1}, tree ${index}`);
    const ours = writeTree(new Writer(TREE_BYTES_MAX), tree).finish();
    assert.is(toHex(ours), toHex(bytes), `seed ${SEED + 1}, tree ${index}`);
  }
});

// Each is accepted by cbor-x 1.6.9.
const REFUSED: readonly (readonly [string, string, FaultCode])[] = [
  ["a duplicate key", "a201010102", "cbor.order"],
  ["keys out of order", "a202020101", "cbor.order"],
  ["a longer integer than needed", "1801", "cbor.canonical"],
  ["a longer integer than needed, in 4 bytes", "1a00000001", "cbor.canonical"],
  ["a longer integer than needed, in 8 bytes", "1b0000000000000001", "cbor.canonical"],
  ["a longer size than needed", "58020102", "cbor.canonical"],
  ["an array of indefinite length", "9f01ff", "cbor.canonical"],
  ["a map of indefinite length", "bf0102ff", "cbor.canonical"],
  ["an overlong UTF-8 form", "62c080", "cbor.text"],
  ["a surrogate in UTF-8", "63eda080", "cbor.text"],
  ["a lead byte that UTF-8 does not have", "61ff", "cbor.text"],
  ["a float", "f93c00", "cbor.unsupported"],
  ["a simple value", "f5", "cbor.unsupported"],
  ["a bignum", "c24101", "cbor.unsupported"],
  ["a date", "c11a514b67b0", "cbor.unsupported"],
  ["a text as a key", "a1616101", "cbor.type"],
];

for (const [name, hex, code] of REFUSED) {
  test(`refuses ${name}, which cbor-x accepts`, () => {
    assert.not.throws(() => decoder.decode(fromHex(hex)));
    assert.is(
      faultOf(() => readWhole(fromHex(hex))),
      code,
    );
  });
}

if (existsSync(VECTORS)) {
  const published: readonly { readonly hex: string; readonly decoded?: unknown }[] = JSON.parse(
    readFileSync(VECTORS, "utf8"),
  );

  test("the typed rows of RFC 8949 appendix A are all of the published ones", () => {
    const typed = [...APPENDIX_READ, ...APPENDIX_REFUSED].map(([hex]) => hex);
    assert.equal(typed.sort(), published.map(({ hex }) => hex).sort());
  });

  test("reads the subset of appendix A as published and byte for byte, and refuses the rest", () => {
    const subset = new Set(APPENDIX_READ.map(([hex]) => hex));
    for (const { hex, decoded } of published) {
      const result = faultOf(() => ({ tree: readWhole(fromHex(hex)) }));
      assert.is(typeof result !== "string", subset.has(hex), hex);
      if (typeof result === "string") continue;
      assert.is(toHex(writeTree(new Writer(), result.tree).finish()), hex);
      if (Array.isArray(decoded) || typeof decoded === "number" || typeof decoded === "string") {
        assert.equal(result.tree, decoded, hex);
      }
    }
  });
} else {
  console.log(`${VECTORS} is not here: the published table of RFC 8949 appendix A is left out`);
}

test.run();
