// Goal: the same visits hold through the real main files, bundled and minified as they go into an image.
// Method: programs.mjs hands them the fakes in place of the SDK's modules and of what a board has in C.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { chooseImage, DRIVES, imageOf } from "../../run/image.mjs";
import { CAMERA_IMAGE } from "../camerarig.ts";
import { Hallway } from "../hallway.ts";
import { KEYPAD_IMAGE } from "../keypadrig.ts";
import { LOCK_IMAGE } from "../lockrig.ts";
import { programFrom } from "../programs.mjs";
import { VISITS } from "./visits.ts";

const BOARDS = { lock: LOCK_IMAGE, keypad: KEYPAD_IMAGE, camera: CAMERA_IMAGE } as const;

/** A board's program, with what the launchers put into its image: no more and no less than its main.ts reads. */
async function imageProgram(board: keyof typeof BOARDS): Promise<(parts: object) => void> {
  const { target } = BOARDS[board];
  const choice = chooseImage(board, { target, drive: board === "lock" ? LOCK_IMAGE.drive : undefined });
  const image = imageOf(choice, { version: LOCK_IMAGE.version, buildTime: LOCK_IMAGE.buildTime });
  assert.equal(image, BOARDS[board]);
  return programFrom(board, image);
}

const programs = {
  lock: await imageProgram("lock"),
  keypad: await imageProgram("keypad"),
  camera: await imageProgram("camera"),
};

test("a lock's image names its drive, and no board's image is made without what it needs", () => {
  for (const drive of DRIVES) assert.is(chooseImage("lock", { drive }).drive, drive);
  assert.throws(() => chooseImage("lock", {}), /--drive is motor, servo, strike/);
  assert.throws(() => chooseImage("lock", { drive: "magnet" }), /--drive/);
  assert.throws(() => chooseImage("keypad", { drive: "motor" }), /no drive/);
  assert.throws(() => chooseImage("lock", { drive: "motor", target: "esp8266" }), /made for/);
  for (const board of [undefined, "", "constructor"]) assert.throws(() => chooseImage(board, {}), /a board is/);
});

for (const [claim, visit] of VISITS) test(claim, () => visit(() => new Hallway(crypto, { programs })));

test.run();
