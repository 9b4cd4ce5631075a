// States, events and effects of the door as short texts, for tables that people can read.
// Why: the table has some eight hundred cells; written as objects nobody would check one of them.

import { type Millis, millis } from "../../platform.ts";
import type { DoorEvent, DoorSettings, Effect } from "../event.ts";
import type { BoltState, ContactState } from "../state.ts";

/** The uptime at which every event of the table happens, and at which its drives and timers end. */
export const NOW = millis(100_000);
export const DUE = millis(100_500);

/** A house with a contact and a latch, in everyday use. */
export const SETTINGS: DoorSettings = Object.freeze({
  mode: "normal",
  isAutoRelock: true,
  relockMillis: 30_000,
  closedMillis: 2_000,
  isRelockBlind: false,
  ajarMillis: 120_000,
  heldOpenMillis: 600_000,
  driveMillis: 4_000,
  unlatchMillis: 3_000,
  canUnlatch: true,
  isForcedUnsensed: true,
});

/** The three contacts by their letter; the unknown one is fitted, and was not read yet. */
export const CONTACTS: Readonly<Record<string, ContactState>> = Object.freeze({
  c: { is: "closed" },
  o: { is: "open", since: millis(99_000), warned: "none" },
  u: { is: "unknown" },
});

const RETRACTING = { at: "unlocking", cause: "request", attempt: 0, deadline: DUE } as const;
const LATCH = { at: "unlatching", isLockWanted: false, deadline: DUE } as const;
const JAMMED = { at: "jammed", cause: "auto", attempt: 2 } as const;
const THROWING = { at: "locking", cause: "auto", deadline: DUE } as const;

/** Every state of the bolt by its name; one that rests has its timer set where the contact lets it, save where its name
 *  says that it has none: so it rests once passage, or a time without relock, has passed. */
export const BOLTS: Readonly<Record<string, (contact: string) => BoltState>> = {
  unknown: (contact) => ({ at: "unknown", isLockWanted: false, relockAt: contact === "c" ? DUE : undefined }),
  "unknown, no timer": () => ({ at: "unknown", isLockWanted: false, relockAt: undefined }),
  locked: () => ({ at: "locked", witness: "sensor" }),
  "locked unseen": () => ({ at: "locked", witness: "none" }),
  unlocking: () => ({ ...RETRACTING, isUnlatchWanted: false, isLockWanted: false }),
  "unlocking to unlatch": () => ({ ...RETRACTING, isUnlatchWanted: true, isLockWanted: false }),
  "unlocking inside": () => ({ ...RETRACTING, cause: "inside", isUnlatchWanted: false, isLockWanted: false }),
  "unlocking inside, last": () => ({
    ...RETRACTING,
    cause: "inside",
    attempt: 2,
    isUnlatchWanted: false,
    isLockWanted: false,
  }),
  unlocked: (contact) => ({
    at: "unlocked",
    witness: "sensor",
    isLockWanted: false,
    relockAt: contact === "c" ? DUE : undefined,
  }),
  "unlocked, lock wanted": (contact) => ({
    at: "unlocked",
    witness: "sensor",
    isLockWanted: true,
    relockAt: contact === "c" ? DUE : undefined,
  }),
  "unlocked, no timer": () => ({ at: "unlocked", witness: "sensor", isLockWanted: false, relockAt: undefined }),
  pulling: () => ({ ...LATCH, phase: "pulling" }),
  holding: () => ({ ...LATCH, phase: "holding" }),
  releasing: () => ({ ...LATCH, phase: "releasing" }),
  throwing: () => ({ ...THROWING, phase: "throwing", attempt: 0 }),
  "throwing, last": () => ({ ...THROWING, phase: "throwing", attempt: 2 }),
  "throwing again": () => ({ ...THROWING, phase: "throwing", attempt: 3 }),
  backing: () => ({ ...THROWING, phase: "backing", attempt: 0 }),
  returning: () => ({ ...THROWING, phase: "returning", cause: "request", attempt: 2 }),
  "jammed in": (contact) => ({ ...JAMMED, during: "retract", relockAt: contact === "c" ? DUE : undefined }),
  "jammed out": (contact) => ({ ...JAMMED, during: "throw", relockAt: contact === "c" ? DUE : undefined }),
  "jammed latch": () => ({ at: "jammed", during: "latch" }),
};

/** Every event by its name, and when it happens. */
export const EVENTS: Readonly<Record<string, readonly [DoorEvent, Millis]>> = Object.freeze({
  unlock: [{ kind: "request", act: "unlock" }, NOW],
  unlatch: [{ kind: "request", act: "unlatch" }, NOW],
  lock: [{ kind: "request", act: "lock" }, NOW],
  inside: [{ kind: "inside" }, NOW],
  retracted: [{ kind: "bolt", report: { kind: "reached", position: "retracted", witness: "sensor" } }, NOW],
  thrown: [{ kind: "bolt", report: { kind: "reached", position: "thrown", witness: "sensor" } }, NOW],
  pulled: [{ kind: "bolt", report: { kind: "pulled" } }, NOW],
  stall: [{ kind: "bolt", report: { kind: "failed", reason: "stall", position: "unknown" } }, NOW],
  "stall thrown": [{ kind: "bolt", report: { kind: "failed", reason: "stall", position: "thrown" } }, NOW],
  "stall retracted": [{ kind: "bolt", report: { kind: "failed", reason: "stall", position: "retracted" } }, NOW],
  "hand retracts": [
    { kind: "bolt", report: { kind: "sensed", position: "retracted", witness: "sensor", cause: "manual" } },
    NOW,
  ],
  "hand throws": [
    { kind: "bolt", report: { kind: "sensed", position: "thrown", witness: "sensor", cause: "manual" } },
    NOW,
  ],
  "hand between": [
    { kind: "bolt", report: { kind: "sensed", position: "unknown", witness: "none", cause: "manual" } },
    NOW,
  ],
  opened: [{ kind: "contact", is: "open" }, NOW],
  closed: [{ kind: "contact", is: "closed" }, NOW],
  "tick before": [{ kind: "tick" }, NOW],
  "tick due": [{ kind: "tick" }, DUE],
});

/** Says a bolt: its state, its cause, the attempt, what is wanted, and when it ends (`drive`, `hold`), or relocks. */
export function sayBolt(bolt: BoltState, now: Millis): string {
  const words: string[] = [bolt.at];
  if ("phase" in bolt) words[0] = bolt.phase;
  if ("during" in bolt) words.push(bolt.during);
  if ("cause" in bolt) words.push(bolt.cause);
  if ("attempt" in bolt && bolt.attempt > 0) words.push(`#${bolt.attempt}`);
  if ("witness" in bolt) words.push(bolt.witness);
  if ("isUnlatchWanted" in bolt && bolt.isUnlatchWanted) words.push("+unlatch");
  if ("isLockWanted" in bolt && bolt.isLockWanted) words.push("+lock");
  if ("deadline" in bolt) words.push(bolt.deadline === DUE ? "old" : `${bolt.deadline - now}`);
  if ("relockAt" in bolt && bolt.relockAt !== undefined) {
    words.push(bolt.relockAt === DUE ? "relock old" : `relock ${bolt.relockAt - now}`);
  }
  return words.join(" ");
}

/** Says an effect. */
export function sayEffect(effect: Effect): string {
  switch (effect.kind) {
    case "drive":
      return `drive ${effect.command}`;
    case "alarm":
      return `ALARM ${effect.alarm}`;
    case "report":
      if (effect.what === "failed") {
        return `failed ${effect.act} ${effect.cause}${effect.hasLeft ? "" : ", never left"}`;
      }
      return `say ${effect.what} ${effect.cause}${"witness" in effect ? ` ${effect.witness}` : ""}`;
    case "mode":
      return `mode ${effect.mode}`;
    case "deferred":
    case "refused":
      return effect.kind;
  }
}
