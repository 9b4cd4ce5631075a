// Goal: whoever listens is told what the door does, on the line on which he listens.
// Method: a courier's visit on a desk, and what his phone hears.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { Strike } from "../../firmware/door/strike.ts";
import { verifyReceipt } from "../../firmware/evidence/receipt.ts";
import { KIND_ACT } from "../../firmware/grant/body.ts";
import { OPERATION_LOCK } from "../../firmware/grant/holder.ts";
import { seconds } from "../../firmware/platform.ts";
import { Desk } from "../../simulator/desk.ts";
import type { Maker } from "../../simulator/maker.ts";
import { Lock } from "../lock.ts";
import { alarms, enter, goIn, heard, outcome, scene, UNLOCK } from "./scene.ts";

/** A courier's grant of one use, by which he has just opened over his first line. */
function opened() {
  const desk = new Desk({ crypto });
  desk.adopt();
  const token = desk.grant({ to: desk.person("courier"), uses: 1 });
  const first = desk.call();
  assert.is(first.prove(token, UNLOCK), "yes");
  return { desk, token, first };
}

test("a guest who dialled once more, and asked again, is told on the new line, with the receipt", () => {
  const { desk, token, first } = opened();
  first.leave();
  desk.passTime(5);
  const again = desk.call();
  assert.is(again.prove(token, UNLOCK), "yes");
  desk.passTime(2);
  assert.ok(desk.openDoor());
  desk.passTime(2);
  desk.shutDoor();
  desk.passTime(10);
  assert.is(heard(again), "unlocked opened closed locked");
  const receipt = again.notices.at(-1)?.receipt;
  assert.ok(receipt !== undefined);
  assert.is(verifyReceipt(crypto, desk.signingKey, receipt).openedAfter, 7);
});

test("a guest who locks behind himself over a new line is told there that it is locked, with the receipt", () => {
  const { desk, token, first } = opened();
  desk.passTime(2);
  assert.ok(desk.openDoor());
  const again = desk.call();
  assert.is(again.prove(token, OPERATION_LOCK), "yes");
  assert.is(first.isConnected, false, "one grant has one place");
  desk.passTime(2);
  desk.shutDoor();
  desk.passTime(10);
  assert.is(heard(again), "closed locked");
  assert.ok(again.notices.at(-1)?.receipt !== undefined);
});

test("a guest who is refused over a new line goes on hearing over the former one", () => {
  const { desk, token, first } = opened();
  desk.passTime(2);
  desk.pressInside();
  desk.passTime(1);
  assert.is(desk.call().prove(token, OPERATION_LOCK), "no", "somebody inside is on the way out");
  desk.passTime(1);
  assert.ok(desk.openDoor());
  desk.shutDoor();
  desk.passTime(10);
  assert.ok(heard(first).endsWith("opened closed locked"), heard(first));
});

test("a guest of somebody else's visit hears nothing of it, though he locks", () => {
  const desk = new Desk({ crypto });
  desk.adopt();
  const first = desk.call();
  assert.is(first.prove(desk.grant({ to: desk.person("courier") }), UNLOCK), "yes");
  desk.passTime(2);
  assert.ok(desk.openDoor());
  const other = desk.call();
  assert.is(other.prove(desk.grant({ to: desk.person("friend") }), OPERATION_LOCK), "yes");
  desk.passTime(2);
  desk.shutDoor();
  desk.passTime(10);
  assert.equal([heard(first), heard(other)], ["unlocked opened closed locked", ""]);
});

test("whoever comes to a bolt that is drawn already is told so, as he is where it takes a drive", () => {
  const desk = new Desk({ crypto });
  desk.adopt();
  desk.pressInside();
  desk.passTime(2);
  assert.is(desk.rig.bolt, "retracted");
  const guest = desk.call();
  assert.is(guest.prove(desk.grant({ to: desk.person("courier") }), UNLOCK), "yes");
  assert.is(heard(guest), "unlocked");
  const refused = desk.call();
  assert.is(refused.prove(desk.grant({ to: desk.person("late"), expiry: seconds(desk.time - 3_600) }), UNLOCK), "no");
  assert.is(heard(refused), "");
});

/** A strike without a contact in its keeper, which lets go by itself after 4 s. */
function strikeDesk(): Desk {
  const made: { desk?: Desk } = {};
  const coil = { write: (isActive: boolean) => made.desk?.rig.turn(isActive ? "retracted" : "thrown") };
  const make: Maker = (_, platform, options, now) =>
    Lock.start({ ...platform, bolt: new Strike({ coil, holdMillis: 4_000 }) }, options, now);
  made.desk = new Desk({ crypto, make });
  made.desk.adopt();
  return made.desk;
}

for (const [name, lockings, begin] of [
  ["somebody inside leaves", 1, (desk: Desk) => desk.pressInside()],
  ["an owner comes", 0, (desk: Desk) => void desk.state({ kind: KIND_ACT, operation: UNLOCK })],
] as const)
  test(`${name} through a door with a strike: owners who listen are told that it is locked, as the leaf falls shut`, () => {
    const desk = strikeDesk();
    desk.passTime(120);
    const locked = () => desk.entries("door").filter(({ event }) => event === "locked").length;
    const before = locked();
    const owner = desk.ownerSession();
    begin(desk);
    desk.passTime(1);
    assert.ok(desk.openDoor());
    desk.passTime(10);
    assert.equal([heard(owner), locked()], ["unlocked opened", before], "nor is it written while the leaf stands open");
    desk.shutDoor();
    assert.is(heard(owner), "unlocked opened closed locked");
    assert.is(locked(), before + lockings, "of a visit its end says so");
  });

test("a guest at a strike is told to go in, and has his receipt as the leaf falls shut", () => {
  const desk = strikeDesk();
  const guest = desk.call();
  assert.is(guest.prove(desk.grant({ to: desk.person("courier") }), UNLOCK), "yes");
  assert.ok(desk.openDoor());
  desk.passTime(10);
  desk.shutDoor();
  assert.is(heard(guest), "unlocked opened closed locked");
  assert.ok(guest.notices.at(-1)?.receipt !== undefined);
});

test("nobody is told that a camera's failure locks the door whose bolt is stuck", () => {
  const it = scene();
  const { desk, camera } = it;
  const guest = enter(it);
  goIn(it);
  desk.shutDoor();
  desk.rig.jam = "stuck";
  camera.pass(20_000);
  assert.ok(alarms(desk).includes("jammed"), alarms(desk));
  camera.isSilent = true;
  camera.pass(5_000);
  assert.ok(alarms(desk).includes("camera"), alarms(desk));
  assert.ok(!heard(guest).includes("aborted"), heard(guest));
  desk.rig.jam = "free";
  desk.passTime(700);
  assert.equal([desk.rig.bolt, outcome(desk)], ["thrown", "camera"]);
});

for (const [name, happen] of [
  [
    "forced",
    (desk: Desk) => {
      desk.rig.leaf = "open";
      desk.moveMagnet(false);
    },
  ],
  [
    "jammed",
    (desk: Desk) => {
      desk.rig.jam = "stuck";
      desk.pressInside();
    },
  ],
  ["tamper", (desk: Desk) => desk.moveLoop(false)],
] as const) {
  test(`owners who listen are told once that the lock sounds an alarm, and guests are not: ${name}`, () => {
    const desk = new Desk({ crypto });
    desk.adopt();
    const guest = desk.call();
    assert.is(guest.prove(desk.grant({ to: desk.person("courier") }), OPERATION_LOCK), "yes");
    desk.passTime(60);
    const owner = desk.ownerSession();
    happen(desk);
    desk.passTime(60);
    const isAlarm = ({ event }: { readonly event: string }) => event === "alarm";
    assert.equal(
      [alarms(desk), owner.notices.filter(isAlarm).length, guest.notices.filter(isAlarm).length],
      [name, 1, 0],
    );
  });
}

test.run();
