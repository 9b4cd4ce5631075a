// What a keypad keeps and whose it is: its case, its constants, its lock.
// Method: the real core on simulated copper against the lock's real end of the wire; constants that count what is written.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromAscii } from "../../firmware/bytes.ts";
import { Fault } from "../../firmware/fault.ts";
import { encodePlain, FRAME_ENROLLED, FRAME_OFFER } from "../../firmware/link/frame.ts";
import { encodeEnrolled } from "../../firmware/link/introduction.ts";
import { MemoryConstants } from "../../simulator/memory.ts";
import { identityOf, LockEnd } from "../../simulator/wired.ts";
import { Door } from "./door.ts";

const OTHER_LOCK = identityOf(crypto, 0x20);

test("an opened case is reported within a second, wipes what was typed, and no key counts until it is closed", () => {
  const door = new Door().start();
  const { kid } = door.enrolled();
  door.type("1234");
  door.keyboard.moveCase(true);
  assert.not(door.keypad.snapshot.isTyping);
  door.pass(1_000);
  assert.is(door.lock.core?.lastReport(kid)?.isCaseOpen, true);
  door.type("1234#");
  assert.equal(door.served, []);
  door.keyboard.moveCase(false);
  door.pass(1_000);
  assert.is(door.lock.core?.lastReport(kid)?.isCaseOpen, false);
  door.type("1234#");
  assert.equal(door.served, ["serve entry 1234"]);
});

const CUTS: readonly (readonly [claim: string, hasPower: boolean, told: readonly boolean[]])[] = [
  ["is reported all the same by a keypad with power of its own", true, [false, true, false]],
  // It is off, and docs/security.md says so: the cable's loop is what tells of the cut.
  ["cannot be known to one that lost its power with the cable", false, [false]],
];
for (const [claim, hasPower, told] of CUTS) {
  test(`a case that was open only while the cable was cut ${claim}`, () => {
    const door = new Door().start();
    door.line.cut(true);
    if (!hasPower) door.board.cutPower();
    door.keyboard.moveCase(true);
    door.pass(1_000);
    door.keyboard.moveCase(false);
    door.pass(20_000);
    if (!hasPower) door.board.powerOn();
    door.line.cut(false);
    assert.equal(toldOfCase(door, 20_000), told);
  });
}

test("a code that waits for the lock is forgotten when the case is opened", () => {
  const door = new Door().start();
  door.lock.powerOff();
  door.pass(door.keyboard.type("1234#"));
  door.keyboard.moveCase(true);
  door.keyboard.moveCase(false);
  door.lock.powerOn();
  door.pass(30_000);
  assert.equal(door.served, []);
  assert.not(door.lock.log.some((line) => line.includes("1234")));
});

/** Constants that remember the names that were written. */
class Watched extends MemoryConstants {
  readonly names = new Set<string>();

  override write(name: string, value: Uint8Array): void {
    this.names.add(name);
    super.write(name, value);
  }
}

test("it keeps its two keys and its lock, and writes nothing more, whatever is typed", () => {
  const constants = new Watched();
  const door = new Door({ constants }).start();
  assert.equal(constants.changes, 3);
  for (let count = 0; count < 10; count++) door.type(`12${count}456#`);
  door.keyboard.moveCase(true);
  door.board.restart();
  door.keyboard.moveCase(false);
  door.pass(3_600_000);
  assert.is(constants.changes, 3);
  assert.equal([...constants.names].sort(), ["agree", "lock", "sign"]);
});

test("no frame carries what was typed", () => {
  const door = new Door().start();
  door.type("48291548#");
  const digits = fromAscii("48291548").join();
  assert.ok(door.heard.length > 0 && door.heard.every(({ frame }) => !frame.join().includes(digits)));
});

// Pairing.

test("a keypad without a lock offers itself every 10 s, and is inert", () => {
  const door = new Door();
  door.lock.powerOn();
  door.board.powerOn();
  door.pass(35_000);
  door.type("1234#");
  assert.equal(door.typesTo("inside"), [FRAME_OFFER, FRAME_OFFER, FRAME_OFFER, FRAME_OFFER]);
  assert.equal(door.typesTo("outside"), []);
  assert.equal(door.lock.core?.offer?.signingKey, door.keypad.signingKey);
  assert.not(door.keypad.snapshot.isPaired);
  assert.not(door.keypad.snapshot.isTyping);
});

test("it takes the lock that answers, once, and is that lock's after any restart", () => {
  const door = new Door().start();
  assert.ok(door.keypad.snapshot.isPaired);
  const other = { lockId: OTHER_LOCK.lockId, agreementKey: OTHER_LOCK.agreementKey, sequence: 1 };
  door.line.inject("outside", encodePlain(FRAME_ENROLLED, encodeEnrolled(other)));
  door.pass(100);
  door.board.restart();
  door.pass(1_000);
  assert.not(door.typesTo("inside").includes(FRAME_OFFER));
  door.type("1234#");
  assert.equal(door.served, ["serve entry 1234"]);
});

test("it takes no lock whose key is of small order, nor a broken answer, and goes on offering", () => {
  const door = new Door();
  door.board.powerOn();
  door.pass(100);
  const none = { lockId: OTHER_LOCK.lockId, agreementKey: new Uint8Array(32), sequence: 1 };
  door.line.inject("outside", encodePlain(FRAME_ENROLLED, encodeEnrolled(none)));
  const broken = encodePlain(FRAME_ENROLLED, encodeEnrolled({ ...none, agreementKey: OTHER_LOCK.agreementKey }));
  broken[9] ^= 1;
  door.line.inject("outside", broken);
  door.pass(100);
  assert.not(door.keypad.snapshot.isPaired);
  assert.is(door.constants.changes, 2);
});

/** A new keypad that has just heard what was meant for another one on the same wire. */
function besideAnother(): Door {
  const door = new Door();
  door.lock.powerOn();
  door.board.powerOn();
  door.pass(100);
  const other = { lockId: OTHER_LOCK.lockId, agreementKey: OTHER_LOCK.agreementKey, sequence: 1 };
  door.line.inject("outside", encodePlain(FRAME_ENROLLED, encodeEnrolled(other)));
  return door;
}

test("a lock that never proves itself is given up, and the one that enrols it afterwards has it", () => {
  const door = besideAnother();
  door.pass(59_000);
  assert.ok(door.keypad.snapshot.isPaired);
  door.pass(2_000);
  assert.not(door.keypad.snapshot.isPaired);
  assert.is(door.constants.read("lock"), undefined);
  door.lock.boards = [door.enrolled()];
  door.pass(12_000);
  assert.ok(door.keypad.snapshot.isUp);
  door.lock.powerOff();
  door.pass(120_000);
  assert.ok(door.keypad.snapshot.isPaired, "the one that did is kept");
  door.board.restart();
  door.pass(120_000);
  assert.ok(door.keypad.snapshot.isPaired, "the one that did is kept");
});

test("a lock that has not proven itself when the power goes is not kept", () => {
  const door = besideAnother();
  door.pass(30_000);
  door.board.restart();
  door.lock.boards = [door.enrolled()];
  door.pass(120_000);
  assert.ok(door.keypad.snapshot.isUp);
});

test("where its constants do not keep the lock, it has none", () => {
  const door = new Door();
  door.lock.powerOn();
  door.board.powerOn();
  door.lock.boards = [door.enrolled()];
  door.constants.isSound = false;
  door.pass(15_000);
  assert.not(door.keypad.snapshot.isPaired);
  door.constants.isSound = true;
  door.pass(11_000);
  assert.ok(door.keypad.snapshot.isUp);
});

const HOLDS: readonly (readonly [claim: string, isOpen: boolean, held: number, isPaired: boolean])[] = [
  ["the star, held for 10 s behind an open case, forgets the lock", true, 10_100, false],
  ["held for less, it does not", true, 9_900, true],
  ["nor with the case shut, however long", false, 19_000, true],
];

for (const [claim, isOpen, held, isPaired] of HOLDS) {
  test(claim, () => {
    const door = new Door().start();
    door.lock.powerOff();
    if (isOpen) door.keyboard.moveCase(true);
    door.hold("*", held);
    assert.is(door.keypad.snapshot.isPaired, isPaired);
    assert.is(door.constants.read("lock") === undefined, !isPaired);
    door.board.restart();
    assert.is(door.keypad.snapshot.isPaired, isPaired);
  });
}

/** Pairs the keypad of a door with another lock behind its open case, which hears of the case; and lets it forget that one. */
function pairedElsewhere(door: Door): void {
  door.lock.powerOff();
  door.keyboard.moveCase(true);
  door.hold("*", 10_100);
  const other = new LockEnd(door.world, crypto, { line: door.line, identity: OTHER_LOCK });
  other.boards = [door.enrolled()];
  other.powerOn();
  door.pass(12_000);
  const { kid } = door.enrolled();
  assert.is(other.core?.lastReport(kid)?.isCaseOpen, true, "the other lock was told");
  other.powerOff();
  door.hold("*", 10_100);
  assert.not(door.keypad.snapshot.isPaired);
}

/** What the door's own lock is told of the case, at each change. */
function toldOfCase(door: Door, forMillis: number): boolean[] {
  const { kid } = door.enrolled();
  const told: boolean[] = [];
  for (let count = 0; count < forMillis; count += 5) {
    door.pass(5);
    const report = door.lock.core?.lastReport(kid);
    if (report !== undefined && report.isCaseOpen !== told.at(-1)) told.push(report.isCaseOpen);
  }
  return told;
}

for (const [claim, between] of [
  ["", () => {}],
  [", through a cut of power", (door: Door) => door.board.restart()],
] as const) {
  test(`a keypad that was another lock's for a while tells its own that its case was open${claim}`, () => {
    const door = new Door().start();
    pairedElsewhere(door);
    door.keyboard.moveCase(false);
    between(door);
    door.lock.powerOn();
    assert.equal(toldOfCase(door, 13_000), [true, false]);
    door.board.restart();
    assert.equal(toldOfCase(door, 13_000), [false], "once it is told, it is over");
  });
}

/** Constants that keep for good what they are to forget of the case. */
class Stubborn extends MemoryConstants {
  override erase(name: string): void {
    if (name === "opened") throw new Fault("flash.io");
    super.erase(name);
  }
}

test("where its constants do not forget what the lock was told, it tells it again at each start, and goes on", () => {
  const door = new Door({ constants: new Stubborn() }).start();
  pairedElsewhere(door);
  door.keyboard.moveCase(false);
  door.lock.powerOn();
  for (let start = 0; start < 2; start++) {
    assert.equal(toldOfCase(door, 13_000).slice(-2), [true, false]);
    door.board.restart();
  }
});

test("a lock is not forgotten where it could not be kept that the case was open", () => {
  const door = new Door().start();
  door.keyboard.moveCase(true);
  door.constants.isSound = false;
  door.hold("*", 10_100);
  assert.ok(door.keypad.snapshot.isPaired);
});

test("the case that is shut meanwhile, or another finger, ends the hold", () => {
  for (const spoil of [
    (door: Door) => {
      door.keyboard.moveCase(false);
      door.keyboard.moveCase(true);
    },
    (door: Door) => door.hold("1", 200),
  ]) {
    const door = new Door().start();
    door.keyboard.moveCase(true);
    door.keyboard.press("*");
    door.pass(6_000);
    spoil(door);
    door.pass(8_000);
    assert.ok(door.keypad.snapshot.isPaired);
  }
});

test.run();
