// Goal: the cursor reads exactly the one deterministic form of each item of the subset, and nothing else whatever.
// Method: the rows of RFC 8949 appendix A, each read or refused with its cause; then the bounds, the order of keys and
// every small damage to good items. What is read after damage must be encoded again to the same bytes.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { CountingReader } from "../../../simulator/counting.ts";
import { fromHex, toHex } from "../../bytes.ts";
import type { FaultCode } from "../../fault.ts";
import { DEPTH_MAX, MESSAGE_BYTES_MAX, Reader } from "../decode.ts";
import { Writer } from "../encode.ts";
import { APPENDIX_READ, APPENDIX_REFUSED } from "./appendix.ts";
import { damagedCopies, faultOf } from "./damage.ts";
import { readTree, seeded, show, writeTree } from "./tree.ts";

const SEED = 0x6865_6164;
const TANGLES = 5_000;

function readWhole(hex: string): string {
  const reader = new Reader(fromHex(hex));
  const tree = readTree(reader);
  reader.end();
  return show(tree);
}

// At the edges of arguments, and of the order of keys.
const READ: readonly (readonly [string, string])[] = [
  ["1affffffff", "4294967295"],
  ["3affffffff", "-4294967296"],
  ["37", "-24"],
  ["3818", "-25"],
  ["a500011818021901000320042105", "{0: 1, 24: 2, 256: 3, -1: 4, -2: 5}"],
];

// RFC 8949 §4.2.1 and appendix F: longer forms than needed, keys out of order or twice, heads that mean nothing.
const REFUSED: readonly (readonly [string, FaultCode])[] = [
  ["", "cbor.truncated"],
  ["1800", "cbor.canonical"],
  ["1817", "cbor.canonical"],
  ["1900ff", "cbor.canonical"],
  ["190017", "cbor.canonical"],
  ["1a0000ffff", "cbor.canonical"],
  ["1b00000000ffffffff", "cbor.canonical"],
  ["1b0000000100000000", "cbor.unsupported"],
  ["3817", "cbor.canonical"],
  ["3900ff", "cbor.canonical"],
  ["3a0000ffff", "cbor.canonical"],
  ["3b00000000ffffffff", "cbor.canonical"],
  ["580101", "cbor.canonical"],
  ["59000101", "cbor.canonical"],
  ["780161", "cbor.canonical"],
  ["980101", "cbor.canonical"],
  ["b8010101", "cbor.canonical"],
  ["9a0000000101", "cbor.canonical"],
  ["1c", "cbor.unsupported"],
  ["1d", "cbor.unsupported"],
  ["1e", "cbor.unsupported"],
  ["1f", "cbor.canonical"],
  ["3c", "cbor.unsupported"],
  ["3f", "cbor.canonical"],
  ["5c", "cbor.unsupported"],
  ["9d", "cbor.unsupported"],
  ["be", "cbor.unsupported"],
  ["ff", "cbor.unsupported"],
  ["a201010102", "cbor.order"],
  ["a203040102", "cbor.order"],
  ["a220010101", "cbor.order"],
  ["a221012001", "cbor.order"],
  ["a220012001", "cbor.order"],
  ["a218180117ff", "cbor.order"],
  ["a14001", "cbor.type"],
  ["a18001", "cbor.type"],
  ["5affffffff00", "cbor.truncated"],
  ["5b000000010000000000", "cbor.unsupported"],
  ["7affffffff61", "cbor.truncated"],
  ["9affffffff00", "cbor.truncated"],
  ["baffffffff0000", "cbor.truncated"],
  ["d28401", "cbor.unsupported"],
  ["61ff", "cbor.text"],
];

for (const [hex, shown] of [...APPENDIX_READ, ...READ]) {
  test(`reads ${hex} as ${shown}`, () => {
    assert.is(readWhole(hex), shown);
    const skipping = new Reader(fromHex(hex));
    skipping.skip();
    skipping.end();
  });

  test(`reads no damaged ${hex} as the same item, and each in one form only`, () => {
    for (const { bytes, kind, name } of damagedCopies(fromHex(hex))) {
      const reader = new CountingReader(bytes);
      const skipping = new CountingReader(bytes);
      const result = faultOf(() => {
        const tree = readTree(reader);
        reader.end();
        return { tree };
      });
      const skipped = faultOf(() => {
        skipping.skip();
        return skipping.end();
      });
      assert.ok(reader.steps <= bytes.length + 1 && skipping.steps <= bytes.length + 1, `${name}: too many steps`);
      if (typeof result === "string") {
        assert.is(skipped, result, name);
      } else {
        assert.is(kind, "flipped", name);
        assert.is(skipped, undefined, name);
        assert.is.not(show(result.tree), shown, name);
        assert.is(toHex(writeTree(new Writer(), result.tree).finish()), toHex(bytes), name);
      }
    }
  });
}

for (const [hex, code] of [...APPENDIX_REFUSED, ...REFUSED]) {
  test(`refuses ${hex === "" ? "nothing at all" : hex} as ${code}`, () => {
    assert.is(
      faultOf(() => readWhole(hex)),
      code,
    );
    assert.is(
      faultOf(() => new Reader(fromHex(hex)).skip()),
      code,
    );
  });
}

type Read = (reader: Reader) => unknown;
const BOUNDS: readonly (readonly [string, string, Read, unknown])[] = [
  ["reads an integer at its maximum", "1864", (reader) => reader.readUint(100), 100],
  ["refuses an integer above its maximum", "1864", (reader) => reader.readUint(99), "cbor.bound"],
  ["refuses a short integer above its maximum", "02", (reader) => reader.readUint(1), "cbor.bound"],
  ["refuses a negative integer as an unsigned one", "20", (reader) => reader.readUint(9), "cbor.type"],
  ["refuses a byte string as an integer", "40", (reader) => reader.readInt(), "cbor.type"],
  ["refuses a text string as an unsigned integer", "60", (reader) => reader.readUint(255), "cbor.type"],
  ["refuses a simple value as an integer", "f6", (reader) => reader.readInt(), "cbor.unsupported"],
  ["refuses a short byte string", "4101", (reader) => reader.readBytes(2, 2), "cbor.bound"],
  ["refuses a long byte string", "43010203", (reader) => reader.readBytes(2, 2), "cbor.bound"],
  ["gives the offset of a byte string's content", "420102", (reader) => reader.readBytes(2, 2), 1],
  ["gives a view of a byte string", "420102", (reader) => toHex(reader.readView(0, 2)), "0102"],
  ["refuses a text string as a byte string", "6161", (reader) => reader.readBytes(0, 9), "cbor.type"],
  ["refuses a byte string as a text string", "4161", (reader) => reader.readText(0, 9), "cbor.type"],
  ["counts a text string's bound in bytes", "62c3bc", (reader) => reader.readText(0, 1), "cbor.bound"],
  ["reads text of two bytes", "62c3bc", (reader) => reader.readText(2, 2), "ü"],
  ["refuses a text that ends within a character", "61c3", (reader) => reader.readTextBytes(0, 9), "cbor.text"],
  ["refuses an array with too few items", "80", (reader) => reader.readArray(1, 4), "cbor.bound"],
  ["refuses an array with too many items", "8501", (reader) => reader.readArray(1, 4), "cbor.bound"],
  ["refuses a map as an array", "a0", (reader) => reader.readArray(0, 4), "cbor.type"],
  ["refuses an array as a map", "80", (reader) => reader.readMap(0, 4), "cbor.type"],
  ["refuses a map with too many pairs", "a3", (reader) => reader.readMap(0, 2), "cbor.bound"],
  ["takes a pattern that comes next", "d284", (reader) => reader.take([0xd2, 0x84]), true],
  ["takes no pattern that differs", "d283", (reader) => reader.take([0xd2, 0x84]), false],
  ["takes no pattern that is cut short", "d2", (reader) => reader.take([0xd2, 0x84]), false],
  ["says at the end that nothing comes next", "", (reader) => reader.nextMajorType(), undefined],
  ["says which major type comes next", "a0", (reader) => reader.nextMajorType(), 5],
  ["refuses a byte behind the last item", "00", (reader) => reader.end(), "cbor.trailing"],
];

for (const [claim, hex, read, expected] of BOUNDS) {
  test(claim, () => {
    assert.equal(
      faultOf(() => read(new Reader(fromHex(hex)))),
      expected,
    );
  });
}

test("stays where it is when a pattern is not taken", () => {
  const reader = new Reader(fromHex("d283"));
  reader.take([0xd2, 0x84]);
  assert.is(reader.offset, 0);
});

test("reads inside a byte string, and goes on behind it", () => {
  const reader = new Reader(fromHex("430102030a"));
  const outside = reader.enterBytes(1, 3);
  assert.equal([reader.readInt(), reader.readInt(), reader.readInt()], [1, 2, 3]);
  reader.leaveBytes(outside);
  assert.is(reader.readUint(10), 10);
  reader.end();
});

test("reads no further than the byte string that it is inside", () => {
  const reader = new Reader(fromHex("4119ffff"));
  reader.enterBytes(1, 1);
  assert.is(
    faultOf(() => reader.readInt()),
    "cbor.truncated",
  );
  const atEnd = new Reader(fromHex("410102"));
  atEnd.enterBytes(1, 1);
  atEnd.readInt();
  for (const read of [
    () => atEnd.readInt(),
    () => atEnd.readUint(9),
    () => atEnd.readBytes(0, 9),
    () => atEnd.skip(),
  ]) {
    assert.is(faultOf(read), "cbor.truncated");
  }
  assert.is(atEnd.take([0x02]), false);
  for (const [hex, read] of [
    ["410180", (reader: Reader) => reader.readArray(0, 9)],
    ["4101a0", (reader: Reader) => reader.readMap(0, 9)],
    ["410140", (reader: Reader) => reader.readBytes(0, 9)],
    ["410160", (reader: Reader) => reader.readText(0, 9)],
    ["410120", (reader: Reader) => reader.readInt()],
  ] as const) {
    const reader = new Reader(fromHex(hex));
    reader.enterBytes(1, 1);
    reader.readInt();
    assert.is(
      faultOf(() => read(reader)),
      "cbor.truncated",
      hex,
    );
  }
});

test("refuses to leave a byte string with bytes unread", () => {
  const reader = new Reader(fromHex("420102"));
  const outside = reader.enterBytes(1, 2);
  reader.readInt();
  assert.is(
    faultOf(() => reader.leaveBytes(outside)),
    "cbor.trailing",
  );
});

test("refuses a byte string that is longer than what is around it", () => {
  const reader = new Reader(fromHex("4243010203"));
  reader.enterBytes(2, 2);
  assert.is(
    faultOf(() => reader.enterBytes(0, 9)),
    "cbor.truncated",
  );
});

test("reads another part of the same buffer when aimed at it, and nothing outside the buffer", () => {
  const reader = new Reader(fromHex("01020304"));
  reader.moveTo(2, 3);
  assert.is(reader.readInt(), 3);
  reader.end();
  reader.moveTo(3, 99);
  assert.is(reader.readInt(), 4);
  reader.end();
  reader.moveTo(7, 99);
  assert.is(
    faultOf(() => reader.readInt()),
    "cbor.truncated",
  );
});

for (const [name, open] of [
  ["arrays", "81"],
  ["maps", "a101"],
] as const) {
  test(`reads ${DEPTH_MAX} ${name} inside each other and refuses one more`, () => {
    new Reader(fromHex(`${open.repeat(DEPTH_MAX)}00`)).skip();
    assert.is(
      faultOf(() => new Reader(fromHex(`${open.repeat(DEPTH_MAX + 1)}00`)).skip()),
      "cbor.bound",
    );
    assert.is(
      faultOf(() => new Reader(fromHex(open.repeat(700))).skip()),
      "cbor.bound",
    );
  });
}

test("refuses a message of one byte too many before it reads any", () => {
  new Reader(new Uint8Array(MESSAGE_BYTES_MAX));
  assert.is(
    faultOf(() => new Reader(new Uint8Array(MESSAGE_BYTES_MAX + 1))),
    "cbor.bound",
  );
  new Reader(new Uint8Array(MESSAGE_BYTES_MAX + 1), MESSAGE_BYTES_MAX + 1);
});

test(`throws nothing but Faults for ${TANGLES} strings of heads, in no more steps than bytes (seed ${SEED})`, () => {
  const random = seeded(SEED);
  let read = 0;
  for (let index = 0; index < TANGLES; index++) {
    const bytes = new Uint8Array(1 + random(24));
    for (let at = 0; at < bytes.length; at++) {
      bytes[at] = random(3) === 0 ? random(256) : (random(6) << 5) | random(random(4) === 0 ? 32 : 4);
    }
    const reader = new CountingReader(bytes);
    const result = faultOf(() => {
      const tree = readTree(reader);
      reader.end();
      return { tree };
    });
    assert.ok(reader.steps <= bytes.length + 1, `seed ${SEED}, string ${index}`);
    if (typeof result === "string") continue;
    read++;
    const again = writeTree(new Writer(), result.tree).finish();
    assert.is(toHex(again), toHex(bytes), `seed ${SEED}, string ${index}`);
  }
  assert.ok(read > TANGLES / 100, "some are read");
});

test("reads a view of a buffer as it reads a buffer", () => {
  const whole = fromHex(`ffff${"a3011903e8024301020303626162"}ffff`);
  const reader = new Reader(whole.subarray(2, whole.length - 2));
  reader.readMap(3, 3);
  assert.equal([reader.readKey(undefined), reader.readUint(1000)], [1, 1000]);
  assert.equal([reader.readKey(1), toHex(reader.readView(3, 3))], [2, "010203"]);
  assert.equal([reader.readKey(2), reader.readText(2, 2)], [3, "ab"]);
  reader.end();
});

test("takes one step for each byte of the longest message that it can", () => {
  const bytes = new Uint8Array(MESSAGE_BYTES_MAX);
  bytes.set([0x99, (MESSAGE_BYTES_MAX - 3) >> 8, (MESSAGE_BYTES_MAX - 3) & 255]);
  const reader = new CountingReader(bytes);
  reader.skip();
  reader.end();
  assert.is(reader.steps, MESSAGE_BYTES_MAX - 2);
});

test.run();
