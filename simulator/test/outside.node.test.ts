// The keypad of `npm start`: what is typed in the terminal reaches the real keypad, and what it shows is told in words.
// Method: the keypad on a line with nobody at the other end, in virtual time; its folder is a temporary one.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { encodePlain, FRAME_ENROLLED } from "../../firmware/link/frame.ts";
import { encodeEnrolled } from "../../firmware/link/introduction.ts";
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

test("the star held behind the open case has it forget its lock, which no lock that is reset or handed over does without", () => {
  const { world, outside } = keypad();
  const lock = {
    lockId: "Ip1fiNKMHIM",
    agreementKey: crypto.agreementPublicKey(new Uint8Array(32).fill(2)),
    sequence: 1,
  };
  outside.line.inside.send(encodePlain(FRAME_ENROLLED, encodeEnrolled(lock)));
  world.advance(millis(1_000));
  assert.ok(outside.isPaired);
  assert.is(outside.press("l"), "the star is held: lock");
  world.advance(millis(15_000));
  assert.ok(outside.isPaired, "with its case shut it is another wish");
  outside.moveCase();
  assert.is(outside.press("l"), "the star is held for ten seconds: forget the lock");
  world.advance(millis(30_000));
  assert.not(outside.isPaired);
});

test.run();
