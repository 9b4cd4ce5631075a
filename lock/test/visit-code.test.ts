// A visit by a keypad's code that asks for a camera: it knocks, it is typed again, and the camera's failure has its consequence.
// Method: as in visit-camera.test.ts, with a keypad at its real link.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { verifyReceipt } from "../../firmware/evidence/receipt.ts";
import { KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { House, ONCE_24 } from "./house.ts";
import { Onlooker, SEEING } from "./onlooker.ts";
import { alarms, events, heard, outcome, UNLOCK } from "./scene.ts";

const PIN = "394827";

/** A house with a camera and a user whose PIN asks for a live picture; so do window codes. */
function watched(): { house: House; camera: Onlooker } {
  const house = new House();
  house.store(1, PIN, { camera: 2 });
  const value = new Uint8Array(22).fill(2);
  assert.is(house.desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 10, value }] }), "yes");
  const camera = new Onlooker(house.desk);
  camera.enrol();
  camera.isFilming = true;
  camera.connect();
  camera.pass(6_000);
  return { house, camera };
}

for (const by of ["a PIN", "a window code"] as const) {
  test(`${by} wakes the camera, is typed again, opens, and is filmed without a name`, () => {
    const { house, camera } = watched();
    const { desk } = house;
    const owner = desk.ownerSession();
    const digits = by === "a PIN" ? PIN : house.code(ONCE_24);
    const before = desk.entries("code").length;
    assert.is(house.typist.typeAtOnce(digits), "wait");
    camera.pass(6_000);
    assert.equal([camera.asked?.purpose, camera.asked?.grant], ["knock", undefined]);
    assert.is(desk.entries("code").length, before);
    assert.is(house.typist.typeAtOnce(digits), "yes");
    assert.is(desk.entries("code").at(-1)?.cameraProof, 2);
    camera.pass(2_000);
    assert.equal([camera.asked?.purpose, camera.asked?.grant], ["visit", undefined]);
    assert.ok(desk.openDoor());
    camera.pass(2_000);
    desk.shutDoor();
    camera.pass(4_000);
    assert.equal([outcome(desk), events(desk)], ["secured", "start end"]);
    const receipt = verifyReceipt(crypto, desk.signingKey, owner.notices.at(-1)?.receipt ?? new Uint8Array(0));
    assert.equal([receipt.grant, receipt.cameraProof, receipt.outcome], [undefined, 2, "secured"]);
    assert.is(desk.entries("code-refusal").length, 0);
  });
}

test("a code that is typed again in a visit that is filmed needs no room for another film", () => {
  const { house, camera } = watched();
  const code = house.code(ONCE_24);
  assert.is(house.typist.typeAtOnce(code), "wait");
  camera.pass(6_000);
  assert.is(house.typist.typeAtOnce(code), "yes");
  camera.beat = { ...SEEING, canRecord: false };
  camera.pass(6_000);
  assert.is(house.typist.typeAtOnce(code), "yes");
});

test("a code whose camera proves nothing in time is refused once, and stays unspent", () => {
  const { house, camera } = watched();
  const { desk } = house;
  const code = house.code(ONCE_24);
  camera.beat = { ...SEEING, okMillis: 0, verdict: 4, alarm: 4 };
  assert.is(house.typist.typeAtOnce(code), "wait");
  camera.pass(6_000);
  assert.is(house.typist.typeAtOnce(code), "wait");
  camera.pass(9_500);
  assert.equal(
    desk.entries("code-refusal").map(({ denial, count }) => [denial, count]),
    [["camera", 1]],
  );
  assert.is(events(desk), "unproven");
  assert.is(house.typist.typeAtOnce("99999999"), "no");
  camera.beat = SEEING;
  camera.pass(6_000);
  assert.is(house.typist.typeAtOnce(code), "wait");
  camera.pass(6_000);
  assert.is(house.typist.typeAtOnce(code), "yes");
});

test("a phone that needs a code besides is held to what the code asks of the camera", () => {
  const { house, camera } = watched();
  const { desk } = house;
  const ana = desk.person("ana");
  house.store(2, "582915", { camera: 2, rule: "with-grant", holder: ana.kid });
  assert.is(house.typist.typeAtOnce("582915"), "wait");
  camera.pass(6_000);
  assert.is(house.typist.typeAtOnce("582915"), "wait");
  camera.pass(1_000);
  assert.is(desk.open(desk.grant({ to: ana })), "yes");
  camera.pass(2_000);
  camera.isSilent = true;
  camera.pass(2_500);
  assert.equal([desk.rig.bolt, outcome(desk)], ["thrown", "camera"]);
});

test("a code's visit ends where its camera fails, and the code is spent", () => {
  const { house, camera } = watched();
  const { desk } = house;
  const owner = desk.ownerSession();
  const code = house.code(ONCE_24);
  house.typist.typeAtOnce(code);
  camera.pass(6_000);
  assert.is(house.typist.typeAtOnce(code), "yes");
  camera.pass(2_000);
  camera.beat = { ...SEEING, okMillis: 0, verdict: 4, alarm: 4 };
  camera.pass(2_000);
  assert.equal([desk.rig.bolt, outcome(desk)], ["thrown", "camera"]);
  assert.ok(alarms(desk).endsWith("camera"));
  assert.ok(heard(owner).includes("aborted"));
  camera.beat = SEEING;
  camera.pass(6_000);
  assert.is(house.typist.typeAtOnce(code), "no");
});

// ---- A code that waits for its phone

const BOUND = "582915";
const COVERED = { ...SEEING, okMillis: 0, verdict: 4, alarm: 4 };

/** A house where Ana's code, which asks for a live picture, has come and waits for her phone. */
function halfway() {
  const it = watched();
  const { desk } = it.house;
  const ana = desk.person("ana");
  it.house.store(2, BOUND, { camera: 2, rule: "with-grant", holder: ana.kid });
  const token = desk.grant({ to: ana, uses: 3 });
  assert.is(it.house.typist.typeAtOnce(BOUND), "wait");
  it.camera.pass(6_000);
  assert.is(it.house.typist.typeAtOnce(BOUND), "wait");
  it.camera.pass(1_000);
  return { ...it, desk, token };
}

test("a lens that is covered between the code and its phone keeps the phone out, until it sees again", () => {
  const { desk, camera, token } = halfway();
  camera.beat = COVERED;
  camera.pass(5_000);
  const guest = desk.call();
  assert.equal([guest.prove(token, UNLOCK), desk.rig.bolt, desk.entries("intent").length], ["no", "thrown", 0]);
  camera.beat = SEEING;
  camera.pass(1_000);
  assert.is(guest.prove(token, UNLOCK), "yes");
  assert.equal([desk.entries("intent").at(-1)?.cameraProof, desk.refusal()], [2, "none"]);
});

test("a free retry asks of the camera as much as the code does", () => {
  const { desk, camera, token } = halfway();
  const guest = desk.call();
  assert.is(guest.prove(token, UNLOCK), "yes");
  // It is not sure of what it sees, and has not called it a failure yet.
  camera.beat = { ...COVERED, alarm: undefined };
  camera.pass(1_000);
  assert.equal([desk.lock.snapshot.cameraProof, guest.prove(token, UNLOCK)], [1, "no"]);
  camera.beat = SEEING;
  camera.pass(1_000);
  assert.equal([guest.prove(token, UNLOCK), desk.entries("intent").length], ["yes", 1]);
});

test("the camera stays awake for a phone as long as its code waits, and nothing is told or refused where none comes", () => {
  const { desk, camera, token } = halfway();
  const owner = desk.ownerSession(desk.owner, "tcp");
  camera.pass(30_000);
  assert.is(camera.asked?.purpose, "knock");
  assert.is(desk.open(token), "yes");
  assert.is(desk.entries("intent").at(-1)?.cameraProof, 2);
  camera.pass(10_000);
  assert.equal([desk.entries("code-refusal").length, heard(owner).includes("alarm")], [0, false]);
});

test("a code whose phone never comes lets the camera rest after its minute, with no word of it", () => {
  const { desk, camera } = halfway();
  const owner = desk.ownerSession(desk.owner, "tcp");
  camera.pass(66_000);
  assert.is(camera.asked?.purpose, "rest");
  assert.equal([desk.entries("code-refusal").length, events(desk), heard(owner)], [0, "", ""]);
});

test("a phone that comes in time leaves no refusal of its own code", () => {
  const { desk, camera, token } = halfway();
  assert.is(desk.open(token), "yes");
  camera.pass(20_000);
  assert.is(desk.entries("code-refusal").length, 0);
});

test("a code that waits hides no knock of somebody else's", () => {
  const { desk, camera, house } = halfway();
  const mate = desk.grant({ to: desk.person("mate"), cameraRule: 2 });
  camera.beat = COVERED;
  camera.pass(1_000);
  assert.is(desk.open(mate), "no");
  camera.beat = SEEING;
  camera.pass(5_000);
  assert.is(house.typist.typeAtOnce(BOUND), "wait");
  camera.beat = COVERED;
  camera.pass(11_000);
  assert.equal([desk.refusal(), desk.entries("code-refusal").length], ["camera", 0]);
});

test.run();
