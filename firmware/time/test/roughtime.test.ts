// Goal: only a whole, fitting answer, signed by the server that was asked, to this very nonce, tells a time.
// Method: answers of simulator/timeserver.ts, which shares no code with the reader; each field wrong, every cut, every bit.
// Outside this project the reader took an answer of roughenough's test data (draft 14, its version number put in).

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Errors, TimeServer } from "../../../simulator/timeserver.ts";
import { type Bytes, concat, fromHex, toHex } from "../../bytes.ts";
import { Fault } from "../../fault.ts";
import { encodeTimeRequest, verifyTimeResponse } from "../roughtime.ts";

const TIME = 1_794_000_000;
const NONCE = new Uint8Array(32).fill(0x5a);
const SERVER = new TimeServer(crypto, new Uint8Array(32).fill(1));
const OTHER = new TimeServer(crypto, new Uint8Array(32).fill(2));
/** One bit in so many is flipped on every engine; a signature check is not free. */
const FLIPS_APART = 5;

function requestFor(nonce: Uint8Array = NONCE, server = SERVER): Bytes {
  return encodeTimeRequest(crypto, nonce, server.key);
}

function answerTo(requests: readonly Bytes[], at = 0, errors: Errors = {}): Bytes {
  const answer = SERVER.answer(requests, TIME, errors)[at];
  if (answer === undefined) throw new Error("the server does not answer");
  return answer;
}

function read(answer: Bytes, asked = { nonce: NONCE as Uint8Array, key: SERVER.key as Uint8Array }) {
  return verifyTimeResponse(crypto, answer, asked);
}

function isRefused(answer: Bytes, asked?: { nonce: Uint8Array; key: Uint8Array }): boolean {
  try {
    read(answer, asked);
    return false;
  } catch (error) {
    if (error instanceof Fault && error.code === "time.roughtime") return true;
    throw error;
  }
}

test("the request is 1,024 bytes, in the order of the tags", () => {
  const request = requestFor();
  assert.is(request.length, 1_024);
  // "ROUGHTIM", 1,012 bytes, 5 tags; offsets 4, 36, 68, 72; VER, SRV, NONC, TYPE, ZZZZ.
  const head = "524f55474854494d" + "f4030000" + "05000000" + "04000000" + "24000000" + "44000000" + "48000000";
  assert.is(toHex(request.subarray(0, 52)), `${head}56455200535256004e4f4e43545950455a5a5a5a`);
  assert.is(toHex(request.subarray(52, 56)), "01000000");
  assert.is(toHex(request.subarray(56, 88)), toHex(crypto.sha512(concat(fromHex("ff"), SERVER.key)).slice(0, 32)));
  assert.is(toHex(request.subarray(88, 120)), toHex(NONCE));
  assert.ok(request.subarray(120).every((byte) => byte === 0));
});

test("an honest answer tells the time", () => {
  assert.equal(read(answerTo([requestFor()])), { midpoint: TIME, radius: 3 });
});

for (const [count, at] of [
  [2, 0],
  [2, 1],
  [3, 2],
  [5, 4],
  [16, 11],
] as const) {
  test(`so does the ${at + 1}. answer in a batch of ${count}`, () => {
    const requests = Array.from({ length: count }, (_, place) =>
      requestFor(place === at ? NONCE : new Uint8Array(32).fill(place)),
    );
    assert.is(read(answerTo(requests, at)).midpoint, TIME);
    const neighbour = at === 0 ? 1 : at - 1;
    assert.ok(isRefused(answerTo(requests, neighbour)), "another's answer");
  });
}

const WRONG: readonly (readonly [string, Errors])[] = [
  ["a delegated key that has expired", { expiredSeconds: 1 }],
  ["another version", { version: 2 }],
  ["no radius", { radiusSeconds: 0 }],
  ["a radius of more than a minute", { radiusSeconds: 61 }],
  ["a time after 2106", { aheadSeconds: 4_294_967_295 - TIME }],
];
for (const [name, errors] of WRONG) {
  test(`refuses ${name}`, () => {
    assert.ok(isRefused(answerTo([requestFor()], 0, errors)));
  });
}

test("the server answers nothing that is no request to it, whatever bytes it is", () => {
  const [other, draft] = [requestFor(NONCE, OTHER), requestFor()];
  draft[52] = 2;
  const odd: Bytes[] = [other, draft, new Uint8Array(0), new Uint8Array(1_024), requestFor().slice(0, 1_023)];
  for (let at = 0; at < 128; at++) {
    for (const byte of [0, 255]) {
      const spoilt = requestFor();
      spoilt[at] = byte;
      odd.push(spoilt);
    }
  }
  // The spoilt ones are answered only where the byte was that one before, or stands in the nonce: what counts is the end.
  const answers = SERVER.answer([...odd, requestFor()], TIME);
  assert.equal(answers.slice(0, 5), new Array(5).fill(undefined));
  assert.is(read(answers.at(-1) ?? new Uint8Array(0)).midpoint, TIME);
});

test("refuses another nonce, another server's key, and an answer of another server", () => {
  const answer = answerTo([requestFor()]);
  assert.ok(isRefused(answer, { nonce: new Uint8Array(32), key: SERVER.key }));
  assert.ok(isRefused(answer, { nonce: NONCE, key: OTHER.key }));
  const others = OTHER.answer([requestFor(NONCE, OTHER)], TIME)[0];
  assert.ok(others !== undefined && isRefused(others));
});

test("refuses an answer to the same nonce in another packet", () => {
  const packet = requestFor();
  packet[1_000] = 1;
  assert.ok(isRefused(answerTo([packet])));
});

test("refuses every cut, and a byte or a word more", () => {
  const answer = answerTo([requestFor()]);
  for (let end = 0; end < answer.length; end++) assert.ok(isRefused(answer.slice(0, end)), `cut at ${end}`);
  for (const more of [1, 4]) assert.ok(isRefused(concat(answer, new Uint8Array(more))));
});

test("refuses every flipped bit", () => {
  const answer = answerTo([requestFor(), requestFor(new Uint8Array(32))]);
  assert.is(read(answer).midpoint, TIME);
  for (let bit = 0; bit < answer.length * 8; bit += FLIPS_APART) {
    const flipped = answer.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    assert.ok(isRefused(flipped), `bit ${bit}`);
  }
});

test("refuses a path that is too deep", () => {
  const answer = answerTo([requestFor()]);
  const view = new DataView(answer.buffer);
  // Seven tags: the PATH is empty and begins where TYPE ends; 33 steps are put into it.
  const steps = new Uint8Array(33 * 32);
  const at = 12 + 56 + 64 + 32 + 4;
  const longer = concat(answer.subarray(0, at), steps, answer.subarray(at));
  const grown = new DataView(longer.buffer);
  grown.setUint32(8, view.getUint32(8, true) + steps.length, true);
  for (const offset of [4, 5, 6]) {
    const place = 12 + 4 * offset;
    grown.setUint32(place, view.getUint32(place, true) + steps.length, true);
  }
  assert.ok(isRefused(longer));
});

test.run();
