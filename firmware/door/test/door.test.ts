// Goal: the door does what the table says for every state, contact and event, and what its laws say in any order of them.
// Method: the whole table, then days of a door as lines of events, then a seeded walk that holds the laws.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Millis, millis } from "../../platform.ts";
import type { BoltReport } from "../bolt.ts";
import { step } from "../door.ts";
import type { DoorEvent, DoorSettings, Effect } from "../event.ts";
import { type Door, nextTick, startDoor, witnesses } from "../state.ts";
import { MOVING } from "./moving.ts";
import { RESTING } from "./resting.ts";
import { BOLTS, CONTACTS, EVENTS, SETTINGS, sayBolt, sayEffect } from "./words.ts";

const TABLE = { ...RESTING, ...MOVING };

for (const [state, rows] of Object.entries(TABLE)) {
  for (const [name, contacts, expected] of rows) {
    for (const letter of contacts) {
      test(`${state}, ${CONTACTS[letter]?.is}, ${name}: ${expected}`, () => {
        const [contact, make, entry] = [CONTACTS[letter], BOLTS[state], EVENTS[name]];
        if (contact === undefined || make === undefined || entry === undefined) throw new Error("no such row");
        const [event, now] = entry;
        const { door, effects } = step({ bolt: make(letter), contact }, event, now, SETTINGS);
        assert.is([sayBolt(door.bolt, now), ...effects.map(sayEffect)].join("; "), expected);
        const after = event.kind === "contact" ? event.is : contact.is;
        assert.is(door.contact.is, after);
      });
    }
  }
}

test("the table holds each state, contact and event once", () => {
  const outward = ["throwing", "throwing, last", "backing", "returning"];
  for (const state of Object.keys(BOLTS)) {
    for (const event of Object.keys(EVENTS)) {
      for (const letter of Object.keys(CONTACTS)) {
        const rows = (TABLE[state] ?? []).filter(([name, contacts]) => name === event && contacts.includes(letter));
        const isPossible = !(letter === "o" && outward.includes(state));
        assert.is(rows.length, isPossible ? 1 : 0, `${state}, ${letter}, ${event}`);
      }
    }
  }
});

/** What a scenario's line can say besides a number of milliseconds to wait. */
const LINES: Readonly<Record<string, DoorEvent>> = {
  unlock: { kind: "request", act: "unlock" },
  unlatch: { kind: "request", act: "unlatch" },
  lock: { kind: "request", act: "lock" },
  inside: { kind: "inside" },
  open: { kind: "contact", is: "open" },
  close: { kind: "contact", is: "closed" },
  retracted: reached("retracted"),
  thrown: reached("thrown"),
  pulled: { kind: "bolt", report: { kind: "pulled" } },
  stall: { kind: "bolt", report: { kind: "failed", reason: "stall", position: "unknown" } },
  "stall in keeper": { kind: "bolt", report: { kind: "failed", reason: "stall", position: "thrown" } },
  "turned open": sensed("retracted", "manual"),
  "turned shut": sensed("thrown", "manual"),
  "boot thrown": sensed("thrown", "boot"),
  "boot retracted": sensed("retracted", "boot"),
  "boot unknown": sensed("unknown", "boot"),
  "let go": sensed("thrown", "auto"),
};

function reached(position: "thrown" | "retracted"): DoorEvent {
  return { kind: "bolt", report: { kind: "reached", position, witness: "sensor" } };
}

function sensed(position: "thrown" | "retracted" | "unknown", cause: "boot" | "manual" | "auto"): DoorEvent {
  const witness = position === "unknown" ? "none" : "sensor";
  return { kind: "bolt", report: { kind: "sensed", position, witness, cause } };
}

/** Runs lines such as "unlock, retracted, 5000, open": a number lets time pass, with a tick wherever one is due. */
function run(lines: string, settings: DoorSettings = SETTINGS): { said: string; door: Door } {
  let door = startDoor();
  let now = 0;
  const said: string[] = [];
  const happen = (event: DoorEvent) => {
    const next = step(door, event, millis(now), settings);
    door = next.door;
    said.push(...next.effects.map(sayEffect));
  };
  for (const line of lines.split(", ")) {
    const event = LINES[line];
    if (event !== undefined) {
      happen(event);
      continue;
    }
    const until = now + Number(line);
    for (let due = nextTick(door, settings); due !== undefined && due <= until; due = nextTick(door, settings)) {
      now = due;
      happen({ kind: "tick" });
    }
    now = until;
  }
  return { said: said.join("; "), door };
}

const AT_HOME = "say locked boot sensor; say closed boot";
const UNLOCKED = "drive retract; say unlocked request sensor";
const SCENARIOS: readonly (readonly [string, string, string, Partial<DoorSettings>?])[] = [
  [
    "a courier opens, closes, and the door locks behind him",
    "boot thrown, close, unlock, retracted, 5000, open, 20000, close, 1999, 1, thrown",
    `${AT_HOME}; ${UNLOCKED}; say opened manual; say closed manual; drive throw; say locked auto sensor`,
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
    `${AT_HOME}; mode normal; drive retract; say unlocked inside sensor`,
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
    "with no contact it does not lock by time where that is not set",
    "boot thrown, unlock, retracted, 9000000",
    "say locked boot sensor; drive retract; say unlocked request sensor",
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
  assert.is(nextTick(later, SETTINGS), undefined);
});

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

const WALK_EVENTS = [...Object.keys(LINES).filter((line) => !line.startsWith("boot")), "tick", "tick", "tick", "wait"];

/** The position that a report claims, if it claims one. */
function claim(report: BoltReport): string | undefined {
  return report.kind === "pulled" ? undefined : report.position;
}

function driveOf(effects: readonly Effect[]): string | undefined {
  let command: string | undefined;
  for (const effect of effects) if (effect.kind === "drive") command = effect.command;
  return command;
}

for (const seed of [11, 2_026, 777_777]) {
  test(`holds its laws in any order of events, seed ${seed}`, () => {
    let state = seed;
    const next = (bound: number) => {
      state = (state * 48_271) % 0x7fff_ffff;
      return state % bound;
    };
    const settings: DoorSettings = { ...SETTINGS, isRelockBlind: next(2) === 0, isAutoRelock: next(4) > 0 };
    let door = startDoor();
    let now: Millis = millis(0);
    let driving: { command: string; since: Millis } | undefined;
    for (let index = 0; index < 5_000; index++) {
      const place = `seed ${seed}, step ${index}`;
      const line = WALK_EVENTS[next(WALK_EVENTS.length)] ?? "tick";
      const due = nextTick(door, settings);
      now = millis(line === "tick" && due !== undefined ? Math.max(now, due) : now + next(3_000));
      const event: DoorEvent = LINES[line] ?? { kind: "tick" };
      const before = door;
      const { door: after, effects } = step(door, event, now, settings);
      door = after;
      const command = driveOf(effects);
      if (command !== undefined) driving = { command, since: now };
      if (command === "throw") assert.is.not(door.contact.is, "open", `${place}: thrown onto an open door`);
      if (event.kind === "inside") {
        assert.is(door.bolt.at, "unlocking", `${place}: an inside press was refused`);
        assert.is(driving?.command, "retract", `${place}: an inside press did not retract`);
      }
      if ("deadline" in door.bolt) {
        assert.ok(driving !== undefined && door.bolt.deadline - driving.since <= 5_000, `${place}: a drive too long`);
        assert.ok(event.kind !== "tick" || door.bolt.deadline > now, `${place}: a drive past its deadline`);
      }
      if (door.bolt.at === "locking") assert.is.not(door.contact.is, "open", `${place}: locking an open door`);
      if (door.bolt.at === "locked" && before.bolt.at !== "locked") {
        assert.ok(event.kind === "bolt" && claim(event.report) === "thrown", `${place}: locked by a guess`);
      }
      if (line === "tick" && due !== undefined && due <= now) {
        const followed = nextTick(door, settings);
        assert.ok(followed === undefined || followed > due || effects.length > 0, `${place}: a tick that does nothing`);
      }
    }
  });
}

test.run();
