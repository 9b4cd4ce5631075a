// Runs the handshake over cacophony's vectors (public domain) for every pattern that we have: messages, handshake hash
// and the transport messages behind them. Where the file is absent, one line says so.

import { existsSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromHex, toHex } from "../../bytes.ts";
import { createHandshake, type HandshakeOptions, type KeyPair, type Pattern } from "../noise.ts";

const FILE = "../shared/vectors/noise/cacophony.json";
const SUITE = /^Noise_(NK|NX|KK|KKpsk0|KKpsk2)_25519_ChaChaPoly_SHA256$/;

interface Vector {
  readonly protocol_name: string;
  readonly init_prologue: string;
  readonly init_psks?: readonly string[];
  readonly init_static?: string;
  readonly init_ephemeral: string;
  readonly init_remote_static?: string;
  readonly resp_prologue: string;
  readonly resp_psks?: readonly string[];
  readonly resp_static?: string;
  readonly resp_ephemeral: string;
  readonly resp_remote_static?: string;
  readonly handshake_hash: string;
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[];
}

function pairOf(secret: string): KeyPair {
  return { secret: fromHex(secret), publicKey: crypto.agreementPublicKey(fromHex(secret)) };
}

function optionsOf(vector: Vector, isInitiator: boolean): HandshakeOptions {
  const side = isInitiator ? "init" : "resp";
  const localStatic = vector[`${side}_static`];
  const remoteStatic = vector[`${side}_remote_static`];
  const psk = vector[`${side}_psks`]?.[0];
  return {
    pattern: SUITE.exec(vector.protocol_name)?.[1] as Pattern,
    isInitiator,
    prologue: fromHex(vector[`${side}_prologue`]),
    ephemeral: fromHex(vector[`${side}_ephemeral`]),
    ...(localStatic === undefined ? {} : { localStatic: pairOf(localStatic) }),
    ...(remoteStatic === undefined ? {} : { remoteStatic: fromHex(remoteStatic) }),
    ...(psk === undefined ? {} : { psk: fromHex(psk) }),
  };
}

function holds(vector: Vector): void {
  const initiator = createHandshake(crypto, optionsOf(vector, true));
  const responder = createHandshake(crypto, optionsOf(vector, false));
  const [first, second, ...transport] = vector.messages;
  assert.is(toHex(initiator.writeMessage(fromHex(first.payload))), first.ciphertext);
  assert.is(toHex(responder.readMessage(fromHex(first.ciphertext))), first.payload);
  assert.is(toHex(responder.writeMessage(fromHex(second.payload))), second.ciphertext);
  assert.is(toHex(initiator.readMessage(fromHex(second.ciphertext))), second.payload);
  assert.is(toHex(initiator.handshakeHash), vector.handshake_hash);
  assert.is(toHex(responder.handshakeHash), vector.handshake_hash);
  const keys = initiator.split();
  assert.equal(responder.split(), { sendKey: keys.receiveKey, receiveKey: keys.sendKey });
  transport.forEach(({ payload, ciphertext }, index) => {
    const nonce = new Uint8Array(12);
    nonce[4] = index >> 1;
    const key = index % 2 === 0 ? keys.sendKey : keys.receiveKey;
    assert.is(toHex(crypto.seal(key, nonce, new Uint8Array(0), fromHex(payload))), ciphertext, `message ${index + 2}`);
  });
}

if (existsSync(FILE)) {
  const { vectors } = JSON.parse(readFileSync(FILE, "utf8")) as { readonly vectors: readonly Vector[] };
  const ours = vectors.filter((vector) => SUITE.test(vector.protocol_name));
  test("finds a vector for each of the five patterns", () => {
    assert.is(new Set(ours.map((vector) => vector.protocol_name)).size, 5);
  });
  for (const vector of ours) test(`completes ${vector.protocol_name} as published`, () => holds(vector));
} else {
  console.log(`${FILE} is not here: cacophony's Noise vectors are left out`);
}

test.run();
