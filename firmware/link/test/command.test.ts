// Holds the messages between keypad and lock to their bytes, and every damaged one to a refusal.
// Method: each row's bytes are written by hand from docs/protocol.cddl (RFC 8949 §3), then cut, lengthened and changed.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromAscii, fromHex, toHex } from "../../bytes.ts";
import { throwsFault } from "../../crypto/test/checks.ts";
import { Fault } from "../../fault.ts";
import {
  type Command,
  encodeCommand,
  encodeReply,
  encodeView,
  parseCommand,
  parseWord,
  type Result,
  type View,
} from "../command.ts";
import { encodeEnrolled, encodeOffer, parseEnrolled, parseOffer } from "../introduction.ts";

const ID = fromHex("0102030405060708");
const HEAD = "480102030405060708";
const NOTHING: View = { isThrown: false, isNight: false, isBatteryLow: false, isAlarm: false };

const COMMANDS: readonly (readonly [name: string, hex: string, command: Command])[] = [
  [
    "an entry of four digits",
    `8401${HEAD}440000000054${"ff".repeat(16)}31323334`,
    { kind: "entry", id: ID, heard: 0, digits: fromAscii("1234") },
  ],
  [
    "an entry of one digit, before any frame was heard",
    `8401${HEAD}44ffffffff54${"ff".repeat(19)}30`,
    { kind: "entry", id: ID, heard: undefined, digits: fromAscii("0") },
  ],
  [
    "an entry of twenty digits",
    `8401${HEAD}440102030454${"39".repeat(20)}`,
    { kind: "entry", id: ID, heard: 0x01020304, digits: fromAscii("9".repeat(20)) },
  ],
  [
    "an entry behind the highest number",
    `8401${HEAD}44fffffffe54${"ff".repeat(19)}30`,
    { kind: "entry", id: ID, heard: 0xffff_fffe, digits: fromAscii("0") },
  ],
  ["lock", `8202${HEAD}`, { kind: "lock", id: ID }],
  ["bell", `8203${HEAD}`, { kind: "bell", id: ID }],
  [
    "a quiet report",
    `8404${HEAD}0000`,
    { kind: "report", id: ID, isCaseOpen: false, isKeyStuck: false, millivolts: 0 },
  ],
  [
    "a report of an open case",
    `8404${HEAD}01191388`,
    { kind: "report", id: ID, isCaseOpen: true, isKeyStuck: false, millivolts: 5_000 },
  ],
  [
    "a report of a stuck key",
    `8404${HEAD}021affffffff`,
    { kind: "report", id: ID, isCaseOpen: false, isKeyStuck: true, millivolts: 0xffff_ffff },
  ],
];

for (const [name, hex, command] of COMMANDS) {
  test(`writes and reads ${name}`, () => {
    assert.is(toHex(encodeCommand(command)), hex);
    assert.equal(parseCommand(fromHex(hex)), command);
  });

  test(`refuses ${name} a byte short or long, and with any bit of its heads flipped`, () => {
    const bytes = fromHex(hex);
    for (let size = 0; size < bytes.length; size++) assert.throws(() => parseCommand(bytes.slice(0, size)), isFault);
    assert.throws(() => parseCommand(fromHex(`${hex}00`)), isFault);
    for (const at of [0, 1, 2]) {
      for (let bit = 0; bit < 8; bit++) {
        const spoilt = bytes.slice();
        spoilt[at] ^= 1 << bit;
        // Lock and bell differ in one bit of the number.
        if (at === 1 && bytes[0] === 0x82 && (spoilt[1] === 2 || spoilt[1] === 3)) continue;
        assert.throws(() => parseCommand(spoilt), isFault, `${at} ${bit}`);
      }
    }
  });
}

function isFault(error: unknown): boolean {
  return error instanceof Fault;
}

test("an entry is 37 bytes, whatever its length and whatever was heard", () => {
  for (const heard of [undefined, 0, 24, 0xfffff]) {
    for (let size = 1; size <= 20; size++) {
      assert.is(encodeCommand({ kind: "entry", id: ID, heard, digits: fromAscii("7".repeat(size)) }).length, 37);
    }
  }
});

const NO_ENTRIES: readonly (readonly [string, string])[] = [
  ["no digit", "ff".repeat(20)],
  ["a filler between digits", `${"ff".repeat(16)}31ff3334`],
  ["a filler behind its digits", `31${"ff".repeat(19)}`],
  ["another filler", `00${"ff".repeat(18)}31`],
  ["a letter", `${"ff".repeat(19)}41`],
  ["the byte below 0", `${"ff".repeat(19)}2f`],
  ["the byte above 9", `${"ff".repeat(19)}3a`],
];

for (const [name, hex] of NO_ENTRIES) {
  test(`refuses an entry with ${name}`, () => {
    throwsFault(() => parseCommand(fromHex(`8401${HEAD}440000000054${hex}`)), "link.shape");
  });
}

test("stops on an entry of no digit, of 21, of letters, and on an id of another size", () => {
  for (const digits of ["", "1".repeat(21), "12a4", "12*4"]) {
    assert.throws(() => encodeCommand({ kind: "entry", id: ID, heard: 0, digits: fromAscii(digits) }), /assertion/);
  }
  assert.throws(() => encodeCommand({ kind: "lock", id: ID.slice(1) }), /assertion/);
});

test("an entry that was read is a view: it is wiped with its plaintext", () => {
  const plaintext = fromHex(COMMANDS[0][1]);
  const command = parseCommand(plaintext);
  plaintext.fill(0);
  assert.equal(command, { kind: "entry", id: ID, heard: 0, digits: new Uint8Array(4) });
});

const RESULTS: readonly Result[] = ["no", "yes", "wait", "paused", "early"];

RESULTS.forEach((result, number) => {
  test(`writes and reads the answer ${result}, in 14 bytes`, () => {
    const view: View = { isThrown: true, isNight: false, isBatteryLow: true, isAlarm: false };
    const hex = `841840${HEAD}0${number}05`;
    assert.is(toHex(encodeReply({ id: ID, result, view })), hex);
    assert.equal(parseWord(fromHex(hex)), { kind: "reply", reply: { id: ID, result, view } });
    const bytes = fromHex(hex);
    for (let size = 0; size < bytes.length; size++) assert.throws(() => parseWord(bytes.slice(0, size)), isFault);
    assert.throws(() => parseWord(fromHex(`${hex}00`)), isFault);
  });
});

test("writes and reads each bit of a view, and lets bits pass that it does not know", () => {
  const names = ["isThrown", "isNight", "isBatteryLow", "isAlarm"] as const;
  names.forEach((name, bit) => {
    const view = { ...NOTHING, [name]: true };
    assert.is(toHex(encodeView(view)), `8218600${1 << bit}`);
    assert.equal(parseWord(encodeView(view)), { kind: "notice", view });
  });
  assert.equal(parseWord(fromHex("8218601afffffff1")), { kind: "notice", view: { ...NOTHING, isThrown: true } });
});

for (const [name, hex] of [
  ["a result that does not exist", `841840${HEAD}0500`],
  ["an answer without a view", `831840${HEAD}01`],
  ["a notice with more", "8318600100"],
  ["a number that does not exist", "82184100"],
  ["an id of seven bytes", "841840470102030405060700 00".replace(" ", "")],
]) {
  test(`refuses ${name}`, () => {
    assert.throws(() => parseWord(fromHex(hex)), isFault);
  });
}

const KEY = `5820${"ab".repeat(32)}`;
const OTHER = `5820${"cd".repeat(32)}`;
const LOCK_ID = "Ip1fiNKMHIM";
const LOCK_ID_HEX = `6b${toHex(fromAscii(LOCK_ID))}`;

test("writes and reads an offer", () => {
  const offer = { role: 1, agreementKey: fromHex("ab".repeat(32)), signingKey: fromHex("cd".repeat(32)) };
  assert.is(toHex(encodeOffer(offer)), `840101${KEY}${OTHER}`);
  assert.equal(parseOffer(fromHex(`840101${KEY}${OTHER}`)), offer);
});

for (const [name, hex] of [
  ["of another version", `840201${KEY}${OTHER}`],
  ["of version 0", `840001${KEY}${OTHER}`],
  ["of the lock's role", `840100${KEY}${OTHER}`],
  ["of the phone's role", `840104${KEY}${OTHER}`],
  ["with a key of 31 bytes", `840101581f${"ab".repeat(31)}${OTHER}`],
  ["without its second key", `830101${KEY}`],
  ["with a byte behind it", `840101${KEY}${OTHER}00`],
]) {
  test(`refuses an offer ${name}`, () => {
    assert.throws(() => parseOffer(fromHex(hex)), isFault);
  });
}

test("writes and reads the answer to an offer, in 49 to 53 bytes", () => {
  for (const [sequence, hex] of [
    [0, "00"],
    [23, "17"],
    [24, "1818"],
    [300, "19012c"],
    [0xffff_ffff, "1affffffff"],
  ] as const) {
    const lock = { lockId: LOCK_ID, agreementKey: fromHex("ab".repeat(32)), sequence };
    const bytes = encodeEnrolled(lock);
    assert.is(toHex(bytes), `8401${LOCK_ID_HEX}${KEY}${hex}`);
    assert.equal(parseEnrolled(bytes), lock);
    assert.is(bytes.length, 48 + hex.length / 2);
  }
});

for (const [name, hex] of [
  ["of another version", `8402${LOCK_ID_HEX}${KEY}01`],
  ["with a name of 10 characters", `84016a${"41".repeat(10)}${KEY}01`],
  ["with a name of 12 characters", `84016c${"41".repeat(12)}${KEY}01`],
  ["with a name that is no base64url", `84016b${"41".repeat(10)}0a${KEY}01`],
  ["with a key of 33 bytes", `8401${LOCK_ID_HEX}5821${"ab".repeat(33)}01`],
  ["with a number in a longer form", `8401${LOCK_ID_HEX}${KEY}1801`],
  ["without a number", `8301${LOCK_ID_HEX}${KEY}`],
]) {
  test(`refuses the answer to an offer ${name}`, () => {
    assert.throws(() => parseEnrolled(fromHex(hex)), isFault);
  });
}

test.run();
