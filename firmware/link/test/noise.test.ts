// Holds the handshake to published vectors, and to the rule that a bad message changes nothing: after any damaged
// message the good one still completes the handshake, and only then.
// Vectors: cacophony (public domain), one each of NK, KK and KKpsk0; vectors.node.test.ts runs the whole file.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, concat, fromAscii, fromHex, toHex } from "../../bytes.ts";
import { flip, lengthen, Seeded, shorten, throwsFault } from "../../crypto/test/checks.ts";
import { createHandshake, type Handshake, type HandshakeOptions, type KeyPair, type Pattern } from "../noise.ts";

const NONE = new Uint8Array(0);
const SEED = 77001;

function pairOf(secret: Uint8Array): KeyPair {
  return { secret, publicKey: crypto.agreementPublicKey(secret) };
}

const PROLOGUE = fromAscii("John Galt");
const INITIATOR = pairOf(fromHex("e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1"));
const RESPONDER = pairOf(fromHex("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893"));
const INITIATOR_EPHEMERAL = fromHex("893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a");
const RESPONDER_EPHEMERAL = fromHex("bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b");
const PSK = fromAscii("This is my Austrian perspective!");

/** Both sides of a pattern, with cacophony's keys. */
function sidesOf(pattern: Pattern): readonly [HandshakeOptions, HandshakeOptions] {
  const isMutual = pattern.startsWith("KK");
  const common = { pattern, prologue: PROLOGUE, ...(pattern.includes("psk") ? { psk: PSK } : {}) };
  const initiator = {
    ...common,
    isInitiator: true,
    ephemeral: INITIATOR_EPHEMERAL,
    ...(isMutual ? { localStatic: INITIATOR } : {}),
    ...(pattern === "NX" ? {} : { remoteStatic: RESPONDER.publicKey }),
  };
  const responder = {
    ...common,
    isInitiator: false,
    ephemeral: RESPONDER_EPHEMERAL,
    localStatic: RESPONDER,
    ...(isMutual ? { remoteStatic: INITIATOR.publicKey } : {}),
  };
  return [initiator, responder];
}

function start(pattern: Pattern, change: Partial<HandshakeOptions> = {}): readonly [Handshake, Handshake] {
  const [initiator, responder] = sidesOf(pattern);
  return [createHandshake(crypto, initiator), createHandshake(crypto, { ...responder, ...change })];
}

const PAYLOADS = ["4c756477696720766f6e204d69736573", "4d757272617920526f746862617264"].map(fromHex);

const VECTORS: readonly {
  pattern: Pattern;
  hash: string;
  messages: readonly string[];
  transport: readonly string[];
}[] = [
  {
    pattern: "NK",
    hash: "2efa38a9c7c93ac98f3a097af25c2f58b9e7673787717bc27e98827118c2c1a5",
    messages: [
      "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944" +
        "8134d00711fdb390a0d178fa008f6d47d2891e5ea18ae136c3b4c23ac384efb0",
      "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843" +
        "8ea16e3701bc0d77744f117bee22451c9afa7f4cdbbcff00c04a8ee0913c88",
    ],
    transport: [
      "a62de29ce27cb80245d440d986ed816c156e9d757d7008df2198b0",
      "174a35f11c689f4530d7208618e0564ae12f2f50ba8eb4df5382ff",
    ],
  },
  {
    pattern: "KK",
    hash: "24c6b51ecb76277140ca018b5985bc9f03de321dae2d34dcae433dafef0131d9",
    messages: [
      "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944" +
        "0177015efc1fe7a37c629af7120a96274e6ab7afcc9261901d0e09ae32a5bb96",
      "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843" +
        "b274d3429adc47ca093ba63ef90f8da89fda108db471dccfa4894aa7b00003",
    ],
    transport: [
      "966b05bc69ec01b8454d3160a214e6f24a3d884eb31ec2408af63f",
      "0ad887fba4f611bbb4afe44ba3556b8164332ca7d5934634d63d80",
    ],
  },
  {
    pattern: "KKpsk0",
    hash: "32afcdbb63cf90f25409090bc11f7546c534dfb03f37c1626a0cf758881e746f",
    messages: [
      "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944" +
        "23f19812300a6051f02195db0722909fc920796814cfc886ab3a8083c66a5961",
      "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843" +
        "20acfe866b4ede922f007d89dbf507216d6aa8646c7fba098da374b1784d4b",
    ],
    transport: [
      "d213fdd768eeef05ee236c6d2983b2029bb472567a5831f4ff592c",
      "facf98016edcfc2566b16866935329b4da833dcd3bbb4173cf638e",
    ],
  },
];

const TRANSPORT_PAYLOADS = ["462e20412e20486179656b", "4361726c204d656e676572"].map(fromHex);

for (const { pattern, hash, messages, transport } of VECTORS) {
  test(`${pattern}: gives cacophony's messages, handshake hash and transport keys`, () => {
    const [initiator, responder] = start(pattern);
    const turns = [
      [initiator, responder],
      [responder, initiator],
    ];
    turns.forEach(([from, to], index) => {
      assert.is(toHex(from.writeMessage(PAYLOADS[index])), messages[index]);
      assert.equal(to.readMessage(fromHex(messages[index])), PAYLOADS[index]);
    });
    assert.is(toHex(initiator.handshakeHash), hash);
    assert.is(toHex(responder.handshakeHash), hash);
    const keys = initiator.split();
    const nonce = new Uint8Array(12);
    assert.is(toHex(crypto.seal(keys.sendKey, nonce, NONE, TRANSPORT_PAYLOADS[0])), transport[0]);
    assert.is(toHex(crypto.seal(keys.receiveKey, nonce, NONE, TRANSPORT_PAYLOADS[1])), transport[1]);
    assert.equal(responder.split(), { sendKey: keys.receiveKey, receiveKey: keys.sendKey });
  });
}

const PATTERNS: readonly (readonly [Pattern, number, number])[] = [
  ["NK", 48, 48],
  ["NX", 32, 96],
  ["KK", 48, 48],
  ["KKpsk0", 48, 48],
  ["KKpsk2", 48, 48],
];

/** Carries a handshake to its end, and asserts that both sides then agree. */
function finish(initiator: Handshake, responder: Handshake): void {
  initiator.readMessage(responder.writeMessage(NONE));
  assert.is(initiator.isComplete && responder.isComplete, true);
  assert.equal(initiator.handshakeHash, responder.handshakeHash);
  assert.is(toHex(initiator.split().sendKey), toHex(responder.split().receiveKey));
}

/** Every damage that a message of ours is tried with. */
function damagesOf(message: Bytes): readonly Bytes[] {
  const flipped = Array.from(message, (_, index) => flip(message, 8 * index + (index % 8)));
  const truncated = [0, 1, 31, 32, 33, 47, 95]
    .filter((size) => size < message.length)
    .map((size) => message.slice(0, size));
  return [...flipped, ...truncated, shorten(message), lengthen(message), concat(message, message)];
}

function refuses(handshake: Handshake, message: Uint8Array): void {
  let code = "";
  try {
    handshake.readMessage(message);
  } catch (error) {
    code = error instanceof Error ? error.message : "";
  }
  assert.ok(code === "link.tag" || code === "link.shape", `${toHex(message)}: "${code}"`);
}

for (const [pattern, firstSize, secondSize] of PATTERNS) {
  test(`${pattern}: writes messages of ${firstSize} and ${secondSize} bytes`, () => {
    const [initiator, responder] = start(pattern);
    const first = initiator.writeMessage(NONE);
    assert.is(first.length, firstSize);
    assert.equal(responder.readMessage(first), NONE);
    const second = responder.writeMessage(NONE);
    assert.is(second.length, secondSize);
    assert.equal(initiator.readMessage(second), NONE);
  });

  // NX begins with a bare key and a payload in the clear: what is wrong with them shows at message 2.
  if (pattern !== "NX") {
    test(`${pattern}: refuses each damage to message 1, and still completes with the good one`, () => {
      const [initiator, responder] = start(pattern);
      const message = initiator.writeMessage(NONE);
      for (const damaged of damagesOf(message)) refuses(responder, damaged);
      responder.readMessage(message);
      finish(initiator, responder);
    });
  }

  test(`${pattern}: refuses each damage to message 2, and still completes with the good one`, () => {
    const [initiator, responder] = start(pattern);
    responder.readMessage(initiator.writeMessage(NONE));
    const message = responder.writeMessage(PAYLOADS[1]);
    const remoteStatic = initiator.remoteStatic;
    for (const damaged of damagesOf(message)) {
      refuses(initiator, damaged);
      assert.is(initiator.isComplete, false);
      assert.is(initiator.remoteStatic, remoteStatic);
    }
    assert.equal(initiator.readMessage(message), PAYLOADS[1]);
    assert.equal(initiator.handshakeHash, responder.handshakeHash);
    assert.equal(initiator.split().receiveKey, responder.split().sendKey);
  });

  test(`${pattern}: refuses a message out of turn, and after the end`, () => {
    const [initiator, responder] = start(pattern);
    throwsFault(() => initiator.readMessage(new Uint8Array(96)), "link.state", "the initiator writes first");
    const first = initiator.writeMessage(NONE);
    responder.readMessage(first);
    throwsFault(() => responder.readMessage(first), "link.state", "message 1 twice");
    const second = responder.writeMessage(NONE);
    initiator.readMessage(second);
    throwsFault(() => initiator.readMessage(second), "link.state", "message 2 twice");
    throwsFault(() => responder.readMessage(first), "link.state", "message 1 after the end");
  });

  test(`${pattern}: does not complete with another prologue`, () => {
    const [initiator, responder] = start(pattern, { prologue: lengthen(PROLOGUE) });
    const message = initiator.writeMessage(NONE);
    if (pattern !== "NX") return refuses(responder, message);
    responder.readMessage(message);
    refuses(initiator, responder.writeMessage(NONE));
  });

  test(`${pattern}: refuses an ephemeral key of small order, and still completes`, () => {
    const [initiator, responder] = start(pattern);
    const message = initiator.writeMessage(NONE);
    const forged = concat(new Uint8Array(32), message.subarray(32));
    if (pattern === "NX") {
      responder.readMessage(forged);
      throwsFault(() => responder.writeMessage(NONE), "crypto.zero", "message 2 needs ee");
      return;
    }
    throwsFault(() => responder.readMessage(forged), "link.shape");
    responder.readMessage(message);
    finish(initiator, responder);
  });
}

test("NX: tells the initiator the responder's static key, after message 2 only", () => {
  const [initiator, responder] = start("NX");
  responder.readMessage(initiator.writeMessage(NONE));
  const message = responder.writeMessage(NONE);
  assert.is(initiator.remoteStatic, undefined);
  initiator.readMessage(message);
  assert.is(toHex(initiator.remoteStatic ?? NONE), toHex(RESPONDER.publicKey));
});

test("NK: refuses a responder without the static key that the initiator expects", () => {
  const [initiator, responder] = start("NK", { localStatic: INITIATOR });
  refuses(responder, initiator.writeMessage(NONE));
});

test("KK: refuses an initiator with another static key", () => {
  const [initiator, responder] = start("KK", { remoteStatic: pairOf(PSK).publicKey });
  refuses(responder, initiator.writeMessage(NONE));
});

test("KKpsk0: refuses message 1 under another pre-shared key", () => {
  const [initiator, responder] = start("KKpsk0", { psk: flip(PSK, 0) });
  refuses(responder, initiator.writeMessage(NONE));
});

test("KKpsk2: refuses message 2 under another pre-shared key", () => {
  const [initiator, responder] = start("KKpsk2", { psk: flip(PSK, 0) });
  responder.readMessage(initiator.writeMessage(NONE));
  refuses(initiator, responder.writeMessage(NONE));
});

test("gives other keys and another hash for another ephemeral key", () => {
  const seen = new Set<string>();
  const source = new Seeded(SEED);
  for (let round = 0; round < 8; round++) {
    const [initiator, responder] = start("KK", { ephemeral: source.bytes(32) });
    responder.readMessage(initiator.writeMessage(NONE));
    initiator.readMessage(responder.writeMessage(NONE));
    seen.add(toHex(initiator.handshakeHash));
    const keys = initiator.split();
    seen.add(toHex(keys.sendKey)).add(toHex(keys.receiveKey));
  }
  assert.is(seen.size, 24, `seed ${SEED}`);
});

test("refuses keys of wrong sizes", () => {
  const [initiator] = sidesOf("KK");
  for (const change of [shorten, lengthen]) {
    const wrongs: readonly Partial<HandshakeOptions>[] = [
      { ephemeral: change(INITIATOR_EPHEMERAL) },
      { remoteStatic: change(RESPONDER.publicKey) },
      { localStatic: { ...INITIATOR, secret: change(INITIATOR.secret) } },
      { localStatic: { ...INITIATOR, publicKey: change(INITIATOR.publicKey) } },
    ];
    for (const wrong of wrongs) throwsFault(() => createHandshake(crypto, { ...initiator, ...wrong }), "crypto.size");
  }
});

test("stops on keys that the pattern does not name, or that it misses", () => {
  const [nk] = sidesOf("NK");
  const [kk, kkResponder] = sidesOf("KK");
  const { localStatic: _local, ...withoutLocal } = kkResponder;
  const { remoteStatic: _remote, ...withoutRemote } = kk;
  for (const wrong of [{ ...nk, localStatic: INITIATOR }, { ...nk, psk: PSK }, withoutLocal, withoutRemote]) {
    assert.throws(() => createHandshake(crypto, wrong), /assertion/);
  }
  assert.throws(() => createHandshake(crypto, { ...kk, pattern: "KKpsk0" }), /assertion/);
});

test("stops on a message out of turn, an early hash, an early split and a second one", () => {
  const [initiator, responder] = start("NK");
  assert.throws(() => responder.writeMessage(NONE), /assertion/);
  assert.throws(() => initiator.handshakeHash, /assertion/);
  assert.throws(() => initiator.split(), /assertion/);
  responder.readMessage(initiator.writeMessage(NONE));
  assert.throws(() => initiator.writeMessage(NONE), /assertion/);
  initiator.readMessage(responder.writeMessage(NONE));
  initiator.split();
  assert.throws(() => initiator.split(), /assertion/);
});

test("ends when it is wiped, once or twice, and leaves the caller's keys alone", () => {
  const [, responder] = start("NK");
  const [initiator] = start("NK");
  const before = toHex(RESPONDER.secret) + toHex(RESPONDER_EPHEMERAL);
  responder.wipe();
  responder.wipe();
  throwsFault(() => responder.readMessage(initiator.writeMessage(NONE)), "link.state");
  assert.is(toHex(RESPONDER.secret) + toHex(RESPONDER_EPHEMERAL), before);
});

test("refuses a message beyond Noise's 65,535 bytes", () => {
  const [, responder] = start("NK");
  throwsFault(() => responder.readMessage(new Uint8Array(65536)), "link.shape");
});

test.run();
