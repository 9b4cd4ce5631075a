// Goal: a whole visit through the boards' own programs: what a courier, a guest and an owner do at the door is seen at its pins, on its
// cables and in its network.
// Method: three boards over fakes of the SDK's classes, one world of time; people who press, type and phone.

import { crypto } from "#crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromAscii } from "../../../firmware/bytes.ts";
import { ANA } from "../../wish.ts";
import { Hallway } from "../hallway.ts";

const UNLOCK = 0;
/** The tones of the keypad's "yes", and of its "no". */
const YES = [1_800, 2_600];
const NO = [400];
/** What an opening and the relocking behind it do to the bridge's inputs. */
const THERE_AND_BACK = ["retract 1", "retract 0", "throw 1", "throw 0"];

function drivesOf(hall: Hallway): string[] {
  return hall.lock.drives.splice(0).map(({ pin, level }) => `${pin} ${level}`);
}

/** A door that its owner has adopted, and that is locked. */
function adopted(): Hallway {
  const hall = new Hallway(crypto);
  hall.lock.powerOn();
  hall.pass(2_000);
  assert.is(hall.adopt(), "yes");
  drivesOf(hall);
  return hall;
}

/** Somebody goes in, and shuts the door behind. */
function goIn(hall: Hallway): void {
  hall.lock.moveLeaf("open");
  hall.pass(2_000);
  hall.lock.moveLeaf("closed");
  hall.pass(40_000);
}

test("a lock that is new: nothing moves at power-on, a press inside opens, an owner adopts it, and it locks again", () => {
  const hall = new Hallway(crypto);
  hall.lock.powerOn();
  hall.pass(2_000);
  assert.equal(drivesOf(hall), []);
  assert.is(hall.lock.bolt, "thrown");
  assert.is(hall.adopt(), "yes");
  assert.equal(drivesOf(hall), THERE_AND_BACK);
  assert.is(hall.lock.bolt, "thrown");
  assert.is(hall.lock.isDriving, false);
});

test("a guest with a grant phones by Bluetooth: the bolt is drawn once, and thrown behind the shut door", () => {
  const hall = adopted();
  const guest = hall.person("guest");
  const token = hall.grant(guest);
  const caller = hall.call();
  assert.is(caller.prove(token, UNLOCK), "yes");
  hall.pass(1_500);
  assert.is(hall.lock.bolt, "retracted");
  assert.equal(drivesOf(hall), ["retract 1", "retract 0"]);
  goIn(hall);
  assert.equal(drivesOf(hall), ["throw 1", "throw 0"]);
  assert.is(hall.lock.bolt, "thrown");
  const thief = hall.person("thief");
  assert.is(hall.call().prove(token, UNLOCK, thief), "no");
  hall.pass(2_000);
  assert.equal(drivesOf(hall), []);
});

test("a bolt that is blocked is given up, told, and takes no power", () => {
  const hall = adopted();
  hall.lock.work.iron.block = 0.5;
  const owner = hall.ownerSession();
  assert.is(owner.prove(hall.owner, UNLOCK), "yes");
  hall.pass(20_000);
  assert.is(hall.lock.isDriving, false);
  assert.is(hall.lock.bolt, "between");
  assert.ok(
    owner.notices.some((notice) => JSON.stringify(notice).includes("jammed")),
    JSON.stringify(owner.notices),
  );
  for (const { at, level } of hall.lock.drives) assert.ok(at >= 0 && level <= 1);
});

test("a keypad that is enrolled over its cable: a code opens, a wrong one does not, and both are seen and heard", () => {
  const hall = adopted();
  hall.keypad.powerOn();
  hall.pass(1_000);
  hall.type("1");
  hall.pass(3_000);
  assert.is(hall.enrol("keypad"), "yes");
  hall.pass(15_000);
  drivesOf(hall);
  const owner = hall.ownerSession();
  const answers = [
    owner.ask({ kind: "user", index: 1, setting: ANA }),
    owner.ask({ kind: "credential", slot: 1, credential: { user: 1, type: "pin", value: fromAscii("739164") } }),
  ];
  assert.equal(
    answers.map((answer) => answer?.kind),
    ["yes", "yes"],
  );
  owner.leave();
  hall.keypad.tones.splice(0);
  hall.type("739164#");
  hall.pass(1_500);
  assert.is(hall.lock.bolt, "retracted");
  assert.ok(YES.every((tone) => hall.keypad.tones.includes(tone)), hall.keypad.tones.join(" "));
  goIn(hall);
  assert.equal(drivesOf(hall), THERE_AND_BACK);
  hall.keypad.tones.splice(0);
  hall.type("739165#");
  hall.pass(400);
  assert.ok(hall.keypad.lamps.red > 0 && hall.keypad.lamps.green === 0, JSON.stringify(hall.keypad.lamps));
  hall.pass(1_500);
  assert.ok(NO.every((tone) => hall.keypad.tones.includes(tone)), hall.keypad.tones.join(" "));
  assert.is(hall.lock.bolt, "thrown");
  assert.equal(drivesOf(hall), []);
});

test.run();
