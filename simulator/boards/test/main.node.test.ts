// Goal: the same visits hold through the real main files, bundled and minified as they go into an image.
// Method: programs.mjs hands them the fakes in place of the SDK's modules and of what a board has in C.

import { test } from "uvu";
import { crypto } from "#crypto";
import { CAMERA_IMAGE } from "../camerarig.ts";
import { Hallway } from "../hallway.ts";
import { KEYPAD_IMAGE } from "../keypadrig.ts";
import { LOCK_IMAGE } from "../lockrig.ts";
import { programFrom } from "../programs.mjs";
import { VISITS } from "./visits.ts";

const programs = {
  lock: await programFrom("lock", LOCK_IMAGE),
  keypad: await programFrom("keypad", KEYPAD_IMAGE),
  camera: await programFrom("camera", CAMERA_IMAGE),
};

for (const [claim, visit] of VISITS) test(claim, () => visit(() => new Hallway(crypto, { programs })));

test.run();
