// The pins of every board as one list of wires, each with what it does there.
// Why: the rules of wiring and the document's tables are asked of all boards alike.

import { CAMERA_PINS, type CameraPins, type CameraTarget } from "../../../camera/pins.ts";
import { KEYPAD_PINS, type KeypadPins, type KeypadTarget } from "../../../keypad/pins.ts";
import { LOCK_PINS, type LockDrive, type LockPins, type LockTarget } from "../../../lock/pins.ts";

/** What a pin is used as. An actuator moves, opens, lights or feeds something that must be off while the chip starts. */
export type Use = "input" | "analog" | "output" | "actuator";

/** One wire: what the document calls it, its pin, and its use. */
export interface Wire {
  readonly name: string;
  readonly pin: number;
  readonly use: Use;
}

/** One way to build one board. */
export interface Build {
  readonly board: "lock" | "keypad" | "camera";
  readonly target: LockTarget | KeypadTarget | CameraTarget;
  /** Of a lock; undefined of the others. */
  readonly drive: LockDrive | undefined;
  readonly wires: readonly Wire[];
}

function wire(name: string, use: Use, pin: number | undefined): readonly Wire[] {
  return pin === undefined ? [] : [{ name, pin, use }];
}

/** Gives the wires of a drive alone. */
export function driveWires({ motor, servo, strike }: LockPins, drive: LockDrive): readonly Wire[] {
  if (drive === "strike") return wire("coil", "actuator", strike.coil);
  if (drive === "servo") {
    return [...wire("servo signal", "actuator", servo.signal), ...wire("servo supply", "actuator", servo.supply)];
  }
  return [
    ...wire("retract", "actuator", motor.retract),
    ...wire("throw", "actuator", motor.throw),
    ...wire("bridge wake", "actuator", motor.wake),
    ...wire("motor current", "analog", motor.current),
  ];
}

/** Gives the wires that every lock has, whatever drives it. */
export function lockWires(pins: LockPins): readonly Wire[] {
  return [
    ...wire("bolt thrown", "input", pins.boltThrown),
    ...wire("bolt retracted", "input", pins.boltRetracted),
    ...wire("door contact", "input", pins.door),
    ...wire("inside button", "input", pins.button),
    ...wire("cover contact", "input", pins.cover),
    ...wire("cable loop", "input", pins.cableLoop),
    ...wire("keypad receive", "input", pins.keypad.receive),
    ...wire("keypad transmit", "output", pins.keypad.transmit),
    ...wire("terminal receive", "input", pins.terminal.receive),
    ...wire("terminal transmit", "output", pins.terminal.transmit),
    ...wire("light", "output", pins.light),
    ...wire("piezo", "output", pins.piezo),
    ...wire("battery", "analog", pins.battery),
  ];
}

/** Gives the wires of a keypad. */
export function keypadWires(pins: KeypadPins): readonly Wire[] {
  return [
    ...pins.rows.flatMap((pin, index) => wire(`row ${index + 1}`, "output", pin)),
    ...pins.columns.flatMap((pin, index) => wire(`column ${index + 1}`, "input", pin)),
    ...wire("red", "output", pins.red),
    ...wire("green", "output", pins.green),
    ...wire("blue", "output", pins.blue),
    ...wire("piezo", "output", pins.piezo),
    ...wire("case contact", "input", pins.tamper),
    ...wire("lock receive", "input", pins.lock.receive),
    ...wire("lock transmit", "output", pins.lock.transmit),
    ...wire("terminal receive", "input", pins.terminal.receive),
    ...wire("terminal transmit", "output", pins.terminal.transmit),
    ...wire("battery", "analog", pins.battery),
  ];
}

/** Gives the wires of a camera, those of its sensor among them. */
export function cameraWires({ sensor, card, ...pins }: CameraPins): readonly Wire[] {
  const cardWires =
    card.bus === "spi"
      ? [
          ...wire("card select", "output", card.select),
          ...wire("card clock", "output", card.clock),
          ...wire("card receive", "input", card.receive),
          ...wire("card transmit", "output", card.transmit),
        ]
      : [
          ...wire("card clock", "output", card.clock),
          ...wire("card command", "output", card.command),
          ...wire("card data", "output", card.data),
        ];
  return [
    ...wire("sensor rail", "actuator", pins.rail),
    ...wire("light current", "input", pins.lightCurrent),
    ...wire("infrared lamp", "actuator", pins.lamp),
    ...wire("infrared filter", "actuator", pins.filter),
    ...wire("case contact", "input", pins.caseContact),
    ...wire("forget button", "input", pins.forget),
    ...wire("terminal receive", "input", pins.terminal.receive),
    ...wire("terminal transmit", "output", pins.terminal.transmit),
    ...cardWires,
    ...wire("sensor xclk", "output", sensor.xclk),
    ...wire("sensor pclk", "input", sensor.pclk),
    ...wire("sensor href", "input", sensor.href),
    ...wire("sensor vsync", "input", sensor.vsync),
    ...wire("sensor scl", "output", sensor.scl),
    ...wire("sensor sda", "output", sensor.sda),
    ...sensor.data.flatMap((pin, index) => wire(`sensor d${index}`, "input", pin)),
  ];
}

/** Every board, with every drive of a lock. */
export const BUILDS: readonly Build[] = Object.freeze([
  ...Object.entries(LOCK_PINS).flatMap(([target, pins]) =>
    (["motor", "servo", "strike"] as const).map((drive) => ({
      board: "lock" as const,
      target: target as LockTarget,
      drive,
      wires: [...driveWires(pins, drive), ...lockWires(pins)],
    })),
  ),
  ...Object.entries(KEYPAD_PINS).map(([target, pins]) => ({
    board: "keypad" as const,
    target: target as KeypadTarget,
    drive: undefined,
    wires: keypadWires(pins),
  })),
  ...Object.entries(CAMERA_PINS).map(([target, pins]) => ({
    board: "camera" as const,
    target: target as CameraTarget,
    drive: undefined,
    wires: cameraWires(pins),
  })),
]);
