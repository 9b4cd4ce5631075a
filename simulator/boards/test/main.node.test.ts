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

const DAY_MILLIS = 86_400_000;

const BOARDS = { lock: LOCK_IMAGE, keypad: KEYPAD_IMAGE, camera: CAMERA_IMAGE } as const;

/** A board's program, with what the launchers put into its image: no more and no less than its main.ts reads. */
async function imageProgram(board: keyof typeof BOARDS, sleep = false): Promise<(parts: object) => void> {
  const { target } = BOARDS[board];
  const choice = chooseImage(board, { target, drive: board === "lock" ? LOCK_IMAGE.drive : undefined, sleep });
  const image = imageOf(choice, { version: LOCK_IMAGE.version, buildTime: LOCK_IMAGE.buildTime });
  assert.equal(image, BOARDS[board]);
  return programFrom(board, image, choice.sleeps);
}

const programs = {
  lock: await imageProgram("lock"),
  keypad: await imageProgram("keypad"),
  camera: await imageProgram("camera"),
};
const sleepy = { ...programs, lock: await imageProgram("lock", true), keypad: await imageProgram("keypad", true) };

test("a lock's image names its drive, and no board's image is made without what it needs", () => {
  for (const drive of DRIVES) assert.is(chooseImage("lock", { drive }).drive, drive);
  assert.throws(() => chooseImage("lock", {}), /--drive is motor, servo, strike/);
  assert.throws(() => chooseImage("lock", { drive: "magnet" }), /--drive/);
  assert.throws(() => chooseImage("keypad", { drive: "motor" }), /no drive/);
  assert.throws(() => chooseImage("lock", { drive: "motor", target: "esp8266" }), /made for/);
  for (const board of [undefined, "", "constructor"]) assert.throws(() => chooseImage(board, {}), /a board is/);
});

test("an image is made to sleep where its board can, and only when that is asked for", () => {
  assert.is(chooseImage("lock", { drive: "motor" }).sleeps, false);
  assert.is(chooseImage("lock", { drive: "motor", sleep: true }).sleeps, true);
  for (const target of ["esp32c3", "nodemcu"]) {
    assert.throws(() => chooseImage("lock", { drive: "motor", target, sleep: true }), /a lock sleeps on esp32s3$/);
  }
  for (const target of ["esp32c3", "esp32s3", "nodemcu"]) {
    assert.is(chooseImage("keypad", { target, sleep: true }).sleeps, true);
  }
  assert.throws(() => chooseImage("camera", { sleep: true }), /never sleeps/);
});

test("the images that sleep do, and no others", () => {
  for (const isSleepy of [false, true]) {
    const hall = new Hallway(crypto, { programs: isSleepy ? sleepy : programs, sleeps: isSleepy });
    hall.lock.powerOn();
    hall.keypad.powerOn();
    hall.pass(2_000);
    assert.is(hall.adopt(), "yes");
    assert.is(hall.enrol("keypad"), "yes");
    hall.pass(20_000);
    for (const { rig } of [hall.lock, hall.keypad]) assert.is(rig.chip.slumber.sleeps > 0, isSleepy);
  }
});

/** How much a lock does not know of the time, in seconds. */
function widthOf(hall: Hallway): number {
  const owner = hall.ownerSession();
  const reply = owner.ask({ kind: "status" });
  owner.leave();
  assert.ok(reply?.kind === "status" && reply.status.timeLow !== undefined && reply.status.timeHigh !== undefined);
  return reply.status.timeHigh - reply.status.timeLow;
}

test("a lock that sleeps counts with a worse clock, and one without the crystal with the better one, awake", () => {
  const widened = [false, true].map((hasCrystal) => {
    const hall = new Hallway(crypto, { programs: sleepy, sleeps: true });
    hall.lock.rig.chip.slumber.hasCrystal = hasCrystal;
    hall.lock.powerOn();
    hall.pass(2_000);
    assert.is(hall.adopt(), "yes");
    const before = widthOf(hall);
    hall.pass(DAY_MILLIS);
    return widthOf(hall) - before;
  });
  // 100 and 250 parts per million either way, in whole seconds, rounded at each end.
  const [awake = 0, asleep = 0] = widened;
  assert.ok(awake >= 16 && awake <= 20 && asleep >= 42 && asleep <= 46, widened.join(", "));
});

for (const [claim, visit] of VISITS) {
  test(claim, () => visit(() => new Hallway(crypto, { programs })));
  test(`${claim}, by images that sleep`, () => visit(() => new Hallway(crypto, { programs: sleepy, sleeps: true })));
}

test.run();
