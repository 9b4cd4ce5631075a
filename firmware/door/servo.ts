// A servo that turns the thumbturn of an existing lock: the retrofit kit.
// Why: it needs no new lock; many have no sensor, and then the time that a turn takes is all that is known of it.
// Follows docs/design.md, "Bolts" and "Honest sensing"; one of the three drives behind the interface in bolt.ts.

import { assert } from "../fault.ts";
import type { Level, Millis, Output } from "../platform.ts";
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

/** The wiring, the angles and the times of a servo. */
export interface ServoParts {
  /** In degrees. */
  readonly angle: Level;
  /** The servo's supply; off, the thumbturn turns by hand. */
  readonly power: Output;
  readonly ends?: EndContacts;
  readonly thrownDegrees: number;
  readonly retractedDegrees: number;
  /** Where the latch is pulled; the retracted angle, where there is no latch to pull. */
  readonly latchDegrees: number;
  /** The longest turn. Without end contacts the bolt counts as arrived after it. */
  readonly moveMillis: number;
  /** The end of every drive, the holding of a latch included; moveMillis..5,000. */
  readonly driveMillis: number;
}

/** What runs. A latch is held with the power on, since a servo without it lets the latch's spring turn it back. */
interface Turn {
  readonly command: Exclude<BoltCommand, "stop">;
  readonly startedAt: Millis;
  readonly isHolding: boolean;
  /** The latch was pulled before or is still on its way back, and the contact of the retracted bolt does not see it on its way back. */
  readonly isFromLatch: boolean;
  /** It replaced another, which was on its way from where this one goes to. */
  readonly isTurnedBack: boolean;
}

/** Drives a bolt by a servo; its supply is off from here on, until a command. */
export class Servo implements Bolt {
  readonly #parts: ServoParts;
  #turn: Turn | undefined;
  #position: BoltPosition;
  #isBootTold = false;
  #isClosed = false;

  constructor(parts: ServoParts) {
    assert(parts.driveMillis <= DRIVE_MILLIS_MAX, "servo: a drive ends within 5 s");
    assert(parts.moveMillis > 0 && parts.moveMillis <= parts.driveMillis, "servo: a turn ends within the drive");
    this.#parts = parts;
    this.#release();
    this.#position = positionOf(parts.ends);
  }

  get position(): BoltPosition {
    return this.#position;
  }

  get isDriving(): boolean {
    return this.#turn !== undefined;
  }

  drive(command: BoltCommand, now: Millis): BoltReport | undefined {
    assert(!this.#isClosed, "servo: no command after close");
    if (command === "stop") {
      this.#release();
      this.#look();
      return undefined;
    }
    const { angle, power } = this.#parts;
    // The angle stands before the power comes, or the servo would first run to an old one.
    angle.write(this.#degrees(command));
    power.write(true);
    const before = this.#turn;
    const isFromLatch =
      command === "releaseLatch" || (before !== undefined && (before.command === "pullLatch" || before.isFromLatch));
    const isTurnedBack = before !== undefined && before.command !== command;
    this.#turn = { command, startedAt: now, isHolding: false, isFromLatch, isTurnedBack };
    this.#position = "unknown";
    return undefined;
  }

  tick(now: Millis): BoltReport | undefined {
    assert(!this.#isClosed, "servo: no tick after close");
    const turn = this.#turn;
    if (turn === undefined) return this.#watch();
    const elapsed = now - turn.startedAt;
    const report = turn.command === "pullLatch" ? this.#pull(turn, elapsed) : this.#arrive(turn, elapsed);
    return report ?? (elapsed < this.#parts.driveMillis ? undefined : this.#fail());
  }

  close(): void {
    this.#isClosed = true;
    this.#release();
  }

  #degrees(command: Exclude<BoltCommand, "stop">): number {
    if (command === "throw") return this.#parts.thrownDegrees;
    return command === "pullLatch" ? this.#parts.latchDegrees : this.#parts.retractedDegrees;
  }

  #pull(turn: Turn, elapsed: number): BoltReport | undefined {
    if (turn.isHolding || elapsed < this.#parts.moveMillis) return undefined;
    this.#turn = { ...turn, isHolding: true };
    return { kind: "pulled" };
  }

  #arrive(turn: Turn, elapsed: number): BoltReport | undefined {
    const { ends, moveMillis } = this.#parts;
    const wanted = turn.command === "throw" ? "thrown" : "retracted";
    if ((ends === undefined || turn.isFromLatch) && elapsed < moveMillis) return undefined;
    if (ends === undefined) return this.#end(wanted, "none");
    if (turn.isTurnedBack && elapsed < STALE_MILLIS) return undefined;
    return positionOf(ends) === wanted ? this.#end(wanted, "sensor") : undefined;
  }

  #end(position: "thrown" | "retracted", witness: "sensor" | "none"): BoltReport {
    this.#release();
    this.#position = position;
    return { kind: "reached", position, witness };
  }

  #fail(): BoltReport {
    this.#release();
    this.#look();
    return { kind: "failed", reason: "deadline", position: this.#position };
  }

  /** Tells once where the bolt is at boot, and from then on when a hand has moved it; without contacts no hand is seen. */
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
  }

  #release(): void {
    this.#parts.power.write(false);
    this.#turn = undefined;
  }
}
