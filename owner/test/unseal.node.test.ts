// Goal: what says that it is an encrypted film costs whoever looks at it a few pieces of memory, however long it is and whatever
// stands in it.
// Method: headers that never end, each from a source without an end that counts what is drawn of it; headers of age's own library
// with as many recipients as are let in, and one more; and a film that is drawn no faster than it is taken.

import { Encrypter } from "age-encryption";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Bytes } from "../../firmware/bytes.ts";
import { ageIdentity, ageRecipient, HEADER_BYTES_MAX, STANZAS_MAX, unseal } from "../clip/unseal.ts";
import { EXIT, Failure } from "../failure.ts";
import { PIECE_BYTES, Source, sourceOf } from "./source.node.ts";

const CHUNK_BYTES = 65_536;
const VERSION = "age-encryption.org/v1\n";
const STANZA = `-> X25519 ${"A".repeat(43)}\n${"A".repeat(43)}\n`;
const MINE = ageIdentity(new Uint8Array(32).fill(9));

/** A beginning, and then one text again and again without an end. */
function endless(start: string, again: string): Source {
  const period = Math.ceil(PIECE_BYTES / again.length) * again.length;
  const more = bytesOf(again.repeat(period / again.length));
  return new Source((at) => (at === 0 ? bytesOf(start) : more));
}

function bytesOf(text: string): Bytes {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

async function refusalOf(source: Source): Promise<Failure> {
  try {
    await unseal(source, [MINE], () => assert.unreachable("nothing of it is anybody's"));
  } catch (error) {
    assert.ok(source.isClosed, "whatever held the file is let go");
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("it was opened");
}

const ENDLESS: readonly (readonly [name: string, source: () => Source, says: RegExp])[] = [
  ["a stanza's body", () => endless(`${VERSION}-> X25519 x\n`, `${"A".repeat(64)}\n`), /longer than/],
  ["a line", () => endless(`${VERSION}-> `, "x"), /longer than/],
  ["stanzas", () => endless(VERSION, STANZA), /longer than/],
  ["the line of its seal", () => endless(`${VERSION}${STANZA}--- `, "A"), /longer than/],
  ["lines of nothing", () => endless(VERSION, "\n"), /longer than/],
  ["zeros", () => endless("age-encryption.org/", "\0"), /longer than/],
];
for (const [name, source, says] of ENDLESS) {
  test(`refuses a header without an end: ${name}`, async () => {
    const endless = source();
    const { exit, message } = await refusalOf(endless);
    assert.is(exit, EXIT.UNVERIFIED);
    assert.match(message, says);
    assert.ok(endless.drawn <= HEADER_BYTES_MAX + 2 * PIECE_BYTES, `${endless.drawn} bytes were drawn`);
  });
}

for (const size of [0, 1, VERSION.length, VERSION.length + 50]) {
  test(`refuses a header that ends after ${size} bytes`, async () => {
    const { exit, message } = await refusalOf(sourceOf(bytesOf(`${VERSION}${STANZA}--- `.slice(0, size))));
    assert.is(exit, EXIT.UNVERIFIED);
    assert.match(message, /beginning is damaged/);
  });
}

async function sealedFor(count: number, plain: Bytes): Promise<Bytes> {
  const encrypter = new Encrypter();
  const other = await ageRecipient(ageIdentity(new Uint8Array(32).fill(8)));
  for (let index = 1; index < count; index++) encrypter.addRecipient(other);
  encrypter.addRecipient(await ageRecipient(MINE));
  return new Uint8Array(await encrypter.encrypt(plain));
}

test("opens what is sealed for as many keys as are let in, and refuses one more before it tries any", async () => {
  const plain = bytesOf("a film");
  const taken: Bytes[] = [];
  assert.ok(await unseal(sourceOf(await sealedFor(STANZAS_MAX, plain)), [MINE], (piece) => taken.push(piece)));
  assert.equal(taken, [plain]);
  const { exit, message } = await refusalOf(sourceOf(await sealedFor(STANZAS_MAX + 1, plain)));
  assert.is(exit, EXIT.UNVERIFIED);
  assert.match(message, /more than 32 keys/);
});

test("a film is drawn no faster than it is taken, and not on where nobody takes it", async () => {
  const source = sourceOf(await sealedFor(1, new Uint8Array(20 * CHUNK_BYTES)));
  let taken = 0;
  const stop = new Error("enough");
  const take = async (piece: Bytes) => {
    await new Promise((resolve) => setImmediate(resolve));
    taken += piece.length;
    // What is held is a sealed chunk, the one behind it in part, and what lies between the streams.
    assert.ok(source.drawn <= taken + 2 * CHUNK_BYTES, `${source.drawn} bytes were drawn for ${taken}`);
    if (taken === 5 * CHUNK_BYTES) throw stop;
  };
  await unseal(source, [MINE], take).then(
    () => assert.unreachable(),
    (error) => assert.is(error, stop),
  );
  assert.is(taken, 5 * CHUNK_BYTES);
  assert.ok(source.isClosed);
});

test("a source that cannot be read on says so itself, and is no film that was cut", async () => {
  const film = await sealedFor(1, new Uint8Array(3 * CHUNK_BYTES));
  const broken = new Failure(EXIT.USAGE, "the disk is gone");
  for (const end of [0, 100, 2 * CHUNK_BYTES]) {
    const source = new Source((at) => {
      if (at >= end) throw broken;
      return film.slice(at, at + PIECE_BYTES);
    });
    await unseal(source, [MINE], () => undefined).then(
      () => assert.unreachable(),
      (error) => assert.is(error, broken),
    );
  }
});

test.run();
