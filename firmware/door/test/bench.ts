// A bench for the three drives: pins that are plain objects, and a run of lines over them.
// Why: a drive is judged by what it reports and by what its outputs do, and both must be read in one line.

import * as assert from "uvu/assert";
import { millis } from "../../platform.ts";
import type { Bolt, BoltCommand, BoltReport } from "../bolt.ts";
import { Motor } from "../motor.ts";
import { Servo } from "../servo.ts";
import { Strike } from "../strike.ts";
import { say } from "./say.ts";

/** One bench: a drive, and its pins by name. Every output starts on, as a reset could have left it. */
export interface Bench {
  readonly bolt: Bolt;
  readonly inputs: Record<string, { isActive: boolean }>;
  readonly outputs: Record<string, { isOn: boolean; write(isActive: boolean): void }>;
  readonly angle: { degrees: number; write(value: number): void };
}

/** Makes a drive on a bench. */
export type Make = (inputs: Bench["inputs"], outputs: Bench["outputs"], angle: Bench["angle"]) => Bolt;

function output(): Bench["outputs"][string] {
  return {
    isOn: true,
    write(isActive) {
      this.isOn = isActive;
    },
  };
}

/** Gives a bench with those inputs active. */
export function bench(make: Make, active: readonly string[]): Bench {
  const inputs: Bench["inputs"] = {};
  for (const name of ["thrown", "retracted", "stall", "keeper"]) inputs[name] = { isActive: active.includes(name) };
  const outputs = { retract: output(), throw: output(), power: output(), coil: output() };
  const angle = {
    degrees: -1,
    write(value: number) {
      this.degrees = value;
    },
  };
  return { bolt: make(inputs, outputs, angle), inputs, outputs, angle };
}

/** Gives a pin by its name. */
export function pin<Pin>(pins: Record<string, Pin>, name: string): Pin {
  const found = pins[name];
  if (found === undefined) throw new Error(`no pin ${name}`);
  return found;
}

/** A motor's times. */
export const TIMES = { inrushMillis: 100, travelMillis: 400, driveMillis: 2_000 };
/** The drives, with their sensors and without. */
export const MOTOR: Make = (inputs, outputs) =>
  new Motor({
    retract: pin(outputs, "retract"),
    throw: pin(outputs, "throw"),
    stall: pin(inputs, "stall"),
    ends: { thrown: pin(inputs, "thrown"), retracted: pin(inputs, "retracted") },
    ...TIMES,
  });
export const BLIND_MOTOR: Make = (inputs, outputs) =>
  new Motor({
    retract: pin(outputs, "retract"),
    throw: pin(outputs, "throw"),
    stall: pin(inputs, "stall"),
    ...TIMES,
  });
/** A servo's angles and times. */
export const TURNS = { thrownDegrees: 0, retractedDegrees: 90, latchDegrees: 130, moveMillis: 800, driveMillis: 4_000 };
export const SERVO: Make = (inputs, outputs, angle) =>
  new Servo({
    angle,
    power: pin(outputs, "power"),
    ends: { thrown: pin(inputs, "thrown"), retracted: pin(inputs, "retracted") },
    ...TURNS,
  });
export const BLIND_SERVO: Make = (_inputs, outputs, angle) =>
  new Servo({ angle, power: pin(outputs, "power"), ...TURNS });
export const STRIKE: Make = (inputs, outputs) =>
  new Strike({ coil: pin(outputs, "coil"), keeper: pin(inputs, "keeper"), holdMillis: 3_000 });
export const BLIND_STRIKE: Make = (_inputs, outputs) => new Strike({ coil: pin(outputs, "coil"), holdMillis: 3_000 });

/** The outputs that each drive owns; the others on the bench stay on, untouched. */
export const OWN = new Map<Make, readonly string[]>([
  [MOTOR, ["retract", "throw"]],
  [BLIND_MOTOR, ["retract", "throw"]],
  [SERVO, ["power"]],
  [BLIND_SERVO, ["power"]],
  [STRIKE, ["coil"]],
  [BLIND_STRIKE, ["coil"]],
]);

/** Every command. */
export const COMMANDS: readonly BoltCommand[] = ["retract", "throw", "pullLatch", "releaseLatch", "stop"];

/** Runs lines: a command, "+pin" or "-pin" for an input, a number of milliseconds to pass (a tick each 10), or "on?" to
 *  have said which outputs are on. */
export function run(make: Make, active: string, lines: string): string {
  const own = OWN.get(make) ?? [];
  const { bolt, inputs, outputs, angle } = bench(make, active.split(" "));
  const isOn = () => own.filter((name) => outputs[name]?.isOn);
  assert.equal(isOn(), [], "an output is on after construction");
  const said: string[] = [];
  let now = 1_000;
  const hear = (report: BoltReport | undefined) => {
    if (report !== undefined) said.push(say(report));
    const isHolding = report?.kind === "pulled" && bolt.isDriving;
    if (report !== undefined && !isHolding && !bolt.isDriving) assert.equal(isOn(), [], `on after ${said.at(-1)}`);
  };
  for (const line of lines.split(", ")) {
    const command = COMMANDS.find((name) => name === line);
    if (command !== undefined) hear(bolt.drive(command, millis(now)));
    else if (line === "on?") said.push(isOn().join(" ") || "off");
    else if (line === "angle?") said.push(`${angle.degrees}`);
    else if (line === "position?") said.push(bolt.position);
    else if (/^[+-]/.test(line)) pin(inputs, line.slice(1)).isActive = line.startsWith("+");
    else for (const until = now + Number(line); now < until; now += 10) hear(bolt.tick(millis(now + 10)));
    assert.ok(isOn().length <= 1, "two outputs at once");
  }
  hear(bolt.drive("stop", millis(now)));
  assert.equal(isOn(), [], "an output is on after stop");
  bolt.drive("retract", millis(now));
  bolt.close();
  assert.equal(isOn(), [], "an output is on after close");
  bolt.close();
  assert.throws(() => bolt.drive("throw", millis(now)), /close/);
  assert.throws(() => bolt.tick(millis(now)), /close/);
  assert.equal(isOn(), [], "an output is on after a command after close");
  return said.join("; ");
}
