// Goal: each signal is told from the others by light and by sound, and an alarm outlasts what comes between, until it is quiet or
// its time is over.
// Method: what the light and the piezo do is kept with its time, while the indicator is ticked when it asks for it.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Millis, millis, type Signal } from "../../platform.ts";
import { ALARM_MILLIS, LampIndicator } from "../indicator.ts";
import { PinOutput } from "../output.ts";
import { Piezo } from "../tone.ts";
import { desk } from "./desk.ts";

const LIGHT = 4;
const PIEZO = 3;

function made() {
  const { chip } = desk();
  let now: Millis = millis(0);
  const indicator = new LampIndicator({
    light: new PinOutput({ io: chip.Digital, pin: LIGHT }),
    sounder: new Piezo({ io: chip.PWM, pin: PIEZO }),
    now: () => now,
  });
  const light = () => (chip.level(LIGHT) === 1 ? "lit" : "-");
  const state = () => `${light()}${chip.pulse(PIEZO)?.hz ?? ""}`;
  /** Lets time pass. @returns every state that was to be seen, each once in a row */
  const pass = (duration: number): string[] => {
    const end = now + duration;
    const seen = [state()];
    for (let next = indicator.nextTick; next !== undefined && next <= end; next = indicator.nextTick) {
      now = millis(Math.max(now, next));
      indicator.tick(now);
      if (state() !== seen.at(-1)) seen.push(state());
    }
    now = millis(end);
    return seen;
  };
  const sleep = (duration: number) => {
    now = millis(now + duration);
    indicator.tick(now);
  };
  return { indicator, state, pass, sleep };
}

test("it is dark and silent until something is signalled", () => {
  const { indicator, state } = made();
  assert.is(state(), "-");
  assert.is(indicator.nextTick, undefined);
});

const SHOWN: readonly (readonly [Signal, readonly string[]])[] = [
  ["wait", ["lit1200", "-", "lit", "-"]],
  ["yes", ["lit1800", "lit", "lit2600", "lit", "-"]],
  ["no", ["lit400", "-", "lit400", "-"]],
  ["quiet", ["-"]],
];
for (const [signal, expected] of SHOWN) {
  test(`"${signal}" is shown and sounded, and ends`, () => {
    const { indicator, pass } = made();
    indicator.signal(signal);
    assert.equal(pass(10_000), expected);
    assert.is(indicator.nextTick, undefined);
  });
}

test("a signal replaces the former at once", () => {
  const { indicator, pass, state } = made();
  indicator.signal("yes");
  pass(130);
  indicator.signal("no");
  assert.is(state(), "lit400");
  indicator.signal("quiet");
  assert.is(state(), "-");
  assert.is(indicator.nextTick, undefined);
});

test("an alarm sounds on until it is quiet", () => {
  const { indicator, pass, state } = made();
  indicator.signal("alarm");
  const seen = pass(ALARM_MILLIS - 10_000);
  assert.ok(seen.length > 600);
  assert.ok(seen.every((it, index) => it === (index % 2 === 0 ? "lit3000" : "-2200")));
  indicator.signal("quiet");
  assert.is(state(), "-");
  assert.equal(pass(1_000), ["-"]);
  indicator.signal("wait");
  assert.equal(pass(5_000), ["lit1200", "-", "lit", "-"], "it does not come back");
});

test("an alarm that nobody ends is over after its time, unless it is signalled again", () => {
  const { indicator, pass } = made();
  indicator.signal("alarm");
  pass(ALARM_MILLIS - 1_000);
  indicator.signal("alarm");
  pass(ALARM_MILLIS - 1_000);
  assert.is.not(indicator.nextTick, undefined);
  assert.is(pass(2_000).at(-1), "-");
  assert.is(indicator.nextTick, undefined);
});

test("what is signalled between does not silence an alarm", () => {
  for (const signal of ["yes", "no", "wait"] as const) {
    const { indicator, pass, state } = made();
    indicator.signal("alarm");
    pass(1_000);
    indicator.signal(signal);
    assert.is.not(state(), "lit3000");
    const seen = pass(3_000);
    assert.is(seen.includes("lit3000"), true, signal);
    assert.is(seen.includes("-2200"), true, signal);
  }
});

test("an alarm that is signalled again keeps its rhythm", () => {
  const { indicator, pass, state } = made();
  indicator.signal("alarm");
  pass(300);
  assert.is(state(), "-2200");
  indicator.signal("alarm");
  assert.is(state(), "-2200");
});

test("a board that slept long goes on without playing what it missed", () => {
  const { indicator, state, sleep } = made();
  indicator.signal("alarm");
  sleep(100_250);
  assert.is(state(), "lit3000", "the step that was due would be the other one");
  sleep(ALARM_MILLIS);
  assert.is(state(), "-");
});

test.run();
