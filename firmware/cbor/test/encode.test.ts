// Goal: the writer gives the deterministic form, and stops whoever would write anything else.
// Method: the rows of RFC 8949 appendix A as calls; every misuse as a row; seeded trees, written and read back.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../bytes.ts";
import { Reader } from "../decode.ts";
import { Writer } from "../encode.ts";
import { growTree, readTree, seeded, show, writeTree } from "./tree.ts";

const SEED = 0x6c61_7463;
const TREES = 200;
const TREE_BYTES_MAX = 65_536;

type Write = (writer: Writer) => Writer;

// RFC 8949 appendix A; the last eight are ours.
const ROWS: readonly (readonly [string, Write])[] = [
  ["00", (writer) => writer.uint(0)],
  ["17", (writer) => writer.uint(23)],
  ["1818", (writer) => writer.uint(24)],
  ["1864", (writer) => writer.int(100)],
  ["1903e8", (writer) => writer.uint(1000)],
  ["1a000f4240", (writer) => writer.uint(1_000_000)],
  ["20", (writer) => writer.int(-1)],
  ["29", (writer) => writer.int(-10)],
  ["3863", (writer) => writer.int(-100)],
  ["3903e7", (writer) => writer.int(-1000)],
  ["40", (writer) => writer.bytes(new Uint8Array(0))],
  ["4401020304", (writer) => writer.bytes(fromHex("01020304"))],
  ["60", (writer) => writer.text("")],
  ["6161", (writer) => writer.text("a")],
  ["6449455446", (writer) => writer.text("IETF")],
  ["62225c", (writer) => writer.text('"\\')],
  ["62c3bc", (writer) => writer.text("ü")],
  ["63e6b0b4", (writer) => writer.text("水")],
  ["64f0908591", (writer) => writer.text("𐅑")],
  ["80", (writer) => writer.array(0)],
  ["83010203", (writer) => writer.array(3).uint(1).uint(2).uint(3)],
  ["8301820203820405", (writer) => writer.array(3).uint(1).array(2).uint(2).uint(3).array(2).uint(4).uint(5)],
  ["a0", (writer) => writer.map(0)],
  ["a201020304", (writer) => writer.map(2).uint(1).uint(2).uint(3).uint(4)],
  ["18ff", (writer) => writer.uint(255)],
  ["190100", (writer) => writer.uint(256)],
  ["19ffff", (writer) => writer.uint(65_535)],
  ["1a00010000", (writer) => writer.uint(65_536)],
  ["1affffffff", (writer) => writer.uint(0xffff_ffff)],
  ["3affffffff", (writer) => writer.int(-0x1_0000_0000)],
  ["d28280a0", (writer) => writer.tag(18).array(2).array(0).map(0)],
  [
    "a4000118ff022003390100a10504",
    (writer) => writer.map(4).uint(0).uint(1).uint(255).uint(2).int(-1).uint(3).int(-257).map(1).uint(5).uint(4),
  ],
];

for (const [hex, write] of ROWS) {
  test(`writes ${hex}`, () => {
    const bytes = write(new Writer()).finish();
    assert.is(toHex(bytes), hex);
    assert.is(bytes.byteLength, bytes.buffer.byteLength);
    const counted = Writer.encode(bytes.length, write);
    assert.is(toHex(counted), hex);
    assert.is(counted.byteLength, counted.buffer.byteLength);
    assert.throws(() => Writer.encode(bytes.length - 1, write), /the bound of its writer/);
  });

  test(`embeds ${hex} as the byte string that it is`, () => {
    const size = hex.length / 2;
    const list = (writer: Writer): Writer => write(writer.array(2).embed(size)).uint(1);
    assert.is(toHex(list(new Writer()).finish()), toHex(new Writer().array(2).bytes(fromHex(hex)).uint(1).finish()));
    assert.is(list(Writer.counter(100)).counted, list(new Writer()).finish().length);
    assert.throws(() => write(new Writer().embed(size + 1)), /the item that was counted/);
  });

  test(`writes ${hex} into exactly as many bytes, and asserts with one less`, () => {
    const size = hex.length / 2;
    assert.is(toHex(write(new Writer(size)).finish()), hex);
    assert.throws(() => write(new Writer(size - 1)).finish(), /^assertion: an item stays within the bound/);
  });
}

const EMPTY = new Uint8Array(0);
const MISUSES: readonly (readonly [string, RegExp, Write])[] = [
  ["nothing written", /all that it announced/, (writer) => writer],
  ["an array with an item missing", /all that it announced/, (writer) => writer.array(2).uint(1)],
  ["a map with a value missing", /all that it announced/, (writer) => writer.map(1).uint(1)],
  ["a map with a pair missing", /all that it announced/, (writer) => writer.map(2).uint(1).uint(2)],
  ["a tag with nothing behind it", /all that it announced/, (writer) => writer.tag(18)],
  ["a second item", /behind the last item/, (writer) => writer.uint(1).uint(2)],
  ["a second item behind an empty array", /behind the last item/, (writer) => writer.array(0).array(0)],
  ["an item too many in an array", /behind the last item/, (writer) => writer.array(1).uint(1).uint(2)],
  ["an encoded item behind the end", /before the end/, (writer) => writer.uint(1).raw(EMPTY)],
  ["a tag behind the end", /before an item/, (writer) => writer.uint(1).tag(18)],
  ["a key twice", /bytewise order/, (writer) => writer.map(2).uint(1).uint(2).uint(1)],
  ["keys in falling order", /bytewise order/, (writer) => writer.map(2).uint(3).uint(2).uint(1)],
  ["a positive key behind a negative one", /bytewise order/, (writer) => writer.map(2).int(-1).uint(2).uint(1)],
  ["negative keys in rising order", /bytewise order/, (writer) => writer.map(2).int(-2).uint(2).int(-1)],
  [
    "a key out of order behind a map",
    /bytewise order/,
    (writer) => writer.map(2).uint(3).map(1).uint(9).uint(9).uint(1),
  ],
  ["a text as a key", /a key is an integer/, (writer) => writer.map(1).text("a")],
  ["a byte string as a key", /a key is an integer/, (writer) => writer.map(1).bytes(EMPTY)],
  ["an array as a key", /a key is an integer/, (writer) => writer.map(1).array(0)],
  ["an encoded item as a key", /never at a key's place/, (writer) => writer.map(1).raw(EMPTY)],
  ["a tagged key", /never at a key's place/, (writer) => writer.map(1).tag(18)],
  ["a negative number as unsigned", /whole number/, (writer) => writer.uint(-1)],
  ["a fraction", /whole number/, (writer) => writer.uint(1.5)],
  ["a negative fraction", /whole number/, (writer) => writer.int(-1.5)],
  ["no number", /whole number/, (writer) => writer.uint(Number.NaN)],
  ["2^32", /whole number/, (writer) => writer.uint(0x1_0000_0000)],
  ["-2^32 - 1", /whole number/, (writer) => writer.int(-0x1_0000_0001)],
  ["a long tag", /one byte/, (writer) => writer.tag(24)],
  ["more bytes than the bound", /within the bound/, (writer) => writer.bytes(new Uint8Array(2_400))],
];

for (const [name, claim, write] of MISUSES) {
  test(`asserts against ${name}`, () => {
    let message = "";
    try {
      write(new Writer()).finish();
    } catch (error) {
      message = error instanceof Error ? `${error.name} ${error.message}` : "";
    }
    assert.match(message, /^Error assertion: /);
    assert.match(message, claim);
  });
}

test("copies an encoded item as one item", () => {
  const bytes = new Writer().map(2).uint(1).raw(fromHex("d28401020304")).uint(2).uint(3).finish();
  assert.is(toHex(bytes), "a201d284010203040203");
});

test(`writes ${TREES} trees that the cursor reads back, in one form only (seed ${SEED})`, () => {
  const random = seeded(SEED);
  for (let index = 0; index < TREES; index++) {
    const tree = growTree(random, 5);
    const bytes = writeTree(new Writer(TREE_BYTES_MAX), tree).finish();
    const reader = new Reader(bytes, TREE_BYTES_MAX);
    const back = readTree(reader);
    reader.end();
    assert.is(show(back), show(tree), `seed ${SEED}, tree ${index}`);
    assert.is(toHex(writeTree(new Writer(TREE_BYTES_MAX), back).finish()), toHex(bytes), `seed ${SEED}, tree ${index}`);
  }
});

test.run();
