// Which lock a board of either role belongs to: the first that answers, kept over starts, until a hand behind the case ends it.
// Method: the lock's answer is written by hand; what must not be taken is each tried, and must change nothing that is kept.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { MemoryConstants } from "../../../simulator/memory.ts";
import { Stream } from "../../../simulator/random.ts";
import type { Bytes } from "../../bytes.ts";
import { ascending, throwsFault } from "../../crypto/test/checks.ts";
import type { FaultCode } from "../../fault.ts";
import { openIdentity } from "../../identity.ts";
import { ROLE_CAMERA, ROLE_KEYPAD } from "../../role.ts";
import { bodyOf, encodePlain, FRAME_ENROLLED, FRAME_OFFER } from "../frame.ts";
import { encodeEnrolled, parseOffer } from "../introduction.ts";
import { Pairing } from "../pairing.ts";

const LOCK = { lockId: "Ip1fiNKMHIM", agreementKey: crypto.agreementPublicKey(ascending(1, 32)), sequence: 7 };
const OTHER = { ...LOCK, lockId: "Zp1fiNKMHIM", sequence: 8 };
const answer = (lock: typeof LOCK): Bytes => encodePlain(FRAME_ENROLLED, encodeEnrolled(lock));

/** A board's constants, and its pairing at each start. */
function board(role: number): { constants: MemoryConstants; start: () => Pairing; agreementKey: Bytes } {
  const constants = new MemoryConstants();
  const identity = openIdentity(crypto, constants, new Stream(3, "board"));
  const start = () => new Pairing({ crypto, constants, identity, role });
  return { constants, start, agreementKey: identity.agreementKey };
}

/** A lock that answers, and proves itself. */
function taken(pairing: Pairing, lock = LOCK): void {
  pairing.take(answer(lock));
  assert.ok(pairing.keep());
}

for (const role of [ROLE_KEYPAD, ROLE_CAMERA]) {
  test(`a board of role ${role} offers that role and its own keys, takes a lock, and keeps it over a start once it was proven`, () => {
    const { start, agreementKey } = board(role);
    const pairing = start();
    assert.is(pairing.lock, undefined);
    assert.is(pairing.offer[0], FRAME_OFFER);
    const offer = parseOffer(bodyOf(pairing.offer).slice());
    assert.equal([offer.role, offer.agreementKey], [role, agreementKey]);
    assert.not(pairing.keep());
    assert.equal(pairing.take(answer(LOCK)), LOCK);
    assert.equal([pairing.lock, start().lock], [LOCK, undefined]);
    assert.ok(pairing.keep());
    assert.equal([pairing.lock, start().lock], [LOCK, LOCK]);
  });
}

const REFUSED: readonly (readonly [name: string, frame: Bytes, code: FaultCode])[] = [
  ["an offer of another board", encodePlain(FRAME_OFFER, ascending(0, 71)), "link.shape"],
  ["an answer with a key of small order", answer({ ...LOCK, agreementKey: new Uint8Array(32) }), "crypto.zero"],
  ["an answer of another version", encodePlain(FRAME_ENROLLED, changed(encodeEnrolled(LOCK), 1)), "cbor.bound"],
];

function changed(bytes: Bytes, at: number): Bytes {
  const copy = bytes.slice();
  copy[at] ^= 3;
  return copy;
}

for (const [name, frame, code] of REFUSED) {
  test(`takes no lock from ${name}`, () => {
    const { start, constants } = board(ROLE_CAMERA);
    const pairing = start();
    const { changes } = constants;
    throwsFault(() => pairing.take(frame), code);
    assert.equal([pairing.lock, constants.changes], [undefined, changes]);
  });
}

test("says where its constants do not keep the lock", () => {
  const { start, constants } = board(ROLE_CAMERA);
  const pairing = start();
  pairing.take(answer(LOCK));
  constants.isSound = false;
  assert.not(pairing.keep());
  assert.is(start().lock, undefined);
});

test("forgets its lock for good, and that its case was opened for it only once the next lock was told", () => {
  const { start } = board(ROLE_CAMERA);
  const pairing = start();
  taken(pairing);
  assert.not(pairing.hasOpened);
  pairing.forget();
  assert.equal([pairing.lock, start().lock, start().hasOpened], [undefined, undefined, true]);
  taken(start(), OTHER);
  assert.equal([start().lock, start().hasOpened], [OTHER, true]);
  start().told();
  assert.not(start().hasOpened);
});

test("gives up a lock that never proved itself, and says of no case that it was opened for it", () => {
  const { start } = board(ROLE_CAMERA);
  const pairing = start();
  pairing.take(answer(LOCK));
  pairing.giveUp();
  assert.equal([pairing.lock, start().lock, start().hasOpened], [undefined, undefined, false]);
});

test("keeps its lock where its constants cannot forget", () => {
  const { start, constants } = board(ROLE_CAMERA);
  const pairing = start();
  taken(pairing);
  constants.isSound = false;
  throwsFault(() => pairing.forget(), "flash.io");
  assert.equal(pairing.lock, LOCK);
});

test("what cannot be read where the lock is kept is no lock", () => {
  const { start, constants } = board(ROLE_CAMERA);
  taken(start());
  constants.write("lock", encodeEnrolled(LOCK).slice(1));
  assert.is(start().lock, undefined);
});

test.run();
