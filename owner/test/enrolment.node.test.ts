// Goal: whoever hands a lock over, or resets it, is told which of its boards are cut off by that, and how each is brought back.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { sayParted } from "../enrolment.ts";

const KEYPAD = Object.freeze({ role: "keypad" } as const);
const CAMERA = Object.freeze({ role: "camera" } as const);

test("says nothing of a lock without boards", () => {
  assert.is(sayParted([]), undefined);
});

for (const [boards, named] of [
  [[KEYPAD], "its keypad."],
  [[CAMERA], "its camera."],
  [[CAMERA, KEYPAD, KEYPAD], "its keypad and camera."],
] as const) {
  test(`names ${named.slice(0, -1)}, and how it forgets the lock`, () => {
    const said = sayParted(boards) ?? "";
    assert.ok(said.includes(named), said);
    assert.match(said, /open its case and hold the star .* ten seconds, press the button .* Then enrol it anew\./);
    assert.is(/looks on for up to an hour/.test(said), named.includes("camera"));
  });
}

test.run();
