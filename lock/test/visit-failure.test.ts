// What follows where the camera fails during a visit, row by row as docs/visit.md has it; in every state somebody inside gets out,
// and power may go at any moment.
// Method: as in visit-camera.test.ts. To the lock a covered, a turned and a blind camera are one: it says that it fails.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { verifyReceipt } from "../../firmware/evidence/receipt.ts";
import { KIND_ACT, KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import type { Heartbeat } from "../../firmware/link/witness.ts";
import type { Caller } from "../../simulator/caller.ts";
import { chainOf, clipOf, type Onlooker, SEEING } from "./onlooker.ts";
import { alarms, enter, events, goIn, heard, outcome, type Scene, scene, UNLOCK, visitOf } from "./scene.ts";

/** Until a camera that is silent, or says that it fails, has had its consequence, and the bolt has gone where it goes. */
const FAILING_MILLIS = 2_500;

// ---- The camera fails

interface Failure {
  readonly name: string;
  readonly event: "lost" | "alarm";
  readonly fail: (camera: Onlooker) => void;
  /** The weakest rule that minds it. */
  readonly rule: 1 | 2;
}

function saying(name: string, beat: Partial<Heartbeat>, rule: 1 | 2): Failure {
  const fail = (camera: Onlooker) => {
    camera.beat = { ...SEEING, ...beat };
    // What it films does not change what it is told to say.
    if (beat.isOn === false || beat.canRecord === false) camera.isFilming = false;
  };
  return { name, event: "alarm", fail, rule };
}

const FAILURES: readonly Failure[] = [
  {
    name: "is lost, or jammed",
    event: "lost",
    rule: 1,
    fail: (camera) => {
      camera.isSilent = true;
    },
  },
  saying("is covered", { verdict: 4, alarm: 4, okMillis: 0 }, 2),
  saying("is frozen", { verdict: 9, alarm: 9, okMillis: 0 }, 2),
  saying("gives no picture", { ageMillis: 3_001 }, 2),
  saying("has its case open", { isCaseOpen: true }, 2),
  saying("loses the power of its sensor", { isOn: false }, 1),
  saying("has no room", { canRecord: false }, 1),
];

const STATES = Object.freeze(["drawn", "open", "shut"] as const);

/** Brings a visit to a state. */
function bring(it: Scene, state: (typeof STATES)[number]): Caller {
  // Long enough that nothing is thrown but for the camera.
  assert.is(it.desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 600 }] }), "yes");
  const guest = enter(it);
  it.camera.pass(4_000);
  if (state === "drawn") return guest;
  goIn(it);
  it.camera.pass(4_000);
  if (state === "shut") it.desk.shutDoor();
  return guest;
}

FAILURES.forEach(({ name, event, fail, rule }, index) => {
  for (const state of index < 2 ? STATES : [STATES[index % STATES.length]]) {
    test(`a camera that ${name}, while the visit is ${state}`, () => {
      const it = scene({ cameraRule: rule });
      const { desk, camera } = it;
      const guest = bring(it, state);
      const owner = desk.ownerSession();
      fail(camera);
      // What was shut is thrown after 2 s in any case; here the failure is what comes first.
      camera.pass(state === "shut" ? 1_950 : FAILING_MILLIS);
      assert.is(desk.rig.bolt, state === "open" ? "retracted" : "thrown");
      // An opened case is an alarm by itself.
      assert.is(alarms(desk), name === "has its case open" ? "tamper camera" : "camera");
      assert.ok(heard(owner).startsWith(state === "open" ? "alarm" : "aborted alarm"), heard(owner));
      assert.ok(events(desk).startsWith(`start ${event}`), events(desk));
      assert.is(heard(guest).includes("aborted"), state !== "open");
      if (state === "open") {
        camera.pass(20_000);
        assert.is(desk.rig.bolt, "retracted", "somebody stands in the doorway");
        desk.shutDoor();
        camera.pass(500);
        assert.is(desk.rig.bolt, "thrown", "at once, with no second cycle");
      }
      assert.is(outcome(desk), "camera");
      assert.is(desk.entries("intent").length, 1);
      const receipt = verifyReceipt(crypto, desk.signingKey, guest.notices.at(-1)?.receipt ?? new Uint8Array(0));
      assert.is(receipt.outcome, "camera");
    });
  }
});

for (const { name, event, fail, rule } of FAILURES.slice(0, 2)) {
  test(`a camera that ${name}: a visit without a camera rule goes on, and it is written`, () => {
    const it = scene({ cameraRule: 0 });
    bring(it, "drawn");
    fail(it.camera);
    it.camera.pass(FAILING_MILLIS + 3_000);
    assert.equal([it.desk.rig.bolt, alarms(it.desk)], ["retracted", ""]);
    assert.is(events(it.desk), `start ${event}`);
  });

  if (rule === 1) continue;
  test(`a camera that ${name}: who needs a recording only, and has it, is not thrown out`, () => {
    const it = scene({ cameraRule: 1 });
    bring(it, "drawn");
    fail(it.camera);
    it.camera.pass(FAILING_MILLIS + 3_000);
    assert.equal([it.desk.rig.bolt, alarms(it.desk), events(it.desk)], ["retracted", "", "start alarm"]);
  });
}

test("a camera that films on, and has no room for another film, fails nobody's visit", () => {
  const it = scene({ cameraRule: 2 });
  bring(it, "drawn");
  it.camera.beat = { ...SEEING, canRecord: false };
  it.camera.pass(FAILING_MILLIS + 3_000);
  assert.equal([it.desk.rig.bolt, alarms(it.desk), events(it.desk)], ["retracted", "", "start"]);
});

for (const who of ["somebody else", "the same guest"] as const) {
  for (const state of ["drawn", "open"] as const) {
    test(`proofs of ${who} hide no failure of the camera, while the visit is ${state}`, () => {
      const it = scene({ uses: 20 });
      const { desk, camera } = it;
      const guest = bring(it, state);
      const mate = who === "the same guest" ? guest : desk.call();
      const token = mate === guest ? it.token : desk.grant({ to: desk.person("mate"), cameraRule: 2, uses: 20 });
      camera.beat = { ...SEEING, verdict: 4, alarm: 4, okMillis: 0 };
      for (let count = 0; count < 18; count++) {
        camera.pass(50);
        mate.prove(token, UNLOCK);
      }
      // The consequence comes while they go on, no later.
      assert.is(alarms(desk), "camera");
      camera.pass(1_000);
      assert.is(desk.rig.bolt, state === "open" ? "retracted" : "thrown");
    });
  }
}

test("a camera that never begins the visit's clip fails after 3 s", () => {
  const it = scene({ cameraRule: 1 });
  it.camera.isFilming = false;
  it.desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 600 }] });
  enter(it);
  it.camera.pass(2_500);
  assert.is(it.desk.rig.bolt, "retracted");
  it.camera.pass(1_500);
  assert.equal([it.desk.rig.bolt, outcome(it.desk)], ["thrown", "camera"]);
});

test("a camera that films another visit's clip films not this one", () => {
  const it = scene({ cameraRule: 1 });
  bring(it, "drawn");
  it.camera.isFilming = false;
  it.camera.beat = { ...SEEING, isRecording: true, visit: 99 };
  it.camera.pass(FAILING_MILLIS);
  assert.equal([it.desk.rig.bolt, outcome(it.desk)], ["thrown", "camera"]);
});

test("no use comes back where the bolt left its keeper, and no try is free after the camera failed", () => {
  const it = scene({ uses: 1 });
  const { desk, camera, token } = it;
  const guest = bring(it, "open");
  camera.isSilent = true;
  camera.pass(FAILING_MILLIS);
  desk.shutDoor();
  camera.pass(1_000);
  camera.isSilent = false;
  camera.pass(2_000);
  assert.is(guest.prove(token, UNLOCK), "no");
  assert.is(desk.refusal(), "uses");
});

test("a use comes back where a sensor saw that the bolt never left, whatever the camera did", () => {
  const it = scene({ uses: 1 });
  const { desk, camera } = it;
  desk.rig.jam = "stuck";
  enter(it);
  camera.isSilent = true;
  camera.pass(10_000);
  assert.is(outcome(desk), "not-moved");
  camera.isSilent = false;
  desk.rig.jam = "free";
  desk.state({ kind: KIND_ACT, operation: 1 });
  camera.pass(1_000);
  enter(it);
});

test("a camera that comes back is written, and the siren sounds once for each visit", () => {
  const it = scene();
  const { desk, camera } = it;
  bring(it, "open");
  const before = desk.rig.signals.filter((signal) => signal === "alarm").length;
  for (let round = 0; round < 3; round++) {
    camera.isSilent = true;
    camera.pass(3_000);
    camera.isSilent = false;
    camera.pass(2_000);
  }
  assert.is(events(desk), "start lost back lost back lost back");
  assert.is(desk.rig.signals.filter((signal) => signal === "alarm").length - before, 1);
  assert.is(alarms(desk), "camera");
});

/** The camera fails and comes back a hundred times within five minutes of one visit. @returns what was written of it */
function flap(how: "lost" | "alarm"): { readonly it: Scene; readonly written: readonly string[] } {
  const it = scene();
  const { desk, camera } = it;
  bring(it, "open");
  for (let count = 0; count < 100; count++) {
    camera.isSilent = how === "lost";
    if (how === "alarm") camera.beat = { ...SEEING, verdict: 4, alarm: 4, okMillis: 0 };
    camera.pass(2_000);
    camera.isSilent = false;
    camera.beat = SEEING;
    camera.pass(1_000);
  }
  return { it, written: events(desk).split(" ") };
}

for (const how of ["lost", "alarm"] as const) {
  test(`a camera that is ${how} again and again turns no ring: six changes at once, then one a minute`, () => {
    const { it, written } = flap(how);
    const changes = written.filter((event) => event !== "start" && event !== "head");
    assert.ok(changes.length >= 9 && changes.length <= 12, changes.join(" "));
    assert.equal(changes.slice(0, 6), [how, "back", how, "back", how, "back"]);
    assert.is(changes[6], how, "what happened within the minute is not lost with it");
    assert.is(written[0], "start");
    it.camera.pass(120_000);
    assert.equal(
      it.desk
        .entries("camera")
        .filter(({ event }) => event !== "head")
        .at(-1)?.event,
      "back",
    );
  });
}

test("where another clip of the visit begins, it is written where the former ended and the next began", () => {
  const it = scene();
  const { desk, camera } = it;
  bring(it, "open");
  camera.isFilming = false;
  const visit = visitOf(desk);
  const film = (clip: number, frame: number) => {
    const head = { clip: clipOf(clip), frame, chain: chainOf(frame) };
    camera.beat = { ...SEEING, isRecording: true, visit, head };
    camera.pass(1_000);
  };
  const told = () => desk.entries("camera").map(({ event, head }) => `${event} ${head?.clip[0]} ${head?.frame}`);
  film(201, 1);
  for (let frame = 50; frame < 55; frame++) film(201, frame);
  for (let frame = 56; frame < 59; frame++) film(202, frame);
  assert.equal(told().slice(-4), ["head 8 8", "start 201 1", "head 201 54", "start 202 56"]);
  // A camera that was taken over begins one each second.
  const before = told().length;
  for (let frame = 60; frame < 180; frame++) film(frame, frame);
  assert.ok(told().length - before <= 20, `${told().length - before}`);
  desk.shutDoor();
  camera.pass(4_000);
  assert.is(told().at(-1), "end 179 179");
});

test("where no contact tells that the leaf is shut, a camera that fails throws nothing sooner than the door's own timer", () => {
  const it = scene({}, { lock: { hasContact: false } });
  const guest = enter(it);
  it.camera.pass(1_000);
  it.camera.isSilent = true;
  it.camera.pass(10_000);
  assert.equal([it.desk.rig.bolt, alarms(it.desk)], ["retracted", "camera"]);
  it.camera.pass(25_000);
  assert.equal([it.desk.rig.bolt, outcome(it.desk), heard(guest)], ["thrown", "camera", "unlocked locked"]);
});

test("the leaf that opens while the bolt is being thrown since the camera failed turns it back", () => {
  const it = scene();
  const { desk, camera } = it;
  bring(it, "drawn");
  camera.isSilent = true;
  let hasOpened = false;
  desk.rig.onDrive = ({ drive }) => {
    if (drive === "throw" && !hasOpened) hasOpened = desk.openDoor();
  };
  camera.pass(FAILING_MILLIS);
  desk.rig.onDrive = undefined;
  assert.ok(hasOpened);
  assert.is(desk.rig.bolt, "retracted");
});

// ---- Nobody is trapped

for (const { name, fail, rule } of FAILURES.slice(0, 2)) {
  for (const state of STATES) {
    test(`an inside press opens: a camera that ${name}, while the visit is ${state}`, () => {
      const it = scene({ cameraRule: rule });
      const { desk, camera } = it;
      bring(it, state);
      fail(camera);
      for (const moment of [0, 1_600, FAILING_MILLIS]) {
        camera.pass(moment);
        desk.pressInside();
        camera.pass(600);
        assert.is(desk.rig.bolt, "retracted", `after ${moment} ms`);
        // Who pressed has the time to leave, whatever the camera says meanwhile.
        camera.pass(8_000);
        assert.is(desk.rig.bolt, "retracted", `8 s after a press at ${moment} ms`);
      }
    });
  }
}

test("an inside press while the third opening is told, and while the bolt is thrown at once, opens", () => {
  const it = scene();
  const { desk, camera } = it;
  enter(it);
  goIn(it);
  for (let cycle = 0; cycle < 3; cycle++) {
    desk.shutDoor();
    camera.pass(100);
    desk.pressInside();
    camera.pass(600);
    assert.is(desk.rig.bolt, "retracted");
    assert.ok(desk.openDoor());
    camera.pass(600);
  }
});

// ---- Power

for (const state of STATES) {
  for (const hasFailed of [false, true]) {
    test(`power that goes while the visit is ${state}${hasFailed ? " and the camera has failed" : ""}`, () => {
      const it = scene({ uses: 1 });
      const { desk, camera, token } = it;
      bring(it, state);
      camera.isSilent = hasFailed;
      camera.pass(hasFailed && state !== "shut" ? FAILING_MILLIS : 100);
      desk.reboot();
      desk.pressInside();
      desk.passTime(1);
      assert.is(desk.rig.bolt, "retracted", "who is inside gets out");
      desk.shutDoor();
      desk.passTime(620);
      assert.is(desk.rig.bolt, "thrown");
      // A door that was locked before the cut had ended its visit.
      assert.is(outcome(desk), hasFailed && state === "drawn" ? "camera" : "power-cut");
      assert.is(desk.state({ kind: KIND_ACT, operation: 1 }), "yes");
      camera.isSilent = false;
      camera.connect();
      assert.is(desk.open(token), "no");
      assert.is(desk.refusal(), "uses");
    });
  }
}

test("power that goes at any word of a camera visit leaves a journal that tells it, and a door that opens from inside", () => {
  for (let words = 0; words < 90; words += 11) {
    const it = scene({ uses: 1 });
    const { desk, camera, token } = it;
    camera.pass(500);
    desk.flash.cutAfterWords(words);
    const guest = desk.call();
    if (guest.prove(token, UNLOCK) !== "yes" && desk.hasPower) {
      camera.pass(1_000);
      if (desk.hasPower) guest.prove(token, UNLOCK);
    }
    if (desk.hasPower) camera.pass(2_000);
    if (desk.hasPower) desk.openDoor();
    camera.isSilent = true;
    if (desk.hasPower) camera.pass(FAILING_MILLIS);
    if (desk.hasPower) desk.shutDoor();
    if (desk.hasPower) camera.pass(3_000);
    desk.cutPower();
    desk.reboot();
    const intents = desk.entries("intent").length;
    const isRetracted = desk.rig.bolt === "retracted";
    assert.ok(!isRetracted || intents === 1 || outcome(desk) !== undefined, `${words}: it opened, and nothing says so`);
    desk.pressInside();
    desk.passTime(1);
    assert.is(desk.rig.bolt, "retracted", `${words}`);
    desk.shutDoor();
    desk.passTime(60);
    assert.is(desk.rig.bolt, "thrown", `${words}`);
    assert.is(desk.lock.snapshot.isVisitOpen, false, `${words}`);
    assert.ok(desk.entries("intent").length <= 1);
  }
});

test.run();
