// Holds the prologues to bytes that were written by hand from docs/protocol.cddl (RFC 8949 §3), and each part to a change.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromAscii, fromHex, toHex } from "../../bytes.ts";
import { boardPrologue, type Pairing, phonePrologue } from "../prologue.ts";

const LOCK_ID = "Ip1fiNKMHIM";
const LOCK_ID_HEX = `6b${toHex(fromAscii(LOCK_ID))}`;
const PAIRING: Pairing = { role: 1, lockId: LOCK_ID, boardKid: fromHex("0102030405060708"), sequence: 300 };

test("gives the prologue of a phone", () => {
  assert.is(toHex(phonePrologue(LOCK_ID)), `84636c6b310400${LOCK_ID_HEX}`);
});

test("gives the prologue of a board", () => {
  assert.is(toHex(boardPrologue(PAIRING)), `86636c6b310100${LOCK_ID_HEX}48010203040506070819012c`);
});

for (const [name, change] of [
  ["role", { role: 2 }],
  ["lock", { lockId: "Ip1fiNKMHIN" }],
  ["board", { boardKid: fromHex("0102030405060709") }],
  ["enrolment", { sequence: 301 }],
] as const) {
  test(`another ${name} gives another prologue`, () => {
    assert.is.not(toHex(boardPrologue({ ...PAIRING, ...change })), toHex(boardPrologue(PAIRING)));
  });
}

test.run();
