// Holds the sensor behind its switch to its order: power, warm-up, files at the camera's rate; off at once, and nothing afterwards.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Millis, millis } from "../../firmware/platform.ts";
import { Sensor, type SensorDriver } from "../sensor.ts";

/** A sensor on a bench: what happened, in order. */
class Bench implements SensorDriver {
  readonly told: string[] = [];
  readonly frames: string[] = [];
  answers = true;
  now = 0;
  ready: (() => void) | undefined;
  newest: Uint8Array | undefined;
  readonly sensor = new Sensor({
    driver: this,
    supply: { write: (isActive) => this.told.push(isActive ? "power" : "no power") },
    frameMillis: 100,
    fileBytesMax: 10,
    uptime: (): Millis => millis(this.now),
    frame: (jpeg) => this.frames.push(`${this.now}:${jpeg.length}:${jpeg[0]}`),
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
  assert.is(bench.sensor.nextTick, undefined);
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

test("off takes the power first, and what comes afterwards is handed to nobody", () => {
  const bench = new Bench();
  bench.sensor.write(true);
  bench.passTo(300);
  bench.told.splice(0);
  bench.sensor.write(false);
  assert.equal(bench.told.splice(0), ["no power", "stop"]);
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

test.run();
