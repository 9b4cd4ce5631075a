// Holds the messages between lock and camera to their bytes, and every damaged one to a refusal.
// Method: each row's bytes are written by hand from docs/protocol.cddl (RFC 8949 §3), then cut, lengthened and changed.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../bytes.ts";
import { throwsFault } from "../../crypto/test/checks.ts";
import { Fault } from "../../fault.ts";
import {
  type Ask,
  type CameraMode,
  encodeAsk,
  encodeHeartbeat,
  encodeHere,
  encodeTicket,
  type Heartbeat,
  type LockWord,
  type Purpose,
  parseCameraWord,
  parseHeartbeat,
  parseLockWord,
  type Ticket,
} from "../witness.ts";

const NONCE = "a1".repeat(16);
const HASH = "b2".repeat(32);
const CLIP = "c3".repeat(16);
const CHAIN = "d4".repeat(32);
const GRANT = "e5".repeat(8);
const KEY = "f6".repeat(32);
const NAME = "07".repeat(8);

const REST: Heartbeat = {
  nonce: fromHex(NONCE),
  verdict: 0,
  alarm: undefined,
  okMillis: 0,
  ageMillis: 0xffff_ffff,
  isOn: false,
  canRecord: false,
  isRecording: false,
  isCaseOpen: false,
  visit: 0,
  power: 0,
  powerHash: new Uint8Array(32),
  head: undefined,
};
const FILMING: Heartbeat = {
  nonce: fromHex(NONCE),
  verdict: 5,
  alarm: 3,
  okMillis: 3_000,
  ageMillis: 480,
  isOn: true,
  canRecord: true,
  isRecording: true,
  isCaseOpen: true,
  visit: 70_000,
  power: 300,
  powerHash: fromHex(HASH),
  head: { clip: fromHex(CLIP), frame: 24, chain: fromHex(CHAIN) },
};

/** The first byte of each item's head in a heartbeat, after the array's and the number's, in the order of the specification. */
const BEATS: readonly (readonly [name: string, hex: string, beat: Heartbeat])[] = [
  ["a heartbeat at rest", `8a1050${NONCE}000018400${"01affffffff0000"}5820${"00".repeat(32)}`, REST],
  [
    "a heartbeat with the chain of a clip",
    `8d1050${NONCE}0f0503190bb81901e01a0001117019012c5820${HASH}50${CLIP}18185820${CHAIN}`,
    FILMING,
  ],
];

function isFault(error: unknown): boolean {
  return error instanceof Fault;
}

for (const [name, hex, beat] of BEATS) {
  test(`writes and reads ${name}`, () => {
    assert.is(toHex(encodeHeartbeat(beat)), hex);
    assert.equal(parseHeartbeat(fromHex(hex)), beat);
    assert.equal(parseCameraWord(fromHex(hex)), { kind: "heartbeat", beat });
  });

  test(`refuses ${name} cut anywhere, a byte too long, and with any bit of its first three bytes flipped`, () => {
    const bytes = fromHex(hex);
    for (const parse of [parseHeartbeat, parseCameraWord]) {
      for (let size = 0; size < bytes.length; size++) assert.throws(() => parse(bytes.slice(0, size)), isFault);
      assert.throws(() => parse(fromHex(`${hex}00`)), isFault);
      for (let bit = 0; bit < 24; bit++) {
        const spoilt = bytes.slice();
        spoilt[bit >> 3] ^= 1 << (bit & 7);
        assert.throws(() => parse(spoilt), isFault, `${bit}`);
      }
    }
  });
}

test("a heartbeat is 60 to 134 bytes, an ask 26 to 46, a ticket 48 or 49", () => {
  const least = encodeHeartbeat({ ...REST, alarm: 0, ageMillis: 0 });
  const most = encodeHeartbeat({
    ...FILMING,
    verdict: 63,
    alarm: 63,
    okMillis: 0xffff_ffff,
    ageMillis: 0xffff_ffff,
    visit: 0xffff_ffff,
    power: 0xffff_ffff,
    head: { clip: fromHex(CLIP), frame: 0xffff_ffff, chain: fromHex(CHAIN) },
  });
  assert.equal([least.length, most.length], [60, 134]);
  const sizes = (word: LockWord) => (word.kind === "ask" ? encodeAsk(word.ask) : encodeTicket(word.ticket)).length;
  const longest = { visit: 0xffff_ffff, grant: fromHex(GRANT), lo: 0xffff_ffff, hi: 0xffff_ffff };
  assert.equal([sizes(asked({ hi: 0 })), sizes(asked(longest))], [26, 46]);
  assert.equal([encodeTicket(ticketOf(7, 0)).length, encodeTicket(ticketOf(7, 60)).length], [48, 49]);
});

test("each flag of a heartbeat is one bit, and those that this version does not know are ignored", () => {
  const names = ["isOn", "canRecord", "isRecording", "isCaseOpen"] as const;
  names.forEach((name, bit) => {
    const hex = BEATS[0][1].replace(`${NONCE}00`, `${NONCE}0${1 << bit}`);
    assert.equal(parseHeartbeat(fromHex(hex)), { ...REST, [name]: true });
    assert.is(toHex(encodeHeartbeat({ ...REST, [name]: true })), hex);
  });
  const unknown = BEATS[0][1].replace(`${NONCE}00`, `${NONCE}1afffffff1`);
  assert.equal(parseHeartbeat(fromHex(unknown)), { ...REST, isOn: true });
});

for (const [name, from, to] of [
  ["a number of 15 bytes", `50${NONCE}`, `4f${NONCE.slice(2)}`],
  ["a number of 17 bytes", `50${NONCE}`, `51${NONCE}00`],
  ["a verdict above 63", `${NONCE}0000`, `${NONCE}001840`],
  ["an alarm above none", "1840", "1841"],
  ["a flag in a longer form", `${NONCE}00`, `${NONCE}1800`],
  ["a hash of 31 bytes", `5820${"00".repeat(32)}`, `581f${"00".repeat(31)}`],
  ["half of a clip's chain", `8a10`, `8b10`],
] as const) {
  test(`refuses a heartbeat with ${name}`, () => {
    const [, hex] = BEATS[0];
    assert.is.not(hex.indexOf(from), -1);
    assert.throws(() => parseHeartbeat(fromHex(hex.replace(from, to))), isFault);
  });
}

test("a heartbeat keeps nothing of the plaintext that it was read from", () => {
  const plaintext = fromHex(BEATS[1][1]);
  const beat = parseHeartbeat(plaintext);
  plaintext.fill(0);
  assert.equal(beat, FILMING);
});

test("writes and reads that a camera is there, in two bytes, and refuses whatever is near", () => {
  assert.is(toHex(encodeHere()), "8111");
  assert.equal(parseCameraWord(fromHex("8111")), { kind: "here" });
  for (const hex of ["", "81", "8110", "8112", "811811", "811100", "821100", "8011", "a111", "8111".repeat(2)]) {
    assert.throws(() => parseCameraWord(fromHex(hex)), isFault, hex);
  }
  throwsFault(() => parseHeartbeat(fromHex("8111")), "cbor.bound");
});

const ASKS: readonly (readonly [name: string, hex: string, word: LockWord])[] = [
  ["an ask at rest, where the time is not known", `88185050${NONCE}000000${"40001affffffff"}`, asked({})],
  [
    "an ask of a visit with a grant",
    `88185050${NONCE}02011a0001117048${GRANT}1a65f0e4001a65f0e43c`,
    asked({
      purpose: "visit",
      mode: "always",
      visit: 70_000,
      grant: fromHex(GRANT),
      lo: 1_710_285_824,
      hi: 1_710_285_884,
    }),
  ],
  ["a ticket", ticketHex("07", "183c"), { kind: "ticket", ticket: ticketOf(7, 60) }],
  ["the end of a ticket", ticketHex("01", "00"), { kind: "ticket", ticket: ticketOf(1, 0) }],
];

function asked(parts: Partial<Ask>): LockWord {
  const quiet = { nonce: fromHex(NONCE), visit: 0, grant: undefined, lo: 0, hi: 0xffff_ffff };
  return { kind: "ask", ask: { ...quiet, purpose: "rest", mode: "visits", ...parts } };
}

function ticketOf(rights: number, seconds: number): Ticket {
  return { ticket: fromHex(NAME), viewerKey: fromHex(KEY), rights, seconds };
}

function ticketHex(rights: string, seconds: string): string {
  return `85185148${NAME}5820${KEY}${rights}${seconds}`;
}

for (const [name, hex, word] of ASKS) {
  test(`writes and reads ${name}`, () => {
    assert.is(toHex(word.kind === "ask" ? encodeAsk(word.ask) : encodeTicket(word.ticket)), hex);
    assert.equal(parseLockWord(fromHex(hex)), word);
  });

  test(`refuses ${name} cut anywhere, a byte too long, and with any bit of its first four bytes flipped`, () => {
    const bytes = fromHex(hex);
    for (let size = 0; size < bytes.length; size++) assert.throws(() => parseLockWord(bytes.slice(0, size)), isFault);
    assert.throws(() => parseLockWord(fromHex(`${hex}00`)), isFault);
    for (let bit = 0; bit < 32; bit++) {
      const spoilt = bytes.slice();
      spoilt[bit >> 3] ^= 1 << (bit & 7);
      assert.throws(() => parseLockWord(spoilt), isFault, `${bit}`);
    }
  });
}

test("each purpose and mode is one number, and the next one is none", () => {
  const purposes: readonly Purpose[] = ["rest", "knock", "visit", "after"];
  const modes: readonly CameraMode[] = ["visits", "always", "never"];
  purposes.forEach((purpose, number) => {
    assert.equal(parseLockWord(fromHex(askHex(`0${number}`, "00"))), asked({ purpose }));
  });
  modes.forEach((mode, number) => {
    assert.equal(parseLockWord(fromHex(askHex("00", `0${number}`))), asked({ mode }));
  });
  for (const hex of [askHex("04", "00"), askHex("00", "03")]) assert.throws(() => parseLockWord(fromHex(hex)), isFault);
});

function askHex(purpose: string, mode: string): string {
  return `88185050${NONCE}${purpose}${mode}0040001affffffff`;
}

for (const [name, hex] of [
  ["a time that ends before it begins", `88185050${NONCE}000000400605`],
  ["a grant's name of 7 bytes", `88185050${NONCE}00000047${"e5".repeat(7)}0000`],
  ["a grant's name of 9 bytes", `88185050${NONCE}00000049${"e5".repeat(9)}0000`],
  ["a number of 15 bytes", `8818504f${"a1".repeat(15)}000000400000`],
  ["rights above all", ticketHex("08", "01")],
  ["61 seconds", ticketHex("01", "183d")],
  ["a viewer's key of 31 bytes", `85185148${NAME}581f${"f6".repeat(31)}0101`],
  ["a ticket's name of 7 bytes", `85185147${"07".repeat(7)}5820${KEY}0101`],
  ["the number of a ticket and the items of an ask", `88185150${NONCE}000000400000`],
  ["the number of an ask and the items of a ticket", `85185048${NAME}5820${KEY}0101`],
  ["a heartbeat's number", `85101048${NAME}5820${KEY}0101`],
] as const) {
  test(`refuses ${name} from a lock`, () => {
    assert.throws(() => parseLockWord(fromHex(hex)), isFault);
  });
}

test("stops on numbers and names of other sizes, and on a ticket for longer or for more than there is", () => {
  const short = new Uint8Array(7);
  assert.throws(() => encodeHeartbeat({ ...REST, nonce: short }), /assertion/);
  assert.throws(() => encodeHeartbeat({ ...REST, powerHash: short }), /assertion/);
  const word = asked({ nonce: short });
  assert.throws(() => word.kind === "ask" && encodeAsk(word.ask), /assertion/);
  for (const change of [{ ticket: short }, { viewerKey: short }, { seconds: 61 }, { rights: 8 }]) {
    assert.throws(() => encodeTicket({ ...ticketOf(1, 60), ...change }), /assertion/);
  }
});

test.run();
