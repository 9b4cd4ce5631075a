// The records of codes in the trace that is torn: each drawn from the state that the one before left.
// Why: a spent code, a charge and a user's first use must survive every cut like a counter does.

import type { Bytes } from "../../firmware/bytes.ts";
import type { CodeUse } from "../../firmware/codes/credential.ts";
import type { UserSetting } from "../../firmware/codes/form.ts";
import type { WritableEntry } from "../../firmware/journal/entry.ts";
import type { LockState } from "../../firmware/journal/state.ts";
import { seconds } from "../../firmware/platform.ts";
import type { Stream } from "../random.ts";
import { ANA } from "../wish.ts";

const CAPACITY = 100_000_000;
const HOUR_SECONDS = 3_600;
/** So few that a small part's snapshot holds them, however full. */
const USERS = 2;
const SPENT_MAX = 8;
const ONCE = 0;
const THREE_DAYS = 13;

const SETTING: UserSetting = Object.freeze({ ...ANA, type: "disposable", weekDays: [31, 480, 480] });

/** Gives the next record of codes. */
export function drawCodeEntry(random: Stream, state: LockState, lo: number): WritableEntry {
  const { codes, keyring } = state;
  const actor = random.pick(keyring.owners).kid;
  const index = random.between(1, USERS);
  const draw = random.below(100);
  if (draw < 40) return { kind: "budget", level: random.below(CAPACITY) };
  if (draw < 65) return { kind: "code", operation: 0, isHalf: random.chance(100), use: drawUse(random, state, lo) };
  if (draw < 75) return { kind: "user", actor, index, setting: random.chance(200) ? undefined : SETTING };
  if (draw < 85 && codes.users.some((user) => user.index === index)) {
    const credential = { slot: index, user: index, digits: 6, value: bytesOf(draw, 16), lastStep: 0 };
    const isGone = random.chance(200);
    return { kind: "credential", actor, slot: index, credential: isGone ? undefined : { ...credential, type: "pin" } };
  }
  if (draw < 90) return { kind: "secret", actor, sealed: bytesOf(draw, 60) };
  if (draw < 95) {
    const from = seconds(lo);
    return { kind: "holidays", actor, holidays: [{ from, until: seconds(lo + HOUR_SECONDS), mode: "vacation" }] };
  }
  return { kind: "code-refusal", use: drawUse(random, state, lo), denial: "code", count: random.between(1, 9) };
}

function drawUse(random: Stream, { codes, keyring }: LockState, lo: number): CodeUse {
  const [user] = codes.users;
  if (user !== undefined && random.chance(500)) {
    return { by: "user", user: user.index, slot: user.index, step: random.below(9), first: 0, isDuress: false };
  }
  const isFull = codes.spent.count >= SPENT_MAX || codes.active.count >= SPENT_MAX;
  const windowClass = isFull ? 4 : random.pick([ONCE, THREE_DAYS, 4]);
  const startHour = Math.floor(lo / HOUR_SECONDS);
  return { by: "window", owner: random.pick(keyring.owners).kid, window: { windowClass, serial: 0, startHour } };
}

function bytesOf(byte: number, size: number): Bytes {
  return new Uint8Array(size).fill(byte);
}
