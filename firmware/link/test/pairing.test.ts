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
import { type Millis, millis } from "../../platform.ts";
import { ROLE_CAMERA, ROLE_KEYPAD } from "../../role.ts";
import { bodyOf, encodePlain, FRAME_ENROLLED, FRAME_OFFER } from "../frame.ts";
import { encodeEnrolled, parseOffer } from "../introduction.ts";
import { OFFER_MILLIS, Pairing, UNPROVEN_MILLIS } from "../pairing.ts";

const LOCK = { lockId: "Ip1fiNKMHIM", agreementKey: crypto.agreementPublicKey(ascending(1, 32)), sequence: 7 };
const OTHER = { ...LOCK, lockId: "Zp1fiNKMHIM", sequence: 8 };
const NOW = millis(5_000);
const after = (passed: number): Millis => millis(NOW + passed);
const answer = (lock: typeof LOCK): Bytes => encodePlain(FRAME_ENROLLED, encodeEnrolled(lock));

/** A board's constants, and its pairing at each start. */
function board(role: number): { constants: MemoryConstants; start: () => Pairing; agreementKey: Bytes } {
  const constants = new MemoryConstants();
  const identity = openIdentity(crypto, constants, new Stream(3, "board"));
  const start = () => new Pairing({ crypto, constants, identity, role }, NOW);
  return { constants, start, agreementKey: identity.agreementKey };
}

/** A lock that answers, and proves itself. */
function taken(pairing: Pairing, lock = LOCK): void {
  pairing.take(answer(lock), NOW);
  assert.ok(pairing.proved(NOW));
}

for (const role of [ROLE_KEYPAD, ROLE_CAMERA]) {
  test(`a board of role ${role} offers that role and its own keys, takes a lock, and keeps it over a start once it was proven`, () => {
    const { start, agreementKey } = board(role);
    const pairing = start();
    assert.is(pairing.lock, undefined);
    const frame = pairing.offer(NOW) ?? new Uint8Array();
    assert.is(frame[0], FRAME_OFFER);
    const offer = parseOffer(bodyOf(frame).slice());
    assert.equal([offer.role, offer.agreementKey], [role, agreementKey]);
    assert.not(pairing.proved(NOW));
    assert.equal(pairing.take(answer(LOCK), NOW), LOCK);
    assert.equal([pairing.lock, start().lock], [LOCK, undefined]);
    assert.ok(pairing.proved(NOW));
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
    throwsFault(() => pairing.take(frame, NOW), code);
    assert.equal([pairing.lock, constants.changes], [undefined, changes]);
  });
}

test("offers itself each ten seconds, and not while it has a lock", () => {
  const pairing = board(ROLE_KEYPAD).start();
  assert.is(pairing.nextTick, NOW);
  assert.ok(pairing.offer(NOW));
  assert.is(pairing.nextTick, after(OFFER_MILLIS));
  assert.is(pairing.offer(after(OFFER_MILLIS - 1)), undefined);
  assert.ok(pairing.offer(after(OFFER_MILLIS)));
  pairing.take(answer(LOCK), after(OFFER_MILLIS));
  assert.is(pairing.offer(after(3 * OFFER_MILLIS)), undefined);
});

test("has no lock where its constants do not keep it, and offers itself again ten seconds later", () => {
  const { start, constants } = board(ROLE_CAMERA);
  const pairing = start();
  pairing.take(answer(LOCK), NOW);
  constants.isSound = false;
  assert.not(pairing.proved(NOW));
  assert.equal([pairing.lock, start().lock, pairing.nextTick], [undefined, undefined, after(OFFER_MILLIS)]);
});

test("keeps its lock once, however often that proves itself, and gives a proven one up at no time", () => {
  const { start, constants } = board(ROLE_CAMERA);
  const pairing = start();
  taken(pairing);
  const { changes } = constants;
  assert.ok(pairing.proved(after(1_000)));
  assert.not(pairing.tick(after(2 * UNPROVEN_MILLIS)));
  assert.equal([pairing.lock, pairing.nextTick, constants.changes], [LOCK, undefined, changes]);
  assert.equal([start().lock, start().nextTick], [LOCK, undefined]);
});

test("forgets its lock for good, and that its case was opened for it only once the next lock was told", () => {
  const { start } = board(ROLE_CAMERA);
  const pairing = start();
  taken(pairing);
  assert.not(pairing.hasOpened);
  pairing.forget(after(OFFER_MILLIS));
  assert.is(pairing.nextTick, after(OFFER_MILLIS));
  assert.equal([pairing.lock, start().lock, start().hasOpened], [undefined, undefined, true]);
  taken(start(), OTHER);
  assert.equal([start().lock, start().hasOpened], [OTHER, true]);
  start().told();
  assert.not(start().hasOpened);
});

test("gives up a lock that has not proven itself in a minute, says of no case that it was opened for it, and offers itself at once", () => {
  const { start } = board(ROLE_CAMERA);
  const pairing = start();
  pairing.take(answer(LOCK), NOW);
  assert.is(pairing.nextTick, after(UNPROVEN_MILLIS));
  assert.not(pairing.tick(after(UNPROVEN_MILLIS - 1)));
  assert.equal(pairing.lock, LOCK);
  assert.ok(pairing.tick(after(UNPROVEN_MILLIS)));
  assert.equal([pairing.lock, start().lock, start().hasOpened], [undefined, undefined, false]);
  assert.not(pairing.tick(after(UNPROVEN_MILLIS)));
  assert.ok(pairing.offer(after(UNPROVEN_MILLIS)));
});

test("gives each lock that it takes a minute of its own, and forgets one that has not proven itself with its minute", () => {
  const pairing = board(ROLE_KEYPAD).start();
  pairing.take(answer(LOCK), NOW);
  pairing.forget(after(1_000));
  assert.not(pairing.tick(after(UNPROVEN_MILLIS)));
  pairing.take(answer(OTHER), after(UNPROVEN_MILLIS));
  assert.not(pairing.tick(after(2 * UNPROVEN_MILLIS - 1)));
  assert.ok(pairing.tick(after(2 * UNPROVEN_MILLIS)));
});

test("keeps its lock where its constants cannot forget", () => {
  const { start, constants } = board(ROLE_CAMERA);
  const pairing = start();
  taken(pairing);
  constants.isSound = false;
  throwsFault(() => pairing.forget(NOW), "flash.io");
  assert.equal(pairing.lock, LOCK);
});

test("what cannot be read where the lock is kept is no lock", () => {
  const { start, constants } = board(ROLE_CAMERA);
  taken(start());
  constants.write("lock", encodeEnrolled(LOCK).slice(1));
  assert.is(start().lock, undefined);
});

test.run();
