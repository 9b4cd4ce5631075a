// What the lock asks of a statement before it obeys, kind by kind (docs/protocol.md §2.3), and what a refused one changes:
// nothing.
// Method: rows of a preparation, a statement and its verdict, in an owner session that hears the reason; the flash is
// compared before and after each refusal.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { fromAscii } from "../../firmware/bytes.ts";
import { kid8 } from "../../firmware/cose/key.ts";
import {
  type Body,
  KIND_ACKNOWLEDGE,
  KIND_ACT,
  KIND_ADD_OWNER,
  KIND_ADOPT,
  KIND_CONFIGURE,
  KIND_ENROL,
  KIND_REMOVE_BOARD,
  KIND_REMOVE_OWNER,
  KIND_SET_CLOCK,
  type Setting,
} from "../../firmware/grant/body.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Forgery, Person } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";

const UNLOCK: Body = { kind: KIND_ACT, operation: 0 };
const SEQUENCE_STEP_MAX = 65_536;
const HOUR = 3_600;
const DAY = 24 * HOUR;

function adopted(): Desk {
  const desk = new Desk({ crypto });
  desk.adopt();
  // The press of the adoption vouches for a minute.
  desk.passTime(61);
  return desk;
}

function configure(...settings: readonly Setting[]): Body {
  return { kind: KIND_CONFIGURE, settings };
}

function addOwner({ publicKey: ownerKey }: Person): Body {
  return { kind: KIND_ADD_OWNER, ownerKey };
}

function removeOwner({ kid: ownerKid }: Person): Body {
  return { kind: KIND_REMOVE_OWNER, ownerKid };
}

/** A board by a number. */
function enrol(number: number, role = 1): Body {
  const key = new Uint8Array(32).fill(number);
  return { kind: KIND_ENROL, board: { role, agreementKey: key, signingKey: key } };
}

function adoption(owner: Person, recovery: Person, zoneRule = "UTC0"): Body {
  const keys = { ownerKey: owner.publicKey, recoveryKey: recovery.publicKey };
  return { kind: KIND_ADOPT, adoption: { ...keys, zoneRule: fromAscii(zoneRule) } };
}

/** Presses inside and waits until the door is locked again; presence holds for another 25 s. */
function appear(desk: Desk): void {
  desk.passTime(61);
  desk.pressInside();
  desk.passTime(34);
}

/** What a row does before its statement. */
type Prepare = (desk: Desk) => void;
type Make = (desk: Desk) => Body;
type Forge = (desk: Desk) => Forgery;

interface Row {
  readonly name: string;
  readonly before?: Prepare;
  /** Whether it is asked once before, and somebody presses behind the alarm. */
  readonly isAnswered?: boolean;
  readonly body: Make;
  readonly forged?: Forge;
  readonly verdict: string;
}

const partner = (desk: Desk) => desk.person("partner");
const add =
  (...names: readonly string[]): Prepare =>
  (desk) => {
    for (const name of names) {
      assert.is(desk.stateInside(addOwner(desk.person(name))), "yes");
    }
  };
const remove =
  (name: string): Prepare =>
  (desk) => {
    assert.is(desk.stateInside(removeOwner(desk.person(name))), "yes");
  };
const all =
  (...steps: readonly Prepare[]): Prepare =>
  (desk) => {
    for (const step of steps) step(desk);
  };

const ROWS: readonly Row[] = [
  { name: "obeys an owner", body: () => UNLOCK, verdict: "yes" },
  { name: "refuses a stranger's key", body: () => UNLOCK, forged: (d) => ({ by: partner(d) }), verdict: "unknown-key" },
  {
    name: "refuses another key in an owner's name",
    body: () => UNLOCK,
    forged: (d) => ({ by: { ...d.owner, sign: partner(d).sign } }),
    verdict: "signature",
  },
  ...([0, 1] as const).map(
    (number): Row => ({
      name: `refuses the number ${number} after 1`,
      body: () => UNLOCK,
      forged: () => ({ sequence: number }),
      verdict: "sequence",
    }),
  ),
  {
    name: "takes a number 65,536 above",
    body: () => UNLOCK,
    forged: (d) => ({ sequence: d.owner.sequence + SEQUENCE_STEP_MAX }),
    verdict: "yes",
  },
  {
    name: "refuses a number 65,537 above",
    body: () => UNLOCK,
    forged: (d) => ({ sequence: d.owner.sequence + SEQUENCE_STEP_MAX + 1 }),
    verdict: "sequence",
  },
  {
    name: "refuses the highest number",
    body: () => UNLOCK,
    forged: () => ({ sequence: 0xffff_ffff }),
    verdict: "sequence",
  },

  { name: "refuses a second adoption", body: (d) => adoption(d.owner, partner(d)), verdict: "unsupported" },
  {
    name: "refuses a second adoption by a new owner at the door",
    before: appear,
    body: (d) => adoption(partner(d), d.recovery),
    forged: (d) => ({ by: partner(d) }),
    verdict: "unsupported",
  },

  { name: "adds an owner with presence", isAnswered: true, body: (d) => addOwner(partner(d)), verdict: "yes" },
  {
    name: "refuses to add an owner by a press before the lock announced it",
    before: appear,
    body: (d) => addOwner(partner(d)),
    verdict: "presence",
  },
  { name: "refuses to add an owner without presence", body: (d) => addOwner(partner(d)), verdict: "presence" },
  { name: "refuses to add an owner twice", before: appear, body: (d) => addOwner(d.owner), verdict: "limit" },
  {
    name: "refuses the recovery key as an owner key",
    before: appear,
    body: (d) => addOwner(d.recovery),
    verdict: "limit",
  },
  {
    name: "adds the fourth owner",
    before: add("second", "third"),
    isAnswered: true,
    body: (d) => addOwner(partner(d)),
    verdict: "yes",
  },
  {
    name: "refuses the fifth owner",
    before: all(add("second", "third", "fourth"), appear),
    body: (d) => addOwner(partner(d)),
    verdict: "limit",
  },
  {
    name: "refuses the return of a removed key",
    before: all(add("partner"), remove("partner"), appear),
    body: (d) => addOwner(partner(d)),
    verdict: "limit",
  },
  {
    name: "refuses the return of a removed key after a reboot",
    before: all(add("partner"), remove("partner"), (d) => d.reboot(), appear),
    body: (d) => addOwner(partner(d)),
    verdict: "limit",
  },
  {
    name: "refuses a removed owner's statement",
    before: all(add("partner"), remove("partner")),
    body: () => UNLOCK,
    forged: (d) => ({ by: partner(d) }),
    verdict: "unknown-key",
  },
  {
    name: "removes an owner with presence",
    before: add("partner"),
    isAnswered: true,
    body: (d) => removeOwner(partner(d)),
    verdict: "yes",
  },
  {
    name: "refuses to remove an owner without presence",
    before: all(add("partner"), (d) => d.passTime(61)),
    body: (d) => removeOwner(partner(d)),
    verdict: "presence",
  },
  {
    name: "refuses to remove the last owner",
    before: appear,
    body: (d) => removeOwner(d.owner),
    verdict: "limit",
  },
  { name: "refuses to remove nobody", before: appear, body: (d) => removeOwner(partner(d)), verdict: "target" },
  {
    name: "refuses to remove the recovery key",
    before: all(add("partner"), appear),
    body: (d) => removeOwner(d.recovery),
    verdict: "target",
  },
  {
    name: "lets the recovery key add an owner with presence",
    isAnswered: true,
    body: (d) => addOwner(partner(d)),
    forged: (d) => ({ by: d.recovery }),
    verdict: "yes",
  },
  {
    name: "refuses the recovery key without presence",
    body: (d) => addOwner(partner(d)),
    forged: (d) => ({ by: d.recovery }),
    verdict: "presence",
  },
  {
    name: "refuses an opening by the recovery key",
    before: appear,
    body: () => UNLOCK,
    forged: (d) => ({ by: d.recovery }),
    verdict: "permission",
  },

  { name: "enrols a board", before: appear, body: () => enrol(1), verdict: "yes" },
  { name: "refuses to enrol a board with nobody there", body: () => enrol(1), verdict: "presence" },
  {
    name: "enrols a board anew",
    before: all(appear, (d) => assert.is(d.state(enrol(1)), "yes")),
    body: () => enrol(1, 2),
    verdict: "yes",
  },
  {
    name: "refuses a fifth board",
    before: all(appear, (d) => {
      for (let number = 1; number <= 4; number++) assert.is(d.state(enrol(number)), "yes");
    }),
    body: () => enrol(5),
    verdict: "limit",
  },
  {
    name: "removes a board",
    before: all(appear, (d) => assert.is(d.state(enrol(1)), "yes")),
    body: () => ({ kind: KIND_REMOVE_BOARD, boardKid: kid8(crypto, new Uint8Array(32).fill(1)) }),
    verdict: "yes",
  },
  {
    name: "refuses to remove a board that is not enrolled",
    body: () => ({ kind: KIND_REMOVE_BOARD, boardKid: kid8(crypto, new Uint8Array(32).fill(1)) }),
    verdict: "target",
  },

  { name: "takes settings", body: () => configure({ key: 2, value: 60 }, { key: 4, value: 90 }), verdict: "yes" },
  {
    name: "takes no setting where one of them is unknown",
    body: () => configure({ key: 2, value: 60 }, { key: 7, value: 1 }),
    verdict: "malformed",
  },
  {
    name: "takes no setting where one of them is out of bounds",
    body: () => configure({ key: 2, value: 60 }, { key: 4, value: 29 }),
    verdict: "malformed",
  },
  {
    name: "refuses a time zone that is none",
    body: () => configure({ key: 1, value: fromAscii("Europe/Berlin") }),
    verdict: "malformed",
  },
  {
    name: "enters privacy behind a thrown bolt, with presence",
    before: appear,
    body: () => configure({ key: 3, value: 2 }),
    verdict: "yes",
  },
  { name: "refuses privacy without presence", body: () => configure({ key: 3, value: 2 }), verdict: "presence" },
  {
    name: "refuses privacy with the bolt drawn",
    before: (d) => {
      d.passTime(61);
      d.pressInside();
      d.passTime(1);
    },
    body: () => configure({ key: 3, value: 2 }),
    verdict: "door",
  },
  { name: "leaves privacy on request", body: () => configure({ key: 3, value: 0 }), verdict: "yes" },

  { name: "acknowledges", body: () => ({ kind: KIND_ACKNOWLEDGE }), verdict: "yes" },
  {
    name: "refuses an unlatch without a latch",
    body: () => ({ kind: KIND_ACT, operation: 4 }),
    verdict: "unsupported",
  },

  { name: "takes the same time", body: () => ({ kind: KIND_SET_CLOCK, isBackwards: false }), verdict: "yes" },
  {
    name: "sets the clock 23 h forward without presence",
    body: () => ({ kind: KIND_SET_CLOCK, isBackwards: false }),
    forged: (d) => ({ issuedAt: seconds(d.time + 23 * HOUR) }),
    verdict: "yes",
  },
  {
    name: "refuses 2036 without presence",
    body: () => ({ kind: KIND_SET_CLOCK, isBackwards: false }),
    forged: () => ({ issuedAt: seconds(2_100_000_000) }),
    verdict: "presence",
  },
  {
    name: "refuses the clock two days back without presence",
    before: (d) => d.passTime(2 * DAY),
    body: () => ({ kind: KIND_SET_CLOCK, isBackwards: true }),
    forged: (d) => ({ issuedAt: seconds(d.time - DAY) }),
    verdict: "presence",
  },
  {
    name: "sets the clock back with presence",
    before: all((d) => d.passTime(2 * DAY), appear),
    body: () => ({ kind: KIND_SET_CLOCK, isBackwards: true }),
    forged: (d) => ({ issuedAt: seconds(d.time - DAY) }),
    verdict: "yes",
  },
  {
    name: "refuses to go back where forward was asked",
    before: all((d) => d.passTime(2 * DAY), appear),
    body: () => ({ kind: KIND_SET_CLOCK, isBackwards: false }),
    forged: (d) => ({ issuedAt: seconds(d.time - DAY) }),
    verdict: "clock",
  },
  {
    name: "refuses a time before the firmware was built, presence or not",
    before: appear,
    body: () => ({ kind: KIND_SET_CLOCK, isBackwards: true }),
    forged: (d) => ({ issuedAt: seconds(d.time - DAY) }),
    verdict: "clock",
  },
];

for (const { name, before, isAnswered = false, body, forged, verdict } of ROWS) {
  test(name, () => {
    const desk = adopted();
    before?.(desk);
    if (isAnswered) desk.passTime(61);
    const session = desk.ownerSession();
    if (isAnswered) {
      assert.is(session.state(body(desk), forged?.(desk)), "presence");
      desk.pressInside();
      desk.passTime(34);
    }
    const statements = desk.entries("statement").length;
    const drives = desk.rig.drives.length;
    const statusBefore = session.ask({ kind: "status" });
    const forgery = forged?.(desk) ?? {};
    assert.is(session.state(body(desk), forgery), verdict);
    if (verdict === "yes") {
      assert.is(desk.entries("statement").length, statements + 1);
      return;
    }
    assert.is(desk.entries("statement").length, statements, "a refused statement is not written");
    assert.is(desk.rig.drives.length, drives);
    const statusAfter = session.ask({ kind: "status" });
    assert.ok(statusBefore?.kind === "status" && statusAfter?.kind === "status");
    assert.equal(statusAfter.status.owners, statusBefore.status.owners);
    assert.equal(statusAfter.status.boards, statusBefore.status.boards);
    assert.equal(statusAfter.status.configuration, statusBefore.status.configuration);
  });
}

test.run();
