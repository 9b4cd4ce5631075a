// Goal: the examples in docs/ are what the code makes, and what they say is what the specification says.
// Method: the page is made anew and compared; each example is decoded by cbor-x, and the numbers that docs/protocol.cddl fixes
// are looked up in what it found. Our own reader has no part in it.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { Decoder } from "cbor-x";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, toHex } from "../../firmware/bytes.ts";
import { chainSeed, rawFrameHash } from "../../firmware/evidence/segment.ts";
import { examplesPage } from "../examples/page.ts";
import { examples } from "../examples.ts";

const decoder = new Decoder({ mapsAsObjects: false, useRecords: false });
const all = examples(crypto);

type Item = number | string | Uint8Array | readonly Item[] | Map<number, Item>;

function read(bytes: Uint8Array): Item {
  return decoder.decode(bytes);
}

function listOf(item: Item): readonly Item[] {
  if (!Array.isArray(item)) throw new Error("not an array");
  return item;
}

function mapOf(item: Item): Map<number, Item> {
  if (!(item instanceof Map)) throw new Error("not a map");
  return item;
}

function bytesOf(item: Item | undefined): Uint8Array {
  if (!(item instanceof Uint8Array)) throw new Error("not bytes");
  return item;
}

/** The four parts of a COSE_Sign1, by an array head after tag 18. */
function signed(bytes: Bytes): { header: Map<number, Item>; claims: Map<number, Item>; signature: Uint8Array } {
  assert.is(bytes[0], 0xd2);
  const [header, unprotected, payload, signature] = listOf(read(bytes.subarray(1)));
  assert.is(mapOf(unprotected).size, 0);
  return { header: mapOf(read(bytesOf(header))), claims: mapOf(read(bytesOf(payload))), signature: bytesOf(signature) };
}

function keysOf(map: Map<number, Item>): string {
  return [...map.keys()].join(" ");
}

/** rule, number of examples, protected labels, claims: as docs/protocol.cddl writes them. Proofs differ, and stand below. */
const SIGNED: readonly (readonly [string, number, string, string, number])[] = [
  ["root-token", 1, "1 4 16", "2 3 4 5 7 8 9 -65537", 65101],
  ["delegation", 1, "1 13 16", "2 4 7 8 -65537", 65102],
  ["statement", 13, "1 4 16", "3 6 39 -65539", 65104],
  ["revocations", 1, "1 4 16", "3 6 -65540", 65105],
  ["checkpoint", 1, "1 4 16", "3 -65541", 65106],
  ["receipt", 2, "1 4 16", "3 -65543", 65107],
  ["footage", 2, "1 4 16", "3 -65544", 65108],
  ["clip", 1, "1 4 16", "3 -65545", 65109],
  ["rail", 3, "1 4 16", "3 -65546", 65110],
];

test("the page in docs/ is what the code makes", () => {
  assert.is(readFileSync("docs/examples.txt", "utf8"), examplesPage());
});

for (const [rule, count, labels, claims, typ] of SIGNED) {
  test(`${rule}: labels, claims and type are the specification's`, () => {
    const found = all.filter((example) => example.rule === rule);
    assert.is(found.length, count);
    for (const example of found) {
      const message = signed(example.bytes);
      assert.is(message.header.get(1), -19);
      assert.is(message.header.get(16), typ);
      assert.is(keysOf(message.header), labels);
      assert.is(keysOf(message.claims), claims);
      assert.is(message.signature.length, 64);
    }
  });
}

test("holder-proof: with the grant, with its name, and with an owner's key", () => {
  const proofs = all.filter(({ rule }) => rule === "holder-proof").map(({ bytes }) => signed(bytes));
  assert.equal(
    proofs.map(({ header, claims }) => [keysOf(header), keysOf(claims), claims.get(-65538)]),
    [
      ["1 13 16", "3 39 -65538", [0]],
      ["1 16", "3 39 -65538 -65542", [1]],
      ["1 4 16", "3 39 -65538", [15]],
    ],
  );
});

test("statement: there is an example of every kind", () => {
  const kinds = all
    .filter(({ rule }) => rule === "statement")
    .map(({ bytes }) => listOf(signed(bytes).claims.get(-65539) ?? [])[1]);
  assert.equal(
    [...kinds].sort((left, right) => Number(left) - Number(right)),
    [2, 3, 4, 5, 6, 8, 10, 11, 12, 13, 14, 15, 16],
  );
});

/** rule, and the first item of each of its examples: the message's number. */
const NUMBERED: readonly (readonly [string, readonly number[]])[] = [
  ["welcome", [1]],
  ["request", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 18, 18, 23, 16, 17, 17, 19, 20, 21, 22]],
  ["answer", [64, 64, 64, 67, 68, 69, 73, 76, 74, 75]],
  ["heartbeat", [16, 16]],
  ["here", [17]],
  ["ask", [80]],
  ["ticket", [81]],
  ["viewer-request", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]],
  ["viewer-answer", [64, 65, 66, 67, 68, 69]],
  ["notice", [96]],
  ["provision", [1]],
  ["provisioned", [1]],
  ["setup", [1]],
  ["invitation", [1]],
];

for (const [rule, numbers] of NUMBERED) {
  test(`${rule}: the numbers are the specification's`, () => {
    const found = all.filter((example) => example.rule === rule).map(({ bytes }) => listOf(read(bytes))[0]);
    assert.equal(found, [...numbers]);
  });
}

test("no: an owner learns the number of the reason, nobody else any", () => {
  const answers = all.filter(({ rule }) => rule === "answer").map(({ bytes }) => listOf(read(bytes)));
  assert.equal(answers[1], [64, 1, 0]);
  assert.equal(answers[2], [64, 2, 0, 22]);
});

test("status: every key from 1 to 19 is there", () => {
  const status = all.filter(({ rule }) => rule === "answer").map(({ bytes }) => listOf(read(bytes)))[3][2];
  assert.is(keysOf(mapOf(status)), "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19");
});

test("every rule that the specification names for a whole message has an example", () => {
  const cddl = readFileSync("docs/protocol.cddl", "utf8");
  const rules = [...cddl.matchAll(/^([a-z]+-\d+|prologue-[a-z]+|[a-z-]+) +=(?: #6\.18| \[| \[version)/gm)].map(
    ([, name]) => name,
  );
  const ofGrants = ["weeklies", "weekly", "aif", "body", "revoked", "code", "head", "clip-head"];
  const ofImages = ["covered", "keyring", "lists", "counters", "visit", "marks", "acknowledged", "senseless", "faces"];
  const ofCodes = ["codes", "user", "user-setting", "credential", "code-use", "used-window", "holidays", "span"];
  const ofClaims = ["slice", "claimed-clip"];
  const parts = [...ofGrants, ...ofImages, ...ofCodes, ...ofClaims, "listed"];
  const whole = rules.filter((name) => !parts.includes(name));
  assert.ok(whole.length >= 25, whole.join(" "));
  const shown = new Set(all.map(({ rule }) => rule));
  assert.equal(
    whole.filter((name) => !shown.has(name)),
    [],
  );
});

/** rule, label of its claim, and the keys of each of its examples. */
const OF_A_CAMERA: readonly (readonly [string, number, readonly string[]])[] = [
  ["footage", -65544, ["1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8 9 10 11 12 13"]],
  ["clip", -65545, ["1 2 3 4 5 6 7"]],
  ["rail", -65546, ["1 2 3 4 5 6 7", "1 2 3 4 5 7", "1 2 3 4 5"]],
];
for (const [rule, label, keys] of OF_A_CAMERA) {
  test(`${rule}: the keys inside are the specification's`, () => {
    const claims = all.filter((example) => example.rule === rule).map(({ bytes }) => signed(bytes).claims.get(label));
    assert.equal(
      claims.map((claim) => keysOf(mapOf(claim ?? 0))),
      [...keys],
    );
  });
}

test("a frame's hash and a chain's beginning are as docs/protocol.md says, by node:crypto alone", () => {
  const page = readFileSync("docs/protocol.md", "utf8");
  const u64 = (value: number) => Buffer.from(value.toString(16).padStart(16, "0"), "hex");
  const picture = Buffer.from("ffd8ffd9", "hex");
  const hash = createHash("sha256").update(u64(1_000)).update(u64(0)).update(picture).digest("hex");
  assert.ok(page.includes(`hash to \`${hash}\``), hash);
  const kid = all.filter(({ rule }) => rule === "footage").map(({ bytes }) => bytesOf(signed(bytes).header.get(4)))[0];
  const seed = createHash("sha256")
    .update("LF1")
    .update(kid ?? "")
    .update(Buffer.alloc(16, 0xc1))
    .digest("hex");
  assert.ok(
    page.includes(`kid8 \`${Buffer.from(kid ?? []).toString("hex")}\``),
    Buffer.from(kid ?? []).toString("hex"),
  );
  assert.ok(page.includes(`chain_0 is \`${seed}\``), seed);
  const stamp = { seq: 1_000, ms: 0 };
  assert.is(toHex(rawFrameHash(crypto, stamp, new Uint8Array(picture))), hash);
  assert.is(toHex(chainSeed(crypto, kid ?? new Uint8Array(0), new Uint8Array(16).fill(0xc1))), seed);
});

test("journal payloads: each is one array, save the watermark, which is empty", () => {
  for (const { rule, bytes } of all.filter((example) => /-\d+$/.test(example.rule))) {
    if (rule === "watermark-2") assert.is(bytes.length, 0);
    else assert.ok(Array.isArray(read(bytes)), rule);
  }
});

test("an intent with two counted links fits in a record of 96 bytes, and a closing in one of 64", () => {
  const size = (rule: string) =>
    32 + Math.ceil((all.find((example) => example.rule === rule)?.bytes.length ?? 0) / 32) * 32;
  assert.is(size("intent-16"), 96);
  assert.is(size("closing-17"), 64);
  assert.ok(existsSync("docs/protocol.md"));
});

test.run();
