// Goal: the real drives over the real drivers move iron and tell the truth of it; and no actuator's pin is ever active without a command,
// whenever the board starts, fails or starts anew (docs/attacks.md T36, T53).
// Method: three lock cases (lockcase.ts), whose every level is held against what was commanded; resets at every moment of a drive, and a
// failure of every constructor.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { ESP32, ESP32_C3 } from "../../../simulator/ecma419/model.ts";
import { PinOutput } from "../output.ts";
import { desk } from "./desk.ts";
import { BLIND_MOTOR, Case, type Classes, type Kind, MOTOR, PIN, SERVO, STRIKE } from "./lockcase.ts";

const KINDS: readonly (readonly [string, Kind])[] = [
  ["motor", MOTOR],
  ["blind motor", BLIND_MOTOR],
  ["servo", SERVO],
  ["strike", STRIKE],
];

/** Starts a case, and lets it tell where it is. */
function started(kind: Kind, place: 0 | 1): Case {
  const it = new Case(kind, place);
  it.start();
  it.pass(50);
  return it;
}

const MOVES: readonly (readonly [string, Kind, 0 | 1, "throw" | "retract", readonly string[]])[] = [
  ["motor", MOTOR, 0, "throw", ["sensed retracted sensor boot", "reached thrown sensor"]],
  ["motor", MOTOR, 1, "retract", ["sensed thrown sensor boot", "reached retracted sensor"]],
  ["blind motor", BLIND_MOTOR, 0, "throw", ["sensed unknown none boot", "reached thrown current"]],
  ["blind motor", BLIND_MOTOR, 1, "retract", ["sensed unknown none boot", "reached retracted current"]],
  ["servo", SERVO, 0, "throw", ["sensed retracted sensor boot", "reached thrown sensor"]],
  ["servo", SERVO, 1, "retract", ["sensed thrown sensor boot", "reached retracted sensor"]],
];
for (const [name, kind, place, command, expected] of MOVES) {
  test(`a ${name} is asked to ${command}, and the bolt is there`, () => {
    const it = started(kind, place);
    it.command(command);
    it.pass(100);
    assert.ok(it.active.length > 0);
    it.pass(1_900);
    assert.equal(it.said, expected);
    assert.ok(Math.abs(Number(it.work.iron?.place) - (command === "throw" ? 1 : 0)) < 0.001);
    it.requireOff();
  });
}

test("a motor's current is told from none by a converter that reads 100 mV or more of it, as an ESP32's", () => {
  const model = { ...ESP32_C3, floors: ESP32.floors };
  for (const [block, expected] of [
    [undefined, "reached thrown sensor"],
    [0.5, "failed stall unknown"],
  ] as const) {
    const it = new Case(MOTOR, 0, model);
    it.start();
    it.pass(50);
    assert.ok(it.work.iron);
    it.work.iron.block = block;
    it.command("throw");
    it.pass(1_000);
    assert.equal(it.said.slice(1), [expected]);
  }
});

test("a motor whose bolt is wedged half way ends by its current, and backs out", () => {
  const it = started(MOTOR, 0);
  assert.ok(it.work.iron);
  it.work.iron.block = 0.5;
  it.command("throw");
  it.pass(400);
  assert.equal(it.said.slice(1), ["failed stall unknown"]);
  it.requireOff();
  it.command("retract");
  it.pass(1_000);
  assert.equal(it.said.slice(2), ["reached retracted sensor"]);
  assert.is(it.work.iron.place, 0);
});

test("a motor whose bolt never leaves says so", () => {
  const it = started(MOTOR, 1);
  assert.ok(it.work.iron);
  it.work.iron.block = 0.9995;
  it.command("retract");
  it.pass(300);
  assert.equal(it.said.slice(1), ["failed stall thrown"]);
});

test("T53: a blocked motor whose current cannot be measured ends by its time", () => {
  const it = started(MOTOR, 0);
  assert.ok(it.work.iron);
  it.work.iron.block = 0.5;
  it.chip.isConverterBusy = true;
  it.command("throw");
  it.pass(1_990);
  assert.ok(it.active.length > 0);
  it.pass(10);
  assert.equal(it.said.slice(1), ["failed deadline unknown"]);
  it.requireOff();
});

test("a motor that turns round in the middle of its way does, with one side at a time", () => {
  const it = started(MOTOR, 0);
  it.command("throw");
  it.pass(200);
  it.command("retract");
  it.pass(1_000);
  assert.equal(it.said.slice(1), ["reached retracted sensor"]);
});

test("a hand at the thumbturn is told once, however its contacts bounce", () => {
  const it = started(MOTOR, 0);
  assert.ok(it.work.iron);
  it.work.iron.place = 1;
  it.pass(500);
  assert.equal(it.said.slice(1), ["sensed thrown sensor manual"]);
});

test("a servo whose bolt is wedged ends by its time, with neither supply nor pulses", () => {
  const it = started(SERVO, 0);
  assert.ok(it.work.iron);
  it.work.iron.block = 0.5;
  it.command("throw");
  it.pass(2_010);
  assert.equal(it.said.slice(1), ["failed deadline unknown"]);
  it.requireOff();
});

test("a strike gives way for its time, and its keeper is seen to hold again, by nobody's hand", () => {
  const it = started(STRIKE, 1);
  it.command("retract");
  it.pass(2_980);
  assert.equal(it.active, [PIN.coil]);
  it.pass(200);
  it.requireOff();
  assert.equal(it.said, ["sensed thrown sensor boot", "reached retracted none", "sensed thrown sensor auto"]);
});

test("a strike that is asked to hold waits for its contact, which is debounced, and is no jam", () => {
  const it = started(STRIKE, 1);
  it.command("retract");
  it.pass(500);
  it.command("throw");
  it.requireOff();
  it.pass(500);
  assert.equal(it.said.slice(1), ["reached retracted none", "reached thrown sensor"]);
});

for (const [name, kind] of KINDS) {
  test(`T36: a ${name} that starts, and is never commanded, never has an active pin`, () => {
    for (const place of [0, 1] as const) {
      const it = new Case(kind, place);
      it.pass(100);
      it.start();
      it.pass(2_000);
      it.bolt.close();
      it.requireOff();
    }
  });

  test(`T36: a reset at any moment of a ${name}'s drive takes the power away, and the next start gives none`, () => {
    for (const command of ["retract", "throw", "pullLatch"] as const) {
      for (let at = 0; at <= 700; at += 100) {
        const it = started(kind, command === "throw" ? 0 : 1);
        it.command(command);
        it.pass(at);
        it.reset();
        it.pass(50);
        it.start();
        it.pass(200);
        it.requireOff();
      }
    }
  });
}

/** Classes of which one constructor throws. @param which the number of the one, counted over all of them */
function failing({ Digital, PWM, Analog }: Classes, which: number) {
  const count = { made: 0 };
  const next = () => {
    count.made += 1;
    if (count.made === which) throw new Error("broken");
  };
  const classes: Classes = {
    Digital: class extends Digital {
      constructor(options: ConstructorParameters<DigitalOf>[0]) {
        next();
        super(options);
      }
    },
    PWM: class extends PWM {
      constructor(options: ConstructorParameters<Classes["PWM"]>[0]) {
        next();
        super(options);
      }
    },
    Analog: class extends Analog {
      constructor(options: ConstructorParameters<Classes["Analog"]>[0]) {
        next();
        super(options);
      }
    },
  };
  return { classes, count };
}

type DigitalOf = Classes["Digital"];

for (const [name, kind] of KINDS) {
  test(`T36: whichever constructor of a ${name} fails, no pin was active, nor is after the next start`, () => {
    const whole = new Case(kind, 1);
    const { classes, count } = failing(whole.chip, 0);
    whole.start(classes);
    assert.ok(count.made >= 2);
    for (let which = 1; which <= count.made; which++) {
      const it = new Case(kind, 1);
      assert.throws(() => it.start(failing(it.chip, which).classes), /broken/);
      it.requireOff();
      it.pass(100);
      it.requireOff();
      it.reset();
      it.start();
      it.pass(200);
      it.requireOff();
    }
  });

  test(`T53: a ${name} drives while the software fails elsewhere: the restart that follows takes its power away`, () => {
    const it = started(kind, 1);
    it.command("retract");
    it.pass(50);
    assert.ok(it.active.length > 0);
    const { Digital } = it.chip;
    assert.throws(() => new PinOutput({ io: Digital, pin: Number(kind.actuators[0]) }), /in use/);
    it.reset();
    it.pass(1_000);
    it.start();
    it.pass(1_000);
    it.requireOff();
  });
}

test("what would not be safe is seen: an actuator on a strapping pin, or without a resistor", () => {
  const { chip } = desk(ESP32);
  assert.is(chip.level(5), 1, "a strap that is pulled up drives at every reset");
  assert.ok(chip.isFloating(18), "a pin without a resistor is at the mercy of noise");
  for (const pin of [5, 18]) {
    chip.pull(pin, "down");
    assert.is(chip.level(pin), 0);
    assert.not(chip.isFloating(pin));
  }
});

test.run();
