// Goal: the encryption of a clip is the same on every engine, and as large as age says.
// Method: files from fixed keys are compared by their hashes with those that age.node.test.ts opens with other tools.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { toHex } from "../../firmware/bytes.ts";
import { crypto as portable } from "../../firmware/crypto/portable.ts";
import { throwsFault } from "../../firmware/crypto/test/checks.ts";
import { AgeWriter, CHUNK_BYTES } from "../age.ts";
import { KNOWN } from "./known.ts";
import { plainOf, SECRETS, SeededRandom, sealed } from "./sealing.ts";
import { Tape } from "./tape.ts";

for (const [size, hash] of KNOWN) {
  test(`encrypts ${size} bytes to the file that age opens`, () => {
    const file = sealed(crypto, plainOf(size));
    assert.is(toHex(file.hash), hash);
    assert.is(toHex(crypto.sha256(file.bytes)), hash);
    assert.is(file.size, file.bytes.length);
  });
}

test("the portable primitives make the same file", () => {
  assert.is(toHex(sealed(portable, plainOf(300)).hash), toHex(sealed(crypto, plainOf(300)).hash));
});

test("the pieces in which a clip comes leave no trace", () => {
  const plain = plainOf(2 * CHUNK_BYTES);
  const { hash } = sealed(crypto, plain);
  for (const piece of [1 << 20, CHUNK_BYTES, CHUNK_BYTES - 1, 777]) {
    assert.is(toHex(sealed(crypto, plain, { piece }).hash), toHex(hash));
  }
});

test("a recipient that is no key is refused before anything is written", () => {
  const tape = new Tape();
  const recipients = [crypto.agreementPublicKey(SECRETS[0] as Uint8Array), new Uint8Array(32)];
  throwsFault(() => new AgeWriter(crypto, new SeededRandom(1), { recipients, sink: tape }), "crypto.zero");
  throwsFault(
    () => new AgeWriter(crypto, new SeededRandom(1), { recipients: [new Uint8Array(31)], sink: tape }),
    "crypto.size",
  );
  assert.is(tape.size, 0);
});

test("a full card ends the file with a Fault, and what was written stays", () => {
  const tape = new Tape();
  tape.bytesMax = 100_000;
  const recipients = SECRETS.map((secret) => crypto.agreementPublicKey(secret));
  const writer = new AgeWriter(crypto, new SeededRandom(1), { recipients, sink: tape });
  writer.append(plainOf(CHUNK_BYTES + 1));
  const before = tape.size;
  throwsFault(() => writer.append(plainOf(CHUNK_BYTES)), "card.io");
  assert.is(tape.size, before);
  assert.ok(before > CHUNK_BYTES);
});

test("every file has keys of its own", () => {
  const file = (seed: number) => {
    const tape = new Tape();
    const recipients = [crypto.agreementPublicKey(SECRETS[0] as Uint8Array)];
    new AgeWriter(crypto, new SeededRandom(seed), { recipients, sink: tape }).end();
    return toHex(tape.bytes);
  };
  assert.is.not(file(1), file(2));
});

test.run();
