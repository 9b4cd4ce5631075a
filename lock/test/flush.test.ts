// Goal: whoever has stolen an owner's key, and the plug, does not flush within hours what happened at the door; an owner acts as ever.
// Method: a ring of 24 sectors, of which eighteen acts would fill one at each start; time between the starts, and none.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { KIND_ACT, KIND_CONFIGURE, KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { ACCESS } from "../../firmware/journal/record.ts";
import { Desk } from "../../simulator/desk.ts";

const SECTORS = [6, 24, 3] as const;
const UNLOCK = 0;
const LOCK = 1;
/** What closes a sector at the next start, and more. */
const ACTS = 18;
const STATEMENTS_AT_ONCE = 48;
/** So many starts too soon leave something. */
const STARTS = 32;
const TRY_SECONDS = 600;
const HOUR_SECONDS = 3_600;

function adopted(): Desk {
  const desk = new Desk({ crypto, sectors: SECTORS });
  desk.adopt();
  desk.passTime(61);
  return desk;
}

/** Acts until the lock refuses. @returns how often it obeyed */
function act(desk: Desk, operation: 0 | 1, most: number): number {
  const session = desk.ownerSession();
  let count = 0;
  while (count < most && session.state({ kind: KIND_ACT, operation }) === "yes") count++;
  session.leave();
  return count;
}

/** The numbers of the first and the last access record. */
function spanOf(desk: Desk): readonly [number, number] {
  const access = desk.journal().filter(({ region }) => region === ACCESS);
  return [access[0].seq, access[access.length - 1].seq];
}

for (const [name, operation] of [
  ["unlock", UNLOCK],
  ["lock", LOCK],
] as const) {
  test(`a stolen key that says ${name}, and the plug, overwrite no opening that nobody has fetched`, () => {
    const desk = adopted();
    assert.is(desk.open(desk.grant({ to: desk.person("courier") })), "yes");
    desk.passTime(40);
    for (let start = 0; start < STARTS + 2; start++) {
      desk.reboot();
      act(desk, operation, ACTS);
    }
    assert.is(desk.entries("intent").length, 1);
    assert.equal(desk.entries("overwritten"), []);
    desk.passTime(TRY_SECONDS);
    assert.is(desk.state({ kind: KIND_ACT, operation: UNLOCK }), "yes", "ten minutes later the owner opens");
  });
}

test("each start that comes soon after another leaves half of the statements, and two hours make up for one", () => {
  const desk = adopted();
  const counts = Array.from({ length: STARTS + 2 }, () => {
    desk.reboot();
    return act(desk, LOCK, 100);
  });
  assert.equal(counts, [48, 24, 12, 6, ...new Array<number>(STARTS - 4).fill(4), 0, 0]);
  assert.is(desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }), "rate");
  desk.passTime(TRY_SECONDS);
  assert.is(desk.state({ kind: KIND_SET_CLOCK, isBackwards: false }), "yes");
  desk.passTime(4 * HOUR_SECONDS);
  desk.reboot();
  assert.is(act(desk, LOCK, 100), 4, "four hours have made up for two");
  desk.passTime(66 * HOUR_SECONDS);
  desk.reboot();
  assert.is(act(desk, LOCK, 100), STATEMENTS_AT_ONCE);
});

test("who wires a lock that nobody owns starts it as often as he likes", () => {
  const desk = new Desk({ crypto, sectors: SECTORS });
  for (let start = 0; start < 10; start++) desk.reboot();
  assert.is(desk.adopt(), "yes");
  assert.is(act(desk, LOCK, 100), STATEMENTS_AT_ONCE - 1);
  desk.reboot();
  assert.is(act(desk, LOCK, 100), STATEMENTS_AT_ONCE);
});

test("locking takes the last room from nobody: it is obeyed, and not written", () => {
  const desk = adopted();
  let settings = 0;
  while (desk.state({ kind: KIND_CONFIGURE, settings: [{ key: 2, value: 30 + (settings % 9) }] }) !== "journal") {
    settings++;
    desk.passTime(TRY_SECONDS);
  }
  assert.ok(settings > 100, `${settings}`);
  const before = spanOf(desk);
  for (let count = 0; count < 80; count++) {
    assert.is(desk.state({ kind: KIND_ACT, operation: LOCK }), "yes");
    desk.passTime(TRY_SECONDS);
  }
  assert.equal(spanOf(desk), before);
  assert.not.ok(desk.rig.signals.includes("alarm"), "which is no alarm");
  assert.is(desk.state({ kind: KIND_ACT, operation: UNLOCK }), "yes");
  assert.is(spanOf(desk)[1], before[1] + 1, "what opens is written");
});

test.run();
