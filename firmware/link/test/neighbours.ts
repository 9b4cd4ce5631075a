// What is nearly a message of the form [version, bytes, …] of three parts, and is none.

import * as assert from "uvu/assert";
import { type Bytes, concat, fromHex } from "../../bytes.ts";

/** Sees that a good message is refused a byte short, a byte long, in another version, and with another count of parts. */
export function refusesNeighbours(good: Bytes, parse: (bytes: Bytes) => unknown): void {
  assert.throws(() => parse(good.slice(0, -1)), /cbor|cose/);
  assert.throws(() => parse(concat(good, fromHex("00"))), /cbor.trailing/);
  const version = good.slice();
  version[1] = 2;
  assert.throws(() => parse(version), /link.shape/);
  const count = good.slice();
  count[0] = 0x84;
  assert.throws(() => parse(count), /cbor/);
}
