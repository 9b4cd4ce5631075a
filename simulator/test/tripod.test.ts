// Goal: the whole camera and the whole lock on one table come to know each other, and a knock leads to proof.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { knocks, watched } from "../attacks/watched.ts";
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

test("a lens that was under black at one knock keeps nobody out at the next, by daylight, in a hall of dark colours too", () => {
  // As in seed 51021 of a house with a camera. Hall 28 is lit to 68 levels by the lamp alone: less than dawn.
  const { desk, tripod, courier } = watched((options) => new Desk({ crypto, ...options }), {
    ...{ seed: 28, frameMillis: 500, isCheap: true },
  });
  tripod.stage.cover("black");
  assert.not.ok(knocks(desk, courier()));
  tripod.stage.cover(undefined);
  desk.passTime(60);
  assert.ok(knocks(desk, courier()));
});

test("whoever comes while the camera still films the one before is let in, and is not thrown out", () => {
  const { desk, courier } = watched((options) => new Desk({ crypto, ...options }), {
    ...{ seed: 3, frameMillis: 500, isCheap: true },
  });
  for (let visit = 1; visit <= 3; visit++) {
    assert.ok(knocks(desk, courier()), `visit ${visit}`);
    desk.passTime(2);
    assert.ok(desk.openDoor(), `visit ${visit}: the door is held shut`);
    desk.passTime(2);
    desk.shutDoor();
    desk.passTime(9);
    assert.is(desk.rig.bolt, "thrown");
  }
  assert.equal(
    desk.entries("closing").map(({ outcome }) => outcome),
    ["secured", "secured", "secured"],
  );
});

test.run();
