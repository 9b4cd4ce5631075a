// A lock whose access ring is full: what no owner has fetched is kept before guests, and what must be written anyway says
// what it overwrites; once an owner has fetched, everything goes on.
// Method: a lock with a ring of three sectors, which some hundred visits fill; an owner who fetches or does not.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { KIND_ACT, KIND_CONFIGURE, KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { ACCESS } from "../../firmware/journal/record.ts";
import type { Head } from "../../firmware/link/message.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Caller, Token } from "../../simulator/caller.ts";
import { Desk } from "../../simulator/desk.ts";

const SECTORS = [3, 4, 3] as const;
const VISITS_MAX = 200;
/** Between two visits: a root has its ration of openings. */
const PAUSE_SECONDS = 1_300;
const UNLOCK = 0;
const DAY_SECONDS = 86_400;

interface House {
  readonly desk: Desk;
  readonly token: Token;
}

function adopted(): House {
  const desk = new Desk({ crypto, sectors: SECTORS });
  desk.adopt();
  desk.passTime(61);
  return { desk, token: desk.grant({ to: desk.person("sitter"), expiry: seconds(desk.time + 400 * 86_400) }) };
}

/** One visit: in, out, locked. @returns whether the lock let the guest in */
function visit({ desk, token }: House): boolean {
  const isLetIn = desk.open(token) === "yes";
  if (isLetIn) {
    desk.passTime(1);
    desk.openDoor();
    desk.passTime(2);
    desk.shutDoor();
  }
  desk.passTime(PAUSE_SECONDS);
  return isLetIn;
}

/** Visits until the lock refuses. @returns how many were let in */
function fill(house: House): number {
  for (let count = 0; count < VISITS_MAX; count++) if (!visit(house)) return count;
  return VISITS_MAX;
}

function statusOf(owner: Caller) {
  const answer = owner.ask({ kind: "status" });
  if (answer?.kind !== "status") throw new Error("no status");
  return answer.status;
}

function fetched(desk: Desk, change: (head: Head) => Head = (head) => head): string {
  const owner = desk.ownerSession();
  const heads = statusOf(owner).heads.filter(({ region }) => region === ACCESS);
  const answer = owner.ask({ kind: "fetched", heads: heads.map(change) });
  owner.leave();
  return answer?.kind === "no" ? (answer.denial ?? "no") : (answer?.kind ?? "silence");
}

function seqOf(desk: Desk): { readonly last: number; readonly fetched: number } {
  const owner = desk.ownerSession();
  const { heads, fetchedSeq } = statusOf(owner);
  owner.leave();
  return { last: heads[ACCESS].lastSeq, fetched: fetchedSeq };
}

test("guests are refused rather than that an opening is overwritten which no owner has fetched", () => {
  const house = adopted();
  const { desk } = house;
  const visits = fill(house);
  assert.ok(visits > 20 && visits < VISITS_MAX, `${visits} visits`);
  assert.is(desk.entries("intent").length, visits, "every opening is still there");
  desk.pressInside();
  desk.passTime(1);
  assert.is(desk.rig.bolt, "retracted", "the inside opens");
  desk.passTime(60);
  assert.is(desk.state({ kind: KIND_ACT, operation: UNLOCK }), "yes", "the owner opens");
});

test("once an owner has fetched, guests come in again, and the ring goes round", () => {
  const house = adopted();
  const { desk } = house;
  for (let turn = 0; turn < 4; turn++) {
    assert.ok(fill(house) > 20, `turn ${turn}`);
    assert.is(fetched(desk), "yes");
    const { last, fetched: known } = seqOf(desk);
    assert.is(known, last);
  }
  assert.ok(desk.journal().filter(({ region }) => region === ACCESS)[0].seq > 1, "the oldest made room");
  assert.equal(desk.entries("overwritten"), []);
  desk.reboot();
  assert.is(desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }), "yes");
  assert.ok(visit(house), "after a restart too");
});

test("what must be written overwrites the oldest, and says which", () => {
  const house = adopted();
  const { desk } = house;
  fill(house);
  const before = seqOf(desk);
  const refusedSettings: string[] = [];
  for (let count = 0; count < 120; count++) {
    refusedSettings.push(desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 30 + count }] }));
    assert.is(desk.state({ kind: KIND_ACT, operation: UNLOCK }), "yes", `act ${count}`);
    desk.passTime(PAUSE_SECONDS);
  }
  assert.is(refusedSettings.at(-1), "journal", "settings give way before openings do");
  const [first] = desk.entries("overwritten");
  assert.is(first.firstSeq, before.fetched + 1);
  assert.ok(first.lastSeq >= first.firstSeq);
  const told = desk.entries("overwritten").reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, 0);
  const access = desk.journal().filter(({ region }) => region === ACCESS);
  assert.is(told, access[0].seq - 1 - before.fetched, "all that is gone was told");
});

test("a start makes no room by what no owner has fetched: whoever pulls the plug again and again empties no ring", () => {
  const house = adopted();
  const { desk } = house;
  fill(house);
  const before = seqOf(desk);
  for (let turn = 0; turn < 2; turn++) {
    // More than a kilobyte in the newest sector, so that a start closes it.
    for (let count = 0; count < 12; count++) {
      assert.is(desk.state({ kind: KIND_ACT, operation: UNLOCK }), "yes", `turn ${turn}, act ${count}`);
      desk.passTime(PAUSE_SECONDS);
    }
    desk.reboot();
    desk.reboot();
  }
  assert.is(desk.state({ kind: KIND_ACT, operation: UNLOCK }), "yes");
  const told = desk.entries("overwritten").reduce((sum, { firstSeq, lastSeq }) => sum + lastSeq - firstSeq + 1, 0);
  const access = desk.journal().filter(({ region }) => region === ACCESS);
  assert.ok(told > 0);
  assert.is(told, access[0].seq - 1 - before.fetched, "all that is gone was told");
});

test("an owner cannot have fetched what the lock never wrote", () => {
  const house = adopted();
  const { desk } = house;
  visit(house);
  const before = seqOf(desk);
  assert.is(
    fetched(desk, (head) => ({ ...head, lastSeq: head.lastSeq + 1 })),
    "journal",
  );
  assert.is(
    fetched(desk, (head) => ({ ...head, link: new Uint8Array(32) })),
    "journal",
  );
  assert.is(
    fetched(desk, (head) => ({ ...head, lastSeq: head.lastSeq - 1 })),
    "journal",
  );
  assert.is(seqOf(desk).fetched, before.fetched);
  const guest = desk.call();
  assert.is(
    guest.ask({ kind: "fetched", heads: [{ region: ACCESS, lastSeq: 1, link: new Uint8Array(32) }] })?.kind,
    "no",
  );
  assert.is(fetched(desk), "yes");
  assert.is(fetched(desk), "yes", "twice is harmless");
});

test("a clock that ran a year ahead and was set back keeps no press of the button from the record", () => {
  for (const aheadSeconds of [0, 365 * DAY_SECONDS]) {
    const desk = new Desk({ crypto, sectors: [4, 13, 4] });
    desk.adopt();
    desk.passTime(120);
    const act = (times: number) => {
      for (let count = 0; count < times; count++) {
        assert.is(desk.state({ kind: KIND_ACT, operation: UNLOCK }), "yes");
        desk.passTime(PAUSE_SECONDS);
      }
    };
    const tell = (isBackwards: boolean, time: number) => {
      desk.pressInside();
      assert.is(desk.state({ kind: KIND_SET_CLOCK, isBackwards }, { issuedAt: seconds(time) }), "yes");
      desk.passTime(60);
    };
    if (aheadSeconds > 0) tell(false, desk.time + aheadSeconds);
    act(35);
    if (aheadSeconds > 0) tell(true, desk.time);
    act(20);
    assert.is(fetched(desk), "yes");
    const before = desk.entries("inside").length;
    for (let count = 0; count < 6; count++) {
      desk.passTime(10 * DAY_SECONDS);
      desk.pressInside();
      desk.passTime(120);
    }
    assert.is(desk.entries("inside").length - before, 6, `${aheadSeconds} s ahead`);
  }
});

test.run();
