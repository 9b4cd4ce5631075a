// Goal: a board sleeps where nothing is under way and only there, and its pins and lines tell as much as those of one that stays awake.
// Method: the real Rest over a chip of the desk that loses what a sleeping chip loses (slumber.ts); a line of levels is tried awake and asleep.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { SerialCable } from "../../../simulator/ecma419/serial.ts";
import { type Millis, millis } from "../../platform.ts";
import type { Digital, Sdk } from "../ecma419.ts";
import { POLL_MILLIS } from "../poll.ts";
import { Pump } from "../pump.ts";
import { AWAKE_MILLIS } from "../rest.ts";
import { type Resting, restOn } from "../resting.ts";
import { desk } from "./desk.ts";

const PIN = 3;
const RECEIVE = 6;
const TRANSMIT = 7;

/** A chip that can sleep, and the classes of the SDK as a resting board has them. */
function createBench(needsCrystal = false) {
  const { chip, turn } = desk();
  const waiting: (() => void)[] = [];
  const cable = new SerialCable((callback) => void waiting.push(callback));
  cable.hears.near = () => chip.slumber.hears(RECEIVE);
  let now: Millis = millis(1_000);
  const timer = { set: () => undefined, clear: () => {} };
  const pump = new Pump({ timer, uptime: () => now });
  const resting = restOn(chip.slumber)({ needsCrystal, pump });
  const sdk = { Digital: chip.Digital, Pwm: chip.PWM, Serial: cable.near };
  return {
    ...{ chip, cable, sdk, resting, pump },
    pass: (duration: number) => {
      now = millis(now + duration);
    },
    run: () => {
      for (let rounds = 0; rounds < 100; rounds++) {
        turn();
        for (const callback of waiting.splice(0)) callback();
      }
    },
  };
}

function made(resting: Resting | undefined): Resting {
  if (resting === undefined) throw new Error("it cannot sleep");
  return resting;
}

/** What an input is told of a line of levels: "0" and "1" for the wire, "," for the event loop. It is looked at whenever it was told. */
function told(mode: "plain" | "resting" | "asleep", edge: "Rising" | "Falling" | "both", line: string): string {
  const { chip, sdk, resting, run } = createBench();
  const { rest, over } = made(resting);
  const { Digital }: Pick<Sdk, "Digital"> = mode === "plain" ? sdk : over(sdk);
  chip.drive(PIN, line[0] === "1" ? 1 : 0);
  const told: string[] = [];
  const digital: Digital = new Digital({
    ...{ pin: PIN, mode: Digital.InputPullUp },
    edge: edge === "both" ? Digital.Rising | Digital.Falling : Digital[edge],
    onReadable(this: unknown) {
      told.push(this === digital ? `${digital.read()}` : "another's");
    },
  });
  assert.is(`${digital.read()}`, line[0]);
  for (const step of line.slice(1)) {
    if (mode === "asleep") rest.settle();
    assert.is(chip.slumber.isAsleep, mode === "asleep");
    if (step === ",") run();
    else chip.drive(PIN, step === "1" ? 1 : 0);
  }
  return told.join("");
}

for (const [edge, line, expected] of [
  ["both", "1,0,1,0,", "010"],
  ["Falling", "1,0,1,0,", "00"],
  ["Rising", "1,0,1,0,", "1"],
  ["both", "0,1,", "1"],
  // What came and went before anybody looked is told once, with the level of now.
  ["both", "1,01,", "1"],
  ["Falling", "1,01,", "1"],
  ["both", "1,010,", "0"],
  ["both", "1,,,", ""],
] as const) {
  test(`an input on edge ${edge} over ${line} is told of ${expected === "" ? "nothing" : expected}, awake and asleep`, () => {
    for (const mode of ["plain", "resting", "asleep"] as const) assert.is(told(mode, edge, line), expected, mode);
  });
}

test("a chip that has no edges while it sleeps would miss them", () => {
  const { chip, sdk, resting, run } = createBench();
  const { rest } = made(resting);
  let edges = 0;
  const { Digital } = sdk;
  const digital = new Digital({
    ...{ pin: PIN, mode: Digital.InputPullUp, edge: Digital.Falling },
    onReadable: () => {
      edges += 1;
    },
  });
  rest.keep(PIN);
  rest.settle();
  chip.drive(PIN, 0);
  run();
  assert.is(edges, 0);
  digital.close();
});

test("an input that was closed is told of nothing", () => {
  const { chip, sdk, resting, run } = createBench();
  const { Digital } = made(resting).over(sdk);
  chip.drive(PIN, 1);
  let isTold = false;
  const onReadable = () => {
    isTold = true;
  };
  const digital = new Digital({ pin: PIN, mode: Digital.Input, edge: Digital.Falling, onReadable });
  chip.drive(PIN, 0);
  digital.close();
  run();
  assert.is(isTold, false);
  digital.close();
});

test("pulses keep it awake, and nothing else that a PWM does", () => {
  const { chip, sdk, resting, pass } = createBench();
  const { rest, over } = made(resting);
  const { Pwm } = over(sdk);
  const pwm = new Pwm({ pin: PIN, hz: 1_024, resolution: 10 });
  assert.is(pwm.resolution, 10);
  for (const [value, sleeps] of [
    [0, true],
    [1, false],
    [512, false],
    [1_022, false],
    [1_023, true],
    [512, false],
    [0, true],
    [512, false],
  ] as const) {
    pwm.write(value);
    assert.is(chip.slumber.isAsleep && !sleeps, false, `${value} while it still sleeps`);
    pass(AWAKE_MILLIS);
    rest.settle();
    assert.is(chip.slumber.isAsleep, sleeps, `${value}`);
  }
  const other = new Pwm({ pin: PIN + 1, hz: 1_024, resolution: 10 });
  other.write(300);
  pwm.close();
  pwm.close();
  pass(AWAKE_MILLIS);
  rest.settle();
  assert.is(chip.slumber.isAsleep, false);
  other.close();
  // What was written last takes a pulse's length.
  pass(20);
  rest.settle();
  assert.is(chip.slumber.isAsleep, false);
  pass(AWAKE_MILLIS);
  rest.settle();
  assert.is(chip.slumber.isAsleep, true);
});

test("outputs stay as they are, and whoever is busy keeps it awake", () => {
  const { chip, sdk, resting } = createBench();
  const { rest, over } = made(resting);
  const { Digital } = over(sdk);
  const output = new Digital({ pin: PIN, mode: Digital.Output, initialValue: 1 });
  let isBusy = true;
  rest.addBusy(() => isBusy);
  rest.settle();
  assert.is(chip.slumber.isAsleep, false);
  isBusy = false;
  rest.settle();
  assert.is(chip.slumber.isAsleep, true);
  assert.is(chip.level(PIN), 1);
  output.write(0);
  assert.is(chip.level(PIN), 0);
});

test("a byte on a line wakes it, for a while behind the last one that came or was sent", () => {
  const bench = createBench();
  const { chip, cable, sdk, pass, run } = bench;
  const { rest, over } = made(bench.resting);
  const { Serial } = over(sdk);
  chip.pull(RECEIVE, "up");
  const heard: number[] = [];
  const serial = new Serial({
    ...{ port: 1, baud: 38_400, receive: RECEIVE, transmit: TRANSMIT, format: "buffer" },
    onReadable: () => heard.push(...new Uint8Array(serial.read() ?? new ArrayBuffer(0))),
  });
  run();
  rest.settle();
  assert.is(chip.slumber.isAsleep, true);
  cable.disturb("near", Uint8Array.of(1, 2));
  run();
  assert.is(chip.slumber.isAsleep, false);
  cable.disturb("near", Uint8Array.of(3));
  run();
  assert.equal(heard, [3], "what woke it is lost");
  for (const wake of [() => serial.write(new ArrayBuffer(1)), () => cable.disturb("near", Uint8Array.of(4))]) {
    pass(AWAKE_MILLIS - 1);
    rest.settle();
    assert.is(chip.slumber.isAsleep, false);
    wake();
    run();
  }
  // The pump calls when it is time.
  assert.is(rest.nextTick, millis(1_000 + 2 * (AWAKE_MILLIS - 1) + AWAKE_MILLIS));
  pass(AWAKE_MILLIS);
  assert.is(rest.nextTick, undefined);
  rest.settle();
  assert.is(chip.slumber.isAsleep, true);
  assert.is(rest.nextTick, undefined);
  // And again by the next one.
  cable.disturb("near", Uint8Array.of(5));
  run();
  assert.is(chip.slumber.isAsleep, false);
});

test("without the crystal a board that needs it cannot sleep, and no board twice", () => {
  for (const needsCrystal of [false, true]) {
    const { chip } = desk();
    chip.slumber.hasCrystal = false;
    const make = restOn(chip.slumber);
    const pump = new Pump({ timer: { set: () => undefined, clear: () => {} }, uptime: () => millis(0) });
    assert.is(make({ needsCrystal, pump }) === undefined, needsCrystal);
    assert.is(pump.pollMillis === POLL_MILLIS, needsCrystal);
    if (!needsCrystal) assert.is(make({ needsCrystal, pump }), undefined);
  }
});

test.run();
