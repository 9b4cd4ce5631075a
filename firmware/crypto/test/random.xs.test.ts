// Holds the native generator to filling exactly what it is given.
// Apart from native.xs.test.ts because rv32 under QEMU has no source of entropy and so cannot run it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { toHex } from "../../bytes.ts";
import { random } from "../native.ts";

test("fills all of a view and nothing around it", () => {
  const all = new Uint8Array(64);
  random.fill(all.subarray(16, 48));
  assert.is(toHex(all.subarray(0, 16)), "00".repeat(16));
  assert.is(toHex(all.subarray(48)), "00".repeat(16));
  // 32 bytes of chance hold 24 different values or more, but for once in 10^15.
  assert.ok(new Set(all.subarray(16, 48)).size > 16);
  random.fill(all.subarray(0, 0));
});

test.run();
