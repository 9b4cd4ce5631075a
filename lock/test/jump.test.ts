// Goal: no owner's key moves the lock's time by more than a day in a day with nobody inside, however often the power is cut; and what
// the lock learnt of the time is not lost with the power by more than a quarter of an hour.
// Method: statements on a desk that say another time, with and without a press, and restarts between them.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { crypto } from "#crypto";
import { KIND_CONFIGURE, KIND_SET_CLOCK } from "../../firmware/grant/body.ts";
import { seconds } from "../../firmware/platform.ts";
import { Desk } from "../../simulator/desk.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const WATERMARK_SECONDS = 900;
const ANYTHING = { kind: KIND_CONFIGURE, settings: [{ key: 2, value: 30 }] } as const;
const FORWARD = { kind: KIND_SET_CLOCK, isBackwards: false } as const;
const BACK = { kind: KIND_SET_CLOCK, isBackwards: true } as const;

function adopted(driftPpm = 100): Desk {
  const desk = new Desk({ crypto, lock: { clockPartsPerMillion: driftPpm } });
  assert.is(desk.adopt(), "yes");
  desk.passTime(120);
  return desk;
}

/** The least time that it can be, as the lock says. */
function lowOf(desk: Desk): number {
  const session = desk.ownerSession();
  const answer = session.ask({ kind: "status" });
  session.leave();
  if (answer?.kind !== "status") throw new Error("no status");
  return answer.status.timeLow ?? 0;
}

/** Says a time so many seconds ahead of what the lock believes. */
function say(desk: Desk, body: typeof ANYTHING | typeof FORWARD | typeof BACK, aheadSeconds: number): string {
  return desk.state(body, { issuedAt: seconds(lowOf(desk) + aheadSeconds) });
}

test("a key that says later and later moves the time by a day, a cut of power before each word or not", () => {
  for (const isCut of [true, false]) {
    const desk = adopted();
    const began = lowOf(desk) - desk.time;
    for (let step = 0; step < 12; step++) {
      if (isCut) desk.reboot(1);
      say(desk, step % 2 === 0 ? ANYTHING : FORWARD, DAY - 2 * HOUR);
      desk.passTime(10);
    }
    const ahead = lowOf(desk) - desk.time - began;
    assert.ok(ahead > 12 * HOUR && ahead <= DAY + WATERMARK_SECONDS, `${ahead / HOUR} h`);
    desk.reboot(1);
    assert.is(say(desk, FORWARD, 4 * HOUR), "presence");
  }
});

test("a lock that lost power now and then is mended from afar each time", () => {
  const desk = adopted();
  for (const hours of [3, 2, 4]) {
    desk.reboot(hours * HOUR);
    assert.is(desk.state(ANYTHING), "yes");
    assert.is(desk.open(desk.grant({ to: desk.person("courier") })), "yes", `${hours} h`);
    desk.passTime(4 * HOUR);
  }
});

test("somebody inside vouches for the time: what was moved before is forgotten", () => {
  const desk = adopted();
  desk.reboot(1);
  assert.is(say(desk, ANYTHING, 20 * HOUR), "yes");
  assert.is(say(desk, FORWARD, 10 * HOUR), "presence");
  desk.pressInside();
  desk.passTime(30);
  assert.is(say(desk, BACK, -20 * HOUR), "yes");
  desk.passTime(61);
  assert.is(say(desk, FORWARD, 20 * HOUR), "yes");
});

test("a challenge that is old tells no time: the gap that it leaves would be moved by in the next word", () => {
  const desk = adopted();
  const old = desk.ownerSession();
  for (let minute = 0; minute < 11; minute++) {
    desk.passTime(60);
    old.ask({ kind: "status" });
  }
  const began = lowOf(desk);
  const far = { issuedAt: seconds(began + 20 * HOUR) };
  assert.is(old.state(FORWARD, far), "challenge");
  assert.is(old.state(ANYTHING, { issuedAt: seconds(began + 10) }), "yes", "it is obeyed");
  assert.ok(lowOf(desk) - began < 60);
  assert.is(desk.state(FORWARD, far), "yes", "by a new one");
});

test("what was narrowed by one word counts as moved, and nobody moves by many", () => {
  const desk = adopted();
  const session = desk.ownerSession();
  desk.passTime(110);
  const began = lowOf(desk);
  assert.is(session.state(FORWARD, { issuedAt: seconds(began + DAY - 60) }), "yes");
  const wide = lowOf(desk);
  assert.is(desk.state(ANYTHING, { issuedAt: seconds(wide + 120) }), "yes");
  assert.ok(lowOf(desk) - wide > 30, "it was narrowed");
  assert.is(say(desk, FORWARD, 5 * 60), "presence");
});

test("somebody inside vouches for a time that is known already, too", () => {
  const desk = adopted();
  desk.reboot(20 * HOUR);
  assert.is(desk.state(ANYTHING), "yes");
  desk.pressInside();
  desk.passTime(5);
  assert.is(desk.state(FORWARD), "yes");
  desk.passTime(HOUR);
  desk.reboot(10 * HOUR);
  assert.is(desk.state(FORWARD), "yes");
});

test("what a statement taught a lock is lost with the power by a quarter of an hour at most", () => {
  const desk = adopted(250);
  desk.passTime(90 * DAY);
  const before = lowOf(desk);
  assert.is(desk.state(ANYTHING), "yes");
  const learnt = lowOf(desk);
  assert.ok(learnt - before > WATERMARK_SECONDS, "there is nothing to lose");
  desk.passTime(600);
  desk.reboot(1);
  assert.ok(learnt + 600 - lowOf(desk) <= WATERMARK_SECONDS);
});

test.run();
