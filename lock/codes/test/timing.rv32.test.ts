// Goal: the compare of an entry costs the chip the same instructions whether it is right, nearly right or wrong, wherever in the
// table a right one stands; and one entry costs at most half a million.
// Method: exact counts under QEMU. On the desk nothing is counted, so this runs on rv32 alone.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromAscii } from "../../../firmware/bytes.ts";
import { MAC_BYTES, pinMac } from "../../../firmware/codes/pin.ts";
import { ENTRY_BYTES_MAX } from "../../../firmware/crypto/crypto.ts";
import { compareOf, measureCodes } from "../../../simulator/bench/codes.ts";
import { type Host, instructionsOf } from "../../../simulator/bench/host.ts";

declare const host: Host;

const ENTRY_INSTRUCTIONS_MAX = 500_000;

/** Asserts that all counts are one, and that it was counted at all. */
function areEqual(counts: readonly number[]): void {
  assert.ok(
    counts.every((count) => count > 0 && count === counts[0]),
    counts.join(", "),
  );
}

test("compares window codes in equal time", () => areEqual(compareOf(crypto, host)));

test("compares what is kept of PINs in equal time, from the digits on", () => {
  const key = new Uint8Array(32).fill(1);
  const pins = Array.from({ length: 32 }, (_, index) => fromAscii(String(482_913 + index * 1_111)));
  const table = new Uint8Array(pins.length * MAC_BYTES);
  for (const [index, pin] of pins.entries()) table.set(pinMac(crypto, key, pin), index * MAC_BYTES);
  const typed = [pins[0], pins[15], pins[31], ...["482914", "382913", "000000", "999999"].map(fromAscii)];
  areEqual(
    typed.map((digits) => instructionsOf(host, () => crypto.find(table, MAC_BYTES, pinMac(crypto, key, digits)))),
  );
});

test("compares entries of every width in equal time", () => {
  for (let width = 1; width <= ENTRY_BYTES_MAX; width++) {
    const table = Uint8Array.from({ length: width * 8 }, (_, index) => index);
    const right = table.slice(width * 3, width * 4);
    const near = right.slice();
    near[width - 1] ^= 1;
    const wrong = new Uint8Array(width).fill(0xff);
    areEqual([right, near, wrong].map((code) => instructionsOf(host, () => crypto.find(table, width, code))));
  }
});

test("answers an entry within half a million instructions, with four owner devices", () => {
  const { warm, compares } = measureCodes(crypto, host);
  assert.ok(warm > 0 && warm <= ENTRY_INSTRUCTIONS_MAX, `${warm}`);
  areEqual(compares);
});

test.run();
