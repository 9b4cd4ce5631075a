// Goal: a phone holds one session to the end, whatever the wire does to its frames, and believes only this lock.
// Method: a responder made of firmware/link stands in for the lock; every frame is also lost, doubled and damaged.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, concat, fromHex, toHex } from "../../firmware/bytes.ts";
import { kid8 } from "../../firmware/cose/key.ts";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import { verifyProof } from "../../firmware/grant/holder.ts";
import { verifyStatement } from "../../firmware/grant/statement.ts";
import { type Cipher, createCipher } from "../../firmware/link/cipher.ts";
import { bodyOf, encodeHandshake, FRAME_NK_2, sessionOf } from "../../firmware/link/frame.ts";
import {
  type Answer,
  encodeAnswer,
  encodeNotice,
  encodeWelcome,
  parseRequest,
  type Request,
} from "../../firmware/link/message.ts";
import { createHandshake } from "../../firmware/link/noise.ts";
import { phonePrologue } from "../../firmware/link/prologue.ts";
import { type Random, seconds } from "../../firmware/platform.ts";
import { Phone, type PhoneEvent } from "../phone.ts";

const LOCK_ID = "AAAAAAAAAAA";
const LOCK_ID_BYTES = new Uint8Array(11).fill(0x41);
const CHALLENGE = new Uint8Array(16).fill(0x5a);
const LOCK_SECRET = new Uint8Array(32).fill(0x07);
const OTHER_SECRET = new Uint8Array(32).fill(0x08);
const OWNER_SEED = new Uint8Array(32).fill(0x09);

/** Gives bytes that count up, so that each draw differs and each run is the same. */
function countingRandom(start: number): Random {
  let next = start;
  return {
    fill(target) {
      for (let index = 0; index < target.length; index++) target[index] = next++ & 0xff;
    },
  };
}

/** The lock's end of one session. */
class Responder {
  readonly handshakeHash: Bytes;
  readonly welcome: Bytes;
  private readonly cipher: Cipher;

  constructor(
    first: Bytes,
    payload: Bytes = encodeWelcome({ challenge: CHALLENGE, isAdopted: true }),
    lockId = LOCK_ID,
  ) {
    const localStatic = { secret: LOCK_SECRET, publicKey: crypto.agreementPublicKey(LOCK_SECRET) };
    const handshake = createHandshake(crypto, {
      pattern: "NK",
      isInitiator: false,
      prologue: phonePrologue(lockId),
      ephemeral: new Uint8Array(32).fill(0x33),
      localStatic,
    });
    handshake.readMessage(bodyOf(first));
    const session = sessionOf(first);
    this.welcome = encodeHandshake(FRAME_NK_2, session, handshake.writeMessage(payload));
    this.handshakeHash = handshake.handshakeHash;
    this.cipher = createCipher(crypto, { session, keys: handshake.split(), mode: "commands" });
  }

  read(frame: Bytes): Request {
    return parseRequest(this.cipher.open(frame));
  }

  answer(answer: Answer): Bytes {
    return this.cipher.seal(encodeAnswer(answer));
  }

  send(plaintext: Bytes): Bytes {
    return this.cipher.seal(plaintext);
  }
}

function newPhone(lockSecret = LOCK_SECRET): Phone {
  const lockAgreementKey = crypto.agreementPublicKey(lockSecret);
  return new Phone({ crypto, random: countingRandom(1), lockAgreementKey, lockId: LOCK_ID });
}

function openSession(): { phone: Phone; lock: Responder } {
  const phone = newPhone();
  const lock = new Responder(phone.begin());
  assert.is(phone.receive(lock.welcome).kind, "welcome");
  return { phone, lock };
}

function isIgnored(event: PhoneEvent, code: string): void {
  assert.equal(event, { kind: "ignored", code });
}

test("opens a session with the lock whose key it has", () => {
  const phone = newPhone();
  assert.is(phone.session, undefined);
  const lock = new Responder(phone.begin());
  const event = phone.receive(lock.welcome);
  assert.equal(event, { kind: "welcome", welcome: { challenge: CHALLENGE, isAdopted: true } });
  assert.equal(phone.session, { challenge: CHALLENGE, handshakeHash: lock.handshakeHash, isAdopted: true });
});

test("cannot be answered by another lock, or for another lock's name", () => {
  assert.throws(() => new Responder(newPhone(OTHER_SECRET).begin()), /link.tag/);
  assert.throws(() => new Responder(newPhone().begin(), undefined, "BBBBBBBBBBB"), /link.tag/);
});

test("ignores a welcome that was damaged in any byte, cut or lengthened, and takes the good one afterwards", () => {
  const phone = newPhone();
  const { welcome } = new Responder(phone.begin());
  for (let index = 0; index < welcome.length; index++) {
    const damaged = welcome.slice();
    damaged[index] ^= 1;
    assert.is(phone.receive(damaged).kind, "ignored", `byte ${index}`);
  }
  assert.is(phone.receive(welcome.slice(0, -1)).kind, "ignored");
  assert.is(phone.receive(concat(welcome, fromHex("00"))).kind, "ignored");
  assert.is(phone.receive(new Uint8Array(0)).kind, "ignored");
  assert.is(phone.receive(welcome).kind, "welcome");
});

test("ignores the welcome of a former session", () => {
  const phone = newPhone();
  const former = new Responder(phone.begin());
  const lock = new Responder(phone.begin());
  assert.is(phone.receive(former.welcome).kind, "ignored");
  assert.is(phone.receive(lock.welcome).kind, "welcome");
  isIgnored(phone.receive(lock.welcome), "link.shape");
});

test("numbers its requests from 1 upwards and gives each answer once", () => {
  const { phone, lock } = openSession();
  const first = phone.request({ kind: "status" });
  const second = phone.request({ kind: "fetch", region: 1, from: 5 });
  assert.equal(lock.read(first.frame), { kind: "status", id: 1 });
  assert.equal(lock.read(second.frame), { kind: "fetch", id: 2, region: 1, from: 5 });
  const answer: Answer = { kind: "no", id: 2, denial: "permission" };
  assert.equal(phone.receive(lock.answer(answer)), { kind: "answer", answer });
  isIgnored(phone.receive(lock.answer(answer)), "link.order");
});

test("repeats a request without an answer under its old number, and not one that was answered", () => {
  const { phone, lock } = openSession();
  const { id, frame } = phone.request({ kind: "checkpoint" });
  const again = phone.repeat(id);
  assert.ok(again !== undefined && toHex(again) !== toHex(frame));
  // The first frame is lost on the way.
  assert.equal(lock.read(again), { kind: "checkpoint", id });
  phone.receive(lock.answer({ kind: "no", id, denial: undefined }));
  assert.is(phone.repeat(id), undefined);
  assert.is(phone.repeat(99), undefined);
});

test("ignores an answer that is doubled, damaged, late or without sense", () => {
  const { phone, lock } = openSession();
  const { id } = phone.request({ kind: "status" });
  const early = lock.answer({ kind: "yes", id });
  const frame = lock.answer({ kind: "yes", id });
  for (let index = 0; index < frame.length; index++) {
    const damaged = frame.slice();
    damaged[index] ^= 0x80;
    assert.is(phone.receive(damaged).kind, "ignored", `byte ${index}`);
  }
  isIgnored(phone.receive(lock.send(fromHex("820300"))), "cbor.bound");
  isIgnored(phone.receive(early), "link.order");
  isIgnored(phone.receive(frame), "link.order");
  assert.is(phone.receive(lock.answer({ kind: "yes", id })).kind, "answer");
});

test("tells what the door does", () => {
  const { phone, lock } = openSession();
  const notice = { kind: "notice", event: "opened", receipt: undefined } as const;
  assert.equal(phone.receive(lock.send(encodeNotice(notice))), { kind: "notice", notice });
});

test("proves as an owner, in this session and in no other", () => {
  const { phone, lock } = openSession();
  const publicKey = crypto.signingPublicKey(OWNER_SEED);
  const kid = kid8(crypto, publicKey);
  const sent = phone.prove({ operation: 15, by: { kid } }, (message) => crypto.sign(OWNER_SEED, message));
  const request = lock.read(sent.frame);
  assert.is(request.kind, "prove");
  const message = request.kind === "prove" ? request.message : new Uint8Array(0);
  const context = {
    lockId: LOCK_ID_BYTES,
    challenge: CHALLENGE,
    handshakeHash: lock.handshakeHash,
    ownerKey: (wanted: Bytes) => (crypto.isEqual(wanted, kid) ? publicKey : undefined),
    cachedLeaf: () => undefined,
  };
  const proof = verifyProof(crypto, message, context);
  assert.is(proof.kind, "owner");
  const elsewhere = verifyProof(crypto, message, { ...context, handshakeHash: new Uint8Array(32) });
  assert.is(elsewhere.kind === "denied" ? elsewhere.denied : "taken", "signature");
  const later = verifyProof(crypto, message, { ...context, challenge: new Uint8Array(16) });
  assert.is(later.kind === "denied" ? later.denied : "taken", "challenge");
});

test("states as an owner, with the challenge of this session", () => {
  const { phone, lock } = openSession();
  const publicKey = crypto.signingPublicKey(OWNER_SEED);
  const kid = kid8(crypto, publicKey);
  const declaration = { kid, issuedAt: seconds(1_000), sequence: 7, body: { kind: KIND_ACT, operation: 0 } as const };
  const request = lock.read(phone.declare(declaration, (message) => crypto.sign(OWNER_SEED, message)).frame);
  assert.is(request.kind, "statement");
  const message = request.kind === "statement" ? request.message : new Uint8Array(0);
  const statement = verifyStatement(crypto, message, {
    lockId: LOCK_ID_BYTES,
    challenge: CHALLENGE,
    keyOf: () => publicKey,
  });
  assert.type(statement, "object");
  assert.is(typeof statement === "object" ? statement.sequence : 0, 7);
});

test("forgets everything when it is closed, and twice is harmless", () => {
  const { phone, lock } = openSession();
  const { id } = phone.request({ kind: "status" });
  phone.close();
  phone.close();
  assert.is(phone.session, undefined);
  assert.is(phone.repeat(id), undefined);
  isIgnored(phone.receive(lock.answer({ kind: "yes", id })), "link.state");
  assert.throws(() => phone.request({ kind: "status" }), /assertion/);
});

test.run();
