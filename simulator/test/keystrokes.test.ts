// Goal: what is pasted at the house's terminal is typed as fingers type, and what is no key of the house moves nothing.
// Method: chunks as a terminal sends them; a clock that only the test moves.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Keystrokes, keysOf } from "../keystrokes.ts";

const KNOWN = "0123456789*#lkxbdtpcq";

const READ: readonly (readonly [claim: string, chunk: string, keys: string | undefined])[] = [
  ["one key", "b", "b"],
  ["one key that the house does not know, for it to say so", "B", "B"],
  ["a key of several bytes", "é", "é"],
  ["enter, as nothing", "\r", ""],
  ["a code", "8142035697#", "8142035697#"],
  ["a code as it is printed, with blanks and a line end", "814 203 5697\r\n", "8142035697"],
  ["hands in a row", "pdd", "pdd"],
  ["the end, wherever it stands", "12\u0003", "q"],
  ["the end of input", "\u0004", "q"],
  ["an arrow, as nothing", "\u001b[A", ""],
  ["a key with digits in its sequence, as nothing", "\u001b[15~", ""],
  ["a key of the Linux console, as nothing", "\u001b[[A", ""],
  ["a function key, as nothing", "\u001bOP", ""],
  ["one with a modifier, as nothing", "\u001b[1;5D\u001bO5P", ""],
  ["a key beside Alt, as nothing", "\u001bd", ""],
  ["escape alone, as nothing", "\u001b", ""],
  ["what a terminal says of its colours, as nothing", "\u001b]11;rgb:0000/0000/0000\u0007", ""],
  ["the same with the other end", "\u001b]11;rgb:0000/0000/0000\u001b\\", ""],
  ["a paste between its marks", "\u001b[200~12#\u001b[201~", "12#"],
  ["a word", "latchkey open", undefined],
  ["a word and a number", "Größe 12", undefined],
  ["a code with a sign of several bytes", "12\u{1f511}#", undefined],
  ["a code with another hyphen", "814\u2011203", undefined],
];
for (const [claim, chunk, keys] of READ) {
  test(`reads ${claim}`, () => assert.is(keysOf(chunk, KNOWN)?.join(""), keys));
}

/** Somebody who types, on a clock of the test's. */
function typist() {
  const pressed: string[] = [];
  const planned: { readonly at: number; readonly act: () => void }[] = [];
  let now = 0;
  const keystrokes = new Keystrokes(
    (key) => void pressed.push(`${now} ${key}`),
    (act, millis) => void planned.push({ at: now + millis, act }),
  );
  const pass = (millis: number) => {
    const end = now + millis;
    for (let next = planned[0]; next !== undefined && next.at <= end; next = planned[0]) {
      planned.shift();
      now = next.at;
      next.act();
    }
    now = end;
  };
  return { keystrokes, pressed, pass };
}

test("presses keys of the keypad one after the other", () => {
  const { keystrokes, pressed, pass } = typist();
  assert.ok(keystrokes.take(["1", "2", "#"]));
  assert.equal(pressed, ["0 1"]);
  pass(1_000);
  assert.equal(pressed, ["0 1", "250 2", "500 #"]);
});

test("lets what comes meanwhile wait for its turn, however it was cut into pieces", () => {
  const { keystrokes, pressed, pass } = typist();
  keystrokes.take(["1"]);
  pass(1);
  keystrokes.take(["2", "3"]);
  pass(300);
  keystrokes.take(["b"]);
  pass(1_000);
  assert.equal(pressed, ["0 1", "250 2", "500 3", "750 b"]);
});

test("lets hands wait for nothing where nobody types", () => {
  const { keystrokes, pressed } = typist();
  keystrokes.take(["d", "d", "5", "b"]);
  keystrokes.take(["t"]);
  assert.equal(pressed, ["0 d", "0 d", "0 5"]);
});

test("lets whoever wants to end wait for no row", () => {
  const { keystrokes, pressed, pass } = typist();
  keystrokes.take(["1", "2", "3"]);
  pass(10);
  keystrokes.take(["q"]);
  assert.equal(pressed, ["0 1", "10 q"]);
});

test("takes a row whole or not at all, and has a bound", () => {
  const { keystrokes, pressed, pass } = typist();
  const row = Array.from({ length: 64 }, () => "1");
  assert.not.ok(keystrokes.take([...row, "1"]));
  assert.ok(keystrokes.take(row));
  assert.not.ok(keystrokes.take(["1", "2"]));
  assert.ok(keystrokes.take(["#"]));
  pass(64 * 250);
  assert.is(pressed.length, 65);
  assert.is(pressed.at(-1), "16000 #");
});

test.run();
