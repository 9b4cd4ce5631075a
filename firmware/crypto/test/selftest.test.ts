// The self-test must pass on every backend, and fail for every single answer that could go wrong: each row is a
// backend with one member that answers wrongly.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Bytes } from "../../bytes.ts";
import { Fault } from "../../fault.ts";
import type { Crypto } from "../crypto.ts";
import { isAcceptable } from "../ed25519.ts";
import { selfTest } from "../selftest.ts";
import { BACKENDS, flip, throwsFault } from "./checks.ts";

const [, [, portable]] = BACKENDS;
const [[, engine]] = BACKENDS;

for (const [backend, crypto] of BACKENDS) {
  test(`${backend}: passes`, () => selfTest(crypto));
}

const damaged = (bytes: Bytes | undefined): Bytes => flip(bytes ?? new Uint8Array(1), 0);
const forged = new Uint8Array(114);

const BROKEN: readonly (readonly [string, Partial<Crypto>])[] = [
  ["a hash is wrong", { sha256: (message) => damaged(engine.sha256(message)) }],
  [
    "a hash in pieces is wrong",
    { startSha256: () => ({ ...engine.startSha256(), finish: () => damaged(engine.sha256(new Uint8Array(0))) }) },
  ],
  ["a long hash is wrong", { sha512: (message) => damaged(engine.sha512(message)) }],
  ["an HMAC is wrong", { hmacSha256: (key, message) => damaged(engine.hmacSha256(key, message)) }],
  ["an HMAC with SHA-1 is wrong", { hmacSha1: (key, message) => damaged(engine.hmacSha1(key, message)) }],
  ["no entry is found", { find: () => -1 }],
  ["every entry is the first", { find: () => 0 }],
  [
    "what stands in no place is found",
    { find: (table, width, wanted) => Math.max(0, engine.find(table, width, wanted)) },
  ],
  ["a public key is wrong", { signingPublicKey: (seed) => damaged(engine.signingPublicKey(seed)) }],
  ["a signature is wrong", { sign: (seed, message) => damaged(engine.sign(seed, message)) }],
  ["every signature verifies", { verify: () => true }],
  ["no signature verifies", { verify: () => false }],
  [
    "all that the four rules let through verifies",
    { verify: (publicKey, _message, signature) => isAcceptable(publicKey, signature) },
  ],
  [
    "S is taken modulo L",
    {
      verify: (publicKey, message, signature) => signature[63] === 0x10 || engine.verify(publicKey, message, signature),
    },
  ],
  [
    "a key of small order is taken",
    { verify: (publicKey, message, signature) => publicKey[0] === 1 || engine.verify(publicKey, message, signature) },
  ],
  [
    "eight times the equation is enough, for a key",
    {
      verify: (publicKey, message, signature) => publicKey[0] === 0x21 || engine.verify(publicKey, message, signature),
    },
  ],
  [
    "eight times the equation is enough, for a signature",
    {
      verify: (publicKey, message, signature) => signature[0] === 0xa7 || engine.verify(publicKey, message, signature),
    },
  ],
  [
    "a key with a part of small order is refused, though the equation holds",
    {
      verify: (publicKey, message, signature) => publicKey[0] !== 0x21 && engine.verify(publicKey, message, signature),
    },
  ],
  ["a shared secret is wrong", { agree: (secret, publicKey) => damaged(engine.agree(secret, publicKey)) }],
  ["an agreement key is wrong", { agreementPublicKey: (secret) => damaged(engine.agreementPublicKey(secret)) }],
  [
    "the zero secret is given out",
    { agree: (secret, publicKey) => (publicKey[0] === 0 ? new Uint8Array(32) : engine.agree(secret, publicKey)) },
  ],
  ["a ciphertext is wrong", { seal: (key, nonce, aad, plaintext) => damaged(engine.seal(key, nonce, aad, plaintext)) }],
  ["a plaintext is wrong", { open: (key, nonce, aad, sealed) => damaged(engine.open(key, nonce, aad, sealed)) }],
  ["nothing opens", { open: () => undefined }],
  ["a wrong tag opens", { open: (key, nonce, aad, sealed) => engine.open(key, nonce, aad, sealed) ?? forged }],
  ["all is equal", { isEqual: () => true }],
  ["nothing is equal", { isEqual: () => false }],
  [
    "a member refuses",
    {
      sign: () => {
        throw new Fault("crypto.size");
      },
    },
  ],
];

for (const [name, member] of BROKEN) {
  test(`fails where ${name}`, () => throwsFault(() => selfTest({ ...engine, ...member }), "crypto.selftest"));
}

test("lets a mistake of ours through as it is", () => {
  const sign = () => {
    throw new TypeError("not a Fault");
  };
  assert.throws(() => selfTest({ ...portable, sign }), /not a Fault/);
});

test.run();
