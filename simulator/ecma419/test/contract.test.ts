// Goal: the desk's classes do what the SDK's sources say of an ESP32's.
// Method: the rows of rows.ts and kept.ts over them on each chip, and what only a desk can see: copper, channels, a reset.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { Chip } from "../chip.ts";
import { Partitions } from "../flash.ts";
import { MESSAGES_MAX } from "../messages.ts";
import { type ChipModel, ESP32, ESP32_C3, ESP32_S3 } from "../model.ts";
import { Storage } from "../storage.ts";
import { Timers } from "../timer.ts";
import { FLASH_ROWS, STORAGE_ROWS, TIMER_ROWS } from "./kept.ts";
import { ANALOG_ROWS, DIGITAL_ROWS, type PinBench, PWM_ROWS, throws } from "./rows.ts";

const CHIPS: readonly (readonly [string, ChipModel])[] = [
  ["esp32", ESP32],
  ["esp32c3", ESP32_C3],
  ["esp32s3", ESP32_S3],
];

/** A chip whose event loop runs when it is told to. */
function made(model: ChipModel, channelMap?: number): { readonly chip: Chip; turn(): void } {
  const waiting: (() => void)[] = [];
  const chip = new Chip(model, (callback) => waiting.push(callback), channelMap);
  const turn = () => {
    for (const callback of waiting.splice(0)) callback();
  };
  return { chip, turn };
}

function bench<Class>(made: { readonly chip: Chip; turn(): void }, io: Class, pin: number): PinBench<Class> {
  const { chip, turn } = made;
  return { io, pin, turn, drive: (level) => chip.drive(pin, level), level: () => chip.level(pin) };
}

for (const [name, model] of CHIPS) {
  for (const [claim, see] of DIGITAL_ROWS) {
    test(`${name}, Digital: ${claim}`, () => {
      const it = made(model);
      see(bench(it, it.chip.Digital, 4));
    });
  }
  for (const [claim, see] of PWM_ROWS) {
    test(`${name}, PWM: ${claim}`, () => {
      const it = made(model);
      see({ ...bench(it, it.chip.PWM, 4), pulse: () => it.chip.pulse(4) });
    });
  }
  for (const [claim, see] of ANALOG_ROWS) {
    test(`${name}, Analog: ${claim}`, () => {
      const it = made(model);
      const supply = (millivolts: number) => it.chip.supply(4, millivolts);
      see({ ...bench(it, it.chip.Analog, 4), supply, plainPin: 21 });
    });
  }
}

for (const [claim, see] of STORAGE_ROWS) test(`storage: ${claim}`, () => see({ io: new Storage(), path: "test" }));
for (const [claim, see] of FLASH_ROWS) {
  test(`flash: ${claim}`, () => see({ io: new Partitions({ test: 3 }), path: "test" }));
}
for (const [claim, see] of TIMER_ROWS) {
  test(`timer: ${claim}`, () => {
    const timers = new Timers();
    see({ io: timers, pass: (duration) => timers.pass(duration) });
  });
}

test("at a reset every pin is an input, owned by nobody, at the level of its resistor", () => {
  const { chip, turn } = made(ESP32);
  const { Digital, PWM, Analog } = chip;
  for (const pin of [4, 13, 14]) chip.pull(pin, "down");
  let heard = 0;
  const high = new Digital({ pin: 4, mode: Digital.Output, initialValue: 1 });
  const pwm = new PWM({ pin: 13 });
  pwm.write(1_023);
  const analog = new Analog({ pin: 32 });
  const onReadable = () => {
    heard += 1;
  };
  const reading = new Digital({ pin: 18, mode: Digital.InputPullUp, edge: Digital.Falling, onReadable });
  chip.drive(18, 0);
  assert.equal([chip.level(4), chip.level(13), chip.isTaken(32)], [1, 1, true]);
  chip.reset();
  turn();
  assert.is(heard, 0, "an interrupt from before the reset");
  assert.equal([chip.level(4), chip.level(13), chip.isTaken(32)], [0, 0, false]);
  for (const use of [() => high.write(1), () => pwm.write(1), () => analog.read(), () => reading.read()]) {
    throws("SyntaxError", use);
  }
  for (const it of [high, pwm, analog, reading]) it.close();
  assert.is(chip.level(4), 0, "closing what a reset took does nothing");
  for (const pin of ESP32.pins) assert.not(chip.isTaken(pin));
  new Digital({ pin: 4, mode: Digital.Output }).close();
});

test("a restart by software takes every pin from its owner, and leaves it as it was until it is opened", () => {
  const { chip, turn } = made(ESP32);
  const { Digital, PWM } = chip;
  for (const pin of [4, 13, 14]) chip.pull(pin, "down");
  let heard = 0;
  const high = new Digital({ pin: 4, mode: Digital.Output, initialValue: 1 });
  const pwm = new PWM({ pin: 13, hz: 400, resolution: 8 });
  pwm.write(128);
  const onReadable = () => {
    heard += 1;
  };
  new Digital({ pin: 18, mode: Digital.InputPullUp, edge: Digital.Falling, onReadable });
  chip.drive(18, 0);
  chip.restart();
  turn();
  assert.is(heard, 0, "an interrupt from before");
  assert.equal([chip.level(4), chip.pulse(13)], [1, { hz: 400, duty: 0.5 }]);
  for (const use of [() => high.write(0), () => pwm.write(0)]) throws("SyntaxError", use);
  for (const pin of ESP32.pins) assert.not(chip.isTaken(pin));
  const low = new Digital({ pin: 4, mode: Digital.Output });
  assert.is(chip.level(4), 0);
  low.close();
  new PWM({ pin: 13, hz: 2_000, resolution: 8 }).close();
  assert.equal([chip.level(13), chip.pulse(13)], [0, undefined], "its own channel again");
});

test("0 V are 0 to a converter of a C3 or S3, and at most 150 mV to an ESP32's, or 100 where it does not weaken", () => {
  for (const [model, floors] of [
    [ESP32, [100, 150]],
    [ESP32_C3, [0, 0]],
    [ESP32_S3, [0, 0]],
  ] as const) {
    for (const [attenuation, full, floor] of [
      [0, 950, floors[0]],
      [12, 2_450, floors[1]],
    ] as const) {
      const analog = new (made(model).chip.Analog)({ pin: 4, esp32: { attenuation } });
      assert.is(analog.read(), Math.trunc((floor * 4_095) / full));
    }
  }
});

test("a pin whose message finds no place in the queue is silent from then on, and has its level all the same", () => {
  const { chip, turn } = made(ESP32_C3);
  const { Digital } = chip;
  let heard = 0;
  const onReadable = () => {
    heard += 1;
  };
  const pin = new Digital({ pin: 3, mode: Digital.InputPullUp, edge: Digital.Rising | Digital.Falling, onReadable });
  for (let count = 0; count < MESSAGES_MAX; count++) chip.interrupt(() => {});
  chip.drive(3, 0);
  turn();
  chip.drive(3, 1);
  turn();
  assert.equal([heard, chip.messages.lost, pin.read()], [0, 1, 1]);
  pin.close();
  new Digital({ pin: 3, mode: Digital.InputPullUp, edge: Digital.Falling, onReadable });
  for (let count = 1; count < MESSAGES_MAX; count++) chip.interrupt(() => {});
  chip.drive(3, 0);
  turn();
  assert.equal([heard, chip.messages.lost], [1, 1], "one place is enough");
});

test("a pin that nothing holds floats, and keeps the level that it had", () => {
  const { chip } = made(ESP32_C3);
  assert.ok(chip.isFloating(3));
  chip.drive(3, 1);
  assert.not(chip.isFloating(3));
  chip.drive(3, undefined);
  assert.ok(chip.isFloating(3));
  assert.is(chip.level(3), 1);
  assert.not(chip.isFloating(9), "a strap is pulled");
  assert.is(chip.level(9), 1);
});

test("a resistor outside is stronger than the pull inside", () => {
  const { chip } = made(ESP32_C3);
  chip.pull(3, "down");
  const { Digital } = chip;
  const reading = new Digital({ pin: 3, mode: Digital.InputPullUp });
  assert.is(reading.read(), 0);
  reading.close();
  assert.is(chip.level(3), 0, "and than the one that a closed pin has");
});

test("who drives against the chip is a short circuit", () => {
  const { chip } = made(ESP32_C3);
  const { Digital } = chip;
  new Digital({ pin: 3, mode: Digital.Output });
  assert.throws(() => chip.drive(3, 1), /both ways/);
});

test("current takes any way through closed contacts", () => {
  const { chip } = made(ESP32_C3);
  const { Digital } = chip;
  const row = new Digital({ pin: 0, mode: Digital.OutputOpenDrain, initialValue: 1 });
  const column = new Digital({ pin: 3, mode: Digital.InputPullUp });
  chip.join(0, 1, true);
  chip.join(1, 3, true);
  assert.is(column.read(), 1);
  row.write(0);
  assert.is(column.read(), 0);
  chip.join(1, 3, false);
  assert.is(column.read(), 1);
});

test("a pin that is not there, or cannot drive, is refused", () => {
  const { chip } = made(ESP32);
  const { Digital, PWM, Analog } = chip;
  for (const pin of [6, 24, 40, -1]) {
    throws("Error", () => new Digital({ pin, mode: Digital.Input }));
    throws("Error", () => new PWM({ pin }));
    throws("RangeError", () => new Analog({ pin }));
  }
  throws("RangeError", () => new Digital({ pin: 34, mode: Digital.Output }));
  new Digital({ pin: 34, mode: Digital.Input });
});

test("the classes own each other's pins", () => {
  const { chip } = made(ESP32_C3);
  const { Digital, PWM, Analog } = chip;
  const analog = new Analog({ pin: 3 });
  throws("Error", () => new Digital({ pin: 3, mode: Digital.Input }));
  throws("Error", () => new PWM({ pin: 3 }));
  analog.close();
  new PWM({ pin: 3 });
  throws("RangeError", () => new Analog({ pin: 3 }));
});

test("an ESP32 has four channels as the SDK comes, a C3 two, and as many as its manifest and the chip have", () => {
  for (const [model, map, count, said] of [
    [ESP32, undefined, 4, /no ledc channel/],
    [ESP32_C3, undefined, 2, /can't configure/],
    [ESP32_C3, 0x3f, 6, /no ledc channel/],
  ] as const) {
    const { chip } = made(model, map);
    const { PWM } = chip;
    const pins = model.pins.slice(0, count + 1);
    const opened = pins.slice(0, count).map((pin) => new PWM({ pin }));
    const last = Number(pins[count]);
    assert.throws(() => new PWM({ pin: last }), said);
    assert.not(chip.isTaken(last));
    opened[0]?.close();
    new PWM({ pin: last });
  }
});

test("four timers are shared by those of the same hertz and bits", () => {
  const { chip } = made(ESP32_C3, 0x3f);
  const { PWM } = chip;
  for (const [index, hz] of [100, 200, 300, 400].entries()) new PWM({ pin: index, hz });
  throws("RangeError", () => new PWM({ pin: 5, hz: 500 }));
  new PWM({ pin: 5, hz: 400 });
});

test("a pin that shared its timer goes on following its channel after it was closed", () => {
  const { chip } = made(ESP32_C3, 0x3f);
  const { PWM } = chip;
  const first = new PWM({ pin: 0 });
  new PWM({ pin: 1 });
  first.close();
  assert.is(chip.level(0), 0);
  new PWM({ pin: 3 }).write(512);
  assert.equal(chip.pulse(0), { hz: 1024, duty: 0.5 });
});

test("a conversion that fails is undefined", () => {
  const { chip } = made(ESP32_C3);
  const analog = new chip.Analog({ pin: 3 });
  chip.isConverterBusy = true;
  assert.is(analog.read(), undefined);
});

test("who watches is told of levels and pulses, and may drive in answer", () => {
  const { chip } = made(ESP32_C3);
  const { Digital, PWM } = chip;
  const told: string[] = [];
  chip.watch((pin) => {
    told.push(`${pin}:${chip.level(pin)}`);
    if (pin === 0) chip.drive(1, chip.level(0));
  });
  const output = new Digital({ pin: 0, mode: Digital.Output });
  output.write(1);
  output.write(1);
  const pwm = new PWM({ pin: 3 });
  pwm.write(100);
  pwm.write(200);
  assert.equal(told, ["0:1", "1:1", "3:0", "3:1", "3:1"]);
});

test("storage that is full, and flash that refuses, throw and change nothing", () => {
  const storage = new Storage();
  const store = storage.open({ path: "test" });
  store.write("key", new Uint8Array([1]));
  storage.isFull = true;
  throws("Error", () => store.write("key", new Uint8Array([2])));
  throws("Error", () => store.delete("key"));
  assert.equal(new Uint8Array(store.read("key") ?? new ArrayBuffer(0)), new Uint8Array([1]));
  const part = new Partitions({ test: 1 });
  const partition = part.open({ path: "test" });
  part.fails = "writes";
  throws("Error", () => partition.write(new Uint8Array([0]), 0));
  throws("Error", () => partition.eraseBlock(0));
  assert.is(new Uint8Array(partition.read(1, 0))[0], 0xff);
  part.fails = "all";
  throws("Error", () => partition.read(1, 0));
});

test.run();
