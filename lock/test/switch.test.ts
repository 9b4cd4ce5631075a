// Goal: what a lock writes down of a camera's switch lets nobody call the camera put back that was not.
// Method: as in visit-failure.test.ts, with a camera that comes back in the middle of a visit.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { chainOf, clipOf, SEEING } from "./onlooker.ts";
import { enter, goIn, scene, visitOf } from "./scene.ts";

test("of a camera whose plug was pulled in a visit no older record of its switch is written behind a newer one", () => {
  const it = scene();
  const { desk, camera } = it;
  enter(it);
  goIn(it);
  camera.isFilming = false;
  const visit = visitOf(desk);
  const film = (clip: number, frame: number, power: number) => {
    const head = { clip: clipOf(clip), frame, chain: chainOf(frame) };
    camera.beat = { ...SEEING, isRecording: true, visit, head, power };
    camera.pass(1_000);
  };
  for (let frame = 50; frame < 55; frame++) film(201, frame, 9);
  camera.beat = { ...SEEING, isOn: false, isRecording: false, visit: 0, power: 10 };
  camera.pass(4_000);
  for (let frame = 56; frame < 59; frame++) film(202, frame, 11);
  const written = desk.entries("camera").map(({ event, head, power }) => ({ event, clip: head?.clip[0], power }));
  assert.ok(written.some(({ event, clip }) => event === "head" && clip === 201));
  assert.ok(written.some(({ event, clip }) => event === "start" && clip === 202));
  const powers = written.map(({ power }) => power);
  assert.equal(
    powers,
    [...powers].sort((left, right) => left - right),
  );
});

test.run();
