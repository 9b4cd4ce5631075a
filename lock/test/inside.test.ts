// The inside button and an owner's act: what always opens, and for how long a press vouches for somebody inside.
// Method: the same press on locks in every kind of trouble.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { KIND_ACT, KIND_CONFIGURE } from "../../firmware/grant/body.ts";
import { Desk } from "../../simulator/desk.ts";
import type { DeskOptions } from "../../simulator/table.ts";
import { SEEING } from "./onlooker.ts";
import { scene } from "./scene.ts";

function adopted(options: Partial<DeskOptions> = {}): Desk {
  const desk = new Desk({ crypto, ...options });
  assert.is(desk.adopt(), "yes");
  return desk;
}

test("the inside opens with dead flash, without adoption, and while a guest is refused", () => {
  const cases: readonly ((desk: Desk) => void)[] = [
    () => {},
    (desk) => desk.adopt(),
    (desk) => {
      desk.flash.wear = "refuses";
    },
    (desk) => {
      desk.flash.wear = "unreadable";
    },
    (desk) => {
      desk.flash.wear = "unreadable";
      desk.reboot();
    },
  ];
  for (const prepare of cases) {
    const desk = new Desk({ crypto });
    prepare(desk);
    desk.pressInside();
    desk.passTime(1);
    assert.is(desk.rig.bolt, "retracted");
  }
});

test("an owner's act opens with dead flash, and the alarm is given", () => {
  const desk = adopted();
  const owner = desk.ownerSession();
  desk.flash.wear = "refuses";
  assert.is(owner.state({ kind: KIND_ACT, operation: 0 }), "yes");
  desk.passTime(1);
  assert.is(desk.rig.bolt, "retracted");
  assert.ok(desk.rig.signals.includes("alarm"));
  assert.is(owner.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 60 }] }), "journal");
});

test("an act that could not be written is obeyed once, however often it is carried", () => {
  const desk = adopted();
  const owner = desk.ownerSession();
  desk.flash.wear = "refuses";
  assert.is(owner.state({ kind: KIND_ACT, operation: 0 }, { sequence: 7 }), "yes");
  assert.is(owner.state({ kind: KIND_ACT, operation: 0 }, { sequence: 7 }), "sequence");
  assert.is(owner.state({ kind: KIND_ACT, operation: 0 }, { sequence: 8 }), "yes");
});

test("a press while a guest waits for the camera drives before the refusal is written", () => {
  const { desk, camera, token } = scene();
  camera.beat = { ...SEEING, okMillis: 0 };
  camera.pass(3_000);
  assert.is(desk.open(token), "no");
  const before = desk.rig.retractions;
  desk.flash.cutAfterWords(0);
  desk.pressInside();
  assert.is(desk.rig.retractions, before + 1);
});

/** Somebody inside presses while somebody outside pulls at the leaf; an hour later the bolt is free, and never left its keeper. */
function heldShut(): Desk {
  const desk = adopted();
  desk.passTime(60);
  desk.rig.jam = "stuck";
  desk.pressInside();
  desk.passTime(10);
  desk.rig.jam = "free";
  assert.ok(desk.rig.thrownSensor.isActive);
  desk.passTime(3_600);
  return desk;
}

test("behind a press that found the bolt stuck in its keeper a door that is forced is an alarm", () => {
  const desk = heldShut();
  desk.rig.leaf = "open";
  desk.moveMagnet(false);
  assert.equal(
    desk.entries("alarm").map(({ alarm }) => alarm),
    ["jammed", "forced"],
  );
});

test("and guests are let in", () => {
  const desk = heldShut();
  assert.is(desk.open(desk.grant({ to: desk.person("guest") })), "yes");
});

test("a press during a visit gives no presence, and a visit ends the presence before it", () => {
  const desk = adopted();
  desk.pressInside();
  assert.ok(desk.lock.snapshot.hasPresence);
  assert.is(desk.open(desk.grant({ to: desk.person("courier") })), "yes");
  assert.not(desk.lock.snapshot.hasPresence);
  desk.pressInside();
  assert.not(desk.lock.snapshot.hasPresence);
  desk.passTime(40);
  assert.not(desk.lock.snapshot.isVisitOpen);
  assert.not(desk.lock.snapshot.hasPresence);
});

test("who presses and goes out leaves nobody inside who could vouch (T43)", () => {
  const desk = adopted();
  desk.pressInside();
  assert.ok(desk.lock.snapshot.hasPresence);
  desk.passTime(2);
  desk.openDoor();
  desk.shutDoor();
  assert.not(desk.lock.snapshot.hasPresence);
});

test("presence ends a minute after the press", () => {
  const desk = adopted();
  desk.passTime(60);
  desk.pressInside();
  desk.passTime(60);
  assert.ok(desk.lock.snapshot.hasPresence);
  desk.passMillis(1);
  desk.dial();
  assert.not(desk.lock.snapshot.hasPresence);
});

test.run();
