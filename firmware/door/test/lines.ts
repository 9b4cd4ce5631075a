// Days of a door as lines of short words, each an event or a time that passes.
// Why: a scenario is judged by people who read it in one line, and the walk takes its events from the same words.

import { millis } from "../../platform.ts";
import { step } from "../door.ts";
import type { DoorEvent, DoorSettings } from "../event.ts";
import { type Door, nextTick, startDoor } from "../state.ts";
import { SETTINGS, sayEffect } from "./words.ts";

/** What a scenario's line can say besides a number of milliseconds to wait. */
export const LINES: Readonly<Record<string, DoorEvent>> = {
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
  "turned between": sensed("unknown", "manual"),
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
export function run(lines: string, settings: DoorSettings = SETTINGS): { said: string; door: Door } {
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
