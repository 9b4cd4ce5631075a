// Tries every primitive with arguments of every wrong length, with empty messages, and with views into larger buffers.
// Method: one table of good calls; each argument of each is then spoiled in turn. Runs on each backend.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type Bytes, concat, toHex } from "../../bytes.ts";
import { Fault } from "../../fault.ts";

type Call = (values: readonly Bytes[]) => unknown;

/** How long an argument is: exactly so many bytes, or any number. */
type Length = number | "any" | "tagged";

const CALLS: readonly { name: string; lengths: readonly Length[]; call: Call }[] = [
  { name: "sha256", lengths: ["any"], call: ([message]) => crypto.sha256(message as Bytes) },
  { name: "sha512", lengths: ["any"], call: ([message]) => crypto.sha512(message as Bytes) },
  {
    name: "hmacSha256",
    lengths: ["any", "any"],
    call: ([key, text]) => crypto.hmacSha256(key as Bytes, text as Bytes),
  },
  {
    name: "verify",
    lengths: [32, "any", 64],
    call: ([key, text, signature]) => crypto.verify(key as Bytes, text as Bytes, signature as Bytes),
  },
  { name: "sign", lengths: [32, "any"], call: ([seed, text]) => crypto.sign(seed as Bytes, text as Bytes) },
  { name: "signingPublicKey", lengths: [32], call: ([seed]) => crypto.signingPublicKey(seed as Bytes) },
  { name: "agree", lengths: [32, 32], call: ([secret, key]) => crypto.agree(secret as Bytes, key as Bytes) },
  { name: "agreementPublicKey", lengths: [32], call: ([secret]) => crypto.agreementPublicKey(secret as Bytes) },
  {
    name: "seal",
    lengths: [32, 12, "any", "any"],
    call: ([key, nonce, aad, text]) => crypto.seal(key as Bytes, nonce as Bytes, aad as Bytes, text as Bytes),
  },
  {
    name: "open",
    lengths: [32, 12, "any", "tagged"],
    call: ([key, nonce, aad, text]) => crypto.open(key as Bytes, nonce as Bytes, aad as Bytes, text as Bytes),
  },
];

const TAG_BYTES = 16;

function pattern(size: number, first: number): Bytes {
  return new Uint8Array(size).map((_, index) => first + 7 * index);
}

function good(lengths: readonly Length[], open = 40): Bytes[] {
  return lengths.map((length, index) => pattern(typeof length === "number" ? length : open, 9 + index));
}

/** The same bytes as a view into the middle of a larger buffer. */
function inside(bytes: Bytes, before: number): Bytes {
  return concat(pattern(before, 200), bytes, pattern(5, 100)).subarray(before, before + bytes.length);
}

function show(result: unknown): string {
  return result instanceof Uint8Array ? toHex(result) : String(result);
}

function isSizeFault(error: unknown): boolean {
  return error instanceof Fault && error.code === "crypto.size";
}

for (const { name, lengths, call } of CALLS) {
  test(`${name} gives the same for views into larger buffers`, () => {
    const values = good(lengths);
    const expected = show(call(values));
    for (const before of [1, 3, 8]) assert.is(show(call(values.map((value) => inside(value, before)))), expected);
    assert.is(show(call(values)), expected, "the arguments were changed");
  });

  test(`${name} gives a byte string of its own`, () => {
    const values = good(lengths);
    const result = call(values);
    if (!(result instanceof Uint8Array)) return;
    assert.is(result.byteOffset, 0);
    assert.is(result.buffer.byteLength, result.length);
  });

  for (const [index, length] of lengths.entries()) {
    const wrong = typeof length === "number" ? [0, 1, length - 1, length + 1, 2 * length, 4096] : [];
    const short = length === "tagged" ? [0, 1, TAG_BYTES - 1] : [];
    for (const size of [...wrong, ...short]) {
      test(`${name} refuses ${size} bytes as argument ${index + 1}`, () => {
        const values = good(lengths);
        values[index] = pattern(size, 1);
        assert.throws(() => call(values), isSizeFault);
        values[index] = inside(pattern(size, 1), 3);
        assert.throws(() => call(values), isSizeFault);
      });
    }
  }

  if (lengths.includes("any")) {
    test(`${name} takes open arguments of 0 to 200 bytes`, () => {
      for (let size = 0; size <= 200; size += size < 70 ? 1 : 13) {
        const values = lengths.map((length, index) =>
          pattern(typeof length === "number" ? length : size + (length === "tagged" ? TAG_BYTES : 0), index),
        );
        call(values);
      }
    });
  }
}

test("open gives back what seal was given, for 0 to 130 bytes", () => {
  const key = pattern(32, 1);
  const nonce = pattern(12, 2);
  for (let size = 0; size <= 130; size++) {
    const sealed = crypto.seal(key, nonce, pattern(size % 7, 3), pattern(size, 4));
    assert.is(sealed.length, size + TAG_BYTES);
    const plaintext = crypto.open(key, nonce, pattern(size % 7, 3), sealed);
    assert.is(plaintext === undefined ? "refused" : toHex(plaintext), toHex(pattern(size, 4)), `size ${size}`);
  }
});

test("open refuses each flipped bit of a small box", () => {
  const key = pattern(32, 1);
  const nonce = pattern(12, 2);
  const sealed = crypto.seal(key, nonce, pattern(3, 3), pattern(2, 4));
  for (let bit = 0; bit < 8 * sealed.length; bit++) {
    const spoiled = sealed.slice();
    spoiled[bit >> 3] = (spoiled[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.is(crypto.open(key, nonce, pattern(3, 3), spoiled), undefined, `bit ${bit}`);
  }
});

const PAIRS: readonly [claim: string, left: Bytes, right: Bytes, isEqual: boolean][] = [
  ["finds empty byte strings equal", new Uint8Array(0), new Uint8Array(0), true],
  ["finds equal bytes equal", pattern(33, 1), pattern(33, 1), true],
  ["finds a view equal to its copy", inside(pattern(9, 1), 3), pattern(9, 1), true],
  ["tells the last bit", Uint8Array.of(1, 2, 2), Uint8Array.of(1, 2, 3), false],
  ["tells the first bit", Uint8Array.of(129, 2), Uint8Array.of(1, 2), false],
  ["tells a prefix from the whole", pattern(8, 1), pattern(9, 1), false],
  ["tells one byte from none", Uint8Array.of(0), new Uint8Array(0), false],
];

for (const [claim, left, right, isEqual] of PAIRS) {
  test(`isEqual ${claim}`, () => {
    assert.is(crypto.isEqual(left, right), isEqual);
    assert.is(crypto.isEqual(right, left), isEqual);
  });
}

test("wipe clears a view and nothing around it", () => {
  const all = pattern(20, 1);
  crypto.wipe(all.subarray(5, 9));
  const expected = pattern(20, 1).fill(0, 5, 9);
  assert.is(toHex(all), toHex(expected));
  crypto.wipe(all.subarray(3, 3));
  assert.is(toHex(all), toHex(expected));
});

test.run();
