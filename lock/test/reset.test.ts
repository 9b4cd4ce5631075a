// The way back to the factory: who starts it, how loud and slow it is, what stops it, and what is left.
// Method: stories on a desk. What a cut of power leaves is tried in reset-cut.test.ts.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import {
  type Body,
  KIND_ACT,
  KIND_ADD_OWNER,
  KIND_ADOPT,
  KIND_CANCEL_RESET,
  KIND_FACTORY_RESET,
} from "../../firmware/grant/body.ts";
import { verifyCheckpoint } from "../../firmware/journal/checkpoint.ts";
import { ACCESS, decodeRecord, pageOver } from "../../firmware/journal/record.ts";
import { Desk } from "../../simulator/desk.ts";
import { NorFlash } from "../../simulator/flash.ts";

const RESET: Body = { kind: KIND_FACTORY_RESET };
const CANCEL: Body = { kind: KIND_CANCEL_RESET };
const UNLOCK: Body = { kind: KIND_ACT, operation: 0 };
const DAY = 86_400;
/** The first sectors of the two snapshots. */
const SNAPSHOTS = [129, 134];
const ZONE = new Uint8Array([0x55, 0x54, 0x43, 0x30]);

function adopted(): Desk {
  const desk = new Desk({ crypto });
  desk.adopt();
  desk.passTime(61);
  return desk;
}

function alarms(desk: Desk): number {
  return desk.rig.signals.filter((signal) => signal === "alarm").length;
}

/** Where the record of the first statement stands in flash. */
function offsetOfAdoption(desk: Desk): number {
  const seq = desk.journal().find(({ entry }) => entry.kind === "statement")?.seq;
  const page = pageOver(desk.flash.snapshot());
  for (let offset = 0; offset < page.bytes.length; offset += 32) {
    if (decodeRecord(crypto, page, { offset, region: ACCESS })?.seq === seq) return offset;
  }
  throw new Error("no adoption");
}

/** How long the reset runs still, as an owner is told. */
function secondsLeft(desk: Desk): number {
  const session = desk.ownerSession();
  const answer = session.ask({ kind: "status" });
  session.leave();
  if (answer?.kind !== "status") throw new Error("no status");
  return answer.status.resetSeconds;
}

/** Opens the cover and presses the button inside, so many times and seconds apart. */
function pressUnderCover(desk: Desk, presses = 5, apartMillis = 2_000): void {
  desk.moveCover(true);
  for (let press = 0; press < presses; press++) {
    if (press > 0) desk.passMillis(apartMillis);
    desk.pressInside();
  }
}

function requireOld(desk: Desk, lockId: string): void {
  assert.is(desk.lockId, lockId);
  assert.ok(desk.lock.snapshot.isAdopted);
  assert.is(desk.state(UNLOCK), "yes");
}

/** It has other keys, no owner, and none of the former records, and its former owner's words are nothing to it. */
function requireNew(desk: Desk, lockId: string): void {
  assert.is.not(desk.lockId, lockId);
  assert.not(desk.lock.snapshot.isAdopted);
  const kinds = desk.journal().map(({ entry }) => entry.kind);
  assert.ok(kinds.length > 0 && kinds.every((kind) => kind === "boot" || kind === "door"), kinds.join());
  assert.is(desk.call().own(desk.owner), "no");
}

test("the key on paper resets at once, with somebody inside", () => {
  const desk = adopted();
  const { lockId, signingKey, agreementKey } = desk;
  const session = desk.ownerSession(desk.recovery);
  assert.is(session.state(RESET, { by: desk.recovery }), "presence");
  desk.passTime(5);
  assert.is(desk.lockId, lockId);
  desk.pressInside();
  assert.is(session.state(RESET, { by: desk.recovery }), "yes");
  assert.is(desk.open(desk.grant({ to: desk.person("guest") })), "no", "nobody is let in from the word on");
  desk.passTime(5);
  requireNew(desk, lockId);
  assert.is.not(desk.agreementKey.join(), agreementKey.join());
  const { drives } = desk.rig;
  assert.ok(
    drives.slice(1).every(({ at, drive }, index) => drive !== "rest" || at - drives[index].at >= 290),
    "no drive is cut",
  );

  desk.passTime(120);
  assert.is(desk.adopt(), "yes");
  const owner = desk.ownerSession();
  const answer = owner.ask({ kind: "farewell" });
  assert.ok(answer?.kind === "checkpoint");
  const farewell = verifyCheckpoint(crypto, signingKey, answer.message);
  assert.is(farewell.lockId, lockId);
  assert.is(desk.call("tcp").ask({ kind: "farewell" })?.kind, "no");
});

test("the last checkpoint covers the record that the lock is reset", () => {
  const desk = adopted();
  const { signingKey } = desk;
  desk.constants.cutAfterChanges(2, false);
  desk.stateInside(RESET, { by: desk.recovery });
  assert.not(desk.hasPower);
  const message = desk.constants.read("farewell");
  assert.ok(message !== undefined);
  const { heads } = verifyCheckpoint(crypto, signingKey, message);
  const last = desk
    .journal()
    .filter(({ region }) => region === 1)
    .at(-1);
  assert.equal(last?.entry, { kind: "door", event: "reset", count: 1 });
  assert.is(heads[1].seq, last?.seq);
});

test("a lock that was never reset has no farewell", () => {
  const desk = adopted();
  const answer = desk.ownerSession().ask({ kind: "farewell" });
  assert.equal(answer?.kind === "no" && answer.denial, "target");
});

test("an owner's reset sounds every minute for a day, says so, and is then done", () => {
  const desk = adopted();
  const { lockId } = desk;
  assert.is(desk.state(RESET), "presence");
  assert.is(secondsLeft(desk), 0);
  assert.is(desk.stateInside(RESET), "yes");
  assert.ok(desk.entries("alarm").some(({ alarm }) => alarm === "reset"));
  assert.is(desk.state(RESET), "limit");
  const before = alarms(desk);
  desk.passTime(600);
  assert.is(alarms(desk), before + 10);
  const left = secondsLeft(desk);
  assert.ok(left <= DAY - 600 && left >= DAY - 602, `${left} s`);
  assert.is(desk.open(desk.grant({ to: desk.person("guest") })), "yes", "meanwhile it is a lock like any other");
  desk.passTime(DAY - 605);
  requireOld(desk, lockId);
  desk.passTime(10);
  requireNew(desk, lockId);
});

const CANCELLERS: readonly (readonly [string, (desk: Desk) => Desk["owner"], "ble" | "tcp"])[] = [
  ["the owner who began it", (desk) => desk.owner, "ble"],
  ["an owner who is away", (desk) => desk.owner, "tcp"],
  ["another owner", (desk) => desk.person("partner"), "tcp"],
  ["the key on paper", (desk) => desk.recovery, "tcp"],
];

for (const [name, who, transport] of CANCELLERS) {
  for (const begun of ["an owner", "the cover"] as const) {
    test(`a reset by ${begun} is cancelled by ${name}, and stays so`, () => {
      const desk = adopted();
      const { lockId } = desk;
      assert.is(desk.stateInside({ kind: KIND_ADD_OWNER, ownerKey: desk.person("partner").publicKey }), "yes");
      desk.passTime(3_600);
      if (begun === "an owner") assert.is(desk.stateInside(RESET), "yes");
      else pressUnderCover(desk);
      desk.passTime(DAY / 2);
      const by = who(desk);
      const session = desk.ownerSession(by, transport);
      assert.is(session.state(CANCEL, { by }), "yes");
      assert.is(session.state(CANCEL, { by }), "target");
      assert.is(desk.rig.signals.at(-1), "quiet");
      const before = alarms(desk);
      desk.passTime(DAY);
      assert.is(alarms(desk), before);
      requireOld(desk, lockId);
    });
  }
}

test("a restart ends the delay, and it is never shorter", () => {
  const desk = adopted();
  const { lockId } = desk;
  assert.is(desk.stateInside(RESET), "yes");
  desk.passTime(DAY - 60);
  desk.reboot();
  desk.passTime(DAY);
  requireOld(desk, lockId);
});

const COVERS: readonly (readonly [claim: string, act: (desk: Desk) => void, runs: boolean])[] = [
  ["five presses within ten seconds, the cover open, begin a reset", (desk) => pressUnderCover(desk), true],
  ["five presses in ten seconds exactly", (desk) => pressUnderCover(desk, 5, 2_500), true],
  ["four presses do not", (desk) => pressUnderCover(desk, 4), false],
  ["five in eleven seconds do not", (desk) => pressUnderCover(desk, 5, 2_750), false],
  [
    "nor five with the cover shut",
    (desk) => {
      pressUnderCover(desk, 0);
      desk.moveCover(false);
      for (let press = 0; press < 9; press++) desk.pressInside();
    },
    false,
  ],
  [
    "nor five of which one came before the cover was opened",
    (desk) => {
      desk.pressInside();
      pressUnderCover(desk, 4, 100);
    },
    false,
  ],
  [
    "nor five during a guest's visit",
    (desk) => {
      assert.is(desk.open(desk.grant({ to: desk.person("guest") })), "yes");
      pressUnderCover(desk, 9, 100);
    },
    false,
  ],
  [
    "nor five of which the first ones came during a visit",
    (desk) => {
      assert.is(desk.open(desk.grant({ to: desk.person("guest") })), "yes");
      desk.passTime(28);
      pressUnderCover(desk, 4, 100);
      desk.moveCover(true);
      desk.turn("thrown");
      desk.pressInside();
    },
    false,
  ],
  [
    "closing the cover ends it",
    (desk) => {
      pressUnderCover(desk);
      desk.passTime(DAY - 10);
      desk.moveCover(false);
    },
    false,
  ],
  [
    "after an owner's cancel the cover begins none for an hour",
    (desk) => {
      pressUnderCover(desk);
      assert.is(desk.state(CANCEL), "yes");
      desk.passTime(3_540);
      pressUnderCover(desk);
    },
    false,
  ],
  [
    "and then it does again",
    (desk) => {
      pressUnderCover(desk);
      assert.is(desk.state(CANCEL), "yes");
      desk.passTime(3_601);
      pressUnderCover(desk);
    },
    true,
  ],
];

for (const [claim, act, runs] of COVERS) {
  test(claim, () => {
    const desk = adopted();
    const { lockId } = desk;
    act(desk);
    assert.is(secondsLeft(desk) > 0, runs);
    desk.passTime(DAY);
    if (runs) requireNew(desk, lockId);
    else requireOld(desk, lockId);
  });
}

test("closing the cover does not end what an owner began", () => {
  const desk = adopted();
  const { lockId } = desk;
  assert.is(desk.stateInside(RESET), "yes");
  desk.moveCover(true);
  desk.moveCover(false);
  desk.passTime(DAY);
  requireNew(desk, lockId);
});

test("a lock that has lost the record of its owner is reset at its cover, and no other way", () => {
  const desk = adopted();
  const { lockId } = desk;
  desk.cutPower();
  desk.flash.flip(offsetOfAdoption(desk) * 8);
  for (const sector of SNAPSHOTS) desk.flash.flip((sector * desk.flash.sectorBytes + 60) * 8);
  desk.boot();
  assert.not(desk.lock.snapshot.isAdopted);
  assert.is(desk.adopt(), "no");
  assert.is(desk.call().state(RESET, { by: desk.recovery }), "no");
  pressUnderCover(desk);
  desk.passTime(DAY);
  assert.is.not(desk.lockId, lockId);
  desk.passTime(120);
  assert.is(desk.adopt(), "yes");
});

for (const wear of ["refuses", "loses", "unreadable"] as const) {
  test(`a flash that ${wear === "unreadable" ? "cannot be read" : `${wear} what it is told`} leaves no new lock over old records`, () => {
    const desk = adopted();
    const { lockId } = desk;
    const guest = desk.grant({ to: desk.person("guest") });
    assert.is(desk.state(RESET, { by: desk.recovery }), "presence");
    desk.pressInside();
    const session = desk.ownerSession(desk.recovery);
    desk.flash.wear = wear;
    assert.is(session.state(RESET, { by: desk.recovery }), "yes");
    for (let boot = 0; boot < 3; boot++) {
      desk.passTime(120);
      assert.is(desk.lockId, lockId);
      desk.pressInside();
      desk.passTime(1);
      assert.is(desk.rig.bolt, "retracted", "the inside opens");
      assert.is(desk.open(guest), "no");
      const adoption = { ownerKey: desk.owner.publicKey, recoveryKey: desk.recovery.publicKey, zoneRule: ZONE };
      for (const body of [UNLOCK, { kind: KIND_ADOPT, adoption } as const]) {
        const caller = desk.call();
        assert.is.not(caller.state(body), "yes");
        caller.leave();
      }
      desk.reboot();
    }
    desk.flash.wear = "sound";
    desk.reboot();
    requireNew(desk, lockId);
  });
}

test("a full journal keeps nobody from the reset, nor from stopping it", () => {
  const desk = new Desk({ crypto, sectors: [6, 4, 3] });
  desk.adopt();
  const { lockId } = desk;
  for (let count = 0; count < 400; count++) {
    if (desk.state({ kind: 13 }) !== "yes") break;
    desk.passTime(600);
  }
  assert.ok(desk.entries("statement").length > 60);
  assert.is(desk.stateInside(RESET), "yes");
  assert.is(desk.state(CANCEL), "yes");
  desk.passTime(3_600);
  assert.is(desk.stateInside(RESET, { by: desk.recovery }), "yes");
  desk.passTime(5);
  requireNew(desk, lockId);
});

test("a constant that cannot be written resets nothing", () => {
  const desk = adopted();
  const { lockId, flash } = desk;
  assert.ok(flash instanceof NorFlash);
  desk.constants.isSound = false;
  assert.is(desk.stateInside(RESET, { by: desk.recovery }), "journal");
  desk.passTime(60);
  desk.reboot();
  requireOld(desk, lockId);
  assert.is(desk.stateInside(RESET), "yes");
  desk.passTime(DAY + 300);
  requireOld(desk, lockId);
  assert.equal(
    desk.entries("door").filter(({ event }) => event === "reset"),
    [],
    "a record each minute would turn the ring in days",
  );
  desk.constants.isSound = true;
  desk.passTime(61);
  requireNew(desk, lockId);
});

test.run();
