// Goal: a label has one form, nothing else passes for one, and a new board prints it whole and in a shape that a camera can read.
// Method: good labels are written, read, and tried one byte short, one long, and in another version; drawings are read back.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromBase64url, toHex } from "../../bytes.ts";
import { lockIdOf } from "../../cose/key.ts";
import { encodeSetup, fingerprintOf, type LabelledBoard, type Modules, newBoardNotice, parseSetup } from "../label.ts";
import { refusesNeighbours } from "./neighbours.ts";

const AGREEMENT = new Uint8Array(32).fill(0x11);
const SIGNING = new Uint8Array(32).fill(0x22);
const SETUP = Object.freeze({ agreementKey: AGREEMENT, signingKey: SIGNING });
const FINGERPRINT = "6g52uxSV_Fk";
const QUIET = 4;

test("writes and reads a label", () => {
  const text = encodeSetup({ agreementKey: AGREEMENT, signingKey: SIGNING });
  assert.is(toHex(fromBase64url(text)), `83015820${"11".repeat(32)}5820${"22".repeat(32)}`);
  assert.equal(parseSetup(fromBase64url(text)), { agreementKey: AGREEMENT, signingKey: SIGNING });
  refusesNeighbours(fromBase64url(text), parseSetup);
});

test("gives the fingerprint of both keys of a label", () => {
  // By sha256sum over the bytes above.
  const setup = { agreementKey: AGREEMENT, signingKey: SIGNING };
  assert.is(fingerprintOf(crypto, setup), FINGERPRINT);
  assert.is.not(fingerprintOf(crypto, { ...setup, agreementKey: SIGNING }), FINGERPRINT);
  assert.is.not(fingerprintOf(crypto, { ...setup, signingKey: AGREEMENT }), FINGERPRINT);
});

/** Modules that look like no other way round: every place depends on both its numbers. */
function pattern(size: number): Modules {
  return { size, isDark: (x, y) => (x * 7 + y * 3 + x * y) % 5 < 2 };
}

/** Where a drawing is light, by rows. */
function lightIn(lines: readonly string[], ink: "blocks" | "hashes"): string[] {
  if (ink === "hashes") {
    return lines.map((line) => line.replace(/##| {2}/g, (pair) => (pair === "##" ? "1" : "0")));
  }
  return lines.flatMap((line) => {
    const above = line.replace(/./g, (block) => ("\u2588\u2580".includes(block) ? "1" : "0"));
    const below = line.replace(/./g, (block) => ("\u2588\u2584".includes(block) ? "1" : "0"));
    return [above, below];
  });
}

function wantedOf({ size, isDark }: Modules): string[] {
  const side = Array.from({ length: size + 2 * QUIET }, (_none, index) => index - QUIET);
  const isIn = (at: number): boolean => at >= 0 && at < size;
  return side.map((y) => side.map((x) => (isIn(x) && isIn(y) && isDark(x, y) ? "0" : "1")).join(""));
}

for (const ink of ["blocks", "hashes"] as const) {
  for (const size of [1, 21, 41, 42, 177]) {
    test(`draws ${size} modules in ${ink}, with a quiet zone of four`, () => {
      const modules = pattern(size);
      const lines = newBoardNotice(crypto, { kind: "keypad", setup: SETUP }, { modulesOf: () => modules, ink });
      const drawn = lines.slice(lines.indexOf("") + 1, -1);
      const light = lightIn(drawn, ink);
      const wanted = wantedOf(modules);
      // Two rows in a line: an odd one has nothing below.
      if (ink === "blocks" && wanted.length % 2 === 1) wanted.push("0".repeat(size + 2 * QUIET));
      assert.equal(light, wanted);
    });
  }
}

test("draws nothing that is no QR code's size", () => {
  for (const size of [0, 178]) {
    const code = { modulesOf: () => pattern(size), ink: "hashes" } as const;
    assert.throws(() => newBoardNotice(crypto, { kind: "lock", setup: SETUP }, code), /assertion/);
  }
});

for (const [kind, wanted] of [
  ["lock", /press the button inside, and within a minute: latchkey adopt SETUP$/],
  ["keypad", /latchkey keypad enrol SETUP$/],
  ["camera", /latchkey camera enrol SETUP$/],
] as const satisfies readonly (readonly [LabelledBoard["kind"], RegExp])[]) {
  test(`a new ${kind} says what it is, what to compare, and how it is owned`, () => {
    const asked: string[] = [];
    const modulesOf = (text: string): Modules => {
      asked.push(text);
      return pattern(21);
    };
    const lines = newBoardNotice(crypto, { kind, setup: SETUP }, { modulesOf, ink: "hashes" });
    const text = encodeSetup(SETUP);
    assert.is(text.length, 94);
    const said = lines.slice(0, lines.indexOf(""));
    const name = kind === "lock" ? [`Name:        ${lockIdOf(crypto, SIGNING)}`] : [];
    assert.equal(said.slice(0, -1), [
      `Latchkey ${kind}, nobody's yet.`,
      ...name,
      `Fingerprint: ${FINGERPRINT}`,
      `Setup:       ${text}`,
    ]);
    assert.match(said.at(-1) ?? "", wanted);
    assert.equal(asked, [text], "the code is of the setup text, and of nothing else");
    assert.ok(lines.every((line) => /^[ -~]*$/.test(line)));
  });
}

test("a camera in a network says where it is reached", () => {
  const code = { modulesOf: () => pattern(21), ink: "hashes" } as const;
  const address = Uint8Array.of(192, 168, 1, 30);
  const lines = newBoardNotice(crypto, { kind: "camera", setup: SETUP, address }, code);
  assert.is(lines[lines.indexOf("") - 2], "Address:     192.168.1.30");
});

test.run();
