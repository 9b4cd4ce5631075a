// Goal: malformed messages do no harm, on every engine; and a harm would be seen.
// Method: a slice of what `npm run fuzz` sends; readers that misbehave on purpose; the spoilt messages themselves.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { toHex } from "../../../firmware/bytes.ts";
import type { Holiday } from "../../../firmware/codes/user.ts";
import { Fault } from "../../../firmware/fault.ts";
import { seconds } from "../../../firmware/platform.ts";
import { examples } from "../../examples.ts";
import { Stream } from "../../random.ts";
import { type Failure, fuzz, harmOf, reportOf } from "../fuzz.ts";
import { mutate, sourceOf } from "../mutate.ts";
import { type Parser, parsersOf, type Reading } from "../parsers.ts";
import { Siege } from "../siege.ts";
import { encodeTree } from "../tree.ts";

const SEED = 7;
const COUNT = 5_000;
const SPOILT = 5;
const HOUR_SECONDS = 3_600;

function told(failure: Failure | undefined): string {
  return failure === undefined ? "" : reportOf(failure, SEED, "node").join("\n");
}

test(`lets none of ${COUNT} malformed messages do harm, seed ${SEED}`, () => {
  assert.is(told(fuzz(crypto, { seed: SEED, count: COUNT })), "");
});

test("blames no lock for the holidays that its owner set during a siege", () => {
  const siege = new Siege(crypto, new Stream(SEED, "holidays"));
  const { time: from } = siege.desk;
  const session = siege.desk.ownerSession();
  const holidays: readonly Holiday[] = [{ from, until: seconds(from + HOUR_SECONDS), mode: "vacation" }];
  assert.is(session.ask({ kind: "holidays", holidays })?.kind, "yes");
  session.leave();
  assert.is(siege.relieve(), undefined);
});

test("looks at the heap, and tells when it grows", () => {
  let bytes = 0;
  const heap = { growthMax: 100, bytes: () => (bytes += 80) };
  const failure = fuzz(crypto, { seed: SEED, count: 4_000, heap });
  assert.is(failure?.index, 2_999);
  assert.is(failure?.what, "it has grown by 160 bytes");
});

const SHORT = Uint8Array.of(0x00);

function misbehaving(reading: Reading): Parser {
  return { name: "a reader", isInFront: true, goods: [sourceOf(SHORT)], steps: 3, read: () => reading };
}

const READINGS: readonly (readonly [name: string, reading: Reading, harm: string | undefined])[] = [
  ["takes what a reader takes", { steps: 3, thrown: undefined }, undefined],
  ["takes a refusal by a Fault", { steps: 1, thrown: new Fault("cbor.type") }, undefined],
  ["takes ten times the steps of a good message", { steps: 30, thrown: new Fault("cbor.type") }, undefined],
  ["tells of one step more", { steps: 31, thrown: undefined }, "took 31 steps, where the largest good message takes 3"],
  ["tells of any other error", { steps: 1, thrown: new TypeError("x") }, "threw TypeError: x"],
  ["tells of an assertion", { steps: undefined, thrown: new Error("assertion: x") }, "threw Error: assertion: x"],
];
for (const [name, reading, harm] of READINGS) {
  test(name, () => assert.is(harmOf(misbehaving(reading), SHORT), harm));
}

test("writes every example back as it was", () => {
  let trees = 0;
  for (const { rule, bytes } of examples(crypto)) {
    const { root } = sourceOf(bytes);
    if (root === undefined) continue;
    trees++;
    assert.is(toHex(encodeTree(root)), toHex(bytes), rule);
  }
  assert.ok(trees > 50);
});

test("finds the items inside of byte strings: a proof's grant is part of its tree", () => {
  const proof = examples(crypto).find(({ rule }) => rule === "holder-proof");
  const { items, holders } = sourceOf(proof?.bytes ?? new Uint8Array(0));
  assert.ok(items.length > 60);
  assert.ok(holders.length > 20);
});

test("never leaves a message as it was, and makes it again from its seed", () => {
  const sources = examples(crypto).map(({ bytes }) => sourceOf(bytes));
  for (const good of sources) {
    const [first, second] = [new Stream(SEED, "spoilt"), new Stream(SEED, "spoilt")];
    for (let left = SPOILT; left > 0; left--) {
      const spoilt = mutate(first, good, sources[0]);
      assert.is.not(toHex(spoilt), toHex(good.bytes));
      assert.is(toHex(mutate(second, good, sources[0])), toHex(spoilt));
    }
  }
});

test("spoils messages in ways that come far and in ways that do not", () => {
  const causes = new Set<string>();
  const parsers = parsersOf(crypto);
  const random = new Stream(SEED, "causes");
  for (let left = 4_000; left > 0; left--) {
    const { goods, read } = random.pick(parsers);
    causes.add(codeOf(read(mutate(random, random.pick(goods), random.pick(goods))).thrown));
  }
  for (const code of ["bound", "canonical", "text", "trailing", "truncated", "type", "unsupported"]) {
    assert.ok(causes.has(`cbor.${code}`), code);
  }
  for (const code of ["cose.shape", "cose.signature", "grant.shape", "link.shape"]) {
    assert.ok(causes.has(code), code);
  }
  for (const code of ["statement.shape", "journal.corrupt", "time.zone", "none"]) assert.ok(causes.has(code), code);
});

test("puts keys out of order, and twice", () => {
  const parser = parsersOf(crypto).find(({ name }) => name === "readStatement");
  const good = parser?.goods.at(-1);
  assert.ok(parser !== undefined && good !== undefined);
  const random = new Stream(SEED, "order");
  let refused = 0;
  for (let left = 1_500; left > 0; left--) {
    if (codeOf(parser.read(mutate(random, good, good)).thrown) === "cbor.order") refused++;
  }
  assert.ok(refused > 1, String(refused));
});

function codeOf(thrown: unknown): string {
  return thrown instanceof Fault ? thrown.code : thrown === undefined ? "none" : String(thrown);
}

test.run();
