// Goal: a name, a passphrase and a state are read in one form, and within a radio's bounds; what is not is refused.
// Method: rows of bytes; the requests around them are in message.test.ts.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../bytes.ts";
import { Reader } from "../../cbor/decode.ts";
import { Writer } from "../../cbor/encode.ts";
import { Fault } from "../../fault.ts";
import type { Credentials, NetworkState } from "../../platform.ts";
import { areCredentials, readCredentials, readNetworkState, writeCredentials, writeNetworkState } from "../network.ts";

/** An array of two, and the longest name and passphrase. */
const LONGEST = 100;

const STATES: readonly (readonly [string, NetworkState | undefined])[] = [
  ["80", undefined],
  ["820040", { is: "off" }],
  ["820140", { is: "joining" }],
  ["820244c0a80114", { is: "joined", address: fromHex("c0a80114") }],
  ["820340", { is: "waiting" }],
];
for (const [bytes, state] of STATES) {
  test(`reads and writes the state ${state?.is ?? "of a board without a radio"}`, () => {
    assert.equal(readNetworkState(new Reader(fromHex(bytes))), state);
    const writer = new Writer();
    writeNetworkState(writer, state);
    assert.is(toHex(writer.finish()), bytes);
  });
}

for (const bytes of [
  "8100",
  "820440",
  "820240",
  "820244",
  "820243c0a801",
  "820245c0a8011400",
  "820044c0a80114",
  "82024400",
]) {
  test(`refuses the state ${bytes}`, () => {
    assert.throws(
      () => readNetworkState(new Reader(fromHex(bytes))),
      (error: unknown) => error instanceof Fault,
    );
  });
}

/** What `size` characters of one kind are. */
function filled(size: number, byte = 0x61): Uint8Array<ArrayBuffer> {
  return new Uint8Array(size).fill(byte);
}

const CREDENTIALS: readonly (readonly [string, Credentials, boolean])[] = [
  ["a zero in its name", { name: Uint8Array.of(0x61, 0), passphrase: undefined }, false],
  ["half a letter in its name", { name: Uint8Array.of(0x61, 0xc3), passphrase: undefined }, false],
  ["a letter of two bytes in its name", { name: Uint8Array.of(0xc3, 0xa9), passphrase: undefined }, true],
  ["no name", { name: filled(0), passphrase: undefined }, false],
  ["a name of 1 byte", { name: filled(1), passphrase: undefined }, true],
  ["a name of 32 bytes", { name: filled(32), passphrase: undefined }, true],
  ["a name of no UTF-8", { name: filled(32, 0xff), passphrase: undefined }, false],
  ["a name of 33 bytes", { name: filled(33), passphrase: undefined }, false],
  ["a passphrase of 0 characters", { name: filled(4), passphrase: filled(0) }, false],
  ["a passphrase of 7 characters", { name: filled(4), passphrase: filled(7) }, false],
  ["a passphrase of 8 characters", { name: filled(4), passphrase: filled(8) }, true],
  ["a passphrase of 23 characters", { name: filled(23), passphrase: filled(23) }, true],
  ["a passphrase of 24 characters", { name: filled(24), passphrase: filled(24) }, true],
  ["a passphrase of 63 characters", { name: filled(4), passphrase: filled(63) }, true],
  ["a passphrase of 64 characters", { name: filled(4), passphrase: filled(64) }, false],
  ["the first character and the last", { name: filled(4), passphrase: fromHex("207e207e207e207e") }, true],
  ["a character below", { name: filled(4), passphrase: fromHex("201f207e207e207e") }, false],
  ["a character above", { name: filled(4), passphrase: fromHex("207f207e207e207e") }, false],
];
for (const [name, credentials, isGood] of CREDENTIALS) {
  test(`${isGood ? "takes" : "refuses"} ${name}`, () => {
    assert.is(areCredentials(credentials), isGood);
    if (!isGood) {
      assert.throws(() => writeCredentials(new Writer().array(2), credentials), /assertion/);
      return;
    }
    const write = (writer: Writer) => writeCredentials(writer.array(2), credentials);
    const writer = new Writer();
    write(writer);
    const bytes = writer.finish();
    const alone = Writer.encode(LONGEST, write);
    assert.equal(alone, bytes);
    assert.is(alone.buffer.byteLength, bytes.length, "its buffer has no room for more, and nothing is left behind");
    const reader = new Reader(bytes);
    reader.readArray(2, 2);
    assert.equal(readCredentials(reader), credentials);
    reader.end();
  });
}

test.run();
