// Three lock cases on a chip: the real drives of firmware/door over the real drivers of firmware/io, with iron behind the pins.
// Why: what the door believes and what copper does must be seen together; and every level of an actuator's pin is held against whether
// anything was commanded.

import * as assert from "uvu/assert";
import { MotorWork, ServoWork, StrikeWork } from "../../../simulator/ecma419/boltwork.ts";
import type { Chip } from "../../../simulator/ecma419/chip.ts";
import { type ChipModel, ESP32_C3 } from "../../../simulator/ecma419/model.ts";
import type { Bolt, BoltCommand, BoltReport } from "../../door/bolt.ts";
import { Motor } from "../../door/motor.ts";
import { Servo } from "../../door/servo.ts";
import { Strike } from "../../door/strike.ts";
import { say } from "../../door/test/say.ts";
import { type Millis, millis } from "../../platform.ts";
import { Bridge } from "../bridge.ts";
import type { AnalogClass, DigitalClass, PwmClass } from "../ecma419.ts";
import { ContactInput } from "../input.ts";
import { PinOutput } from "../output.ts";
import { ServoPins } from "../servo.ts";
import { CurrentStall, HeldStall } from "../stall.ts";
import { desk } from "./desk.ts";

/** The classes that a case is built from. */
export interface Classes {
  readonly Digital: DigitalClass;
  readonly PWM: PwmClass;
  readonly Analog: AnalogClass;
}

/** The pins. Those of actuators have resistors to ground. */
export const PIN = Object.freeze({
  current: 3,
  retract: 4,
  throw: 5,
  wake: 6,
  thrown: 7,
  retracted: 10,
  servo: 0,
  coil: 1,
});

/** A kind of case. */
export interface Kind {
  readonly actuators: readonly number[];
  /** The drivers, as a main file builds them. */
  build(classes: Classes, now: () => Millis): { readonly bolt: Bolt; readonly contacts: readonly ContactInput[] };
  /** What is behind the pins. */
  work(chip: Chip, place: 0 | 1): Work;
}

/** What is behind the pins. */
export interface Work {
  readonly iron?: { place: number; block: number | undefined };
  pass(duration: number): void;
}

function contact({ Digital }: Classes, pin: number): ContactInput {
  return new ContactInput({ io: Digital, pin, pull: "up", isActiveLow: true, debounceMillis: 5 });
}

function ends(classes: Classes) {
  return { thrown: contact(classes, PIN.thrown), retracted: contact(classes, PIN.retracted) };
}

const TIMES = { inrushMillis: 100, travelMillis: 400, driveMillis: 2_000 };
const TURNS = { thrownDegrees: 0, retractedDegrees: 90, latchDegrees: 90, moveMillis: 600, driveMillis: 2_000 };
const WAY = { pulseMicrosMin: 500, pulseMicrosMax: 2_500, degreesMin: 0, degreesMax: 180 };

/** Builds a motor's drivers. @param hasEnds whether the case has end contacts */
function motor(hasEnds: boolean): Kind {
  return {
    actuators: [PIN.retract, PIN.throw, PIN.wake],
    build(classes, now) {
      const { Digital, Analog } = classes;
      const bridge = new Bridge({ io: Digital, retractPin: PIN.retract, throwPin: PIN.throw, wakePin: PIN.wake });
      const sign = new CurrentStall({ io: Analog, pin: PIN.current, thresholdMillivolts: 130 });
      const stall = new HeldStall({ sign, holdMillis: 40, now });
      const contacts = hasEnds ? ends(classes) : undefined;
      const parts = { retract: bridge.retract, throw: bridge.throw, stall, ...TIMES };
      const bolt = new Motor(contacts === undefined ? parts : { ...parts, ends: contacts });
      return { bolt, contacts: contacts === undefined ? [] : Object.values(contacts) };
    },
    work: (chip, place) => new MotorWork({ chip, pins: PIN, ends: PIN, place, travelMillis: 500 }),
  };
}

export const MOTOR = motor(true);
export const BLIND_MOTOR = motor(false);

export const SERVO: Kind = {
  // Pulses alone move nothing, but none belongs there without a command.
  actuators: [PIN.throw, PIN.servo],
  build(classes) {
    const supply = new PinOutput({ io: classes.Digital, pin: PIN.throw });
    const pins = new ServoPins({ io: classes.PWM, pin: PIN.servo, supply, ...WAY });
    const contacts = ends(classes);
    const bolt = new Servo({ angle: pins.angle, power: pins.power, ends: contacts, ...TURNS });
    return { bolt, contacts: Object.values(contacts) };
  },
  work: (chip, place) => new ServoWork({ chip, pins: { signal: PIN.servo, supply: PIN.throw }, ends: PIN, place }),
};

export const STRIKE: Kind = {
  actuators: [PIN.coil],
  build(classes) {
    const coil = new PinOutput({ io: classes.Digital, pin: PIN.coil });
    const keeper = contact(classes, PIN.thrown);
    return { bolt: new Strike({ coil, keeper, holdMillis: 3_000 }), contacts: [keeper] };
  },
  work: (chip) => new StrikeWork(chip, { coil: PIN.coil, keeper: PIN.thrown }),
};

/** One case, and everything that it said. */
export class Case {
  readonly chip: Chip;
  readonly work: Work;
  said: string[] = [];
  readonly #kind: Kind;
  readonly #turn: () => void;
  #built: ReturnType<Kind["build"]> | undefined;
  #now = 1_000;
  /** Whether anything was commanded that may still run. */
  #isCommanded = false;

  constructor(kind: Kind, place: 0 | 1, model: ChipModel = ESP32_C3) {
    const { chip, turn } = desk(model);
    this.chip = chip;
    this.#turn = turn;
    this.#kind = kind;
    for (const pin of kind.actuators) chip.pull(pin, "down");
    this.work = kind.work(chip, place);
    chip.watch((pin) => {
      assert.not(chip.level(PIN.retract) === 1 && chip.level(PIN.throw) === 1, "both sides of the bridge");
      const isActive = kind.actuators.includes(pin) && chip.level(pin) === 1;
      assert.not(isActive && !this.#isCommanded, `pin ${pin} is active without a command`);
    });
    this.requireOff();
  }

  /** The actuators that are active. */
  get active(): readonly number[] {
    return this.#kind.actuators.filter((pin) => this.chip.level(pin) === 1);
  }

  get bolt(): Bolt {
    assert.ok(this.#built);
    return this.#built.bolt;
  }

  /** Starts the board's software. */
  start(classes: Classes = this.chip): void {
    this.#built = this.#kind.build(classes, () => millis(this.#now));
    this.requireOff();
  }

  /** The chip starts anew, whatever the software was at: from here on nothing is commanded. */
  reset(): void {
    this.#isCommanded = false;
    this.#built = undefined;
    this.chip.reset();
    this.requireOff();
  }

  requireOff(): void {
    assert.equal(this.active, [], "an actuator is active");
    for (const pin of this.#kind.actuators) assert.not(this.chip.isFloating(pin), `pin ${pin} floats`);
  }

  command(command: BoltCommand): void {
    this.#isCommanded = true;
    this.#hear(this.bolt.drive(command, millis(this.#now)));
    if (!this.bolt.isDriving) this.requireOff();
  }

  /** Lets time pass, in steps of 10 ms, with the software running where it is. */
  pass(duration: number): void {
    for (let left = duration; left > 0; left -= 10) {
      this.work.pass(10);
      this.#now += 10;
      this.#turn();
      if (this.#built === undefined) continue;
      for (const contact of this.#built.contacts) contact.tick(millis(this.#now));
      this.#hear(this.bolt.tick(millis(this.#now)));
      if (!this.bolt.isDriving) this.#end();
    }
  }

  #end(): void {
    this.requireOff();
    this.#isCommanded = false;
  }

  #hear(report: BoltReport | undefined): void {
    if (report !== undefined) this.said.push(say(report));
  }
}
