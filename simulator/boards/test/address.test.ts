// Goal: whoever has told a camera its network reads at its console where it is reached, which its owner must say to the tool.
// Method: a camera's own program over a chip; a computer in its serial line presses Enter, before it is in a network, in it, and enrolled.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { CAMERA_ADDRESS, Hallway } from "../hallway.ts";

/** What the console shows when somebody presses Enter. */
function shown(hall: Hallway): string {
  hall.laptop.text = "";
  hall.laptop.enter();
  hall.pass(5_000);
  return hall.laptop.text;
}

test("a camera that is nobody's tells its address once it is in a network", () => {
  const hall = new Hallway(crypto);
  hall.lock.powerOn();
  hall.camera.powerOn();
  hall.pass(2_000);
  assert.is(hall.adopt(), "yes");
  assert.match(shown(hall), /Setup:/);
  assert.not.match(shown(hall), /Address:/);
  assert.equal(hall.tellNetwork(), ["yes", "yes"]);
  assert.match(shown(hall), new RegExp(`Address: +${CAMERA_ADDRESS.replaceAll(".", "\\.")}\n`));
  assert.is(hall.enrol("camera"), "yes");
  hall.pass(30_000);
  assert.is(shown(hall), "", "to whoever comes to its cable later");
});

test.run();
