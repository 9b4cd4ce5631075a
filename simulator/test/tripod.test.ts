// Goal: the whole camera and the whole lock on one table come to know each other, and a knock leads to proof.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { Desk } from "../desk.ts";
import { Tripod } from "../tripod.ts";

function adopted(): Desk {
  const desk = new Desk({ crypto });
  assert.is(desk.adopt(), "yes");
  desk.passTime(61);
  return desk;
}

test("a camera that an owner enrolled is heard by its lock, and looks at nothing while nobody comes", () => {
  const tripod = new Tripod(adopted()).enrol();
  const { camera } = tripod.board;
  assert.equal([camera?.snapshot.isPaired, camera?.snapshot.isUp, camera?.snapshot.isOn], [true, true, false]);
  assert.is(tripod.board.frames, 0);
});

test.run();
