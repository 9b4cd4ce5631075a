// The three drives of a bolt over a board's pins, and the times that fit most of each kind.
// Why: which one moves the bolt is how the board was built; the lock knows only the Bolt.
// Follows docs/design.md, "Bolts"; the wiring is pins.ts.

import type { Bolt, BoltCommand, BoltPosition, BoltReport } from "../firmware/door/bolt.ts";
import { Motor } from "../firmware/door/motor.ts";
import { Servo } from "../firmware/door/servo.ts";
import { Strike } from "../firmware/door/strike.ts";
import { unreachable } from "../firmware/fault.ts";
import type { DividedBattery } from "../firmware/io/battery.ts";
import { Bridge } from "../firmware/io/bridge.ts";
import type { Sdk } from "../firmware/io/ecma419.ts";
import { PinOutput } from "../firmware/io/output.ts";
import { ServoPins } from "../firmware/io/servo.ts";
import { CurrentStall, HeldStall } from "../firmware/io/stall.ts";
import { type Input, type Millis, millis } from "../firmware/platform.ts";
import type { LockDrive, LockPins } from "./pins.ts";

/** A blocked motor's ampere makes 200 mV at the sense resistor, a running one's 0.3 A make 60 (docs/hardware.md). */
const STALL_MILLIVOLTS = 130;
/** Above the debounce of the end contacts, which tell of an end first. */
const STALL_HOLD_MILLIS = 60;
/** How long a drive may take: less than the shortest pulse of a one-shot (docs/hardware.md, "The one-shot"). */
export const DRIVE_MILLIS = 3_000;
const MOTOR = Object.freeze({ inrushMillis: 100, travelMillis: 400, driveMillis: DRIVE_MILLIS });
/** A servo of 270 degrees on a thumbturn that takes a quarter turn. */
const SERVO_PULSES = Object.freeze({ pulseMicrosMin: 500, pulseMicrosMax: 2_500, degreesMin: 0, degreesMax: 270 });
const SERVO = Object.freeze({
  thrownDegrees: 180,
  retractedDegrees: 90,
  latchDegrees: 90,
  moveMillis: 1_200,
  driveMillis: DRIVE_MILLIS,
});
/** When a running drive's load on the battery is measured: behind its inrush. */
const LOAD_MILLIS = 200;

/** What a drive stands on. */
export interface DriveParts {
  readonly sdk: Pick<Sdk, "Digital" | "Pwm" | "Analog">;
  readonly pins: LockPins;
  readonly drive: LockDrive;
  /** The contacts of the bolt, which are made after the drive's own pins. */
  thrown(): Input;
  retracted(): Input;
  now(): Millis;
}

/** Gives the drive of a board; every pin of it is at its safe level from here on.
 *  @throws Error of the SDK where a pin is taken, and where the image names no drive */
export function driveOf({ sdk, pins, drive, thrown, retracted, now }: DriveParts): Bolt {
  switch (drive) {
    case "motor": {
      const { retract, throw: outward, wake, current } = pins.motor;
      const wiring = { io: sdk.Digital, retractPin: retract, throwPin: outward };
      const bridge = new Bridge(wake === undefined ? wiring : { ...wiring, wakePin: wake });
      const ends = { thrown: thrown(), retracted: retracted() };
      const sign = new CurrentStall({ io: sdk.Analog, pin: current, thresholdMillivolts: STALL_MILLIVOLTS });
      const stall = new HeldStall({ sign, holdMillis: STALL_HOLD_MILLIS, now });
      return new Motor({ retract: bridge.retract, throw: bridge.throw, ends, stall, ...MOTOR });
    }
    case "servo": {
      const supply = new PinOutput({ io: sdk.Digital, pin: pins.servo.supply });
      const { angle, power } = new ServoPins({ io: sdk.Pwm, pin: pins.servo.signal, supply, ...SERVO_PULSES });
      return new Servo({ angle, power, ends: { thrown: thrown(), retracted: retracted() }, ...SERVO });
    }
    case "strike": {
      const coil = new PinOutput({ io: sdk.Digital, pin: pins.strike.coil });
      return new Strike({ coil, keeper: thrown(), holdMillis: DRIVE_MILLIS });
    }
    default:
      return unreachable(drive);
  }
}

/** A drive whose load on the battery is measured once in each of its runs. */
export class LoadedBolt implements Bolt {
  readonly #bolt: Bolt;
  readonly #battery: Pick<DividedBattery, "begin" | "load">;
  #loadAt: Millis | undefined;

  /** @param battery hears when a drive begins, and measures while it runs */
  constructor(bolt: Bolt, battery: Pick<DividedBattery, "begin" | "load">) {
    this.#bolt = bolt;
    this.#battery = battery;
  }

  get position(): BoltPosition {
    return this.#bolt.position;
  }

  get isDriving(): boolean {
    return this.#bolt.isDriving;
  }

  drive(command: BoltCommand, now: Millis): BoltReport | undefined {
    this.#loadAt = millis(now + LOAD_MILLIS);
    this.#battery.begin();
    return this.#bolt.drive(command, now);
  }

  tick(now: Millis): BoltReport | undefined {
    if (this.#loadAt !== undefined && now >= this.#loadAt) {
      this.#loadAt = undefined;
      if (this.#bolt.isDriving) this.#battery.load();
    }
    return this.#bolt.tick(now);
  }

  close(): void {
    this.#bolt.close();
  }
}
