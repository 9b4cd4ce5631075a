// Goal: the two sides of a bridge are never both active, and its driver is awake only while one is.
// Method: every order of writes, with every level that the wires ever had; and every constructor that may fail.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Bridge } from "../bridge.ts";
import { desk } from "./desk.ts";

const PINS = { retractPin: 3, throwPin: 4, wakePin: 5 };
const WRITES = [
  ["retract", true],
  ["retract", false],
  ["throw", true],
  ["throw", false],
] as const;

/** Every sequence of that many writes. */
function sequences(length: number): readonly (readonly (typeof WRITES)[number][])[] {
  if (length === 0) return [[]];
  return sequences(length - 1).flatMap((before) => WRITES.map((write) => [...before, write]));
}

test("whatever is written, the sides are never both active, and the last active one is", () => {
  for (const writes of sequences(5)) {
    const { chip } = desk();
    for (const pin of [3, 4, 5]) chip.pull(pin, "down");
    const bridge = new Bridge({ io: chip.Digital, ...PINS });
    const line = writes.map((write) => write.join(" ")).join(", ");
    let side: string | undefined;
    const levels = () => [chip.level(3), chip.level(4), chip.level(5)];
    assert.equal(levels(), [0, 0, 0]);
    chip.watch(() => assert.not(chip.level(3) === 1 && chip.level(4) === 1, line));
    for (const [name, isActive] of writes) {
      bridge[name].write(isActive);
      if (isActive) side = name;
      else if (side === name) side = undefined;
      const isAwake = side === undefined ? 0 : 1;
      assert.equal(levels(), [side === "retract" ? 1 : 0, side === "throw" ? 1 : 0, isAwake], line);
    }
  }
});

test("turning round, the one side is off before the other goes on", () => {
  const { chip } = desk();
  const bridge = new Bridge({ io: chip.Digital, retractPin: 3, throwPin: 4 });
  bridge.retract.write(true);
  const seen: string[] = [];
  chip.watch((pin) => seen.push(`${pin}:${chip.level(pin)}`));
  bridge.throw.write(true);
  assert.equal(seen, ["3:0", "4:1"]);
});

test("where a later pin is taken, those before it stay inactive", () => {
  for (const taken of [3, 4, 5]) {
    const { chip } = desk();
    for (const pin of [3, 4, 5]) chip.pull(pin, "down");
    const { Digital } = chip;
    new Digital({ pin: taken, mode: Digital.Input });
    const seen: number[] = [];
    chip.watch((pin) => seen.push(pin));
    assert.throws(() => new Bridge({ io: Digital, ...PINS }), /in use/);
    assert.equal(seen, [], "a level moved");
    assert.equal(
      [3, 4, 5].map((pin) => chip.level(pin)),
      [0, 0, 0],
    );
  }
});

test("closing takes the power away, twice is harmless, and nothing is written afterwards", () => {
  const { chip } = desk();
  for (const pin of [3, 4, 5]) chip.pull(pin, "down");
  const bridge = new Bridge({ io: chip.Digital, ...PINS });
  bridge.throw.write(true);
  bridge.close();
  bridge.close();
  assert.equal(
    [3, 4, 5].map((pin) => chip.level(pin)),
    [0, 0, 0],
  );
  assert.throws(() => bridge.throw.write(true), /invalid host object/);
});

test.run();
