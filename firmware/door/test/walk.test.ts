// Goal: the door's laws hold in any order of events.
// Method: a seeded walk over the events of lines.ts, which looks at each step's door and effects.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Millis, millis } from "../../platform.ts";
import type { BoltReport } from "../bolt.ts";
import { step } from "../door.ts";
import type { DoorEvent, DoorSettings, Effect } from "../event.ts";
import { nextTick, startDoor } from "../state.ts";
import { LINES } from "./lines.ts";
import { SETTINGS } from "./words.ts";

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
      if (command === "throw" && !settings.isRelockBlind) {
        assert.is(door.contact.is, "closed", `${place}: thrown before the contact was read`);
      }
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
