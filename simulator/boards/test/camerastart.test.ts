// Goal: whatever fails at a camera's start, its sensor has no power, it does not restart in a tight loop, and it tries again after a
// minute; and nothing that takes long, or that a stranger hands in, comes before the sensor's switch is off.
// Method: the camera's own program over a chip, with one part that fails in each row, and a card that looks at the switch when it is asked.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { type CameraBoardParts, startCamera } from "../../../camera/board.ts";
import { CAMERA_PINS } from "../../../camera/pins.ts";
import type { Sdk } from "../../../firmware/io/ecma419.ts";
import { MemoryCard } from "../../memorycard.ts";
import type { CameraRig } from "../camerarig.ts";
import { Hallway } from "../hallway.ts";

const { rail, lamp, caseContact } = CAMERA_PINS.xiao_esp32s3_sense;
const POWER_ON = 1;
const SOFTWARE = 3;

/** Stands for a class of the SDK that does not come up. */
const refusing = class {
  constructor() {
    throw new RangeError("invalid port");
  }
} as never;

/** A hallway whose camera is started with other parts. */
function hallWith(change: (parts: CameraBoardParts) => Partial<CameraBoardParts>): Hallway {
  const camera = (parts: object) => {
    const given = parts as CameraBoardParts;
    startCamera({ ...given, ...change(given) });
  };
  return new Hallway(crypto, { programs: { camera } });
}

function withSdk(other: Partial<Sdk>): Hallway {
  return hallWith(({ sdk }) => ({ sdk: { ...sdk, ...other } }));
}

/** A hallway in which somebody else has a pin. */
function without(pin: number): Hallway {
  return hallWith(({ sdk }) => {
    new sdk.Digital({ pin, mode: sdk.Digital.Input });
    return {};
  });
}

function spoilt(): Hallway {
  const hall = new Hallway(crypto);
  hall.camera.rig.storage.plant("latchkey", "sign", new ArrayBuffer(7));
  return hall;
}

function fullStorage(): Hallway {
  const hall = new Hallway(crypto);
  hall.camera.rig.storage.isFull = true;
  return hall;
}

/** Whether the switch is driven low: nobody outside can lift it. */
function isRailHeld({ rig }: CameraRig): boolean {
  return rig.chip.isTaken(rail) && rig.chip.level(rail) === 0;
}

const FAILURES: readonly (readonly [string, () => Hallway])[] = [
  ["its keys are spoilt", spoilt],
  ["its constants cannot be written", fullStorage],
  ["its serial port does not open", () => withSdk({ Serial: refusing })],
  ["its case's pin is taken, when the camera itself stands", () => without(caseContact)],
];

for (const [failure, build] of FAILURES) {
  test(`a camera that cannot start since ${failure} is dark, and tries again after a minute`, () => {
    const hall = build();
    const { camera } = hall;
    camera.powerOn();
    hall.pass(59_000);
    assert.is(isRailHeld(camera), true, "nobody holds the sensor's switch");
    assert.is(camera.rig.resetReason, POWER_ON, "it restarted too early");
    assert.is(camera.rig.isConfirmed, false, "an image that cannot run was called well");
    hall.pass(2_000);
    assert.is(camera.rig.resetReason, SOFTWARE, "it did not start anew");
    assert.is(isRailHeld(camera), true, "the next start let go of the switch");
    assert.is(camera.shots, 0);
  });
}

test("a camera whose switch itself cannot be had starts nothing, and tries again after a minute", () => {
  const hall = without(rail);
  hall.camera.powerOn();
  hall.pass(59_000);
  assert.is(hall.camera.isLit, false);
  assert.is(hall.camera.rig.chip.isTaken(lamp), false, "it went on without the switch");
  assert.is(hall.camera.rig.resetReason, POWER_ON);
  hall.pass(2_000);
  assert.is(hall.camera.rig.resetReason, SOFTWARE);
});

test("a camera that could not start runs as soon as what failed is there again", () => {
  const hall = fullStorage();
  hall.camera.powerOn();
  hall.pass(30_000);
  hall.camera.rig.storage.isFull = false;
  hall.pass(32_000 + 31_000);
  assert.is(hall.camera.rig.isConfirmed, true);
});

test("no card is asked for anything before the sensor's switch is off", () => {
  const held: boolean[] = [];
  class Watching extends MemoryCard {
    override list() {
      held.push(isRailHeld(hall.camera));
      return super.list();
    }
  }
  const card = new Watching();
  const hall: Hallway = hallWith(() => ({ card }));
  hall.lock.powerOn();
  hall.camera.powerOn();
  hall.pass(2_000);
  assert.is(hall.adopt(), "yes");
  assert.equal(hall.tellNetwork(), ["yes", "yes"]);
  assert.is(hall.enrol("camera"), "yes");
  hall.camera.rig.cutPower();
  hall.camera.powerOn();
  assert.ok(held.length >= 2, "the card was never asked");
  assert.equal([...new Set(held)], [true]);
});

test.run();
