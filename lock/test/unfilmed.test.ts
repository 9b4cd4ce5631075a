// Goal: a visit of which there is no film says so in the journal, whoever came, and bolt and siren have nothing to do with it.
// Method: as in visit-camera.test.ts, with visits of which no camera has to see anything.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { KIND_ACT, KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { SEEING } from "./onlooker.ts";
import { alarms, events, goIn, outcome, type Scene, scene } from "./scene.ts";

const MODE = 14;
const NEVER = 2;

/** A camera that has no room, at a grant that asks for none. */
function blocked(): Scene {
  const it = scene({ cameraRule: 0, uses: 20 });
  it.camera.isFilming = false;
  it.camera.beat = { ...SEEING, canRecord: false };
  it.camera.pass(5_000);
  return it;
}

for (const [name, event, spoil] of [
  ["has no room", "alarm", () => {}],
  [
    "films nothing",
    "alarm",
    ({ camera }: Scene) => {
      camera.beat = SEEING;
    },
  ],
  [
    "is not heard",
    "lost",
    ({ camera }: Scene) => {
      camera.isSilent = true;
    },
  ],
] as const) {
  test(`where the camera ${name}, a visit without a camera rule says so after 3 s, once, and nothing comes of it`, () => {
    const it = blocked();
    const { desk, camera, token } = it;
    spoil(it);
    assert.is(desk.open(token), "yes");
    goIn(it);
    camera.pass(1_500);
    assert.is(events(desk), "");
    camera.pass(20_000);
    const [said] = desk.entries("camera");
    const intent = desk.journal().find(({ entry }) => entry.kind === "intent");
    assert.equal([events(desk), said?.visit, said?.head], [event, intent?.seq, undefined]);
    assert.equal([alarms(desk), desk.rig.bolt], ["", "retracted"]);
    desk.shutDoor();
    camera.pass(5_000);
    assert.equal([desk.rig.bolt, outcome(desk), events(desk)], ["thrown", "secured", event]);
  });
}

test("an owner's visit says so too; and a clip that begins late is told, and the camera back", () => {
  const { desk, camera } = blocked();
  assert.is(desk.state({ kind: KIND_ACT, operation: 0 }), "yes");
  camera.pass(4_000);
  assert.is(events(desk), "alarm");
  camera.beat = SEEING;
  camera.isFilming = true;
  camera.pass(1_000);
  assert.is(events(desk), "alarm start back");
});

test("nothing is said where the owner lets the camera never film", () => {
  const it = blocked();
  assert.is(it.desk.state({ kind: KIND_CONFIGURE, settings: [{ key: MODE, value: NEVER }] }), "yes");
  assert.is(it.desk.open(it.token), "yes");
  it.camera.pass(20_000);
  assert.is(events(it.desk), "");
});

test("a camera that films nobody for days fills no ring: six visits are written as they come, and then one a minute", () => {
  const { desk, camera, token } = blocked();
  for (let visit = 0; visit < 12; visit++) {
    assert.is(desk.open(token), "yes");
    camera.pass(4_000);
    assert.ok(desk.openDoor());
    camera.pass(500);
    desk.shutDoor();
    camera.pass(3_500);
  }
  assert.equal([desk.entries("intent").length, desk.entries("camera").length], [12, 7]);
});

test.run();
