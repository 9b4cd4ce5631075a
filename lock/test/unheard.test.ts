// Goal: nothing is written of what a camera sees, or that it films on, while it is not heard.
// Method: as in visit-camera.test.ts, with a camera whose link is jammed.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { enter, events, goIn, scene } from "./scene.ts";

test("a camera that is not heard any more is not said to see, whatever it saw when it was", () => {
  const { desk, camera, token } = scene();
  camera.pass(5_000);
  camera.isSilent = true;
  camera.pass(3_600_000);
  assert.is(desk.open(token), "no");
  camera.pass(15_500);
  const said = desk.entries("camera").at(-1);
  assert.equal([said?.event, said?.verdict], ["unproven", undefined]);
});

test("of a camera that is lost nothing is written as if it filmed on", () => {
  const it = scene();
  const { desk, camera } = it;
  enter(it);
  goIn(it);
  camera.pass(5_000);
  camera.isSilent = true;
  camera.pass(25 * 60_000);
  assert.is(events(desk), "start lost");
  camera.isSilent = false;
  camera.pass(1_000);
  assert.is(events(desk), "start lost head back");
});

test.run();
