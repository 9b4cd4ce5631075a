// Tries to break native.c from JavaScript: what is no byte string, buffers that vanish, chunks that move.
// Method: each row is refused with crypto.size or does no harm; a crash of the host fails the whole file.

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Host } from "../../../simulator/xs/host.d.ts";
import { type Bytes, toHex } from "../../bytes.ts";
import { Fault } from "../../fault.ts";
import { crypto, random } from "../native.ts";

declare const host: Pick<Host, "collect" | "petrify">;

function isSizeFault(error: unknown): boolean {
  return error instanceof Fault && error.code === "crypto.size";
}

/** A view that its resizable buffer has shrunk under. */
function outOfBounds(): unknown {
  const buffer = Reflect.construct(ArrayBuffer, [64, { maxByteLength: 64 }]);
  const view = new Uint8Array(buffer, 8, 32);
  buffer.resize(16);
  return view;
}

function detached(): unknown {
  const bytes = new Uint8Array(32);
  Reflect.apply(Reflect.get(bytes.buffer, "transfer"), bytes.buffer, []);
  return bytes;
}

const HOSTILE: readonly [name: string, make: () => unknown][] = [
  ["undefined", () => undefined],
  ["null", () => null],
  ["a number", () => 32],
  ["a string of 32 characters", () => "x".repeat(32)],
  ["a symbol", () => Symbol("x")],
  ["an object with a length", () => ({ length: 32, byteLength: 32, byteOffset: 0, buffer: new ArrayBuffer(32) })],
  ["an array", () => new Array(32).fill(0)],
  ["an ArrayBuffer", () => new ArrayBuffer(32)],
  ["a DataView", () => new DataView(new ArrayBuffer(32))],
  ["wider elements", () => new Uint16Array(16)],
  ["an heir of Uint8Array's prototype", () => Object.create(Uint8Array.prototype)],
  ["Uint8Array's prototype", () => Uint8Array.prototype],
  ["a Proxy of a Uint8Array", () => new Proxy(new Uint8Array(32), {})],
  ["a function", () => () => new Uint8Array(32)],
  ["a detached buffer", detached],
  ["a view out of bounds", outOfBounds],
];

const KEY = new Uint8Array(32).fill(7);
const NONCE = new Uint8Array(12);

const CALLS: readonly [name: string, call: (value: Bytes) => unknown][] = [
  ["sha256", (value) => crypto.sha256(value)],
  ["startSha256's piece", (value) => crypto.startSha256().update(value)],
  ["sha512", (value) => crypto.sha512(value)],
  ["hmacSha256's key", (value) => crypto.hmacSha256(value, KEY)],
  ["hmacSha256's message", (value) => crypto.hmacSha256(KEY, value)],
  ["hmacSha1's key", (value) => crypto.hmacSha1(value, KEY)],
  ["hmacSha1's message", (value) => crypto.hmacSha1(KEY, value)],
  ["find's table", (value) => crypto.find(value, 32, KEY)],
  ["find's entry", (value) => crypto.find(KEY, 32, value)],
  ["verify's key", (value) => crypto.verify(value, KEY, new Uint8Array(64))],
  ["verify's message", (value) => crypto.verify(KEY, value, new Uint8Array(64))],
  ["verify's signature", (value) => crypto.verify(KEY, KEY, value)],
  ["sign's seed", (value) => crypto.sign(value, KEY)],
  ["sign's message", (value) => crypto.sign(KEY, value)],
  ["signingPublicKey", (value) => crypto.signingPublicKey(value)],
  ["agree's secret", (value) => crypto.agree(value, KEY)],
  ["agree's key", (value) => crypto.agree(KEY, value)],
  ["agreementPublicKey", (value) => crypto.agreementPublicKey(value)],
  ["seal's key", (value) => crypto.seal(value, NONCE, KEY, KEY)],
  ["seal's nonce", (value) => crypto.seal(KEY, value, KEY, KEY)],
  ["seal's aad", (value) => crypto.seal(KEY, NONCE, value, KEY)],
  ["seal's plaintext", (value) => crypto.seal(KEY, NONCE, KEY, value)],
  ["open's key", (value) => crypto.open(value, NONCE, KEY, KEY)],
  ["open's aad", (value) => crypto.open(KEY, NONCE, value, KEY)],
  ["open's box", (value) => crypto.open(KEY, NONCE, KEY, value)],
  ["wipe", (value) => crypto.wipe(value)],
  ["fill", (value) => random.fill(value)],
];

for (const [hostile, make] of HOSTILE) {
  test(`refuses ${hostile} wherever bytes are asked for`, () => {
    for (const [name, call] of CALLS) assert.throws(() => call(make() as Bytes), isSizeFault, name);
  });

  test(`finds ${hostile} equal to nothing`, () => {
    assert.is(crypto.isEqual(make() as Bytes, KEY), false);
    assert.is(crypto.isEqual(KEY, make() as Bytes), false);
  });
}

test("refuses a Proxy that detaches another argument while it is looked at", () => {
  const message = new Uint8Array(64);
  const trap = {
    getPrototypeOf: () => {
      Reflect.apply(Reflect.get(message.buffer, "transfer"), message.buffer, []);
      host.collect();
      return Uint8Array.prototype;
    },
  };
  assert.throws(() => crypto.hmacSha256(message, new Proxy(new Uint8Array(8), trap)), isSizeFault);
});

test("refuses to write to bytes in read-only memory", () => {
  const bytes = new Uint8Array(32).fill(1);
  host.petrify(bytes.buffer);
  assert.throws(() => crypto.wipe(bytes), isSizeFault);
  assert.throws(() => random.fill(bytes), isSizeFault);
  assert.is(toHex(bytes), "01".repeat(32));
});

/** Leaves garbage where the next byte strings are made, which a collection will then move down. */
function litter(): void {
  new Uint8Array(60_000).fill(1);
}

// Somewhere in this sweep the room for a result is the allocation that collects: then all arguments have just moved,
// and the result lies where they were.
for (const name of ["seal", "open"]) {
  test(`${name} survives arguments that move while it makes room for its result`, () => {
    const text = new Uint8Array(59_000).fill(3);
    const sealed = crypto.seal(KEY, NONCE, KEY, text);
    for (let fillBytes = 500_000; fillBytes < 3_500_000; fillBytes += 25_000) {
      host.collect();
      const fill = new Uint8Array(fillBytes);
      litter();
      const [key, nonce, aad] = [KEY.slice(), NONCE.slice(), KEY.slice()];
      const given = name === "seal" ? text.slice() : sealed.slice();
      const result = name === "seal" ? crypto.seal(key, nonce, aad, given) : crypto.open(key, nonce, aad, given);
      const isRight = result !== undefined && crypto.isEqual(result, name === "seal" ? sealed : text);
      assert.ok(isRight, `beside ${fill.length} bytes`);
    }
  });
}

test.run();
