// The lock's one way to the bolt: what happens steps the door, and what the door then wants is done.
// Why: only this file reaches the bolt. Whoever asks for it has decided and has journaled the intent durably before; what comes of
// it is reported to the visits, which journal the outcome. The two exceptions are an inside press, and an owner's act while the
// journal cannot take its record.
// Follows docs/protocol.md §2.2 and §4.

import type { Bolt, BoltReport } from "../firmware/door/bolt.ts";
import { step } from "../firmware/door/door.ts";
import type { Act, DoorEvent, DoorSettings, Effect } from "../firmware/door/event.ts";
import { type Door, nextTick, startDoor } from "../firmware/door/state.ts";
import { unreachable } from "../firmware/fault.ts";
import { OPERATION_UNLATCH, OPERATION_UNLOCK } from "../firmware/grant/holder.ts";
import { type Millis, millis } from "../firmware/platform.ts";
import type { Memory } from "./memory.ts";
import type { LockOptions } from "./options.ts";
import type { Outside } from "./outside.ts";
import type { Recorder } from "./recorder.ts";
import { doorSettings } from "./settings.ts";
import type { Siren } from "./siren.ts";
import type { Visits } from "./visits.ts";

/** How often a running drive's sensors are looked at. */
export const DRIVE_POLL_MILLIS = 10;
/** Reports that one event may bring forth at once: a command is answered by one, which asks for at most another. */
const REPORTS_MAX = 8;

/** What the door stands on. */
export interface DoorwayParts {
  readonly bolt: Bolt;
  readonly options: LockOptions;
  readonly memory: Memory;
  readonly recorder: Recorder;
  readonly siren: Siren;
  /** They hear what the door does. */
  readonly visits: Visits;
  readonly outside: Outside;
}

/** The door of one lock, and its bolt. */
export class Doorway {
  readonly #parts: DoorwayParts;
  #door: Door = startDoor();

  constructor(parts: DoorwayParts) {
    this.#parts = parts;
  }

  get door(): Door {
    return this.#door;
  }

  get isDriving(): boolean {
    return this.#parts.bolt.isDriving;
  }

  /** When it has something to do; a drive that runs is looked at often. */
  nextTick(now: Millis): Millis | undefined {
    const next = nextTick(this.#door, this.#settings(now));
    if (!this.isDriving) return next;
    const poll = now + DRIVE_POLL_MILLIS;
    return millis(next === undefined ? poll : Math.min(next, poll));
  }

  /** Asks for an act of the bolt. @param operation 0 unlock, 1 lock, 4 unlatch */
  request(operation: number, now: Millis): void {
    const act: Act = operation === OPERATION_UNLOCK ? "unlock" : operation === OPERATION_UNLATCH ? "unlatch" : "lock";
    this.step({ kind: "request", act }, now);
  }

  /** Looks at the bolt's sensors. */
  poll(now: Millis): void {
    for (let count = 0; count < REPORTS_MAX; count++) {
      const report = this.#parts.bolt.tick(now);
      if (report === undefined) return;
      this.step({ kind: "bolt", report }, now);
    }
  }

  /** Steps the door and does what it wants. A drive may report at once, and that report is the next event. */
  step(event: DoorEvent, now: Millis): void {
    let next: DoorEvent | undefined = event;
    for (let count = 0; next !== undefined && count < REPORTS_MAX; count++) {
      const { door, effects } = step(this.#door, next, now, this.#settings(now));
      this.#door = door;
      let report: BoltReport | undefined;
      for (const effect of effects) report = this.#do(effect, now) ?? report;
      next = report === undefined ? undefined : { kind: "bolt", report };
    }
    this.#parts.outside.viewChanged(now);
  }

  #settings(now: Millis): DoorSettings {
    const { memory, options } = this.#parts;
    return doorSettings(memory.state.configuration, memory.mode(now), options);
  }

  #do(effect: Effect, now: Millis): BoltReport | undefined {
    const { bolt, memory, recorder, siren, visits } = this.#parts;
    switch (effect.kind) {
      case "drive":
        siren.signal(effect.command === "retract" ? "yes" : "wait");
        return bolt.drive(effect.command, now);
      case "alarm":
        siren.signal("alarm");
        recorder.alarm(effect.alarm === "heldOpen" ? "held-open" : effect.alarm, now);
        if (effect.alarm === "jammed") visits.notify("jammed");
        return undefined;
      case "report":
        visits.report(effect, this.#door, now);
        return undefined;
      case "mode":
        memory.endPrivacy(now);
        return undefined;
      case "deferred":
      case "refused":
        return undefined;
      default:
        return unreachable(effect);
    }
  }
}
