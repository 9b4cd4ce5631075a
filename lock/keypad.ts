// What the lock does at a keypad's word: a code, a lock without one, the bell, and how the keypad is.
// Why: the keypad stands outside and is believed in nothing but which keys were pressed; each of its words has one answer
// here, and none of them is more than a request.
// Follows docs/protocol.md §3 and §7.

import type { Door } from "../firmware/door/state.ts";
import { OPERATION_LOCK } from "../firmware/grant/holder.ts";
import type { Bucket } from "../firmware/link/bucket.ts";
import type { Command, Result, View } from "../firmware/link/command.ts";
import type { Battery, Indicator, Millis } from "../firmware/platform.ts";
import type { EnrolledBoard } from "../firmware/policy/keyring.ts";
import { ROLE_KEYPAD } from "../firmware/role.ts";
import { isInWeeklies } from "../firmware/time/schedule.ts";
import { toLocal } from "../firmware/time/zone.ts";
import type { Codes, CodesDesk } from "./codes/codes.ts";
import type { Memory } from "./memory.ts";
import { hasChargeToRelock } from "./power.ts";
import type { Recorder } from "./recorder.ts";

/** What a keypad's word may reach in the lock. */
export interface KeypadDesk {
  /** As it is at each look. */
  readonly door: Door;
  readonly memory: Memory;
  readonly recorder: Recorder;
  readonly indicator: Indicator;
  readonly codes: Codes;
  readonly codesDesk: CodesDesk;
  /** Whether somebody inside has just asked to get out. */
  readonly isLeaving: boolean;
  /** Whether its records and keys are about to be erased. */
  readonly isEnding: boolean;
  /** How often the lock key may throw a bolt that has jammed. */
  readonly throws: Bucket;
  /** Whether the keypad's case was open when it last reported. */
  readonly wasCaseOpen: boolean;
  /** Asks the door: 0 unlock, 1 lock, 4 unlatch. */
  act(operation: number, now: Millis): void;
  /** Tells owners that somebody rings. */
  bell(): void;
}

const EVERY_DAY = 127;

/** Does what a board asks. Only a keypad has anything to ask. */
export function serveKeypad(desk: KeypadDesk, board: EnrolledBoard, command: Command, now: Millis): Result {
  const { recorder, memory } = desk;
  if (board.role !== ROLE_KEYPAD) return "no";
  switch (command.kind) {
    case "entry":
      return desk.isEnding ? "no" : desk.codes.enter(desk.codesDesk, command.digits, now);
    case "lock":
      // Whoever is on the way out is not shut in.
      if (!memory.state.configuration.isOneTouch || desk.isLeaving) return "no";
      // It is three drives for each wish, and anybody may wish.
      if (desk.door.bolt.at === "jammed" && !desk.throws.take(now)) return "no";
      desk.act(OPERATION_LOCK, now);
      return lockedBy(desk.door);
    case "bell":
      recorder.bell(now);
      desk.bell();
      return "yes";
    case "report":
      if (command.isCaseOpen && !desk.wasCaseOpen) soundTamper(desk, now);
      return "yes";
  }
}

/** What a wish to lock has come to: a bolt that is on its way, or waits for the leaf to be shut, is not thrown yet. */
function lockedBy({ bolt, contact }: Door): Result {
  // Beside its keeper it locks nothing.
  if (bolt.at === "locked") return contact.is === "open" ? "no" : "yes";
  if (bolt.at === "jammed") return "no";
  return bolt.at === "locking" || bolt.isLockWanted ? "wait" : "no";
}

/** Sounds what somebody does to the keypad or its cable. */
export function soundTamper({ indicator, recorder }: Pick<KeypadDesk, "indicator" | "recorder">, now: Millis): void {
  indicator.signal("alarm");
  recorder.alarm("tamper", now);
}

/** Sounds that nothing is heard of a keypad any more: cut off, taken away, or without power. */
export function soundSilence({ indicator, recorder }: Pick<KeypadDesk, "indicator" | "recorder">, now: Millis): void {
  indicator.signal("alarm");
  recorder.alarm("keypad", now);
}

/** Gives what a keypad may show. */
export function viewOf(lock: {
  readonly door: Door;
  readonly memory: Memory;
  readonly battery: Battery;
  readonly isAlarm: boolean;
  readonly now: Millis;
}): View {
  const { door, memory, battery, isAlarm, now } = lock;
  const isBatteryLow = !hasChargeToRelock(battery);
  // Beside its keeper it locks nothing, and a keypad says yes to it.
  const isThrown = door.bolt.at === "locked" && door.contact.is !== "open";
  return { isThrown, isNight: isNight(memory, now), isBatteryLow, isAlarm };
}

/** Whether the keypad should be dim: by the wall clock, where the time is known. */
function isNight(memory: Memory, now: Millis): boolean {
  const { zone, nightStart, nightMinutes } = memory.state.configuration;
  const { lo, hi } = memory.interval(now);
  if (hi === undefined || nightMinutes === 0) return false;
  const { weekday, minuteOfDay } = toLocal(zone, lo);
  return isInWeeklies([EVERY_DAY, nightStart, nightMinutes], weekday, minuteOfDay);
}
