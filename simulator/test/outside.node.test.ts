// The keypad of `npm start`: what is typed in the terminal reaches the real keypad, and what it shows is told in words.
// Method: the keypad on a line with nobody at the other end, in virtual time; its folder is a temporary one.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { millis, seconds } from "../../firmware/platform.ts";
import { Outside } from "../outside.ts";
import { World } from "../world.ts";

const directory = mkdtempSync(join(tmpdir(), "latchkey-outside-"));
test.after(() => rmSync(directory, { recursive: true }));

/** A keypad with power, and all that it says. */
function keypad(): { readonly world: World; readonly outside: Outside; readonly said: string[] } {
  const world = new World(crypto, { seed: 1, start: seconds(1_790_000_000) });
  const said: string[] = [];
  const outside = new Outside(crypto, world, { directory, say: (what) => void said.push(what) });
  outside.powerOn();
  return { world, outside, said };
}

test("a keypad that belongs to no lock says so, and stays the same keypad", () => {
  const first = keypad().outside;
  assert.not(first.isPaired);
  assert.match(first.label.fingerprint, /^[\w-]{11}$/);
  assert.equal(keypad().outside.label, first.label);
});

test("digits and enter are typed, and nobody answers", () => {
  const { world, outside, said } = keypad();
  let now = 0;
  const done = [..."482915#"].map((key) => {
    const words = outside.press(key);
    now += 250;
    world.advance(millis(now));
    return words;
  });
  assert.equal(done.at(-1), "6 digits, and enter");
  assert.ok(
    done.slice(0, -1).every((words) => words === undefined),
    "no digit is told",
  );
  world.advance(millis(now + 30_000));
  assert.equal(said, ["the keypad shows amber and red: the lock does not answer"]);
});

test("enter alone is the bell, the star clears, and nothing else is a key of it", () => {
  const { outside } = keypad();
  assert.is(outside.press("#"), "the bell is pressed");
  assert.is(outside.press("*"), "cleared");
  assert.is(outside.press("a"), undefined);
});

test("its case and its cable can be reached", () => {
  const { outside } = keypad();
  assert.is(outside.moveCase(), "its case is opened");
  assert.is(outside.moveCable(), "its cable is cut");
  assert.ok(outside.line.isCut);
  assert.is(outside.moveCable(), "its cable is mended");
});

test.run();
