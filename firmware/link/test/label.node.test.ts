// Goal: what a new board prints is the QR code of its setup text.
// Method: the desk's own maker of QR codes; the drawing is read back and compared with its modules, and with the finder patterns of
// ISO/IEC 18004 §5.3.3, which every reader looks for.

import qrcode from "qrcode";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { encodeSetup, type Modules, newBoardNotice } from "../label.ts";

const SETUP = Object.freeze({
  agreementKey: new Uint8Array(32).fill(0x11),
  signingKey: new Uint8Array(32).fill(0x22),
});
const QUIET = 4;
const FINDER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"];

/** What stands behind the drawing on a desk; the SDK's module corrects as much. */
function modulesOf(text: string): Modules {
  const { modules } = qrcode.create(text, { errorCorrectionLevel: "M" });
  return { size: modules.size, isDark: (x, y) => modules.get(y, x) === 1 };
}

test("the notice of a new lock holds the QR code of its setup text", () => {
  const lines = newBoardNotice(crypto, { kind: "lock", setup: SETUP }, { modulesOf, ink: "hashes" });
  const { size, isDark } = modulesOf(encodeSetup(SETUP));
  const drawn = lines
    .slice(lines.indexOf("") + 1, -1)
    .map((line) => (line.match(/../g) ?? []).map((pair) => (pair === "##" ? "0" : "1")).join(""));
  assert.is(drawn.length, size + 2 * QUIET);
  const inner = drawn.slice(QUIET, -QUIET).map((row) => row.slice(QUIET, -QUIET));
  for (const [y, row] of inner.entries()) {
    assert.is(row, Array.from({ length: size }, (_none, x) => (isDark(x, y) ? "1" : "0")).join(""), `row ${y}`);
  }
  for (const [x, y] of [
    [0, 0],
    [size - 7, 0],
    [0, size - 7],
  ] as const) {
    assert.equal(
      inner.slice(y, y + 7).map((row) => row.slice(x, x + 7)),
      FINDER,
    );
  }
  assert.ok(drawn[0] === "0".repeat(size + 2 * QUIET), "the quiet zone is light");
});

test.run();
