// A motor that drives the bolt both ways through an H-bridge.
// Why: it is the usual drive of a motorised lock; what ends it is the end contact, its own current at a stop, or time.
// Follows docs/design.md, "Bolts"; one of the three drives behind the interface in bolt.ts.

import { assert } from "../fault.ts";
import type { Input, Millis, Output } from "../platform.ts";
import {
  type Bolt,
  type BoltCommand,
  type BoltPosition,
  type BoltReport,
  DRIVE_MILLIS_MAX,
  type EndContacts,
  positionOf,
  STALE_MILLIS,
  sensed,
} from "./bolt.ts";

/** The wiring and the times of a motor. */
export interface MotorParts {
  /** The two inputs of the bridge; both off is no power. */
  readonly retract: Output;
  readonly throw: Output;
  /** Left out where there are none: then a stall after `travelMillis` is the bolt at its stop. */
  readonly ends?: EndContacts;
  /** Active while the motor draws the current of a blocked one. */
  readonly stall: Input;
  /** The inrush of a motor that starts looks like a stall for this long. */
  readonly inrushMillis: number;
  /** The shortest time in which the bolt can travel; a stall before it is a jam. */
  readonly travelMillis: number;
  /** The end of every drive; 1..5,000. */
  readonly driveMillis: number;
}

type Moving = Exclude<BoltCommand, "stop">;

type Reached = Extract<BoltReport, { kind: "reached" }>;

interface Task {
  readonly command: Moving;
  /** A retract was asked for: a latch that sticks on its way out takes nothing from a bolt that is retracted. */
  readonly isRetract: boolean;
  readonly startedAt: Millis;
  /** Only for a latch that is let out: after this long it is back. */
  readonly latchMillis: number;
  /** Whether it replaced another, which was on its way from where this one goes to. */
  readonly isTurnedBack: boolean;
}

/** Drives a bolt by a motor; both outputs are off from here on, until a command. A pulled latch takes no power: the gear
 *  holds it, until it is driven back for as long as it was pulled. */
export class Motor implements Bolt {
  readonly #parts: MotorParts;
  #task: Task | undefined;
  #position: BoltPosition;
  #pulledMillis = 0;
  #isBootTold = false;
  #isClosed = false;

  constructor(parts: MotorParts) {
    assert(parts.driveMillis > 0 && parts.driveMillis <= DRIVE_MILLIS_MAX, "motor: a drive ends within 5 s");
    this.#parts = parts;
    this.#release();
    this.#position = positionOf(parts.ends);
  }

  get position(): BoltPosition {
    return this.#task === undefined ? this.#position : positionOf(this.#parts.ends);
  }

  get isDriving(): boolean {
    return this.#task !== undefined;
  }

  drive(command: BoltCommand, now: Millis): BoltReport | undefined {
    assert(!this.#isClosed, "motor: no command after close");
    const former = this.#task?.command;
    this.#giveUp(now);
    if (command === "stop") return undefined;
    const { driveMillis, ends, retract, throw: outward } = this.#parts;
    this.#forgetMoved();
    const isRetract = command === "retract";
    // The bolt is retracted behind a pulled latch, and its contact says so: what is still to do is to let the latch out.
    // With no contact to say so a hand may have thrown it since, and a retract drives inward, whatever the latch does.
    const isLatchOnly = isRetract && ends !== undefined && this.#pulledMillis > 0;
    const task: Task = {
      command: isLatchOnly ? "releaseLatch" : command,
      isRetract,
      startedAt: now,
      latchMillis: Math.min(this.#pulledMillis, driveMillis),
      isTurnedBack: former !== undefined && former !== command,
    };
    // A bolt that is moved takes the latch with it.
    if (task.command === "throw" || task.command === "retract") this.#pulledMillis = 0;
    const there = this.#arrival(task, now);
    if (there !== undefined) return this.#end(there);
    this.#task = task;
    (task.command === "retract" || task.command === "pullLatch" ? retract : outward).write(true);
    return undefined;
  }

  tick(now: Millis): BoltReport | undefined {
    assert(!this.#isClosed, "motor: no tick after close");
    const task = this.#task;
    if (task === undefined) return this.#watch();
    const elapsed = now - task.startedAt;
    const there = this.#arrival(task, now);
    if (there !== undefined) return this.#end(there);
    if (task.command === "releaseLatch" && (elapsed >= task.latchMillis || this.#hasLeft())) return this.#letOut(now);
    if (this.#parts.stall.isActive && elapsed >= this.#parts.inrushMillis) return this.#stall(task, now);
    if (elapsed < this.#parts.driveMillis) return undefined;
    return this.#fail("deadline", now);
  }

  close(): void {
    this.#isClosed = true;
    this.#release();
  }

  /** A motor that is blocked: at the latch's stop, at the bolt's own where nothing else tells, or jammed. */
  #stall({ command, startedAt }: Task, now: Millis): BoltReport {
    const { ends, travelMillis } = this.#parts;
    if (command === "pullLatch") {
      this.#giveUp(now);
      return { kind: "pulled" };
    }
    if (ends !== undefined || command === "releaseLatch") return this.#fail("stall", now);
    const wanted = command === "throw" ? "thrown" : "retracted";
    if (now - startedAt >= travelMillis || this.#position === wanted) {
      return this.#end({ kind: "reached", position: wanted, witness: "current" });
    }
    // At boot nobody knows where the bolt is, and a claim that it is open does no harm.
    if (wanted === "retracted" && this.#position === "unknown") {
      return this.#end({ kind: "reached", position: wanted, witness: "none" });
    }
    return this.#fail("stall", now);
  }

  /** What an end contact says of a command. It does not see the latch, which is beyond the retracted bolt. */
  #arrival({ command, isTurnedBack, startedAt }: Task, now: Millis): Reached | undefined {
    if (command === "pullLatch" || command === "releaseLatch") return undefined;
    if (isTurnedBack && now - startedAt < STALE_MILLIS) return undefined;
    const wanted = command === "throw" ? "thrown" : "retracted";
    if (positionOf(this.#parts.ends) !== wanted) return undefined;
    return { kind: "reached", position: wanted, witness: "sensor" };
  }

  #letOut(now: Millis): BoltReport {
    const { ends } = this.#parts;
    const position = ends === undefined ? "retracted" : positionOf(ends);
    if (position !== "retracted") return this.#fail("deadline", now);
    return this.#end({ kind: "reached", position, witness: ends === undefined ? "none" : "sensor" });
  }

  #end(report: Reached): BoltReport {
    this.#release();
    this.#position = report.position;
    this.#pulledMillis = 0;
    return report;
  }

  #fail(reason: "stall" | "deadline", now: Millis): BoltReport {
    const isRetract = this.#task?.isRetract ?? false;
    this.#giveUp(now);
    if (isRetract && this.#position === "retracted") {
      return this.#end({ kind: "reached", position: "retracted", witness: "sensor" });
    }
    return { kind: "failed", reason, position: this.#position };
  }

  /** Takes the power away before the end, and keeps how far the latch was pulled. */
  #giveUp(now: Millis): void {
    const task = this.#task;
    this.#release();
    if (task === undefined) return;
    if (task.command === "pullLatch") this.#pulledMillis += now - task.startedAt;
    if (task.command === "releaseLatch") this.#pulledMillis = Math.max(0, task.latchMillis - (now - task.startedAt));
    this.#look();
  }

  /** Tells once where the bolt is at boot, and from then on when a hand has moved it. */
  #watch(): BoltReport | undefined {
    const before = this.#position;
    if (!this.#isBootTold) {
      this.#isBootTold = true;
      this.#look();
      return sensed(this.#position, "boot");
    }
    if (this.#parts.ends === undefined) return undefined;
    this.#look();
    return this.#position === before ? undefined : sensed(this.#position, "manual");
  }

  #look(): void {
    this.#position = positionOf(this.#parts.ends);
    this.#forgetMoved();
  }

  /** Tells whether a contact shows that the bolt is not, or not any more, behind the latch. */
  #hasLeft(): boolean {
    const { ends } = this.#parts;
    return ends !== undefined && positionOf(ends) !== "retracted";
  }

  /** How far the latch was pulled is true only of a bolt that rests where it was; driven by it, another goes outward. */
  #forgetMoved(): void {
    if (this.#hasLeft()) this.#pulledMillis = 0;
  }

  #release(): void {
    this.#parts.retract.write(false);
    this.#parts.throw.write(false);
    this.#task = undefined;
  }
}
