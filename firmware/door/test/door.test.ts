// Goal: the door does what the table says for every state, contact and event, and what people expect of it in their days.
// Method: the whole table, then days of a door as lines of events.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { millis } from "../../platform.ts";
import { step } from "../door.ts";
import type { DoorSettings } from "../event.ts";
import { type Door, nextTick, witnesses } from "../state.ts";
import { run } from "./lines.ts";
import { MOVING } from "./moving.ts";
import { RESTING } from "./resting.ts";
import { BOLTS, CONTACTS, EVENTS, NOW, SETTINGS, sayBolt, sayEffect } from "./words.ts";

const TABLE = { ...RESTING, ...MOVING };
/** The states in which the bolt is on its way out, or was. */
const OUTWARD = ["throwing", "throwing, last", "throwing again", "backing", "returning"];

for (const [state, rows] of Object.entries(TABLE)) {
  for (const [name, contacts, expected] of rows) {
    for (const letter of contacts) {
      test(`${state}, ${CONTACTS[letter]?.is}, ${name}: ${expected}`, () => {
        const [contact, make, entry] = [CONTACTS[letter], BOLTS[state], EVENTS[name]];
        if (contact === undefined || make === undefined || entry === undefined) throw new Error("no such row");
        const [event, now] = entry;
        const settings = { ...SETTINGS, isRelockBlind: letter === "u" && OUTWARD.includes(state) };
        const { door, effects } = step({ bolt: make(letter), contact }, event, now, settings);
        assert.is([sayBolt(door.bolt, now), ...effects.map(sayEffect)].join("; "), expected);
        const after = event.kind === "contact" ? event.is : contact.is;
        assert.is(door.contact.is, after);
      });
    }
  }
}

test("the table holds each state, contact and event once", () => {
  for (const state of Object.keys(BOLTS)) {
    for (const event of Object.keys(EVENTS)) {
      for (const letter of Object.keys(CONTACTS)) {
        const rows = (TABLE[state] ?? []).filter(([name, contacts]) => name === event && contacts.includes(letter));
        // A bolt without its timer is only told from one with it where the leaf is shut.
        const isPossible = state.endsWith("no timer") ? letter === "c" : !(letter === "o" && OUTWARD.includes(state));
        assert.is(rows.length, isPossible ? 1 : 0, `${state}, ${letter}, ${event}`);
      }
    }
  }
});

const AT_HOME = "say locked boot sensor; say closed boot";
const UNLOCKED = "drive retract; say unlocked request sensor";
const SCENARIOS: readonly (readonly [string, string, string, Partial<DoorSettings>?])[] = [
  [
    "a courier opens, closes, and the door locks behind him",
    "boot thrown, close, unlock, retracted, 5000, open, 20000, close, 1999, 1, thrown",
    `${AT_HOME}; ${UNLOCKED}; say opened manual; say closed manual; drive throw; say locked auto sensor`,
  ],
  [
    "a contact that flickers does not put the relocking off",
    "boot thrown, close, unlock, retracted, 20000, turned between, 30, turned open, 9969, 1, thrown",
    `${AT_HOME}; ${UNLOCKED}; say moved manual; say unlocked manual sensor; drive throw; say locked auto sensor`,
  ],
  [
    "a lock that was asked for with the door open outlives a contact that flickers",
    "boot retracted, open, lock, turned between, 30, turned open, 60000, close, 2000, thrown",
    "say unlocked boot sensor; say opened boot; deferred; say moved manual; say unlocked manual sensor; say closed manual; drive throw; say locked request sensor",
    { isAutoRelock: false },
  ],
  [
    "a contact that flickers as the leaf shuts throws nothing sooner",
    "boot retracted, open, lock, close, 100, turned between, 100, turned open, 1799",
    "say unlocked boot sensor; say opened boot; deferred; say closed manual; say moved manual; say unlocked manual sensor",
  ],
  [
    "nor later",
    "boot retracted, open, lock, close, 100, turned between, 100, turned open, 1800, thrown",
    "say unlocked boot sensor; say opened boot; deferred; say closed manual; say moved manual; say unlocked manual sensor; drive throw; say locked request sensor",
  ],
  [
    "a bolt that somebody inside could not draw back, since the leaf was leaned on, is thrown when they have let go",
    "boot thrown, close, inside, stall, stall, stall, 299999, 1, thrown",
    `${AT_HOME}; drive retract; drive retract; drive retract; failed unlock inside; drive stop; ALARM jammed; drive throw; say locked auto sensor`,
  ],
  [
    "somebody inside who cannot get out of a bolt that never left its keeper is behind a locked door, as is seen",
    "boot thrown, close, inside, stall in keeper, stall in keeper, stall in keeper, open",
    `${AT_HOME}; drive retract; drive retract; drive retract; ALARM jammed; drive stop; failed unlock inside, never left; say locked auto sensor; say opened manual; ALARM forced`,
  ],
  [
    "nobody opens, and it locks again",
    "boot thrown, close, unlock, retracted, 29999, 1, thrown",
    `${AT_HOME}; ${UNLOCKED}; drive throw; say locked auto sensor`,
  ],
  [
    "a door that never closes is never locked, and alarms twice",
    "boot thrown, close, unlock, retracted, open, 119999, 1, 479999, 1, 9000000",
    `${AT_HOME}; ${UNLOCKED}; say opened manual; ALARM ajar; ALARM heldOpen`,
  ],
  [
    "a door that closes again starts its alarms anew",
    "boot retracted, open, 120000, close, 500, open, 119999, 1",
    "say unlocked boot sensor; say opened boot; ALARM ajar; say closed manual; say opened manual; ALARM ajar",
  ],
  [
    "a bolt that jams is tried three times",
    "boot retracted, close, 2000, stall, retracted, stall, retracted, stall, 100000",
    "say unlocked boot sensor; say closed boot; drive throw; drive retract; drive throw; drive retract; drive throw; failed lock auto; drive stop; ALARM jammed",
  ],
  [
    "a jam is cured by opening and closing the door properly",
    "boot retracted, close, 2000, stall, stall, open, retracted, close, 2000, thrown",
    "say unlocked boot sensor; say closed boot; drive throw; drive retract; failed lock auto; drive stop; ALARM jammed; say opened manual; drive retract; say unlocked auto sensor; say closed manual; drive throw; say locked auto sensor",
  ],
  [
    "a drive that never reports ends at its deadline, attempt by attempt",
    "boot retracted, close, 2000, 4000, 4000, 100000",
    "say unlocked boot sensor; say closed boot; drive throw; drive retract; failed lock auto; drive stop; ALARM jammed",
  ],
  [
    "T40: a forced door alarms in the same step",
    "boot thrown, close, 1000, open",
    `${AT_HOME}; say opened manual; ALARM forced`,
  ],
  [
    "a door that opens while the bolt is on its way out takes it back, and locks after the next closing",
    "boot retracted, close, 2000, open, retracted, close, 2000, thrown",
    "say unlocked boot sensor; say closed boot; drive throw; say opened manual; drive retract; say unlocked auto sensor; say closed manual; drive throw; say locked auto sensor",
  ],
  [
    "T24: it locks by itself with nobody asking",
    "boot unknown, close, 2000, thrown",
    "say closed boot; drive throw; say locked auto sensor",
  ],
  [
    "a bolt blocked on its way in goes back into the keeper, and says that the request failed",
    "boot thrown, close, unlock, stall, thrown",
    `${AT_HOME}; drive retract; ALARM jammed; drive throw; failed unlock request; say locked auto sensor`,
  ],
  [
    "a bolt that never left its keeper costs nobody a use",
    "boot thrown, close, unlock, stall in keeper",
    `${AT_HOME}; drive retract; ALARM jammed; drive stop; failed unlock request, never left; say locked auto sensor`,
  ],
  [
    "an inside press is tried three times, never thrown back, and may be repeated for ever",
    "boot thrown, close, inside, stall, stall, stall, inside, retracted",
    `${AT_HOME}; drive retract; drive retract; drive retract; failed unlock inside; drive stop; ALARM jammed; drive retract; say unlocked inside sensor`,
  ],
  [
    "an inside press turns a bolt that is being thrown",
    "boot retracted, close, 2000, inside, retracted",
    "say unlocked boot sensor; say closed boot; drive throw; drive retract; say unlocked inside sensor",
  ],
  [
    "whoever pressed inside has time to leave, though somebody asks to lock",
    "boot thrown, close, inside, lock, retracted, 29999, open",
    `${AT_HOME}; drive retract; say unlocked inside sensor; say opened manual`,
  ],
  [
    "an inside press held down does not stretch the drive",
    "boot thrown, close, inside, 3000, inside, 1000",
    `${AT_HOME}; drive retract; drive retract`,
  ],
  [
    "a thumbturn is told as by hand, both ways",
    "boot thrown, close, turned open, open, close, turned shut",
    `${AT_HOME}; say unlocked manual sensor; say opened manual; say closed manual; say locked manual sensor`,
  ],
  [
    "a lock that is asked for with the door open waits for the door",
    "boot retracted, open, lock, 60000, close, 2000, thrown",
    "say unlocked boot sensor; say opened boot; deferred; say closed manual; drive throw; say locked request sensor",
    { isAutoRelock: false },
  ],
  [
    "without auto-relock it stays unlocked",
    "boot thrown, close, unlock, retracted, open, close, 9000000",
    `${AT_HOME}; ${UNLOCKED}; say opened manual; say closed manual`,
    { isAutoRelock: false },
  ],
  [
    "in passage it neither locks by itself nor minds an open door",
    "boot thrown, close, unlock, retracted, open, 9000000, close, 9000000",
    `${AT_HOME}; ${UNLOCKED}; say opened manual; say closed manual`,
    { mode: "passage" },
  ],
  [
    "in passage it locks when it is asked to",
    "boot retracted, close, lock, thrown",
    "say unlocked boot sensor; say closed boot; drive throw; say locked request sensor",
    { mode: "passage" },
  ],
  [
    "privacy ends with an inside press",
    "boot thrown, close, inside, retracted",
    `${AT_HOME}; drive retract; mode normal; say unlocked inside sensor`,
    { mode: "privacy" },
  ],
  [
    "privacy ends when the door is opened, however the bolt came out",
    "boot retracted, open",
    "say unlocked boot sensor; say opened boot; mode normal",
    { mode: "privacy" },
  ],
  [
    "privacy ends by the thumbturn",
    "boot thrown, close, turned open",
    `${AT_HOME}; mode normal; say unlocked manual sensor`,
    { mode: "privacy" },
  ],
  [
    "the latch is held for its time and let go",
    "boot thrown, close, unlatch, retracted, 600, pulled, 2399, 1, retracted",
    `${AT_HOME}; drive retract; say unlocked request sensor; drive pullLatch; say unlatched request none; drive releaseLatch; say unlocked auto sensor`,
  ],
  [
    "a latch that never comes is let go in time",
    "boot thrown, close, unlatch, retracted, 3000, retracted",
    `${AT_HOME}; drive retract; say unlocked request sensor; drive pullLatch; failed unlatch request; drive releaseLatch; say unlocked auto sensor`,
  ],
  [
    "a bolt without a latch refuses to unlatch, and does not unlock instead",
    "boot thrown, close, unlatch, 100000",
    `${AT_HOME}; refused`,
    { canUnlatch: false },
  ],
  [
    "with no contact it locks by time only where that is set",
    "boot thrown, unlock, retracted, 30000, thrown",
    "say locked boot sensor; drive retract; say unlocked request sensor; drive throw; say locked auto sensor",
    { isRelockBlind: true },
  ],
  [
    "with no contact it locks when it is asked to",
    "boot retracted, lock, thrown",
    "say unlocked boot sensor; drive throw; say locked request sensor",
    { isRelockBlind: true },
  ],
  [
    "with no contact it locks as soon as it may, when it is asked to on the way in",
    "boot thrown, unlock, lock, retracted, 0, thrown",
    "say locked boot sensor; drive retract; say unlocked request sensor; drive throw; say locked request sensor",
    { isRelockBlind: true },
  ],
  [
    "with no contact a jammed bolt is thrown again when it is asked to",
    "boot retracted, lock, stall, stall, lock, thrown",
    "say unlocked boot sensor; drive throw; drive retract; failed lock request; drive stop; ALARM jammed; drive throw; say locked request sensor",
    { isRelockBlind: true },
  ],
  [
    "before its contact was read it does not lock by time",
    "boot thrown, unlock, retracted, 9000000",
    "say locked boot sensor; drive retract; say unlocked request sensor",
  ],
  [
    "before its contact was read it does not lock when it is asked to, and does so once the door is known to be shut",
    "boot retracted, lock, 9000000, close, 1999, 1, thrown",
    "say unlocked boot sensor; deferred; say closed boot; drive throw; say locked request sensor",
  ],
  [
    "before its contact was read a lock that was asked for on the way in waits, and ends on no open door",
    "boot thrown, unlock, lock, retracted, 9000000, open, 60000, close, 2000, thrown",
    "say locked boot sensor; drive retract; say unlocked request sensor; say opened boot; say closed manual; drive throw; say locked request sensor",
    { isAutoRelock: false },
  ],
  [
    "T36: after a reset without a sensor it says nothing of locked, and throws after its time",
    "boot unknown, close, 1999, 1",
    "say closed boot; drive throw",
  ],
  [
    "a strike that lets go by itself is locked again",
    "boot retracted, close, unlock, let go",
    "say unlocked boot sensor; say closed boot; say unlocked request sensor; say locked auto sensor",
  ],
  [
    "the newest request wins: unlock while locking, lock while unlocking",
    "boot thrown, close, unlock, lock, retracted, 0, unlock, retracted",
    `${AT_HOME}; ${UNLOCKED}; drive throw; ${UNLOCKED}`,
  ],
];

for (const [name, lines, expected, change] of SCENARIOS) {
  test(name, () => {
    assert.is(run(lines, { ...SETTINGS, ...change }).said, expected);
  });
}

test("the mode may change while the timer runs", () => {
  const { door } = run("boot thrown, close, unlock, retracted, 29999");
  const { door: later, effects } = step(door, { kind: "tick" }, millis(30_000), { ...SETTINGS, mode: "passage" });
  assert.equal(effects, []);
  assert.is(nextTick(later, { ...SETTINGS, mode: "passage" }), undefined);
});

test("a relock time that becomes shorter counts from then on, and a longer one from the next time on", () => {
  const { door } = run("boot thrown, close, unlock, retracted", { ...SETTINGS, relockMillis: 3_600_000 });
  const shorter = step(door, { kind: "tick" }, NOW, SETTINGS);
  assert.equal([nextTick(shorter.door, SETTINGS), shorter.effects], [NOW + 30_000, []]);
  const longer = { ...SETTINGS, relockMillis: 60_000 };
  const kept = step(shorter.door, { kind: "tick" }, millis(NOW + 1), longer);
  assert.is(nextTick(kept.door, longer), NOW + 30_000);
});

const UNTIMED: readonly (readonly [string, string, Partial<DoorSettings>, Partial<DoorSettings>?])[] = [
  ["passage ends", "boot thrown, close, unlock, retracted, 9000000", { mode: "passage" }],
  ["auto-relock begins", "boot thrown, close, unlock, retracted, 9000000", { isAutoRelock: false, relockMillis: 0 }],
  ["passage ends over a bolt between its ends", "close, boot unknown, 9000000", { mode: "passage" }],
  [
    "passage ends with no contact",
    "boot thrown, unlock, retracted, 9000000",
    { mode: "passage", isRelockBlind: true },
    { isRelockBlind: true },
  ],
];

for (const [name, lines, before, after] of UNTIMED) {
  test(`a bolt out of its keeper is thrown after the relock time from when ${name}`, () => {
    const settings = { ...SETTINGS, ...after };
    const { door } = run(lines, { ...SETTINGS, ...before });
    assert.equal([nextTick(door, { ...settings, ...before }), nextTick(door, settings)], [undefined, 0], "due at once");
    const timed = step(door, { kind: "tick" }, NOW, settings);
    assert.equal(timed.effects, []);
    assert.is(nextTick(timed.door, settings), NOW + 30_000);
    const early = step(timed.door, { kind: "tick" }, millis(NOW + 29_999), settings);
    assert.equal(early, { door: timed.door, effects: [] });
    const due = step(early.door, { kind: "tick" }, millis(NOW + 30_000), settings);
    assert.equal(due.effects.map(sayEffect), ["drive throw"]);
    const ended = step(early.door, { kind: "tick" }, millis(NOW + 30_000), { ...settings, ...before });
    assert.equal(ended.effects, []);
    assert.is(nextTick(ended.door, { ...settings, ...before }), undefined);
  });
}

test("a lock that was asked for and jammed is forgotten once the door is let stand unlocked", () => {
  const { door } = run("boot retracted, close, lock, stall, retracted, stall, retracted, stall", {
    ...SETTINGS,
    isAutoRelock: false,
  });
  const due = nextTick(door, SETTINGS);
  if (due === undefined) throw new Error("nothing is due");
  const passage = step(door, { kind: "tick" }, due, { ...SETTINGS, mode: "passage" });
  assert.equal(passage.effects, []);
  const without = { ...SETTINGS, isAutoRelock: false };
  const after = step(passage.door, { kind: "tick" }, millis(due + 1), without);
  assert.equal([after.effects, nextTick(after.door, without)], [[], undefined]);
});

for (const lines of ["boot retracted, open", "boot retracted", "boot retracted, open, lock", "boot retracted, lock"]) {
  test(`the end of passage begins no timer after "${lines}"`, () => {
    const { door } = run(lines, { ...SETTINGS, mode: "passage" });
    assert.equal(step(door, { kind: "tick" }, millis(1), SETTINGS), { door, effects: [] });
  });
}

test("without a sensor an opening while locked is forced only where that is set", () => {
  const unseen: Door = { bolt: { at: "locked", witness: "current" }, contact: { is: "closed" } };
  for (const isForcedUnsensed of [true, false]) {
    const settings = { ...SETTINGS, isForcedUnsensed };
    const { door, effects } = step(unseen, { kind: "contact", is: "open" }, millis(9), settings);
    assert.is(door.bolt.at, "unknown");
    assert.is(effects.map(sayEffect).includes("ALARM forced"), isForcedUnsensed);
  }
});

const SECURED = [
  ["boot thrown, close", true, "sensor"],
  ["boot thrown", false, "sensor"],
  ["boot thrown, close, open", false, "none"],
  ["boot unknown, close", false, "none"],
  ["boot retracted, close", false, "none"],
  ["boot retracted, close, 2000, stall, stall", false, "none"],
  ["boot thrown, close, unlock", false, "none"],
] as const;

for (const [lines, contact, bolt] of SECURED) {
  test(`T51: after "${lines}" the contact vouches ${contact}, and for the bolt ${bolt}`, () => {
    assert.equal(witnesses(run(lines).door), { contact, bolt });
  });
}

for (const change of [{ driveMillis: 0 }, { driveMillis: 5_001 }, { unlatchMillis: 0 }, { unlatchMillis: 5_000 }]) {
  test(`settings of ${JSON.stringify(change)} are the programmer's mistake`, () => {
    assert.throws(() => run("unlock", { ...SETTINGS, ...change }), /5 s/);
  });
}

test.run();
