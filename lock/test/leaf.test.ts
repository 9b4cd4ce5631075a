// Goal: a leaf that stands open when something begins counts as opened: whoever comes then needs no other opening, and a start says so; and
// a leaf that is leaned on as the bolt is thrown is locked when it is let go.
// Method: visits at a door that an owner left open, a leaf that was opened while the lock had no power, and a bolt that is held.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import { Desk } from "../../simulator/desk.ts";

function adopted(): Desk {
  const desk = new Desk({ crypto });
  assert.is(desk.adopt(), "yes");
  return desk;
}

/** An owner opens, and the leaf stands open. */
function leftOpen(): Desk {
  const desk = adopted();
  assert.is(desk.state({ kind: KIND_ACT, operation: 0 }), "yes");
  desk.passTime(1);
  assert.ok(desk.openDoor());
  return desk;
}

test("a visit that begins at an open leaf has its first opening: the record says so, and no retry is free", () => {
  const desk = leftOpen();
  const token = desk.grant({ to: desk.person("guest"), uses: 1 });
  assert.is(desk.open(token), "yes");
  desk.passTime(20);
  desk.shutDoor();
  desk.passMillis(500);
  assert.is(desk.open(token), "no");
  assert.is(desk.refusal(), "uses");
  desk.passTime(10);
  const closing = desk.entries("closing").at(-1);
  assert.equal([closing?.outcome, closing?.openedAfter, closing?.closedAfter], ["secured", 0, 20]);
});

test("and one more: behind that the bolt is thrown at once", () => {
  const desk = leftOpen();
  assert.is(desk.open(desk.grant({ to: desk.person("guest"), uses: 1 })), "yes");
  desk.passTime(5);
  desk.shutDoor();
  desk.passMillis(300);
  assert.is(desk.rig.bolt, "retracted");
  assert.ok(desk.openDoor());
  desk.passTime(5);
  desk.shutDoor();
  desk.passMillis(500);
  assert.is(desk.rig.bolt, "thrown");
});

test("whoever asks at an open leaf can come in, so his use is spent where the bolt does not move", () => {
  const desk = leftOpen();
  desk.turn("thrown");
  desk.rig.jam = "stuck";
  const token = desk.grant({ to: desk.person("guest"), uses: 1 });
  assert.is(desk.open(token), "yes");
  desk.passTime(20);
  desk.rig.jam = "free";
  desk.turn("retracted");
  desk.shutDoor();
  desk.passTime(600);
  const closing = desk.entries("closing").at(-1);
  assert.equal([closing?.outcome, closing?.openedAfter], ["jammed", 0]);
  assert.is(desk.open(token), "no");
  assert.is(desk.refusal(), "uses");
});

test("a leaf that is found open at a start was opened, as is written", () => {
  const desk = adopted();
  desk.passTime(60);
  desk.cutPower();
  desk.rig.turn("retracted");
  desk.rig.leaf = "open";
  desk.reboot();
  desk.passTime(60);
  desk.shutDoor();
  desk.passTime(4_000);
  assert.is(desk.entries("door").filter(({ event }) => event === "opened").length, 1);
});

/** A courier goes, and leans on the leaf as the bolt is thrown. */
function leanedOn(): Desk {
  const desk = adopted();
  assert.is(desk.open(desk.grant({ to: desk.person("courier"), uses: 1 })), "yes");
  desk.passTime(1);
  assert.ok(desk.openDoor());
  desk.passTime(5);
  desk.rig.jam = "stuck";
  desk.shutDoor();
  desk.passTime(4);
  assert.equal(
    desk.entries("alarm").map(({ alarm }) => alarm),
    ["jammed"],
  );
  return desk;
}

test("whoever leans on the leaf for a moment leaves it locked: the bolt is thrown again, and the visit ends", () => {
  const desk = leanedOn();
  desk.rig.jam = "free";
  desk.passTime(301);
  assert.is(desk.rig.bolt, "thrown");
  assert.is(desk.entries("closing").at(-1)?.outcome, "secured");
  assert.is(desk.entries("alarm").length, 1);
});

test("a bolt that stays stuck is thrown again after five minutes, then after twice as long, an hour at most, and without another alarm", () => {
  const desk = leanedOn();
  const drives: number[] = [];
  desk.rig.onDrive = ({ drive }) => {
    if (drive === "throw") drives.push(desk.time);
  };
  desk.passTime(4 * 3_600);
  const minutes = drives.slice(1).map((time, index) => Math.round((time - Number(drives[index])) / 60));
  assert.equal(minutes, [10, 20, 40, 60, 60]);
  assert.equal([desk.entries("alarm").length, desk.rig.signals.filter((signal) => signal === "alarm").length], [1, 1]);
  assert.is(desk.rig.bolt, "retracted");
});

test.run();
