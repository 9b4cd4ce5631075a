// Goal: a board that its lock has goes on serving, whatever its owner says of it again.
// Method: the real boards; a keypad and a camera that are up are enrolled a second time, as by an owner who saw them without power.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromAscii } from "../../../firmware/bytes.ts";
import { ANA } from "../../wish.ts";
import { Hallway } from "../hallway.ts";
import { adopted } from "./visits.ts";

const PIN = "739164";

/** Whether the link of the only board is up. */
function isUp(hall: Hallway): boolean | undefined {
  const owner = hall.ownerSession();
  const answer = owner.ask({ kind: "status" });
  owner.leave();
  return answer?.kind === "status" ? answer.status.boards[0]?.isUp : undefined;
}

test("a keypad that is enrolled a second time takes codes as before", () => {
  const hall = adopted(() => new Hallway(crypto));
  hall.keypad.powerOn();
  hall.pass(1_000);
  assert.is(hall.enrol("keypad"), "yes");
  hall.pass(15_000);
  const owner = hall.ownerSession();
  const credential = { user: 1, type: "pin" as const, value: fromAscii(PIN) };
  assert.is(owner.ask({ kind: "user", index: 1, isNew: true, setting: ANA })?.kind, "yes");
  assert.is(owner.ask({ kind: "credential", slot: 1, credential })?.kind, "yes");
  owner.leave();
  hall.keypad.rig.cutPower();
  assert.is(hall.enrol("keypad"), "yes");
  hall.keypad.powerOn();
  hall.pass(5_000);
  assert.is(isUp(hall), true, "it is cut off for good");
  hall.type(`${PIN}#`);
  hall.pass(1_500);
  assert.is(hall.lock.bolt, "retracted");
});

test("a camera that is enrolled a second time is heard as before", () => {
  const hall = adopted(() => new Hallway(crypto));
  hall.camera.prepare([crypto.agreementPublicKey(new Uint8Array(32).fill(5))]);
  hall.camera.powerOn();
  hall.pass(2_000);
  assert.equal(hall.tellNetwork(), ["yes", "yes"]);
  assert.is(hall.enrol("camera"), "yes");
  hall.pass(10_000);
  assert.is(isUp(hall), true);
  assert.is(hall.enrol("camera"), "yes");
  assert.is(isUp(hall), true, "it is cut off for good");
});

test.run();
