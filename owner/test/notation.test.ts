// Goal: what another reader finds in the bytes is written as RFC 8949 §8 writes it, and nothing can make it run away.
// Method: a table of items with their notation, taken from RFC 8949 appendix A where it has them.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex } from "../../firmware/bytes.ts";
import { notationOf } from "../notation.ts";

const ROWS: readonly (readonly [hex: string, notation: string])[] = [
  ["00", "0"],
  ["1a000f4240", "1000000"],
  ["3903e7", "-1000"],
  ["4401020304", "h'01020304'"],
  ["6449455446", '"IETF"'],
  ["62225c", '"\\"\\\\"'],
  ["80", "[]"],
  ["8301820203820405", "[1, [2, 3], [4, 5]]"],
  ["a0", "{}"],
  ["a201020304", "{1: 2, 3: 4}"],
  // A COSE_Sign1 in the form of RFC 9052 §4.2: header and payload are CBOR inside byte strings.
  ["d28443a10132a041a040", "18([<< {1: -19} >>, {}, << {} >>, h''])"],
  ["d28440a04040", "18([h'', {}, h'', h''])"],
  // What JSON leaves as it is: a control of Latin-1, and one that turns the rest of a line around.
  ["64c29b386d", '"\\u{9b}8m"'],
  ["64e280ae78", '"\\u{202e}x"'],
];
for (const [hex, notation] of ROWS) {
  test(`writes ${hex} as ${notation}`, () => assert.is(notationOf(fromHex(hex)), notation));
}

const BAD: readonly (readonly [name: string, hex: string, code: RegExp])[] = [
  ["nothing", "", /cbor.truncated/],
  ["a cut item", "8201", /cbor.truncated/],
  ["an indefinite array", "9f0102ff", /cbor.unsupported/],
  ["tags without end", `${"c1".repeat(2_000)}00`, /cbor.bound/],
  ["a string longer than the rest", "5a7fffffff00", /cbor/],
  ["a count above 32 bits", "9b000000010000000000", /cbor.unsupported/],
  ["a second item", "0000", /cbor.type/],
  ["nesting without end", `${"81".repeat(2_000)}00`, /cbor.bound/],
  ["a tag that is an error in the other reader", "d81b82654572726f726178", /cbor.unsupported/],
  ["a tag that is a date in the other reader", "c100", /cbor.unsupported/],
  ["more than 4,096 bytes", `591000${"00".repeat(4_096)}`, /cbor.bound/],
];
for (const [name, hex, code] of BAD) {
  test(`refuses ${name}`, () => assert.throws(() => notationOf(fromHex(hex)), code));
}

test.run();
