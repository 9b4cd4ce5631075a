// Holds the sensor behind its switch to its order: power, warm-up, files at the camera's rate; off at once, and nothing afterwards; and
// to its name: what does not answer as the sensor that it was gives no files.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Millis, millis } from "../../firmware/platform.ts";
import { PRODUCTS } from "../product.ts";
import { Sensor, type SensorDriver } from "../sensor.ts";

/** A sensor on a bench: what happened, in order. */
class Bench implements SensorDriver {
  readonly told: string[] = [];
  readonly frames: string[] = [];
  answers = true;
  now = 0;
  ready: (() => void) | undefined;
  newest: Uint8Array | undefined;
  readonly registers = new Map<number, number>(PRODUCTS[0]?.marks);
  /** What is done with a file, and how long it takes. */
  work: () => void = () => {};
  readonly sensor = new Sensor({
    driver: this,
    supply: { write: (isActive) => this.told.push(isActive ? "power" : "no power") },
    frameMillis: 100,
    fileBytesMax: 10,
    uptime: (): Millis => millis(this.now),
    frame: (jpeg) => {
      this.frames.push(`${this.now}:${jpeg.length}:${jpeg[0]}`);
      this.work();
    },
  });

  start(ready: () => void): boolean {
    this.told.push("start");
    this.ready = ready;
    return this.answers;
  }

  read(target: Uint8Array): number | undefined {
    const file = this.newest;
    this.newest = undefined;
    if (file === undefined) return undefined;
    if (file.length > target.length) return 0;
    target.set(file);
    return file.length;
  }

  register(address: number): number | undefined {
    return this.registers.get(address);
  }

  stop(): void {
    this.told.push("stop");
  }

  passTo(time: number): void {
    this.now = time;
    const due = this.sensor.nextTick;
    if (due !== undefined && due <= time) this.sensor.tick(millis(time));
  }

  shoot(...bytes: number[]): void {
    this.newest = Uint8Array.from(bytes);
    this.ready?.();
  }
}

test("has no power from the first moment, and starts only when it is warm", () => {
  const bench = new Bench();
  assert.equal(bench.told, ["no power"]);
  bench.sensor.write(true);
  assert.equal(bench.told.splice(0), ["no power", "power"]);
  bench.passTo(299);
  assert.equal(bench.told.splice(0), []);
  bench.passTo(300);
  assert.equal(bench.told.splice(0), ["start"]);
});

test("hands files over at the camera's rate, and drops what comes between", () => {
  const bench = new Bench();
  bench.sensor.write(true);
  bench.passTo(300);
  for (const time of [400, 440, 480, 495, 540, 600, 695]) {
    bench.passTo(time);
    bench.shoot(time / 5, 2, 3);
  }
  assert.equal(bench.frames, ["400:3:80", "495:3:99", "600:3:120", "695:3:139"]);
});

for (const judgedMillis of [0, 120, 240, 400]) {
  test(`hands over no file that shows the lamp of before, where one takes ${judgedMillis} ms`, () => {
    const bench = new Bench();
    bench.sensor.write(true);
    bench.passTo(300);
    let isLit = false;
    let switchedAt = 0;
    // A picture that comes now began 40 ms ago, or nearly 80 where it was under way.
    const take = () => {
      bench.newest = Uint8Array.of(isLit === bench.now - switchedAt >= 79 ? 1 : 0);
    };
    // Files go on coming while one is judged; behind that the lamp is another.
    bench.work = () => {
      bench.now += judgedMillis;
      take();
      isLit = !isLit;
      switchedAt = bench.now;
    };
    const lamps: boolean[] = [];
    for (let step = 0; step < 100; step++) {
      // What came meanwhile is told of at once.
      for (let told = 0; told < 2; told++) {
        const [before, wasLit] = [bench.frames.length, isLit];
        bench.ready?.();
        if (bench.frames.length > before) lamps.push(wasLit);
      }
      bench.passTo(bench.now + 40);
      take();
    }
    assert.ok(lamps.length > 6);
    assert.equal(
      bench.frames.map((frame) => frame.endsWith(":1")),
      lamps,
    );
  });
}

test("off takes the power first, and what comes afterwards is handed to nobody", () => {
  const bench = new Bench();
  bench.sensor.write(true);
  bench.passTo(300);
  let held: Uint8Array | undefined;
  bench.read = (target) => {
    held = target;
    return target.fill(7).length;
  };
  bench.shoot(1);
  assert.equal(bench.frames.splice(0), ["300:10:7"]);
  bench.told.splice(0);
  bench.sensor.write(false);
  assert.equal(bench.told.splice(0), ["no power", "stop"]);
  assert.ok(
    held?.every((byte) => byte === 0),
    "the last file is in memory yet",
  );
  bench.passTo(500);
  bench.shoot(1);
  assert.equal(bench.frames, []);
  bench.sensor.write(false);
  assert.equal(bench.told.splice(0), ["no power"]);
});

test("a sensor that does not answer is tried again while it has power, and not afterwards", () => {
  const bench = new Bench();
  bench.answers = false;
  bench.sensor.write(true);
  for (const time of [300, 799, 800, 1_300]) bench.passTo(time);
  assert.equal(bench.told.splice(0), ["no power", "power", "start", "start", "start"]);
  bench.sensor.write(false);
  bench.passTo(9_000);
  assert.equal(bench.told.splice(0), ["no power"]);
  bench.answers = true;
  bench.sensor.write(true);
  bench.passTo(9_300);
  assert.equal(bench.told.splice(0), ["power", "start"]);
});

test("a file that does not fit is dropped, and the next one is taken", () => {
  const bench = new Bench();
  bench.sensor.write(true);
  bench.passTo(300);
  bench.shoot(...new Array<number>(11).fill(1));
  bench.ready?.();
  bench.shoot(7);
  assert.equal(bench.frames, ["300:1:7"]);
});

for (const { name, marks } of PRODUCTS) {
  test(`an ${name} is known by its registers, and by all of them`, () => {
    for (const [address, value] of marks) {
      for (const held of [value, value ^ 1, value ^ 0x80, 0, 0xff, undefined]) {
        const bench = new Bench();
        bench.registers.clear();
        for (const [at, mark] of marks) bench.registers.set(at, mark);
        if (held === undefined) bench.registers.delete(address);
        else bench.registers.set(address, held);
        bench.sensor.write(true);
        bench.passTo(300);
        bench.shoot(1);
        assert.is(bench.frames.length, held === value ? 1 : 0, `${address}: ${held}`);
        assert.is(bench.told.includes("stop"), held !== value);
      }
    }
  });
}

test("a sensor that no longer says who it is gives no more files, and is started again until it does", () => {
  const bench = new Bench();
  bench.sensor.write(true);
  bench.passTo(300);
  bench.passTo(1_300);
  bench.shoot(1);
  bench.told.splice(0);
  bench.registers.set(0x10a, 0);
  bench.passTo(2_299);
  assert.equal(bench.told.splice(0), []);
  bench.passTo(2_300);
  bench.shoot(2);
  assert.equal(bench.told.splice(0), ["stop"]);
  assert.equal(bench.frames, ["1300:1:1"]);
  bench.passTo(2_800);
  assert.equal(bench.told.splice(0), ["start", "stop"]);
  bench.registers.set(0x10a, 0x26);
  bench.passTo(3_300);
  bench.shoot(3);
  assert.equal(bench.told.splice(0), ["start"]);
  assert.equal(bench.frames, ["1300:1:1", "3300:1:3"]);
});

test("another sensor in the place of the one that ran gives no files before it was started", () => {
  const bench = new Bench();
  bench.sensor.write(true);
  bench.passTo(300);
  bench.registers.clear();
  for (const [address, value] of PRODUCTS[1]?.marks ?? []) bench.registers.set(address, value);
  bench.passTo(1_300);
  bench.shoot(1);
  assert.equal(bench.frames, []);
  bench.passTo(1_800);
  bench.shoot(2);
  assert.equal(bench.frames, ["1800:1:2"]);
});

test("one that is off is asked nothing", () => {
  const bench = new Bench();
  bench.sensor.write(true);
  bench.passTo(300);
  bench.sensor.write(false);
  assert.is(bench.sensor.nextTick, undefined);
});

test.run();
